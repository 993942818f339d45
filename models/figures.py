"""Figures as they were published at the end of a month, with what they counted; the database keeps them so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import FailureKind
from models.organisation import Unit


class FigureKind(Word):
    """What is published: of departments the three rates and the three failures, of townships how much they called."""

    response = "response", N_("Response rate")
    resolution = "resolution", N_("Resolution rate")
    satisfaction = "satisfaction", N_("Satisfaction rate")
    no_response = "no_response", FailureKind.no_response.label
    late_response = "late_response", FailureKind.late_response.label
    inaction = "inaction", FailureKind.inaction.label
    calls = "calls", N_("Calls of a township")


class PublishedFigure(Regional, Model):
    """One number of a unit for a month, of `whole` so many in `part`; `calls` holds their keys, one for each counted.

    Written by a job, once; never changed.
    """

    __tablename__ = "published_figure"
    __recorded__ = False  # it is written once, and holds what it rests on
    __table_args__ = (UniqueConstraint("region_id", "period", "unit_id", "kind", name="uq_published_figure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(7), index=True, info={"label": N_("Month")})
    kind: Mapped[FigureKind] = mapped_column(info={"label": N_("Figure")})
    part: Mapped[int] = mapped_column(info={"label": N_("Counted in the figure")})
    whole: Mapped[int] = mapped_column(info={"label": N_("Out of")})
    definition: Mapped[str] = mapped_column(Text, info={"label": N_("What is counted")})
    calls: Mapped[dict[str, Any]] = mapped_column(info={"protected": True})
    published_at: Mapped[datetime] = mapped_column(info={"label": N_("Published at")})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.period}"
