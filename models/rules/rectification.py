"""How rectification orders and circulars move: planned, done, verified; published, followed up (TA-29, TC-36)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.calls import Call, CallAssignment, FailureKind
from models.door import by_rule
from models.ledger import Job
from models.organisation import Duty, Unit
from models.queries.calendar import calendar_of
from models.rectification import (
    Circular,
    CircularFailure,
    CircularLine,
    CircularState,
    Finding,
    LineState,
    RectificationOrder,
    RectificationState,
)
from models.roles import RoleName
from models.rules.ladder import steps
from models.rules.ledger import cancel, plan_steps, tell
from models.rules.offices import office
from models.rules.rounds import iso
from models.rules.step_files import attach
from models.rules.supervision import check_supervisor
from models.words import Misconduct
from models.workflow import Ask, Refused, Step, Transition, Workflow

R = RectificationState
RECTIFY = 10
"""Working days to rectify, where nobody named a day. Composed."""


def rectifying(order: RectificationOrder, actor: Actor) -> bool:
    return actor.serves(order.unit_id)


def supervision_office(row: RectificationOrder | Circular | CircularLine, actor: Actor) -> bool:
    """The supervision office of the county, which does not verify what it was ordered itself."""
    own = actor.serves(getattr(row, "unit_id", None))
    return RoleName.supervisor in actor.roles and actor.region_id == row.region_id and not own


def failed(actor: Actor) -> ColumnElement[bool]:
    return (CallAssignment.region_id == actor.region_id) & (CallAssignment.failure_kind != FailureKind.none)


# Rectification


def prepare_rectification(session: Session, order: RectificationOrder, actor: Actor, now: datetime) -> None:
    """One is against a unit for a failure that was found. Raises `Refused`, naming the field."""
    if order.assignment is not None and order.assignment.department_id != order.unit_id:
        raise Refused(N_("This assignment is another unit's."), field="unit")
    order.region_id = actor.region_id or session.get_one(Unit, order.unit_id).region_id or order.unit_id
    if not supervision_office(order, actor):
        raise Refused(N_("A unit does not order itself to rectify. Leave it to another office."), field="unit")
    if order.assignment is not None:
        check_supervisor(order.assignment.call, actor)
    if order.failure_kind is FailureKind.none:
        raise Refused(N_("Name the failure that was found."), field="failure_kind")
    if order.assignment is not None and order.assignment.failure_kind is FailureKind.none:
        raise Refused(N_("No failure was found in this assignment."), field="assignment")
    if order.due <= now:
        raise Refused(N_("Name a moment to come by which it is rectified."), field="due")
    order.issued_at, order.issued_by_id = now, actor.unit_id


def follow_rectification(session: Session, order: RectificationOrder, actor: Actor, now: datetime) -> None:
    """After an order is issued: the unit is told, and its clock starts."""
    with by_rule(session):
        _start(session, order, now)
        message = N_("You are ordered to rectify by %(due)s. Write a plan. Reason: %(reason)s")
        tell(session, order.unit_id, order, message, key="issued", now=now,
             due=iso(order.due), reason=order.reason[:200])  # fmt: skip


def _start(session: Session, order: RectificationOrder, now: datetime) -> None:
    plan_steps(
        session,
        order,
        Job.rectification_watch,
        steps(session, order.region_id, Job.rectification_watch, now, order.due),
    )


def rectify_by(session: Session, region_id: int, now: datetime) -> datetime:
    return calendar_of(session, region_id).add(now, RECTIFY, LimitUnit.working_day).at


def _planned(order: RectificationOrder, step: Step) -> None:
    order.plan = step.answers["plan"]
    _tell_office(order, step, N_("%(unit)s has planned its rectification, due by %(due)s."), "planned")


def _done(order: RectificationOrder, step: Step) -> None:
    order.report, order.done_at = step.answers["report"], step.now
    order.is_late = order.is_late or step.now > order.due
    cancel(step.session, order, Job.rectification_watch, cause="done")
    _tell_office(
        order, step, N_("%(unit)s reports its rectification as done; it was due by %(due)s. Verify it."), "done"
    )


def _verified(order: RectificationOrder, step: Step) -> None:
    order.finding, order.verified_at = step.answers["finding"], step.now
    message = N_("Your rectification, due by %(due)s, was verified.")
    tell(step.session, order.unit_id, order, message, key="verified", now=step.now, due=iso(order.due))


def _sent_back(order: RectificationOrder, step: Step) -> None:
    order.due, order.done_at = step.answers["due"], None
    _start(step.session, order, step.now)
    message = N_("Your rectification does not suffice. Rectify by %(due)s. Reason: %(note)s")
    tell(step.session, order.unit_id, order, message, key=f"sent back@{order.version}", now=step.now,
         due=iso(order.due), note=step.note)  # fmt: skip


def _not_the_lead(row: RectificationOrder | CircularLine, step: Step) -> None:
    """R3: who leads in a matter neither orders nor verifies a rectification that follows from it."""
    behind = CircularFailure.line_id == (row.id if isinstance(row, CircularLine) else row.line_id)
    calls = select(Call).options(joinedload(Call.list_item), joinedload(Call.assigned_matter))
    of_line = calls.join(CircularFailure, CircularFailure.call_id == Call.id).where(behind).order_by(Call.id)
    part = None if isinstance(row, CircularLine) else row.assignment
    for call in [*([part.call] if part else []), *step.session.scalars(of_line)]:
        check_supervisor(call, step.actor)


def _to_come(row: RectificationOrder | CircularLine, step: Step) -> None:
    _not_the_lead(row, step)
    if step.answers["due"] <= step.now:
        raise Refused(N_("Name a moment to come by which it is rectified."), field="due")


def _tell_office(order: RectificationOrder, step: Step, message: str, key: str) -> None:
    supervision = office(step.session, order.region_id, Duty.supervision_office)
    tell(step.session, supervision.id, order, message, key=f"{key}@{order.version}", now=step.now,
         unit=str(order.unit), due=iso(order.due))  # fmt: skip


DUE = Ask(name="due", label=N_("Rectify by"), kind="moment")

RECTIFICATION = Workflow(
    RectificationOrder,
    Transition(
        name="write_plan",
        label=N_("Write the plan"),
        source=frozenset({R.issued}),
        target=R.planned,
        by=rectifying,
        asks=(Ask(name="plan", label=N_("Rectification plan"), kind="long_text"),),
        effect=_planned,
        tone="active",
    ),
    Transition(
        name="report_done",
        label=N_("Report as rectified"),
        source=frozenset({R.planned}),
        target=R.done,
        by=rectifying,
        asks=(Ask(name="report", label=N_("Report"), kind="long_text"),),
        effect=_done,
        tone="done",
    ),
    Transition(
        name="verify_rectified",
        label=N_("Verify the rectification"),
        source=frozenset({R.done}),
        target=R.verified,
        by=supervision_office,
        asks=(Ask(name="finding", label=N_("Finding"), kind="word", words=Finding),),
        guard=_not_the_lead,
        effect=_verified,
        tone="done",
    ),
    Transition(
        name="send_back",
        label=N_("Send back"),
        source=frozenset({R.done}),
        target=R.planned,
        by=supervision_office,
        asks=(DUE,),
        guard=_to_come,
        effect=_sent_back,
        wants_note=True,
        tone="warn",
    ),
    attach(set(R) - {R.verified}, lambda order, actor: rectifying(order, actor) or supervision_office(order, actor)),
)


# Circulars


def _may_publish(circular: Circular, step: Step) -> None:
    if not circular.text.strip():
        raise Refused(N_("A circular without text says nothing. Write it, then publish."), field="text")


def _published(circular: Circular, step: Step) -> None:
    """Frozen from here on; every unit that it names is told."""
    circular.number, circular.published_at = step.answers["number"], step.now
    message = N_("A circular names you: %(circular)s (%(number)s).")
    for line in lines_of(step.session, circular):
        tell(step.session, line.unit_id, circular, message, key="published", now=step.now,
             circular=circular.title, number=circular.number)  # fmt: skip


def lines_of(session: Session, circular: Circular) -> list[CircularLine]:
    of_circular = select(CircularLine).where(CircularLine.circular_id == circular.id)
    return list(session.scalars(of_circular.order_by(CircularLine.id)))


CIRCULAR = Workflow(
    Circular,
    Transition(
        name="publish_circular",
        label=N_("Publish the circular"),
        source=frozenset({CircularState.draft}),
        target=CircularState.published,
        by=supervision_office,
        asks=(Ask(name="number", label=N_("Document number")),),
        guard=_may_publish,
        effect=_published,
        tone="done",
        help=N_("It is frozen then, and every unit of the county can read it."),
    ),
)


def _ordered(line: CircularLine, step: Step) -> None:
    kinds = (FailureKind.no_response, FailureKind.inaction, FailureKind.late_response)
    order = RectificationOrder(
        region_id=line.region_id,
        unit_id=line.unit_id,
        line=line,
        failure_kind=max(kinds, key=lambda kind: getattr(line, kind.value)),
        misconduct=step.answers.get("misconduct"),
        reason=step.answers.get("reason") or "",
        due=step.answers["due"],
        issued_at=step.now,
        issued_by_id=step.actor.unit_id,
    )
    step.session.add(order)
    step.session.flush()
    follow_rectification(step.session, order, step.actor, step.now)


LINE = Workflow(
    CircularLine,
    Transition(
        name="order_rectification",
        label=N_("Order to rectify"),
        source=frozenset({LineState.named}),
        target=LineState.ordered,
        by=supervision_office,
        asks=(
            DUE,
            Ask(name="misconduct", label=N_("Misconduct"), kind="word", words=Misconduct, required=False),
            Ask(name="reason", label=N_("What is to be put right"), kind="long_text", required=False),
        ),
        guard=_to_come,
        effect=_ordered,
        tone="danger",
    ),
)
