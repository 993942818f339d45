"""What no item may say, whoever enters it into a list (R4, R6, TC-18, ZG-07, ZG-08, TS-15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models.base import N_
from models.item_words import Holder, Primary
from models.lists import DutyList, ListItem
from models.organisation import Unit, UnitType
from models.rules.demands import in_modules
from models.workflow import Refused

NAMED = 5
"""How many faulty items a refusal names."""

AUTHORITY_FIRST = N_(
    "%(items)s: authority and benefit lie with the department, so it is primarily responsible."
    " Move the item to a list of which the department is."
)
NO_AUTHORITY = N_(
    "%(items)s: a township exercises this power, and no law or document gives it. Name the basis, or take the item out."
)
SPARED = N_(
    "%(items)s: streets are spared investment promotion and tax assistance, unless the centre or the province"
    " ordered it. Name that level and its document, or take the item out."
)


def refuse_forbidden(session: Session, duty_list: DutyList, items: ColumnElement[bool]) -> None:
    """Whether these items of a list may come into force with it. Raises `Refused`, naming them and the field."""
    for faulty, name, reason in _forbidden(session, duty_list):
        refuse(session, items & faulty, name, reason)


def refuse(session: Session, faulty: ColumnElement[bool], field: str, reason: str, **details: str) -> None:
    query: Select[str] = select(ListItem.code).where(faulty).order_by(ListItem.code).limit(NAMED + 1)
    codes = session.scalars(query).all()
    if codes:
        more = "…" if len(codes) > NAMED else ""
        raise Refused(reason, field=field, items="、".join(codes[:NAMED]) + more, **details)


def _forbidden(session: Session, duty_list: DutyList) -> list[tuple[ColumnElement[bool], str, str]]:
    """Which items are faulty, the field to put right, and the reason."""
    found: list[tuple[ColumnElement[bool], str, str]] = [
        (
            and_(ListItem.delegation_kind.is_not(None), or_(_blank(ListItem.demand), _blank(ListItem.capacity))),
            "capacity",
            N_("%(items)s: what is delegated needs an assessment of the townships' demand and capacity. Write both."),
        ),
        (
            and_(~_blank(ListItem.provider), _blank(ListItem.contract)),
            "contract",
            N_("%(items)s: a service that is contracted out needs its contract. Name it, then publish."),
        ),
    ]
    exercised = ListItem.authority_holder.in_((Holder.township, Holder.shared))
    found.append((and_(exercised, _blank(ListItem.legal_basis)), "legal_basis", NO_AUTHORITY))
    if duty_list.list_type.primary is Primary.township:
        found.append((with_the_department(), "authority_holder", AUTHORITY_FIRST))
    if _has_streets(session, duty_list.region_id):
        spared = and_(
            ListItem.forbidden_kind.is_not(None), or_(ListItem.exception_level.is_(None), _blank(ListItem.legal_basis))
        )
        found.append((spared, "exception_level", SPARED))
    if in_modules(session, duty_list):
        reason = N_("%(items)s: every item belongs to one module. Choose it, then publish.")
        found.append((ListItem.module_id.is_(None), "module", reason))
    return found


SPARED_ONE = N_(
    "Streets are spared investment promotion and tax assistance, unless the centre or the province ordered it. Name"
    " that level and its document, or leave the kind of task empty."
)


def refuse_spared(session: Session, region_id: int, said: Mapping[str, Any]) -> None:
    """R6, of what somebody proposes, before anybody is asked about it. Raises `Refused`, naming the field."""
    if not said.get("forbidden_kind") or not _has_streets(session, region_id):
        return
    if not said.get("exception_level"):
        raise Refused(SPARED_ONE, field="exception_level")
    if not str(said.get("legal_basis") or "").strip():
        raise Refused(SPARED_ONE, field="legal_basis")


def with_the_department() -> ColumnElement[bool]:
    """R4: both the authority and the benefit."""
    return and_(ListItem.authority_holder == Holder.department, ListItem.benefit_holder == Holder.department)


def _blank(column: Any) -> ColumnElement[bool]:
    return func.trim(column) == ""


def _has_streets(session: Session, region_id: int) -> bool:
    streets = select(Unit.id).where(Unit.region_id == region_id, Unit.unit_type == UnitType.street)
    return session.scalar(streets.limit(1)) is not None
