"""Who sees appraisals of persons: their township, the editorial office, and once confirmed their department (B6)."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.agencies import DispatchedAgency
from models.appraisals import AppraisalState, AppraisalTotal, StaffAppraisal
from models.daily import DailyAssessment
from models.door import Scope
from models.scope.reach import EDITORS, everyone, of_county, only, reach
from models.scope.staffing import OF_DEPARTMENTS, OF_TOWNSHIPS, built_by_me, hosted_by_me, my_staff_ids, personal

total_here = AppraisalTotal.region_id == REGION_ID
being_distributed = AppraisalTotal.state == AppraisalState.fixed
my_total_ids = select(AppraisalTotal.id).where(AppraisalTotal.township_id.in_(UNIT_IDS))
confirmed_ids = select(AppraisalTotal.id).where(AppraisalTotal.state == AppraisalState.confirmed)
of_my_people = and_(StaffAppraisal.staff_id.in_(my_staff_ids), StaffAppraisal.total_id.in_(confirmed_ids))
of_my_township = StaffAppraisal.total_id.in_(my_total_ids)
my_appraisal_ids = select(StaffAppraisal.id).where(or_(of_my_people, of_my_township))

sees_appraisal = personal(
    (EDITORS, StaffAppraisal.region_id == REGION_ID), (OF_DEPARTMENTS, of_my_people), (OF_TOWNSHIPS, of_my_township)
)

my_agencies = select(DispatchedAgency.id).where(DispatchedAgency.unit_id.in_(UNIT_IDS))
about_mine = or_(*(DailyAssessment.agency_id.in_(ids) for ids in (my_agencies, built_by_me, hosted_by_me)))
entered_by_me = DailyAssessment.township_id.in_(UNIT_IDS)

SCOPES: dict[type, Scope] = {
    AppraisalTotal: Scope(sees=of_county(AppraisalTotal), writes=only(EDITORS, and_(total_here, being_distributed))),
    StaffAppraisal: Scope(
        sees=sees_appraisal,
        writes=personal(
            (OF_TOWNSHIPS, StaffAppraisal.total_id.in_(my_total_ids.where(being_distributed))),
        ),
    ),
    DailyAssessment: Scope(
        sees=reach(county=DailyAssessment.region_id == REGION_ID, own=or_(entered_by_me, about_mine)),
        writes=everyone(entered_by_me),
    ),
}
