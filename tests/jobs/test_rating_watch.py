"""What becomes of ratings by themselves: reminded, revealed or not rated, and the call closed; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from jobs.audit import recount
from models.calls import CallState
from models.ledger import Job
from models.notices import Outbox
from models.organisation import Unit
from models.ratings import CaseAssessment, MutualRating, RatingLevel, RatingState
from models.recorder import RecorderEntry, verify
from models.rules.ledger import plan
from models.supervision import Reminder
from tests.models.look import china

S, L = RatingState, RatingLevel
WATCH = Job.rating_watch

pytestmark = pytest.mark.databases


@pytest.fixture
def call(make):
    return make.call(cooperating=[make.department()], state=CallState.resolved)


def heard(ledger):
    return [unit for unit, _, _ in ledger.told(WATCH)]


def counts(session):
    return [session.scalar(select(func.count()).select_from(t)) for t in (Outbox, RecorderEntry, CaseAssessment)]


@pytest.mark.requirement("TC-34")
def test_only_who_still_owes_a_rating_is_reminded_and_nobody_else_is_told(make, session, ledger, call):
    _, helper = make.assignments(call)
    make.rate(make.ratings(call)[1])  # the lead's
    soon, over = ledger.moments(call, WATCH)
    assert (soon, over) == (china("11-26 17:30"), china("11-30 17:30"))  # two working days before
    assert ledger.keep(WATCH, soon - timedelta(minutes=1)) == 0
    assert ledger.keep(WATCH, soon) == 1
    assert sorted(heard(ledger)) == sorted([call.caller_unit_id, helper.department_id])
    assert session.scalar(select(func.count()).select_from(Reminder)) == 0
    assert ledger.entries(call) == [("rating_watch", {}, {})]
    assert call.state is CallState.resolved


@pytest.mark.requirement("TC-34", "LX-29")
def test_at_the_limit_what_is_in_is_revealed_and_the_rest_is_not_rated(make, session, ledger, call):
    lead, helper = make.assignments(call)
    mine, _, _, helpers = make.ratings(call)
    make.rate(mine, L.dissatisfied)
    make.rate(helpers, L.satisfied)
    _, over = ledger.moments(call, WATCH)
    assert ledger.keep(WATCH, over) == 1
    session.expire_all()
    assert (call.state, call.closed_at) == (CallState.closed, over)
    assert [rating.state for rating in make.ratings(call)] == [S.revealed, S.not_rated, S.not_rated, S.revealed]
    assert {rating.revealed_at for rating in make.ratings(call)} == {over}
    rows = session.execute(select(CaseAssessment.unit_id, CaseAssessment.satisfied, CaseAssessment.points)).all()
    assert sorted(rows) == sorted(
        [(call.caller_unit_id, True, 100), (lead.department_id, False, 70), (helper.department_id, None, 100)]
    )
    assert heard(ledger) == [lead.department_id, call.caller_unit_id]


@pytest.mark.requirement("LX-29", "ZG-04")
def test_two_sweeps_close_a_call_once(make, session, ledger, call):
    make.rate(make.ratings(call)[0])
    over = call.rate_due + timedelta(days=30)
    assert (ledger.keep(WATCH, over), ledger.keep(WATCH, over)) == (1, 0)
    before = counts(session)
    assert ledger.keep(WATCH, over + timedelta(days=30)) == 0
    assert counts(session) == before
    assert before[2] == 3
    assert [action for action, _, _ in ledger.entries(call)] == ["close"]
    assert verify(session) == []


def test_what_closed_before_is_left_alone(make, session, ledger):
    call = make.call(state=CallState.closed)
    plan(session, call, WATCH, call.rate_due - timedelta(days=1), call.rate_due)  # as if its clock had not stopped
    session.commit()
    before = counts(session)
    assert ledger.keep(WATCH, call.rate_due + timedelta(days=30)) == 0
    assert counts(session) == before


def test_each_entry_tells_what_changed(make, session, ledger, call):
    given, waiting, *_ = make.ratings(call)
    make.rate(given)
    ledger.keep(WATCH, over := call.rate_due)
    stamp = over.isoformat(timespec="microseconds")
    before, after = {"state": "given", "revealed_at": None}, {"state": "revealed", "revealed_at": stamp}
    assert ledger.entries(given) == [("reveal", before, after)]
    before, after = {"state": "waiting", "revealed_at": None}, {"state": "not_rated", "revealed_at": stamp}
    assert ledger.entries(waiting) == [("lapse", before, after)]
    written = session.scalars(select(CaseAssessment)).first()
    ((action, _, after),) = ledger.entries(written)
    assert (action, after["unit_id"], after["points"]) == ("create", written.unit_id, written.points)


def test_a_lost_clock_of_a_resolved_call_runs_again(make, session, ledger, call):
    for promise in ledger.promises(call, WATCH):
        session.delete(promise)
    session.commit()
    assert recount(session, call.rate_due).did == 1
    assert ledger.keep(WATCH, call.rate_due) == 1
    session.expire_all()
    assert call.state is CallState.closed


def test_closing_costs_the_same_for_one_call_and_for_ten(make, session, ledger, statements):
    def closing(number):
        calls = [make.call(cooperating=[make.department()], state=CallState.resolved) for _ in range(number)]
        for call in calls:
            make.rate(make.ratings(call)[0])
        session.expire_all()
        over = calls[0].rate_due
        statements.clear()
        ledger.keep(WATCH, over)
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    assert closing(1) == closing(10)
    assert session.scalar(select(func.count()).select_from(MutualRating).where(MutualRating.state == S.given)) == 0
    assert session.scalar(select(func.count()).select_from(Unit)) > 10
