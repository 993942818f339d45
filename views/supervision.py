"""Supervision orders and reminders."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.nudges import Nudge
from models.queries.choices import bodies
from models.rules.supervision import SUPERVISION, follow_order, open_cases, open_parts, prepare_order
from models.supervision import Reminder, SupervisionOrder

supervision_orders = Console(
    model=SupervisionOrder,
    name=N_("Supervision orders"),
    category=N_("Supervision"),
    icon="fa-gavel",
    listed=("call", "unit", "level", "state", "issued_at", "due", "raised_at"),
    form=("assignment", "case", "unit", "level", "due", "reason", "misconduct"),
    required=("due", "reason"),
    among={"assignment": open_parts, "case": open_cases, "unit": bodies},
    searched=("state", "unit", "level", "issued_at", "due", "call", "assignment", "case"),
    deadlines={"acknowledge_due": ("acknowledged_at",), "due": ("replied_at",)},
    charts=(Chart(by="unit", split="level", title=N_("Supervision orders by unit and level")),),
    workflow=SUPERVISION,
    prepare=prepare_order,
    follow=follow_order,
    intake=None,
    empty=N_("No order. One is issued by itself when a promised deadline passes, or by hand."),
)

reminders = Console(
    model=Reminder,
    name=N_("Reminders"),
    category=N_("Supervision"),
    icon="fa-bell",
    listed=("call", "unit", "job", "message", "due_at", "sent_at"),
    form=(),
    searched=("job", "unit", "sent_at"),
    charts=(
        Chart(
            by="unit",
            split="job",
            title=N_("Reminders by reminded unit"),
            definition=N_("Whom a reminder went to: who is late, and from some step on whoever is told besides."),
        ),
    ),
    empty=N_("No reminder has been sent."),
)

nudges = Console(
    model=Nudge,
    name=N_("Nudges"),
    category=N_("Supervision"),
    icon="fa-hand-point-up",
    listed=("call", "unit", "by_unit", "number", "at", "moved_at", "minutes", "movement"),
    form=(),
    searched=("unit", "by_unit", "movement", "at", "call", "assignment"),
    order=("at", "desc"),
    charts=(
        Chart(
            by="unit",
            split="movement",
            title=N_("Time to the first movement after a nudge"),
            definition=N_("Nudges by the unit that was nudged, and how soon its part, or the call, moved next."),
        ),
    ),
    empty=N_("Nobody has been nudged. The caller does it on the page of a call or of an assignment."),
)
