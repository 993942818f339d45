"""Whose turn it is: who had a call in hand, and for how long, from the moment that it was sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.calls import Call, CallState
from models.organisation import Unit


class Holding(Regional, Model):
    """One unit has a call in hand; exactly one at a time. Written by the moves of the call and of its parts."""

    __tablename__ = "holding"
    __recorded__ = False  # it follows from moves that are recorded
    __table_args__ = (
        Index(
            "uq_holding_open",
            "call_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_holding_call", "call_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    stage: Mapped[CallState] = mapped_column(info={"label": N_("When the call came to it"), "protected": True})
    since: Mapped[datetime] = mapped_column(index=True, info={"label": N_("In hand since"), "protected": True})
    until: Mapped[datetime | None] = mapped_column(info={"label": N_("In hand until"), "protected": True})
    minutes: Mapped[int | None] = mapped_column(
        info={"label": N_("Minutes in hand"), "help": N_("Of working time; of an emergency, by the clock."),
              "protected": True}
    )  # fmt: skip

    call: Mapped[Call] = relationship(info={"label": N_("Call"), "protected": True})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("In whose hand"), "protected": True})

    def __str__(self) -> str:
        return f"{self.call} · {self.unit}"
