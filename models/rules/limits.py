"""A rule of limits: drafted, rehearsed on the county's calls exactly as it stands, switched on, retired (B4)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from models.actor import Actor
from models.assigned import AssignedMatter
from models.base import N_
from models.calendar import Clock, LimitState, TimeLimit
from models.item_words import ItemState
from models.limits import LimitRehearsal, Rehearsed
from models.lists import ListItem
from models.organisation import ANSWERING, LOCAL, Unit
from models.queries.calendar import Limits, calendar_of, limits_of
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.deadlines import OutOfCalendar
from models.rules.due_times import KINDS, Outcome, Running, met_at, outcome, past, running
from models.rules.matching import first_that_fits, is_general, rests, root_of
from models.rules.revisions import count_anew
from models.words import CallScope
from models.workflow import Refused, Step, Transition, Workflow

S = LimitState
LOOKED_BACK = 2_000
"""How many ended clocks of each kind a rehearsal looks at: the latest."""

OF_DEPARTMENTS = (Clock.respond, Clock.promise, Clock.resolve)
"""The clocks that run for one department."""

CONDITIONS = ("scope", "list_item", "category", "department")
FIELDS = ("clock", "position", "scope", "root_item_id", "category", "department_id", "amount", "unit", "state")
"""By which one version of a rule is told from another."""


def items_in_force(actor: Actor) -> ColumnElement[bool]:
    """Items that a rule may name; an administrator's of every county."""
    here = true() if RoleName.admin in actor.roles else ListItem.region_id == actor.region_id
    return (ListItem.state == ItemState.published) & here


def bodies_of_counties(actor: Actor) -> ColumnElement[bool]:
    """Units that may answer calls."""
    here = true() if RoleName.admin in actor.roles else Unit.region_id == actor.region_id
    return Unit.unit_type.in_((*ANSWERING, *LOCAL)) & here


def prepare_limit(session: Session, limit: TimeLimit, actor: Actor, now: datetime) -> None:
    """A rule that can be counted, of conditions that its clock knows. Raises `Refused`, naming the field."""
    prepare_county_row(session, limit, actor, now)
    if limit.amount < 1:
        raise Refused(N_("A limit is at least 1."), field="amount")
    try:
        calendar_of(session, limit.region_id).add(now, limit.amount, limit.unit)
    except OutOfCalendar as beyond:
        raise Refused(N_("This limit is longer than three years. Name a shorter one."), field="amount") from beyond
    limit.category = (limit.category or "").strip()
    item = session.get(ListItem, limit.list_item_id) if limit.list_item_id else None
    department = session.get(Unit, limit.department_id) if limit.department_id else None
    _check_conditions(limit, item, department)
    _check_category(session, limit)
    limit.root_item_id = root_of(item)
    _check_position(session, limit)


def _check_conditions(limit: TimeLimit, item: ListItem | None, department: Unit | None) -> None:
    met = {"scope": limit.scope, "list_item": item, "category": limit.category, "department": department}
    named = next((name for name in CONDITIONS if met[name]), None)
    if limit.scope is CallScope.emergency and rests(limit):
        raise Refused(N_("Emergencies are counted by day and night. Choose minutes, hours or days."), field="unit")
    if limit.clock is Clock.consult and named:
        raise Refused(N_("Written consultation is about no call: leave the conditions empty."), field=named)
    if department is not None and limit.clock not in OF_DEPARTMENTS:
        raise Refused(N_("This clock runs for no single department. Leave it empty."), field="department")
    for name, row in (("list_item", item), ("department", department)):
        if row is not None and row.region_id != limit.region_id:
            raise Refused(N_("This is another county's. Choose one of the county of the rule."), field=name)


def _check_category(session: Session, limit: TimeLimit) -> None:
    known = (
        exists().where(model.region_id == limit.region_id, model.category == limit.category)
        for model in (ListItem, AssignedMatter)
    )
    if limit.category and not session.scalar(select(or_(*known))):
        raise Refused(
            N_("No item or matter of the county is in the category “%(category)s”. Write it as the lists do."),
            field="category",
            category=limit.category,
        )


def _check_position(session: Session, limit: TimeLimit) -> None:
    taken = select(TimeLimit.id).where(
        TimeLimit.region_id == limit.region_id,
        TimeLimit.clock == limit.clock,
        TimeLimit.position == limit.position,
        TimeLimit.state != S.retired,
        TimeLimit.id != (limit.id or 0),
    )
    if session.scalar(taken.limit(1)):
        raise Refused(N_("Another rule of this clock has this number. Choose another one."), field="position")


def keeper(limit: TimeLimit, actor: Actor) -> bool:
    return RoleName.admin in actor.roles


def fingerprint(limit: TimeLimit) -> str:
    """Of exactly this version; also of its state, for what a rehearsal supposes depends on it."""
    told = [getattr(limit, name) for name in FIELDS]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def supposed(limits: Limits, limit: TimeLimit) -> Limits:
    """The county's rules, with a draft among them; or without a rule that is in force."""
    rules = [rule for rule in limits.get(limit.clock, ()) if rule.id != limit.id]
    if limit.state is S.draft:
        rules = sorted([*rules, limit], key=lambda rule: (rule.position, rule.id))
    return {**limits, limit.clock: rules}


