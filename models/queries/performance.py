"""How an item of the list is performed: its calls in any version, who answered them and when (TA-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.calls import ENDED, AssignmentState, Call, CallAssignment, CallState, FailureKind
from models.coordination import OVER, CoordinationCase
from models.lists import ListItem
from models.organisation import Unit
from models.queries.refusals import followed, overruled

LATEST = 10
"""How many calls are named."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one answering unit did with the parts that it was given."""

    unit: Unit
    parts: int
    on_time: int
    late: int
    no_response: int
    inaction: int
    rejected: int
    resolved: int
    kept_first: int
    kept: int


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures of one matter, as far as the asker may see its calls."""

    calls: int
    under_way: int
    overdue: int
    solved: int
    withdrawn: int
    cases: int
    open_cases: int
    cited: int
    """How often a refusal cited the matter, about whatever call."""
    upheld: int
    overruled: int
    last_sent: datetime | None
    by_unit: Sequence[Part]
    """By the units' codes: nobody is ranked."""
    latest: Sequence[Call]


def performance(session: Session, item: ListItem, now: datetime) -> Performance:
    """Five statements, however many calls."""
    sent = and_(Call.list_item_id.in_(_versions(item)), Call.sent_at.is_not(None))
    calls, under_way, overdue, solved, withdrawn, last_sent = session.execute(_of_calls(sent, now)).one()
    cases, open_cases = session.execute(_of_cases(sent, _versions(item))).one()
    cited, let_stand, turned_down = session.execute(
        _of_refusals(CallAssignment.cited_item_id.in_(_versions(item)))
    ).one()
    latest = select(Call).where(sent).order_by(Call.sent_at.desc(), Call.id.desc()).limit(LATEST)
    return Performance(
        calls=calls,
        under_way=under_way,
        overdue=overdue,
        solved=solved,
        withdrawn=withdrawn,
        cases=cases,
        open_cases=open_cases,
        cited=cited,
        upheld=let_stand,
        overruled=turned_down,
        last_sent=last_sent,
        by_unit=[Part(*row) for row in session.execute(_of_parts(sent))],
        latest=session.scalars(latest.options(joinedload(Call.caller_unit))).all(),
    )


def _versions(item: ListItem) -> Select[int]:
    root = item.root_id or item.id
    return select(ListItem.id).where(or_(ListItem.id == root, ListItem.root_id == root))


def _many(condition: ColumnElement[bool]) -> Any:
    return func.count().filter(condition)


def _of_calls(sent: ColumnElement[bool], now: datetime) -> Select[Any]:
    open_ = Call.state.not_in(ENDED)
    return select(
        func.count(),
        _many(open_),
        _many(open_ & Call.resolved_at.is_(None) & (Call.resolve_due < now)),
        _many(Call.state.in_((CallState.resolved, CallState.closed))),
        _many(Call.state == CallState.withdrawn),
        func.max(Call.sent_at),
    ).where(sent)


def _of_parts(sent: ColumnElement[bool]) -> Select[Any]:
    """On time is an answer within the limit to respond; the failures are those that the console finds by itself.

    What was declared void was asked of nobody (LX-17). A promise is kept as it was made first, or as pauses and
    extensions left it: neither hides the other.
    """
    part = CallAssignment
    return (
        select(
            Unit,
            func.count(),
            _many(part.responded_at <= part.respond_due),
            _many(part.responded_at > part.respond_due),
            _many(part.failure_kind == FailureKind.no_response),
            _many(part.failure_kind == FailureKind.inaction),
            _many(part.rejected_at.is_not(None)),
            _many(part.state == AssignmentState.resolved),
            _many(part.resolved_at <= part.first_promised_due),
            _many(part.resolved_at <= part.promised_due),
        )
        .join_from(part, Unit, Unit.id == part.department_id)
        .where(part.call_id.in_(select(Call.id).where(sent)), part.state != AssignmentState.void)
        .group_by(Unit.id)
        .order_by(Unit.code)
    )


def _of_refusals(citing: ColumnElement[bool]) -> Select[Any]:
    refused = (CallAssignment.rejected_at.is_not(None), citing)
    return select(func.count(), _many(followed()), _many(overruled())).select_from(CallAssignment).where(*refused)


def _of_cases(sent: ColumnElement[bool], versions: Select[int]) -> Select[Any]:
    """Of the calls about it; and those that were opened about it without a call."""
    case = CoordinationCase
    about = or_(case.call_id.in_(select(Call.id).where(sent)), case.call_id.is_(None) & case.list_item_id.in_(versions))
    return select(func.count(), _many(case.state.not_in(OVER))).select_from(case).where(about)
