"""Which part of its enforcement staff a department has posted to townships, at the end of each month (LX-07).

Counted from days on records, and not from how things stand: since when somebody was at a township, also before a move
to another one, which the recorder has kept, and when they left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from models.door import by_rule
from models.organisation import Unit
from models.queries.asked import Asked
from models.queries.rates import Share
from models.recorder import RecorderEntry
from models.roles import COUNTY
from models.staffing import AgencyStaff

DAY = "dispatched_on"


class Posted(NamedTuple):
    """One department: at the end of each month, how many are posted, of how many that it keeps."""

    unit: Unit
    shares: tuple[Share, ...]


def posted(session: Session, asked: Asked, days: Sequence[date]) -> list[Posted]:
    """By the share at the last of the days, the largest first. Three statements.

    For the county all its departments: numbers, and nothing of a person (B6). For others, whom they may see.
    """
    staff = AgencyStaff
    of_county = bool(asked.actor.roles & COUNTY)
    here = staff.region_id == asked.actor.region_id if of_county else true()
    with by_rule(session) if of_county else nullcontext():
        query = select(staff.id, staff.personnel_unit_id, staff.hired_on, staff.dispatched_on, staff.left_on)
        people = session.execute(query.where(here, asked.is_of(staff.personnel_unit_id))).all()
        earlier = _earlier(session, asked)
    counts: dict[int, list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in days])
    for key, unit_id, hired, since, left in people:
        since = min(filter(None, (since, earlier.get(key))), default=None)
        for at, day in enumerate(days):
            if (hired is None or hired <= day) and (left is None or left > day):
                counts[unit_id][at][0] += since is not None and since <= day
                counts[unit_id][at][1] += 1
    units = session.scalars(select(Unit).where(Unit.id.in_(counts)).order_by(Unit.code))
    found = [Posted(unit, tuple(Share(*share) for share in counts[unit.id])) for unit in units]
    return sorted(found, key=lambda one: -(one.shares[-1].percent or 0) if one.shares else 0)


def _earlier(session: Session, asked: Asked) -> dict[int, date]:
    """Since when somebody was posted before they were moved to another township."""
    entry = RecorderEntry
    query = select(entry.subject_id, entry.before).where(
        entry.subject_type == AgencyStaff.__tablename__, entry.chain == (asked.actor.region_id or 0)
    )
    found: dict[int, date] = {}
    for key, before in session.execute(query):
        if before.get(DAY):
            day = date.fromisoformat(before[DAY])
            found[key] = min(day, found.get(key, day))
    return found
