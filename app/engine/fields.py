"""The fields of a model, as its mapper tells them: labels, kinds and limits; and how a value is read and put."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from flask import g
from flask_babel import get_domain
from sqlalchemy import Boolean, Date, DateTime, Enum, Float, Integer, Numeric, String, Text, Time, and_, inspect
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm import MANYTOONE, Mapper

Kind = Literal[
    "text",
    "long_text",
    "number",
    "decimal",
    "flag",
    "day",
    "moment",
    "hour",
    "word",
    "row",
    "rows",
    "file",
    "files",
    "data",
]

SHORT = 200
"""Characters of a declared text."""


@dataclass(frozen=True, slots=True)
class Way:
    """From a row to others by way of a table between: the relation to its rows, and theirs onward."""

    there: Any
    onward: Any

    @property
    def between(self) -> Any:
        return self.there.mapper.class_

    @property
    def back(self) -> Any:
        """The column between that holds the key of the row one comes from."""
        return self.between.__mapper__.get_property_by_column(next(iter(self.there.remote_side))).class_attribute


class Code(str):
    """A code, and whose it is."""

    def __new__(cls, code: str, whose: str) -> Code:
        made = super().__new__(cls, code)
        made.whose = whose
        return made

    whose: str


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
    until: bool = False
    """Of a moment: whether a day alone means its end, as of a limit."""
    coded: bool = False
    """Whether it holds a code, a number for a word, or an English message: told in the reader's words where shown."""
    codes: Mapping[int, str] | None = None
    """The numbers among which a form lets one choose, and what they are called."""
    coded_by: str = ""
    """The column that says whose code it is, where several tables call different things so."""
    among: Any = None
    """`(subject, actor)` → criterion, for a relation with fewer choices than the table has rows."""
    timely: Any = None
    """`(now)` → criterion, of these: which may be chosen at that moment."""
    first: Any = None
    """`(subject, actor)` → keys of the rows that are offered first."""
    inside: str = ""
    """The JSON column in which the value lies, of a field that people declared."""
    way: Way | None = None
    """Of rows that hang on a row by a table between them."""
    moot: tuple[str, tuple[Any, ...]] = ("", ())
    """Another column, and its words with which this one says nothing: it is not shown then."""
    criterion: Any = None
    """What stands for it in a statement, where no row holds it."""
    of_actor: Any = None
    """`(actor)` → the same, where it depends on who asks."""

    def of(self, row: Any) -> Any:
        """The value in a row."""
        if self.way is not None:
            return list(getattr(row, self.name))
        if self.coded_by:
            return Code(getattr(row, self.name), getattr(row, self.coded_by))
        if not self.inside:
            return getattr(row, self.name)
        return self._from_json((getattr(row, self.inside) or {}).get(self.name))

    def told_of(self, row: Any) -> Any:
        """The value as lists, pages and files show it: none where it says nothing."""
        name, words = self.moot
        return None if name and getattr(row, name) in words else self.of(row)

    def put(self, row: Any, value: Any) -> None:
        """Write the value; of a relation its key too, so that a rule may read either. Nothing is kept of no value."""
        if self.way is not None:
            self._replace(getattr(row, self.name), value or ())
        elif self.inside:
            kept = {name: old for name, old in (getattr(row, self.inside) or {}).items() if name != self.name}
            if value is not None and value != "":
                kept[self.name] = self._to_json(value)
            setattr(row, self.inside, kept)
        else:
            setattr(row, self.name, value)
            if self.names_row:
                setattr(row, self.column.key, value.id if value is not None else None)

    @staticmethod
    def _replace(held: Any, wanted: Any) -> None:
        """What stays is not written anew: the database would see it twice."""
        for row in [row for row in held if row not in wanted]:
            held.remove(row)
        for row in wanted:
            if row not in held:
                held.append(row)

    def choice(self, world: Any, subject: Any) -> Any:
        """Of which rows this person may choose now, for a subject: a criterion, or None for all that they see."""
        if self.among is None:
            return None
        among = self.among(subject, world.actor())
        return among if self.timely is None else and_(among, self.timely(world.now()))

    def expression(self, model: type[Any]) -> Any:
        """What stands for it in a statement; for a relation its key."""
        if self.criterion is not None:
            return self.criterion
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
    def names_rows(self) -> bool:
        """Whether it holds any number of rows; files are such, too."""
        return self.kind in ("rows", "files")

    @property
    def is_file(self) -> bool:
        """Whether files are sent for it."""
        return self.kind in ("file", "files")

    @property
    def is_scalar(self) -> bool:
        return self.kind != "data" and not self.names_row and not self.names_rows


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


class Few(tuple[Any, ...]):
    """Some words of a `Word` class, used as the class is."""

    __slots__ = ()

    def __call__(self, said: Any) -> Any:
        """Raises `ValueError`, as the class does, for what is none of them."""
        return self[self.index(said)]


class Choices(tuple[Choice, ...]):
    """The words of one declared field, used as a `Word` class is: iterated, and called with what was said."""

    __slots__ = ()

    def __call__(self, said: Any) -> Choice:
        """Also what was a choice when it was written; whoever writes asks `in` first."""
        return Choice(said)


_fields: dict[type[Any], Mapping[str, Field]] = {}


def fields_of(model: type[Any]) -> Mapping[str, Field]:
    """Every column and relation to one row, or by way of a table to several, by its name. Keys are left out."""
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
    for name, proxy in mapper.all_orm_descriptors.items():
        if isinstance(proxy, AssociationProxy) and proxy.info.get("label"):
            found[name] = _of_rows(name, proxy, mapper)
    return found


def _of_column(name: str, column: Any) -> Field:
    kind = kind_of(column.type)
    return Field(
        name=name,
        label=column.info.get("label", ""),
        kind=kind,
        required=not column.nullable and column.default is None and not column.info.get("filled"),
        protected=bool(column.primary_key or column.info.get("protected") or not column.info.get("label")),
        help=column.info.get("help", ""),
        length=getattr(column.type, "length", None) if kind == "text" else None,
        words=getattr(column.type, "enum_class", None),
        column=column,
        until=bool(column.info.get("until")),
        moot=column.info.get("moot", ("", ())),
        coded=bool(column.info.get("coded")),
        codes=column.info.get("codes"),
        coded_by=told if isinstance(told := column.info.get("coded"), str) else "",
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


def _of_rows(name: str, proxy: AssociationProxy[Any], mapper: Mapper[Any]) -> Field:
    there = mapper.relationships[proxy.target_collection]
    onward = there.mapper.relationships[proxy.value_attr]
    return Field(
        name=name,
        label=proxy.info["label"],
        kind="files" if keeps_files(onward.mapper.class_) else "rows",
        protected=bool(proxy.info.get("protected")),
        help=proxy.info.get("help", ""),
        target=onward.mapper.class_,
        way=Way(there, onward),
    )
