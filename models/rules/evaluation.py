"""How an evaluation cycle opens, closes, is computed, confirmed and published (B2, R15, R16, R21)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.door import by_rule
from models.evaluation import WHOLE, CycleState, EvaluationCycle, EvaluationIndicator
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet, SheetState
from models.ledger import Job
from models.organisation import Unit
from models.queries.calendar import calendar_of
from models.queries.evaluation import unassessed
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.clocks import soon
from models.rules.deadlines import SHANGHAI
from models.rules.evaluation_sheets import draw_up, unsealed
from models.rules.indicators import refuse_unsound
from models.rules.ledger import cancel, plan, tell
from models.rules.registers import fill_in_defaults
from models.rules.scoring import compute
from models.scores import ScoreResult
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = CycleState
LEAST_OF_DEPARTMENTS, LEAST_OF_AGENCIES = Decimal(30), Decimal(60)
"""Percent below which the townships' share of a score never falls: LX-10, TA-38."""

BEFORE = 3
"""Working days before the end at which it is told whose sheets are missing. Composed: no article says."""

TO_APPEAL = 10
"""Working days after publication within which a unit appeals. Composed: no article says."""


def prepare_cycle(session: Session, cycle: EvaluationCycle, actor: Actor, now: datetime) -> None:
    """A cycle of the county, with days and shares that can be. Raises `Refused`, naming the field."""
    prepare_county_row(session, cycle, actor, now)
    fill_in_defaults(cycle)
    cycle.name = (cycle.name or "").strip()
    if cycle.ends_on < cycle.starts_on:
        raise Refused(N_("The end must come after the beginning."), field="ends_on")
    if cycle.closes_on < cycle.ends_on:
        raise Refused(N_("Sheets are filled in until the period is over, at least."), field="closes_on")
    if not LEAST_OF_DEPARTMENTS <= cycle.township_share_department < WHOLE:
        raise Refused(
            N_("Department score (R15): what townships say counts 30 percent at least, and less than all."),
            field="township_share_department",
        )
    if not LEAST_OF_AGENCIES <= cycle.township_share_agency < WHOLE:
        raise Refused(
            N_("Agency score (R16): what townships say counts 60 percent at least, and less than all."),
            field="township_share_agency",
        )
    if not 0 <= cycle.excellent_quota <= WHOLE:
        raise Refused(N_("A quota goes from 0 to 100 percent."), field="excellent_quota")
    if not 0 < cycle.qualified_from < cycle.good_from < cycle.excellent_from <= WHOLE:
        raise Refused(N_("The scale rises from qualified over good to excellent, up to 100."), field="excellent_from")
    days = (cycle.starts_on, cycle.ends_on + timedelta(days=1), cycle.closes_on + timedelta(days=1))
    cycle.begins_at, cycle.ends_at, cycle.closes_at = (datetime.combine(day, time(), SHANGHAI) for day in days)


def forget_cycle(session: Session, cycle: EvaluationCycle, actor: Actor, now: datetime) -> None:
    """A draft is thrown away with its indicators."""
    for row in session.scalars(select(EvaluationIndicator).where(EvaluationIndicator.cycle_id == cycle.id)):
        session.delete(row)
    session.flush()


def _assessor(cycle: EvaluationCycle, actor: Actor) -> bool:
    return RoleName.assessor in actor.roles and actor.region_id == cycle.region_id


def _reckons(cycle: EvaluationCycle, actor: Actor) -> bool:
    """TC-55: the platform's scorer, or who assesses."""
    return bool(actor.roles & {RoleName.assessor, RoleName.scorer}) and actor.region_id == cycle.region_id


def _opened(cycle: EvaluationCycle, step: Step) -> None:
    laid = refuse_unsound(step.session, cycle)
    if cycle.closes_at <= step.now:
        raise Refused(N_("The last day for sheets is over. Name a later one."), field="closes_on")
    cycle.opened_at = step.now
    draw_up(step.session, cycle, laid, step.now)
    reminder = soon(step.session, cycle.region_id, step.now, cycle.closes_at, BEFORE)
    plan(step.session, cycle, Job.regional_collect, reminder, cycle.closes_at)


def _period_is_over(cycle: EvaluationCycle, step: Step) -> None:
    if step.now < cycle.ends_at:
        raise Refused(N_("The period runs until %(day)s. Close the cycle after it."), day=f"{cycle.ends_on}")


def _not_in(session: Session, cycle: EvaluationCycle) -> tuple[int, int]:
    """How many sheets are not in, and of how many."""
    not_in = func.count().filter(EvaluationSheet.state == SheetState.draft)
    counted = select(not_in, func.count()).where(EvaluationSheet.cycle_id == cycle.id)
    return session.execute(counted).one()


def _lapses_sheets(cycle: EvaluationCycle) -> bool:
    session = object_session(cycle)
    if session is None:
        return False
    with by_rule(session):  # the sheets themselves are sealed
        return _not_in(session, cycle)[0] > 0


def _lapses_knowingly(cycle: EvaluationCycle, step: Step) -> None:
    count, whole = _not_in(step.session, cycle)
    if count and not step.answers.get("all_the_same"):
        raise Refused(
            N_("%(count)s of %(whole)s sheets are not in, and would lapse. Wait for them until %(day)s, or tick that"
               " the cycle is closed all the same."),
            field="all_the_same",
            count=count,
            whole=whole,
            day=f"{cycle.closes_on}",
        )  # fmt: skip


