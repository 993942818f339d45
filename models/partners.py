"""Who works with townships and villages: partners, chamber secretaries, who sits in the centre (TS-38, TS-43)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Owned, Unit


class PartnerKind(Word):
    """The “backpack” services of the article, and others."""

    police = "police", N_("Backpack police")
    power = "power", N_("Backpack electricians")
    bank = "bank", N_("Backpack bank")
    hospital = "hospital", N_("Backpack hospital")
    other = "other", N_("Other")


class PartnerOrganisation(Owned, Model):
    """A body that comes to the villages of a township, with what it offers there (TS-43)."""

    __tablename__ = "partner_organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PartnerKind] = mapped_column(info={"label": N_("Kind")})
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Partner organisation")})
    services: Mapped[str] = mapped_column(Text, info={"label": N_("Services")})
    visits: Mapped[int] = mapped_column(default=0, info={"label": N_("Visits this year")})
    department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    department: Mapped[Unit | None] = relationship(
        foreign_keys=department_id, info={"label": N_("Department"), "help": N_("Which guides it, if any.")}
    )

    def __str__(self) -> str:
        return self.name


class ChamberSecretary(Owned, Model):
    """The secretary's post of a chamber of commerce (TS-43)."""

    __tablename__ = "chamber_secretary"

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber: Mapped[str] = mapped_column(String(80), info={"label": N_("Chamber of commerce")})
    post: Mapped[str] = mapped_column(
        String(80), info={"label": N_("Post"), "help": N_("What the post is called, not the person's name.")}
    )
    is_full_time: Mapped[bool] = mapped_column(default=True, info={"label": N_("Full-time")})
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    until_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})

    def __str__(self) -> str:
        return f"{self.chamber} · {self.post}"


class ResidencyKind(Word):
    """Whether a unit moved in as a whole, or takes its turn."""

    resident = "resident", N_("Resident as a body"), "active"
    rotating = "rotating", N_("Fixed rotation"), "info"


class ResidencyRoster(Regional, Model):
    """Who sits in the county's centre for disputes: a platform with its staff, or a unit on its days (TS-38)."""

    __tablename__ = "residency_roster"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ResidencyKind] = mapped_column(info={"label": N_("Resident or rotating")})
    platform: Mapped[str] = mapped_column(String(80), info={"label": N_("Platform or centre")})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    staff_count: Mapped[int] = mapped_column(default=0, info={"label": N_("Staff")})
    schedule: Mapped[str] = mapped_column(
        String(120), default="", info={"label": N_("Schedule"), "help": N_("Of a rotation: on which days.")}
    )
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    until_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.platform} · {self.unit}"
