"""What rested on something that has ended is asked of townships no more (LX-17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import ColumnElement, select, update

from jobs.watch import Batch, Fired
from models.requests import DataRequest, DataRequestTownship, RequestState
from models.rules.requests import LAPSED


def withdraw(batch: Batch, resting: ColumnElement[bool], cause: Callable[[DataRequest], Fired]) -> None:
    """The move `lapse` of the requests that this condition finds, as a set; `cause` is what has ended for each."""
    withdrawn = (
        update(DataRequest)
        .where(resting)
        .values(state=RequestState.withdrawn, version=DataRequest.version + 1)
        .returning(DataRequest)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    requests = batch.session.scalars(withdrawn).all()
    part, units = DataRequestTownship, defaultdict(list)
    asked = select(part.request_id, part.township_id).where(part.request_id.in_([request.id for request in requests]))
    for request_id, unit_id in batch.session.execute(asked):
        units[request_id].append(unit_id)
    for request in requests:
        batch.note(request, {"state": RequestState.sent}, {"state": RequestState.withdrawn}, action="lapse")
        for unit_id in (request.department_id, *units[request.id]):
            batch.tell(cause(request), request, unit_id, LAPSED, request=str(request), period=request.period)
