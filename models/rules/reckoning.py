"""The arithmetic of scores. In fractions, rounded half up to two decimals where a number is kept: value, side, total.

A later step takes the number that was kept, so that everyone can follow it with paper and pencil.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

from models.evaluation import WHOLE, EvaluationCycle, Formula, SubjectKind
from models.evaluation_sheets import Grade
from models.scores import CappedBy, ScoreResult

DEDUCTING = frozenset({Formula.failures, Formula.supervision_orders, Formula.rectifications})
"""Formulas that count what went wrong: a hundred, less the points off for each, and never below nothing."""

MEANS = frozenset({None, Formula.case_points})
"""Formulas of numbers between 0 and 100, whose mean is taken; None is what people score."""


def half_up(value: Fraction | None) -> Decimal | None:
    """Two decimals; a half goes up."""
    return None if value is None else Decimal(floor(value * 100 + Fraction(1, 2))).scaleb(-2)


class Reckoned(NamedTuple):
    """The weight of an indicator and its value, as it is kept; none where there was nothing to count."""

    weight: Decimal
    value: Decimal | None

    @classmethod
    def mean(cls, weight: Decimal, numerator: Decimal, denominator: Decimal) -> Reckoned:
        return cls(weight, value_of(None, numerator, denominator, Decimal()))


def value_of(formula: Formula | None, numerator: Decimal, denominator: Decimal, deduct: Decimal) -> Decimal | None:
    """An indicator's value from 0 to 100: a mean, a rate in percent, or what is left of a hundred."""
    if formula in DEDUCTING:
        return half_up(max(Fraction(100) - Fraction(deduct) * Fraction(numerator), Fraction()))
    if not denominator:
        return None
    value = Fraction(numerator) / Fraction(denominator)
    return half_up(value if formula in MEANS else 100 * value)


def joined(parts: Iterable[Reckoned]) -> Fraction | None:
    """By their weights. What has no value is left out, and the rest made up to the whole."""
    counted = [part for part in parts if part.value is not None]
    whole = sum((Fraction(weight) for weight, _ in counted), Fraction())
    if not whole:
        return None
    return (
        sum((Fraction(weight) * Fraction(value) for weight, value in counted if value is not None), Fraction()) / whole
    )


def total_of(share: Decimal, bottom_up: Decimal | None, top_down: Decimal | None) -> Decimal | None:
    """R15, R16: the share of what is said from below, the rest from above. None where one side says nothing."""
    if bottom_up is None or top_down is None:
        return None
    weighed = Fraction(share) * Fraction(bottom_up) + Fraction(WHOLE - share) * Fraction(top_down)
    return half_up(weighed / 100)


def grade_of(cycle: EvaluationCycle, total: Decimal | None) -> Grade | None:
    """By the cycle's scale."""
    if total is None:
        return None
    scale = (
        (Grade.excellent, cycle.excellent_from),
        (Grade.good, cycle.good_from),
        (Grade.qualified, cycle.qualified_from),
    )
    return next((grade for grade, least in scale if total >= least), Grade.unqualified)


def corrected_grade(result: ScoreResult, corrected: Decimal | None) -> Grade | None:
    """By the cycle's scale; of departments, excellent only what was published as excellent: no quota is counted anew.

    A veto stays, and so does what a department said of its agency (R18).
    """
    if corrected is None or result.capped_by is CappedBy.veto or result.subject_kind is SubjectKind.agency:
        return None if corrected is None else result.grade
    grade = grade_of(result.cycle, corrected)
    places = result.subject_kind is SubjectKind.department
    return Grade.good if places and grade is Grade.excellent and result.grade is not grade else grade
