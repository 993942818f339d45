"""Who sees dispatched staff and their changes: host township, parent department, editorial office (B6, rule 5)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.agencies import DispatchedAgency
from models.door import Roles, Scope
from models.personnel import ChangeState, PersonnelChange, TransferPlan
from models.roles import RoleName
from models.scope.reach import EDITORS, Criterion, of_county, only
from models.staffing import AgencyStaff, StaffState
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState

OF_DEPARTMENTS = frozenset({RoleName.department_head, RoleName.department_staff})
OF_TOWNSHIPS = frozenset({RoleName.township_head, RoleName.township_operator})


def personal(*parts: tuple[frozenset[RoleName], Criterion]) -> Callable[[Roles], Criterion]:
    """Each criterion for its roles, and nothing for whoever else sees the county, or runs the deployment."""
    return lambda roles: or_(false(), *(criterion for who, criterion in parts if roles & who))


built_by_me = select(DispatchedAgency.id).where(DispatchedAgency.department_id.in_(UNIT_IDS))
hosted_by_me = select(DispatchedAgency.id).where(DispatchedAgency.seat_id.in_(UNIT_IDS))
my_proposals = PersonnelChange.department_id.in_(UNIT_IDS)
asked_of_me = and_(PersonnelChange.township_id.in_(UNIT_IDS), PersonnelChange.asked_at.is_not(None))
brought_to_me = and_(
    PersonnelChange.to_agency_id.in_(hosted_by_me),
    PersonnelChange.state.in_((ChangeState.decided, ChangeState.effective)),
)
change_here = PersonnelChange.region_id == REGION_ID
my_change_ids = select(PersonnelChange.id).where(or_(my_proposals, asked_of_me, brought_to_me))

suggested_by_me = HeadAdjustmentSuggestion.township_id.in_(UNIT_IDS)
suggested_to_me = HeadAdjustmentSuggestion.department_id.in_(UNIT_IDS)
suggestion_here = HeadAdjustmentSuggestion.region_id == REGION_ID
my_suggestion_ids = select(HeadAdjustmentSuggestion.id).where(or_(suggested_by_me, suggested_to_me))

of_my_department = or_(AgencyStaff.personnel_unit_id.in_(UNIT_IDS), AgencyStaff.agency_id.in_(built_by_me))
of_my_township = or_(
    AgencyStaff.agency_id.in_(hosted_by_me),
    AgencyStaff.id.in_(select(PersonnelChange.staff_id).where(or_(asked_of_me, brought_to_me))),
    AgencyStaff.id.in_(select(HeadAdjustmentSuggestion.staff_id).where(suggested_by_me)),
)
in_my_proposals = or_(
    AgencyStaff.id.in_(select(PersonnelChange.staff_id).where(my_proposals)),
    AgencyStaff.id.in_(select(HeadAdjustmentSuggestion.staff_id).where(suggested_to_me)),
)
staff_here = AgencyStaff.region_id == REGION_ID
serving = AgencyStaff.state != StaffState.left
my_staff_ids = select(AgencyStaff.id).where(or_(of_my_department, in_my_proposals, of_my_township))

sees_staff = personal(
    (EDITORS, staff_here), (OF_DEPARTMENTS, or_(of_my_department, in_my_proposals)), (OF_TOWNSHIPS, of_my_township)
)
sees_suggestion = personal(
    (EDITORS, suggestion_here), (OF_DEPARTMENTS, suggested_to_me), (OF_TOWNSHIPS, suggested_by_me)
)
sees_change = personal(
    (EDITORS, change_here), (OF_DEPARTMENTS, my_proposals), (OF_TOWNSHIPS, or_(asked_of_me, brought_to_me))
)

SCOPES: dict[type, Scope] = {
    AgencyStaff: Scope(
        sees=sees_staff,
        writes=personal((EDITORS, and_(staff_here, serving)), (OF_DEPARTMENTS, and_(of_my_department, serving))),
    ),
    PersonnelChange: Scope(
        sees=sees_change,
        writes=personal((OF_DEPARTMENTS, and_(my_proposals, PersonnelChange.state == ChangeState.proposed))),
    ),
    HeadAdjustmentSuggestion: Scope(
        sees=sees_suggestion,
        writes=personal(
            (OF_TOWNSHIPS, and_(suggested_by_me, HeadAdjustmentSuggestion.state == SuggestionState.opened))
        ),
    ),
    TransferPlan: Scope(sees=of_county(TransferPlan), writes=only(EDITORS, TransferPlan.region_id == REGION_ID)),
}
