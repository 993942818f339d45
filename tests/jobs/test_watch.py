from datetime import timedelta

import pytest
from sqlalchemy import select

from models.actor import NOBODY
from models.assigned import MatterState
from models.calendar import Clock, TimeLimit
from models.calls import AssignmentState, CallState, FailureKind
from models.coordination import CaseParty, CaseState
from models.ledger import Job
from models.notices import Outbox
from models.organisation import Duty
from models.recorder import verify
from models.requests import RequestState
from models.rules.clues import watch_clue
from models.supervision import OrderState, Reminder, SupervisionOrder
from models.words import CallScope
from tests.make import NOW
from tests.models.look import china

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=60)


def limit_of(session, county, clock):
    return session.scalar(select(TimeLimit).where(TimeLimit.region_id == county.id, TimeLimit.clock == clock))


def orders(session):
    session.expire_all()
    return session.scalars(select(SupervisionOrder).order_by(SupervisionOrder.id)).all()


# Acceptance


@pytest.mark.databases
@pytest.mark.requirement("TA-26")
def test_the_county_office_is_reminded_before_the_limit_and_at_it(make, session, ledger):
    call = make.call(state=CallState.submitted)
    office = make.office(Duty.county_office).id
    soon, over = ledger.moments(call, Job.accept_watch)
    say = {"call": str(call), "due": call.accept_due.isoformat()}

    assert ledger.keep(Job.accept_watch, soon - MINUTE) == 0
    assert ledger.keep(Job.accept_watch, soon) == 1
    assert ledger.reminded() == [(office, call.id, "accept_watch", 1)]
    assert ledger.told(Job.accept_watch) == [(office, "duty_officer", say)]
    reminder = session.scalars(select(Reminder)).one()
    assert (reminder.due_at, reminder.sent_at, reminder.region_id) == (call.accept_due, soon, call.region_id)

    assert ledger.keep(Job.accept_watch, over) == 1
    assert ledger.reminded() == [(office, call.id, "accept_watch", 1), (office, call.id, "accept_watch", 2)]
    assert ledger.told(Job.accept_watch)[1:] == [(office, "everyone", say)]
    assert ledger.entries(call) == [("accept_watch", {}, {})] * 2


@pytest.mark.databases
@pytest.mark.requirement("TA-26")
def test_of_an_emergency_left_waiting_the_leaders_hear(make, ledger):
    call = make.call(state=CallState.submitted, scope=CallScope.emergency)
    office, leaders = make.office(Duty.county_office).id, make.office(Duty.leadership).id
    soon, over = ledger.moments(call, Job.accept_watch)
    ledger.keep(Job.accept_watch, soon)
    assert [unit_id for unit_id, _, _ in ledger.told(Job.accept_watch)] == [office]
    ledger.keep(Job.accept_watch, over)
    assert [(unit, audience) for unit, audience, _ in ledger.told(Job.accept_watch)[1:]] == [
        (office, "everyone"),
        (leaders, "heads"),
    ]
    assert (leaders, call.id, "accept_watch", 2) in ledger.reminded()


@pytest.mark.databases
@pytest.mark.requirement("TA-24")
@pytest.mark.parametrize("state", [CallState.draft, CallState.returned])
def test_an_emergency_written_down_and_not_called_alarms_its_township_and_the_leaders(make, session, ledger, state):
    call = make.call(state=state, scope=CallScope.emergency)
    watch_clue(session, call, NOBODY, NOW)
    (limit,) = ledger.moments(call, Job.accept_watch)
    leaders = make.office(Duty.leadership).id
    assert ledger.keep(Job.accept_watch, limit - MINUTE) == 0
    assert ledger.keep(Job.accept_watch, limit) == 1
    say = {"call": str(call), "due": limit.isoformat()}
    assert ledger.told(Job.accept_watch) == [
        (call.caller_unit_id, "everyone", say),
        (leaders, "heads", say | {"unit": str(call.caller_unit)}),
    ]
    sentences = list(session.scalars(select(Outbox.message).where(Outbox.subject_type == "call").order_by(Outbox.id)))
    assert ["Send it now" in sentence for sentence in sentences[-2:]] == [True, False], "a leader cannot send"
    assert ledger.keep(Job.accept_watch, LATER) == 0


