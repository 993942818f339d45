"""Task forces of townships, who is in them, and their reviews."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.queries.choices import bodies, living_task_forces, modules, own_townships
from models.rules.taskforces import TASK_FORCE, forget_task_force, prepare_member, prepare_task_force
from models.taskforces import TaskForce, TaskForceMember, TaskForceReview

task_forces = Console(
    model=TaskForce,
    name=N_("Task forces"),
    category=N_("Townships and villages"),
    icon="fa-people-arrows",
    listed=("name", "unit", "module", "state", "review_due", "set_up_at", "dissolved_at"),
    form=("unit", "name", "module", "mission"),
    searched=("name", "unit", "module", "state", "review_due"),
    among={"unit": own_townships, "module": modules},
    deadlines={"review_due": ("dissolved_at",)},
    charts=(
        Chart(by="unit", split="state", title=N_("Task forces by township and state")),
        Chart(by="module", title=N_("Task forces by module")),
    ),
    related=(
        Related(
            model=TaskForceMember,
            by="task_force",
            listed=("post", "unit", "role", "duties"),
            order="id",
            empty=N_("Name who leads it and who is in it, by post."),
        ),
        Related(
            model=TaskForceReview, by="task_force", listed=("held_at", "findings", "decisions", "handed_on"), order="id"
        ),
    ),
    workflow=TASK_FORCE,
    prepare=prepare_task_force,
    forget=forget_task_force,
    empty=N_("No task force. A township sets one up for a matter that several have to carry, and dissolves it after."),
)

task_force_members = Console(
    model=TaskForceMember,
    name=N_("Members of task forces"),
    category=N_("Townships and villages"),
    listed=("task_force", "post", "unit", "role", "duties"),
    form=("task_force", "post", "unit", "role", "duties"),
    searched=("task_force", "post", "unit", "role"),
    among={"task_force": living_task_forces, "unit": bodies},
    prepare=prepare_member,
    in_menu=False,
)

task_force_reviews = Console(
    model=TaskForceReview,
    name=N_("Reviews of task forces"),
    category=N_("Townships and villages"),
    listed=("task_force", "held_at", "findings", "decisions", "handed_on"),
    form=(),
    searched=("task_force", "held_at", "findings"),
    about="task_force",
    in_menu=False,
)
