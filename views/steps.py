"""The steps of an item's work."""

from app.engine.declare import Console
from models.base import N_
from models.queries.choices import bodies, living_items
from models.rules.steps import forget_step, prepare_step
from models.steps import ItemStep

steps = Console(
    model=ItemStep,
    name=N_("Steps"),
    category=N_("Lists"),
    listed=("position", "title", "kind", "unit", "side", "amount", "limit_unit", "yes_to", "no_to"),
    shown=("list_item", "position", "title", "kind", "unit", "side", "amount", "limit_unit", "yes_to", "no_to", "note"),
    form=("list_item", "position", "title", "kind", "unit", "side", "amount", "limit_unit", "yes_to", "no_to", "note"),
    searched=("list_item", "title", "kind", "unit", "side", "position"),
    order=("position", "asc"),
    among={"list_item": living_items, "unit": bodies},
    prepare=prepare_step,
    forget=forget_step,
    in_menu=False,
)
