"""Where dispatched people served longest in a year, whose township grades them (TS-31, ZG-21). Two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agencies import DispatchedAgency
from models.personnel import ChangeKind, ChangeState, PersonnelChange
from models.staffing import AgencyStaff, StaffState

LEAVING = (ChangeKind.move, ChangeKind.transfer_out)
"""By which the service in a township ends. A secondment does not change the host."""

Period = tuple[date, date, int]
"""From a day, up to the day before another, in a township."""


def where_served(session: Session, region_id: int, year: int, today: date) -> dict[int, int]:
    """By dispatched person of a county, the township where most days of the year were served; of two, the later."""
    first, after = date(year, 1, 1), min(date(year + 1, 1, 1), today + timedelta(days=1))
    moves: dict[int, list[Any]] = defaultdict(list)
    for change in session.execute(_moves(region_id)):
        moves[change.staff_id].append(change)
    found: dict[int, int] = {}
    for person in session.execute(_people(region_id)):
        days: dict[int, int] = {}
        for begins, ends, township_id in _periods(person, moves[person.id], first, after):
            served = (min(ends, after) - max(begins, first)).days
            if served > 0:
                days[township_id] = days.pop(township_id, 0) + served
        if days:
            found[person.id] = max(reversed(days), key=lambda township_id: days[township_id])
    return found


def _periods(person: Any, moves: Sequence[Any], first: date, after: date) -> Iterator[Period]:
    """In their order. What came before the first move is taken to have begun before the year."""
    begins = person.hired_on or first
    for change in moves:
        if change.kind is ChangeKind.appoint:
            begins = change.effective_on
            continue
        yield begins, change.effective_on, change.township_id
        begins = change.effective_on
    if person.seat_id is not None and person.state is not StaffState.left:
        yield (begins if moves else person.dispatched_on or begins), after, person.seat_id
    elif person.seat_id is not None and person.left_on is not None and not moves:
        yield person.dispatched_on or begins, person.left_on, person.seat_id


def _people(region_id: int) -> Any:
    columns = (AgencyStaff.id, AgencyStaff.state, AgencyStaff.hired_on, AgencyStaff.dispatched_on, AgencyStaff.left_on)
    people = select(*columns, DispatchedAgency.seat_id).outerjoin(AgencyStaff.agency)
    return people.where(AgencyStaff.region_id == region_id).order_by(AgencyStaff.id)


def _moves(region_id: int) -> Any:
    """What took effect and changed where somebody serves: who was appointed from nowhere, moved, or transferred out."""
    change = PersonnelChange
    appointed = (change.kind == ChangeKind.appoint) & change.to_agency_id.is_not(None)
    columns = (change.staff_id, change.kind, change.effective_on, change.township_id)
    moved = select(*columns).where(change.region_id == region_id, change.state == ChangeState.effective)
    return moved.where(change.kind.in_(LEAVING) | appointed).order_by(change.effective_on, change.id)
