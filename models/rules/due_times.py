"""Which clocks of calls and cases run, since when, and when each runs out by the calendar and the rules as they are.

What rehearses a rule, what previews a change and what carries it out count by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, null, select
from sqlalchemy.orm import Session, contains_eager

from models.calendar import Clock, TimeLimit
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState
from models.coordination import OVER as CASE_OVER
from models.coordination import CaseState, CoordinationCase
from models.ledger import Job
from models.lists import ListItem
from models.organisation import Duty
from models.queries.calendar import Limits, calendar_of
from models.ratings import SEALED, MutualRating
from models.recorder import RecorderEntry
from models.rules.clocks import counted, soon
from models.rules.ladder import OVER, SOON, steps
from models.rules.matching import Matter, first_that_fits
from models.rules.ratings import BEFORE
from models.rules.segments import Passed, after, segments_of
from models.workflow import Refused

A, C, S = AssignmentState, CaseState, CallState
AT_WORK = (A.responded, A.working)
PAST = (S.closed, S.withdrawn)
MOVED = "counted_anew"
"""As the recorder calls it when a due time was counted anew."""

SETTLING = ("file", "issue_opinion", "order_execution")

Moments = Callable[[Session, "Running", datetime], Mapping[int, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One due time: the column that holds it, in which states its clock runs, and what else knows of it."""

    clock: Clock
    model: type[Any]
    due: str
    since: str | tuple[str, ...]
    """The column that says since when it runs; or the moves that start it, which the recorder knows."""
    running: tuple[Any, ...]
    ended: tuple[str, ...]
    """The columns that say when it was met."""
    job: Job | None = None
    moments: Moments = lambda session, clock, end: {}
    """When the job looks, by step."""
    office: Duty | None = None
    """Whose office has to know; else the units of the row."""
    follows: bool = False
    """It is another kind's due time, kept a second time."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock: of what, since when, and what it went through."""

    kind: Kind
    subject: Any
    start: datetime
    matter: Matter
    passed: Sequence[Passed] = ()

    @property
    def stored(self) -> datetime:
        due: datetime = getattr(self.subject, self.kind.due)
        return due

    @property
    def call(self) -> int:
        """Of which call; of a case without one, a number that is no call's."""
        call_id = self.subject.id if self.kind.model is Call else self.subject.call_id
        return -self.subject.id if call_id is None else int(call_id)

    @property
    def unit(self) -> int:
        """For which unit it runs, or who waits for it."""
        call = self.subject if self.kind.model is Call else self.subject.call
        return int(self.matter.department or (call.caller_unit_id if call else self.subject.opened_by_id))

    @property
    def own_word(self) -> bool:
        """A promise that a department made, and no limit: what it said first stays."""
        if self.kind.due != "promised_due":
            return False
        part, call = self.subject, self.subject.call
        return not call.reopened or part.promised_at != call.resolve_from


@dataclass(frozen=True, slots=True)
class Outcome:
    """When a clock runs out by the rules; `first`: before what it went through. No rule, where it was a promise."""

    at: datetime
    first: datetime
    provisional: bool
    rule: TimeLimit | None


def _twice(session: Session, clock: Running, end: datetime) -> Mapping[int, datetime]:
    return {SOON: soon(session, clock.subject.region_id, clock.start, end), OVER: end}


def _rated(session: Session, clock: Running, end: datetime) -> Mapping[int, datetime]:
    return {SOON: soon(session, clock.subject.region_id, clock.start, end, BEFORE), OVER: end}


def _once(session: Session, clock: Running, end: datetime) -> Mapping[int, datetime]:
    return {SOON: end}


def _climbing(session: Session, clock: Running, end: datetime) -> Mapping[int, datetime]:
    job, scope = clock.kind.job, clock.matter.scope
    ladder = steps(session, clock.subject.region_id, job, clock.start, end, scope) if job else {}
    return {**_twice(session, clock, end), **ladder}


