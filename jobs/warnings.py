"""Early warnings: a category that rises, a place that calls again, work slower than nine in ten (TA-50, TS-12).

The articles name early warning and give no threshold: these are composed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from statistics import quantiles
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from jobs.watch import Done, quiet_hours
from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, CallState
from models.notices import Outbox
from models.organisation import LOCAL, Duty, Unit
from models.queries.calendar import calendar_of
from models.rules.deadlines import SHANGHAI
from models.warnings import AGAIN_WITHIN, EarlyWarning, WarningKind

TWICE, FEWEST = 2, 5
"""A category rises if the month has at least so many times the calls of the month before, and so many at least."""
AGAIN = 3
"""A place calls again with so many calls of a category within thirty days."""
YEAR, ENOUGH = timedelta(days=365), 20
"""Work is slow against what was finished within a year, if that is so much at least."""

MESSAGES = {
    WarningKind.rise: N_(
        "Early warning: %(unit)s, “%(category)s”: %(number)s calls this month, %(usual)s in the month before."
    ),
    WarningKind.repeat: N_("Early warning: %(place)s, “%(category)s”: %(number)s calls within thirty days."),
    WarningKind.stuck: N_(
        "Early warning: %(call)s waits for the response of %(unit)s for %(number)s working hours; nine in ten responses"
        " take at most %(usual)s."
    ),
    WarningKind.unfinished: N_(
        "Early warning: %(call)s waits for the result of %(unit)s for %(number)s working hours; nine in ten results"
        " take at most %(usual)s."
    ),
}


def warn_early(session: Session, now: datetime) -> Done:
    """What is noticed today and was not before; twice is once. The same few statements, however many calls."""
    noticed = {(row.region_id, row.key): row for row in _noticed(session, now)}
    region_key = tuple_(EarlyWarning.region_id, EarlyWarning.key)
    known = set(session.execute(select(EarlyWarning.region_id, EarlyWarning.key).where(region_key.in_(noticed))).all())
    found = [row for key, row in noticed.items() if key not in known]
    session.add_all(found)
    session.flush()
    _tell(session, found, now)
    return Done(len(found), len(found))


def _noticed(session: Session, now: datetime) -> Iterator[EarlyWarning]:
    yield from _rises(session, now)
    yield from _repeats(session, now)
    part, state, kind = CallAssignment, AssignmentState, WarningKind
    at_work = (state.responded, state.working)
    yield from _stuck(session, now, kind.stuck, part.dispatched_at, part.responded_at, (state.pending,))
    yield from _stuck(session, now, kind.unfinished, part.responded_at, part.resolved_at, at_work)


def _sent() -> ColumnElement[bool]:
    return and_(Call.sent_at.is_not(None), Call.state != CallState.withdrawn)


def _rises(session: Session, now: datetime) -> Iterator[EarlyWarning]:
    month = now.astimezone(SHANGHAI).date().replace(day=1)
    begins, before = _midnight(month), _midnight((month - timedelta(days=1)).replace(day=1))
    this = func.count().filter(Call.sent_at >= begins, ~Call.imported)  # what is over elsewhere is compared with
    last = func.count().filter(Call.sent_at < begins)
    by = (Call.region_id, Call.caller_unit_id, Call.category)
    counted = select(*by, this, last).join(Unit, Unit.id == Call.caller_unit_id)
    inside = and_(_sent(), Call.sent_at >= before, Call.sent_at <= now, Unit.unit_type.in_(LOCAL))
    went = select(Call.region_id).where(_sent(), Call.sent_at >= before, Call.sent_at < begins)
    inside = and_(inside, Call.region_id.in_(went))  # of a county's first month nothing rises
    risen = counted.where(inside).group_by(*by).having(and_(this >= FEWEST, this >= TWICE * last))
    for region, unit, category, number, usual in session.execute(risen):
        yield EarlyWarning(region_id=region, key=f"rise:{unit}:{month:%Y-%m}:{category}", kind=WarningKind.rise,
                           unit_id=unit, category=category, number=number, usual=usual, found_at=now)  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _repeats(session: Session, now: datetime) -> Iterator[EarlyWarning]:
    """Named anew when the month is another, as long as it goes on."""
    month = f"{now.astimezone(SHANGHAI):%Y-%m}"
    by = (Call.region_id, Call.caller_unit_id, Call.place_unit_id, Call.category)
    lately = and_(Call.sent_at > now - AGAIN_WITHIN, Call.sent_at <= now)
    counted = select(*by, func.count()).where(_sent(), lately, Call.place_unit_id.is_not(None))
    again = counted.group_by(*by).having(func.count() >= AGAIN)
    for region, unit, place, category, number in session.execute(again):
        yield EarlyWarning(region_id=region, key=f"repeat:{unit}:{place}:{month}:{category}", kind=WarningKind.repeat,
                           unit_id=unit, place_unit_id=place, category=category, number=number, usual=AGAIN - 1,
                           found_at=now)  # fmt: skip


def _stuck(
    session: Session, now: datetime, kind: WarningKind, began: Any, ended: Any, states: Sequence[AssignmentState]
) -> Iterator[EarlyWarning]:
    """By working time: what lay over a holiday was not slow."""
    part = CallAssignment
    finished: dict[int, list[int]] = defaultdict(list)
    lately = select(part.region_id, began, ended).where(ended > now - YEAR, ended <= now, began.is_not(None))
    for region, since, until in session.execute(lately):
        finished[region].append(calendar_of(session, region).working_minutes(since, until))
    slowest = {region: quantiles(took, n=10)[-1] for region, took in finished.items() if len(took) >= ENOUGH}
    waiting = select(part.region_id, part.id, part.department_id, part.call_id, began)
    for region, key, unit, call, since in session.execute(
        waiting.where(part.state.in_(states), part.region_id.in_(slowest))
    ):
        waited = calendar_of(session, region).working_minutes(since, now)
        if waited > slowest[region]:
            yield EarlyWarning(region_id=region, key=f"stuck:{key}:{began.key}", kind=kind, unit_id=unit,
                               call_id=call, number=_hours(waited), usual=_hours(slowest[region]),
                               found_at=now)  # fmt: skip


def _hours(minutes: float) -> int:
    return round(minutes / 60)


def _tell(session: Session, found: Sequence[EarlyWarning], now: datetime) -> None:
    """The unit, and the two offices that can do something about it: when they work, and by mail in the morning."""
    if not found:
        return
    duties = (Duty.county_office, Duty.supervision_office)
    here = Unit.region_id.in_({row.region_id for row in found})
    offices: dict[int, list[int]] = defaultdict(list)
    for unit in session.scalars(select(Unit).where(Unit.duty.in_(duties), here).order_by(Unit.id)):
        offices[unit.region_id or 0].append(unit.id)
    named = {unit.id: unit.name for unit in session.scalars(select(Unit).where(Unit.id.in_(_units(found))))}
    calls = {call.id: str(call) for call in session.scalars(select(Call).where(Call.id.in_(_calls(found))))}
    later = {region_id: quiet_hours(session, region_id, now) for region_id in {row.region_id for row in found}}
    for row in found:
        about = {"unit": named[row.unit_id], "category": row.category, "number": str(row.number),
                 "usual": str(row.usual), "place": named.get(row.place_unit_id or 0, ""),
                 "call": calls.get(row.call_id or 0, "")}  # fmt: skip
        for unit_id in dict.fromkeys((row.unit_id, *offices[row.region_id])):
            session.add(
                Outbox(
                    key=f"{row.__tablename__}:{row.id}:noticed:{unit_id}",
                    region_id=row.region_id,
                    unit_id=unit_id,
                    subject_type=row.__tablename__,
                    subject_id=row.id,
                    message=MESSAGES[row.kind],
                    details=about,
                    created_at=now,
                    **later[row.region_id],
                )
            )


def _units(found: Iterable[EarlyWarning]) -> set[int]:
    return {key for row in found for key in (row.unit_id, row.place_unit_id) if key}


def _calls(found: Iterable[EarlyWarning]) -> set[int]:
    return {row.call_id for row in found if row.call_id}
