"""Sheets as offices keep them: titles above the heading, merged cells, headings of two rows, headlines between."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from xlsxwriter.utility import xl_col_to_name

from app.engine.workbook import DEEPEST, WIDEST, Merged, NoWorkbook, TooMuch, unfold

ENCODINGS = ("utf-8-sig", "gb18030")
"""What a CSV file may be written in: UTF-8, or what Excel writes in China."""

SEARCHED, DEEP = 15, 3
"""In how many rows from the top the heading is looked for, and of how many it may consist."""

MOST = 2_000
"""Rows of a file that say something."""

NUMBERING = re.compile(r"^\s*[（(第]?[〇零一二三四五六七八九十百]+[）)、.．章节类]\s*")
COUNT = re.compile(r"[（(]共?\s?\d+\s?[项条件][）)]$")
REMARK = re.compile(r"[（(][^（()）]*[）)]")


class Unreadable(ValueError):
    """The file has no rows that this resource could take."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number as the program shows it, its cells, and the headline that it stands under."""

    number: int
    cells: Sequence[Any]
    headline: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the texts of each column's heading from top to bottom, and the rows below."""

    name: str
    head: int
    """The number of the heading's first row."""
    headings: Sequence[tuple[str, ...]]
    lines: Sequence[Line]


@dataclass(slots=True)
class Grid:
    """The cells of a sheet from its first row and column on. What is merged has its value in every cell."""

    name: str
    bare: list[list[Any]]
    merged: Sequence[Merged] = ()
    cells: list[list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        width = min(max(map(len, self.bare), default=0), WIDEST)
        self.bare = [[*row[:width], *[""] * (width - len(row))] for row in self.bare]
        self.cells = [list(row) for row in self.bare]
        self.merged = [*_within(self.merged, len(self.bare), width)]
        sizes = [(bottom - top + 1) * (right - left + 1) for (top, left), (bottom, right) in self.merged]
        if sum(sizes) > width * len(self.bare):  # they lie beside each other, so they are never more than all
            raise Unreadable(too_much())
        for (top, left), (bottom, right) in self.merged:
            for row in self.cells[top : bottom + 1]:
                row[left : right + 1] = [self.bare[top][left]] * len(row[left : right + 1])


def too_much() -> str:
    return gettext(
        "This file unfolds to more than can be read at once. Copy its rows into a new workbook, then send that."
    )


def _within(merged: Iterable[Merged], height: int, width: int) -> Iterator[Merged]:
    """What is merged, as far as the sheet says anything there."""
    for (top, left), (bottom, right) in merged:
        if top < height and left < width:
            yield (top, left), (min(bottom, height - 1), min(right, width - 1))


def address(number: int, column: int) -> str:
    """A cell as the program calls it: `B7`."""
    return f"{xl_col_to_name(column)}{number}"


def plain_heading(text: Any) -> str:
    """A heading without what only makes it look nice: white space, stars, colons."""
    return re.sub(r"[\s*＊:：]+", "", str(text if text is not None else "")).lower()


def ways_to_say(parts: Sequence[str]) -> Iterator[str]:
    """What a heading of several rows may be known by: the whole, then its parts from below; last without remarks."""
    wordings = ["".join(parts), *reversed(parts)]
    yield from map(plain_heading, wordings)
    yield from (REMARK.sub("", plain_heading(text)) for text in wordings)


def read(name: str, content: bytes, known: Callable[[str], bool], heads: dict[str, int] | None = None) -> list[Sheet]:
    """The sheets that have rows. `known` tells a heading; `heads` says where one is, by sheet. Raises `Unreadable`."""
    try:
        grids = [*(_csv(name, content) if name.lower().endswith((".csv", ".txt")) else _workbook(content))]
    except TooMuch as error:
        raise Unreadable(too_much()) from error
    except (csv.Error, NoWorkbook) as error:
        raise Unreadable(
            gettext("This file cannot be read. Save it as a workbook (.xlsx), or as CSV in UTF-8 or GB18030.")
        ) from error
    if sum(any(map(_is_text, row)) for grid in grids for row in grid.cells) > MOST:
        raise Unreadable(gettext("The file has more than %(most)s rows. Send it in parts.", most=MOST))
    sheets = [sheet for grid in grids if (sheet := _sheet(grid, known, (heads or {}).get(grid.name))) is not None]
    if not sheets:
        raise Unreadable(gettext("The file is empty."))
    return sheets


def _csv(name: str, content: bytes) -> Iterable[Grid]:
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            rows: list[list[str]] = []
            for row in csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True):
                if len(rows) == DEEPEST:
                    raise TooMuch
                rows.append(row[:WIDEST])
            return [Grid(re.sub(r"\.[^.]*$", "", name), rows)]
    raise csv.Error("neither UTF-8 nor GB18030")


