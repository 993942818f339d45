"""The modules into which a county files its list items."""

from app.engine.declare import Console
from models.base import N_
from models.governance import GovernanceModule
from models.queries.choices import modules
from models.rules.calendar import prepare_county_row

governance_modules = Console(
    model=GovernanceModule,
    name=N_("Modules"),
    category=N_("Lists"),
    icon="fa-cubes",
    listed=("name", "kind", "parent", "scope"),
    form=("name", "kind", "parent", "scope"),
    order=("id", "asc"),
    among={"parent": modules},
    prepare=prepare_county_row,
    empty=N_("No modules yet: one main module, three of substance, and branches."),
)
