"""How a file is reviewed jointly: each department answers once, and the result waits for the last of them (TS-33)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import Clock
from models.ledger import Job
from models.organisation import Unit, UnitType
from models.reviews import ReviewFile, ReviewOpinion, ReviewState
from models.rules.clocks import due, soon
from models.rules.ledger import cancel, plan, tell
from models.rules.opinions import ask_units, lapse, workflow_of_opinions
from models.rules.registers import prepare_owned
from models.rules.rounds import next_number
from models.rules.step_files import attach, keep_region
from models.workflow import Ask, Step, Transition, Workflow

S = ReviewState


def prepare_review(session: Session, file: ReviewFile, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    prepare_owned(session, file, actor, now)
    keep_region(file)


def keeper(file: ReviewFile, actor: Actor) -> bool:
    return actor.serves(file.unit_id)


def reviewers(file: ReviewFile, actor: Actor) -> ColumnElement[bool]:
    """Departments and offices of the county."""
    bodies = Unit.unit_type.in_((UnitType.department, UnitType.office))
    return bodies & (Unit.region_id == file.region_id) & Unit.valid_to.is_(None)


def _asked(file: ReviewFile, step: Step) -> None:
    file.code = next_number(step.session, file.region_id, "review", step.now)
    file.due = due(step.session, file.region_id, Clock.consult, step.now).at
    units = dict.fromkeys(unit.id for unit in step.answers["unit_ids"])
    message = N_("%(about)s: say by %(due)s whether it passes the joint review.")
    ask_units(step, file, ReviewOpinion, units, file.due, message)
    plan(step.session, file, Job.review_watch, soon(step.session, file.region_id, step.now, file.due), file.due)


def _concluded(file: ReviewFile, step: Step) -> None:
    cancel(step.session, file, Job.review_watch, cause="opinions in")
    said = select(ReviewOpinion.agrees).where(ReviewOpinion.review_file_id == file.id)
    file.qualified, file.concluded_at = all(step.session.scalars(said)), step.now
    message = N_("All departments have answered on %(file)s.")
    tell(step.session, file.unit_id, file, message, key="concluded", now=step.now, file=str(file))


def _withdrawn(file: ReviewFile, step: Step) -> None:
    cancel(step.session, file, Job.review_watch, cause="withdrawn")
    lapse(step, ReviewOpinion, file)


REVIEW = Workflow(
    ReviewFile,
    Transition(
        name="ask_opinions",
        label=N_("Ask the departments"),
        source=frozenset({S.draft}),
        target=S.reviewing,
        by=keeper,
        asks=(Ask(name="unit_ids", label=N_("Departments"), kind="rows", model=Unit, among=reviewers),),
        effect=_asked,
        tone="active",
    ),
    Transition(
        name="opinions_in",
        label=N_("All opinions in"),
        source=frozenset({S.reviewing}),
        target=S.concluded,
        by=None,
        effect=_concluded,
        tone="done",
    ),
    Transition(
        name="withdraw",
        label=N_("Withdraw"),
        source=frozenset({S.reviewing}),
        target=S.withdrawn,
        by=keeper,
        effect=_withdrawn,
        tone="warn",
    ),
    attach({S.reviewing}, keeper),
)
OPINION = workflow_of_opinions(ReviewOpinion, "review_file", "opinions_in", why=N_("Say why you do not agree."))
