"""Piles on a desk: rows of one kind, and what is to be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.door import by_rule
from models.ledger import Job, Promise, PromiseState

MOST = 50


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one kind that lie on a desk: what is to be done with them, and the column that says by when, if any."""

    title: str
    query: Select[Any]
    due: Any | None
    mine: bool
    """Whether they wait for this desk; else it waits for them."""
    clock: Job | None = None
    """Whose end is the due time, where no column holds it."""


def pile(
    model: Any,
    title: str,
    where: ColumnElement[bool],
    due: Any = None,
    *,
    since: Any = None,
    mine: bool = True,
    clock: Job | None = None,
) -> Pile:
    """The most urgent first: by due time; where there is none, by what they have been waiting `since`."""
    by_due = () if due is None else (due.is_(None), due)
    waiting = () if since is None else (since,)
    return Pile(title, select(model).where(where).order_by(*by_due, *waiting, model.id).limit(MOST), due, mine, clock)


def ends_of(session: Session, rows: Sequence[Any], job: Job) -> dict[int, datetime]:
    """For when that clock of each row has its end, in one statement: the ledger itself is not for every eye."""
    if not rows:
        return {}
    of_rows = (Promise.subject_type == rows[0].__tablename__) & Promise.subject_id.in_([row.id for row in rows])
    live = Promise.state != PromiseState.cancelled
    query = select(Promise.subject_id, func.max(Promise.due_at).label("end")).where(of_rows, Promise.job == job, live)
    with by_rule(session):
        return {row.subject_id: row.end for row in session.execute(query.group_by(Promise.subject_id))}