KINDS = (
    Kind(clock=Clock.accept, model=Call, due="accept_due", since="sent_at", running=(S.submitted,),
         ended=("accepted_at",), job=Job.accept_watch, moments=_twice, office=Duty.county_office),
    Kind(clock=Clock.respond, model=CallAssignment, due="respond_due", since="dispatched_at", running=(A.pending,),
         ended=("responded_at",), job=Job.respond_remind, moments=_climbing),
    Kind(clock=Clock.resolve, model=Call, due="resolve_due", since="resolve_from",
         running=(S.dispatched, S.in_progress), ended=("resolved_at",), job=Job.resolve_watch, moments=_twice),
    Kind(clock=Clock.resolve, model=CallAssignment, due="promised_due", since="promised_at", running=AT_WORK,
         ended=("resolved_at",), job=Job.promise_remind, moments=_climbing),
    Kind(clock=Clock.promise, model=CallAssignment, due="first_promised_due", since="responded_at", running=(),
         ended=("first_promised_due",)),
    Kind(clock=Clock.rate, model=Call, due="rate_due", since="confirmed_at", running=(S.resolved,),
         ended=("closed_at",), job=Job.rating_watch, moments=_rated),
    Kind(clock=Clock.rate, model=MutualRating, due="rate_due", since="confirmed_at", running=SEALED, ended=(),
         follows=True),
    Kind(clock=Clock.negotiate, model=CoordinationCase, due="negotiation_due", since=("notify_parties", "send_back"),
         running=(C.negotiating,), ended=("agreed_at", "escalated_at"), job=Job.case_escalate, moments=_twice),
    Kind(clock=Clock.file, model=CoordinationCase, due="filing_due", since="agreed_at", running=(C.filing_review,),
         ended=("filed_at",), job=Job.case_filing_remind, moments=_twice, office=Duty.editorial_office),
    Kind(clock=Clock.coordinate, model=CoordinationCase, due="coordination_due", since="escalated_at",
         running=(C.coordinating,), ended=("decided_at",), office=Duty.editorial_office),
    Kind(clock=Clock.execute, model=CoordinationCase, due="execution_due", since=SETTLING,
         running=(C.filed, C.decided, C.supervising), ended=("closed_at",), job=Job.case_execution_watch,
         moments=_once, office=Duty.supervision_office),
)  # fmt: skip
"""In the order in which they are counted anew."""


def running(session: Session, kind: Kind, region_id: int, now: datetime, *where: ColumnElement[bool],
            limit: int | None = None, lock: bool = False) -> list[Running]:  # fmt: skip
    """The clocks of a kind that run and are not over: what is over stays over. In the order of their keys."""
    due = getattr(kind.model, kind.due)
    query = _query(kind).where(kind.model.region_id == region_id, kind.model.state.in_(kind.running), due > now, *where)
    if lock:
        query = query.with_for_update(of=kind.model).execution_options(populate_existing=True)
    return _clocks(session, kind, query.order_by(kind.model.id).limit(limit))


def past(session: Session, kind: Kind, region_id: int, most: int) -> list[Running]:
    """The clocks of a kind that ran in calls, or cases, which are closed or withdrawn: the latest of them."""
    over = kind.model.state.in_(CASE_OVER) if kind.model is CoordinationCase else Call.state.in_(PAST)
    due = getattr(kind.model, kind.due)
    query = _query(kind).where(kind.model.region_id == region_id, over, due.is_not(None))
    return _clocks(session, kind, query.order_by(due.desc(), kind.model.id.desc()).limit(most))


