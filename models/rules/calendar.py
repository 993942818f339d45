"""A county's calendar and limits belong to a county: the one named, else one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.workflow import Refused


def prepare_county_row(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field, where no county is named and the actor has none."""
    if row.region_id is None:
        if actor.region_id is None:
            raise Refused(N_("Name the county."), field="region")
        row.region_id = actor.region_id
