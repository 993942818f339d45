"""Of which rows one may choose on a form: criteria, narrowed further by the door."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from models.actor import Actor
from models.lists import DutyList, ListItem, ListState
from models.organisation import LOCAL, Unit, UnitType


def published_items(actor: Actor) -> ColumnElement[bool]:
    """Items in force in the county: what a call may cite (R5)."""
    return (ListItem.state == ListState.published) & (ListItem.region_id == actor.region_id)


def own_places(actor: Actor) -> ColumnElement[bool]:
    """Units of one's own area; for a department, of its county (R9)."""
    return Unit.region_id == actor.region_id


def bodies(actor: Actor) -> ColumnElement[bool]:
    """Units of the county that can hold a duty."""
    held = Unit.unit_type.in_((UnitType.department, UnitType.agency, UnitType.office, *LOCAL))
    return held & (Unit.region_id == actor.region_id if actor.region_id is not None else true())


def draft_lists(actor: Actor) -> ColumnElement[bool]:
    return DutyList.state == ListState.draft


def draft_items(actor: Actor) -> ColumnElement[bool]:
    return ListItem.state == ListState.draft
