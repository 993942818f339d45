"""What the county office rules on the second refusal of a call: whose duty it is, binding."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.base import N_
from models.calendar import Clock
from models.calls import AssignmentState, CallAssignment, CallState
from models.coordination import CoordinationCase
from models.item_words import ItemState
from models.ledger import Job
from models.lists import ItemCooperation
from models.organisation import LOCAL, Duty, Unit
from models.queries.refusals import refused_before
from models.rules.calls import answering
from models.rules.clocks import due
from models.rules.ladder import steps
from models.rules.ledger import plan_steps, tell
from models.rules.matching import about
from models.rules.offices import office
from models.rules.rounds import assign, current, iso, settled_case
from models.workflow import Answers, Refused, Step, Transition, follow

A, S = AssignmentState, CallState
RUNNING = (S.dispatched, S.in_progress)
RULED_IN = (*RUNNING, S.rejected)
"""While the round runs; or once all have refused, until the caller forwards or withdraws the call."""
OVER = N_("This round of the call is over: nothing is left to rule on. The page of the call says whose turn it is.")


def runs(assignment: CallAssignment) -> bool:
    """Whether the part's round goes on: the county office decides what becomes of its refusal."""
    return assignment.call.state in RUNNING and assignment.round == assignment.call.rounds


def check_runs(assignment: CallAssignment) -> None:
    """Raises `Refused`, saying whose move it is instead."""
    if runs(assignment):
        return
    if not _may_still_be_ruled_on(assignment):
        raise Refused(OVER)
    raise Refused(
        N_("Every department rejected this call. Its caller forwards or withdraws it; you rule on a second refusal.")
    )


def is_second(assignment: CallAssignment) -> bool:
    """Whether the part's call was refused before."""
    session = object_session(assignment)
    wanted = select(CallAssignment.id).where(CallAssignment.id == assignment.id, refused_before())
    return session is not None and session.scalar(wanted) is not None


def _may_still_be_ruled_on(assignment: CallAssignment) -> bool:
    return assignment.call.state in RULED_IN and assignment.round == assignment.call.rounds


def is_ruled_on(assignment: CallAssignment) -> bool:
    """Whether a ruling is offered: what would be refused is not."""
    return _may_still_be_ruled_on(assignment) and is_second(assignment)


def may_rule(assignment: CallAssignment, step: Step) -> None:
    """Only on the second refusal, and while no coordination case decides. Raises `Refused`."""
    call, unit = assignment.call, step.answers["ruled_unit_id"]
    if not _may_still_be_ruled_on(assignment):
        raise Refused(OVER)
    if not is_second(assignment):
        raise Refused(
            N_("This is the first refusal of the call. Uphold it, or give it to another; a second one is ruled on.")
        )
    if any(part.department_id == unit.id and part.state in WITH_IT for part in current(step.session, call)):
        raise Refused(
            N_("%(unit)s is at work on this call already. Name another unit, or give it the part."),
            field="ruled_unit_id",
            unit=unit.name,
        )


WITH_IT = (A.pending, A.responded, A.working, A.paused, A.resolved)


def ruled(assignment: CallAssignment, step: Step) -> None:
    """The unit that is named answers, in the role of who refused; a part that it had is its own again."""
    call, unit = assignment.call, step.answers["ruled_unit_id"]
    _ruled_on(assignment, step)
    step.session.flush()  # the old lead steps down before the new one may stand
    if call.state is S.rejected:
        follow(step, call, "ruled")
    held = next((part for part in current(step.session, call) if part.department_id == unit.id), None)
    if held is not None:
        held.role = assignment.role
        _ruled_on(held, step)
        follow(step, held, "bind")
    else:
        assign(call, unit, assignment.role, step)
    message = N_("The county office ruled on %(call)s: it is the duty of %(unit)s. Reason: %(reason)s")
    for unit_id in dict.fromkeys((unit.id, assignment.department_id, call.caller_unit_id)):
        tell(step.session, unit_id, assignment, message, key=f"ruled@{assignment.version}", now=step.now,
             call=str(call), unit=str(unit), reason=assignment.ruling[:200])  # fmt: skip


def _ruled_on(part: CallAssignment, step: Step) -> None:
    """The ruling stands on the refusal that it is about, and on the part that it binds, beside why that was refused."""
    part.ruling, part.ruled_at, part.ruled_unit = step.answers["ruling"], step.now, step.answers["ruled_unit_id"]


