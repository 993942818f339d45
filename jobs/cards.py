"""Steps of the ladder that are taken because of how many there were before: two yellow cards on one call (TC-36)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session

from models.calendar import ReminderStep
from models.calls import CallAssignment
from models.ledger import Job, Promise, PromiseState
from models.organisation import Unit
from models.queries.calendar import ladder_of
from models.rules.ladder import LADDER, OF_CALLS, Tally


class Card(NamedTuple):
    """A step that was taken just now, of the clock of one part in a call."""

    subject_id: int
    region_id: int
    occurrence: int
    unit_id: int
    call_id: int | None
    level: int


def counted_up(
    session: Session, job: Job, cards: Sequence[Card], fired: Sequence[int], now: datetime
) -> list[dict[str, Any]]:
    """The promises of the steps that these cards lead to. One that is planned for later is due now instead.

    Two sweeps that count for one unit wait for each other, so that neither misses the other's cards. `fired`: the
    promises of this batch, of which the cards are those that had an effect.
    """
    counting = {card.region_id: _counting(session, card.region_id, job) for card in cards}
    units = {card.unit_id for card in cards if any(row.of_level == card.level for row in counting[card.region_id])}
    if not units:
        return []
    session.execute(select(Unit.id).where(Unit.id.in_(units)).order_by(Unit.id).with_for_update(key_share=True))
    tally = _before(session, [card for card in cards if card.unit_id in units], fired, now)
    reached = [
        (card, row)
        for card in cards
        if card.unit_id in units
        for row in tally.add(counting[card.region_id], card.unit_id, card.call_id, card.level, now)
    ]
    return _due_now(session, job, reached, now)


def _counting(session: Session, region_id: int, job: Job) -> list[ReminderStep]:
    return [row for row in ladder_of(session, region_id).get(job, ()) if row.after_count is not None]


def _before(session: Session, cards: Sequence[Card], fired: Sequence[int], now: datetime) -> Tally:
    """What these units had before, on these calls and in this year."""
    taken = (
        select(CallAssignment.department_id, CallAssignment.call_id, Promise.step, Promise.fired_at)
        .join(Promise, Promise.subject_id == CallAssignment.id)
        .where(
            Promise.subject_type == CallAssignment.__tablename__,
            Promise.job.in_(OF_CALLS),
            Promise.step >= LADDER,
            Promise.state == PromiseState.fired,
            Promise.cause == "",
            Promise.id.not_in(fired),
            CallAssignment.department_id.in_({card.unit_id for card in cards}),
            or_(
                CallAssignment.call_id.in_({card.call_id for card in cards}),
                Promise.fired_at >= Tally.year_of(now),
            ),
        )
    )
    tally = Tally()
    for unit_id, call_id, step, at in session.execute(taken):
        tally.count(unit_id, call_id, step - LADDER, at or now)
    return tally


def _due_now(
    session: Session, job: Job, reached: Sequence[tuple[Card, ReminderStep]], now: datetime
) -> list[dict[str, Any]]:
    wanted = {(card.subject_id, card.occurrence, LADDER + row.level): card for card, row in reached}
    of_clock = (Promise.job == job, Promise.subject_type == CallAssignment.__tablename__)
    key = tuple_(Promise.subject_id, Promise.occurrence, Promise.step)
    there = select(Promise.subject_id, Promise.occurrence, Promise.step).where(*of_clock, key.in_(list(wanted)))
    standing = {tuple(row) for row in session.execute(there)} if wanted else set()
    if standing:
        later = update(Promise).where(*of_clock, key.in_(list(standing)), Promise.state == PromiseState.planned)
        session.execute(later.values(due_at=now).execution_options(synchronize_session=False))
    return [
        {
            "region_id": card.region_id,
            "job": job,
            "subject_type": CallAssignment.__tablename__,
            "subject_id": subject_id,
            "step": step,
            "occurrence": occurrence,
            "due_at": now,
        }
        for (subject_id, occurrence, step), card in wanted.items()
        if (subject_id, occurrence, step) not in standing
    ]
