"""What a department may not act on: powers it has lost (R37, TC-10), duties that rest or are others' (R5, TA-22)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import Session

from models.admissions import AdmissionOpinion, AdmissionState, DutyAdmission
from models.assigned import AssignedMatter, MatterTownship
from models.base import N_
from models.item_words import PowerStatus
from models.lists import ListItem
from models.organisation import Unit, UnitType
from models.workflow import Refused

DEPARTMENTS = (UnitType.department, UnitType.agency)


def check_power(session: Session, item: ListItem, unit: Unit) -> None:
    """Raise `Refused` where a department acts on what it may not act on now. Townships may ask about it."""
    if unit.unit_type not in DEPARTMENTS:
        return
    if item.power_status is not PowerStatus.in_force:
        raise Refused(
            N_(
                "In “%(item)s” the power has been cancelled or delegated: departments no longer exercise it. "
                "Choose another item."
            ),
            field="list_item",
            item=str(item),
        )
    if _rests(session, item):
        raise Refused(
            N_("“%(item)s” is suspended: a guarantee is late. Deliver it and have the duty resumed, then go on."),
            field="list_item",
            item=str(item),
        )


def check_part(item: ListItem, department: Unit) -> None:
    """A department asks townships only for what stands in an item that names it (TA-19). Raises `Refused`."""
    if department.id not in {item.lead_department_id, *(part.unit_id for part in item.cooperating)}:
        raise Refused(
            N_("“%(item)s” does not name %(unit)s: neither as lead nor as cooperating. Cite an item that does."),
            field="list_item",
            item=str(item),
            unit=str(department),
        )


def check_reach(session: Session, item: ListItem, townships: Sequence[int], *, field: str) -> None:
    """An admitted duty binds the townships that its admission names, and no other (R5, TC-12). Raises `Refused`."""
    admission = session.scalar(_brought(item).limit(1))
    if admission is None:
        return
    of_admission = (AdmissionOpinion.admission_id == admission.id) & (AdmissionOpinion.township_id == Unit.id)
    others = select(Unit.name).where(Unit.id.in_(townships), ~exists().where(of_admission)).order_by(Unit.code)
    if names := session.scalars(others).all():
        raise Refused(
            N_("%(admission)s does not name %(townships)s: the duty is not theirs. Leave them out."),
            field=field,
            admission=str(admission),
            townships="、".join(names),
        )


def reached(item: ListItem | None, matter: AssignedMatter | None) -> ColumnElement[bool]:
    """Townships that a department may call on this ground: all, or those that the admission or the matter names."""
    if matter is not None:
        return Unit.id.in_(select(MatterTownship.township_id).where(MatterTownship.matter_id == matter.id))
    if item is None:
        return true()
    admissions = _brought(item).with_only_columns(DutyAdmission.id)
    named = select(AdmissionOpinion.township_id).where(AdmissionOpinion.admission_id.in_(admissions))
    return ~admissions.exists() | Unit.id.in_(named)


def _brought(item: ListItem) -> Select[DutyAdmission]:
    """The admission that brought the item, in whatever edition."""
    root = func.coalesce(ListItem.root_id, ListItem.id)
    by_item = select(DutyAdmission).join(ListItem, ListItem.id == DutyAdmission.resulting_item_id)
    return by_item.where(root == (item.root_id or item.id))


def _rests(session: Session, item: ListItem) -> bool:
    """Whether the admission that brought it is suspended."""
    suspended = _brought(item).where(DutyAdmission.state == AdmissionState.suspended)
    return session.scalar(suspended.limit(1)) is not None
