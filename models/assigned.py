"""Assigned matters (交办事项): work for a term that the list does not hold, and how much of it a township may get."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.files import Attachment
from models.organisation import Unit
from models.policies import PolicyDocument


class WorkKind(Word):
    """What sort of work it is: two sorts are taken off streets for good (LX-15)."""

    ordinary = "ordinary", N_("Ordinary work"), "muted"
    investment_promotion = "investment_promotion", N_("Investment promotion"), "warn"
    tax_assistance = "tax_assistance", N_("Tax assistance"), "warn"


class MatterState(Word):
    """Where an assigned matter stands."""

    draft = "draft", N_("Draft"), "muted"
    submitted = "submitted", N_("Waiting for both approvals"), "info"
    in_force = "in_force", N_("In force"), "active"
    ended = "ended", N_("Ended"), "done"
    refused = "refused", N_("Refused"), "danger"
    cancelled = "cancelled", N_("Cancelled"), "muted"


COUNTED = (MatterState.submitted, MatterState.in_force, MatterState.ended)
"""What counts against a township's cap: also what waits, so that two that wait do not both slip under it."""


class AssignedMatter(Regional, Model):
    """Work outside the list, approved by party committee and government alike, for a term (TC-27).

    Only `models.rules.assigned` and the clock assign `state`.
    """

    __tablename__ = "assigned_matter"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ck_assigned_matter_days"),
        Index("ix_assigned_matter_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    state: Mapped[MatterState] = mapped_column(
        default=MatterState.draft, info={"label": N_("State"), "protected": True}
    )
    kind: Mapped[WorkKind] = mapped_column(
        default=WorkKind.ordinary,
        info={
            "label": N_("Kind of work"),
            "help": N_("No investment promotion or tax assistance for streets without a higher order."),
        },
    )
    category: Mapped[str] = mapped_column(String(40), default="", index=True, info={"label": N_("Category")})
    content: Mapped[str] = mapped_column(Text, info={"label": N_("What is to be done")})
    starts_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    ends_on: Mapped[date] = mapped_column(
        info={"label": N_("Until"), "help": N_("The last day. On the next one the matter ends by itself.")}
    )
    ends_at: Mapped[datetime | None] = mapped_column(info={"protected": True})
    submitted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Submitted at"), "protected": True})
    committee_number: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Approval of the party committee"), "protected": True}
    )
    committee_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Approved by the party committee"), "protected": True}
    )
    government_number: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Approval of the government"), "protected": True}
    )
    government_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Approved by the government"), "protected": True}
    )
    in_force_at: Mapped[datetime | None] = mapped_column(info={"label": N_("In force since"), "protected": True})
    ended_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Ended at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    lead_department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    basis_id: Mapped[int | None] = mapped_column(ForeignKey("policy_document.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    lead_department: Mapped[Unit] = relationship(
        foreign_keys=lead_department_id, info={"label": N_("Lead department"), "protected": True}
    )
    basis: Mapped[PolicyDocument | None] = relationship(info={"label": N_("Basis")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    helpers: Mapped[list[MatterDepartment]] = relationship(back_populates="matter", cascade="all, delete-orphan")
    townships: Mapped[list[MatterTownship]] = relationship(back_populates="matter", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class MatterDepartment(Regional, Model):
    """A department that takes part beside the lead."""

    __tablename__ = "matter_department"
    __table_args__ = (UniqueConstraint("matter_id", "unit_id", name="uq_matter_department"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("assigned_matter.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    matter: Mapped[AssignedMatter] = relationship(back_populates="helpers", info={"label": N_("Assigned matter")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Participating department")})

    def __str__(self) -> str:
        return str(self.unit)


class MatterTownship(Regional, Model):
    """A township that the matter is assigned to."""

    __tablename__ = "matter_township"
    __table_args__ = (UniqueConstraint("matter_id", "township_id", name="uq_matter_township"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("assigned_matter.id"), index=True)
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    matter: Mapped[AssignedMatter] = relationship(back_populates="townships", info={"label": N_("Assigned matter")})
    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Township or street")})

    def __str__(self) -> str:
        return str(self.township)


OF_ALL = text("township_id IS NULL")


class AssignedMatterCap(Regional, Model):
    """How many assigned matters a township may have in a year (TC-29). A matter counts in each year that it touches.

    One that names a township counts for it in place of the one for all.
    """

    __tablename__ = "assigned_matter_cap"
    __table_args__ = (
        UniqueConstraint("region_id", "year", "township_id", name="uq_assigned_matter_cap"),
        Index(
            "uq_assigned_matter_cap_of_all",
            "region_id",
            "year",
            unique=True,
            sqlite_where=OF_ALL,
            postgresql_where=OF_ALL,
        ),
        CheckConstraint("most >= 0", name="ck_assigned_matter_cap_most"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(info={"label": N_("Year")})
    most: Mapped[int] = mapped_column(info={"label": N_("At most")})
    township_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    township: Mapped[Unit | None] = relationship(
        foreign_keys=township_id,
        info={"label": N_("Township or street"), "help": N_("Empty: for each that has no cap of its own.")},
    )

    def __str__(self) -> str:
        return f"{self.year}: {self.most}" + (f" · {self.township}" if self.township else "")
