"""The sixteen charts for leaders (requirements B5), each a question, in the order in which they are read.

What a console's chart counts is taken from there by its title; of what joins several tables `app.leaders_own` tells.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from app import leaders_disputes as disputes
from app import leaders_own as own
from app.engine.declare import Chart as Counted
from app.leaders_grids import GRIDS
from app.leaders_panels import Chart, Listed, Told
from app.leaders_scores import SCORES
from models.adjustments import ListAdjustment
from models.admissions import AdmissionOpinion, DutyAdmission, GuaranteeMeasure, GuaranteeState
from models.agencies import AgencyCoverage, DispatchedAgency
from models.base import N_
from models.calls import CallAssignment, FailureKind
from models.establishment import StaffingQuota
from models.item_words import ItemState
from models.lists import ListItem
from models.personnel import ChangeState, PersonnelChange, TransferPlan
from models.queries.asked import Asked, local, not_local
from models.queries.staffing import IS_DISPATCHED, IS_IN_PLACE
from models.rectification import RectificationOrder, RectificationState
from models.rules.deadlines import SHANGHAI
from models.staffing import AgencyStaff
from models.supervision import OrderState, SupervisionOrder
from views.adjustments import list_adjustments
from views.admissions import admissions, guarantees
from views.assigned import assigned_matters
from views.calls import assignments, calls
from views.circulars import rectification_orders
from views.coordination import cases
from views.establishment import staffing_quotas
from views.irregular import irregular_reports
from views.lists import list_items
from views.personnel import personnel_changes, transfer_plans
from views.ratings import assessments, ratings
from views.staffing import agency_staff
from views.supervision import supervision_orders


def _of_department(unit_id: Any) -> Any:
    """Rows that a unit leads or answers for, and is no township."""
    return lambda asked: and_(asked.is_of(unit_id), not_local(unit_id))


def _of_staff(asked: Asked) -> ColumnElement[bool]:
    """Of a department its people; of a township those at agencies that have their seat there, or serve it."""
    agency = DispatchedAgency
    if asked.unit is None:
        return true()
    serving = select(AgencyCoverage.agency_id).where(asked.is_of(AgencyCoverage.township_id))
    here = select(agency.id).where(asked.is_of(agency.seat_id, agency.unit_id) | agency.id.in_(serving))
    return asked.is_of(AgencyStaff.personnel_unit_id) | AgencyStaff.agency_id.in_(here)


def _of_admission(asked: Asked) -> ColumnElement[bool]:
    if asked.unit is None:
        return true()
    affected = select(AdmissionOpinion.admission_id).where(asked.is_of(AdmissionOpinion.township_id))
    ids = select(DutyAdmission.id).where(asked.is_of(DutyAdmission.applicant_id) | DutyAdmission.id.in_(affected))
    return GuaranteeMeasure.admission_id.in_(ids)


def _in_first_years(asked: Asked) -> ColumnElement[bool]:
    return and_(IS_IN_PLACE, AgencyStaff.min_term_until > asked.now.astimezone(SHANGHAI).date())


def _published(asked: Asked) -> ColumnElement[bool]:
    return ListItem.state == ItemState.published


IS_DEPARTMENTS = _of_department(ListItem.lead_department_id)
NOT_IN_PERIOD = N_("No call was sent in this period.")

CALLS = Chart(
    number=1,
    title=N_("How many calls are made, and about what?"),
    icon="fa-bullhorn",
    sources=(
        Listed(
            name="calls",
            console=calls,
            counted=Counted(by="sent_at", per="month", kind="line", split="scope"),
            title=N_("Calls by month and scope"),
            definition=N_("Growth in the table: against the first month shown, and against the month before."),
            during="sent_at",
            of=Asked.of_calls,
            empty=NOT_IN_PERIOD,
        ),
        Listed(
            name="categories",
            console=calls,
            counted=Counted(by="category", split="scope"),
            title=N_("Calls by category"),
            during="sent_at",
            of=Asked.of_calls,
            empty=NOT_IN_PERIOD,
        ),
    ),
)
LOOP = Chart(
    number=2,
    title=N_("How far have the calls come in the loop?"),
    icon="fa-arrows-spin",
    sources=(Told(name="loop", tells=own.loop_panel, rows=own.loop_rows, needs=(calls,)),),
)
RATES = Chart(
    number=3,
    title=N_("How well do departments answer?"),
    icon="fa-percent",
    sources=(Told(name="rates", tells=own.rates_panel, rows=own.rates_rows, needs=(assessments, ratings)),),
)
FAILURES = Chart(
    number=4,
    title=N_("Who did not respond, responded late, or did not act?"),
    icon="fa-triangle-exclamation",
    sources=(
        Listed(
            name="failures",
            console=assignments,
            counted=Counted(by="department", split="failure_kind"),
            title=N_("No response, late response, inaction"),
            definition=N_(
                "Found by the console in the period: the limit passed; answered after it; the promise passed."
            ),
            during="failed_at",
            of=Asked.of_parts,
            only=lambda asked: and_(
                CallAssignment.failure_kind != FailureKind.none, not_local(CallAssignment.department_id)
            ),
            empty=N_("Nobody failed in this period."),
        ),
    ),
)
HOURS = Chart(
    number=5,
    title=N_("How long does it take, against the limit?"),
    icon="fa-stopwatch",
    sources=(
        Told(name="hours", tells=own.hours_panel, rows=own.hours_rows, needs=(calls, assignments)),
        Told(name="answers", tells=own.answers_panel, rows=own.answers_rows, needs=(assignments,)),
    ),
)
DISPUTES = Chart(
    number=6,
    title=N_("How do rejections and disputes end?"),
    icon="fa-scale-balanced",
    sources=(
        Told(name="outcomes", tells=disputes.outcomes_panel, rows=disputes.outcomes_rows, needs=(cases,)),
        Told(name="stages", tells=disputes.stages_panel, rows=disputes.stages_rows, needs=(cases,)),
    ),
)
SUPERVISION = Chart(
    number=7,
    title=N_("What is supervised, and what is still to be put right?"),
    icon="fa-gavel",
    sources=(
        Listed(
            name="orders",
            console=supervision_orders,
            counted=Counted(by="level", split="state", ranked=False, called=N_("Level %(n)s")),
            title=N_("Supervision orders by level"),
            definition=N_("Issued in the period; the level to which each has risen, and where it stands."),
            during="issued_at",
            of=lambda asked: asked.is_of(SupervisionOrder.unit_id),
            empty=N_("No supervision order was issued in this period."),
        ),
        Listed(
            name="pressed",
            console=supervision_orders,
            counted=Counted(by="unit", split="state"),
            title=N_("Departments with supervision orders still open"),
            definition=N_("As of now, whenever they were issued."),
            of=_of_department(SupervisionOrder.unit_id),
            only=lambda asked: SupervisionOrder.state != OrderState.closed,
            empty=N_("No supervision order is open."),
        ),
        Listed(
            name="rectifications",
            console=rectification_orders,
            counted=Counted(by="unit", split="state"),
            title=N_("Departments with rectifications still open"),
            definition=N_("As of now, whenever they were ordered: what is not verified yet."),
            of=_of_department(RectificationOrder.unit_id),
            only=lambda asked: RectificationOrder.state != RectificationState.verified,
            empty=N_("No rectification is open."),
        ),
    ),
)
LISTS = Chart(
    number=10,
    title=N_("Is the list complete, used and kept up to date?"),
    icon="fa-list-check",
    sources=(
        Listed(
            name="items",
            console=list_items,
            counted=Counted(by="category"),
            title=N_("Items in force by category"),
            of=lambda asked: asked.is_of(ListItem.lead_department_id),
            only=_published,
            empty=N_("No item is in force."),
        ),
        Listed(
            name="guides",
            console=list_items,
            counted=Counted(by="lead_department", split="is_complete", share=True),
            title=N_("Items in force by department, with drawing and manual or not"),
            definition=N_("Complete is an item with both a construction drawing and an instruction manual."),
            of=IS_DEPARTMENTS,
            only=_published,
            empty=N_("No item of a department is in force."),
        ),
        Listed(
            name="idle",
            console=list_items,
            counted=Counted(by="lead_department"),
            title=N_("Idle items by department"),
            definition=N_("Looked for once a month: no call cites the item, in any version, for 180 days."),
            of=IS_DEPARTMENTS,
            only=lambda asked: and_(_published(asked), ListItem.is_idle),
            empty=N_("No item is idle."),
        ),
        Listed(
            name="adjustments",
            console=list_adjustments,
            counted=Counted(by="kind", ranked=False),
            title=N_("Items added, changed and removed"),
            definition=N_("Adjustments that were applied in the period."),
            during="applied_at",
            of=lambda asked: asked.is_of(ListAdjustment.proposer_unit_id),
            empty=N_("No adjustment was applied in this period."),
        ),
    ),
)
BURDEN = Chart(
    number=11,
    title=N_("What burden do townships carry?"),
    icon="fa-weight-hanging",
    sources=(
        Told(
            name="burden",
            tells=own.burden_panel,
            rows=own.burden_rows,
            needs=(assigned_matters, admissions, irregular_reports),
        ),
    ),
)
STAFF = Chart(
    number=12,
    title=N_("Are the people where they are needed?"),
    icon="fa-id-badge",
    sources=(
        Listed(
            name="fields",
            console=agency_staff,
            counted=Counted(by="field", split="in_place", share=True),
            title=N_("Dispatched staff in place, by field"),
            definition=N_("Of those posted to agencies of the field: in place is who is not seconded away."),
            of=_of_staff,
            only=lambda asked: IS_DISPATCHED,
            personal=True,
            empty=N_("Nobody is posted to an agency."),
        ),
        Told(name="posted", tells=own.posted_panel, needs=(agency_staff,), for_county=True),
        Listed(
            name="terms",
            console=agency_staff,
            counted=Counted(by="field"),
            title=N_("People in their first two years in a township, by field"),
            definition=N_("In place, and not yet two years in their township: they are generally not to be moved."),
            of=_of_staff,
            only=_in_first_years,
            personal=True,
            empty=N_("Nobody is in the first two years."),
        ),
        Listed(
            name="moves",
            console=personnel_changes,
            counted=Counted(by="kind", split="consulted", share=True),
            title=N_("Personnel changes on which the township was asked"),
            definition=N_("Changes that took effect in the period."),
            during="effective_at",
            of=lambda asked: asked.is_of(PersonnelChange.department_id, PersonnelChange.township_id),
            only=lambda asked: PersonnelChange.state == ChangeState.effective,
            personal=True,
            empty=N_("No personnel change took effect in this period."),
        ),
        Listed(
            name="quotas",
            console=staffing_quotas,
            counted=Counted(by="unit", sums=("count",), only={"kind": "turnover"}, ranked=False),
            title=N_("Turnover posts by township"),
            definition=N_("Lent by the establishment bank and not taken back. By code: townships are not ranked."),
            of=lambda asked: and_(asked.is_of(StaffingQuota.unit_id), local(StaffingQuota.unit_id)),
            only=lambda asked: StaffingQuota.count > 0,
            fact=N_("%(sum)s posts in %(groups)s townships"),
            empty=N_("No turnover post is lent to a township."),
        ),
    ),
)
TRANSFERS = Chart(
    number=13,
    title=N_("Do transfers out stay within the plan?"),
    icon="fa-right-left",
    sources=(
        Listed(
            name="transfers",
            console=transfer_plans,
            counted=Counted(by="township", sums=("planned_replenishment", "transferred_out"), ranked=False),
            title=N_("Transfers out against planned replenishment"),
            definition=N_("Of the years that the period touches. By code: townships are not ranked."),
            of=lambda asked: asked.is_of(TransferPlan.township_id),
            only=lambda asked: TransferPlan.year.in_(asked.years),
            empty=N_("No transfer plan is entered for these years."),
        ),
    ),
)
GUARANTEES = Chart(
    number=15,
    title=N_("Are the guarantees delivered?"),
    icon="fa-hand-holding-hand",
    sources=(
        Listed(
            name="guarantees",
            console=guarantees,
            counted=Counted(by="kind", split="state", ranked=False),
            title=N_("Guarantees of admitted duties, delivered or late"),
            definition=N_(
                "Due in the period. Delivered: an affected township confirmed it. Late: not reported in time."
            ),
            during="due",
            of=_of_admission,
            only=lambda asked: GuaranteeMeasure.state != GuaranteeState.proposed,
            empty=N_("No guarantee is due in this period."),
        ),
    ),
)
MISCONDUCT = Chart(
    number=16,
    title=N_("Which misconduct is named?"),
    icon="fa-tags",
    sources=(
        Told(
            name="misconduct",
            tells=disputes.misconduct_panel,
            rows=disputes.misconduct_rows,
            needs=(supervision_orders, rectification_orders, cases),
        ),
    ),
)

CHARTS = (
    *(CALLS, LOOP, RATES, FAILURES, HOURS, DISPUTES, SUPERVISION),
    *SCORES,
    *(LISTS, BURDEN, STAFF, TRANSFERS, GRIDS, GUARANTEES, MISCONDUCT),
)
"""To show another, add its line."""
