"""Rows from a workbook or a CSV file: the same checks as the form, all of them or none."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from flask_babel import force_locale, gettext
from python_calamine import CalamineWorkbook
from sqlalchemy import or_, select

from app.engine import write
from app.engine.declare import Told, World
from app.engine.derive import Field, Shape, translated
from app.engine.schema import writable

NATURAL_KEYS = ("code", "number", "username", "name", "title")
"""By which of its columns a row may be named in a file, in this order."""


class Unreadable(ValueError):
    """The file has no rows that this resource could take."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: its number in the file, and a sentence for each column."""

    row: int
    reasons: Mapping[str, str]


class Rejected(Exception):
    """Some rows were refused, so none was written."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__(f"{len(refusals)} rows refused")
        self.refusals = refusals


def take_in(world: World, shape: Shape, path: Path, *, dry_run: bool) -> int:
    """Write every row of the file, or none; how many. Raises `Unreadable` or `Rejected`.

    The first row is the heading: field names or labels, in either language. A dry run is the real run, undone.
    """
    headings, rows = _table(path)
    fields = _headed(shape, headings)
    session = world.session()
    refusals: list[Refusal] = []
    taken = 0
    for number, cells in rows:
        try:
            with session.begin_nested():
                _one(world, shape, fields, cells)
            taken += 1
        except write.NotWritten as refusal:
            refusals.append(Refusal(number, refusal.told.fields))
    if refusals or dry_run:
        session.rollback()
    if refusals:
        raise Rejected(refusals)
    session.commit()
    return taken


def _one(world: World, shape: Shape, fields: list[Field | None], cells: list[Any]) -> None:
    sent, unknown = {}, {}
    for field, cell in zip(fields, cells, strict=False):
        if field is None or cell in ("", None):
            continue
        value = _value(world, field, cell)
        if value is None:
            unknown[field.name] = gettext("“%(value)s” is not known. Write its code or its name.", value=str(cell)[:60])
        sent[field.name] = value
    if unknown:
        raise write.NotWritten(Told(422, unknown))
    write.insert(world, shape, sent)


def _value(world: World, field: Field, cell: Any) -> Any:
    """A cell as a program would have sent it; None for a word or a row that nobody knows."""
    if field.kind == "row":
        return _key(world, field, str(cell).strip())
    if field.kind == "word":
        return _word(field, str(cell).strip())
    if field.kind == "flag" and isinstance(cell, str):
        return {"是": True, "否": False, "yes": True, "no": False}.get(cell.strip().lower(), cell)
    if isinstance(cell, datetime | date | time):
        return cell.date().isoformat() if field.kind == "day" and isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell) if field.kind in ("text", "long_text") else cell


def _word(field: Field, said: str) -> str | None:
    for word in field.words:
        names = {str(word), word.label}
        for language in ("zh", "en"):
            with force_locale(language):
                names.add(gettext(word.label))
        if said in names:
            return str(word)
    return None


def _key(world: World, field: Field, said: str) -> int | None:
    """The row of that code or name, if there is exactly one in sight."""
    target: Any = field.target
    columns = [getattr(target, name) for name in NATURAL_KEYS if hasattr(target, name)]
    found = (
        world.session().scalars(select(target.id).where(or_(*(column == said for column in columns))).limit(2)).all()
    )
    return found[0] if len(found) == 1 else None


def _headed(shape: Shape, headings: list[str]) -> list[Field | None]:
    known: dict[str, Field] = {}
    for field in writable(shape):
        known[field.name] = known[field.label] = field
        for language in ("zh", "en"):
            with force_locale(language):
                known[gettext(field.label)] = field
    fields = [known.get(heading) for heading in headings]
    if not any(fields):
        names = "、".join(translated(field.label) for field in writable(shape))
        raise Unreadable(gettext("The first row names no column of this table. It knows: %(names)s.", names=names))
    return fields


def _table(path: Path) -> tuple[list[str], Iterator[tuple[int, list[Any]]]]:
    if path.suffix.lower() == ".csv":
        rows: list[list[Any]] = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    else:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    if not rows:
        raise Unreadable(gettext("The file is empty."))
    numbered = (
        (number, row) for number, row in enumerate(rows[1:], start=2) if any(cell not in ("", None) for cell in row)
    )
    return [str(cell).strip() for cell in rows[0]], numbered
