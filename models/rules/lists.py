"""How a list comes into force: commented on, complete, or not at all (R1, R2, R4, R6, TA-07, TA-10, TS-02, TS-05)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, inspect, select
from sqlalchemy.orm import Session, aliased

from models.actor import Actor
from models.base import N_
from models.files import Attachment
from models.item_words import Holder, ItemColumn, ItemState, ListState, Primary
from models.lists import DutyList, ItemCooperation, ListField, ListItem
from models.queries.list_types import fields_of_type, label_of
from models.roles import RoleName
from models.rules.comments import close_round, may_close, open_round, plan_round
from models.rules.demands import is_empty
from models.rules.editions import forget_item, forget_parts, revise, take_over
from models.rules.forbidden import AUTHORITY_FIRST, refuse, refuse_forbidden
from models.rules.organisation import search_key
from models.workflow import Ask, Refused, Step, Transition, Workflow

FAR, MANY, OFTEN = 10, 100, 2
"""From how many kilometres, cases a year, and trips for one case an item comes onto the platform first (TC-58).

The numbers are composed: the article names the three criteria and gives none.
"""


def list_manager(duty_list: DutyList, actor: Actor) -> bool:
    return RoleName.list_manager in actor.roles and actor.region_id == duty_list.region_id


def may_publish(duty_list: DutyList, step: Step) -> None:
    """Whatever the type says is mandatory is there, and what the rules forbid is not. Raises `Refused`."""
    session, of_list = step.session, ListItem.duty_list_id == duty_list.id
    _lock(session, duty_list.id)
    if not session.scalar(select(func.count()).select_from(ListItem).where(of_list)):
        raise Refused(N_("The list has no items yet. Add some, then publish."), field="items")
    for field in fields_of_type(session, duty_list.list_type_id):
        if field.required:
            refuse(session, of_list & is_empty(field), field.name, _missing(field), label=label_of(field))
    _refuse_two_parts(session, of_list)
    _refuse_revived(session, of_list)
    refuse_forbidden(session, duty_list, of_list)


def _missing(field: ListField) -> str:
    if field.name == ItemColumn.lead_department:
        return N_("%(items)s: exactly one lead department is needed. Name it, then publish.")
    return N_("%(items)s: “%(label)s” is missing. Fill it in, then publish.")


def _refuse_two_parts(session: Session, of_list: ColumnElement[bool]) -> None:
    cooperates = select(ItemCooperation.list_item_id).where(
        ItemCooperation.list_item_id == ListItem.id, ItemCooperation.unit_id == ListItem.lead_department_id
    )
    both = N_("%(items)s: the lead department is named as cooperating too. Take it out there, then publish.")
    refuse(session, of_list & cooperates.exists(), "cooperating", both)


def _refuse_revived(session: Session, of_list: ColumnElement[bool]) -> None:
    """What was struck out while the draft was being written does not come back with it."""
    gone = aliased(ListItem)
    removed = exists().where(gone.id == ListItem.replaces_id, gone.state == ItemState.removed)
    reason = N_("%(items)s: struck out of the edition in force meanwhile. Delete it from this draft.")
    refuse(session, of_list & removed, "items", reason)


LEADS = N_("This unit leads in the item, so it cannot cooperate in it too.")


def _may_review(duty_list: DutyList, step: Step) -> None:
    """TS-02: a new list has been commented on as often as its type asks. One that only takes changes over has been."""
    needed = duty_list.list_type.rounds
    if duty_list.rounds_done < needed:
        raise Refused(
            N_("Comment rounds held: %(done)s of %(needed)s. Ask the units for their opinions first."),
            field="rounds_done",
            done=duty_list.rounds_done,
            needed=needed,
        )
    may_publish(duty_list, step)


ISSUED = ("issued_by", "document_number")


def _may_issue(duty_list: DutyList, step: Step) -> None:
    """Who issues it, and under which number: neither can be added once it is frozen."""
    for name in ISSUED:
        if not (step.answers.get(name) or getattr(duty_list, name)).strip():
            raise Refused(N_("Name the issuer and the document number: a published list cannot be edited."), field=name)
    may_publish(duty_list, step)


def _published(duty_list: DutyList, step: Step) -> None:
    """The act of publication (TA-04): list and items together, from this moment on, in place of the edition before."""
    for name in ISSUED:
        setattr(duty_list, name, step.answers.get(name) or getattr(duty_list, name))
    duty_list.file = step.answers.get("file_id") or duty_list.file
    take_over(duty_list, step)


S = ListState
LIST = Workflow(
    DutyList,
    Transition(
        name="ask_opinions",
        label=N_("Ask for opinions"),
        source=frozenset({S.draft}),
        target=S.consulting,
        by=list_manager,
        guard=plan_round,
        effect=open_round,
        tone="active",
        help=N_("Every township and every department that the list names is asked, with a time limit."),
    ),
    Transition(
        name="close_round",
        label=N_("End the comment round"),
        source=frozenset({S.consulting}),
        target=S.draft,
        by=list_manager,
        guard=may_close,
        effect=close_round,
        tone="info",
        help=N_("The items can be edited again, in the light of what was said."),
    ),
    Transition(
        name="round_over",
        label=N_("Comment round over"),
        source=frozenset({S.consulting}),
        target=S.draft,
        by=None,
        effect=close_round,
    ),
    Transition(
        name="submit",
        label=N_("Submit for review"),
        source=frozenset({S.draft}),
        target=S.reviewing,
        by=list_manager,
        guard=_may_review,
        tone="active",
        help=N_("The list is complete, and is not edited any more."),
    ),
    Transition(
        name="send_back",
        label=N_("Send back for correction"),
        source=frozenset({S.reviewing}),
        target=S.draft,
        by=list_manager,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="publish",
        label=N_("Publish"),
        source=frozenset({S.reviewing}),
        target=S.published,
        by=list_manager,
        asks=(
            Ask(name="issued_by", label=N_("Issued by"), required=False, length=200),
            Ask(name="document_number", label=N_("Document number"), required=False, length=80),
            Ask(name="file_id", label=N_("File"), kind="file", model=Attachment, required=False),
        ),
        guard=_may_issue,
        suggest=lambda duty_list: {name: getattr(duty_list, name) for name in ISSUED},
        effect=_published,
        tone="done",
        help=N_("The list binds everyone in the county, and cannot be edited any more."),
    ),
    Transition(
        name="supersede",
        label=N_("Replaced"),
        source=frozenset({S.published}),
        target=S.superseded,
        by=None,
    ),
    Transition(
        name="revise",
        label=N_("Draft the next edition"),
        source=frozenset({S.published}),
        target=S.published,
        by=list_manager,
        effect=revise,
        tone="active",
        help=N_("A draft with all its items. This edition stays in force until that one is published."),
    ),
)


def prepare_list(session: Session, duty_list: DutyList, actor: Actor, now: datetime) -> None:
    """A list belongs to the county of whoever keeps it, and stays of its type. Raises `Refused`."""
    if not inspect(duty_list).transient:
        if inspect(duty_list).attrs.list_type_id.history.deleted:
            raise Refused(N_("A list stays of its type: its items have the columns of it."), field="list_type")
        return
    if actor.region_id is None or actor.unit_id is None:
        raise Refused(N_("Switch to a unit of a county first: a list belongs to one."))
    duty_list.region_id, duty_list.owner_unit_id = actor.region_id, actor.unit_id


def forget_list(session: Session, duty_list: DutyList, actor: Actor, now: datetime) -> None:
    """A draft is thrown away with its items, if nobody has been asked about it. Raises `Refused`."""
    if duty_list.rounds_done or duty_list.state is not S.draft:
        raise Refused(N_("Units have been asked about this draft. It stays on record."))
    for item in session.scalars(select(ListItem).where(ListItem.duty_list_id == duty_list.id)):
        forget_item(session, item)
    session.flush()


def _lock(session: Session, list_id: int | None) -> DutyList | None:
    """The list, locked: who edits its items and who publishes it wait for each other."""
    if list_id is None:
        return None
    return session.get(DutyList, list_id, with_for_update=True, populate_existing=True)


def draft_list(session: Session, list_id: int | None) -> DutyList | None:
    """The list, locked, if its items may be edited."""
    found = _lock(session, list_id)
    return found if found is not None and found.state is S.draft else None


def prepare_item(session: Session, item: ListItem, actor: Actor, now: datetime) -> None:
    """An item lives in a draft of its county, and is of the draft's type. Raises `Refused`, naming the field."""
    duty_list = draft_list(session, item.duty_list_id)
    if duty_list is None:
        raise Refused(N_("A published list is frozen. Choose a draft."), field="duty_list")
    if duty_list.list_type.primary is Primary.township and (item.authority_holder, item.benefit_holder) == (
        Holder.department,
        Holder.department,
    ):
        raise Refused(AUTHORITY_FIRST, field="authority_holder", items=item.code)
    if item.lead_department in item.cooperating_departments:
        raise Refused(LEADS, field="cooperating_departments")
    for part in item.cooperating:
        part.region_id = duty_list.region_id
    item.region_id, item.list_type_id, item.list_type = duty_list.region_id, duty_list.list_type_id, duty_list.list_type
    item.search_key = search_key(item.title)[:400]
    high = ((item.service_radius, FAR), (item.yearly_cases, MANY), (item.trips, OFTEN))
    item.priority = sum(value is not None and value >= least for value, least in high)


def forget_from_draft(session: Session, item: ListItem, actor: Actor, now: datetime) -> None:
    """Before an item is deleted: only a draft lets go of one, with all that belongs to it. Raises `Refused`."""
    if draft_list(session, item.duty_list_id) is None:
        raise Refused(N_("A published list is frozen. Leave the item out of the next edition."))
    forget_parts(session, item)


def prepare_cooperation(session: Session, part: ItemCooperation, actor: Actor, now: datetime) -> None:
    """R2: the lead does not cooperate with itself. Raises `Refused`, naming the field."""
    item = session.get(ListItem, part.list_item_id) if part.list_item_id else None
    if item is None or draft_list(session, item.duty_list_id) is None:
        raise Refused(N_("A published list is frozen. Choose an item of a draft."), field="list_item")
    if item.lead_department_id == part.unit_id:
        raise Refused(LEADS, field="unit")
    part.region_id = item.region_id
