"""What is kept with an item beside its text: documents, fields for its calls, and what grid workers look for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calls import Call
from models.item_words import ItemState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.lists import ListItem
from models.queries.list_types import indicators_of
from models.rules.list_types import prepare_declared
from models.rules.lists import draft_list
from models.workflow import Refused


def prepare_attachment(session: Session, part: ItemAttachment, actor: Actor, now: datetime) -> None:
    """A document takes its title from its file, its county from the item."""
    part.region_id = living_item(session, part).region_id
    part.title = part.title or part.file.name.rpartition(".")[0]


def prepare_indicator(session: Session, indicator: ItemIndicator, actor: Actor, now: datetime) -> None:
    """A published item's fields are frozen with it: a call means what its day asked. Raises `Refused`."""
    item = session.get(ListItem, indicator.list_item_id) if indicator.list_item_id else None
    if item is None or draft_list(session, item.duty_list_id) is None:
        raise Refused(N_("A published list is frozen. Choose an item of a draft."), field="list_item")
    prepare_declared(indicator)
    if hasattr(Call, indicator.name):
        raise Refused(N_("“%(name)s” is the name of a usual column. Write another."), field="name", name=indicator.name)
    indicator.region_id = item.region_id


def prepare_checkpoint(session: Session, checkpoint: ItemCheckpoint, actor: Actor, now: datetime) -> None:
    """Checkpoints help to find what the item names, and bind nobody: they may be added while it is in force (LX-19)."""
    checkpoint.region_id = living_item(session, checkpoint).region_id


def living_item(session: Session, part: Any) -> ListItem:
    """The part's item, if it is not of the past. Raises `Refused`."""
    item = session.get(ListItem, part.list_item_id) if part.list_item_id else None
    if item is None or item.state not in (ItemState.draft, ItemState.published):
        raise Refused(N_("Choose an item of the edition in force, or of a draft."), field="list_item")
    return item


def check_indicators(session: Session, call: Call, item_id: int) -> None:
    """TC-39: the fields that the item asks of every call about it. Raises `Refused`, naming the field."""
    for indicator in indicators_of(session, item_id):
        if indicator.required and (call.extra or {}).get(indicator.name) is None:
            raise Refused(
                N_("“%(label)s” is asked of every call about this item. Open the call for editing and fill it in."),
                field=indicator.name,
                label=indicator.label,
            )
