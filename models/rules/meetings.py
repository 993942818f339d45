"""How a joint meeting decides: its members vote once each, and the minutes close the vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.admissions import DutyAdmission
from models.base import N_
from models.coordination import CaseParty
from models.door import by_rule
from models.files import Attachment
from models.ledger import Job
from models.meetings import Ballot, JointMeeting, MeetingKind, MeetingMember, MeetingState, MeetingVote
from models.organisation import Duty
from models.roles import RoleName
from models.rules.ledger import cancel, tell
from models.rules.minutes import expect_minutes, watch_meeting
from models.rules.offices import office
from models.rules.rounds import iso
from models.workflow import Ask, Refused, Step, Transition, Workflow

M = MeetingState


def editorial_office(subject: DutyAdmission | JointMeeting, actor: Actor) -> bool:
    """The office that consults, convenes the joint meeting on admissions, chairs it and says what it decided."""
    return RoleName.editorial_officer in actor.roles and actor.region_id == subject.region_id


def _supervision_office(meeting: JointMeeting, actor: Actor) -> bool:
    """It brings the parties of a case together (TC-42)."""
    of_case = meeting.kind is MeetingKind.coordination and actor.region_id == meeting.region_id
    return of_case and RoleName.supervisor in actor.roles


def sits_in(meeting: JointMeeting | None, actor: Actor) -> bool:
    """Whether the actor speaks for a member."""
    session = object_session(meeting) if meeting is not None else None
    if meeting is None or session is None or RoleName.joint_meeting_member not in actor.roles:
        return False
    return actor.unit_id in members(session, meeting)


def members(session: Session, meeting: JointMeeting) -> list[int]:
    """The units that sit in the meeting."""
    of_meeting = select(MeetingMember.unit_id).where(MeetingMember.meeting_id == meeting.id)
    return list(session.scalars(of_meeting.order_by(MeetingMember.id)))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sit in the meeting, how many of them voted, and how many in favour."""

    members: int
    cast: int
    in_favour: int

    @property
    def carried(self) -> bool:
        """More than half of all members, present or not."""
        return 2 * self.in_favour > self.members


def tally(session: Session, admission: DutyAdmission, meeting: JointMeeting) -> Tally:
    """Who is no member any more does not count."""
    units = members(session, meeting)
    of_meeting = select(MeetingVote.ballot).where(
        MeetingVote.meeting_id == meeting.id, MeetingVote.admission_id == admission.id, MeetingVote.unit_id.in_(units)
    )
    ballots = session.scalars(of_meeting).all()
    return Tally(len(units), len(ballots), ballots.count(Ballot.in_favour))


def may_be_put_on_agenda(admission: DutyAdmission, step: Step) -> None:
    """Of a meeting that can decide, and has not to decide what another has decided. Raises `Refused`."""
    before, meeting = admission.meeting, step.answers["meeting_id"]
    if before is not None and before.state is M.held and tally(step.session, admission, before).cast >= before.quorum:
        raise Refused(
            N_("%(meeting)s has decided on this already. Enter what it decided."),
            field="meeting_id",
            meeting=str(before),
        )
    if meeting.state is not M.planned or meeting.kind is not MeetingKind.admission:
        raise Refused(N_("Choose a joint meeting on admissions that is still to be held."), field="meeting_id")
    if meeting.quorum > len(members(step.session, meeting)):
        raise Refused(N_("The meeting has fewer members than its quorum. Name its members first."), field="meeting_id")


def decided(admission: DutyAdmission, step: Step) -> Tally:
    """What the meeting's votes say, once its minutes are recorded. Raises `Refused`."""
    meeting = admission.meeting
    if meeting is None:
        raise Refused(N_("No joint meeting has dealt with this. Put it on the agenda of one."), field="meeting")
    if meeting.state is not M.held:
        raise Refused(N_("The minutes of the joint meeting are missing. Record them, then decide."), field="minutes")
    found = tally(step.session, admission, meeting)
    if found.cast < meeting.quorum:
        raise Refused(
            N_("%(cast)s members voted, and the quorum is %(quorum)s. Put it on the agenda of another meeting."),
            field="quorum",
            cast=str(found.cast),
            quorum=str(meeting.quorum),
        )
    return found


def may_vote(admission: DutyAdmission, step: Step) -> None:
    """Each member votes once, and before the minutes close the vote."""
    meeting = admission.meeting
    if meeting is None or meeting.state is not M.planned:
        raise Refused(N_("The minutes are recorded, so the vote is closed."))
    earlier = select(MeetingVote.id).where(
        MeetingVote.meeting_id == meeting.id,
        MeetingVote.admission_id == admission.id,
        MeetingVote.unit_id == step.actor.unit_id,
    )
    if step.session.scalar(earlier) is not None:
        raise Refused(N_("Your unit has voted already: each member votes once."), field="ballot")


def cast_vote(admission: DutyAdmission, step: Step) -> None:
    step.session.add(
        MeetingVote(
            region_id=admission.region_id,
            meeting_id=admission.meeting_id,
            admission=admission,
            unit_id=step.actor.unit_id,
            ballot=step.answers["ballot"],
            reason=step.answers["reason"],
            cast_at=step.now,
        )
    )


