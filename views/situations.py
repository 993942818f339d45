"""The table of situations and standards, as the list manager keeps it. Clerks read it as a page of `app.situations`."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.queries.choices import published_items
from models.rules.situations import prepare_situation
from models.situations import CallSituation

call_situations = Console(
    model=CallSituation,
    name=N_("Situations and standards"),
    category=N_("Calls"),
    icon="fa-scale-balanced",
    listed=("situation", "scope", "standard", "category", "list_item", "position"),
    form=("scope", "situation", "standard", "list_item", "category", "basis", "position"),
    searched=("scope", "situation", "category", "list_item"),
    among={"list_item": published_items},
    order=("position", "asc"),
    charts=(Chart(by="scope", kind="pie", title=N_("Situations by call scope")),),
    prepare=prepare_situation,
    empty=N_("No situation is described yet. The list manager keeps the table."),
    in_menu=False,
)
