"""How a due moment came about, as people read it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from app.engine.declare import Derivation
from app.engine.fields import translated
from app.engine.present import name_of
from models.base import N_
from models.rules import derivations
from models.rules.segments import day_of
from models.segments import Pause


def derivation(session: Any, row: Any, column: str) -> Derivation | None:
    """Day by day; None where people set the moment, or where the county's rules have changed since."""
    found = derivations.derivation(session, row, column)
    if found is None:
        return None
    return Derivation(
        start=found.start,
        limit=_limit(found),
        provisional=found.due.provisional,
        days=tuple(_day(step) for step in (*found.due.steps, *(day for later in found.later for day in later.steps))),
        later=tuple(_later(later) for later in found.later),
    )


def _day(step: Any) -> tuple[Any, Any, int, str]:
    said = (translated(words) for words in (step.note, step.remark) if words)
    return step.day, step.kind, step.minutes, " ".join(said)


def _limit(found: derivations.Derivation) -> str:
    if found.limit is not None:
        return name_of(found.limit)
    return gettext("%(days)s working days, the same for all", days=found.days) if found.days else ""


def _later(later: derivations.Later) -> tuple[Any, Any, str, Any]:
    segment = later.segment
    if isinstance(segment, Pause):
        rested = (
            N_("The clock rested until the caller delivered: %(reason)s")
            if segment.resumed_at
            else N_("The clock rests until the caller delivers: %(reason)s")
        )
        return segment.paused_at, segment.resumed_at, gettext(rested, reason=segment.reason), later.due
    told = gettext(
        "%(days)s more %(unit)s were granted: %(reason)s",
        days=segment.days,
        unit=translated(day_of(segment.assignment.call).label),
        reason=segment.reason,
    )
    return segment.decided_at, None, told, later.due
