"""The scores that leaders are shown: of the latest cycle of a period, and what each side gave (TA-32, TA-38..40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agencies import DispatchedAgency
from models.evaluation import WHOLE, EvaluationCycle, SubjectKind
from models.queries.asked import Asked
from models.queries.scoreboard import Line, scoreboard
from models.rules.reckoning import half_up
from models.scores import ScoreResult


@dataclass(frozen=True, slots=True)
class Scores:
    """A cycle and its scores: departments by their place, agencies by their code."""

    cycle: EvaluationCycle | None
    lines: dict[SubjectKind, Sequence[Line]]


def scores(session: Session, asked: Asked) -> Scores:
    """Of the cycle that ended last, of those whose record touches the period and that the asker may see scores of.

    As many statements for many units as for few. Of a department, its own and its agencies'; of a township, those of
    the agencies that it hosts.
    """
    cycle, seen = EvaluationCycle, select(ScoreResult.cycle_id)
    of_period = (cycle.starts_on <= asked.last, cycle.ends_on >= asked.first, cycle.id.in_(seen))
    latest = session.scalar(select(cycle).where(*of_period).order_by(cycle.ends_on.desc(), cycle.id.desc()).limit(1))
    if latest is None:
        return Scores(None, {})
    lines = scoreboard(session, latest)
    if asked.unit is None:
        return Scores(latest, dict(lines))
    agency, path = DispatchedAgency, asked.unit.path
    its = set(session.scalars(select(agency.unit_id).where(asked.is_of(agency.department_id, agency.seat_id))))
    return Scores(latest, {kind: [line for line in found if _is_of(line, path, its)] for kind, found in lines.items()})


def _is_of(line: Line, path: str, agencies: set[int]) -> bool:
    return line.result.unit_id in agencies or line.result.unit.path.startswith(path)


def given(result: ScoreResult) -> tuple[Decimal | None, Decimal | None]:
    """How many points of the total come from townships, and how many from above (R15, R16): together the total."""
    if result.share is None:
        return None, result.total
    sides = ((result.share, result.bottom_up), (WHOLE - result.share, result.top_down))
    below, above = (None if mark is None else half_up(Fraction(share) * Fraction(mark) / 100) for share, mark in sides)
    return below, above if below is None or result.total is None else result.total - below
