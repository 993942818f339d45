"""How a call travels: sent, accepted, dispatched, answered, confirmed; or rejected, and forwarded (B2, R5, R8–R14)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, object_session

from models.actor import Actor
from models.assigned import AssignedMatter, MatterState
from models.base import N_
from models.calendar import Clock
from models.calls import ENDED, AssignmentRole, AssignmentState, Call, CallState, Direction
from models.coordination import CoordinationCase
from models.item_words import ItemState
from models.ledger import Job
from models.lists import ListItem
from models.organisation import ANSWERING, LOCAL, Duty, Unit
from models.rules.annulment import ANNUL_CALL
from models.rules.assigned import concerned
from models.rules.clocks import due, soon
from models.rules.clues import SETTLE_HERE, check_caller, check_place, still_calls, tell_noticer, watch_clue
from models.rules.holdings import hand_on
from models.rules.items import check_indicators
from models.rules.ledger import cancel, plan, tell
from models.rules.matching import about
from models.rules.modules import check_module, proposed
from models.rules.nudges import NUDGE_OFFICE, moved
from models.rules.offices import office
from models.rules.opening import forwarded
from models.rules.powers import check_part, check_power, check_reach, reached
from models.rules.ratings import closed, confirmed
from models.rules.rounds import (
    assign,
    county_office,
    current,
    found_inactive,
    is_the_callers,
    iso,
    lead_of,
    next_number,
    plan_promise,
    promise,
    resolve_by,
    settled_case,
)
from models.rules.step_files import attach
from models.rules.tickets import follow_call
from models.workflow import Answers, Ask, Refused, Step, Transition, Workflow, follow

S = CallState
A = AssignmentState
UNSOLVED = 2
"""How often a caller says «not solved» until that is inaction (R13)."""


def caller(call: Call, actor: Actor) -> bool:
    """The unit that calls. A grid lies below it: its worker writes the clue, and the township sends it (LX-24)."""
    return actor.serves(call.caller_unit_id)


def _may_send(call: Call, step: Step) -> None:
    check_caller(call, step.now)
    check_module(step.session, call)
    if call.assigned_matter is not None:
        _binds(step.session, call, call.assigned_matter)
    elif call.list_item is not None or call.module is None:
        _is_in_force(step.session, call, call.list_item)
    check_place(step.session, call)


def _binds(session: Session, call: Call, matter: AssignedMatter) -> None:
    """R5: an approved matter in which the caller has a part."""
    if matter.state is not MatterState.in_force or call.caller_unit_id not in concerned(session, matter.id):
        raise Refused(
            N_("This matter is not in force, or your unit has no part in it. Choose another, or an item of the list."),
            field="assigned_matter",
        )


def _is_in_force(session: Session, call: Call, item: ListItem | None) -> None:
    """R5: no call without a published item of the county. R37: one whose power the calling department still has."""
    if item is None:
        raise Refused(
            N_("A call must cite an item of the duty list. Open the call for editing and choose one."),
            field="list_item",
        )
    if item.state is not ItemState.published or item.region_id != call.region_id:
        raise Refused(N_("This item is not in force in your county. Choose a published one."), field="list_item")
    check_power(session, item, call.caller_unit)
    if call.direction is Direction.department_to_township:
        check_part(item, call.caller_unit)
    check_indicators(session, call, item.id)


def _sent(call: Call, step: Step) -> None:
    limit = due(step.session, call.region_id, Clock.accept, step.now, about(call))
    call.sent_at, call.accept_due, call.provisional = step.now, limit.at, limit.provisional
    call.number = call.number or next_number(step.session, call.region_id, "call", step.now)
    reminder = soon(step.session, call.region_id, step.now, limit.at)
    plan(step.session, call, Job.accept_watch, reminder, limit.at)
    _tell_office(call, step, N_("%(unit)s calls: %(call)s. Accept it by %(due)s."), "sent", due=iso(limit.at))
    tell_noticer(call, step, N_("The township has called about what you noticed: %(call)s."), "sent")


def _accepted(call: Call, step: Step) -> None:
    moved(call, step)
    call.accepted_at = step.now
    cancel(step.session, call, Job.accept_watch, cause="accepted")
    _tell_caller(call, step, N_("Your call has been accepted: %(call)s."), "accepted")


def _returned(call: Call, step: Step) -> None:
    moved(call, step)
    call.accept_due = None  # it is the caller's turn; sent again, it gets a new limit
    cancel(step.session, call, Job.accept_watch, cause="returned")
    watch_clue(step.session, call, step.actor, step.now)
    _tell_caller(call, step, N_("Your call was returned for correction: %(call)s. Reason: %(note)s"), "returned")


def _may_withdraw(call: Call, step: Step) -> None:
    if not is_the_callers(call):
        raise Refused(N_("The coordination case decides what follows. Wait for its outcome."))


def _withdrawn(call: Call, step: Step) -> None:
    cancel(step.session, call, Job.accept_watch, cause="withdrawn")
    tell_noticer(call, step, N_("The township has withdrawn its call about what you noticed: %(call)s."), "withdrawn")
    follow_call(call, step, "call_dropped")


def answering(call: Call, actor: Actor) -> ColumnElement[bool]:
    """Units that a call may be dispatched to: departments answer townships, and townships departments (TS-27).

    After a case also the duty holder that it has named, whatever its kind.
    """
    if call.direction is Direction.township_to_department:
        usual = Unit.unit_type.in_(ANSWERING) & (true() if call.is_cross_region else Unit.region_id == call.region_id)
    else:
        here = Unit.unit_type.in_(LOCAL) & (Unit.region_id == call.region_id)
        usual = here & reached(call.list_item, call.assigned_matter)
    settled = CoordinationCase.filed_at.is_not(None) | CoordinationCase.decided_at.is_not(None)
    named = select(CoordinationCase.responsible_unit_id).where(CoordinationCase.call_id == call.id, settled)
    return (usual | Unit.id.in_(named)) & Unit.valid_to.is_(None) & (Unit.id != call.caller_unit_id)


def _may_dispatch(call: Call, step: Step) -> None:
    lead, helpers = step.answers["lead_department_id"], step.answers.get("cooperating_department_ids") or []
    if lead.id in {unit.id for unit in helpers}:
        raise Refused(
            N_("%(unit)s leads: it cannot be named as a cooperating department too."),
            field="cooperating_department_ids",
            unit=lead.name,
        )
    if call.state is S.forwarded:
        _follow_the_case(step.session, call, lead)
    elif call.direction is Direction.department_to_township and call.list_item is not None:
        for field, units in (("lead_department_id", [lead]), ("cooperating_department_ids", helpers)):
            check_reach(step.session, call.list_item, [unit.id for unit in units], field=field)


def _follow_the_case(session: Session, call: Call, lead: Unit) -> None:
    """After a coordination case, the call goes to whom the case made the duty holder."""
    case = settled_case(session, call.id)
    if case is None:
        raise Refused(N_("The coordination case is still open. Dispatch again when it has named a duty holder."))
    if case.responsible_unit_id == call.caller_unit_id:
        raise Refused(N_("The coordination case found the duty to be the caller's own. The caller withdraws the call."))
    if case.responsible_unit_id not in (None, lead.id):
        raise Refused(
            N_("The coordination case made %(unit)s the duty holder: dispatch to it."),
            field="lead_department_id",
            unit=str(case.responsible_unit),
        )


def _proposed(call: Call) -> Answers:
    """The duty holder that a case has named; else those whom what is cited names, and the module's contact group."""
    session = object_session(call)
    case = settled_case(session, call.id) if session and call.state is S.forwarded else None
    if case is not None:
        return {"lead_department_id": case.responsible_unit}
    return proposed(call)


