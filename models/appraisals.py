"""Appraisals of persons (个人考核): the county fixes a total, the township grades and distributes it (ZG-22)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Unit
from models.posts import Post
from models.staffing import AgencyStaff


class Measure(Word):
    """What a total is counted in."""

    points = "points", N_("Points to share")
    yuan = "yuan", N_("Yuan")


class AppraisalState(Word):
    """The township distributes and submits the whole; the county confirms it, and it is frozen."""

    fixed = "fixed", N_("Being distributed"), "info"
    submitted = "submitted", N_("Waits for confirmation"), "active"
    confirmed = "confirmed", N_("Confirmed"), "done"


class AppraisalGrade(Word):
    """What the township finds of a person's year (TS-31)."""

    excellent = "excellent", N_("Excellent in office"), "done"
    competent = "competent", N_("Competent"), "active"
    basic = "basic", N_("Basically competent"), "warn"
    incompetent = "incompetent", N_("Not competent"), "danger"


class AppraisalTotal(Regional, Model):
    """What a township may distribute among its people for a year, and how many may be graded excellent (ZG-22).

    Only `models.rules.appraisals` assigns what is protected.
    """

    __tablename__ = "appraisal_total"
    __table_args__ = (
        UniqueConstraint("township_id", "year", name="uq_appraisal_total"),
        Index("ix_appraisal_total_region_state", "region_id", "state"),
        CheckConstraint("post_weight BETWEEN 1 AND 99", name="ck_appraisal_total_post_weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(info={"label": N_("Year")})
    state: Mapped[AppraisalState] = mapped_column(
        default=AppraisalState.fixed, info={"label": N_("State"), "protected": True}
    )
    measure: Mapped[Measure] = mapped_column(default=Measure.points, info={"label": N_("Counted in")})
    total: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), info={"label": N_("Total to distribute"), "help": N_("All shares together stay within it.")}
    )
    excellent_quota: Mapped[int] = mapped_column(
        info={"label": N_("Excellent at most"), "help": N_("So many people may be graded excellent.")}
    )
    post_weight: Mapped[int] = mapped_column(
        default=50,
        info={
            "label": N_("Weight of the post in percent"),
            "help": N_("The rest is the weight of satisfaction. Both count, always."),
        },
    )
    submitted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Submitted at"), "protected": True})
    confirmed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Confirmed at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Township or street")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.township} · {self.year}"


SCORE = Numeric(5, 2)


class StaffAppraisal(Regional, Model):
    """One person's year: post function and satisfaction, both, a grade, and a share of the total (ZG-21, R34).

    Post and establishment are apart: the sheet shows the post's duties, and with whom the establishment is.
    """

    __tablename__ = "staff_appraisal"
    __table_args__ = (UniqueConstraint("total_id", "staff_id", name="uq_staff_appraisal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(40),
        default="",
        info={
            "label": N_("Person's name"),
            "help": N_("Of own people. Of a dispatched person, left empty."),
        },
    )
    post_name: Mapped[str] = mapped_column(String(80), default="", info={"label": N_("Post held"), "protected": True})
    duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Duties of the post"), "protected": True})
    post_function: Mapped[Decimal] = mapped_column(
        SCORE, info={"label": N_("Post function"), "help": N_("From 0 to 100: how the duties of the post were done.")}
    )
    satisfaction: Mapped[Decimal] = mapped_column(
        SCORE, info={"label": N_("Satisfaction of those served"), "help": N_("From 0 to 100.")}
    )
    score: Mapped[Decimal] = mapped_column(SCORE, info={"label": N_("Score by the weights"), "protected": True})
    grade: Mapped[AppraisalGrade] = mapped_column(info={"label": N_("Appraisal grade")})
    share: Mapped[Decimal] = mapped_column(Numeric(12, 2), info={"label": N_("Share of the total")})
    remark: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Remark")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    total_id: Mapped[int] = mapped_column(ForeignKey("appraisal_total.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("agency_staff.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    establishment_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    total: Mapped[AppraisalTotal] = relationship(info={"label": N_("Township and year")})
    staff: Mapped[AgencyStaff | None] = relationship(
        info={"label": N_("Dispatched person"), "help": N_("Graded where the person served longest in the year.")}
    )
    post: Mapped[Post | None] = relationship(info={"label": N_("Post of the township"), "help": N_("Of own people.")})
    establishment_unit: Mapped[Unit] = relationship(
        foreign_keys=establishment_unit_id, info={"label": N_("Establishment with"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(self.staff or self.name)
