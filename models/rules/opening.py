"""How a coordination case is opened: by forwarding a rejected call."""

from __future__ import annotations

from models.base import N_
from models.calls import AssignmentState, Call
from models.coordination import CaseParty, CoordinationCase, Side
from models.organisation import Duty
from models.rules.ledger import tell
from models.rules.offices import office
from models.rules.rounds import current, next_number
from models.workflow import Step

A = AssignmentState


def forwarded(call: Call, step: Step) -> None:
    """R14: to the supervision account, by nobody else's leave. A case is opened for it."""
    session = step.session
    supervision = office(session, call.region_id, Duty.supervision_office)
    case = CoordinationCase(
        region_id=call.region_id,
        number=next_number(session, call.region_id, "case", step.now),
        title=call.title,
        call=call,
        round=call.rounds,
        forwarded_at=step.now,
        forwarded_by_id=step.actor.user_id,
        supervision_unit=supervision,
    )
    session.add(case)
    sides = {call.caller_unit_id: Side.caller}
    for assignment in current(session, call):
        if assignment.state is A.rejected:
            sides.setdefault(assignment.department_id, Side.respondent)
    for assignment in current(session, call):
        if assignment.state is A.rejected and assignment.proposed_unit_id:
            sides.setdefault(assignment.proposed_unit_id, Side.named)
    session.add_all(
        CaseParty(region_id=call.region_id, case=case, unit_id=unit_id, side=side) for unit_id, side in sides.items()
    )
    session.flush()
    message = N_("%(unit)s forwards a rejected call: %(call)s. Bring the parties together.")
    tell(session, supervision.id, case, message, key="opened", now=step.now, call=str(call), unit=str(call.caller_unit))
