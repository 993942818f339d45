"""Of which kind rows are, and the shape that goes with it: asked before anything of them is shown or written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import Field
from app.engine.schema import Row, key_of

LEADING = ("rel_o_m", "eq")
"""The comparisons that narrow a list to one kind."""


def of_row(world: World, shape: Shape, row: Any) -> Shape:
    """The shape of a row that is there."""
    for field in _leads(shape):
        if (pointed := getattr(row, field.name)) is not None:
            return _varied(world, shape, pointed)
    return shape


def of_sent(world: World, shape: Shape, sent: Any, row: Any = None) -> Shape:
    """The shape of a row to be: what is sent says of which kind. What says nothing, or nonsense, is of no kind."""
    for field in _leads(shape)[:1]:
        if isinstance(sent, dict) and field.name in sent:
            found = _named(world, field, sent[field.name])
            return shape if found is None else _varied(world, shape, found)
    return shape if row is None else of_row(world, shape, row)


def of_form(world: World, shape: Shape, sent: Any, row: Any = None) -> Shape:
    """The shape to be filled in: as long as nothing says of which kind, what is asked first."""
    kind = of_sent(world, shape, sent, row)
    first = shape.console.kinds.first if shape.console.kinds else ()
    return replace(shape, form=first) if kind is shape and first else kind


def of_filters(world: World, shape: Shape, filters: Iterable[tuple[str, str, Any]]) -> Shape:
    """The shape of a list that is narrowed to one kind: (name, operator, value) of each filter."""
    asked = {name: value for name, operator, value in filters if operator in LEADING}
    for field in _leads(shape):
        if field.name in asked and (found := _named(world, field, asked[field.name])) is not None:
            return _varied(world, shape, found)
    return shape


def _leads(shape: Shape) -> list[Field]:
    return shape.pick(shape.console.kinds.by) if shape.console.kinds else []


def _named(world: World, field: Field, said: Any) -> Any:
    """The row that is meant, if this person may see it."""
    target: Any = field.target
    if isinstance(said, target):
        return said
    value = said.get("id") if isinstance(said, dict) else said
    if Row.is_code(field, value):
        return world.session().scalar(select(target).where(target.code == value))
    key = key_of(value)
    return None if key is None else world.session().get(target, key)


def _varied(world: World, shape: Shape, pointed: Any) -> Shape:
    kinds = shape.console.kinds
    return shape.of_kind(kinds.variant(world.session(), pointed)) if kinds else shape
