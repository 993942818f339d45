"""The three rates (R20) of each unit in a period, and how well was called and how fast answered (TC-33, TS-34).

The articles name the rates and give no formula: these are composed, and `MEANT` says them in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, CallState, FailureKind
from models.organisation import LOCAL, Unit
from models.queries.burden import is_of_county
from models.ratings import CONTENT, MutualRating, RatingState
from models.recorder import RecorderEntry

FEWEST = 5
"""Ratings below which a share would say more of who rated than of who was rated: then the count alone is told."""

HOUR = 3600
OPEN = (AssignmentState.pending, AssignmentState.responded, AssignmentState.working)

MEANT = {
    "response": (
        N_("Response rate"),
        N_("Parts of calls answered, or rejected, within the limit, of all whose limit to respond lies in the period"),
    ),
    "resolution": (
        N_("Resolution rate"),
        N_(
            "Matters that the caller confirmed as solved, of all whose limit to resolve lies in the period:"
            " those that the unit answers, and those that it called about and did not withdraw"
        ),
    ),
    "satisfaction": (
        N_("Satisfaction rate"),
        N_(
            "Ratings of at least basically satisfied, of all ratings of the unit that were revealed in the period."
            " Who did not rate is not counted; below five ratings there is no percentage"
        ),
    ),
    "accepted": (
        N_("Acceptance rate"),
        N_("Calls that the county office accepted within the limit, of all whose limit to accept lies in the period"),
    ),
    "correct": (
        N_("Called correctly"),
        N_("Calls accepted without a return for correction, of all that were accepted or returned in the period"),
    ),
    "hours": (
        N_("Hours to the answer"),
        N_("Between dispatch and answer, by the clock: half of the answers in the period took longer (the median)"),
    ),
}
"""What each number counts, by its name: (what it is called, in words)."""


class Share(NamedTuple):
    """So many of so many."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    @property
    def telling(self) -> float | None:
        """The percentage of ratings; none where they are too few."""
        return self.percent if self.whole >= FEWEST else None


@dataclass(slots=True)
class Figures:
    """What is told of one unit."""

    unit: Unit
    response: Share = field(default_factory=Share)
    resolution: Share = field(default_factory=Share)
    satisfaction: Share = field(default_factory=Share)
    not_rated: int = 0
    accepted: Share = field(default_factory=Share)
    correct: Share = field(default_factory=Share)
    hours: float | None = None

    @property
    def satisfied(self) -> float | None:
        return self.satisfaction.telling

    @property
    def is_local(self) -> bool:
        return self.unit.unit_type in LOCAL


def rates(
    session: Session, actor: Actor, begins: datetime, ends: datetime, now: datetime, *within_calls: ColumnElement[bool]
) -> list[Figures]:
    """By the units' codes, nobody is ranked: for the county all, for others their own. Eight statements.

    `within_calls`: of which calls alone.
    """
    within = _Period(actor, begins, ends, now, within_calls)
    shares: dict[str, dict[int, Share]] = {
        "response": _shares(session, [within.responses()]),
        "resolution": _shares(session, [within.answered(), within.called()]),
        "satisfaction": _shares(session, [within.ratings()]),
        "accepted": _shares(session, [within.accepted()]),
        "correct": _shares(session, [within.correct()]),
    }
    silent = dict(session.execute(within.not_rated()).all())
    hours: dict[int, list[float]] = defaultdict(list)
    for unit_id, dispatched_at, responded_at in session.execute(within.times()):
        hours[unit_id].append((responded_at - dispatched_at).total_seconds() / HOUR)
    known = {*silent, *hours, *(unit_id for found in shares.values() for unit_id in found)}
    units = session.scalars(select(Unit).where(Unit.id.in_(known)).order_by(Unit.code))
    return [
        Figures(
            unit,
            **{name: found.get(unit.id, Share()) for name, found in shares.items()},
            not_rated=silent.get(unit.id, 0),
            hours=median(hours[unit.id]) if unit.id in hours else None,
        )
        for unit in units
    ]


def behind(
    actor: Actor, begins: datetime, ends: datetime, now: datetime, name: str, *within_calls: ColumnElement[bool]
) -> tuple[type[Any], Any, Select[Any]]:
    """The rows that a department's share, or its hours, are counted of: their table, whose they are, and their keys."""
    within = _Period(actor, begins, ends, now, within_calls)
    model, unit_id, query = {
        "response": (CallAssignment, CallAssignment.department_id, within.responses),
        "resolution": (CallAssignment, CallAssignment.department_id, within.answered),
        "satisfaction": (MutualRating, MutualRating.ratee_unit_id, within.ratings),
        "hours": (CallAssignment, CallAssignment.department_id, within.times),
    }[name]
    return model, unit_id, query().with_only_columns(model.id).group_by(None)  # type: ignore[attr-defined]


def members(
    session: Session, actor: Actor, begins: datetime, ends: datetime, now: datetime
) -> Iterator[tuple[str, Any]]:
    """What rates, failures and volumes count, a row each: (county, unit, call, whether of the part). Six statements."""
    within = _Period(actor, begins, ends, now, each=True)
    queries = {"response": [within.responses()], "resolution": [within.answered(), within.called()],
               "satisfaction": [within.ratings()], "calls": [within.sent()]}  # fmt: skip
    for name, asked in queries.items():
        for query in asked:
            for row in session.execute(query):
                yield name, tuple(row)
    for region_id, unit_id, call_id, kind in session.execute(within.failures()):
        yield str(kind), (region_id, unit_id, call_id, True)