def test_a_clue_that_is_no_emergency_any_more_alarms_nobody(make, session, ledger):
    call = make.call(scope=CallScope.emergency)
    watch_clue(session, call, NOBODY, NOW)
    call.scope = CallScope.key
    assert ledger.keep(Job.accept_watch, LATER) == 0


def test_a_reminder_changes_nothing_of_its_subject(make, session, ledger):
    call = make.call(state=CallState.submitted)
    version = call.version
    ledger.keep(Job.accept_watch, LATER)
    session.refresh(call)
    assert (call.version, call.state) == (version, CallState.submitted)


@pytest.mark.parametrize("state", [CallState.accepted, CallState.returned, CallState.withdrawn])
def test_a_call_that_moved_on_is_nobodys_to_accept(make, ledger, state):
    call = make.call(state=state)
    for promise in ledger.promises(call, Job.accept_watch):  # as if the move had forgotten to cancel them
        promise.state = "planned"
    assert ledger.keep(Job.accept_watch, LATER) == 0
    assert ledger.reminded() == ledger.told(Job.accept_watch) == ledger.entries(call) == []
    assert {(promise.state, promise.cause) for promise in ledger.promises(call, Job.accept_watch)} == {
        ("fired", "moved on")
    }


def test_a_call_sent_again_is_watched_anew(make, ledger):
    call = make.call(state=CallState.returned)
    make.press(call, "send", at=NOW + timedelta(hours=1))
    assert ledger.keep(Job.accept_watch, LATER) == 1
    assert [step for _, _, _, step in ledger.reminded()] == [2]


def test_each_county_hears_of_its_own(make, ledger):
    home, other = make.home, make.county()
    ours, theirs = (make.call(make.township(county), state=CallState.submitted) for county in (home, other))
    assert ledger.keep(Job.accept_watch, ours.accept_due) == 2
    assert [unit_id for unit_id, _, _ in ledger.told(Job.accept_watch)] == [
        make.office(Duty.county_office, county).id for county in (home, other)
    ]
    assert {call_id for _, call_id, _, _ in ledger.reminded()} == {ours.id, theirs.id}


def test_a_county_without_its_office_stops_no_other(make, session, ledger, caplog):
    home, other = make.home, make.county()
    for county in (home, other):
        make.call(make.township(county), state=CallState.submitted)
    make.office(Duty.county_office, other).duty = None
    assert ledger.keep(Job.accept_watch, LATER) == 2
    assert [unit_id for unit_id, _, _ in ledger.told(Job.accept_watch)] == [make.office(Duty.county_office, home).id]
    assert f"County {other.id} has no office" in caplog.text


def test_after_days_of_silence_only_the_end_is_told(make, ledger):
    make.call(state=CallState.submitted)
    part = make.assignment()
    answered = make.assignment(state=AssignmentState.responded)
    for job in (Job.accept_watch, Job.respond_remind, Job.promise_remind):
        assert ledger.keep(job, LATER) == 1
    assert {step for _, _, _, step in ledger.reminded()} == {2}
    steps = [(promise.step, promise.cause) for promise in ledger.promises(part, Job.respond_remind)]
    assert steps == [(1, "moved on"), (2, "")]
    assert len(ledger.entries(answered)) == 1


# Response


