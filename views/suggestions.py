"""Suggestions of townships to adjust the head of an agency."""

from app.engine.declare import Chart, Console, Link
from models.base import N_
from models.queries.choices import heads_hosted
from models.rules.suggestions import SUGGESTION, forget_suggestion, open_suggestion, prepare_suggestion
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState

CARRY_OUT = Link(
    label=N_("Propose the personnel change"),
    endpoint="PersonnelChangePage.add",
    icon="fa-right-left",
    takes="",
    further=lambda suggestion: {"staff": suggestion.staff_id},
    needs=("can_add", "PersonnelChange"),
    when=lambda suggestion: suggestion.state is SuggestionState.settled and suggestion.staff.is_head,
)
"""What the plan that both agreed on needs (TA-37)."""

head_suggestions = Console(
    model=HeadAdjustmentSuggestion,
    name=N_("Suggestions about heads of agencies"),
    category=N_("Agencies and people"),
    icon="fa-user-pen",
    listed=("staff", "township", "department", "state", "due", "opened_at", "settled_at"),
    shown=(
        *("staff", "state", "township", "department", "facts", "opened_at", "due", "analysis", "analysed_at"),
        *("negotiated_plan", "settled_at"),
    ),
    form=("staff", "facts"),
    searched=("staff", "township", "department", "state", "due", "opened_at"),
    among={"staff": heads_hosted},
    deadlines={"due": ("negotiated_plan",)},
    charts=(Chart(by="department", split="state", title=N_("Suggestions by department and state")),),
    workflow=SUGGESTION,
    prepare=prepare_suggestion,
    follow=open_suggestion,
    forget=forget_suggestion,
    intake=None,  # one is opened for a reason, and the department hears of it at once
    empty=N_("No suggestion. A township may suggest to adjust the head of an agency that it hosts, by facts."),
    about="staff",
    links=(CARRY_OUT,),
)
