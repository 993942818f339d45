"""Figures as they were published."""

from app.engine.declare import Console, Link
from models.base import N_
from models.figures import PublishedFigure

RECOUNT = Link(
    label=N_("Published and recounted"),
    endpoint="Recount.page",
    icon="fa-scale-balanced",
    takes="",
    further=lambda figure: {"period": figure.period},
)

CALLS = Link(label=N_("Calls counted"), endpoint="FigureCalls.page", icon="fa-list-check")

published_figures = Console(
    model=PublishedFigure,
    name=N_("Published figures"),
    category=N_("Calls"),
    listed=("period", "unit", "kind", "part", "whole", "published_at"),
    shown=("period", "unit", "kind", "part", "whole", "definition", "published_at"),
    form=(),
    searched=("period", "unit", "kind", "published_at"),
    order=("period", "desc"),
    links=(CALLS, RECOUNT),
    intake=None,
    empty=N_("Nothing is published yet. At the end of each month the figures of departments and townships are."),
)
