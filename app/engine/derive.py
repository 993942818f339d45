"""What a mapper already tells: the fields of a model, their labels, kinds and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from flask import g
from flask_babel import get_domain
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    Select,
    String,
    Text,
    Time,
    bindparam,
    inspect,
    select,
)
from sqlalchemy.orm import MANYTOONE, Mapper, joinedload

from app.engine.declare import Console, Extra, Variant

Kind = Literal[
    "text", "long_text", "number", "decimal", "flag", "day", "moment", "hour", "word", "row", "rows", "file", "data"
]

SHORT = 200
"""Characters of a declared text."""

TELLING = ("word", "row", "file", "day", "moment", "flag", "number")
WIDE = 3
"""Short text columns that a list shows when nothing is declared, besides words, relations and moments; and fields that
people declared."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column or to-one relation, as forms, lists, filters, exports and the API see it."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    protected: bool = False
    help: str = ""
    length: int | None = None
    words: Any = None
    target: type[Any] | None = None
    column: Any = None
    default: Any = None
    coded: bool = False
    """Whether it holds a code, a number for a word, or an English message: told in the reader's words where shown."""
    among: Any = None
    """`(subject, actor)` → criterion, for a relation with fewer choices than the table has rows."""
    inside: str = ""
    """The JSON column in which the value lies, of a field that people declared."""

    def of(self, row: Any) -> Any:
        """The value in a row."""
        if not self.inside:
            return getattr(row, self.name)
        return self._from_json((getattr(row, self.inside) or {}).get(self.name))

    def put(self, row: Any, value: Any) -> None:
        """Write the value; of a relation its key too, so that a rule may read either. Nothing is kept of no value."""
        if not self.inside:
            setattr(row, self.name, value)
            if self.names_row:
                setattr(row, self.column.key, value.id if value is not None else None)
            return
        kept = {name: old for name, old in (getattr(row, self.inside) or {}).items() if name != self.name}
        if value is not None and value != "":
            kept[self.name] = self._to_json(value)
        setattr(row, self.inside, kept)

    def expression(self, model: type[Any]) -> Any:
        """What stands for it in a statement; for a relation its key."""
        if not self.inside:
            return getattr(model, self.column.key if self.names_row else self.name)
        value = getattr(model, self.inside)[self.name]
        ways = {"number": value.as_integer, "decimal": value.as_float, "flag": value.as_boolean}
        return ways.get(self.kind, value.as_string)()

    def _from_json(self, value: Any) -> Any:
        if value is None:
            return None
        if self.kind == "day":
            return date.fromisoformat(value)
        return self.words(value) if self.kind == "word" else value

    def _to_json(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return float(value)
        return value.isoformat() if isinstance(value, date) else value if isinstance(value, bool | int) else str(value)

    @property
    def nullable(self) -> bool:
        return bool(self.column.nullable) if self.column is not None else not self.required

    @property
    def names_row(self) -> bool:
        """Whether it holds the key of one row; a file is one, too."""
        return self.kind in ("row", "file")

    @property
    def is_scalar(self) -> bool:
        return self.kind not in ("row", "rows", "file", "data")


def translated(message: Any) -> str:
    """The message in the reader's language; nothing for nothing (gettext would return the catalogue's header)."""
    return str(catalogue().ugettext(str(message))) if message else ""


def catalogue() -> Any:
    """The reader's words, looked up once a request: a page asks for some hundred of them."""
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_domain().get_translations()
    return found


class Choice(str):
    """A word that people declared: it is shown as it was written."""

    __slots__ = ()
    tone = "info"

    @property
    def label(self) -> str:
        return self

    @property
    def value(self) -> str:
        return self


class Choices(tuple[Choice, ...]):
    """The words of one declared field, used as a `Word` class is: iterated, and called with what was said."""

    __slots__ = ()

    def __call__(self, said: Any) -> Choice:
        """Also what was a choice when it was written; whoever writes asks `in` first."""
        return Choice(said)


_fields: dict[type[Any], Mapping[str, Field]] = {}


def fields_of(model: type[Any]) -> Mapping[str, Field]:
    """Every column and to-one relation of a model by its name, keys of relations left out."""
    if model not in _fields:
        _fields[model] = _derived(inspect(model))
    return _fields[model]


def _derived(mapper: Mapper[Any]) -> Mapping[str, Field]:
    keys = {column for relation in mapper.relationships for column in relation.local_columns}
    found: dict[str, Field] = {}
    for prop in mapper.column_attrs:
        column = prop.columns[0]
        if column not in keys or column.primary_key:
            found[prop.key] = _of_column(prop.key, column)
    for relation in mapper.relationships:
        if relation.direction is MANYTOONE:
            found[relation.key] = _of_relation(relation)
    return found


def _of_column(name: str, column: Any) -> Field:
    kind = kind_of(column.type)
    return Field(
        name=name,
        label=column.info.get("label", ""),
        kind=kind,
        required=not column.nullable and column.default is None,
        protected=bool(column.primary_key or column.info.get("protected") or not column.info.get("label")),
        help=column.info.get("help", ""),
        length=getattr(column.type, "length", None) if kind == "text" else None,
        words=getattr(column.type, "enum_class", None),
        column=column,
        coded=bool(column.info.get("coded")),
        default=column.default.arg if column.default is not None and column.default.is_scalar else None,
    )


def kind_of(type_: Any) -> Kind:
    """The kind of a column type. What decorates another counts as that one."""
    type_ = getattr(type_, "impl_instance", type_)
    for known, kind in KINDS:
        if isinstance(type_, known):
            return kind
    return "data"


KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (Enum, "word"),
    (Text, "long_text"),  # before String, which it is too
    (String, "text"),
    (Boolean, "flag"),
    (Integer, "number"),
    (Numeric, "decimal"),
    (Float, "decimal"),
    (DateTime, "moment"),
    (Date, "day"),
    (Time, "hour"),
)


