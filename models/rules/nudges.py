"""Who may nudge, how often, and what a nudge moved."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, CallState
from models.nudges import BUDGET, Movement, Nudge
from models.organisation import Duty, Unit
from models.queries.calendar import calendar_of
from models.rules.deadlines import SHANGHAI
from models.rules.holdings import minutes_in_hand
from models.rules.ledger import tell
from models.rules.offices import office
from models.rules.rounds import county_office
from models.words import CallScope
from models.workflow import Refused, Step, Transition

Waiting = Call | CallAssignment
"""What a caller waits for: a part, or the whole call while it is with the county office."""


def _nudging(assignment: CallAssignment, actor: Actor) -> bool:
    """The caller, of another unit's part: the states in which it is the other side's turn are the move's own."""
    return actor.serves(assignment.call.caller_unit_id) and not actor.serves(assignment.department_id)


def _is_left(waiting: Waiting) -> bool:
    """Whether one of the three is."""
    session = object_session(waiting)
    last = _last(session, waiting) if session is not None else None
    return last is None or last.number < BUDGET


def _may_nudge(assignment: CallAssignment, step: Step) -> None:
    """Raises `Refused` with the next allowed time, or that there is none."""
    call = assignment.call
    if call.state not in (CallState.dispatched, CallState.in_progress) or assignment.round != call.rounds:
        raise Refused(N_("This round of the call is over: there is nobody to nudge any more."))
    _check_budget(assignment, step, assignment.department)


def _check_budget(waiting: Waiting, step: Step, unit: Unit) -> None:
    last = _last(step.session, waiting)
    if last is None:
        return
    if last.number >= BUDGET:
        raise Refused(
            N_("%(unit)s has been nudged %(times)s times on this: no more. The clocks press on by themselves."),
            unit=str(unit),
            times=str(BUDGET),
        )
    if last.day >= _day(step.session, waiting, step.now):
        once = N_("Nudged already: once a working day. The next nudge is possible from %(moment)s.")
        if _of_call(waiting).scope is CallScope.emergency:
            once = N_("Nudged already: once a day. The next nudge is possible from %(moment)s.")
        raise Refused(once, moment=f"{_next(step.session, waiting, last.day):%m-%d %H:%M}")


def _nudged(assignment: CallAssignment, step: Step) -> None:
    _nudge(assignment, step, assignment.department, call=assignment.call, assignment=assignment)


def _nudge(waiting: Waiting, step: Step, unit: Unit, *, call: Call, assignment: CallAssignment | None = None) -> None:
    last = _last(step.session, waiting)
    number = last.number + 1 if last else 1
    step.session.add(
        Nudge(
            region_id=waiting.region_id,
            call_id=call.id,
            assignment=assignment,
            unit_id=unit.id,
            by_unit_id=call.caller_unit_id,
            user_id=step.actor.user_id,
            number=number,
            day=_day(step.session, waiting, step.now),
            at=step.now,
        )
    )
    message = N_("%(unit)s asks you to move on with %(call)s (nudge %(number)s of %(times)s).")
    tell(step.session, unit.id, waiting, message, key=f"nudge {number}", now=step.now,
         unit=str(call.caller_unit), call=str(call), number=str(number), times=str(BUDGET))  # fmt: skip


def moved(waiting: Waiting, step: Step) -> None:
    """It moves: how long after each nudge that nothing had followed yet."""
    unanswered = select(Nudge).where(_of(waiting), Nudge.movement == Movement.none_yet)
    today = None
    for nudge in step.session.scalars(unanswered):
        today = today or _day(step.session, waiting, step.now)
        nudge.moved_at, nudge.minutes = step.now, minutes_in_hand(step.session, _of_call(waiting), nudge.at, step.now)
        following = _next(step.session, waiting, nudge.day).date()
        nudge.movement = (
            Movement.same_day if today <= nudge.day else Movement.next_day if today <= following else Movement.later
        )


def _of(waiting: Waiting) -> ColumnElement[bool]:
    if isinstance(waiting, CallAssignment):
        return Nudge.assignment_id == waiting.id
    return and_(Nudge.call_id == waiting.id, Nudge.assignment_id.is_(None))


def _last(session: Session, waiting: Waiting) -> Nudge | None:
    return session.scalar(select(Nudge).where(_of(waiting)).order_by(Nudge.number.desc()).limit(1))


def _of_call(waiting: Waiting) -> Call:
    return waiting if isinstance(waiting, Call) else waiting.call


def _day(session: Session, waiting: Waiting, now: datetime) -> date:
    """The working day: on a day off, or after work, the one that comes. In an emergency every day is one."""
    if _of_call(waiting).scope is CallScope.emergency:
        return now.astimezone(SHANGHAI).date()
    return calendar_of(session, waiting.region_id).next_working_moment(now).astimezone(SHANGHAI).date()


def _next(session: Session, waiting: Waiting, day: date) -> datetime:
    """When work begins on the working day after that one; in an emergency, when the next day begins."""
    midnight = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    if _of_call(waiting).scope is CallScope.emergency:
        return midnight
    return calendar_of(session, waiting.region_id).next_working_moment(midnight).astimezone(SHANGHAI)


def _may_nudge_office(call: Call, step: Step) -> None:
    _check_budget(call, step, office(step.session, call.region_id, Duty.county_office))


def _nudged_office(call: Call, step: Step) -> None:
    _nudge(call, step, office(step.session, call.region_id, Duty.county_office), call=call)


NUDGE = Transition(
    name="nudge",
    label=N_("Nudge"),
    source=frozenset({AssignmentState.pending, AssignmentState.responded, AssignmentState.working}),
    target=None,
    by=_nudging,
    of_use=_is_left,
    guard=_may_nudge,
    effect=_nudged,
    tone="warn",
    help=N_("Once a working day, and three times in all. What moves after it is measured."),
)
"""Of a part."""

NUDGE_OFFICE = Transition(
    name="nudge",
    label=N_("Nudge"),
    source=frozenset({CallState.submitted, CallState.accepted}),
    target=None,
    by=lambda call, actor: actor.serves(call.caller_unit_id) and not county_office(call, actor),
    of_use=_is_left,
    guard=_may_nudge_office,
    effect=_nudged_office,
    tone="warn",
    help=N_("The county office, once a working day, and three times in all. What moves after it is measured."),
)
"""Of a call that waits to be accepted, or dispatched."""
