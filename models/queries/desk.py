"""«My desk»: what waits for the unit acted for, by due time, and what it waits for. One statement for each pile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import ColumnElement, Exists, and_, exists, or_, select

from models.actor import Actor
from models.adjustments import AdjustmentOpinion, AdjustmentState, ListAdjustment
from models.admissions import (
    AdmissionOpinion,
    AdmissionState,
    DutyAdmission,
    GuaranteeMeasure,
    GuaranteeState,
)
from models.admissions import (
    OpinionState as WrittenOpinionState,
)
from models.assigned import AssignedMatter, MatterState
from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, CallSource, CallState, FailureKind
from models.congress import CongressOpinion, CongressOpinionState
from models.coordination import CaseParty, CaseState, CoordinationCase
from models.disputes import DisputeCase, DisputeState
from models.establishment import InternalOrgPlan, OrgPlanState
from models.hotline import HotlineTicket, TicketState
from models.irregular import IrregularAssignmentReport, ReportState
from models.item_words import ListState
from models.ledger import Job
from models.lists import DutyList
from models.meetings import JointMeeting, MeetingMember, MeetingState, MeetingVote
from models.opinions import ListOpinion, OpinionState
from models.organisation import Unit
from models.queries.accountability_desk import of_involved, of_judges
from models.queries.evaluation_desk import of_assessor, of_confirming, of_distributors, of_evaluated
from models.queries.piles import Pile
from models.queries.piles import pile as _pile
from models.queries.refusals import refused_before
from models.queries.staffing_desk import OF_DEPARTMENTS, OF_TOWNSHIPS, beyond_their_end, of_personnel
from models.ratings import MutualRating, RatingState
from models.rectification import (
    Circular,
    CircularLine,
    CircularState,
    LineState,
    RectificationOrder,
    RectificationState,
)
from models.requests import DataRequest, RequestState
from models.reviews import ReviewOpinion
from models.roles import RoleName
from models.segments import Extension, ExtensionState
from models.services import BackDeskTask, BackTaskState
from models.statements import ResponsibilityStatement, StatementState
from models.supervision import OrderState, SupervisionOrder
from models.words import CallScope, Level

A, C, D, J, S = AssignmentState, CaseState, AdmissionState, AdjustmentState, CallState
BEING_RECTIFIED = (RectificationState.issued, RectificationState.planned)


def piles(actor: Actor, today: date) -> Iterator[Pile]:
    """What may lie on the actor's desk on a day, according to their roles."""
    for roles, of_roles in DESKS:
        if actor.roles & roles:
            yield from of_roles(actor)
    if actor.roles & OF_DEPARTMENTS:
        yield beyond_their_end(actor, today)


def _settled(*more: ColumnElement[bool]) -> Exists:
    """The call's last rejection led to a case, and the case is settled."""
    case = CoordinationCase
    done = or_(case.filed_at.is_not(None), case.decided_at.is_not(None))
    return exists().where(case.call_id == Call.id, case.round == Call.rounds, done, *more)


# A case may find that the duty is the caller's own: then nobody else is to be asked again.
DUTY_IS_THE_CALLERS = (Call.state == S.forwarded) & _settled(
    CoordinationCase.responsible_unit_id == Call.caller_unit_id
)