@pytest.mark.databases
@pytest.mark.requirement("TA-29", "TC-52")
def test_silence_past_the_limit_is_no_response(make, session, ledger):
    part = make.assignment()
    early = make.assignment(at=NOW + timedelta(days=1))  # its limit is a day later
    version, office = part.version, make.office(Duty.county_office).id
    soon, over = ledger.moments(part, Job.respond_remind)

    assert ledger.keep(Job.respond_remind, soon) == 1
    assert ledger.reminded() == [(part.department_id, part.call_id, "respond_remind", 1)]
    assert ledger.told(Job.respond_remind)[0][:2] == (part.department_id, "duty_officer")
    session.refresh(part)
    assert (part.failure_kind, part.version) == (FailureKind.none, version)

    assert ledger.keep(Job.respond_remind, over) == 2  # and the other's is near
    session.refresh(part)
    assert (part.failure_kind, part.version) == (FailureKind.no_response, version + 1)
    assert ledger.entries(part)[-1] == (
        "respond_remind",
        {"failure_kind": "none", "failed_at": None},
        {"failure_kind": "no_response", "failed_at": over.isoformat(timespec="microseconds")},
    )
    told = {(unit, audience): say for unit, audience, say in ledger.told(Job.respond_remind)[1:]}
    supervision = make.office(Duty.supervision_office).id
    assert set(told) == {
        (part.department_id, "heads"),
        (office, "everyone"),
        (supervision, "everyone"),
        (part.call.caller_unit_id, "everyone"),
        (early.department_id, "duty_officer"),
    }
    assert told[office, "everyone"] == {
        "call": str(part.call),
        "unit": str(part.department),
        "due": part.respond_due.isoformat(),
    }
    session.refresh(early)
    assert early.failure_kind is FailureKind.none
    assert verify(session) == []


@pytest.mark.requirement("TA-29")
def test_a_response_after_all_turns_no_response_into_late_response(make, session, ledger):
    part = make.assignment()
    ledger.keep(Job.respond_remind, part.respond_due)
    session.refresh(part)
    make.press(part, "respond", at=part.respond_due + MINUTE, promised_due=part.respond_due + timedelta(days=3))
    assert part.failure_kind is FailureKind.late_response
    assert ledger.keep(Job.respond_remind, LATER) == 0


def test_a_failure_on_record_is_not_overwritten_by_silence(make, session, ledger):
    part = make.assignment()
    part.failure_kind = FailureKind.inaction
    session.commit()
    assert ledger.keep(Job.respond_remind, LATER) == 0
    session.refresh(part)
    assert part.failure_kind is FailureKind.inaction


@pytest.mark.parametrize("state", [AssignmentState.responded, AssignmentState.working, AssignmentState.rejected])
def test_who_has_answered_is_not_reminded_to(make, session, ledger, state):
    part = make.assignment(state=state)
    for promise in ledger.promises(part, Job.respond_remind):
        promise.state = "planned"
    others = [p for p in make.assignments(part.call) if p is not part]
    ledger.keep(Job.respond_remind, LATER)
    session.refresh(part)
    assert part.failure_kind is FailureKind.none
    assert {unit for unit, _, _, _ in ledger.reminded()}.isdisjoint({part.department_id})
    assert {other.failure_kind for other in others} <= {FailureKind.no_response}


# The promised result


@pytest.mark.databases
@pytest.mark.requirement("TC-32")
def test_a_promise_that_passes_is_inaction_under_supervision(make, session, ledger):
    part = make.assignment(state=AssignmentState.responded)
    kept = make.assignment(state=AssignmentState.resolved)
    version = part.version
    soon, over = ledger.moments(part, Job.promise_remind)
    assert over == part.promised_due

    assert ledger.keep(Job.promise_remind, soon) == 1
    assert ledger.reminded() == [(part.department_id, part.call_id, "promise_remind", 1)]
    assert orders(session) == []

    assert ledger.keep(Job.promise_remind, over) == 1
    (order,) = orders(session)
    assert (order.assignment_id, order.call_id, order.unit_id) == (part.id, part.call_id, part.department_id)
    assert (order.level, order.state, order.issued_at, order.raised_at) == (1, OrderState.issued, over, over)
    assert (part.failure_kind, part.version) == (FailureKind.inaction, version + 1)
    assert kept.failure_kind is FailureKind.none
    action, before, after = ledger.entries(part)[-1]
    assert (action, before["failure_kind"], after["failure_kind"]) == ("promise_remind", "none", "inaction")
    assert [entry[0] for entry in ledger.entries(order)] == ["create"]
    assert [(unit, audience) for unit, audience, _ in ledger.told(Job.promise_remind)[1:]] == [
        (part.department_id, "heads"),
        (make.office(Duty.county_office).id, "everyone"),
        (make.office(Duty.supervision_office).id, "everyone"),
        (part.call.caller_unit_id, "everyone"),
    ]
    assert ledger.told(Job.promise_remind)[-1][2]["level"] == "1"
    assert verify(session) == []


