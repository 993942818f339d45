"""A promised deadline rests while the caller owes something, and moves when more time is granted (B1 Calls, TC-32).

Deadlines are never added to: what they were first, and what happened since, gives them anew (`promised_again`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState
from models.door import by_rule
from models.ledger import Job
from models.organisation import Duty
from models.queries.calendar import calendar_of
from models.rules.deadlines import Step as DayStep
from models.rules.deadlines import WorkingCalendar
from models.rules.ledger import cancel, plan, tell
from models.rules.offices import office
from models.rules.rounds import county_office, current, iso, plan_promise, plan_resolution
from models.rules.step_files import attach
from models.segments import Extension, ExtensionState, Pause
from models.words import CallScope
from models.workflow import Refused, Step, Transition, Workflow, follow

A, E = AssignmentState, ExtensionState
AT_WORK = (A.responded, A.working)
"""What has a promise that can be extended."""

LOOKED_AT = 5
"""Working days until the county office is told of a pause that lasts. Composed, as all numbers here."""

ANSWERED_WITHIN = 1
"""Working days in which the county office answers who asks for more time."""

MOST = 2
"""Extensions of one promise."""

LONGEST = 20
"""Days of one extension."""

Segment = Callable[[WorkingCalendar, datetime], datetime]


def _unit(call: Call, usual: LimitUnit) -> LimitUnit:
    """Emergencies run day and night."""
    running = {LimitUnit.working_hour: LimitUnit.minute, LimitUnit.working_day: LimitUnit.day}
    return running[usual] if call.scope is CallScope.emergency else usual


def day_of(call: Call) -> LimitUnit:
    """What the days of an extension are."""
    return _unit(call, LimitUnit.working_day)


def _rest(call: Call, pause: Pause) -> Segment:
    def rest(calendar: WorkingCalendar, due: datetime) -> datetime:
        ends = pause.resumed_at or pause.paused_at
        return calendar.rested(due, pause.paused_at, ends, _unit(call, LimitUnit.working_hour)).at

    return rest


def _more(call: Call, extension: Extension) -> Segment:
    return lambda calendar, due: calendar.add(due, extension.days, day_of(call)).at


Passed = tuple[datetime, Pause | Extension]
"""A pause that is over, or an extension that was granted, and the moment from which it counts."""


def segments(session: Session, part: CallAssignment) -> list[Passed]:
    """What the promise went through since it was made, in order."""
    return segments_of(session, [part.id])[part.id]


def segments_of(session: Session, parts: Sequence[int]) -> Mapping[int, list[Passed]]:
    """The same of many parts, by their keys."""
    since = CallAssignment.promised_at
    rested = select(Pause).join(Pause.assignment).where(Pause.paused_at >= since, Pause.resumed_at.is_not(None))
    granted = select(Extension).join(Extension.assignment).where(Extension.asked_at >= since)
    found: dict[int, list[Passed]] = defaultdict(list)
    for pause in session.scalars(rested.where(Pause.assignment_id.in_(parts))):
        if pause.resumed_at is not None:
            found[pause.assignment_id].append((pause.resumed_at, pause))
    for more in session.scalars(granted.where(Extension.assignment_id.in_(parts), Extension.state == E.approved)):
        if more.decided_at is not None:
            found[more.assignment_id].append((more.decided_at, more))
    for passed in found.values():
        passed.sort(key=itemgetter(0))
    return found


def after(call: Call, segment: Pause | Extension) -> Segment:
    """A due moment → what it is after this."""
    return _rest(call, segment) if isinstance(segment, Pause) else _more(call, segment)


def added(call: Call, segment: Pause | Extension, calendar: WorkingCalendar, due: datetime) -> tuple[DayStep, ...]:
    """The days that an extension adds to a due moment, each with what it counts."""
    if isinstance(segment, Pause):
        return ()
    return calendar.add(due, segment.days, day_of(call)).steps


def promised_again(session: Session, part: CallAssignment) -> datetime | None:
    """The promised deadline by what was promised first, and all that happened since."""
    calendar, due = calendar_of(session, part.region_id), part.first_promised_due
    for _, segment in segments(session, part):
        due = due and after(part.call, segment)(calendar, due)
    return due


def _move_on(part: CallAssignment, segment: Pause | Extension, step: Step) -> None:
    """The promise is due anew; with the lead's, the whole call."""
    step.session.flush()
    part.promised_due = promised_again(step.session, part)
    call = part.call
    if part.role is AssignmentRole.lead and call.resolve_due is not None:
        call.resolve_due = after(call, segment)(calendar_of(step.session, part.region_id), call.resolve_due)
        plan_resolution(step.session, call, step.now)
    if part.state is not A.paused:
        plan_promise(step.session, part, step.now)