def _of_county_office(actor: Actor) -> Iterator[Pile]:
    here = Call.region_id == actor.region_id
    yield _pile(Call, N_("Accept or return"), here & (Call.state == S.submitted), Call.accept_due)
    yield _pile(Call, N_("Dispatch"), here & (Call.state == S.accepted), Call.resolve_due, since=Call.accepted_at)
    again = here & (Call.state == S.forwarded) & _settled() & ~DUTY_IS_THE_CALLERS
    title = N_("Dispatch again: the case has a duty holder")
    yield _pile(Call, title, again, Call.resolve_due, since=Call.accepted_at)
    rejected = and_(
        CallAssignment.region_id == actor.region_id,
        CallAssignment.state == A.rejected,
        CallAssignment.call.has((Call.rounds == CallAssignment.round) & Call.state.in_((S.dispatched, S.in_progress))),
    )
    twice = and_(
        CallAssignment.region_id == actor.region_id,
        CallAssignment.state == A.rejected,
        CallAssignment.call.has((Call.rounds == CallAssignment.round) & (Call.state == S.rejected)),
        refused_before(),
    )
    yield _pile(CallAssignment, N_("Rule on a rejection"), rejected, since=CallAssignment.rejected_at)
    more = (Extension.region_id == actor.region_id) & (Extension.state == ExtensionState.asked)
    yield _pile(Extension, N_("Grant more time, or refuse"), more, Extension.answer_due)
    title = N_("Rule on the second refusal of a call")
    yield _pile(CallAssignment, title, twice, since=CallAssignment.rejected_at)
    waiting = here & Call.state.in_((S.dispatched, S.in_progress))
    yield _pile(Call, N_("With the departments"), waiting, Call.resolve_due, mine=False)
    dispute = DisputeCase
    risen = (dispute.region_id == actor.region_id) & (dispute.level == Level.county)
    title = N_("Disputes handed up to the county")
    yield _pile(dispute, title, risen & (dispute.state != DisputeState.settled), since=dispute.found_at)
    matter = AssignedMatter
    submitted = (matter.region_id == actor.region_id) & (matter.state == MatterState.submitted)
    yield _pile(matter, N_("Record the approvals, or refuse"), submitted, since=matter.submitted_at)


def _of_supervision_office(actor: Actor) -> Iterator[Pile]:
    here = CoordinationCase.region_id == actor.region_id
    case, title = CoordinationCase, N_("Notify the parties")
    yield _pile(case, title, here & (case.state == C.opened), since=case.forwarded_at)
    yield _pile(case, N_("Order execution"), here & case.state.in_((C.filed, C.decided)), case.execution_due)
    yield _pile(case, N_("Watch the execution"), here & (case.state == C.supervising), case.execution_due)
    order, part = SupervisionOrder, CallAssignment
    pressed = exists().where(order.assignment_id == part.id, order.state != OrderState.closed)
    failed = (part.region_id == actor.region_id) & ~pressed
    silent = failed & (part.state == A.pending) & (part.failure_kind == FailureKind.no_response)
    yield _pile(part, N_("No response: supervise, where it is called for"), silent, since=part.failed_at)
    # A late response has come: there is nothing to press for, and the circular counts it.
    idle = failed & part.state.in_((A.responded, A.working)) & (part.failure_kind == FailureKind.inaction)
    yield _pile(part, N_("Inaction: supervise, where it is called for"), idle, since=part.failed_at)
    replied = (order.region_id == actor.region_id) & (order.state == OrderState.replied)
    yield _pile(order, N_("Verify a reply"), replied, since=order.replied_at)
    rectified, circular = RectificationOrder, Circular
    reported = (rectified.region_id == actor.region_id) & (rectified.state == RectificationState.done)
    yield _pile(rectified, N_("Verify a rectification"), reported, since=rectified.done_at)
    drafted = (circular.region_id == actor.region_id) & (circular.state == CircularState.draft)
    yield _pile(circular, N_("Publish a circular"), drafted, since=circular.compiled_at)
    line = CircularLine
    published = circular.state == CircularState.published
    named = (line.region_id == actor.region_id) & (line.state == LineState.named) & line.circular.has(published)
    yield _pile(line, N_("Named in a circular: order to rectify, where it is called for"), named)
    waiting = (order.region_id == actor.region_id) & order.state.in_((OrderState.issued, OrderState.acknowledged))
    yield _pile(order, N_("With the units under supervision"), waiting, order.due, since=order.issued_at, mine=False)
    open_ = (rectified.region_id == actor.region_id) & rectified.state.in_(BEING_RECTIFIED)
    title = N_("With the units: rectifications")
    yield _pile(rectified, title, open_, rectified.due, since=rectified.issued_at, mine=False)
    yield _pile(
        case, N_("The parties negotiate"), here & (case.state == C.negotiating), case.negotiation_due, mine=False
    )


