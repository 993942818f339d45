"""Which items are disputed most, and where refusals found no item at all: what the list should say more clearly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session, joinedload

from models.calls import Call, CallAssignment
from models.item_words import ItemState
from models.lists import ListItem
from models.queries.refusals import followed, overruled

MOST = 60
"""How many matters are told, the most disputed first."""

NAMED = 5
"""How many calls of each are named, the latest first."""

MANY = 3
"""By so many callers a gap is named that the list ought to close."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One matter that refusals cited; or, without an item, one category in which they found none."""

    item: ListItem | None
    category: str
    calls: Sequence[Call]
    refusals: int
    upheld: int
    overruled: int
    callers: int

    @property
    def named_by_many(self) -> bool:
        return self.callers >= MANY


ROOT = func.coalesce(ListItem.root_id, ListItem.id)


def disputes(session: Session) -> tuple[list[Dispute], list[Dispute]]:
    """By item, and by category without one; among the calls that the asker may see. Five statements."""
    citing = select(CallAssignment).join(Call).join(ListItem, ListItem.id == CallAssignment.cited_item_id)
    lacking = select(CallAssignment).join(Call).where(CallAssignment.no_item_covers)
    by_item, by_category = _counted(session, citing, ROOT), _counted(session, lacking, Call.category)
    items = _in_force(session, [key for key, *_ in by_item])
    calls_of, calls_without = _latest(session, citing, ROOT), _latest(session, lacking, Call.category)
    return (
        [Dispute(items[key], "", calls_of[key], *figures) for key, *figures in by_item if key in items],
        [Dispute(None, key, calls_without[key], *figures) for key, *figures in by_category],
    )


def _counted(session: Session, refusals: Select[Any], key: Any) -> Sequence[Any]:
    figures = (
        func.count(CallAssignment.id),
        func.count(CallAssignment.id).filter(followed()),
        func.count(CallAssignment.id).filter(overruled()),
        func.count(distinct(Call.caller_unit_id)),
    )
    grouped = refusals.with_only_columns(key, *figures).where(CallAssignment.rejected_at.is_not(None)).group_by(key)
    return session.execute(grouped.order_by(figures[0].desc(), key).limit(MOST)).all()


def _in_force(session: Session, roots: Sequence[int]) -> dict[int, ListItem]:
    """The version that is in force now; what was struck out is disputed no longer."""
    living = select(ListItem).where(ROOT.in_(roots), ListItem.state == ItemState.published)
    rows = session.scalars(living.options(joinedload(ListItem.lead_department)))
    return {item.root_id or item.id: item for item in rows}


def _latest(session: Session, refusals: Select[Any], key: Any) -> dict[Any, list[Call]]:
    place = func.row_number().over(partition_by=key, order_by=CallAssignment.id.desc())
    of_refusals = refusals.with_only_columns(
        key.label("key"), CallAssignment.call_id.label("call_id"), place.label("n")
    )
    latest = of_refusals.where(CallAssignment.rejected_at.is_not(None)).subquery()
    rows = session.execute(
        select(latest.c.key, Call).join(latest, latest.c.call_id == Call.id).where(latest.c.n <= NAMED)
    )
    found: dict[Any, list[Call]] = defaultdict(list)
    for at, call in sorted(rows, key=lambda row: -row[1].id):
        if call not in found[at]:
            found[at].append(call)
    return found
