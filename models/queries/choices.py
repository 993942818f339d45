"""Of which rows one may choose on a form: criteria, narrowed further by the door."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import aliased

from models.actor import Actor
from models.admissions import AdmissionState, DutyAdmission
from models.agencies import AgencyCoverage, AgencyState, DispatchedAgency, EnforcementTeam
from models.appraisals import AppraisalState, AppraisalTotal
from models.assigned import AssignedMatter, MatterState, MatterTownship
from models.base import User
from models.calls import AssignmentState, Call, CallAssignment, Direction
from models.community import ExchangeEntry
from models.coordination import OVER, CaseParty, CoordinationCase
from models.establishment import InternalOrgPlan, OrgPlanState
from models.evaluation import BY_PEOPLE, CycleState, EvaluationCycle, EvaluationIndicator
from models.evaluation_sheets import EvaluationSheet, SheetState
from models.governance import GovernanceModule, ModuleContact
from models.grids import Grid, GridAssignment, GridRole, GridState
from models.item_words import ItemState, ListState, PowerStatus
from models.lists import DutyList, ListItem, ListType
from models.meetings import JointMeeting, MeetingState
from models.organisation import ANSWERING, LOCAL, Posting, Unit, UnitType
from models.platforms import Platform
from models.posts import Committee, Post
from models.requests import DataRequest, DataRequestTownship, RequestState
from models.roles import RoleName
from models.scores import AppealState, ScoreAppeal, ScoreResult
from models.segments import Extension, ExtensionState
from models.staffing import AgencyStaff, StaffState
from models.statements import ResponsibilityStatement, StatementState
from models.taskforces import TaskForce, TaskForceState

DEPARTMENTS = (UnitType.department, UnitType.agency)
SMALL = (UnitType.village, UnitType.grid)
OF_TOWNSHIPS = frozenset(
    {RoleName.township_head, RoleName.township_operator, RoleName.grid_worker, RoleName.community_commissioner}
)


def unmatched(actor: Actor) -> ColumnElement[bool]:
    """Entries of the exchange list that neither name another side nor are named by one (LX-35)."""
    other = aliased(ExchangeEntry)
    return ExchangeEntry.match_id.is_(None) & ~exists().where(other.match_id == ExchangeEntry.id)


def published_items(actor: Actor) -> ColumnElement[bool]:
    """Items in force in the county (R5)."""
    return (ListItem.state == ItemState.published) & (ListItem.region_id == actor.region_id)


def usable_items(actor: Actor) -> ColumnElement[bool]:
    """What one may cite: items in force; for departments, without the powers that were taken from them (R37)."""
    in_force = published_items(actor)
    if actor.roles & OF_TOWNSHIPS:
        return in_force
    return in_force & (ListItem.power_status == PowerStatus.in_force)


def parts_at_work(actor: Actor) -> ColumnElement[bool]:
    """What one's unit has promised, and is at work on, while no request for more time waits for its answer."""
    at_work = CallAssignment.state.in_((AssignmentState.responded, AssignmentState.working))
    waits = exists().where(Extension.assignment_id == CallAssignment.id, Extension.state == ExtensionState.asked)
    return at_work & CallAssignment.department_id.in_(actor.unit_ids) & ~waits


def published_lists(actor: Actor) -> ColumnElement[bool]:
    """Lists in force in the county: what a proposal may adjust."""
    return (DutyList.state == ListState.published) & (DutyList.region_id == actor.region_id)


def own_places(actor: Actor) -> ColumnElement[bool]:
    """Where a matter may be (R9): a township's own villages and grids; for a department, the places of its county."""
    if actor.roles & OF_TOWNSHIPS:
        return Unit.unit_type.in_(SMALL) & Unit.id.in_(actor.unit_ids)
    return Unit.unit_type.in_((*LOCAL, *SMALL)) & (Unit.region_id == actor.region_id)


def bodies(actor: Actor) -> ColumnElement[bool]:
    """Units of the county that can hold a duty."""
    held = Unit.unit_type.in_((UnitType.department, UnitType.agency, UnitType.office, *LOCAL))
    return held & (Unit.region_id == actor.region_id if actor.region_id is not None else true())


def draft_lists(actor: Actor) -> ColumnElement[bool]:
    return DutyList.state == ListState.draft


def draft_items(actor: Actor) -> ColumnElement[bool]:
    return ListItem.duty_list_id.in_(select(DutyList.id).where(DutyList.state == ListState.draft))


def living_items(actor: Actor) -> ColumnElement[bool]:
    """Items of the edition in force, or of a draft: what helps to carry them out may be added to them."""
    return or_(ListItem.state == ItemState.published, draft_items(actor))


