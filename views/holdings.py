"""Whose turn it was, and for how long."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.holdings import Holding

IN_HAND = N_(
    "Minutes of working time from the moment that a call came to the unit until it went on; of emergencies, by the"
    " clock. What is still in hand is not in it. Numbers only: townships are not ranked."
)

holdings = Console(
    model=Holding,
    name=N_("Time in hand"),
    category=N_("Calls"),
    icon="fa-stopwatch",
    listed=("call", "unit", "stage", "since", "until", "minutes"),
    form=(),
    searched=("unit", "stage", "since", "until", "call"),
    charts=(
        Chart(by="unit", split="stage", sums=("minutes",), title=N_("Minutes in hand by unit"), definition=IN_HAND),
        Chart(by="stage", sums=("minutes",), kind="pie", title=N_("Minutes in hand by stage"), definition=IN_HAND),
        Chart(by="unit", title=N_("How often a call came to each unit")),
    ),
    about="call",
    empty=N_("No call is under way."),
)
