"""Who sees people of agencies: the host township, the parent department and the editorial office (B6, rule 5)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.agencies import DispatchedAgency
from models.door import Roles, Scope
from models.roles import RoleName
from models.scope.reach import EDITORS, Criterion
from models.staffing import AgencyStaff, StaffState

OF_DEPARTMENTS = frozenset({RoleName.department_head, RoleName.department_staff})
OF_BODIES = OF_DEPARTMENTS | {RoleName.township_head, RoleName.township_operator}


def personal(*parts: tuple[frozenset[RoleName], Criterion]) -> Callable[[Roles], Criterion]:
    """Each criterion for its roles, and nothing for whoever else sees the county, or runs the deployment."""
    return lambda roles: or_(false(), *(criterion for who, criterion in parts if roles & who))


built_by_me = select(DispatchedAgency.id).where(DispatchedAgency.department_id.in_(UNIT_IDS))
hosted_by_me = select(DispatchedAgency.id).where(DispatchedAgency.seat_id.in_(UNIT_IDS))
of_my_department = or_(AgencyStaff.personnel_unit_id.in_(UNIT_IDS), AgencyStaff.agency_id.in_(built_by_me))
staff_here = AgencyStaff.region_id == REGION_ID
serving = AgencyStaff.state != StaffState.left

my_staff = or_(of_my_department, AgencyStaff.agency_id.in_(hosted_by_me))

sees_staff = personal((EDITORS, staff_here), (OF_BODIES, my_staff))
my_staff_ids = select(AgencyStaff.id).where(my_staff)

SCOPES: dict[type, Scope] = {
    AgencyStaff: Scope(
        sees=sees_staff,
        writes=personal((EDITORS, and_(staff_here, serving)), (OF_DEPARTMENTS, and_(of_my_department, serving))),
    ),
}
