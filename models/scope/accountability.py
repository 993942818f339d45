"""Who sees cases of accountability: those who judge, leaders, and of each unit involved its heads, its own part."""

from __future__ import annotations

from sqlalchemy import and_, select

from models.accountability import AccountabilityCase, AccountabilityDeed, AccountabilityState, AccountabilityUnit
from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.roles import RoleName
from models.scope.reach import only
from models.scope.staffing import personal

JUDGES = frozenset({RoleName.assessor, RoleName.discipline_inspector})
READERS = JUDGES | {RoleName.leader}
OF_UNITS = frozenset({RoleName.department_head, RoleName.township_head, RoleName.agency_head})

case_here = AccountabilityCase.region_id == REGION_ID
my_part = AccountabilityUnit.unit_id.in_(UNIT_IDS)
my_part_ids = select(AccountabilityUnit.id).where(my_part)
my_accountability_ids = select(AccountabilityUnit.case_id).where(my_part)

sees_accountability = personal((READERS, case_here), (OF_UNITS, AccountabilityCase.id.in_(my_accountability_ids)))
sees_part = personal((READERS, AccountabilityUnit.region_id == REGION_ID), (OF_UNITS, my_part))

SCOPES: dict[type, Scope] = {
    AccountabilityCase: Scope(
        sees=sees_accountability,
        writes=only(JUDGES, and_(case_here, AccountabilityCase.state == AccountabilityState.opened)),
    ),
    AccountabilityUnit: Scope(sees=sees_part),
    AccountabilityDeed: Scope(
        sees=personal(
            (READERS, AccountabilityDeed.region_id == REGION_ID),
            (OF_UNITS, AccountabilityDeed.part_id.in_(my_part_ids)),
        )
    ),
}
