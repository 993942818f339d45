"""Which columns a list type has, which of them must be filled in, and which fields a call about an item asks for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.items import ItemIndicator
from models.lists import ListField


def fields_of_type(session: Session, list_type_id: int) -> Sequence[ListField]:
    """The columns of a list type, in their order."""
    of_type = select(ListField).where(ListField.list_type_id == list_type_id)
    return session.scalars(of_type.order_by(ListField.position, ListField.id)).all()


def label_of(field: ListField) -> str:
    """What a column of a list type is called there."""
    return field.label or (field.column.label if field.column else field.name)


def indicators_of(session: Session, list_item_id: int) -> Sequence[ItemIndicator]:
    """What a call about the item tells, in its order (TC-39)."""
    of_item = select(ItemIndicator).where(ItemIndicator.list_item_id == list_item_id)
    return session.scalars(of_item.order_by(ItemIndicator.position, ItemIndicator.id)).all()
