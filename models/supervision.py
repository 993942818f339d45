"""Reminders (催办) and supervision orders (督办): what follows when time runs out, or an office presses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call, CallAssignment
from models.coordination import CoordinationCase
from models.ledger import Job
from models.organisation import Unit
from models.step_files import Step
from models.words import Misconduct


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
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Reminded unit")})

    def __str__(self) -> str:
        return f"{self.call} · {self.unit}"


class OrderState(Word):
    """Where a supervision order stands."""

    issued = "issued", N_("Issued"), "danger"
    acknowledged = "acknowledged", N_("Acknowledged"), "warn"
    replied = "replied", N_("Replied"), "active"
    verified = "verified", N_("Verified"), "done"
    closed = "closed", N_("Closed"), "done"


HIGHEST = 9
"""Levels of supervision rise to here, and never fall."""


class SupervisionOrder(Step, Regional, Model):
    """The county presses a unit that let its own promise pass, or the supervision office does, by hand.

    It is about a part in a call, or about a coordination case. Its level rises, and never falls.
    """

    __tablename__ = "supervision_order"
    __table_args__ = (
        CheckConstraint(f"level BETWEEN 1 AND {HIGHEST}", name="ck_supervision_order_level"),
        CheckConstraint("(assignment_id IS NULL) <> (case_id IS NULL)", name="ck_supervision_order_about"),
        Index(
            "uq_supervision_order_open",
            "assignment_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(
            "uq_supervision_order_case",
            "case_id",
            "unit_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_supervision_order_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("coordination_case.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    level: Mapped[int] = mapped_column(
        default=1,
        info={
            "label": N_("Level"),
            "help": N_(
                "1: those on duty hear; 2: the heads of the unit; from 3 on the county's leaders, too; from 4 on the "
                "county office."
            ),
        },
    )
    state: Mapped[OrderState] = mapped_column(default=OrderState.issued, info={"label": N_("State"), "protected": True})
    issued_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Issued at"), "protected": True})
    raised_at: Mapped[datetime] = mapped_column(info={"label": N_("Level raised"), "protected": True})
    acknowledge_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Acknowledge by"), "protected": True})
    due: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Report back by"), "help": N_("Without a reply by then its level rises by itself.")}
    )
    acknowledged_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Acknowledged at"), "protected": True})
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reason"), "coded": True})
    misconduct: Mapped[Misconduct | None] = mapped_column(info={"label": N_("Misconduct")})
    reply: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reply"), "protected": True})
    replied_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Replied at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call"), "protected": True})
    assignment: Mapped[CallAssignment | None] = relationship(info={"label": N_("Assignment")})
    case: Mapped[CoordinationCase | None] = relationship(info={"label": N_("Coordination case")})
    unit: Mapped[Unit] = relationship(
        foreign_keys=unit_id,
        info={
            "label": N_("Supervised unit"),
            "help": N_("Follows from the assignment. Of a case, name the party; left empty, it is the duty holder."),
            "filled": True,
        },
    )
    issued_by: Mapped[Unit | None] = relationship(
        foreign_keys=issued_by_id, info={"label": N_("Issued by"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.call} · {self.unit}"
