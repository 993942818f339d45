"""Editions: a published one is frozen, the next begins as its copy and takes its place (TC-10, TC-26, TS-04)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, inspect, or_, select, update
from sqlalchemy.orm import Session, joinedload

from models.base import N_
from models.item_words import ItemState, ListState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.ledger import Job
from models.lists import DutyList, ItemCooperation, ListItem
from models.queries.requests import resting_on_items
from models.recorder import note_move, note_moves
from models.requests import DataRequest
from models.rules.deadlines import SHANGHAI
from models.rules.forbidden import refuse_forbidden
from models.rules.ledger import cancel, plan
from models.situations import CallSituation
from models.steps import ItemStep
from models.workflow import Refused, Step, follow

CHILDREN: tuple[type[Any], ...] = (ItemCooperation, ItemIndicator, ItemCheckpoint, ItemAttachment, ItemStep)
"""What belongs to an item, and goes with it into the next edition."""

OWN = {"id", "version", "duty_list_id", "state", "root_id", "replaces_id", "replaced_by_id", "removed_on",
       "removed_reason"}  # fmt: skip
"""What each version of an item has for itself."""

MONTH = timedelta(days=30)
"""How often items that nobody calls are looked for."""

OPEN = (ListState.draft, ListState.consulting, ListState.reviewing)


def revise(duty_list: DutyList, step: Step) -> None:
    """A draft of the next edition, with every item as it stands. Raises `Refused` where there is one already."""
    drafts = select(DutyList.title).where(DutyList.replaces_id == duty_list.id, DutyList.state.in_(OPEN))
    if step.session.scalar(drafts.limit(1)):
        raise Refused(N_("There is a draft of the next edition already. Go on with that one."))
    next_edition(step.session, duty_list)


def next_edition(session: Session, duty_list: DutyList) -> DutyList:
    """A copy in draft, item for item. Each knows which version it follows."""
    draft = DutyList(
        region_id=duty_list.region_id,
        title=duty_list.title,
        list_type=duty_list.list_type,
        owner_unit_id=duty_list.owner_unit_id,
        issued_by=duty_list.issued_by,
        note=duty_list.note,
        replaces=duty_list,
    )
    session.add(draft)
    session.flush()
    living = (ListItem.duty_list_id == duty_list.id) & (ListItem.state != ItemState.removed)
    old = session.scalars(select(ListItem).where(living).order_by(ListItem.id)).all()
    items = {item.id: _copied(item, draft) for item in old}
    session.add_all(items.values())
    session.flush()
    for model in CHILDREN:
        of_items = select(model).where(model.list_item_id.in_(items)).order_by(model.id)
        session.add_all(_copy(child, list_item_id=items[child.list_item_id].id) for child in session.scalars(of_items))
    session.flush()
    return draft


def _copied(item: ListItem, draft: DutyList) -> ListItem:
    root = item.root_id or item.id
    of_draft = {"duty_list_id": draft.id, "root_id": root, "replaces_id": item.id, "state": ItemState.draft}
    copied: ListItem = _copy(item, but=OWN, **of_draft)
    return copied


def _copy(row: Any, *, but: Collection[str] = ("id", "list_item_id"), **values: Any) -> Any:
    kept = {a.key: getattr(row, a.key) for a in inspect(row).mapper.column_attrs if a.key not in but}
    return type(row)(**kept | values)


def take_over(duty_list: DutyList, step: Step) -> None:
    """The draft binds from now on, and the edition before it no longer; what it left out is struck out (TS-04)."""
    session = step.session
    duty_list.state = ListState.reviewing  # until its place is free
    before = in_force(session, duty_list.region_id, duty_list.list_type_id, but=duty_list.id)
    if before is not None and duty_list.replaces_id != before.id:
        raise Refused(
            N_("Edition %(edition)s of this list is in force, and this draft does not follow it. Draft the next one."),
            edition=before.edition,
        )
    today = step.now.astimezone(SHANGHAI).date()
    items = list(session.scalars(select(ListItem).where(ListItem.duty_list_id == duty_list.id)))
    if before is not None:
        _give_way(before, {item.replaces_id: item for item in items}, step)
        before.effective_to = max(today - timedelta(days=1), before.effective_from or today)
        session.flush()
    of_type = select(func.max(DutyList.edition)).where(
        DutyList.region_id == duty_list.region_id, DutyList.list_type_id == duty_list.list_type_id
    )
    duty_list.edition = (session.scalar(of_type) or 0) + 1
    duty_list.published_at = step.now
    duty_list.effective_from = duty_list.effective_from or today
    duty_list.idle_due = step.now + MONTH
    duty_list.state = ListState.published  # with all of the above in one statement: from here on it is frozen
    _move_items(items, "publish", step, state=ItemState.published)
    session.flush()
    plan(session, duty_list, Job.idle_items, duty_list.idle_due)


def _give_way(before: DutyList, followers: Mapping[int | None, ListItem], step: Step) -> None:
    follow(step, before, "supersede")
    cancel(step.session, before, Job.idle_items, cause="replaced")
    bound = (ListItem.duty_list_id == before.id) & (ListItem.state == ItemState.published)
    old = step.session.scalars(select(ListItem).where(bound)).all()
    later = {item_id: item.id for item_id, item in followers.items() if item_id is not None}
    kept = [item for item in old if item.id in later]
    struck_out = [item for item in old if item.id not in later]
    _move_items(kept, "supersede", step, followers=later, state=ItemState.superseded)
    today = step.now.astimezone(SHANGHAI).date()
    _move_items(struck_out, "strike_out", step, state=ItemState.removed, removed_on=today, removed_reason=step.note)
    if struck_out:
        resting = select(DataRequest).where(resting_on_items([item.id for item in struck_out]))
        for request in step.session.scalars(resting.order_by(DataRequest.id)).all():
            follow(step, request, "lapse")
    for situation in step.session.scalars(select(CallSituation).where(CallSituation.list_item_id.in_(later))):
        situation.list_item_id = followers[situation.list_item_id].id  # a standard goes on holding


def _move_items(
    items: Sequence[ListItem], name: str, step: Step, *, followers: Mapping[int, int] | None = None, **values: Any
) -> None:
    """All of them in one statement, each with its entry: an edition has hundreds."""
    if not items:
        return
    session, expressions = step.session, dict(values)
    if followers:
        expressions["replaced_by_id"] = case(dict(followers), value=ListItem.id)
    statement = update(ListItem).where(ListItem.id.in_([item.id for item in items]))
    moved = [
        (
            item,
            {key: getattr(item, key) for key in expressions},
            values | ({"replaced_by_id": followers[item.id]} if followers else {}),
        )
        for item in items
    ]
    session.execute(
        statement.values(**expressions, version=ListItem.version + 1).execution_options(synchronize_session=False)
    )
    note_moves(session, moved, name, note=step.note, actor=step.actor, now=step.now)
    for item in items:
        session.expire(item, [*expressions, "version"])


def in_force(session: Session, region_id: int, list_type_id: int, *, but: int | None = None) -> DutyList | None:
    """The county's list of that type that binds now, locked: of two who replace it, one waits."""
    found = select(DutyList).where(
        DutyList.region_id == region_id,
        DutyList.list_type_id == list_type_id,
        DutyList.state == ListState.published,
    )
    if but is not None:
        found = found.where(DutyList.id != but)
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


