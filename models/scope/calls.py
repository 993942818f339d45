"""Who sees a call, and what hangs on it: its parts, cases, reminders and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, false, or_, select, union
from sqlalchemy.orm import aliased

from models.actor import REGION_ID, UNIT_ID, UNIT_IDS
from models.calls import AssignmentState, Call, CallAssignment, CallSource, CallState, Direction
from models.case_papers import CaseDocument, OfflineStep, OfflineStepUnit
from models.congress import CongressOpinion, CongressOpinionState
from models.coordination import CaseParty, CaseState, CoordinationCase, Side
from models.door import Roles, Scope
from models.events import CallEvent
from models.holdings import Holding
from models.hotline import HotlineTicket, TicketState
from models.nudges import Nudge
from models.organisation import Unit
from models.past_calls import PastCall
from models.roles import OF_CONGRESS
from models.scope.reach import DISPATCHERS, SUPERVISING, SUPERVISORS, Criterion, everyone, only, reach
from models.segments import Extension, Pause
from models.supervision import Reminder, SupervisionOrder

# A clue is a draft that a grid worker writes for the township above.
is_clue = and_(
    Call.state == CallState.draft,
    Call.source == CallSource.grid,
    Call.direction == Direction.township_to_department,
)

# A call concerns its caller, the grid it is in, who has a part in it, and the parties of its case.
MY_CALLS = union(
    select(Call.id).where(Call.caller_unit_id.in_(UNIT_IDS)),
    select(Call.id).where(Call.place_unit_id.in_(UNIT_IDS), or_(Call.state != CallState.draft, is_clue)),
    select(CallAssignment.call_id).where(
        CallAssignment.department_id.in_(UNIT_IDS), CallAssignment.state != AssignmentState.reassigned
    ),
    select(CoordinationCase.call_id)
    .join(CaseParty, CaseParty.case_id == CoordinationCase.id)
    .where(CaseParty.unit_id.in_(UNIT_IDS)),
).subquery("my_calls")
my_call_ids = select(MY_CALLS.c.id)

# More time is asked for by who has a part in the call.
my_part_ids = select(CallAssignment.id).where(CallAssignment.department_id.in_(UNIT_IDS))
# A case concerns whom its call concerns, and its parties. Without a call, it is its opener's until the office acts.
my_case_ids = select(CoordinationCase.id).where(
    or_(
        CoordinationCase.call_id.in_(my_call_ids),
        CoordinationCase.id.in_(select(CaseParty.case_id).where(CaseParty.unit_id.in_(UNIT_IDS))),
    )
)
my_fresh_case_ids = select(CoordinationCase.id).where(
    CoordinationCase.call_id.is_(None),
    CoordinationCase.state == CaseState.opened,
    CoordinationCase.opened_by_id.in_(UNIT_IDS),
)


def of_cases(model: Any) -> Callable[[Roles], Criterion]:
    """What hangs on a case is seen with it."""
    return reach(county=model.region_id == REGION_ID, own=model.case_id.in_(my_case_ids))


def on_my_calls(model: Any) -> Any:
    return select(model.id).where(model.call_id.in_(my_call_ids))


# A grid worker writes for the township above the grid.
_me, _above = aliased(Unit), aliased(Unit)
above_me = select(_above.id).where(_me.id == UNIT_ID, _me.path.startswith(_above.path))

written = or_(
    and_(Call.caller_unit_id.in_(UNIT_IDS), Call.state.in_([CallState.draft, CallState.returned])),
    and_(Call.place_unit_id.in_(UNIT_IDS), Call.caller_unit_id.in_(above_me), is_clue),
)
"""The calls that one writes."""


def _writes_tickets(roles: Roles) -> Criterion:
    """While nobody has dealt with it: its township, or the county office, which assigns it."""
    own = HotlineTicket.unit_id.in_(UNIT_IDS)
    whose = or_(own, HotlineTicket.region_id == REGION_ID) if roles & DISPATCHERS else own
    return and_(whose, HotlineTicket.state == TicketState.received)


SCOPES: dict[type, Scope] = {
    HotlineTicket: Scope(
        sees=reach(county=HotlineTicket.region_id == REGION_ID, own=HotlineTicket.unit_id.in_(UNIT_IDS)),
        writes=_writes_tickets,
    ),
    CongressOpinion: Scope(
        sees=reach(
            county=CongressOpinion.region_id == REGION_ID,
            own=or_(CongressOpinion.unit_id.in_(UNIT_IDS), CongressOpinion.addressed_unit_id.in_(UNIT_IDS)),
        ),
        writes=only(
            OF_CONGRESS,
            and_(CongressOpinion.unit_id == UNIT_ID, CongressOpinion.state == CongressOpinionState.recorded),
        ),
    ),
    PastCall: Scope(
        sees=reach(
            county=PastCall.region_id == REGION_ID,
            own=or_(PastCall.unit_id.in_(UNIT_IDS), PastCall.department_id.in_(UNIT_IDS)),
        ),
        writes=only(DISPATCHERS, PastCall.region_id == REGION_ID),
    ),
    Call: Scope(
        sees=reach(
            # A draft is its writer's until it is sent.
            county=and_(Call.region_id == REGION_ID, Call.state != CallState.draft),
            own=Call.id.in_(my_call_ids),
        ),
        writes=everyone(written),
    ),
    CallAssignment: Scope(
        sees=reach(county=CallAssignment.region_id == REGION_ID, own=CallAssignment.call_id.in_(my_call_ids))
    ),
    CoordinationCase: Scope(
        sees=reach(county=CoordinationCase.region_id == REGION_ID, own=CoordinationCase.id.in_(my_case_ids)),
        writes=everyone(CoordinationCase.id.in_(my_fresh_case_ids)),
    ),
    CaseParty: Scope(
        sees=of_cases(CaseParty),
        writes=lambda roles: or_(
            CaseParty.case_id.in_(my_fresh_case_ids),
            and_(CaseParty.region_id == REGION_ID, CaseParty.side == Side.added) if roles & SUPERVISORS else false(),
        ),
    ),
    OfflineStep: Scope(sees=of_cases(OfflineStep), writes=everyone(OfflineStep.unit_id.in_(UNIT_IDS))),
    OfflineStepUnit: Scope(
        sees=reach(
            county=OfflineStepUnit.region_id == REGION_ID,
            own=OfflineStepUnit.step_id.in_(select(OfflineStep.id).where(OfflineStep.case_id.in_(my_case_ids))),
        ),
        writes=everyone(OfflineStepUnit.step_id.in_(select(OfflineStep.id).where(OfflineStep.unit_id.in_(UNIT_IDS)))),
    ),
    Holding: Scope(sees=reach(county=Holding.region_id == REGION_ID, own=Holding.call_id.in_(my_call_ids))),
    Pause: Scope(sees=reach(county=Pause.region_id == REGION_ID, own=Pause.call_id.in_(my_call_ids))),
    Extension: Scope(
        sees=reach(county=Extension.region_id == REGION_ID, own=Extension.call_id.in_(my_call_ids)),
        writes=everyone(Extension.assignment_id.in_(my_part_ids)),
    ),
    CaseDocument: Scope(sees=of_cases(CaseDocument), writes=everyone(CaseDocument.unit_id.in_(UNIT_IDS))),
    Reminder: Scope(sees=reach(county=Reminder.region_id == REGION_ID, own=Reminder.call_id.in_(my_call_ids))),
    CallEvent: Scope(sees=reach(county=CallEvent.region_id == REGION_ID, own=CallEvent.call_id.in_(my_call_ids))),
    Nudge: Scope(sees=reach(county=Nudge.region_id == REGION_ID, own=Nudge.call_id.in_(my_call_ids))),
    SupervisionOrder: Scope(
        sees=reach(county=SupervisionOrder.region_id == REGION_ID, own=SupervisionOrder.call_id.in_(my_call_ids)),
        writes=only(SUPERVISING, SupervisionOrder.region_id == REGION_ID),
    ),
}
