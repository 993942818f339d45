"""How supervision orders are issued by hand, and move: acknowledged, replied to, verified or sent back (R3, TC-36)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.calls import AssignmentState, Call, CallAssignment
from models.coordination import OVER, CaseParty, CoordinationCase
from models.door import by_rule
from models.ledger import Job
from models.notices import Audience
from models.organisation import Duty, Unit
from models.queries.calendar import calendar_of
from models.roles import RoleName
from models.rules.ledger import cancel, plan, tell, tell_some
from models.rules.offices import office, offices_of
from models.rules.rounds import iso
from models.rules.step_files import attach
from models.supervision import HIGHEST, OrderState, SupervisionOrder
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = OrderState
HEADS, LEADERS, OFFICE = 2, 3, 4
"""From which level on the heads of the unit hear instead of those on duty, the county's leaders, the county office."""

OPEN_PARTS = (AssignmentState.pending, AssignmentState.responded, AssignmentState.working)
ACKNOWLEDGE, REPORT_BACK = 1, 3
"""Working days from an order to its acknowledgement, and to its reply where nobody named a day. Both composed."""


def supervised(order: SupervisionOrder, actor: Actor) -> bool:
    return actor.serves(order.unit_id)


def supervising(order: SupervisionOrder, actor: Actor) -> bool:
    """An office of the county that is not itself pressed: what presses a unit is never its own to end."""
    own = actor.roles & {RoleName.supervisor, RoleName.county_dispatcher}
    return bool(own) and actor.region_id == order.region_id and not supervised(order, actor)


# Issued by hand


def open_parts(actor: Actor) -> ColumnElement[bool]:
    return (CallAssignment.region_id == actor.region_id) & CallAssignment.state.in_(OPEN_PARTS)


def open_cases(actor: Actor) -> ColumnElement[bool]:
    running = CoordinationCase.call_id.is_not(None) & CoordinationCase.state.not_in(OVER)
    return running & (CoordinationCase.region_id == actor.region_id)


def prepare_order(session: Session, order: SupervisionOrder, actor: Actor, now: datetime) -> None:
    """One by hand is about one part or one case, with a day to report back. Raises `Refused`, naming the field."""
    if bool(order.assignment_id) == bool(order.case_id):
        raise Refused(N_("Name the assignment, or the coordination case: one of the two."), field="assignment")
    about = order.assignment or order.case
    call = about.call  # type: ignore[union-attr]
    if call is None:
        raise Refused(N_("This case has no call. Its execution is pressed on the case itself."), field="case")
    order.region_id, order.call = call.region_id, call
    order.unit = order.assignment.department if order.assignment else _party(session, order)
    order.unit_id, order.call_id = order.unit.id, order.call.id
    if not supervising(order, actor):
        raise Refused(N_("A unit does not supervise itself. Leave it to the other office."), field="assignment")
    check_supervisor(order.call, actor)
    if not 1 <= order.level <= HIGHEST:
        raise Refused(N_("Levels go from 1 to %(highest)s."), field="level", highest=str(HIGHEST))
    if order.due is None or order.due <= now:
        raise Refused(N_("Name a moment to come by which the unit reports back."), field="due")
    if not order.reason.strip():
        raise Refused(N_("Say why the unit is supervised."), field="reason")
    standing = select(SupervisionOrder.id).where(
        SupervisionOrder.assignment_id == order.assignment_id
        if order.assignment_id
        else (SupervisionOrder.case_id == order.case_id) & (SupervisionOrder.unit_id == order.unit_id),
        SupervisionOrder.state != S.closed,
    )
    if session.scalar(standing.limit(1)) is not None:
        raise Refused(N_("An order on this is open already. Raise its level instead."), field="assignment")
    order.issued_at = order.raised_at = now
    order.issued_by_id = actor.unit_id
    order.acknowledge_due = min(acknowledge_by(session, order.region_id, now), order.due)


def _party(session: Session, order: SupervisionOrder) -> Unit:
    """Who is named; without a name, the duty holder of the case."""
    order.unit_id = order.unit_id or order.case.responsible_unit_id  # type: ignore[assignment, union-attr]
    parties: set[int | None] = set(session.scalars(select(CaseParty.unit_id).where(CaseParty.case_id == order.case_id)))
    if order.unit_id not in (parties | {order.case.responsible_unit_id}) - {None}:  # type: ignore[union-attr]
        raise Refused(N_("Name a party of the case, or its duty holder."), field="unit")
    return session.get_one(Unit, order.unit_id)


