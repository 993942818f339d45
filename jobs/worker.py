"""One worker on one queue; it outlives a Redis that goes away, and does not outlive whoever started it."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time

import rq
from redis import Redis
from redis.exceptions import RedisError

from config import CannotDo, settings
from jobs.queues import QUEUES, connect

log = logging.getLogger("jobs.worker")

SET_PARENT_DEATH_SIGNAL = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel to end this process when the one that forked it is gone, even by kill -9. Linux only."""
    if LIBC is None:
        return
    LIBC.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if parent is not None and os.getppid() != parent:  # it was gone before we asked
        os._exit(1)


class Worker(rq.Worker):
    max_connection_wait_time = 10.0
    asked_to_stop = False

    def handle_warm_shutdown_request(self) -> None:
        self.asked_to_stop = True
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]


def main(queue: str) -> None:
    """Work until told to stop."""
    from jobs.runner import forget_connections  # the domain is loaded here, once, and not by each job

    if queue not in QUEUES:
        raise CannotDo(f"There is no queue {queue}; there are {' and '.join(QUEUES)}.")
    # A job that was forked with an open connection would share it with every other, and finish their transactions.
    os.register_at_fork(after_in_child=forget_connections)
    os.register_at_fork(after_in_child=die_with_parent)
    redis = connect(settings().redis_url)
    while not _work(redis, queue):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        time.sleep(1)


def _work(redis: Redis, queue: str) -> bool:
    """Work until told to stop (True), or until Redis fails in a way from which RQ does not recover (False)."""
    try:
        worker = Worker(
            [queue],
            connection=redis,
            serializer="json",
            worker_ttl=45,  # how long it blocks, and so how late maintenance may be
            maintenance_interval=30,
            job_monitoring_interval=10,
        )
    except RedisError as away:
        log.warning("Redis is away: %s", away)
        return False
    try:
        worker.work(with_scheduler=True)  # whose part is to bring back what is to be tried again
    except RedisError as away:
        log.warning("Redis went away: %s", away)
    return worker.asked_to_stop
