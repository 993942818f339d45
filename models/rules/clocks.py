"""Limits turned into due moments: the county's calendar, its limits, and when to remind before the end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import N_
from models.calendar import Clock, LimitState, TimeLimit
from models.queries.calendar import calendar_of, limits_of
from models.rules.deadlines import Due, OutOfCalendar, WorkingCalendar
from models.rules.matching import ANY, Matter, first_that_fits, fits
from models.workflow import Refused


def due(session: Session, region_id: int, clock: Clock, start: datetime, matter: Matter = ANY) -> Due:
    """When a clock of the county that starts now runs out; with its derivation, and whether it is an estimate.

    Raises `Refused` where no rule fits the matter, or the limit is too long.
    """
    return counted(session, limit_of(session, region_id, clock, matter), start)


def counted(session: Session, limit: TimeLimit, start: datetime) -> Due:
    """When the limit runs out that starts then. Raises `Refused` where it is too long."""
    try:
        return calendar_of(session, limit.region_id).add(start, limit.amount, limit.unit)
    except OutOfCalendar as beyond:
        raise Refused(
            N_("The time limit for “%(clock)s” is too long to be counted. Ask the administrator to correct it."),
            clock=limit.clock.label,
        ) from beyond


def limit_of(session: Session, region_id: int, clock: Clock, matter: Matter = ANY) -> TimeLimit:
    limit = first_that_fits(limits_of(session, region_id).get(clock, ()), matter)
    if limit is None:
        raise Refused(N_("No time limit is set for “%(clock)s”. Ask the administrator to set one."), clock=clock.label)
    return limit


def limits_ever(session: Session, region_id: int, clock: Clock, matter: Matter = ANY) -> list[TimeLimit]:
    """The rule that counts now, and after it all that fit and count, or have counted."""
    known = select(TimeLimit).where(TimeLimit.region_id == region_id, TimeLimit.clock == clock)
    known = known.where(TimeLimit.state != LimitState.draft).order_by(TimeLimit.position, TimeLimit.id)
    now = first_that_fits(limits_of(session, region_id).get(clock, ()), matter)
    ever = (limit for limit in session.scalars(known) if limit is not now and fits(limit, matter))
    return [*([now] if now else []), *ever]


def soon(session: Session, region_id: int, start: datetime, end: datetime, days: int = 1) -> datetime:
    """So many working days before the end; where that is before the start, half of the time (short limits)."""
    return earlier_than(calendar_of(session, region_id), start, end, days)


def earlier_than(calendar: WorkingCalendar, start: datetime, end: datetime, days: int = 1) -> datetime:
    """The same by a calendar that is at hand."""
    earlier = calendar.before(end, days)
    return earlier if earlier > start else start + (end - start) / 2