def modules(actor: Actor) -> ColumnElement[bool]:
    return GovernanceModule.region_id == actor.region_id


def modules_with_contacts(actor: Actor) -> ColumnElement[bool]:
    """Those through which a township may call."""
    return modules(actor) & GovernanceModule.id.in_(select(ModuleContact.module_id))


def townships(actor: Actor) -> ColumnElement[bool]:
    """Townships and streets of the county, as far as they exist today."""
    return Unit.unit_type.in_(LOCAL) & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)


IS_LIVING = Unit.valid_to.is_(None)
"""Of what was merged, people and area are counted with its successor."""


def living_townships(actor: Actor) -> ColumnElement[bool]:
    """Those of every county, for who keeps the directory."""
    return Unit.unit_type.in_(LOCAL) & Unit.valid_to.is_(None)


def of_its_county(unit: Unit) -> ColumnElement[bool]:
    """Other units of the same county."""
    return (Unit.region_id == unit.region_id) & (Unit.id != unit.id)


def townships_ever(actor: Actor) -> ColumnElement[bool]:
    """Townships and streets of the county, those that were merged since among them."""
    return Unit.unit_type.in_(LOCAL) & (Unit.region_id == actor.region_id)


def answering_ever(actor: Actor) -> ColumnElement[bool]:
    """Bodies of the county that may answer a township, those that are no more among them."""
    return Unit.unit_type.in_(ANSWERING) & (Unit.region_id == actor.region_id)


def departments(actor: Actor) -> ColumnElement[bool]:
    """Departments and agencies of the county: who may ask something of townships."""
    asking = Unit.unit_type.in_(DEPARTMENTS)
    return asking & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)


def other_departments(actor: Actor) -> ColumnElement[bool]:
    """Who may take part beside a department that leads."""
    return departments(actor) & Unit.id.not_in(actor.unit_ids)


def own_draft_matters(actor: Actor) -> ColumnElement[bool]:
    return (AssignedMatter.state == MatterState.draft) & AssignedMatter.lead_department_id.in_(actor.unit_ids)


def matters_in_force(actor: Actor) -> ColumnElement[bool]:
    return AssignedMatter.state == MatterState.in_force


def matters_upon_us(actor: Actor) -> ColumnElement[bool]:
    """Assigned matters in force that name one's own township."""
    ours = select(MatterTownship.matter_id).where(MatterTownship.township_id.in_(actor.unit_ids))
    return matters_in_force(actor) & AssignedMatter.id.in_(ours)


def requests_upon_us(actor: Actor) -> ColumnElement[bool]:
    """What departments have asked one's own township to report."""
    ours = select(DataRequestTownship.request_id).where(DataRequestTownship.township_id.in_(actor.unit_ids))
    return (DataRequest.state != RequestState.draft) & DataRequest.id.in_(ours)


def calls_upon_us(actor: Actor) -> ColumnElement[bool]:
    """Calls by which departments called upon one's own township."""
    parts = select(CallAssignment.call_id).where(CallAssignment.department_id.in_(actor.unit_ids))
    return (Call.direction == Direction.department_to_township) & Call.id.in_(parts)


def own_draft_requests(actor: Actor) -> ColumnElement[bool]:
    return (DataRequest.state == RequestState.draft) & DataRequest.department_id.in_(actor.unit_ids)


def open_statements(actor: Actor) -> ColumnElement[bool]:
    return ResponsibilityStatement.state == StatementState.registered


def binding_statements(actor: Actor) -> ColumnElement[bool]:
    return ResponsibilityStatement.state != StatementState.cleared


def lists_in_force(actor: Actor) -> ColumnElement[bool]:
    """The county's published lists, into which a duty may be admitted."""
    return (DutyList.state == ListState.published) & (DutyList.region_id == actor.region_id)


def own_drafts(actor: Actor) -> ColumnElement[bool]:
    """Admissions that one's own department is still writing."""
    return (DutyAdmission.state == AdmissionState.draft) & DutyAdmission.applicant_id.in_(actor.unit_ids)


def planned_meetings(actor: Actor) -> ColumnElement[bool]:
    """Joint meetings of the county that are still to be held."""
    return (JointMeeting.state == MeetingState.planned) & (JointMeeting.region_id == actor.region_id)


def county_bodies(actor: Actor) -> ColumnElement[bool]:
    """Offices, departments and townships of the county: who may sit in a joint meeting."""
    seats = (UnitType.office, UnitType.department, *LOCAL)
    return Unit.unit_type.in_(seats) & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)


