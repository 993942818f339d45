"""How a hotline ticket is dealt with: a call is made of it, it is answered, or given back (LX-26, LX-28)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calls import AssignmentState, Call, CallSource
from models.door import by_rule
from models.governance import GovernanceModule
from models.hotline import HotlineTicket, OutsideSystem, TicketState, TicketWay, Timeliness
from models.ledger import Job
from models.lists import ListItem
from models.organisation import LOCAL, Duty, Unit
from models.queries.choices import modules_with_contacts, published_items, townships
from models.roles import RoleName
from models.rules.clocks import soon
from models.rules.clues import prepare_call, watch_clue
from models.rules.ledger import cancel, ends_at, is_told, plan, tell
from models.rules.offices import office
from models.rules.registers import prepare_owned
from models.rules.rounds import current
from models.rules.services import masked
from models.words import CallScope
from models.workflow import Ask, Refused, Step, Transition, Workflow

S, W, T = TicketState, TicketWay, Timeliness

NUMBERS = re.compile(
    r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|[(（]?0\d{2,3}[)）]?[- ]?\d{7,8}"
    r"|\d{6}[- ]?\d{8}[- ]?\d{3}[\dXx]|\d{15})(?!\d)"
)
"""A telephone or an identity number, as people write them."""

WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0D: "-", 0xFF0B: "+"}
"""Digits and signs as wide as a Chinese character."""

STRUCK_OUT = "＊＊＊"
PERSONAL = ("title", "category", "description", "place")
"""In what people say of a matter such numbers stand. Whoever needs them asks the outside system, by its key."""


def without_numbers(text: str) -> str:
    return NUMBERS.sub(STRUCK_OUT, text.translate(WIDE))


def clean(sent: dict[str, Any]) -> None:
    """What is kept of a ticket in place of what was sent: no number of a person, and of a name its beginning."""
    for name in PERSONAL:
        if isinstance(sent.get(name), str):
            sent[name] = without_numbers(sent[name])
    if isinstance(sent.get("complainant"), str):
        sent["complainant"] = masked(sent["complainant"])


def complete_ticket(session: Session, sent: dict[str, Any], actor: Actor, now: datetime, memo: Any) -> None:
    """A row is compared with what is kept, and so is cleaned before: the same ticket twice is the same."""
    sent.setdefault("source", OutsideSystem.hotline.value)
    clean(sent)


GIVEN = ("source", "external_key", "received_at", "answer_due")
"""By which a township is measured."""


def prepare_ticket(session: Session, ticket: HotlineTicket, actor: Actor, now: datetime) -> None:
    """A ticket is a township's, and changes while nobody has dealt with it. Raises `Refused`, naming the field."""
    if not inspect(ticket).transient and ticket.state is not S.received:
        raise Refused(
            N_("This ticket is “%(state)s” by now and changes no more. What is new about it is a ticket of its own."),
            field="external_key",
            state=ticket.state.label,
        )
    fixed = [name for name in GIVEN if inspect(ticket).attrs[name].history.deleted]
    if fixed and not inspect(ticket).transient and not county_office(ticket, actor):
        raise Refused(N_("The outside system has given this. The county office can correct it."), field=fixed[0])
    region = ticket.region_id
    prepare_owned(session, ticket, actor, now)
    if session.get_one(Unit, ticket.unit_id).unit_type not in LOCAL or region not in (None, ticket.region_id):
        raise Refused(N_("A ticket goes to a township or street. Name one of your county."), field="unit")
    if ticket.received_at > now:
        raise Refused(N_("This lies in the future. Name a moment that has passed."), field="received_at")
    if ticket.answer_due is not None and ticket.answer_due < ticket.received_at:
        raise Refused(N_("The end must come after the beginning."), field="answer_due")
    if not (township(ticket, actor) or county_office(ticket, actor)):
        raise Refused(N_("This is another township's. The county office takes its tickets in."), field="unit")
    kept = {name: getattr(ticket, name) or "" for name in (*PERSONAL, "complainant")}
    clean(kept)
    for name, value in kept.items():
        setattr(ticket, name, value)


