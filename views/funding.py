"""What townships live on: funds, what is returned to them, and the grades of their posts."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.funding import PostGrades, ReturnRatio, TownshipFunding
from models.queries.choices import townships
from models.rules.funding import prepare_funding, prepare_grades, prepare_ratio

township_fundings = Console(
    model=TownshipFunding,
    name=N_("Funds of townships"),
    category=N_("Townships and villages"),
    icon="fa-coins",
    listed=("unit", "year", "head", "planned", "paid"),
    form=("unit", "year", "head", "planned", "paid"),
    searched=("unit", "year", "head"),
    among={"unit": townships},
    charts=(
        Chart(by="unit", sums=("planned", "paid"), title=N_("Funds planned and paid by township")),
        Chart(by="head", sums=("planned", "paid"), title=N_("Funds planned and paid by head")),
    ),
    prepare=prepare_funding,
    empty=N_("No funds yet. The county office enters what is planned under each of the eight heads, and what is paid."),
)

return_ratios = Console(
    model=ReturnRatio,
    name=N_("Income returned to townships"),
    category=N_("Townships and villages"),
    icon="fa-percent",
    listed=("unit", "income", "percent", "from_on"),
    form=("unit", "income", "percent", "from_on"),
    searched=("unit", "income", "from_on"),
    among={"unit": townships},
    prepare=prepare_ratio,
    empty=N_("No ratio yet. The county office enters which part of its income each township is given back."),
)

post_grades = Console(
    model=PostGrades,
    name=N_("Grades of posts"),
    category=N_("Agencies and people"),
    icon="fa-layer-group",
    listed=("unit", "from_on", "senior", "middle", "junior", "upper"),
    form=("unit", "from_on", "senior", "middle", "junior"),
    searched=("unit", "from_on", "upper"),
    among={"unit": townships},
    charts=(Chart(by="unit", sums=("senior", "middle", "junior"), title=N_("Posts by township and grade")),),
    prepare=prepare_grades,
    empty=N_("No grades yet. The editorial office enters how many posts of each grade a township has."),
)