def follow_order(session: Session, order: SupervisionOrder, actor: Actor, now: datetime) -> None:
    """After an order is issued: the unit is told, with whoever hears of its level, and its clock starts."""
    message = N_("You are supervised (level %(level)s) on %(call)s. Reason: %(reason)s Report back by %(due)s.")
    aloud = N_("%(unit)s is supervised (level %(level)s) on %(call)s. Reason: %(reason)s It reports back by %(due)s.")
    details: dict[str, Any] = {"key": "issued", "now": now, "call": str(order.call), "level": str(order.level)}
    details |= {"reason": order.reason[:200], "due": iso(order.due)}  # type: ignore[arg-type]
    with by_rule(session):
        plan(session, order, Job.supervision_escalate, *moments(order))
        tell(session, order.unit_id, order, message, **details)
        _tell_offices(session, order, actor, aloud, unit=str(order.unit), **details)


def _tell_offices(session: Session, order: SupervisionOrder, actor: Actor, message: str, **details: Any) -> None:
    """Those of the county that hear of its level, but for the one that acts."""
    offices = offices_of(session, order.region_id)
    for duty, audience in hearers(order.level).items():
        unit_id = offices.get(duty) if duty else None
        if unit_id is not None and unit_id != actor.unit_id:
            tell_some(session, unit_id, audience, order, message, **details)


def hearers(level: int) -> dict[Duty | None, Audience]:
    """Who hears that an order has come to this level: of the unit itself, under None, and of the county's offices."""
    told: dict[Duty | None, Audience] = {
        None: Audience.heads if level >= HEADS else Audience.duty_officer,
        Duty.supervision_office: Audience.everyone,
    }
    if level >= LEADERS:
        told[Duty.leadership] = Audience.heads
    if level >= OFFICE:
        told[Duty.county_office] = Audience.everyone
    return told


def acknowledge_by(session: Session, region_id: int, now: datetime) -> datetime:
    return calendar_of(session, region_id).add(now, ACKNOWLEDGE, LimitUnit.working_day).at


def report_by(session: Session, region_id: int, now: datetime) -> datetime:
    return calendar_of(session, region_id).add(now, REPORT_BACK, LimitUnit.working_day).at


def moments(order: SupervisionOrder) -> list[datetime]:
    """When the clock looks: whether it was acknowledged, and whether it was replied to."""
    return sorted({moment for moment in (order.acknowledge_due, order.due) if moment is not None})


def check_supervisor(call: Call | CoordinationCase, actor: Actor) -> None:
    """R3: raise `Refused` where who leads in a matter would supervise others on it. A clock's order is nobody's."""
    cited = call.list_item or (call.assigned_matter if isinstance(call, Call) else None)
    if cited is not None and actor.serves(cited.lead_department_id):
        raise Refused(
            N_(
                "%(unit)s leads in “%(item)s”: it does not supervise or assess others on it. "
                "Leave it to the county office or the supervision office, whichever does not lead."
            ),
            unit=str(cited.lead_department),
            item=str(cited),
        )


def _not_the_lead(order: SupervisionOrder, step: Step) -> None:
    check_supervisor(order.call, step.actor)


def _may_rise(order: SupervisionOrder, step: Step) -> None:
    _not_the_lead(order, step)
    if not order.level < step.answers["level"] <= HIGHEST:
        raise Refused(
            N_("The level is %(level)s, and only rises. Name a higher one, up to %(highest)s."),
            field="level",
            level=str(order.level),
            highest=str(HIGHEST),
        )


def _raised(order: SupervisionOrder, step: Step) -> None:
    order.level, order.raised_at = step.answers["level"], step.now
    message = N_("The supervision order on %(call)s is now of level %(level)s. Reason: %(note)s")
    aloud = N_("The supervision order on %(call)s for %(unit)s is now of level %(level)s. Reason: %(note)s")
    details: dict[str, Any] = {"key": f"raised@{order.version}", "now": step.now, "call": str(order.call)}
    details |= {"unit": str(order.unit), "level": str(order.level), "note": step.note}
    tell_some(step.session, order.unit_id, hearers(order.level)[None], order, message, **details)
    _tell_offices(step.session, order, step.actor, aloud, **details)


