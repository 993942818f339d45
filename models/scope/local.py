"""Who sees what townships and villages keep: the unit itself, those above it, whom a row names, and the county."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.community import CheckIn, ExchangeEntry, MicroProject, MicroWish, VillagerCouncil
from models.disputes import DisputeCase, DisputeState, MediatorPair
from models.door import Scope
from models.evidence import OffSiteEvidence
from models.grids import Grid, GridArea, GridAssignment, GridState, GridTask
from models.partners import ChamberSecretary, PartnerOrganisation, ResidencyRoster
from models.reviews import ReviewFile, ReviewOpinion, ReviewState
from models.roles import RoleName
from models.scope.calls import above_me
from models.scope.reach import DISPATCHERS, MANAGERS, everyone, of_county, only, reach
from models.services import BackDeskTask, ServiceDesk, ServiceItem, ServicePoint, ServiceRequest, ServiceState

# Who serves in one grid of a village knows the others: grids merge, and all serve under the same commissioner.
my_grids = or_(Grid.unit_id.in_(UNIT_IDS), Grid.village_id.in_(above_me))


def kept(model: Any, *named: ColumnElement[bool], writes: ColumnElement[bool] | None = None) -> Scope:
    """A unit's own rows: it writes them, with all below it; whom they name sees them, too."""
    own = model.unit_id.in_(UNIT_IDS)
    return Scope(
        sees=reach(county=model.region_id == REGION_ID, own=or_(own, *named)),
        writes=everyone(own if writes is None else and_(own, writes)),
    )


def _of_grid(model: Any) -> Scope:
    """What hangs on a grid is seen with it, and fixed when it ends."""
    mine = select(Grid.id).where(Grid.unit_id.in_(UNIT_IDS), Grid.state == GridState.in_force)
    return Scope(
        sees=reach(county=model.region_id == REGION_ID, own=model.grid_id.in_(select(Grid.id).where(my_grids))),
        writes=everyone(model.grid_id.in_(mine)),
    )


my_request_ids = select(ServiceRequest.id).where(ServiceRequest.unit_id.in_(UNIT_IDS))
my_file_ids = select(ReviewFile.id).where(ReviewFile.unit_id.in_(UNIT_IDS))
asked_behind = select(BackDeskTask.service_request_id).where(BackDeskTask.unit_id.in_(UNIT_IDS))
asked_of_files = select(ReviewOpinion.review_file_id).where(ReviewOpinion.unit_id.in_(UNIT_IDS))


def _shared(model: Any) -> Scope:
    """What a unit keeps and all of the county may use."""
    return Scope(sees=of_county(model), writes=everyone(model.unit_id.in_(UNIT_IDS)))


def _countys(model: Any, keepers: frozenset[RoleName]) -> Scope:
    """What an office keeps and all of the county may use."""
    return Scope(sees=of_county(model), writes=only(keepers, model.region_id == REGION_ID))


SCOPES: dict[type, Scope] = {
    Grid: kept(Grid, my_grids, writes=Grid.state == GridState.in_force),
    GridArea: _of_grid(GridArea),
    GridTask: _of_grid(GridTask),
    GridAssignment: _of_grid(GridAssignment),
    ServiceDesk: _countys(ServiceDesk, MANAGERS),
    ServicePoint: _shared(ServicePoint),
    ServiceItem: _countys(ServiceItem, MANAGERS),
    ServiceRequest: kept(
        ServiceRequest, ServiceRequest.id.in_(asked_behind), writes=ServiceRequest.state == ServiceState.received
    ),
    BackDeskTask: Scope(
        sees=reach(
            county=BackDeskTask.region_id == REGION_ID,
            own=or_(BackDeskTask.unit_id.in_(UNIT_IDS), BackDeskTask.service_request_id.in_(my_request_ids)),
        )
    ),
    DisputeCase: kept(
        DisputeCase, DisputeCase.partner_id.in_(UNIT_IDS), writes=DisputeCase.state == DisputeState.screening
    ),
    MediatorPair: _shared(MediatorPair),
    ReviewFile: kept(ReviewFile, ReviewFile.id.in_(asked_of_files), writes=ReviewFile.state == ReviewState.draft),
    ReviewOpinion: Scope(
        sees=reach(
            county=ReviewOpinion.region_id == REGION_ID,
            own=or_(ReviewOpinion.unit_id.in_(UNIT_IDS), ReviewOpinion.review_file_id.in_(my_file_ids)),
        )
    ),
    VillagerCouncil: kept(VillagerCouncil),
    MicroWish: kept(MicroWish),
    # It is there to be found by others.
    ExchangeEntry: _shared(ExchangeEntry),
    MicroProject: kept(MicroProject),
    CheckIn: kept(CheckIn),
    PartnerOrganisation: kept(PartnerOrganisation, PartnerOrganisation.department_id.in_(UNIT_IDS)),
    ChamberSecretary: kept(ChamberSecretary),
    ResidencyRoster: _countys(ResidencyRoster, DISPATCHERS),
    OffSiteEvidence: kept(OffSiteEvidence),
}
