"""Rows from a file: the same checks as the form, each row new, changed, the same or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from flask_babel import gettext
from marshmallow import ValidationError
from sqlalchemy import UniqueConstraint, inspect, select

from app.engine import kinds, write
from app.engine.cells import Known, Reader, Unclear, code_of, parts_of
from app.engine.declare import Told, World
from app.engine.derive import Shape
from app.engine.fields import Field, translated
from app.engine.headings import Headings, columns_of, headings_of, usual_intake
from app.engine.present import name_of, plain
from app.engine.schema import load, schema_of, writable
from app.engine.sheets import Line, Sheet, Unreadable, address

Action = Literal["new", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was refused: the cell, the field, and a sentence. Without a cell it is about the row."""

    cell: str
    field: str
    label: str
    sentence: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.cell, f"{self.field}:" if self.field else "", self.sentence)))

    def told(self) -> str:
        """For a person, who knows the column by its label."""
        return " ".join(filter(None, (self.cell, self.label, self.sentence)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one row. `before` and `after` hold the fields that change, as a program would send them."""

    sheet: str
    number: int
    action: Action
    key: int | None = None
    name: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[tuple[str, str, str]] = ()
    """(label, before, after) of each changed field, in words"""
    reasons: Sequence[Reason] = ()


@dataclass(slots=True)
class Report:
    """What becomes of a file."""

    rows: list[Outcome] = field(default_factory=list)
    not_entered: list[str] = field(default_factory=list)
    """Headings of what people do not enter, so that it was left."""
    left_out: list[str] = field(default_factory=list)
    """Sheets without a column of this table."""
    unclear: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(field, what was said) of words and rows that nobody knows, and how often."""

    def count(self, action: Action) -> int:
        return sum(row.action == action for row in self.rows)


def take_in(
    world: World,
    shape: Shape,
    sheets: Sequence[Sheet],
    *,
    known: Known | None = None,
    given: Mapping[str, Any] | None = None,
) -> Report:
    """Write every row that can be, in a transaction that the caller ends or undoes. Raises `Unreadable`.

    `given`: what every row says, where the file does not.
    """
    known, given = known or Known(), given or {}
    headings = headings_of(world, shape, known, given)
    taker = _Taker(world, shape, Reader(world, known), _looked_up(world, shape, given), Report())
    for sheet in sheets:
        if len(sheets) > 1 and not headings.fit(sheet):
            taker.report.left_out.append(sheet.name)
            continue
        fields = columns_of(headings, sheet)
        taker.report.not_entered += [
            " / ".join(parts)
            for parts, f in zip(sheet.headings, fields, strict=True)
            if parts and f is None and not headings.missing(parts)
        ]
        taker.take(sheet, fields, taker.by_sheet(headings, sheet, fields), headings)
    return taker.report


def _looked_up(world: World, shape: Shape, given: Mapping[str, Any]) -> dict[str, Any]:
    """What all rows say, with the rows that it names. Raises `Unreadable` where they may not be chosen any more."""
    fields = [f for f in writable(shape) if f.name in given]
    try:
        return load(schema_of(world, fields, None), dict(given))
    except ValidationError as error:
        raise Unreadable(" ".join(told for said in error.messages_dict.values() for told in said)) from error


@dataclass(slots=True)
class _Taker:
    """Takes the rows of one file, one after another."""

    world: World
    shape: Shape
    reader: Reader
    given: Mapping[str, Any]
    report: Report
    memo: dict[Any, Any] = field(default_factory=dict)
    shapes: dict[Any, Shape] = field(default_factory=dict)
    met: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Where in the file each row of the table stands."""

    def by_sheet(self, headings: Headings, sheet: Sheet, fields: Sequence[Field | None]) -> dict[str, Any]:
        """What the name of the sheet says of its rows, if it says anything."""
        wanted = headings.fields.get(usual_intake(self.shape).sheet)
        if wanted is None or wanted in fields or wanted.name in self.given:
            return {}
        try:
            return {wanted.name: self.reader.read(wanted, sheet.name)}
        except Unclear:
            return {}

    def take(self, sheet: Sheet, fields: Sequence[Field | None], said: Mapping[str, Any], headings: Headings) -> None:
        headline = headings.fields.get(usual_intake(self.shape).headline)
        by_headline = headline.name if headline is not None and headline not in fields else ""
        seen: dict[tuple[Any, ...], int] = {}
        for line in sheet.lines:
            usual = {**self.given, **said, **({by_headline: line.headline} if by_headline and line.headline else {})}
            try:
                if (first := seen.setdefault((line.headline, *line.cells), line.number)) != line.number:
                    raise _twice(first)
                sent = self._complete(usual | self._sent(line, fields))
                with self.world.session().begin_nested():
                    self.report.rows.append(self._one(sheet, line, sent))
            except write.NotWritten as refusal:
                self.report.rows.append(self._refused(sheet, line, fields, refusal.told))

    def _complete(self, sent: dict[str, Any]) -> dict[str, Any]:
        """With what follows from the rest. What it writes is not undone with the row: the next ones build on it."""
        complete, world = usual_intake(self.shape).complete, self.world
        if complete is not None:
            with write.told(world):
                complete(world.session(), sent, world.actor(), world.now(), self.memo)
        return sent

    def _one(self, sheet: Sheet, line: Line, sent: dict[str, Any]) -> Outcome:
        world = self.world
        shape = self._of_kind(sent)
        foreign = gettext("Records of this kind have no such column. Leave the cell empty.")
        if of_others := dict.fromkeys((name for name in sent if name not in shape.form), foreign):
            raise write.NotWritten(Told(422, of_others))
        row = self._existing(shape, sent)
        if row is None:
            self._refuse_unless("can_add")
            row = write.insert(world, shape, sent)
            self.met[row.id] = (sheet.name, line.number)
            return Outcome(
                sheet.name,
                line.number,
                "new",
                row.id,
                name_of(row),
                after=_sendable(shape, row, sent),
                changes=[self._change(shape.fields[name], None, row) for name in sent if name in shape.form],
            )
        if row.id in self.met:
            raise _twice(self.met[row.id][1])
        self.met[row.id] = (sheet.name, line.number)
        before = write.amend(world, shape, row, sent)
        if before:
            self._refuse_unless("can_edit")
        return Outcome(
            sheet.name,
            line.number,
            "changed" if before else "same",
            row.id,
            name_of(row),
            before={name: sendable(value) for name, value in before.items()},
            after=_sendable(shape, row, before),
            changes=[self._change(shape.fields[name], value, row) for name, value in before.items()],
        )

    def _of_kind(self, sent: Mapping[str, Any]) -> Shape:
        """The shape of a row of what is sent, looked up once for each kind."""
        named = self.shape.console.kinds
        leading = sent.get(named.by[0]) if named else None
        if leading not in self.shapes:
            self.shapes[leading] = kinds.of_sent(self.world, self.shape, dict(sent))
        return self.shapes[leading]

    def _refuse_unless(self, permission: str) -> None:
        """Whoever may not add or edit rows one by one does not by the file either."""
        if not self.world.allows(permission, self.shape.permission):
            said = gettext("You do not have the permission for this. Ask the administrator if you need it.")
            raise write.NotWritten(Told(403, {"": said}))

    def _change(self, changed: Field, before: Any, row: Any) -> tuple[str, str, str]:
        zone = self.world.zone
        return translated(changed.label), plain(changed, before, zone), plain(changed, changed.of(row), zone)

    def _sent(self, line: Line, fields: Sequence[Field | None]) -> dict[str, Any]:
        """The cells that say something. Raises `NotWritten` for those that are unclear."""
        sent: dict[str, Any] = {}
        unclear: dict[str, str] = {}
        for wanted, cell in zip(fields, line.cells, strict=False):
            if wanted is None or cell is None or (isinstance(cell, str) and not cell.strip()):
                continue
            try:
                self._put(sent, wanted, cell)
            except Unclear as error:
                unclear[wanted.name] = str(error)
                self.report.unclear[wanted.name, error.said] += 1
        if unclear:
            raise write.NotWritten(Told(422, unclear))
        return sent

    def _put(self, sent: dict[str, Any], wanted: Field, cell: Any) -> None:
        intake = usual_intake(self.shape)
        if wanted.name in intake.numerals:
            cell = code_of(cell)
        others = intake.rest.get(wanted.name)
        names = parts_of(str(cell)) if others else []
        if others and len(names) > 1:
            found = [self.reader.read(wanted, name) for name in names]
            cell, rest = names[0], [row for row in found[1:] if row is not None]
            sent[others] = list(dict.fromkeys([*rest, *sent.get(others, ())]))
        value = self.reader.read(wanted, cell)
        if isinstance(value, list):
            value = list(dict.fromkeys([*sent.get(wanted.name, ()), *value]))
        if value is not None:
            sent[wanted.name] = value

    def _existing(self, shape: Shape, sent: Mapping[str, Any]) -> Any:
        """The row that is told apart by what this one says: it is meant, and not another one like it."""
        named = writable(shape)
        for names in _identities(shape):
            fields = [f for f in named if f.name in names and sent.get(f.name) not in (None, "")]
            if len(fields) < len(names):
                continue
            with write.told(self.world):
                values = load(schema_of(self.world, fields, None), {f.name: sent[f.name] for f in fields})
            query = select(shape.model).where(
                *(f.expression(shape.model) == getattr(values[f.name], "id", values[f.name]) for f in fields)
            )
            found = self.world.session().scalar(query.limit(1))
            if found is not None:
                return found
        return None

    def _refused(self, sheet: Sheet, line: Line, fields: Sequence[Field | None], told: Told) -> Outcome:
        columns = {f.name: column for column, f in enumerate(fields) if f is not None}
        known = {name: f.label for name, f in self.shape.fields.items()} | {f.name: f.label for f in fields if f}
        reasons = [
            Reason(
                address(line.number, columns[name]) if name in columns else "",
                name,
                translated(known.get(name, "")),
                sentence,
            )
            for name, sentence in told.fields.items()
        ]
        said = next((str(line.cells[c]) for name, c in columns.items() if name in ("title", "name")), "")
        return Outcome(sheet.name, line.number, "refused", name=said[:200], reasons=reasons)


def _twice(first: int) -> write.NotWritten:
    return write.NotWritten(Told(422, {"": gettext("This is row %(row)s once more.", row=first)}))


def _identities(shape: Shape) -> list[tuple[str, ...]]:
    """The sets of fields by which rows of the table are told apart: its unique constraints, and its key."""
    mapper = inspect(shape.model)
    by_column = {f.column: name for name, f in shape.fields.items() if f.column is not None and not f.inside}
    found = []
    for constraint in mapper.local_table.constraints:
        if isinstance(constraint, UniqueConstraint):
            names = tuple(by_column.get(column, "") for column in constraint.columns)
            found.append(names)
    return [names for names in sorted([*found, usual_intake(shape).key]) if names and all(names)]


def _sendable(shape: Shape, row: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sendable(shape.fields[name].of(row)) for name in names if name in shape.fields}


def sendable(value: Any) -> Any:
    """A value as a program would send it."""
    if isinstance(value, list | tuple):
        return [sendable(part) for part in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, str) else value.id
