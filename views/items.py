"""What is kept with the items of a list: everyone reads it, and the list manager keeps it."""

from app.engine.declare import Chart, Console, Derived
from models.base import N_
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.queries.choices import draft_items, living_items
from models.queries.completeness import IS_CURRENT
from models.rules.items import prepare_attachment, prepare_checkpoint, prepare_indicator

item_attachments = Console(
    model=ItemAttachment,
    name=N_("Drawings and guides"),
    category=N_("Lists"),
    icon="fa-file-lines",
    listed=("title", "kind", "list_item", "file"),
    form=("list_item", "kind", "title", "file"),
    searched=("title", "kind", "list_item"),
    derived=(Derived(name="is_current", label=N_("Of an item in force"), criterion=IS_CURRENT),),
    opens={"is_current": "true"},
    among={"list_item": living_items},
    charts=(Chart(by="kind", title=N_("Documents by kind")),),
    prepare=prepare_attachment,
    empty=N_("No drawing or guide yet. The editorial office adds them to the items of the list."),
)

indicators = Console(
    model=ItemIndicator,
    name=N_("Fields of calls"),
    category=N_("Lists"),
    listed=("list_item", "label", "kind", "required"),
    form=("list_item", "label", "kind", "required", "choices", "help", "position", "name"),
    among={"list_item": draft_items},
    order=("position", "asc"),
    prepare=prepare_indicator,
    in_menu=False,
)

checkpoints = Console(
    model=ItemCheckpoint,
    name=N_("Checkpoints"),
    category=N_("Lists"),
    listed=("list_item", "what", "how_often", "what_to_do"),
    form=("list_item", "what", "how_often", "what_to_do", "position"),
    among={"list_item": living_items},
    order=("position", "asc"),
    prepare=prepare_checkpoint,
    in_menu=False,
)