@pytest.mark.databases
@pytest.mark.requirement("TA-29", "TC-52")
def test_ten_working_days_of_silence_are_inaction_long_before_the_promise(make, session, ledger):
    part = make.assignment()
    make.press(part, "respond", promised_due=LATER)
    *_, silent = ledger.moments(part, Job.promise_remind)
    assert silent < LATER - timedelta(days=30)
    assert ledger.keep(Job.promise_remind, silent - MINUTE) == 0
    assert ledger.keep(Job.promise_remind, silent) == 1
    session.refresh(part)
    assert (part.failure_kind, part.state) == (FailureKind.inaction, AssignmentState.responded)
    assert [(unit, who) for unit, who, _ in ledger.told(Job.promise_remind)] == [
        (part.department_id, "heads"),
        (make.office(Duty.supervision_office).id, "everyone"),
    ]
    assert orders(session) == []


def test_whatever_happens_ends_the_silence(make, session, ledger):
    part = make.assignment()
    make.press(part, "respond", promised_due=LATER)
    *_, silent = ledger.moments(part, Job.promise_remind)
    make.press(part, "start", at=silent - MINUTE)
    ledger.keep(Job.promise_remind, silent)
    session.refresh(part)
    assert part.failure_kind is FailureKind.none
    assert ledger.moments(part, Job.promise_remind)[-1] > silent


@pytest.mark.requirement("TA-29")
def test_who_shows_how_far_it_is_is_not_silent(make, session, ledger):
    part = make.assignment()
    make.press(part, "respond", promised_due=LATER)
    *others, silent = ledger.moments(part, Job.promise_remind)
    make.press(part, "attach", at=silent - MINUTE, file_ids=[make.file(part.department)])
    ledger.keep(Job.promise_remind, silent)
    session.refresh(part)
    assert part.failure_kind is FailureKind.none
    *same, later = ledger.moments(part, Job.promise_remind)
    assert (same, later > silent) == (others, True)
    assert ledger.keep(Job.promise_remind, later) == 1
    session.refresh(part)
    assert part.failure_kind is FailureKind.inaction


def test_what_was_taken_up_again_is_not_called_a_promise(make, session, ledger):
    call = make.call(state=CallState.awaiting_confirmation)
    make.press(call, "not_solved")
    ledger.keep(Job.promise_remind, LATER)
    of_clock = select(Outbox.message).where(Outbox.key.startswith("promise_remind:"), Outbox.audience == "heads")
    assert ["promised" in message for message in session.scalars(of_clock)] == [False]


@pytest.mark.parametrize("failure", [FailureKind.late_response, FailureKind.inaction])
def test_inaction_outweighs_a_late_response(make, session, ledger, failure):
    part = make.assignment(state=AssignmentState.working)
    part.failure_kind = failure
    session.commit()
    ledger.keep(Job.promise_remind, LATER)
    session.refresh(part)
    assert part.failure_kind is FailureKind.inaction


def broken_again(make, session, ledger, part, at):
    """The part was reported done, the caller says it is not, and the new limit passes too."""
    session.refresh(part)
    make.press(part, "resolve", at=at, result="Done.")
    session.refresh(part.call)
    make.press(part.call, "not_solved", at=at)
    assert ledger.keep(Job.promise_remind, part.promised_due) == 1
    return part.promised_due


@pytest.mark.databases
@pytest.mark.requirement("TC-32")
def test_a_second_broken_promise_raises_the_open_order(make, session, ledger):
    part = make.assignment(state=AssignmentState.responded)
    ledger.keep(Job.promise_remind, part.promised_due)
    first = part.promised_due
    over = broken_again(make, session, ledger, part, first + MINUTE)
    (order,) = orders(session)
    assert (order.level, order.issued_at, order.raised_at) == (2, first, over)
    assert [(action, after.get("level")) for action, _, after in ledger.entries(order)] == [
        ("create", 1),
        ("promise_remind", 2),
    ]
    assert ledger.told(Job.promise_remind)[-1][2]["level"] == "2"
    assert verify(session) == []


