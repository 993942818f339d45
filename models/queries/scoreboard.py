"""What the pages of an evaluation show: who has sent what, scores beside each other, and what one was computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from models.actor import Actor
from models.door import by_rule
from models.evaluation import CycleState, EvaluationCycle, EvaluationIndicator, Side, SubjectKind
from models.evaluation_sheets import EvaluationSheet, Grade, SheetScore, SheetState
from models.organisation import Unit
from models.queries.choices import own_results
from models.queries.evaluation import RECORDS
from models.roles import EVERYWHERE
from models.rules.indicators import TWO_SIDED
from models.rules.reckoning import Reckoned, corrected_grade, half_up, joined, total_of, value_of
from models.scope.evaluation import JUDGES
from models.scores import AppealState, ScoreAppeal, ScorePart, ScoreResult

SHOWN = 100
"""How many records of a part are named on its page."""


class Sent(NamedTuple):
    """How many of its sheets a unit has sent."""

    unit: Unit
    done: int
    whole: int


def progress(session: Session, cycle: EvaluationCycle, actor: Actor) -> list[Sent]:
    """By the units' codes. Counts alone: nobody learns from them of whom a unit has spoken. Others see their own."""
    sheet = EvaluationSheet
    counted = select(
        Unit, func.count().filter(sheet.state.in_((SheetState.submitted, SheetState.opened))), func.count()
    )
    counted = counted.join_from(sheet, Unit, Unit.id == sheet.rater_unit_id).where(sheet.cycle_id == cycle.id)
    if not actor.roles & (JUDGES | EVERYWHERE):
        counted = counted.where(sheet.rater_unit_id.in_(actor.unit_ids))
    with by_rule(session):  # the sheets themselves are sealed
        return [Sent(*row) for row in session.execute(counted.group_by(Unit.id).order_by(Unit.code))]


class Line(NamedTuple):
    """A score with what an appeal corrected it to."""

    result: ScoreResult
    corrected: Decimal | None

    @property
    def corrected_grade(self) -> Grade | None:
        """What the corrected score is graded; nothing where none was corrected."""
        return corrected_grade(self.result, self.corrected)


def scoreboard(session: Session, cycle: EvaluationCycle) -> dict[SubjectKind, list[Line]]:
    """What the asker may see, by kind: departments by their place, all others by their code. Two statements."""
    result = ScoreResult
    found = select(result).join(Unit, Unit.id == result.unit_id).where(result.cycle_id == cycle.id)
    found = found.options(joinedload(result.unit)).order_by(result.place.is_(None), result.place, Unit.code)
    fixed = corrections(session, cycle.id)
    lines: dict[SubjectKind, list[Line]] = {}
    for row in session.scalars(found):
        lines.setdefault(row.subject_kind, []).append(Line(row, fixed.get(row.id)))
    return lines


def corrections(session: Session, cycle_id: int) -> dict[int, Decimal]:
    """The latest correction of each score of a cycle."""
    of_cycle = select(ScoreResult.id).where(ScoreResult.cycle_id == cycle_id)
    upheld = select(ScoreAppeal.result_id, ScoreAppeal.corrected_total).where(
        ScoreAppeal.state == AppealState.upheld, ScoreAppeal.result_id.in_(of_cycle)
    )
    return {key: total for key, total in session.execute(upheld.order_by(ScoreAppeal.id)) if total is not None}


def appealable(session: Session, cycle: EvaluationCycle, actor: Actor, now: datetime) -> set[int]:
    """The scores of a cycle against which one's unit may still lodge an appeal. One statement at most."""
    if cycle.state is not CycleState.published or actor.observes or not cycle.appeal_due or now > cycle.appeal_due:
        return set()
    of_cycle = select(ScoreResult.id).where(ScoreResult.cycle_id == cycle.id)
    return set(session.scalars(of_cycle.where(own_results(actor))))


def still_appealable(now: datetime) -> ColumnElement[bool]:
    """Scores of cycles whose days for appeals are not over."""
    return ScoreResult.cycle_id.in_(select(EvaluationCycle.id).where(EvaluationCycle.appeal_due >= now))


@dataclass(frozen=True, slots=True)
class Opened:
    """A part with the records that went in, as far as the asker may read them."""

    part: ScorePart
    records: Sequence[tuple[Any, bool, Decimal | None]]
    """(record, whether it met what was counted, points on a sheet)"""
    whole: int

    @property
    def value(self) -> Decimal | None:
        """Computed anew from what is stored."""
        part = self.part
        return value_of(part.formula, part.numerator, part.denominator, part.deduct)


