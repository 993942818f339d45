"""How a proposal to adjust a list travels: opinions, approval, and by itself into the next edition (TA-13, TA-14)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, inspect, or_, select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.adjustments import AdjustmentKind, AdjustmentOpinion, AdjustmentState, ListAdjustment
from models.base import N_
from models.calendar import Clock
from models.item_words import ItemColumn, ItemState
from models.ledger import Job
from models.lists import DutyList, ItemCooperation, ListItem
from models.opinions import OpinionState
from models.organisation import LOCAL, Duty, Unit, UnitType
from models.roles import RoleName
from models.rules.clocks import due, soon
from models.rules.demands import lacking, own_fields_of_new, require, said_in, said_of_own_fields
from models.rules.editions import amend, code_is_taken, in_force
from models.rules.forbidden import refuse_spared
from models.rules.ledger import cancel, plan, tell
from models.rules.offices import office
from models.rules.opinions import ask_units, lapse, workflow_of_opinions
from models.rules.organisation import search_key
from models.rules.registers import be_living, may_begin
from models.workflow import Answers, Ask, Refused, Step, Transition, Workflow, follow

S, K = AdjustmentState, AdjustmentKind
MISSING = N_("“%(label)s” is missing in the proposal. Edit it, then approve.")
NAMED_LATER = {ItemColumn.cooperating_departments: "by the editorial office"}
"""What a proposal leaves to its approval."""

UNHELPED = N_("“%(label)s” is missing. Choose them here, then approve.")


def prepare_adjustment(session: Session, adjustment: ListAdjustment, actor: Actor, now: datetime) -> None:
    """It belongs to the unit that proposes it, and is about the list in force. Raises `Refused`, naming the field."""
    if inspect(adjustment).transient:
        if actor.region_id is None or actor.unit_id is None:
            raise Refused(N_("Switch to a unit of a county first: a proposal comes from one."))
        adjustment.region_id, adjustment.proposer_unit_id = actor.region_id, actor.unit_id
    item = session.get(ListItem, adjustment.list_item_id) if adjustment.list_item_id else None
    if adjustment.kind is K.add:
        if item is not None:
            raise Refused(N_("A new item follows no other. Leave this empty, or propose a change."), field="list_item")
        return
    if item is None:
        raise Refused(N_("Name the item that is to change, or to go."), field="list_item")
    if item.duty_list_id != adjustment.duty_list_id:
        raise Refused(N_("This item is not in the list that you chose."), field="list_item")


def proposer(adjustment: ListAdjustment, actor: Actor) -> bool:
    return actor.serves(adjustment.proposer_unit_id)


def list_manager(adjustment: ListAdjustment, actor: Actor) -> bool:
    return RoleName.list_manager in actor.roles and actor.region_id == adjustment.region_id


def _may_submit(adjustment: ListAdjustment, step: Step) -> None:
    be_living(adjustment.proposer_unit, step.now)
    if not adjustment.explanation.strip():
        raise Refused(N_("Say what happened that shows the need."), field="explanation")
    if adjustment.kind is K.add and not adjustment.title.strip():
        raise Refused(N_("Name the matter that is to be added."), field="title")
    edition, item = _current(adjustment, step)
    own = said_of_own_fields(step.session, edition, adjustment)
    if adjustment.kind is K.modify and not said_in(adjustment) and not own:
        raise Refused(N_("Write how the item is to read: fill in at least one of its columns."), field="title")
    if adjustment.kind is K.remove:
        return
    if adjustment.kind is K.add:
        own = own_fields_of_new(step.session, edition, adjustment)
        require(step.session, edition, said_in(adjustment) | own | NAMED_LATER)
    refuse_spared(step.session, adjustment.region_id, _kept(item) | said_in(adjustment))


def _current(adjustment: ListAdjustment, step: Step) -> tuple[DutyList, ListItem | None]:
    """The edition in force now, locked, and the item's version in it. Raises `Refused` where either is gone."""
    edition = in_force(step.session, adjustment.region_id, adjustment.duty_list.list_type_id)
    if edition is None:
        raise Refused(N_("This list is not in force. Choose another."), field="duty_list")
    if adjustment.list_item is None:
        return edition, None
    root = adjustment.list_item.root_id or adjustment.list_item.id
    version = select(ListItem).where(
        ListItem.duty_list_id == edition.id,
        ListItem.state == ItemState.published,
        func.coalesce(ListItem.root_id, ListItem.id) == root,
    )
    item = step.session.scalar(version)
    if item is None:
        raise Refused(N_("This item has been struck out meanwhile."), field="list_item")
    return edition, item


