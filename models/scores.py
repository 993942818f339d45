"""The calculator (计算器): scores with what they were computed from, and appeals against them (TC-53, TC-55)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, User, Word
from models.evaluation import PERCENT, EvaluationCycle, EvaluationIndicator, Formula, Side, Source, SubjectKind
from models.evaluation_sheets import Grade
from models.organisation import Unit


class CappedBy(Word):
    """Why a unit whose score is excellent is not graded so."""

    township_grade = "township_grade", N_("Townships did not find it excellent"), "warn"
    quota = "quota", N_("Quota of excellent"), "warn"
    veto = "veto", N_("One-vote veto"), "danger"


class ScoreResult(Regional, Model):
    """The score of one unit in a cycle. Only `models.rules.scoring` writes it; published, it is frozen."""

    __tablename__ = "score_result"
    __recorded__ = False  # written as a set with its cycle, whose entry carries the seal of all of them
    __table_args__ = (
        UniqueConstraint("cycle_id", "unit_id", name="uq_score_result"),
        Index("ix_score_result_region_kind", "region_id", "subject_kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("evaluation_cycle.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(info={"label": N_("Kind of unit"), "protected": True})
    share: Mapped[Decimal | None] = mapped_column(
        PERCENT, info={"label": N_("Share from below, percent"), "protected": True}
    )
    bottom_up: Mapped[Decimal | None] = mapped_column(PERCENT, info={"label": N_("From below"), "protected": True})
    top_down: Mapped[Decimal | None] = mapped_column(PERCENT, info={"label": N_("From above"), "protected": True})
    total: Mapped[Decimal | None] = mapped_column(
        PERCENT,
        info={"label": N_("Score"), "help": N_("Empty: one of its sides says nothing."), "protected": True},
    )
    grade: Mapped[Grade | None] = mapped_column(info={"label": N_("Grade"), "protected": True})
    capped_by: Mapped[CappedBy | None] = mapped_column(info={"label": N_("Not excellent because"), "protected": True})
    place: Mapped[int | None] = mapped_column(
        info={"label": N_("Rank"), "help": N_("Of departments. Townships are never ranked."), "protected": True}
    )
    inputs_hash: Mapped[str] = mapped_column(String(64), info={"label": N_("Seal of the inputs"), "protected": True})
    computed_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Computed at"), "protected": True})

    cycle: Mapped[EvaluationCycle] = relationship(info={"label": N_("Cycle")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.cycle}"


class ScorePart(Regional, Model):
    """One indicator of a score: with the weight and formula of that day, and the records that went in."""

    __tablename__ = "score_part"
    __recorded__ = False  # written with its score
    __table_args__ = (UniqueConstraint("result_id", "indicator_id", name="uq_score_part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("score_result.id"), index=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("evaluation_indicator.id"), index=True)
    side: Mapped[Side] = mapped_column(info={"label": N_("From which side"), "protected": True})
    source: Mapped[Source] = mapped_column(info={"label": N_("Where its value comes from"), "protected": True})
    formula: Mapped[Formula | None] = mapped_column(info={"label": N_("Formula"), "protected": True})
    deduct: Mapped[Decimal] = mapped_column(PERCENT, info={"label": N_("Points off for each"), "protected": True})
    weight: Mapped[Decimal] = mapped_column(PERCENT, info={"label": N_("Weight in percent"), "protected": True})
    numerator: Mapped[Decimal] = mapped_column(Numeric(14, 3), info={"label": N_("Numerator"), "protected": True})
    denominator: Mapped[Decimal] = mapped_column(Numeric(14, 3), info={"label": N_("Denominator"), "protected": True})
    value: Mapped[Decimal | None] = mapped_column(
        PERCENT,
        info={
            "label": N_("Value"),
            "help": N_("Empty: there was nothing to count, and the rest makes up the whole."),
            "protected": True,
        },
    )
    records: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"protected": True})
    """`of`: the keys of what was counted, in the table of its formula; `with`: those of them that met it."""

    result: Mapped[ScoreResult] = relationship(info={"label": N_("Score of a unit")})
    indicator: Mapped[EvaluationIndicator] = relationship(info={"label": N_("Evaluation indicator")})

    def __str__(self) -> str:
        return f"{self.result} · {self.indicator}"


class AppealState(Word):
    """Where an appeal stands."""

    lodged = "lodged", N_("Lodged"), "warn"
    upheld = "upheld", N_("Corrected"), "done"
    dismissed = "dismissed", N_("Appeal dismissed"), "muted"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


class ScoreAppeal(Regional, Model):
    """A unit appeals against its published score. What is published stays; the correction stands beside it, signed."""

    __tablename__ = "score_appeal"
    __table_args__ = (
        Index("ix_score_appeal_region_state", "region_id", "state"),
        CheckConstraint("corrected_total BETWEEN 0 AND 100", name="ck_score_appeal_corrected"),
        CheckConstraint("(state = 'upheld') = (corrected_total IS NOT NULL)", name="ck_score_appeal_upheld"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("score_result.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[AppealState] = mapped_column(
        default=AppealState.lodged, info={"label": N_("State"), "protected": True}
    )
    reason: Mapped[str] = mapped_column(Text, info={"label": N_("What is wrong, and why")})
    published_total: Mapped[Decimal | None] = mapped_column(
        PERCENT, info={"label": N_("Score as published"), "protected": True}
    )
    corrected_total: Mapped[Decimal | None] = mapped_column(
        PERCENT, info={"label": N_("Corrected score"), "protected": True}
    )
    lodged_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Lodged at"), "protected": True})
    answer: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Answer"), "protected": True})
    signature: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Signed by"), "help": N_("Name and office."), "protected": True}
    )
    answered_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Answered at"), "protected": True})
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True, info={"protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    result: Mapped[ScoreResult] = relationship(info={"label": N_("Score of a unit")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit"), "protected": True})
    answered_by: Mapped[User | None] = relationship(
        User, foreign_keys=answered_by_id, info={"label": N_("Answered by"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(self.result)
