"""How a supervision order moves: acknowledged, replied to, verified or sent back (R3, TA-26, TC-36)."""

from __future__ import annotations

from models.actor import Actor
from models.base import N_
from models.calls import Call
from models.organisation import Duty
from models.roles import RoleName
from models.rules.ledger import tell
from models.rules.offices import office
from models.supervision import OrderState, SupervisionOrder
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = OrderState


def supervised(order: SupervisionOrder, actor: Actor) -> bool:
    return actor.serves(order.unit_id)


def supervising(order: SupervisionOrder, actor: Actor) -> bool:
    own = actor.roles & {RoleName.supervisor, RoleName.county_dispatcher}
    return bool(own) and actor.region_id == order.region_id


def check_supervisor(call: Call, actor: Actor) -> None:
    """R3: raise `Refused` where who leads in a matter would supervise others on it. A clock's order is nobody's."""
    cited = call.list_item or call.assigned_matter
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


def _replied(order: SupervisionOrder, step: Step) -> None:
    order.reply, order.replied_at = step.answers["reply"], step.now
    supervision = office(step.session, order.region_id, Duty.supervision_office)
    message = N_("%(unit)s replied to the supervision order on %(call)s. Verify it.")
    tell(step.session, supervision.id, order, message, key=f"replied@{order.version}", now=step.now,
         call=str(order.call), unit=str(order.unit))  # fmt: skip


def _sent_back(order: SupervisionOrder, step: Step) -> None:
    message = N_("Your reply to the supervision order on %(call)s does not suffice. Reason: %(note)s")
    tell(step.session, order.unit_id, order, message, key=f"sent back@{order.version}", now=step.now,
         call=str(order.call), note=step.note)  # fmt: skip


SUPERVISION = Workflow(
    SupervisionOrder,
    Transition(
        name="acknowledge",
        label=N_("Acknowledge"),
        source=frozenset({S.issued}),
        target=S.acknowledged,
        by=supervised,
        tone="active",
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
)
