"""The feed of those who supervise: every move on a call, and one message until somebody has read it (TC-52)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from jobs.watch import DIGEST_AFTER, Done, insert_new
from models.base import N_
from models.calls import Call, CallAssignment
from models.coordination import CoordinationCase
from models.events import CallEvent
from models.notices import Notice, Outbox
from models.organisation import Duty, Unit, UnitType
from models.queries.calendar import calendar_of
from models.recorder import RecorderEntry
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.coordination import COORDINATION
from models.workflow import Workflow

BATCH = 500
WORKFLOWS: dict[type[Any], Workflow] = {Call: CALL, CallAssignment: ASSIGNMENT, CoordinationCase: COORDINATION}
NO_EVENT = {"attach"}
"""What is recorded as a move, and moves nothing."""

COPIED = ("region_id", "seq", "at", "call_id", "unit_id", "subject_type", "action")
MESSAGE = N_("On calls there is something new: %(count)s events, the first on %(call)s. See “Events on calls”.")


def feed_supervisors(session: Session, now: datetime, limit: int | None = None) -> Done:
    """Copy what the recorder has since the last time; and tell the office, unless it has yet to read of that.

    A county's chain is written by one at a time: so nothing comes later that was there before. Of two sweeps at once,
    one copies nothing.
    """
    copy = insert_new(session, CallEvent).from_select(COPIED, _new(limit or BATCH))
    events = session.execute(copy.returning(CallEvent.region_id, CallEvent.seq, CallEvent.id, CallEvent.call_id)).all()
    if events:
        _tell(session, sorted(events, key=tuple), now)
    return Done(len(events), len(events))


def _new(limit: int) -> Select[Any]:
    entry = RecorderEntry
    known = select(func.max(CallEvent.seq)).where(CallEvent.region_id == Unit.id).scalar_subquery()
    counties = select(Unit.id, func.coalesce(known, 0).label("seq")).where(Unit.unit_type == UnitType.county)
    county = counties.subquery()
    by_whom = select(Unit.id).where(Unit.id == entry.unit_id).scalar_subquery()  # an entry outlives whom it names
    return (
        select(entry.chain, entry.seq, entry.at, Call.id, by_whom, entry.subject_type, entry.action)
        .join(county, and_(entry.chain == county.c.id, entry.seq > county.c.seq))
        .join(Call, Call.id == entry.call_id)
        .where(or_(*map(_moves_of, WORKFLOWS)))
        .order_by(entry.chain, entry.seq)
        .limit(limit)
    )


def _moves_of(model: type[Any]) -> ColumnElement[bool]:
    moves = sorted(WORKFLOWS[model].transitions.keys() - NO_EVENT)
    return and_(RecorderEntry.subject_type == model.__tablename__, RecorderEntry.action.in_(moves))


def _tell(session: Session, events: Sequence[Row[int, int, int, int]], now: datetime) -> None:
    """The mail of it leaves in the digest of the next morning."""
    first = {event.region_id: event for event in reversed(events)}
    count = Counter(event.region_id for event in events)
    read = exists().where(Notice.outbox_id == Outbox.id, Notice.read_at.is_not(None))
    unread = select(Outbox.unit_id).where(Outbox.subject_type == CallEvent.__tablename__, ~read)
    here = (Unit.duty == Duty.supervision_office, Unit.region_id.in_(first))
    offices = session.scalars(select(Unit).where(*here, Unit.id.not_in(unread)).order_by(Unit.id)).all()
    calls = select(Call).where(Call.id.in_([event.call_id for event in first.values()]))
    named = {call.id: str(call) for call in session.scalars(calls)}
    for office in offices:
        event = first[office.region_id or 0]
        session.add(
            Outbox(
                key=f"feed:{event.region_id}:{event.seq}:{office.id}",
                region_id=event.region_id,
                unit_id=office.id,
                subject_type=CallEvent.__tablename__,
                subject_id=event.id,
                message=MESSAGE,
                details={"count": str(count[event.region_id]), "call": named[event.call_id]},
                created_at=now,
                mail_after=calendar_of(session, event.region_id).next_morning(now) + DIGEST_AFTER,
            )
        )
    session.flush()
