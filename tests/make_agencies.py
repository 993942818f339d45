"""Builders of what is laid down of agencies, and of the teams that are made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.agencies import (
    AgencyCoverage,
    AgencyState,
    DispatchedAgency,
    EnforcementTeam,
    ForceKind,
    SettingMode,
    TeamForce,
)
from models.organisation import Unit, UnitType
from models.rules.agencies import AGENCY

AGENCY_WORKFLOWS: dict[type[Any], Any] = {DispatchedAgency: AGENCY}
AGENCY_PATHS = {
    AgencyState.draft: "",
    AgencyState.in_force: "put_in_force",
    AgencyState.ended: "end",
}


class MakeAgencies:
    """The part of `Make` that knows agencies."""

    def agency(
        self: Any,
        *seats: Unit,
        state: AgencyState = AgencyState.draft,
        department: Unit | None = None,
        weights: tuple[str, ...] = (),
        **columns: Any,
    ) -> Any:
        """An agency of a department that serves these townships, the first of them its seat; all weigh the same."""
        seats = seats or (self.township(),)
        county = self.session.get(Unit, seats[0].region_id)
        department = department or self.department(county)
        mode = SettingMode.regional if len(seats) > 1 else SettingMode.per_division
        columns = {"field": "justice", "mode": mode, "unit": self.unit(UnitType.agency, county)} | columns
        agency = self._add(DispatchedAgency(region_id=county.id, department=department, seat=seats[0], **columns))
        shares = weights or (f"{Decimal(100) / len(seats):.2f}",) * len(seats)
        for township, share in zip(seats, shares, strict=True):
            self.coverage(agency, township, share)
        for name in AGENCY_PATHS[state].split():
            self.press(agency, name)
        return agency

    def coverage(self: Any, agency: DispatchedAgency, township: Unit, weight: str = "100") -> Any:
        columns = {"township": township, "weight": Decimal(weight)}
        return self._add(AgencyCoverage(region_id=agency.region_id, agency=agency, **columns))

    def team(self: Any, township: Unit | None = None, **columns: Any) -> Any:
        """A team of a township, guided by one department and answered for by another."""
        township = township or self.township()
        county = self.session.get(Unit, township.region_id)
        departments = {"guiding_department": self.department(county), "legal_department": self.department(county)}
        columns = {"name": self._name("Team"), **departments} | columns
        return self._add(EnforcementTeam(region_id=county.id, unit=township, **columns))

    def force(self: Any, team: EnforcementTeam, unit: Unit | None = None, **columns: Any) -> Any:
        unit = unit or self.department(self.session.get(Unit, team.region_id))
        columns = {"kind": ForceKind.core, "people": 3, "duty": "Patrol."} | columns
        return self._add(TeamForce(region_id=team.region_id, team=team, unit=unit, **columns))
