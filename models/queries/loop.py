"""The six stages of the loop (TC-06): of the calls of a period, how many have come how far; and when one call did.

The article names the stages; what ends each of them is composed, and `STAGES` says it in words.
"""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from models.base import N_
from models.calls import Call, CallAssignment, CallState

ANSWERED = exists().where(CallAssignment.call_id == Call.id, CallAssignment.responded_at.is_not(None))
STAGES = {
    "perceived": (
        N_("Perceived"),
        N_("Calls sent in the period, and not withdrawn. Closed calls of an older system have passed the next three"),
        true(),
    ),
    "analysed": (
        N_("Analysed"),
        N_("The county office has accepted them"),
        or_(Call.accepted_at.is_not(None), Call.imported),
    ),
    "responded": (N_("Responded to"), N_("A unit has answered"), or_(ANSWERED, Call.imported)),
    "supervised": (
        N_("Supervised"),
        N_("A result was reported, within the limits that are watched"),
        or_(Call.resolved_at.is_not(None), Call.imported),
    ),
    "fed_back": (N_("Fed back"), N_("The caller has confirmed that it is solved"), Call.confirmed_at.is_not(None)),
    "improved": (N_("Improved"), N_("Both sides have been rated and every unit assessed"), Call.closed_at.is_not(None)),
}
"""What each stage is called, what has happened when a call has passed it, and how that is told."""


class Stage(NamedTuple):
    """One stage, and the calls that have passed it and all before it."""

    name: str
    label: str
    meaning: str
    calls: int


def loop(session: Session, begins: datetime, ends: datetime, *within: ColumnElement[bool]) -> list[Stage]:
    """Of the calls that the session may see, and of these alone those `within`. One statement."""
    passed = [func.count().filter(reached(name)) for name in STAGES]
    counts = session.execute(select(*passed).select_from(Call).where(sent(begins, ends), *within)).one()
    told = zip(STAGES.items(), counts, strict=True)
    return [Stage(name, label, meaning, calls) for (name, (label, meaning, _)), calls in told]


def sent(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """The calls that are looked at."""
    return (Call.sent_at >= begins) & (Call.sent_at < ends) & (Call.state != CallState.withdrawn)


def reached(name: str) -> ColumnElement[bool]:
    """Those of them that have passed this stage, and all before it."""
    names = list(STAGES)
    return and_(true(), *(STAGES[before][2] for before in names[: names.index(name) + 1]))


def passed_at(session: Session, call: Call) -> list[tuple[str, datetime | None]]:
    """Each stage as it is called, and when the call passed it: none after one that it has not passed. One statement."""
    answered = select(func.min(CallAssignment.responded_at)).where(CallAssignment.call_id == call.id)
    moments = (
        call.sent_at, call.accepted_at, session.scalar(answered), call.resolved_at, call.confirmed_at, call.closed_at
    )  # fmt: skip
    labels = [label for label, _, _ in STAGES.values()]
    if call.imported:  # what its file does not tell
        return list(zip(labels, moments, strict=True))
    reached = accumulate(moments, lambda before, moment: moment if before else None)
    return list(zip(labels, reached, strict=True))
