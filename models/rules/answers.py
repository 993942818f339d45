"""How townships are asked about a duty, each in writing, and answer (TC-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.admissions import AdmissionOpinion, OpinionState, Stance
from models.base import N_
from models.calendar import Clock
from models.files import Attachment
from models.ledger import Job
from models.organisation import LOCAL, Unit
from models.rules.affected import draft_of, inform
from models.rules.clocks import due, soon
from models.rules.ledger import cancel, plan
from models.rules.rounds import iso
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

S = OpinionState


def _asked(opinion: AdmissionOpinion, step: Step) -> None:
    """With a limit that only reminds; an answer to an earlier wording does not count."""
    limit = due(step.session, opinion.region_id, Clock.consult, step.now)
    opinion.asked_at, opinion.answer_due, opinion.provisional = step.now, limit.at, limit.provisional
    opinion.stance, opinion.opinion, opinion.given_at, opinion.file = None, "", None, None
    reminder = soon(step.session, opinion.region_id, step.now, limit.at)
    plan(step.session, opinion, Job.admission_watch, reminder, limit.at)
    message = N_("You are affected by a duty admission: %(admission)s. Answer in writing by %(due)s.")
    inform(opinion.admission, step, opinion.township_id, message, opinion, due=iso(limit.at))


def _answered(opinion: AdmissionOpinion, step: Step) -> None:
    """B2: with the last answer the admission goes before the joint meeting by itself."""
    opinion.stance, opinion.opinion = step.answers["stance"], step.answers["opinion"]
    opinion.file, opinion.given_at = step.answers.get("file_id"), step.now
    cancel(step.session, opinion, Job.admission_watch, cause="answered")
    silent = select(func.count()).where(
        AdmissionOpinion.admission_id == opinion.admission_id, AdmissionOpinion.state != S.answered
    )
    if not step.session.scalar(silent):
        follow(step, opinion.admission, "all_answered")


OPINION = Workflow(
    AdmissionOpinion,
    Transition(
        name="ask",
        label=N_("Asked in writing"),
        source=frozenset({S.named, S.answered}),
        target=S.asked,
        by=None,
        effect=_asked,
        tone="active",
    ),
    Transition(
        name="answer",
        label=N_("Answer in writing"),
        source=frozenset({S.asked}),
        target=S.answered,
        by=lambda opinion, actor: actor.serves(opinion.township_id),
        asks=(
            Ask(name="stance", label=N_("Stance"), kind="word", words=Stance),
            Ask(name="opinion", label=N_("Written opinion"), kind="long_text"),
            Ask(name="file_id", label=N_("File"), kind="file", model=Attachment, required=False),
        ),
        effect=_answered,
        tone="done",
        help=N_("The joint meeting reads it. It cannot be changed afterwards."),
    ),
    under="admission",
)


def prepare_opinion(session: Session, opinion: AdmissionOpinion, actor: Actor, now: datetime) -> None:
    """Which townships an admission names is settled in its draft. Raises `Refused`, naming the field."""
    opinion.region_id = draft_of(session, opinion.admission_id).region_id
    unit = session.get(Unit, opinion.township_id) if opinion.township_id else None
    if unit is not None and (unit.unit_type not in LOCAL or unit.region_id != opinion.region_id):
        raise Refused(N_("Name a township of this county."), field="township")
