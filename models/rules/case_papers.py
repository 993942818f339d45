"""What parties and offices add to a coordination case: parties, offline steps, documents (TC-42, TC-49, TC-59)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.case_papers import CaseDocument, OfflineStep
from models.coordination import OVER, CaseParty, CoordinationCase, Side
from models.door import by_rule
from models.files import Attachment
from models.organisation import Unit
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell
from models.workflow import Refused, Step

OFFICES = frozenset({RoleName.supervisor, RoleName.editorial_officer})


def prepare_party(session: Session, party: CaseParty, actor: Actor, now: datetime) -> None:
    """The supervision office adds a party, and says why. Raises `Refused`, naming the field."""
    _only_once(party)
    case = _open_case(session, party)
    unit = session.get(Unit, party.unit_id) if party.unit_id else None
    if unit is None or unit.region_id != case.region_id:
        raise Refused(N_("A party must be a unit of this county."), field="unit")
    there = select(CaseParty.id).where(CaseParty.case_id == case.id, CaseParty.unit_id == party.unit_id)
    if session.scalar(there) is not None:
        raise Refused(N_("%(unit)s is a party already."), field="unit", unit=unit.name)
    if not (party.reason or "").strip():
        raise Refused(N_("Say why it takes part."), field="reason")
    party.region_id, party.side = case.region_id, Side.added


def tell_party(session: Session, party: CaseParty, actor: Actor, now: datetime) -> None:
    """Whoever is added has to know."""
    with by_rule(session):
        message = N_("You were made a party of %(case)s. Reason: %(reason)s")
        tell(session, party.unit_id, party.case, message, key=f"party {party.unit_id}", now=now, case=str(party.case),
             reason=party.reason)  # fmt: skip


def prepare_step(session: Session, step: OfflineStep, actor: Actor, now: datetime) -> None:
    """An offline step has happened, with somebody, and led to something. Raises `Refused`, naming the field."""
    _only_once(step)
    case = _of_those_concerned(session, step, actor)
    if step.held_on > now.astimezone(SHANGHAI).date():
        raise Refused(N_("This lies in the future. Name a day that has passed."), field="held_on")
    if not step.taking_part:
        raise Refused(N_("Name at least one unit that took part."), field="units")
    step.region_id, step.unit_id, step.recorded_at = case.region_id, _unit(actor), now
    for part in step.taking_part:
        part.region_id = case.region_id


def prepare_document(session: Session, document: CaseDocument, actor: Actor, now: datetime) -> None:
    """A document takes its title from its file. Raises `Refused`, naming the field."""
    _only_once(document)
    case = _of_those_concerned(session, document, actor)
    document.title = document.title or _title(document.file)
    document.region_id, document.unit_id, document.filed_at = case.region_id, _unit(actor), now


def file_documents(case: CoordinationCase, step: Step) -> None:
    """Several at once, each under the name of its file."""
    by = _unit(step.actor)
    step.session.add_all(
        CaseDocument(region_id=case.region_id, case=case, file=file, title=_title(file), unit_id=by, filed_at=step.now)
        for file in step.answers["file_ids"]
    )


def _title(file: Attachment) -> str:
    return file.name.rpartition(".")[0]


def _unit(actor: Actor) -> int:
    if actor.unit_id is None:
        raise Refused(N_("Switch to a unit of a county first: what is recorded comes from one."))
    return actor.unit_id


def _only_once(row: Any) -> None:
    if inspect(row).persistent:
        raise Refused(N_("What was recorded of a case is not changed. Record another."))


def _open_case(session: Session, row: CaseParty | OfflineStep | CaseDocument) -> CoordinationCase:
    case = session.get(CoordinationCase, row.case_id) if row.case_id else None
    if case is None or case.state in OVER:
        raise Refused(N_("Choose a case that is not over."), field="case")
    return case


def _of_those_concerned(session: Session, row: OfflineStep | CaseDocument, actor: Actor) -> CoordinationCase:
    """Its parties record, and the two offices of its county."""
    case = _open_case(session, row)
    parties = select(CaseParty.unit_id).where(CaseParty.case_id == case.id)
    of_office = bool(actor.roles & OFFICES) and actor.region_id == case.region_id
    if not of_office and not any(actor.serves(unit_id) for unit_id in session.scalars(parties)):
        raise Refused(N_("Only the parties of a case, and its offices, add to it."), field="case")
    return case
