"""Who sees what is laid down of agencies and enforcement teams: their whole county."""

from __future__ import annotations

from sqlalchemy import and_, select

from models.actor import REGION_ID, UNIT_IDS
from models.agencies import AgencyCoverage, AgencyState, DispatchedAgency, EnforcementTeam, TeamForce
from models.door import Scope
from models.scope.reach import EDITORS, everyone, of_county, only

laid_down_here = and_(DispatchedAgency.region_id == REGION_ID, DispatchedAgency.state == AgencyState.draft)
my_teams = select(EnforcementTeam.id).where(EnforcementTeam.unit_id.in_(UNIT_IDS))

SCOPES: dict[type, Scope] = {
    DispatchedAgency: Scope(sees=of_county(DispatchedAgency), writes=only(EDITORS, laid_down_here)),
    AgencyCoverage: Scope(
        sees=of_county(AgencyCoverage),
        writes=only(EDITORS, AgencyCoverage.agency_id.in_(select(DispatchedAgency.id).where(laid_down_here))),
    ),
    EnforcementTeam: Scope(sees=of_county(EnforcementTeam), writes=everyone(EnforcementTeam.unit_id.in_(UNIT_IDS))),
    TeamForce: Scope(sees=of_county(TeamForce), writes=everyone(TeamForce.team_id.in_(my_teams))),
}
