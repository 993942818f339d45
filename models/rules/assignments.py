"""How a department's part moves: responded with a promise, resolved, or rejected with a reason and the right unit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import object_session

from models.actor import Actor
from models.base import N_
from models.calls import AssignmentRole, AssignmentState, CallAssignment, CallState, FailureKind
from models.item_words import ItemState
from models.ledger import Job
from models.lists import ListItem
from models.organisation import LOCAL, Duty, Unit, UnitType
from models.queries.finding import find
from models.rules.annulment import ANNUL_PART
from models.rules.calls import answering
from models.rules.holdings import hand_on
from models.rules.ledger import cancel, tell
from models.rules.nudges import NUDGE, moved
from models.rules.offices import office
from models.rules.results import ASKED, FIGURES, check_figures
from models.rules.rounds import (
    ENDED,
    assign,
    check_promise,
    county_office,
    current,
    iso,
    plan_promise,
    plan_silence,
    promise,
)
from models.rules.rulings import (
    BIND,
    check_ruling,
    check_runs,
    cited_in_force,
    cites_well,
    hearers,
    is_free,
    is_ruled_on,
    may_be_held,
    may_rule,
    ruled,
    runs,
)
from models.rules.segments import forget_extension, may_pause, may_resume, paused, resumed
from models.rules.step_files import attach, hang
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

A = AssignmentState


def assigned(assignment: CallAssignment, actor: Actor) -> bool:
    return actor.serves(assignment.department_id)


def _may_promise(assignment: CallAssignment, step: Step) -> None:
    if step.answers["promised_due"] <= step.now:
        raise Refused(N_("The promised deadline lies in the past. Name a moment to come."), field="promised_due")
    check_promise(step.session, assignment, step.answers["promised_due"], step.now)
    contact = step.answers.get("contact_made_at")
    if contact and contact > step.now:
        raise Refused(N_("This lies in the future. Name a moment that has passed."), field="contact_made_at")


def _responded(assignment: CallAssignment, step: Step) -> None:
    """TC-32: the promise drives the reminders from here on. R12: late is late, and stays on record."""
    moved(assignment, step)
    _end_response_clock(assignment, step, cause="responded")
    promise(assignment, step.answers["promised_due"], step.now)
    assignment.contact_made_at = step.answers.get("contact_made_at")
    plan_promise(step.session, assignment, step.now)
    if assignment.call.state is CallState.dispatched:
        follow(step, assignment.call, "first_response")
    message = N_("%(unit)s responded to %(call)s and promises a result by %(due)s.")
    _tell(assignment, step, assignment.call.caller_unit_id, message, "responded", due=iso(step.answers["promised_due"]))


def _end_response_clock(assignment: CallAssignment, step: Step, *, cause: str) -> None:
    assignment.responded_at, assignment.responsible_id = step.now, step.actor.user_id
    if step.now > assignment.respond_due:
        assignment.failure_kind, assignment.failed_at = FailureKind.late_response, step.now
        supervision = office(step.session, assignment.region_id, Duty.supervision_office)
        message = N_("%(unit)s answered %(call)s after the limit, which was %(due)s.")
        _tell(assignment, step, supervision.id, message, "late", due=iso(assignment.respond_due))
    cancel(step.session, assignment, Job.respond_remind, cause=cause)


def _started(assignment: CallAssignment, step: Step) -> None:
    moved(assignment, step)
    assignment.contact_made_at = assignment.contact_made_at or step.now
    plan_promise(step.session, assignment, step.now)


def _hung(assignment: CallAssignment, step: Step) -> None:
    """R13: who shows how far it is is not silent."""
    hang(assignment, step)
    if assignment.state in (A.responded, A.working):
        plan_silence(step.session, assignment, step.now)


def _may_resolve(assignment: CallAssignment, step: Step) -> None:
    """The lead answers for the whole, so it is the last to resolve (TA-27)."""
    check_figures(assignment, step)
    if assignment.role is not AssignmentRole.lead:
        return
    open_ = [a for a in current(step.session, assignment.call) if a is not assignment and a.state not in ENDED]
    if open_:
        raise Refused(N_("The lead resolves last. Still open: %(units)s."), units=[a.department for a in open_])


def _resolved(assignment: CallAssignment, step: Step) -> None:
    moved(assignment, step)
    assignment.resolved_at, assignment.result = step.now, step.answers["result"]
    for name in FIGURES:
        setattr(assignment, name, step.answers.get(name))
    cancel(step.session, assignment, Job.promise_remind, cause="resolved")
    forget_extension(assignment, step)
    _end_call_if_done(assignment, step)


def _end_call_if_done(assignment: CallAssignment, step: Step) -> None:
    """R10: every part ended, and at least one resolved."""
    states = [a.state for a in current(step.session, assignment.call)]
    if all(state in ENDED for state in states) and A.resolved in states:
        follow(step, assignment.call, "finish")


def _may_reject(assignment: CallAssignment, step: Step) -> None:
    """A refusal cites the item, or says that none covers the matter; and names the right unit (TC-40)."""
    check_ruling(assignment, step)
    item, none_covers, unit = (step.answers.get(k) for k in ("list_item_id", "no_item_covers", "proposed_unit_id"))
    if none_covers and item is assignment.call.list_item:
        item = None  # it stood in the box by itself
    if bool(item) == bool(none_covers):
        raise Refused(N_("Cite the list item, or say that no item covers this: one of the two."), field="list_item_id")
    if item and not unit:
        raise Refused(N_("Name the unit whose duty it is."), field="proposed_unit_id")
    if unit and unit.id == assignment.department_id:
        raise Refused(N_("You named your own unit. Name the unit whose duty it is."), field="proposed_unit_id")


def _rejected(assignment: CallAssignment, step: Step) -> None:
    moved(assignment, step)
    answers = step.answers
    _end_response_clock(assignment, step, cause="rejected")
    assignment.rejected_at, assignment.rejected_reason = step.now, answers["reason"]
    assignment.no_item_covers = bool(answers.get("no_item_covers"))
    assignment.cited_item = None if assignment.no_item_covers else answers.get("list_item_id")
    assignment.proposed_unit, assignment.clause = answers.get("proposed_unit_id"), answers.get("clause") or ""
    for unit_id in hearers(assignment, step):
        message = N_("%(unit)s rejected %(call)s. Reason: %(reason)s")
        _tell(assignment, step, unit_id, message, "rejected", reason=assignment.rejected_reason[:200])
    if all(a.state is A.rejected for a in current(step.session, assignment.call) if a.state not in ENDED):
        _reject_call_if_all(assignment, step)


def _reject_call_if_all(assignment: CallAssignment, step: Step) -> None:
    states = {a.state for a in current(step.session, assignment.call)}
    if A.resolved not in states:
        follow(step, assignment.call, "all_rejected")


def _may_reassign(assignment: CallAssignment, step: Step) -> None:
    check_runs(assignment)
    unit = step.answers["department_id"]
    if unit.id in {part.department_id for part in current(step.session, assignment.call)}:
        raise Refused(N_("%(unit)s has a part in this call already."), field="department_id", unit=unit.name)


def _may_uphold(assignment: CallAssignment, step: Step) -> None:
    check_runs(assignment)
    if assignment.role is AssignmentRole.lead:
        raise Refused(N_("A call needs a lead. Give this part to another department instead."))


def _reassigned(assignment: CallAssignment, step: Step) -> None:
    step.session.flush()  # the old lead steps down before the new one may stand
    assign(assignment.call, step.answers["department_id"], assignment.role, step)


def others(assignment: CallAssignment, actor: Actor) -> ColumnElement[bool]:
    """Units that have no part in the round yet."""
    asked = select(CallAssignment.department_id).where(
        CallAssignment.call_id == assignment.call_id, CallAssignment.round == assignment.round
    )
    return answering(assignment.call, actor) & Unit.id.not_in(asked)


def in_force(assignment: CallAssignment, actor: Actor) -> ColumnElement[bool]:
    return (ListItem.region_id == assignment.region_id) & (ListItem.state == ItemState.published)


def fitting(assignment: CallAssignment, actor: Actor) -> Sequence[int]:
    """The items that the words of the call are about, best first."""
    session = object_session(assignment)
    found = find(session, actor, f"{assignment.call.title} {assignment.call.description}") if session else None
    return [item.id for item in found.items] if found else []


def other_units(assignment: CallAssignment, actor: Actor) -> ColumnElement[bool]:
    """Bodies of the county that can hold a duty, but one's own."""
    bodies = (UnitType.department, UnitType.agency, UnitType.office, *LOCAL)
    here = (Unit.region_id == assignment.region_id) & Unit.unit_type.in_(bodies)
    return here & (Unit.id != assignment.department_id)