# Pauses ------------------------------------------------------------------------------------------


def waiting(call: Call) -> list[CallAssignment]:
    """The parts that wait for the caller, the lead's first."""
    session = object_session(call)
    parts = current(session, call) if session is not None and call.state is CallState.in_progress else ()
    return [part for part in parts if part.state is A.paused]


def resting(session: Session, calls: Sequence[Call]) -> Mapping[str, frozenset[int]]:
    """The calls whose limit rests, as their lead waits for the caller. One statement."""
    part = CallAssignment
    leads = select(part.call_id).join(Call, (Call.id == part.call_id) & (Call.rounds == part.round))
    leads = leads.where(part.role == AssignmentRole.lead, part.state == A.paused)
    return {"resolve_due": frozenset(session.scalars(leads.where(Call.id.in_([call.id for call in calls]))))}


def may_pause(part: CallAssignment, step: Step) -> None:
    if part.promised_due is None or part.promised_due <= step.now:
        raise Refused(N_("The promised deadline has passed: a pause does not mend that. Report the result."))


def paused(part: CallAssignment, step: Step) -> None:
    session, reason = step.session, step.answers["reason"]
    session.add(
        Pause(region_id=part.region_id, call_id=part.call_id, assignment=part, reason=reason, paused_at=step.now)
    )
    cancel(session, part, Job.promise_remind, cause="paused")
    part.pause_due = calendar_of(session, part.region_id).add(step.now, LOOKED_AT, LimitUnit.working_day).at
    plan(session, part, Job.pause_watch, part.pause_due)
    message = N_("%(unit)s cannot go on with %(call)s until you deliver: %(reason)s. Then press “Go on”.")
    tell(session, part.call.caller_unit_id, part, message, key=f"paused@{part.version}", now=step.now,
         call=str(part.call), unit=str(part.department), reason=reason[:200])  # fmt: skip


def may_resume(part: CallAssignment, actor: Actor) -> bool:
    """Either side, and the county office where they do not agree."""
    return actor.serves(part.department_id) or actor.serves(part.call.caller_unit_id) or county_office(part, actor)


def resumed(part: CallAssignment, step: Step) -> None:
    session = step.session
    pause = session.scalars(select(Pause).where(Pause.assignment_id == part.id, Pause.resumed_at.is_(None))).one()
    pause.resumed_at, part.pause_due = step.now, None
    cancel(session, part, Job.pause_watch, cause="resumed")
    _move_on(part, pause, step)
    message = N_("Work on %(call)s goes on. The result is promised by %(due)s now.")
    for unit_id in (part.department_id, part.call.caller_unit_id):
        tell(session, unit_id, part, message, key=f"resumed@{part.version}", now=step.now, call=str(part.call),
             due=iso(part.promised_due or step.now))  # fmt: skip


# Extensions --------------------------------------------------------------------------------------


