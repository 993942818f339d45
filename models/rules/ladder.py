"""The steps of a county's reminder ladder, each with its moment; and which steps a clock has of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit, Point, ReminderStep
from models.ledger import Job
from models.queries.calendar import calendar_of, ladder_of
from models.rules.calendar import prepare_county_row
from models.rules.clocks import soon
from models.rules.deadlines import OutOfCalendar
from models.workflow import Refused

SOON, OVER, SILENT = 1, 2, 3
"""The steps of a clock: the end is near, the end has passed; and nothing has happened for long, before either."""

LADDER = 10
"""The step of the ladder's level 0. Its other levels follow."""

LADDERED = (Job.respond_remind, Job.promise_remind, Job.rectification_watch)
"""The clocks that climb a ladder."""

WHOLE = 100


def steps(session: Session, region_id: int, job: Job, start: datetime, end: datetime) -> dict[int, datetime]:
    """The moments of a clock: those of the county's ladder, and its end, where the failure is found.

    A county without a ladder for it reminds once, a working day before the end.
    """
    ladder = ladder_of(session, region_id).get(job, [])
    if not ladder:
        return {SOON: soon(session, region_id, start, end), OVER: end}
    moments = {LADDER + row.level: _moment(session, row, start, end) for row in ladder}
    return dict(sorted((moments | {OVER: end}).items(), key=lambda step: step[1]))


def _moment(session: Session, row: ReminderStep, start: datetime, end: datetime) -> datetime:
    calendar = calendar_of(session, row.region_id)
    if row.point is Point.after_end:
        return calendar.add(end, row.amount, row.unit).at
    if row.point is Point.part_of_limit:
        return start + (end - start) * row.amount / WHOLE
    if row.unit is LimitUnit.working_day:
        return soon(session, row.region_id, start, end, row.amount)
    earlier = end - (calendar.add(end, row.amount, row.unit).at - end)
    return earlier if earlier > start else start + (end - start) / 2


def prepare_step(session: Session, step: ReminderStep, actor: Actor, now: datetime) -> None:
    """A step that can be counted, and that somebody hears of. Raises `Refused`, naming the field."""
    prepare_county_row(session, step, actor, now)
    if step.job not in LADDERED:
        raise Refused(N_("This clock has no ladder. Choose response, promise or rectification."), field="job")
    if not 0 <= step.level <= 9:
        raise Refused(N_("The steps of a ladder are numbered from 0 to 9."), field="level")
    if step.point is Point.part_of_limit and not 0 < step.amount < WHOLE:
        raise Refused(N_("Between 1 and 99 percent of the limit can be used up."), field="amount")
    if step.amount < (step.point is not Point.after_end):
        raise Refused(N_("Before the end it is at least 1."), field="amount")
    try:
        calendar_of(session, step.region_id).add(now, step.amount, step.unit)
    except OutOfCalendar as beyond:
        raise Refused(N_("This limit is longer than three years. Name a shorter one."), field="amount") from beyond
    if not (step.duty_officer or step.heads or step.supervision or step.leaders):
        raise Refused(N_("Say who hears of it."), field="duty_officer")
