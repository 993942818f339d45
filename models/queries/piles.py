"""Piles on a desk: rows of one kind, and what is to be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select

MOST = 50


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one kind that lie on a desk: what is to be done with them, and the column that says by when, if any."""

    title: str
    query: Select[Any]
    due: Any | None
    mine: bool
    """Whether they wait for this desk; else it waits for them."""


def pile(
    model: Any, title: str, where: ColumnElement[bool], due: Any = None, *, since: Any = None, mine: bool = True
) -> Pile:
    """The most urgent first: by due time; where there is none, by what they have been waiting `since`."""
    by_due = () if due is None else (due.is_(None), due)
    waiting = () if since is None else (since,)
    return Pile(title, select(model).where(where).order_by(*by_due, *waiting, model.id).limit(MOST), due, mine)
