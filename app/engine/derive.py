"""What a mapper already tells: the fields of a model, their labels, kinds and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

from app.engine.declare import Console

Kind = Literal["text", "long_text", "number", "decimal", "flag", "day", "moment", "hour", "word", "row", "rows", "data"]

WIDE = 3
"""Short text columns that a list shows when nothing is declared, besides words, relations and moments."""


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

    @property
    def nullable(self) -> bool:
        return bool(self.column.nullable) if self.column is not None else not self.required

    @property
    def is_scalar(self) -> bool:
        return self.kind not in ("row", "rows", "data")


def translated(message: Any) -> str:
    """The message in the reader's language; nothing for nothing (gettext would return the catalogue's header)."""
    return str(catalogue().ugettext(str(message))) if message else ""


def catalogue() -> Any:
    """The reader's words, looked up once a request: a page asks for some hundred of them."""
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_domain().get_translations()
    return found


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


def _of_relation(relation: Any) -> Field:
    column = next(iter(relation.local_columns))
    return Field(
        name=relation.key,
        label=relation.info.get("label", ""),
        kind="row",
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
        return self.record.options(*[joinedload(getattr(self.model, f.name)) for f in fields if f.kind == "row"])

    def pick(self, names: tuple[str, ...]) -> list[Field]:
        return [self.fields[name] for name in names]


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
        searched=console.searched or tuple(n for n in labelled if n in listed or fields[n].kind in ("text", "word")),
        order=console.order or ("id", "desc"),
    )


def _worth_listing(fields: Mapping[str, Field], labelled: tuple[str, ...]) -> tuple[str, ...]:
    """The first short texts, and whatever else is short: at most eight columns. Hours and amounts fill what is left."""
    texts = [name for name in labelled if fields[name].kind == "text"][:WIDE]
    telling = [name for name in labelled if fields[name].kind in ("word", "row", "day", "moment", "flag", "number")]
    others = telling + [name for name in labelled if fields[name].kind in ("hour", "decimal")]
    chosen = {*texts, *others[: 8 - len(texts)]}
    return tuple(name for name in labelled if name in chosen)
