"""What is counted of people of agencies: who is in place, and who is dispatched (TS-24, LX-07)."""

from __future__ import annotations

from models.staffing import AgencyStaff, StaffState

IS_IN_PLACE = AgencyStaff.state == StaffState.in_place
IS_DISPATCHED = AgencyStaff.state.in_((StaffState.in_place, StaffState.seconded))
