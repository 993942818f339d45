"""How a closed call of an older system becomes a call here: with its moments, and without clocks or messages.

The limits of today are laid on what its file does not tell: by them the rates and the rehearsals compare.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import Clock
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState
from models.door import by_rule
from models.lists import ListItem
from models.organisation import ANSWERING, LOCAL, Unit
from models.past_calls import NAMELESS, PastCall, PastOutcome
from models.ratings import MutualRating, RatingDirection, RatingState
from models.recorder import gathering, note_move
from models.rules.clocks import due
from models.rules.deadlines import SHANGHAI, Due
from models.rules.matching import Matter, root_of
from models.rules.registers import prepare_kept
from models.rules.rounds import next_number
from models.workflow import Refused

IMPORTED = "import"
"""As the recorder calls what an import made: a clock that begins here is created, and so is looked after."""

IN_ORDER = ("sent_at", "accepted_at", "dispatched_at", "responded_at", "resolved_at", "closed_at")
AS_TOLD = ("region_id", "title", "description", "scope", "category", "list_item_id", "sent_at", "accepted_at",
           "resolved_at")  # fmt: skip
NOT_OF_WITHDRAWN = ("resolved_at", "level")


def complete_past_call(session: Session, sent: dict[str, Any], actor: Actor, now: datetime, memo: Any) -> None:
    """By the system and the key a row is told apart, so that none may be without either.

    A day alone begins at midnight; where the step before it was on that day, it is as late as that.
    """
    sent.setdefault("system", NAMELESS)
    before = None
    for name in IN_ORDER:
        at = _local(sent.get(name))
        if at is None:
            continue
        if before is not None and at.time() == time() and at.date() == before.date() and at < before:
            at = before
            sent[name] = at.isoformat()
        before = at


def _local(said: Any) -> datetime | None:
    """The moment in China that a file or program writes; None of what is none."""
    try:
        at = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def prepare_past_call(session: Session, past: PastCall, actor: Actor, now: datetime) -> None:
    """Check what is told, and write the call that says the same. Raises `Refused`, naming the field."""
    prepare_kept(session, past)
    _check_units(session, past)
    _check_moments(past, now)
    said = next((name for name in NOT_OF_WITHDRAWN if getattr(past, name)), "")
    if past.outcome is PastOutcome.withdrawn and said:
        raise Refused(
            N_("A call that was withdrawn has no result and no rating. Leave this empty, or correct the outcome."),
            field=said,
        )
    if (item := _item(session, past)) is not None:
        past.category = item.category
    with gathering(session), by_rule(session):
        _write(session, past, actor, now)


def _check_units(session: Session, past: PastCall) -> None:
    here = (("unit", past.unit_id, LOCAL), ("department", past.department_id, ANSWERING))
    for field, key, kinds in here:
        unit = session.get_one(Unit, key)
        if unit.unit_type not in kinds or unit.region_id != past.region_id:
            raise Refused(
                N_("A township or street of the county called, and a body of the county answered. Name another unit."),
                field=field,
            )
    item = _item(session, past)
    if item is not None and item.region_id != past.region_id:
        raise Refused(N_("This is another county's. Choose one of the county of the call."), field="list_item")


def _item(session: Session, past: PastCall) -> ListItem | None:
    return session.get(ListItem, past.list_item_id) if past.list_item_id else None


def _check_moments(past: PastCall, now: datetime) -> None:
    """None lies in the future, or before one that must have come first."""
    earlier = ""
    for name in IN_ORDER:
        at = getattr(past, name)
        if at is None:
            continue
        if at > now:
            raise Refused(N_("This lies in the future. Name a moment that has passed."), field=name)
        if earlier and at < getattr(past, earlier):
            raise _contradicts(past, name, earlier)
        earlier = name
    if past.promised_due is not None and past.promised_due < past.sent_at:
        raise _contradicts(past, "promised_due", "sent_at")


def _contradicts(past: PastCall, name: str, earlier: str) -> Refused:
    columns = inspect(PastCall).columns
    return Refused(
        N_("“%(name)s” (%(at)s) lies before “%(earlier)s” (%(since)s). Correct one of the two."),
        field=name,
        name=columns[name].info["label"],
        at=_told(getattr(past, name)),
        earlier=columns[earlier].info["label"],
        since=_told(getattr(past, earlier)),
    )


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _write(session: Session, past: PastCall, actor: Actor, now: datetime) -> None:
    call = session.get(Call, past.call_id) if past.call_id else None
    call = call or Call(imported=True, number=next_number(session, past.region_id, "past", past.sent_at))
    part = _hung(session, CallAssignment, call) or CallAssignment(call=call)
    rating = _hung(session, MutualRating, call)
    _put(call, _of_call(session, past))
    _put(part, _of_part(session, past))
    rows: list[Any] = [call, part]
    if past.level is not None:
        rating = rating or MutualRating(imported=True, call=call, assignment=part)
        _put(rating, _of_rating(past))
        rows.append(rating)
    elif rating is not None:
        session.delete(rating)
    for row in rows:
        session.add(row)
        if row in session.new or session.is_modified(row):
            note_move(session, row, IMPORTED, note="", actor=actor, now=now)
    session.flush()
    past.call_id = call.id


def _hung(session: Session, model: Any, call: Call) -> Any:
    return session.scalar(select(model).where(model.call_id == call.id)) if call.id else None


def _put(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _of_call(session: Session, past: PastCall) -> dict[str, Any]:
    """Confirmed is what was solved: nobody waits for it here."""
    limit = _due(session, past, Clock.resolve, _dispatched(past))
    accept = _due(session, past, Clock.accept, past.sent_at).at if past.accepted_at else None
    withdrawn, solved = past.outcome is PastOutcome.withdrawn, past.outcome is PastOutcome.solved
    return {name: getattr(past, name) for name in AS_TOLD} | {
        "state": CallState.withdrawn if withdrawn else CallState.closed,
        "caller_unit_id": past.unit_id,
        "created_at": past.sent_at,
        "accept_due": accept,
        "resolve_from": _dispatched(past),
        "resolve_due": limit.at,
        "provisional": limit.provisional,
        "confirmed_at": past.closed_at if solved else None,
        "closed_at": None if withdrawn else past.closed_at,
        "rounds": 1,
    }


def _of_part(session: Session, past: PastCall) -> dict[str, Any]:
    limit = _due(session, past, Clock.respond, _dispatched(past))
    promised_at = (past.responded_at or _dispatched(past)) if past.promised_due else None
    return {
        "region_id": past.region_id,
        "department_id": past.department_id,
        "role": AssignmentRole.lead,
        "state": AssignmentState.void if past.outcome is PastOutcome.withdrawn else AssignmentState.resolved,
        "round": 1,
        "dispatched_at": _dispatched(past),
        "respond_due": limit.at,
        "provisional": limit.provisional,
        "responded_at": past.responded_at,
        "promised_at": promised_at,
        "first_promised_due": past.promised_due,
        "promised_due": past.promised_due,
        "resolved_at": past.resolved_at,
        "result": past.result,
    }


def _of_rating(past: PastCall) -> dict[str, Any]:
    closed = dict.fromkeys(("rate_due", "given_at", "revealed_at"), past.closed_at)
    sides = {"rater_unit_id": past.unit_id, "ratee_unit_id": past.department_id}
    told = {"region_id": past.region_id, "level": past.level, "state": RatingState.revealed}
    return closed | sides | told | {"direction": RatingDirection.of_answer}


def _dispatched(past: PastCall) -> datetime:
    return past.dispatched_at or past.accepted_at or past.sent_at


def _due(session: Session, past: PastCall, clock: Clock, start: datetime) -> Due:
    department = None if clock is Clock.accept else past.department_id
    matter = Matter(past.scope, root_of(_item(session, past)), past.category, department)
    return due(session, past.region_id, clock, start, matter)


def forget_past_call(session: Session, past: PastCall, actor: Actor, now: datetime) -> None:
    """Its call goes with it; unless others refer to that, which the database refuses."""
    with gathering(session), by_rule(session):
        call = session.get_one(Call, past.call_id)
        hung = [row for model in (MutualRating, CallAssignment) if (row := _hung(session, model, call)) is not None]
        past.call_id = None
        session.flush()
        for row in (*hung, call):
            session.delete(row)
            session.flush()
