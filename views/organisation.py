"""The directory of units, and who is posted where."""

from app.engine.declare import Chart, Console, Derived, Related
from models.base import N_
from models.organisation import Posting, Unit
from models.queries.choices import IS_LIVING, living_townships, of_its_county
from models.rules.organisation import forget_posting, prepare_posting, prepare_unit
from models.three_fixed import ThreeFixedDocument

LIVING = {"unit_type": "township", "living": "true"}

units = Console(
    model=Unit,
    name=N_("Units"),
    category=N_("Organisation"),
    icon="fa-sitemap",
    listed=("code", "name", "unit_type", "parent", "region", "duty"),
    form=(
        "code",
        "name",
        "short_name",
        "unit_type",
        "parent",
        "duty",
        "division_code",
        "area_km2",
        "population",
        "gdp",
        "valid_to",
        "successor",
    ),
    searched=("code", "name", "unit_type", "parent", "region"),
    order=("code", "asc"),
    among={"successor": living_townships},
    fits={"successor": of_its_county},
    derived=(Derived(name="living", label=N_("Not dissolved"), criterion=IS_LIVING),),
    charts=(
        Chart(by="unit_type", title=N_("Units by type")),
        Chart(by="name", sums=("population",), only=LIVING, title=N_("Population by township")),
        Chart(by="name", sums=("gdp",), only=LIVING, title=N_("Output by township")),
    ),
    related=(
        Related(model=ThreeFixedDocument, by="unit", order="issued_on"),
        Related(
            model=Unit,
            by="successor",
            listed=("code", "name", "unit_type", "valid_to"),
            order="code",
            title=N_("Merged into this one"),
            adds=False,
        ),
    ),
    prepare=prepare_unit,
)

postings = Console(
    model=Posting,
    name=N_("Postings"),
    category=N_("Organisation"),
    icon="fa-id-badge",
    listed=("user", "unit", "role", "kind", "from_on", "to_on", "is_duty_officer"),
    form=("user", "unit", "role", "kind", "from_on", "to_on", "is_duty_officer"),
    searched=("unit", "user", "role", "kind", "from_on", "to_on"),
    prepare=prepare_posting,
    forget=forget_posting,
)
