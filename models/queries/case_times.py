"""How coordination cases end, and how many working days they spend in each stage (TC-40..46)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.base import N_
from models.coordination import CaseState, CoordinationCase
from models.queries.calendar import calendar_of
from models.rules.deadlines import SHANGHAI

USUAL_DAY = 7 * 60
"""Minutes of a usual working day."""

MOST = 5000
"""The latest cases, which are counted."""

STAGES: tuple[tuple[str, Callable[[Any], tuple[datetime | None, datetime | None]]], ...] = (
    (N_("Negotiating"), lambda case: (case.notified_at, case.agreed_at or case.escalated_at)),
    (N_("Review for filing"), lambda case: (case.agreed_at, case.filed_at)),
    (N_("Coordinating"), lambda case: (case.escalated_at, case.decided_at)),
    (N_("Executing"), lambda case: (case.filed_at or case.decided_at, case.closed_at)),
)
"""Each from when until when. What was sent back counts as negotiating until the last agreement."""

COLUMNS = ("state", "category", "forwarded_at", "notified_at", "agreed_at", "filed_at", "escalated_at", "decided_at",
           "closed_at", "region_id")  # fmt: skip


@dataclass(slots=True)
class Times:
    """The cases of one month, or of one category."""

    label: str
    cases: int = 0
    agreed: int = 0
    decided: int = 0
    withdrawn: int = 0
    minutes: list[list[int]] = field(default_factory=lambda: [[] for _ in STAGES])

    @property
    def days(self) -> Sequence[float | None]:
        """The mean of each stage, of the cases that have left it."""
        return [sum(spent) / len(spent) / USUAL_DAY if spent else None for spent in self.minutes]


def case_times(session: Session, *within: ColumnElement[bool]) -> tuple[list[Times], list[Times]]:
    """By month of opening, the latest first; and by category. Among the cases that the asker may see, and `within`."""
    columns = [getattr(CoordinationCase, name) for name in COLUMNS]
    rows = session.execute(select(*columns).where(*within).order_by(CoordinationCase.id.desc()).limit(MOST)).all()
    by_month: dict[str, Times] = {}
    by_category: dict[str, Times] = {}
    for case in rows:
        month = f"{case.forwarded_at.astimezone(SHANGHAI):%Y-%m}"
        spent = _spent(session, case)
        for times in (
            by_month.setdefault(month, Times(month)),
            by_category.setdefault(case.category, Times(case.category)),
        ):
            _count(times, case, spent)
    return [by_month[month] for month in sorted(by_month, reverse=True)], [by_category[c] for c in sorted(by_category)]


def _spent(session: Session, case: Any) -> dict[int, int]:
    calendar, spent = calendar_of(session, case.region_id), {}
    for number, (_, stage) in enumerate(STAGES):
        starts, ends = stage(case)
        if starts is not None and ends is not None and case.state is not CaseState.withdrawn:
            spent[number] = calendar.working_minutes(starts, ends)
    return spent


def _count(times: Times, case: Any, spent: dict[int, int]) -> None:
    times.cases += 1
    times.agreed += case.filed_at is not None
    times.decided += case.decided_at is not None
    times.withdrawn += case.state is CaseState.withdrawn
    for number, minutes in spent.items():
        times.minutes[number].append(minutes)
