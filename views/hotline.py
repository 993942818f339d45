"""Tickets of the hotline and other outside systems: imported by key, dealt with, answered."""

from app.engine.declare import Chart, Console, Intake
from models.base import N_
from models.hotline import HotlineTicket
from models.queries.choices import townships
from models.rules.hotline import HOTLINE, complete_ticket, prepare_ticket

hotline_tickets = Console(
    model=HotlineTicket,
    name=N_("Hotline tickets"),
    category=N_("Calls"),
    icon="fa-headset",
    listed=("external_key", "title", "state", "source", "category", "unit", "received_at", "answer_due"),
    shown=(
        "external_key",
        "source",
        "title",
        "state",
        "category",
        "description",
        "place",
        "complainant",
        "unit",
        "received_at",
        "answer_due",
        "way",
        "call",
        "answer",
        "answered_at",
        "timeliness",
        "returned_reason",
    ),
    form=(
        "source",
        "external_key",
        "unit",
        "title",
        "category",
        "description",
        "place",
        "complainant",
        "received_at",
        "answer_due",
    ),
    searched=(
        "external_key",
        "title",
        "state",
        "source",
        "category",
        "unit",
        "received_at",
        "way",
        "timeliness",
        "call",
    ),
    among={"unit": townships},
    deadlines={"answer_due": ("answered_at",)},
    charts=(
        Chart(
            by="received_at",
            per="month",
            kind="line",
            split="source",
            title=N_("Tickets by month and outside system"),
            definition=N_("Data collected: each ticket once, in the month in which the outside system received it."),
        ),
        Chart(
            by="category",
            split="source",
            title=N_("Tickets by category and outside system"),
            definition=N_("Data brought together: the tickets of all outside systems under one set of categories."),
        ),
        Chart(
            by="unit",
            split="way",
            title=N_("Tickets that became calls"),
            definition=N_("Data applied: of how many a call was made, how many were answered directly, and the rest."),
        ),
        Chart(
            by="way",
            split="timeliness",
            title=N_("Tickets answered in time"),
            definition=N_("By the limit that the outside system wrote on it; a call answers it when it is solved."),
        ),
        Chart(by="state", kind="pie", title=N_("Tickets by state")),
    ),
    workflow=HOTLINE,
    prepare=prepare_ticket,
    intake=Intake(key=("source", "external_key"), complete=complete_ticket),
    empty=N_("No ticket yet. Import the file of the hotline, or let its system send the tickets by the API."),
)
