"""What a page of figures is asked about: who asks, of which period, and of which unit, if of one only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from models.actor import Actor
from models.calls import Call, CallAssignment
from models.organisation import ANSWERING, LOCAL, Unit, UnitType
from models.queries.burden import is_of_county
from models.rules.deadlines import SHANGHAI

CHOSEN = (*LOCAL, *ANSWERING, UnitType.office)
"""Of which units a page may be asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """From the beginning of the first day to the end of the last, in the county's zone."""

    actor: Actor
    first: date
    last: date
    now: datetime
    unit: Unit | None = None
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was counted already: it lasts as long as the question."""

    @property
    def begins(self) -> datetime:
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The moment after the period."""
        following = self.last + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=SHANGHAI)

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The period of as many days before it."""
        return self.begins - (self.ends - self.begins), self.begins

    @property
    def years(self) -> tuple[int, ...]:
        """All that it touches."""
        return tuple(range(self.first.year, self.last.year + 1))

    def during(self, moment: Any) -> ColumnElement[bool]:
        return and_(moment >= self.begins, moment < self.ends)

    def on_days(self, day: Any) -> ColumnElement[bool]:
        return and_(day >= self.first, day <= self.last)

    def is_of(self, *unit_ids: Any) -> ColumnElement[bool]:
        """Whether one of these is the unit asked about, or below it."""
        if self.unit is None:
            return true()
        below = select(Unit.id).where(Unit.path.startswith(self.unit.path, autoescape=True))
        return or_(*(unit_id.in_(below) for unit_id in unit_ids))

    def of_calls(self) -> ColumnElement[bool]:
        """The calls that the unit made, or has a part in."""
        if self.unit is None:
            return true()
        part = exists().where(CallAssignment.call_id == Call.id, self.is_of(CallAssignment.department_id))
        return or_(self.is_of(Call.caller_unit_id), part)

    def of_parts(self) -> ColumnElement[bool]:
        """The parts that the unit answers, and those of the calls that it made."""
        if self.unit is None:
            return true()
        made = CallAssignment.call_id.in_(select(Call.id).where(self.is_of(Call.caller_unit_id)))
        return or_(self.is_of(CallAssignment.department_id), made)


def units_to_ask_of(actor: Actor) -> Select[Unit]:
    """By their code: for the county all of it, for others their own."""
    mine = Unit.region_id == actor.region_id if is_of_county(actor) else Unit.id.in_(actor.unit_ids)
    return select(Unit).where(mine, Unit.unit_type.in_(CHOSEN), Unit.valid_to.is_(None)).order_by(Unit.code)


def not_local(unit_id: Any) -> ColumnElement[bool]:
    """Who is no township: only these are ranked, by the rule against league tables of townships."""
    answering: ColumnElement[bool] = unit_id.not_in(select(Unit.id).where(Unit.unit_type.in_(LOCAL)))
    return answering


def local(unit_id: Any) -> ColumnElement[bool]:
    """Whether it is a township or a street."""
    found: ColumnElement[bool] = unit_id.in_(select(Unit.id).where(Unit.unit_type.in_(LOCAL)))
    return found


def month_ends(first: date, last: date, most: int) -> Sequence[date]:
    """The last day of each month that begins by `last`, cut off there; the latest `most` of them."""
    found, month = [], first.replace(day=1)
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        found.append(min(following - timedelta(days=1), last))
        month = following
    return found[-most:]
