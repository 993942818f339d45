"""Imports that somebody confirmed, or wants undone: one after another, each as one unit."""

from __future__ import annotations

from datetime import datetime
from pkgutil import resolve_name

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.watch import Done
from models.imports import ImportRun, ImportState

WAITING = (ImportState.confirmed, ImportState.undoing)
CARRY_OUT = "app.taking:carry_out"
"""Named as RQ names what it calls, and loaded when there is one to take: it is the code of the form."""


def carry_out(session: Session, now: datetime) -> Done:
    """The oldest that waits. It has transactions of its own, in the name of who sent it."""
    key = session.scalar(select(ImportRun.id).where(ImportRun.state.in_(WAITING)).order_by(ImportRun.id).limit(1))
    if key is None:
        return Done(0, 0)
    session.rollback()  # which only looked, and would be in the way
    resolve_name(CARRY_OUT)(session.get_bind(), key, now)
    return Done(1, 1)
