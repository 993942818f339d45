"""Powers that a department has lost: cancelled, or delegated to the townships (R37, TC-10)."""

from __future__ import annotations

from models.base import N_
from models.item_words import PowerStatus
from models.lists import ListItem
from models.organisation import Unit, UnitType
from models.workflow import Refused

DEPARTMENTS = (UnitType.department, UnitType.agency)


def check_power(item: ListItem, unit: Unit) -> None:
    """Raise `Refused` where a department acts on a power that is no longer its own. Townships may ask about it."""
    if item.power_status is not PowerStatus.in_force and unit.unit_type in DEPARTMENTS:
        raise Refused(
            N_(
                "In “%(item)s” the power has been cancelled or delegated: departments no longer exercise it. "
                "Choose another item."
            ),
            field="list_item",
            item=str(item),
        )