def _acknowledged(order: SupervisionOrder, step: Step) -> None:
    order.acknowledged_at = step.now


def _replied(order: SupervisionOrder, step: Step) -> None:
    order.reply, order.replied_at = step.answers["reply"], step.now
    order.acknowledged_at = order.acknowledged_at or step.now
    cancel(step.session, order, Job.supervision_escalate, cause="replied")
    supervision = office(step.session, order.region_id, Duty.supervision_office)
    message = N_("%(unit)s replied to the supervision order on %(call)s. Verify it.")
    tell(step.session, supervision.id, order, message, key=f"replied@{order.version}", now=step.now,
         call=str(order.call), unit=str(order.unit))  # fmt: skip


def _sent_back(order: SupervisionOrder, step: Step) -> None:
    order.due = report_by(step.session, order.region_id, step.now)
    plan(step.session, order, Job.supervision_escalate, order.due)
    message = N_(
        "Your reply to the supervision order on %(call)s does not suffice. Reply again by %(due)s. Reason: %(note)s"
    )
    tell(step.session, order.unit_id, order, message, key=f"sent back@{order.version}", now=step.now,
         call=str(order.call), note=step.note, due=iso(order.due))  # fmt: skip


def _commented(order: SupervisionOrder, step: Step) -> None:
    message = N_("The leaders have commented on the supervision order on %(call)s for %(unit)s: %(note)s")
    details: dict[str, Any] = {"key": f"comment@{step.now.isoformat()}", "now": step.now, "call": str(order.call)}
    details |= {"unit": str(order.unit), "note": step.note}
    tell_some(step.session, order.unit_id, Audience.heads, order, message, **details)
    supervision = office(step.session, order.region_id, Duty.supervision_office)
    tell(step.session, supervision.id, order, message, **details)


SUPERVISION = Workflow(
    SupervisionOrder,
    Transition(
        name="acknowledge",
        label=N_("Acknowledge"),
        source=frozenset({S.issued}),
        target=S.acknowledged,
        by=supervised,
        effect=_acknowledged,
        tone="active",
    ),
    Transition(
        name="raise_level",
        label=N_("Raise the level"),
        source=frozenset({S.issued, S.acknowledged}),
        target=None,
        by=supervising,
        asks=(Ask(name="level", label=N_("Level"), kind="number", help=N_("It rises, and never falls.")),),
        guard=_may_rise,
        suggest=lambda order: {"level": min(order.level + 1, HIGHEST)},
        effect=_raised,
        wants_note=True,
        tone="danger",
    ),
    Transition(
        name="reply",
        label=N_("Reply"),
        source=frozenset({S.issued, S.acknowledged}),
        target=S.replied,
        by=supervised,
        asks=(Ask(name="reply", label=N_("Reply"), kind="long_text"),),
        effect=_replied,
        tone="active",
    ),
    Transition(
        name="verify",
        label=N_("Verify"),
        source=frozenset({S.replied}),
        target=S.verified,
        by=supervising,
        guard=_not_the_lead,
        tone="done",
    ),
    Transition(
        name="close",
        label=N_("Close"),
        source=frozenset({S.verified}),
        target=S.closed,
        by=supervising,
        guard=_not_the_lead,
        tone="done",
    ),
    Transition(
        name="send_back",
        label=N_("Send back"),
        source=frozenset({S.replied}),
        target=S.acknowledged,
        by=supervising,
        guard=_not_the_lead,
        effect=_sent_back,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="annul",
        label=N_("Declared void"),
        source=frozenset(set(S) - {S.closed}),
        target=S.closed,
        by=None,
        effect=lambda order, step: cancel(step.session, order, Job.supervision_escalate, cause="cancelled"),
        tone="muted",
    ),
    Transition(
        name="comment",
        label=N_("Leader's comment"),
        source=frozenset(set(S) - {S.closed}),
        target=None,
        by=lambda order, actor: RoleName.leader in actor.roles and actor.region_id == order.region_id,
        effect=_commented,
        wants_note=True,
        help=N_("The unit's heads and the supervision office read it. The order goes on as it is."),
    ),
    attach(set(S) - {S.closed}, lambda order, actor: supervised(order, actor) or supervising(order, actor)),
)
