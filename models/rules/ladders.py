"""The reminder ladder of a clock: drafted, rehearsed on the clocks of a quarter as it stands, switched on (TC-36)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, true
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitState, ReminderLadder, ReminderStep
from models.ladders import LadderRehearsal, LadderRehearsalCall, LadderRehearsalLine
from models.limits import Rehearsed
from models.notices import Audience
from models.organisation import Duty
from models.queries.calendar import calendar_of, ladder_of
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.climbing import Said, climbed, ran
from models.rules.deadlines import SHANGHAI
from models.rules.ladder import LADDERED, Tally, hearers, prepare_step
from models.rules.offices import offices_of
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

S = LimitState
COPIED = ("level", "name", "point", "amount", "unit", "duty_officer", "heads", "supervision", "leaders",
          "county_office", "after_count", "of_level", "within", "source")  # fmt: skip
TOLD = COPIED[:-1]
"""By which one version of a step is told from another."""


def drafts(actor: Actor) -> ColumnElement[bool]:
    """Ladders that the actor may work on."""
    here = true() if RoleName.admin in actor.roles else ReminderLadder.region_id == actor.region_id
    return (ReminderLadder.state == S.draft) & here


def keeper(ladder: ReminderLadder, actor: Actor) -> bool:
    """The administrator, or the county office of the county."""
    here = RoleName.county_dispatcher in actor.roles and actor.region_id == ladder.region_id
    return here or RoleName.admin in actor.roles


def prepare_ladder(session: Session, ladder: ReminderLadder, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field, for a clock that has no ladder."""
    prepare_county_row(session, ladder, actor, now)
    if ladder.job not in LADDERED:
        raise Refused(N_("This clock has no ladder. Choose response, promise or rectification."), field="job")


def follow_ladder(session: Session, ladder: ReminderLadder, actor: Actor, now: datetime) -> None:
    """A new draft begins with the steps that are in force."""
    if not steps_of(session, ladder):
        for row in ladder_of(session, ladder.region_id).get(ladder.job, ()):
            copied = {name: getattr(row, name) for name in COPIED}
            session.add(ReminderStep(region_id=ladder.region_id, ladder_id=ladder.id, **copied))


def forget_ladder(session: Session, ladder: ReminderLadder, actor: Actor, now: datetime) -> None:
    """Its steps go with it. Raises `Refused` where it was rehearsed: what was looked at stays on record."""
    looked = select(LadderRehearsal.id).where(LadderRehearsal.ladder_id == ladder.id)
    if session.scalar(looked.limit(1)) is not None:
        raise Refused(N_("This ladder was rehearsed, and stays on record."))
    for row in steps_of(session, ladder):
        session.delete(row)
    session.flush()


def prepare_ladder_step(session: Session, step: ReminderStep, actor: Actor, now: datetime) -> None:
    """Only drafts change: whoever switches one on waits, or is waited for. Raises `Refused`, naming the field."""
    held_as_draft(session, step, actor, now)
    prepare_step(session, step, actor, now)


def held_as_draft(session: Session, step: ReminderStep, actor: Actor, now: datetime) -> None:
    with session.no_autoflush:
        ladder = _held(session, step.ladder_id)
    if ladder.state is not S.draft:
        raise Refused(N_("This ladder counts, or has counted. Draft another one and change that."), field="ladder")
    step.ladder, step.region_id = ladder, ladder.region_id


def _held(session: Session, key: int) -> ReminderLadder:
    query = select(ReminderLadder).where(ReminderLadder.id == key).with_for_update(of=ReminderLadder)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def steps_of(session: Session, ladder: ReminderLadder) -> list[ReminderStep]:
    of_ladder = select(ReminderStep).where(ReminderStep.ladder_id == ladder.id)
    return list(session.scalars(of_ladder.order_by(ReminderStep.level)))


