"""Nudges: whose they are, how many there may be, and what they moved."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.calls import AssignmentState, CallState
from models.nudges import BUDGET, Movement, Nudge
from models.organisation import Duty
from models.words import CallScope
from models.workflow import MovedOn, NotYours, Refused, workflow_of
from tests.make import NOW
from tests.models.look import china, entries, last_message, told

A_DAY = timedelta(days=1)
MONDAY = china("11-23 10:00")


@pytest.fixture
def part(make):
    return make.assignment(at=MONDAY)


def caller(make, part):
    return make.actor(part.call.caller_unit)


def nudge(make, part, at=MONDAY):
    make.press(part, "nudge", caller(make, part), at=at)


def offered(make, waiting):
    call = getattr(waiting, "call", waiting)
    return "nudge" in {move.name for move in workflow_of(type(waiting)).open_to(waiting, make.actor(call.caller_unit))}


def nudges(session):
    session.expire_all()
    return session.scalars(select(Nudge).order_by(Nudge.id)).all()


@pytest.mark.requirement("TC-36")
def test_the_caller_nudges_and_the_unit_is_told(session, make, part):
    since, state = last_message(session), part.state
    nudge(make, part)
    (row,) = nudges(session)
    assert (row.unit_id, row.by_unit_id, row.number) == (part.department_id, part.call.caller_unit_id, 1)
    assert told(session, since).keys() == {part.department.name}
    assert (part.state, entries(session, part)[-1].action) == (state, "nudge")


def test_one_a_working_day_and_refused_with_the_next_allowed_time(make, part):
    nudge(make, part)
    with pytest.raises(Refused, match="once a working day") as refused:
        nudge(make, part, MONDAY + timedelta(hours=5))
    assert refused.value.details["moment"] == "11-24 08:30"
    make.session.rollback()
    nudge(make, part, MONDAY + A_DAY)


def test_in_an_emergency_every_day_is_one_and_night_counts(session, make):
    part = make.assignment(at=china("11-28 20:00"), scope=CallScope.emergency)
    nudge(make, part, china("11-28 22:00"))
    with pytest.raises(Refused, match="once a day") as refused:
        nudge(make, part, china("11-28 23:00"))
    assert refused.value.details["moment"] == "11-29 00:00"
    make.session.rollback()
    nudge(make, part, china("11-29 00:30"))
    make.press(part, "respond", at=china("11-29 01:00"), promised_due=china("11-30 01:00"))
    told = [(row.movement, row.minutes) for row in nudges(session)]
    assert told == [(Movement.next_day, 180), (Movement.same_day, 30)]


def test_a_nudge_of_the_weekend_is_mondays(make, part):
    nudge(make, part, china("11-28 10:00"))
    with pytest.raises(Refused) as refused:
        nudge(make, part, china("11-30 10:00"))
    assert refused.value.details["moment"] == "12-01 08:30"


def test_the_budget_ends(session, make, part):
    for days in range(BUDGET):
        assert offered(make, part)
        nudge(make, part, MONDAY + days * A_DAY)
    assert not offered(make, part)
    with pytest.raises(Refused, match="no more"):
        nudge(make, part, MONDAY + 4 * A_DAY)
    session.rollback()
    assert [row.number for row in nudges(session)] == [1, 2, 3]


@pytest.mark.databases
@pytest.mark.parametrize("again", [{"number": 2}, {"day": (MONDAY + A_DAY).date()}, {"number": 4}])
def test_the_database_keeps_the_budget_too(session, make, part, again):
    nudge(make, part)
    (row,) = nudges(session)
    same = {name: getattr(row, name) for name in ("region_id", "call_id", "assignment_id", "unit_id", "by_unit_id")}
    said = {"number": 1, "day": row.day, "at": NOW} | again
    if "number" in again and again["number"] > BUDGET:
        said["day"] = row.day + A_DAY
    session.add(Nudge(**same, **said))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("state", [AssignmentState.resolved, AssignmentState.rejected])
def test_only_while_it_is_the_other_sides_turn(make, state):
    part = make.assignment(state=state)
    with pytest.raises(MovedOn):
        nudge(make, part)


def test_nobody_but_the_caller_nudges(make, part):
    for unit in (part.department, make.township(), make.department()):
        with pytest.raises(NotYours):
            make.press(part, "nudge", make.actor(unit))


@pytest.mark.parametrize(
    ("at", "movement", "minutes"),
    [
        (china("11-23 11:00"), Movement.same_day, 60),
        (china("11-24 09:00"), Movement.next_day, 120 + 210 + 30),
        (china("11-26 09:00"), Movement.later, 120 + 210 + 2 * 420 + 30),
    ],
)
def test_what_moves_next_is_measured_in_working_time(session, make, part, at, movement, minutes):
    nudge(make, part)
    assert nudges(session)[0].movement is Movement.none_yet
    make.press(part, "respond", at=at, promised_due=at + 9 * A_DAY)
    (row,) = nudges(session)
    assert (row.movement, row.moved_at, row.minutes) == (movement, at, minutes)
    make.press(part, "start", at=at + A_DAY)
    assert nudges(session)[0].moved_at == at


# The county office, while a call waits there


@pytest.fixture
def call(make):
    return make.call(state=CallState.submitted, at=MONDAY)


def nudge_office(make, call, at=MONDAY):
    make.press(call, "nudge", make.actor(call.caller_unit), at=at)


@pytest.mark.requirement("TC-36")
@pytest.mark.parametrize("state", [CallState.submitted, CallState.accepted])
def test_the_county_office_is_nudged_while_a_call_waits_there(session, make, state):
    call = make.call(state=state, at=MONDAY)
    since, due = last_message(session), call.accept_due
    nudge_office(make, call)
    (row,) = nudges(session)
    county_office = make.office(Duty.county_office)
    assert (row.call_id, row.assignment_id, row.unit_id, row.number) == (call.id, None, county_office.id, 1)
    assert told(session, since).keys() == {county_office.name}
    assert (call.state, call.accept_due, entries(session, call)[-1].action) == (state, due, "nudge")


def test_the_office_has_the_budget_of_a_part(make, call):
    nudge_office(make, call)
    with pytest.raises(Refused, match="once a working day") as refused:
        nudge_office(make, call, MONDAY + timedelta(hours=5))
    assert refused.value.details["moment"] == "11-24 08:30"
    make.session.rollback()
    make.press(call, "accept", at=MONDAY + timedelta(hours=6))
    for days in (1, 2):
        assert offered(make, call)
        nudge_office(make, call, MONDAY + days * A_DAY)
    assert not offered(make, call)
    with pytest.raises(Refused, match="no more"):
        nudge_office(make, call, MONDAY + 4 * A_DAY)


def test_what_the_office_was_nudged_for_is_not_counted_of_a_part(session, make, call):
    nudge_office(make, call)
    for name in ("accept", "dispatch"):
        make.press(call, name, at=MONDAY, **({"lead_department_id": make.department()} if name == "dispatch" else {}))
    (part,) = make.assignments(call)
    nudge(make, part)
    assert [(row.assignment_id, row.number) for row in nudges(session)] == [(None, 1), (part.id, 1)]


@pytest.mark.databases
@pytest.mark.parametrize("again", [{"number": 2}, {"day": (MONDAY + A_DAY).date()}])
def test_the_database_keeps_the_budget_of_the_office_too(session, make, call, again):
    nudge_office(make, call)
    (row,) = nudges(session)
    same = {name: getattr(row, name) for name in ("region_id", "call_id", "unit_id", "by_unit_id")}
    session.add(Nudge(**same, **{"number": 1, "day": row.day, "at": NOW} | again))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("state", [CallState.returned, CallState.dispatched, CallState.rejected])
def test_the_office_is_left_alone_when_it_is_not_its_turn(make, state):
    with pytest.raises(MovedOn):
        nudge_office(make, make.call(state=state))


@pytest.mark.parametrize("name", ["accept", "return_for_correction"])
def test_what_the_office_does_next_is_measured(session, make, call, name):
    nudge_office(make, call)
    make.press(call, name, at=china("11-24 09:00"), note="Name the village.")
    (row,) = nudges(session)
    assert (row.movement, row.minutes) == (Movement.next_day, 120 + 210 + 30)


def test_a_dispatch_answers_a_nudge_too(session, make):
    call = make.call(state=CallState.accepted, at=MONDAY)
    nudge_office(make, call)
    make.press(call, "dispatch", at=MONDAY + timedelta(hours=1), lead_department_id=make.department())
    assert nudges(session)[0].movement is Movement.same_day
