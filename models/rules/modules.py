"""The contact group of a module: who belongs to it, and who is proposed to answer a call through it (TS-26)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_
from models.calls import Call, Direction
from models.governance import GovernanceModule, ModuleContact
from models.organisation import BELOW_TOWNSHIP, Unit
from models.queries.choices import DEPARTMENTS
from models.workflow import Answers, Refused


def prepare_contact(session: Session, contact: ModuleContact, actor: Actor, now: datetime) -> None:
    """A department and a module of one's own county. Raises `Refused`, naming the field."""
    module = session.get(GovernanceModule, contact.module_id or 0)
    if module is None or module.region_id != actor.region_id:
        raise Refused(N_("Choose a module of your own county."), field="module")
    unit = session.get(Unit, contact.unit_id or 0)
    if unit is None or unit.region_id != module.region_id or unit.unit_type not in DEPARTMENTS:
        raise Refused(N_("Choose a department of your own county."), field="unit")
    contact.region_id = module.region_id


def group_of(session: Session, module_id: int | None) -> list[Unit]:
    """The departments of a module's contact group as far as they exist today, in the order in which they were named."""
    named = select(Unit).join(ModuleContact, ModuleContact.unit_id == Unit.id).where(Unit.valid_to.is_(None))
    return list(session.scalars(named.where(ModuleContact.module_id == module_id).order_by(ModuleContact.id)))


def check_module(session: Session, call: Call) -> None:
    """A township calls through a module of its county that has a contact group. Raises `Refused`, naming the field."""
    if call.module_id is None:
        return
    if call.direction is not Direction.township_to_department:
        raise Refused(N_("Only townships call through a module. Leave it empty."), field="module")
    module = session.get(GovernanceModule, call.module_id)
    if module is None or module.region_id != call.region_id:
        raise Refused(
            N_("This module is not one of your county. Choose another, or cite an item of the list."), field="module"
        )
    if not group_of(session, module.id):
        raise Refused(
            N_(
                "The module “%(module)s” has no contact group. Cite an item of the list, or ask the county office to"
                " name its departments."
            ),
            field="module",
            module=module.name,
        )


def proposed(call: Call) -> Answers:
    """Whom the cited item, or the assigned matter, names; and besides the contact group of the module.

    Of a call by a department, the township in which the place lies.
    """
    session = object_session(call)
    if session is None:
        return {}
    if call.direction is Direction.department_to_township:
        place = call.place_unit
        while place is not None and place.unit_type in BELOW_TOWNSHIP:
            place = place.parent
        return {"lead_department_id": place} if place is not None else {}
    units: list[Unit | None] = []
    if (item := call.list_item) is not None:
        units = [item.lead_department, *(part.unit for part in item.cooperating)]
    elif (matter := call.assigned_matter) is not None:
        units = [matter.lead_department, *(part.unit for part in matter.helpers)]
    lead, *others = dict.fromkeys([*units, *group_of(session, call.module_id)]) or [None]
    return {"lead_department_id": lead, "cooperating_department_ids": others}
