import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job

from app import embedded
from config import ROOT, socket_path
from jobs.queues import DELIVER, QUEUES, SWEEP, connect, enqueue_once, waiting

# A runner that writes what it was asked to a file, and a worker that calls it.
WORKER = """
import sys, types
runner = types.ModuleType("jobs.runner")
def run(name, path):
    with open(path, "a") as file:
        file.write(name + "\\n")
    if name == "fails once" and len(open(path).readlines()) == 1:
        raise RuntimeError
runner.run, runner.forget_connections = run, lambda: None
sys.modules["jobs.runner"] = runner
import jobs.queues
jobs.queues.RETRY_AFTER = (1,)
from jobs import worker
worker.main(sys.argv[1])
"""


def until(true, seconds=20):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def socket(tmp_path):
    return socket_path(tmp_path)


@pytest.fixture
def redis(tmp_path, socket):
    with embedded.running(tmp_path, socket), connect(f"unix://{socket}") as redis:
        yield redis


@pytest.fixture
def worker(tmp_path, socket):
    environ = {**os.environ, "HUYING_ENV": "demo", "HUYING_DATA_DIR": str(tmp_path), "HUYING_REDIS_URL": ""}
    with open(tmp_path / "worker.log", "w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, DELIVER], cwd=ROOT, env=environ, stdout=output, stderr=output
        )
    yield process
    process.kill()
    process.wait()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_the_same_request_twice_is_one_job(redis):
    assert [enqueue_once(redis, SWEEP, "jobs.runner.run", "sweep", key="sweep-1") for _ in range(2)] == [True, False]
    assert enqueue_once(redis, SWEEP, "jobs.runner.run", "sweep", key="sweep-2")
    assert waiting(redis, SWEEP) == 2


def test_a_job_is_stored_as_words_and_not_as_code(redis):
    enqueue_once(redis, DELIVER, "jobs.runner.run", "deliver", None, 7, key="deliver-7")
    job = Job.fetch("deliver-7", connection=redis, serializer="json")
    assert (job.func_name, job.args) == ("jobs.runner.run", ["deliver", None, 7])
    assert json.loads(job.data) == ["jobs.runner.run", None, ["deliver", None, 7], {}]


def test_every_job_is_tried_again_and_remembered_when_it_fails_for_good(redis):
    enqueue_once(redis, SWEEP, "jobs.runner.run", "sweep", key="sweep-1")
    job = Job.fetch("sweep-1", connection=redis, serializer="json")
    assert (job.retries_left, job.retry_intervals) == (3, [10, 60, 300])
    assert job.failure_ttl == 30 * 24 * 60 * 60


def test_a_job_that_failed_for_good_does_not_block_its_key(redis):
    job = Queue(DELIVER, connection=redis, serializer="json").enqueue("no.such.job", job_id="deliver-now")
    worker = SimpleWorker([DELIVER], connection=redis, serializer="json")
    worker.work(burst=True)
    assert job.get_status() == "failed"
    asked = [enqueue_once(redis, DELIVER, "no.such.job", key="deliver-now") for _ in range(2)]
    assert asked == [True, False]
    assert (job.get_status(refresh=True), waiting(redis, DELIVER)) == ("queued", 1)


def test_a_queue_that_nobody_serves_is_refused(redis):
    with pytest.raises(ValueError, match="default"):
        enqueue_once(redis, "default", "jobs.runner.run", key="lost")


def test_a_redis_that_is_away_is_noticed_at_once(tmp_path):
    started = time.monotonic()
    with pytest.raises(RedisError):
        enqueue_once(connect(f"unix://{tmp_path}/none.sock"), SWEEP, "jobs.runner.run", key="sweep-1")
    assert time.monotonic() - started < 2


def test_a_queue_is_named_once():
    assert len(set(QUEUES)) == len(QUEUES)


def test_our_redis_opens_no_port_and_keeps_what_it_was_given(tmp_path, socket):
    with embedded.running(tmp_path, socket), Redis(unix_socket_path=str(socket)) as redis:
        redis.set("kept", "yes")
        assert redis.config_get("port") == {"port": "0"}
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with embedded.running(tmp_path, socket), Redis(unix_socket_path=str(socket)) as redis:
        assert redis.get("kept") == b"yes"


def test_a_redis_left_over_makes_way_for_the_next(tmp_path, socket):
    embedded.prepare(tmp_path, socket)
    left_over = subprocess.Popen(embedded.command(tmp_path, socket), stdout=subprocess.DEVNULL)
    until(lambda: embedded.answers(socket))
    with embedded.running(tmp_path, socket):
        assert left_over.wait(5) == 0
        assert embedded.answers(socket)


def test_a_worker_outlives_its_redis(tmp_path, socket, worker):
    done = tmp_path / "done.txt"
    for name in ("first", "second"):  # at first there is no Redis at all; then there is one, none, and one again
        with embedded.running(tmp_path, socket), connect(f"unix://{socket}") as redis:
            enqueue_once(redis, DELIVER, "jobs.runner.run", name, str(done), key=name)
            until(lambda: lines(done)[-1:] == [name])  # noqa: B023
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) in (0, -signal.SIGTERM)


def test_a_job_that_fails_is_tried_again(tmp_path, redis, worker, monkeypatch):
    monkeypatch.setattr("jobs.queues.RETRY_AFTER", (1,))
    enqueue_once(redis, DELIVER, "jobs.runner.run", "fails once", str(tmp_path / "done.txt"), key="again")
    until(lambda: lines(tmp_path / "done.txt") == ["fails once"] * 2)
    assert worker.poll() is None