def _submitted(adjustment: ListAdjustment, step: Step) -> None:
    adjustment.submitted_at = step.now
    unit = office(step.session, adjustment.region_id, Duty.editorial_office)
    message = N_("%(unit)s proposes to adjust the list: %(about)s. Ask for opinions on it.")
    _tell(adjustment, step, unit.id, message, "submitted", unit=str(adjustment.proposer_unit))


def concerned(adjustment: ListAdjustment, actor: Actor) -> ColumnElement[bool]:
    """Units of the county that exist today and can hold a duty, but for who proposes."""
    held = Unit.unit_type.in_((UnitType.department, UnitType.agency, *LOCAL))
    here = (Unit.region_id == adjustment.region_id) & Unit.valid_to.is_(None)
    return here & held & (Unit.id != adjustment.proposer_unit_id)


def _proposed_to_ask(adjustment: ListAdjustment) -> Answers:
    """Those whom the item names now, and whom it would name; and the townships, whose duties it says."""
    session = object_session(adjustment)
    if session is None:
        return {}
    named = {adjustment.lead_department_id}
    if adjustment.list_item is not None:
        helpers = select(ItemCooperation.unit_id).where(ItemCooperation.list_item_id == adjustment.list_item_id)
        named |= {adjustment.list_item.lead_department_id, *session.scalars(helpers)}
    townships = (Unit.region_id == adjustment.region_id) & Unit.unit_type.in_(LOCAL)
    asked = select(Unit).where(or_(Unit.id.in_([n for n in named if n]), townships), Unit.valid_to.is_(None))
    rows = session.scalars(asked.where(Unit.id != adjustment.proposer_unit_id).order_by(Unit.code)).all()
    return {"unit_ids": rows}


def _asked(adjustment: ListAdjustment, step: Step) -> None:
    limit = due(step.session, adjustment.region_id, Clock.consult, step.now)
    adjustment.opinion_due, adjustment.provisional = limit.at, limit.provisional
    message = N_("%(about)s: say by %(due)s what you think of it.")
    units = [unit.id for unit in step.answers["unit_ids"]]
    ask_units(step, adjustment, AdjustmentOpinion, units, limit.at, message)
    reminder = soon(step.session, adjustment.region_id, step.now, limit.at)
    plan(step.session, adjustment, Job.adjustment_watch, reminder, limit.at)


def _names_somebody(adjustment: ListAdjustment, step: Step) -> None:
    if not step.answers.get("unit_ids"):
        raise Refused(N_("Name at least one unit to ask."), field="unit_ids")
    left_out = _unheard(adjustment, step, {unit.id for unit in step.answers["unit_ids"]})
    if left_out:
        raise Refused(
            N_("A department would give duties to townships here. Ask each of them; these are missing: %(units)s."),
            field="unit_ids",
            units="、".join(left_out),
        )


def _unheard(adjustment: ListAdjustment, step: Step, heard: Collection[int]) -> Sequence[str]:
    """R7: of the townships that a department's proposal would give duties to, those that are not among these units."""
    now = adjustment.list_item.township_duties if adjustment.list_item else ""
    duties = adjustment.township_duties.strip()
    if not duties or duties == now.strip() or adjustment.proposer_unit.unit_type in LOCAL:
        return ()
    townships = (Unit.region_id == adjustment.region_id) & Unit.unit_type.in_(LOCAL) & Unit.valid_to.is_(None)
    return step.session.scalars(select(Unit.name).where(townships, Unit.id.not_in(heard)).order_by(Unit.code)).all()


def _opinions_in(adjustment: ListAdjustment, step: Step) -> None:
    adjustment.opinion_due = None
    cancel(step.session, adjustment, Job.adjustment_watch, cause="opinions in")
    unit = office(step.session, adjustment.region_id, Duty.editorial_office)
    _tell(adjustment, step, unit.id, N_("All opinions are in: %(about)s. Review it."), "opinions in")


