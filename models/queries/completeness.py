"""Which items of a list have their drawing and manual, and which still lack them (TA-12)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from models.item_words import ItemState
from models.items import AttachmentKind, ItemAttachment
from models.lists import ListItem


def has(kind: AttachmentKind) -> ColumnElement[bool]:
    """Whether a document of this kind hangs on an item."""
    return ListItem.id.in_(select(ItemAttachment.list_item_id).where(ItemAttachment.kind == kind))


LACKS_DRAWING = ~has(AttachmentKind.flow_chart)
LACKS_MANUAL = ~has(AttachmentKind.manual)
IS_CURRENT = ItemAttachment.list_item_id.in_(select(ListItem.id).where(ListItem.state == ItemState.published))
"""A document of an item in force: each edition has its own copy of them."""
IS_COMPLETE = has(AttachmentKind.flow_chart) & has(AttachmentKind.manual)