def _bound(assignment: CallAssignment, step: Step) -> None:
    """The clock to respond starts anew; that it was refused once stays on record."""
    matter = about(assignment.call, assignment.department_id)
    limit = due(step.session, assignment.region_id, Clock.respond, step.now, matter)
    assignment.dispatched_at, assignment.respond_due, assignment.provisional = step.now, limit.at, limit.provisional
    assignment.responded_at = None
    scope = assignment.call.scope
    ladder = steps(step.session, assignment.region_id, Job.respond_remind, step.now, limit.at, scope)
    plan_steps(step.session, assignment, Job.respond_remind, ladder)
    message = N_("%(call)s is yours by the county office's ruling. Respond by %(due)s.")
    tell(step.session, assignment.department_id, assignment, message, key=f"bound@{assignment.version}", now=step.now,
         call=str(assignment.call), due=iso(limit.at))  # fmt: skip


BIND = Transition(
    name="bind",
    label=N_("Bound by a ruling"),
    source=frozenset({A.rejected, A.reassigned, A.upheld}),
    target=A.pending,
    by=None,
    effect=_bound,
)


def check_ruling(assignment: CallAssignment, step: Step) -> None:
    """Nobody rejects what a ruling, or a settled case, made theirs. Raises `Refused`, naming which."""
    ruling = _binding(step.session, assignment)
    if ruling is not None:
        raise Refused(
            N_("The county office ruled that this is your duty: “%(ruling)s” Respond to the call instead."),
            ruling=ruling.ruling[:200],
        )
    case = _settled_on(step.session, assignment)
    if case is not None:
        raise Refused(
            N_("The coordination case %(case)s made this your duty. Respond to the call instead."), case=str(case)
        )


def is_free(assignment: CallAssignment) -> bool:
    """Whether neither a ruling nor a settled case made the part its department's."""
    session = object_session(assignment)
    return session is None or (_binding(session, assignment) or _settled_on(session, assignment)) is None


def hearers(assignment: CallAssignment, step: Step) -> list[int]:
    """Who is told of a refusal: where a case settled the call, also the office that watches its execution (TC-46)."""
    county = office(step.session, assignment.region_id, Duty.county_office)
    case = settled_case(step.session, assignment.call_id)
    watching = [case.supervision_unit_id] if case is not None else []
    return list(dict.fromkeys((county.id, assignment.call.caller_unit_id, *watching)))


def _settled_on(session: Session, assignment: CallAssignment) -> CoordinationCase | None:
    """The case that made the part its department's: who is named holds the duty (TC-44), and carries it out (TC-46)."""
    case = settled_case(session, assignment.call_id)
    return case if case is not None and case.responsible_unit_id == assignment.department_id else None


def _binding(session: Session, assignment: CallAssignment) -> CallAssignment | None:
    """The part on which the last ruling of the call was made, if it names this department."""
    of_call = select(CallAssignment).where(
        CallAssignment.call_id == assignment.call_id, CallAssignment.ruled_at.is_not(None)
    )
    last = session.scalar(of_call.order_by(CallAssignment.ruled_at.desc(), CallAssignment.id.desc()).limit(1))
    return last if last is not None and last.ruled_unit_id == assignment.department_id else None


def may_be_held(assignment: CallAssignment, actor: Actor) -> ColumnElement[bool]:
    """Whom a ruling may name: whoever a call may be dispatched to, who refused it too."""
    return or_(answering(assignment.call, actor), Unit.id == assignment.department_id)


def cited_in_force(assignment: CallAssignment) -> Answers:
    """The item that the call cites, while one may still cite it: another edition may be in force by now."""
    item = assignment.call.list_item
    return {"list_item_id": item} if item is not None and item.state is ItemState.published else {}


def cites_well(assignment: CallAssignment, step: Step) -> None:
    """What a page insists on: the clause, and an item that names the unit. Raises `Refused`, naming the field."""
    item, unit = step.answers.get("list_item_id"), step.answers.get("proposed_unit_id")
    if item is None or unit is None or step.answers.get("no_item_covers"):
        return
    if not (step.answers.get("clause") or "").strip():
        raise Refused(N_("Cite the clause of the item that shows it: its number, or its words."), field="clause")
    helpers = select(ItemCooperation.unit_id).where(ItemCooperation.list_item_id == item.id)
    if unit.id == item.lead_department_id or unit.unit_type in LOCAL or unit.id in set(step.session.scalars(helpers)):
        return
    raise Refused(
        N_("“%(item)s” does not name %(unit)s. Cite the item that does, or say that no item covers this."),
        field="list_item_id",
        item=str(item),
        unit=unit.name,
    )
