"""The monthly digest for the observers of a county (TC-38): how the lists ran, in one message."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from jobs.watch import Done
from models.base import N_
from models.calls import Call, CallAssignment, FailureKind
from models.coordination import CoordinationCase
from models.notices import Outbox
from models.organisation import Unit, UnitType
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell

MESSAGE = N_(
    "Digest of %(month)s for the observers: %(calls)s calls sent, %(solved)s confirmed as solved, %(failures)s failures"
    " of departments found, %(cases)s disputes taken up. Lists, charts and circulars tell more."
)


def digest_for_congress(session: Session, now: datetime) -> Done:
    """Last month's, by China's day, to each county's congress that has not had it. Twice is once; six statements."""
    first = now.astimezone(SHANGHAI).date().replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    period, begins, ends = f"{month:%Y-%m}", *(datetime.combine(day, time(), SHANGHAI) for day in (month, first))
    observers = select(Unit).where(Unit.unit_type == UnitType.congress, Unit.valid_to.is_(None))
    had = set(session.scalars(select(Outbox.unit_id).where(Outbox.key.like(f"unit:%:digest@{period}:%"))))
    waiting = [unit for unit in session.scalars(observers.order_by(Unit.id)) if unit.id not in had]
    if not waiting:
        return Done(0, 0)

    def counted(model: type[Call | CallAssignment | CoordinationCase], moment: str) -> Select[int | None, int]:
        at = getattr(model, moment)
        return select(model.region_id, func.count()).where(at >= begins, at < ends).group_by(model.region_id)

    failed = counted(CallAssignment, "failed_at").where(CallAssignment.failure_kind != FailureKind.none)
    counts = {
        "calls": counted(Call, "sent_at"),
        "solved": counted(Call, "confirmed_at"),
        "failures": failed,
        "cases": counted(CoordinationCase, "forwarded_at"),
    }
    told = {name: dict(session.execute(query).all()) for name, query in counts.items()}
    for unit in waiting:
        numbers = {name: str(found.get(unit.region_id, 0)) for name, found in told.items()}
        tell(session, unit.id, unit, MESSAGE, key=f"digest@{period}", now=now, month=period, **numbers)
    return Done(len(waiting), len(waiting))
