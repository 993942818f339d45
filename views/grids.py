"""Grids, what they cover, what is watched in them, and who serves there."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.grids import Grid, GridArea, GridAssignment, GridTask
from models.queries.choices import commissioners, grid_items, own_grids, own_people, own_places
from models.rules.grids import GRID, prepare_area, prepare_assignment, prepare_grid, prepare_task

IN_FORCE = {"state": "in_force"}
RESOURCES = ("people", "places", "affairs", "things", "organisations", "public_opinion")

grids = Console(
    model=Grid,
    name=N_("Grids"),
    category=N_("Townships and villages"),
    icon="fa-border-all",
    listed=("name", "village", "is_comprehensive", "speciality", "state", "people"),
    shown=(
        "name",
        "state",
        "unit",
        "village",
        "is_comprehensive",
        "speciality",
        *RESOURCES,
        "merged_into",
        "ended_on",
    ),
    form=("unit", "name", "is_comprehensive", "speciality", *RESOURCES),
    searched=("name", "village", "is_comprehensive", "speciality", "state"),
    among={"unit": own_places},
    charts=(
        Chart(by="village", split="is_comprehensive", only=IN_FORCE, title=N_("Grids by village")),
        Chart(by="state", kind="pie", title=N_("Grids by state")),
        Chart(by="village", sums=RESOURCES, only=IN_FORCE, title=N_("Resources by village")),
    ),
    related=(
        Related(model=GridArea, by="grid", listed=("name",), order="name"),
        Related(
            model=GridAssignment, by="grid", listed=("post", "role", "force", "is_responsible", "from_on", "until_on")
        ),
        Related(model=GridTask, by="grid", listed=("task", "frequency", "list_item")),
        Related(
            model=Grid, by="merged_into", listed=("name", "speciality", "ended_on"), title=N_("Merged into this grid")
        ),
    ),
    workflow=GRID,
    prepare=prepare_grid,
    empty=N_("No grid yet. The township parts its villages and communities into grids."),
)

grid_assignments = Console(
    model=GridAssignment,
    name=N_("Grid staff"),
    category=N_("Townships and villages"),
    icon="fa-people-group",
    listed=("grid", "post", "role", "force", "worker", "is_responsible", "from_on", "until_on"),
    form=(
        "grid",
        "role",
        "post",
        "duties",
        "force",
        "worker",
        "commissioner",
        "is_responsible",
        "from_on",
        "until_on",
    ),
    searched=("grid", "post", "role", "force", "until_on"),
    among={"grid": own_grids, "worker": own_people, "commissioner": commissioners},
    order=("from_on", "desc"),
    charts=(
        Chart(by="role", split="force", title=N_("Grid staff by role and force")),
        Chart(by="grid", title=N_("Grid staff by grid")),
    ),
    prepare=prepare_assignment,
    empty=N_("Nobody serves in a grid yet. Name the post, the duties, and the account of who holds it."),
)

grid_tasks = Console(
    model=GridTask,
    name=N_("Grid tasks"),
    category=N_("Townships and villages"),
    icon="fa-list-check",
    listed=("task", "grid", "frequency", "list_item"),
    form=("grid", "task", "frequency", "list_item"),
    searched=("task", "grid", "frequency", "list_item"),
    among={"grid": own_grids, "list_item": grid_items},
    charts=(Chart(by="frequency", kind="pie", title=N_("Grid tasks by how often they come round")),),
    prepare=prepare_task,
    empty=N_("No task yet. Write down what is to be watched in a grid, and how often."),
)

grid_areas = Console(
    model=GridArea,
    name=N_("Places of grids"),
    category=N_("Townships and villages"),
    listed=("name", "grid"),
    form=("grid", "name"),
    searched=("name", "grid"),
    among={"grid": own_grids},
    order=("name", "asc"),
    charts=(Chart(by="grid", title=N_("Places by grid")),),
    prepare=prepare_area,
    in_menu=False,
)
