"""How a duty list comes into force: complete, or not at all (R1, R2, TA-10, TS-05)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.lists import DutyList, ItemCooperation, ListItem, ListState
from models.recorder import note_move
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI
from models.rules.organisation import search_key
from models.workflow import Refused, Step, Transition, Workflow

EMPTY = {
    "department_duties": N_("%(items)s: the department's duties are missing. Fill them in, then publish."),
    "township_duties": N_("%(items)s: the township's duties are missing. Fill them in, then publish."),
    "legal_basis": N_("%(items)s: the legal basis is missing. Fill it in, then publish."),
}
NAMED = 5
"""How many faulty items a refusal names."""


def list_manager(duty_list: DutyList, actor: Actor) -> bool:
    return RoleName.list_manager in actor.roles and actor.region_id == duty_list.region_id


def _may_publish(duty_list: DutyList, step: Step) -> None:
    session, of_list = step.session, ListItem.duty_list_id == duty_list.id
    _draft(session, duty_list.id)
    if not session.scalar(select(func.count()).select_from(ListItem).where(of_list)):
        raise Refused(N_("The list has no items yet. Add some, then publish."), field="items")
    for name, reason in EMPTY.items():
        empty = func.trim(getattr(ListItem, name)) == ""
        _refuse(session, select(ListItem.code).where(of_list, empty), name, reason)
    no_lead = N_("%(items)s: exactly one lead department is needed. Name it, then publish.")
    _refuse(
        session, select(ListItem.code).where(of_list, ListItem.lead_department_id.is_(None)), "lead_department", no_lead
    )
    twice = (
        select(ListItem.code)
        .join(ItemCooperation, ItemCooperation.list_item_id == ListItem.id)
        .where(of_list, ItemCooperation.unit_id == ListItem.lead_department_id)
    )
    both = N_("%(items)s: the lead department is named as cooperating too. Take it out there, then publish.")
    _refuse(session, twice, "cooperating", both)
    _one_in_force(session, duty_list)


def _refuse(session: Session, faulty: Select[str], field: str, reason: str) -> None:
    codes = session.scalars(faulty.order_by(ListItem.code).limit(NAMED + 1)).all()
    if codes:
        more = "…" if len(codes) > NAMED else ""
        raise Refused(reason, field=field, items="、".join(codes[:NAMED]) + more)


def _one_in_force(session: Session, duty_list: DutyList) -> None:
    other = select(DutyList.title).where(
        DutyList.region_id == duty_list.region_id,
        DutyList.list_type == duty_list.list_type,
        DutyList.state == ListState.published,
        DutyList.id != duty_list.id,
    )
    if title := session.scalar(other.limit(1)):
        raise Refused(N_("“%(title)s” is in force already: one list of a kind at a time."), title=title)


def _published(duty_list: DutyList, step: Step) -> None:
    """The act of publication (TA-04): list and items together, from this moment on."""
    duty_list.published_at = step.now
    duty_list.effective_from = duty_list.effective_from or step.now.astimezone(SHANGHAI).date()
    for item in step.session.scalars(select(ListItem).where(ListItem.duty_list_id == duty_list.id)):
        note_move(step.session, item, "publish", note=step.note, actor=step.actor, now=step.now)
        item.state = ListState.published


LIST = Workflow(
    DutyList,
    Transition(
        name="publish",
        label=N_("Publish"),
        source=frozenset({ListState.draft}),
        target=ListState.published,
        by=list_manager,
        guard=_may_publish,
        effect=_published,
        tone="done",
        help=N_("The list binds everyone in the county, and cannot be edited any more."),
    ),
)


def prepare_list(session: Session, duty_list: DutyList, actor: Actor, now: datetime) -> None:
    """A list belongs to the county of whoever keeps it. Raises `Refused`."""
    if not inspect(duty_list).transient:
        return
    if actor.region_id is None or actor.unit_id is None:
        raise Refused(N_("Switch to a unit of a county first: a list belongs to one."))
    duty_list.region_id, duty_list.owner_unit_id = actor.region_id, actor.unit_id


def _draft(session: Session, list_id: int | None) -> DutyList | None:
    """The list, if it is a draft. Locked: who edits its items and who publishes it wait for each other."""
    if list_id is None:
        return None
    found = session.get(DutyList, list_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.state is ListState.draft else None


def prepare_item(session: Session, item: ListItem, actor: Actor, now: datetime) -> None:
    """An item lives in a draft of its county. Raises `Refused`, naming the field."""
    duty_list = _draft(session, item.duty_list_id)
    if duty_list is None:
        raise Refused(N_("A published list is frozen. Choose a draft."), field="duty_list")
    item.region_id = duty_list.region_id
    item.search_key = search_key(item.title)[:400]


def prepare_cooperation(session: Session, part: ItemCooperation, actor: Actor, now: datetime) -> None:
    """R2: the lead does not cooperate with itself. Raises `Refused`, naming the field."""
    item = session.get(ListItem, part.list_item_id) if part.list_item_id else None
    if item is None or _draft(session, item.duty_list_id) is None:
        raise Refused(N_("A published list is frozen. Choose an item of a draft."), field="list_item")
    if item.lead_department_id == part.unit_id:
        raise Refused(N_("This unit leads in the item, so it cannot cooperate in it too."), field="unit")
    part.region_id = item.region_id