def _of_editorial_office(actor: Actor) -> Iterator[Pile]:
    case = CoordinationCase
    here = case.region_id == actor.region_id
    yield _pile(case, N_("Review and file"), here & (case.state == C.filing_review), case.filing_due)
    yield _pile(
        case, N_("Coordinate, and issue the opinion"), here & (case.state == C.coordinating), case.coordination_due
    )
    yield _pile(
        case, N_("The parties negotiate"), here & (case.state == C.negotiating), case.negotiation_due, mine=False
    )
    report, statement = IrregularAssignmentReport, ResponsibilityStatement
    open_ = (report.region_id == actor.region_id) & report.state.in_((ReportState.reported, ReportState.accepted))
    yield _pile(report, N_("Examine a report of an irregular assignment"), open_, since=report.reported_at)
    plan = InternalOrgPlan
    proposed = (plan.region_id == actor.region_id) & (plan.state == OrgPlanState.proposed)
    yield _pile(plan, N_("Approve an internal organisation plan, or send it back"), proposed, since=plan.proposed_at)
    registered = (statement.region_id == actor.region_id) & (statement.state == StatementState.registered)
    yield _pile(statement, N_("Clear a responsibility statement, or keep it"), registered, since=statement.signed_on)

    admission = DutyAdmission
    ours = admission.region_id == actor.region_id
    submitted, reviewed = admission.state == D.submitted, admission.state == D.joint_review
    yield _pile(admission, N_("Consult the townships"), ours & submitted, since=admission.submitted_at)
    held = exists().where(JointMeeting.id == admission.meeting_id, JointMeeting.state == MeetingState.held)
    unheard = ours & reviewed & admission.meeting_id.is_(None)
    yield _pile(admission, N_("Put on the agenda of a joint meeting"), unheard, since=admission.submitted_at)
    meeting = JointMeeting
    agenda = exists().where(admission.meeting_id == meeting.id)
    planned = (meeting.region_id == actor.region_id) & (meeting.state == MeetingState.planned) & agenda
    yield _pile(meeting, N_("Hold the joint meeting, and record its minutes"), planned, meeting.meets_at)
    yield _pile(admission, N_("Enter what the joint meeting decided"), ours & reviewed & held)
    suspended = ours & (admission.state == D.suspended)
    yield _pile(admission, N_("Resume, once the guarantees are delivered"), suspended, since=admission.suspended_at)
    asked = ours & (admission.state == D.consulting)
    yield _pile(admission, N_("The townships answer"), asked, since=admission.submitted_at, mine=False)


def _of_admissions(actor: Actor) -> Iterator[Pile]:
    """The department's part of its admissions, and the townships' part of those that name them."""
    opinion, measure, admission = AdmissionOpinion, GuaranteeMeasure, DutyAdmission
    asked = opinion.township_id.in_(actor.unit_ids) & (opinion.state == WrittenOpinionState.asked)
    yield _pile(opinion, N_("Answer in writing"), asked, opinion.answer_due)
    applied = admission.applicant_id.in_(actor.unit_ids)
    yield _pile(admission, N_("Complete and submit an admission"), applied & (admission.state == D.draft))
    owed = measure.admission.has(applied) & measure.state.in_((GuaranteeState.promised, GuaranteeState.late))
    yield _pile(measure, N_("Deliver a guarantee"), owed, measure.due)
    approved, handed_over = admission.state == D.approved, admission.handed_over_on.is_not(None)
    yield _pile(admission, N_("Hand over"), applied & approved & ~handed_over, since=admission.decided_at)
    naming_us = select(opinion.admission_id).where(opinion.township_id.in_(actor.unit_ids))
    ours = approved & handed_over & admission.id.in_(naming_us)
    yield _pile(admission, N_("Take a duty over"), ours, since=admission.decided_at)
    reported = measure.admission_id.in_(naming_us) & (measure.state == GuaranteeState.reported)
    yield _pile(measure, N_("Confirm a delivery, or say that it is not"), reported, since=measure.delivered_at)
    underway = applied & admission.state.in_((D.submitted, D.consulting, D.joint_review))
    title = N_("With the townships and the joint meeting")
    yield _pile(admission, title, underway, since=admission.submitted_at, mine=False)


