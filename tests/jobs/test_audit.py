import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.database import upgrade
from jobs.audit import FIGURES, LATE, WATCHED, recount
from jobs.watch import Done
from models.calls import CallState
from models.door import system_session
from models.ledger import Job, LedgerAudit, Promise, PromiseState
from models.recorder import heads, verify
from models.words import CallScope
from tests.jobs.test_sweep import SUBJECTS
from tests.make import ASSIGNMENT_PATHS, CALL_PATHS, CASE_PATHS, NOW, Make
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


@pytest.mark.long
def test_what_was_kept_does_not_run_again(make, session, ledger, told):
    for job, model in SUBJECTS:
        SUBJECTS[job, model](make, {})
        ledger.keep(job, NOW + timedelta(days=60))
    assert recount(session, NOW + timedelta(days=61)) == Done(0, 0)
    assert told() == []


@pytest.mark.long
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
    assert len([sent for sent in statements if sent.startswith("INSERT INTO promise")]) == 1
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


# What is kept of each night


def figures(session, county):
    """What the last night found of a county, but for what it did not find."""
    last = select(LedgerAudit).where(LedgerAudit.region_id == county.id).order_by(LedgerAudit.id.desc()).limit(1)
    row = session.scalars(last).one()
    return {name: number for name in FIGURES if (number := getattr(row, name))}


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (timedelta(), {"promises": 2, "kept": 2}),
        (LATE, {"promises": 2, "kept": 2}),
        (LATE + timedelta(seconds=1), {"promises": 2, "kept": 1, "late": 1}),
        (None, {"promises": 2, "kept": 1, "missed": 1}),
    ],
)
def test_a_night_counts_what_was_due_the_day_before_in_each_county(make, session, ledger, after, found):
    home, other = make.home, make.county()
    call = make.call(state=CallState.submitted, scope=CallScope.key)
    soon, over = ledger.promises(call, Job.accept_watch)
    make.call(state=CallState.accepted)  # whose promises were cancelled
    make.call(state=CallState.submitted, at=TOMORROW)  # whose come later
    ledger.keep(Job.accept_watch, soon.due_at)
    if after is not None:
        ledger.keep(Job.accept_watch, over.due_at + after)
    recount(session, over.due_at + timedelta(days=1))
    assert figures(session, home) == found
    assert figures(session, other) == {}


def test_what_is_not_due_yet_or_was_due_before_is_another_nights(make, session, ledger):
    call = make.call(state=CallState.submitted, scope=CallScope.key)
    due = ledger.promises(call, Job.accept_watch)[-1].due_at
    for days in (0, 3):
        recount(session, due + timedelta(days=days))
        assert "promises" not in figures(session, make.home)


def test_a_moment_kept_a_second_time_is_told_as_doubled(make, session, ledger):
    call = make.call(state=CallState.submitted)
    soon, _ = ledger.promises(call, Job.accept_watch)
    told = {name: getattr(soon, name) for name in ("region_id", "job", "subject_type", "subject_id", "step", "due_at")}
    session.add(Promise(**told, occurrence=2))
    session.commit()
    ledger.keep(Job.accept_watch, soon.due_at)
    recount(session, soon.due_at + timedelta(days=1))
    assert figures(session, make.home)["doubled"] == 1


def test_clocks_that_run_again_or_are_lost_or_left_no_trace_are_counted(make, session, ledger):
    home, other = make.home, make.county()
    for _ in range(2):
        make.call(state=CallState.submitted)
    make.call(make.township(other), state=CallState.accepted)
    session.execute(delete(Promise))
    silent = make.call(state=CallState.submitted)
    (soon, _) = ledger.promises(silent, Job.accept_watch)
    session.execute(update(Promise).where(Promise.id == soon.id).values(state=PromiseState.fired, fired_at=soon.due_at))
    assert recount(session, TOMORROW) == Done(2, 2)
    assert figures(session, home) == {"promises": 1, "kept": 1, "restored": 2, "silent": 1}
    assert figures(session, other) == {"lost": 1}


def test_a_night_is_kept_once_with_the_head_of_the_countys_chain(make, session):
    home, other = make.home, make.county()
    make.call(state=CallState.submitted)
    known = heads(session)
    for hours in (0, 1, 24):
        recount(session, NOW + timedelta(hours=hours))
    rows = session.scalars(select(LedgerAudit).order_by(LedgerAudit.id)).all()
    assert [(row.region_id, row.day.isoformat()) for row in rows] == [
        (county.id, day) for day in ("2026-11-22", "2026-11-23") for county in (home, other)
    ]
    assert (rows[0].recorder_seq, rows[0].recorder_hash) == known[home.id]
    with pytest.raises(IntegrityError):
        make.ledger_audit(day=rows[0].day)


def test_more_counties_cost_no_more_statements(make, session, statements):
    def cost(counties):
        for _ in range(counties):
            make.county()
        session.expire_all()
        statements.clear()
        recount(session, NOW + timedelta(days=counties))
        return len(statements)

    assert cost(1) == cost(7)


def test_the_database_lets_nobody_change_or_delete_what_a_night_found(bare_url, database):
    upgrade(bare_url)
    engine = create_engine(bare_url)
    with system_session(engine) as session:
        Make(session).ledger_audit()
    attacks = ["UPDATE ledger_audit SET missed = 0", "DELETE FROM ledger_audit"]
    again = "INSERT OR REPLACE INTO ledger_audit SELECT * FROM ledger_audit"
    for attack in [*attacks, "TRUNCATE ledger_audit" if database == "postgresql" else again]:
        with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(attack))
    engine.dispose()