def test_a_closed_order_is_not_raised_but_followed_by_another(make, session, ledger):
    part = make.assignment(state=AssignmentState.responded)
    ledger.keep(Job.promise_remind, part.promised_due)
    (order,) = orders(session)
    order.state = OrderState.closed
    session.commit()
    broken_again(make, session, ledger, part, part.promised_due + MINUTE)
    assert [(o.level, o.state) for o in orders(session)] == [(1, OrderState.closed), (1, OrderState.issued)]


@pytest.mark.databases
def test_levels_end_at_nine(make, session, ledger):
    part = make.assignment(state=AssignmentState.responded)
    ledger.keep(Job.promise_remind, part.promised_due)
    (order,) = orders(session)
    order.level = 9
    session.commit()
    raised_at = order.raised_at
    broken_again(make, session, ledger, part, part.promised_due + MINUTE)
    (order,) = orders(session)
    assert (order.level, order.raised_at) == (9, raised_at)
    assert ledger.told(Job.promise_remind)[-1][2]["level"] == "9"


# Cases


@pytest.mark.databases
@pytest.mark.requirement("TC-44")
def test_without_agreement_in_time_the_case_goes_to_the_editorial_office(make, session, ledger):
    case = make.case(state=CaseState.negotiating)
    agreed = make.case(state=CaseState.filing_review)
    version, over = case.version, case.negotiation_due

    ledger.keep(Job.case_escalate, over - MINUTE)
    session.refresh(case)
    assert case.state is CaseState.negotiating
    reminded = len(ledger.told(Job.case_escalate))
    assert ledger.keep(Job.case_escalate, over) == 1
    session.refresh(case)
    assert (case.state, case.escalated_at, case.version) == (CaseState.coordinating, over, version + 1)
    assert case.coordination_due > over + timedelta(days=15)
    action, before, after = ledger.entries(case)[-1]
    assert (action, before["state"], after["state"]) == ("escalate", "negotiating", "coordinating")
    assert after.keys() >= {"escalated_at", "coordination_due"}
    session.refresh(agreed)
    assert agreed.state is CaseState.filing_review

    editorial, *parties = ledger.told(Job.case_escalate)[reminded:]
    assert editorial[0] == make.office(Duty.editorial_office).id
    assert editorial[2] == {"case": str(case), "due": case.coordination_due.isoformat()}
    negotiators = [case.call.caller_unit_id, make.assignments(case.call)[0].department_id]
    supervision = make.office(Duty.supervision_office).id
    assert sorted(unit for unit, _, _ in parties) == sorted([*negotiators, supervision])
    assert verify(session) == []


@pytest.mark.databases
@pytest.mark.requirement("TC-42", "TC-44")
def test_the_parties_are_reminded_a_working_day_before_the_time_to_negotiate_is_over(make, session, ledger):
    case, free = make.case(state=CaseState.negotiating), make.free_case(state=CaseState.negotiating)
    soon, over = ledger.moments(case, Job.case_escalate)
    assert (soon, over) == (china("12-04 17:30"), case.negotiation_due)
    assert [ledger.keep(Job.case_escalate, at) for at in (soon - MINUTE, soon, soon)] == [0, 2, 0]
    session.refresh(case)
    assert case.state is CaseState.negotiating
    parties = select(CaseParty.case_id, CaseParty.unit_id).where(CaseParty.case_id.in_([case.id, free.id]))
    of_case = {case.id: str(case), free.id: str(free)}
    due = over.isoformat()
    assert sorted(ledger.told(Job.case_escalate), key=str) == sorted(
        ((unit, "duty_officer", {"case": of_case[key], "due": due}) for key, unit in session.execute(parties)), key=str
    )
    assert {row[:2] for row in ledger.reminded()} == {
        (unit, case.call_id) for key, unit in session.execute(parties) if key == case.id
    }


