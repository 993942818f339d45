"""How rejections and disputes end, and how long each stage of a case takes (TC-40..46)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from models.base import N_
from models.calls import CallAssignment
from models.coordination import CaseState, CoordinationCase
from models.queries.asked import Asked
from models.queries.case_times import STAGES, USUAL_DAY, case_times
from models.queries.misconduct import of_case

Case = CoordinationCase
OUTCOMES: dict[str, tuple[str, type[Any], ColumnElement[bool]]] = {
    "rejected": (N_("Parts rejected"), CallAssignment, true()),
    "cases": (N_("Cases opened"), Case, true()),
    "forwarded": (N_("Of them by forwarding a call"), Case, Case.call_id.is_not(None)),
    "agreed": (N_("Agreed, and filed"), Case, Case.filed_at.is_not(None)),
    "decided": (N_("Coordinated by the editorial office"), Case, Case.decided_at.is_not(None)),
    "withdrawn": (N_("Withdrawn"), Case, Case.state == CaseState.withdrawn),
}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many of each outcome; and of each stage the mean in working days, of the cases that have left it."""

    counts: dict[str, int]
    days: list[float | None]
    left: list[int]
    """How many cases have left each stage."""


def outcomes(session: Session, asked: Asked) -> Outcomes:
    """Of what was rejected, and of the cases opened, in the period."""
    by_month, _ = case_times(session, _opened(asked))
    spent = [[minutes for month in by_month for minutes in month.minutes[stage]] for stage in range(len(STAGES))]
    counts = {name: sum(getattr(month, name) for month in by_month) for name in ("cases", "agreed", "decided")}
    counts["withdrawn"] = sum(month.withdrawn for month in by_month)
    for name in ("rejected", "forwarded"):
        counts[name] = (
            session.scalar(select(func.count()).select_from(OUTCOMES[name][1]).where(behind(asked, name))) or 0
        )
    means = [sum(found) / len(found) / USUAL_DAY if found else None for found in spent]
    return Outcomes({name: counts[name] for name in OUTCOMES}, means, list(map(len, spent)))


def behind(asked: Asked, name: str) -> ColumnElement[bool]:
    """The rows behind an outcome."""
    _, model, which = OUTCOMES[name]
    if model is Case:
        return _opened(asked) & which
    return asked.during(CallAssignment.rejected_at) & asked.of_parts()


def left(asked: Asked, stage: int) -> ColumnElement[bool]:
    """The cases whose days of a stage are counted, in the order of `STAGES`."""
    begun, over = (
        (Case.notified_at, func.coalesce(Case.agreed_at, Case.escalated_at)),
        (Case.agreed_at, Case.filed_at),
        (Case.escalated_at, Case.decided_at),
        (func.coalesce(Case.filed_at, Case.decided_at), Case.closed_at),
    )[stage]
    return _opened(asked) & begun.is_not(None) & over.is_not(None) & (Case.state != CaseState.withdrawn)


def _opened(asked: Asked) -> ColumnElement[bool]:
    return asked.during(Case.forwarded_at) & of_case(asked)
