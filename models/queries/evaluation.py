"""What the record says of units in the period of a cycle: a statement for each formula, of however many cycles.

Each gives rows of (cycle, unit, numerator, denominator, keys of what was counted, keys of those that met it). What
happened after a cycle was closed does not count, so that its scores come out the same whenever they are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from models.admissions import DutyAdmission, GuaranteeMeasure
from models.base import N_
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, FailureKind
from models.evaluation import EvaluationCycle, Formula
from models.evaluation_sheets import EvaluationSheet, SheetScore, SheetState
from models.item_words import ItemState, ListState
from models.ledger import Job, Promise, PromiseState
from models.lists import DutyList, ListItem
from models.organisation import LOCAL, Unit
from models.queries.completeness import IS_COMPLETE
from models.ratings import CONTENT, CaseAssessment, MutualRating, RatingState
from models.rectification import RectificationOrder
from models.rules.ladder import OVER
from models.supervision import SupervisionOrder

Cycles = Collection[int]
PART = CallAssignment
LIVING = (AssignmentState.pending, AssignmentState.responded, AssignmentState.working, AssignmentState.resolved)

MEANT = {
    Formula.response_rate: N_(
        "Parts of calls answered, or rejected, within the limit, of all whose limit lies in the period."
    ),
    Formula.resolution_rate: N_(
        "Parts of calls that the caller confirmed as solved before the cycle closed, of all whose limit to resolve"
        " lies in the period."
    ),
    Formula.satisfaction_rate: N_(
        "Ratings of at least basically satisfied, of all ratings of the unit revealed in the period. Of a township,"
        " what it only cooperates in is left out."
    ),
    Formula.case_points: N_(
        "The mean of the points of all case assessments of the unit in the period. Of a township, what it only"
        " cooperates in is left out."
    ),
    Formula.failures: N_(
        "A hundred, less the points off for each failure found in the period: no response, late response, inaction."
    ),
    Formula.supervision_orders: N_("A hundred, less the points off for each supervision order issued in the period."),
    Formula.rectifications: N_(
        "A hundred, less the points off for each rectification order issued in the period; twice for one that was late"
        " before the cycle closed."
    ),
    Formula.drawings_complete: N_(
        "Items that the unit leads with construction drawing and manual, of all that it led on the last day of the"
        " period."
    ),
    Formula.guarantees_kept: N_(
        "Guarantees of admissions delivered by their date, of all whose date lies in the period."
    ),
}  # fmt: skip
"""What each formula counts, in words; shown wherever its number is."""


def _keys(column: Any, met: ColumnElement[bool] | None = None) -> Any:
    text = cast(column, String)
    return func.aggregate_strings(text if met is None else case((met, text)), ",")


def _counted(
    cycles: Cycles, model: Any, unit_id: Any, moment: Any, met: ColumnElement[bool], once: Any = 0
) -> Select[Any]:
    """Rows of a table whose moment lies in the period; the numerator is how many meet the condition, and `once`."""
    return (
        select(
            EvaluationCycle.id,
            unit_id,
            func.count().filter(met) + once,
            func.count(),
            _keys(model.id),
            _keys(model.id, met),
        )
        .select_from(model)
        .join(EvaluationCycle, _of_period(model, moment))
        .where(EvaluationCycle.id.in_(cycles))
        .group_by(EvaluationCycle.id, unit_id)
    )


def _of_period(model: Any, moment: Any) -> ColumnElement[bool]:
    cycle = EvaluationCycle
    return and_(model.region_id == cycle.region_id, moment >= cycle.begins_at, moment < cycle.ends_at)


def _every(cycles: Cycles, model: Any, unit_id: Any, moment: Any) -> Select[Any]:
    """What is counted one by one: each takes points off."""
    return _counted(cycles, model, unit_id, moment, model.id.is_not(None))


def _answers(unit_id: Any) -> ColumnElement[bool]:
    """Whether a unit answers for what it only cooperates in: townships do not."""
    local = aliased(Unit)
    answers: ColumnElement[bool] = unit_id.not_in(select(local.id).where(local.unit_type.in_(LOCAL)))
    return answers


def _response(cycles: Cycles) -> Select[Any]:
    on_time = and_(PART.responded_at.is_not(None), PART.responded_at <= PART.respond_due)
    counted = _counted(cycles, PART, PART.department_id, PART.respond_due, on_time)
    return counted.join(Call, Call.id == PART.call_id).where(PART.state != AssignmentState.void, ~Call.imported)


def _resolution(cycles: Cycles) -> Select[Any]:
    """What was rejected is not the unit's to solve; what was given to another round is counted there."""
    in_time = Call.confirmed_at <= EvaluationCycle.closed_at
    solved = and_(PART.state == AssignmentState.resolved, Call.confirmed_at.is_not(None), in_time)
    counted = (
        select(
            EvaluationCycle.id,
            PART.department_id,
            func.count().filter(solved),
            func.count(),
            _keys(PART.id),
            _keys(PART.id, solved),
        )
        .join_from(PART, Call, Call.id == PART.call_id)
        .join(EvaluationCycle, _of_period(Call, Call.resolve_due))
        .where(EvaluationCycle.id.in_(cycles), PART.round == Call.rounds, PART.state.in_(LIVING), ~Call.imported)
    )
    return counted.group_by(EvaluationCycle.id, PART.department_id)