Change = Callable[[ListItem], None]


def amend(
    step: Step,
    duty_list: DutyList,
    *,
    add: Iterable[ListItem] = (),
    change: Mapping[int, Change] | None = None,
    remove: Collection[int] = (),
    document_number: str = "",
) -> DutyList:
    """The next edition of a list in force, published at once: with items added, changed, or left out.

    `change` and `remove` name items of the edition in force. A draft that is being prepared gets the same, and follows
    the new edition from now on. Nothing new needs another comment round: each change had its own. Raises `Refused`
    where what is new may stand in no list.
    """
    session = step.session
    edition = next_edition(session, duty_list)
    edition.document_number = document_number
    drafts = select(DutyList).where(
        DutyList.replaces_id == duty_list.id, DutyList.state.in_(OPEN), DutyList.id != edition.id
    )
    added = list(add)
    _apply(session, edition, duty_list, added, change or {}, remove)
    entered = or_(ListItem.replaces_id.in_(change or ()), ListItem.id.in_([item.id for item in added]))
    refuse_forbidden(session, edition, (ListItem.duty_list_id == edition.id) & entered)
    others = session.scalars(drafts).all()
    for draft in others:
        _apply(session, draft, duty_list, [_twin(item) for item in added], change or {}, remove)
    note_move(session, edition, "publish", note=step.note, actor=step.actor, now=step.now)
    take_over(edition, step)
    session.flush()
    for draft in others:
        _follow_instead(session, draft, edition)
    return edition


