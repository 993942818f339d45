"""What every row of a register has to be: of a unit of a county, with terms and numbers that can be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.organisation import Unit
from models.rules.calendar import prepare_county_row
from models.workflow import Refused


def prepare_owned(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """A row of a unit is of the unit's county. Raises `Refused`, naming the field."""
    unit = session.get(Unit, row.unit_id) if row.unit_id else None
    if unit is None or unit.region_id is None:
        raise Refused(N_("Name a unit of a county: it keeps this record."), field="unit")
    row.region_id = unit.region_id
    be_sound(row)


def prepare_countys(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """A row that the county keeps. Raises `Refused`, naming the field."""
    prepare_county_row(session, row, actor, now)
    be_sound(row)


def be_sound(row: Any) -> None:
    """Raises `Refused`, naming the field, of a number below 0 or an end before its beginning."""
    for column in inspect(row).mapper.columns:
        if isinstance(column.type, Integer) and not column.primary_key and (getattr(row, column.key) or 0) < 0:
            raise Refused(N_("This number is 0 or more."), field=column.key)
    begins, ends = getattr(row, "from_on", None), getattr(row, "until_on", None)
    if begins and ends and ends < begins:
        raise Refused(N_("The end must come after the beginning."), field="until_on")
