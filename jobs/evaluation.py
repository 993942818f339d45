"""The clocks of evaluation: sheets are collected, the cycle closes, and its scores are computed (TA-39, TC-55)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Select, case, func, select, update

from jobs.watch import Batch
from models.base import N_
from models.evaluation import CycleState, EvaluationCycle
from models.evaluation_sheets import AgencyAggregate, AggregateState, EvaluationSheet, SheetState
from models.ledger import Job
from models.organisation import Duty
from models.queries.evaluation import unassessed
from models.rules.evaluation_sheets import LAPSED
from models.rules.scoring import compute

MISSING = N_("Of the evaluation “%(cycle)s” %(count)s of your sheets are missing. Submit them by %(due)s.")
COMPLETE = N_("In “%(cycle)s” every part about %(count)s agencies that you host is in. Submit what all say.")
CLOSED = N_("The evaluation “%(cycle)s” is closed. Its scores are computed; read them, and confirm them.")
CLOSED_WITHOUT = N_(
    "The evaluation “%(cycle)s” is closed, and %(count)s of your own sheets have lapsed. Its scores are computed; read"
    " them, and confirm them."
)
UNASSESSED = N_(
    "Scores of “%(cycle)s” cannot be computed: %(count)s calls closed in its period are not assessed (R21)."
)


def collecting(batch: Batch) -> None:
    """Before the end whoever owes sheets is told, and seats whose parts are all in; at the end the cycle closes."""
    open_ = EvaluationCycle.state == CycleState.open
    soon, over = batch.steps(batch.waiting(open_), "closes_at")
    missing, complete = _owed(batch, [cycle.id for _, cycle in soon]), _complete(batch, [cycle.id for _, cycle in soon])
    for promise, cycle in soon:
        batch.record(promise, cycle)
        for found, message in ((missing[cycle.id], MISSING), (complete[cycle.id], COMPLETE)):
            for unit_id, count in found:
                batch.tell(promise, cycle, unit_id, message, due=cycle.closes_at, cycle=cycle.name, count=str(count))
    changed = batch.change(
        over, open_, EvaluationCycle.closes_at <= batch.now, action="close_cycle", state=CycleState.closed,
        closed_at=batch.now,
    )  # fmt: skip
    lapsed = _open_sheets(batch, [cycle.id for _, cycle, _ in changed])
    offices = batch.offices()
    for promise, cycle, _ in changed:
        batch.plan(cycle, Job.score_compute, [batch.now])
        office, owed = offices.get((cycle.region_id, Duty.assessment_office)), lapsed[cycle.id]
        if office not in owed:
            batch.tell(promise, cycle, office, CLOSED, cycle=cycle.name)
        for unit_id, count in sorted(owed.items()):
            message = CLOSED_WITHOUT if unit_id == office else LAPSED
            batch.tell(promise, cycle, unit_id, message, cycle=cycle.name, count=str(count))


def _owed(batch: Batch, cycles: Collection[int]) -> Mapping[int, list[tuple[int, int]]]:
    """Who has not sent how many sheets, by cycle."""
    sheet = EvaluationSheet
    waiting = (sheet.cycle_id.in_(cycles), sheet.state == SheetState.draft)
    counted = select(sheet.cycle_id, sheet.rater_unit_id, func.count()).where(*waiting)
    return _by_cycle(batch, counted.group_by(sheet.cycle_id, sheet.rater_unit_id).order_by(sheet.rater_unit_id))


def _complete(batch: Batch, cycles: Collection[int]) -> Mapping[int, list[tuple[int, int]]]:
    """Which seats have how many agencies to submit, by cycle."""
    found = AgencyAggregate
    ready = (found.cycle_id.in_(cycles), found.state == AggregateState.complete)
    counted = select(found.cycle_id, found.seat_id, func.count()).where(*ready)
    return _by_cycle(batch, counted.group_by(found.cycle_id, found.seat_id).order_by(found.seat_id))


def _by_cycle(batch: Batch, counted: Select[int, int, int]) -> Mapping[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for cycle_id, unit_id, count in batch.session.execute(counted):
        found[cycle_id].append((unit_id, count))
    return found


def _open_sheets(batch: Batch, closed: Collection[int]) -> Mapping[int, Mapping[int, int]]:
    """What is in is opened, what is not has lapsed: of each cycle, how many of whom."""
    lapsed: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    if not closed:
        return lapsed
    for source, target, action in (
        (SheetState.submitted, SheetState.opened, "open_sheet"),
        (SheetState.draft, SheetState.lapsed, "lapse_sheet"),
    ):
        statement = (
            update(EvaluationSheet)
            .where(EvaluationSheet.cycle_id.in_(closed), EvaluationSheet.state == source)
            .values(state=target, version=EvaluationSheet.version + 1)
            .returning(EvaluationSheet)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        for sheet in sorted(batch.session.scalars(statement), key=lambda sheet: sheet.id):
            batch.note(sheet, {"state": source}, {"state": target}, action=action)
            if target is SheetState.lapsed:
                lapsed[sheet.cycle_id][sheet.rater_unit_id] += 1
    return lapsed


def computing(batch: Batch) -> None:
    """Every cycle that is closed, in one go. Where a call is not assessed, the assessment office is told instead."""
    closed = EvaluationCycle.state == CycleState.closed
    waiting = batch.waiting(closed)
    lacking: dict[int, int] = dict(batch.session.execute(unassessed([cycle.id for _, cycle in waiting])).all())
    offices = batch.offices()
    for promise, cycle in waiting:
        if cycle.id in lacking:
            batch.record(promise, cycle)
            office = offices.get((cycle.region_id, Duty.assessment_office))
            batch.tell(promise, cycle, office, UNASSESSED, cycle=cycle.name, count=str(lacking[cycle.id]))
    ready = [(promise, cycle) for promise, cycle in waiting if cycle.id not in lacking]
    if not ready:
        return
    seals = compute(batch.session, [cycle for _, cycle in ready], batch.now)
    batch.change(
        ready, closed, action="compute_scores", state=CycleState.computed, computed_at=batch.now,
        results_hash=case(seals, value=EvaluationCycle.id),
    )  # fmt: skip
