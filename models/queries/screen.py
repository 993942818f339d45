"""What the command screen on a wall shows (TA-49): the calls of today, who is behind, and the latest calls.

Of a call no word of free text: anybody may look at a wall.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.calls import ENDED, AssignmentState, Call, CallAssignment, CallState
from models.organisation import Unit
from models.queries.asked import not_local
from models.queries.rates import Share, rates
from models.words import CallScope

AT_WORK = (AssignmentState.pending, AssignmentState.responded, AssignmentState.working, AssignmentState.paused)
LATEST = 8
BOARD = 12
"""How many calls, and how many departments, a wall has room for."""


class Today(NamedTuple):
    """Calls of today, and how things stand."""

    sent: int
    accepted: int
    solved: int
    open: int
    overdue: int
    emergencies: int


class Line(NamedTuple):
    """A department on the board."""

    unit: Unit
    open: int
    late: int
    response: Share


class Latest(NamedTuple):
    """A call, without its title: who called, of which kind, and where it stands."""

    number: str | None
    caller: str
    category: str
    scope: CallScope
    state: CallState
    sent_at: datetime | None


def standing(session: Session, day: datetime, now: datetime) -> Today:
    """`day` is when today began. One statement."""
    open_ = and_(Call.sent_at.is_not(None), Call.state.not_in(ENDED))
    waits, runs = and_(Call.accepted_at.is_(None), Call.accept_due < now), Call.resolve_due < now
    over = and_(open_, Call.resolved_at.is_(None), or_(waits, runs))
    figures = (
        Call.sent_at >= day,
        Call.accepted_at >= day,
        Call.confirmed_at >= day,
        open_,
        over,
        and_(open_, Call.scope == CallScope.emergency),
    )
    counts: Any = select(*(func.count().filter(figure) for figure in figures)).select_from(Call)
    return Today(*session.execute(counts).one())


def board(session: Session, actor: Actor, begins: datetime, ends: datetime, now: datetime) -> list[Line]:
    """Who has most that is late first: these departments are ranked, townships are not on it. Ten statements."""
    part = CallAssignment
    silent = and_(part.responded_at.is_(None), part.respond_due < now)
    broken = and_(part.resolved_at.is_(None), part.promised_due < now)
    counted = select(part.department_id, func.count(), func.count().filter(or_(silent, broken)))
    at_work = counted.where(part.state.in_(AT_WORK), not_local(part.department_id)).group_by(part.department_id)
    found = {unit_id: (open_, late) for unit_id, open_, late in session.execute(at_work)}
    shares = {one.unit.id: one.response for one in rates(session, actor, begins, ends, now) if not one.is_local}
    here = Unit.region_id == actor.region_id  # others may help from another county
    units = session.scalars(select(Unit).where(Unit.id.in_(found.keys() | shares.keys()), here).order_by(Unit.code))
    lines = [Line(unit, *found.get(unit.id, (0, 0)), shares.get(unit.id, Share())) for unit in units]
    return sorted(lines, key=lambda line: (-line.late, -line.open))[:BOARD]


def latest(session: Session) -> Sequence[Latest]:
    """Sent last. One statement."""
    columns = (Call.number, Unit.name, Call.category, Call.scope, Call.state, Call.sent_at)
    sent = select(*columns).join(Unit, Unit.id == Call.caller_unit_id).where(Call.sent_at.is_not(None))
    return [Latest(*row) for row in session.execute(sent.order_by(Call.sent_at.desc(), Call.id.desc()).limit(LATEST))]
