"""What is counted of people of agencies: who is in place, who is posted, who was asked (TS-24, TS-25, LX-07)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists

from models.actor import Actor
from models.agencies import DispatchedAgency
from models.personnel import ChangeState, PersonnelChange
from models.staffing import AgencyStaff, StaffState

IS_CONSULTED = PersonnelChange.opinion_at.is_not(None)
IS_IN_PLACE = AgencyStaff.state == StaffState.in_place
IS_KEPT = AgencyStaff.state != StaffState.left
IS_DISPATCHED = AgencyStaff.state.in_((StaffState.in_place, StaffState.seconded))


def has_gone(actor: Actor) -> ColumnElement[bool]:
    """Who served in the actor's township until a change took effect: its history stays theirs to read (B6, rule 5)."""
    change, agency = PersonnelChange, DispatchedAgency
    ours = exists().where(change.staff_id == AgencyStaff.id, change.township_id.in_(actor.unit_ids),
                          change.state == ChangeState.effective)  # fmt: skip
    hosted = exists().where(agency.id == AgencyStaff.agency_id, agency.seat_id.in_(actor.unit_ids))
    return ours & ~(hosted & IS_KEPT)
