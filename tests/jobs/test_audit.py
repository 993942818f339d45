import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from jobs.audit import WATCHED, recount
from jobs.watch import Done
from models.calls import CallState
from models.ledger import Job, Promise, PromiseState
from models.recorder import heads, verify
from tests.jobs.test_sweep import SUBJECTS
from tests.make import ASSIGNMENT_PATHS, CALL_PATHS, CASE_PATHS, NOW
from tests.make_admissions import ADMISSION_PATHS

TOMORROW = NOW + timedelta(days=1)
DUE = {(watched.job, watched.model): watched.due for watched in WATCHED}

pytestmark = pytest.mark.databases


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.ERROR, logger="jobs.audit")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "jobs.audit"]


def test_every_clock_is_looked_after():
    assert DUE.keys() == SUBJECTS.keys()


@pytest.mark.parametrize(("job", "model"), SUBJECTS)
def test_a_clock_that_does_not_run_runs_again(make, session, ledger, told, job, model):
    subject = SUBJECTS[job, model](make, {})
    due, last = getattr(subject, DUE[job, model]), max(p.occurrence for p in ledger.promises(subject, job))
    for promise in ledger.promises(subject, job):
        promise.state, promise.cause = PromiseState.cancelled, "a slip"
    assert recount(session, NOW) == Done(1, 1)
    assert recount(session, NOW) == Done(0, 0)
    assert ledger.moments(subject, job) == [due]
    assert ledger.promises(subject, job)[-1].occurrence == last + 1
    assert told() == [f"{job}: 1 clocks did not run, and run again: {subject.__tablename__} {subject.id}"]
    ledger.keep(job, due)
    assert ledger.entries(subject), "and it has its effect"


def test_the_heads_of_the_recorder_leave_with_the_log(make, session, caplog):
    caplog.set_level(logging.INFO, logger="jobs.audit")
    make.call(state=CallState.submitted)
    recount(session, NOW)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "jobs.audit"]
    kept = {int(chain): tuple(head) for chain, head in json.loads(line.partition(": ")[2]).items()}
    assert verify(session, kept) == []
    make.call()
    assert kept != heads(session)


def test_what_was_kept_does_not_run_again(make, session, ledger, told):
    for job, model in SUBJECTS:
        SUBJECTS[job, model](make, {})
        ledger.keep(job, NOW + timedelta(days=60))
    assert recount(session, NOW + timedelta(days=61)) == Done(0, 0)
    assert told() == []


def test_nothing_is_said_of_a_ledger_that_is_complete(make, session, told):
    for state in CALL_PATHS:
        make.call(state=state)
    for state in ASSIGNMENT_PATHS:
        make.assignment(state=state)
    for state in CASE_PATHS:
        make.case(state=state)
    for state in ADMISSION_PATHS:
        make.admission(state=state)
    for days in range(10):
        assert recount(session, NOW + timedelta(days=days)) == Done(0, 0)
    assert told() == []


def test_many_are_restored_by_one_statement_and_a_few_are_named(make, session, told, statements):
    calls = [make.call(state=CallState.submitted).id for _ in range(12)]
    session.execute(delete(Promise))
    statements.clear()
    assert recount(session, NOW) == Done(12, 12)
    assert len([sent for sent in statements if sent.startswith("INSERT")]) == 1
    named = ", ".join(map(str, calls[:10]))
    assert told() == [f"accept_watch: 12 clocks did not run, and run again: call {named}"]


def test_a_clock_of_yesterday_that_the_ledger_does_not_know_is_told(make, session, told):
    call = make.call(state=CallState.accepted)
    session.execute(delete(Promise))
    assert recount(session, NOW) == Done(0, 0)
    assert told() == []
    assert recount(session, TOMORROW) == Done(0, 0)
    assert told() == [f"accept_watch: 1 clocks of yesterday are not in the ledger: call {call.id}"]


def test_a_promise_kept_in_silence_is_told(make, session, ledger, told):
    call = make.call(state=CallState.submitted)
    (soon, _) = ledger.promises(call, Job.accept_watch)
    kept = update(Promise).where(Promise.id == soon.id).values(state=PromiseState.fired, fired_at=soon.due_at)
    session.execute(kept)
    recount(session, soon.due_at + timedelta(days=1))
    assert told() == [f"accept_watch: 1 promises kept yesterday left no entry in the recorder: call {call.id}"]
    assert session.scalar(select(Promise.state).where(Promise.id == soon.id)) is PromiseState.fired
