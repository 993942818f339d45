import logging
import os
from datetime import UTC, datetime, timedelta

import pytest
from rq.timeouts import JobTimeoutException
from sqlalchemy import select

import config
from jobs import runner, sweep
from jobs.sweep import PARTS
from jobs.watch import Done
from models.calls import CallState
from models.notices import Notice
from models.organisation import Duty
from models.recorder import ORIGIN, Origin, RecorderEntry, verify
from tests.make import NOW

LATER = NOW + timedelta(days=3)
NOTHING = dict.fromkeys(PARTS, 0)


@pytest.fixture
def late(own):
    """A call that the county office let wait."""
    own.posting(unit=own.office(Duty.county_office))
    call = own.call(state=CallState.submitted)
    own.session.commit()
    return call


@pytest.fixture
def broken(monkeypatch):
    """Make one part fail."""

    def break_(part, error):
        def fail(session, now):
            raise error

        monkeypatch.setitem(sweep.PARTS, part, fail)

    return break_


@pytest.mark.databases
def test_a_sweep_does_all_that_is_due_and_says_how_much(own, late):
    did = runner.run("sweep", LATER.isoformat())
    assert did == NOTHING | {"accept_watch": 1, "supervisor_feed": 1, "notices": 2, "mails": 1}
    assert list(did) == list(NOTHING)
    assert runner.run("sweep", LATER.isoformat()) == NOTHING
    assert len(list(config.settings().data_dir.glob("mail/*.eml"))) == 1
    assert verify(own.session) == []


def test_before_it_is_due_nothing_happens(own, late):
    assert runner.run("sweep", NOW.isoformat()) == NOTHING | {"supervisor_feed": 1, "notices": 1, "mails": 1}


def test_delivery_alone_keeps_no_promise(own, late):
    assert runner.run("deliver", LATER.isoformat()) == {"notices": 1, "mails": 1, "webhooks": 0}


def test_one_part_runs_by_its_name(own, late):
    assert runner.run("accept_watch", LATER.isoformat()) == {"accept_watch": 1}
    assert own.session.scalars(select(Notice.id)).all() == []


def test_an_unknown_name_is_refused_with_the_known_ones(own):
    with pytest.raises(ValueError, match="sweep, tick, nightly, deliver, self_audit, due_times, accept_watch"):
        runner.run("sweeep")


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-11-23T09:00", NOW),
        ("2026-11-23T09:00+08:00", NOW),
        ("2026-11-23T01:00:00Z", NOW),
    ],
)
def test_a_moment_without_a_zone_is_shanghais(own, monkeypatch, at, moment):
    seen = []
    monkeypatch.setitem(sweep.PARTS, "notices", lambda session, now: seen.append(now) or Done(0, 0))
    runner.run("notices", at)
    assert seen == [moment]
    assert seen[0].tzinfo is UTC


def test_whatever_a_part_writes_is_dated_as_of_the_moment(own, monkeypatch):
    origins = []
    monkeypatch.setitem(sweep.PARTS, "notices", lambda session, now: origins.append(session.info[ORIGIN]) or Done(0, 0))
    runner.run("notices", LATER.isoformat())
    assert origins == [Origin(at=LATER, place="job:notices")]


def test_without_a_moment_it_is_now(own, monkeypatch):
    seen = []
    monkeypatch.setitem(sweep.PARTS, "notices", lambda session, now: seen.append(now) or Done(0, 0))
    runner.run("notices")
    assert abs(datetime.now(UTC) - seen[0]) < timedelta(seconds=5)


def test_what_a_job_did_is_recorded_as_its_own_and_as_of_its_moment(own, late):
    runner.run("sweep", LATER.isoformat())
    entry = own.session.scalars(select(RecorderEntry).where(RecorderEntry.action == "accept_watch")).one()
    assert (entry.place, entry.at, entry.user_id) == ("job:accept_watch", LATER, None)
    assert (entry.subject_type, entry.subject_id, entry.call_id) == ("call", late.id, late.id)
    assert entry.chain == late.region_id


def test_each_part_leaves_one_line(own, late, caplog):
    caplog.set_level(logging.INFO, "jobs")
    runner.run("sweep", LATER.isoformat())
    lines = {record.job: record for record in caplog.records if record.name == "jobs"}
    assert lines.keys() == NOTHING.keys()
    assert (lines["accept_watch"].found, lines["accept_watch"].did) == (2, 1)
    assert lines["accept_watch"].as_of == LATER.isoformat()


def test_one_failure_keeps_nothing_else_from_being_done_and_is_raised_at_the_end(own, late, broken, caplog):
    broken("respond_remind", RuntimeError("no such table"))
    broken("mails", RuntimeError("no such folder"))
    with pytest.raises(ExceptionGroup, match=f"2 of {len(PARTS)} parts of sweep failed") as failed:
        runner.run("sweep", LATER.isoformat())
    assert [str(error) for error in failed.value.exceptions] == ["no such table", "no such folder"]
    assert len(own.session.scalars(select(Notice.id)).all()) == 2
    assert {record.job for record in caplog.records if record.levelno == logging.ERROR} == {"respond_remind", "mails"}


def test_a_job_that_is_told_to_end_ends_at_once(own, late, broken):
    broken("accept_watch", JobTimeoutException("600 seconds"))
    with pytest.raises(JobTimeoutException):
        runner.run("sweep", LATER.isoformat())
    assert own.session.scalars(select(Notice.id)).all() == []


def test_a_part_is_repeated_until_it_finds_nothing(own, monkeypatch):
    found = iter([3, 1, 0])
    monkeypatch.setitem(sweep.PARTS, "notices", lambda session, now: Done(n := next(found), 2 * n))
    assert runner.run("notices") == {"notices": 8}


def swept_in_child():
    """What a job that RQ forked did."""
    child = os.fork()
    if not child:
        try:
            runner.forget_connections()
            os._exit(runner.run("accept_watch", LATER.isoformat())["accept_watch"])
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.databases
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_job_works_beside_a_connection_in_use(own, late):
    with runner.engine().connect() as parents:
        assert parents.exec_driver_sql("SELECT 7").scalar() == 7
        parents.rollback()
        assert swept_in_child() == 1
        assert parents.exec_driver_sql("SELECT 7").scalar() == 7
        parents.rollback()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_job_neither_uses_nor_ends_the_connections_of_its_parent(own, late):
    def number():
        with runner.engine().connect() as connection:
            return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()

    before = number()
    assert swept_in_child() == 1
    assert number() == before


def test_there_may_be_no_connections_to_forget():
    runner.engine.cache_clear()
    runner.forget_connections()
    assert runner.engine.cache_info().currsize == 0
