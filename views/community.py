"""Councils, wishes, exchanges and small projects of communities."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.community import CheckIn, ExchangeEntry, MicroProject, MicroWish, VillagerCouncil
from models.queries.choices import own_units, unmatched
from models.rules.registers import prepare_council, prepare_exchange, prepare_owned

COUNTED = ("members", "key_projects", "projects_returned", "firms_returned")

villager_councils = Console(
    model=VillagerCouncil,
    name=N_("Villager councils"),
    category=N_("Townships and villages"),
    icon="fa-users",
    listed=("name", "level", "unit", *COUNTED),
    form=("unit", "name", *COUNTED),
    searched=("name", "level", "unit"),
    among={"unit": own_units},
    charts=(
        Chart(by="level", title=N_("Villager councils by level")),
        Chart(by="level", sums=COUNTED, title=N_("What villager councils brought about")),
    ),
    prepare=prepare_council,
    empty=N_("No council yet."),
)

micro_wishes = Console(
    model=MicroWish,
    name=N_("Micro-wishes"),
    category=N_("Townships and villages"),
    icon="fa-heart",
    listed=("wish", "progress", "unit", "taken_by", "made_on"),
    form=("unit", "wish", "made_on", "progress", "taken_by"),
    searched=("wish", "progress", "unit", "made_on"),
    among={"unit": own_units},
    charts=(Chart(by="progress", kind="pie", title=N_("Micro-wishes by progress")),),
    prepare=prepare_owned,
    empty=N_("No wish yet."),
)

exchange_entries = Console(
    model=ExchangeEntry,
    name=N_("Exchange list"),
    category=N_("Townships and villages"),
    icon="fa-arrows-left-right",
    listed=("title", "kind", "body", "unit", "match"),
    form=("unit", "kind", "title", "body", "match"),
    searched=("title", "kind", "unit", "match"),
    among={"unit": own_units, "match": unmatched},
    charts=(Chart(by="unit", split="kind", title=N_("Needs and resources by unit")),),
    related=(
        Related(
            model=ExchangeEntry,
            by="match",
            listed=("title", "kind", "body", "unit"),
            title=N_("Matched with this one"),
            adds=False,
        ),
    ),
    prepare=prepare_exchange,
    empty=N_("Nothing is needed or offered yet."),
)

micro_projects = Console(
    model=MicroProject,
    name=N_("Micro-governance projects"),
    category=N_("Townships and villages"),
    icon="fa-seedling",
    listed=("title", "progress", "unit", "participants", "from_on", "until_on"),
    form=("unit", "title", "content", "participants", "progress", "from_on", "until_on"),
    searched=("title", "progress", "unit", "from_on"),
    among={"unit": own_units},
    charts=(Chart(by="progress", kind="pie", title=N_("Micro-governance projects by progress")),),
    prepare=prepare_owned,
    empty=N_("No project yet."),
)

check_ins = Console(
    model=CheckIn,
    name=N_("Double registration"),
    category=N_("Townships and villages"),
    icon="fa-handshake-angle",
    listed=("organisation", "unit", "members", "checked_in_on", "services"),
    form=("unit", "organisation", "members", "checked_in_on", "services", "done"),
    searched=("organisation", "unit", "checked_in_on"),
    among={"unit": own_units},
    charts=(
        Chart(by="unit", title=N_("Party organisations by community")),
        Chart(by="unit", sums=("members", "services"), title=N_("Party members and services by community")),
    ),
    prepare=prepare_owned,
    empty=N_("No party organisation has checked in yet."),
)
