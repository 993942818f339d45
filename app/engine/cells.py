"""A cell as a program would have sent it: names and words as people write them, days and numbers in any usual way."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import Select, or_, select

from app.engine.declare import World
from app.engine.fields import Field
from app.engine.present import name_of

LANGUAGES = ("zh", "en")

NATURAL_KEYS = ("code", "number", "username", "name", "short_name", "title")
"""By which of its columns a row may be named in a file, in this order."""

SEVERAL, BRACKET = re.compile(r"[、;；\n\r]"), re.compile(r"([()（）])")
"""What stands between the names in a cell that holds several; within brackets it belongs to the name."""

FLAGS = dict.fromkeys(("是", "有", "√", "✓", "yes", "y", "true", "1"), True) | dict.fromkeys(
    ("否", "无", "×", "✗", "no", "n", "false", "0"), False
)
DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(上午|下午|AM|PM)?\s*(\d{1,2})\s*[:时点](?:\s*(\d{1,2})"
    r"(?:\s*[:分](?:\s*(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?\s*(AM|PM)?\s*(.*))?",
    re.IGNORECASE,
)
DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(.*)")
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
ZONES = {"": "", "z": "+00:00", "utc": "+00:00", "gmt": "+00:00", "北京时间": "+08:00"}
AFTERNOON, NOON = ("下午", "pm"), 12
LEAST, MOST, FIRST = 20_000, 80_000, datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet knows no zone)
"""Numbers between which a spreadsheet means a day of our time, and the day that it counts from."""

NUMERAL = "〇零一二三四五六七八九十百"
LISTED = re.compile(rf"[（(]?第?([{NUMERAL}]{{1,40}}|\d+)[）)]?[项条号、.．]?")
TENS = {10, 100}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """What people said before of the files they keep: which field a heading means, and what a value means there."""

    headings: Mapping[str, str] = field(default_factory=dict)
    """heading, as `sheets.plain_heading` makes it → field, or nothing for a column that is left out"""
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(field, value) → its code or name, or nothing for one that is left out"""
    way_out: str = ""
    """Where whoever keeps the file says what a word means that nobody knows."""


class Unclear(ValueError):
    """A cell does not single out a word or a row. `said` is the part of it that does not."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


@dataclass(slots=True)
class Reader:
    """Reads the cells of one file. What it has looked up it does not look up again."""

    world: World
    known: Known
    called: dict[str, Mapping[str, set[Any]]] = field(default_factory=dict)
    rows: dict[tuple[str, str], Any] = field(default_factory=dict)

    def read(self, wanted: Field, cell: Any) -> Any:
        """A row for its name; None for what is to be left out. Raises `Unclear` for a name of none, or of many."""
        text = text_of(cell)
        if wanted.names_row:
            return self._row(wanted, text)
        if wanted.names_rows:
            whole = (wanted.name, text) in self.known.values
            named = [self._row(wanted, name) for name in ([text] if whole else parts_of(text))]
            return [row for row in named if row is not None]
        if wanted.kind == "word":
            return self._said(wanted, text, self._word)
        return _scalar(wanted, cell, text)

    def _said(self, wanted: Field, text: str, find: Callable[[Field, str], T]) -> T | None:
        """What the table itself calls so; only what it does not know is what people said that it means."""
        try:
            return find(wanted, text) if text else None
        except Unclear:
            said = self.known.values.get((wanted.name, text), text)
            if said == text:
                raise
        try:
            return find(wanted, said) if said else None
        except Unclear as error:
            raise Unclear(str(error), text) from error

    def _word(self, wanted: Field, said: str) -> str:
        for word in wanted.words:
            names = {str(word), word.label}
            for language in LANGUAGES:
                with force_locale(language):
                    names.add(gettext(word.label))
            if said in names:
                return str(word)
        raise Unclear(_unknown(said, self.known.way_out), said)

    def _row(self, wanted: Field, text: str) -> Any:
        if (wanted.name, text) not in self.rows:
            self.rows[wanted.name, text] = self._said(wanted, text, self._found)
        return self.rows[wanted.name, text]

    def _found(self, wanted: Field, said: str) -> Any:
        """The one row of that code or name among those that may be chosen, or called so on the screen."""
        target: Any = wanted.target
        columns = [getattr(target, name) for name in NATURAL_KEYS if hasattr(target, name)]
        by_column = self._choices(wanted).where(or_(*(column == said for column in columns))).limit(2)
        found = set(self.world.session().scalars(by_column)) if columns else set()
        if not found:
            if wanted.name not in self.called:
                self.called[wanted.name] = self._calls(wanted)
            found = self.called[wanted.name].get(said, set())
        if len(found) > 1:
            raise Unclear(
                gettext("Several records match “%(value)s”. Write the code of the one.", value=said[:60]), said
            )
        if not found:
            raise Unclear(_unknown(said, self.known.way_out), said)
        return next(iter(found))

    def _choices(self, wanted: Field) -> Select[Any]:
        query = select(wanted.target)  # type: ignore[arg-type]
        among = wanted.choice(self.world, None)
        return query.where(among) if among is not None else query

    def _calls(self, wanted: Field) -> Mapping[str, set[Any]]:
        """What each row that may be chosen is called, in either language."""
        called: dict[str, set[Any]] = defaultdict(set)
        for row in self.world.session().scalars(self._choices(wanted)):
            for language in LANGUAGES:
                with current_app.app_context(), force_locale(language):  # of its own: words are looked up once for each
                    called[name_of(row)].add(row)
        return called


def text_of(cell: Any) -> str:
    """What a cell says. Spreadsheets keep whole numbers as fractions."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _unknown(said: str, way_out: str) -> str:
    told = gettext("“%(value)s” is not known. Write its code or its name.", value=said[:60])
    return f"{told} {way_out}".strip()


