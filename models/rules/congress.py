"""How a people's congress records what it has to say, and how the unit that is addressed answers, once (TC-37)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.congress import CongressOpinion, CongressOpinionState
from models.door import by_rule
from models.notices import Audience
from models.organisation import LOCAL, Duty, Unit, UnitType
from models.roles import observes
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell, tell_some
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = CongressOpinionState
OFFICES = (Duty.county_office, Duty.editorial_office, Duty.supervision_office)


def addressable(actor: Actor) -> ColumnElement[bool]:
    """Those of the county who answer for lists and calls; for a town's congress, its town alone."""
    if observes(actor.roles):
        return Unit.unit_type.in_(LOCAL) & Unit.id.in_(actor.unit_ids)
    bodies = Unit.unit_type.in_((UnitType.department, UnitType.agency, *LOCAL)) | Unit.duty.in_(OFFICES)
    return bodies & (Unit.region_id == actor.region_id) & Unit.valid_to.is_(None)


def prepare_congress_opinion(session: Session, opinion: CongressOpinion, actor: Actor, now: datetime) -> None:
    """Whoever observes writes for the congress of the unit acted for. Raises `Refused`, naming the field."""
    if inspect(opinion).transient:
        if actor.unit_id is None or actor.region_id is None:
            raise Refused(N_("Switch to the congress that you write for."))
        opinion.unit_id, opinion.region_id = actor.unit_id, actor.region_id
    if opinion.given_on > now.astimezone(SHANGHAI).date():
        raise Refused(N_("This lies in the future. Name a moment that has passed."), field="given_on")
    if observes(actor.roles) and opinion.addressed_unit_id not in actor.unit_ids:
        raise Refused(N_("A town's congress addresses its own town. Choose it."), field="addressed_unit")


def follow_congress_opinion(session: Session, opinion: CongressOpinion, actor: Actor, now: datetime) -> None:
    """The unit that is addressed hears of it, and of what was changed in it since."""
    message = N_("The people's congress has recorded a supervision opinion: %(title)s. Answer it.")
    with by_rule(session):
        tell(session, opinion.addressed_unit_id, opinion, message, key=f"recorded@{opinion.version}", now=now,
             title=opinion.title)  # fmt: skip


def _answered(opinion: CongressOpinion, step: Step) -> None:
    """Of its answer the congress hears; of a town's, those who observe it, and not the town."""
    opinion.answer, opinion.answered_at = step.answers["answer"], step.now
    message = N_("%(unit)s has answered your supervision opinion: %(title)s.")
    tell_some(step.session, opinion.unit_id, Audience.observers, opinion, message, key="answered", now=step.now,
              unit=str(opinion.addressed_unit), title=opinion.title)  # fmt: skip


CONGRESS_OPINION = Workflow(
    CongressOpinion,
    Transition(
        name="answer_opinion",
        label=N_("Answer the opinion"),
        source=frozenset({S.recorded}),
        target=S.answered,
        by=lambda opinion, actor: actor.serves(opinion.addressed_unit_id),
        asks=(
            Ask(
                name="answer",
                label=N_("Answer"),
                kind="long_text",
                help=N_("What was done, or why not. It stands as it is given."),
            ),
        ),
        effect=_answered,
        tone="done",
    ),
)
