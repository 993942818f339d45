"""Rectification orders and circulars."""

from app.engine.declare import Chart, Console, Link, Related
from models.base import N_
from models.calls import FailureKind
from models.queries.choices import other_bodies
from models.rectification import Circular, CircularFailure, CircularLine, RectificationOrder
from models.rules.rectification import (
    CIRCULAR,
    LINE,
    RECTIFICATION,
    failed,
    follow_rectification,
    prepare_rectification,
)

PRINT = Link(
    label=N_("As a Word document"),
    endpoint="CircularPrint.document",
    icon="fa-file-word",
    needs=("can_read", "Circular"),
)

rectification_orders = Console(
    model=RectificationOrder,
    name=N_("Rectification orders"),
    category=N_("Supervision"),
    icon="fa-screwdriver-wrench",
    listed=("unit", "failure_kind", "misconduct", "state", "due", "is_late", "finding"),
    form=("unit", "assignment", "failure_kind", "misconduct", "due", "reason"),
    required=("reason",),
    words={"failure_kind": tuple(kind for kind in FailureKind if kind is not FailureKind.none)},
    among={"unit": other_bodies, "assignment": failed},
    searched=("unit", "state", "failure_kind", "misconduct", "finding", "is_late", "due", "assignment", "line"),
    deadlines={"due": ("done_at",)},
    charts=(
        Chart(by="unit", split="state", title=N_("Rectification orders by unit and state")),
        Chart(by="misconduct", title=N_("Misconduct named in rectification orders")),
        Chart(by="finding", title=N_("Findings of verified rectifications")),
    ),
    workflow=RECTIFICATION,
    prepare=prepare_rectification,
    follow=follow_rectification,
    intake=None,
    empty=N_("No order. The supervision office issues one for a failure, or from a circular."),
)

circulars = Console(
    model=Circular,
    name=N_("Circulars"),
    category=N_("Supervision"),
    icon="fa-bullhorn",
    listed=("title", "period", "state", "no_response", "late_response", "inaction", "number", "published_at"),
    form=("title", "text"),
    required=("title", "text"),
    searched=("title", "period", "state", "number", "published_at"),
    order=("period", "desc"),
    related=(
        Related(
            model=CircularLine,
            by="circular",
            listed=("unit", "no_response", "late_response", "inaction", "state"),
            order="id",
        ),
    ),
    links=(PRINT,),
    workflow=CIRCULAR,
    intake=None,
    empty=N_("No circular. One is drafted at the end of each month."),
)

circular_lines = Console(
    model=CircularLine,
    name=N_("Lines of circulars"),
    category=N_("Supervision"),
    icon="fa-list-check",
    listed=("circular", "unit", "no_response", "late_response", "inaction", "state"),
    form=(),
    searched=("circular", "unit", "state"),
    related=(
        Related(model=CircularFailure, by="line", listed=("assignment", "kind", "failed_at")),
        Related(model=RectificationOrder, by="line"),
    ),
    workflow=LINE,
    in_menu=False,
)

circular_failures = Console(
    model=CircularFailure,
    name=N_("Failures behind circulars"),
    category=N_("Supervision"),
    listed=("line", "assignment", "kind", "failed_at"),
    form=(),
    in_menu=False,
)
