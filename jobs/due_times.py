"""Due times counted anew after the calendar or a rule has changed: a batch of one kind of clock a transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from jobs.watch import Done
from models.actor import SYSTEM_ACTOR
from models.base import N_
from models.calendar import Clock
from models.calls import Call
from models.coordination import CaseParty, CoordinationCase
from models.ledger import Promise, PromiseState
from models.limits import DueRevision, RevisionState
from models.organisation import Unit
from models.queries.calendar import limits_of
from models.ratings import MutualRating
from models.recorder import note_moves
from models.rules.due_times import KINDS, MOVED, Kind, Outcome, Running, running
from models.rules.ledger import tell
from models.rules.revisions import REVISION, moving

BATCH = 500
"""Clocks a transaction. A person who presses a button meanwhile waits for one of these at most."""

ROWS: Mapping[str, Any] = {"dml_strategy": "core_only", "synchronize_session": False}
"""For one statement with a set of values for each row."""

Moves = Sequence[tuple[Running, Outcome]]


def count_anew(session: Session, now: datetime) -> Done:
    """The next batch of the oldest revision that waits, and how far it is; the caller commits both or neither."""
    waiting = select(DueRevision).where(DueRevision.state == RevisionState.waiting).order_by(DueRevision.id).limit(1)
    revision = session.scalar(waiting.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    if revision is None:
        return Done(0, 0)
    kind, region_id = KINDS[revision.kind], revision.region_id
    further = kind.model.id > revision.after
    clocks = running(session, kind, region_id, now, further, limit=BATCH, lock=True)
    moves = moving(session, clocks, limits_of(session, region_id))
    if moves:
        _move(session, kind, moves, now)
        if not kind.follows:
            _credit(session, revision, moves)
        units = Counter(revision.units) + Counter(_concerned(session, kind, moves))
        revision.units = dict(units)
    revision.after = clocks[-1].subject.id if clocks else 0
    if len(clocks) < BATCH:
        revision.kind, revision.after = revision.kind + 1, 0
    if revision.kind == len(KINDS):
        _finish(session, revision, now)
    return Done(1, len(moves))


def _credit(session: Session, revision: DueRevision, moves: Moves) -> None:
    """Where several rules have changed, each row counts what its own rule moved, whichever is the first to move it."""
    rules = Counter(to.rule.id for _, to in moves if to.rule is not None and to.rule.id != revision.time_limit_id)
    of_rules = and_(DueRevision.time_limit_id.in_(list(rules)), DueRevision.id != revision.id)
    waiting = select(DueRevision).where(DueRevision.state == RevisionState.waiting, of_rules).order_by(DueRevision.id)
    revision.moved += len(moves)
    for other in session.scalars(waiting.with_for_update(skip_locked=True)):
        moved = rules.pop(other.time_limit_id or 0, 0)
        other.moved += moved
        revision.moved -= moved


def _move(session: Session, kind: Kind, moves: Moves, now: datetime) -> None:
    """The due times, the promises that wait for them, and an entry for each row: three statements, and the chain's."""
    model = kind.model
    changes = [_change(clock, to) for clock, to in moves]
    columns: dict[str, Any] = {name: bindparam(f"to_{name}") for name in changes[0][1]}
    session.execute(
        update(model)
        .where(model.id == bindparam("key"))
        .values(**columns, version=model.version + 1)
        .execution_options(**ROWS),
        [
            {"key": clock.subject.id} | {f"to_{name}": value for name, value in after.items()}
            for (clock, _), (_, after) in zip(moves, changes, strict=True)
        ],
    )
    _replan(session, kind, moves)
    entries = [(clock.subject, *change) for (clock, _), change in zip(moves, changes, strict=True)]
    note_moves(session, entries, MOVED, note="", actor=SYSTEM_ACTOR, now=now)


def _change(clock: Running, to: Outcome) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns before and after."""
    after = {clock.kind.due: to.at, "provisional": clock.subject.provisional if clock.own_word else to.provisional}
    if clock.kind.due == "promised_due":
        after["first_promised_due"] = to.first
    return {name: getattr(clock.subject, name) for name in after}, after


def _replan(session: Session, kind: Kind, moves: Moves) -> None:
    """What is still planned gets its new moment. What has been kept, or cancelled, stays so."""
    if kind.job is None:
        return
    moments = {clock.subject.id: kind.moments(session, clock, to.at) for clock, to in moves}
    planned = select(Promise.id, Promise.subject_id, Promise.step).where(
        Promise.job == kind.job,
        Promise.subject_type == kind.model.__tablename__,
        Promise.subject_id.in_(list(moments)),
        Promise.state == PromiseState.planned,
    )
    again = [
        {"key": key, "to": moments[subject_id][step]}
        for key, subject_id, step in session.execute(planned)
        if step in moments[subject_id]
    ]
    if again:
        at = update(Promise).where(Promise.id == bindparam("key")).values(due_at=bindparam("to"))
        session.execute(at.execution_options(**ROWS), again)


def _concerned(session: Session, kind: Kind, moves: Moves) -> Iterator[str]:
    """The units that have to know, once for each due time of theirs. As text: a JSON object has no other keys."""
    rows = [clock.subject for clock, _ in moves]
    parties: Mapping[int, list[int]] = _parties(session, rows) if kind.model is CoordinationCase else {}
    office = None
    if kind.office is not None:
        of_county = select(Unit.id).where(Unit.region_id == rows[0].region_id, Unit.duty == kind.office)
        office = session.scalar(of_county.limit(1))
    for clock, _ in moves:
        row = clock.subject
        units = {office, *parties.get(row.id, ())}
        if kind.model is MutualRating:
            units.add(row.rater_unit_id)
        elif kind.clock is not Clock.rate:  # who owes a rating hears of the rating
            units |= {clock.unit, row.caller_unit_id} if kind.model is Call else {clock.unit}
        yield from (str(unit) for unit in units if unit is not None)


def _parties(session: Session, cases: Sequence[Any]) -> dict[int, list[int]]:
    query = select(CaseParty.case_id, CaseParty.unit_id).where(CaseParty.case_id.in_([case.id for case in cases]))
    found: dict[int, list[int]] = defaultdict(list)
    for case_id, unit_id in session.execute(query):
        found[case_id].append(unit_id)
    return found


def _finish(session: Session, revision: DueRevision, now: datetime) -> None:
    """Each unit hears once how many of its due times moved."""
    message = (
        N_("%(count)s due times that concern you were counted anew, because of: %(reason)s. See your desk.")
        if revision.reason
        else N_("%(count)s due times that concern you were counted anew, as a time limit was changed. See your desk.")
    )
    for unit_id, count in sorted(revision.units.items()):
        tell(session, int(unit_id), revision, message, key="counted anew", now=now, count=str(count),
             reason=revision.reason)  # fmt: skip
    revision.kind = 0
    REVISION.move(session, revision, "finish", actor=SYSTEM_ACTOR, now=now)