def _satisfaction(cycles: Cycles) -> Select[Any]:
    rating = MutualRating
    cooperates = exists().where(
        PART.id == rating.assignment_id,
        PART.department_id == rating.ratee_unit_id,
        PART.role == AssignmentRole.cooperate,
    )
    counted = _counted(cycles, rating, rating.ratee_unit_id, rating.revealed_at, rating.level.in_(CONTENT))
    fair = or_(_answers(rating.ratee_unit_id), ~cooperates)
    return counted.where(rating.state == RatingState.revealed, ~rating.imported, fair)


def _points(cycles: Cycles) -> Select[Any]:
    """The numerator is the sum of the points, of every assessment."""
    found = CaseAssessment
    cooperates = exists().where(
        PART.call_id == found.call_id,
        PART.department_id == found.unit_id,
        PART.role == AssignmentRole.cooperate,
    )
    counted = select(
        EvaluationCycle.id, found.unit_id, func.sum(found.points), func.count(), _keys(found.id), literal(None)
    )
    counted = counted.select_from(found).join(EvaluationCycle, _of_period(found, found.assessed_at))
    fair = or_(_answers(found.unit_id), ~cooperates)
    return counted.where(EvaluationCycle.id.in_(cycles), fair).group_by(EvaluationCycle.id, found.unit_id)


def _failures(cycles: Cycles) -> Select[Any]:
    fair = or_(_answers(PART.department_id), PART.role == AssignmentRole.lead)
    return _every(cycles, PART, PART.department_id, PART.failed_at).where(PART.failure_kind != FailureKind.none, fair)


def _orders(cycles: Cycles) -> Select[Any]:
    order = SupervisionOrder
    helps = exists().where(PART.id == order.assignment_id, PART.role == AssignmentRole.cooperate)
    return _every(cycles, order, order.unit_id, order.issued_at).where(or_(_answers(order.unit_id), ~helps))


def _rectifications(cycles: Cycles) -> Select[Any]:
    """Late ones once more (TC-36): by the limit on them, or by one that they missed before they were sent back."""
    order, closed_at = RectificationOrder, EvaluationCycle.closed_at
    missed = exists().where(
        Promise.subject_type == order.__tablename__,
        Promise.subject_id == order.id,
        Promise.job == Job.rectification_watch,
        Promise.step == OVER,
        Promise.state == PromiseState.fired,
        Promise.due_at <= closed_at,
    )
    late = and_(order.is_late, or_(order.due <= closed_at, missed))
    return _counted(cycles, order, order.unit_id, order.issued_at, late, once=func.count())


