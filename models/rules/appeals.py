"""Appeals against a published score: answered once, signed; what was published stays beside it (TC-53)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.evaluation import CycleState, EvaluationCycle
from models.organisation import Duty, Unit
from models.roles import RoleName
from models.rules.ledger import tell
from models.rules.offices import offices_of
from models.scores import AppealState, ScoreAppeal, ScoreResult
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = AppealState


def prepare_appeal(session: Session, appeal: ScoreAppeal, actor: Actor, now: datetime) -> None:
    """Of the unit whose score it is, in time, once: of two at a time, the score being locked, one is refused.

    Raises `Refused`, naming the field.
    """
    result = session.get(ScoreResult, appeal.result_id, with_for_update=True) if appeal.result_id else None
    cycle = session.get(EvaluationCycle, result.cycle_id) if result else None
    if result is None or cycle is None or cycle.state is not CycleState.published:
        raise Refused(N_("Name a score that is published."), field="result")
    if not actor.serves(result.unit_id):
        raise Refused(N_("A unit appeals against its own score. Name yours."), field="result")
    if cycle.appeal_due is None or now > cycle.appeal_due:
        raise Refused(N_("The time to appeal is over."), field="result")
    _refuse_second(session, appeal)
    if not (appeal.reason or "").strip():
        raise Refused(N_("Say what is wrong, and why."), field="reason")
    appeal.region_id, appeal.unit_id = result.region_id, result.unit_id
    appeal.published_total = result.total
    if not inspect(appeal).persistent:
        appeal.lodged_at = now


def _refuse_second(session: Session, appeal: ScoreAppeal) -> None:
    of_result = (ScoreAppeal.result_id == appeal.result_id, ScoreAppeal.id != (appeal.id or 0))
    before = session.scalars(select(ScoreAppeal.state).where(*of_result, ScoreAppeal.state != S.withdrawn)).first()
    if before is S.lodged:
        raise Refused(N_("An appeal against this score is open. Wait for its answer, or withdraw it first."),
                      field="result")  # fmt: skip
    if before is not None:
        raise Refused(N_("An appeal against this score is answered, and the answer is final. Name another score."),
                      field="result")  # fmt: skip


def follow_appeal(session: Session, appeal: ScoreAppeal, actor: Actor, now: datetime) -> None:
    """The assessment office hears of it, once."""
    if appeal.version > 1:
        return
    with by_rule(session):
        office = offices_of(session, appeal.region_id).get(Duty.assessment_office)
        if office is not None:
            message = N_("%(unit)s appeals against its score in “%(cycle)s”. Answer it.")
            tell(session, office, appeal, message, key="lodged", now=now,
                 unit=str(session.get_one(Unit, appeal.unit_id)), cycle=str(appeal.result.cycle))  # fmt: skip


def _assessor(appeal: ScoreAppeal, actor: Actor) -> bool:
    return RoleName.assessor in actor.roles and actor.region_id == appeal.region_id


SIGNED = Ask(name="signature", label=N_("Signed by"), length=80, help=N_("Name and office."))
ANSWER = Ask(name="answer", label=N_("Answer"), kind="long_text")


def _corrects(appeal: ScoreAppeal, step: Step) -> None:
    corrected = step.answers["corrected_total"]
    if not 0 <= corrected <= 100:
        raise Refused(N_("A score goes from 0 to 100."), field="corrected_total")
    if corrected == appeal.published_total:
        raise Refused(N_("This is the score as published. Say what it ought to be, or dismiss the appeal."),
                      field="corrected_total")  # fmt: skip


def _upheld(appeal: ScoreAppeal, step: Step) -> None:
    appeal.corrected_total = step.answers["corrected_total"]
    _answered(appeal, step)


def _answered(appeal: ScoreAppeal, step: Step) -> None:
    appeal.answer, appeal.signature = step.answers["answer"], step.answers["signature"]
    appeal.answered_at, appeal.answered_by_id = step.now, step.actor.user_id
    message = N_("Your appeal against the score in “%(cycle)s” is answered: %(answer)s")
    tell(step.session, appeal.unit_id, appeal, message, key="answered", now=step.now, cycle=str(appeal.result.cycle),
         answer=appeal.answer[:200])  # fmt: skip


APPEAL = Workflow(
    ScoreAppeal,
    Transition(
        name="uphold_appeal",
        label=N_("Correct the score"),
        source=frozenset({S.lodged}),
        target=S.upheld,
        by=_assessor,
        asks=(Ask(name="corrected_total", label=N_("Corrected score"), kind="decimal"), ANSWER, SIGNED),
        guard=_corrects,
        effect=_upheld,
        tone="done",
        help=N_(
            "Score, grade and rank as published stay. The corrected score is shown beside them with the grade that it"
            " has; nobody's rank changes."
        ),
    ),
    Transition(
        name="dismiss_appeal",
        label=N_("Dismiss the appeal"),
        source=frozenset({S.lodged}),
        target=S.dismissed,
        by=_assessor,
        asks=(ANSWER, SIGNED),
        effect=_answered,
        tone="warn",
    ),
    Transition(
        name="withdraw_appeal",
        label=N_("Withdraw"),
        source=frozenset({S.lodged}),
        target=S.withdrawn,
        by=lambda appeal, actor: actor.serves(appeal.unit_id),
        tone="muted",
    ),
)
