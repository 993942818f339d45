"""Closed calls of an older system, imported by their key there: each is a call here that is over."""

from app.engine.declare import Console, Intake
from models.base import N_
from models.past_calls import PastCall
from models.queries.choices import answering_ever, published_items, townships_ever
from models.rules.past_calls import complete_past_call, forget_past_call, prepare_past_call

TOLD = (
    "system",
    "external_key",
    "title",
    "unit",
    "department",
    "list_item",
    "category",
    "scope",
    "sent_at",
    "accepted_at",
    "dispatched_at",
    "responded_at",
    "promised_due",
    "resolved_at",
    "closed_at",
    "outcome",
    "level",
    "result",
    "description",
)
"""As it stands in a file: who, what, when, and how it ended."""

past_calls = Console(
    model=PastCall,
    name=N_("Calls of an older system"),
    category=N_("Calls"),
    icon="fa-clock-rotate-left",
    listed=("external_key", "title", "outcome", "unit", "department", "sent_at", "closed_at"),
    shown=(*TOLD, "call"),
    form=TOLD,
    searched=("external_key", "system", "title", "outcome", "level", "unit", "department", "sent_at", "category"),
    among={"unit": townships_ever, "department": answering_ever, "list_item": published_items},
    prepare=prepare_past_call,
    forget=forget_past_call,
    intake=Intake(key=("system", "external_key"), complete=complete_past_call),
    empty=N_("Nothing yet. Import the file of closed calls; they count in charts, rates and rehearsals at once."),
)