def own_grids(actor: Actor) -> ColumnElement[bool]:
    """Grids in force of one's own villages: what hangs on them may still change."""
    return (Grid.state == GridState.in_force) & Grid.unit_id.in_(actor.unit_ids)


def grid_items(actor: Actor) -> ColumnElement[bool]:
    """Items of the county's grid service list in force."""
    return published_items(actor) & ListItem.list_type_id.in_(
        select(ListType.id).where(ListType.code == "grid_service")
    )


def own_people(actor: Actor) -> ColumnElement[bool]:
    """Accounts posted to one's own unit, or below it."""
    posted: ColumnElement[bool] = User.id.in_(select(Posting.user_id).where(Posting.unit_id.in_(actor.unit_ids)))
    return posted


def township_people(actor: Actor) -> ColumnElement[bool]:
    """Accounts posted to one's own township or street itself."""
    posted = select(Posting.user_id).where(
        Posting.unit_id.in_(actor.unit_ids), Posting.unit.has(Unit.unit_type.in_(LOCAL))
    )
    found: ColumnElement[bool] = User.id.in_(posted)
    return found


def commissioners(actor: Actor) -> ColumnElement[bool]:
    return GridAssignment.role == GridRole.commissioner


def own_units(actor: Actor) -> ColumnElement[bool]:
    """The unit acted for, and all below it."""
    return Unit.id.in_(actor.unit_ids)


def serving_units(actor: Actor) -> ColumnElement[bool]:
    """Units of the county, as far as they exist today."""
    return (Unit.region_id == actor.region_id) & (Unit.unit_type != UnitType.county) & Unit.valid_to.is_(None)


def calls_of_county(actor: Actor) -> ColumnElement[bool]:
    """Calls of the county that were sent and cite an item, for who judges what came of them."""
    return (Call.region_id == actor.region_id) & Call.sent_at.is_not(None) & Call.list_item_id.is_not(None)


def cases_of_county(actor: Actor) -> ColumnElement[bool]:
    """Coordination cases of the county about an item."""
    return (CoordinationCase.region_id == actor.region_id) & CoordinationCase.list_item_id.is_not(None)


def items_ever(actor: Actor) -> ColumnElement[bool]:
    """Items of the county that bind, or have bound."""
    return (ListItem.state != ItemState.draft) & (ListItem.region_id == actor.region_id)


def open_cases(actor: Actor) -> ColumnElement[bool]:
    """Cases that are not over, to which one may add: as a party, or for the office of the county."""
    party = CoordinationCase.id.in_(select(CaseParty.case_id).where(CaseParty.unit_id.in_(actor.unit_ids)))
    here = CoordinationCase.region_id == actor.region_id
    of_office = bool(actor.roles & {RoleName.supervisor, RoleName.editorial_officer})
    return CoordinationCase.state.not_in(OVER) & (or_(party, here) if of_office else party)


def other_bodies(actor: Actor) -> ColumnElement[bool]:
    """Bodies of the county beside one's own, as far as they exist today."""
    return bodies(actor) & Unit.valid_to.is_(None) & Unit.id.not_in(actor.unit_ids)


def agencies(actor: Actor) -> ColumnElement[bool]:
    """Agencies of the county, as far as they exist today and nothing is in force of them."""
    here = (Unit.unit_type == UnitType.agency) & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)
    return here & Unit.id.not_in(select(DispatchedAgency.unit_id).where(DispatchedAgency.state == AgencyState.in_force))


def parents(actor: Actor) -> ColumnElement[bool]:
    """Departments of the county, as far as they exist today."""
    return (Unit.unit_type == UnitType.department) & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)


def draft_agencies(actor: Actor) -> ColumnElement[bool]:
    return (DispatchedAgency.state == AgencyState.draft) & (DispatchedAgency.region_id == actor.region_id)


def agencies_in_place(actor: Actor) -> ColumnElement[bool]:
    """Agencies of the county that people may serve at; for a department, its own."""
    living = (DispatchedAgency.state != AgencyState.ended) & (DispatchedAgency.region_id == actor.region_id)
    of_office = RoleName.editorial_officer in actor.roles
    return living if of_office else living & DispatchedAgency.department_id.in_(actor.unit_ids)


def own_agencies(actor: Actor) -> ColumnElement[bool]:
    """Agencies in force of one's own department."""
    return (DispatchedAgency.state == AgencyState.in_force) & DispatchedAgency.department_id.in_(actor.unit_ids)