def keeps_files(model: type[Any]) -> bool:
    """Whether the rows of this table are files: its table says so, in its `info`."""
    return bool(inspect(model).local_table.info.get("files"))


def _of_relation(relation: Any) -> Field:
    column = next(iter(relation.local_columns))
    return Field(
        name=relation.key,
        label=relation.info.get("label", ""),
        kind="file" if keeps_files(relation.entity.class_) else "row",
        required=not column.nullable and not relation.info.get("filled"),
        protected=bool(relation.info.get("protected") or not relation.info.get("label")),
        help=relation.info.get("help", ""),
        target=relation.entity.class_,
        column=column,
    )


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
        return tuple(name for name in names if self.fields[name].kind == "file")

    @property
    def sortable(self) -> tuple[str, ...]:
        return ("id", *(name for name in self.listed if self.fields[name].is_scalar))

    @cached_property
    def record(self) -> Select[Any]:
        """The row whose id is `key`."""
        return select(self.model).where(self.model.id == bindparam("key"))

    @cached_property
    def named_record(self) -> Select[Any]:
        """The row whose id is `key`, in one statement with all that it points at."""
        fields = self.pick(tuple(dict.fromkeys((*self.shown, *self.form))))
        return self.record.options(*[joinedload(getattr(self.model, f.name)) for f in fields if f.names_row])

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
    label = variant.labels.get(field.name)
    required = field.required or field.name in variant.required
    return replace(field, label=label or field.label, required=required)


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


def _short(extras: Mapping[str, Field]) -> list[str]:
    return [name for name, field in extras.items() if field.kind != "long_text"][:WIDE]


def shape_of(console: Console) -> Shape:
    """Fill in what the declaration left to the mapper."""
    fields = dict(fields_of(console.model))
    labelled = tuple(name for name, f in fields.items() if f.label)
    writable = tuple(name for name in labelled if not fields[name].protected)
    listed = console.listed or _worth_listing(fields, labelled)
    return Shape(
        console=console,
        fields=fields,
        listed=listed,
        shown=console.shown or labelled,
        form=writable if console.form is None else console.form,
        searched=console.searched or _worth_searching(fields, labelled, listed),
        order=console.order or ("id", "desc"),
    )


def _worth_searching(
    fields: Mapping[str, Field], labelled: tuple[str, ...], listed: tuple[str, ...]
) -> tuple[str, ...]:
    """Whatever is listed, but for files; and all short texts and words."""
    return tuple(
        n for n in labelled if (n in listed and fields[n].kind != "file") or fields[n].kind in ("text", "word")
    )


def _worth_listing(fields: Mapping[str, Field], labelled: tuple[str, ...]) -> tuple[str, ...]:
    """The first short texts, and whatever else is short: at most eight columns. Hours and amounts fill what is left."""
    texts = [name for name in labelled if fields[name].kind == "text"][:WIDE]
    telling = [name for name in labelled if fields[name].kind in TELLING]
    others = telling + [name for name in labelled if fields[name].kind in ("hour", "decimal")]
    chosen = {*texts, *others[: 8 - len(texts)]}
    return tuple(name for name in labelled if name in chosen)
