"""Whose turn it is: from the moment that a call is sent, one unit has it in hand, through every return."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.calls import AssignmentState, CallState
from models.holdings import Holding
from models.organisation import Duty
from models.words import CallScope
from tests.models.look import china

S, A = CallState, AssignmentState


def turns(session, call):
    session.expire_all()
    of_call = select(Holding).where(Holding.call_id == call.id).order_by(Holding.id)
    return [(row.unit.name, row.minutes) for row in session.scalars(of_call)]


@pytest.fixture
def names(make):
    return {duty: make.office(duty).name for duty in (Duty.county_office, Duty.supervision_office)}


@pytest.mark.databases
def test_each_has_it_from_its_turn_to_the_next_ones(session, make, names):
    call = make.call(make.township(name="Luoyang"), lead=make.department(name="Water"))
    office = names[Duty.county_office]
    make.press(call, "send", at=china("11-23 09:00"))
    make.press(call, "accept", at=china("11-23 09:30"))
    make.press(call, "dispatch", at=china("11-23 10:00"), lead_department_id=call.list_item.lead_department)
    (part,) = make.assignments(call)
    make.press(part, "respond", at=china("11-23 11:00"), promised_due=china("11-25 17:30"))
    make.press(part, "resolve", at=china("11-24 09:00"), result="Done.")
    make.press(call, "confirm", at=china("11-24 10:30"))
    assert turns(session, call) == [(office, 60), ("Water", 2 * 60 + 3 * 60 + 30 + 30), ("Luoyang", 90)]


def test_a_return_gives_it_back_and_a_pause_too(session, make, names):
    town, office = make.township(name="Luoyang"), names[Duty.county_office]
    call = make.call(town, lead=make.department(name="Water"))
    make.press(call, "send", at=china("11-23 09:00"))
    make.press(call, "return_for_correction", at=china("11-23 09:10"), note="Where is it?")
    make.press(call, "send", at=china("11-23 10:00"))
    make.press(call, "accept", at=china("11-23 10:00"))
    make.press(call, "dispatch", at=china("11-23 10:05"), lead_department_id=call.list_item.lead_department)
    (part,) = make.assignments(call)
    make.press(part, "respond", at=china("11-23 10:15"), promised_due=china("11-25 17:30"))
    make.press(part, "pause", at=china("11-23 10:20"), reason="A drawing.")
    make.press(part, "resume", at=china("11-23 11:20"))
    assert turns(session, call) == [
        (office, 10), ("Luoyang", 50), (office, 5), ("Water", 15), ("Luoyang", 60), ("Water", None)
    ]  # fmt: skip


def test_of_a_rejection_the_caller_and_then_the_supervision_office_have_it(session, make, names):
    call = make.call(make.township(name="Luoyang"), lead=make.department(name="Water"), state=S.forwarded)
    supervision, office = names[Duty.supervision_office], names[Duty.county_office]
    assert [name for name, _ in turns(session, call)] == [office, "Water", "Luoyang", supervision]


def test_while_others_go_on_the_county_office_rules_on_the_leads_rejection(session, make, names):
    lead, helper = make.department(name="Water"), make.department()
    call = make.call(lead=lead, cooperating=[helper], state=S.dispatched)
    make.press(make.assignments(call)[0], "reject", reason="Not ours.", no_item_covers=True)
    assert turns(session, call)[-1] == (names[Duty.county_office], None)
    make.press(make.assignments(call)[0], "reassign", department_id=make.department(name="Roads"))
    assert turns(session, call)[-1] == ("Roads", None)


def test_an_emergency_is_measured_by_the_clock_on_the_wall(session, make, names):
    call = make.call(scope=CallScope.emergency)
    make.press(call, "send", at=china("11-23 23:00"))
    make.press(call, "return_for_correction", at=china("11-24 01:00"), note="Where is it?")
    assert turns(session, call)[0] == (names[Duty.county_office], 120)


def test_what_is_no_call_yet_and_what_has_ended_is_in_nobodys_hand(session, make):
    assert turns(session, make.call()) == []
    for state in (S.resolved, S.withdrawn):
        assert None not in [minutes for _, minutes in turns(session, make.call(state=state))]


def test_what_was_not_solved_is_the_leads_again(session, make):
    call = make.call(lead=make.department(name="Water"), state=S.awaiting_confirmation)
    make.press(call, "not_solved", note="It is still there.")
    assert turns(session, call)[-1] == ("Water", None)
