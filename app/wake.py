"""After a commit that says something to somebody: «look now», so that the bell rings within a second.

Only a hint. Where Redis is away nothing is lost: the next sweep finds the outbox as it is.
"""

from __future__ import annotations

import logging

from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.extensions import db
from jobs.queues import DELIVER, connect, enqueue_once
from models.notices import Outbox

log = logging.getLogger("app.wake")
SAID = "said"
"""The key in `session.info` of a transaction that wrote to the outbox."""


def register(app: Flask, redis_url: str) -> None:
    """Listen to the sessions of requests."""
    redis = connect(redis_url)

    def heard(session: Session, flush: object) -> None:
        if any(isinstance(row, Outbox) for row in session.new):
            session.info[SAID] = True

    def wake(session: Session) -> None:
        if session.info.pop(SAID, False):
            try:
                enqueue_once(redis, DELIVER, "jobs.runner.run", "deliver", key="deliver-now", remember=0)
            except (RedisError, OSError) as error:
                log.info("Redis is away (%s): the next sweep will deliver", error)

    with app.app_context():
        event.listen(db.session, "after_flush", heard)
        event.listen(db.session, "after_commit", wake)
