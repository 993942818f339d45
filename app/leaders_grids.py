"""Chart 14: what grid workers report, by the four platforms month by month, by kind, and by township (TS-12, TS-28)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_

from app.engine.declare import Chart as Counted
from app.leaders_panels import Chart, Listed
from models.base import N_
from models.calls import Call, CallSource
from models.queries.asked import Asked, local
from views.calls import calls

NO_REPORT = N_("No grid worker's report became a call in this period.")


def _from_grids(asked: Asked) -> ColumnElement[bool]:
    return Call.source == CallSource.grid


GRIDS = Chart(
    number=14,
    title=N_("What do the grids report?"),
    icon="fa-border-all",
    sources=(
        Listed(
            name="grid_platforms",
            console=calls,
            counted=Counted(by="created_at", per="month", kind="line", split="platform"),
            title=N_("Grid reports by month and platform"),
            definition=N_(
                "Of the four platforms, that of the item. Growth in the table: against the first month shown, and"
                " against the month before."
            ),
            during="created_at",
            of=Asked.of_calls,
            only=_from_grids,
            empty=NO_REPORT,
        ),
        Listed(
            name="grid_kinds",
            console=calls,
            counted=Counted(by="category", split="state"),
            title=N_("Grid reports by kind"),
            definition=N_("Calls that began with a report of a grid worker, by the day on which it was written."),
            during="created_at",
            of=Asked.of_calls,
            only=_from_grids,
            empty=NO_REPORT,
        ),
        Listed(
            name="grid_townships",
            console=calls,
            counted=Counted(by="caller_unit", split="category", ranked=False),
            title=N_("Grid reports by township"),
            definition=N_("Numbers only, by code: townships are not ranked."),
            during="created_at",
            of=lambda asked: and_(asked.of_calls(), local(Call.caller_unit_id)),
            only=_from_grids,
            empty=NO_REPORT,
        ),
    ),
)
