"""The recorder (记录仪): who did what, when, where and why, in the transaction that did it (TC-48, TC-50).

Each written row of a recorded table leaves one entry, chained by HMAC to the one before it in the same
county. Entries are never changed or deleted: triggers in the database refuse it. The key is not in the
database, and the heads of the chains leave the machine daily, so that neither an edited entry nor a
shortened chain passes `verify`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Any, cast

from sqlalchemy import Index, String, Table, UniqueConstraint, event, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column, registry, relationship

from models.actor import Actor
from models.base import N_, Model, Role, User
from models.organisation import Unit

MOVES, ORIGIN, GATHERED = "recorder_moves", "recorder_origin", "recorder_gathered"  # the keys in `session.info`
GENESIS = "0" * 64
DEPLOYMENT = 0
"""The chain of what belongs to no county: users, postings, the city."""

TOLD: dict[type, tuple[str, ...]] = {
    User: ("username", "last_name", "first_name", "email", "active", "password", "roles"),
    Role: ("name", "permissions"),
}
"""What is told of Flask-AppBuilder's rows, which are recorded too. Of signing in nothing; of a password that it was
set; of roles and permissions, by name, which were taken and which given."""

_key: list[bytes] = []


class Unrecorded(Exception):
    """The recorder has no key, so nothing may be written."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whence a change came. `at=None`: the moment it is written."""

    actor: Actor | None = None
    at: datetime | None = None
    ip: str = ""
    place: str = ""
    request_id: str = ""
    note: str = ""
    """The reason of what has none of its own: of which file an import is, say."""


class RecorderEntry(Model):
    """One change of one row. `before` and `after` hold the columns that changed."""

    __tablename__ = "recorder_entry"
    __table_args__ = (
        UniqueConstraint("chain", "seq", name="uq_recorder_entry_chain_seq"),
        Index("ix_recorder_entry_subject", "subject_type", "subject_id"),
        Index("ix_recorder_entry_call", "call_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[int] = mapped_column(info={"label": N_("Chain")})
    seq: Mapped[int] = mapped_column(info={"label": N_("Serial number")})
    at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("When")})
    user_id: Mapped[int | None] = mapped_column()
    unit_id: Mapped[int | None] = mapped_column()
    ip: Mapped[str] = mapped_column(String(45), default="", info={"label": N_("Network address")})
    place: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Place"), "coded": True})
    subject_type: Mapped[str] = mapped_column(String(40), info={"label": N_("Kind of record"), "coded": True})
    subject_id: Mapped[int] = mapped_column(info={"label": N_("Record")})
    call_id: Mapped[int | None] = mapped_column()
    action: Mapped[str] = mapped_column(String(60), info={"label": N_("What"), "coded": "subject_type"})
    before: Mapped[dict[str, Any]] = mapped_column()
    after: Mapped[dict[str, Any]] = mapped_column()
    note: Mapped[str] = mapped_column(String(2000), default="", info={"label": N_("Reason")})
    request_id: Mapped[str] = mapped_column(String(40), default="", info={"label": N_("Request")})
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), info={"label": N_("Seal")})

    # For reading only, and without a constraint: an entry outlives whom it names.
    user: Mapped[User | None] = relationship(
        User,
        primaryjoin=lambda: RecorderEntry.user_id == User.id,
        foreign_keys=user_id,
        viewonly=True,
        info={"label": N_("Person"), "protected": True},
    )
    unit: Mapped[Unit | None] = relationship(
        primaryjoin=lambda: RecorderEntry.unit_id == Unit.id,
        foreign_keys=unit_id,
        viewonly=True,
        info={"label": N_("Unit"), "protected": True},
    )

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} · {self.action}"


class RecorderHead(Model):
    """Where each chain stands. Locked while entries are appended, so that a chain never forks."""

    __tablename__ = "recorder_head"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default=GENESIS)


HASHED = ("chain", "seq", "at", "user_id", "unit_id", "ip", "place", "subject_type", "subject_id", "call_id",
          "action", "before", "after", "note", "request_id", "prev_hash")  # fmt: skip


def use_key(key: str) -> None:
    """Say, once for the process, with which key entries are sealed."""
    _key[:] = [key.encode()]


def seal(entry: dict[str, Any]) -> str:
    """HMAC-SHA-256 over the entry's canonical JSON, its predecessor's hash included."""
    if not _key:
        raise Unrecorded("the recorder has no key: call models.recorder.use_key()")
    values = [plain(entry[name]) for name in HASHED]
    told = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hmac.new(_key[0], told.encode(), hashlib.sha256).hexdigest()


