"""Early warnings, as the job of the night writes them: looked at, never written by hand."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.warnings import EarlyWarning

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
    empty=N_("Nothing was noticed. Every night the calls are looked through."),
)
