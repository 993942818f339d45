"""How a duty moves down to townships: complete, answered in writing, decided, guaranteed, handed over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.actor import NOBODY
from models.admissions import AdmissionBatch, AdmissionState, DutyAdmission, GuaranteeState, OpinionState, Stance
from models.governance import GovernanceModule
from models.item_words import ListState
from models.lists import ListField, ListItem
from models.meetings import Ballot, JointMeeting, MeetingKind, MeetingMember, MeetingState, MeetingVote
from models.notices import Outbox
from models.organisation import Duty, UnitType
from models.recorder import verify
from models.roles import RoleName
from models.rules.admissions import prepare_admission, prepare_batch
from models.rules.derivations import derivation
from models.rules.meetings import forget_member, prepare_meeting, prepare_member
from models.workflow import Refused
from tests.make import NOW
from tests.make_admissions import BEGINS, ENDS, GUARANTEED
from tests.models.look import cancelled, china, entries, last_message, timers, told

A, G = AdmissionState, GuaranteeState
YES, NO, NEITHER = Ballot.in_favour, Ballot.against, Ballot.abstain
LATER = GUARANTEED + timedelta(hours=1)


def refusal(make, subject, name, *args, **options):
    with pytest.raises(Refused) as refused:
        make.press(subject, name, *args, **options)
    make.session.rollback()
    return refused.value.field


def reviewed(make, *ballots, quorum=0, minutes=True):
    """An admission before a meeting of three, whose members voted so."""
    admission = make.admission(state=A.consulting)
    make.answer(admission)
    make.press(admission, "put_on_agenda", meeting_id=make.meeting(quorum=quorum))
    make.vote(admission, *ballots)
    if minutes:
        make.press(admission.meeting, "record_minutes", minutes="Everyone was heard.")
    return admission


def items(session, admission):
    return session.scalars(select(ListItem).where(ListItem.title == admission.title)).all()


# Applying


def test_departments_apply_and_nobody_else(session, make):
    for unit in (make.township(), make.office(Duty.editorial_office), make.unit(UnitType.agency)):
        with pytest.raises(Refused, match="Only county departments apply"):
            prepare_admission(session, DutyAdmission(title="X"), make.actor(unit), NOW)
    with pytest.raises(Refused, match="Only county departments apply"):
        prepare_admission(session, DutyAdmission(title="X"), NOBODY, NOW)
    with pytest.raises(Refused, match="Switch to"):
        prepare_batch(session, AdmissionBatch(name="X", year=2026), NOBODY, NOW)


@pytest.mark.requirement("TA-20", "LX-21")
@pytest.mark.parametrize("name", ["title", "reason", "department_duties", "township_duties", "legal_basis"])
def test_an_application_is_complete(make, name):
    assert refusal(make, make.admission(**{name: " "}), "submit") == name


@pytest.mark.requirement("TC-14", "TS-15")
@pytest.mark.parametrize("left_out", ["procedure", "responsibility", "module", "category"])
def test_it_says_what_its_list_demands_of_an_item(session, make, left_out):
    list_type = make.list_type(in_modules=True)
    demanded = {"procedure", "responsibility", "call_scope", "source", left_out} - {"module"}
    for field in session.scalars(select(ListField).where(ListField.name.in_(demanded))):
        field.required = True
    module = make._add(GovernanceModule(region_id=make.home.id, name="大执法"))
    said = {"procedure": "Accept.", "responsibility": "Of the head.", "module_id": module.id}
    key = "module_id" if left_out == "module" else left_out
    without = said | {key: None if left_out == "module" else " "}
    with pytest.raises(Refused, match="Fill it in") as refused:
        make.press(make.admission(**without), "submit")
    assert refused.value.field == left_out
    item = make.admission(state=A.in_force, category="河道", **said).resulting_item
    assert (item.list_type, item.procedure, item.responsibility, item.module) == (
        list_type, "Accept.", "Of the head.", module)  # fmt: skip


@pytest.mark.requirement("TA-20", "LX-21")
def test_it_is_for_a_time(make):
    assert refusal(make, make.admission(ends_on=BEGINS), "submit") == "ends_on"
    make.press(make.admission(ends_on=BEGINS + timedelta(days=1)), "submit")


@pytest.mark.requirement("TA-20")
@pytest.mark.parametrize(("last", "refused"), [("11-22", True), ("11-23", False)])
def test_a_term_that_is_over_is_not_applied_for(make, session, last, refused):
    admission = make.admission(starts_on=date(2026, 11, 1), ends_on=china(f"{last} 12:00").date())
    for measure in make.guarantees(admission):
        measure.due = china("11-01 09:00")
    session.commit()
    if refused:
        assert refusal(make, admission, "submit") == "ends_on"
    else:
        make.press(admission, "submit")


@pytest.mark.requirement("TC-13")
def test_it_names_the_townships_it_is_for(make, session):
    admission = make.admission()
    session.delete(make.opinions(admission)[0])
    session.commit()
    assert refusal(make, admission, "submit") == "townships"


@pytest.mark.requirement("TA-22")
@pytest.mark.parametrize("lacking", range(5))
def test_all_five_guarantees_come_with_it(make, session, lacking):
    admission = make.admission()
    session.delete(make.guarantees(admission)[lacking])
    session.commit()
    assert refusal(make, admission, "submit") == "guarantees"


@pytest.mark.requirement("TA-22")
@pytest.mark.parametrize(("due", "refused"), [(china("12-21 23:59"), False), (china("12-22 00:00"), True)])
def test_a_guarantee_comes_no_later_than_the_duty(make, session, due, refused):
    admission = make.admission()
    make.guarantees(admission)[3].due = due
    session.commit()
    if refused:
        assert refusal(make, admission, "submit") == "guarantees"
    else:
        make.press(admission, "submit")


def test_it_gets_a_number_of_its_own_once(make, session):
    make.press(admission := make.admission(), "submit")
    assert (admission.submitted_at, admission.number[-11:]) == (NOW, "-2026-Z0001")
    assert told(session).keys() == {make.office(Duty.editorial_office).name}
    returned = reviewed(make, YES, YES, NO)
    number = returned.number
    make.press(returned, "return", note="Who pays?")
    make.press(returned, "submit")
    assert returned.number == number


# Consulting


@pytest.mark.requirement("TC-13")
def test_each_township_is_asked_in_writing_with_a_limit(make, session):
    towns = [make.township(), make.township()]
    admission, since = make.admission(state=A.submitted, townships=towns), last_message(session)
    make.press(admission, "consult")
    for opinion in make.opinions(admission):
        assert (opinion.state, opinion.asked_at) == (OpinionState.asked, NOW)
        assert opinion.answer_due == china("12-07 17:30") == derivation(session, opinion, "answer_due").due.at
        assert timers(session, opinion) == [("admission_watch", "12-04 17:30"), ("admission_watch", "12-07 17:30")]
    assert told(session, since).keys() == {town.name for town in towns}


@pytest.mark.requirement("TC-13")
def test_only_the_last_answer_opens_the_way_to_the_joint_meeting(make, session):
    admission = make.admission(state=A.consulting, townships=[make.township(), make.township()])
    first, last = make.opinions(admission)
    make.press(first, "answer", stance=Stance.agrees, opinion="Gladly.")
    assert (first.state, first.given_at, admission.state) == (OpinionState.answered, NOW, A.consulting)
    assert cancelled(session, first) == {"admission_watch": "answered"}
    with pytest.raises(Refused) as refused:
        make.press(admission, "put_on_agenda", meeting_id=make.meeting())
    session.rollback()
    assert (refused.value.field, refused.value.details) == ("townships", {"townships": last.township.name})
    make.press(last, "answer", stance=Stance.objects, opinion="We have no boats.")
    assert admission.state is A.joint_review, "an objection is an answer too: the meeting weighs it"
    assert entries(session, admission)[-1].action == "all_answered"
    assert entries(session, admission)[-1].user_id is None


@pytest.mark.requirement("TC-13")
def test_an_answer_to_an_earlier_wording_does_not_count(make, session):
    admission = reviewed(make, YES, YES, NO)
    make.press(admission, "return", note="Too vague.")
    make.press(admission, "submit")
    make.press(admission, "consult", at=LATER)
    (opinion,) = make.opinions(admission)
    assert (opinion.state, opinion.stance, opinion.opinion, opinion.given_at) == (OpinionState.asked, None, "", None)
    assert admission.state is A.consulting


# Deciding


@pytest.mark.requirement("TA-20")
def test_the_members_are_called_to_a_meeting_that_can_decide(make, session):
    admission = make.admission(state=A.consulting)
    make.answer(admission)
    members = [make.department(), make.department()]
    for wrong in (
        make.meeting(*members, quorum=3),
        make.meeting(*members, kind=MeetingKind.platform),
        make.meeting(*members, state=MeetingState.held),
    ):
        assert refusal(make, admission, "put_on_agenda", meeting_id=wrong) == "meeting_id"
    since = last_message(session)
    make.press(admission, "put_on_agenda", meeting_id=(meeting := make.meeting(*members)))
    assert (admission.meeting, admission.state) == (meeting, A.joint_review)
    assert told(session, since).keys() == {unit.name for unit in members}


@pytest.mark.requirement("TA-20")
def test_each_member_votes_once(make, session):
    admission = reviewed(make, NO, minutes=False)
    (vote,) = session.scalars(select(MeetingVote))
    speaker = make.actor(vote.unit, RoleName.joint_meeting_member)
    assert (vote.ballot, vote.reason, vote.cast_at) == (NO, "So we think.", NOW)
    assert refusal(make, admission, "vote", speaker, ballot=YES, reason="On reflection.") == "ballot"
    again = {name: getattr(vote, name) for name in ("region_id", "meeting_id", "admission_id", "unit_id", "cast_at")}
    session.add(MeetingVote(ballot=YES, **again))
    with pytest.raises(IntegrityError):
        session.commit()


@pytest.mark.requirement("TA-20")
def test_nobody_closes_the_vote_before_the_meeting(make):
    meeting = make.meeting(meets_at=LATER)
    assert refusal(make, meeting, "record_minutes", minutes="All is decided.") == "meets_at"
    make.press(meeting, "record_minutes", minutes="All is decided.", at=LATER)
    assert meeting.state is MeetingState.held


def test_the_minutes_close_the_vote(make, session):
    admission = reviewed(make, YES, YES)
    assert (admission.meeting.minutes, admission.meeting.minutes_at) == ("Everyone was heard.", NOW)
    with pytest.raises(Refused, match="closed"):
        make.vote(admission, NO, NO, NO)


@pytest.mark.requirement("TA-20", "LX-21")
@pytest.mark.parametrize(
    ("ballots", "carried"),
    [
        ((YES, YES, NO), True),
        ((YES, YES), True),
        ((YES, NO, NO), False),
        ((YES, NEITHER, NEITHER), False),
        ((NEITHER, YES), False),
    ],
)
def test_more_than_half_of_the_members_decide(make, ballots, carried):
    admission = reviewed(make, *ballots, quorum=2)
    right, wrong = ("approve", "refuse") if carried else ("refuse", "approve")
    refusal(make, admission, wrong)
    make.press(admission, right)
    assert (admission.state, admission.decided_at) == (A.approved if carried else A.refused, NOW)


@pytest.mark.requirement("TA-20", "LX-21")
@pytest.mark.parametrize("name", ["approve", "refuse", "return"])
def test_nothing_is_decided_without_meeting_minutes_and_quorum(make, name):
    admission = make.admission(state=A.consulting)
    make.answer(admission)
    assert refusal(make, admission, name) == "meeting"
    assert refusal(make, reviewed(make, YES, YES, YES, minutes=False), name) == "minutes"
    assert refusal(make, reviewed(make, YES, YES), name) == "quorum"


def test_a_member_who_left_is_not_counted(make, session):
    admission = reviewed(make, YES, YES, minutes=False, quorum=1)
    voter = session.scalars(select(MeetingVote.unit_id)).first()
    session.delete(session.scalars(select(MeetingMember).where(MeetingMember.unit_id == voter)).one())
    session.commit()
    make.press(admission.meeting, "record_minutes", minutes="One left.")
    with pytest.raises(Refused, match="No majority"):  # one of the two who are left
        make.press(admission, "approve")


def test_what_is_returned_is_a_draft_without_a_meeting(make, session):
    admission = reviewed(make, YES, YES, NO)
    since = last_message(session)
    make.press(admission, "return", note="Who pays?")
    assert (admission.state, admission.meeting, admission.decided_at) == (A.draft, None, None)
    assert told(session, since).keys() == {admission.applicant.name}
    assert len(session.scalars(select(MeetingVote)).all()) == 3


def test_it_may_come_before_another_meeting(make, session):
    admission = reviewed(make, YES)
    make.press(admission, "put_on_agenda", meeting_id=make.meeting())
    make.vote(admission, YES, YES, YES)
    make.press(admission.meeting, "record_minutes", minutes="All of us this time.")
    make.press(admission, "approve")
    assert admission.state is A.approved


@pytest.mark.requirement("TA-20")
@pytest.mark.parametrize("ballots", [(YES, YES, NO), (NO, NO, NO)])
def test_what_a_meeting_has_decided_is_put_before_no_other(make, ballots):
    admission = reviewed(make, *ballots)
    assert refusal(make, admission, "put_on_agenda", meeting_id=make.meeting()) == "meeting_id"


# Guarantees


@pytest.mark.requirement("TA-22", "TC-15")
def test_with_the_approval_what_was_proposed_is_owed_by_its_date(make, session):
    admission = make.admission(state=A.submitted)
    assert {(m.state, *timers(session, m)) for m in make.guarantees(admission)} == {(G.proposed,)}
    admission = make.admission(state=A.approved)
    for measure in make.guarantees(admission):
        assert measure.state is G.promised
        assert timers(session, measure) == [("admission_watch", "12-18 09:00"), ("admission_watch", "12-21 09:00")]


@pytest.mark.requirement("TC-15")
def test_a_delivery_counts_once_a_township_confirms_it(make, session):
    measure = make.guarantees(make.admission(state=A.approved))[0]
    since = last_message(session)
    make.press(measure, "deliver", delivery="Two boats.")
    assert (measure.state, measure.delivery, measure.delivered_at) == (G.reported, "Two boats.", NOW)
    assert (timers(session, measure), cancelled(session, measure)) == ([], {"admission_watch": "delivered"})
    assert told(session, since).keys() == {make.opinions(measure.admission)[0].township.name}
    make.press(measure, "confirm_delivery", at=LATER)
    assert (measure.state, measure.delivered_at, measure.confirmed_at) == (G.delivered, NOW, LATER)


@pytest.mark.requirement("TC-15")
def test_what_a_township_disputes_is_owed_as_before(make, session):
    measure = make.guarantees(make.admission(state=A.approved))[0]
    make.press(measure, "deliver", delivery="Two boats.")
    make.press(measure, "dispute_delivery", note="They leak.")
    assert (measure.state, measure.delivered_at) == (G.promised, None)
    assert timers(session, measure)[-1] == ("admission_watch", "12-21 09:00")


def test_who_is_told_of_a_guarantee_is_told_of_which_one(make, session):
    for measure in make.guarantees(make.admission(state=A.approved)):
        for move in ("deliver", "dispute_delivery", "deliver", "confirm_delivery"):
            since = last_message(session)
            make.press(measure, move, delivery="Two boats.", note="They leak.")
            said = session.scalars(select(Outbox).where(Outbox.id > since)).all()
            assert [(m.details["promise"], "%(promise)s" in m.message) for m in said] == [(measure.promise, True)], move


@pytest.mark.parametrize("name", ["deliver", "dispute_delivery"])
def test_nothing_is_owed_for_what_has_ended(make, session, name):
    admission = make.admission(state=A.approved)
    measure = make.guarantees(admission)[0]
    if name != "deliver":
        make.press(measure, "deliver", delivery="Late, and little.")
    admission.state = A.expired
    session.commit()
    with pytest.raises(Refused, match="does not run any more"):
        make.press(measure, name, delivery="Too late.")


# Handing over


@pytest.mark.requirement("TA-21")
def test_the_handover_is_recorded_once_it_has_happened_after_the_approval(make, session):
    admission = make.admission(state=A.approved)
    since, record = last_message(session), {"handover_record": "Files and keys."}
    for day in (22, 24):  # before its approval, and tomorrow
        wrong = date(2026, 11, day)
        assert refusal(make, admission, "hand_over", handed_over_on=wrong, **record) == "handed_over_on"
    make.press(admission, "hand_over", handed_over_on=date(2026, 11, 23), **record)
    assert (admission.state, admission.handover_record) == (A.approved, "Files and keys.")
    assert told(session, since).keys() == {make.opinions(admission)[0].township.name}
    refusal(make, admission, "hand_over", handed_over_on=date(2026, 11, 23), **record)


@pytest.mark.requirement("TA-21")
def test_no_duty_is_taken_over_without_its_handover(make):
    assert refusal(make, make.admission(state=A.approved), "in_force") == "handover_record"


@pytest.mark.requirement("TA-22")
def test_no_duty_is_taken_over_without_what_was_due_with_it(make):
    admission = make.admission(state=A.approved)
    make.press(admission, "hand_over", handover_record="Files.", handed_over_on=date(2026, 11, 23))
    for measure in make.guarantees(admission):
        assert refusal(make, admission, "in_force", at=LATER) == "guarantees"
        make.press(measure, "deliver", delivery="All of it.", at=LATER)
        assert refusal(make, admission, "in_force", at=LATER) == "guarantees"
        make.press(measure, "confirm_delivery", at=LATER)
    make.press(admission, "in_force", at=LATER)
    assert admission.state is A.in_force


def test_no_duty_is_taken_over_after_its_end(make):
    admission = make.admission(state=A.approved)
    make.press(admission, "hand_over", handover_record="Files.", handed_over_on=date(2026, 11, 23))
    after = china("07-01 00:00").replace(year=2027)
    assert refusal(make, admission, "in_force", at=after) == "ends_on"
    assert refusal(make, admission, "in_force", at=after - timedelta(seconds=1)) == "guarantees"


@pytest.mark.requirement("TC-14")
def test_in_force_means_in_the_list(make, session):
    admission = make.admission(state=A.in_force)
    item = admission.resulting_item
    assert (admission.in_force_at, admission.expires_at) == (NOW, china("07-01 00:00").replace(year=2027))
    assert timers(session, admission) == [("admission_watch", "06-30 08:30"), ("admission_watch", "07-01 00:00")]
    assert (item.duty_list, item.code, item.lead_department) == (
        make.list_in_force(),
        admission.number,
        admission.applicant,
    )
    for name in ("title", "department_duties", "township_duties", "legal_basis"):
        assert getattr(item, name) == getattr(admission, name)
    assert str(ENDS) in item.source
    call = make.call(item=item)
    make.press(call, "send")  # R5: like any other item in force


def test_it_enters_the_list_of_that_kind_that_is_in_force_then(make, session):
    admission = make.admission(state=A.approved)
    earlier = admission.duty_list
    earlier.state = ListState.draft
    later = make.duty_list(state=ListState.published)
    make.press(admission, "hand_over", handover_record="Files.", handed_over_on=date(2026, 11, 23))
    make.press(admission, "in_force")
    assert admission.resulting_item.duty_list == admission.duty_list == make.next_of(later)
    assert admission.duty_list.state is ListState.published


def test_without_a_list_in_force_nothing_comes_into_force(make, session):
    admission = make.admission(state=A.approved)
    make.press(admission, "hand_over", handover_record="Files.", handed_over_on=date(2026, 11, 23))
    admission.duty_list.state = ListState.draft
    session.commit()
    assert refusal(make, admission, "in_force") == "duty_list"


@pytest.mark.requirement("TA-19", "TC-12")
@pytest.mark.parametrize("state", [state for state in A if state not in (A.in_force, A.suspended, A.expired)])
def test_until_then_no_township_owes_it(make, session, state):
    admission = make.admission(state=state)
    assert (items(session, admission), admission.resulting_item) == ([], None)


# Suspended


@pytest.mark.requirement("TA-22")
def test_while_it_rests_no_department_builds_on_it(make, session):
    admission = make.admission(state=A.suspended)
    make.press(make.list_in_force(), "revise")
    for name in ("submit", "publish"):
        make.press(make.next_of(make.list_in_force()), name)
    item = admission.resulting_item.replaced_by
    call = make.call(admission.applicant, item=item, lead=make.township())
    assert refusal(make, call, "send") == "list_item"
    assert refusal(make, make.request(admission.applicant, item=item), "send") == "list_item"
    make.press(make.call(item=item), "send")  # a township may ask about it
    make.press(make.call(other := make.department(), item=make.item(other), lead=make.township()), "send")
    admission.state = A.in_force
    session.commit()
    make.press(call, "send")


@pytest.mark.requirement("TA-22")
def test_it_is_resumed_when_all_that_was_due_is_delivered(make, session):
    admission = make.admission(state=A.suspended)
    for measure in make.guarantees(admission):
        assert refusal(make, admission, "resume", at=LATER) == "guarantees"
        make.press(measure, "deliver", delivery="Late, but all.", at=LATER)
        make.press(measure, "confirm_delivery", at=LATER)
    since = last_message(session)
    make.press(admission, "resume", at=LATER)
    assert (admission.state, admission.resumed_at) == (A.in_force, LATER)
    assert told(session, since).keys() == {admission.applicant.name, make.opinions(admission)[0].township.name}
    assert verify(session) == []


# By which rules a meeting votes


@pytest.mark.requirement("TA-20")
@pytest.mark.parametrize("change", ["kind", "quorum", "new member", "other unit", "other meeting", "no member"])
def test_a_meeting_that_has_begun_to_vote_keeps_its_members_kind_and_quorum(make, session, change):
    admission = reviewed(make, quorum=2, minutes=False)
    meeting, office = admission.meeting, make.actor(make.office(Duty.editorial_office), RoleName.editorial_officer)
    member = session.scalars(select(MeetingMember).where(MeetingMember.meeting_id == meeting.id)).first()

    def write():
        match change:
            case "kind" | "quorum":
                setattr(meeting, change, {"kind": MeetingKind.platform, "quorum": 1}[change])
                prepare_meeting(session, meeting, office, NOW)
            case "no member":
                forget_member(session, member, office, NOW)
            case _:
                row = MeetingMember(meeting_id=meeting.id) if change == "new member" else member
                row.unit_id = outsider.id
                row.meeting_id = another.id if change == "other meeting" else meeting.id
                prepare_member(session, row, office, NOW)

    outsider, another = make.department(), make.meeting()
    with session.no_autoflush:
        write()
    session.rollback()
    make.vote(admission, YES)
    session.commit()
    with session.no_autoflush, pytest.raises(Refused, match="begun to vote") as refused:
        write()
    assert refused.value.field == (change if change in ("kind", "quorum") else "unit")


def test_where_and_when_a_meeting_is_may_change_while_it_votes(make, session):
    meeting = reviewed(make, YES, minutes=False).meeting
    meeting.place, meeting.meets_at = "Elsewhere", LATER
    with session.no_autoflush:
        prepare_meeting(session, meeting, make.actor(make.office(Duty.editorial_office)), NOW)


def test_a_meeting_is_called_by_whom_it_is_of_and_somebody_votes(session, make):
    editor, supervisor = (make.actor(make.office(duty)) for duty in (Duty.editorial_office, Duty.supervision_office))
    case = make.case()

    def refused(actor, **columns):
        meeting = JointMeeting(**{"title": "x", "meets_at": NOW, "quorum": 1, "kind": MeetingKind.admission} | columns)
        with pytest.raises(Refused) as told_why:
            prepare_meeting(session, meeting, actor, NOW)
        return told_why.value.field

    assert refused(NOBODY) == ""
    assert refused(editor, case_id=case.id) == "case"
    assert refused(supervisor) == "kind"
    assert refused(editor, quorum=0) == "quorum"
    on_case = JointMeeting(title="x", meets_at=NOW, quorum=1, kind=MeetingKind.coordination, case_id=case.id)
    prepare_meeting(session, on_case, supervisor, NOW)
    assert on_case.region_id == make.home.id


def test_nobody_takes_a_seat_in_a_meeting_that_was_held(session, make):
    held = make.meeting(state=MeetingState.held)
    seat = MeetingMember(meeting_id=held.id, unit_id=make.department().id)
    with pytest.raises(Refused, match="still to be held") as refused:
        prepare_member(session, seat, make.actor(make.office(Duty.editorial_office)), NOW)
    assert refused.value.field == "meeting"
