"""What the table of situations and standards has to say, so that a clerk can go by it (TA-25)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.actor import Actor
from models.lists import ListItem
from models.rules.calendar import prepare_county_row
from models.situations import CallSituation


def prepare_situation(session: Session, situation: CallSituation, actor: Actor, now: datetime) -> None:
    """A row of the keeper's county; of an item it has the category. Raises `Refused`."""
    prepare_county_row(session, situation, actor, now)
    item = session.get(ListItem, situation.list_item_id) if situation.list_item_id else None
    situation.category = item.category if item is not None else (situation.category or "").strip()
