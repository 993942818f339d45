"""The modules into which a county files its list items, and the departments that are called through them."""

from app.engine.declare import Console, Related
from models.base import N_
from models.governance import GovernanceModule, ModuleContact
from models.lists import ListItem
from models.posts import ModuleLeader
from models.queries.choices import departments, modules
from models.rules.calendar import prepare_county_row
from models.rules.modules import prepare_contact

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
    related=(
        Related(
            model=ModuleContact,
            by="module",
            listed=("unit", "post"),
            order="id",
            empty=N_("No department is named: nobody can be called through this module yet."),
        ),
        Related(model=GovernanceModule, by="parent", listed=("name", "kind", "scope"), order="id"),
        Related(model=ModuleLeader, by="module", listed=("post", "role"), order="id"),
        Related(
            model=ListItem,
            by="module",
            listed=("title", "lead_department"),
            order="code",
            only={"state": "published"},
        ),
    ),
    empty=N_("No modules yet: one main module, three of substance, and branches."),
)

module_contacts = Console(
    model=ModuleContact,
    name=N_("Contacts of modules"),
    category=N_("Lists"),
    icon="fa-address-book",
    listed=("module", "unit", "post"),
    form=("module", "unit", "post"),
    order=("id", "asc"),
    among={"module": modules, "unit": departments},
    prepare=prepare_contact,
    empty=N_("No contacts yet. Name the departments that townships call through each module."),
)
