"""Who sees what the system keeps for itself and of everyone: notices, promises, counters, the recorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, and_, false, or_, select, true

from models.accountability import AccountabilityCase, AccountabilityUnit
from models.actor import REGION_ID, UNIT_IDS, USER_ID
from models.admissions import DutyAdmission
from models.agencies import DispatchedAgency
from models.appraisals import AppraisalTotal, StaffAppraisal
from models.assigned import AssignedMatter
from models.calls import CallCounter
from models.congress import CongressOpinion
from models.coordination import CoordinationCase
from models.daily import DailyAssessment
from models.disputes import DisputeCase
from models.door import Roles, Scope
from models.establishment import InternalOrgPlan, StaffingBankEntry
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet, SheetScore
from models.hotline import HotlineTicket
from models.imports import ImportRun
from models.irregular import IrregularAssignmentReport
from models.ledger import LedgerAudit, Promise
from models.notices import Notice, Outbox
from models.personnel import PersonnelChange
from models.ratings import CaseAssessment, MutualRating
from models.recorder import RecorderEntry, RecorderHead
from models.rectification import RectificationOrder
from models.requests import DataRequest
from models.reviews import ReviewFile, ReviewOpinion
from models.roles import EVERYWHERE
from models.scope import agencies, calls, circulars, establishment, evaluation, local
from models.scope.accountability import my_accountability_ids, my_part_ids, sees_accountability, sees_part
from models.scope.admissions import my_admission_ids
from models.scope.appraisals import about_mine, entered_by_me, my_appraisal_ids, my_total_ids, sees_appraisal
from models.scope.calls import my_call_ids, my_case_ids
from models.scope.evaluation import sees_aggregate, sees_sheet, sees_sheet_score
from models.scope.imports import my_run_ids
from models.scope.matters import asked_of_me, concerns_me, my_report_ids, my_statement_ids
from models.scope.ratings import sees_assessment, sees_rating
from models.scope.reach import ADMINS, Criterion, everyone, only, reach
from models.scope.staffing import (
    my_change_ids,
    my_staff_ids,
    my_suggestion_ids,
    sees_change,
    sees_staff,
    sees_suggestion,
)
from models.scores import ScoreAppeal
from models.services import BackDeskTask, ServiceRequest
from models.staffing import AgencyStaff
from models.statements import ResponsibilityStatement
from models.suggestions import HeadAdjustmentSuggestion
from models.webhooks import Webhook, WebhookDelivery, WebhookState

TOLD_TO_ALL_CONCERNED: dict[type[Any], Select[int]] = {
    AssignedMatter: select(AssignedMatter.id).where(concerns_me),
    CoordinationCase: my_case_ids,
    DutyAdmission: my_admission_ids,
    ResponsibilityStatement: my_statement_ids,
    IrregularAssignmentReport: my_report_ids,
    DataRequest: select(DataRequest.id).where(or_(DataRequest.department_id.in_(UNIT_IDS), asked_of_me)),
    ImportRun: my_run_ids,
    AgencyStaff: my_staff_ids,
    PersonnelChange: my_change_ids,
    HeadAdjustmentSuggestion: my_suggestion_ids,
    AccountabilityCase: my_accountability_ids,
    AccountabilityUnit: my_part_ids,
    AppraisalTotal: my_total_ids,
    StaffAppraisal: my_appraisal_ids,
    DailyAssessment: select(DailyAssessment.id).where(or_(entered_by_me, about_mine)),
}
"""Of which tables those whom a row concerns see its history, too: who did what."""

DEALINGS: dict[type[Any], Callable[[Roles], Criterion]] = {
    model: scopes[model].sees
    for scopes, models in (
        (circulars.SCOPES, (RectificationOrder,)),
        (evaluation.SCOPES, (ScoreAppeal,)),
        (calls.SCOPES, (HotlineTicket, CongressOpinion)),
        (agencies.SCOPES, (DispatchedAgency,)),
        (establishment.SCOPES, (InternalOrgPlan, StaffingBankEntry)),
        (local.SCOPES, (ServiceRequest, BackDeskTask, DisputeCase, ReviewFile, ReviewOpinion)),
    )
    for model in models
}
"""What two sides do with one another: whoever sees a row of these sees its history, with what the other side did."""

NARROWER: dict[type[Any], Callable[[Roles], Criterion]] = {
    MutualRating: sees_rating,
    CaseAssessment: sees_assessment,
    AgencyStaff: sees_staff,
    PersonnelChange: sees_change,
    HeadAdjustmentSuggestion: sees_suggestion,
    EvaluationSheet: sees_sheet,
    SheetScore: sees_sheet_score,
    AgencyAggregate: sees_aggregate,
    AccountabilityCase: sees_accountability,
    AccountabilityUnit: sees_part,
    StaffAppraisal: sees_appraisal,
}
"""Tables of whose rows not everyone who sees the call sees the history: it would tell what is sealed, or personal."""

_told = reach(
    county=RecorderEntry.chain == REGION_ID,
    own=or_(
        RecorderEntry.call_id.in_(my_call_ids),
        RecorderEntry.unit_id.in_(UNIT_IDS),
        *(
            and_(RecorderEntry.subject_type == model.__tablename__, RecorderEntry.subject_id.in_(ids))
            for model, ids in TOLD_TO_ALL_CONCERNED.items()
        ),
    ),
)


def _sees_entry(roles: Roles) -> Criterion:
    dealings = (
        and_(
            RecorderEntry.subject_type == model.__tablename__,
            RecorderEntry.subject_id.in_(select(model.id).where(sees(roles))),
        )
        for model, sees in DEALINGS.items()
    )
    narrower = (
        or_(
            RecorderEntry.subject_type != model.__tablename__,
            RecorderEntry.subject_id.in_(select(model.id).where(sees(roles))),
        )
        for model, sees in NARROWER.items()
    )
    return and_(or_(_told(roles), *dealings), *narrower)


SCOPES: dict[type, Scope] = {
    Notice: Scope(sees=everyone(Notice.user_id == USER_ID), writes=everyone(Notice.user_id == USER_ID)),
    Promise: Scope(sees=reach(county=Promise.region_id == REGION_ID, own=false())),
    LedgerAudit: Scope(sees=reach(county=LedgerAudit.region_id == REGION_ID, own=false())),
    Outbox: Scope(sees=reach(county=false(), own=false())),
    Webhook: Scope(sees=only(EVERYWHERE, true()), writes=only(ADMINS, Webhook.state == WebhookState.off)),
    WebhookDelivery: Scope(sees=only(EVERYWHERE, true())),
    CallCounter: Scope(sees=reach(county=false(), own=false())),
    RecorderEntry: Scope(sees=_sees_entry),
    RecorderHead: Scope(sees=reach(county=RecorderHead.chain == REGION_ID, own=false())),
}
