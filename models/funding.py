"""What townships live on: funds for public services, what is returned to them, and the grades of their posts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import N_, Model, Word
from models.organisation import Owned


class SpendingHead(Word):
    """The eight heads of spending on basic public services (ZG-15).

    Composed: the article counts them and names none; these are the eight fields of the national plan of 2012.
    """

    education = "education", N_("Public education")
    employment = "employment", N_("Employment services")
    insurance = "insurance", N_("Social insurance")
    welfare = "welfare", N_("Basic social services")
    health = "health", N_("Medical care and health")
    population = "population", N_("Population and family")
    housing = "housing", N_("Housing")
    culture = "culture", N_("Culture and sports")


class TownshipFunding(Owned, Model):
    """What was planned for a township under a head in a year, and what was paid: in units of 10,000 yuan."""

    __tablename__ = "township_funding"
    __table_args__ = (UniqueConstraint("unit_id", "year", "head", name="uq_township_funding"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(info={"label": N_("Year")})
    head: Mapped[SpendingHead] = mapped_column(info={"label": N_("Head of spending")})
    planned: Mapped[Decimal] = mapped_column(Numeric(14, 2), info={"label": N_("Planned, in 10,000 yuan")})
    paid: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=0, info={"label": N_("Paid, in 10,000 yuan")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.year}"


class ReturnedIncome(Word):
    """What is raised in a township, and of which it is given back a part (ZG-16)."""

    land = "land", N_("Land transfer income")
    infrastructure = "infrastructure", N_("Fees for urban infrastructure")
    fines = "fines", N_("Fines and confiscations")
    charges = "charges", N_("Administrative charges")


class ReturnRatio(Owned, Model):
    """Which part a township is given back, from a day on. A higher one is another row, so that the old one stays."""

    __tablename__ = "return_ratio"
    __table_args__ = (UniqueConstraint("unit_id", "income", "from_on", name="uq_return_ratio"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    income: Mapped[ReturnedIncome] = mapped_column(info={"label": N_("Income")})
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), info={"label": N_("Returned, in percent")})
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.percent}%"


class PostGrades(Owned, Model):
    """How many of a township's posts are of which grade (ZG-23). Rules fill in `upper`."""

    __tablename__ = "post_grades"
    __table_args__ = (UniqueConstraint("unit_id", "from_on", name="uq_post_grades"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    senior: Mapped[int] = mapped_column(default=0, info={"label": N_("Senior posts")})
    middle: Mapped[int] = mapped_column(default=0, info={"label": N_("Middle posts")})
    junior: Mapped[int] = mapped_column(default=0, info={"label": N_("Junior posts")})
    upper: Mapped[Decimal] = mapped_column(
        Numeric(5, 1), default=0, info={"label": N_("Senior and middle, in percent"), "protected": True}
    )

    def __str__(self) -> str:
        return f"{self.unit} · {self.from_on}"