def watch_ticket(session: Session, ticket: HotlineTicket, actor: Actor, now: datetime) -> None:
    """After a ticket is written: its township hears of it once, and its limit is watched (LX-26)."""
    with by_rule(session):
        if ends_at(session, ticket, Job.hotline_watch) != ticket.answer_due:
            _watch(session, ticket)
        if not actor.serves(ticket.unit_id) and not is_told(session, ticket.unit_id, ticket, "arrived"):
            message = N_("A ticket has come in for you: %(ticket)s. Answer it, make a call of it, or give it back.")
            tell(session, ticket.unit_id, ticket, message, key="arrived", now=now, ticket=str(ticket))


def _watch(session: Session, ticket: HotlineTicket) -> None:
    """As on-time counting does: until it is answered, by its call, too."""
    if ticket.answer_due is None:
        cancel(session, ticket, Job.hotline_watch, cause="no limit")
    else:
        near = soon(session, ticket.region_id, ticket.received_at, ticket.answer_due)
        plan(session, ticket, Job.hotline_watch, near, ticket.answer_due)


def forget_ticket(session: Session, ticket: HotlineTicket, actor: Actor, now: datetime) -> None:
    """Before a ticket is deleted."""
    with by_rule(session):
        cancel(session, ticket, Job.hotline_watch, cause="deleted")


def township(ticket: HotlineTicket, actor: Actor) -> bool:
    return actor.serves(ticket.unit_id)


def county_office(ticket: HotlineTicket, actor: Actor) -> bool:
    return RoleName.county_dispatcher in actor.roles and actor.region_id == ticket.region_id


def answers(ticket: HotlineTicket, actor: Actor) -> bool:
    """Its township; the county office, what was given back and is no township's (LX-26, LX-28)."""
    return county_office(ticket, actor) if ticket.state is S.returned else township(ticket, actor)


def _items(ticket: HotlineTicket, actor: Actor) -> ColumnElement[bool]:
    return published_items(actor)


def _townships(ticket: HotlineTicket, actor: Actor) -> ColumnElement[bool]:
    return townships(actor)


def _modules(ticket: HotlineTicket, actor: Actor) -> ColumnElement[bool]:
    return modules_with_contacts(actor)


def _says_who_answers(ticket: HotlineTicket, step: Step) -> None:
    """R5, TS-26: as any call of a township, by an item, or through a module where none covers it."""
    if step.answers.get("list_item_id") is None and step.answers.get("module_id") is None:
        raise Refused(
            N_("Choose an item of the list or a module. If neither covers this, propose to adjust the list."),
            field="list_item_id",
        )


def _called(ticket: HotlineTicket, step: Step) -> None:
    """A draft, as a clue is: the township completes and sends it."""
    item, module = step.answers.get("list_item_id"), step.answers.get("module_id")
    call = Call(
        title=ticket.title,
        description=ticket.description,
        place=ticket.place,
        scope=step.answers["scope"],
        source=CallSource.hotline,
        occurred_at=ticket.received_at,
        list_item_id=item.id if item else None,
        module_id=module.id if module else None,
    )
    prepare_call(step.session, call, step.actor, step.now)
    step.session.add(call)
    step.session.flush()
    watch_clue(step.session, call, step.actor, step.now)
    ticket.call, ticket.way = call, W.by_call


def _answer(ticket: HotlineTicket, text: str, step: Step) -> None:
    cancel(step.session, ticket, Job.hotline_watch, cause="answered")
    ticket.answer, ticket.answered_at = without_numbers(text), step.now
    if ticket.answer_due is None:
        ticket.timeliness = T.no_limit
    else:
        ticket.timeliness = T.in_time if step.now <= ticket.answer_due else T.late


def _answered(ticket: HotlineTicket, step: Step) -> None:
    ticket.way = W.directly
    _answer(ticket, step.answers["answer"], step)


