"""Personnel changes of dispatched staff, with the township's word on each, and what townships may give away a year."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agencies import DispatchedAgency
from models.base import N_, Model, Regional, Word
from models.organisation import Unit
from models.staffing import AgencyStaff


class ChangeKind(Word):
    """What is to change for somebody."""

    appoint = "appoint", N_("Appointment")
    remove = "remove", N_("Removal from the post")
    move = "move", N_("Move to another agency")
    second = "second", N_("Secondment")
    come_back = "come_back", N_("Return from secondment")
    transfer_out = "transfer_out", N_("Transfer out")


class ChangeReason(Word):
    """Why (TS-25)."""

    poor_performance = "poor_performance", N_("Poor performance")
    low_satisfaction = "low_satisfaction", N_("Low satisfaction of the public")
    promotion = "promotion", N_("Promotion")
    rotation = "rotation", N_("Rotation")
    own_wish = "own_wish", N_("Own wish")
    other = "other", N_("Another reason")


class ChangeState(Word):
    """The township's word comes before the decision (R24)."""

    proposed = "proposed", N_("Proposed"), "muted"
    opinion_requested = "opinion_requested", N_("Township asked"), "info"
    agreed = "agreed", N_("Township agrees"), "active"
    objected = "objected", N_("Township objects"), "warn"
    vetoed = "vetoed", N_("Vetoed"), "danger"
    decided = "decided", N_("Change decided"), "active"
    effective = "effective", N_("In effect"), "done"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


class TownshipOpinion(Word):
    """What the township's committee said (TS-20, TS-25)."""

    agree = "agree", N_("Agrees"), "done"
    object = "object", N_("Objects to it"), "warn"
    veto = "veto", N_("Vetoes"), "danger"


class TransferPlan(Regional, Model):
    """How many people a township is to get in a year: as many, at most, are transferred out (ZG-19).

    Only `models.rules.personnel` counts `transferred_out`.
    """

    __tablename__ = "transfer_plan"
    __table_args__ = (UniqueConstraint("township_id", "year", name="uq_transfer_plan"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(info={"label": N_("Year")})
    planned_replenishment: Mapped[int] = mapped_column(info={"label": N_("Planned replenishment")})
    transferred_out: Mapped[int] = mapped_column(
        default=0, info={"label": N_("Transfers out decided"), "protected": True}
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Township or street")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.township} · {self.year}"


class PersonnelChange(Regional, Model):
    """What a department proposes for one of its people, and what became of it. Of a person, one is open at a time.

    Only `models.rules.personnel` assigns what is protected.
    """

    __tablename__ = "personnel_change"
    __table_args__ = (
        Index(
            "uq_personnel_change_open",
            "staff_id",
            unique=True,
            sqlite_where=text("state NOT IN ('effective', 'withdrawn')"),
            postgresql_where=text("state NOT IN ('effective', 'withdrawn')"),
        ),
        Index("ix_personnel_change_staff_id", "staff_id"),
        Index("ix_personnel_change_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChangeKind] = mapped_column(info={"label": N_("Change")})
    state: Mapped[ChangeState] = mapped_column(
        default=ChangeState.proposed, info={"label": N_("State"), "protected": True}
    )
    reason: Mapped[ChangeReason] = mapped_column(info={"label": N_("Reason for the change")})
    explanation: Mapped[str] = mapped_column(
        Text, info={"label": N_("Reasons of the department"), "help": N_("The township reads it before it answers.")}
    )
    effective_on: Mapped[date] = mapped_column(info={"label": N_("To take effect on")})
    new_post: Mapped[str] = mapped_column(String(80), default="", info={"label": N_("New post")})
    as_head: Mapped[bool] = mapped_column(default=False, info={"label": N_("As head of the agency")})
    ends_on: Mapped[date | None] = mapped_column(info={"label": N_("Secondment ends on")})
    exception_reason: Mapped[str] = mapped_column(
        Text,
        default="",
        info={
            "label": N_("Why before the time"),
            "help": N_("For who leaves the township within two years, or before the minimum service ends."),
        },
    )
    before_term: Mapped[bool] = mapped_column(default=False, info={"label": N_("Within two years"), "protected": True})
    before_service: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Before the minimum service ends"), "protected": True}
    )
    post_before: Mapped[str | None] = mapped_column(
        String(80), info={"label": N_("Post when it was proposed"), "protected": True}
    )
    head_before: Mapped[bool | None] = mapped_column(
        info={"label": N_("Head of the agency when it was proposed"), "protected": True}
    )
    asked_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Township asked at"), "protected": True})
    township_opinion: Mapped[TownshipOpinion | None] = mapped_column(
        info={"label": N_("Word of the township"), "protected": True}
    )
    opinion_text: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Reasons of the township"), "protected": True}
    )
    opinion_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Township answered at"), "protected": True})
    negotiated_plan: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Negotiated plan"), "protected": True}
    )
    decision: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Decision taken"), "protected": True})
    decided_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Decision taken at"), "protected": True})
    effective_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Put into effect at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    staff_id: Mapped[int] = mapped_column(ForeignKey("agency_staff.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    from_agency_id: Mapped[int | None] = mapped_column(ForeignKey("dispatched_agency.id"), index=True)
    to_agency_id: Mapped[int | None] = mapped_column(ForeignKey("dispatched_agency.id"), index=True)
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("transfer_plan.id"), index=True)

    staff: Mapped[AgencyStaff] = relationship(info={"label": N_("Dispatched person")})
    department: Mapped[Unit] = relationship(
        foreign_keys=department_id, info={"label": N_("Proposed by"), "protected": True}
    )
    township: Mapped[Unit] = relationship(
        foreign_keys=township_id, info={"label": N_("Host township"), "protected": True}
    )
    from_agency: Mapped[DispatchedAgency | None] = relationship(
        foreign_keys=from_agency_id, info={"label": N_("Agency when it was proposed"), "protected": True}
    )
    to_agency: Mapped[DispatchedAgency | None] = relationship(
        foreign_keys=to_agency_id, info={"label": N_("To agency")}
    )
    to_unit: Mapped[Unit | None] = relationship(foreign_keys=to_unit_id, info={"label": N_("Seconded to")})
    plan: Mapped[TransferPlan | None] = relationship(info={"label": N_("Transfer plan"), "protected": True})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.staff} · {self.effective_on}"