def plain(value: Any) -> Any:
    """As an entry keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def set_origin(session: Session, origin: Origin) -> None:
    """From here on, what the session writes comes from there."""
    session.info[ORIGIN] = origin


def note_move(session: Session, subject: object, name: str, *, note: str, actor: Actor, now: datetime) -> None:
    """The next change of `subject` is this move, with this reason, and not a mere edit."""
    session.info.setdefault(MOVES, {})[id(subject)] = (subject, name, note, actor, now)


def note_moves(
    session: Session,
    moved: Iterable[tuple[Any, dict[str, Any], dict[str, Any]]],
    name: str,
    *,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Rows that one statement has moved, past any flush: each with the columns that changed, before and after."""
    entries = [
        _entry(session, inspect(row).mapper, row, name, (row, name, note, actor, now))
        | {"before": {key: plain(value) for key, value in before.items()}}
        | {"after": {key: plain(value) for key, value in after.items()}}
        for row, before, after in moved
    ]
    _keep(session, entries)


def watch(tables: registry) -> None:
    """Read the old value before it is overwritten, even of a row that was not yet read again."""
    for mapper in (*tables.mappers, *map(inspect, TOLD)):
        for attribute in mapper.column_attrs if is_recorded(mapper) else ():
            getattr(mapper.class_, attribute.key).impl.active_history = True


def is_recorded(mapper: Mapper[Any]) -> bool:
    """Whether a table leaves entries: ours do but those that say `__recorded__ = False`, with a reason beside it."""
    if not issubclass(mapper.class_, Model):
        return mapper.class_ in TOLD
    return getattr(mapper.class_, "__recorded__", True) and mapper.class_ not in (RecorderEntry, RecorderHead)


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """One entry for each row touched in here, however many flushes it takes: a move is one entry."""
    if GATHERED in session.info:
        yield
        return
    gathered: dict[tuple[str, int], list[dict[str, Any]]] = session.info.setdefault(GATHERED, {})
    try:
        yield
        session.flush()
    finally:
        del session.info[GATHERED]
        session.info.pop(MOVES, None)
    if gathered:
        append(session, chain.from_iterable(gathered.values()))


@event.listens_for(Session, "after_flush")
def _record(session: Session, flush: object) -> None:
    _keep(session, list(_changes(session)))


def _keep(session: Session, entries: list[dict[str, Any]]) -> None:
    gathered = session.info.get(GATHERED)
    if gathered is None:
        if entries:
            append(session, entries)
        return
    for entry in entries:
        _gather(gathered.setdefault((entry["subject_type"], entry["subject_id"]), []), entry)


def _gather(earlier: list[dict[str, Any]], entry: dict[str, Any]) -> None:
    """What two flushes did to one row is one change, unless each has a name of its own."""
    last = earlier[-1] if earlier else None
    if last is None or "edit" not in (last["action"], entry["action"]):
        earlier.append(entry)
        return
    named = entry if last["action"] == "edit" else last
    changes = {"before": entry["before"] | last["before"], "after": last["after"] | entry["after"]}
    earlier[-1] = named | changes


def _changes(session: Session) -> Iterator[dict[str, Any]]:
    for rows, action in ((session.new, "create"), (session.dirty, "edit"), (session.deleted, "delete")):
        for row in rows if action == "create" else sorted(rows, key=_place):  # the session keeps those in no order
            mapper = inspect(row).mapper
            if not is_recorded(mapper):
                continue
            told = _told if mapper.class_ in TOLD else _difference
            before, after = told(mapper, row, action)
            move = session.info.get(MOVES, {}).pop(id(row), None)
            if before or after or move:
                yield _entry(session, mapper, row, action, move) | {"before": before, "after": after}


def _place(row: object) -> tuple[str, tuple[Any, ...]]:
    mapper = inspect(row).mapper
    return mapper.class_.__tablename__, tuple(mapper.primary_key_from_instance(row))


def _difference(mapper: Mapper[Any], row: object, action: str) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(row)
    for attribute in mapper.column_attrs:
        name = attribute.key
        if attribute.columns[0].info.get("secret"):
            continue
        if action == "delete":
            before[name] = plain(getattr(row, name))
        elif action == "create":
            if (value := getattr(row, name)) is not None:
                after[name] = plain(value)
        elif (history := state.attrs[name].history).has_changes():
            before[name] = plain(history.deleted[0]) if history.deleted else None
            after[name] = plain(history.added[0]) if history.added else None
    before.pop("version", None)
    after.pop("version", None)
    return before, after


def _told(mapper: Mapper[Any], row: object, action: str) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in TOLD[mapper.class_]:
        many = name in mapper.relationships
        if action == "edit":
            history = inspect(row).attrs[name].history
            was, now = history.deleted or (), history.added or ()
        else:
            held = getattr(row, name) if many else [getattr(row, name)]
            was, now = ((), held) if action == "create" else (held, ())
        for side, values in ((before, was), (after, now)):
            words = sorted(_word(name, value) for value in values if value is not None)
            if words or (action == "edit" and (was or now)):
                side[name] = words if many else words[0] if words else None
    if "password" in before:
        before["password"] = None  # it was one before, too
    return before, after