def fingerprint(ladder: ReminderLadder, steps: Iterable[ReminderStep]) -> str:
    """Of exactly this version; also of its state, for what a rehearsal supposes depends on it."""
    told = [ladder.job, ladder.state, [[getattr(row, name) for name in TOLD] for row in steps]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


# What a rehearsal says


def quarter_of(day: date) -> tuple[datetime, datetime, str]:
    """When the quarter of a day begins and ends in China; and what it is called."""
    number = (day.month - 1) // 3
    next_year, next_month = (day.year, 3 * number + 4) if number < 3 else (day.year + 1, 1)
    begins, ends = date(day.year, 3 * number + 1, 1), date(next_year, next_month, 1)
    first, last = (datetime.combine(one, time(), SHANGHAI) for one in (begins, ends))
    return first, last, f"{day.year}-Q{number + 1}"


Heard = tuple[int | None, int, Audience]
"""Of which step, in which unit, which people."""


@dataclass(slots=True)
class _Count:
    """What a ladder says in a quarter."""

    heard: Counter[Heard] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    leaders: dict[int, datetime] = field(default_factory=dict)

    @property
    def busiest(self) -> tuple[date | None, int]:
        return min(self.days.items(), key=lambda one: (-one[1], one[0]), default=(None, 0))

    def add(self, said: Said, offices: Mapping[Duty, int]) -> None:
        told = hearers(said.row)
        for duty, audience in told.items():
            unit = offices.get(duty) if duty else said.clock.unit
            if unit is not None:
                self.heard[said.row.level, unit, audience] += 1
                self.days[said.at.astimezone(SHANGHAI).date()] += 1
        if Duty.leadership in told:
            self.leaders.setdefault(said.clock.matter, said.at)


def rehearse(session: Session, ladder: ReminderLadder, day: date, now: datetime) -> None:
    """Report what the ladder would have said in the quarter of that day, beside the one in force; and nothing else."""
    begins, ends, quarter = quarter_of(day)
    clocks = ran(session, ladder.job, ladder.region_id, Tally.year_of(begins), ends, now)
    steps, offices = steps_of(session, ladder), offices_of(session, ladder.region_id)
    in_force = ladder_of(session, ladder.region_id)
    supposed = {**in_force, ladder.job: steps if ladder.state is S.draft else []}
    then, now_ = _Count(), _Count()
    for ladders, counted in ((supposed, then), (in_force, now_)):
        for said in climbed(calendar_of(session, ladder.region_id), ladders, clocks):
            if begins <= said.at < ends and said.clock.job is ladder.job:
                counted.add(said, offices)
    rehearsal = LadderRehearsal(
        region_id=ladder.region_id,
        ladder=ladder,
        supposes=Rehearsed.switched_on if ladder.state is S.draft else Rehearsed.retired,
        quarter=quarter,
        rehearsed_at=now,
        fingerprint=fingerprint(ladder, steps),
        clocks=sum(clock.job is ladder.job and clock.stretches[-1].until > begins for clock in clocks),
        sent=then.heard.total(),
        sent_now=now_.heard.total(),
        busiest_day=then.busiest[0],
        busiest_sent=then.busiest[1],
        busiest_day_now=now_.busiest[0],
        busiest_sent_now=now_.busiest[1],
        to_leaders=len(then.leaders),
        to_leaders_now=len(now_.leaders),
    )
    session.add(rehearsal)
    session.flush()
    of_rehearsal = {"region_id": ladder.region_id, "rehearsal_id": rehearsal.id}
    for model, rows in ((LadderRehearsalLine, _lines(then, now_)), (LadderRehearsalCall, _calls(then, now_))):
        if rows:
            session.execute(insert(model), [of_rehearsal | row for row in rows])


def _lines(then: _Count, now: _Count) -> list[dict[str, Any]]:
    told = sorted({*then.heard, *now.heard}, key=lambda heard: (-1 if heard[0] is None else heard[0], *heard[1:]))
    return [
        {"level": level, "unit_id": unit, "audience": audience, "sent": then.heard[level, unit, audience],
         "sent_now": now.heard[level, unit, audience]}
        for level, unit, audience in told
    ]  # fmt: skip


def _calls(then: _Count, now: _Count) -> list[dict[str, Any]]:
    return [
        {"call_id": matter, "reached_at": then.leaders.get(matter), "reached_at_now": now.leaders.get(matter)}
        for matter in sorted({*then.leaders, *now.leaders})
        if matter > 0
    ]


# Moves


def _may_rehearse(ladder: ReminderLadder, step: Step) -> None:
    if quarter_of(_day(step))[0] > step.now:
        raise Refused(N_("This quarter has not begun. Name a day of one that has."), field="day")


def _day(step: Step) -> date:
    """Without one, the last day of the last quarter that is over."""
    today = step.now.astimezone(SHANGHAI).date()
    return step.answers.get("day") or quarter_of(today)[0].date() - timedelta(days=1)


def _rehearsed(ladder: ReminderLadder, step: Step) -> None:
    rehearse(step.session, ladder, _day(step), step.now)


def _check_rehearsal(ladder: ReminderLadder, step: Step) -> None:
    """Nothing is switched on, or retired, that was not looked at exactly as it stands. Raises `Refused`."""
    _held(step.session, ladder.id)
    same = select(LadderRehearsal.id).where(
        LadderRehearsal.ladder_id == ladder.id,
        LadderRehearsal.fingerprint == fingerprint(ladder, steps_of(step.session, ladder)),
    )
    if step.session.scalar(same.limit(1)) is None:
        raise Refused(N_("This version of the ladder has not been rehearsed. Press “Rehearse” first."))


def _may_switch_on(ladder: ReminderLadder, step: Step) -> None:
    if not steps_of(step.session, ladder):
        raise Refused(N_("This ladder has no step. Add one; or retire the one that is in force."))
    _check_rehearsal(ladder, step)
    in_force = select(ReminderLadder).where(
        ReminderLadder.region_id == ladder.region_id,
        ReminderLadder.job == ladder.job,
        ReminderLadder.state == S.in_force,
    )
    for standing in step.session.scalars(in_force):
        follow(step, standing, "give_way")
    step.session.flush()  # one at a time is in force


LADDER_OF_CLOCK = Workflow(
    ReminderLadder,
    Transition(
        name="rehearse",
        label=N_("Rehearse"),
        source=frozenset({S.draft, S.in_force}),
        target=None,
        by=keeper,
        asks=(
            Ask(
                name="day",
                label=N_("A day of the quarter"),
                kind="day",
                required=False,
                help=N_("Empty: the last quarter that is over."),
            ),
        ),
        guard=_may_rehearse,
        effect=_rehearsed,
        help=N_(
            "Counts over the clocks of a quarter whom the ladder would have told what, beside the ladder in force:"
            " of a draft, if it is switched on; of one in force, if it is retired. It tells nobody."
        ),
    ),
    Transition(
        name="switch_on",
        label=N_("Switch on"),
        source=frozenset({S.draft}),
        target=S.in_force,
        by=keeper,
        guard=_may_switch_on,
        tone="active",
        help=N_(
            "It takes the place of the one in force. Clocks that run keep their moments; who hears follows this ladder."
        ),
    ),
    Transition(
        name="retire",
        label=N_("Retire"),
        source=frozenset({S.in_force}),
        target=S.retired,
        by=keeper,
        guard=_check_rehearsal,
        tone="danger",
        help=N_("Without a ladder units are reminded once, a working day before the end."),
    ),
    Transition(
        name="give_way",
        label=N_("Replaced"),
        source=frozenset({S.in_force}),
        target=S.retired,
        by=None,
        tone="muted",
    ),
)
