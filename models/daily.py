"""Daily assessments of dispatched agencies (日常考核), by the townships and streets that they serve (LX-11, R19)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agencies import DispatchedAgency
from models.base import N_, Model, Regional, Word
from models.files import Attachment
from models.organisation import Unit


class DailyState(Word):
    """The agency and its department read it, and may answer."""

    entered = "entered", N_("Entered"), "info"
    answered = "answered", N_("Answered"), "done"


class DailyAssessment(Regional, Model):
    """What a township found of an agency on a day, with points for or against. Kept as it was entered."""

    __tablename__ = "daily_assessment"
    __table_args__ = (Index("ix_daily_assessment_agency_day", "agency_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(info={"label": N_("Day")})
    matter: Mapped[str] = mapped_column(String(200), info={"label": N_("Matter assessed")})
    points: Mapped[Decimal] = mapped_column(
        Numeric(5, 1), info={"label": N_("Points for or against"), "help": N_("Below 0, points are taken off.")}
    )
    state: Mapped[DailyState] = mapped_column(
        default=DailyState.entered, info={"label": N_("State"), "protected": True}
    )
    entered_at: Mapped[datetime] = mapped_column(info={"label": N_("Entered at"), "protected": True})
    agency_answer: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Answer of the agency"), "protected": True}
    )
    department_answer: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Answer of the parent department"), "protected": True}
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    agency_id: Mapped[int] = mapped_column(ForeignKey("dispatched_agency.id"))
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    agency: Mapped[DispatchedAgency] = relationship(info={"label": N_("Agency")})
    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Entered by"), "protected": True})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("Evidence")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.agency} · {self.day}"
