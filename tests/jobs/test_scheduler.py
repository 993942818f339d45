import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from rq import Queue

import config
from app import embedded
from config import ROOT, socket_path
from jobs import scheduler
from jobs.queues import SWEEP, connect, waiting
from jobs.scheduler import TOO_MANY, tick, until_next_minute

NOON = datetime(2026, 11, 22, 12, 0, 3, tzinfo=UTC)


@pytest.fixture
def swept(monkeypatch):
    """What was swept in the scheduler's own process."""
    swept = []
    monkeypatch.setitem(sys.modules, "jobs.runner", SimpleNamespace(run=swept.append))
    return swept


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    settings = config.read({"HUYING_DATA_DIR": str(tmp_path)})
    monkeypatch.setattr(scheduler, "settings", lambda: settings)
    return settings


@pytest.fixture
def redis(tmp_path):
    socket = socket_path(tmp_path)
    with embedded.running(tmp_path, socket), connect(f"unix://{socket}") as redis:
        yield redis


@pytest.fixture
def no_redis(tmp_path):
    return connect(f"unix://{tmp_path}/none.sock")


def test_two_schedulers_ask_for_one_sweep_a_minute(redis, swept):
    assert [tick(redis, NOON), tick(redis, NOON + timedelta(seconds=50))] == ["queued", "queued already"]
    assert tick(redis, NOON + timedelta(minutes=1)) == "queued"
    assert waiting(redis, SWEEP) == 2
    assert swept == []


def test_what_is_asked_is_the_runners_sweep_as_of_whenever_it_runs(redis, swept):
    tick(redis, NOON)
    (job,) = Queue(SWEEP, connection=redis, serializer="json").jobs
    assert (job.func_name, job.args, job.kwargs) == ("jobs.runner.run", ["tick"], {})


def test_once_a_night_the_clocks_are_audited(redis, swept):
    night = NOON.replace(hour=18)  # two in Shanghai
    for minute in (0, 1, 59, 60):
        tick(redis, night + timedelta(minutes=minute))
    jobs = Queue(SWEEP, connection=redis, serializer="json").jobs
    assert [job.args for job in jobs] == [["nightly"], ["tick"], ["tick"]]


def test_without_redis_deadlines_still_pass(no_redis, swept, caplog):
    assert tick(no_redis, NOON) == "swept here"
    assert swept == ["tick"]
    assert "Redis is away" in caplog.text


def test_without_a_worker_deadlines_still_pass_and_the_queue_does_not_grow(redis, swept):
    said = [tick(redis, NOON + timedelta(minutes=minute)) for minute in range(TOO_MANY + 2)]
    assert said == ["queued"] * TOO_MANY + ["swept here"] * 2
    assert waiting(redis, SWEEP) == TOO_MANY


def test_every_tick_is_a_heartbeat(no_redis, swept, settings):
    beat = settings.data_dir / "scheduler.beat"
    tick(no_redis, NOON)
    os.utime(beat, (0, 0))
    tick(no_redis, NOON)
    assert time.time() - beat.stat().st_mtime < 60


def test_a_heartbeat_that_cannot_be_written_stops_no_sweep(no_redis, swept, settings, monkeypatch):
    monkeypatch.setattr(scheduler, "settings", lambda: replace(settings, data_dir=settings.data_dir / "gone"))
    assert tick(no_redis, NOON) == "swept here"


def test_a_sweep_that_fails_is_followed_by_another(no_redis, monkeypatch, caplog):
    class Enough(BaseException):
        pass

    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            raise Enough

    def fail(*_):
        raise RuntimeError("database is locked")

    monkeypatch.setattr(scheduler, "tick", fail)
    monkeypatch.setattr(scheduler, "connect", lambda url: no_redis)
    monkeypatch.setattr(scheduler.time, "sleep", sleep)
    monkeypatch.setattr(scheduler.signal, "signal", lambda *_: None)
    with pytest.raises(Enough):
        scheduler.main()
    assert [record.exc_info[0] for record in caplog.records] == [RuntimeError] * 3


@pytest.mark.parametrize(("second", "rest"), [(0, 60.0), (3, 57.0), (59.999, 0.01)])
def test_ticks_are_aligned_to_the_minute(second, rest):
    assert until_next_minute(NOON.replace(second=0) + timedelta(seconds=second)) == pytest.approx(rest)


def test_it_ends_at_once_when_told(tmp_path):
    environ = {**os.environ, "HUYING_ENV": "demo", "HUYING_DATA_DIR": str(tmp_path), "HUYING_REDIS_URL": ""}
    code = "import sys, types; sys.modules['jobs.runner'] = r = types.ModuleType('jobs.runner'); r.run = print; "
    code += "from jobs import scheduler; scheduler.main()"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "tick\n"
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == -signal.SIGTERM
    assert time.monotonic() - told < 1
