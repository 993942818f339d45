"""Files under joint review, and what each department says."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.queries.choices import own_units
from models.reviews import ReviewFile, ReviewOpinion
from models.rules.reviews import OPINION, REVIEW, prepare_review

review_files = Console(
    model=ReviewFile,
    name=N_("Joint reviews"),
    category=N_("Townships and villages"),
    icon="fa-user-check",
    listed=("code", "post", "stage", "state", "unit", "due", "qualified"),
    shown=("code", "post", "stage", "state", "unit", "remarks", "files", "due", "qualified", "concluded_at"),
    form=("unit", "stage", "post", "remarks", "files"),
    searched=("code", "stage", "state", "unit", "qualified"),
    among={"unit": own_units},
    deadlines={"due": ("concluded_at",)},
    charts=(
        Chart(by="stage", split="state", title=N_("Joint reviews by career stage")),
        Chart(by="concluded_at", per="month", kind="line", title=N_("Joint reviews concluded by month")),
    ),
    related=(Related(model=ReviewOpinion, by="review_file", listed=("unit", "state", "agrees", "opinion", "due")),),
    workflow=REVIEW,
    prepare=prepare_review,
    empty=N_("No file yet. Write down stage and post, then ask the departments."),
)

review_opinions = Console(
    model=ReviewOpinion,
    name=N_("Opinions of joint reviews"),
    category=N_("Townships and villages"),
    icon="fa-comment",
    listed=("review_file", "unit", "state", "due", "agrees", "opinion"),
    form=(),
    searched=("unit", "state", "due", "agrees"),
    deadlines={"due": ("given_at",)},
    charts=(Chart(by="unit", split="state", title=N_("Opinions of joint reviews by unit")),),
    about="review_file",
    workflow=OPINION,
    empty=N_("You are not asked for a joint review."),
)
