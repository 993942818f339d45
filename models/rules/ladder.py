"""The steps of a county's reminder ladder, each with its moment; and which steps a clock has of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import CountedIn, LimitUnit, Point, ReminderStep
from models.ledger import Job
from models.notices import Audience
from models.organisation import Duty
from models.queries.calendar import calendar_of, ladder_of
from models.rules.clocks import earlier_than
from models.rules.deadlines import ELAPSED, SHANGHAI, OutOfCalendar, WorkingCalendar
from models.words import CallScope
from models.workflow import Refused

SOON, OVER, SILENT = 1, 2, 3
"""The steps of a clock: the end is near, the end has passed; and nothing has happened for long, before either."""

LADDER = 10
"""The step of the ladder's level 0. Its other levels follow."""

LADDERED = (Job.respond_remind, Job.promise_remind, Job.rectification_watch)
"""The clocks that climb a ladder."""

OF_CALLS = (Job.respond_remind, Job.promise_remind)
"""Those whose steps are counted, for a unit: on one call, or in a year."""

AWAKE = {LimitUnit.working_day: LimitUnit.day, LimitUnit.working_hour: LimitUnit.hour}
"""What a unit of working time becomes in an emergency."""

BEFORE_END = (Point.part_of_limit, Point.before_end)
"""What counts before the end is not said after it."""

WHOLE, LAST_QUARTER = 100, 75
"""Percent of a limit; and when what comes before its end is said of one that is shorter than that."""


def steps(
    session: Session, region_id: int, job: Job, start: datetime, end: datetime, scope: CallScope | None = None
) -> dict[int, datetime]:
    """The moments of a clock: those of the county's ladder, and its end, where the failure is found.

    A county without a ladder for it reminds once, a working day before the end. In an emergency days and hours of the
    ladder run day and night.
    """
    return moments(calendar_of(session, region_id), ladder_of(session, region_id).get(job, ()), start, end, scope)


def moments(
    calendar: WorkingCalendar,
    ladder: Sequence[ReminderStep],
    start: datetime,
    end: datetime,
    scope: CallScope | None = None,
) -> dict[int, datetime]:
    """The same by a calendar and a ladder that are at hand."""
    if not ladder:
        return {SOON: earlier_than(calendar, start, end), OVER: end}
    moment = _awake if scope is CallScope.emergency else _moment
    found = {LADDER + row.level: moment(calendar, row, start, end) for row in ladder if row.point is not Point.by_count}
    return dict(sorted((found | {OVER: end}).items(), key=lambda step: step[1]))


def _moment(calendar: WorkingCalendar, row: ReminderStep, start: datetime, end: datetime) -> datetime:
    if row.point is Point.after_end:
        return calendar.add(end, row.amount, row.unit).at
    if row.point is Point.part_of_limit:
        return calendar.share(start, end, row.amount)
    if row.unit is LimitUnit.working_day:
        earlier = calendar.before(end, row.amount)
    else:
        earlier = end - (calendar.add(end, row.amount, row.unit).at - end)
    return earlier if earlier > start else calendar.share(start, end, LAST_QUARTER)


def _awake(calendar: WorkingCalendar, row: ReminderStep, start: datetime, end: datetime) -> datetime:
    amount = row.amount * ELAPSED[AWAKE.get(row.unit, row.unit)]
    if row.point is Point.after_end:
        return end + amount
    early = row.point is Point.before_end and end - amount > start
    part = row.amount if row.point is Point.part_of_limit else LAST_QUARTER
    return end - amount if early else start + (end - start) * part / WHOLE


AUDIENCES = {
    (True, False): Audience.duty_officer,
    (False, True): Audience.heads,
    (True, True): Audience.duty_and_heads,
}
"""Who of the unit hears, by (duty officers, heads)."""


def hearers(row: ReminderStep) -> dict[Duty | None, Audience]:
    """Who hears of a step: of the unit itself, under None, and of the county's offices."""
    unit = AUDIENCES.get((bool(row.duty_officer), bool(row.heads)))
    told: dict[Duty | None, Audience] = {None: unit} if unit else {}
    if row.supervision:
        told[Duty.supervision_office] = Audience.everyone
    if row.leaders:
        told[Duty.leadership] = Audience.heads
    if row.county_office:
        told[Duty.county_office] = Audience.everyone
    return told


class Tally:
    """How many steps of each level a unit has had, on a call and in a year of China's calendar."""

    def __init__(self) -> None:
        self._numbers: Counter[tuple[int, int, CountedIn, int | None]] = Counter()

    @staticmethod
    def year_of(at: datetime) -> datetime:
        """When the year began."""
        return datetime(at.astimezone(SHANGHAI).year, 1, 1, tzinfo=SHANGHAI)

    def count(self, unit: int, call: int | None, level: int, at: datetime) -> None:
        self._numbers[unit, level, CountedIn.call, call] += 1
        self._numbers[unit, level, CountedIn.year, self.year_of(at).year] += 1

    def add(
        self, ladder: Sequence[ReminderStep], unit: int, call: int | None, level: int, at: datetime
    ) -> list[ReminderStep]:
        """One more; and the steps of the ladder that it leads to: once, when the number is reached."""
        self.count(unit, call, level, at)
        of = {CountedIn.call: call, CountedIn.year: self.year_of(at).year}
        return [
            row
            for row in ladder
            if row.of_level == level
            and row.within is not None
            and self._numbers[unit, level, row.within, of[row.within]] == row.after_count
        ]


def prepare_step(session: Session, step: ReminderStep, actor: Actor, now: datetime) -> None:
    """A step that can be counted, and that somebody hears of. Raises `Refused`, naming the field."""
    if not 0 <= step.level <= 9:
        raise Refused(N_("The steps of a ladder are numbered from 0 to 9."), field="level")
    _check_count(step)
    if step.point is Point.part_of_limit and not 0 < step.amount < WHOLE:
        raise Refused(N_("Between 1 and 99 percent of the limit can be used up."), field="amount")
    if step.amount < (step.point in BEFORE_END):
        raise Refused(N_("Before the end it is at least 1."), field="amount")
    try:
        calendar_of(session, step.region_id).add(now, step.amount, step.unit)
    except OutOfCalendar as beyond:
        raise Refused(N_("This limit is longer than three years. Name a shorter one."), field="amount") from beyond
    if not hearers(step):
        raise Refused(N_("Say who hears of it."), field="duty_officer")


def _check_count(step: ReminderStep) -> None:
    said = [step.after_count is not None, step.of_level is not None, step.within is not None]
    if step.point is Point.by_count and not any(said):
        raise Refused(N_("Say after how many of which step it is taken, and within what."), field="after_count")
    if not any(said):
        return
    if not all(said):
        raise Refused(N_("Say all three, or none: how many, of which step, within what."), field="after_count")
    if step.ladder.job not in OF_CALLS:
        raise Refused(N_("Only steps of calls are counted. Leave it empty."), field="after_count")
    if (step.after_count or 0) < 1:
        raise Refused(N_("Count at least one."), field="after_count")
    if not 0 <= (step.of_level or 0) < step.level:
        raise Refused(N_("Only lower steps are counted. Name one below this."), field="of_level")
