"""Steps of the ladder that are taken by number: two yellow cards on one call, three red ones in a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.calendar import CountedIn, Point, ReminderStep
from models.ledger import Job, Promise
from models.organisation import Duty
from models.recorder import verify
from models.rules.ladder import LADDER
from tests.make import NOW
from tests.models.look import china

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RESPOND, PROMISE = Job.respond_remind, Job.promise_remind
YELLOW, RED, TALK = LADDER + 2, LADDER + 3, LADDER + 4


@pytest.fixture
def ladders(make, session):
    """As the reference data have them: red after two yellow cards on a call, a talk after three red ones in a year."""
    for job in (RESPOND, PROMISE):
        red = make.ladder(job)[3]
        red.after_count, red.of_level, red.within = 2, 2, CountedIn.call
        make._add(
            ReminderStep(region_id=red.region_id, ladder=red.ladder, level=4, name="Talk", point=Point.by_count,
                         amount=0, heads=True, county_office=True, after_count=3, of_level=3, within=CountedIn.year)
        )  # fmt: skip
    session.commit()


@pytest.fixture
def taken(session):
    """`taken(step)`: the clocks and moments at which it had an effect."""

    def look(step):
        had = select(Promise.job, Promise.subject_id, Promise.fired_at).where(
            Promise.step == step, Promise.state == "fired", Promise.cause == ""
        )
        return [tuple(row) for row in session.execute(had.order_by(Promise.id))]

    return look


def moments(ledger, part, job):
    """Of a clock that was just planned: when which step is due."""
    return {promise.step: promise.due_at for promise in ledger.promises(part, job) if promise.state == "planned"}


@pytest.fixture
def yellow(make, session, ledger, ladders):
    """A part that got a yellow card for its silence, and then promised a result."""
    part = make.assignment()
    at = moments(ledger, part, RESPOND)[YELLOW]
    ledger.keep(RESPOND, at)
    session.expire_all()
    make.press(part, "respond", at=at + HOUR, promised_due=at + 3 * DAY)
    return part


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_the_second_yellow_card_on_a_call_is_a_red_one_at_once_and_once(session, ledger, yellow, taken):
    part, planned = yellow, moments(ledger, yellow, PROMISE)
    ledger.keep(PROMISE, planned[YELLOW] - HOUR)
    assert [step for _, _, _, step in ledger.reminded() if step >= YELLOW] == [YELLOW]
    assert taken(RED) == []
    for later in (planned[YELLOW], planned[YELLOW], planned[RED]):
        ledger.keep(PROMISE, later)
        assert taken(RED) == [(PROMISE, part.id, planned[YELLOW])]
    assert [step for _, _, job, step in ledger.reminded() if job == PROMISE and step >= YELLOW] == [YELLOW, RED]
    assert verify(session) == []


def test_yellow_cards_on_two_calls_or_of_two_units_are_none_on_one(make, session, ledger, yellow, taken):
    again = make.assignment(lead=yellow.department, at=china("12-07 09:00"))
    ledger.keep(RESPOND, at := moments(ledger, again, RESPOND)[YELLOW])
    session.expire_all()
    make.press(again, "respond", at=at + HOUR, promised_due=at + 90 * DAY)
    helping = make.assignment(cooperating=[make.department()], lead=yellow.department, at=china("12-14 09:00"))
    ledger.keep(RESPOND, moments(ledger, helping, RESPOND)[YELLOW])
    assert len(taken(YELLOW)) == 4
    assert taken(RED) == []


def red(make, ledger, lead, at=NOW, calls=1):
    parts = [make.assignment(lead=lead, at=at) for _ in range(calls)]
    ledger.keep(RESPOND, moments(ledger, parts[0], RESPOND)[RED])
    return parts


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
@pytest.mark.parametrize("at_once", [True, False])
def test_the_third_red_card_in_a_year_calls_the_unit_in_once(make, session, ledger, ladders, taken, at_once):
    lead, county = make.department(), make.office(Duty.county_office).id
    red(make, ledger, lead, calls=2)
    red(make, ledger, make.department())
    assert (len(taken(RED)), taken(TALK)) == (3, [])
    if at_once:
        first, _ = red(make, ledger, lead, at=china("12-01 09:00"), calls=2)
    else:
        (first,) = red(make, ledger, lead, at=china("12-01 09:00"))
        red(make, ledger, lead, at=china("12-08 09:00"))
    assert [(job, subject) for job, subject, _ in taken(TALK)] == [(RESPOND, first.id)]
    told = [(unit, audience) for unit, audience, said in ledger.told(RESPOND) if said.get("step") == "Talk"]
    assert told == [(lead.id, "heads"), (county, "everyone")]
    assert (lead.id, first.call_id, RESPOND, TALK) in ledger.reminded()
    ledger.keep(RESPOND, china("12-20 09:00"))
    assert len(taken(TALK)) == 1
    assert verify(session) == []


def test_a_year_begins_anew(make, ledger, ladders, taken):
    lead = make.department()
    red(make, ledger, lead, calls=2)
    red(make, ledger, lead, at=china("12-29 09:00"))
    assert (len(taken(RED)), taken(TALK)) == (3, [])


def test_a_step_that_came_too_late_to_have_an_effect_is_no_card(make, session, ledger, ladders, taken):
    """Two of level 1 are counted here: the first is not said any more, for its limit is over; the second is."""
    for step in session.scalars(select(ReminderStep).where(ReminderStep.level == 3)):
        step.of_level = 1
    session.commit()
    part = make.assignment()
    ledger.keep(RESPOND, at := moments(ledger, part, RESPOND)[YELLOW])
    session.expire_all()
    make.press(part, "respond", at=at + HOUR, promised_due=at + 10 * DAY)
    ledger.keep(PROMISE, moments(ledger, part, PROMISE)[LADDER + 1])
    assert [job for job, _, _ in taken(LADDER + 1)] == [PROMISE]
    assert taken(RED) == []


def test_counting_costs_as_much_for_many_cards_as_for_few(make, ledger, ladders, statements):
    costs = []
    for calls in (3, 9):
        lead = make.department()
        parts = [make.assignment(lead=lead) for _ in range(calls)]
        due = moments(ledger, parts[0], RESPOND)[RED]
        statements.clear()
        ledger.keep(RESPOND, due)
        costs.append(len(statements))
    assert costs[0] == costs[1]