def _of_joint_meeting(actor: Actor) -> Iterator[Pile]:
    admission, vote = DutyAdmission, MeetingVote
    sits = select(MeetingMember.meeting_id).where(MeetingMember.unit_id == actor.unit_id)
    planned = select(JointMeeting.id).where(JointMeeting.state == MeetingState.planned, JointMeeting.id.in_(sits))
    voted = exists().where(
        vote.admission_id == admission.id, vote.meeting_id == admission.meeting_id, vote.unit_id == actor.unit_id
    )
    ours = (admission.state == D.joint_review) & admission.meeting_id.in_(planned) & ~voted
    yield _pile(admission, N_("Vote"), ours, since=admission.submitted_at)


def _of_answering_unit(actor: Actor) -> Iterator[Pile]:
    part = CallAssignment
    ours = part.department_id.in_(actor.unit_ids)
    yield _pile(part, N_("Respond, or reject"), ours & (part.state == A.pending), part.respond_due)
    yield _pile(
        part, N_("Work, and report the result"), ours & part.state.in_((A.responded, A.working)), part.promised_due
    )
    rests = ours & (part.state == A.paused)
    yield _pile(part, N_("Waiting for the caller"), rests, part.pause_due, mine=False)
    rating = MutualRating
    owed = rating.rater_unit_id.in_(actor.unit_ids) & (rating.state == RatingState.waiting)
    yield _pile(rating, N_("Rate the other side"), owed, rating.rate_due)
    order = SupervisionOrder
    pressed = order.unit_id.in_(actor.unit_ids) & order.state.in_((OrderState.issued, OrderState.acknowledged))
    yield _pile(order, N_("Reply to a supervision order"), pressed, order.due, since=order.issued_at)
    rectified = RectificationOrder
    ordered = rectified.unit_id.in_(actor.unit_ids)
    open_ = ordered & rectified.state.in_(BEING_RECTIFIED)
    yield _pile(rectified, N_("Put right what was found"), open_, rectified.due)
    task = BackDeskTask
    behind = task.unit_id.in_(actor.unit_ids) & (task.state == BackTaskState.asked)
    yield _pile(task, N_("Answer the front desk"), behind, since=task.asked_at)


def _of_asked_for_opinions(actor: Actor) -> Iterator[Pile]:
    """What a unit is asked to say of a list or of a proposal, and its own proposals."""
    for opinion, title in (
        (ListOpinion, N_("Comment on a list")),
        (AdjustmentOpinion, N_("Say what you think of an adjustment")),
        (ReviewOpinion, N_("Give your opinion on a file under joint review")),
    ):
        asked = opinion.unit_id.in_(actor.unit_ids) & (opinion.state == OpinionState.asked)
        yield _pile(opinion, title, asked, opinion.due)
    adjustment = ListAdjustment
    ours = adjustment.proposer_unit_id.in_(actor.unit_ids)
    drafts = ours & (adjustment.state == J.draft) & adjustment.proposer_unit.has(Unit.successor_id.is_(None))
    yield _pile(adjustment, N_("Submit a proposal to adjust the list"), drafts)
    underway = ours & adjustment.state.in_((J.submitted, J.consulting, J.reviewing))
    title = N_("Your proposals to adjust the list")
    yield _pile(adjustment, title, underway, since=adjustment.submitted_at, mine=False)


