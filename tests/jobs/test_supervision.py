"""The clock of supervision orders: who does not answer rises a level, and more people hear of it."""

from datetime import timedelta

import pytest

from models.ledger import Job
from models.organisation import Duty
from models.recorder import verify
from models.supervision import OrderState
from tests.make import NOW

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=60)
ESCALATE = Job.supervision_escalate


@pytest.fixture
def order(make):
    return make.order(assignment=make.assignment(), due=NOW + timedelta(days=4))


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_an_order_not_acknowledged_and_not_replied_to_rises_and_its_recipients_widen(make, session, ledger, order):
    acknowledge, due = ledger.moments(order, ESCALATE)
    assert (acknowledge, due) == (order.acknowledge_due, order.due)
    supervision, leaders = (make.office(duty).id for duty in (Duty.supervision_office, Duty.leadership))

    assert ledger.keep(ESCALATE, acknowledge - MINUTE) == 0
    assert ledger.keep(ESCALATE, acknowledge) == 1
    session.refresh(order)
    assert (order.level, order.raised_at) == (2, acknowledge)
    assert [told[:2] for told in ledger.told(ESCALATE)] == [(order.unit_id, "heads"), (supervision, "everyone")]

    assert ledger.keep(ESCALATE, due) == 1
    session.refresh(order)
    assert order.level == 3
    assert [told[:2] for told in ledger.told(ESCALATE)[2:]] == [
        (order.unit_id, "heads"),
        (supervision, "everyone"),
        (leaders, "heads"),
    ]
    assert ledger.moments(order, ESCALATE) != []
    assert ledger.entries(order)[-1][2]["level"] == 3
    assert verify(session) == []


@pytest.mark.requirement("TC-36")
def test_two_looks_in_one_sweep_raise_it_once_and_twice_is_once(session, ledger, order):
    ledger.keep(ESCALATE, order.due + MINUTE)
    session.refresh(order)
    assert (order.level, len(ledger.entries(order))) == (2, 1)
    ledger.keep(ESCALATE, order.due + MINUTE)
    session.refresh(order)
    assert order.level == 2


def test_acknowledged_in_time_it_waits_for_the_reply(make, session, ledger, order):
    make.press(order, "acknowledge")
    assert ledger.keep(ESCALATE, order.acknowledge_due) == 0
    assert ledger.keep(ESCALATE, order.due) == 1
    session.refresh(order)
    assert order.level == 2


@pytest.mark.parametrize("state", [OrderState.replied, OrderState.verified, OrderState.closed])
def test_what_was_answered_rises_no_more(make, session, ledger, state):
    order = make.order(assignment=make.assignment(), state=state)
    for promise in ledger.promises(order, ESCALATE):
        promise.state = "planned"
    assert ledger.keep(ESCALATE, LATER) == 0
    session.refresh(order)
    assert order.level == 1


@pytest.mark.databases
def test_an_order_of_the_clocks_own_is_watched_too(make, session, ledger):
    part = make.assignment(state="responded")
    ledger.keep(Job.promise_remind, part.promised_due)
    assert ledger.keep(ESCALATE, LATER) == 1
