"""The clock of mutual rating: who owes one is reminded; at the limit seals are lifted and the call closes (TC-34)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import insert, inspect, select, update

from jobs.watch import Batch, Fired
from models.base import N_
from models.calls import Call, CallState
from models.organisation import Unit
from models.ratings import CaseAssessment, MutualRating, RatingState
from models.rules.assessments import assessments_of
from models.rules.ratings import RATED


def closing(batch: Batch) -> None:
    """Nobody waits for ever: what is in counts, and who said nothing has not rated. Silence is no praise."""
    resolved = Call.state == CallState.resolved
    soon, over = batch.steps(batch.waiting(resolved), "rate_due")
    owing = _owing(batch, [call.id for _, call in soon])
    for promise, call in soon:
        batch.record(promise, call)
        message = N_("You have not rated the other side of %(call)s. Rate it by %(due)s, or it stays without a rating.")
        for unit_id in owing[call.id]:  # told to them alone: a reminder would tell the other side, too
            batch.tell(promise, call, unit_id, message, due=call.rate_due, call=str(call))
    closed = batch.change(
        over, resolved, Call.rate_due <= batch.now, action="close", state=CallState.closed, closed_at=batch.now
    )
    if closed:
        promises = {call.id: promise for promise, call, _ in closed}
        _lift_seals(batch, promises, {call.id: str(call) for _, call, _ in closed})
        _assess(batch, promises)


def _owing(batch: Batch, calls: Collection[int]) -> dict[int, list[int]]:
    """Who has not rated yet, by call; each once, however many they owe."""
    waiting = select(MutualRating.call_id, MutualRating.rater_unit_id).where(
        MutualRating.call_id.in_(calls), MutualRating.state == RatingState.waiting
    )
    found: dict[int, list[int]] = defaultdict(list)
    for call_id, unit_id in batch.session.execute(waiting.distinct().order_by(MutualRating.rater_unit_id)):
        found[call_id].append(unit_id)
    return found


def _lift_seals(batch: Batch, promises: Mapping[int, Fired], names: Mapping[int, str]) -> None:
    """What was given is revealed, and told to the one rated; what was not is not rated."""
    revealed: list[MutualRating] = []
    for source, target, action in (
        (RatingState.given, RatingState.revealed, "reveal"),
        (RatingState.waiting, RatingState.not_rated, "lapse"),
    ):
        after = {"state": target, "revealed_at": batch.now}
        statement = (
            update(MutualRating)
            .where(MutualRating.call_id.in_(promises), MutualRating.state == source)
            .values(**after, version=MutualRating.version + 1)
            .returning(MutualRating)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        moved = sorted(batch.session.scalars(statement), key=lambda rating: rating.id)
        for rating in moved:
            batch.note(rating, {"state": source}, after, action=action)
        revealed += moved if target is RatingState.revealed else []
    raters = select(Unit).where(Unit.id.in_({rating.rater_unit_id for rating in revealed}))
    units = {unit.id: str(unit) for unit in batch.session.scalars(raters)}
    for rating in revealed:
        batch.tell(promises[rating.call_id], rating, rating.ratee_unit_id, RATED, call=names[rating.call_id],
                   unit=units[rating.rater_unit_id])  # fmt: skip


def _assess(batch: Batch, calls: Collection[int]) -> None:
    """R21: of every unit involved, at the same time."""
    rows = assessments_of(batch.session, calls, batch.now)
    statement = insert(CaseAssessment).returning(CaseAssessment).execution_options(render_nulls=True)  # or it is many
    for written in batch.session.scalars(statement, rows):
        columns = {column.key: getattr(written, column.key) for column in inspect(CaseAssessment).column_attrs}
        batch.note(written, {}, columns, action="create")
