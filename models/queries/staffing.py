"""What is counted of people of agencies: who is in place, who is posted, who was asked (TS-24, TS-25, LX-07)."""

from __future__ import annotations

from models.personnel import PersonnelChange
from models.staffing import AgencyStaff, StaffState

IS_CONSULTED = PersonnelChange.opinion_at.is_not(None)
IS_IN_PLACE = AgencyStaff.state == StaffState.in_place
IS_KEPT = AgencyStaff.state != StaffState.left
IS_DISPATCHED = AgencyStaff.state.in_((StaffState.in_place, StaffState.seconded))
