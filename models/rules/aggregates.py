"""How a seat gathers what all say of its agency, and how its department grades it (R17, R18)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.evaluation import CycleState, EvaluationIndicator, Side
from models.evaluation_sheets import (
    AgencyAggregate,
    AggregateState,
    EvaluationSheet,
    Grade,
    SheetScore,
    SheetState,
)
from models.organisation import Unit
from models.rules.ledger import tell
from models.rules.reckoning import Reckoned, grade_of, half_up, joined
from models.workflow import Ask, Refused, Step, Transition, Workflow

A, S = AggregateState, SheetState
UNSETTLED = (CycleState.open, CycleState.closed, CycleState.computed)
"""While scores may still change."""


def missing_parts(session: Session, aggregate: AgencyAggregate) -> list[str]:
    """The townships whose part is not in."""
    waiting = select(Unit.name).join(EvaluationSheet, EvaluationSheet.rater_unit_id == Unit.id)
    below = (EvaluationSheet.aggregate_id == aggregate.id, EvaluationSheet.side == Side.bottom_up)
    return list(
        session.scalars(waiting.where(*below, EvaluationSheet.state.in_((S.draft, S.lapsed))).order_by(Unit.code))
    )


def _completed(aggregate: AgencyAggregate, step: Step) -> None:
    message = N_("Every township has evaluated the agency “%(agency)s”. Gather what they say, and submit it.")
    tell(step.session, aggregate.seat_id, aggregate, message, key="complete", now=step.now, agency=str(aggregate.unit))


def _may_gather(aggregate: AgencyAggregate, step: Step) -> None:
    _still_open(aggregate)
    if missing := missing_parts(step.session, aggregate):
        raise Refused(
            N_("Regional agency (R17): every township that it serves evaluates it first. Still missing:"
               " %(townships)s."),
            townships="、".join(missing),
        )  # fmt: skip


def _is_unsettled(aggregate: AgencyAggregate) -> bool:
    return aggregate.cycle.state in UNSETTLED


def _is_whole(aggregate: AgencyAggregate) -> bool:
    """Until every part is in, a seat is not offered what R17 refuses."""
    return aggregate.state is A.complete and _is_unsettled(aggregate)


def awaited(session: Session, aggregate: AgencyAggregate, actor: Actor) -> list[str]:
    """The townships whose part the seat still waits for; nothing for others: until then a sheet is under seal."""
    if aggregate.state is not A.collecting or not (actor.serves(aggregate.seat_id) and _is_unsettled(aggregate)):
        return []
    with by_rule(session):
        return missing_parts(session, aggregate)


def _still_open(aggregate: AgencyAggregate) -> None:
    if not _is_unsettled(aggregate):
        raise Refused(N_("The scores of this cycle are confirmed: nothing of them changes any more."))


def _gathered(aggregate: AgencyAggregate, step: Step) -> None:
    """H = Σ wᵢ·hᵢ, by the weights of the day on which the cycle opened; the grade follows from it."""
    aggregate.score = half_up(joined(_townships_say(step.session, aggregate)))
    aggregate.township_grade = grade_of(aggregate.cycle, aggregate.score)
    aggregate.submitted_at = step.now
    message = N_("The townships' evaluation of your agency “%(agency)s” is in. Score it, and grade it.")
    tell(step.session, aggregate.department_id, aggregate, message, key="gathered", now=step.now,
         agency=str(aggregate.unit))  # fmt: skip


def _townships_say(session: Session, aggregate: AgencyAggregate) -> list[Reckoned]:
    """Each indicator, by the weights of the townships."""
    said = (
        select(EvaluationIndicator.id, EvaluationIndicator.weight, EvaluationSheet.coverage, SheetScore.points)
        .join_from(SheetScore, EvaluationSheet, EvaluationSheet.id == SheetScore.sheet_id)
        .join(EvaluationIndicator, EvaluationIndicator.id == SheetScore.indicator_id)
        .where(EvaluationSheet.aggregate_id == aggregate.id, EvaluationSheet.side == Side.bottom_up)
    )
    weights: dict[int, Decimal] = {}
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(), Decimal()])
    for indicator_id, weight, coverage, points in session.execute(said):
        weights[indicator_id] = weight
        sums[indicator_id][0] += (coverage or Decimal()) * points
        sums[indicator_id][1] += coverage or Decimal()
    return [Reckoned.mean(weight, *sums[indicator_id]) for indicator_id, weight in weights.items()]


def _own_sheet(session: Session, aggregate: AgencyAggregate) -> SheetState:
    """How the sheet stands on which the department itself scores its agency."""
    own = (EvaluationSheet.aggregate_id == aggregate.id, EvaluationSheet.side == Side.top_down)
    with by_rule(session):  # the sheets themselves are sealed
        return session.scalars(select(EvaluationSheet.state).where(*own)).one()


def _can_be_graded(aggregate: AgencyAggregate) -> bool:
    session = object_session(aggregate)
    return session is not None and _is_unsettled(aggregate) and _own_sheet(session, aggregate) is not S.lapsed


def _may_grade(aggregate: AgencyAggregate, step: Step) -> None:
    _still_open(aggregate)
    own = _own_sheet(step.session, aggregate)
    if own is S.lapsed:
        raise Refused(
            N_("The cycle is closed, and your own sheet of “%(agency)s” has lapsed: in this cycle it gets no grade of"
               " its department. What the townships say of it stands."),
            agency=aggregate.unit.name,
        )  # fmt: skip
    if own is S.draft:
        raise Refused(N_("Score the agency on your own sheet first; then grade it."))
    if step.answers["grade"] is not Grade.excellent:
        return
    if aggregate.township_grade is not Grade.excellent:
        raise Refused(
            N_("Excellence cap (R18): the townships did not find “%(agency)s” excellent, so its department does not"
               " either. Choose another grade."),
            field="grade",
            agency=aggregate.unit.name,
        )  # fmt: skip
    _refuse_beyond_quota(aggregate, step.session)


def _refuse_beyond_quota(aggregate: AgencyAggregate, session: Session) -> None:
    """Of all agencies of the cycle, which is locked meanwhile."""
    counted = select(func.count(), func.count().filter(AgencyAggregate.grade == Grade.excellent))
    agencies, excellent = session.execute(counted.where(AgencyAggregate.cycle_id == aggregate.cycle_id)).one()
    most = int(agencies * aggregate.cycle.excellent_quota / 100)
    if excellent >= most:
        raise Refused(
            N_("Quota of excellent: of the %(agencies)s agencies of this cycle %(most)s may be excellent at most."
               " Choose another grade."),
            field="grade",
            agencies=agencies,
            most=most,
        )  # fmt: skip


def _graded(aggregate: AgencyAggregate, step: Step) -> None:
    aggregate.grade, aggregate.graded_at = step.answers["grade"], step.now


AGGREGATE = Workflow(
    AgencyAggregate,
    Transition(
        name="complete",
        label=N_("Every part is in"),
        source=frozenset({A.collecting}),
        target=A.complete,
        by=None,
        effect=_completed,
    ),
    Transition(
        name="submit_aggregate",
        label=N_("Submit what all townships say"),
        source=frozenset({A.collecting, A.complete}),
        target=A.submitted,
        by=lambda aggregate, actor: actor.serves(aggregate.seat_id),
        of_use=_is_whole,
        guard=_may_gather,
        effect=_gathered,
        tone="active",
        help=N_("Score and grade follow from what each township said, and how much its word weighs."),
    ),
    Transition(
        name="grade_agency",
        label=N_("Grade the agency"),
        source=frozenset({A.submitted}),
        target=A.graded,
        by=lambda aggregate, actor: actor.serves(aggregate.department_id),
        asks=(Ask(name="grade", label=N_("Grade"), kind="word", words=Grade),),
        of_use=_can_be_graded,
        guard=_may_grade,
        effect=_graded,
        tone="done",
        help=N_("Excellent only where the townships found it excellent, and within the quota."),
    ),
    under="cycle",
)
