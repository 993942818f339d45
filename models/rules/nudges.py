"""Who may nudge, how often, and what a nudge moved."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calls import CallAssignment, CallState
from models.nudges import BUDGET, Movement, Nudge
from models.queries.calendar import calendar_of
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell
from models.workflow import Refused, Step


def nudging(assignment: CallAssignment, actor: Actor) -> bool:
    """The caller, of another unit's part: the states in which it is the other side's turn are the move's own."""
    return actor.serves(assignment.call.caller_unit_id) and not actor.serves(assignment.department_id)


def may_nudge(assignment: CallAssignment, step: Step) -> None:
    """Raises `Refused` with the next allowed time, or that there is none."""
    call = assignment.call
    if call.state not in (CallState.dispatched, CallState.in_progress) or assignment.round != call.rounds:
        raise Refused(N_("This round of the call is over: there is nobody to nudge any more."))
    last = _last(step.session, assignment)
    if last is None:
        return
    if last.number >= BUDGET:
        raise Refused(
            N_("%(unit)s has been nudged %(times)s times on this: no more. The clocks press on by themselves."),
            unit=str(assignment.department),
            times=str(BUDGET),
        )
    if last.day >= _working_day(step.session, assignment.region_id, step.now):
        raise Refused(
            N_("Nudged already: once a working day. The next nudge is possible from %(moment)s."),
            moment=f"{_next(step.session, assignment.region_id, last.day):%m-%d %H:%M}",
        )


def nudged(assignment: CallAssignment, step: Step) -> None:
    last = _last(step.session, assignment)
    number = last.number + 1 if last else 1
    step.session.add(
        Nudge(
            region_id=assignment.region_id,
            call_id=assignment.call_id,
            assignment=assignment,
            unit_id=assignment.department_id,
            by_unit_id=assignment.call.caller_unit_id,
            user_id=step.actor.user_id,
            number=number,
            day=_working_day(step.session, assignment.region_id, step.now),
            at=step.now,
        )
    )
    message = N_("%(unit)s asks you to move on with %(call)s (nudge %(number)s of %(times)s).")
    tell(step.session, assignment.department_id, assignment, message, key=f"nudge {number}", now=step.now,
         unit=str(assignment.call.caller_unit), call=str(assignment.call), number=str(number),
         times=str(BUDGET))  # fmt: skip


def moved(assignment: CallAssignment, step: Step) -> None:
    """The part moves: how long after each nudge that nothing had followed yet."""
    waiting = select(Nudge).where(Nudge.assignment_id == assignment.id, Nudge.movement == Movement.none_yet)
    calendar, today = calendar_of(step.session, assignment.region_id), None
    for nudge in step.session.scalars(waiting):
        today = today or _working_day(step.session, assignment.region_id, step.now)
        nudge.moved_at, nudge.minutes = step.now, calendar.working_minutes(nudge.at, step.now)
        following = _next(step.session, assignment.region_id, nudge.day).date()
        nudge.movement = (
            Movement.same_day if today <= nudge.day else Movement.next_day if today <= following else Movement.later
        )


def _last(session: Session, assignment: CallAssignment) -> Nudge | None:
    of_part = select(Nudge).where(Nudge.assignment_id == assignment.id)
    return session.scalar(of_part.order_by(Nudge.number.desc()).limit(1))


def _working_day(session: Session, region_id: int, now: datetime) -> date:
    """On a day off, or after work, the one that comes."""
    return calendar_of(session, region_id).next_working_moment(now).astimezone(SHANGHAI).date()


def _next(session: Session, region_id: int, day: date) -> datetime:
    """When work begins on the working day after that one."""
    midnight = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return calendar_of(session, region_id).next_working_moment(midnight).astimezone(SHANGHAI)
