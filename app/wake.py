"""After a commit that says something to somebody, or leaves an import to be taken: «look now».

Only a hint. Where Redis is away nothing is lost: the next sweep finds the outbox as it is.
"""

from __future__ import annotations

import logging

from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.extensions import db
from jobs.imports import WAITING
from jobs.queues import DELIVER, connect, enqueue_once
from models.imports import ImportRun
from models.limits import DueRevision, RevisionState
from models.notices import Outbox

log = logging.getLogger("app.wake")
SAID = "said"
"""The key in `session.info` of what a transaction left for a job: the parts of `jobs.sweep` that are to look now."""


def register(app: Flask, redis_url: str) -> None:
    """Listen to the sessions of requests."""
    redis = connect(redis_url)

    def heard(session: Session, flush: object) -> None:
        said = session.info.setdefault(SAID, set())
        if any(isinstance(row, Outbox) for row in session.new):
            said.add("deliver")
        if any(isinstance(row, ImportRun) and row.state in WAITING for row in session.dirty):
            said.add("imports")
        changed = (*session.new, *session.dirty)
        if any(isinstance(row, DueRevision) and row.state is RevisionState.waiting for row in changed):
            said.add("due_times")

    def wake(session: Session) -> None:
        for part in session.info.pop(SAID, ()):
            try:
                enqueue_once(redis, DELIVER, "jobs.runner.run", part, key=f"{part}-now", remember=0)
            except (RedisError, OSError) as error:
                log.info("Redis is away (%s): the next sweep will look", error)

    with app.app_context():
        event.listen(db.session, "after_flush", heard)
        event.listen(db.session, "after_commit", wake)
