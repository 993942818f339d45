"""Suggestions of townships to adjust the head of an agency, which the department owes an analysis (TA-36, TA-37)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Unit
from models.staffing import AgencyStaff


class SuggestionState(Word):
    """First what the department finds, then what both sides agree on."""

    opened = "opened", N_("Waits for the analysis"), "warn"
    analysed = "analysed", N_("Analysis given"), "active"
    plan_proposed = "plan_proposed", N_("Plan proposed"), "active"
    settled = "settled", N_("Settled with a plan"), "done"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


class HeadAdjustmentSuggestion(Regional, Model):
    """A township's, about the head of an agency that it hosts.

    Only `models.rules.suggestions` assigns what is protected.
    """

    __tablename__ = "head_adjustment_suggestion"
    __table_args__ = (Index("ix_head_adjustment_suggestion_state_due", "state", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[SuggestionState] = mapped_column(
        default=SuggestionState.opened, info={"label": N_("State"), "protected": True}
    )
    facts: Mapped[str] = mapped_column(
        Text, info={"label": N_("Facts"), "help": N_("What happened, when, and what the public says of it.")}
    )
    opened_at: Mapped[datetime] = mapped_column(info={"label": N_("Opened at"), "protected": True})
    due: Mapped[datetime] = mapped_column(info={"label": N_("Analysis or plan due"), "protected": True})
    analysis: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Analysis of the department"), "protected": True}
    )
    analysed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Analysed at"), "protected": True})
    negotiated_plan: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Negotiated plan"), "protected": True}
    )
    settled_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Settled with a plan at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("agency_staff.id"), index=True)

    staff: Mapped[AgencyStaff] = relationship(info={"label": N_("Head of the agency")})
    township: Mapped[Unit] = relationship(
        foreign_keys=township_id, info={"label": N_("Suggested by"), "protected": True}
    )
    department: Mapped[Unit] = relationship(
        foreign_keys=department_id, info={"label": N_("Parent department"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.staff} · {self.township}"
