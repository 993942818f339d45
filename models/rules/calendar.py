"""A county's calendar and limits belong to a county: the one named, else one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import WorkingWindow
from models.organisation import Unit, UnitType
from models.roles import RoleName
from models.workflow import Refused


def counties(actor: Actor) -> ColumnElement[bool]:
    """Whose calendar and limits the actor may keep: an administrator every county's, others their own county's."""
    if RoleName.admin in actor.roles:
        return Unit.unit_type == UnitType.county
    return Unit.id == actor.region_id


def prepare_window(session: Session, window: WorkingWindow, actor: Actor, now: datetime) -> None:
    """Hours of one day. Raises `Refused`, naming the field."""
    prepare_county_row(session, window, actor, now)
    if not 0 <= window.weekday <= 6:
        raise Refused(N_("Weekdays are numbered from 0, Monday, to 6, Sunday."), field="weekday")
    if window.starts >= window.ends:
        raise Refused(N_("The end must come after the beginning."), field="ends")


def prepare_county_row(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field, where no county is named and the actor has none."""
    if row.region_id is None:
        if actor.region_id is None:
            raise Refused(N_("Name the county."), field="region")
        row.region_id = actor.region_id
