"""How long the county takes to accept, respond and resolve, against the limits (TC-33, ZG-26)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, extract, func, select
from sqlalchemy.orm import Session

from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment
from models.queries.asked import Asked

STEPS: dict[str, tuple[str, type[Any], Any, Any, Any]] = {
    "accept": (N_("To accept"), Call, Call.sent_at, Call.accepted_at, Call.accept_due),
    "respond": (
        N_("To respond"),
        CallAssignment,
        CallAssignment.dispatched_at,
        CallAssignment.responded_at,
        CallAssignment.respond_due,
    ),
    "resolve": (N_("To resolve"), Call, Call.resolve_from, Call.resolved_at, Call.resolve_due),
}
"""Each step: how it is called, whose it is, since when it runs, what ends it, and by when it was to end."""


class Hours(NamedTuple):
    """The means of one step, by the clock; None where nothing ended."""

    step: str
    label: str
    taken: float | None
    allowed: float | None
    before: float | None
    """In the period of as many days before."""


def hours(session: Session, asked: Asked) -> Iterator[Hours]:
    """Of the calls that the session may see. Three statements."""
    for step, (label, model, since, ended, due) in STEPS.items():
        in_time = behind(asked, step)
        mean = _hours(session, since, ended)
        earlier = _ended(asked, step, *asked.before)
        figures: Select[Any] = select(
            func.avg(mean).filter(in_time),
            func.avg(_hours(session, since, due)).filter(in_time, due.is_not(None)),
            func.avg(mean).filter(earlier),
        )
        found = session.execute(figures.select_from(model).where(in_time | earlier)).one()
        yield Hours(step, label, *(None if hour is None else float(hour) for hour in found))


def behind(asked: Asked, step: str) -> ColumnElement[bool]:
    """The rows whose step ended in the period."""
    return _ended(asked, step, asked.begins, asked.ends)


def _ended(asked: Asked, step: str, begins: datetime, ends: datetime) -> ColumnElement[bool]:
    _, model, since, ended, _ = STEPS[step]
    in_period = and_(ended >= begins, ended < ends, since.is_not(None))
    if model is Call:
        return and_(in_period, asked.of_calls())
    return and_(in_period, asked.of_parts(), CallAssignment.state != AssignmentState.void)


def _hours(session: Session, since: Any, until: Any) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        return extract("epoch", until - since) / 3600
    return (func.julianday(until) - func.julianday(since)) * 24
