"""Which requests of data rest on what is no more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from models.assigned import AssignedMatter, MatterState
from models.item_words import ItemState
from models.lists import ListItem
from models.requests import DataRequest, RequestState


def resting_on(matter_ids: Collection[int]) -> ColumnElement[bool]:
    """Requests that are sent, and that townships owe by one of these matters alone: by no item in force."""
    item, version = aliased(ListItem), aliased(ListItem)
    owed = exists().where(
        item.id == DataRequest.list_item_id,
        _root(version) == _root(item),
        version.state == ItemState.published,
    )
    return and_(DataRequest.assigned_matter_id.in_(matter_ids), DataRequest.state == RequestState.sent, ~owed)


def resting_on_items(item_ids: Collection[int]) -> ColumnElement[bool]:
    """Requests that are sent, and that townships owe by one of these items, in any version, alone: by no matter."""
    item, struck = aliased(ListItem), aliased(ListItem)
    cited = select(item.id).join(struck, _root(struck) == _root(item)).where(struck.id.in_(item_ids))
    owed = exists().where(
        AssignedMatter.id == DataRequest.assigned_matter_id, AssignedMatter.state == MatterState.in_force
    )
    return and_(DataRequest.list_item_id.in_(cited), DataRequest.state == RequestState.sent, ~owed)


def _root(item: type[ListItem]) -> ColumnElement[int]:
    return func.coalesce(item.root_id, item.id)