def _twin(item: ListItem) -> ListItem:
    twin: ListItem = _copy(item, but=OWN)
    twin.cooperating = [ItemCooperation(region_id=part.region_id, unit_id=part.unit_id) for part in item.cooperating]
    return twin


def _apply(
    session: Session,
    edition: DutyList,
    before: DutyList,
    added: Iterable[ListItem],
    change: Mapping[int, Change],
    remove: Collection[int],
) -> None:
    of_edition = select(ListItem).where(
        ListItem.duty_list_id == edition.id, ListItem.replaces_id.in_((*change, *remove))
    )
    for item in session.scalars(of_edition.options(joinedload(ListItem.cooperating))).unique():
        if item.replaces_id in remove:
            forget_item(session, item)
        else:
            change[item.replaces_id](item)  # type: ignore[index]
    for item in added:
        item.region_id, item.duty_list_id = before.region_id, edition.id
        item.list_type_id, item.state = before.list_type_id, ItemState.draft
        session.add(item)
    session.flush()


def code_is_taken(session: Session, edition: DutyList, code: str, item: ListItem | None) -> bool:
    """Whether another item has it, in the edition or in a draft of the next one, which gets every amendment."""
    drafts = select(DutyList.id).where(DutyList.replaces_id == edition.id, DutyList.state.in_(OPEN))
    of_both = or_(ListItem.duty_list_id == edition.id, ListItem.duty_list_id.in_(drafts))
    others = select(ListItem.id).where(of_both, ListItem.code == code)
    if item is not None:
        others = others.where(func.coalesce(ListItem.root_id, ListItem.id) != (item.root_id or item.id))
    return session.scalar(others.limit(1)) is not None


def _follow_instead(session: Session, draft: DutyList, edition: DutyList) -> None:
    """A draft that was made from the edition before follows the new one, item for item.

    What was struck out of that edition has no version in the new one: its copy still follows it, and is not published.
    """
    draft.replaces = edition
    roots = func.coalesce(ListItem.root_id, ListItem.id)
    now = dict(session.execute(select(roots, ListItem.id).where(ListItem.duty_list_id == edition.id)).all())
    codes = select(ListItem.code, ListItem.id).where(ListItem.duty_list_id == edition.id, ListItem.root_id.is_(None))
    fresh = dict(session.execute(codes).all())
    for item in session.scalars(select(ListItem).where(ListItem.duty_list_id == draft.id)):
        item.replaces_id = fresh.get(item.code) if item.root_id is None else now.get(item.root_id, item.replaces_id)
        item.root_id = item.root_id or item.replaces_id
    session.flush()


def forget_item(session: Session, item: ListItem) -> None:
    """Take an item of a draft away, with all that belongs to it."""
    forget_parts(session, item)
    session.delete(item)


def forget_parts(session: Session, item: ListItem) -> None:
    """Before an item of a draft is deleted: what belongs to it goes with it."""
    for model in CHILDREN:
        for child in session.scalars(select(model).where(model.list_item_id == item.id)):
            session.delete(child)
    session.flush()
    session.expire(item, ["cooperating"])  # or they would be deleted once more with it
