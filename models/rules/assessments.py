"""One matter, one assessment: what a closed call says of each unit involved, departments and township alike (R21).

The points are out of 100: responded on time 30, confirmed solved 40, found satisfying 30. What does not apply to a
unit, or was not rated, is left out, and the rest made up to 100. The articles give no formula: it is composed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calls import AssignmentState, Call, CallAssignment
from models.ratings import CONTENT, MutualRating, RatingState

WEIGHTS = {"responded_on_time": 30, "resolved": 40, "satisfied": 30}


def points_of(found: dict[str, bool | None]) -> int:
    """The share of the weights that apply, out of 100."""
    applies = sum(weight for name, weight in WEIGHTS.items() if found[name] is not None)
    earned = sum(weight for name, weight in WEIGHTS.items() if found[name])
    return round(100 * earned / applies)


def assessments_of(session: Session, calls: Collection[int], now: datetime) -> list[dict[str, Any]]:
    """The assessments of calls that close now, as columns: one for each call and unit. Three statements for all."""
    levels = _levels(session, calls)
    part = CallAssignment
    told: dict[tuple[int, int], dict[str, bool | None]] = {}
    region: dict[int, int] = {}
    for call_id, region_id, caller in session.execute(
        select(Call.id, Call.region_id, Call.caller_unit_id).where(Call.id.in_(calls)).order_by(Call.id)
    ):
        region[call_id] = region_id
        told[call_id, caller] = {"responded_on_time": None, "resolved": True}
    # Whose part was given to another is not involved any more, nor does it see the call.
    parts = select(part.call_id, part.department_id, part.state, part.responded_at, part.respond_due).where(
        part.call_id.in_(calls), part.state != AssignmentState.reassigned
    )
    for call_id, unit_id, state, responded_at, respond_due in session.execute(parts.order_by(part.id)):
        found = told.setdefault((call_id, unit_id), {"responded_on_time": True, "resolved": None})
        on_time = responded_at is not None and responded_at <= respond_due
        found["responded_on_time"] = on_time and found["responded_on_time"] is not False
        if state is AssignmentState.resolved:
            found["resolved"] = True
    rows = []
    for (call_id, unit_id), found in told.items():
        found["satisfied"] = levels.get((call_id, unit_id))
        columns = {"call_id": call_id, "unit_id": unit_id, "region_id": region[call_id]}
        rows.append(columns | found | {"points": points_of(found), "assessed_at": now})
    return rows


def _levels(session: Session, calls: Collection[int]) -> dict[tuple[int, int], bool]:
    """Whether all who rated a unit were content; of whom nobody rated, nothing."""
    rating = MutualRating
    given = select(rating.call_id, rating.ratee_unit_id, rating.level).where(
        rating.call_id.in_(calls), rating.state == RatingState.revealed
    )
    found: dict[tuple[int, int], bool] = defaultdict(lambda: True)
    for call_id, unit_id, level in session.execute(given):
        found[call_id, unit_id] &= level in CONTENT
    return dict(found)
