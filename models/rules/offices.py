"""The offices of a county, found by their standing task."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import N_
from models.organisation import Duty, Unit
from models.workflow import Refused


def office(session: Session, region_id: int, duty: Duty) -> Unit:
    """The county's office for a task. Raises `Refused` where the directory names none."""
    unit = session.scalar(select(Unit).where(Unit.region_id == region_id, Unit.duty == duty))
    if unit is None:
        raise Refused(N_("The county has no “%(duty)s” in its directory. Ask the administrator."), duty=duty.label)
    return unit


def offices_of(session: Session, region_id: int) -> dict[Duty, int]:
    """The offices that the directory names, by their task."""
    named = select(Unit).where(Unit.region_id == region_id, Unit.duty.is_not(None))
    return {unit.duty: unit.id for unit in session.scalars(named) if unit.duty}
