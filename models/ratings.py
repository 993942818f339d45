"""Mutual ratings (互评) of the two sides of a call, and what its closing writes of each: one matter, one assessment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call, CallAssignment
from models.organisation import Unit

MARK = {"help": N_("From 1 (poor) to 5 (very good)."), "protected": True}


class RatingDirection(Word):
    """Which side rates which (TC-34). In a reverse call the sides follow who called and who answered."""

    of_answer = "of_answer", N_("The caller rates the answer")
    of_caller = "of_caller", N_("The answering unit rates the caller")


class RatingState(Word):
    """Where a rating stands. Sealed until both of a pair are in, or the limit is over."""

    waiting = "waiting", N_("Waiting for the rating"), "info"
    given = "given", N_("Given, and sealed"), "active"
    revealed = "revealed", N_("Revealed"), "done"
    not_rated = "not_rated", N_("Not rated"), "muted"


SEALED = (RatingState.waiting, RatingState.given)


class RatingLevel(Word):
    """How satisfied a side is. The articles name no levels: these are composed."""

    very_satisfied = "very_satisfied", N_("Very satisfied"), "done"
    satisfied = "satisfied", N_("Satisfied"), "done"
    basically_satisfied = "basically_satisfied", N_("Basically satisfied"), "info"
    dissatisfied = "dissatisfied", N_("Dissatisfied"), "danger"


CONTENT = (RatingLevel.very_satisfied, RatingLevel.satisfied, RatingLevel.basically_satisfied)
"""What counts as satisfied (R20)."""


class MutualRating(Regional, Model):
    """What one side of a part of a call says of the other (TA-28, TC-34). Only `models.rules.ratings` writes it."""

    __tablename__ = "mutual_rating"
    __table_args__ = (
        UniqueConstraint("assignment_id", "direction", name="uq_mutual_rating"),
        Index("ix_mutual_rating_rater", "rater_unit_id", "state"),
        Index("ix_mutual_rating_ratee", "ratee_unit_id", "state"),
        CheckConstraint("rater_unit_id <> ratee_unit_id", name="ck_mutual_rating_sides"),
        CheckConstraint("timeliness BETWEEN 1 AND 5", name="ck_mutual_rating_timeliness"),
        CheckConstraint("quality BETWEEN 1 AND 5", name="ck_mutual_rating_quality"),
        CheckConstraint("attitude BETWEEN 1 AND 5", name="ck_mutual_rating_attitude"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    rater_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    ratee_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    direction: Mapped[RatingDirection] = mapped_column(info={"label": N_("Which side rates"), "protected": True})
    state: Mapped[RatingState] = mapped_column(
        default=RatingState.waiting, info={"label": N_("State"), "protected": True}
    )
    rate_due: Mapped[datetime] = mapped_column(info={"label": N_("Rate by"), "protected": True})
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    level: Mapped[RatingLevel | None] = mapped_column(info={"label": N_("Satisfaction"), "protected": True})
    timeliness: Mapped[int | None] = mapped_column(info={"label": N_("Timeliness")} | MARK)
    quality: Mapped[int | None] = mapped_column(info={"label": N_("Quality")} | MARK)
    attitude: Mapped[int | None] = mapped_column(info={"label": N_("Attitude")} | MARK)
    comment: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Comment"), "protected": True})
    given_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Rated at"), "protected": True})
    revealed_at: Mapped[datetime | None] = mapped_column(
        index=True, info={"label": N_("Seal lifted"), "protected": True}
    )
    imported: Mapped[bool] = mapped_column(default=False, info={"label": N_("From an older system"), "protected": True})
    """What was imported is put right with its call, and goes with it; what was given here is frozen."""
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    assignment: Mapped[CallAssignment] = relationship(info={"label": N_("Assignment"), "protected": True})
    rater_unit: Mapped[Unit] = relationship(foreign_keys=rater_unit_id, info={"label": N_("Rates")})
    ratee_unit: Mapped[Unit] = relationship(foreign_keys=ratee_unit_id, info={"label": N_("Is rated")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.rater_unit} → {self.ratee_unit} · {self.call}"


class CaseAssessment(Regional, Model):
    """What a closed call says of one unit involved in it (LX-29, R21). Written once; nobody changes it.

    The formula of the points is that of `models.rules.assessments`.
    """

    __tablename__ = "case_assessment"
    __table_args__ = (
        UniqueConstraint("call_id", "unit_id", name="uq_case_assessment"),
        CheckConstraint("points BETWEEN 0 AND 100", name="ck_case_assessment_points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    responded_on_time: Mapped[bool | None] = mapped_column(
        info={"label": N_("Responded on time"), "help": N_("Empty: it had nothing to respond to."), "protected": True}
    )
    resolved: Mapped[bool | None] = mapped_column(
        info={
            "label": N_("Confirmed solved"),
            "help": N_("Empty: its rejection stood, so the matter was not its to solve."),
            "protected": True,
        }
    )
    satisfied: Mapped[bool | None] = mapped_column(
        info={
            "label": N_("Found satisfying"),
            "help": N_("Yes: all who rated it were at least basically satisfied. Empty: not rated."),
            "protected": True,
        }
    )
    points: Mapped[int] = mapped_column(
        info={
            "label": N_("Points"),
            "help": N_(
                "Out of 100: responded on time 30, confirmed solved 40, found satisfying 30."
                " What is empty is left out, and the rest made up to 100."
            ),
            "protected": True,
        }
    )
    assessed_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Assessed at"), "protected": True})

    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.call}"
