"""Who sees what of an evaluation: sheets are their writer's until the cycle closes, scores are told when published."""

from __future__ import annotations

from sqlalchemy import and_, false, or_, select, true

from models.actor import REGION_ID, UNIT_IDS
from models.agencies import DispatchedAgency
from models.door import Roles, Scope
from models.evaluation import CycleState, EvaluationCycle, EvaluationIndicator, Side, SubjectKind
from models.evaluation_sheets import AgencyAggregate, AggregateState, EvaluationSheet, SheetScore, SheetState
from models.roles import COUNTY, EVERYWHERE, RoleName, observes
from models.scope.reach import Criterion, everyone, of_county, only, reach
from models.scores import AppealState, ScoreAppeal, ScorePart, ScoreResult

ASSESSORS = frozenset({RoleName.assessor})
JUDGES = frozenset({RoleName.assessor, RoleName.scorer, RoleName.discipline_inspector, RoleName.leader})
"""Who reads scores, and the sheets that were opened, before they are published."""

DRAFT = EvaluationCycle.state == CycleState.draft
PUBLISHED = select(EvaluationCycle.id).where(
    EvaluationCycle.region_id == REGION_ID, EvaluationCycle.state == CycleState.published
)


def told(here: Criterion, own: Criterion, published: Criterion, roles: Roles) -> Criterion:
    """What judges read of their county at once, and others when it is published; `own` is seen besides, always."""
    if roles & EVERYWHERE:
        return true()
    if observes(roles):
        return and_(here, published, own)
    county = here if roles & JUDGES else and_(here, published) if roles & COUNTY else false()
    return or_(county, own)


sheet_here = EvaluationSheet.region_id == REGION_ID
mine = EvaluationSheet.rater_unit_id.in_(UNIT_IDS)
opened = EvaluationSheet.state.in_((SheetState.opened, SheetState.lapsed))
published_sheet = EvaluationSheet.cycle_id.in_(PUBLISHED)
about_me = and_(EvaluationSheet.subject_unit_id.in_(UNIT_IDS), opened, published_sheet)
# B6, rule 3: a part of what is said of an agency is read by its seat, and by its department once it is gathered.
part_of_agency = and_(
    EvaluationSheet.aggregate_id.is_not(None),
    EvaluationSheet.side == Side.bottom_up,
    EvaluationSheet.state != SheetState.draft,
)
gathered = AgencyAggregate.state.in_((AggregateState.submitted, AggregateState.graded))
gathered_by_me = select(AgencyAggregate.id).where(AgencyAggregate.seat_id.in_(UNIT_IDS))
gathered_for_me = select(AgencyAggregate.id).where(AgencyAggregate.department_id.in_(UNIT_IDS), gathered)
of_my_agency = and_(
    part_of_agency,
    or_(EvaluationSheet.aggregate_id.in_(gathered_by_me), EvaluationSheet.aggregate_id.in_(gathered_for_me)),
)


def sees_sheet(roles: Roles) -> Criterion:
    """Sealed, it is its writer's alone: not even those who see everything read it, nor whether it is filled in."""
    if roles & EVERYWHERE:
        return opened
    if observes(roles):
        return and_(sheet_here, published_sheet, opened, or_(mine, EvaluationSheet.subject_unit_id.in_(UNIT_IDS)))
    seen = [mine, about_me, of_my_agency]
    if roles & COUNTY:
        seen.append(and_(sheet_here, opened) if roles & JUDGES else and_(sheet_here, opened, published_sheet))
    if roles & ASSESSORS:
        seen.append(and_(sheet_here, part_of_agency))
    return or_(*seen)


def sees_sheet_score(roles: Roles) -> Criterion:
    return SheetScore.sheet_id.in_(select(EvaluationSheet.id).where(sees_sheet(roles)))


aggregate_here = AgencyAggregate.region_id == REGION_ID
published_aggregate = AgencyAggregate.cycle_id.in_(PUBLISHED)
asked_about = select(EvaluationSheet.aggregate_id).where(mine)
of_mine = or_(
    AgencyAggregate.seat_id.in_(UNIT_IDS),
    AgencyAggregate.department_id.in_(UNIT_IDS),
    AgencyAggregate.id.in_(asked_about),
    and_(published_aggregate, AgencyAggregate.unit_id.in_(UNIT_IDS)),
)


def sees_aggregate(roles: Roles) -> Criterion:
    return told(aggregate_here, of_mine, published_aggregate, roles)


result_here = ScoreResult.region_id == REGION_ID
published_result = ScoreResult.cycle_id.in_(PUBLISHED)
my_agencies = select(DispatchedAgency.unit_id).where(
    or_(DispatchedAgency.seat_id.in_(UNIT_IDS), DispatchedAgency.department_id.in_(UNIT_IDS))
)
my_results = and_(published_result, or_(ScoreResult.unit_id.in_(UNIT_IDS), ScoreResult.unit_id.in_(my_agencies)))
of_departments = and_(result_here, published_result, ScoreResult.subject_kind == SubjectKind.department)


def sees_result(roles: Roles) -> Criterion:
    """Of departments everyone in the county; of a township itself, and those above it: nobody compares them."""
    seen = told(result_here, my_results, published_result, roles)
    return seen if observes(roles) else or_(seen, of_departments)


def sees_part(roles: Roles) -> Criterion:
    """What a score was computed from, is its unit's, and those who judge it."""
    seen = told(result_here, my_results, published_result, roles)
    return ScorePart.result_id.in_(select(ScoreResult.id).where(seen))


to_fill_in = select(EvaluationSheet.id).where(mine, EvaluationSheet.state == SheetState.draft)
draft_here = and_(EvaluationCycle.region_id == REGION_ID, DRAFT)

SCOPES: dict[type, Scope] = {
    EvaluationCycle: Scope(sees=of_county(EvaluationCycle), writes=only(ASSESSORS, draft_here)),
    EvaluationIndicator: Scope(
        sees=of_county(EvaluationIndicator),
        writes=only(ASSESSORS, EvaluationIndicator.cycle_id.in_(select(EvaluationCycle.id).where(draft_here))),
    ),
    EvaluationSheet: Scope(sees=sees_sheet),
    SheetScore: Scope(sees=sees_sheet_score, writes=everyone(SheetScore.sheet_id.in_(to_fill_in))),
    AgencyAggregate: Scope(sees=sees_aggregate),
    ScoreResult: Scope(sees=sees_result),
    ScorePart: Scope(sees=sees_part),
    ScoreAppeal: Scope(
        sees=reach(county=ScoreAppeal.region_id == REGION_ID, own=ScoreAppeal.unit_id.in_(UNIT_IDS)),
        writes=everyone(and_(ScoreAppeal.unit_id.in_(UNIT_IDS), ScoreAppeal.state == AppealState.lodged)),
    ),
}
