"""Opens a workbook in a process of its own, whose memory and time have an end: a small file may unfold without one."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from datetime import date, datetime, time
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

MEMORY, SECONDS = 1024 * 1024 * 1024, 5
"""What the process may use: bytes of memory, and seconds of a processor."""

DEEPEST, WIDEST = 20_000, 200
"""Rows of all sheets together, blank ones included, and columns that are looked at."""

SHEETS, TEXT = 100, 10_000_000
"""Sheets of a workbook, and characters in all of them."""

NO_WORKBOOK, TOO_MUCH = 2, 3
"""What the process ends with where it has nothing to tell."""

MOMENTS: dict[str, type[date] | type[time]] = {kind.__name__: kind for kind in (datetime, date, time)}

Merged = tuple[tuple[int, int], tuple[int, int]]


class NoWorkbook(Exception):
    """Nothing that the program for workbooks could open."""


class TooMuch(Exception):
    """It unfolds to more than anyone fills in."""


class Unfolded(NamedTuple):
    """One sheet from its first row and column on, and the first and last cell of what is merged in it."""

    name: str
    rows: list[list[Any]]
    merged: list[Merged]


def unfold(content: bytes) -> list[Unfolded]:
    """The sheets of a workbook. Raises `NoWorkbook` or `TooMuch`."""
    try:
        done = subprocess.run(  # noqa: S603  (this very file)
            [sys.executable, "-I", __file__], input=content, capture_output=True, timeout=2 * SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise TooMuch from error
    if done.returncode:
        raise NoWorkbook if done.returncode == NO_WORKBOOK else TooMuch
    return [
        Unfolded(name, [[_cell(cell) for cell in row] for row in rows], [(tuple(a), tuple(b)) for a, b in merged])
        for name, rows, merged in json.loads(done.stdout)
    ]


def _cell(told: Any) -> Any:
    return MOMENTS[told[0]].fromisoformat(told[1]) if isinstance(told, list) else told


def _told(cell: Any) -> Any:
    """A day or an hour as JSON; a span of time, which no field takes, as text."""
    kind = type(cell).__name__
    return [kind, cell.isoformat()] if kind in MOMENTS else str(cell)


def _read(content: bytes) -> list[Unfolded]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if len(book.sheet_names) > SHEETS:
        raise TooMuch
    found: list[Unfolded] = []
    deep = text = 0
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        deep += sheet.end[0] + 1 if sheet.end else 0
        if deep > DEEPEST:
            raise TooMuch
        rows = [row[:WIDEST] for row in sheet.to_python(skip_empty_area=False)]
        text += sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        if text > TEXT:
            raise TooMuch
        found.append(Unfolded(name, rows, list(sheet.merged_cell_ranges or ())))
    return found


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = json.dumps(_read(sys.stdin.buffer.read()), ensure_ascii=False, default=_told)
    except CalamineError:
        return NO_WORKBOOK
    except (TooMuch, MemoryError):
        return TOO_MUCH
    sys.stdout.buffer.write(told.encode())
    return 0


if __name__ == "__main__":
    sys.exit(_main())