def _workbook(content: bytes) -> Iterator[Grid]:
    for name, rows, merged in unfold(content):
        yield Grid(name, rows, merged)


def _sheet(grid: Grid, known: Callable[[str], bool], head: int | None) -> Sheet | None:
    if not any(map(_texts, grid.cells)):
        return None
    first = head - 1 if head and head <= len(grid.cells) else _head_of(grid, known)
    last = _last_of_head(grid, first)
    headings = _headings(grid, first, last)
    return Sheet(grid.name, first + 1, headings, list(_lines(grid, first, last)))


def _head_of(grid: Grid, known: Callable[[str], bool]) -> int:
    """The row with the most known headings; where none is known, the first with several texts.

    A row above that says who filled the sheet in, and when, adds none.
    """

    def score(first: int, last: int) -> int:
        return sum(any(map(known, ways_to_say(parts))) for parts in _headings(grid, first, last) if parts)

    rows = range(min(SEARCHED, len(grid.cells)))
    scores = {row: score(row, _last_of_head(grid, row)) for row in rows}
    best = max(rows, key=lambda row: (scores[row], score(row, row) > 0, -row))
    if scores[best]:
        return best
    return next((row for row in rows if len(set(_texts(grid.cells[row]))) > 1), 0)


def _last_of_head(grid: Grid, first: int) -> int:
    """Where a heading ends: with the cells merged down from its first row, or with a row that fills its gaps."""
    down = [bottom for (top, _), (bottom, _) in grid.merged if top == first and bottom - top < DEEP]
    last = max(down, default=first)
    if last == first and first + 1 < len(grid.bare) and _fills_gaps(grid, first):
        last = first + 1
    return min(last, len(grid.cells) - 1)


def _fills_gaps(grid: Grid, first: int) -> bool:
    """Whether the next row has texts just where this one has gaps, or has a word for several columns."""
    above, below = grid.bare[first], grid.bare[first + 1]
    across = {
        column
        for (top, left), (bottom, right) in grid.merged
        if top == bottom == first
        for column in range(left, right + 1)
    }
    if len(across) == len(above):  # a title
        return False
    filled = [column for column, cell in enumerate(below) if _is_text(cell)]
    gaps = [column for column, cell in enumerate(above) if not _is_text(cell)]
    open_ = {*gaps, *across, *(column - 1 for column in gaps)}
    return len(filled) > 1 and bool(_texts(above)) and set(filled) <= open_


def _headings(grid: Grid, first: int, last: int) -> list[tuple[str, ...]]:
    columns = zip(*grid.cells[first : last + 1], strict=True)
    return [tuple(dict.fromkeys(str(cell).strip() for cell in cells if _is_text(cell))) for cells in columns]


def _lines(grid: Grid, first: int, last: int) -> Iterator[Line]:
    """The rows below the heading, but for blank ones, the heading once more, and headlines."""
    heading, headline = grid.cells[last], ""
    across = {top for (top, left), (_, right) in grid.merged if 2 * (right - left + 1) > len(heading)}
    for row, cells in enumerate(grid.cells[last + 1 :], start=last + 1):
        texts = _texts(cells)
        if not texts or cells == heading or cells == grid.cells[first]:
            continue
        alone = len(set(texts)) == 1
        if alone and (row in across or (len(texts) == 1 and len(cells) > 2 and NUMBERING.match(texts[0]))):
            headline = COUNT.sub("", NUMBERING.sub("", texts[0])).rstrip()
            continue
        yield Line(row + 1, cells, headline)


def _texts(cells: Iterable[Any]) -> list[str]:
    return [str(cell).strip() for cell in cells if _is_text(cell)]


def _is_text(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""
