"""Which steps of a ladder clocks have taken, or would have: how they ran, and what was said of them when."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.calendar import LimitUnit, Point, ReminderStep
from models.calls import AssignmentState, CallAssignment
from models.ledger import Job
from models.queries.calendar import calendar_of
from models.recorder import RecorderEntry
from models.rectification import RectificationOrder
from models.rules.deadlines import WorkingCalendar
from models.rules.ladder import BEFORE_END, LADDER, LADDERED, OF_CALLS, SOON, Tally, moments
from models.rules.segments import Passed, after, segments_of
from models.segments import Extension, Pause
from models.words import CallScope

MOST = 5_000
"""How many clocks a rehearsal looks at: the latest."""


class Stretch(NamedTuple):
    """A clock as it ran in one piece: since when, to which end, and until it was answered, rested or moved."""

    start: datetime
    end: datetime
    until: datetime


class Ran(NamedTuple):
    """A clock that ran: for which unit, about which call; of an order without one, a number that is no call's."""

    job: Job
    unit: int
    matter: int
    stretches: Sequence[Stretch]
    scope: CallScope | None = None


class Said(NamedTuple):
    """A step that was taken of a clock."""

    at: datetime
    clock: Ran
    row: ReminderStep


def without_ladder() -> ReminderStep:
    """The one reminder of a county that has no ladder, as a step without a number."""
    unit = LimitUnit.working_day
    return ReminderStep(level=None, point=Point.before_end, amount=1, unit=unit, duty_officer=True)


def climbed(
    calendar: WorkingCalendar, ladders: Mapping[Job, Sequence[ReminderStep]], clocks: Sequence[Ran]
) -> Iterator[Said]:
    """What the ladders say of these clocks, in the order of time: each step of a stretch once."""
    rows = {
        job: {LADDER + row.level: row for row in ladders.get(job, ())} or {SOON: without_ladder()} for job in LADDERED
    }
    number = count()
    waiting = [
        (at, next(number), clock, stretch, rows[clock.job][step])
        for clock in clocks
        for stretch in clock.stretches
        for step, at in moments(calendar, ladders.get(clock.job, ()), stretch.start, stretch.end, clock.scope).items()
        if step in rows[clock.job] and at < stretch.until
    ]
    heapq.heapify(waiting)
    tally, taken = Tally(), set()
    while waiting:
        at, _, clock, stretch, row = heapq.heappop(waiting)
        key = (id(clock), stretch, row.level)
        if key in taken or (row.point in BEFORE_END and stretch.end <= at):
            continue
        taken.add(key)
        yield Said(at, clock, row)
        if clock.job in OF_CALLS and row.level is not None:
            for above in tally.add(ladders[clock.job], clock.unit, clock.matter, row.level, at):
                heapq.heappush(waiting, (at, next(number), clock, stretch, above))


def ran(session: Session, job: Job, region_id: int, begins: datetime, ends: datetime, now: datetime) -> list[Ran]:
    """The clocks of a county that ran between these moments; what runs still is followed until now.

    Where steps are counted, of every clock of calls: a card of one counts for the other.
    """
    of_job = {Job.respond_remind: _responses, Job.promise_remind: _promises, Job.rectification_watch: _rectifications}
    jobs = OF_CALLS if job in OF_CALLS else (job,)
    found = [clock for each in jobs for clock in of_job[each](session, region_id, ends, now)]
    return [clock for clock in found if clock.stretches and clock.stretches[-1].until > begins]


def _responses(session: Session, region_id: int, ends: datetime, now: datetime) -> list[Ran]:
    parts = _parts(session, region_id, CallAssignment.dispatched_at, ends)
    return [
        Ran(Job.respond_remind, part.department_id, part.call_id, [_response(part, now)], part.call.scope)
        for part in parts
    ]


def _response(part: CallAssignment, now: datetime) -> Stretch:
    answers = [at for at in (part.responded_at, part.rejected_at) if at is not None and at >= part.dispatched_at]
    over = now if part.state is AssignmentState.pending else part.call.closed_at or now
    return Stretch(part.dispatched_at, part.respond_due, min(answers, default=over))


def _promises(session: Session, region_id: int, ends: datetime, now: datetime) -> list[Ran]:
    parts = _parts(session, region_id, CallAssignment.promised_at, ends)
    keys = [part.id for part in parts]
    passed, begun = segments_of(session, keys), _begun(session, keys)
    open_ = select(Pause.assignment_id, Pause.paused_at).where(Pause.resumed_at.is_(None))
    rests = dict(session.execute(open_.where(Pause.assignment_id.in_(keys))).all())
    calendar = calendar_of(session, region_id)
    return [
        Ran(
            Job.promise_remind,
            part.department_id,
            part.call_id,
            _promised(calendar, part, passed.get(part.id, ()), begun[part.id], rests.get(part.id) or now),
            part.call.scope,
        )
        for part in parts
    ]


def _promised(
    calendar: WorkingCalendar, part: CallAssignment, passed: Sequence[Passed], begun: Sequence[datetime], over: datetime
) -> list[Stretch]:
    """As the live clock is planned anew: when work begins, after a rest, and when more time is granted."""
    turns: list[tuple[datetime, datetime, Pause | Extension | None]] = [(at, at, None) for at in begun]
    turns += [(one.paused_at if isinstance(one, Pause) else at, at, one) for at, one in passed]
    start, last, stretches = part.promised_at, part.promised_due, []
    if start is None or last is None:
        return []
    end = part.first_promised_due or last
    for until, at, segment in sorted(turns, key=itemgetter(1)):
        stretches.append(Stretch(start, end, until))
        start, end = at, after(part.call, segment)(calendar, end) if segment else end
    stretches.append(Stretch(start, last, part.resolved_at or part.call.closed_at or over))
    return stretches


def _rectifications(session: Session, region_id: int, ends: datetime, now: datetime) -> list[Ran]:
    order = RectificationOrder
    query = select(order).where(order.region_id == region_id, order.issued_at < ends)
    return [
        Ran(Job.rectification_watch, row.unit_id, -row.id, [Stretch(row.issued_at, row.due, row.done_at or now)])
        for row in session.scalars(query.order_by(order.issued_at.desc(), order.id.desc()).limit(MOST))
    ]


def _parts(session: Session, region_id: int, since: Any, ends: datetime) -> list[CallAssignment]:
    query = select(CallAssignment).where(CallAssignment.region_id == region_id, since < ends)
    latest = query.order_by(since.desc(), CallAssignment.id.desc()).limit(MOST)
    return list(session.scalars(latest.options(joinedload(CallAssignment.call))))


def _begun(session: Session, keys: Sequence[int]) -> Mapping[int, list[datetime]]:
    """When work on the promise that runs began."""
    entries = (
        select(RecorderEntry.subject_id, RecorderEntry.at)
        .join(CallAssignment, CallAssignment.id == RecorderEntry.subject_id)
        .where(
            RecorderEntry.subject_type == CallAssignment.__tablename__,
            RecorderEntry.subject_id.in_(keys),
            RecorderEntry.action == "start",
            RecorderEntry.at >= CallAssignment.promised_at,
        )
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    for key, at in session.execute(entries.order_by(RecorderEntry.at)):
        found[key].append(at)
    return found