def _has_begun(meeting: JointMeeting, step: Step) -> None:
    """The minutes close the vote: nobody closes it before the meeting."""
    if meeting.meets_at > step.now:
        raise Refused(
            N_("The meeting has not begun. Record the minutes afterwards, or have its time corrected."),
            field="meets_at",
        )


def _recorded(meeting: JointMeeting, step: Step) -> None:
    meeting.minutes, meeting.minutes_at, meeting.minutes_due = step.answers["minutes"], step.now, None
    cancel(step.session, meeting, Job.meeting_remind, cause="minutes recorded")
    meeting.file = step.answers.get("file_id") or meeting.file
    message = N_("The minutes of %(meeting)s are recorded. Enter what it decided.")
    if meeting.kind is MeetingKind.coordination:
        for unit_id in members(step.session, meeting):
            tell(step.session, unit_id, meeting, N_("The minutes of %(meeting)s are recorded."), key="minutes",
                 now=step.now, meeting=str(meeting))  # fmt: skip
        return
    chair = office(step.session, meeting.region_id, Duty.editorial_office)
    tell(step.session, chair.id, meeting, message, key="minutes", now=step.now, meeting=str(meeting))


MEETING = Workflow(
    JointMeeting,
    Transition(
        name="record_minutes",
        label=N_("Record the minutes"),
        source=frozenset({M.planned}),
        target=M.held,
        by=lambda meeting, actor: (
            editorial_office(meeting, actor) or sits_in(meeting, actor) or _supervision_office(meeting, actor)
        ),
        asks=(
            Ask(name="minutes", label=N_("Minutes"), kind="long_text"),
            Ask(name="file_id", label=N_("File"), kind="file", model=Attachment, required=False),
        ),
        guard=_has_begun,
        effect=_recorded,
        tone="done",
        help=N_("The vote is closed."),
    ),
)


def prepare_meeting(session: Session, meeting: JointMeeting, actor: Actor, now: datetime) -> None:
    """A meeting belongs to the county of who convenes it. Raises `Refused`, naming the field."""
    if inspect(meeting).transient:
        if actor.region_id is None:
            raise Refused(N_("Switch to a unit of a county first: a meeting belongs to one."))
        meeting.region_id = actor.region_id
    for field in ("kind", "quorum"):
        if inspect(meeting).attrs[field].history.deleted:
            _refuse_after_a_vote(session, meeting.id, field)
    if meeting.case_id and meeting.kind is not MeetingKind.coordination:
        raise Refused(N_("Only a meeting on coordination is about a case. Choose that kind, or no case."), field="case")
    if RoleName.editorial_officer not in actor.roles and meeting.kind is not MeetingKind.coordination:
        raise Refused(N_("The supervision office calls meetings on coordination. Choose that kind."), field="kind")
    if meeting.quorum < 1:
        raise Refused(N_("At least one member has to vote."), field="quorum")
    expect_minutes(session, meeting)


def seat_parties(session: Session, meeting: JointMeeting, actor: Actor, now: datetime) -> None:
    """The parties of the case sit in a meeting on it, and are asked to come. All are told again before it."""
    watch_meeting(session, meeting, now)
    if meeting.case is None:
        return
    with by_rule(session):
        seated = set(members(session, meeting))
        parties = session.scalars(select(CaseParty.unit_id).where(CaseParty.case_id == meeting.case_id))
        missing = [unit_id for unit_id in parties if unit_id not in seated]
        session.add_all(
            MeetingMember(region_id=meeting.region_id, meeting=meeting, unit_id=unit_id) for unit_id in missing
        )
        message = N_("A meeting on %(case)s: %(meeting)s, at %(due)s.")
        for unit_id in missing:
            tell(session, unit_id, meeting, message, key=f"called@{meeting.version}", now=now, case=str(meeting.case),
                 meeting=str(meeting), due=iso(meeting.meets_at))  # fmt: skip


def prepare_member(session: Session, member: MeetingMember, actor: Actor, now: datetime) -> None:
    """Who sits in a meeting is settled before it is held. Raises `Refused`, naming the field."""
    meeting = session.get(JointMeeting, member.meeting_id) if member.meeting_id else None
    if meeting is None or meeting.state is not M.planned:
        raise Refused(N_("Choose a meeting that is still to be held."), field="meeting")
    member.region_id = meeting.region_id
    for meeting_id in {meeting.id, *(inspect(member).attrs.meeting_id.history.deleted or ())}:
        _refuse_after_a_vote(session, meeting_id, "unit")


def forget_member(session: Session, member: MeetingMember, actor: Actor, now: datetime) -> None:
    """Before a unit is taken out of a meeting. Raises `Refused`."""
    _refuse_after_a_vote(session, member.meeting_id, "unit")


def _refuse_after_a_vote(session: Session, meeting_id: int | None, field: str) -> None:
    """By which rules a meeting votes is settled before it votes."""
    if session.scalar(select(MeetingVote.id).where(MeetingVote.meeting_id == meeting_id).limit(1)) is not None:
        raise Refused(
            N_(
                "This meeting has begun to vote, so its members, kind and quorum stay. Call another meeting, and put "
                "what is open on its agenda."
            ),
            field=field,
        )
