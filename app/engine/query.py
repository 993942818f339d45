"""A list as one bounded statement: filters, order and page come in as words, and only known words pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from marshmallow import ValidationError
from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import Field, Way, fields_of, translated
from app.engine.schema import key_of, schema_of, storable

PAGE_SIZE, LARGEST_PAGE, LAST_PAGE, MOST_FILTERS = 25, 100, 1_000_000, 20
OFFERED = 30
"""Rows that a picker offers at once: all roles are among them."""
COUNTED = 10_000
"""Beyond this a list says «more than»: an exact count of a large table costs more than the page."""

NAMES = ("search_key", "name", "short_name", "title", "code", "number", "username")
"""Columns by which a row is called, and found."""
LABELS: dict[type[Any], Callable[[], ColumnElement[str]]] = {}
"""Of rows that pages call otherwise than their own columns do: that name, as a column."""

WORDED = frozenset({"text", "long_text", "row"})
"""What is asked when one searches without naming a column."""

TEXT = {"ct": "contains", "nct": "does not contain", "sw": "begins with", "eq": "is", "neq": "is not"}
SIZE = {"eq": "is", "neq": "is not", "gt": "after", "lt": "before", "ge": "from", "le": "up to"}
AMOUNT = {"eq": "is", "neq": "is not", "gt": "more than", "lt": "less than", "ge": "at least", "le": "at most"}
WORDS = {"eq": "is", "neq": "is not"}
ROWS = {"rel_o_m": "is", "nrel_o_m": "is not"}
OPERATORS: Mapping[str, Mapping[str, str]] = {
    "text": TEXT,
    "long_text": {"ct": TEXT["ct"], "nct": TEXT["nct"]},
    "word": WORDS,
    "flag": {"eq": "is"},
    "number": AMOUNT,
    "decimal": AMOUNT,
    "moment": {key: SIZE[key] for key in ("eq", "gt", "lt", "ge", "le")},
    "day": SIZE,
    "hour": SIZE,
    "row": ROWS,
}
"""Which comparisons fit which kind. The keys are Flask-AppBuilder's."""


class BadQuestion(ValueError):
    """A filter, order or page that the list does not know. Never answered by a wider list."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; `value` as it was sent, for showing it again."""

    field: Field
    operator: str
    value: str
    criterion: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Question:
    """A list asked for: what is filtered, in which order, which page."""

    filters: tuple[Filter, ...] = ()
    words: str = ""
    order: str = ""
    direction: str = "asc"
    page: int = 0
    size: int = PAGE_SIZE
    within: tuple[ColumnElement[bool], ...] = ()
    """Conditions besides, which no address says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a page, and how many there are in all; `more` when the count stopped at its cap."""

    rows: Sequence[Any]
    count: int
    more: bool


def make_question(shape: Shape, filters: Iterable[Filter], *, page: int, size: int, **words: Any) -> Question:
    """Raises `BadQuestion` for an order that the list does not offer. Page and size are kept within bounds."""
    question = Question(
        tuple(filters), page=min(max(page, 0), LAST_PAGE), size=min(max(size, 1), LARGEST_PAGE), **words
    )
    if question.order and question.order not in (*shape.sortable, shape.order[0]):
        raise BadQuestion(gettext("One cannot sort by “%(column)s” here.", column=question.order[:60]))
    wordless = all(shape.fields[name].kind not in WORDED for name in shape.searched)
    if len(question.filters) > MOST_FILTERS or (question.words and wordless):
        raise BadQuestion(gettext("The question is not valid."))
    return question


def parts_of(condition: str) -> tuple[str, str, str]:
    """Column, operator and value of a condition, as an address says it. Raises `BadQuestion`."""
    name, _, rest = condition.partition(":")
    operator, mark, value = rest.partition(":")
    if not mark:
        raise BadQuestion(gettext("The question is not valid."))
    return name, operator, value


def conditions_of(question: Question, without: Filter | None = None) -> list[str]:
    """What a list is narrowed by, as an address says it."""
    return [f"{f.field.name}:{f.operator}:{f.value}" for f in question.filters if f is not without]