@pytest.mark.requirement("TC-44")
def test_a_negotiation_that_began_when_nobody_was_reminded_ends_all_the_same(make, session, ledger):
    case = make.case(state=CaseState.negotiating)
    first, last = ledger.promises(case, Job.case_escalate)
    session.delete(last)
    session.flush()
    first.due_at = case.negotiation_due
    session.commit()
    assert ledger.keep(Job.case_escalate, case.negotiation_due) == 1
    session.refresh(case)
    assert case.state is CaseState.coordinating


@pytest.mark.databases
@pytest.mark.requirement("TC-44")
def test_each_county_coordinates_by_its_own_calendar_and_one_without_a_limit_all_the_same(make, session, ledger):
    home, other, bare = make.home, make.county(), make.county()
    cases = [make.case(state=CaseState.negotiating, caller=make.township(county)) for county in (home, other, bare)]
    limit_of(session, other, Clock.coordinate).amount = 3
    session.delete(limit_of(session, bare, Clock.coordinate))
    session.commit()
    assert ledger.keep(Job.case_escalate, cases[0].negotiation_due) == 3
    session.expire_all()
    assert {case.state for case in cases} == {CaseState.coordinating}
    ours, theirs, none = (case.coordination_due for case in cases)
    assert ours > theirs > cases[1].escalated_at
    assert none is None


@pytest.mark.databases
@pytest.mark.requirement("TC-43")
def test_the_editorial_office_is_reminded_of_what_waits_to_be_filed(make, session, ledger):
    case = make.case(state=CaseState.filing_review)
    make.case(state=CaseState.filed)
    office, version = make.office(Duty.editorial_office).id, case.version
    soon, over = ledger.moments(case, Job.case_filing_remind)
    for moment in (soon, over):
        assert ledger.keep(Job.case_filing_remind, moment) == 1
    assert ledger.reminded() == [(office, case.call_id, "case_filing_remind", step) for step in (1, 2)]
    assert [told[:2] for told in ledger.told(Job.case_filing_remind)] == [
        (office, "duty_officer"),
        (office, "everyone"),
    ]
    session.refresh(case)
    assert (case.state, case.version) == (CaseState.filing_review, version)


@pytest.mark.databases
@pytest.mark.requirement("TC-46")
@pytest.mark.parametrize("state", [CaseState.filed, CaseState.decided])
def test_execution_that_nobody_ordered_is_asked_for_again_and_again(make, session, ledger, state):
    case = make.case(state=state)
    due = case.execution_due
    for occurrence in (1, 2, 3):
        (moment,) = ledger.moments(case, Job.case_execution_watch)
        assert ledger.keep(Job.case_execution_watch, moment) == 1
        assert len(ledger.reminded()) == occurrence
    assert {unit for unit, _, _, _ in ledger.reminded()} == {case.supervision_unit_id}
    assert [promise.occurrence for promise in ledger.promises(case, Job.case_execution_watch)] == [1, 2, 3, 4]
    session.refresh(case)
    assert (case.state, case.execution_due, case.supervision_level) == (state, due, 0)


@pytest.mark.databases
@pytest.mark.requirement("TC-46")
def test_what_is_not_carried_out_rises_a_level_each_time(make, session, ledger):
    holder = make.department()
    case = make.case(state=CaseState.supervising, holder=holder)
    done = make.case(state=CaseState.closed)
    due, version = case.execution_due, case.version
    for level in (1, 2):
        (moment,) = ledger.moments(case, Job.case_execution_watch)
        assert ledger.keep(Job.case_execution_watch, moment) == 1
        session.refresh(case)
        assert (case.supervision_level, case.execution_due, case.state) == (level, due, CaseState.supervising)
    assert case.version == version + 2
    assert ledger.entries(case)[-1] == (
        "case_execution_watch",
        {"supervision_level": 1},
        {"supervision_level": 2},
    )
    assert {unit for unit, _, _, _ in ledger.reminded()} == {holder.id, case.supervision_unit_id}
    assert ledger.told(Job.case_execution_watch)[-1][2]["level"] == "2"
    assert ledger.moments(done, Job.case_execution_watch) == []
    assert verify(session) == []


