"""What a list's type demands of its items: asked of rows, or of one that a proposal is to make (R1, TS-15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Enum, String, func, inspect, or_, select
from sqlalchemy.orm import Session

from models.base import N_
from models.governance import GovernanceModule
from models.item_words import FieldKind, ItemColumn
from models.lists import DutyList, ListField, ListItem
from models.queries.list_types import fields_of_type, label_of
from models.wording import Proposal
from models.workflow import Refused

MISSING = N_("Items of this list need “%(label)s”. Fill it in, then submit.")
UNSAYABLE = N_(
    "Items of this list need “%(label)s”, which cannot be said here. Ask the editorial office to draft the next edition"
    " with this item in it."
)


def is_empty(field: ListField) -> ColumnElement[bool]:
    """Whether an item has nothing in this column of its type."""
    if field.name not in ItemColumn.__members__:
        written: ColumnElement[Any] = ListItem.extra[field.name].as_string()
        return or_(written.is_(None), func.trim(written) == "")
    if field.name == ItemColumn.cooperating_departments:
        return ~ListItem.cooperating.any()
    keyed: Any = getattr(ListItem, key_of(field.name))
    if isinstance(keyed.type, String) and not isinstance(keyed.type, Enum):
        return func.trim(keyed) == ""
    return keyed.is_(None)  # type: ignore[no-any-return]


def key_of(name: str) -> str:
    """Under which name a column of a type stands in the table: a relation under that of its key."""
    return f"{name}_id" if name in inspect(ListItem).relationships else name


def sayable(proposal: type[Proposal]) -> tuple[str, ...]:
    """The keys of an item's columns that this kind of proposal has."""
    there = inspect(proposal).column_attrs
    return ("title", *(key for key in map(key_of, ItemColumn) if key in there))


def said_in(proposal: Proposal) -> dict[str, Any]:
    """What a proposal says of its item, by the keys of the item's columns. What is left empty is not said."""
    said = {name: getattr(proposal, name) for name in sayable(type(proposal))}
    return {name: value for name, value in said.items() if not _is_blank(value)}


def said_of_own_fields(session: Session, duty_list: DutyList, proposal: Proposal) -> dict[str, Any]:
    """What it says in the fields that the list's type declares; what the type has no more is not said."""
    own = {field.name for field in _own_fields(session, duty_list)}
    return {name: value for name, value in proposal.extra.items() if name in own and not _is_blank(value)}


def own_fields_of_new(session: Session, duty_list: DutyList, proposal: Proposal) -> dict[str, Any]:
    """The declared fields of an item that a proposal adds: a yes-or-no that nobody says is a no."""
    flags = {field.name: False for field in _own_fields(session, duty_list) if field.kind is FieldKind.flag}
    return flags | said_of_own_fields(session, duty_list, proposal)


def _own_fields(session: Session, duty_list: DutyList) -> list[ListField]:
    return [field for field in fields_of_type(session, duty_list.list_type_id) if field.column is None]


def in_modules(session: Session, duty_list: DutyList) -> bool:
    """Whether every item of the list belongs to a module: the type says so, and the county keeps some."""
    modules = select(GovernanceModule.id).where(GovernanceModule.region_id == duty_list.region_id)
    return duty_list.list_type.in_modules and session.scalar(modules.limit(1)) is not None


def lacking(session: Session, duty_list: DutyList, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and heading of what is demanded, and would be empty in an item of which this is said, by its keys."""
    for field in fields_of_type(session, duty_list.list_type_id):
        if field.required and _stays_empty(key_of(field.name), said):
            yield field.name, label_of(field)
    if in_modules(session, duty_list) and said.get("module_id") is None:
        yield ItemColumn.module, ItemColumn.module.label


def _stays_empty(key: str, said: Mapping[str, Any]) -> bool:
    value, column = said.get(key), inspect(ListItem).columns.get(key)
    if value is None and column is not None and column.default is not None:
        value = column.default.arg  # type: ignore[attr-defined]
    return value == [] or _is_blank(value)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def require(session: Session, duty_list: DutyList, said: Mapping[str, Any]) -> None:
    """Nobody submits what could not be published. Raises `Refused`, naming the field."""
    for name, label in lacking(session, duty_list, said):
        raise Refused(UNSAYABLE if name == ItemColumn.cooperating_departments else MISSING, field=name, label=label)
