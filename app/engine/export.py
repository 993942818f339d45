"""A list or a chart as a workbook, written in constant memory, with text that stays text."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import IO, Any

import xlsxwriter
from flask_babel import gettext

from app.engine.charts import Figures
from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import translated
from app.engine.present import plain
from app.engine.query import Question, fetch_related, narrowed, ordered

MOST = 100_000
BATCH = 1_000
CELL = 32_767
"""Excel's own limit for the characters of a cell; what is longer is cut, and says so."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def rows_of(world: World, shape: Shape, question: Question) -> Iterator[list[Any]]:
    """The listed columns of every row asked for, as people read them; related names a batch at a time."""
    session = world.session()
    fields = shape.pick(tuple(dict.fromkeys((*shape.listed, *shape.shown))))
    yield [translated(field.label) for field in fields]
    query = ordered(shape, question, narrowed(shape, question)).limit(MOST)
    for rows in session.scalars(query.execution_options(yield_per=BATCH)).partitions():
        _held = fetch_related(session, fields, rows)
        for row in rows:
            yield [_cell(field, field.told_of(row), world.zone) for field in fields]


def _cell(field: Any, value: Any, zone: tzinfo) -> Any:
    if field.kind in ("number", "decimal") and value is not None:
        return value
    return plain(field, value, zone)


def rows_of_chart(found: Figures) -> Iterator[list[Any]]:
    """The numbers behind a chart."""
    yield [found.by, *(name for name, _ in found.series), *([gettext("Share in percent")] if found.shares else ())]
    for index, label in enumerate(found.labels):
        yield [label, *(values[index] for _, values in found.series), *found.shares[index : index + 1]]


def workbook(title: str, rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """An open temporary file that holds the workbook, at its beginning. The first row is the heading."""
    return sheets([(title, rows)])


class Heading(list[Any]):
    """A row that is a heading, though it is not the first."""


def sheets(parts: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> IO[bytes]:
    """The same with several sheets: (title, rows), each title another."""
    file: IO[bytes] = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (handed to whoever sends it)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        heading = book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1})
        for title, rows in parts:
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or "1")
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                look = heading if number == 0 or isinstance(row, Heading) else None
                for column, value in enumerate(row):
                    _write(sheet, number, column, value, look)
                if number == 0:
                    sheet.set_column(0, max(len(row) - 1, 0), 18)
    file.seek(0)
    return file


def _write(sheet: Any, number: int, column: int, value: Any, look: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(number, column, _clean(value), look)
    elif value is not None:
        sheet.write_number(number, column, value, look)


def _clean(text: str) -> str:
    text = UNPRINTABLE.sub("\ufffd", text)
    if len(text) <= CELL:
        return text
    mark = gettext("… (cut)")
    return text[: CELL - len(mark)] + mark
