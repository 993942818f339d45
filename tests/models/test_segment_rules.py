"""A promise rests while the caller owes something, and moves when more time is granted; a sentence for each rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.calls import AssignmentState, CallState
from models.organisation import Duty
from models.rules.segments import LONGEST, prepare_extension, promised_again
from models.segments import Extension, ExtensionState, Pause
from models.words import CallScope
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import cancelled, china, last_message, timers, told

A, E = AssignmentState, ExtensionState
ASKS = {"reason": "A drawing of the place."}


@pytest.fixture
def part(make):
    """Promised on Monday at nine for Friday at three in the afternoon."""
    return make.assignment(state=A.responded, promised=china("11-27 15:00"))


# Pauses


def test_the_clock_rests_and_nobody_is_reminded_of_it(session, make, part):
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    assert part.state is A.paused
    assert cancelled(session, part)["promise_remind"] == "paused"
    assert timers(session, part) == [("pause_watch", "12-01 17:30")]


def test_after_it_as_much_working_time_is_left_as_before(session, make, part):
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    make.press(part, "resume", at=china("11-25 09:00"))
    assert (part.state, part.promised_due) == (A.working, china("11-30 15:00"))
    assert part.first_promised_due == china("11-27 15:00")
    assert timers(session, part)[-1] == ("promise_remind", "11-30 15:00")
    assert cancelled(session, part)["pause_watch"] == "resumed"


def test_with_the_leads_clock_rests_that_of_the_call(make, part):
    before = part.call.resolve_due
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    make.press(part, "resume", at=china("11-25 09:00"))
    assert part.call.resolve_due == china("12-08 17:30")
    assert before == china("12-07 17:30")


def test_of_who_only_helps_the_call_does_not_wait(make):
    part = make.assignment(state=A.responded, cooperating=[make.department()])
    before = part.call.resolve_due
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    make.press(part, "resume", at=china("11-25 09:00"))
    assert part.call.resolve_due == before


def test_an_emergency_rests_by_the_clock_on_the_wall(make):
    part = make.assignment(state=A.responded, promised=china("11-24 03:00"), scope=CallScope.emergency)
    make.press(part, "pause", at=china("11-23 20:00"), **ASKS)
    make.press(part, "resume", at=china("11-23 22:30"))
    assert part.promised_due == china("11-24 05:30")


def test_what_is_over_is_not_mended_by_a_pause(make, part):
    with pytest.raises(Refused, match="has passed"):
        make.press(part, "pause", at=china("11-27 15:00"), **ASKS)


def test_the_caller_hears_what_it_owes_and_may_say_that_it_came(session, make, part):
    since = last_message(session)
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    assert told(session, since).keys() == {part.call.caller_unit.name}
    since = last_message(session)
    make.press(part, "resume", make.actor(part.call.caller_unit), at=china("11-25 09:00"))
    assert told(session, since).keys() == {part.call.caller_unit.name, part.department.name}


def test_nothing_is_reported_while_it_rests(make, part):
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    with pytest.raises(Refused, match="not possible while"):
        make.press(part, "resolve", result="Done.")


def test_what_was_promised_gives_the_deadline_anew_with_all_that_happened(session, make, part):
    """Recomputed from history, it is what is stored."""
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    make.press(make.extension(part_paused_later(make, part)), "approve", at=china("11-25 11:00"))
    make.press(part, "pause", at=china("11-26 10:00"), **ASKS)
    make.press(part, "resume", at=china("11-27 16:00"))
    assert len(session.scalars(select(Pause)).all()) == 2
    assert promised_again(session, part) == part.promised_due
    assert part.promised_due > china("12-03 15:00")


def part_paused_later(make, part):
    make.press(part, "resume", at=china("11-25 09:00"))
    return part


def test_a_promise_made_anew_forgets_what_an_earlier_one_went_through(session, make):
    call = make.call(state=CallState.in_progress, promised=china("11-27 15:00"))
    (part,) = make.assignments(call)
    make.press(part, "pause", at=china("11-24 09:00"), **ASKS)
    make.press(part, "resume", at=china("11-25 09:00"))
    make.press(part, "resolve", result="Done.", at=china("11-25 10:00"))
    make.press(call, "not_solved", at=china("11-26 09:00"), note="It is still there.")
    assert part.promised_due == part.first_promised_due == call.resolve_due
    assert promised_again(session, part) == part.promised_due


# More time


def test_it_is_asked_for_and_the_county_office_hears(session, make, part):
    since = last_message(session)
    asked = make.extension(part)
    assert (asked.state, asked.answer_due, asked.due_before) == (E.asked, china("11-24 17:30"), part.promised_due)
    assert told(session, since).keys() == {make.office(Duty.county_office).name}
    assert timers(session, asked) == [("extension_watch", "11-24 17:30")]


def test_granted_the_promise_moves_and_the_first_one_stays_on_record(session, make, part):
    asked = make.extension(part, days=3)
    make.press(asked, "approve", at=china("11-24 10:00"))
    assert (asked.state, part.promised_due, asked.due_after) == (E.approved, china("12-02 17:30"), part.promised_due)
    assert part.first_promised_due == china("11-27 15:00")
    assert part.call.resolve_due == china("12-10 17:30")
    assert timers(session, part)[-1] == ("promise_remind", "12-02 17:30")
    assert cancelled(session, asked) == {"extension_watch": "answered"}


def test_refused_the_promise_stands(session, make, part):
    asked = make.extension(part)
    since = last_message(session)
    make.press(asked, "refuse", at=china("11-24 10:00"), note="There is no flood.")
    assert (asked.state, part.promised_due) == (E.refused, china("11-27 15:00"))
    assert told(session, since).keys() == {part.department.name, part.call.caller_unit.name}


def test_nobody_grants_it_to_themselves(make):
    office = make.office(Duty.county_office)
    part = make.assignment(state=A.responded)
    asked = make.extension(part)
    with pytest.raises(NotYours):
        make.press(asked, "approve", make.actor(part.department))
    part.department_id = office.id
    with pytest.raises(Refused, match="their own unit"):
        make.press(asked, "approve", make.actor(office))


@pytest.mark.parametrize("days", [0, -1, LONGEST + 1])
def test_it_has_a_measure(make, part, days):
    with pytest.raises(Refused, match="days") as refused:
        make.extension(part, days=days)
    assert refused.value.field == "days"


def test_it_is_too_late_when_the_promise_has_passed(make, part):
    with pytest.raises(Refused, match="too late"):
        make.extension(part, at=part.promised_due + timedelta(minutes=1))


def test_one_is_answered_before_another_is_asked_for(make, part):
    make.extension(part)
    with pytest.raises(Refused, match="Wait for the answer"):
        make.extension(part)


def test_it_is_granted_twice_and_no_more(make, part):
    for _ in range(2):
        make.press(make.extension(part), "approve")
    with pytest.raises(Refused, match="no more"):
        make.extension(part)


@pytest.mark.parametrize("state", [A.pending, A.resolved, A.paused])
def test_only_who_is_at_work_asks_for_it(make, state):
    with pytest.raises(Refused, match="at work on") as refused:
        make.extension(make.assignment(state=state))
    assert refused.value.field == "assignment"


def test_for_another_unit_it_is_not_asked(session, make, part):
    another = make.actor(make.department())
    with pytest.raises(Refused, match="at work on"):
        prepare_extension(session, Extension(assignment_id=part.id, days=1, reason="None."), another, NOW)


@pytest.mark.parametrize("name", ["resolve", "annul"])
def test_what_is_done_is_not_extended(session, make, part, name):
    asked = make.extension(part)
    make.press(part, name, result="Done.")
    assert (asked.state, asked.decided_at) == (E.lapsed, NOW)
    assert cancelled(session, asked) == {"extension_watch": "moved on"}
    with pytest.raises(MovedOn):
        make.press(asked, "approve")


def test_what_is_taken_up_again_may_be_extended_again(session, make):
    """What was asked for before it was resolved moves nothing any more: neither the new promise nor the call."""
    part = make.assignment(state=A.responded, promised=china("11-27 15:00"))
    make.extension(part)
    make.press(part, "resolve", result="Done.")
    make.press(part.call, "not_solved", note="It is still there.")
    again = make.extension(part, days=3)
    make.press(again, "approve")
    assert part.promised_due == part.call.resolve_due == china("12-10 17:30")
    assert promised_again(session, part) == part.promised_due
