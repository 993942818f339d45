"""What a row on a township's means has to be (ZG-15, ZG-16, ZG-23)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.funding import PostGrades, ReturnRatio, TownshipFunding
from models.organisation import LOCAL, Unit
from models.rules.registers import prepare_owned
from models.workflow import Refused

WHOLE = Decimal(100)


def prepare_means(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """A row on a township or street of one's county. Raises `Refused`, naming the field."""
    prepare_owned(session, row, actor, now)
    if session.get_one(Unit, row.unit_id).unit_type not in LOCAL or row.region_id != actor.region_id:
        raise Refused(N_("Choose a township or street of your own county."), field="unit")


def prepare_funding(session: Session, funding: TownshipFunding, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    prepare_means(session, funding, actor, now)
    if not 2000 <= funding.year < 2100:
        raise Refused(N_("Write the year in four digits."), field="year")
    same = (TownshipFunding.unit_id == funding.unit_id, TownshipFunding.year == funding.year)
    others = select(TownshipFunding.id).where(*same, TownshipFunding.head == funding.head)
    if session.scalar(others.where(TownshipFunding.id != (funding.id or 0))) is not None:
        raise Refused(
            N_("%(unit)s has a record of this head for %(year)s already. Edit that one."),
            field="head",
            unit=session.get_one(Unit, funding.unit_id).name,
            year=funding.year,
        )


def prepare_ratio(session: Session, ratio: ReturnRatio, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    prepare_means(session, ratio, actor, now)
    if ratio.percent > WHOLE:
        raise Refused(N_("No more than 100 percent can be returned."), field="percent")


def prepare_grades(session: Session, grades: PostGrades, actor: Actor, now: datetime) -> None:
    """With the part of senior and middle posts. Raises `Refused`, naming the field."""
    prepare_means(session, grades, actor, now)
    whole = grades.senior + grades.middle + grades.junior
    if not whole:
        raise Refused(N_("Enter how many posts there are of each grade."), field="junior")
    grades.upper = round(Decimal(grades.senior + grades.middle) * 100 / whole, 1)
