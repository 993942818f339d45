"""Who sees rectification orders, early warnings and circulars: a draft is the county's, what is published all's."""

from __future__ import annotations

from sqlalchemy import and_, select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.rectification import Circular, CircularFailure, CircularLine, CircularState, RectificationOrder
from models.scope.calls import my_call_ids
from models.scope.reach import SUPERVISORS, only, reach
from models.warnings import EarlyWarning

published_here = select(Circular.id).where(Circular.region_id == REGION_ID, Circular.state == CircularState.published)
published_lines = select(CircularLine.id).where(CircularLine.circular_id.in_(published_here))

SCOPES: dict[type, Scope] = {
    RectificationOrder: Scope(
        sees=reach(county=RectificationOrder.region_id == REGION_ID, own=RectificationOrder.unit_id.in_(UNIT_IDS)),
        writes=only(SUPERVISORS, RectificationOrder.region_id == REGION_ID),
    ),
    EarlyWarning: Scope(sees=reach(county=EarlyWarning.region_id == REGION_ID, own=EarlyWarning.unit_id.in_(UNIT_IDS))),
    Circular: Scope(
        sees=reach(county=Circular.region_id == REGION_ID, own=Circular.id.in_(published_here)),
        writes=only(SUPERVISORS, and_(Circular.region_id == REGION_ID, Circular.state == CircularState.draft)),
    ),
    CircularLine: Scope(
        sees=reach(county=CircularLine.region_id == REGION_ID, own=CircularLine.circular_id.in_(published_here))
    ),
    CircularFailure: Scope(
        sees=reach(
            county=CircularFailure.region_id == REGION_ID,
            own=and_(CircularFailure.line_id.in_(published_lines), CircularFailure.call_id.in_(my_call_ids)),
        )
    ),
}
