"""What an upheld report of an irregular assignment does to a department's call: it is void for everyone (LX-17)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, CallState, FailureKind
from models.coordination import OVER, CaseParty, CaseState, CoordinationCase
from models.ledger import Job
from models.organisation import Duty
from models.rules.ledger import cancel, tell
from models.rules.offices import office
from models.rules.rounds import ENDED, current
from models.rules.segments import forget_extension
from models.segments import Pause
from models.supervision import OrderState, SupervisionOrder
from models.workflow import Step, Transition, follow

A, S = AssignmentState, CallState


def _call_annulled(call: Call, step: Step) -> None:
    session = step.session
    cancel(session, call, Job.accept_watch, Job.resolve_watch, cause="cancelled")
    parts = current(session, call)
    for part in parts:
        if part.state not in ENDED:
            follow(step, part, "annul")
    for case in session.scalars(select(CoordinationCase).where(CoordinationCase.call_id == call.id)).all():
        if case.state not in OVER:
            follow(step, case, "annul")
    message = N_("%(call)s was found to be an irregular assignment and is void. Stop the work on it.")
    county = office(session, call.region_id, Duty.county_office)
    for unit_id in dict.fromkeys((call.caller_unit_id, county.id, *(part.department_id for part in parts))):
        tell(session, unit_id, call, message, key="annulled", now=step.now, call=str(call))


def _part_annulled(part: CallAssignment, step: Step) -> None:
    """None of its clocks runs on, nobody is pressed for it, and to have failed at it is no failure."""
    session = step.session
    jobs = (Job.respond_remind, Job.promise_remind, Job.pause_watch)
    cancel(session, part, *jobs, cause="cancelled")
    forget_extension(part, step)
    part.pause_due = None
    part.failure_kind, part.failed_at = FailureKind.none, None
    rests = select(Pause).where(Pause.assignment_id == part.id, Pause.resumed_at.is_(None))
    for pause in session.scalars(rests):
        pause.resumed_at = step.now
    _end_orders(step, SupervisionOrder.assignment_id == part.id)


def _end_orders(step: Step, about: ColumnElement[bool]) -> None:
    orders = select(SupervisionOrder).where(about, SupervisionOrder.state != OrderState.closed)
    for order in step.session.scalars(orders).all():
        follow(step, order, "annul")


def _case_annulled(case: CoordinationCase, step: Step) -> None:
    """Whose duty it is need not be settled, nor what was settled be carried out."""
    session = step.session
    case.closed_at = step.now
    jobs = (Job.case_escalate, Job.case_filing_remind, Job.case_execution_watch)
    cancel(session, case, *jobs, cause="cancelled")
    _end_orders(step, SupervisionOrder.case_id == case.id)
    message = N_("%(case)s is over: its call was found to be an irregular assignment and is void.")
    parties = select(CaseParty.unit_id).where(CaseParty.case_id == case.id).order_by(CaseParty.id)
    for unit_id in dict.fromkeys((*session.scalars(parties), case.supervision_unit_id)):
        tell(session, unit_id, case, message, key="annulled", now=step.now, case=str(case))


ANNUL_CALL = Transition(
    name="annul",
    label=N_("Declared void"),
    source=frozenset({S.submitted, S.returned, S.accepted, S.dispatched, S.in_progress, S.awaiting_confirmation,
                      S.rejected, S.forwarded}),
    target=S.withdrawn,
    by=None,
    effect=_call_annulled,
    tone="danger",
)  # fmt: skip
"""What was confirmed as solved stays."""

ANNUL_CASE = Transition(
    name="annul",
    label=N_("Declared void"),
    source=frozenset(set(CaseState) - {*OVER}),
    target=CaseState.withdrawn,
    by=None,
    effect=_case_annulled,
    tone="danger",
)

ANNUL_PART = Transition(
    name="annul",
    label=N_("Declared void"),
    source=frozenset(set(A) - {*ENDED}),
    target=A.void,
    by=None,
    effect=_part_annulled,
    tone="danger",
)
