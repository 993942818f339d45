"""Pauses of a promise, and asking for more time."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.queries.choices import parts_at_work
from models.rules.segments import EXTENSION, ask_for_it, prepare_extension
from models.segments import Extension, Pause

pauses = Console(
    model=Pause,
    name=N_("Pauses"),
    category=N_("Calls"),
    listed=("call", "reason", "paused_at", "resumed_at"),
    form=(),
    searched=("call", "assignment", "paused_at", "resumed_at"),
    charts=(Chart(by="paused_at", per="month", kind="line", title=N_("Pauses by month")),),
    about="assignment",
    in_menu=False,
    empty=N_("No department waits for a caller."),
)

extensions = Console(
    model=Extension,
    name=N_("More time"),
    category=N_("Calls"),
    icon="fa-hourglass-half",
    listed=("call", "days", "state", "asked_at", "answer_due", "due_before", "due_after"),
    shown=(
        "assignment",
        "state",
        "days",
        "reason",
        "file",
        "files",
        "asked_at",
        "answer_due",
        "decided_at",
        "due_before",
        "due_after",
    ),
    form=("assignment", "days", "reason", "file"),
    among={"assignment": parts_at_work},
    searched=("state", "assignment", "call", "asked_at"),
    deadlines={"answer_due": ("decided_at",)},
    charts=(
        Chart(by="state", kind="pie", title=N_("Asked for and granted")),
        Chart(by="asked_at", per="month", kind="line", split="state", title=N_("More time by month")),
    ),
    about="assignment",
    workflow=EXTENSION,
    prepare=prepare_extension,
    follow=ask_for_it,
    empty=N_("Nobody asks for more time."),
)
