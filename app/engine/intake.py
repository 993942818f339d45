"""Rows from a workbook or a CSV file: the same checks as the form, all of them or none."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import Select, or_, select

from app.engine import write
from app.engine.declare import Told, World
from app.engine.derive import Field, Shape, translated
from app.engine.present import name_of
from app.engine.schema import writable

LANGUAGES = ("zh", "en")

NATURAL_KEYS = ("code", "number", "username", "name", "title")
"""By which of its columns a row may be named in a file, in this order."""


ENCODINGS = ("utf-8-sig", "gb18030")
"""What a CSV file may be written in: UTF-8, or what Excel writes in China."""

SEVERAL = re.compile(r"[、;；\n]")
"""What stands between the names in a cell that holds several."""

Names = dict[str, dict[str, set[int]]]
"""What the rows are called that each relation may name: field → name → keys."""


class Unreadable(ValueError):
    """The file has no rows that this resource could take."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: its number in the file, and a sentence for each column."""

    row: int
    reasons: Mapping[str, str]

    def __str__(self) -> str:
        return "; ".join(f"{name}: {reason}" if name else reason for name, reason in self.reasons.items())


@dataclass(frozen=True, slots=True)
class Taken:
    """How many rows were taken, and under which headings stands what people do not enter, so that it was left."""

    rows: int
    not_entered: list[str]


class Unclear(ValueError):
    """A cell does not single out a word or a row."""


class Rejected(Exception):
    """Some rows were refused, so none was written."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__(f"{len(refusals)} rows refused")
        self.refusals = refusals


def take_in(world: World, shape: Shape, path: Path, *, dry_run: bool) -> Taken:
    """Write every row of the file, or none. Raises `Unreadable` or `Rejected`.

    The first row is the heading: field names or labels, in either language. A dry run is the real run, undone.
    """
    headings, rows = _table(path)
    fields = _headed(shape, headings)
    session = world.session()
    names: Names = {}
    refusals: list[Refusal] = []
    taken = 0
    for number, cells in rows:
        try:
            with session.begin_nested():
                _one(world, shape, fields, cells, names)
            taken += 1
        except write.NotWritten as refusal:
            refusals.append(Refusal(number, refusal.told.fields))
    if refusals or dry_run:
        session.rollback()
    if refusals:
        raise Rejected(refusals)
    session.commit()
    not_entered = [heading for heading, field in zip(headings, fields, strict=True) if heading and field is None]
    return Taken(taken, not_entered)


def _one(world: World, shape: Shape, fields: list[Field | None], cells: list[Any], names: Names) -> None:
    sent, unclear = {}, {}
    for field, cell in zip(fields, cells, strict=False):
        if field is None or cell in ("", None):
            continue
        try:
            sent[field.name] = _value(world, field, cell, names)
        except Unclear as error:
            unclear[field.name] = str(error)
    if unclear:
        raise write.NotWritten(Told(422, unclear))
    write.insert(world, shape, sent)


def _value(world: World, field: Field, cell: Any, names: Names) -> Any:
    """A cell as a program would have sent it. Raises `Unclear` for a word or a row that it does not single out."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if field.names_row:
        return _key(world, field, str(cell).strip(), names)
    if field.kind == "rows":
        return [_key(world, field, name.strip(), names) for name in SEVERAL.split(str(cell)) if name.strip()]
    if field.kind == "word":
        return _word(field, str(cell).strip())
    if field.kind == "flag" and isinstance(cell, str):
        return {"是": True, "否": False, "yes": True, "no": False}.get(cell.strip().lower(), cell)
    if isinstance(cell, datetime | date | time):
        return cell.date().isoformat() if field.kind == "day" and isinstance(cell, datetime) else cell.isoformat()
    return str(cell) if field.kind in ("text", "long_text") else cell


def _word(field: Field, said: str) -> str:
    for word in field.words:
        names = {str(word), word.label}
        for language in LANGUAGES:
            with force_locale(language):
                names.add(gettext(word.label))
        if said in names:
            return str(word)
    raise Unclear(_unknown(said))


def _key(world: World, field: Field, said: str, names: Names) -> int:
    """The one row of that code or name among those that may be chosen, or called so on the screen and in an export."""
    target: Any = field.target
    columns = [getattr(target, name) for name in NATURAL_KEYS if hasattr(target, name)]
    by_column = _choices(world, field).where(or_(*(column == said for column in columns))).limit(2)
    found = {row.id for row in world.session().scalars(by_column)} if columns else set()
    if not found:
        if field.name not in names:
            names[field.name] = _called(world, field)
        found = names[field.name].get(said, set())
    if len(found) > 1:
        raise Unclear(gettext("Several records match “%(value)s”. Write the code of the one.", value=said[:60]))
    if not found:
        raise Unclear(_unknown(said))
    return next(iter(found))


def _unknown(said: str) -> str:
    return gettext("“%(value)s” is not known. Write its code or its name.", value=said[:60])


def _choices(world: World, field: Field) -> Select[Any]:
    query = select(field.target)  # type: ignore[arg-type]
    return query.where(field.among(None, world.actor())) if field.among is not None else query


def _called(world: World, field: Field) -> dict[str, set[int]]:
    """What each row that may be chosen is called, in either language."""
    called: dict[str, set[int]] = defaultdict(set)
    for row in world.session().scalars(_choices(world, field)):
        for language in LANGUAGES:
            with current_app.app_context(), force_locale(language):  # one of its own: words are looked up once for each
                called[name_of(row)].add(row.id)
    return called


def _headed(shape: Shape, headings: list[str]) -> list[Field | None]:
    """The field of each heading; None for what stands in an export, and is not entered. Raises `Unreadable`."""
    entered = writable(shape)
    known: dict[str, Field | None] = {}
    for field in (*shape.fields.values(), *entered):
        names = {field.name, field.label}
        for language in LANGUAGES:
            with force_locale(language):
                names.add(gettext(field.label) if field.label else "")
        known |= dict.fromkeys(names - {""}, field if field.name in shape.form else None)
    fields = [known.get(heading) for heading in headings]
    expected = "、".join(translated(field.label) for field in entered)
    if not any(fields):
        raise Unreadable(gettext("The first row names no column of this table. It knows: %(names)s.", names=expected))
    if unknown := [heading for heading in headings if heading and heading not in known]:
        raise Unreadable(
            gettext(
                "This table has no column named %(unknown)s. It knows: %(names)s.",
                unknown="、".join(f"“{heading[:60]}”" for heading in unknown),
                names=expected,
            )
        )
    if twice := {field.label for field in fields if field is not None and fields.count(field) > 1}:
        said = "、".join(map(translated, sorted(twice)))
        raise Unreadable(gettext("These columns stand there twice: %(names)s.", names=said))
    return fields


def _table(path: Path) -> tuple[list[str], Iterator[tuple[int, list[Any]]]]:
    try:
        rows = _csv(path) if path.suffix.lower() == ".csv" else _workbook(path)
    except (csv.Error, CalamineError) as error:
        raise Unreadable(
            gettext("This file cannot be read. Save it as a workbook (.xlsx), or as CSV in UTF-8 or GB18030.")
        ) from error
    if not rows:
        raise Unreadable(gettext("The file is empty."))
    numbered = (
        (number, row) for number, row in enumerate(rows[1:], start=2) if any(cell not in ("", None) for cell in row)
    )
    return [str(cell).strip() for cell in rows[0]], numbered


def _csv(path: Path) -> list[list[Any]]:
    content = path.read_bytes()
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True))
    raise csv.Error("neither UTF-8 nor GB18030")


def _workbook(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