def _drawings(cycles: Cycles) -> Select[Any]:
    """Of the editions in force on the last day."""
    item, cycle, edition = ListItem, EvaluationCycle, DutyList
    in_force = and_(
        edition.state.in_((ListState.published, ListState.superseded)),
        edition.effective_from <= cycle.ends_on,
        or_(edition.effective_to.is_(None), edition.effective_to >= cycle.ends_on),
        item.state != ItemState.draft,
        or_(item.removed_on.is_(None), item.removed_on > cycle.ends_on),
    )
    counted = (
        select(
            cycle.id,
            item.lead_department_id,
            func.count().filter(IS_COMPLETE),
            func.count(),
            _keys(item.id),
            _keys(item.id, IS_COMPLETE),
        )
        .join_from(item, edition, edition.id == item.duty_list_id)
        .join(cycle, cycle.region_id == item.region_id)
        .where(cycle.id.in_(cycles), item.lead_department_id.is_not(None), in_force)
    )
    return counted.group_by(cycle.id, item.lead_department_id)


def _guarantees(cycles: Cycles) -> Select[Any]:
    measure = GuaranteeMeasure
    kept = and_(measure.delivered_at.is_not(None), measure.delivered_at <= measure.due)
    counted = _counted(cycles, measure, DutyAdmission.applicant_id, measure.due, kept)
    admitted = DutyAdmission.decided_at.is_not(None)
    return counted.join(DutyAdmission, DutyAdmission.id == measure.admission_id).where(admitted)


INPUTS: dict[Formula, Callable[[Cycles], Select[Any]]] = {
    Formula.response_rate: _response,
    Formula.resolution_rate: _resolution,
    Formula.satisfaction_rate: _satisfaction,
    Formula.case_points: _points,
    Formula.failures: _failures,
    Formula.supervision_orders: _orders,
    Formula.rectifications: _rectifications,
    Formula.drawings_complete: _drawings,
    Formula.guarantees_kept: _guarantees,
}

RECORDS: dict[Formula | None, Any] = {
    None: EvaluationSheet,
    Formula.response_rate: CallAssignment,
    Formula.resolution_rate: CallAssignment,
    Formula.satisfaction_rate: MutualRating,
    Formula.case_points: CaseAssessment,
    Formula.failures: CallAssignment,
    Formula.supervision_orders: SupervisionOrder,
    Formula.rectifications: RectificationOrder,
    Formula.drawings_complete: ListItem,
    Formula.guarantees_kept: GuaranteeMeasure,
}
"""Which table the keys of a part are of."""


def scored(cycles: Cycles) -> Select[int, int, int, int, Decimal, Decimal | None]:
    """Every score on a sheet that was opened: (cycle, unit, indicator, sheet, points, weight of the township)."""
    sheet = EvaluationSheet
    return (
        select(
            sheet.cycle_id, sheet.subject_unit_id, SheetScore.indicator_id, sheet.id, SheetScore.points, sheet.coverage
        )
        .join_from(SheetScore, sheet, sheet.id == SheetScore.sheet_id)
        .where(sheet.cycle_id.in_(cycles), sheet.state == SheetState.opened)
        .order_by(sheet.id)
    )


def unassessed(cycles: Cycles) -> Select[int, int]:
    """How many calls closed in the period and have no assessment, by cycle: each matter has one (R21)."""
    lacks = ~exists().where(CaseAssessment.call_id == Call.id)
    closed = select(EvaluationCycle.id, func.count()).join_from(Call, EvaluationCycle, _of_period(Call, Call.closed_at))
    return closed.where(EvaluationCycle.id.in_(cycles), ~Call.imported, lacks).group_by(EvaluationCycle.id)