@dataclass(slots=True)
class _Count:
    """What the clocks of one kind of time, past or present, have to say."""

    clocks: int = 0
    calls: set[int] = field(default_factory=set)
    fitting: int = 0
    matched: set[int] = field(default_factory=set)
    earlier: int = 0
    later: int = 0
    late: set[int] = field(default_factory=set)
    units: Counter[int] = field(default_factory=Counter)


def rehearse(session: Session, limit: TimeLimit, now: datetime) -> LimitRehearsal:
    """What would change: of ended calls by the rules alone, of running clocks against the due times that stand."""
    before = limits_of(session, limit.region_id)
    then = supposed(before, limit)
    among = then if limit.state is S.draft else before
    kinds = [kind for kind in KINDS if kind.clock is limit.clock and not kind.follows]
    ended = _Count()
    for clock in [clock for kind in kinds for clock in past(session, kind, limit.region_id, LOOKED_BACK)]:
        was, to, met = outcome(session, clock, before), outcome(session, clock, then), met_at(clock)
        late = to is not None and met is not None and met > to.at
        _add(ended, clock, limit, among, was.at if was else None, to, late)
    open_ = _Count()
    for clock in [clock for kind in kinds for clock in running(session, kind, limit.region_id, now)]:
        to = outcome(session, clock, then)
        _add(open_, clock, limit, among, clock.stored, to, to is not None and to.at <= now)
    units = ended.units + open_.units
    unit, most = min(units.items(), key=lambda one: (-one[1], one[0]), default=(None, 0))
    return LimitRehearsal(
        region_id=limit.region_id,
        time_limit=limit,
        supposes=Rehearsed.switched_on if limit.state is S.draft else Rehearsed.retired,
        rehearsed_at=now,
        fingerprint=fingerprint(limit),
        past_calls=len(ended.calls),
        past_matched=len(ended.matched),
        past_earlier=ended.earlier,
        past_later=ended.later,
        past_late=len(ended.late),
        open_clocks=open_.clocks,
        open_matched=open_.fitting,
        open_earlier=open_.earlier,
        open_later=open_.later,
        open_overdue=len(open_.late),
        busiest_unit_id=unit,
        busiest_matched=most,
    )


def _add(
    count: _Count,
    clock: Running,
    limit: TimeLimit,
    rules: Limits,
    was: datetime | None,
    to: Outcome | None,
    late: bool,
) -> None:
    """One clock more. `rules`: those among which the rule is."""
    if clock.own_word:
        return
    count.clocks += 1
    count.calls.add(clock.call)
    if first_that_fits(rules[limit.clock], clock.matter) is limit:
        count.fitting += 1
        count.matched.add(clock.call)
        count.units[clock.unit] += 1
        if late:
            count.late.add(clock.call)
    if was is not None and to is not None:
        count.earlier += to.at < was
        count.later += to.at > was


def _rehearsed(limit: TimeLimit, step: Step) -> None:
    step.session.add(rehearse(step.session, limit, step.now))


def _check_rehearsal(limit: TimeLimit, step: Step) -> None:
    """Nothing is switched on, or retired, that was not looked at exactly as it stands. Raises `Refused`."""
    same = select(LimitRehearsal.id).where(
        LimitRehearsal.time_limit_id == limit.id, LimitRehearsal.fingerprint == fingerprint(limit)
    )
    if step.session.scalar(same.limit(1)) is None:
        raise Refused(N_("This version of the rule has not been rehearsed. Press “Rehearse” first."))


def _may_retire(limit: TimeLimit, step: Step) -> None:
    _check_rehearsal(limit, step)
    others = [rule for rule in limits_of(step.session, limit.region_id)[limit.clock] if rule is not limit]
    if is_general(limit) and not any(is_general(rule) for rule in others):
        raise Refused(
            N_("No other rule of this clock is without conditions. Switch one on first, or some matters have no limit.")
        )


def _changed(limit: TimeLimit, step: Step) -> None:
    """The due times of the county's running clocks are counted anew, by a job."""
    step.session.flush()
    count_anew(step.session, limit, step.now)


LIMIT = Workflow(
    TimeLimit,
    Transition(
        name="rehearse",
        label=N_("Rehearse"),
        source=frozenset({S.draft, S.in_force}),
        target=None,
        by=keeper,
        effect=_rehearsed,
        help=N_(
            "Counts over the county's calls what would change: of a draft, if it is switched on; of a rule in force,"
            " if it is retired. It changes nothing."
        ),
    ),
    Transition(
        name="switch_on",
        label=N_("Switch on"),
        source=frozenset({S.draft}),
        target=S.in_force,
        by=keeper,
        guard=_check_rehearsal,
        effect=_changed,
        tone="active",
        help=N_("From now on it counts. A job counts anew what runs; the last rehearsal says how much moves."),
    ),
    Transition(
        name="retire",
        label=N_("Retire"),
        source=frozenset({S.in_force}),
        target=S.retired,
        by=keeper,
        guard=_may_retire,
        effect=_changed,
        tone="danger",
        help=N_("It counts no longer. A job counts anew what runs; the last rehearsal says how much moves."),
    ),
)
