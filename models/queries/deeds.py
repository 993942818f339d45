"""What units did in a matter, by the recorder: when, and whether late (TA-18, TC-48). A handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from models.calls import Call, CallAssignment, FailureKind
from models.coordination import CaseParty, CoordinationCase
from models.lists import ListItem
from models.organisation import Unit
from models.recorder import RecorderEntry
from models.rules.deadlines import SHANGHAI

KINDS = ("call", "call_assignment", "coordination_case", "supervision_order", "extension", "pause")
"""Whose moves are deeds in a matter. What hangs on them is seen with them."""

UNTOLD = frozenset({"edit"})
"""What is no deed: a field that a rule keeps."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the recorder, laid at a unit's door: what it did, or that it did not."""

    seq: int
    at: datetime
    subject_type: str
    action: str
    is_late: bool
    note: str


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of one unit in the matter."""

    deeds: Sequence[Deed]
    failures: int
    """Parts of calls at which it failed (TA-29)."""


def matter_calls(root_id: int, township_id: int, day: date) -> Select[int]:
    """Calls about a matter, in any version, that a township made or was asked by, and that were open on the day."""
    begins = datetime.combine(day, time(), SHANGHAI)
    of_matter = select(ListItem.id).where(or_(ListItem.id == root_id, ListItem.root_id == root_id))
    asked = select(CallAssignment.call_id).where(CallAssignment.department_id == township_id)
    return select(Call.id).where(
        Call.list_item_id.in_(of_matter),
        or_(Call.caller_unit_id == township_id, Call.id.in_(asked)),
        Call.sent_at < begins + timedelta(days=1),
        or_(Call.closed_at.is_(None), Call.closed_at >= begins),
    )


def records(session: Session, calls: Iterable[int], case_id: int | None, units: Sequence[Unit]) -> dict[int, Record]:
    """By unit: the moves of its people and of those below it, and its failures, in the order of the recorder."""
    call_ids = list(calls)
    about: list[ColumnElement[bool]] = [RecorderEntry.call_id.in_(call_ids)]
    if case_id is not None:
        about.append(and_(RecorderEntry.subject_type == "coordination_case", RecorderEntry.subject_id == case_id))
    entries = session.scalars(_entries(or_(*about))).all()
    acting = {entry.unit_id for entry in entries}
    paths = dict(session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(acting))).all())
    parts = {part.id: part for part in session.scalars(_parts(call_ids))}
    found: dict[int, list[Deed]] = defaultdict(list)
    for entry in entries:
        for unit in units:
            if (deed := _deed(entry, unit, paths, parts)) is not None:
                found[unit.id].append(deed)
    failed = [part.department_id for part in parts.values() if part.failure_kind is not FailureKind.none]
    return {unit.id: Record(tuple(found[unit.id]), failed.count(unit.id)) for unit in units}


def _entries(about: ColumnElement[bool]) -> Select[RecorderEntry]:
    told = RecorderEntry.subject_type.in_(KINDS)
    return select(RecorderEntry).where(about, told).order_by(RecorderEntry.seq)


def _parts(call_ids: Sequence[int]) -> Select[CallAssignment]:
    return select(CallAssignment).where(CallAssignment.call_id.in_(call_ids))


def _deed(
    entry: RecorderEntry, unit: Unit, paths: Mapping[int, str], parts: Mapping[int, CallAssignment]
) -> Deed | None:
    part = parts.get(entry.subject_id) if entry.subject_type == "call_assignment" else None
    own = part if part is not None and part.department_id == unit.id else None
    if entry.unit_id is not None and paths.get(entry.unit_id, "").startswith(unit.path):
        late = own is not None and _is_late(entry, own)
        return None if entry.action in UNTOLD else _told(entry, entry.action, late)
    failure = entry.after.get("failure_kind") if own is not None and own.failure_kind is not FailureKind.none else None
    return _told(entry, str(failure), late=True) if failure not in (None, FailureKind.none) else None


def _told(entry: RecorderEntry, action: str, late: bool) -> Deed:
    return Deed(entry.seq, entry.at, entry.subject_type, action, late, entry.note)


def _is_late(entry: RecorderEntry, part: CallAssignment) -> bool:
    limits = {"respond": part.respond_due, "reject": part.respond_due, "resolve": part.promised_due}
    limit = limits.get(entry.action)
    return limit is not None and entry.at > limit


def local_of(session: Session, call: Call | None, case: CoordinationCase | None) -> Iterator[int]:
    """Units that a call, or a case without one, is between."""
    if call is not None:
        yield call.caller_unit_id
        yield from session.scalars(select(CallAssignment.department_id).where(CallAssignment.call_id == call.id))
    elif case is not None:
        yield from session.scalars(select(CaseParty.unit_id).where(CaseParty.case_id == case.id))
