"""The working calendar, the limits and the reminder ladder of a county, read once for each transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, time
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, SessionTransaction

from models.calendar import CalendarDay, Clock, LimitState, ReminderLadder, ReminderStep, TimeLimit, WorkingWindow
from models.ledger import Job
from models.organisation import Unit, UnitType
from models.rules.deadlines import STATUTORY, Windows, WorkingCalendar, announced

T = TypeVar("T")
Ladder = Mapping[Job, list[ReminderStep]]
Limits = Mapping[Clock, list[TimeLimit]]

MEMO = "calendar"  # the key in `session.info`

OFFICE_HOURS: Windows = ((time(8, 30), time(12)), (time(14), time(17, 30)))
DEFAULT_WINDOWS: Mapping[int, Windows] = dict.fromkeys(range(5), OFFICE_HOURS)
"""The hours of a county that has entered none."""


def calendar_of(session: Session, region_id: int) -> WorkingCalendar:
    """The calendar of a county. A change of it counts from the flush on, here, and from the commit on elsewhere."""
    return _once(session, ("calendar", region_id), lambda: _calendar(session, region_id))


def counties_without(session: Session, year: int) -> list[Unit]:
    """The counties that do not know which days of a year are off: there is no notice, and they have entered none."""
    if announced(date(year, 1, 1)) is not None:
        return []
    told = (
        select(CalendarDay.region_id)
        .where(~CalendarDay.is_working, CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .group_by(CalendarDay.region_id)
        .having(func.count() >= STATUTORY)
    )
    counties = select(Unit).where(Unit.unit_type == UnitType.county, Unit.valid_to.is_(None), Unit.id.not_in(told))
    return list(session.scalars(counties.order_by(Unit.id)))


def limits_of(session: Session, region_id: int) -> Limits:
    """The rules in force in a county by clock, in their order."""
    return _once(session, ("limits", region_id), lambda: _limits(session, region_id))


def ladder_of(session: Session, region_id: int) -> Ladder:
    """The reminder ladders in force in a county by job, its steps from the lowest up."""
    return _once(session, ("ladder", region_id), lambda: _ladder(session, region_id))


def _ladder(session: Session, region_id: int) -> Ladder:
    rows = (
        select(ReminderLadder.job, ReminderStep)
        .join(ReminderStep, ReminderStep.ladder_id == ReminderLadder.id)
        .where(ReminderLadder.region_id == region_id, ReminderLadder.state == LimitState.in_force)
        .order_by(ReminderStep.level)
    )
    ladder: dict[Job, list[ReminderStep]] = defaultdict(list)
    for job, row in session.execute(rows):
        ladder[job].append(row)
    return ladder


def _calendar(session: Session, region_id: int) -> WorkingCalendar:
    hours = select(WorkingWindow.weekday, WorkingWindow.starts, WorkingWindow.ends)
    windows: dict[int, Windows] = defaultdict(tuple)
    for weekday, starts, ends in session.execute(hours.where(WorkingWindow.region_id == region_id)):
        windows[weekday] += ((starts, ends),)
    words = select(CalendarDay.day, CalendarDay.is_working, CalendarDay.note)
    days = session.execute(words.where(CalendarDay.region_id == region_id)).all()
    return WorkingCalendar(
        windows or DEFAULT_WINDOWS,
        {day: is_working for day, is_working, _ in days},
        notes={day: note for day, _, note in days},
    )


def _limits(session: Session, region_id: int) -> Limits:
    in_force = (TimeLimit.region_id == region_id, TimeLimit.state == LimitState.in_force)
    limits: dict[Clock, list[TimeLimit]] = defaultdict(list)
    for limit in session.scalars(select(TimeLimit).where(*in_force).order_by(TimeLimit.position, TimeLimit.id)):
        limits[limit.clock].append(limit)
    return limits


def _once(session: Session, key: tuple[str, int], read: Callable[[], T]) -> T:
    memo: dict[tuple[str, int], Any] = session.info.get(MEMO, {})
    if key not in memo:
        found = read()  # may flush, and so forget; hence the second look for the memo
        memo = session.info.setdefault(MEMO, {})
        memo[key] = found
    result: T = memo[key]
    return result


@event.listens_for(Session, "after_flush")
def _forget_what_changed(session: Session, flush_context: object) -> None:
    changed = chain(session.new, session.dirty, session.deleted)
    if any(isinstance(row, (CalendarDay, WorkingWindow, TimeLimit, ReminderLadder, ReminderStep)) for row in changed):
        session.info.pop(MEMO, None)


@event.listens_for(Session, "after_transaction_end")
def _forget_with_the_transaction(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(MEMO, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget_what_was_undone(session: Session, previous: SessionTransaction) -> None:
    session.info.pop(MEMO, None)