def _dispatched(call: Call, step: Step) -> None:
    moved(call, step)
    call.rounds += 1
    resolve_by(call, step, step.answers["lead_department_id"].id)
    assign(call, step.answers["lead_department_id"], AssignmentRole.lead, step)
    for unit in dict.fromkeys(step.answers.get("cooperating_department_ids") or ()):
        assign(call, unit, AssignmentRole.cooperate, step)


def _not_solved(call: Call, step: Step) -> None:
    """The lead takes it up again, with a fresh limit. R13: confirmed unsolved twice is inaction."""
    call.reopened += 1
    call.resolved_at = None
    parts = current(step.session, call)
    lead = lead_of(parts)
    limit = resolve_by(call, step, lead.department_id if lead else None)
    for assignment in parts:
        if assignment.role is AssignmentRole.lead and assignment.state is A.resolved:
            follow(step, assignment, "reopen")
            promise(assignment, limit.at, step.now)
            assignment.provisional = limit.provisional
            if call.reopened >= UNSOLVED:
                found_inactive(assignment, step)
            plan_promise(step.session, assignment, step.now)
            message = N_("The caller says that it is not solved: %(call)s. New limit: %(due)s.")
            tell(step.session, assignment.department_id, call, message, key=f"reopened{call.reopened}", now=step.now,
                 call=str(call), due=iso(limit.at))  # fmt: skip


def _all_rejected(call: Call, step: Step) -> None:
    cancel(step.session, call, Job.resolve_watch, cause="rejected")
    message = N_("Every department rejected your call: %(call)s. You may forward it, or withdraw it.")
    _tell_caller(call, step, message, f"rejected{call.rounds}")


def _ruled(call: Call, step: Step) -> None:
    """A binding ruling names who answers, so the caller waits again, with a fresh limit."""
    resolve_by(call, step, step.answers["ruled_unit_id"].id)


def _finished(call: Call, step: Step) -> None:
    call.resolved_at = step.now
    cancel(step.session, call, Job.resolve_watch, cause="resolved")
    message = N_("A result was reported: %(call)s. Confirm it, or say that it is not solved.")
    _tell_caller(call, step, message, f"finished{call.rounds}.{call.reopened}")