def make_filter(world: World, shape: Shape, name: str, operator: str, value: Any) -> Filter:
    """Raises `BadQuestion` for a column that may not be searched, an unknown operator or an unfit value."""
    field = shape.fields.get(name) if name in shape.filterable else None
    if field is None:
        raise BadQuestion(gettext("One cannot search by “%(column)s” here.", column=name[:60]))
    if operator not in OPERATORS.get(field.kind, {}):
        raise BadQuestion(gettext("“%(operator)s” does not fit this column.", operator=operator[:20]))
    column = field.of_actor(world.actor()) if field.of_actor else field.expression(shape.model)
    if field.kind == "flag":
        value = _read(world, field, value)
    return Filter(field, operator, str(value), _criterion(world, field, column, operator, value))


def _criterion(world: World, field: Field, column: Any, operator: str, value: Any) -> ColumnElement[bool]:
    if field.kind in ("text", "long_text"):
        return _text(column, operator, str(value))
    if field.kind == "row":
        key = key_of(value)
        if key is None:
            raise BadQuestion(gettext("Name the record by its number (id)."))
        return column == key if operator == "rel_o_m" else or_(column != key, column.is_(None))
    return _compared(column, operator, _read(world, field, value))


def _text(column: Any, operator: str, value: str) -> ColumnElement[bool]:
    if not storable(value):
        raise BadQuestion(gettext("The text has a character that cannot be stored."))
    ways = {
        "ct": lambda: column.icontains(value, autoescape=True),
        "nct": lambda: ~column.icontains(value, autoescape=True),
        "sw": lambda: column.istartswith(value, autoescape=True),
        "eq": lambda: column == value,
        "neq": lambda: column != value,
    }
    criterion: ColumnElement[bool] = ways[operator]()
    return criterion


def _read(world: World, field: Field, value: Any) -> Any:
    """The value as the column has it. A bare date, asked of a moment, is the whole of that day."""
    if field.kind == "moment" and isinstance(value, str) and len(value) == 10:
        value = f"{value}T00:00"
    try:
        return schema_of(world, [replace(field, required=True)], None).load({field.name: value})[field.name]
    except ValidationError as error:
        raise BadQuestion(" ".join(error.messages_dict[field.name])) from error


def _compared(column: Any, operator: str, value: Any) -> ColumnElement[bool]:
    if isinstance(value, datetime) and operator in ("eq", "le", "gt") and value.timetz().replace(tzinfo=None) == time():
        tomorrow = value + timedelta(days=1)
        if operator == "eq":
            return (column >= value) & (column < tomorrow)
        return column < tomorrow if operator == "le" else column >= tomorrow
    ways = {
        "eq": lambda: column == value,
        "neq": lambda: column != value,
        "gt": lambda: column > value,
        "lt": lambda: column < value,
        "ge": lambda: column >= value,
        "le": lambda: column <= value,
    }
    criterion: ColumnElement[bool] = ways[operator]()
    return criterion


def narrowed(shape: Shape, question: Question) -> Select[Any]:
    """The rows asked for, without order and page: what a chart counts and an export writes."""
    query = select(shape.model).where(*(f.criterion for f in question.filters), *question.within)
    if question.words:
        query = query.where(
            or_(*(_says(shape, f, question.words.strip()) for f in shape.pick(shape.searched) if f.kind in WORDED))
        )
    return query


def _says(shape: Shape, field: Field, words: str) -> ColumnElement[bool]:
    """Whether a text holds the words, or the row pointed at is called so, as far as one sees it."""
    column = field.expression(shape.model)
    if field.target is None:
        return column.icontains(words, autoescape=True)
    return column.in_(select(field.target.id).where(_called(field.target, words, deep=1)))


def ordered(shape: Shape, question: Question, query: Select[Any]) -> Select[Any]:
    """With ties broken by the key, so that no row is on two pages."""
    name, direction = (question.order, question.direction) if question.order else shape.order
    field = shape.fields[name]
    column = field.expression(shape.model)
    key = shape.model.id
    columns = (column,) if name == "id" else (column, key)
    return query.order_by(*(c.desc() if direction == "desc" else c.asc() for c in columns))


def answer(session: Session, shape: Shape, question: Question) -> Answer:
    """One statement for the rows, one for the count, one for each related table: however many rows."""
    query = narrowed(shape, question)
    page = ordered(shape, question, query).offset(question.page * question.size).limit(question.size)
    return Answer(session.scalars(page).all(), *count(session, shape, query))


