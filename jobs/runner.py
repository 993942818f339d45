"""What RQ and the commands call: gives each job its sessions and its moment, commits, and leaves a log line."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from functools import cache

from rq.timeouts import BaseTimeoutException
from sqlalchemy import Engine, create_engine

import models.database  # noqa: F401  (how SQLite begins a transaction)
from config import settings
from jobs.sweep import PARTS, RUNS
from models.door import system_session
from models.recorder import Origin, set_origin, use_key
from models.rules.deadlines import SHANGHAI

log = logging.getLogger("jobs")


@cache
def engine() -> Engine:
    return create_engine(settings().database_url, pool_pre_ping=True)


def forget_connections() -> None:
    """In a forked child: leave the parent's connections alone, and open others when they are needed."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)


def run(name: str, at: str | None = None) -> dict[str, int]:
    """Run `sweep`, `deliver`, or one part of them by its name, as of a moment (ISO; in Shanghai if it names no zone).

    One part's failure does not keep the others from running. Raises an `ExceptionGroup` of what failed;
    what was done before stays done, and doing it all again does nothing twice.
    """
    now = _moment(at)
    if name not in RUNS and name not in PARTS:
        raise ValueError(f"there is no job {name!r}; there are {', '.join((*RUNS, *PARTS))}")
    use_key(settings().recorder_key)
    did: dict[str, int] = {}
    failed: list[Exception] = []
    for part in RUNS.get(name, (name,)):
        try:
            did[part] = _repeat(part, now)
        except BaseTimeoutException:  # RQ's own, by which it ends a job; an Exception, but not ours
            raise
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(failed) + len(did)} parts of {name} failed", failed)
    return did


def _repeat(part: str, now: datetime) -> int:
    """Do the part until nothing is left to do; how often it had an effect."""
    about: dict[str, object] = {"job": part, "as_of": now.isoformat()}
    started, found, did = time.monotonic(), 0, 0
    try:
        while True:
            with system_session(engine()) as session:
                set_origin(session, Origin(at=now, place=f"job:{part}"))
                done = PARTS[part](session, now)
                session.commit()
            found, did = found + done.found, did + done.did
            if not done.found:
                break
    except Exception:
        log.exception("%s failed after %d", part, did, extra=about)
        raise
    about |= {"took_s": round(time.monotonic() - started, 3), "found": found, "did": did}
    log.info("%s: %d found, %d done", part, found, did, extra=about)
    return did


def _moment(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    moment = datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