def parts_of(text: str) -> list[str]:
    """The names in a cell that may hold several."""
    pieces = [*BRACKET.split(text), ""]
    split = [
        piece if bracket in (")", "）") else SEVERAL.sub("\x00", piece)
        for piece, bracket in zip(pieces[::2], pieces[1::2], strict=True)
    ]
    apart = "".join(map("".join, zip(split, pieces[1::2], strict=True))).split("\x00")
    return list(dict.fromkeys(name.strip() for name in apart if name.strip()))


def _scalar(wanted: Field, cell: Any, text: str) -> Any:
    if wanted.kind == "flag":
        return FLAGS.get(text.lower(), cell)
    if wanted.kind in ("day", "moment"):
        return _moment(wanted, cell, text)
    if wanted.kind in ("number", "decimal") and isinstance(cell, str):
        return text.replace(",", "").replace("，", "")
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return text if wanted.kind in ("text", "long_text") else cell


def _moment(wanted: Field, cell: Any, text: str) -> str:
    """In ISO's way, from what programs store and people write; what is not understood as it is.

    2026/11/28, 2026年11月28日 上午9时30分, 20261128, 2026-11-28T01:30:00Z. A day alone begins at midnight, and as a
    limit lasts until its last minute; a zone that is written there counts.
    """
    if isinstance(cell, int | float) and LEAST < cell < MOST:
        cell = FIRST + timedelta(seconds=round(cell * 86_400))
    if isinstance(cell, datetime | date):
        text = cell.isoformat()
    said = unicodedata.normalize("NFKC", text).strip()
    moment = _written(said)
    if not moment:
        return text
    if wanted.kind == "day":
        return moment.partition("T")[0]
    if wanted.until and moment.removesuffix("T00:00:00") == moment.partition("T")[0]:
        return f"{moment.partition('T')[0]}T23:59:00"
    return moment if "T" in moment else f"{moment}T00:00:00"


def _written(said: str) -> str:
    """A day, or a moment, in ISO's way; nothing where it is neither."""
    if found := DAY.fullmatch(said):
        year, month, day, before, hour, minute, second, after, zone = found.groups()
    elif found := DIGITS.fullmatch(said):
        (year, month, day, hour, minute, second, zone), before, after = found.groups(), "", ""
    else:
        return ""
    told = f"{year}-{int(month):02}-{int(day):02}"
    if hour is None:
        return "" if zone else told
    offset, half = _offset(zone.strip()), (before or after or "").lower()
    if offset is None:
        return ""
    at = int(hour)
    if half and at <= NOON:
        at = at % NOON + (NOON if half in AFTERNOON else 0)
    return f"{told}T{at:02}:{int(minute or 0):02}:{int(second or 0):02}{offset}"


def _offset(zone: str) -> str | None:
    """A zone in ISO's way; None for one that nobody knows."""
    if found := OFFSET.fullmatch(zone):
        sign, hours, minutes = found.groups()
        return f"{sign}{int(hours):02}:{minutes or '00'}"
    return ZONES.get(zone.lower())


def code_of(cell: Any) -> str:
    """A code with its Chinese numerals as digits: （十二） is 12, 三-5 is 3-5. What is more than numerals stays."""
    text = text_of(cell)
    pieces = re.split(r"([-－—.．])", text)
    found = [LISTED.fullmatch(piece) for piece in pieces[::2]]
    if not any(char in NUMERAL for char in text) or not all(found):
        return text
    numbers = [_number(match[1]) for match in found if match]
    return "".join(number + mark for number, mark in zip(numbers, [*pieces[1::2], ""], strict=True))


def _number(said: str) -> str:
    if said.isdecimal():
        return said
    total, last = 0, 0
    for char in said:
        value = int(unicodedata.numeric(char))
        if value in TENS:
            total, last = total + (last or 1) * value, 0
        else:
            last = value if not last else last * 10 + value
    return str(total + last)