def _solved(ticket: HotlineTicket, step: Step) -> None:
    """What those who solved a part of the call reported, the lead first."""
    call = step.session.get_one(Call, ticket.call_id)
    parts = [part for part in current(step.session, call) if part.state is AssignmentState.resolved]
    _answer(ticket, "\n".join(f"{part.department}：{part.result}" for part in parts), step)


def _dropped(ticket: HotlineTicket, step: Step) -> None:
    ticket.call, ticket.way = None, W.open


def _given_back(ticket: HotlineTicket, step: Step) -> None:
    cancel(step.session, ticket, Job.hotline_watch, cause="given back")
    ticket.returned_reason = without_numbers(step.answers["reason"])
    unit = office(step.session, ticket.region_id, Duty.county_office)
    message = N_("%(unit)s gives a ticket back: %(ticket)s. Assign another township, or answer it.")
    tell(step.session, unit.id, ticket, message, key=f"returned@{ticket.version}", now=step.now,
         unit=str(ticket.unit), ticket=str(ticket))  # fmt: skip


def _is_another(ticket: HotlineTicket, step: Step) -> None:
    if step.answers["unit_id"].id == ticket.unit_id:
        raise Refused(N_("This township has given the ticket back. Choose another one."), field="unit_id")


def _assigned(ticket: HotlineTicket, step: Step) -> None:
    ticket.unit = step.answers["unit_id"]
    _watch(step.session, ticket)
    message = N_("A ticket was assigned to you: %(ticket)s.")
    tell(step.session, ticket.unit.id, ticket, message, key=f"assigned@{ticket.version}", now=step.now,
         ticket=str(ticket))  # fmt: skip


HOTLINE = Workflow(
    HotlineTicket,
    Transition(
        name="to_call",
        label=N_("Make a call of it"),
        source=frozenset({S.received}),
        target=S.turned_into_call,
        by=township,
        asks=(
            Ask(name="list_item_id", label=N_("List item"), kind="row", model=ListItem, among=_items, required=False,
                help=N_("Who answers follows from the item.")),
            Ask(name="module_id", label=N_("Through the module"), kind="row", model=GovernanceModule, among=_modules,
                required=False, help=N_("Its contact group is called, also where no item of the list fits.")),
            Ask(name="scope", label=N_("Call scope"), kind="word", words=CallScope),
        ),
        guard=_says_who_answers,
        effect=_called,
        tone="active",
        help=N_("A draft with the words of the ticket. Complete it and send it; its result answers the ticket."),
    ),
    Transition(
        name="answer_directly",
        label=N_("Answer it yourself"),
        source=frozenset({S.received, S.returned}),
        target=S.answered,
        by=answers,
        asks=(Ask(name="answer", label=N_("Answer given back"), kind="long_text"),),
        effect=_answered,
        tone="done",
    ),
    Transition(
        name="not_ours",
        label=N_("Not ours: give it back"),
        source=frozenset({S.received}),
        target=S.returned,
        by=township,
        asks=(Ask(name="reason", label=N_("Why it is not ours"), kind="long_text"),),
        effect=_given_back,
        tone="warn",
        help=N_("The county office reads why, and assigns another township or answers it."),
    ),
    Transition(
        name="assign_township",
        label=N_("Assign another township"),
        source=frozenset({S.returned}),
        target=S.received,
        by=county_office,
        asks=(Ask(name="unit_id", label=N_("Township"), kind="row", model=Unit, among=_townships),),
        guard=_is_another,
        effect=_assigned,
        tone="active",
    ),
    Transition(
        name="call_solved",
        label=N_("Answered by its call"),
        source=frozenset({S.turned_into_call}),
        target=S.answered,
        by=None,
        effect=_solved,
        tone="done",
    ),
    Transition(
        name="call_dropped",
        label=N_("Its call was given up"),
        source=frozenset({S.turned_into_call}),
        target=S.received,
        by=None,
        effect=_dropped,
    ),
)  # fmt: skip
