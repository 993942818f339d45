"""What every meeting waits for: it is told of before, and its minutes are asked for afterwards (TA-43)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.door import by_rule
from models.ledger import Job
from models.queries.calendar import calendar_of
from models.rules.clocks import soon
from models.rules.deadlines import OutOfCalendar
from models.rules.ledger import cancel, ends_at, plan
from models.workflow import Refused

MINUTES_DAYS = 3
"""Working days after a meeting until its minutes are asked for. Composed."""


def expect_minutes(session: Session, meeting: Any) -> None:
    """Before a meeting is written: until when its minutes are to be there. Raises `Refused`, naming the field."""
    try:
        found = calendar_of(session, meeting.region_id).add(meeting.meets_at, MINUTES_DAYS, LimitUnit.working_day)
    except OutOfCalendar as beyond:
        raise Refused(N_("This moment is too far away. Name an earlier one."), field="meets_at") from beyond
    meeting.minutes_due = found.at


def watch_meeting(session: Session, meeting: Any, now: datetime) -> None:
    """After it is written: its clock starts, or starts anew where it meets at another time."""
    if ends_at(session, meeting, Job.meeting_remind) == meeting.minutes_due:
        return
    with by_rule(session):
        reminder = soon(session, meeting.region_id, now, meeting.meets_at)
        plan(session, meeting, Job.meeting_remind, reminder, meeting.minutes_due)


def forget_meeting(session: Session, meeting: Any, actor: Actor, now: datetime) -> None:
    """Of a meeting that is deleted nobody is reminded."""
    with by_rule(session):
        cancel(session, meeting, Job.meeting_remind, cause="deleted")
        session.flush()
