"""What a move left behind: its timers, its messages, its entries in the recorder."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.ledger import Promise, PromiseState
from models.notices import Outbox
from models.organisation import Unit
from models.recorder import RecorderEntry

CHINA = ZoneInfo("Asia/Shanghai")


def china(text: str) -> datetime:
    """A moment of 2026 as a clock in China shows it: `11-24 17:30`."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


def timers(session: Session, subject: Any, state: PromiseState = PromiseState.planned) -> list[tuple[str, str]]:
    """The subject's timers in a state: (job, due moment in China)."""
    of_subject = select(Promise.job, Promise.due_at).where(
        Promise.subject_type == subject.__tablename__, Promise.subject_id == subject.id, Promise.state == state
    )
    rows = session.execute(of_subject.order_by(Promise.due_at, Promise.id))
    return [(str(job), f"{due.astimezone(CHINA):%m-%d %H:%M}") for job, due in rows]


def cancelled(session: Session, subject: Any) -> dict[str, str]:
    """Why each clock of the subject was cancelled, the last time: job → cause."""
    of_subject = select(Promise.job, Promise.cause).where(
        Promise.subject_type == subject.__tablename__,
        Promise.subject_id == subject.id,
        Promise.state == PromiseState.cancelled,
    )
    return {str(job): cause for job, cause in session.execute(of_subject.order_by(Promise.occurrence))}


def last_message(session: Session) -> int:
    return session.scalar(select(func.max(Outbox.id))) or 0


def told(session: Session, since: int = 0) -> dict[str, str]:
    """To whom messages were written after the one of number `since`: unit's name → the message."""
    later = select(Unit.name, Outbox.message).join(Unit, Unit.id == Outbox.unit_id).where(Outbox.id > since)
    return dict(session.execute(later.order_by(Outbox.id)).all())


def entries(session: Session, subject: Any) -> list[RecorderEntry]:
    """The subject's entries in the recorder, in order."""
    of_subject = select(RecorderEntry).where(
        RecorderEntry.subject_type == subject.__tablename__, RecorderEntry.subject_id == subject.id
    )
    return list(session.scalars(of_subject.order_by(RecorderEntry.id)))
