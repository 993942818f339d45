"""Desks in front and behind, the three-level network, and how long services take."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.queries.choices import departments, own_units, serving_units
from models.rules.services import BACK, SERVICE, prepare_desk, prepare_item, prepare_point, prepare_request
from models.services import BackDeskTask, ServiceDesk, ServiceItem, ServicePoint, ServiceRequest

service_requests = Console(
    model=ServiceRequest,
    name=N_("Front-desk requests"),
    category=N_("Townships and villages"),
    icon="fa-bell-concierge",
    listed=("title", "state", "service_item", "unit", "channel", "received_at", "done_at"),
    shown=(
        "title",
        "state",
        "applicant",
        "service_item",
        "unit",
        "channel",
        "received_at",
        "files",
        "result",
        "done_at",
    ),
    form=("unit", "title", "applicant", "service_item", "channel"),
    searched=("title", "state", "service_item", "unit", "channel", "received_at"),
    among={"unit": own_units},
    charts=(
        Chart(by="unit", split="state", title=N_("Front-desk requests by desk and state")),
        Chart(by="channel", kind="pie", title=N_("Front-desk requests by channel")),
    ),
    related=(Related(model=BackDeskTask, by="service_request", listed=("unit", "state", "question", "answer")),),
    workflow=SERVICE,
    prepare=prepare_request,
    empty=N_("Nobody has brought a matter yet."),
)

back_desk_tasks = Console(
    model=BackDeskTask,
    name=N_("Back-desk tasks"),
    category=N_("Townships and villages"),
    icon="fa-inbox",
    listed=("service_request", "unit", "state", "question", "asked_at", "answered_at"),
    form=(),
    searched=("unit", "state", "asked_at"),
    charts=(Chart(by="unit", split="state", title=N_("Back-desk tasks by unit and state")),),
    about="service_request",
    workflow=BACK,
    empty=N_("No front desk has asked you yet."),
)

service_points = Console(
    model=ServicePoint,
    name=N_("Service points"),
    category=N_("Townships and villages"),
    icon="fa-location-dot",
    listed=("name", "level", "channel", "unit", "above", "address"),
    form=("unit", "name", "channel", "address"),
    searched=("name", "level", "channel", "unit"),
    among={"unit": own_units},
    charts=(Chart(by="level", split="channel", title=N_("Service points by level and channel")),),
    related=(Related(model=ServicePoint, by="above", listed=("name", "level", "channel"), title=N_("Below it")),),
    prepare=prepare_point,
    empty=N_("No service point yet: a county centre, centres of townships, rooms of villages."),
)

service_items = Console(
    model=ServiceItem,
    name=N_("Service items"),
    category=N_("Townships and villages"),
    icon="fa-stopwatch",
    listed=("title", "department", "days_before", "days_after", "steps_before", "steps_after"),
    form=("title", "department", "days_before", "days_after", "steps_before", "steps_after"),
    searched=("title", "department"),
    among={"department": departments},
    charts=(
        Chart(
            by="title",
            sums=("days_before", "days_after"),
            title=N_("Handling time before and after it was simplified"),
            definition=N_("In working days, as the register of service items says."),
        ),
        Chart(by="department", title=N_("Service items by department")),
    ),
    prepare=prepare_item,
    empty=N_("No service item yet. The list manager keeps the register."),
)

service_desks = Console(
    model=ServiceDesk,
    name=N_("Front and back desks"),
    category=N_("Townships and villages"),
    icon="fa-right-left",
    listed=("unit", "kind", "functions"),
    form=("unit", "functions"),
    searched=("unit", "kind"),
    among={"unit": serving_units},
    charts=(Chart(by="kind", kind="pie", title=N_("Desks in front and behind")),),
    prepare=prepare_desk,
    empty=N_("No desk is registered yet. The list manager keeps the register."),
)
