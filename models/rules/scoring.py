"""The calculator: scores of cycles from sheets and record, each with all it was computed from (R15 to R23, TC-53)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.evaluation import (
    BY_PEOPLE,
    WHOLE,
    EvaluationCycle,
    EvaluationIndicator,
    Formula,
    Side,
    SubjectKind,
)
from models.evaluation_sheets import AgencyAggregate, AggregateState, EvaluationSheet, Grade
from models.queries.evaluation import INPUTS, scored
from models.rules.indicators import TWO_SIDED
from models.rules.reckoning import Reckoned, grade_of, half_up, joined, total_of, value_of
from models.scores import CappedBy, ScorePart, ScoreResult

K = SubjectKind
GATHERED = (AggregateState.submitted, AggregateState.graded)
PASS = Decimal(60)
"""Under it, a veto indicator takes every better grade."""


@dataclass(slots=True)
class Input:
    """What went into one indicator of one unit."""

    numerator: Decimal = Decimal()
    denominator: Decimal = Decimal()
    of: list[int] = field(default_factory=list)
    met: list[int] = field(default_factory=list)

    def add(self, key: int, points: Decimal, coverage: Decimal | None) -> None:
        """A sheet: townships count the same, but of an agency as much as its coverage says."""
        weight = Decimal(1) if coverage is None else coverage
        self.numerator, self.denominator = self.numerator + weight * points, self.denominator + weight
        self.of.append(key)


@dataclass(slots=True)
class Account:
    """The score of one unit, as it comes about."""

    cycle: EvaluationCycle
    unit_id: int
    kind: SubjectKind
    aggregate: AgencyAggregate | None
    parts: list[tuple[EvaluationIndicator, Input]]
    result: dict[str, Any] = field(default_factory=dict)

    def value(self, row: EvaluationIndicator, found: Input) -> Decimal | None:
        return value_of(row.formula, found.numerator, found.denominator, row.deduct)

    def side(self, side: Side | None = None) -> Decimal | None:
        of_side = (
            Reckoned(row.weight, self.value(row, found)) for row, found in self.parts if side in (None, row.side)
        )
        return half_up(joined(of_side))


def compute(session: Session, cycles: Sequence[EvaluationCycle], now: datetime) -> dict[int, str]:
    """Write the scores of cycles anew; the seal of each one's inputs. As many statements for many as for one."""
    keys = [cycle.id for cycle in cycles]
    accounts = _accounts(session, cycles, keys)
    of_cycle: dict[int, list[Account]] = defaultdict(list)
    for account in accounts:
        _settle(account)
        of_cycle[account.cycle.id].append(account)
    for of_one in of_cycle.values():
        _rank([account for account in of_one if account.kind is K.department])
    for account in accounts:
        account.result["inputs_hash"] = _seal(_told(account))
    _write(session, keys, accounts, now)
    return {
        cycle.id: _seal([account.result["inputs_hash"] for account in of_cycle[cycle.id]]) for cycle in cycles
    }  # fmt: skip


def _accounts(session: Session, cycles: Sequence[EvaluationCycle], keys: list[int]) -> list[Account]:
    """Of each unit that anybody was asked about; by the units' keys."""
    by_key = {cycle.id: cycle for cycle in cycles}
    indicator = EvaluationIndicator
    laid: dict[int, list[EvaluationIndicator]] = defaultdict(list)
    for row in session.scalars(select(indicator).where(indicator.cycle_id.in_(keys)).order_by(indicator.id)):
        laid[row.cycle_id].append(row)
    of_cycles = select(AgencyAggregate).where(AgencyAggregate.cycle_id.in_(keys))
    gathered = {(row.cycle_id, row.unit_id): row for row in session.scalars(of_cycles)}
    by_people = _by_people(session, keys)
    record = _record(session, keys, {row.formula for rows in laid.values() for row in rows if row.formula})
    sheet = EvaluationSheet
    subjects = select(sheet.cycle_id, sheet.subject_unit_id, sheet.subject_kind).where(sheet.cycle_id.in_(keys))
    accounts = []
    for cycle_id, unit_id, kind in session.execute(subjects.distinct().order_by(sheet.cycle_id, sheet.subject_unit_id)):
        parts = []
        for row in laid[cycle_id]:
            if row.subject_kind is kind:
                found = by_people.get((cycle_id, unit_id, row.id)) if row.source in BY_PEOPLE else None
                found = found or (record.get((row.formula, cycle_id, unit_id)) if row.formula else None)
                parts.append((row, found or Input()))
        accounts.append(Account(by_key[cycle_id], unit_id, kind, gathered.get((cycle_id, unit_id)), parts))
    return accounts


def _by_people(session: Session, keys: list[int]) -> dict[tuple[int, int, int], Input]:
    found: dict[tuple[int, int, int], Input] = defaultdict(Input)
    for cycle_id, unit_id, indicator_id, sheet_id, points, coverage in session.execute(scored(keys)):
        found[cycle_id, unit_id, indicator_id].add(sheet_id, points, coverage)
    return found


def _record(session: Session, keys: list[int], formulas: Iterable[Formula]) -> dict[tuple[Formula, int, int], Input]:
    found = {}
    for formula in sorted(formulas):
        for cycle_id, unit_id, numerator, denominator, of, met in session.execute(INPUTS[formula](keys)):
            found[formula, cycle_id, unit_id] = Input(Decimal(numerator), Decimal(denominator), _keys(of), _keys(met))
    return found


