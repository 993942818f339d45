"""Daily assessments of an agency by month: how many, their sum and their mean (LX-11). One statement."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from models.daily import DailyAssessment


class Month(NamedTuple):
    """What was entered in a month."""

    year: int
    month: int
    entries: int
    points: Decimal

    @property
    def mean(self) -> Decimal:
        return (self.points / self.entries).quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_month(session: Session, agency_id: int) -> list[Month]:
    """The latest first, as far as the asker sees the entries."""
    year, month = (extract(part, DailyAssessment.day) for part in ("year", "month"))
    counted = select(year, month, func.count(), func.sum(DailyAssessment.points))
    of_agency = counted.where(DailyAssessment.agency_id == agency_id).group_by(year, month)
    found = session.execute(of_agency.order_by(year.desc(), month.desc()))
    return [Month(int(of_year), int(of_month), count, Decimal(points)) for of_year, of_month, count, points in found]
