"""What is kept of a coordination case beside its moves: steps taken offline, and documents (TC-49, TC-59)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.coordination import CoordinationCase
from models.files import Attachment
from models.organisation import Unit


class OfflineKind(Word):
    """How people met outside the console."""

    visit = "visit", N_("Visit on site")
    meeting = "meeting", N_("Meeting")
    written_opinion = "written_opinion", N_("Written opinion")
    phone_call = "phone_call", N_("Phone call")


class OfflineStep(Regional, Model):
    """One step of a case that was taken offline. Written once, and never changed: another is another row."""

    __tablename__ = "offline_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("coordination_case.id"), index=True)
    kind: Mapped[OfflineKind] = mapped_column(info={"label": N_("Kind of step")})
    held_on: Mapped[date] = mapped_column(info={"label": N_("Day")})
    outcome: Mapped[str] = mapped_column(Text, info={"label": N_("What came of it")})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    recorded_at: Mapped[datetime] = mapped_column(info={"label": N_("Recorded at"), "protected": True})

    case: Mapped[CoordinationCase] = relationship(info={"label": N_("Coordination case")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Recorded by"), "protected": True})
    taking_part: Mapped[list[OfflineStepUnit]] = relationship(
        back_populates="step", cascade="all, delete-orphan", order_by="OfflineStepUnit.id"
    )

    units: AssociationProxy[list[Unit]] = association_proxy(
        "taking_part",
        "unit",
        creator=lambda unit: OfflineStepUnit(unit=unit, unit_id=unit.id),
        info={"label": N_("Who took part")},
    )

    def __str__(self) -> str:
        return f"{self.held_on} {self.case}"


class OfflineStepUnit(Regional, Model):
    """A unit that took part in a step."""

    __tablename__ = "offline_step_unit"
    __table_args__ = (UniqueConstraint("step_id", "unit_id", name="uq_offline_step_unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("offline_step.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    step: Mapped[OfflineStep] = relationship(back_populates="taking_part", info={"label": N_("Offline step")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return str(self.unit)


class CaseDocument(Regional, Model):
    """One document of a case, by the unit that filed it. Kept as it was filed."""

    __tablename__ = "case_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("coordination_case.id"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Title")})
    file_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    filed_at: Mapped[datetime] = mapped_column(info={"label": N_("Put into the case at"), "protected": True})

    case: Mapped[CoordinationCase] = relationship(info={"label": N_("Coordination case")})
    file: Mapped[Attachment] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Filed by"), "protected": True})

    def __str__(self) -> str:
        return self.title or str(self.file)
