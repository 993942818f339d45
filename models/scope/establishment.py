"""Who sees quotas, the establishment bank and internal organs: the county, and each unit what is its own."""

from __future__ import annotations

from sqlalchemy import select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.establishment import InternalOrgan, InternalOrgPlan, OrgPlanState, StaffingBankEntry, StaffingQuota
from models.scope.local import kept
from models.scope.reach import EDITORS, everyone, only, reach

still_draft = InternalOrgPlan.state == OrgPlanState.draft
my_plans = select(InternalOrgPlan.id).where(InternalOrgPlan.unit_id.in_(UNIT_IDS))


def _moved_by_editors(model: type[StaffingQuota] | type[StaffingBankEntry]) -> Scope:
    here = model.region_id == REGION_ID
    return Scope(sees=reach(county=here, own=model.unit_id.in_(UNIT_IDS)), writes=only(EDITORS, here))


SCOPES: dict[type, Scope] = {
    StaffingQuota: _moved_by_editors(StaffingQuota),
    StaffingBankEntry: _moved_by_editors(StaffingBankEntry),
    InternalOrgPlan: kept(InternalOrgPlan, writes=still_draft),
    InternalOrgan: Scope(
        sees=reach(county=InternalOrgan.region_id == REGION_ID, own=InternalOrgan.plan_id.in_(my_plans)),
        writes=everyone(InternalOrgan.plan_id.in_(my_plans.where(still_draft))),
    ),
}
