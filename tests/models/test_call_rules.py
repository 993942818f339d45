"""How a call travels from its draft to its end, a sentence for each rule."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from models.actor import SYSTEM_ACTOR
from models.admissions import AdmissionState
from models.assigned import MatterState
from models.calendar import Clock, LimitUnit, TimeLimit
from models.calls import ENDED, AssignmentState, Call, CallAssignment, CallSource, CallState, Direction, FailureKind
from models.coordination import CoordinationCase
from models.door import OutOfSight, system_session
from models.item_words import ItemState, PowerStatus
from models.ledger import Job, Promise, PromiseState
from models.notices import Audience, Outbox
from models.organisation import Duty, Unit, UnitType
from models.roles import RoleName
from models.rules.calls import CALL, answering
from models.rules.clues import forget_call, prepare_call, watch_clue
from models.rules.ledger import ends_at
from models.words import CallScope, Modality, modality
from models.workflow import MovedOn, NotYours, Refused
from tests.make import CALL_PATHS, NOW, Make
from tests.models.look import cancelled, china, entries, last_message, timers, told

S = CallState
A = AssignmentState
TOMORROW = NOW + timedelta(days=1)


# Writing


def test_a_draft_is_its_units_and_its_countys(make):
    township = make.township()
    call = make.call(township, item=make.item(category="water"))
    assert (call.state, call.caller_unit, call.region_id) == (S.draft, township, make.home.id)
    assert (call.category, call.created_at, call.number) == ("water", NOW, None)


@pytest.mark.parametrize("duty", [Duty.county_office, Duty.leadership])
def test_offices_do_not_call(session, make, duty):
    with pytest.raises(Refused, match="Only townships and departments call"):
        prepare_call(session, Call(title="x"), make.actor(make.office(duty)), NOW)


@pytest.mark.requirement("TA-23")
def test_a_township_calls_for_its_own_area(session, make):
    ours, theirs = make.township(), make.township()
    assert make.call(ours, place_unit_id=make.grid(make.village(ours)).id, state=S.submitted).state is S.submitted
    with pytest.raises(Refused, match="outside your own area") as refused:
        prepare_call(session, Call(title="x", place_unit_id=make.village(theirs).id), make.actor(ours), NOW)
    assert refused.value.field == "place_unit"


@pytest.mark.requirement("TA-23")
def test_a_place_that_was_moved_elsewhere_stops_the_sending(session, make):
    call = make.call(place_unit_id=None)
    call.place_unit_id = make.village().id
    with pytest.raises(Refused, match="outside your own area"):
        make.press(call, "send")


def test_a_department_names_a_place_anywhere(make):
    assert make.call(make.department(), place_unit_id=make.village().id).place_unit is not None


@pytest.mark.parametrize("state", [state for state in CALL_PATHS if state not in (S.draft, S.returned)])
def test_what_was_sent_is_not_edited(session, make, state):
    call = make.call(state=state)
    with pytest.raises(Refused, match="cannot be edited"):
        prepare_call(session, call, make.actor(call.caller_unit), TOMORROW)


def test_what_was_returned_is_corrected(session, make):
    call = make.call(state=S.returned)
    call.list_item = make.item(category="water")
    session.flush()
    prepare_call(session, call, make.actor(call.caller_unit), TOMORROW)
    assert (call.category, call.created_at) == ("water", NOW)


@pytest.mark.parametrize("state", [S.submitted, S.returned, S.withdrawn])
def test_what_was_sent_stays_on_record(session, make, state):
    call = make.call(state=state)
    with pytest.raises(Refused, match="Withdraw it instead"):
        forget_call(session, call, make.actor(call.caller_unit), NOW)


def test_what_was_never_sent_may_be_forgotten(session, make):
    call = make.call()
    forget_call(session, call, make.actor(call.caller_unit), NOW)
    session.delete(call)
    session.commit()
    assert [entry.action for entry in entries(session, call)] == ["create", "delete"]


# Sending


@pytest.mark.requirement("TA-02", "TS-03", "TA-19", "TC-12", "TC-18")
@pytest.mark.parametrize("caller", ["township", "department"])
def test_no_call_without_an_item(session, make, caller):
    call = make.call(getattr(make, caller)())
    call.list_item_id = None
    with pytest.raises(Refused, match="must cite an item") as refused:
        make.press(call, "send")
    session.rollback()
    assert (refused.value.field, call.state, call.number) == ("list_item", S.draft, None)


@pytest.mark.requirement("TS-03", "TA-02", "TC-18")
def test_no_call_by_an_item_that_is_not_published(make):
    call = make.call(item=make.item(duty_list=make.duty_list()))
    assert call.list_item.state is ItemState.draft
    with pytest.raises(Refused, match="not in force in your county"):
        make.press(call, "send")


@pytest.mark.requirement("TS-03")
def test_no_call_by_an_item_of_another_county(make):
    call = make.call(make.township())
    call.list_item = make.item(make.department(make.county()))
    with pytest.raises(Refused, match="not in force in your county"):
        make.press(call, "send")


@pytest.mark.requirement("TC-10")
@pytest.mark.parametrize("status", [PowerStatus.cancelled, PowerStatus.delegated])
def test_no_department_calls_by_a_power_that_was_taken_from_it(session, make, status):
    item = make.item(power_status=status)
    assert make.call(make.township(), item=item, state=S.submitted).state is S.submitted  # a township may ask about it
    call = make.call(make.department(), item=item, lead=make.township())
    with pytest.raises(Refused, match="has been cancelled or delegated") as refused:
        make.press(call, "send")
    session.rollback()
    assert (refused.value.field, call.state) == ("list_item", S.draft)


@pytest.mark.requirement("TA-19", "TS-03")
def test_a_call_may_rest_on_an_assigned_matter_in_place_of_an_item(make):
    township, helper = make.township(), make.department()
    matter = make.matter(make.department(), township, state=MatterState.in_force, helpers=[helper], category="flood")
    call = make.call(township, assigned_matter_id=matter.id)
    make.press(call, "send")
    assert (call.state, call.category) == (S.submitted, "flood")
    make.press(call, "accept")
    proposed = CALL.transitions["dispatch"].suggest(call)
    assert proposed == {"lead_department_id": matter.lead_department, "cooperating_department_ids": [helper]}


@pytest.mark.requirement("TA-19", "TS-03", "TC-18")
@pytest.mark.parametrize("why", ["still a draft", "no part in it", "ended since"])
def test_no_call_by_an_assigned_matter_that_does_not_bind_the_caller(session, make, why):
    township = make.township()
    state = MatterState.draft if why == "still a draft" else MatterState.in_force
    part = make.township() if why == "no part in it" else township
    matter = make.matter(make.department(), part, state=state)
    call = make.call(township, assigned_matter_id=matter.id)
    if why == "ended since":
        make.press(matter, "end", note="It rained no more.")
    with pytest.raises(Refused, match="has no part in it") as refused:
        make.press(call, "send")
    assert refused.value.field == "assigned_matter"


def test_a_call_cites_one_thing_and_not_two(session, make):
    township = make.township()
    matter = make.matter(make.department(), township, state=MatterState.in_force)
    both = Call(title="x", list_item_id=make.item().id, assigned_matter_id=matter.id)
    with pytest.raises(Refused, match="not both") as refused:
        prepare_call(session, both, make.actor(township), NOW)
    assert refused.value.field == "assigned_matter"


@pytest.mark.requirement("TA-19")
def test_what_no_item_covers_is_no_call_but_a_proposal(session, make):
    with pytest.raises(Refused, match="propose to adjust the list") as refused:
        prepare_call(session, Call(title="x"), make.actor(make.township()), NOW)
    assert refused.value.field == "list_item"


@pytest.mark.requirement("TA-26")
def test_a_call_goes_to_the_county_office(session, make):
    call = make.call()
    make.press(call, "send")
    assert (call.state, call.sent_at) == (S.submitted, NOW)
    assert told(session) == {make.office(Duty.county_office).name: "%(unit)s calls: %(call)s. Accept it by %(due)s."}


ACCEPTED_BY = {CallScope.emergency: "11-23 09:30", CallScope.key: "11-23 10:00", CallScope.complex: "11-24 17:30"}
RESPONDED_BY = {CallScope.emergency: "11-23 10:00", CallScope.key: "11-24 17:30", CallScope.complex: "11-25 17:30"}
RESOLVED_BY = {CallScope.emergency: "11-24 09:00", CallScope.key: "11-30 17:30", CallScope.complex: "12-07 17:30"}


@pytest.mark.requirement("TA-24")
@pytest.mark.parametrize("scope", CallScope)
def test_the_scope_decides_the_limits(make, scope):
    call = make.call(state=S.dispatched, scope=scope)
    assert call.accept_due == china(ACCEPTED_BY[scope])
    assert make.assignments(call)[0].respond_due == china(RESPONDED_BY[scope])
    assert call.resolve_due == china(RESOLVED_BY[scope])


@pytest.mark.requirement("TA-24")
def test_complex_may_key_should_emergency_must():
    assert {scope: modality(scope) for scope in CallScope} == {
        CallScope.complex: Modality.may,
        CallScope.key: Modality.should,
        CallScope.emergency: Modality.must,
    }


@pytest.mark.requirement("TA-24")
def test_an_emergency_does_not_wait_for_monday(make):
    saturday_night = china("11-21 23:00")
    assert make.call(state=S.submitted, scope=CallScope.emergency, at=saturday_night).accept_due == china("11-21 23:30")
    assert make.call(state=S.submitted, scope=CallScope.complex, at=saturday_night).accept_due == china("11-24 17:30")


def test_the_acceptance_is_watched_from_a_working_day_before(session, make):
    call = make.call(state=S.submitted)
    assert timers(session, call) == [("accept_watch", "11-23 17:30"), ("accept_watch", "11-24 17:30")]


def test_a_short_limit_is_reminded_of_at_half_time(session, make):
    call = make.call(state=S.submitted, scope=CallScope.emergency)
    assert timers(session, call) == [("accept_watch", "11-23 09:15"), ("accept_watch", "11-23 09:30")]


def test_a_county_without_limits_is_told_to_set_them(session, make):
    county = make.county(limits=False)
    call = make.call(make.township(county))
    with pytest.raises(Refused, match="No time limit is set"):
        make.press(call, "send")
    session.rollback()
    assert (call.state, call.number, timers(session, call)) == (S.draft, None, [])


def test_a_county_without_a_county_office_is_told_so(make):
    county = make.county(offices=False)
    call = make.call(make.township(county), item=make.item(make.department(county), duty_list=make.duty_list(county)))
    call.list_item.state = ItemState.published
    with pytest.raises(Refused, match="no “%\\(duty\\)s” in its directory"):
        make.press(call, "send", make.actor(call.caller_unit))


# Numbers


def test_numbers_count_up_in_each_county_and_year(make):
    ours, theirs = make.township(make.county()), make.township(make.county())
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in China
    before = new_year - timedelta(seconds=1)
    numbers = [
        make.call(township, state=S.submitted, at=at).number[-9:]
        for township, at in ((ours, NOW), (ours, before), (theirs, NOW), (ours, new_year))
    ]
    assert numbers == ["2026-0001", "2026-0002", "2026-0001", "2027-0001"]


def test_a_number_begins_with_the_countys_division_code(make):
    make.home.division_code = "330329"
    assert make.call(state=S.submitted).number == "330329-2026-0001"


def test_a_call_that_is_sent_again_keeps_its_number(session, make):
    call = make.call(state=S.returned)
    number = call.number
    make.press(call, "send", at=TOMORROW)
    assert (call.number, call.sent_at) == (number, TOMORROW)
    assert make.call(state=S.submitted).number.endswith("0002"), "and leaves no gap"


def test_a_sending_that_fails_leaves_no_gap(session, make):
    call, other = make.call(), make.call()
    CALL.move(session, call, "send", actor=make.actor(call.caller_unit), now=NOW)
    session.rollback()
    make.press(other, "send")
    assert other.number.endswith("0001")


@pytest.fixture
def calls_of_two(own_engine):
    """Four drafts that are really there, for threads; and what sends, or accepts, one of them."""
    with system_session(own_engine) as session:
        make = Make(session)
        township = make.township()
        calls = [make.call(township).id for _ in range(4)]
        caller, office = make.actor(township), make.actor(make.office(Duty.county_office))

    def move(call_id, name="send"):
        with system_session(own_engine) as session, session.begin():
            actor = caller if name == "send" else office
            CALL.move(session, session.get(Call, call_id), name, actor=actor, now=NOW)

    return calls, move


@pytest.mark.databases
def test_numbers_given_at_once_have_neither_gap_nor_double(own_engine, calls_of_two):
    calls, send = calls_of_two
    send(calls.pop())
    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(send, calls))
    with system_session(own_engine) as session:
        numbers = sorted(number[-4:] for number in session.scalars(select(Call.number)))
    assert numbers == ["0001", "0002", "0003", "0004"]


@pytest.mark.databases
def test_the_first_numbers_of_a_year_may_be_given_at_once(own_engine, calls_of_two):
    (first, second, *_), send = calls_of_two
    with ThreadPoolExecutor(1) as thread, system_session(own_engine) as session:
        CALL.move(session, session.get(Call, first), "send", actor=SYSTEM_ACTOR, now=NOW)
        later = thread.submit(send, second)
        time.sleep(0.3)  # it waits for us meanwhile
        session.commit()
        later.result()
    with system_session(own_engine) as session:
        assert session.get(Call, second).number.endswith("0002")


@pytest.mark.databases
def test_of_two_who_press_at_once_one_moves_it(own_engine, calls_of_two):
    (call_id, *_), move = calls_of_two
    move(call_id)

    def press(_):
        try:
            move(call_id, "accept")
        except (MovedOn, StaleDataError):
            return "too late"
        return "moved"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(press, range(2))) == ["moved", "too late"]
    with system_session(own_engine) as session:
        actions = [entry.action for entry in entries(session, session.get(Call, call_id))]
    assert actions == ["create", "send", "accept"]


# Accepting and returning


@pytest.mark.requirement("TA-26")
def test_an_accepted_call_is_watched_no_longer(session, make):
    call = make.call(state=S.submitted)
    since = last_message(session)
    make.press(call, "accept", at=TOMORROW)
    assert (call.state, call.accepted_at, timers(session, call)) == (S.accepted, TOMORROW, [])
    assert cancelled(session, call) == {"accept_watch": "accepted"}
    assert told(session, since) == {call.caller_unit.name: "Your call has been accepted: %(call)s."}


def test_a_promise_that_was_kept_is_not_cancelled_after_it(session, make):
    call = make.call(state=S.submitted)
    first = session.scalars(select(Promise).where(Promise.subject_id == call.id).order_by(Promise.step)).first()
    first.state = PromiseState.fired
    make.press(call, "accept", at=TOMORROW)
    assert (first.state, len(timers(session, call, PromiseState.cancelled))) == (PromiseState.fired, 1)


def test_a_returned_call_goes_back_with_the_reason(session, make):
    call = make.call(state=S.submitted)
    since = last_message(session)
    make.press(call, "return_for_correction", note="Which village?")
    assert (call.state, call.accept_due, timers(session, call)) == (S.returned, None, [])
    assert list(told(session, since)) == [call.caller_unit.name]
    assert entries(session, call)[-1].note == "Which village?"


def test_a_call_that_is_sent_again_is_watched_anew(session, make):
    call = make.call(state=S.returned)
    make.press(call, "send", at=TOMORROW)
    assert timers(session, call) == [("accept_watch", "11-24 17:30"), ("accept_watch", "11-25 17:30")]
    make.press(call, "return_for_correction", at=TOMORROW)
    make.press(call, "send", at=TOMORROW + timedelta(days=1))
    assert timers(session, call) == [("accept_watch", "11-25 17:30"), ("accept_watch", "11-26 17:30")]


@pytest.mark.parametrize("state", [S.submitted, S.returned, S.rejected])
def test_a_caller_may_withdraw(session, make, state):
    call = make.call(state=state)
    make.press(call, "withdraw")
    assert (call.state, timers(session, call)) == (S.withdrawn, [])


# Dispatching


@pytest.mark.requirement("TA-27", "TC-24")
def test_several_units_are_asked_at_once_and_one_leads(session, make):
    lead, *helpers = (make.department() for _ in range(3))
    call = make.call(lead=lead, state=S.accepted)
    since = last_message(session)
    make.press(call, "dispatch", lead_department_id=lead, cooperating_department_ids=helpers)
    parts = make.assignments(call)
    assert (call.state, call.rounds) == (S.dispatched, 1)
    assert [(part.department, part.role, part.state) for part in parts] == [
        (lead, "lead", A.pending),
        *((helper, "cooperate", A.pending) for helper in helpers),
    ]
    assert told(session, since).keys() == {unit.name for unit in (lead, *helpers)}
    for part in parts:
        assert timers(session, part) == [("respond_remind", "11-24 17:30"), ("respond_remind", "11-25 17:30")]


@pytest.mark.requirement("TC-19", "TA-27")
def test_the_lead_does_not_help_itself(make):
    call = make.call(state=S.accepted)
    lead = call.list_item.lead_department
    with pytest.raises(Refused, match="leads: it cannot be named") as refused:
        make.press(call, "dispatch", lead_department_id=lead, cooperating_department_ids=[make.department(), lead])
    assert refused.value.field == "cooperating_department_ids"


@pytest.mark.requirement("TC-25")
def test_a_township_calls_many_departments_and_a_department_answers_many_townships(session, make):
    townships, departments = [make.township() for _ in range(2)], [make.department() for _ in range(2)]
    for township in townships:
        for department in departments:
            make.call(township, lead=department, state=S.dispatched)
    pairs = select(Call.caller_unit_id, CallAssignment.department_id).join(CallAssignment.call)
    assert {tuple(row) for row in session.execute(pairs)} == {(t.id, d.id) for t in townships for d in departments}


@pytest.mark.requirement("TA-02", "TC-19")
def test_the_list_item_proposes_who_answers(make):
    lead, helper = make.department(), make.department()
    call = make.call(item=make.item(lead, cooperating=[helper]), state=S.accepted)
    assert suggested(call) == {"lead_department_id": lead, "cooperating_department_ids": [helper]}


def test_a_case_proposes_the_duty_holder_it_named(make):
    case = make.case(state="decided", holder=(holder := make.department()))
    assert suggested(case.call) == {"lead_department_id": holder}


def test_nothing_is_proposed_where_the_list_names_no_answerer(make):
    assert suggested(make.call(make.department(), state=S.accepted)) == {}


def suggested(call):
    return CALL.transitions["dispatch"].suggest(call)


def offered(session, make, call):
    return set(session.scalars(select(Unit).where(answering(call, make.actor(make.office(Duty.county_office))))))


def test_departments_and_agencies_answer_a_township(session, make):
    call = make.call(state=S.accepted)
    dissolved, away = make.department(), make.department(make.county())
    dissolved.valid_to = date(2026, 1, 1)
    agency = make.unit(UnitType.agency)
    assert offered(session, make, call) == {call.list_item.lead_department, agency}
    assert away not in offered(session, make, call)


@pytest.mark.requirement("TC-24")
def test_a_call_across_counties_may_go_to_another_county(session, make):
    call = make.call(make.township(make.county()), state=S.accepted, is_cross_region=True)
    away = make.department(make.county())
    assert offered(session, make, call) == {call.list_item.lead_department, away}


@pytest.mark.requirement("TC-24")
def test_a_unit_of_another_county_answers_as_others_do(session, make, acting):
    township, away = make.township(make.county()), make.department(make.county())
    call = make.call(township, state=S.accepted, is_cross_region=True)
    make.press(call, "dispatch", lead_department_id=away)
    theirs, actor = acting(away)
    part = theirs.scalars(select(CallAssignment)).one()
    assert (str(part.call.list_item), part.region_id) == (str(call.list_item), call.region_id)
    make.press(make.assignments(call)[0], "respond", actor, promised_due=TOMORROW)
    make.press(make.assignments(call)[0], "resolve", actor, result="Done.")
    assert call.state is S.awaiting_confirmation


# The end


def test_who_answered_hears_that_it_is_solved(session, make):
    lead, helper = make.department(), make.department()
    call = make.call(lead=lead, cooperating=[helper], state=S.awaiting_confirmation)
    since = last_message(session)
    make.press(call, "confirm", at=TOMORROW)
    assert (call.state, call.confirmed_at) == (S.resolved, TOMORROW)
    assert told(session, since).keys() == {lead.name, helper.name}


def test_what_is_not_solved_goes_back_to_the_lead_alone_with_a_new_limit(session, make):
    call = make.call(cooperating=[make.department()], state=S.awaiting_confirmation)
    lead, helper = make.assignments(call)
    since = last_message(session)
    make.press(call, "not_solved", at=china("12-01 09:00"), note="It smells still.")
    assert (call.state, call.reopened, call.resolved_at) == (S.in_progress, 1, None)
    assert call.resolve_due == lead.promised_due == china("12-15 17:30")
    assert (lead.state, lead.resolved_at, helper.state) == (A.working, None, A.resolved)
    assert timers(session, lead) == [("promise_remind", "12-14 17:30"), ("promise_remind", "12-15 17:30")]
    assert told(session, since).keys() == {lead.department.name}


@pytest.mark.requirement("TA-29")
def test_what_is_twice_not_solved_is_inaction_which_the_supervision_office_hears(session, make):
    call, supervision = make.call(state=S.awaiting_confirmation), make.office(Duty.supervision_office)
    (part,) = make.assignments(call)
    found = []
    for _ in range(2):
        since = last_message(session)
        make.press(call, "not_solved", at=TOMORROW)
        found.append((part.failure_kind, part.failed_at, supervision.name in told(session, since)))
        make.press(part, "resolve", at=TOMORROW, result="Done again.")
    assert found == [(FailureKind.none, None, False), (FailureKind.inaction, TOMORROW, True)]


def test_a_limit_that_rests_on_a_year_not_announced_is_an_estimate(session, make):
    call = make.call(state=S.accepted)
    for limit in session.scalars(select(TimeLimit).where(TimeLimit.clock.in_([Clock.resolve, Clock.respond]))):
        limit.amount, limit.unit = 400, LimitUnit.working_day
    assert call.provisional is False
    make.press(call, "dispatch", lead_department_id=make.department())
    assert (call.provisional, make.assignments(call)[0].provisional) == (True, True)


def test_what_is_reopened_may_be_finished_and_reopened_again(session, make):
    call = make.call(state=S.awaiting_confirmation)
    for times in (1, 2, 3):
        make.press(call, "not_solved", at=TOMORROW)
        make.press(make.assignments(call)[0], "resolve", at=TOMORROW, result="Done again.")
        assert (call.state, call.reopened) == (S.awaiting_confirmation, times)
        assert timers(session, make.assignments(call)[0]) == []


# Forwarding


@pytest.mark.requirement("TC-41")
def test_a_rejected_call_is_forwarded_to_the_supervision_office_by_nobodys_leave(session, make):
    call = make.call(state=S.rejected)
    since = last_message(session)
    make.press(call, "forward", make.actor(call.caller_unit), at=TOMORROW)
    case, supervision = make.case_of(call), make.office(Duty.supervision_office)
    assert (call.state, case.supervision_unit, case.forwarded_at) == (S.forwarded, supervision, TOMORROW)
    assert case.forwarded_by_id == make.actor(call.caller_unit).user_id
    assert told(session, since).keys() == {supervision.name}


@pytest.mark.requirement("TC-41")
def test_the_caller_does_not_choose_whom_to_forward_to(session, make):
    call = make.call(state=S.rejected)
    assert CALL.transitions["forward"].asks == ()
    make.press(call, "forward", supervision_unit_id=make.department(), supervision_unit=make.department())
    assert make.case_of(call).supervision_unit == make.office(Duty.supervision_office)


@pytest.mark.requirement("TC-41")
@pytest.mark.parametrize("state", [state for state in CALL_PATHS if state is not S.rejected])
def test_only_a_rejected_call_is_forwarded(session, make, state):
    call = make.call(state=state)
    with pytest.raises(MovedOn):
        make.press(call, "forward", make.actor(call.caller_unit))
    session.rollback()
    assert session.scalar(select(func.count(CoordinationCase.id))) == (state is S.forwarded)


@pytest.mark.requirement("TC-41")
def test_each_rejection_is_forwarded_once(session, make):
    call = make.agreed_case().call
    make.press(call, "dispatch", lead_department_id=make.department())
    make.press(make.assignments(call)[0], "reject", reason="Still not ours.", no_item_covers=True)
    make.press(call, "forward")
    rounds = select(CoordinationCase.round).where(CoordinationCase.call_id == call.id).order_by(CoordinationCase.id)
    assert session.scalars(rounds).all() == [1, 2]


@pytest.mark.requirement("TC-41")
@pytest.mark.parametrize("duty", [Duty.county_office, Duty.supervision_office, Duty.leadership])
def test_nobody_forwards_for_the_caller(make, duty):
    call = make.call(state=S.rejected)
    with pytest.raises(NotYours):
        make.press(call, "forward", make.actor(make.office(duty)))


# Sides, states, versions


STARTS = {
    "send": S.draft,
    "accept": S.submitted,
    "return_for_correction": S.submitted,
    "dispatch": S.accepted,
    "withdraw": S.submitted,
    "forward": S.rejected,
    "confirm": S.awaiting_confirmation,
    "not_solved": S.awaiting_confirmation,
    "nudge": S.submitted,
    "attach": S.dispatched,
}


def test_every_move_has_a_start():
    assert STARTS.keys() == CALL.moves.keys() - {"settle_here"}, "that is of a clue"


@pytest.mark.parametrize("name", STARTS)
def test_a_move_is_no_other_sides(session, make, name):
    call = make.call(state=STARTS[name])
    with pytest.raises(NotYours):
        make.press(call, name, make.actor(make.township()), lead_department_id=make.department())
    assert call.state is STARTS[name]


@pytest.mark.parametrize("name", [name for name, transition in CALL.transitions.items() if transition.by is None])
def test_what_follows_by_itself_is_nobodys_to_ask_for(make, name):
    call = make.call(state=S.dispatched)
    for unit in (call.caller_unit, make.office(Duty.county_office), make.assignments(call)[0].department):
        with pytest.raises(NotYours):
            make.press(call, name, make.actor(unit))


@pytest.mark.parametrize("state", [state for state in CALL_PATHS if state in ENDED])
def test_an_ended_call_moves_no_more(make, state):
    call = make.call(state=state)
    for name in STARTS:
        with pytest.raises(MovedOn, match="is not possible while"):
            make.press(call, name, lead_department_id=call.list_item.lead_department)


def test_a_second_press_finds_that_the_call_has_moved_on(make):
    call = make.call(state=S.submitted)
    make.press(call, "accept")
    with pytest.raises(MovedOn) as refused:
        make.press(call, "accept")
    assert refused.value.details == {"move": "Accept", "state": "Accepted"}


def test_who_saw_an_older_version_reads_again_first(session, make):
    call, office = make.call(state=S.submitted), make.actor(make.office(Duty.county_office))
    seen = call.version
    make.press(call, "return_for_correction")
    make.press(call, "send")
    with pytest.raises(MovedOn, match="Someone changed this"):
        CALL.move(session, call, "accept", actor=office, now=NOW, version=seen)
    CALL.move(session, call, "accept", actor=office, now=NOW, version=call.version)
    assert call.state is S.accepted


def test_a_refused_move_leaves_nothing_behind(session, make):
    call = make.call(state=S.accepted)
    before = (call.version, len(entries(session, call)), timers(session, call), last_message(session))
    with pytest.raises(Refused):
        make.press(call, "dispatch", lead_department_id=(lead := make.department()), cooperating_department_ids=[lead])
    session.rollback()
    assert (call.version, len(entries(session, call)), timers(session, call), last_message(session)) == before
    assert make.assignments(call) == []


# Two directions, three levels


@pytest.mark.requirement("TS-27")
def test_a_department_calls_a_township(session, make):
    department, township = make.department(), make.township()
    call = make.call(department, state=S.accepted)
    assert call.direction is Direction.department_to_township
    assert {unit.unit_type for unit in offered(session, make, call)} == {UnitType.township}
    make.press(call, "dispatch", lead_department_id=township)
    part = make.assignments(call)[0]
    make.press(part, "respond", make.actor(township), promised_due=TOMORROW)
    make.press(part, "resolve", make.actor(township), result="Done.")
    make.press(call, "confirm", make.actor(department))
    assert call.state is S.resolved


@pytest.mark.requirement("TS-27")
def test_the_township_of_the_place_is_proposed_to_a_department(make):
    township = make.township()
    call = make.call(make.department(), place_unit=make.village(township), state=S.accepted)
    assert suggested(call) == {"lead_department_id": township}


@pytest.mark.requirement("TA-19")
def test_a_department_calls_townships_about_what_names_it(make):
    with pytest.raises(Refused, match="neither as lead nor") as refused:
        make.call(make.department(), item=make.item(), lead=make.township(), state=S.submitted)
    assert refused.value.field == "list_item"


@pytest.mark.requirement("TA-19", "TA-20", "TC-12")
def test_a_department_calls_about_an_admitted_duty_whom_it_was_admitted_for(session, make):
    department, ours, theirs = make.department(), make.township(), make.township()
    item = make.admission(department, townships=[ours], state=AdmissionState.in_force).resulting_item
    call = make.call(department, item=item, lead=ours, state=S.accepted)
    for field, lead, helpers in (("lead_department_id", theirs, []), ("cooperating_department_ids", ours, [theirs])):
        with pytest.raises(Refused) as refused:
            make.press(call, "dispatch", lead_department_id=lead, cooperating_department_ids=helpers)
        assert (refused.value.field, refused.value.details["townships"]) == (field, theirs.name)
        session.rollback()
    make.press(call, "dispatch", lead_department_id=ours)
    assert call.state is S.dispatched


@pytest.mark.requirement("TA-19", "TC-12")
def test_a_department_calls_nobody_whom_its_ground_does_not_name(session, make):
    """Neither with the dispatch, nor when a part is given to another."""
    department, ours, theirs = make.department(), make.township(), make.township()
    make.township(make.county())
    by_item = make.call(department, lead=ours, state=S.accepted, is_cross_region=True)
    assert offered(session, make, by_item) == {ours, theirs}, "of the county"
    item = make.admission(department, townships=[ours], state=AdmissionState.in_force).resulting_item
    assert offered(session, make, make.call(department, item=item, lead=ours, state=S.accepted)) == {ours}
    matter = make.matter(department, theirs, state=MatterState.in_force)
    on_matter = make.call(department, lead=theirs, state=S.accepted, assigned_matter_id=matter.id)
    assert offered(session, make, on_matter) == {theirs}


@pytest.mark.requirement("TC-31", "TA-19")
def test_a_clue_leaves_the_item_to_the_township_that_sends_it(session, make):
    village = make.village(make.township())
    clue = Call(title="Rubbish in the river")
    prepare_call(session, clue, make.actor(make.grid(village)), NOW)
    session.add(clue)
    session.flush()
    with pytest.raises(Refused, match="must cite an item") as refused:
        make.press(clue, "send", make.actor(clue.caller_unit))
    assert refused.value.field == "list_item"
    with pytest.raises(Refused, match="Choose an item, an assigned matter or a module") as refused:
        prepare_call(session, clue, make.actor(clue.caller_unit), NOW)
    assert refused.value.field == "list_item"
    clue.list_item = make.item()
    clue.list_item_id = clue.list_item.id
    make.press(clue, "send", make.actor(clue.caller_unit))
    assert clue.state is S.submitted


@pytest.mark.requirement("LX-24", "TC-31", "TA-51")
@pytest.mark.parametrize("level", [UnitType.village, UnitType.grid])
def test_a_grid_workers_clue_is_sent_by_the_township(session, make, acting, level):
    township, item = make.township(), make.item()
    place = make.village(township) if level is UnitType.village else make.grid(make.village(township))
    theirs, worker = acting(place)
    clue = Call(title="Rubbish in the river", list_item_id=item.id)
    prepare_call(theirs, clue, worker, NOW)
    theirs.add(clue)
    theirs.commit()
    call = session.get(Call, clue.id)
    assert (call.caller_unit, call.source, call.place_unit) == (township, CallSource.grid, place)
    with pytest.raises(NotYours):
        make.press(call, "send", worker)
    make.press(call, "send", make.actor(township))
    assert call.state is S.submitted


def noticed(session, make, place, **values):
    """A clue as its form writes it; with what is to be called to change it."""
    clue, worker = Call(title="Rubbish in the river", **values), make.actor(place)

    def written(**more):
        for name, value in more.items():
            setattr(clue, name, value)
        prepare_call(session, clue, worker, NOW)
        session.add(clue)
        session.flush()
        watch_clue(session, clue, worker, NOW)

    written()
    return clue, written


@pytest.mark.requirement("LX-24", "TA-24")
def test_the_township_hears_once_of_a_clue_and_once_that_it_is_an_emergency(session, make):
    village = make.village(make.township())
    before = last_message(session)
    clue, again = noticed(session, make, village)
    assert told(session, before) == {
        clue.caller_unit.name: "%(unit)s has noticed: %(call)s. Complete the clue, and send it."
    }
    before = last_message(session)
    again(title="Rubbish in the brook")
    assert told(session, before) == {}
    again(scope=CallScope.emergency)
    assert told(session, before) == {
        clue.caller_unit.name: "%(unit)s has noticed an emergency: %(call)s. Send it by %(due)s."
    }
    heard = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
    assert (heard.audience, heard.details["unit"]) == (Audience.everyone, village.name)
    assert datetime.fromisoformat(heard.details["due"]) == ends_at(session, clue, Job.accept_watch)
    before = last_message(session)
    again(title="Rubbish in the river")
    again(scope=CallScope.key)
    assert told(session, before) == {}


@pytest.mark.requirement("LX-25")
def test_the_commissioners_community_hears_of_what_its_grids_notice_and_not_of_its_own(session, make):
    village = make.village(make.township())
    before = last_message(session)
    clue, again = noticed(session, make, make.grid(village))
    settle = "%(unit)s has noticed: %(call)s. Settle it here, or complete it: the township sends it."
    assert told(session, before)[village.name] == settle
    before = last_message(session)
    again(scope=CallScope.emergency)
    soon = "%(unit)s has noticed an emergency: %(call)s. The township sends it by %(due)s."
    assert told(session, before)[village.name] == soon
    before = last_message(session)
    clue, _ = noticed(session, make, village, scope=CallScope.emergency)
    assert told(session, before).keys() == {clue.caller_unit.name}


@pytest.mark.requirement("LX-24", "LX-25")
def test_a_township_settles_a_clue_or_throws_it_away_and_who_noticed_it_hears(session, make):
    village = make.village(make.township())
    grid = make.grid(village)
    settled, thrown = make.call(grid), make.call(grid)
    before = last_message(session)
    make.press(settled, "settle_here", make.actor(settled.caller_unit), note="Cleared the ditch.")
    of_settled = "The township has settled what you noticed: %(call)s. What was done: %(note)s"
    assert (settled.state, told(session, before)) == (S.settled_here, {grid.name: of_settled, village.name: of_settled})
    before = last_message(session)
    forget_call(session, thrown, make.actor(grid), NOW)
    assert told(session, before) == {}, "what it throws away itself it knows"
    forget_call(session, thrown, make.actor(thrown.caller_unit), NOW)
    of_thrown = "The township has deleted the clue that you noticed: %(call)s."
    assert told(session, before) == {grid.name: of_thrown, village.name: of_thrown}


@pytest.mark.requirement("LX-24", "LX-25")
def test_of_a_grids_clue_village_and_grid_hear_what_becomes_of_it_and_not_who_settles_it(session, make):
    village = make.village(make.township())
    grid, other = make.grid(village), make.grid(village)
    sent, settled = (make.call(grid, source=CallSource.grid, place_unit_id=grid.id) for _ in range(2))
    before = last_message(session)
    make.press(sent, "send")
    called = "The township has called about what you noticed: %(call)s."
    heard = told(session, before)
    assert (heard[village.name], heard[grid.name], other.name in heard) == (called, called, False)
    before = last_message(session)
    make.press(settled, "settle_here", make.commissioner(village), note="Cleared the ditch.")
    assert told(session, before) == dict.fromkeys(
        (settled.caller_unit.name, grid.name), "Settled in the community: %(call)s. What was done: %(note)s"
    )


def test_of_what_the_township_itself_writes_down_nobody_is_told(session, make):
    township = make.township()
    village = make.village(township)
    before = last_message(session)
    own = {"scope": CallScope.emergency, "source": CallSource.grid, "list_item_id": make.item().id}
    own |= {"place_unit_id": village.id}
    noticed(session, make, township, **own)
    assert told(session, before) == {}


@pytest.mark.requirement("LX-24")
def test_who_noticed_hears_what_becomes_of_the_clue(session, make):
    village = make.village(make.township())
    sent = make.call(village, source=CallSource.grid, place_unit_id=village.id)
    before = last_message(session)
    make.press(sent, "send")
    assert told(session, before)[village.name] == "The township has called about what you noticed: %(call)s."
    make.press(sent, "withdraw")
    withdrawn = "The township has withdrawn its call about what you noticed: %(call)s."
    assert told(session, before)[village.name] == withdrawn
    done = make.call(village, source=CallSource.grid, place_unit_id=village.id, state=S.awaiting_confirmation)
    make.press(done, "confirm")
    assert told(session, before)[village.name] == "What you noticed is solved: %(call)s."


@pytest.mark.requirement("LX-24", "LX-25")
def test_what_a_commissioner_settles_goes_to_nobody_and_the_township_hears_what_was_done(session, make):
    village = make.village(make.township())
    clue = make.call(village, scope=CallScope.emergency)
    watch_clue(session, clue, make.actor(village), NOW)
    session.commit()
    before = last_message(session)
    make.press(clue, "settle_here", make.commissioner(village), note="Cleared the ditch.")
    assert (clue.state, clue.sent_at, timers(session, clue)) == (S.settled_here, None, [])
    assert cancelled(session, clue) == {"accept_watch": "settled"}
    assert told(session, before).keys() == {clue.caller_unit.name}
    assert entries(session, clue)[-1].note == "Cleared the ditch."
    with pytest.raises(MovedOn):
        make.press(clue, "send", make.actor(clue.caller_unit))


@pytest.mark.requirement("LX-24")
def test_a_grid_worker_does_not_report_from_elsewhere(session, make, acting):
    township = make.township()
    ours, theirs = make.village(township), make.village(township)
    worker_session, worker = acting(ours)
    clue = Call(title="Rubbish in the river", place_unit_id=theirs.id, list_item_id=make.item().id)
    prepare_call(worker_session, clue, worker, NOW)
    worker_session.add(clue)
    with pytest.raises(OutOfSight):
        worker_session.commit()


def test_a_township_leader_may_send_too(make):
    call = make.call()
    make.press(call, "send", make.actor(call.caller_unit, RoleName.township_head))
    assert call.state is S.submitted