def own_departments(actor: Actor) -> ColumnElement[bool]:
    """Departments whose people one may keep: of the county, or one's own."""
    return parents(actor) if RoleName.editorial_officer in actor.roles else parents(actor) & Unit.id.in_(actor.unit_ids)


def own_staff(actor: Actor) -> ColumnElement[bool]:
    """People of one's own department, or at its agencies, who have not left."""
    at = AgencyStaff.agency_id.in_(
        select(DispatchedAgency.id).where(DispatchedAgency.department_id.in_(actor.unit_ids))
    )
    return (AgencyStaff.state != StaffState.left) & or_(AgencyStaff.personnel_unit_id.in_(actor.unit_ids), at)


def heads_hosted(actor: Actor) -> ColumnElement[bool]:
    """Heads of agencies whose seat is one's own township."""
    hosted = select(DispatchedAgency.id).where(DispatchedAgency.seat_id.in_(actor.unit_ids))
    return AgencyStaff.is_head & (AgencyStaff.state != StaffState.left) & AgencyStaff.agency_id.in_(hosted)


def own_townships(actor: Actor) -> ColumnElement[bool]:
    return townships(actor) & Unit.id.in_(actor.unit_ids)


OWN_UNITS = (own_units, own_townships)
"""Where one chooses among one's own: the unit acted for is chosen already."""


def living_task_forces(actor: Actor) -> ColumnElement[bool]:
    return (TaskForce.state != TaskForceState.dissolved) & TaskForce.unit_id.in_(actor.unit_ids)


def own_teams(actor: Actor) -> ColumnElement[bool]:
    return EnforcementTeam.unit_id.in_(actor.unit_ids)


def forces(actor: Actor) -> ColumnElement[bool]:
    """Whose people may serve in an enforcement team."""
    held = Unit.unit_type.in_((*DEPARTMENTS, *LOCAL))
    return held & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)


def draft_plans(actor: Actor) -> ColumnElement[bool]:
    """Plans of one's own township that may still change."""
    return (InternalOrgPlan.state == OrgPlanState.draft) & InternalOrgPlan.unit_id.in_(actor.unit_ids)


def own_platforms(actor: Actor) -> ColumnElement[bool]:
    return Platform.unit_id.in_(actor.unit_ids)


def own_posts(actor: Actor) -> ColumnElement[bool]:
    return Post.unit_id.in_(actor.unit_ids)


def open_totals(actor: Actor) -> ColumnElement[bool]:
    """What one's own township is distributing."""
    return (AppraisalTotal.state == AppraisalState.fixed) & AppraisalTotal.township_id.in_(actor.unit_ids)


def agencies_serving(actor: Actor) -> ColumnElement[bool]:
    """Agencies in force that serve one's own township."""
    served = select(AgencyCoverage.agency_id).where(AgencyCoverage.township_id.in_(actor.unit_ids))
    return (DispatchedAgency.state == AgencyState.in_force) & DispatchedAgency.id.in_(served)


def own_committees(actor: Actor) -> ColumnElement[bool]:
    return Committee.unit_id.in_(actor.unit_ids)


def cycles_here(actor: Actor) -> ColumnElement[bool]:
    """Evaluation cycles of the county."""
    return EvaluationCycle.region_id == actor.region_id


def draft_cycles(actor: Actor) -> ColumnElement[bool]:
    """Those whose indicators may still change."""
    return cycles_here(actor) & (EvaluationCycle.state == CycleState.draft)


def draft_sheets(actor: Actor) -> ColumnElement[bool]:
    """Sheets that one's unit still has to fill in."""
    return (EvaluationSheet.state == SheetState.draft) & EvaluationSheet.rater_unit_id.in_(actor.unit_ids)


def asked_indicators(actor: Actor) -> ColumnElement[bool]:
    """What sheets ask that one's unit still has to fill in."""
    sheet, row = EvaluationSheet, EvaluationIndicator
    alike = (sheet.cycle_id == row.cycle_id, sheet.subject_kind == row.subject_kind, sheet.side == row.side)
    return row.source.in_(BY_PEOPLE) & exists().where(*alike, draft_sheets(actor))


def own_results(actor: Actor) -> ColumnElement[bool]:
    """Published scores of one's own unit, and of those below it, against which no appeal was lodged yet."""
    published = select(EvaluationCycle.id).where(EvaluationCycle.state == CycleState.published)
    lodged = exists().where(ScoreAppeal.result_id == ScoreResult.id, ScoreAppeal.state != AppealState.withdrawn)
    return ScoreResult.unit_id.in_(actor.unit_ids) & ScoreResult.cycle_id.in_(published) & ~lodged
