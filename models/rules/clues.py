"""What a call is before it is sent: written, checked, watched if it is an emergency, or thrown away (R8, R9, LX-24)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.assigned import AssignedMatter
from models.base import N_
from models.calendar import Clock
from models.calls import Call, CallSource, CallState, Direction
from models.door import by_rule
from models.ledger import Job
from models.lists import ListItem
from models.organisation import BELOW_TOWNSHIP, LOCAL, Unit, UnitType
from models.roles import RoleName
from models.rules.clocks import due
from models.rules.ledger import cancel, is_planned, is_told, plan, tell
from models.rules.matching import about
from models.rules.modules import check_module
from models.rules.photos import place
from models.rules.registers import be_living, heir, may_begin
from models.rules.rounds import iso
from models.rules.step_files import keep_region
from models.rules.tickets import follow_call
from models.words import CallScope
from models.workflow import Refused, Step, Transition

S = CallState
NOTICED = N_("%(unit)s has noticed: %(call)s. Complete the clue, and send it.")
EMERGENCY = N_("%(unit)s has noticed an emergency: %(call)s. Send it by %(due)s.")
NOTICED_HERE = N_("%(unit)s has noticed: %(call)s. Settle it here, or complete it: the township sends it.")
EMERGENCY_HERE = N_("%(unit)s has noticed an emergency: %(call)s. The township sends it by %(due)s.")


def prepare_call(session: Session, call: Call, actor: Actor, now: datetime) -> None:
    """Fill in what a form does not ask for, and check what it does; for a new call and for each edit.

    Raises `Refused`, naming the field.
    """
    if not inspect(call).transient and call.state not in (S.draft, S.returned):
        raise Refused(
            N_("A call that has been sent cannot be edited. It can be withdrawn, or returned for correction.")
        )
    if inspect(call).transient:
        unit = calling_unit(session, actor, now)
        call.caller_unit_id, call.region_id, call.created_at = unit.id, unit.region_id or unit.id, now
        call.direction = (
            Direction.township_to_department if unit.unit_type in LOCAL else Direction.department_to_township
        )
        if unit.id != actor.unit_id:
            call.source = CallSource.grid
            if call.place_unit_id is None:  # a form that left it empty has said so of the relation, too
                call.place_unit = session.get_one(Unit, actor.unit_id)
                call.place_unit_id = call.place_unit.id
    keep_region(call)
    _take_position(call)
    check_place(session, call)
    check_module(session, call)
    cited = _cited(session, call, actor)
    call.category = cited.category if cited is not None else ""


def _take_position(call: Call) -> None:
    """Where the first photo was taken that says so, unless the form does; an address is filled in from there, too."""
    if call.latitude is None and call.longitude is None:
        there = next((file for file in call.files if file.latitude is not None), None)
        call.latitude, call.longitude = (there.latitude, there.longitude) if there else (None, None)
    if call.latitude is not None or call.longitude is not None:
        call.latitude = _degrees("latitude", call.latitude, 90)
        call.longitude = _degrees("longitude", call.longitude, 180)
    call.place = call.place or place(call.latitude, call.longitude)


def _degrees(field: str, value: Decimal | None, most: int) -> Decimal:
    if value is None or abs(value) > most:
        raise Refused(N_("Write latitude (up to 90) and longitude (up to 180), or neither."), field=field)
    return round(value, 6)


def _cited(session: Session, call: Call, actor: Actor) -> ListItem | AssignedMatter | None:
    """R5: an item of the list or an assigned matter, and one of them only; or neither, but through a module (TS-26).

    Who writes a clue need not know the list: the township cites it before it sends.
    """
    if call.list_item_id and call.assigned_matter_id:
        raise Refused(N_("Choose an item of the list or an assigned matter, not both."), field="assigned_matter")
    cited = (
        session.get(ListItem, call.list_item_id)
        if call.list_item_id
        else session.get(AssignedMatter, call.assigned_matter_id or 0)
    )
    if cited is None and call.module_id is None and actor.unit_id == call.caller_unit_id:
        raise Refused(
            N_("Choose an item, an assigned matter or a module. If none covers this, propose to adjust the list."),
            field="list_item",
        )
    return cited


def calling_unit(session: Session, actor: Actor, now: datetime) -> Unit:
    """Who calls: the unit acted for; for a village or a grid, the township above it (LX-24).

    Raises `Refused` where that is nobody who calls, or one that calls no more.
    """
    unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
    while unit is not None and unit.unit_type in BELOW_TOWNSHIP:
        unit = unit.parent
    if unit is None or unit.unit_type not in (*LOCAL, UnitType.department):
        raise Refused(N_("Only townships and departments call. Switch to the unit that you call for."))
    be_living(unit, now)
    return unit


def check_caller(call: Call, now: datetime) -> None:
    """ZG-14: a unit that was dissolved calls no more. What it had called before goes on."""
    if call.sent_at is None:
        be_living(call.caller_unit, now)


def still_calls(call: Call) -> bool:
    """Whether it is of use to offer to send it."""
    return call.sent_at is not None or may_begin(call.caller_unit)


def check_place(session: Session, call: Call) -> None:
    """R9: a township calls for its own area only."""
    if call.place_unit_id is None or call.direction is not Direction.township_to_department:
        return
    place, home = session.get(Unit, call.place_unit_id), session.get(Unit, call.caller_unit_id)
    if place is None or home is None or not place.path.startswith(heir(home).path):
        raise Refused(N_("The place lies outside your own area. Name a village or grid of yours."), field="place_unit")


def watch_clue(session: Session, call: Call, actor: Actor, now: datetime) -> None:
    """R8: an emergency that is written down has to be called within the limit for accepting it. Raises `Refused`.

    The limit counts from the writing, however often it is edited; of what was returned, from the return. The township
    hears of what its villages and grids notice, at once; and the village, of what its grids do.
    """
    with by_rule(session):
        if call.scope is not CallScope.emergency:
            cancel(session, call, Job.accept_watch, cause="no emergency")
            _noticed(session, call, actor, now, None)
            return
        start = call.created_at if call.state is S.draft else now
        limit = due(session, call.region_id, Clock.accept, start, about(call)).at
        if not is_planned(session, call, Job.accept_watch, limit if call.state is S.draft else None):
            plan(session, call, Job.accept_watch, limit)
        _noticed(session, call, actor, now, limit)


def _noticed(session: Session, call: Call, actor: Actor, now: datetime, limit: datetime | None) -> None:
    """Township and village hear of a clue once; and once more, if it becomes an emergency later (LX-24, LX-25)."""
    if not is_clue(call) or not actor.serves(call.place_unit_id) or actor.serves(call.caller_unit_id):
        return
    keys = ("emergency",) if limit else ("noticed", "emergency")
    further = {"due": iso(limit)} if limit else {}
    village_id = session.get_one(Unit, call.place_unit_id).parent_id
    above = {call.caller_unit_id: EMERGENCY if limit else NOTICED}
    if village_id != call.caller_unit_id and not actor.serves(village_id):  # what was noticed in a grid
        above[village_id or 0] = EMERGENCY_HERE if limit else NOTICED_HERE
    for unit_id, message in above.items():
        if not any(is_told(session, unit_id, call, key) for key in keys):
            tell(session, unit_id, call, message, key=keys[0], now=now, call=str(call),
                 unit=str(call.place_unit), **further)  # fmt: skip


def tell_noticer(call: Call, step: Step, message: str, key: str) -> None:
    """Who noticed it hears what becomes of the clue (LX-24)."""
    for unit in _noticers(step.session, call, step.actor):
        tell(step.session, unit.id, call, message, key=f"{key}@{call.version}", now=step.now, call=str(call))


def _noticers(session: Session, call: Call, actor: Actor) -> list[Unit]:
    """The village or grid that noticed a clue, and the village of a grid, which was asked to act; but not who acts."""
    place = session.get(Unit, call.place_unit_id or 0) if is_clue(call) else None
    units = (place, place.parent) if place is not None else ()
    return [unit for unit in units if unit and unit.unit_type in BELOW_TOWNSHIP and unit.id != actor.unit_id]


def forget_call(session: Session, call: Call, actor: Actor, now: datetime) -> None:
    """Before a call is deleted: only what was never sent may vanish. Raises `Refused`."""
    if call.sent_at is not None:
        raise Refused(N_("A call that has been sent is on record. Withdraw it instead."))
    with by_rule(session):
        _tell_of_end(session, call, actor, now)
        cancel(session, call, Job.accept_watch, cause="deleted")
        follow_call(call, Step(session, actor, now, {}, ""), "call_dropped")


def _tell_of_end(session: Session, call: Call, actor: Actor, now: datetime) -> None:
    """Who noticed it hears that the township throws it away (LX-24); of the call itself nothing is left to open."""
    if actor.serves(call.caller_unit_id):
        message = N_("The township has deleted the clue that you noticed: %(call)s.")
        for unit in _noticers(session, call, actor):
            tell(session, unit.id, unit, message, key=f"deleted{call.id}", now=now, call=str(call))


def is_clue(call: Call) -> bool:
    """What was noticed in a village or grid, for its township to call about."""
    return call.source is CallSource.grid and call.direction is Direction.township_to_department


def _noticed_here(call: Call, actor: Actor) -> bool:
    """Its commissioner; or the township, of what its villages and grids noticed."""
    of_community = RoleName.community_commissioner in actor.roles and actor.serves(call.place_unit_id)
    of_township = call.place_unit_id not in (None, call.caller_unit_id) and actor.serves(call.caller_unit_id)
    return is_clue(call) and (of_community or of_township)


def _settled_here(call: Call, step: Step) -> None:
    """The others hear who settled it: township, village and grid."""
    cancel(step.session, call, Job.accept_watch, cause="settled")
    by_township = step.actor.serves(call.caller_unit_id)
    message = N_("Settled in the community: %(call)s. What was done: %(note)s")
    if by_township:
        message = N_("The township has settled what you noticed: %(call)s. What was done: %(note)s")
    heard = [unit.id for unit in _noticers(step.session, call, step.actor)]
    for unit_id in heard if by_township else [call.caller_unit_id, *heard]:
        tell(step.session, unit_id, call, message, key="settled", now=step.now, call=str(call), note=step.note)


SETTLE_HERE = Transition(
    name="settle_here",
    label=N_("Settled here"),
    source=frozenset({S.draft}),
    target=S.settled_here,
    by=_noticed_here,
    effect=_settled_here,
    wants_note=True,
    note_is=N_("What was done"),
    tone="done",
    help=N_("Say what was done. Nobody is called; who noticed it and the township hear of it."),
)
"""The commissioner, or the township, settles what was noticed in a community, and calls nobody (LX-24, LX-25)."""
