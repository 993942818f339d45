"""How a coordination case is opened: by forwarding a rejected call, or where work does not run (TA-16, TC-41)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calls import AssignmentState, Call
from models.coordination import CaseParty, CoordinationCase, Side
from models.door import by_rule
from models.organisation import Duty
from models.rules.ledger import tell
from models.rules.offices import office
from models.rules.rounds import current, next_number
from models.workflow import Refused, Step

A = AssignmentState


def forwarded(call: Call, step: Step) -> None:
    """R14: to the supervision account, by nobody else's leave. A case is opened for it."""
    session = step.session
    supervision = office(session, call.region_id, Duty.supervision_office)
    case = CoordinationCase(
        region_id=call.region_id,
        number=next_number(session, call.region_id, "case", step.now),
        title=call.title,
        description=call.description,
        call=call,
        list_item=call.list_item,
        category=call.category,
        opened_by=call.caller_unit,
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


def prepare_case(session: Session, case: CoordinationCase, actor: Actor, now: datetime) -> None:
    """A case without a call: its number, its office, and who opens it. Raises `Refused`, naming the field."""
    if inspect(case).persistent:
        raise Refused(N_("An open case is not rewritten. Withdraw it, or add a document or a step."))
    if actor.region_id is None or actor.unit_id is None:
        raise Refused(N_("Switch to a unit of a county first: a case comes from one."))
    others = [party for party in case.parties if party.unit_id != actor.unit_id]
    if not others:
        raise Refused(N_("Name at least one other unit with whom the duty is disputed."), field="other_parties")
    if case.list_item is None and not case.description.strip():
        raise Refused(N_("Say what is disputed, or name the list item."), field="description")
    case.region_id, case.opened_by_id, case.call = actor.region_id, actor.unit_id, None
    case.parties = [CaseParty(unit_id=actor.unit_id, side=Side.opener), *others]
    for party in case.parties:
        party.region_id = actor.region_id
    case.category = case.list_item.category if case.list_item is not None else ""
    case.forwarded_at, case.forwarded_by_id = now, actor.user_id
    with by_rule(session):
        case.supervision_unit_id = office(session, actor.region_id, Duty.supervision_office).id
        case.number = next_number(session, actor.region_id, "case", now)


def tell_of_case(session: Session, case: CoordinationCase, actor: Actor, now: datetime) -> None:
    """The supervision office hears of it, as it does of a forwarded call."""
    with by_rule(session):
        message = N_("%(unit)s opens a coordination case: %(case)s. Bring the parties together.")
        tell(session, case.supervision_unit_id, case, message, key="opened", now=now, case=str(case),
             unit=str(case.opened_by))  # fmt: skip
