"""A console with its gaps filled: what a mapper already tells need not be declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from app.engine.declare import Console, Extra, Variant
from app.engine.fields import SHORT, Choice, Choices, Field, fields_of

TELLING = ("word", "row", "file", "day", "moment", "flag", "number")
WIDE = 3
"""Short text columns that a list shows when nothing is declared, besides words, relations and moments; and fields that
people declared."""


@dataclass(frozen=True)
class Shape:
    """A console with its gaps filled from the mapper."""

    console: Console
    fields: Mapping[str, Field]
    listed: tuple[str, ...]
    shown: tuple[str, ...]
    form: tuple[str, ...]
    searched: tuple[str, ...]
    order: tuple[str, str]

    @property
    def model(self) -> type[Any]:
        return self.console.model

    @property
    def resource(self) -> str:
        return str(self.console.model.__tablename__)

    @property
    def permission(self) -> str:
        """The name that roles are granted: pages and API share it."""
        return self.console.model.__name__

    @property
    def filterable(self) -> tuple[str, ...]:
        """What a list may be narrowed by: what it offers, and the rows that it shows anyway."""
        return ("id", *self.searched, *(name for name in self.listed if self.fields[name].kind == "row"))

    @property
    def opening(self) -> list[str]:
        """The conditions of the list as it is opened, as an address says them."""
        return [f"{name}:eq:{word}" for name, word in (self.console.opens or {}).items()]

    @property
    def files(self) -> tuple[str, ...]:
        """The fields whose files may be fetched here."""
        names = dict.fromkeys((*self.listed, *self.shown, *self.form))
        return tuple(name for name in names if self.fields[name].is_file)

    @property
    def sortable(self) -> tuple[str, ...]:
        unsorted = self.console.unsorted
        return ("id", *(n for n in self.listed if self.fields[n].is_scalar and n not in unsorted))

    @cached_property
    def record(self) -> Select[Any]:
        """The row whose id is `key`."""
        return select(self.model).where(self.model.id == bindparam("key"))

    @cached_property
    def named_record(self) -> Select[Any]:
        """The row whose id is `key`, in one statement with all that it points at."""
        fields = self.pick(tuple(dict.fromkeys((*self.shown, *self.form))))
        rows = [
            selectinload(f.way.there.class_attribute).joinedload(f.way.onward.class_attribute)
            for f in fields
            if f.way is not None
        ]
        return self.record.options(*rows, *[joinedload(getattr(self.model, f.name)) for f in fields if f.names_row])

    def pick(self, names: tuple[str, ...]) -> list[Field]:
        return [self.fields[name] for name in names]

    def of_kind(self, variant: Variant) -> Shape:
        """The shape of the rows of one kind: their own columns, labels and fields."""
        column = self.console.kinds.column if self.console.kinds else ""
        extras = {extra.name: _of_extra(extra, column) for extra in variant.extras}
        fields = {name: _varied(f, variant) for name, f in self.fields.items()} | extras
        usual = self.form if variant.form is None else (*self._kept(), *variant.form)
        left_out = set(self.form) - set(usual)
        more = tuple(name for name in extras if name not in usual)
        form = (*dict.fromkeys(usual), *more)
        shown = (*(name for name in self.shown if name not in left_out), *extras)
        return replace(
            self,
            fields=fields,
            form=form,
            shown=shown,
            listed=(*(name for name in self.listed if name not in left_out), *_short(extras)),
            searched=(*(n for n in self.searched if n not in left_out), *extras),
        )

    def _kept(self) -> Iterator[str]:
        """What leads to the kind stands first, whatever the kind."""
        return (name for name in self.form if self.console.kinds and name in self.console.kinds.by)


def _varied(field: Field, variant: Variant) -> Field:
    return replace(
        field,
        label=variant.labels.get(field.name) or field.label,
        help=variant.helps.get(field.name) or field.help,
        required=field.required or field.name in variant.required,
    )


def _of_extra(extra: Extra, column: str) -> Field:
    return Field(
        name=extra.name,
        label=extra.label,
        kind=extra.kind,
        required=extra.required,
        help=extra.help,
        length=SHORT if extra.kind == "text" else None,
        words=Choices(map(Choice, extra.choices)) if extra.kind == "word" else None,
        inside=column,
    )


def derived_of(console: Console) -> dict[str, Field]:
    """What follows from other rows, as fields that are only asked for."""
    return {
        d.name: Field(
            d.name,
            d.label,
            "word" if d.words else "flag",
            protected=True,
            words=d.words,
            criterion=d.criterion,
            of_actor=d.of_actor,
        )
        for d in console.derived
    }


def _short(extras: Mapping[str, Field]) -> list[str]:
    return [name for name, field in extras.items() if field.kind != "long_text"][:WIDE]


def shape_of(console: Console) -> Shape:
    """Fill in what the declaration left to the mapper."""
    fields = dict(fields_of(console.model))
    derived = derived_of(console)
    labelled = tuple(name for name, f in fields.items() if f.label)
    writable = tuple(name for name in labelled if not fields[name].protected)
    listed = console.listed or _worth_listing(fields, labelled)
    return Shape(
        console=console,
        fields=fields | derived,
        listed=listed,
        shown=console.shown or labelled,
        form=writable if console.form is None else console.form,
        searched=(*(console.searched or _worth_searching(fields, labelled, listed)), *derived),
        order=console.order or ("id", "desc"),
    )


def _worth_searching(
    fields: Mapping[str, Field], labelled: tuple[str, ...], listed: tuple[str, ...]
) -> tuple[str, ...]:
    """Whatever is listed, but for files; and all short texts and words."""
    return tuple(
        n
        for n in labelled
        if (n in listed and not fields[n].names_rows and not fields[n].is_file) or fields[n].kind in ("text", "word")
    )


def _worth_listing(fields: Mapping[str, Field], labelled: tuple[str, ...]) -> tuple[str, ...]:
    """The first short texts, and whatever else is short: at most eight columns. Hours and amounts fill what is left."""
    texts = [name for name in labelled if fields[name].kind == "text"][:WIDE]
    telling = [name for name in labelled if fields[name].kind in TELLING]
    others = telling + [name for name in labelled if fields[name].kind in ("hour", "decimal")]
    chosen = {*texts, *others[: 8 - len(texts)]}
    return tuple(name for name in labelled if name in chosen)
