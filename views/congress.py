"""Supervision opinions of the county's people's congress, and of the towns' congresses."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.congress import CongressOpinion
from models.rules.congress import (
    CONGRESS_OPINION,
    addressable,
    follow_congress_opinion,
    prepare_congress_opinion,
)

congress_opinions = Console(
    model=CongressOpinion,
    name=N_("Congress opinions"),
    category=N_("Supervision"),
    icon="fa-landmark",
    listed=("title", "unit", "addressed_unit", "state", "given_on", "answered_at"),
    shown=(
        "title", "unit", "addressed_unit", "given_on", "duty_list", "call", "opinion", "state", "answer", "answered_at"
    ),
    form=("title", "addressed_unit", "given_on", "duty_list", "call", "opinion"),
    searched=("title", "unit", "addressed_unit", "state", "given_on", "duty_list", "call"),
    among={"addressed_unit": addressable},
    charts=(Chart(by="addressed_unit", split="state", title=N_("Congress opinions by unit and state")),),
    workflow=CONGRESS_OPINION,
    prepare=prepare_congress_opinion,
    follow=follow_congress_opinion,
    intake=None,
    empty=N_("No opinion yet. Observers of the congress record what they see of lists and calls."),
)  # fmt: skip
