"""Disputes, and the pairs who mediate."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.disputes import DisputeCase, MediatorPair
from models.queries.choices import own_units
from models.rules.disputes import DISPUTE, prepare_dispute
from models.rules.registers import prepare_owned

dispute_cases = Console(
    model=DisputeCase,
    name=N_("Disputes"),
    category=N_("Townships and villages"),
    icon="fa-handshake",
    listed=("title", "state", "level", "unit", "is_difficult", "partner", "found_at"),
    shown=(
        "title",
        "state",
        "level",
        "unit",
        "facts",
        "files",
        "is_difficult",
        "pair",
        "partner",
        "measures",
        "outcome",
        "found_at",
        "settled_at",
    ),
    form=("unit", "title", "facts", "is_difficult", "pair"),
    searched=("title", "state", "level", "unit", "is_difficult", "found_at"),
    among={"unit": own_units},
    charts=(
        Chart(by="level", split="state", title=N_("Disputes by level and state")),
        Chart(by="found_at", per="month", kind="line", title=N_("Disputes found by month")),
    ),
    workflow=DISPUTE,
    prepare=prepare_dispute,
    empty=N_("No dispute yet. What was found in the villages is written down here, without names."),
)

mediator_pairs = Console(
    model=MediatorPair,
    name=N_("Mediator pairs"),
    category=N_("Townships and villages"),
    icon="fa-people-arrows",
    listed=("unit", "profession", "post", "mediator", "from_on", "until_on"),
    form=("unit", "profession", "post", "mediator", "from_on", "until_on"),
    searched=("unit", "profession", "until_on"),
    among={"unit": own_units},
    charts=(Chart(by="profession", title=N_("Mediator pairs by profession")),),
    prepare=prepare_owned,
    empty=N_("No pair yet: judge, police officer, lawyer or teacher beside a mediator of the place."),
)
