"""How units are asked for an opinion, and give it: once, in time, and with a reason if they disagree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.files import Attachment
from models.opinions import OpinionState
from models.rules.ledger import tell
from models.rules.rounds import iso
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

O = OpinionState  # noqa: E741


def ask_units(
    step: Step, subject: Any, model: type[Any], units: Iterable[int], due: datetime, message: str, **row: Any
) -> None:
    """An opinion of each unit on the subject, and a message to it."""
    column = f"{subject.__tablename__}_id"
    asked = {"region_id": subject.region_id, column: subject.id, "asked_at": step.now, "due": due} | row
    units = list(units)
    step.session.add_all(model(unit_id=unit_id, **asked) for unit_id in units)
    step.session.flush()
    for unit_id in units:
        tell(step.session, unit_id, subject, message, key=f"asked@{subject.version}", now=step.now,
             about=str(subject), due=iso(due))  # fmt: skip


def awaited(session: Session, model: type[Any], subject: Any) -> list[Any]:
    """The opinions on the subject that are not in yet."""
    of_subject = getattr(model, f"{subject.__tablename__}_id") == subject.id
    query = select(model).where(of_subject, model.state == O.asked).order_by(model.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def lapse(step: Step, model: type[Any], subject: Any) -> None:
    """Who has not answered has said nothing."""
    for opinion in awaited(step.session, model, subject):
        follow(step, opinion, "lapse")


def answers(opinion: Any, actor: Actor) -> bool:
    return actor.serves(opinion.unit_id)


CHANGED = N_("Say what should be changed.")


def workflow_of_opinions(model: type[Any], under: str, all_in: str, *, why: str = CHANGED) -> Workflow:
    """The moves of an opinion on the row in `under`; when no other is awaited, that row makes its move `all_in`.

    Who disagrees is asked `why`.
    """

    def says_why(opinion: Any, step: Step) -> None:
        if not step.answers["agrees"] and not (step.answers.get("opinion") or "").strip():
            raise Refused(why, field="opinion")

    def given(opinion: Any, step: Step) -> None:
        opinion.agrees, opinion.opinion = step.answers["agrees"], step.answers.get("opinion") or ""
        opinion.file, opinion.given_at = step.answers.get("file_id"), step.now
        step.session.flush()
        if not awaited(step.session, model, getattr(opinion, under)):
            follow(step, getattr(opinion, under), all_in)

    return Workflow(
        model,
        Transition(
            name="give",
            label=N_("Give an opinion"),
            source=frozenset({O.asked}),
            target=O.given,
            by=answers,
            asks=(
                Ask(name="agrees", label=N_("Agrees"), kind="flag"),
                Ask(name="opinion", label=N_("Opinion"), kind="long_text", required=False),
                Ask(name="file_id", label=N_("File"), kind="file", model=Attachment, required=False),
            ),
            guard=says_why,
            effect=given,
            tone="active",
        ),
        Transition(name="lapse", label=N_("Not given in time"), source=frozenset({O.asked}), target=O.lapsed, by=None),
        under=under,
    )