def _word(name: str, value: Any) -> Any:
    if name == "password":
        return "set"
    if name == "permissions":
        return f"{value.permission.name} {value.view_menu.name}"
    return value.name if name == "roles" else value


def _entry(session: Session, mapper: Mapper[Any], row: Any, action: str, move: Any) -> dict[str, Any]:
    origin: Origin = session.info.get(ORIGIN, Origin())
    actor, at, note = origin.actor, origin.at, origin.note
    if move:
        _subject, action, said, actor, at = move
        note = said or note
    return {
        "chain": getattr(row, "region_id", None) or DEPLOYMENT,
        "at": at or datetime.now(UTC),
        "user_id": actor.user_id if actor else None,
        "unit_id": actor.unit_id if actor else None,
        "ip": origin.ip,
        "place": origin.place,
        "subject_type": mapper.class_.__tablename__,
        "subject_id": mapper.primary_key_from_instance(row)[0],
        "call_id": row.id if mapper.class_.__tablename__ == "call" else getattr(row, "call_id", None),
        "action": action,
        "note": note[:2000],
        "request_id": origin.request_id,
    }


def append(session: Session, entries: Iterable[dict[str, Any]]) -> None:
    """Add entries to their chains, in order; one lock and one insert for each chain."""
    chains: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        chains[entry["chain"]].append(entry)
    connection = session.connection()
    head_table, entry_table = cast(Table, RecorderHead.__table__), cast(Table, RecorderEntry.__table__)
    for number in sorted(chains):
        locked = select(head_table.c.seq, head_table.c.hash).where(head_table.c.chain == number).with_for_update()
        head = connection.execute(locked).one_or_none()
        if head is None:
            new = sqlite.insert(head_table) if connection.dialect.name == "sqlite" else postgresql.insert(head_table)
            connection.execute(new.values(chain=number, seq=0, hash=GENESIS).on_conflict_do_nothing())
            head = connection.execute(locked).one()
        seq, last = head
        for entry in chains[number]:
            seq += 1
            entry |= {"seq": seq, "prev_hash": last}
            entry["hash"] = last = seal(entry)
        connection.execute(insert(entry_table), chains[number])
        connection.execute(update(head_table).where(head_table.c.chain == number).values(seq=seq, hash=last))


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry of a chain that is not as it was written."""

    chain: int
    seq: int
    reason: str


def verify(session: Session, *kept: dict[int, tuple[int, str]]) -> list[Fault]:
    """Recompute every chain; name the first bad entry of each. `kept`: heads kept outside (chain → seq, hash)."""
    anchors: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for number, (seq, last) in chain.from_iterable(kept_heads.items() for kept_heads in kept):
        anchors[number][seq].add(last)
    known = heads(session)
    begun = set(session.scalars(select(RecorderEntry.chain).distinct()))
    faults = (
        _verify_chain(session, number, known.get(number), anchors.get(number, {}))
        for number in sorted(known.keys() | begun | anchors.keys())
    )
    return [fault for fault in faults if fault]


def _verify_chain(
    session: Session, number: int, head: tuple[int, str] | None, anchors: dict[int, set[str]]
) -> Fault | None:
    expected, last, place = 1, GENESIS, 0
    query = select(RecorderEntry).where(RecorderEntry.chain == number).order_by(RecorderEntry.seq)
    with closing(session.scalars(query.execution_options(yield_per=1000))) as entries:
        for entry in entries:
            if entry.seq != expected:
                return Fault(number, expected, "missing")
            if entry.prev_hash != last or entry.hash != seal({name: getattr(entry, name) for name in HASHED}):
                return Fault(number, entry.seq, "changed")
            if entry.id <= place:  # not sealed, but it says which of two entries is the later one
                return Fault(number, entry.seq, "changed")
            if anchors.get(entry.seq, {entry.hash}) != {entry.hash}:
                return Fault(number, entry.seq, "differs from the anchor")
            expected, last, place = entry.seq + 1, entry.hash, entry.id
    if head is None or (expected - 1, last) != head:
        return Fault(number, expected, "the chain ends before its head")
    if max(anchors, default=0) > head[0]:
        return Fault(number, head[0] + 1, "the anchor is newer than the head")
    return None


def heads(session: Session) -> dict[int, tuple[int, str]]:
    """The heads, to be kept where the database's owner cannot write."""
    return {head.chain: (head.seq, head.hash) for head in session.scalars(select(RecorderHead))}
