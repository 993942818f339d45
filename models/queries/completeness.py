"""How far the drawings and manuals of a list have got (TA-12)."""

from __future__ import annotations

from sqlalchemy import Select, distinct, func, select

from models.item_words import ItemState
from models.items import AttachmentKind, ItemAttachment
from models.lists import ListItem

NEEDED = (AttachmentKind.flow_chart, AttachmentKind.manual)
"""With both of them an item is complete."""


def complete_items() -> Select[int]:
    """The keys of the items that have both a drawing and a manual."""
    item = ItemAttachment.list_item_id
    both = func.count(distinct(ItemAttachment.kind)) == len(NEEDED)
    return select(item).where(ItemAttachment.kind.in_(NEEDED)).group_by(item).having(both)


def completeness() -> Select[int | None, int, int]:
    """Each lead department's key, how many items in force it leads in, and how many of them are complete."""
    complete = func.count().filter(ListItem.id.in_(complete_items()))
    return (
        select(ListItem.lead_department_id, func.count(), complete)
        .where(ListItem.state == ItemState.published)
        .group_by(ListItem.lead_department_id)
        .order_by(ListItem.lead_department_id)
    )
