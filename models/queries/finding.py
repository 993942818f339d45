"""The finder at a county's list in force: an index per county kept in memory, and hits read again through the door."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.actor import Actor
from models.lists import ItemCooperation, ListItem
from models.plain_words import PlainWord
from models.queries.choices import published_items
from models.queries.finder import WEIGHTS, Document, Index, Ranking

SHOWN = 8
"""The hits that are told, best first."""

COUNTIES = 32
"""The indexes kept, of which the one that was not asked for the longest gives way."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: the items that its asker may see, and the ranking that they come from."""

    items: Sequence[ListItem]
    ranking: Ranking


class Shelf:
    """Indexes by county, each with the stamp of the items that it was built from."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, tuple[Any, Index]] = OrderedDict()
        self._lock = Lock()

    def index(self, session: Session, region_id: int, here: ColumnElement[bool]) -> Index:
        """The index of a county, over the items `here`. All who belong to it see all of them, so they share it."""
        stamp = _stamp(session, here)
        with self._lock:
            held = self._held.pop(region_id, None)
        fresh = held if held and held[0] == stamp else (stamp, Index(_documents(session, here)))
        with self._lock:
            self._held[region_id] = fresh
            while len(self._held) > COUNTIES:
                self._held.popitem(last=False)
        return fresh[1]

    def clear(self) -> None:
        with self._lock:
            self._held.clear()


shelf = Shelf()
"""One for each process."""


def find(session: Session, actor: Actor, question: str) -> Found | None:
    """Who answers for a matter, by the list in force in the actor's county; None for someone of no county."""
    if actor.region_id is None:
        return None
    words = select(PlainWord.word, PlainWord.means).where(PlainWord.region_id == actor.region_id)
    taught = [(word, means) for word, means in session.execute(words.order_by(PlainWord.id))]
    here = published_items(actor)
    ranking = shelf.index(session, actor.region_id, here).rank(question, taught)
    keys = [key for key, _ in ranking.hits[:SHOWN]]
    rows = (
        select(ListItem)
        .where(ListItem.id.in_(keys), here)
        .options(
            joinedload(ListItem.lead_department),
            selectinload(ListItem.cooperating).joinedload(ItemCooperation.unit),
        )
    )
    return Found(sorted(session.scalars(rows), key=lambda item: keys.index(item.id)), ranking)


def _stamp(session: Session, here: ColumnElement[bool]) -> Any:
    """What differs once any item in force came, went or changed: keys are given once, and a version only grows."""
    figures = select(func.count(ListItem.id), func.max(ListItem.id), func.sum(ListItem.version)).where(here)
    return tuple(session.execute(figures).one())


def _documents(session: Session, here: ColumnElement[bool]) -> list[Document]:
    columns = [getattr(ListItem, name) for name in WEIGHTS]
    rows = session.execute(select(ListItem.id, *columns).where(here).order_by(ListItem.code, ListItem.id))
    return [Document(key, dict(zip(WEIGHTS, texts, strict=True))) for key, *texts in rows]
