"""The end of the term of turnover posts is told once, before it (TS-29)."""

from datetime import timedelta

import pytest

from models.ledger import Job, PromiseState
from models.organisation import Duty
from models.recorder import verify

pytestmark = [pytest.mark.databases, pytest.mark.requirement("TS-29")]


def test_township_and_editorial_office_hear_once_before_the_term_ends(make, session, ledger):
    make.paid_in(9)
    lent = make.lent(make.township(), 4)
    (at,) = ledger.moments(lent, Job.turnover_watch)
    assert at == lent.remind_at
    assert at.date() < lent.until_on - timedelta(days=20)
    minute = timedelta(minutes=1)
    looks = (at - minute, at, at + timedelta(days=90))
    assert [ledger.keep(Job.turnover_watch, moment) for moment in looks] == [0, 1, 0]
    told = ledger.told(Job.turnover_watch)
    assert {unit_id for unit_id, _, _ in told} == {lent.unit_id, make.office(Duty.editorial_office).id}
    assert {details["last"] for _, _, details in told} == {"2027-11-30"}
    assert [action for action, _, _ in ledger.entries(lent)] == ["turnover_watch"]
    assert verify(session) == []


def test_of_what_is_all_back_nobody_is_reminded(make, session, ledger):
    make.paid_in(9)
    lent = make.lent(make.township(), 4)
    make.press(lent, "take_back", count=4, document="x")
    for promise in ledger.promises(lent, Job.turnover_watch):  # as if the move had forgotten to cancel them
        promise.state = PromiseState.planned
    session.commit()
    assert ledger.keep(Job.turnover_watch, lent.remind_at + timedelta(days=30)) == 0
