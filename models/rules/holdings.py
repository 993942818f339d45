"""Who has a call in hand after each move: no unit is blamed for hours that another let pass."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calls import AssignmentState, Call, CallState
from models.holdings import Holding
from models.organisation import Duty
from models.queries.calendar import calendar_of
from models.rules.deadlines import MINUTE
from models.rules.offices import office
from models.rules.rounds import current
from models.words import CallScope
from models.workflow import Step

S = CallState
CALLERS = (S.returned, S.rejected, S.awaiting_confirmation)
DEPARTMENTS = (S.dispatched, S.in_progress)
OFFICES = {
    S.submitted: Duty.county_office,
    S.accepted: Duty.county_office,
    S.forwarded: Duty.supervision_office,
}
"""While a case runs, the call is in the hand of the office that answers for the case."""


def hand_on(call: Call, step: Step) -> None:
    """After a move: close what the unit before had in hand, and open what the next one has."""
    session = step.session
    session.flush()
    unit_id = _holder(session, call)
    of_call = select(Holding).where(Holding.call_id == call.id, Holding.until.is_(None))
    open_ = session.scalar(of_call)
    if open_ is not None and open_.unit_id == unit_id:
        return
    if open_ is not None:
        open_.until, open_.minutes = step.now, minutes_in_hand(session, call, open_.since, step.now)
        session.flush()
    if unit_id is not None:
        session.add(Holding(region_id=call.region_id, call=call, unit_id=unit_id, stage=call.state, since=step.now))
        session.flush()


def minutes_in_hand(session: Session, call: Call, since: datetime, until: datetime) -> int:
    """Whole minutes of working time; of an emergency, by the clock on the wall."""
    if call.scope is CallScope.emergency:
        return (until - since) // MINUTE
    return calendar_of(session, call.region_id).working_minutes(since, until)


def _holder(session: Session, call: Call) -> int | None:
    """Who has to act. What is a draft, or has ended, is in nobody's hand."""
    if call.state in OFFICES:
        return office(session, call.region_id, OFFICES[call.state]).id
    if call.state in CALLERS:
        return call.caller_unit_id
    if call.state not in DEPARTMENTS:
        return None
    lead = next((part for part in current(session, call) if part.state is not AssignmentState.reassigned), None)
    if lead is not None and lead.state is AssignmentState.paused:
        return call.caller_unit_id
    if lead is None or lead.state is AssignmentState.rejected:
        return office(session, call.region_id, Duty.county_office).id
    return lead.department_id
