"""Builders of people of agencies."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.agencies import AgencyState, DispatchedAgency
from models.organisation import Unit
from models.rules.staffing import STAFF, prepare_staff
from models.staffing import AgencyStaff
from tests.moments import NOW

STAFF_WORKFLOWS: dict[type[Any], Any] = {AgencyStaff: STAFF}
SINCE = date(2026, 1, 5)
"""A Monday. Two years end on 5 January 2028."""


class MakeStaffing:
    """The part of `Make` that knows people of agencies."""

    def staff(self: Any, agency: DispatchedAgency | None = None, **columns: Any) -> Any:
        """Somebody of a department who serves at an agency, as written while the agency was laid down."""
        agency = agency or self.agency(state=AgencyState.in_force)
        locked = agency.establishment_locked
        if locked:
            agency.establishment_locked = False
            self.session.commit()
        columns = {"agency_id": agency.id, "dispatched_on": SINCE, "post": "Clerk"} | columns
        row = self.registered(agency.department, **columns)
        if locked:
            agency.establishment_locked = True
            self.session.commit()
        return row

    def registered(self: Any, department: Unit | None = None, **columns: Any) -> Any:
        """Somebody of a department who is not dispatched, unless the columns say so."""
        department = department or self.department()
        columns = {
            "name": self._name("Person"),
            "personnel_unit_id": department.id,
            "establishment_unit_id": department.id,
            "identity_number": "000000199001010011",
            "phone": "13800000000",
        } | columns
        row = AgencyStaff(**columns)
        with self.session.no_autoflush:
            prepare_staff(self.session, row, self.actor(department), NOW)
        return self._add(row)
