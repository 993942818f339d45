"""How a due moment came about, as people read it."""

from __future__ import annotations

from typing import Any

from app.engine.declare import Derivation
from app.engine.fields import translated
from app.engine.present import name_of
from models.rules import clocks


def derivation(session: Any, row: Any, column: str) -> Derivation | None:
    """Day by day; None where people set the moment, or where the county's rules have changed since."""
    found = clocks.derivation(session, row, column)
    if found is None:
        return None
    return Derivation(
        start=found.start,
        limit=name_of(found.limit),
        provisional=found.due.provisional,
        days=tuple((step.day, step.kind, step.minutes, translated(step.note)) for step in found.due.steps),
    )
