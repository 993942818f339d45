"""Due times counted anew after the calendar or a rule has changed: looked at, asked for, done by a job (B4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import TimeLimit
from models.door import by_rule
from models.limits import DueRevision, RevisionState
from models.queries.calendar import Limits, limits_of
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.due_times import KINDS, Outcome, Running, outcome, running
from models.workflow import Refused, Step, Transition, Workflow

S = RevisionState
KEEPERS = frozenset({RoleName.admin, RoleName.list_manager})
"""Who enters working days."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many clocks run, and how many of their due times move; `moves`: which, and to when."""

    running: int
    moves: tuple[tuple[Running, Outcome], ...]

    @property
    def earlier(self) -> int:
        return sum(to.at < clock.stored for clock, to in self.moves)

    def overdue(self, now: datetime) -> int:
        return sum(to.at <= now for _, to in self.moves)


def preview(session: Session, region_id: int, now: datetime, rules: Limits | None = None) -> Preview:
    """What the job would do at this moment; by other rules, if they are supposed."""
    clocks = [c for kind in KINDS if not kind.follows for c in running(session, kind, region_id, now)]
    return Preview(len(clocks), tuple(moving(session, clocks, rules or limits_of(session, region_id))))


def moving(session: Session, clocks: Iterable[Running], rules: Limits) -> list[tuple[Running, Outcome]]:
    """Those whose due time differs from what the calendar and the rules give now."""
    found = ((clock, outcome(session, clock, rules)) for clock in clocks)
    return [(clock, to) for clock, to in found if to is not None and to.at != clock.stored]


def prepare_revision(session: Session, revision: DueRevision, actor: Actor, now: datetime) -> None:
    """Raises `Refused` where no county is named and the actor has none."""
    prepare_county_row(session, revision, actor, now)
    revision.looked_at = now


def preview_revision(session: Session, revision: DueRevision, actor: Actor, now: datetime) -> None:
    """Say how many due times would move, before anybody asks for it."""
    with by_rule(session):
        _look(session, revision, now)


def _look(session: Session, revision: DueRevision, now: datetime) -> None:
    seen = preview(session, revision.region_id, now)
    revision.looked_at, revision.running = now, seen.running
    revision.earlier, revision.later = seen.earlier, len(seen.moves) - seen.earlier
    revision.overdue = seen.overdue(now)


def count_anew(session: Session, limit: TimeLimit, now: datetime) -> None:
    """After a rule has changed: no second question, the rehearsal was looked at."""
    revision = DueRevision(region_id=limit.region_id, reason="", time_limit=limit, state=S.waiting, asked_at=now)
    _look(session, revision, now)
    session.add(revision)


def forget_revision(session: Session, revision: DueRevision, actor: Actor, now: datetime) -> None:
    """Raises `Refused`: what was asked for is on record."""
    if revision.state is not S.previewed:
        raise Refused(N_("This has been asked for, and stays on record."))


def _keeper(revision: DueRevision, actor: Actor) -> bool:
    return RoleName.admin in actor.roles or (bool(KEEPERS & actor.roles) and actor.region_id == revision.region_id)


def _asked(revision: DueRevision, step: Step) -> None:
    revision.asked_at = step.now


def _finished(revision: DueRevision, step: Step) -> None:
    revision.done_at = step.now


REVISION = Workflow(
    DueRevision,
    Transition(
        name="recompute",
        label=N_("Count anew"),
        source=frozenset({S.previewed}),
        target=S.waiting,
        by=_keeper,
        effect=_asked,
        tone="active",
        help=N_(
            "A job moves these due times, and when units are reminded. What is over stays over; each unit is told once."
        ),
    ),
    Transition(
        name="finish",
        label=N_("Counted anew"),
        source=frozenset({S.waiting}),
        target=S.done,
        by=None,
        effect=_finished,
        tone="done",
    ),
)
