"""The clock of hotline tickets: the limit that the outside system wrote on them (LX-26)."""

from __future__ import annotations

from jobs.watch import Batch
from models.base import N_
from models.hotline import HotlineTicket, TicketState

WAITING = (TicketState.received, TicketState.turned_into_call)
"""Whose answer is still counted as in time or late for the township."""


def answers(batch: Batch) -> None:
    """The township is reminded before its answer is due, and told once when it is late."""
    soon, over = batch.steps(batch.waiting(HotlineTicket.state.in_(WAITING)), "answer_due")
    for pairs, message in (
        (soon, N_("%(ticket)s: your answer is due by %(due)s.")),
        (over, N_("%(ticket)s: your answer was due by %(due)s. It is late.")),
    ):
        for promise, ticket in pairs:
            batch.record(promise, ticket)
            batch.tell(promise, ticket, ticket.unit_id, message, due=ticket.answer_due,
                       later=batch.quiet(promise.region_id, ticket), ticket=str(ticket))  # fmt: skip