def _shares(session: Session, queries: Iterable[Select[Any]]) -> dict[int, Share]:
    found: dict[int, Share] = {}
    for query in queries:
        for unit_id, part, whole in session.execute(query):
            before = found.get(unit_id, Share())
            found[unit_id] = Share(before.part + part, before.whole + whole)
    return found


@dataclass(frozen=True, slots=True)
class _Period:
    """The questions of one asker about one period."""

    actor: Actor
    begins: datetime
    ends: datetime
    now: datetime
    within_calls: tuple[ColumnElement[bool], ...] = ()
    each: bool = False
    """Whether each row is told, and not their number."""

    def responses(self) -> Select[Any]:
        part = CallAssignment
        silent = and_(part.respond_due <= self.now, part.state != AssignmentState.void)
        due = or_(silent, part.responded_at.is_not(None))
        on_time = part.responded_at <= part.respond_due
        return self._counted(part, part.department_id, on_time, self._in(part.respond_due), due)

    def answered(self) -> Select[Any]:
        """Parts of the round that runs; what was rejected is not the unit's to solve."""
        part = CallAssignment
        solved = and_(part.state == AssignmentState.resolved, Call.confirmed_at.is_not(None))
        living = and_(part.round == Call.rounds, part.state.in_((*OPEN, AssignmentState.resolved)))
        query = self._counted(part, part.department_id, solved, living, self._was_to_be_solved())
        return query.join(Call, Call.id == part.call_id)

    def called(self) -> Select[Any]:
        solved, stands = Call.confirmed_at.is_not(None), Call.state != CallState.withdrawn
        return self._counted(Call, Call.caller_unit_id, solved, stands, self._was_to_be_solved())

    def _was_to_be_solved(self) -> ColumnElement[bool]:
        past = or_(Call.resolve_due <= self.now, Call.confirmed_at.is_not(None))
        return and_(self._in(Call.resolve_due), past)

    def ratings(self) -> Select[Any]:
        rating = MutualRating
        revealed = and_(rating.state == RatingState.revealed, self._in(rating.revealed_at))
        return self._counted(rating, rating.ratee_unit_id, rating.level.in_(CONTENT), revealed)

    def not_rated(self) -> Select[int, int]:
        rating = MutualRating
        silent = and_(rating.state == RatingState.not_rated, self._in(rating.revealed_at))
        asked_by = self._asked_by(rating, rating.ratee_unit_id)
        query = select(rating.ratee_unit_id, func.count()).where(silent, asked_by, self._of_calls(rating))
        return query.group_by(rating.ratee_unit_id)

    def accepted(self) -> Select[Any]:
        due = or_(Call.accept_due <= self.now, Call.accepted_at.is_not(None))
        on_time = Call.accepted_at <= Call.accept_due
        return self._counted(Call, Call.caller_unit_id, on_time, self._in(Call.accept_due), due)

    def correct(self) -> Select[Any]:
        """A call counts once: when it was accepted, or, returned and not yet accepted, when it was last sent."""
        entry = RecorderEntry
        returned = Call.id.in_(  # looked up once: asked of each call, it takes seconds for a hundred thousand
            select(entry.subject_id).where(entry.subject_type == "call", entry.action == "return_for_correction")
        )
        ruled = or_(self._in(Call.accepted_at), and_(Call.accepted_at.is_(None), returned, self._in(Call.sent_at)))
        return self._counted(Call, Call.caller_unit_id, and_(Call.accepted_at.is_not(None), ~returned), ruled)

    def times(self) -> Any:
        part = CallAssignment
        query = select(part.department_id, part.dispatched_at, part.responded_at)
        asked_by = self._asked_by(part, part.department_id)
        return query.where(self._in(part.responded_at), asked_by, self._of_calls(part))

    def sent(self) -> Select[Any]:
        return self._counted(Call, Call.caller_unit_id, true(), self._in(Call.sent_at))

    def failures(self) -> Any:
        part = CallAssignment
        failed = and_(part.failure_kind != FailureKind.none, self._in(part.failed_at))
        query = select(part.region_id, part.department_id, part.call_id, part.failure_kind)
        return query.where(failed, self._asked_by(part, part.department_id))

    def _in(self, moment: Any) -> ColumnElement[bool]:
        return and_(moment >= self.begins, moment < self.ends)

    def _of_calls(self, model: Any) -> ColumnElement[bool]:
        if not self.within_calls:
            return true()
        if model is Call:
            return and_(*self.within_calls)
        among: ColumnElement[bool] = model.call_id.in_(select(Call.id).where(*self.within_calls))
        return among

    def _asked_by(self, model: Any, unit_id: Any) -> ColumnElement[bool]:
        """The county's own rows; for a unit its own figures alone, not the piece that it sees of another's."""
        if not is_of_county(self.actor):
            own: ColumnElement[bool] = unit_id.in_(self.actor.unit_ids)
            return own
        here: ColumnElement[bool] = model.region_id == self.actor.region_id
        return true() if self.actor.region_id is None else here

    def _counted(self, model: Any, unit_id: Any, part: ColumnElement[bool], *whole: ColumnElement[bool]) -> Select[Any]:
        whose = self._asked_by(model, unit_id)
        if self.each:
            call_id = Call.id if model is Call else model.call_id
            told = select(model.region_id, unit_id, call_id, case((part, True), else_=False)).select_from(model)
            return told.where(*whole, whose)
        query = select(unit_id, func.count().filter(part), func.count()).select_from(model)
        return query.where(*whole, whose, self._of_calls(model)).group_by(unit_id)
