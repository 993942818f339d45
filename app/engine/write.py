"""Creating, changing, deleting and moving a row: one way for pages, API and import, or a refusal in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from app.engine import kinds
from app.engine.declare import Told, World
from app.engine.derive import Shape
from app.engine.schema import asked, key_of, load, schema_of, storable, writable

NOTE, PLACE = 2000, 200
"""The longest that the recorder keeps of a reason, and of a place."""


class NotWritten(Exception):
    """Nothing was written; `told` says why, by field."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.message)
        self.told = told


@contextmanager
def transaction(world: World) -> Iterator[Session]:
    """All of it, or nothing: a refusal is rolled back and told, and what is no refusal goes up as it is."""
    session = world.session()
    try:
        with told(world):
            yield session
            session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def told(world: World) -> Iterator[None]:
    """Every refusal as `NotWritten`."""
    try:
        yield
    except ValidationError as error:
        fields = {"" if name == "_schema" else name: _first(said) for name, said in error.messages_dict.items()}
        raise NotWritten(Told(422, fields)) from error
    except NotWritten:
        raise
    except Exception as error:
        refusal = world.told(error)
        if refusal is None:
            raise
        raise NotWritten(refusal) from error


def _first(said: Any) -> str:
    while isinstance(said, list | dict):
        said = next(iter(said.values() if isinstance(said, dict) else said), "")
    return str(said)


def get(world: World, shape: Shape, key: int, *, named: bool = False) -> Any | None:
    """The row, if the person may see it; `named`: in the same statement with all that it points at."""
    if not 0 < key < 2**31:
        return None
    return world.session().scalar(shape.named_record if named else shape.record, {"key": key})


def begin(world: World, shape: Shape) -> None:
    """Before somebody fills in the form of a new row for nothing. Raises `NotWritten`."""
    if shape.console.begins is not None:
        with told(world):
            shape.console.begins(world.session(), world.actor(), world.now())


def create(world: World, shape: Shape, sent: Any, *, form: bool = False) -> Any:
    """A new row from what was sent. Raises `NotWritten`."""
    with transaction(world) as session:
        return _insert(world, kinds.of_sent(world, shape, sent), session, sent, form=form)


def insert(world: World, shape: Shape, sent: Any) -> Any:
    """A new row, of the shape of its kind, in a transaction that the caller ends. Raises `NotWritten`."""
    with told(world):
        return _insert(world, shape, world.session(), sent, form=False)


def amend(world: World, shape: Shape, row: Any, sent: Any) -> dict[str, Any]:
    """Change what differs, in a transaction that the caller ends; what the changed fields held. Raises `NotWritten`.

    The shape is that of the row's kind.
    """
    with told(world):
        values = load(schema_of(world, writable(shape), row, partial=True), sent)
        held = {name: shape.fields[name].of(row) for name in values}
        before = {name: list(was) if isinstance(values[name], list) else was for name, was in held.items()}
        changed = {name: value for name, value in values.items() if _differs(before[name], value)}
        if changed:
            _update(world, shape, row, changed)
        return {name: before[name] for name in changed}


def _differs(was: Any, value: Any) -> bool:
    if isinstance(value, list):
        return set(was) != set(value)
    return (was if was is not None else "") != (value if value is not None else "")


def _insert(world: World, shape: Shape, session: Session, sent: Any, *, form: bool) -> Any:
    row = shape.model()
    values = load(schema_of(world, writable(shape), row, form=form), sent)
    with session.no_autoflush:
        _fill(shape, row, _usual(shape) | values)
        _ask(world, shape.console.prepare, session, row)
    session.add(row)
    session.flush()
    _ask(world, shape.console.follow, session, row)
    return row


def _usual(shape: Shape) -> dict[str, Any]:
    """What a field that nobody sent holds: its column's default, which would come too late to be asked about."""
    columns = {f.name: f.column.default for f in writable(shape) if f.column is not None}
    return {name: default.arg for name, default in columns.items() if default is not None and default.is_scalar}


def change(world: World, shape: Shape, row: Any, sent: Any, *, version: int | None = None, form: bool = False) -> Any:
    """Change what was sent, and nothing else. `version`: the one that the person saw. Raises `NotWritten`."""
    with transaction(world):
        if version is not None and version != getattr(row, "version", version):
            raise NotWritten(Told(409, {"": stale()}))
        shape = kinds.of_sent(world, shape, sent, row)
        _update(world, shape, row, load(schema_of(world, writable(shape), row, partial=True, form=form), sent))
    return row


def _update(world: World, shape: Shape, row: Any, values: dict[str, Any]) -> None:
    session = world.session()
    with session.no_autoflush:
        _fill(shape, row, values)
        _ask(world, shape.console.prepare, session, row)
    session.flush()
    _ask(world, shape.console.follow, session, row)


def remove(world: World, shape: Shape, row: Any) -> None:
    """Delete a row. Raises `NotWritten`, also where other records need it."""
    with transaction(world):
        delete(world, shape, row)


def delete(world: World, shape: Shape, row: Any) -> None:
    """Delete a row in a transaction that the caller ends. Raises `NotWritten`."""
    with told(world):
        session = world.session()
        _ask(world, shape.console.forget, session, row)
        session.delete(row)
        session.flush()


def move(world: World, shape: Shape, row: Any, name: str, sent: Any, *, form: bool = False) -> Any:
    """Make one transition, with its fields, `note`, `place` and `version`. Raises `NotWritten`."""
    workflow = shape.console.workflow
    if workflow is None or name not in workflow.moves:
        raise LookupError(name)
    with transaction(world) as session:
        if not isinstance(sent, dict):
            raise ValidationError({"": [gettext("Send a JSON object.")]})
        rest = {key: value for key, value in sent.items() if key not in ("note", "place", "version")}
        if place := _text(sent, "place", PLACE):
            world.stand_at(session, place)
        workflow.move(
            session,
            row,
            name,
            actor=world.actor(),
            now=world.now(),
            answers=load(schema_of(world, asked(workflow.moves[name]), row, form=form), rest),
            note=_text(sent, "note", NOTE),
            version=_version(sent.get("version")),
            on_page=form,
        )
    return row


def _text(sent: dict[str, Any], name: str, most: int) -> str:
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError({name: [gettext("Write text.")]})
    if not storable(value):
        raise ValidationError({name: [gettext("The text has a character that cannot be stored.")]})
    if len(value) > most:
        raise ValidationError({name: [gettext("Write at most %(most)s characters.", most=most)]})
    return value.strip()


def _version(value: Any) -> int | None:
    if value in (None, ""):
        return None
    version = key_of(value)
    if version is None:
        raise ValidationError({"version": [gettext("Write a whole number.")]})
    return version


def stale() -> str:
    return gettext("Someone changed this while you were looking at it. Read it again, then decide.")


def _fill(shape: Shape, row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        shape.fields[name].put(row, value)
    if kinds := shape.console.kinds:  # of a kind that the row is no longer of, nothing is kept
        held = getattr(row, kinds.column) or {}
        if held.keys() - shape.fields.keys():
            setattr(row, kinds.column, {name: value for name, value in held.items() if name in shape.fields})


def _ask(world: World, rule: Callable[..., None] | None, session: Session, row: Any) -> None:
    if rule is not None:
        rule(session, row, world.actor(), world.now())