@dataclass(frozen=True, slots=True)
class Account:
    """A score, opened."""

    result: ScoreResult
    sides: dict[Side, list[Opened]] = field(default_factory=dict)
    corrected: Decimal | None = None

    @property
    def corrected_grade(self) -> Grade | None:
        """What the corrected score is graded; nothing where none was corrected."""
        return corrected_grade(self.result, self.corrected)

    @property
    def is_gathered(self) -> bool:
        """R17: of an agency what townships say counts when its seat has submitted it, and not before."""
        return self.result.subject_kind is not SubjectKind.agency or self.result.bottom_up is not None

    def anew(self, side: Side | None = None) -> Decimal | None:
        """One side, or all, computed anew from what is stored."""
        if side is Side.bottom_up and not self.is_gathered:
            return None
        opened = [part for of_side, parts in self.sides.items() for part in parts if side in (None, of_side)]
        return half_up(joined(Reckoned(found.part.weight, found.value) for found in opened))

    def weighed(self, side: Side | None = None) -> list[tuple[Decimal, Decimal]]:
        """(weight, value) of every indicator of one side, or of all, that had something to count."""
        opened = [found.part for of_side, parts in self.sides.items() for found in parts if side in (None, of_side)]
        return [(part.weight, part.value) for part in opened if part.value is not None]

    @property
    def total(self) -> Decimal | None:
        """The total computed anew; by the sides as they are kept, where they are weighed apart."""
        result = self.result
        if result.subject_kind is SubjectKind.community and self.anew(Side.bottom_up) is None:
            return None
        if result.subject_kind not in TWO_SIDED or result.share is None:
            return self.anew()
        return total_of(result.share, self.anew(Side.bottom_up), self.anew(Side.top_down))


def account(session: Session, result: ScoreResult) -> Account:
    """As many statements as there are kinds of records in it, and four besides."""
    of_result = select(ScorePart).where(ScorePart.result_id == result.id).order_by(ScorePart.id)
    parts = session.scalars(of_result.options(joinedload(ScorePart.indicator))).all()
    found = _records(session, parts)
    points = _points(session, parts)
    sides: dict[Side, list[Opened]] = {}
    for part in parts:
        keys, met = part.records["of"], set(part.records["with"])
        rows = found[RECORDS[part.formula]]
        records = [(rows[key], key in met, points.get((key, part.indicator_id))) for key in keys[:SHOWN] if key in rows]
        sides.setdefault(part.side, []).append(Opened(part, records, len(keys)))
    return Account(result, sides, corrections(session, result.cycle_id).get(result.id))


def _records(session: Session, parts: Sequence[ScorePart]) -> dict[Any, dict[int, Any]]:
    wanted: dict[Any, set[int]] = defaultdict(set)
    for part in parts:
        wanted[RECORDS[part.formula]].update(part.records["of"][:SHOWN])
    return {
        model: {row.id: row for row in session.scalars(select(model).where(model.id.in_(keys)))}
        for model, keys in wanted.items()
    }


def _points(session: Session, parts: Sequence[ScorePart]) -> dict[tuple[int, int], Decimal]:
    sheets = {key for part in parts if part.formula is None for key in part.records["of"][:SHOWN]}
    said = select(SheetScore.sheet_id, SheetScore.indicator_id, SheetScore.points)
    rows = session.execute(said.where(SheetScore.sheet_id.in_(sheets)))
    return {(sheet, indicator): points for sheet, indicator, points in rows}


@dataclass(frozen=True, slots=True)
class Table:
    """The sheets of one unit, and of those below it, that ask for the same: a row each, a column for each indicator."""

    kind: SubjectKind
    side: Side
    indicators: list[EvaluationIndicator]
    sheets: list[EvaluationSheet]


def tables(session: Session, cycle: EvaluationCycle, actor: Actor) -> list[Table]:
    """What one's unit, and each below it, is asked in a cycle, by kind and side, subjects by their codes.

    Two statements.
    """
    sheet = EvaluationSheet
    mine = select(sheet).join(Unit, Unit.id == sheet.subject_unit_id)
    mine = mine.where(sheet.cycle_id == cycle.id, sheet.rater_unit_id.in_(actor.unit_ids))
    mine = mine.order_by(Unit.code, sheet.rater_unit_id)
    laid = select(EvaluationIndicator).where(EvaluationIndicator.cycle_id == cycle.id).order_by(EvaluationIndicator.id)
    indicators = session.scalars(laid).all()
    found: dict[tuple[SubjectKind, Side], list[EvaluationSheet]] = defaultdict(list)
    for row in session.scalars(mine.options(joinedload(sheet.subject_unit), joinedload(sheet.rater_unit))):
        found[row.subject_kind, row.side].append(row)
    return [
        Table(kind, side, [row for row in indicators if (row.subject_kind, row.side) == (kind, side)], sheets)
        for (kind, side), sheets in found.items()
    ]


def scores_on(session: Session, sheets: Sequence[EvaluationSheet]) -> dict[tuple[int, int], SheetScore]:
    """By sheet and indicator."""
    given = select(SheetScore).where(SheetScore.sheet_id.in_([sheet.id for sheet in sheets]))
    return {(row.sheet_id, row.indicator_id): row for row in session.scalars(given)}