def _may_approve(adjustment: ListAdjustment, step: Step) -> None:
    """The result is a complete item (R1). What the proposer left open, the editorial office writes into it."""
    edition, item = _current(adjustment, step)
    if adjustment.kind is K.remove:
        return
    given = select(AdjustmentOpinion.unit_id).where(
        AdjustmentOpinion.list_adjustment_id == adjustment.id, AdjustmentOpinion.state == OpinionState.given
    )
    silent = _unheard(adjustment, step, set(step.session.scalars(given)))
    if silent:
        raise Refused(
            N_(
                "A department would give duties to townships here, and these have not answered in writing: %(units)s."
                " Refuse it; the department then applies for a duty admission."
            ),
            units="、".join(silent),
        )
    code = (step.answers.get("code") or "").strip()
    if adjustment.kind is K.add and not code:
        raise Refused(N_("Give the new item a code."), field="code")
    if code and code_is_taken(step.session, edition, code, item):
        raise Refused(N_("“%(code)s” is the code of another item. Give another."), field="code", code=code)
    for name, label in lacking(step.session, edition, _result(adjustment, item, step)):
        if name == ItemColumn.cooperating_departments:
            raise Refused(UNHELPED, field="cooperating_department_ids", label=label)
        raise Refused(MISSING, field=name, label=label)


def _result(adjustment: ListAdjustment, item: ListItem | None, step: Step) -> dict[str, object]:
    """What the item holds once the proposal is applied, by its keys."""
    own = said_of_own_fields if item is not None else own_fields_of_new
    result = _kept(item) | said_in(adjustment) | own(step.session, adjustment.duty_list, adjustment)
    asked = [unit.id for unit in step.answers.get("cooperating_department_ids") or ()]
    there = [part.unit_id for part in item.cooperating] if item is not None else []
    helpers = [unit_id for unit_id in asked or there if unit_id != result.get("lead_department_id")]
    return result | {ItemColumn.cooperating_departments: helpers}


def _kept(item: ListItem | None) -> dict[str, object]:
    """What the item holds now, by its keys."""
    if item is None:
        return {}
    return {column.key: getattr(item, column.key) for column in inspect(item).mapper.column_attrs} | item.extra


def _approved(adjustment: ListAdjustment, step: Step) -> None:
    adjustment.decided_at, adjustment.approval_document = step.now, step.answers["approval_document"]
    step.session.flush()
    follow(step, adjustment, "apply")


def _applied(adjustment: ListAdjustment, step: Step) -> None:
    """One more edition, in force at once, in which nothing else has changed."""
    edition, item = _current(adjustment, step)
    document, note = adjustment.approval_document, adjustment.explanation
    step = Step(step.session, step.actor, step.now, step.answers, note)
    if adjustment.kind is K.remove and item is not None:
        amend(step, edition, remove=[item.id], document_number=document)
    elif adjustment.kind is K.modify and item is not None:
        later = amend(step, edition, change={item.id: _rewritten(adjustment, step)}, document_number=document)
        result = select(ListItem.id).where(ListItem.duty_list_id == later.id, ListItem.replaces_id == item.id)
        adjustment.resulting_item_id = step.session.scalar(result)
    else:
        added = _new_item(adjustment, step)
        amend(step, edition, add=[added], document_number=document)
        adjustment.resulting_item_id = added.id
    adjustment.applied_at = step.now
    message = N_("The list has been adjusted as you proposed: %(about)s. The new edition is in force.")
    _tell(adjustment, step, adjustment.proposer_unit_id, message, "applied")


def _rewritten(adjustment: ListAdjustment, step: Step) -> Callable[[ListItem], None]:
    code, said = (step.answers.get("code") or "").strip(), said_in(adjustment)
    own = said_of_own_fields(step.session, adjustment.duty_list, adjustment)

    def rewrite(item: ListItem) -> None:
        for name, value in said.items():
            setattr(item, name, value)
        item.extra = item.extra | own
        item.code = code or item.code
        item.search_key = search_key(item.title)[:400]
        _set_helpers(item, step)

    return rewrite


