"""Proposals to adjust a list: the township's and the department's, and the editorial office's desk."""

from app.engine.declare import Chart, Console, Kinds, Related
from app.item_forms import RARE, SAYABLE, of_proposal
from models.adjustments import AdjustmentOpinion, ListAdjustment
from models.base import N_
from models.queries.choices import bodies, modules, published_items, published_lists
from models.rules.adjustments import ADJUSTMENT, OPINION, prepare_adjustment

ABOUT = ("duty_list", "kind", "list_item", "reason", "explanation", "call", "title")
"""What is asked of every proposal, whatever its list."""

list_adjustments = Console(
    model=ListAdjustment,
    name=N_("Adjustments"),
    category=N_("Lists"),
    icon="fa-pen-ruler",
    listed=("title", "kind", "state", "list_item", "proposer_unit", "reason", "submitted_at", "opinion_due"),
    shown=(
        "state",
        "proposer_unit",
        *ABOUT,
        *SAYABLE,
        "file",
        "submitted_at",
        "opinion_due",
        "decided_at",
        "approval_document",
        "applied_at",
        "resulting_item",
    ),
    form=(*ABOUT, *SAYABLE, "file"),
    folded=RARE,
    searched=("title", "kind", "state", "reason", "proposer_unit", "list_item", "duty_list", "submitted_at"),
    among={"duty_list": published_lists, "list_item": published_items, "lead_department": bodies, "module": modules},
    deadlines={"opinion_due": ()},
    charts=(
        Chart(by="kind", split="state", title=N_("Adjustments by kind and state")),
        Chart(by="proposer_unit", split="kind", title=N_("Adjustments by proposer")),
        Chart(by="reason", kind="pie", title=N_("Adjustments by reason")),
        Chart(by="applied_at", per="month", kind="line", split="kind", title=N_("Applied by month")),
    ),
    related=(
        Related(
            model=AdjustmentOpinion, by="list_adjustment", listed=("unit", "state", "agrees", "opinion"), order="state"
        ),
    ),
    about="list_item",
    kinds=Kinds(
        by=("duty_list",),
        column="extra",
        variant=of_proposal(ABOUT, ("file",)),
        first=(*ABOUT, "file"),
    ),
    workflow=ADJUSTMENT,
    prepare=prepare_adjustment,
    empty=N_("No proposal. Where the list is wrong or silent, propose to adjust it."),
)

adjustment_opinions = Console(
    model=AdjustmentOpinion,
    name=N_("Opinions on adjustments"),
    category=N_("Lists"),
    listed=("list_adjustment", "unit", "state", "agrees", "due", "given_at"),
    form=(),
    searched=("list_adjustment", "unit", "state", "agrees"),
    deadlines={"due": ("given_at",)},
    about="list_adjustment",
    workflow=OPINION,
    in_menu=False,
)
