"""How a duty is admitted: applied for, consulted on in writing, decided by the joint meeting, handed over (B2, R7).

Nothing else gives a township a duty that the list does not hold (TA-19, TC-12).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.admissions import AdmissionBatch, AdmissionOpinion, AdmissionState, DutyAdmission, OpinionState
from models.base import N_
from models.files import Attachment
from models.meetings import Ballot, JointMeeting, MeetingKind, MeetingState
from models.organisation import Unit, UnitType
from models.rules import handover
from models.rules.affected import affected, applicant, inform, inform_office, inform_parties, townships
from models.rules.deadlines import SHANGHAI
from models.rules.guarantees import measures, require_all, require_kept
from models.rules.meetings import cast_vote, decided, editorial_office, may_be_put_on_agenda, may_vote, members, sits_in
from models.rules.rounds import iso, next_number
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

A = AdmissionState
EMPTY = {
    "title": N_("The title is missing. Fill it in, then submit."),
    "reason": N_("The reason is missing. Say why the duty is not for the list, then submit."),
    "department_duties": N_("The department's duties are missing. Fill them in, then submit."),
    "township_duties": N_("The township's duties are missing. Fill them in, then submit."),
    "legal_basis": N_("The legal basis is missing. Fill it in, then submit."),
}


def _may_submit(admission: DutyAdmission, step: Step) -> None:
    """R7: complete, for a time, for somebody, and with all five guarantees."""
    for name, reason in EMPTY.items():
        if not getattr(admission, name).strip():
            raise Refused(reason, field=name)
    if admission.ends_on <= admission.starts_on:
        raise Refused(N_("The last day must come after the first."), field="ends_on")
    if admission.ends_on < step.now.astimezone(SHANGHAI).date():
        raise Refused(N_("Its term is over. Give it a later last day, then submit."), field="ends_on")
    if not townships(step.session, admission.id):
        raise Refused(N_("Name the townships that are affected, then submit."), field="townships")
    handover.require_item(admission, step)
    require_all(admission, step)


def _submitted(admission: DutyAdmission, step: Step) -> None:
    admission.submitted_at = step.now
    admission.number = admission.number or next_number(step.session, admission.region_id, "admission", step.now)
    message = N_("%(unit)s applies for a duty admission: %(admission)s. Consult the townships.")
    inform_office(admission, step, message, unit=str(admission.applicant))


def _consulted(admission: DutyAdmission, step: Step) -> None:
    """TC-13: each affected township is asked in writing; also those that answered an earlier wording."""
    of_admission = select(AdmissionOpinion).where(AdmissionOpinion.admission_id == admission.id)
    for opinion in step.session.scalars(of_admission.order_by(AdmissionOpinion.id)).all():
        follow(step, opinion, "ask")


def _all_answered(admission: DutyAdmission, step: Step) -> None:
    message = N_("Every affected township has answered: %(admission)s. Put it on the agenda of a joint meeting.")
    inform_office(admission, step, message)


def planned_meetings(admission: DutyAdmission, actor: Actor) -> ColumnElement[bool]:
    """Joint meetings on admissions that are still to be held, but the one whose agenda it is on."""
    here = (JointMeeting.region_id == admission.region_id) & (JointMeeting.id != (admission.meeting_id or 0))
    return here & (JointMeeting.kind == MeetingKind.admission) & (JointMeeting.state == MeetingState.planned)


def _may_go_on_agenda(admission: DutyAdmission, step: Step) -> None:
    """R7: with the last answer, and no sooner."""
    silent = select(Unit.name).join(AdmissionOpinion, AdmissionOpinion.township_id == Unit.id)
    of_admission = (AdmissionOpinion.admission_id == admission.id) & (AdmissionOpinion.state != OpinionState.answered)
    if names := step.session.scalars(silent.where(of_admission).order_by(Unit.code)).all():
        raise Refused(
            N_("%(townships)s: no answer in writing yet. Ask for it: with the last one it may go on the agenda."),
            field="townships",
            townships="、".join(names),
        )
    may_be_put_on_agenda(admission, step)


def _on_agenda(admission: DutyAdmission, step: Step) -> None:
    meeting = admission.meeting = step.answers["meeting_id"]
    message = N_("%(admission)s is on the agenda of %(meeting)s. Vote on it by %(due)s.")
    for unit_id in members(step.session, meeting):
        inform(admission, step, unit_id, message, meeting=str(meeting), due=iso(meeting.meets_at))


def _may_approve(admission: DutyAdmission, step: Step) -> None:
    if not decided(admission, step).carried:
        raise Refused(N_("No majority of the members is in favour: refuse it, or return it."))


def _may_refuse(admission: DutyAdmission, step: Step) -> None:
    if decided(admission, step).carried:
        raise Refused(N_("A majority of the members is in favour: approve it, or return it."))


def _may_return(admission: DutyAdmission, step: Step) -> None:
    decided(admission, step)


def _approved(admission: DutyAdmission, step: Step) -> None:
    """TC-15: what the department proposed it now owes, by its own dates."""
    admission.decided_at = step.now
    for measure in measures(admission, step):
        follow(step, measure, "promise")
    message = N_("The joint meeting approved %(admission)s. Deliver the guarantees, and hand the duty over.")
    inform(admission, step, admission.applicant_id, message)


def _refused(admission: DutyAdmission, step: Step) -> None:
    admission.decided_at = step.now
    inform_parties(admission, step, N_("The joint meeting refused %(admission)s."))


def _returned(admission: DutyAdmission, step: Step) -> None:
    """A draft again, without a meeting; its votes stay with the meeting that cast them."""
    admission.meeting = None
    message = N_("The joint meeting returned %(admission)s. Reason: %(note)s")
    inform(admission, step, admission.applicant_id, message, note=step.note)


ADMISSION = Workflow(
    DutyAdmission,
    Transition(
        name="submit",
        label=N_("Submit"),
        source=frozenset({A.draft}),
        target=A.submitted,
        by=applicant,
        guard=_may_submit,
        effect=_submitted,
        tone="active",
        help=N_("The editorial office consults the townships that you named."),
    ),
    Transition(
        name="consult",
        label=N_("Consult the townships"),
        source=frozenset({A.submitted}),
        target=A.consulting,
        by=editorial_office,
        effect=_consulted,
        tone="active",
        help=N_("Each is asked in writing. Silence is no consent: it waits for every answer."),
    ),
    Transition(
        name="all_answered",
        label=N_("Every township has answered"),
        source=frozenset({A.consulting}),
        target=A.joint_review,
        by=None,
        effect=_all_answered,
        tone="active",
    ),
    Transition(
        name="put_on_agenda",
        label=N_("Put on the agenda"),
        source=frozenset({A.consulting, A.joint_review}),
        target=A.joint_review,
        by=editorial_office,
        asks=(
            Ask(
                name="meeting_id",
                label=N_("Joint meeting"),
                kind="row",
                model=JointMeeting,
                among=planned_meetings,
                help=N_("One that is still to be held. Where there is none, convene one and name its members first."),
            ),
        ),
        guard=_may_go_on_agenda,
        effect=_on_agenda,
        tone="active",
    ),
    Transition(
        name="vote",
        label=N_("Vote"),
        source=frozenset({A.joint_review}),
        target=A.joint_review,
        by=lambda admission, actor: sits_in(admission.meeting, actor),
        asks=(
            Ask(name="ballot", label=N_("Vote"), kind="word", words=Ballot),
            Ask(name="reason", label=N_("Reason"), kind="long_text"),
        ),
        guard=may_vote,
        effect=cast_vote,
        tone="active",
        help=N_("Your unit votes once."),
    ),
    Transition(
        name="approve",
        label=N_("Approve"),
        source=frozenset({A.joint_review}),
        target=A.approved,
        by=editorial_office,
        guard=_may_approve,
        effect=_approved,
        tone="done",
        help=N_("As the joint meeting decided, by its minutes."),
    ),
    Transition(
        name="refuse",
        label=N_("Refuse"),
        source=frozenset({A.joint_review}),
        target=A.refused,
        by=editorial_office,
        guard=_may_refuse,
        effect=_refused,
        wants_note=True,
        tone="danger",
        help=N_("As the joint meeting decided, by its minutes."),
    ),
    Transition(
        name="return",
        label=N_("Return to the department"),
        source=frozenset({A.joint_review}),
        target=A.draft,
        by=editorial_office,
        guard=_may_return,
        effect=_returned,
        wants_note=True,
        tone="warn",
        help=N_("As the joint meeting decided, by its minutes."),
    ),
    Transition(
        name="hand_over",
        label=N_("Record the handover"),
        source=frozenset({A.approved}),
        target=A.approved,
        by=applicant,
        asks=(
            Ask(name="handover_record", label=N_("Handover record"), kind="long_text"),
            Ask(name="handed_over_on", label=N_("Handed over on"), kind="day"),
            Ask(name="file_id", label=N_("File"), kind="file", model=Attachment, required=False),
        ),
        guard=handover.may_hand_over,
        effect=handover.handed_over,
        tone="active",
    ),
    Transition(
        name="in_force",
        label=N_("Take the duty over"),
        source=frozenset({A.approved}),
        target=A.in_force,
        by=affected,
        guard=handover.may_take_over,
        effect=handover.taken_over,
        tone="done",
        help=N_("You confirm the handover. The duty is written into the list."),
    ),
    Transition(
        name="suspend",
        label=N_("Suspended"),
        source=frozenset({A.in_force}),
        target=A.suspended,
        by=None,
        tone="danger",
    ),
    Transition(
        name="resume",
        label=N_("Resume"),
        source=frozenset({A.suspended}),
        target=A.in_force,
        by=editorial_office,
        guard=require_kept,
        effect=handover.resumed,
        tone="done",
    ),
    Transition(
        name="expire",
        label=N_("Expired"),
        source=frozenset({A.in_force, A.suspended}),
        target=A.expired,
        by=None,
    ),
)


def prepare_admission(session: Session, admission: DutyAdmission, actor: Actor, now: datetime) -> None:
    """Departments apply, for duties of their own. Raises `Refused`."""
    if not inspect(admission).transient:
        return
    unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
    if unit is None or unit.unit_type is not UnitType.department:
        raise Refused(N_("Only county departments apply. Switch to the department that you apply for."))
    admission.applicant_id, admission.region_id = unit.id, unit.region_id or unit.id


def prepare_batch(session: Session, batch: AdmissionBatch, actor: Actor, now: datetime) -> None:
    """A batch belongs to the county of who forms it. Raises `Refused`."""
    if actor.region_id is None:
        raise Refused(N_("Switch to a unit of a county first: a batch belongs to one."))
    batch.region_id = actor.region_id
