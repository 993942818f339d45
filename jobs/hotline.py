"""The clock of hotline tickets: the limit that the outside system wrote on them (LX-26)."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

from jobs.watch import Batch
from models.base import N_
from models.hotline import HotlineTicket, TicketState
from models.organisation import Duty

WAITING = (TicketState.received, TicketState.turned_into_call)
"""Whose answer is still counted as in time or late for the township."""


def answers(batch: Batch) -> None:
    """The township is reminded before its answer is due, and told once when it is late; so is who handed it out."""
    waiting = batch.waiting(HotlineTicket.state.in_(WAITING), options=[joinedload(HotlineTicket.unit)])
    soon, over = batch.steps(waiting, "answer_due")
    for pairs, message in (
        (soon, N_("%(ticket)s: your answer is due by %(due)s.")),
        (over, N_("%(ticket)s: your answer was due by %(due)s. It is late.")),
    ):
        for promise, ticket in pairs:
            batch.record(promise, ticket)
            batch.tell(promise, ticket, ticket.unit_id, message, due=ticket.answer_due,
                       later=batch.quiet(promise.region_id, ticket), ticket=str(ticket))  # fmt: skip
    offices = batch.offices()
    for promise, ticket in over:
        office = offices.get((ticket.region_id, Duty.county_office))
        message = N_("%(unit)s has not answered %(ticket)s; the limit was %(due)s.")
        batch.tell(promise, ticket, office, message, due=ticket.answer_due, unit=str(ticket.unit),
                   later=batch.quiet(promise.region_id, ticket), ticket=str(ticket))  # fmt: skip