def _confirmed(call: Call, step: Step) -> None:
    confirmed(call, step)
    tell_noticer(call, step, N_("What you noticed is solved: %(call)s."), "solved")


CALL = Workflow(
    Call,
    Transition(
        name="send",
        label=N_("Send"),
        source=frozenset({S.draft, S.returned}),
        target=S.submitted,
        by=caller,
        of_use=still_calls,
        guard=_may_send,
        effect=_sent,
        tone="active",
        help=N_("The county office receives it, and must accept it in time."),
    ),
    Transition(
        name="accept",
        label=N_("Accept"),
        source=frozenset({S.submitted}),
        target=S.accepted,
        by=county_office,
        effect=_accepted,
        tone="active",
        help=N_("Next, dispatch it to the departments that answer."),
    ),
    Transition(
        name="return_for_correction",
        label=N_("Return for correction"),
        source=frozenset({S.submitted}),
        target=S.returned,
        by=county_office,
        effect=_returned,
        wants_note=True,
        tone="warn",
        help=N_("The caller corrects it and sends it again."),
    ),
    Transition(
        name="dispatch",
        label=N_("Dispatch"),
        source=frozenset({S.accepted, S.forwarded}),
        target=S.dispatched,
        by=county_office,
        asks=(
            Ask(
                name="lead_department_id",
                label=N_("Unit in the lead"),
                kind="row",
                model=Unit,
                among=answering,
                help=N_("Answers for the whole. Suggested by the list item, or by the place of a department's call."),
            ),
            Ask(
                name="cooperating_department_ids",
                label=N_("Units that help"),
                kind="rows",
                model=Unit,
                among=answering,
                required=False,
            ),
        ),
        guard=_may_dispatch,
        suggest=_proposed,
        effect=_dispatched,
        tone="active",
    ),
    Transition(
        name="withdraw",
        label=N_("Withdraw"),
        source=frozenset({S.submitted, S.returned, S.rejected, S.forwarded}),
        target=S.withdrawn,
        by=caller,
        guard=_may_withdraw,
        of_use=is_the_callers,
        effect=_withdrawn,
        tone="danger",
        help=N_("The call ends here."),
    ),
    Transition(
        name="forward",
        label=N_("Forward to the supervision office"),
        source=frozenset({S.rejected}),
        target=S.forwarded,
        by=caller,
        effect=forwarded,
        tone="warn",
        help=N_("It opens a coordination case. Nobody's approval is needed."),
    ),
    Transition(
        name="confirm",
        label=N_("Confirm: solved"),
        source=frozenset({S.awaiting_confirmation}),
        target=S.resolved,
        by=caller,
        effect=_confirmed,
        tone="done",
        help=N_("You and those who solved it then rate each other; with both ratings, or at the limit, it closes."),
    ),
    Transition(
        name="not_solved",
        label=N_("Not solved"),
        source=frozenset({S.awaiting_confirmation}),
        target=S.in_progress,
        by=caller,
        effect=_not_solved,
        wants_note=True,
        tone="danger",
        help=N_("It goes back to the lead department with a new limit, and is counted."),
    ),
    Transition(
        name="first_response",
        label=N_("First response"),
        source=frozenset({S.dispatched}),
        target=S.in_progress,
        by=None,
    ),
    Transition(
        name="finish",
        label=N_("Every part done"),
        source=frozenset({S.in_progress}),
        target=S.awaiting_confirmation,
        by=None,
        effect=_finished,
    ),
    Transition(
        name="ruled",
        label=N_("Ruled on: it goes on"),
        source=frozenset({S.rejected}),
        target=S.dispatched,
        by=None,
        effect=_ruled,
    ),
    Transition(
        name="all_rejected",
        label=N_("Every department rejected"),
        source=frozenset({S.dispatched, S.in_progress}),
        target=S.rejected,
        by=None,
        effect=_all_rejected,
    ),
    Transition(
        name="close",
        label=N_("Closed"),
        source=frozenset({S.resolved}),
        target=S.closed,
        by=None,
        effect=closed,
        tone="done",
    ),
    NUDGE_OFFICE,
    ANNUL_CALL,
    SETTLE_HERE,
    attach(set(S) - {S.draft, *ENDED}, lambda call, actor: caller(call, actor) or county_office(call, actor)),
    after=hand_on,
)


def _tell_caller(call: Call, step: Step, message: str, key: str, **details: str) -> None:
    tell(step.session, call.caller_unit_id, call, message, key=f"{key}@{call.version}", now=step.now, call=str(call),
         note=step.note, **details)  # fmt: skip


def _tell_office(call: Call, step: Step, message: str, key: str, **details: str) -> None:
    unit = office(step.session, call.region_id, Duty.county_office)
    tell(step.session, unit.id, call, message, key=f"{key}@{call.version}", now=step.now, call=str(call),
         unit=str(call.caller_unit), **details)  # fmt: skip
