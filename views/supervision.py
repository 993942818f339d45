"""Supervision orders and reminders."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.rules.supervision import SUPERVISION
from models.supervision import Reminder, SupervisionOrder

supervision_orders = Console(
    model=SupervisionOrder,
    name=N_("Supervision orders"),
    category=N_("Supervision"),
    icon="fa-gavel",
    listed=("call", "unit", "level", "state", "issued_at", "raised_at"),
    form=(),
    searched=("state", "unit", "level", "issued_at", "call", "assignment"),
    charts=(Chart(by="unit", split="level", title=N_("Supervision orders by unit and level")),),
    workflow=SUPERVISION,
    empty=N_("No order. One is issued by itself when a promised deadline passes."),
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
