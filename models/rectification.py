"""Rectification orders (责令整改), and the circulars (通报) that they follow from (TA-29, TC-36)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call, CallAssignment, FailureKind
from models.organisation import Unit
from models.step_files import Step
from models.words import Misconduct


class Finding(Word):
    """What was wrong with a unit's place in the matter, and where it stands now (TC-57)."""

    overstepped = "overstepped", N_("Overstepped; now in its place"), "warn"
    misplaced = "misplaced", N_("Misplaced; back where it belongs"), "warn"
    absent = "absent", N_("Absent; now there"), "danger"


class CircularState(Word):
    """Where a circular stands."""

    draft = "draft", N_("Draft"), "muted"
    published = "published", N_("Published"), "done"


class Circular(Regional, Model):
    """What the units of a county failed in, in one month: drafted by a job, published by the supervision office."""

    __tablename__ = "circular"
    __table_args__ = (UniqueConstraint("region_id", "period", name="uq_circular_period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(7), info={"label": N_("Month of the failures"), "protected": True})
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    text: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Text of the circular")})
    state: Mapped[CircularState] = mapped_column(
        default=CircularState.draft, info={"label": N_("State"), "protected": True}
    )
    no_response: Mapped[int] = mapped_column(default=0, info={"label": N_("No response"), "protected": True})
    late_response: Mapped[int] = mapped_column(default=0, info={"label": N_("Late response"), "protected": True})
    inaction: Mapped[int] = mapped_column(default=0, info={"label": N_("Inaction after response"), "protected": True})
    compiled_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Compiled"), "protected": True})
    number: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Document number"), "protected": True}
    )
    published_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Published at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    lines: Mapped[list[CircularLine]] = relationship(back_populates="circular", lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class LineState(Word):
    """Whether a line of a circular has led to an order."""

    named = "named", N_("Named"), "warn"
    ordered = "ordered", N_("Ordered to rectify"), "danger"


class CircularLine(Regional, Model):
    """One unit in a circular, with the numbers of its failures, as they were when it was compiled."""

    __tablename__ = "circular_line"
    __table_args__ = (UniqueConstraint("circular_id", "unit_id", name="uq_circular_line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    circular_id: Mapped[int] = mapped_column(ForeignKey("circular.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[LineState] = mapped_column(default=LineState.named, info={"label": N_("State"), "protected": True})
    no_response: Mapped[int] = mapped_column(default=0, info={"label": N_("No response"), "protected": True})
    late_response: Mapped[int] = mapped_column(default=0, info={"label": N_("Late response"), "protected": True})
    inaction: Mapped[int] = mapped_column(default=0, info={"label": N_("Inaction after response"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    circular: Mapped[Circular] = relationship(back_populates="lines", info={"label": N_("Circular")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.circular} · {self.unit}"


class CircularFailure(Regional, Model):
    """One assignment behind a line of a circular."""

    __tablename__ = "circular_failure"
    __recorded__ = False  # compiled once with its line, and never changed
    __table_args__ = (UniqueConstraint("line_id", "assignment_id", name="uq_circular_failure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("circular_line.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    kind: Mapped[FailureKind] = mapped_column(info={"label": N_("Failure")})
    failed_at: Mapped[datetime] = mapped_column(info={"label": N_("Found")})

    line: Mapped[CircularLine] = relationship(info={"label": N_("Line of a circular")})
    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    assignment: Mapped[CallAssignment] = relationship(info={"label": N_("Assignment")})

    def __str__(self) -> str:
        return f"{self.call} · {self.kind.label}"


class RectificationState(Word):
    """Where a rectification order stands (requirements B2)."""

    issued = "issued", N_("Issued"), "danger"
    planned = "planned", N_("Plan written"), "active"
    done = "done", N_("Reported as done"), "info"
    verified = "verified", N_("Verified"), "done"


class RectificationOrder(Step, Regional, Model):
    """A unit is ordered to put right what it failed in, for one part in a call or for a line of a circular."""

    __tablename__ = "rectification_order"
    __table_args__ = (
        CheckConstraint("failure_kind <> 'none'", name="ck_rectification_order_failure"),
        Index("ix_rectification_order_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("circular_line.id"), index=True)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    failure_kind: Mapped[FailureKind] = mapped_column(info={"label": N_("Failure")})
    misconduct: Mapped[Misconduct | None] = mapped_column(info={"label": N_("Misconduct")})
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What is to be put right")})
    due: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Rectify by")})
    state: Mapped[RectificationState] = mapped_column(
        default=RectificationState.issued, info={"label": N_("State"), "protected": True}
    )
    is_late: Mapped[bool] = mapped_column(default=False, info={"label": N_("Late"), "protected": True})
    issued_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Issued at"), "protected": True})
    plan: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Rectification plan"), "protected": True})
    report: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Report"), "protected": True})
    done_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Done at"), "protected": True})
    finding: Mapped[Finding | None] = mapped_column(info={"label": N_("Finding"), "protected": True})
    verified_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Verified at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit to rectify")})
    assignment: Mapped[CallAssignment | None] = relationship(info={"label": N_("Assignment")})
    line: Mapped[CircularLine | None] = relationship(info={"label": N_("Line of a circular"), "protected": True})
    issued_by: Mapped[Unit | None] = relationship(
        foreign_keys=issued_by_id, info={"label": N_("Issued by"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.unit} · {self.reason[:60]}" if self.reason else str(self.unit)