@pytest.mark.databases
@pytest.mark.requirement("TC-46")
def test_without_a_named_holder_all_who_rejected_the_call_are_pressed(make, session, ledger):
    lead, helper = make.department(), make.department()
    case = make.case(state=CaseState.supervising, lead=lead, cooperating=[helper])
    case.responsible_unit = None
    session.commit()
    ledger.keep(Job.case_execution_watch, case.execution_due)
    pressed = {unit for unit, _, _, _ in ledger.reminded()}
    assert pressed == {lead.id, helper.id, case.supervision_unit_id}


def test_a_case_at_the_highest_level_stays_there_and_is_watched_on(make, session, ledger):
    case = make.case(state=CaseState.supervising)
    case.supervision_level = 9
    session.commit()
    ledger.keep(Job.case_execution_watch, case.execution_due)
    session.refresh(case)
    assert case.supervision_level == 9
    assert ledger.entries(case) == [("case_execution_watch", {}, {})]
    assert len(ledger.moments(case, Job.case_execution_watch)) == 1


@pytest.mark.parametrize(
    ("state", "job", "due"),
    [
        (CaseState.negotiating, Job.case_escalate, "negotiation_due"),
        (CaseState.supervising, Job.case_execution_watch, "execution_due"),
    ],
)
def test_a_case_whose_limit_was_put_off_is_left_in_peace(make, session, ledger, state, job, due):
    case = make.case(state=state)
    setattr(case, due, LATER + MINUTE)  # as if the old promise had not been cancelled
    session.commit()
    ledger.keep(job, LATER)
    session.refresh(case)
    assert (case.state, case.supervision_level) == (state, 0)


def test_a_county_without_a_limit_for_execution_is_watched_weekly(make, session, ledger):
    case = make.case(state=CaseState.supervising)
    session.delete(limit_of(session, make.home, Clock.execute))
    session.commit()
    ledger.keep(Job.case_execution_watch, case.execution_due)
    assert ledger.moments(case, Job.case_execution_watch) == [case.execution_due + timedelta(days=7)]


def test_execution_ordered_late_is_watched_from_the_order_on(make, session, ledger):
    case = make.case(state=CaseState.filed)
    ledger.keep(Job.case_execution_watch, case.execution_due)
    make.press(case, "order_execution", at=case.execution_due + MINUTE)
    (moment,) = ledger.moments(case, Job.case_execution_watch)
    assert moment == case.execution_due
    assert ledger.keep(Job.case_execution_watch, moment - MINUTE) == 0
    session.refresh(case)
    assert case.supervision_level == 0


# Assigned matters


@pytest.mark.databases
@pytest.mark.requirement("TC-27")
def test_a_matter_ends_once_with_its_last_day_and_all_concerned_hear(make, session, ledger):
    lead, helper, town = make.department(), make.department(), make.township()
    matter = make.matter(lead, town, state=MatterState.in_force, helpers=[helper])
    soon, over = ledger.moments(matter, Job.matter_watch)
    assert ledger.keep(Job.matter_watch, soon - MINUTE) == 0
    assert ledger.keep(Job.matter_watch, soon) == 1
    assert [unit_id for unit_id, _, _ in ledger.told(Job.matter_watch)] == [lead.id]
    assert ledger.keep(Job.matter_watch, over - MINUTE) == 0
    assert ledger.keep(Job.matter_watch, over) == 1
    session.refresh(matter)
    assert (matter.state, matter.ended_at) == (MatterState.ended, over)
    assert sorted(unit_id for unit_id, _, _ in ledger.told(Job.matter_watch)[1:]) == [lead.id, helper.id, town.id]
    before, after = ledger.entries(matter)[-1][1:]
    assert (before["state"], after["state"]) == ("in_force", "ended")
    assert [action for action, _, _ in ledger.entries(matter)] == ["matter_watch", "end"]
    assert ledger.keep(Job.matter_watch, LATER) == 0
    assert verify(session) == []


