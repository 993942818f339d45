"""The duty lists and their items, as everyone reads them and the list manager keeps them."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.lists import DutyList, ItemCooperation, ListItem
from models.queries.choices import bodies, draft_items, draft_lists
from models.rules.lists import LIST, prepare_cooperation, prepare_item, prepare_list

list_items = Console(
    model=ListItem,
    name=N_("List items"),
    category=N_("Lists"),
    icon="fa-list-check",
    listed=("code", "title", "category", "lead_department", "call_scope", "state"),
    form=(
        "duty_list",
        "code",
        "title",
        "category",
        "call_scope",
        "lead_department",
        "department_duties",
        "township_duties",
        "legal_basis",
        "time_limit",
        "source",
    ),
    searched=("code", "title", "category", "lead_department", "call_scope", "state", "duty_list", "legal_basis"),
    among={"duty_list": draft_lists, "lead_department": bodies},
    order=("code", "asc"),
    charts=(
        Chart(by="category", title=N_("Items by category")),
        Chart(by="lead_department", title=N_("Items by lead department")),
        Chart(by="call_scope", kind="pie", title=N_("Items by call scope")),
    ),
    related=(Related(model=ItemCooperation, by="list_item"),),
    prepare=prepare_item,
    empty=N_("No item is in force. The editorial office publishes the list."),
)

duty_lists = Console(
    model=DutyList,
    name=N_("Duty lists"),
    category=N_("Lists"),
    icon="fa-book",
    listed=("title", "list_type", "edition", "state", "issued_by", "document_number", "published_at", "effective_from"),
    form=("title", "list_type", "edition", "issued_by", "document_number", "note"),
    related=(Related(model=ListItem, by="duty_list"),),
    workflow=LIST,
    prepare=prepare_list,
    empty=N_("No list has been published."),
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
