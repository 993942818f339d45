"""Whom a duty admission concerns: who applies, which townships it names, and how they hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.admissions import AdmissionOpinion, AdmissionState, DutyAdmission
from models.base import N_
from models.organisation import Duty
from models.rules.ledger import tell
from models.rules.offices import office
from models.workflow import Refused, Step


def applicant(admission: DutyAdmission, actor: Actor) -> bool:
    return actor.serves(admission.applicant_id)


def affected(admission: DutyAdmission, actor: Actor) -> bool:
    """A township that the admission names. Where one word is enough, it is any one of them's."""
    session = object_session(admission)
    return session is not None and any(actor.serves(unit_id) for unit_id in townships(session, admission.id))


def townships(session: Session, admission_id: int) -> Sequence[int]:
    """The townships that the admission names."""
    named = select(AdmissionOpinion.township_id).where(AdmissionOpinion.admission_id == admission_id)
    return session.scalars(named.order_by(AdmissionOpinion.id)).all()


def draft_of(session: Session, admission_id: int | None) -> DutyAdmission:
    """The admission that a part is written for. Raises `Refused` unless it is a draft.

    Locked: who edits its parts and who submits it wait for each other.
    """
    found = None
    if admission_id is not None:
        found = session.get(DutyAdmission, admission_id, with_for_update=True, populate_existing=True)
    if found is None or found.state is not AdmissionState.draft:
        raise Refused(N_("A submitted admission is not edited any more. Choose a draft."), field="admission")
    return found


def inform(admission: DutyAdmission, step: Step, unit_id: int, message: str, about: Any = None, **details: str) -> None:
    """Tell a unit, once for each version of what it is about: the admission, or a part of it."""
    about = about or admission
    details |= {"admission": str(admission)}
    key = f"{about.state}@{about.version}"
    tell(step.session, unit_id, about, message, key=key, now=step.now, **details)


def inform_office(admission: DutyAdmission, step: Step, message: str, **details: str) -> None:
    inform(admission, step, office(step.session, admission.region_id, Duty.editorial_office).id, message, **details)


def inform_townships(admission: DutyAdmission, step: Step, message: str, about: Any = None, **details: str) -> None:
    for unit_id in townships(step.session, admission.id):
        inform(admission, step, unit_id, message, about, **details)


def inform_parties(admission: DutyAdmission, step: Step, message: str) -> None:
    """The department, and the townships."""
    inform(admission, step, admission.applicant_id, message)
    inform_townships(admission, step, message)