def prepare_extension(session: Session, extension: Extension, actor: Actor, now: datetime) -> None:
    """Before the promise is over, so often, and no longer than that. Raises `Refused`, naming the field."""
    part = session.get(CallAssignment, extension.assignment_id) if extension.assignment_id else None
    if part is None or not actor.serves(part.department_id) or part.state not in AT_WORK:
        raise Refused(N_("Choose a call that your unit is at work on."), field="assignment")
    if part.promised_due is None or part.promised_due <= now:
        raise Refused(N_("The promised deadline has passed: it is too late to ask for more time."), field="assignment")
    if not 1 <= extension.days <= LONGEST:
        raise Refused(N_("Ask for %(least)s to %(most)s days."), field="days", least=1, most=LONGEST)
    of_part = select(Extension.state).where(Extension.assignment_id == part.id, Extension.id != (extension.id or 0))
    states = session.scalars(of_part.where(Extension.asked_at >= part.promised_at)).all()
    if E.asked in states:
        raise Refused(N_("More time has been asked for already. Wait for the answer."), field="assignment")
    if states.count(E.approved) >= MOST:
        raise Refused(N_("More time was granted %(most)s times; there is no more."), field="assignment", most=MOST)
    extension.region_id, extension.call_id = part.region_id, part.call_id
    extension.asked_at, extension.due_before = now, part.promised_due
    extension.answer_due = calendar_of(session, part.region_id).add(now, ANSWERED_WITHIN, LimitUnit.working_day).at


def ask_for_it(session: Session, extension: Extension, actor: Actor, now: datetime) -> None:
    """The county office hears of it; unanswered, it lapses by itself."""
    message = N_("%(unit)s asks for %(days)s more days for %(call)s. Answer by %(due)s, or it is refused.")
    part = extension.assignment
    with by_rule(session):
        plan(session, extension, Job.extension_watch, extension.answer_due)
        county = office(session, extension.region_id, Duty.county_office)
        tell(session, county.id, extension, message, key="asked", now=now, unit=str(part.department),
             days=str(extension.days), call=str(part.call), due=iso(extension.answer_due))  # fmt: skip


def _may_grant(extension: Extension, step: Step) -> None:
    if step.actor.serves(extension.assignment.department_id):
        raise Refused(N_("Nobody grants more time to their own unit."))


def forget_extension(part: CallAssignment, step: Step) -> None:
    """What was asked for a promise that is over is not granted to the next one."""
    asked = select(Extension).where(Extension.assignment_id == part.id, Extension.state == E.asked)
    for extension in step.session.scalars(asked):
        follow(step, extension, "lapse")


def _lapsed(extension: Extension, step: Step) -> None:
    extension.decided_at = step.now
    cancel(step.session, extension, Job.extension_watch, cause="moved on")


def _granted(extension: Extension, step: Step) -> None:
    extension.decided_at = step.now
    _move_on(extension.assignment, extension, step)
    extension.due_after = extension.assignment.promised_due
    _answer(extension, step, N_("More time was granted for %(call)s: until %(due)s."))


def _refused(extension: Extension, step: Step) -> None:
    extension.decided_at = step.now
    _answer(extension, step, N_("No more time was granted for %(call)s: the promise of %(due)s stands. %(note)s"))


def _answer(extension: Extension, step: Step, message: str) -> None:
    part = extension.assignment
    cancel(step.session, extension, Job.extension_watch, cause="answered")
    for unit_id in (part.department_id, part.call.caller_unit_id):
        tell(step.session, unit_id, extension, message, key="answered", now=step.now, call=str(part.call),
             due=iso(part.promised_due or step.now), note=step.note)  # fmt: skip


EXTENSION = Workflow(
    Extension,
    Transition(
        name="approve",
        label=N_("Grant"),
        source=frozenset({E.asked}),
        target=E.approved,
        by=county_office,
        guard=_may_grant,
        effect=_granted,
        tone="done",
        help=N_("The promised deadline moves; whether the first one was kept is counted all the same."),
    ),
    Transition(
        name="refuse",
        label=N_("Refuse"),
        source=frozenset({E.asked}),
        target=E.refused,
        by=county_office,
        effect=_refused,
        wants_note=True,
        tone="danger",
    ),
    Transition(
        name="lapse",
        label=N_("Not answered"),
        source=frozenset({E.asked}),
        target=E.lapsed,
        by=None,
        effect=_lapsed,
    ),
    attach({E.asked}, lambda extension, actor: actor.serves(extension.assignment.department_id)),
)
