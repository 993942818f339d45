"""The monthly digest for the observers of a county, and of a town (TC-38): how the lists ran, in one message."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from jobs.watch import Done
from models.base import N_, Role
from models.calls import Call, CallAssignment, FailureKind
from models.coordination import CoordinationCase
from models.notices import Audience, Outbox
from models.organisation import LOCAL, Posting, Unit, UnitType
from models.roles import OF_CONGRESS
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell_some

MESSAGE = N_(
    "Digest of %(month)s for the observers: %(calls)s calls sent, %(solved)s confirmed as solved, %(failures)s failures"
    " of departments found, %(cases)s disputes taken up. Lists, charts and circulars tell more."
)


def digest_for_congress(session: Session, now: datetime) -> Done:
    """Last month's, by China's day, to whoever has not had it. Twice is once; ten statements at most.

    A county's congress hears of the county; who observes a town, of the calls that the town has made.
    """
    today = now.astimezone(SHANGHAI).date()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    begins, ends = (datetime.combine(day, time(), SHANGHAI) for day in (month, today.replace(day=1)))
    period = f"{month:%Y-%m}"
    observers = select(Role.id).where(Role.name.in_([role.value for role in OF_CONGRESS]))
    serves = and_(Posting.from_on <= today, or_(Posting.to_on.is_(None), Posting.to_on >= today))
    observed = exists().where(Posting.unit_id == Unit.id, Posting.role_id.in_(observers), serves)
    had = select(Outbox.unit_id).where(Outbox.key.like(f"unit:%:digest@{period}:%"))
    congress, town = Unit.unit_type == UnitType.congress, Unit.unit_type.in_(LOCAL) & observed
    addressed = select(Unit).where(or_(congress, town), Unit.valid_to.is_(None), Unit.id.not_in(had))
    waiting = session.scalars(addressed.order_by(Unit.id)).all()
    for units, whose in (
        ([unit for unit in waiting if unit.unit_type is UnitType.congress], Call.region_id),
        ([unit for unit in waiting if unit.unit_type is not UnitType.congress], Call.caller_unit_id),
    ):
        told = _counts(session, whose, begins, ends) if units else {}
        for unit in units:
            of = unit.region_id if whose is Call.region_id else unit.id
            numbers = {name: str(found.get(of or 0, 0)) for name, found in told.items()}
            tell_some(session, unit.id, Audience.observers, unit, MESSAGE, key=f"digest@{period}", now=now,
                      month=period, **numbers)  # fmt: skip
    return Done(len(waiting), len(waiting))


def _counts(session: Session, whose: Any, begins: datetime, ends: datetime) -> dict[str, dict[int, int]]:
    """What happened between two moments, by county or by caller."""

    def counted(moment: Any) -> Select[Any]:
        return select(whose, func.count()).where(moment >= begins, moment < ends).group_by(whose)

    of_case = CoordinationCase.region_id if whose is Call.region_id else whose  # it may have no call
    cases = select(of_case, func.count()).select_from(CoordinationCase).group_by(of_case)
    cases = cases.outerjoin(Call, Call.id == CoordinationCase.call_id)
    failures = counted(CallAssignment.failed_at).where(Call.id == CallAssignment.call_id)
    queries = {
        "calls": counted(Call.sent_at),
        "solved": counted(Call.confirmed_at),
        "failures": failures.where(CallAssignment.failure_kind != FailureKind.none),
        "cases": cases.where(CoordinationCase.forwarded_at >= begins, CoordinationCase.forwarded_at < ends),
    }
    return {name: dict(session.execute(query).all()) for name, query in queries.items()}
