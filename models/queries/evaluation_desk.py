"""What of an evaluation lies on a desk: sheets, what seats gather, scores that wait, appeals, people's appraisals."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists

from models.actor import Actor
from models.appraisals import AppraisalState, AppraisalTotal
from models.base import N_
from models.evaluation import CycleState, EvaluationCycle, Side
from models.evaluation_sheets import AgencyAggregate, AggregateState, EvaluationSheet, SheetState
from models.queries.piles import Pile, pile
from models.roles import RoleName
from models.rules.aggregates import UNSETTLED
from models.scores import AppealState, ScoreAppeal

S = CycleState


def of_evaluated(actor: Actor) -> Iterator[Pile]:
    """The cycle is on the desk, once, as long as a sheet of it is to be filled in."""
    cycle, sheet, gathered = EvaluationCycle, EvaluationSheet, AgencyAggregate
    owed = exists().where(
        sheet.cycle_id == cycle.id, sheet.rater_unit_id.in_(actor.unit_ids), sheet.state == SheetState.draft
    )
    yield pile(cycle, N_("Fill in the evaluation sheets"), (cycle.state == S.open) & owed, cycle.closes_at)
    unsettled = gathered.cycle.has(cycle.state.in_(UNSETTLED))
    complete = gathered.seat_id.in_(actor.unit_ids) & (gathered.state == AggregateState.complete) & unsettled
    yield pile(gathered, N_("Submit what all townships say of an agency"), complete)
    lapsed = exists().where(
        sheet.aggregate_id == gathered.id, sheet.side == Side.top_down, sheet.state == SheetState.lapsed
    )
    graded = gathered.department_id.in_(actor.unit_ids) & (gathered.state == AggregateState.submitted) & unsettled
    yield pile(gathered, N_("Grade an agency"), graded & ~lapsed, since=gathered.submitted_at)


def of_assessor(actor: Actor) -> Iterator[Pile]:
    """The cycle, step by step; and appeals."""
    cycle, appeal = EvaluationCycle, ScoreAppeal
    here = cycle.region_id == actor.region_id
    closed = here & (cycle.state == S.closed)
    yield pile(cycle, N_("Compute the scores of a cycle"), closed, since=cycle.closed_at)
    yield pile(cycle, N_("Confirm the scores of a cycle"), here & (cycle.state == S.computed), since=cycle.computed_at)
    if RoleName.assessor not in actor.roles:
        return
    confirmed = here & (cycle.state == S.confirmed)
    yield pile(cycle, N_("Publish the scores of a cycle"), confirmed, since=cycle.confirmed_at)
    lodged = (appeal.region_id == actor.region_id) & (appeal.state == AppealState.lodged)
    yield pile(appeal, N_("Answer an appeal against a score"), lodged, since=appeal.lodged_at)
    drafts = here & (cycle.state == S.draft)
    yield pile(cycle, N_("Complete a cycle, and open it"), drafts)


def of_distributors(actor: Actor) -> Iterator[Pile]:
    """TS-31: the township's people, until the whole is submitted."""
    total = AppraisalTotal
    ours = total.township_id.in_(actor.unit_ids) & (total.state == AppraisalState.fixed)
    yield pile(total, N_("Appraise the people of the township, and submit the whole"), ours)


def of_confirming(actor: Actor) -> Iterator[Pile]:
    """R34: what townships have submitted, for the county to confirm."""
    total = AppraisalTotal
    submitted = (total.region_id == actor.region_id) & (total.state == AppraisalState.submitted)
    title = N_("Confirm the appraisals of a township, or send them back")
    yield pile(total, title, submitted, since=total.submitted_at)
