"""Whose turn it was, and for how long."""

from app.engine.declare import Chart, Console, Derived
from models.base import N_
from models.holdings import Holding
from models.queries.holdings import IS_IN_HAND

IN_HAND = N_(
    "Minutes of working time from the moment that a call came to the unit until it went on; of emergencies, by the"
    " clock. What is still in hand is not in it: a chart of its own counts that. Numbers only:"
    " townships are not ranked."
)

holdings = Console(
    model=Holding,
    name=N_("Time in hand"),
    category=N_("Calls"),
    icon="fa-stopwatch",
    listed=("call", "unit", "stage", "since", "until", "minutes"),
    form=(),
    searched=("unit", "stage", "since", "until", "call"),
    derived=(Derived(name="in_hand", label=N_("In hand now"), criterion=IS_IN_HAND),),
    charts=(
        Chart(
            by="unit",
            split="stage",
            sums=("minutes",),
            ranked=False,
            title=N_("Minutes in hand by unit"),
            definition=IN_HAND,
        ),
        Chart(
            by="stage",
            sums=("minutes",),
            kind="pie",
            title=N_("Minutes in hand by the state at hand-over"),
            definition=IN_HAND,
        ),
        Chart(by="unit", ranked=False, title=N_("How often a call came to each unit")),
        Chart(
            by="unit",
            split="stage",
            ranked=False,
            only={"in_hand": "true"},
            title=N_("Calls in hand now by unit"),
            definition=N_("As of now, by the unit that has to act. Numbers only: townships are not ranked."),
        ),
    ),
    about="call",
    empty=N_("No call is under way."),
)
