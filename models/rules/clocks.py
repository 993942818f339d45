"""Limits turned into due moments: the county's calendar, its limits, and when to remind before the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import N_
from models.calendar import Clock, TimeLimit
from models.calls import Call, CallAssignment
from models.queries.calendar import calendar_of, limits_of
from models.recorder import RecorderEntry
from models.rules.deadlines import Due, OutOfCalendar
from models.words import CallScope
from models.workflow import Refused

CLOCKS = {
    "accept_due": Clock.accept,
    "respond_due": Clock.respond,
    "resolve_due": Clock.resolve,
    "promised_due": Clock.resolve,  # of what was taken up again; else the department's own word
    "negotiation_due": Clock.negotiate,
    "filing_due": Clock.file,
    "coordination_due": Clock.coordinate,
    "execution_due": Clock.execute,
    "comment_due": Clock.consult,
    "opinion_due": Clock.consult,
    "answer_due": Clock.consult,
    "rate_due": Clock.rate,
}
"""From which limit the due moment in a column comes."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a due moment came about: since when its clock runs, which limit it has, and what each day counted."""

    start: datetime
    limit: TimeLimit
    due: Due


def due(session: Session, region_id: int, clock: Clock, start: datetime, scope: CallScope | None = None) -> Due:
    """When a clock of the county that starts now runs out; with its derivation, and whether it is an estimate.

    A limit for the scope wins over the county's general one. Raises `Refused` where neither is set, or it is too long.
    """
    limit = _limit(session, region_id, clock, scope)
    try:
        return calendar_of(session, region_id).add(start, limit.amount, limit.unit)
    except OutOfCalendar as beyond:
        raise Refused(
            N_("The time limit for “%(clock)s” is too long to be counted. Ask the administrator to correct it."),
            clock=clock.label,
        ) from beyond


def _limit(session: Session, region_id: int, clock: Clock, scope: CallScope | None) -> TimeLimit:
    limits = limits_of(session, region_id)
    limit = limits.get((clock, scope)) or limits.get((clock, None))
    if limit is None:
        raise Refused(N_("No time limit is set for “%(clock)s”. Ask the administrator to set one."), clock=clock.label)
    return limit


def derivation(session: Session, row: Any, column: str) -> Derivation | None:
    """How the due moment in a column came about.

    None where people set it, and where the county's calendar or limits have changed since, and would give another.
    """
    stored, clock = getattr(row, column), CLOCKS.get(column)
    start = _started(session, row, column)
    if stored is None or clock is None or start is None:
        return None
    scope = row.scope if isinstance(row, Call) else row.call.scope if isinstance(row, CallAssignment) else None
    try:
        limit = _limit(session, row.region_id, clock, scope)
        found = calendar_of(session, row.region_id).add(start, limit.amount, limit.unit)
    except (Refused, OutOfCalendar):
        return None
    return Derivation(start, limit, found) if found.at == stored else None


def _started(session: Session, row: Any, column: str) -> datetime | None:
    """When the column was last written, as the recorder has it."""
    of_row = select(RecorderEntry).where(
        RecorderEntry.subject_type == row.__tablename__, RecorderEntry.subject_id == row.id
    )
    entries = session.scalars(of_row.order_by(RecorderEntry.id.desc()))
    return next((entry.at for entry in entries if column in entry.after), None)


def soon(session: Session, region_id: int, start: datetime, end: datetime, days: int = 1) -> datetime:
    """So many working days before the end; where that is before the start, half of the time (short limits)."""
    earlier = calendar_of(session, region_id).before(end, days)
    return earlier if earlier > start else start + (end - start) / 2