def _closed(cycle: EvaluationCycle, step: Step) -> None:
    cycle.closed_at = step.now
    cancel(step.session, cycle, Job.regional_collect, cause="closed")
    unsealed(cycle, step)
    plan(step.session, cycle, Job.score_compute, step.now)


def _all_assessed(cycle: EvaluationCycle, step: Step) -> None:
    lacking: dict[int, int] = dict(step.session.execute(unassessed([cycle.id])).all())
    if cycle.id in lacking:
        raise Refused(
            N_("One matter, one assessment (R21): %(count)s calls closed in the period have no assessment. Have"
               " them assessed, then compute."),
            count=lacking[cycle.id],
        )  # fmt: skip


def _computed(cycle: EvaluationCycle, step: Step) -> None:
    cycle.results_hash = compute(step.session, [cycle], step.now)[cycle.id]
    cycle.computed_at = step.now
    cancel(step.session, cycle, Job.score_compute, cause="done")


def _ungraded(session: Session, cycle: EvaluationCycle) -> list[str]:
    """The agencies without a grade, by their codes."""
    names = select(Unit.name).join(AgencyAggregate, AgencyAggregate.unit_id == Unit.id)
    lacking = names.where(AgencyAggregate.cycle_id == cycle.id, AgencyAggregate.grade.is_(None))
    return list(session.scalars(lacking.order_by(Unit.code)))


def _lacks_grades(cycle: EvaluationCycle) -> bool:
    session = object_session(cycle)
    if session is None:
        return False
    with by_rule(session):
        return bool(_ungraded(session, cycle))


def _confirms_knowingly(cycle: EvaluationCycle, step: Step) -> None:
    """TA-40: after that no department grades its agency any more."""
    lacking = _ungraded(step.session, cycle)
    if lacking and not step.answers.get("all_the_same"):
        raise Refused(
            N_("%(count)s agencies have no grade yet, “%(agency)s” first. Have them graded, or tick that the scores"
               " are confirmed all the same."),
            field="all_the_same",
            count=len(lacking),
            agency=lacking[0],
        )  # fmt: skip


def _confirmed(cycle: EvaluationCycle, step: Step) -> None:
    cycle.confirmed_at = step.now


def _unchanged(cycle: EvaluationCycle, step: Step) -> None:
    """What is confirmed is what was computed from the sheets and grades as they stand."""
    before = cycle.results_hash
    if compute(step.session, [cycle], cycle.computed_at or step.now)[cycle.id] != before:
        raise Refused(N_("Something has changed since it was computed. Compute again, and read the scores."))


def _published(cycle: EvaluationCycle, step: Step) -> None:
    """Every unit hears of its own score, and of nobody else's."""
    session = step.session
    with session.no_autoflush:  # with its state in one statement: after that the row is frozen
        days = calendar_of(session, cycle.region_id)
        cycle.published_at = step.now
        cycle.appeal_due = days.add(step.now, TO_APPEAL, LimitUnit.working_day).at
    message = N_("The scores of “%(cycle)s” are published. Yours can be opened down to each call. Appeal by %(day)s.")
    units = select(ScoreResult.unit_id).where(ScoreResult.cycle_id == cycle.id).order_by(ScoreResult.id)
    for unit_id in session.scalars(units):
        tell(session, unit_id, cycle, message, key="published", now=step.now, cycle=cycle.name,
             day=f"{cycle.appeal_due.astimezone(SHANGHAI):%Y-%m-%d}")  # fmt: skip


CYCLE = Workflow(
    EvaluationCycle,
    Transition(
        name="open_cycle",
        label=N_("Open the cycle"),
        source=frozenset({S.draft}),
        target=S.open,
        by=_assessor,
        effect=_opened,
        tone="active",
        help=N_("Shares and indicators are fixed from now on. The sheets are drawn up, and who is asked is told."),
    ),
    Transition(
        name="close_cycle",
        label=N_("Close the cycle"),
        source=frozenset({S.open}),
        target=S.closed,
        by=_assessor,
        asks=(
            Ask(
                name="all_the_same",
                label=N_("Close it though sheets are not in"),
                kind="flag",
                required=False,
                of_use=_lapses_sheets,
            ),
        ),
        guard=_period_is_over,
        insists=_lapses_knowingly,
        effect=_closed,
        tone="warn",
        help=N_("Sheets that are in are opened, the others have lapsed. On its last day this happens by itself."),
    ),
    Transition(
        name="compute_scores",
        label=N_("Compute the scores"),
        source=frozenset({S.closed, S.computed}),
        target=S.computed,
        by=_reckons,
        guard=_all_assessed,
        effect=_computed,
        tone="active",
        help=N_("From the sheets and the record. It may be done again until the scores are confirmed."),
    ),
    Transition(
        name="confirm_scores",
        label=N_("Confirm the scores"),
        source=frozenset({S.computed}),
        target=S.confirmed,
        by=_reckons,
        asks=(
            Ask(
                name="all_the_same",
                label=N_("Confirm them though agencies have no grade"),
                kind="flag",
                required=False,
                of_use=_lacks_grades,
            ),
        ),
        guard=_unchanged,
        insists=_confirms_knowingly,
        effect=_confirmed,
        tone="active",
    ),
    Transition(
        name="publish_scores",
        label=N_("Publish the scores"),
        source=frozenset({S.confirmed}),
        target=S.published,
        by=_assessor,
        effect=_published,
        tone="done",
        help=N_("They are frozen. What proves wrong is corrected by an appeal, beside what was published."),
    ),
)
