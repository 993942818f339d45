"""How a department's part moves: promised, done, or rejected for a reason; a sentence for each rule."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from models.calendar import Clock, LimitUnit
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState, FailureKind
from models.door import system_session
from models.lists import ListItem
from models.organisation import Duty, Unit
from models.queries.calendar import calendar_of
from models.rules.assignments import ASSIGNMENT, in_force, other_units, others
from models.workflow import MovedOn, NotYours, Refused
from tests.make import ASSIGNMENT_PATHS, NOW, SOON, Make
from tests.models.look import cancelled, china, entries, last_message, timers, told

S = CallState
A = AssignmentState
PROMISE = {"promised_due": SOON}
NOT_OURS = {"reason": "Not ours.", "no_item_covers": True}


# Responding


@pytest.mark.requirement("TC-32")
def test_the_promise_drives_the_reminders(session, make):
    part = make.assignment()
    make.press(part, "respond", promised_due=china("11-27 15:00"))
    assert (part.state, part.promised_due) == (A.responded, china("11-27 15:00"))
    assert timers(session, part) == [("promise_remind", "11-26 15:00"), ("promise_remind", "11-27 15:00")]
    assert cancelled(session, part) == {"respond_remind": "responded"}


@pytest.mark.requirement("TC-32")
def test_contact_and_the_person_responsible_are_on_record(make):
    part = make.assignment()
    make.press(part, "respond", contact_made_at=NOW - timedelta(minutes=5), at=NOW, **PROMISE)
    assert (part.responded_at, part.contact_made_at) == (NOW, NOW - timedelta(minutes=5))
    assert part.responsible_id == make.actor(part.department).user_id


def test_the_caller_hears_the_promise(session, make):
    part = make.assignment()
    since = last_message(session)
    make.press(part, "respond", **PROMISE)
    assert told(session, since).keys() == {part.call.caller_unit.name}


@pytest.mark.parametrize("promised", [NOW, NOW - timedelta(days=1)])
def test_a_promise_lies_ahead(make, promised):
    with pytest.raises(Refused, match="lies in the past") as refused:
        make.press(make.assignment(), "respond", promised_due=promised)
    assert refused.value.field == "promised_due"


def test_a_promise_lies_within_the_countys_limit_for_promises(session, make):
    part = make.assignment()
    make.rehearsed(make.limit(clock=Clock.promise, amount=3, department_id=part.department_id), "switch_on")
    latest = calendar_of(session, part.region_id).add(NOW, 3, LimitUnit.working_day).at
    with pytest.raises(Refused, match="A promise lies before") as refused:
        make.press(part, "respond", at=NOW, promised_due=latest + timedelta(minutes=1))
    assert refused.value.field == "promised_due"
    assert refused.value.details["latest"] == "2026-11-26 17:30", "in the county's time"
    session.rollback()
    make.press(part, "respond", at=NOW, promised_due=latest)
    assert part.promised_due == latest


def test_the_first_response_sets_the_call_going(session, make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    for part in make.assignments(call):
        make.press(part, "respond", **PROMISE)
        assert call.state is S.in_progress
    assert [entry.action for entry in entries(session, call)].count("first_response") == 1


@pytest.mark.parametrize(
    ("late", "failure"), [(timedelta(), FailureKind.none), (timedelta(seconds=1), FailureKind.late_response)]
)
@pytest.mark.parametrize("name", ["respond", "reject"])
def test_a_late_answer_stays_on_record(make, name, late, failure):
    part = make.assignment(cooperating=[make.department()])
    at = part.respond_due + late
    answers = {"promised_due": at + timedelta(days=1)} if name == "respond" else NOT_OURS
    make.press(part, name, at=at, **answers)
    assert part.failure_kind is failure


def test_work_begins_with_contact_if_that_was_not_noted(make):
    part = make.assignment(state=A.working, at=NOW)
    assert part.contact_made_at == NOW
    noted = make.assignment()
    make.press(noted, "respond", contact_made_at=NOW - timedelta(hours=1), **PROMISE)
    make.press(noted, "start")
    assert noted.contact_made_at == NOW - timedelta(hours=1)


# Resolving


@pytest.mark.requirement("TA-27")
@pytest.mark.parametrize("state", [A.pending, A.responded, A.working, A.rejected])
def test_the_lead_is_the_last_to_resolve(make, state):
    helper = make.assignment(state=state, cooperating=[make.department()])
    lead = make.assignments(helper.call)[0]
    make.press(lead, "respond", **PROMISE)
    with pytest.raises(Refused, match="The lead resolves last") as refused:
        make.press(lead, "resolve", result="Done.")
    assert refused.value.details == {"units": [helper.department]}


@pytest.mark.requirement("TA-27")
def test_a_call_ends_when_every_part_has_ended(session, make):
    call = make.call(cooperating=[make.department(), make.department()], state=S.in_progress)
    lead, *helpers = make.assignments(call)
    for helper in helpers:
        make.press(helper, "resolve", result="My part is done.")
        assert call.state is S.in_progress
    since = last_message(session)
    make.press(lead, "resolve", at=SOON, result="All done.")
    assert (call.state, call.resolved_at) == (S.awaiting_confirmation, SOON)
    assert (lead.result, lead.resolved_at) == ("All done.", SOON)
    assert told(session, since).keys() == {call.caller_unit.name}


@pytest.mark.requirement("TA-27")
def test_a_rejection_that_was_upheld_holds_nobody_up(make):
    helper = make.assignment(state=A.upheld, cooperating=[make.department()])
    lead = make.assignments(helper.call)[0]
    make.press(lead, "respond", **PROMISE)
    make.press(lead, "resolve", result="Done without them.")
    assert lead.call.state is S.awaiting_confirmation


def test_what_is_resolved_is_not_watched_any_more(session, make):
    part = make.assignment(state=A.resolved)
    assert (timers(session, part), cancelled(session, part)["promise_remind"]) == ([], "resolved")


# Rejecting


@pytest.mark.requirement("TC-40")
def test_a_department_rejects_with_a_reason_and_the_right_unit(session, make):
    part, item, unit = make.assignment(cooperating=[make.department()]), make.item(), make.department()
    since = last_message(session)
    make.press(part, "reject", reason="It is a river.", list_item_id=item, proposed_unit_id=unit)
    assert (part.state, part.rejected_reason, part.rejected_at) == (A.rejected, "It is a river.", NOW)
    assert (part.cited_item, part.proposed_unit, part.no_item_covers) == (item, unit, False)
    assert (timers(session, part), cancelled(session, part)) == ([], {"respond_remind": "rejected"})
    assert told(session, since).keys() == {part.call.caller_unit.name, make.office(Duty.county_office).name}


@pytest.mark.requirement("TC-40")
def test_a_department_may_say_that_no_item_covers_it(make):
    part = make.assignment(cooperating=[make.department()])
    make.press(part, "reject", **NOT_OURS)
    assert (part.no_item_covers, part.cited_item, part.proposed_unit) == (True, None, None)


@pytest.mark.requirement("TC-40")
def test_that_no_item_covers_it_wins_over_the_item_that_stands_in_the_box_by_itself(make):
    part = make.assignment(item=make.item(), cooperating=[make.department()])
    suggested = ASSIGNMENT.transitions["reject"].suggest(part)
    assert suggested == {"list_item_id": part.call.list_item}
    make.press(part, "reject", **NOT_OURS, **suggested)
    assert (part.no_item_covers, part.cited_item) == (True, None)


@pytest.mark.requirement("TC-40")
def test_it_cites_an_item_or_says_that_there_is_none_and_not_both(make):
    part, unit = make.assignment(), make.department()
    for item, none_covers in ((None, False), (make.item(), True)):
        with pytest.raises(Refused, match="one of the two") as refused:
            make.press(part, "reject", reason="x", list_item_id=item, no_item_covers=none_covers, proposed_unit_id=unit)
        assert refused.value.field == "list_item_id"


@pytest.mark.requirement("TC-40")
def test_who_cites_an_item_names_the_unit(make):
    with pytest.raises(Refused, match="Name the unit whose duty it is") as refused:
        make.press(make.assignment(), "reject", reason="x", list_item_id=make.item())
    assert refused.value.field == "proposed_unit_id"


def test_nobody_names_their_own_unit(make):
    part = make.assignment()
    with pytest.raises(Refused, match="You named your own unit") as refused:
        make.press(part, "reject", proposed_unit_id=part.department, **NOT_OURS)
    assert refused.value.field == "proposed_unit_id"


def test_what_a_rejection_may_name_is_of_the_county(session, make):
    part = make.assignment(lead=make.department(make.county()))
    away = make.item(make.department(make.county()))
    draft = make.item(duty_list=make.duty_list())
    office = make.actor(part.department)
    units = set(session.scalars(select(Unit).where(other_units(part, office))))
    items = set(session.scalars(select(ListItem).where(in_force(part, office))))
    assert part.department not in units
    assert away.lead_department not in units
    assert part.call.caller_unit in units
    assert items == {part.call.list_item}
    assert not items & {away, draft}


def test_a_call_is_rejected_when_every_department_has(session, make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    lead, helper = make.assignments(call)
    make.press(lead, "reject", **NOT_OURS)
    assert call.state is S.dispatched
    since = last_message(session)
    make.press(helper, "reject", **NOT_OURS)
    assert call.state is S.rejected
    assert any(message.startswith("Every department rejected") for message in told(session, since).values())


def test_a_call_that_one_has_answered_is_not_rejected_by_the_other(make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    lead, helper = make.assignments(call)
    make.press(helper, "respond", **PROMISE)
    make.press(helper, "resolve", result="Done.")
    make.press(lead, "reject", **NOT_OURS)
    assert call.state is S.in_progress, "the county office finds another lead"


def test_an_upheld_rejection_and_a_rejecting_lead_make_a_rejected_call(make):
    helper = make.assignment(state=A.upheld, cooperating=[make.department()])
    make.press(make.assignments(helper.call)[0], "reject", **NOT_OURS)
    assert helper.call.state is S.rejected


# What the county office makes of a rejection


def test_a_part_is_given_to_another_in_the_same_role_and_round(session, make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    old, other = make.assignments(call)[0], make.department()
    make.press(old, "reject", **NOT_OURS)
    since = last_message(session)
    make.press(old, "reassign", at=SOON, department_id=other)
    (new,) = [part for part in make.assignments(call) if part.department is other]
    assert (old.state, new.state, new.role, new.round) == (A.reassigned, A.pending, AssignmentRole.lead, 1)
    assert timers(session, new) == [("respond_remind", "11-27 17:30"), ("respond_remind", "11-30 17:30")]
    assert told(session, since).keys() == {other.name}


@pytest.mark.requirement("TA-27")
def test_a_call_goes_on_with_its_new_lead(make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    old, helper = make.assignments(call)
    make.press(old, "reject", **NOT_OURS)
    make.press(old, "reassign", department_id=make.department())
    _old, new, _helper = make.assignments(call)
    for part in (helper, new):
        make.press(part, "respond", **PROMISE)
        make.press(part, "resolve", result="Done.")
    assert call.state is S.awaiting_confirmation


def test_a_lead_is_given_to_another_but_never_done_without(make):
    part = make.assignment(cooperating=[make.department()])
    lead = make.assignments(part.call)[0]
    make.press(lead, "reject", **NOT_OURS)
    with pytest.raises(Refused, match="A call needs a lead"):
        make.press(lead, "uphold")


@pytest.mark.parametrize(("name", "answers"), [("uphold", {}), ("reassign", {"department_id": None})])
def test_once_all_have_rejected_the_caller_decides(make, name, answers):
    call = make.call(cooperating=[make.department()], state=S.rejected)
    with pytest.raises(Refused, match="Its caller forwards or withdraws it"):
        make.press(make.assignments(call)[1], name, **answers)


def test_the_county_office_is_offered_what_can_become_of_a_rejection(make):
    office = make.actor(make.office(Duty.county_office))

    def offered(part):
        return {move.name for move in ASSIGNMENT.open_to(part, office)}

    call = make.call(cooperating=[make.department()], state=S.dispatched)
    lead, helper = make.assignments(call)
    make.press(helper, "reject", **NOT_OURS)
    assert offered(helper) == {"uphold", "reassign"}
    make.press(lead, "reject", **NOT_OURS)
    assert (call.state, offered(lead), offered(helper)) == (S.rejected, set(), set()), "the caller decides"
    running = make.call(cooperating=[make.department()], state=S.dispatched)
    make.press(make.assignments(running)[0], "reject", **NOT_OURS)
    assert offered(make.assignments(running)[0]) == {"reassign"}, "a call needs a lead"


def test_a_part_is_offered_to_others_than_its_department(session, make):
    part, other = make.assignment(), make.department()
    office = make.actor(make.office(Duty.county_office))
    assert set(session.scalars(select(Unit).where(others(part, office)))) == {other}


def test_a_part_is_not_given_to_who_has_one_already(session, make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    lead, helper = make.assignments(call)
    make.press(lead, "reject", **NOT_OURS)
    office = make.actor(make.office(Duty.county_office))
    assert session.scalars(select(Unit).where(others(lead, office))).all() == []
    with pytest.raises(Refused, match="has a part in this call already") as refused:
        make.press(lead, "reassign", department_id=helper.department)
    assert refused.value.field == "department_id"


@pytest.mark.parametrize("name", ["uphold", "reassign"])
def test_a_rejection_of_an_earlier_round_is_settled(make, name):
    case = make.case(state="filed", cooperating=[make.department()])
    old = make.assignments(case.call)[1]
    make.press(case.call, "dispatch", lead_department_id=case.responsible_unit)
    with pytest.raises(Refused, match="This round of the call is over"):
        make.press(old, name, department_id=make.department())
    assert list(ASSIGNMENT.open_to(old, make.actor(make.office(Duty.county_office)))) == []


def test_who_is_named_twice_is_asked_once(make):
    call, helper = make.call(state=S.accepted), make.department()
    lead = call.list_item.lead_department
    make.press(call, "dispatch", lead_department_id=lead, cooperating_department_ids=[helper, helper])
    assert [part.department for part in make.assignments(call)] == [lead, helper]


# Sides, states, versions


STARTS = {
    "respond": A.pending,
    "start": A.responded,
    "pause": A.working,
    "resolve": A.working,
    "reject": A.pending,
    "uphold": A.rejected,
    "reassign": A.rejected,
    "rule": A.rejected,
    "attach": A.responded,
}


def test_every_move_has_a_start():
    assert STARTS.keys() == ASSIGNMENT.moves.keys() - {"nudge", "resume"}, "those are the caller's, too"


@pytest.mark.parametrize("name", STARTS)
def test_a_move_is_no_other_sides(make, name):
    part = make.assignment(state=STARTS[name])
    for unit in (make.department(), part.call.caller_unit, make.office(Duty.supervision_office)):
        with pytest.raises(NotYours):
            make.press(
                part,
                name,
                make.actor(unit),
                result="x",
                department_id=unit,
                ruled_unit_id=unit,
                ruling="x",
                **PROMISE,
                **NOT_OURS,
            )
    assert part.state is STARTS[name]


def test_reopening_is_nobodys_to_ask_for(make):
    part = make.assignment(state=A.resolved)
    with pytest.raises(NotYours):
        make.press(part, "reopen", make.actor(part.department))


@pytest.mark.parametrize("state", [A.resolved, A.reassigned, A.upheld])
def test_an_ended_part_moves_no_more(make, state):
    part = make.assignment(state=state)
    for name in STARTS.keys() - ({"attach"} if state is A.resolved else set()):  # its result may be shown later
        with pytest.raises(MovedOn):
            make.press(part, name, result="x", department_id=part.department, **PROMISE, **NOT_OURS)


@pytest.mark.parametrize("state", ASSIGNMENT_PATHS)
def test_a_call_has_one_lead_whatever_became_of_its_parts(session, make, state):
    part = make.assignment(state=state)
    leads = select(CallAssignment).where(
        CallAssignment.call_id == part.call_id,
        CallAssignment.role == AssignmentRole.lead,
        CallAssignment.state != A.reassigned,
    )
    assert len(session.scalars(leads).all()) == 1


# At once


def at_once(engine, *works):
    """Each in a session and a thread of its own, all begun before the first ends."""
    ready = Barrier(len(works))

    def run(work):
        with system_session(engine) as session, session.begin():
            session.scalar(select(Call.id).limit(1))
            if engine.dialect.name == "postgresql":  # SQLite lets one after the other begin
                ready.wait(5)
            work(session)

    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(run, works))


@pytest.mark.databases
@pytest.mark.requirement("TC-40")
def test_of_all_who_reject_at_once_the_last_one_ends_the_call(own_engine):
    with system_session(own_engine) as session:
        make = Make(session)
        call = make.call(cooperating=[make.department(), make.department()], state=CallState.dispatched)
        parts = [(part.id, make.actor(part.department, "department_head")) for part in make.assignments(call)]
        session.commit()

    def reject(part_id, actor):
        answers = {"reason": "Not ours.", "no_item_covers": True}
        return lambda session: ASSIGNMENT.move(
            session, session.get(CallAssignment, part_id), "reject", actor=actor, now=NOW, answers=answers
        )

    at_once(own_engine, *(reject(*part) for part in parts))
    with system_session(own_engine) as session:
        assert session.scalar(select(Call.state)) is CallState.rejected


@pytest.mark.databases
def test_all_may_respond_at_once(own_engine):
    with system_session(own_engine) as session:
        make = Make(session)
        call = make.call(cooperating=[make.department(), make.department()], state=CallState.dispatched)
        parts = [(part.id, make.actor(part.department)) for part in make.assignments(call)]
        session.commit()

    def respond(part_id, actor):
        return lambda session: ASSIGNMENT.move(
            session,
            session.get(CallAssignment, part_id),
            "respond",
            actor=actor,
            now=NOW,
            answers={"promised_due": SOON},
        )

    at_once(own_engine, *(respond(*part) for part in parts))
    with system_session(own_engine) as session:
        assert set(session.scalars(select(CallAssignment.state))) == {A.responded}
        assert session.scalar(select(Call.state)) is CallState.in_progress