@pytest.mark.databases
@pytest.mark.requirement("LX-17")
def test_what_rests_on_matters_ends_with_them(make, session, ledger):
    lead, town = make.department(), make.township()
    matters = [make.matter(lead, town, state=MatterState.in_force) for _ in range(2)]
    sent = {"state": RequestState.sent}
    resting = [make.request(lead, town, assigned_matter_id=matter.id, **sent) for matter in matters]
    owed = make.request(lead, town, assigned_matter_id=matters[0].id, list_item_id=make.item(lead).id, **sent)
    assert ledger.keep(Job.matter_watch, matters[0].ends_at) == 2
    session.expire_all()
    assert [request.state for request in (*resting, owed)] == [RequestState.withdrawn] * 2 + [RequestState.sent]
    for request in resting:
        assert (ledger.entries(request)[-1][0], ledger.entries(request)[-1][2]["state"]) == ("lapse", "withdrawn")
    about = select(Outbox.subject_id, Outbox.unit_id).where(Outbox.message.contains("rests has ended"))
    assert sorted(session.execute(about)) == sorted((r.id, u.id) for r in resting for u in (lead, town))
    assert verify(session) == []


@pytest.mark.requirement("TC-27")
def test_three_days_of_silence_end_a_matter_all_the_same_and_tell_only_that(make, session, ledger):
    matter = make.matter(state=MatterState.in_force)
    assert ledger.keep(Job.matter_watch, matter.ends_at + timedelta(days=3)) == 1
    assert {message.split(":")[0] for message in session.scalars(select(Outbox.message)) if "end" in message} == {
        "An assigned matter has ended"
    }


@pytest.mark.parametrize("state", [MatterState.ended, MatterState.cancelled])
def test_a_matter_that_is_over_does_not_end_again(make, ledger, state):
    matter = make.matter(state=state)
    for promise in ledger.promises(matter, Job.matter_watch):  # as if the move had forgotten to cancel them
        promise.state = "planned"
    assert ledger.keep(Job.matter_watch, LATER) == 0
    assert ledger.told(Job.matter_watch) == []


# The limit of the whole call


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_a_promise_beyond_the_limit_of_the_call_does_not_put_it_off(make, session, ledger):
    part = make.assignment()
    make.press(part, "respond", promised_due=part.call.resolve_due + timedelta(days=30))
    call = part.call
    soon, over = ledger.moments(call, Job.resolve_watch)
    assert over == call.resolve_due
    assert ledger.keep(Job.resolve_watch, soon) == 1
    assert ledger.told(Job.resolve_watch)[0][:2] == (part.department_id, "duty_officer")
    assert ledger.keep(Job.resolve_watch, over) == 1
    offices = [make.office(duty).id for duty in (Duty.county_office, Duty.supervision_office)]
    assert [unit for unit, _, _ in ledger.told(Job.resolve_watch)[1:]] == [
        *offices,
        call.caller_unit_id,
        part.department_id,
    ]
    assert ledger.keep(Job.resolve_watch, LATER) == 0
    assert verify(session) == []


@pytest.mark.parametrize("move", ["promised before", "paused", "resolved", "rejected"])
def test_what_presses_otherwise_or_is_over_is_not_told_twice(make, session, ledger, move):
    part = make.assignment()
    due = part.call.resolve_due
    if move == "rejected":
        make.press(part, "reject", reason="Not ours.", no_item_covers=True)
    else:
        ahead = timedelta(days=30) if move == "paused" else timedelta()
        make.press(part, "respond", promised_due=due + ahead)
        if move == "paused":
            make.press(part, "pause", reason="A drawing.")
        elif move == "resolved":
            make.press(part, "resolve", result="Done.")
    ledger.keep(Job.resolve_watch, due)
    assert ledger.told(Job.resolve_watch) == []


def test_after_a_pause_of_the_lead_the_limit_of_the_call_is_watched_anew(make, session, ledger):
    part = make.assignment()
    make.press(part, "respond", promised_due=part.call.resolve_due + timedelta(days=30))
    before = part.call.resolve_due
    make.press(part, "pause", at=NOW + timedelta(hours=1), reason="A drawing.")
    make.press(part, "resume", at=NOW + timedelta(days=3))
    assert part.call.resolve_due > before
    assert ledger.moments(part.call, Job.resolve_watch)[-1] == part.call.resolve_due