def _keys(text: str | None) -> list[int]:
    return sorted(map(int, text.split(","))) if text else []


def _settle(account: Account) -> None:
    """Sides, total and grade."""
    cycle, kind = account.cycle, account.kind
    told: dict[str, Any] = dict.fromkeys(("share", "bottom_up", "top_down", "total", "grade", "capped_by", "place"))
    if kind in TWO_SIDED:
        of_agency = kind is K.agency
        told["share"] = cycle.township_share_agency if of_agency else cycle.township_share_department
        told["bottom_up"], told["top_down"] = account.side(Side.bottom_up), account.side(Side.top_down)
        if of_agency and (account.aggregate is None or account.aggregate.state not in GATHERED):
            told["bottom_up"] = None  # R17: without every township's word its seat has submitted nothing
        told["total"] = total_of(told["share"], told["bottom_up"], told["top_down"])
    elif kind is not K.community or account.side(Side.bottom_up) is not None:
        told["total"] = account.side()  # R33: without its residents' word, which weighs most, a community has none
    told["grade"], told["capped_by"] = _graded(account, grade_of(cycle, told["total"]))
    account.result = told


def _graded(account: Account, by_score: Grade | None) -> tuple[Grade | None, CappedBy | None]:
    """An agency's grade is its department's word (R18); everyone else's follows from the score, and from vetoes."""
    vetoed = (row for row, found in account.parts if row.is_veto and _fails(account.value(row, found)))
    if by_score is not None and next(vetoed, None) is not None:
        return Grade.unqualified, CappedBy.veto
    if account.aggregate is None:
        return by_score, None
    grade, below = account.aggregate.grade, account.aggregate.township_grade
    capped = by_score is Grade.excellent and below is not None and below is not Grade.excellent
    return grade, CappedBy.township_grade if capped else None


def _fails(value: Decimal | None) -> bool:
    return value is not None and value < PASS


def _rank(departments: Sequence[Account]) -> None:
    """Places, equal ones shared; of the excellent as many as the quota has room for, equal ones all or none."""
    scores = sorted((a for a in departments if a.result["total"] is not None), key=lambda a: -a.result["total"])
    totals = [account.result["total"] for account in scores]
    most = int(len(scores) * scores[0].cycle.excellent_quota / WHOLE) if scores else 0
    for account in scores:
        total = account.result["total"]
        account.result["place"] = totals.index(total) + 1
        no_worse = sum(other >= total for other in totals)
        if account.result["grade"] is Grade.excellent and no_worse > most:
            account.result |= {"grade": Grade.good, "capped_by": CappedBy.quota}


def _told(account: Account) -> dict[str, Any]:
    """All that a score follows from, in words and numbers."""
    cycle, aggregate = account.cycle, account.aggregate
    return {
        "cycle": cycle.id,
        "unit": account.unit_id,
        "shares": [f"{cycle.township_share_department:f}", f"{cycle.township_share_agency:f}"],
        "scale": [
            f"{x:f}" for x in (cycle.excellent_from, cycle.good_from, cycle.qualified_from, cycle.excellent_quota)
        ],
        "gathered": [str(x) for x in (aggregate.state, aggregate.township_grade, aggregate.grade)] if aggregate else [],
        "parts": [
            {
                "indicator": row.id,
                "side": row.side,
                "weight": f"{row.weight:f}",
                "source": row.source,
                "formula": row.formula,
                "deduct": f"{row.deduct:f}",
                "veto": row.is_veto,
                "numerator": f"{found.numerator:.3f}",
                "denominator": f"{found.denominator:.3f}",
                "of": found.of,
                "met": found.met,
            }
            for row, found in account.parts
        ],
    }


def _seal(told: Any) -> str:
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _write(session: Session, keys: list[int], accounts: Sequence[Account], now: datetime) -> None:
    """In place of what was computed before."""
    before = select(ScoreResult.id).where(ScoreResult.cycle_id.in_(keys))
    for gone in (
        delete(ScorePart).where(ScorePart.result_id.in_(before)),
        delete(ScoreResult).where(ScoreResult.cycle_id.in_(keys)),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
    if not accounts:
        return
    results = [
        {
            "region_id": account.cycle.region_id,
            "cycle_id": account.cycle.id,
            "unit_id": account.unit_id,
            "subject_kind": account.kind,
            "computed_at": now,
        }
        | account.result
        for account in accounts
    ]
    session.execute(insert(ScoreResult).execution_options(render_nulls=True), results)
    written = select(ScoreResult.cycle_id, ScoreResult.unit_id, ScoreResult.id).where(ScoreResult.cycle_id.in_(keys))
    ids = {(cycle_id, unit_id): key for cycle_id, unit_id, key in session.execute(written)}
    parts = [part for account in accounts for part in _parts(account, ids)]
    session.execute(insert(ScorePart).execution_options(render_nulls=True), parts)


def _parts(account: Account, ids: Mapping[tuple[int, int], int]) -> list[dict[str, Any]]:
    return [
        {
            "region_id": account.cycle.region_id,
            "result_id": ids[account.cycle.id, account.unit_id],
            "indicator_id": row.id,
            "side": row.side,
            "source": row.source,
            "formula": row.formula,
            "deduct": row.deduct,
            "weight": row.weight,
            "numerator": found.numerator,
            "denominator": found.denominator,
            "value": account.value(row, found),
            "records": {"of": found.of, "with": found.met},
        }
        for row, found in account.parts
    ]
