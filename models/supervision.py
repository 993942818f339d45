"""Reminders (催办) and supervision orders (督办): what follows when time runs out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call, CallAssignment
from models.ledger import Job
from models.organisation import Unit


class Reminder(Regional, Model):
    """One reminder to one unit, for one step of one clock; never two of the same."""

    __tablename__ = "reminder"
    __recorded__ = False  # written once by a job, and itself a record
    __table_args__ = (UniqueConstraint("promise_id", "unit_id", name="uq_reminder_promise_unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), index=True)
    job: Mapped[Job] = mapped_column(info={"label": N_("What happens")})
    step: Mapped[int] = mapped_column(info={"label": N_("Step")})
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(info={"label": N_("Due")})
    sent_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Sent")})
    message: Mapped[str] = mapped_column(String(500), info={"label": N_("Message"), "coded": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.call} · {self.unit}"


class OrderState(Word):
    """Where a supervision order stands."""

    issued = "issued", N_("Issued"), "danger"
    acknowledged = "acknowledged", N_("Acknowledged"), "warn"
    replied = "replied", N_("Replied"), "active"
    verified = "verified", N_("Verified"), "done"
    closed = "closed", N_("Closed"), "done"


class SupervisionOrder(Regional, Model):
    """The county presses a unit that let its own promise pass. Its level rises, and never falls."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9", name="ck_supervision_order_level"),
        Index(
            "uq_supervision_order_open",
            "assignment_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_supervision_order_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    level: Mapped[int] = mapped_column(default=1, info={"label": N_("Level"), "protected": True})
    state: Mapped[OrderState] = mapped_column(default=OrderState.issued, info={"label": N_("State"), "protected": True})
    issued_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Issued at"), "protected": True})
    raised_at: Mapped[datetime] = mapped_column(info={"label": N_("Level raised"), "protected": True})
    reason: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Reason"), "protected": True, "coded": True}
    )
    reply: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reply"), "protected": True})
    replied_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Replied at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    assignment: Mapped[CallAssignment] = relationship(info={"label": N_("Assignment")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Supervised unit")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.call} · {self.unit}"
