"""Planning and cancelling promises, and speaking to units: what every move does to the ledger and the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.ledger import Job, Promise, PromiseState
from models.notices import Audience, Outbox


def plan(session: Session, subject: Any, job: Job, *due: datetime) -> None:
    """Start a clock anew: one promise for each moment, in order. What the clock had planned before is cancelled."""
    plan_steps(session, subject, job, dict(enumerate(due, start=1)))


def plan_steps(session: Session, subject: Any, job: Job, due: Mapping[int, datetime]) -> None:
    """The same, each moment with the number of its step."""
    cancel(session, subject, job, cause="planned anew")
    _write(session, subject, job, due)


def _write(session: Session, subject: Any, job: Job, due: Mapping[int, datetime]) -> None:
    of_clock = select(func.max(Promise.occurrence)).where(*_of(subject), Promise.job == job)
    occurrence = (session.scalar(of_clock) or 0) + 1
    for step, due_at in due.items():
        session.add(
            Promise(
                region_id=subject.region_id,
                job=job,
                subject_type=subject.__tablename__,
                subject_id=subject.id,
                step=step,
                occurrence=occurrence,
                due_at=due_at,
            )
        )
    session.flush()


def plan_step(session: Session, subject: Any, job: Job, step: int, due_at: datetime | None) -> None:
    """One step of a clock anew, or not at all; the others stay as they are."""
    planned = select(Promise).where(*_of(subject), Promise.job == job, Promise.step == step)
    for promise in session.scalars(planned.where(Promise.state == PromiseState.planned)):
        promise.state, promise.cause = PromiseState.cancelled, "planned anew"
    if due_at is not None:
        _write(session, subject, job, {step: due_at})


def cancel(session: Session, subject: Any, *jobs: Job, cause: str) -> None:
    """What was planned for the subject will not happen: its reason went away."""
    query = select(Promise).where(*_of(subject), Promise.job.in_(jobs), Promise.state == PromiseState.planned)
    for promise in session.scalars(query):
        promise.state = PromiseState.cancelled
        promise.cause = cause


def is_planned(session: Session, subject: Any, job: Job, kept_at: datetime | None = None) -> bool:
    """Whether a clock of the subject is running; or has run out at just this moment."""
    runs = Promise.state == PromiseState.planned
    ran = and_(Promise.state == PromiseState.fired, Promise.due_at == kept_at)
    query = select(Promise.id).where(*_of(subject), Promise.job == job, or_(runs, ran))
    return session.scalar(query.limit(1)) is not None


def ends_at(session: Session, subject: Any, job: Job) -> datetime | None:
    """For when a clock of the subject, as it was started last, has its last step."""
    of_clock = select(Promise.due_at).where(*_of(subject), Promise.job == job)
    return session.scalar(of_clock.order_by(Promise.occurrence.desc(), Promise.step.desc()).limit(1))


def _of(subject: Any) -> tuple[Any, Any]:
    return Promise.subject_type == subject.__tablename__, Promise.subject_id == subject.id


def tell(
    session: Session,
    unit_id: int,
    subject: Any,
    message: str,
    *,
    key: str,
    now: datetime,
    **details: str,
) -> None:
    """Write to the outbox, in the transaction that gives the reason. `key` names the reason, once for each unit."""
    tell_some(session, unit_id, Audience.everyone, subject, message, key=key, now=now, **details)


def is_told(session: Session, unit_id: int, subject: Any, key: str) -> bool:
    """Whether the unit has been told of the subject for that reason."""
    query = select(Outbox.id).where(Outbox.key == _key(unit_id, subject, key))
    return session.scalar(query.limit(1)) is not None


def _key(unit_id: int, subject: Any, key: str) -> str:
    return f"{subject.__tablename__}:{subject.id}:{key}:{unit_id}"


def tell_some(
    session: Session,
    unit_id: int,
    audience: Audience,
    subject: Any,
    message: str,
    *,
    key: str,
    now: datetime,
    **details: str,
) -> None:
    """The same, to some people of the unit."""
    session.add(
        Outbox(
            key=_key(unit_id, subject, key),
            region_id=subject.region_id,
            unit_id=unit_id,
            audience=audience,
            subject_type=subject.__tablename__,
            subject_id=subject.id,
            message=message,
            details=details,
            created_at=now,
        )
    )