def _of_list_manager(actor: Actor) -> Iterator[Pile]:
    """Proposals to look at, and drafts to bring into force."""
    adjustment, here = ListAdjustment, ListAdjustment.region_id == actor.region_id
    submitted, reviewing = adjustment.state == J.submitted, adjustment.state == J.reviewing
    yield _pile(adjustment, N_("Ask for opinions on a proposal"), here & submitted, since=adjustment.submitted_at)
    yield _pile(adjustment, N_("Decide on a proposal"), here & reviewing, since=adjustment.submitted_at)
    edition = DutyList
    ours = edition.region_id == actor.region_id
    drafts = ours & edition.state.in_((ListState.draft, ListState.reviewing))
    yield _pile(edition, N_("Bring a list into force"), drafts)
    out = ours & (edition.state == ListState.consulting)
    yield _pile(edition, N_("Out for comment"), out, edition.comment_due, mine=False)


def _of_caller(actor: Actor) -> Iterator[Pile]:
    ours = Call.caller_unit_id.in_(actor.unit_ids)
    unsent, urgent = ours & Call.state.in_((S.draft, S.returned)), Call.scope == CallScope.emergency
    title, clock = N_("Send an emergency at once"), Job.accept_watch
    yield _pile(Call, title, unsent & urgent, Call.accept_due, since=Call.created_at, clock=clock)
    noticed = unsent & ~urgent & (Call.state == S.draft) & (Call.source == CallSource.grid)
    yield _pile(Call, N_("Send what others noticed, settle it or delete it"), noticed, since=Call.created_at)
    goes_on = Call.sent_at.is_not(None) | Call.caller_unit.has(Unit.successor_id.is_(None))
    drafts = unsent & ~urgent & ~noticed & goes_on
    yield _pile(Call, N_("Send a draft, or correct what was returned"), drafts, since=Call.created_at)
    yield _pile(
        Call,
        N_("Confirm, or say that it is not solved"),
        ours & (Call.state == S.awaiting_confirmation),
        since=Call.resolved_at,
    )
    part = CallAssignment
    owed = (part.state == A.paused) & part.call.has(ours)
    yield _pile(part, N_("Deliver what a department waits for"), owed, part.pause_due)
    own = N_("The duty is yours: withdraw the call, and handle it")
    yield _pile(Call, own, ours & DUTY_IS_THE_CALLERS, Call.resolve_due)
    yield _pile(Call, N_("Rejected: forward or withdraw"), ours & (Call.state == S.rejected), Call.resolve_due)
    case = CoordinationCase
    party = case.id.in_(select(CaseParty.case_id).where(CaseParty.unit_id.in_(actor.unit_ids)))
    yield _pile(case, N_("Negotiate"), party & (case.state == C.negotiating), case.negotiation_due)
    yield _pile(Call, N_("Waiting for acceptance"), ours & (Call.state == S.submitted), Call.accept_due, mine=False)
    underway = ours & Call.state.in_((S.accepted, S.dispatched, S.in_progress, S.forwarded)) & ~DUTY_IS_THE_CALLERS
    yield _pile(Call, N_("With the county and its departments"), underway, Call.resolve_due, mine=False)


def _of_who_asks_townships(actor: Actor) -> Iterator[Pile]:
    matter, request = AssignedMatter, DataRequest
    ours = matter.lead_department_id.in_(actor.unit_ids)
    yield _pile(matter, N_("Submit an assigned matter"), ours & (matter.state == MatterState.draft))
    drafts = request.department_id.in_(actor.unit_ids) & (request.state == RequestState.draft)
    yield _pile(request, N_("Send a data request"), drafts)
    submitted = ours & (matter.state == MatterState.submitted)
    yield _pile(matter, N_("Waiting for both approvals"), submitted, since=matter.submitted_at, mine=False)


def _of_who_reports(actor: Actor) -> Iterator[Pile]:
    report = IrregularAssignmentReport
    ours = report.reporter_id.in_(actor.unit_ids) & report.state.in_((ReportState.reported, ReportState.accepted))
    yield _pile(report, N_("What becomes of your reports"), ours, since=report.reported_at, mine=False)


UNSENT = N_("Complete a clue: the township sends it")


