"""How townships and those who answer them rate each other, pair by pair: a grudge of both sides, or of one (TC-34)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_, Word
from models.organisation import LOCAL, Unit
from models.queries.burden import is_of_county
from models.queries.rates import FEWEST, Share
from models.ratings import CONTENT, MutualRating, RatingState

LOW = 60
"""Percent of satisfied ratings below which a side is called dissatisfied. Composed: the articles name no number."""


class Grudge(Word):
    """Which side of a pair is dissatisfied with the other."""

    none = "none", N_("Neither side"), "done"
    local = "local", N_("The township alone"), "warn"
    answering = "answering", N_("The department alone"), "warn"
    both = "both", N_("Both sides"), "danger"
    unknown = "unknown", N_("Too few ratings of one side"), "muted"


class Pair(NamedTuple):
    """A township and who answers it, with the satisfied ratings that each gave the other, of all that it gave."""

    local: Unit
    answering: Unit
    by_local: Share
    by_answering: Share

    @property
    def grudge(self) -> Grudge:
        low = [found.telling is not None and found.telling < LOW for found in (self.by_local, self.by_answering)]
        if any(low):
            return Grudge.both if all(low) else Grudge.local if low[0] else Grudge.answering
        return Grudge.unknown if None in (self.by_local.telling, self.by_answering.telling) else Grudge.none


def pairs(session: Session, actor: Actor, begins: datetime, ends: datetime) -> list[Pair]:
    """Of which one side at least gave five ratings that were revealed in the period; by the units' codes.

    For the county all that its people may see, for others their own. Two statements.
    """
    rating = MutualRating
    revealed = and_(rating.state == RatingState.revealed, rating.revealed_at >= begins, rating.revealed_at < ends)
    sides = (rating.rater_unit_id, rating.ratee_unit_id)
    own = or_(*(side.in_(actor.unit_ids) for side in sides)) if not is_of_county(actor) else true()
    counted = select(*sides, func.count().filter(rating.level.in_(CONTENT)), func.count()).where(revealed, own)
    shares = {
        (rater, ratee): Share(part, whole)
        for rater, ratee, part, whole in session.execute(counted.group_by(*sides))
    }  # fmt: skip
    rated = Unit.id.in_({key for pair in shares for key in pair})
    units = session.scalars(select(Unit).where(rated).order_by(Unit.code)).all()
    locals_ = [unit for unit in units if unit.unit_type in LOCAL]
    found = (
        Pair(local, other, shares.get((local.id, other.id), Share()), shares.get((other.id, local.id), Share()))
        for local in locals_
        for other in units
        if other not in locals_
    )
    return [pair for pair in found if max(pair.by_local.whole, pair.by_answering.whole) >= FEWEST]
