"""Lists in their editions and the items in them, as everyone reads them and the list manager keeps them."""

from app.engine.declare import Chart, Console, Derived, Intake, Kinds, Link, Related
from app.item_forms import USUAL, of_type
from models.base import N_
from models.item_words import ItemState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.lists import DutyList, ItemCooperation, ListField, ListItem, ListType
from models.opinions import ListOpinion
from models.queries.choices import bodies, draft_items, draft_lists, modules
from models.queries.completeness import IS_COMPLETE, LACKS_DRAWING, LACKS_MANUAL
from models.rules.comments import OPINION
from models.rules.item_sheets import complete_item
from models.rules.list_types import forget_field, forget_type, prepare_field, prepare_type
from models.rules.lists import LIST, forget_from_draft, forget_list, prepare_cooperation, prepare_item, prepare_list
from models.steps import ItemStep

list_items = Console(
    model=ListItem,
    name=N_("List items"),
    category=N_("Lists"),
    icon="fa-list-check",
    listed=("code", "title", "category", "lead_department", "call_scope", "list_type", "priority", "state"),
    shown=(
        "code",
        "title",
        "state",
        "duty_list",
        "list_type",
        *USUAL,
        "priority",
        "is_idle",
        "removed_on",
        "removed_reason",
        "replaces",
        "replaced_by",
    ),
    form=("duty_list", "code", "title", *USUAL),
    searched=(
        "code",
        "title",
        "category",
        "lead_department",
        "call_scope",
        "state",
        "list_type",
        "duty_list",
        "legal_basis",
        "guide_ref",
        "platform",
        "module",
        "relation_pair",
        "power_status",
        "sink_kind",
        "online",
        "is_blind_spot",
        "is_overlap",
        "is_idle",
        "forbidden_kind",
        "priority",
    ),
    derived=(
        Derived(name="lacks_drawing", label=N_("Lacks the construction drawing"), criterion=LACKS_DRAWING),
        Derived(name="lacks_manual", label=N_("Lacks the instruction manual"), criterion=LACKS_MANUAL),
        Derived(name="is_complete", label=N_("Drawing and manual are there"), criterion=IS_COMPLETE),
    ),
    among={"duty_list": draft_lists, "lead_department": bodies, "cooperating_departments": bodies, "module": modules},
    order=("code", "asc"),
    opens={"state": "published"},
    charts=(
        Chart(by="category", title=N_("Items by category")),
        Chart(by="lead_department", title=N_("Items by lead department")),
        Chart(by="list_type", split="state", title=N_("Items by list type")),
        Chart(by="call_scope", kind="pie", title=N_("Items by call scope")),
        Chart(
            by="lead_department",
            split="is_idle",
            only={"state": "published"},
            share=True,
            title=N_("Items that nobody calls"),
            definition=N_("Looked for once a month: no call cites the item, in any version, for 180 days."),
        ),
        Chart(
            by="lead_department",
            split="is_complete",
            only={"state": "published"},
            share=True,
            title=N_("Drawings and manuals by lead department"),
            definition=N_(
                "Of the items in force of a lead department, how many have both a construction drawing and an"
                " instruction manual among their drawings and guides."
            ),
        ),
        Chart(by="is_blind_spot", split="is_overlap", kind="bar", title=N_("Blind spots and overlaps")),
        Chart(by="platform", title=N_("Items by platform")),
        Chart(by="online", kind="pie", title=N_("Items handled online")),
    ),
    related=(
        Related(
            model=ItemStep,
            by="list_item",
            listed=("title", "position", "kind", "side", "unit", "amount", "limit_unit"),
            order="position",
        ),
        Related(model=ItemAttachment, by="list_item"),
        Related(model=ItemCheckpoint, by="list_item", order="position"),
        Related(model=ItemIndicator, by="list_item", order="position"),
    ),
    links=(
        Link(
            label=N_("Propose a change"),
            endpoint="ListAdjustmentPage.add",
            icon="fa-pen-ruler",
            takes="list_item",
            further=lambda item: {"kind": "modify", "duty_list": item.duty_list_id},
            needs=("can_add", "ListAdjustment"),
            when=lambda item: item.state is ItemState.published,
        ),
        Link(label=N_("Flow chart"), endpoint="FlowCharts.page", icon="fa-diagram-project"),
        Link(label=N_("How it is performed"), endpoint="Performance.page", icon="fa-gauge"),
        Link(label=N_("Versions"), endpoint="Versions.page", icon="fa-clock-rotate-left"),
    ),
    kinds=Kinds(by=("duty_list", "list_type"), column="extra", variant=of_type),
    prepare=prepare_item,
    forget=forget_from_draft,
    intake=Intake(
        also=("list_type",),
        sheet="list_type",
        headline="category",
        numerals=("code",),
        rest={"lead_department": "cooperating_departments"},
        complete=complete_item,
    ),
    empty=N_("No item is in force. The editorial office publishes the list."),
)

