"""What the headings of a file mean: which field of a table each column holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import force_locale, gettext

from app.engine import kinds
from app.engine.cells import LANGUAGES, Known
from app.engine.declare import Intake, World
from app.engine.derive import Shape
from app.engine.fields import Field, translated
from app.engine.schema import writable
from app.engine.sheets import Sheet, Unreadable, plain_heading, ways_to_say


def headings_of(world: World, shape: Shape, known: Known, given: Mapping[str, Any] | None = None) -> Headings:
    """What the headings of a file may be."""
    shape = kinds.of_sent(world, shape, dict(given or {}))
    return Headings(shape, known)


class Headings:
    """Which field a heading means: by its name, its label in either language, or what people said of it."""

    def __init__(self, shape: Shape, known: Known) -> None:
        self.fields = {f.name: f for f in (*writable(shape), *shape.pick(usual_intake(shape).also))}
        self._by_name: dict[str, Field | None] = {}
        for field_ in (*shape.fields.values(), *self.fields.values()):
            for name in _names(field_):
                self._by_name[name] = self.fields.get(field_.name)
        self._own = dict(self._by_name)
        said = known.headings.items()
        self._by_name |= {heading: self.fields.get(name) for heading, name in said if not name or name in self.fields}

    def knows(self, heading: str) -> bool:
        return heading in self._by_name

    def meant(self, parts: Sequence[str]) -> Field | None:
        """The field of a column; None where nobody enters it, or nobody knows it: ask `missing`."""
        return next((self._by_name[way] for way in ways_to_say(parts) if way in self._by_name), None)

    def names(self, parts: Sequence[str], field_: Field) -> bool:
        """Whether a column stands under the field's own name, and not under what people say instead."""
        return any(self._own.get(way) is field_ for way in ways_to_say(parts))

    def missing(self, parts: Sequence[str]) -> bool:
        return bool(parts) and not any(map(self.knows, ways_to_say(parts)))

    def fit(self, sheet: Sheet) -> bool:
        """Whether a sheet is one of this table: it has a column that each row needs, or any if none is needed."""
        fields = {f.name: f for parts in sheet.headings if (f := self.meant(parts)) is not None}
        needed = [f for f in self.fields.values() if f.required]
        return any(f.required for f in fields.values()) if needed else bool(fields)

    def told(self) -> str:
        return "、".join(translated(field.label) for field in self.fields.values())


def usual_intake(shape: Shape) -> Intake:
    return shape.console.intake or Intake()


def _names(field: Field) -> Iterator[str]:
    yield plain_heading(field.name)
    for language in LANGUAGES:
        with force_locale(language):
            if field.label:
                yield plain_heading(gettext(field.label))
    if field.label:
        yield plain_heading(field.label)


def columns_of(headings: Headings, sheet: Sheet) -> list[Field | None]:
    """The field of each column: of several that mean the same, the one under the field's own name.

    Raises `Unreadable` where two are left.
    """
    meant = [(headings.meant(parts), parts) for parts in sheet.headings]
    named = {f.name for f, parts in meant if f is not None and headings.names(parts, f)}
    fields = [f if f is None or f.name not in named or headings.names(parts, f) else None for f, parts in meant]
    if twice := {f.label for f in fields if f is not None and fields.count(f) > 1}:
        said = "、".join(map(translated, sorted(twice)))
        raise Unreadable(gettext("These columns stand there twice: %(names)s.", names=said))
    return fields


def unknown_headings(headings: Headings, sheets: Sequence[Sheet]) -> list[str]:
    """The headings that nobody knows, in the sheets that have one that somebody knows."""
    unknown = [
        " / ".join(parts)
        for sheet in sheets
        if len(sheets) == 1 or headings.fit(sheet)
        for parts in sheet.headings
        if headings.missing(parts)
    ]
    return list(dict.fromkeys(unknown))


def refuse_unknown(headings: Headings, sheets: Sequence[Sheet]) -> None:
    """Raise `Unreadable`, naming the headings that are not known, and those that are."""
    if not any(f is not None for sheet in sheets for f in map(headings.meant, sheet.headings)):
        raise Unreadable(gettext("No heading here is one of this table. It knows: %(names)s.", names=headings.told()))
    if unknown := unknown_headings(headings, sheets):
        raise Unreadable(
            gettext(
                "This table has no column named %(unknown)s. It knows: %(names)s.",
                unknown="、".join(f"“{heading[:60]}”" for heading in unknown),
                names=headings.told(),
            )
        )