def count(session: Session, shape: Shape, query: Select[Any]) -> tuple[int, bool]:
    """How many rows, up to the cap; and whether there are more."""
    keys = query.with_only_columns(shape.model.id).order_by(None).limit(COUNTED + 1)
    found: int = session.scalar(select(func.count()).select_from(keys.subquery())) or 0
    return min(found, COUNTED), found > COUNTED


def fetch_related(session: Session, fields: Iterable[Field], rows: Sequence[Any], *, deep: int = 1) -> list[Any]:
    """Load what the rows point at, a statement for each target table, so that reading it costs no more.

    What comes back keeps the rows alive in the session's identity map; hold it while they are read.
    """
    wanted: dict[type[Any], set[int]] = defaultdict(set)
    held: list[Any] = []
    for field in fields:
        if field.names_row and field.target is not None:
            wanted[field.target] |= {key for row in rows if (key := getattr(row, field.column.key)) is not None}
        elif field.way is not None and rows:
            held.append(_fetch_ways(session, field.way, rows))
    for target, keys in wanted.items():
        if keys:
            found = session.scalars(select(target).where(target.id.in_(sorted(keys)))).all()
            held += [found, fetch_names(session, found, deep=deep)]
    return held


def _fetch_ways(session: Session, way: Way, rows: Sequence[Any]) -> Sequence[Any]:
    """What lies between, and the rows beyond it, in one statement."""
    parts: dict[int, list[Any]] = {row.id: [] for row in rows}
    query = select(way.between).where(way.back.in_(sorted(parts))).order_by(way.between.id)
    found = session.scalars(query.options(joinedload(way.onward.class_attribute))).all()
    for part in found:
        parts[getattr(part, way.back.key)].append(part)
    for row in rows:
        set_committed_value(row, way.there.key, parts[row.id])
    return found


def fetch_names(session: Session, rows: Sequence[Any], *, deep: int = 1) -> list[Any]:
    """Load what rows are called by, where that is other rows: a table without a name of its own. To be held too."""
    if not deep or not rows or any(hasattr(rows[0], name) for name in NAMES):
        return []
    fields = [field for field in fields_of(type(rows[0])).values() if field.names_row]
    return fetch_related(session, fields, rows, deep=deep - 1)


def _called(target: type[Any], words: str, *, deep: int = 2) -> ColumnElement[bool]:
    """What is called so; of a table without names of its own, what holds each of the words."""
    names = [getattr(target, name) for name in NAMES if hasattr(target, name)]
    if target is User:
        names.append(User.last_name + User.first_name)
    if target in LABELS:
        names.append(LABELS[target]())
    if names:
        return or_(*(name.icontains(words, autoescape=True) for name in names))
    return and_(true(), *(_holds(target, word, deep) for word in words.replace("·", " ").split()))


def _holds(target: type[Any], word: str, deep: int) -> ColumnElement[bool]:
    """Whether it is in the name of a row that it points at, or in what people write of it: a number, a text, a word."""
    ways: list[ColumnElement[bool]] = [cast(target.id, String) == word]
    for field in fields_of(target).values():
        column = field.expression(target)
        if field.kind == "row" and field.target is not None and deep:
            ways.append(column.in_(select(field.target.id).where(_called(field.target, word, deep=deep - 1))))
        elif field.protected:
            continue
        elif field.kind == "number":
            ways.append(cast(column, String) == word)
        elif field.kind == "text":
            ways.append(column.icontains(word, autoescape=True))
        elif field.kind == "word":
            ways.append(column.in_([said for said in field.words if word in translated(said.label)]))
    return or_(*ways)


def lookup(
    session: Session, target: type[Any], words: str, among: Any, *, first: Sequence[int] = (), limit: int = OFFERED
) -> Sequence[Any]:
    """Rows of a table to choose from: by what they are called, or by what their names are made of.

    `first`: the keys of those that come before all others, in this order.
    """
    query = select(target)
    if among is not None:
        query = query.where(among)
    if words:
        query = query.where(_called(target, words.strip()[:60]))
    order = next((getattr(target, n) for n in ("code", "search_key", "name", "title") if hasattr(target, n)), target.id)
    before = [case({key: place for place, key in enumerate(first)}, value=target.id, else_=len(first))] if first else []
    return session.scalars(query.order_by(*before, order, target.id).limit(limit)).all()
