"""Who sees ratings, which are sealed to everyone but their giver; and assessments, which are the unit's own."""

from __future__ import annotations

from sqlalchemy import and_, or_

from models.actor import REGION_ID, UNIT_IDS
from models.door import Roles, Scope
from models.figures import PublishedFigure
from models.ratings import SEALED, CaseAssessment, MutualRating
from models.roles import COUNTY, EVERYWHERE, OBSERVING
from models.scope.reach import Criterion, reach

_revealed = reach(county=MutualRating.region_id == REGION_ID, own=MutualRating.ratee_unit_id.in_(UNIT_IDS))


def sees_rating(roles: Roles) -> Criterion:
    """What is not revealed is its giver's alone: not even those who see everything read it, nor whether it is given."""
    opened = and_(MutualRating.state.not_in(SEALED), _revealed(roles))
    return opened if roles <= COUNTY | EVERYWHERE | OBSERVING else or_(opened, MutualRating.rater_unit_id.in_(UNIT_IDS))


sees_assessment = reach(county=CaseAssessment.region_id == REGION_ID, own=CaseAssessment.unit_id.in_(UNIT_IDS))

SCOPES: dict[type, Scope] = {
    MutualRating: Scope(sees=sees_rating),
    CaseAssessment: Scope(sees=sees_assessment),
    PublishedFigure: Scope(
        sees=reach(county=PublishedFigure.region_id == REGION_ID, own=PublishedFigure.unit_id.in_(UNIT_IDS))
    ),
}
