"""Coordination cases: the parties' desk, the supervision office's, and the editorial office's."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.coordination import CaseParty, CoordinationCase
from models.rules.coordination import COORDINATION

cases = Console(
    model=CoordinationCase,
    name=N_("Coordination cases"),
    category=N_("Coordination"),
    icon="fa-scale-balanced",
    listed=(
        "number",
        "title",
        "state",
        "call",
        "negotiation_due",
        "coordination_due",
        "execution_due",
        "responsible_unit",
    ),
    form=(),
    searched=("number", "title", "state", "responsible_unit", "forwarded_at"),
    deadlines={
        "negotiation_due": ("agreed_at", "escalated_at"),
        "filing_due": ("filed_at",),
        "coordination_due": ("decided_at",),
        "execution_due": ("closed_at",),
    },
    charts=(
        Chart(by="state", kind="pie", title=N_("Cases by state")),
        Chart(by="forwarded_at", per="month", kind="line", title=N_("Forwarded by month")),
        Chart(by="responsible_unit", title=N_("Cases by duty holder")),
    ),
    related=(Related(model=CaseParty, by="case"),),
    workflow=COORDINATION,
    empty=N_("No case. One is opened when a township forwards a rejected call."),
)

parties = Console(
    model=CaseParty,
    name=N_("Parties"),
    category=N_("Coordination"),
    listed=("case", "unit", "side"),
    form=(),
    in_menu=False,
)
