"""What a ticket learns of the call that was made of it: the result, or that there is none any more."""

from __future__ import annotations

from sqlalchemy import select

from models.calls import Call
from models.hotline import HotlineTicket, TicketState
from models.workflow import Step, follow


def follow_call(call: Call, step: Step, name: str) -> None:
    """Take that step with each ticket which waits for the call."""
    waiting = select(HotlineTicket).where(
        HotlineTicket.call_id == call.id, HotlineTicket.state == TicketState.turned_into_call
    )
    for ticket in step.session.scalars(waiting.order_by(HotlineTicket.id)).all():
        follow(step, ticket, name)
