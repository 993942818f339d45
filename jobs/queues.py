"""The queues, and the one way into them: the same request twice is one job."""

from __future__ import annotations

import rq
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus

SWEEP = "sweep"
DELIVER = "deliver"
QUEUES = (SWEEP, DELIVER)
"""Each is served by a worker of its own: a worker on two queues loses the job it holds when it dies."""

RETRY_AFTER = (10, 60, 300)
DAY = 24 * 60 * 60


def connect(url: str) -> Redis:
    """A Redis that is asked briefly: whoever asks has a page to answer, or a deadline to watch."""
    once_more = Retry(NoBackoff(), 1)
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30, retry=once_more)


def enqueue_once(
    redis: Redis, queue: str, job: str, *args: str | int | None, key: str, timeout: int = 600, remember: int = 300
) -> bool:
    """Queue `job`, a dotted path, under `key`; False if it is waiting, running, or was done within `remember` seconds.

    One that had failed for good is tried again. Call it after the commit: a worker is quick enough to look for a row
    not there yet.
    """
    if queue not in QUEUES:
        raise ValueError(f"nobody works on the queue {queue!r}")
    try:
        Queue(queue, connection=redis, serializer="json").enqueue(
            job,
            args=args,
            job_id=key,
            unique=True,
            job_timeout=timeout,
            result_ttl=remember,
            failure_ttl=30 * DAY,
            retry=rq.Retry(max=len(RETRY_AFTER), interval=list(RETRY_AFTER)),
        )
    except DuplicateJobError:
        return _revived(redis, key)
    return True


def _revived(redis: Redis, key: str) -> bool:
    """Whether the job of this key had failed, and was put back; of two who ask at once, one puts it back."""
    try:
        job = Job.fetch(key, connection=redis, serializer="json")
        if job.get_status() != JobStatus.FAILED:
            return False
        job.requeue()
    except (NoSuchJobError, InvalidJobOperation):
        return False
    return True


def waiting(redis: Redis, queue: str) -> int:
    """How many jobs nobody has taken yet."""
    return Queue(queue, connection=redis, serializer="json").count
