"""Which requests of data rest on what is no more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, func
from sqlalchemy.orm import aliased

from models.item_words import ItemState
from models.lists import ListItem
from models.requests import DataRequest, RequestState


def resting_on(matter_ids: Collection[int]) -> ColumnElement[bool]:
    """Requests that are sent, and that townships owe by one of these matters alone: by no item in force."""
    item, version = aliased(ListItem), aliased(ListItem)
    owed = exists().where(
        item.id == DataRequest.list_item_id,
        func.coalesce(version.root_id, version.id) == func.coalesce(item.root_id, item.id),
        version.state == ItemState.published,
    )
    return and_(DataRequest.assigned_matter_id.in_(matter_ids), DataRequest.state == RequestState.sent, ~owed)