def _of_grid(actor: Actor) -> Iterator[Pile]:
    """What a grid worker has noticed; the township above sends it, and answers for it."""
    clues = Call.place_unit_id.in_(actor.unit_ids) & (Call.source == CallSource.grid)
    drafts = clues & Call.state.in_((S.draft, S.returned))
    settles = R.community_commissioner in actor.roles
    title = N_("Settle a clue, or complete it: the township sends it") if settles else UNSENT
    yield _pile(Call, title, drafts, since=Call.created_at)
    sent = clues & Call.state.not_in((S.draft, S.returned, S.closed, S.withdrawn, S.settled_here))
    yield _pile(Call, N_("What became of your clues"), sent, since=Call.sent_at.desc(), mine=False)


def _of_tickets(actor: Actor) -> Iterator[Pile]:
    """What the hotline and other systems passed on; and, of the county office, what was given back."""
    if RoleName.county_dispatcher in actor.roles:
        back = (HotlineTicket.region_id == actor.region_id) & (HotlineTicket.state == TicketState.returned)
        title = N_("Assign a ticket that was given back, or answer it")
        yield _pile(HotlineTicket, title, back, HotlineTicket.answer_due, since=HotlineTicket.received_at)
    if actor.roles & OF_TOWNSHIPS:
        ours = HotlineTicket.unit_id.in_(actor.unit_ids) & (HotlineTicket.state == TicketState.received)
        title = N_("Answer a ticket, make a call of it, or give it back")
        yield _pile(HotlineTicket, title, ours, HotlineTicket.answer_due, since=HotlineTicket.received_at)


def _of_disputes(actor: Actor) -> Iterator[Pile]:
    """What the villages handed up; and what another township mediates together with this one (TS-40)."""
    case = DisputeCase
    risen = case.unit_id.in_(actor.unit_ids) & (case.unit_id != actor.unit_id) & (case.level == Level.township)
    title = N_("Disputes handed up to the township")
    yield _pile(case, title, risen & (case.state != DisputeState.settled), since=case.found_at)
    together = case.partner_id.in_(actor.unit_ids) & (case.state == DisputeState.joint_mediation)
    yield _pile(case, N_("Mediate together with another township"), together, since=case.found_at)


def _of_addressed(actor: Actor) -> Iterator[Pile]:
    opinion = CongressOpinion
    ours = opinion.addressed_unit_id.in_(actor.unit_ids) & (opinion.state == CongressOpinionState.recorded)
    yield _pile(opinion, N_("Answer the people's congress"), ours)


R = RoleName
ANSWERING = OF_DEPARTMENTS | OF_TOWNSHIPS | {R.agency_head, R.agency_staff}
DESKS: tuple[tuple[set[RoleName], Callable[[Actor], Iterator[Pile]]], ...] = (
    ({R.county_dispatcher}, _of_county_office),
    ({R.county_dispatcher} | OF_TOWNSHIPS, _of_tickets),
    ({R.supervisor}, _of_supervision_office),
    ({R.editorial_officer}, _of_editorial_office),
    ({R.list_manager}, _of_list_manager),
    (ANSWERING, _of_answering_unit),
    (ANSWERING, _of_caller),
    (ANSWERING, _of_admissions),
    (ANSWERING, _of_asked_for_opinions),
    (OF_DEPARTMENTS, _of_who_asks_townships),
    (OF_TOWNSHIPS, _of_who_reports),
    (OF_TOWNSHIPS, _of_disputes),
    (OF_DEPARTMENTS | OF_TOWNSHIPS, of_personnel),
    (ANSWERING | {R.county_dispatcher, R.editorial_officer, R.list_manager, R.supervisor}, _of_addressed),
    (OF_DEPARTMENTS | OF_TOWNSHIPS | {R.assessor}, of_evaluated),
    ({R.assessor, R.scorer}, of_assessor),
    (OF_TOWNSHIPS, of_distributors),
    ({R.editorial_officer}, of_confirming),
    ({R.assessor, R.discipline_inspector}, of_judges),
    ({R.department_head, R.township_head, R.agency_head}, of_involved),
    ({R.joint_meeting_member}, _of_joint_meeting),
    ({R.grid_worker, R.community_commissioner}, _of_grid),
)
"""Whose desk has which piles, in this order."""
