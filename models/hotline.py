"""Hotline tickets (12345 工单): what people told the hotline or another outside system, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.calls import Call
from models.organisation import Owned


class OutsideSystem(Word):
    """Where a ticket comes from: the hotline, or one of the four kinds of systems that are brought together (TA-48)."""

    hotline = "hotline", N_("12345 hotline")
    party_building = "party_building", N_("Party building")
    general_governance = "general_governance", N_("Comprehensive governance")
    community_governance = "community_governance", N_("Community governance")
    digital_city_management = "digital_city_management", N_("Digital city management")


class TicketState(Word):
    """Where a ticket stands."""

    received = "received", N_("Received, not yet dealt with"), "info"
    turned_into_call = "turned_into_call", N_("A call was made of it"), "active"
    returned = "returned", N_("Given back: not ours"), "warn"
    answered = "answered", N_("Answered"), "done"


class TicketWay(Word):
    """How a ticket is dealt with."""

    by_call = "by_call", N_("By a call"), "active"
    directly = "directly", N_("Directly"), "done"
    open = "open", N_("Not yet decided"), "muted"


class Timeliness(Word):
    """Whether the answer came by the limit that the outside system wrote on the ticket."""

    in_time = "in_time", N_("Answered in time"), "done"
    late = "late", N_("Answered after the limit"), "danger"
    no_limit = "no_limit", N_("Answered, without a limit"), "info"
    open = "open", N_("Not answered yet"), "muted"


class HotlineTicket(Owned, Model):
    """A ticket of an outside system, told apart by its key there. Who complained is a surname here, and no number.

    Only `models.rules.hotline` assigns `state`.
    """

    __tablename__ = "hotline_ticket"
    __table_args__ = (
        UniqueConstraint("region_id", "source", "external_key", name="uq_hotline_ticket_key"),
        Index("ix_hotline_ticket_unit_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[OutsideSystem] = mapped_column(
        default=OutsideSystem.hotline, info={"label": N_("Outside system"), "help": N_("Where the ticket comes from.")}
    )
    external_key: Mapped[str] = mapped_column(
        String(60), info={"label": N_("Ticket number"), "help": N_("As it is numbered there: once for each system.")}
    )
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Matter")})
    category: Mapped[str] = mapped_column(String(40), default="", index=True, info={"label": N_("Category")})
    description: Mapped[str] = mapped_column(
        Text,
        default="",
        info={"label": N_("What happened"), "help": N_("Telephone and identity numbers are struck out.")},
    )
    place: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Address")})
    complainant: Mapped[str] = mapped_column(
        String(20),
        default="",
        info={"label": N_("Complainant"), "help": N_("Of a name, the first character is kept.")},
    )
    received_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Received at")})
    answer_due: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Answer by"), "help": N_("As the outside system wrote it on the ticket."), "until": True}
    )
    state: Mapped[TicketState] = mapped_column(
        default=TicketState.received, info={"label": N_("State"), "protected": True}
    )
    way: Mapped[TicketWay] = mapped_column(
        default=TicketWay.open, info={"label": N_("How it is dealt with"), "protected": True}
    )
    timeliness: Mapped[Timeliness] = mapped_column(
        default=Timeliness.open, info={"label": N_("In time"), "protected": True}
    )
    answer: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Answer given back"), "protected": True})
    answered_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Answered at"), "protected": True})
    returned_reason: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Why it is not ours"), "protected": True}
    )
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)

    call: Mapped[Call | None] = relationship(info={"label": N_("Call made of it"), "protected": True})

    def __str__(self) -> str:
        return f"{self.external_key} {self.title}"
