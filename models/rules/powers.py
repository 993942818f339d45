"""What a department may not act on: powers that it has lost (R37, TC-10), and admitted duties that rest (R5, TA-22)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.admissions import AdmissionState, DutyAdmission
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


def _rests(session: Session, item: ListItem) -> bool:
    """Whether the admission that brought it, in whatever edition, is suspended."""
    root = func.coalesce(ListItem.root_id, ListItem.id)
    suspended = select(DutyAdmission.id).join(ListItem, ListItem.id == DutyAdmission.resulting_item_id)
    of_item = suspended.where(DutyAdmission.state == AdmissionState.suspended, root == (item.root_id or item.id))
    return session.scalar(of_item.limit(1)) is not None
