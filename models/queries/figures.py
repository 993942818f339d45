"""What the figures of a month count, call by call; and why a number differs from the one that was published."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_, Word
from models.calls import Call, FailureKind
from models.figures import FigureKind, PublishedFigure
from models.organisation import LOCAL, Unit
from models.queries.rates import MEANT, members
from models.recorder import RecorderEntry

FAILURES = (FailureKind.no_response, FailureKind.late_response, FailureKind.inaction)
DEFINED = {FigureKind[name]: MEANT[name][1] for name in ("response", "resolution", "satisfaction")}
FAILED = N_("Parts of calls at which this failure was found in the month")
DEFINED |= {FigureKind(kind.value): FAILED for kind in FAILURES}
DEFINED |= {FigureKind.calls: N_("Calls that the township or street sent in the month. Townships are not ranked")}
"""In words, as it is published with each number."""

Key = tuple[int, int, FigureKind]
"""(county, unit, figure)"""


@dataclass(slots=True)
class Counted:
    """The calls behind a number: each as often as it counts."""

    part: list[int] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)

    def told(self) -> dict[str, list[int]]:
        return {"part": sorted(self.part), "whole": sorted(self.whole)}


def counted(session: Session, actor: Actor, begins: datetime, ends: datetime, now: datetime) -> dict[Key, Counted]:
    """Six statements: for the county, or the deployment, all; for others their own."""
    local = set(session.scalars(select(Unit.id).where(Unit.unit_type.in_(LOCAL))))
    found: dict[Key, Counted] = defaultdict(Counted)
    for name, (region_id, unit_id, call_id, is_part) in members(session, actor, begins, ends, now):
        if (name == "calls") is not (unit_id in local):
            continue  # rates are of departments, volumes of townships
        number = found[region_id, unit_id, FigureKind(name)]
        number.whole.append(call_id)
        if is_part:
            number.part.append(call_id)
    return found


class Why(Word):
    """What happened to a call since a figure was published (issue of a later difference)."""

    imported = "imported", N_("Imported later"), "info"
    annulled = "annulled", N_("Declared void since"), "warn"
    solved = "solved", N_("Resolved later"), "done"
    counted_anew = "counted_anew", N_("Due times counted anew"), "info"
    corrected = "corrected", N_("Corrected since"), "warn"
    unknown = "unknown", N_("Nothing on record since"), "muted"


REASONS = {"import": Why.imported, "annul": Why.annulled, "confirm": Why.solved, "resolve": Why.solved,
           "counted_anew": Why.counted_anew}  # fmt: skip
"""By the action that the recorder names."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A call that counts otherwise today, and why."""

    call: Call
    before: tuple[int, int]
    """(counted, out of) as published."""
    today: tuple[int, int]
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Recounted:
    """A published number beside today's."""

    figure: PublishedFigure
    part: int
    whole: int
    differences: tuple[Difference, ...]


def recount(
    session: Session, actor: Actor, figures: Iterable[PublishedFigure], begins: datetime, ends: datetime, now: datetime
) -> list[Recounted]:
    """Each with the calls that differ. Nine statements, however many differ."""
    known = list(figures)
    today = counted(session, actor, begins, ends, now)
    pairs = [(figure, today.get((figure.region_id or 0, figure.unit_id, figure.kind), Counted())) for figure in known]
    differing = {call_id for figure, number in pairs for call_id in _differing(figure, number)}
    calls = {call.id: call for call in session.scalars(select(Call).where(Call.id.in_(differing)))}
    since = min((figure.published_at for figure in known), default=now)
    why = _reasons(session, calls, since)
    return [
        Recounted(figure, len(number.part), len(number.whole), tuple(
            Difference(calls[call_id], _times(figure.calls, call_id), _times(number.told(), call_id), why[call_id])
            for call_id in sorted(_differing(figure, number))
            if call_id in calls
        ))
        for figure, number in pairs
    ]  # fmt: skip


def _differing(figure: PublishedFigure, number: Counted) -> set[int]:
    found: set[int] = set()
    for name, now in number.told().items():
        before, after = Counter(figure.calls[name]), Counter(now)
        found |= {call_id for call_id in before.keys() | after.keys() if before[call_id] != after[call_id]}
    return found


def _times(calls: Mapping[str, Any], call_id: int) -> tuple[int, int]:
    return calls["part"].count(call_id), calls["whole"].count(call_id)


def _reasons(session: Session, calls: Mapping[int, Call], since: datetime) -> dict[int, tuple[Why, ...]]:
    """By call, from the recorder: an import names itself on what it writes, a move by its name."""
    entry = RecorderEntry
    told = select(entry.call_id, entry.action).where(entry.call_id.in_(calls), entry.at > since).order_by(entry.id)
    found: dict[int, list[Why | None]] = defaultdict(list)
    for call_id, action in session.execute(told).all():
        if call_id is not None:
            created = action == "create" and calls[call_id].imported
            found[call_id].append(Why.imported if created else REASONS.get(action))
    return {call_id: _told(found[call_id]) for call_id in calls}


def _told(found: list[Why | None]) -> tuple[Why, ...]:
    """Each reason once; where none is named, that something was changed, or that nothing is on record."""
    named = tuple(dict.fromkeys(why for why in found if why is not None))
    return named or ((Why.corrected,) if found else (Why.unknown,))
