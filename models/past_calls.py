"""Calls that were closed in an older system (历史呼叫): what its file told of each, kept beside the call made of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.calls import Call
from models.lists import ListItem
from models.organisation import Owned, Unit
from models.ratings import RatingLevel
from models.words import CallScope


class PastOutcome(Word):
    """How a call of an older system ended."""

    solved = "solved", N_("Confirmed solved"), "done"
    unsolved = "unsolved", N_("Closed unsolved"), "danger"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


NAMELESS = "-"
"""The older system, where there was but one."""


class PastCall(Owned, Model):
    """A closed call of an older system, told apart by its key there; its unit called.

    Only `models.rules.past_calls` writes the call that is made of it.
    """

    __tablename__ = "past_call"
    __table_args__ = (UniqueConstraint("region_id", "system", "external_key", name="uq_past_call_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(
        String(60),
        default=NAMELESS,
        info={"label": N_("Older system"), "help": N_("Its name, where there were several.")},
    )
    external_key: Mapped[str] = mapped_column(
        String(60),
        info={"label": N_("Number there"), "help": N_("As the call is numbered there: once for each system.")},
    )
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("Title")})
    description: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What happened")})
    scope: Mapped[CallScope] = mapped_column(default=CallScope.complex, info={"label": N_("Call scope")})
    category: Mapped[str] = mapped_column(
        String(40), default="", info={"label": N_("Category"), "help": N_("If an item is named, that of the item.")}
    )
    sent_at: Mapped[datetime] = mapped_column(
        info={"label": N_("Created at"), "help": N_("A day alone means its beginning; without a zone, Beijing time.")}
    )
    accepted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Accepted at")})
    dispatched_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Dispatched at"), "help": N_("If it is not known, the acceptance counts.")}
    )
    responded_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Responded at")})
    promised_due: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Promised by"), "help": N_("A day alone means its end."), "until": True}
    )
    resolved_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Result reported")})
    closed_at: Mapped[datetime] = mapped_column(info={"label": N_("Closed at")})
    outcome: Mapped[PastOutcome] = mapped_column(default=PastOutcome.solved, info={"label": N_("How it ended")})
    result: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Result")})
    level: Mapped[RatingLevel | None] = mapped_column(
        info={"label": N_("Satisfaction"), "help": N_("Of the caller with the answer.")}
    )
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)

    unit: Mapped[Unit] = relationship(foreign_keys="PastCall.unit_id", info={"label": N_("Caller")})
    department: Mapped[Unit] = relationship(foreign_keys=department_id, info={"label": N_("Answering unit")})
    list_item: Mapped[ListItem | None] = relationship(info={"label": N_("List item")})
    call: Mapped[Call | None] = relationship(info={"label": N_("Call"), "protected": True})

    def __str__(self) -> str:
        return f"{self.external_key} {self.title}"
