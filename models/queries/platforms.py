"""To which of the four platforms a call belongs: that of its item (TS-12)."""

from __future__ import annotations

from sqlalchemy import select

from models.calls import Call
from models.lists import ListItem

PLATFORM = select(ListItem.platform).where(ListItem.id == Call.list_item_id).correlate(Call).scalar_subquery()