def outcome(session: Session, clock: Running, rules: Limits) -> Outcome | None:
    """When it runs out by these rules; None where none fits, or it cannot be counted."""
    rule, first, provisional = None, clock.stored, False
    if clock.own_word:
        first = clock.subject.first_promised_due or clock.stored
    else:
        rule = first_that_fits(rules.get(clock.kind.clock, ()), clock.matter)
        if rule is None:
            return None
        try:
            due = counted(session, rule, clock.start)
        except Refused:
            return None
        first, provisional = due.at, due.provisional
    at, calendar = first, calendar_of(session, clock.subject.region_id)
    for _, segment in clock.passed:
        at = after(getattr(clock.subject, "call", clock.subject), segment)(calendar, at)
    return Outcome(at, first, provisional, rule)


def met_at(clock: Running) -> datetime | None:
    """When what the clock ran for was done."""
    moments = [getattr(clock.subject, name) for name in clock.kind.ended]
    return min((moment for moment in moments if moment is not None), default=None)


def _query(kind: Kind) -> Select[Any]:
    model, cited = kind.model, CoordinationCase if kind.model is CoordinationCase else Call
    root = func.coalesce(ListItem.root_id, ListItem.id)
    department = CallAssignment.department_id if model in (Call, CallAssignment) else null()
    query = select(model, root, department).select_from(model)
    if model is Call:
        leads = (CallAssignment.call_id == Call.id) & (CallAssignment.round == Call.rounds)
        leads &= (CallAssignment.role == AssignmentRole.lead) & (CallAssignment.state != A.reassigned)
        query = query.outerjoin(CallAssignment, leads)
    else:
        query = query.outerjoin(model.call).options(contains_eager(model.call))
    return query.outerjoin(ListItem, ListItem.id == cited.list_item_id)


def _clocks(session: Session, kind: Kind, query: Select[Any]) -> list[Running]:
    rows = session.execute(query).all()
    starts = _starts(session, kind, [row for row, _, _ in rows])
    passed = _passed(session, kind, [row.id for row, _, _ in rows])
    since = {key: [one for one in passed.get(key, ()) if one[0] >= start] for key, start in starts.items()}
    return [
        Running(kind, row, starts[row.id], _matter(kind, row, root, department), since[row.id])
        for row, root, department in rows
        if row.id in starts
    ]


def _matter(kind: Kind, row: Any, root: int | None, department: int | None) -> Matter:
    call = row if kind.model is Call else row.call
    category = row.category if kind.model is CoordinationCase else call.category
    alone = kind.clock in (Clock.accept, Clock.rate)
    return Matter(call.scope if call else None, root, category, None if alone else department)


def _starts(session: Session, kind: Kind, rows: Sequence[Any]) -> dict[int, datetime]:
    if isinstance(kind.since, str):
        holder = "call" if kind.model is MutualRating else ""
        moments = {row.id: getattr(getattr(row, holder, row), kind.since) for row in rows}
        return {key: moment for key, moment in moments.items() if moment is not None}
    entries = (
        select(RecorderEntry.subject_id, func.max(RecorderEntry.at))
        .where(
            RecorderEntry.subject_type == kind.model.__tablename__,
            RecorderEntry.subject_id.in_([row.id for row in rows]),
            RecorderEntry.action.in_(kind.since),
        )
        .group_by(RecorderEntry.subject_id)
    )
    return dict(session.execute(entries).all())


def _passed(session: Session, kind: Kind, ids: Sequence[int]) -> Mapping[int, list[Passed]]:
    """Pauses and extensions move what a part has promised; the lead's, the whole call."""
    if kind.clock is not Clock.resolve:
        return {}
    if kind.model is CallAssignment:
        return segments_of(session, ids)
    leads = (
        select(CallAssignment.id, CallAssignment.call_id)
        .join(Call, (Call.id == CallAssignment.call_id) & (Call.rounds == CallAssignment.round))
        .where(Call.id.in_(ids), CallAssignment.role == AssignmentRole.lead)
    )
    call_of = dict(session.execute(leads).all())
    found: dict[int, list[Passed]] = {}
    for part, passed in segments_of(session, list(call_of)).items():
        found.setdefault(call_of[part], []).extend(passed)
    return {call: sorted(passed, key=lambda one: one[0]) for call, passed in found.items()}
