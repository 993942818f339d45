"""What of people and meetings lies on a desk: personnel changes, heads of agencies, plans, minutes and reviews owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, or_, select

from models.actor import Actor
from models.agencies import DispatchedAgency
from models.base import N_
from models.establishment import InternalOrgPlan, OrgPlanState
from models.personnel import ChangeState, PersonnelChange
from models.platforms import PlatformMeeting
from models.queries.piles import Pile, pile
from models.roles import RoleName as R
from models.rules.personnel import OPEN
from models.staffing import AgencyStaff, StaffState
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState
from models.taskforces import TaskForce, TaskForceState

OF_DEPARTMENTS, OF_TOWNSHIPS = {R.department_head, R.department_staff}, {R.township_head, R.township_operator}
S = ChangeState


def of_township(actor: Actor) -> Iterator[Pile]:
    """The township's word on people of agencies; its own plans of offices, minutes and reviews."""
    change, suggestion, plan = PersonnelChange, HeadAdjustmentSuggestion, InternalOrgPlan
    planned = suggestion.township_id.in_(actor.unit_ids) & (suggestion.state == SuggestionState.plan_proposed)
    yield pile(suggestion, N_("Accept a plan for the head of an agency, or decline it"), planned)
    hosted = change.township_id.in_(actor.unit_ids)
    asked = hosted & (change.state == S.opinion_requested)
    yield pile(change, N_("Give the committee's word on a personnel change"), asked, since=change.asked_at)
    if R.township_head in actor.roles:
        title = N_("Record the plan negotiated on a vetoed personnel change")
        vetoed = hosted & (change.state == S.vetoed) & (change.negotiated_plan == "")
        yield pile(change, title, vetoed, since=change.opinion_at)
    drafted = plan.unit_id.in_(actor.unit_ids) & (plan.state == OrgPlanState.draft)
    yield pile(plan, N_("Complete an internal organisation plan, and submit it"), drafted)
    meeting, force = PlatformMeeting, TaskForce
    owed = meeting.unit_id.in_(actor.unit_ids) & meeting.minutes_due.is_not(None)
    yield pile(meeting, N_("Hold a meeting of platforms, and record its minutes"), owed, meeting.minutes_due)
    active = force.unit_id.in_(actor.unit_ids) & (force.state == TaskForceState.active)
    yield pile(force, N_("Review a task force"), active & force.review_due.is_not(None), force.review_due)


def of_department(actor: Actor) -> Iterator[Pile]:
    """The department's part in changes of its people, and in suggestions about the heads of its agencies."""
    change, suggestion = PersonnelChange, HeadAdjustmentSuggestion
    about = suggestion.department_id.in_(actor.unit_ids)
    title = N_("Analyse a suggestion about the head of an agency")
    yield pile(suggestion, title, about & (suggestion.state == SuggestionState.opened), suggestion.due)
    title = N_("Negotiate a plan for the head of an agency")
    analysed = about & (suggestion.state == SuggestionState.analysed)
    yield pile(suggestion, title, analysed, suggestion.due)
    since = or_(change.state.in_(OPEN), change.effective_at >= suggestion.settled_at)
    carried_out = exists().where(change.staff_id == suggestion.staff_id, since)
    settled = about & (suggestion.state == SuggestionState.settled) & suggestion.staff.has(AgencyStaff.is_head)
    title = N_("Propose the personnel change that an agreed plan needs")
    yield pile(suggestion, title, settled & ~carried_out, since=suggestion.settled_at)
    ours = change.department_id.in_(actor.unit_ids)
    yield pile(change, N_("Ask the township about a personnel change"), ours & (change.state == S.proposed))
    negotiated = (change.state == S.vetoed) & (change.negotiated_plan != "")
    answered = change.state.in_((S.agreed, S.objected)) | negotiated
    yield pile(change, N_("Decide on a personnel change"), ours & answered, since=change.opinion_at)
    vetoed = ours & (change.state == S.vetoed) & (change.negotiated_plan == "")
    title = N_("Negotiate a plan with the township that vetoes: its leader records it")
    yield pile(change, title, vetoed, since=change.opinion_at, mine=False)
    decided = ours & (change.state == S.decided)
    yield pile(change, N_("Put a personnel change into effect"), decided, since=change.effective_on)


def beyond_their_end(actor: Actor, today: date) -> Pile:
    """ZG-18: who is still away after the day until which they were lent, while no change of them is underway."""
    staff, change = AgencyStaff, PersonnelChange
    at = staff.agency_id.in_(select(DispatchedAgency.id).where(DispatchedAgency.department_id.in_(actor.unit_ids)))
    underway = exists().where(change.staff_id == staff.id, change.state.in_(OPEN))
    over = (staff.state == StaffState.seconded) & (staff.seconded_until < today)
    title = N_("Lent beyond the end: propose the return")
    return pile(staff, title, at & over & ~underway, since=staff.seconded_until)


def of_personnel(actor: Actor) -> Iterator[Pile]:
    """Of whoever serves a township, a department, or both."""
    if actor.roles & OF_TOWNSHIPS:
        yield from of_township(actor)
    if actor.roles & OF_DEPARTMENTS:
        yield from of_department(actor)
