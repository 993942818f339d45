"""Early warnings, as the job of the night writes them: looked at, never written by hand."""

from collections.abc import Mapping
from typing import Any

from app.engine.declare import Chart, Console, Link
from models.base import N_
from models.rules.deadlines import SHANGHAI
from models.warnings import AGAIN_WITHIN, SLOW, EarlyWarning, WarningKind


def _counted(warning: EarlyWarning) -> Mapping[str, Any]:
    """The list of calls, narrowed to what the job of the night counted."""
    until = warning.found_at.astimezone(SHANGHAI)
    since = until.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    named = [f"caller_unit:rel_o_m:{warning.unit_id}", f"category:eq:{warning.category}", "state:neq:withdrawn"]
    if warning.kind is WarningKind.repeat:
        since = until - AGAIN_WITHIN
        named.append(f"place_unit:rel_o_m:{warning.place_unit_id}")
    else:
        named.append("imported:eq:false")
    return {"f": [*named, f"sent_at:ge:{since.isoformat()}", f"sent_at:le:{until.isoformat()}"]}


COUNTED = Link(
    label=N_("The calls counted"),
    endpoint="CallPage.listing",
    icon="fa-bullhorn",
    takes="",
    further=_counted,
    needs=("can_read", "Call"),
    when=lambda warning: warning.kind not in SLOW,
)
"""Slow work names its call."""

early_warnings = Console(
    model=EarlyWarning,
    name=N_("Early warnings"),
    category=N_("Calls"),
    icon="fa-triangle-exclamation",
    listed=("kind", "unit", "category", "place_unit", "call", "number", "usual", "found_at"),
    shown=("kind", "unit", "category", "place_unit", "call", "number", "usual", "found_at"),
    form=(),
    searched=("kind", "unit", "category", "place_unit", "found_at"),
    charts=(
        Chart(by="found_at", per="month", kind="line", split="kind", title=N_("Early warnings by month")),
        Chart(
            by="category",
            split="kind",
            title=N_("Early warnings by category"),
            definition=N_(
                "More calls: twice those of the month before, and five at least. The same again: three within thirty"
                " days in one village or grid. Slow: longer at its step than nine in ten of the last year."
            ),
        ),
    ),
    links=(COUNTED,),
    empty=N_("Nothing was noticed. Every night the calls are looked through."),
)
