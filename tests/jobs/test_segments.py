"""Pauses that last, and asking for more time that nobody answers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.calls import AssignmentState
from models.ledger import Job
from models.organisation import Duty
from models.segments import Extension, ExtensionState
from tests.models.look import china

A = AssignmentState
MINUTE = timedelta(minutes=1)


@pytest.mark.databases
def test_of_a_pause_that_lasts_the_caller_is_reminded_and_the_county_office_told(make, ledger):
    part = make.assignment(state=A.paused)
    (due,) = ledger.moments(part, Job.pause_watch)
    assert ledger.keep(Job.pause_watch, due - MINUTE) == 0
    assert ledger.keep(Job.pause_watch, due) == 1
    assert ledger.keep(Job.pause_watch, due) == 0
    caller, office = part.call.caller_unit_id, make.office(Duty.county_office).id
    assert [reminded[0] for reminded in ledger.reminded()] == [caller]
    assert {unit for unit, _, _ in ledger.told(Job.pause_watch)} == {caller, office}
    assert ledger.moments(part, Job.pause_watch) == [china("12-07 17:30")]


@pytest.mark.databases
def test_what_nobody_answers_is_refused_by_itself(make, session, ledger):
    asked = make.extension()
    promised = asked.assignment.promised_due
    (due,) = ledger.moments(asked, Job.extension_watch)
    assert ledger.keep(Job.extension_watch, due - MINUTE) == 0
    assert ledger.keep(Job.extension_watch, due) == 1
    session.expire_all()
    assert (asked.state, asked.assignment.promised_due) == (ExtensionState.lapsed, promised)
    assert [unit for unit, _, _ in ledger.told(Job.extension_watch)] == [asked.assignment.department_id]


def test_what_was_answered_meanwhile_is_left_alone(make, session, ledger):
    asked = make.extension()
    (due,) = ledger.moments(asked, Job.extension_watch)
    make.press(asked, "approve")
    assert ledger.keep(Job.extension_watch, due) == 0
    assert session.scalars(select(Extension.state)).one() is ExtensionState.approved


@pytest.mark.long
@pytest.mark.parametrize(("job", "made"), [
    (Job.pause_watch, lambda make: make.assignment(state=A.paused)),
    (Job.extension_watch, lambda make: make.extension()),
])  # fmt: skip
def test_many_cost_as_much_as_few(make, ledger, statements, job, made):
    costs = []
    for count in (3, 23):
        for _ in range(count):
            made(make)
        statements.clear()
        assert ledger.keep(job, china("12-01 17:30")) == count
        costs.append(len(statements))
    assert costs[0] == costs[1]
