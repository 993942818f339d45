"""What happens on calls, as those who supervise read it (TC-52)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.calls import Call
from models.organisation import Unit


class CallEvent(Regional, Model):
    """One move on a call, on a part of it or on its case: copied from the recorder by a job, and by nobody else."""

    __tablename__ = "call_event"
    __recorded__ = False  # it is the recorder's own
    __table_args__ = (UniqueConstraint("region_id", "seq", name="uq_call_event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(info={"label": N_("Serial number")})
    at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("When")})
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(40), info={"label": N_("Kind of record"), "coded": True})
    action: Mapped[str] = mapped_column(String(60), info={"label": N_("What"), "coded": "subject_type"})

    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    unit: Mapped[Unit | None] = relationship(
        foreign_keys=unit_id, info={"label": N_("By whom"), "help": N_("Empty: it followed by itself.")}
    )

    def __str__(self) -> str:
        return f"{self.call} · {self.action}"
