"""Supervision orders and reminders."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.queries.choices import bodies
from models.rules.supervision import SUPERVISION, follow_order, open_cases, open_parts, prepare_order
from models.supervision import Reminder, SupervisionOrder

supervision_orders = Console(
    model=SupervisionOrder,
    name=N_("Supervision orders"),
    category=N_("Supervision"),
    icon="fa-gavel",
    listed=("call", "unit", "level", "state", "issued_at", "due", "raised_at"),
    form=("assignment", "case", "unit", "level", "due", "reason"),
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
    listed=("call", "unit", "job", "step", "due_at", "sent_at"),
    form=(),
    searched=("job", "unit", "sent_at"),
    charts=(Chart(by="unit", split="job", title=N_("Reminders by unit")),),
    empty=N_("No reminder has been sent."),
)
