"""Coordination cases: the parties' desk, the supervision office's, and the editorial office's."""

from app.engine.declare import Chart, Console, Link, Related
from models.base import N_
from models.case_papers import CaseDocument, OfflineStep
from models.coordination import CaseParty, CoordinationCase
from models.item_words import ItemState
from models.meetings import JointMeeting, MeetingKind
from models.queries.choices import bodies, open_cases, other_bodies, published_items
from models.rules.case_papers import prepare_document, prepare_party, prepare_step, tell_party
from models.rules.coordination import COORDINATION
from models.rules.opening import prepare_case, tell_of_case
from models.supervision import SupervisionOrder

SUPERVISE = Link(
    label=N_("Issue a supervision order"),
    endpoint="SupervisionOrderPage.add",
    icon="fa-gavel",
    takes="case",
    needs=("can_add", "SupervisionOrder"),
)

ACCOUNT = Link(
    label=N_("Open a case of accountability"),
    endpoint="AccountabilityCasePage.add",
    icon="fa-scale-unbalanced",
    takes="coordination_case",
    needs=("can_add", "AccountabilityCase"),
)

PROPOSE = Link(
    label=N_("Propose to adjust the list"),
    endpoint="ListAdjustmentPage.add",
    icon="fa-pen-ruler",
    takes="",
    further=lambda case: {
        "kind": "modify",
        "duty_list": case.list_item.duty_list_id,
        "list_item": case.list_item_id,
        "call": case.call_id,
    },
    needs=("can_add", "ListAdjustment"),
    when=lambda case: case.list_item is not None and case.list_item.state is ItemState.published,
)
"""Where the item is what the parties read differently (R5)."""

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
        "opened_by",
        "negotiation_due",
        "coordination_due",
        "execution_due",
        "responsible_unit",
        "supervision_level",
    ),
    form=("title", "list_item", "description", "other_parties"),
    required=("other_parties",),
    searched=("number", "title", "state", "responsible_unit", "forwarded_at", "opened_by", "category", "list_item"),
    among={"list_item": published_items, "other_parties": other_bodies},
    deadlines={
        "negotiation_due": ("agreed_at", "escalated_at"),
        "filing_due": ("filed_at",),
        "coordination_due": ("decided_at",),
        "execution_due": ("closed_at",),
    },
    charts=(
        Chart(by="state", kind="pie", title=N_("Cases by state")),
        Chart(by="forwarded_at", per="month", kind="line", title=N_("Brought to coordination by month")),
        Chart(by="forwarded_at", per="month", split="state", title=N_("Cases by month and state")),
        Chart(by="category", split="state", title=N_("Cases by category and state")),
        Chart(by="responsible_unit", title=N_("Cases by duty holder")),
    ),
    links=(SUPERVISE, ACCOUNT, PROPOSE),
    related=(
        Related(model=CaseParty, by="case", listed=("unit", "side", "reason"), order="id"),
        Related(model=OfflineStep, by="case", listed=("held_on", "kind", "outcome", "units", "unit"), order="held_on"),
        Related(
            model=JointMeeting,
            by="case",
            listed=("title", "state", "meets_at", "place"),
            order="meets_at",
            further={"kind": MeetingKind.coordination.value},
        ),
        Related(model=SupervisionOrder, by="case"),
        Related(model=CaseDocument, by="case", listed=("title", "file", "unit", "filed_at"), order="id"),
    ),
    workflow=COORDINATION,
    prepare=prepare_case,
    follow=tell_of_case,
    intake=None,
    empty=N_("No case. One is opened when a rejected call is forwarded, or here, where work does not run."),
)

parties = Console(
    model=CaseParty,
    name=N_("Parties"),
    category=N_("Coordination"),
    listed=("case", "unit", "side", "reason"),
    form=("case", "unit", "reason"),
    required=("reason",),
    among={"case": open_cases, "unit": other_bodies},
    prepare=prepare_party,
    follow=tell_party,
    intake=None,
    in_menu=False,
)

steps = Console(
    model=OfflineStep,
    name=N_("Offline steps"),
    category=N_("Coordination"),
    listed=("case", "held_on", "kind", "units", "outcome", "unit"),
    form=("case", "kind", "held_on", "units", "outcome", "file"),
    required=("units",),
    searched=("case", "kind", "held_on", "unit"),
    among={"case": open_cases, "units": bodies},
    charts=(Chart(by="kind", title=N_("Offline steps by kind")),),
    prepare=prepare_step,
    intake=None,
    in_menu=False,
)

documents = Console(
    model=CaseDocument,
    name=N_("Documents of cases"),
    category=N_("Coordination"),
    listed=("case", "title", "file", "unit", "filed_at"),
    form=("case", "title", "file"),
    searched=("case", "title", "unit", "filed_at"),
    among={"case": open_cases},
    prepare=prepare_document,
    intake=None,
    in_menu=False,
)
