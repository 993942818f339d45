"""Which situations and standards help to choose the scope of a call (TA-25)."""

from __future__ import annotations

from sqlalchemy import Select, func, or_, select

from models.calls import Call
from models.lists import ListItem
from models.situations import CallSituation


def situations(region_id: int | None, call: Call | None) -> Select[CallSituation]:
    """A county's table, by position. Of a call what fits it, the closest first.

    That is what is said of its item, in any version, of its category, and of any matter.
    """
    table = CallSituation
    query = select(table).where(table.region_id == region_id)
    if call is None:
        return query.order_by(table.position, table.id)
    root = func.coalesce(ListItem.root_id, ListItem.id)
    cited = select(root).where(ListItem.id == call.list_item_id).scalar_subquery()
    versions = select(ListItem.id).where(or_(ListItem.id == cited, ListItem.root_id == cited))
    wider = table.list_item_id.is_(None) & table.category.in_(("", call.category))
    closest = (table.list_item_id.is_(None), table.category == "", table.position, table.id)
    return query.where(or_(table.list_item_id.in_(versions), wider)).order_by(*closest)
