"""A round of dispatch: who was asked together, their clocks, and the numbers that calls and cases get."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_, Regional
from models.calendar import Clock, LimitUnit
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallCounter, CallState, FailureKind
from models.coordination import CoordinationCase
from models.database import insert_missing
from models.ledger import Job
from models.organisation import Duty, Unit
from models.queries.calendar import calendar_of, limits_of
from models.roles import RoleName
from models.rules.clocks import counted, due, soon
from models.rules.deadlines import SHANGHAI, Due
from models.rules.ladder import SILENT, steps
from models.rules.ledger import plan, plan_step, plan_steps, tell
from models.rules.matching import about, first_that_fits
from models.rules.offices import office
from models.workflow import Refused, Step

A = AssignmentState
SILENCE = 10
"""Working days; composed, as R13 leaves the number open."""

MARKS = {"case": "X", "admission": "Z", "review": "S", "past": "L", "accountability": "W"}
"""By which the number of what is no call of this console is told from a call's."""

ENDED = (A.resolved, A.upheld, A.reassigned, A.void)


def county_office(subject: Regional, actor: Actor) -> bool:
    """The dispatcher of the row's own county (TA-26)."""
    return RoleName.county_dispatcher in actor.roles and actor.region_id == subject.region_id


def assign(call: Call, unit: Unit, role: AssignmentRole, step: Step) -> None:
    """Ask one unit, and start its clock."""
    limit = due(step.session, call.region_id, Clock.respond, step.now, about(call, unit.id))
    assignment = CallAssignment(
        region_id=call.region_id,
        call=call,
        department=unit,
        role=role,
        round=call.rounds,
        dispatched_at=step.now,
        respond_due=limit.at,
        provisional=limit.provisional,
    )
    step.session.add(assignment)
    step.session.flush()
    ladder = steps(step.session, call.region_id, Job.respond_remind, step.now, limit.at, call.scope)
    plan_steps(step.session, assignment, Job.respond_remind, ladder)
    message = N_("%(call)s has been dispatched to you. Respond by %(due)s.")
    tell(step.session, unit.id, assignment, message, key="dispatched", now=step.now, call=str(call), due=iso(limit.at))


def resolve_by(call: Call, step: Step, lead: int | None) -> Due:
    """The clock of the whole call starts, for the unit that leads."""
    limit = due(step.session, call.region_id, Clock.resolve, step.now, about(call, lead))
    call.resolve_from, call.resolve_due, call.provisional = step.now, limit.at, limit.provisional
    plan_resolution(step.session, call, step.now)
    return limit


def plan_resolution(session: Session, call: Call, now: datetime) -> None:
    """Watch the limit of the whole call."""
    if call.resolve_due is not None:
        plan(session, call, Job.resolve_watch, soon(session, call.region_id, now, call.resolve_due), call.resolve_due)


def found_inactive(assignment: CallAssignment, step: Step) -> None:
    """R13: what the caller says twice is not solved counts, and the supervision office hears of it."""
    assignment.failure_kind, assignment.failed_at = FailureKind.inaction, step.now
    supervision = office(step.session, assignment.region_id, Duty.supervision_office)
    message = N_("%(call)s, which %(unit)s has in hand, is not solved, says its caller again.")
    tell(step.session, supervision.id, assignment, message, key=f"unsolved{assignment.call.reopened}", now=step.now,
         call=str(assignment.call), unit=str(assignment.department))  # fmt: skip


def current(session: Session, call: Call) -> list[CallAssignment]:
    """The assignments of the round that runs, the lead first."""
    of_round = select(CallAssignment).where(CallAssignment.call_id == call.id, CallAssignment.round == call.rounds)
    of_round = of_round.execution_options(populate_existing=True)  # others move their parts at the same time
    return sorted(session.scalars(of_round), key=lambda a: (a.role is not AssignmentRole.lead, a.id))


def lead_of(parts: Sequence[CallAssignment]) -> CallAssignment | None:
    """Who leads in a round: one at a time, as a lead that is given to another steps down."""
    leads = (part for part in parts if part.role is AssignmentRole.lead and part.state is not A.reassigned)
    return next(leads, None)


