"""Says once a minute that it is time to look; what is due, the database knows."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from config import settings
from jobs.queues import DAY, SWEEP, connect, enqueue_once, waiting
from models.rules.deadlines import SHANGHAI

log = logging.getLogger("jobs.scheduler")

NIGHT_HOUR = 2
"""In Shanghai: once a day the clocks themselves are looked after, and the files."""

TOO_MANY = 3
"""Ticks that nobody took: the workers are dead, or far behind."""


def main() -> None:
    """Tick now, and then at every full minute, until killed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    redis = connect(settings().redis_url)
    while True:
        now = datetime.now(UTC)
        try:
            tick(redis, now)
        except Exception:
            log.exception("This minute's sweep failed; the next one will make up for it.")
        time.sleep(until_next_minute(datetime.now(UTC)))


def tick(redis: Redis, now: datetime) -> str:
    """Have a worker sweep, once however many schedulers ask; without Redis or workers, sweep here."""
    with suppress(OSError):  # a full disk is no reason to miss a deadline
        settings().data_dir.joinpath("scheduler.beat").touch()
    try:
        if waiting(redis, SWEEP) < TOO_MANY:
            local = now.astimezone(SHANGHAI)
            if local.hour == NIGHT_HOUR:
                enqueue_once(redis, SWEEP, "jobs.runner.run", "nightly", key=f"nightly-{local:%Y%m%d}", remember=DAY)
            fresh = enqueue_once(redis, SWEEP, "jobs.runner.run", "tick", key=f"sweep-{now:%Y%m%dT%H%M}")
            return "queued" if fresh else "queued already"
        log.warning("%d sweeps wait for a worker; sweeping here.", TOO_MANY)
    except (RedisError, OSError) as away:
        log.warning("Redis is away (%s); sweeping here.", away)
    from jobs.runner import run  # the whole domain, which a scheduler seldom needs

    run("tick")
    return "swept here"


def until_next_minute(now: datetime) -> float:
    """Seconds; never none, or a clock set back by a breath would tick twice."""
    following = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return max((following - now).total_seconds(), 0.01)
