"""Establishment (编制): the quotas of units, the bank that moves posts between them, and townships' internal organs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Owned, Unit


class QuotaKind(Word):
    """Which posts: of the administration, of public institutions, or lent of these for a term."""

    administrative = "administrative", N_("Administrative posts")
    public_institution = "public_institution", N_("Public institution posts")
    turnover = "turnover", N_("Turnover posts")


class StaffingQuota(Regional, Model):
    """How many posts a unit may fill (ZG-09). Only `models.rules.establishment` assigns `count`."""

    __tablename__ = "staffing_quota"
    __table_args__ = (
        UniqueConstraint("unit_id", "kind", name="uq_staffing_quota"),
        CheckConstraint("count >= 0", name="ck_staffing_quota_count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[QuotaKind] = mapped_column(info={"label": N_("Kind of posts")})
    approved: Mapped[int] = mapped_column(
        default=0,
        info={"label": N_("Posts approved"), "help": N_("Without what the establishment bank has moved since.")},
    )
    count: Mapped[int] = mapped_column(
        default=0,
        info={
            "label": N_("Posts"),
            "help": N_("As approved, with what the establishment bank has moved since."),
            "protected": True,
        },
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.unit} · {self.count}"


class BankEntryKind(Word):
    """Which way posts go: a unit pays in what it can spare, is given some, and what it was given is taken back."""

    deposit = "deposit", N_("Paid in"), "info"
    allocation = "allocation", N_("Allocated"), "active"
    taken_back = "taken_back", N_("Taken back"), "muted"


class BankEntryState(Word):
    """Of an allocation, whether its posts are still with the unit."""

    booked = "booked", N_("Booked"), "done"
    allocated = "allocated", N_("With the unit"), "active"
    returned = "returned", N_("All taken back"), "muted"


class StaffingBankEntry(Regional, Model):
    """A movement of the establishment bank (事业编制银行, TS-29, LX-02). Nobody changes what was booked."""

    __tablename__ = "staffing_bank_entry"
    __table_args__ = (
        CheckConstraint("count > 0", name="ck_staffing_bank_entry_count"),
        CheckConstraint("balance >= 0", name="ck_staffing_bank_entry_balance"),
        Index("ix_staffing_bank_entry_state_remind_at", "state", "remind_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BankEntryKind] = mapped_column(info={"label": N_("Movement")})
    state: Mapped[BankEntryState] = mapped_column(
        default=BankEntryState.booked, info={"label": N_("State"), "protected": True}
    )
    quota: Mapped[QuotaKind] = mapped_column(
        default=QuotaKind.public_institution,
        info={"label": N_("Kind of posts"), "help": N_("Turnover posts are lent for a term.")},
    )
    count: Mapped[int] = mapped_column(info={"label": N_("Posts")})
    until_on: Mapped[date | None] = mapped_column(
        info={
            "label": N_("Term ends on"),
            "help": N_("Of turnover posts. It is reminded of once, 20 working days before."),
        }
    )
    document: Mapped[str] = mapped_column(String(120), info={"label": N_("Document number")})
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reason")})
    balance: Mapped[int] = mapped_column(
        info={"label": N_("Balance"), "help": N_("Posts in the bank after this movement."), "protected": True}
    )
    booked_at: Mapped[datetime] = mapped_column(info={"label": N_("Booked at"), "protected": True})
    remind_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Announced at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    allocation_id: Mapped[int | None] = mapped_column(
        ForeignKey("staffing_bank_entry.id"), index=True, info={"protected": True}
    )

    unit: Mapped[Unit] = relationship(
        foreign_keys=unit_id, info={"label": N_("Unit"), "help": N_("Who gives the posts up, or is given them.")}
    )
    allocation: Mapped[StaffingBankEntry | None] = relationship(
        remote_side="StaffingBankEntry.id", info={"label": N_("Allocation"), "help": N_("Whose posts are taken back.")}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.document} · {self.unit} · {self.count}"


class OrgPlanState(Word):
    """A township proposes, the editorial office decides; one plan of a township is in force."""

    draft = "draft", N_("Draft"), "muted"
    proposed = "proposed", N_("Waits for approval"), "info"
    approved = "approved", N_("In force"), "active"
    replaced = "replaced", N_("Replaced"), "muted"


class InternalOrgPlan(Owned, Model):
    """Which organs a township or street has within its quota (ZG-09, LX-03). Its rules alone assign `state`."""

    __tablename__ = "internal_org_plan"
    __table_args__ = (Index("ix_internal_org_plan_region_state", "region_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("Internal organisation plan")})
    state: Mapped[OrgPlanState] = mapped_column(
        default=OrgPlanState.draft, info={"label": N_("State"), "protected": True}
    )
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reason")})
    document: Mapped[str] = mapped_column(
        String(120), default="", info={"label": N_("Document number"), "protected": True}
    )
    proposed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Proposed at"), "protected": True})
    decided_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Approved or sent back at"), "protected": True}
    )

    def __str__(self) -> str:
        return self.title


class OrganKind(Word):
    """The 7 and the 5 of “7+5” (LX-03): offices, and the public institutions below the township itself."""

    office = "office", N_("General office")
    institution = "institution", N_("Public institution of the township")


class InternalOrgan(Regional, Model):
    """An office or a public institution in a plan, and how many posts it takes."""

    __tablename__ = "internal_organ"
    __table_args__ = (UniqueConstraint("plan_id", "name", name="uq_internal_organ"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Organ")})
    kind: Mapped[OrganKind] = mapped_column(info={"label": N_("Kind of organ")})
    posts: Mapped[int] = mapped_column(default=0, info={"label": N_("Posts")})
    duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Duties")})
    plan_id: Mapped[int] = mapped_column(ForeignKey("internal_org_plan.id"), index=True)

    plan: Mapped[InternalOrgPlan] = relationship(info={"label": N_("Internal organisation plan")})

    def __str__(self) -> str:
        return self.name
