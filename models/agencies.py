"""Dispatched agencies (派驻机构) of departments: whom they serve, who manages them; and enforcement teams."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Owned, Unit


class SettingMode(Word):
    """How agencies of a field are laid out (LX-06, TA-39)."""

    per_division = "per_division", N_("One for each township or street")
    regional = "regional", N_("One for several together")


class ManagedBy(Word):
    """Who manages something of an agency (ZG-10)."""

    township = "township", N_("The township or street")
    mainly_township = "mainly_township", N_("Mainly the township or street")
    department = "department", N_("The department")


class AgencyState(Word):
    """Whether what is laid down of an agency counts."""

    draft = "draft", N_("Being laid down"), "muted"
    in_force = "in_force", N_("In force"), "active"
    ended = "ended", N_("Ended"), "muted"


class DispatchedAgency(Regional, Model):
    """What is laid down of an agency: its department builds it, its seat manages it (TA-34, TS-23, LX-05).

    `unit` is the agency in the directory. Only `models.rules.agencies` assigns `state`.
    """

    __tablename__ = "dispatched_agency"
    __table_args__ = (
        Index(
            "uq_dispatched_agency_unit",
            "unit_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("ix_dispatched_agency_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[AgencyState] = mapped_column(
        default=AgencyState.draft, info={"label": N_("State"), "protected": True}
    )
    field: Mapped[str] = mapped_column(
        String(40), info={"label": N_("Field"), "help": N_("As justice, market supervision, or enforcement.")}
    )
    mode: Mapped[SettingMode] = mapped_column(info={"label": N_("Setting")})
    people_by: Mapped[ManagedBy] = mapped_column(
        default=ManagedBy.mainly_township, info={"label": N_("People are managed by")}
    )
    money_by: Mapped[ManagedBy] = mapped_column(
        default=ManagedBy.mainly_township, info={"label": N_("Money is managed by")}
    )
    goods_by: Mapped[ManagedBy] = mapped_column(
        default=ManagedBy.mainly_township, info={"label": N_("Goods are managed by")}
    )
    party_relation_down: Mapped[bool] = mapped_column(
        default=True, info={"label": N_("Party relation with the township or street")}
    )
    establishment_locked: Mapped[bool] = mapped_column(
        default=True,
        info={"label": N_("Establishment locked"), "help": N_("Posts and people change only by a personnel change.")},
    )
    ended_on: Mapped[date | None] = mapped_column(info={"label": N_("Ended on"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Agency")})
    department: Mapped[Unit] = relationship(
        foreign_keys=department_id, info={"label": N_("Parent department"), "help": N_("It builds the agency.")}
    )
    seat: Mapped[Unit] = relationship(
        foreign_keys=seat_id,
        info={"label": N_("Seat"), "help": N_("The township or street that hosts it, and gathers what all say of it.")},
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return str(self.unit)


class AgencyCoverage(Regional, Model):
    """A township or street that an agency serves, and how much its word weighs (TA-39, R17)."""

    __tablename__ = "agency_coverage"
    __table_args__ = (UniqueConstraint("agency_id", "township_id", name="uq_agency_coverage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[Decimal] = mapped_column(
        Numeric(5, 2), info={"label": N_("Weight in percent"), "help": N_("All of them together make 100.")}
    )
    agency_id: Mapped[int] = mapped_column(ForeignKey("dispatched_agency.id"), index=True)
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    agency: Mapped[DispatchedAgency] = relationship(info={"label": N_("Agency")})
    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Township or street")})

    def __str__(self) -> str:
        return f"{self.agency} · {self.township}"


class EnforcementTeam(Owned, Model):
    """An integrated team (ZG-12): its township leads it day by day, departments guide it and answer in law (ZG-13)."""

    __tablename__ = "enforcement_team"
    __table_args__ = (UniqueConstraint("unit_id", "name", name="uq_enforcement_team_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Enforcement team")})
    site: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Site")})
    guiding_department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    legal_department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    unit: Mapped[Unit] = relationship(
        foreign_keys="EnforcementTeam.unit_id",
        info={
            "label": N_("Manages daily, and does the work"),
            "help": N_("The township or street: it answers for daily management and for the work."),
        },
    )
    guiding_department: Mapped[Unit] = relationship(
        foreign_keys=guiding_department_id,
        info={"label": N_("Guided and supervised by"), "help": N_("The department of the profession.")},
    )
    legal_department: Mapped[Unit] = relationship(
        foreign_keys=legal_department_id,
        info={"label": N_("Answers in law"), "help": N_("The department in whose name is enforced.")},
    )

    def __str__(self) -> str:
        return self.name


class ForceKind(Word):
    """The parts of “1+5+N” (LX-08)."""

    office = "office", N_("Enforcement office (1)")
    core = "core", N_("Core force (5)")
    other = "other", N_("Further force (N)")


class TeamForce(Regional, Model):
    """A force in a team, with the four things that are fixed of it: people, duty, mechanism, site (LX-08, LX-09)."""

    __tablename__ = "team_force"
    __table_args__ = (UniqueConstraint("team_id", "unit_id", name="uq_team_force"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ForceKind] = mapped_column(info={"label": N_("Place in “1+5+N”")})
    people: Mapped[int] = mapped_column(default=0, info={"label": N_("People fixed")})
    duty: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Duty fixed")})
    mechanism: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Mechanism fixed"), "help": N_("How it is called and how it reports.")}
    )
    site: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Site fixed")})
    team_id: Mapped[int] = mapped_column(ForeignKey("enforcement_team.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    team: Mapped[EnforcementTeam] = relationship(info={"label": N_("Enforcement team")})
    unit: Mapped[Unit] = relationship(
        foreign_keys=unit_id, info={"label": N_("Agency or department"), "help": N_("Whose people they are.")}
    )

    def __str__(self) -> str:
        return f"{self.team} · {self.unit}"
