"""How often each kind of misconduct is named, and where: in supervision, in rectification, in cases (TC-47)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from models.base import N_
from models.coordination import CaseParty, CoordinationCase
from models.queries.asked import Asked
from models.rectification import RectificationOrder
from models.supervision import SupervisionOrder
from models.words import Misconduct

NAMED: dict[str, tuple[str, type[Any]]] = {
    "supervision": (N_("Supervision orders"), SupervisionOrder),
    "rectification": (N_("Rectification orders"), RectificationOrder),
    "cases": (N_("Coordination cases"), CoordinationCase),
}


def behind(asked: Asked, where: str) -> ColumnElement[bool]:
    """Orders issued, and opinions on cases given, in the period, that name any."""
    model: Any = NAMED[where][1]
    if model is CoordinationCase:
        whose, at = of_case(asked), model.decided_at
    else:
        whose, at = asked.is_of(model.unit_id), model.issued_at
    return and_(whose, asked.during(at), model.misconduct.is_not(None))


def of_case(asked: Asked) -> ColumnElement[bool]:
    """The cases in which the unit is a party."""
    parties = select(CaseParty.case_id).where(asked.is_of(CaseParty.unit_id))
    return CoordinationCase.id.in_(parties) if asked.unit else asked.is_of()


def misconduct(session: Session, asked: Asked) -> dict[str, dict[Misconduct, int]]:
    """By where it is named. Three statements."""
    found: dict[str, dict[Misconduct, int]] = {}
    for where, (_, model) in NAMED.items():
        counted = select(model.misconduct, func.count()).where(behind(asked, where)).group_by(model.misconduct)
        found[where] = dict(session.execute(counted).all())
    return found
