"""Units in one tree, and who is posted where: the public directory of a county."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import N_, Model, Regional, Role, User, Word
from models.roles import RoleName


class UnitType(Word):
    """What kind of body a unit is, from the city down to the grid (TA-51)."""

    city = "city", N_("City")
    county = "county", N_("County")
    office = "office", N_("Office")
    department = "department", N_("County department")
    township = "township", N_("Township")
    street = "street", N_("Street")
    village = "village", N_("Village or community")
    grid = "grid", N_("Grid")
    agency = "agency", N_("Dispatched agency")
    congress = "congress", N_("People's congress")
    mass_organisation = "mass_organisation", N_("Mass or social organisation")


LOCAL = (UnitType.township, UnitType.street)
"""The township level: those who call."""

BELOW_TOWNSHIP = (UnitType.village, UnitType.grid)

ANSWERING = (UnitType.department, UnitType.agency, UnitType.mass_organisation)
"""Who may answer a township: unions, youth, women and welfare bodies, too (LX-34)."""


class Duty(Word):
    """Which of the county's standing tasks an office has; rules address the office by it."""

    county_office = "county_office", N_("County office")
    editorial_office = "editorial_office", N_("Editorial office")
    supervision_office = "supervision_office", N_("Supervision office")
    assessment_office = "assessment_office", N_("Assessment office")
    leadership = "leadership", N_("County leadership")


class Unit(Model):
    """A body that can be responsible for something. Units of a province form one tree.

    This is the public directory: a call may name any unit. `path` holds the ids from the root
    down (`/1/7/`), so that "all below" is one comparison; `region` is the county a unit belongs to
    (empty for the city above the counties).
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("code", name="uq_unit_code"),
        UniqueConstraint("parent_id", "name", name="uq_unit_parent_name"),
        UniqueConstraint("region_id", "duty", name="uq_unit_region_duty"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="ck_unit_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), info={"label": N_("Code")})
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Name")})
    short_name: Mapped[str] = mapped_column(String(40), default="", info={"label": N_("Short name")})
    unit_type: Mapped[UnitType] = mapped_column(info={"label": N_("Unit type")})
    duty: Mapped[Duty | None] = mapped_column(info={"label": N_("Standing task")})
    division_code: Mapped[str] = mapped_column(String(12), default="", info={"label": N_("Division code")})
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True, info={"protected": True})
    path: Mapped[str] = mapped_column(String(200), default="", index=True, info={"protected": True})
    search_key: Mapped[str] = mapped_column(String(200), default="", index=True, info={"protected": True})
    area_km2: Mapped[Decimal | None] = mapped_column(Numeric(10, 2), info={"label": N_("Area in km²")})
    population: Mapped[int | None] = mapped_column(info={"label": N_("Population")})
    gdp: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), info={"label": N_("Output of a year in 10,000 yuan")})
    valid_to: Mapped[date | None] = mapped_column(info={"label": N_("Dissolved on")})
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    parent: Mapped[Unit | None] = relationship(
        remote_side="Unit.id", foreign_keys=parent_id, info={"label": N_("Parent unit")}
    )
    region: Mapped[Unit | None] = relationship(
        remote_side="Unit.id", foreign_keys=region_id, info={"label": N_("County")}
    )

    successor: Mapped[Unit | None] = relationship(
        remote_side="Unit.id",
        foreign_keys=successor_id,
        info={
            "label": N_("Merged into"),
            "help": N_(
                "The township or street that takes over its villages, and reads all that it has kept, from then on."
                " This cannot be undone."
            ),
        },
    )

    def __str__(self) -> str:
        return self.name


class Owned(Regional):
    """A row that a unit keeps: its own to write, and seen from above. Of what, the table adds."""

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    @declared_attr
    @classmethod
    def unit(cls) -> Mapped[Unit]:
        return relationship(foreign_keys=cls.unit_id, info={"label": N_("Unit")})

    __mapper_args__ = {"version_id_col": version}


def carried(role: str, unit: Unit) -> str:
    """The role that a posting carries there: who observes for a congress, at a township observes that one alone."""
    observes_town = role == RoleName.congress_observer and unit.unit_type in LOCAL
    return RoleName.township_observer if observes_town else role


class PostingKind(Word):
    """On what footing a person serves in a unit."""

    home = "home", N_("Own post")
    posted = "posted", N_("Posted here")
    acting = "acting", N_("Acting")


class Posting(Model):
    """A person's post in a unit, with the role it carries, from one day to another.

    Rights follow it: before `from_on` and after `to_on` it gives none.
    """

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("user_id", "unit_id", "role_id", "from_on", name="uq_posting_person_unit_role_from"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ck_posting_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id"), index=True)
    kind: Mapped[PostingKind] = mapped_column(default=PostingKind.home, info={"label": N_("Kind of posting")})
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    to_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})
    is_duty_officer: Mapped[bool] = mapped_column(default=False, info={"label": N_("On duty")})

    user: Mapped[User] = relationship(User, info={"label": N_("Person")})
    unit: Mapped[Unit] = relationship(info={"label": N_("Unit")})
    role: Mapped[Role] = relationship(Role, info={"label": N_("Role")})

    def __str__(self) -> str:
        return f"{self.user} · {self.unit}"
