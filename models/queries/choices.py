"""Of which rows one may choose on a form: criteria, narrowed further by the door."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from models.actor import Actor
from models.lists import DutyList, ListItem, ListState
from models.organisation import LOCAL, Unit, UnitType
from models.roles import RoleName

SMALL = (UnitType.village, UnitType.grid)
OF_TOWNSHIPS = frozenset(
    {RoleName.township_head, RoleName.township_operator, RoleName.grid_worker, RoleName.community_commissioner}
)


def published_items(actor: Actor) -> ColumnElement[bool]:
    """Items in force in the county: what a call may cite (R5)."""
    return (ListItem.state == ListState.published) & (ListItem.region_id == actor.region_id)


def own_places(actor: Actor) -> ColumnElement[bool]:
    """Where a matter may be (R9): a township's own villages and grids; for a department, the places of its county."""
    if actor.roles & OF_TOWNSHIPS:
        return Unit.unit_type.in_(SMALL) & Unit.id.in_(actor.unit_ids)
    return Unit.unit_type.in_((*LOCAL, *SMALL)) & (Unit.region_id == actor.region_id)


def bodies(actor: Actor) -> ColumnElement[bool]:
    """Units of the county that can hold a duty."""
    held = Unit.unit_type.in_((UnitType.department, UnitType.agency, UnitType.office, *LOCAL))
    return held & (Unit.region_id == actor.region_id if actor.region_id is not None else true())


def draft_lists(actor: Actor) -> ColumnElement[bool]:
    return DutyList.state == ListState.draft


def draft_items(actor: Actor) -> ColumnElement[bool]:
    return ListItem.state == ListState.draft