def latest_case(session: Session, call_id: int) -> CoordinationCase | None:
    """The coordination case of the call's last rejection."""
    of_call = select(CoordinationCase).where(CoordinationCase.call_id == call_id)
    return session.scalar(of_call.order_by(CoordinationCase.round.desc()).limit(1))


def settled_case(session: Session, call_id: int) -> CoordinationCase | None:
    """The latest case of the call, if it ended in a filed agreement or in an opinion."""
    case = latest_case(session, call_id)
    return case if case is not None and (case.filed_at or case.decided_at) else None


def is_the_callers(call: Call) -> bool:
    """A forwarded call is the case's; unless the case says that the duty is the caller's own."""
    session = object_session(call)
    if call.state is not CallState.forwarded or session is None:
        return True
    case = settled_case(session, call.id)
    return case is not None and case.responsible_unit_id == call.caller_unit_id


def next_number(session: Session, region_id: int, kind: str, now: datetime) -> str:
    """A number such as 330329-2026-0007 (county, year, serial); the serial marked, if it is no call's."""
    year = now.astimezone(SHANGHAI).year
    of_year = select(CallCounter).where(
        CallCounter.region_id == region_id, CallCounter.kind == kind, CallCounter.year == year
    )
    insert_missing(session, CallCounter, region_id=region_id, kind=kind, year=year, last=0)
    counter = session.scalars(of_year.with_for_update().execution_options(populate_existing=True)).one()
    counter.last += 1
    session.flush()
    region = session.get(Unit, region_id)
    mark = MARKS.get(kind, "")
    return f"{region.division_code or region.code if region else region_id}-{year}-{mark}{counter.last:04d}"


def promise(assignment: CallAssignment, due_at: datetime, now: datetime) -> None:
    """A promise that is made now: what it was first stays, whatever pauses and extensions make of it."""
    assignment.promised_at, assignment.first_promised_due, assignment.promised_due = now, due_at, due_at


def check_promise(session: Session, assignment: CallAssignment, promised: datetime, now: datetime) -> None:
    """Whether a promise lies within the county's limit, if it has one. Raises `Refused`, naming the last moment."""
    rules = limits_of(session, assignment.region_id).get(Clock.promise, ())
    limit = first_that_fits(rules, about(assignment, assignment.department_id))
    latest = counted(session, limit, now).at if limit is not None else promised
    if promised > latest:
        raise Refused(
            N_("A promise lies before %(latest)s. Name an earlier moment; more time can be asked for later."),
            field="promised_due",
            latest=f"{latest.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        )


def plan_promise(session: Session, assignment: CallAssignment, now: datetime) -> None:
    """Watch the promised deadline: the county's ladder, and the deadline itself; and silence until then.

    R13: a part in which nothing happens for `SILENCE` working days. Whatever happens plans anew.
    """
    if assignment.promised_due is not None:
        due, scope = assignment.promised_due, assignment.call.scope
        ladder = steps(session, assignment.region_id, Job.promise_remind, now, due, scope)
        silent = _silent_at(session, assignment, now)
        plan_steps(session, assignment, Job.promise_remind, ladder | ({SILENT: silent} if silent else {}))


def plan_silence(session: Session, assignment: CallAssignment, now: datetime) -> None:
    """Something happened now: silence is counted from here on, and the rest goes on as it was planned."""
    plan_step(session, assignment, Job.promise_remind, SILENT, _silent_at(session, assignment, now))


def _silent_at(session: Session, assignment: CallAssignment, now: datetime) -> datetime | None:
    """When nothing will have happened for too long, where that is before the promised deadline."""
    silent = calendar_of(session, assignment.region_id).add(now, SILENCE, LimitUnit.working_day).at
    return silent if assignment.promised_due is not None and silent < assignment.promised_due else None


def iso(moment: datetime) -> str:
    """A moment as a message carries it: shown later, in the reader's zone."""
    return moment.isoformat()
