"""Partner organisations, chamber secretaries, and the roster of the county's centre for disputes."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.partners import ChamberSecretary, PartnerOrganisation, ResidencyRoster
from models.queries.choices import departments, own_units, serving_units
from models.rules.registers import prepare_owned, prepare_residency

partner_organisations = Console(
    model=PartnerOrganisation,
    name=N_("Partner organisations"),
    category=N_("Townships and villages"),
    icon="fa-briefcase-medical",
    listed=("name", "kind", "unit", "services", "visits", "department"),
    form=("unit", "kind", "name", "services", "visits", "department"),
    searched=("name", "kind", "unit", "department"),
    among={"unit": own_units, "department": departments},
    charts=(Chart(by="kind", title=N_("Partner organisations by kind")),),
    prepare=prepare_owned,
    empty=N_("No partner yet."),
)

chamber_secretaries = Console(
    model=ChamberSecretary,
    name=N_("Chamber secretaries"),
    category=N_("Townships and villages"),
    icon="fa-user-tie",
    listed=("chamber", "post", "is_full_time", "unit", "from_on", "until_on"),
    form=("unit", "chamber", "post", "is_full_time", "from_on", "until_on"),
    searched=("chamber", "is_full_time", "unit"),
    among={"unit": own_units},
    charts=(Chart(by="is_full_time", kind="pie", title=N_("Chamber secretaries, full-time or not")),),
    prepare=prepare_owned,
    empty=N_("No secretary is registered yet."),
)

residency_rosters = Console(
    model=ResidencyRoster,
    name=N_("Residency roster"),
    category=N_("Townships and villages"),
    icon="fa-building-user",
    listed=("platform", "unit", "kind", "staff_count", "schedule", "from_on", "until_on"),
    form=("kind", "platform", "unit", "staff_count", "schedule", "from_on", "until_on"),
    searched=("platform", "unit", "kind", "until_on"),
    among={"unit": serving_units},
    charts=(
        Chart(by="kind", kind="pie", title=N_("Resident and rotating units")),
        Chart(by="platform", sums=("staff_count",), title=N_("Staff by platform")),
    ),
    prepare=prepare_residency,
    empty=N_("Nobody sits in the centre yet. The county office keeps the roster."),
)
