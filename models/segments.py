"""What a promised deadline went through: pauses while the caller owes something, and extensions that were granted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call, CallAssignment
from models.files import Attachment
from models.step_files import Step


class Pause(Regional, Model):
    """A department waits for what the caller owes, and its clock rests meanwhile."""

    __tablename__ = "pause"
    __table_args__ = (
        Index(
            "uq_pause_open",
            "assignment_id",
            unique=True,
            sqlite_where=text("resumed_at IS NULL"),
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, info={"label": N_("What the caller owes"), "protected": True})
    paused_at: Mapped[datetime] = mapped_column(info={"label": N_("Paused at"), "protected": True})
    resumed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Resumed at"), "protected": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call"), "protected": True})
    assignment: Mapped[CallAssignment] = relationship(info={"label": N_("Assignment"), "protected": True})

    def __str__(self) -> str:
        return self.reason


class ExtensionState(Word):
    """Whether more time was granted. Silence until the end of the next working day is a refusal."""

    asked = "asked", N_("Asked for"), "info"
    approved = "approved", N_("Granted"), "done"
    refused = "refused", N_("Refused"), "danger"
    lapsed = "lapsed", N_("Not answered, so refused"), "muted"


class Extension(Step, Regional, Model):
    """More time for a promised result: asked for by who promised, granted by the county office."""

    __tablename__ = "extension"
    __table_args__ = (
        Index(
            "uq_extension_open",
            "assignment_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        CheckConstraint("days > 0", name="ck_extension_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    state: Mapped[ExtensionState] = mapped_column(
        default=ExtensionState.asked, info={"label": N_("State"), "protected": True}
    )
    days: Mapped[int] = mapped_column(
        info={"label": N_("How many days more"), "help": N_("Working days; of an emergency, days by the calendar.")}
    )
    reason: Mapped[str] = mapped_column(Text, info={"label": N_("Reason")})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(info={"label": N_("Requested at"), "protected": True})
    answer_due: Mapped[datetime] = mapped_column(info={"label": N_("Answer by"), "protected": True})
    decided_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Answered at"), "protected": True})
    due_before: Mapped[datetime | None] = mapped_column(info={"label": N_("Promised before"), "protected": True})
    due_after: Mapped[datetime | None] = mapped_column(info={"label": N_("Promised now"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call"), "protected": True})
    assignment: Mapped[CallAssignment] = relationship(info={"label": N_("Assignment")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("Evidence")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.assignment} · +{self.days}"
