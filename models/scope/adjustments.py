"""Who sees what is said about lists: opinions on drafts, proposals to adjust one, and opinions on those."""

from __future__ import annotations

from sqlalchemy import and_, false, or_, select, union

from models.actor import REGION_ID, UNIT_IDS
from models.adjustments import AdjustmentOpinion, AdjustmentState, ListAdjustment
from models.door import Roles, Scope
from models.opinions import ListOpinion
from models.roles import observes
from models.scope.reach import MANAGERS, Criterion, reach

my_adjustments = select(
    union(
        select(ListAdjustment.id).where(ListAdjustment.proposer_unit_id.in_(UNIT_IDS)),
        select(AdjustmentOpinion.list_adjustment_id).where(AdjustmentOpinion.unit_id.in_(UNIT_IDS)),
    )
    .subquery("my_adjustments")
    .c.id
)


def _sees_proposal(roles: Roles) -> Criterion:
    submitted, mine = ListAdjustment.state != AdjustmentState.draft, ListAdjustment.proposer_unit_id.in_(UNIT_IDS)
    known = submitted if observes(roles) else or_(submitted, mine)
    here = ListAdjustment.region_id == REGION_ID
    return reach(county=and_(here, known), own=ListAdjustment.id.in_(my_adjustments))(roles)


SCOPES: dict[type, Scope] = {
    ListOpinion: Scope(sees=reach(county=ListOpinion.region_id == REGION_ID, own=ListOpinion.unit_id.in_(UNIT_IDS))),
    # Its proposer's until it is submitted, then the county's offices' and theirs whom it was shown to.
    ListAdjustment: Scope(
        sees=_sees_proposal,
        writes=lambda roles: or_(
            and_(ListAdjustment.proposer_unit_id.in_(UNIT_IDS), ListAdjustment.state == AdjustmentState.draft),
            and_(ListAdjustment.region_id == REGION_ID, ListAdjustment.state == AdjustmentState.reviewing)
            if roles & MANAGERS
            else false(),
        ),
    ),
    AdjustmentOpinion: Scope(
        sees=reach(
            county=AdjustmentOpinion.region_id == REGION_ID,
            own=or_(
                AdjustmentOpinion.unit_id.in_(UNIT_IDS),
                AdjustmentOpinion.list_adjustment_id.in_(
                    select(ListAdjustment.id).where(ListAdjustment.proposer_unit_id.in_(UNIT_IDS))
                ),
            ),
        ),
    ),
}
