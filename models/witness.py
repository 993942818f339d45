"""Every recorded row held against what the recorder tells of it: one changed behind its back is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Mapper, Session

from models.base import Model
from models.recorder import DEPLOYMENT, RecorderEntry, is_recorded, plain

FOLLOWING = {"unit": {"path", "region_id"}}
"""Columns that one statement writes for a whole branch, and no entry tells: they follow from each unit's parent."""

BATCH = 1_000

Row = tuple[int, str, Any]
"""A key, which side it is from, and the values there."""


class Difference(NamedTuple):
    """A row that is not as its entries left it."""

    chain: int
    subject_type: str
    subject_id: int
    reason: str


def differences(session: Session) -> Iterator[Difference]:
    """Each row that differs from its entries, table by table, by key; read as a stream, in one transaction."""
    for mapper in sorted(Model.registry.mappers, key=lambda mapper: str(mapper.class_.__tablename__)):
        if is_recorded(mapper):
            yield from _of_table(session, mapper)


def _of_table(session: Session, mapper: Mapper[Any]) -> Iterator[Difference]:
    table = mapper.class_.__tablename__
    defaults = {name: _default(mapper, name) for name in _compared(mapper)}
    key = itemgetter(0)
    for subject_id, sides in groupby(merge(_rows(session, mapper), _told(session, table), key=key), key=key):
        side = {name: values for _, name, values in sides}
        row, (chain, told) = side.get("row"), side.get("told", (None, None))
        if row is None and told is None:
            continue
        if row is None:
            yield Difference(chain, table, subject_id, "is gone")
        elif told is None:
            reason = "has no entry" if chain is None else "is there, and was deleted"
            yield Difference(row.get("region_id") or DEPLOYMENT, table, subject_id, reason)
        elif found := [name for name, default in defaults.items() if not _same(name, row, told, default)]:
            yield Difference(chain, table, subject_id, f"differs from its entries: {', '.join(found)}")


def _compared(mapper: Mapper[Any]) -> Iterator[str]:
    left_out = {"version"} | FOLLOWING.get(mapper.class_.__tablename__, set())
    for attribute in mapper.column_attrs:
        if attribute.key not in left_out and not attribute.columns[0].info.get("secret"):
            yield attribute.key


def _default(mapper: Mapper[Any], name: str) -> Any:
    default = mapper.column_attrs[name].columns[0].default
    return plain(default.arg) if default is not None and default.is_scalar else None


def _same(name: str, row: Mapping[str, Any], told: Mapping[str, Any], default: Any) -> bool:
    """An entry leaves out what was empty; a column that a migration has added since holds its default."""
    value = plain(row[name])
    return bool(value == told[name]) if name in told else value is None or value == default


def _rows(session: Session, mapper: Mapper[Any]) -> Iterator[Row]:
    columns = [getattr(mapper.class_, attribute.key) for attribute in mapper.column_attrs]
    found = session.execute(select(*columns).order_by(mapper.class_.id).execution_options(yield_per=BATCH))
    for row in found.mappings():
        yield row["id"], "row", row


def _told(session: Session, table: str) -> Iterator[Row]:
    """What the entries of each row come to, with the chain of the last; None for a row that was deleted."""
    entry = RecorderEntry
    columns = select(entry.subject_id, entry.chain, entry.action, entry.after)
    of_table = columns.where(entry.subject_type == table).order_by(entry.subject_id, entry.id)
    found = session.execute(of_table.execution_options(yield_per=BATCH))
    for subject_id, entries in groupby(found, key=itemgetter(0)):
        chain, told = DEPLOYMENT, None
        for _, chain, action, after in entries:  # noqa: B007  (the last one counts)
            told = None if action == "delete" else (told or {}) | after
        yield subject_id, "told", (chain, told)