def _tell(assignment: CallAssignment, step: Step, unit_id: int, message: str, key: str, **details: str) -> None:
    tell(step.session, unit_id, assignment, message, key=f"{key}@{assignment.version}", now=step.now,
         call=str(assignment.call), unit=str(assignment.department), **details)  # fmt: skip


ASSIGNMENT = Workflow(
    CallAssignment,
    Transition(
        name="respond",
        label=N_("Respond"),
        source=frozenset({A.pending}),
        target=A.responded,
        by=assigned,
        asks=(
            Ask(
                name="promised_due",
                label=N_("Promised by"),
                kind="moment",
                help=N_("You will be reminded one working day before, and supervised when it passes."),
            ),
            Ask(name="contact_made_at", label=N_("Contact made"), kind="moment", required=False),
        ),
        guard=_may_promise,
        suggest=lambda assignment: {"promised_due": assignment.call.resolve_due},
        effect=_responded,
        tone="active",
    ),
    Transition(
        name="start",
        label=N_("Start work"),
        source=frozenset({A.responded}),
        target=A.working,
        by=assigned,
        effect=_started,
        tone="active",
    ),
    Transition(
        name="pause",
        label=N_("Wait for the caller"),
        source=frozenset({A.responded, A.working}),
        target=A.paused,
        by=assigned,
        asks=(
            Ask(
                name="reason",
                label=N_("What the caller owes"),
                kind="long_text",
                help=N_("The clock rests until it is delivered. The county office hears of it when it takes long."),
            ),
        ),
        guard=may_pause,
        effect=paused,
        tone="warn",
    ),
    Transition(
        name="resume",
        label=N_("Go on"),
        source=frozenset({A.paused}),
        target=A.working,
        by=may_resume,
        effect=resumed,
        tone="active",
        help=N_("What the caller owed has come. The clock runs on."),
    ),
    Transition(
        name="resolve",
        label=N_("Report result"),
        source=frozenset({A.responded, A.working}),
        target=A.resolved,
        by=assigned,
        asks=(
            Ask(name="result", label=N_("Result"), kind="long_text"),
            *ASKED,
        ),
        guard=_may_resolve,
        effect=_resolved,
        tone="done",
    ),
    Transition(
        name="reject",
        label=N_("Reject"),
        source=frozenset({A.pending}),
        target=A.rejected,
        by=assigned,
        asks=(
            Ask(name="reason", label=N_("Reason for rejection"), kind="long_text"),
            Ask(
                name="list_item_id",
                label=N_("Item that shows whose duty it is"),
                kind="row",
                model=ListItem,
                among=in_force,
                required=False,
                first=fitting,
                help=N_("In force today. Those that fit the words of the call are offered first."),
            ),
            Ask(
                name="clause",
                label=N_("Clause cited"),
                required=False,
                length=200,
                help=N_("Of the item that you cite: the words or the number that say whose duty it is."),
            ),
            Ask(name="no_item_covers", label=N_("No item covers this"), kind="flag", required=False),
            Ask(
                name="proposed_unit_id",
                label=N_("Whose duty it is"),
                kind="row",
                model=Unit,
                among=other_units,
                required=False,
                help=N_("Needed where an item is cited."),
            ),
        ),
        of_use=is_free,
        guard=_may_reject,
        insists=cites_well,
        suggest=cited_in_force,
        effect=_rejected,
        tone="danger",
    ),
    NUDGE,
    Transition(
        name="uphold",
        label=N_("Uphold the rejection"),
        source=frozenset({A.rejected}),
        target=A.upheld,
        by=county_office,
        guard=_may_uphold,
        of_use=lambda assignment: runs(assignment) and assignment.role is not AssignmentRole.lead,
        effect=_end_call_if_done,
        wants_note=True,
        tone="warn",
        help=N_("The others go on without this department."),
    ),
    Transition(
        name="reassign",
        label=N_("Give to another department"),
        source=frozenset({A.rejected}),
        target=A.reassigned,
        by=county_office,
        asks=(Ask(name="department_id", label=N_("Department"), kind="row", model=Unit, among=others),),
        guard=_may_reassign,
        of_use=runs,
        effect=_reassigned,
        tone="active",
    ),
    Transition(
        name="rule",
        label=N_("Rule on the second refusal"),
        source=frozenset({A.rejected}),
        target=A.reassigned,
        by=county_office,
        asks=(
            Ask(
                name="ruled_unit_id",
                label=N_("Unit held responsible"),
                kind="row",
                model=Unit,
                among=may_be_held,
                help=N_("It cannot reject the call again."),
            ),
            Ask(name="ruling", label=N_("Ruling and its reason"), kind="long_text"),
        ),
        guard=may_rule,
        of_use=is_ruled_on,
        effect=ruled,
        tone="warn",
        help=N_("Binding: the call goes to the unit that you name, whoever it is."),
    ),
    BIND,
    ANNUL_PART,
    Transition(
        name="reopen",
        label=N_("Reopened by the caller"),
        source=frozenset({A.resolved}),
        target=A.working,
        by=None,
        effect=lambda assignment, step: setattr(assignment, "resolved_at", None),
    ),
    attach(
        set(A) - {A.reassigned, A.upheld, A.void},
        lambda part, actor: assigned(part, actor) and not part.call.imported,  # what was closed elsewhere stays
        effect=_hung,
    ),
    under="call",
    after=lambda assignment, step: hand_on(assignment.call, step),
)
