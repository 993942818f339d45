"""Sheets on which units evaluate each other, sealed until the cycle closes; and what a seat makes of its agency's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agencies import DispatchedAgency
from models.base import N_, Model, Regional, User, Word
from models.evaluation import PERCENT, EvaluationCycle, EvaluationIndicator, Side, SubjectKind
from models.files import Attachment
from models.organisation import Unit


class Grade(Word):
    """What a unit is found to be."""

    excellent = "excellent", N_("Excellent"), "done"
    good = "good", N_("Good"), "active"
    qualified = "qualified", N_("Qualified"), "info"
    unqualified = "unqualified", N_("Unqualified"), "danger"


class AggregateState(Word):
    """Where what is said of an agency stands (requirements B2)."""

    collecting = "collecting", N_("Waiting for townships"), "info"
    complete = "complete", N_("Every part is in"), "active"
    submitted = "submitted", N_("Submitted by the seat"), "active"
    graded = "graded", N_("Graded"), "done"


class AgencyAggregate(Regional, Model):
    """What the townships that an agency serves say of it, gathered by its seat; then its department's grade (TA-39)."""

    __tablename__ = "agency_aggregate"
    __table_args__ = (
        UniqueConstraint("cycle_id", "agency_id", name="uq_agency_aggregate"),
        Index("ix_agency_aggregate_seat", "seat_id", "state"),
        Index("ix_agency_aggregate_department", "department_id", "state"),
        CheckConstraint(
            "grade IS NULL OR grade <> 'excellent' OR township_grade = 'excellent'", name="ck_agency_aggregate_cap"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("evaluation_cycle.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("dispatched_agency.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[AggregateState] = mapped_column(
        default=AggregateState.collecting, info={"label": N_("State"), "protected": True}
    )
    score: Mapped[Decimal | None] = mapped_column(
        PERCENT,
        info={
            "label": N_("Townships' score"),
            "help": N_("What each township says, by the weight of its coverage."),
            "protected": True,
        },
    )
    township_grade: Mapped[Grade | None] = mapped_column(info={"label": N_("Townships' grade"), "protected": True})
    submitted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Submitted at"), "protected": True})
    grade: Mapped[Grade | None] = mapped_column(info={"label": N_("Grade of the department"), "protected": True})
    graded_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Graded at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    cycle: Mapped[EvaluationCycle] = relationship(info={"label": N_("Cycle")})
    agency: Mapped[DispatchedAgency] = relationship(info={"label": N_("What is laid down of it")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Agency")})
    seat: Mapped[Unit] = relationship(foreign_keys=seat_id, info={"label": N_("Seat")})
    department: Mapped[Unit] = relationship(foreign_keys=department_id, info={"label": N_("Parent department")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.unit} · {self.cycle}"


class SheetState(Word):
    """Where a sheet stands. Sealed until its cycle closes."""

    draft = "draft", N_("To be filled in"), "info"
    submitted = "submitted", N_("Submitted, and sealed"), "active"
    opened = "opened", N_("Seal opened"), "done"
    lapsed = "lapsed", N_("Not submitted"), "muted"


class EvaluationSheet(Regional, Model):
    """What one unit says of another in a cycle, once (TA-32, TA-38). Drawn up when the cycle opens."""

    __tablename__ = "evaluation_sheet"
    __table_args__ = (
        UniqueConstraint("cycle_id", "subject_unit_id", "rater_unit_id", "side", name="uq_evaluation_sheet"),
        Index("ix_evaluation_sheet_rater", "rater_unit_id", "state", "cycle_id"),
        CheckConstraint("rater_unit_id <> subject_unit_id", name="ck_evaluation_sheet_own"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("evaluation_cycle.id"), index=True)
    subject_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    rater_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject_kind: Mapped[SubjectKind] = mapped_column(info={"label": N_("Whom it evaluates"), "protected": True})
    side: Mapped[Side] = mapped_column(info={"label": N_("From which side"), "protected": True})
    state: Mapped[SheetState] = mapped_column(default=SheetState.draft, info={"label": N_("State"), "protected": True})
    coverage: Mapped[Decimal | None] = mapped_column(
        PERCENT,
        info={
            "label": N_("Weight of this township, percent"),
            "help": N_("Of what is said of the agency; that of the day on which the cycle opened."),
            "protected": True,
        },
    )
    aggregate_id: Mapped[int | None] = mapped_column(ForeignKey("agency_aggregate.id"), index=True)
    comment: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Comment"), "protected": True})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Submitted at"), "protected": True})
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True, info={"protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    cycle: Mapped[EvaluationCycle] = relationship(info={"label": N_("Cycle")})
    subject_unit: Mapped[Unit] = relationship(foreign_keys=subject_unit_id, info={"label": N_("Is evaluated")})
    rater_unit: Mapped[Unit] = relationship(foreign_keys=rater_unit_id, info={"label": N_("Evaluates")})
    aggregate: Mapped[AgencyAggregate | None] = relationship(info={"label": N_("Gathered in"), "protected": True})
    file: Mapped[Attachment | None] = relationship(
        foreign_keys=file_id, info={"label": N_("Source of the figures"), "protected": True}
    )
    submitted_by: Mapped[User | None] = relationship(
        User, foreign_keys=submitted_by_id, info={"label": N_("Submitted by"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.rater_unit} → {self.subject_unit}"


class SheetScore(Regional, Model):
    """The score of one indicator on a sheet: from 0 to 100, with one decimal."""

    __tablename__ = "sheet_score"
    __table_args__ = (
        UniqueConstraint("sheet_id", "indicator_id", name="uq_sheet_score"),
        CheckConstraint("points BETWEEN 0 AND 100", name="ck_sheet_score_points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[Decimal] = mapped_column(
        Numeric(4, 1), info={"label": N_("Score"), "help": N_("From 0 to 100, with one decimal.")}
    )
    sheet_id: Mapped[int] = mapped_column(ForeignKey("evaluation_sheet.id"), index=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("evaluation_indicator.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    sheet: Mapped[EvaluationSheet] = relationship(info={"label": N_("Evaluation sheet")})
    indicator: Mapped[EvaluationIndicator] = relationship(info={"label": N_("Evaluation indicator")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.sheet} · {self.indicator}"