duty_lists = Console(
    model=DutyList,
    name=N_("Lists and editions"),
    category=N_("Lists"),
    icon="fa-book",
    listed=("title", "list_type", "edition", "state", "document_number", "effective_from", "effective_to"),
    shown=(
        "title",
        "list_type",
        "edition",
        "state",
        "owner_unit",
        "issued_by",
        "document_number",
        "file",
        "published_at",
        "effective_from",
        "effective_to",
        "rounds_done",
        "comment_due",
        "replaces",
        "note",
    ),
    form=("title", "list_type", "issued_by", "document_number", "file", "note"),
    searched=("title", "list_type", "edition", "state", "document_number", "effective_from"),
    deadlines={"comment_due": ()},
    charts=(Chart(by="list_type", split="state", title=N_("Editions by list type")),),
    related=(
        Related(
            model=ListItem,
            by="duty_list",
            listed=("code", "title", "category", "lead_department", "call_scope", "state"),
            order="code",
        ),
        Related(
            model=DutyList,
            by="replaces",
            listed=("title", "edition", "state", "document_number"),
            title=N_("Next edition"),
        ),
        Related(
            model=ListOpinion, by="duty_list", listed=("unit", "round", "state", "agrees", "opinion"), order="state"
        ),
    ),
    links=(Link(label=N_("Compare editions"), endpoint="Comparison.page", icon="fa-code-compare"),),
    workflow=LIST,
    prepare=prepare_list,
    forget=forget_list,
    empty=N_("No list has been published."),
)

list_opinions = Console(
    model=ListOpinion,
    name=N_("Opinions on lists"),
    category=N_("Lists"),
    icon="fa-comment",
    listed=("duty_list", "unit", "round", "state", "agrees", "due", "given_at"),
    form=(),
    searched=("duty_list", "unit", "round", "state", "agrees"),
    deadlines={"due": ("given_at",)},
    charts=(Chart(by="unit", split="state", title=N_("Opinions by unit and state")),),
    workflow=OPINION,
    empty=N_("Nobody has been asked yet."),
)

cooperations = Console(
    model=ItemCooperation,
    name=N_("Cooperating departments"),
    category=N_("Lists"),
    listed=("list_item", "unit"),
    form=("list_item", "unit"),
    among={"list_item": draft_items, "unit": bodies},
    prepare=prepare_cooperation,
    in_menu=False,
)

list_types = Console(
    model=ListType,
    name=N_("List types"),
    category=N_("Settings"),
    icon="fa-layer-group",
    listed=("name", "code", "primary", "rounds", "in_modules"),
    order=("id", "asc"),
    related=(
        Related(model=ListField, by="list_type", listed=("label", "column", "required", "position"), order="position"),
    ),
    prepare=prepare_type,
    forget=forget_type,
)

list_fields = Console(
    model=ListField,
    name=N_("Columns of list types"),
    category=N_("Settings"),
    listed=("list_type", "label", "column", "kind", "required", "position"),
    form=("list_type", "column", "label", "kind", "choices", "required", "help", "position", "name"),
    order=("position", "asc"),
    prepare=prepare_field,
    forget=forget_field,
    in_menu=False,
)
