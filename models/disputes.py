"""Disputes (矛盾纠纷): screened, heard, mediated together, prevented; and the pairs who mediate (TS-40, TS-42)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.organisation import Owned, Unit
from models.step_files import Step
from models.words import Level


class Profession(Word):
    """“Two officials and two teachers” (两官两师). The article names no professions: these are composed."""

    judge = "judge", N_("Judge")
    police_officer = "police_officer", N_("Police officer")
    lawyer = "lawyer", N_("Lawyer")
    teacher = "teacher", N_("Teacher")


class MediatorPair(Owned, Model):
    """An official or teacher beside a mediator of the place, each by post and not by name (TS-42)."""

    __tablename__ = "mediator_pair"

    id: Mapped[int] = mapped_column(primary_key=True)
    profession: Mapped[Profession] = mapped_column(info={"label": N_("Profession")})
    post: Mapped[str] = mapped_column(
        String(80), info={"label": N_("Post"), "help": N_("What the post is called, not the person's name.")}
    )
    mediator: Mapped[str] = mapped_column(
        String(80), info={"label": N_("Mediator of the place"), "help": N_("By post or number, not by name.")}
    )
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    until_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})

    def __str__(self) -> str:
        return f"{self.post} · {self.mediator}"


class DisputeState(Word):
    """The four ways of dealing with a dispute, and its end (TS-40)."""

    screening = "screening", N_("Screening"), "info"
    consultation = "consultation", N_("Joint consultation"), "active"
    joint_mediation = "joint_mediation", N_("Joint mediation"), "active"
    prevention = "prevention", N_("Joint prevention"), "warn"
    settled = "settled", N_("Settled"), "done"


class DisputeCase(Step, Owned, Model):
    """A dispute as it was found, without the names of the parties, on one of three levels (TS-40)."""

    __tablename__ = "dispute_case"
    __table_args__ = (Index("ix_dispute_case_unit_state", "unit_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Dispute"), "help": N_("Without the names of the parties.")}
    )
    facts: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Facts")})
    is_difficult: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Difficult or major"), "help": N_("Such a dispute can be heard jointly.")}
    )
    state: Mapped[DisputeState] = mapped_column(
        default=DisputeState.screening, info={"label": N_("State"), "protected": True}
    )
    level: Mapped[Level] = mapped_column(info={"label": N_("Tier"), "protected": True})
    found_at: Mapped[datetime] = mapped_column(info={"label": N_("Found at"), "protected": True})
    measures: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Measures"), "protected": True})
    outcome: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Outcome"), "protected": True})
    settled_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Settled at"), "protected": True})
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("mediator_pair.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    pair: Mapped[MediatorPair | None] = relationship(info={"label": N_("Mediator pair")})
    partner: Mapped[Unit | None] = relationship(
        foreign_keys=partner_id, info={"label": N_("Mediated together with"), "protected": True}
    )

    def __str__(self) -> str:
        return self.title