def _new_item(adjustment: ListAdjustment, step: Step) -> ListItem:
    item = ListItem(code=step.answers["code"].strip(), search_key=search_key(adjustment.title)[:400])
    for name, value in said_in(adjustment).items():
        setattr(item, name, value)
    item.extra = own_fields_of_new(step.session, adjustment.duty_list, adjustment)
    item.cooperating = []
    item.region_id = adjustment.region_id
    _set_helpers(item, step)
    return item


def _set_helpers(item: ListItem, step: Step) -> None:
    """Those whom the editorial office names; left empty, an item keeps its own, but for who leads in it now (R2)."""
    there = {part.unit_id: part for part in item.cooperating}
    asked = step.answers.get("cooperating_department_ids") or ()
    item.cooperating = [
        there.get(unit_id) or ItemCooperation(region_id=item.region_id, unit_id=unit_id)
        for unit_id in [unit.id for unit in asked] or there
        if unit_id != item.lead_department_id
    ]


def _refused(adjustment: ListAdjustment, step: Step) -> None:
    adjustment.decided_at = step.now
    message = N_("Your proposal was refused: %(about)s. Reason: %(note)s")
    _tell(adjustment, step, adjustment.proposer_unit_id, message, "refused", note=step.note)


def _withdrawn(adjustment: ListAdjustment, step: Step) -> None:
    adjustment.opinion_due = None
    cancel(step.session, adjustment, Job.adjustment_watch, cause="withdrawn")
    lapse(step, AdjustmentOpinion, adjustment)


def _tell(adjustment: ListAdjustment, step: Step, unit_id: int, message: str, key: str, **details: str) -> None:
    tell(step.session, unit_id, adjustment, message, key=f"{key}@{adjustment.version}", now=step.now,
         about=str(adjustment), **details)  # fmt: skip


ADJUSTMENT = Workflow(
    ListAdjustment,
    Transition(
        name="submit",
        label=N_("Submit"),
        source=frozenset({S.draft}),
        target=S.submitted,
        by=proposer,
        of_use=lambda adjustment: may_begin(adjustment.proposer_unit),
        guard=_may_submit,
        effect=_submitted,
        tone="active",
        help=N_("The editorial office asks the units concerned, and decides."),
    ),
    Transition(
        name="withdraw",
        label=N_("Withdraw"),
        source=frozenset({S.submitted, S.consulting, S.reviewing}),
        target=S.withdrawn,
        by=proposer,
        effect=_withdrawn,
        tone="danger",
    ),
    Transition(
        name="ask_opinions",
        label=N_("Ask for opinions"),
        source=frozenset({S.submitted}),
        target=S.consulting,
        by=list_manager,
        asks=(Ask(name="unit_ids", label=N_("Units to ask"), kind="rows", model=Unit, among=concerned),),
        guard=_names_somebody,
        suggest=_proposed_to_ask,
        effect=_asked,
        tone="active",
    ),
    Transition(
        name="opinions_in",
        label=N_("All opinions in"),
        source=frozenset({S.consulting}),
        target=S.reviewing,
        by=None,
        effect=_opinions_in,
    ),
    Transition(
        name="approve",
        label=N_("Approve"),
        source=frozenset({S.reviewing}),
        target=S.approved,
        by=list_manager,
        asks=(
            Ask(
                name="approval_document",
                label=N_("Approval document"),
                help=N_("By which the county's party committee and government approved it."),
            ),
            Ask(name="code", label=N_("Code"), required=False, help=N_("Of a new item; else only if it changes.")),
            Ask(
                name="cooperating_department_ids",
                label=N_("Cooperating departments"),
                kind="rows",
                model=Unit,
                among=concerned,
                required=False,
                help=N_("Left empty, an item keeps its own."),
            ),
        ),
        guard=_may_approve,
        effect=_approved,
        tone="done",
        help=N_("The next edition is made and published at once, with this change and no other."),
    ),
    Transition(
        name="refuse",
        label=N_("Refuse"),
        source=frozenset({S.submitted, S.reviewing}),
        target=S.refused,
        by=list_manager,
        effect=_refused,
        wants_note=True,
        tone="danger",
    ),
    Transition(
        name="apply",
        label=N_("Applied to the list"),
        source=frozenset({S.approved}),
        target=S.applied,
        by=None,
        effect=_applied,
    ),
)
OPINION = workflow_of_opinions(AdjustmentOpinion, "list_adjustment", "opinions_in")
