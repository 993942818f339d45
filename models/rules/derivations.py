"""How a due moment came about: its limit counted again, and what happened to it since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.calendar import Clock, LimitUnit, TimeLimit
from models.calls import Call, CallAssignment
from models.coordination import CoordinationCase
from models.opinions import UnitOpinion
from models.queries.calendar import calendar_of
from models.ratings import MutualRating
from models.recorder import RecorderEntry
from models.reviews import ReviewFile
from models.rules.clocks import counted, limits_ever
from models.rules.deadlines import Due
from models.rules.deadlines import Step as DayStep
from models.rules.due_times import MOVED
from models.rules.matching import ANY, Matter, about
from models.rules.rounds import current, lead_of
from models.rules.segments import ANSWERED_WITHIN, LOOKED_AT, added, after, segments
from models.rules.supervision import ACKNOWLEDGE, REPORT_BACK
from models.segments import Extension, Pause
from models.supervision import SupervisionOrder
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

FIXED: dict[tuple[type[Any], str], int] = {
    (SupervisionOrder, "acknowledge_due"): ACKNOWLEDGE,
    (SupervisionOrder, "due"): REPORT_BACK,
    (CallAssignment, "pause_due"): LOOKED_AT,
    (Extension, "answer_due"): ANSWERED_WITHIN,
}
"""Where no limit of the county counts: working days, the same for all."""

SINCE = {
    "resolve_due": "resolve_from",
    "promised_due": "promised_at",
    "acknowledge_due": "issued_at",
    "answer_due": "asked_at",
}
"""Where a row says itself since when a clock runs; of the others the recorder tells."""


@dataclass(frozen=True, slots=True)
class Later:
    """A pause or an extension, and when the clock ran out after it."""

    segment: Pause | Extension
    due: datetime
    steps: tuple[DayStep, ...] = ()
    """The days that were granted."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a due moment came about: since when its clock runs, what each day counted, and what moved it since.

    `limit` is None where it was a department's own word; or where it is always so many working `days`.
    """

    start: datetime
    limit: TimeLimit | None
    due: Due
    later: tuple[Later, ...] = ()
    days: int = 0


def derivation(session: Session, row: Any, column: str) -> Derivation | None:
    """How the due moment in a column came about.

    None where it is what people set, and where the county's calendar has changed since, and would give another.
    """
    days = FIXED.get((type(row), column), 0)
    if getattr(row, column) is None or not (days or clock_of(row, column)):
        return None
    start = _started(session, row, column)
    if start is None:
        return None
    return _fixed(session, row, column, start, days) if days else _by_limit(session, row, column, start)


def clock_of(row: Any, column: str) -> Clock | None:
    """Whose limit counts in a column: of opinions, that of consultation."""
    return Clock.consult if column == "due" and isinstance(row, UnitOpinion | ReviewFile) else CLOCKS.get(column)


def _fixed(session: Session, row: Any, column: str, start: datetime, days: int) -> Derivation | None:
    due = calendar_of(session, row.region_id).add(start, days, LimitUnit.working_day)
    return Derivation(start, None, due, days=days) if due.at == getattr(row, column) else None


def _by_limit(session: Session, row: Any, column: str, start: datetime) -> Derivation | None:
    part = _moved_with(session, row, column)
    passed = [segment for at, segment in segments(session, part) if at >= start] if part is not None else []
    calendar = calendar_of(session, row.region_id)
    for limit, first in _counted(session, row, column, start):
        later, due = [], first.at
        for segment in passed:
            before, due = due, after(part.call, segment)(calendar, due)  # type: ignore[union-attr]  # there are none
            later.append(Later(segment, due, added(part.call, segment, calendar, before)))  # type: ignore[union-attr]
        if due == getattr(row, column):
            rests = _rests(session, part) if part is not None else ()
            return Derivation(start, limit, first, (*later, *(Later(pause, due) for pause in rests)))
    return None


def _rests(session: Session, part: CallAssignment) -> Sequence[Pause]:
    """The pause that lasts, if there is one: it has moved nothing yet."""
    lasting = select(Pause).where(Pause.assignment_id == part.id, Pause.resumed_at.is_(None))
    return session.scalars(lasting).all()


def _counted(session: Session, row: Any, column: str, start: datetime) -> Iterator[tuple[TimeLimit | None, Due]]:
    """When the column's clock ran out at first: by the rule that counts now, by each that has ever fitted; or as said.

    A rule that was switched on later counts nothing of what was counted before.
    """
    clock = clock_of(row, column)
    promise = row.first_promised_due if isinstance(row, CallAssignment) and column == "promised_due" else None
    for limit in limits_ever(session, row.region_id, clock, _matter(session, row, column)) if clock else ():
        with suppress(Refused):
            first = counted(session, limit, start)
            if promise in (None, first.at):
                yield limit, first
    if promise is not None:
        yield None, Due(promise, False, ())


def _matter(session: Session, row: Any, column: str) -> Matter:
    if isinstance(row, CallAssignment):
        return about(row, row.department_id)
    if isinstance(row, Call):
        lead = lead_of(current(session, row)) if column == "resolve_due" else None
        return about(row, lead.department_id if lead else None)
    return about(row) if isinstance(row, CoordinationCase | MutualRating) else ANY


def _moved_with(session: Session, row: Any, column: str) -> CallAssignment | None:
    """The part whose pauses and extensions move the column: the lead's move the whole call."""
    if isinstance(row, CallAssignment):
        return row if column == "promised_due" else None
    if not isinstance(row, Call) or column != "resolve_due":
        return None
    return lead_of(current(session, row))


def _started(session: Session, row: Any, column: str) -> datetime | None:
    """Since when the clock runs; as the recorder has it, when the column was last written, and not on a form."""
    named = "asked_at" if isinstance(row, UnitOpinion) else SINCE.get(column, "")
    since: datetime | None = getattr(row, named, None)
    if since is not None:
        return since
    of_row = select(RecorderEntry).where(
        RecorderEntry.subject_type == row.__tablename__,
        RecorderEntry.subject_id == row.id,
        RecorderEntry.action != MOVED,
    )
    entries = session.scalars(of_row.order_by(RecorderEntry.id.desc()))
    written = next((entry for entry in entries if column in entry.after), None)
    if written is None or (written.action == "create" and written.user_id and _on_forms(row, column)):
        return None
    return written.at


def _on_forms(row: Any, column: str) -> bool:
    return not inspect(type(row)).columns[column].info.get("protected")
