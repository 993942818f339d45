"""List types and the fields of items and calls, as people declare them: named, checked, and kept while in use."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.item_words import FieldKind, ItemColumn
from models.items import ItemIndicator
from models.lists import DutyList, ListField, ListItem, ListType
from models.rules.organisation import search_key
from models.workflow import Refused

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
CHOICES, CHOICE = 50, 60
"""How many words a field may offer, and the longest of them."""


def prepare_type(session: Session, list_type: ListType, actor: Actor, now: datetime) -> None:
    """A code to call it by. Raises `Refused`, naming the field."""
    list_type.code = list_type.code or _name_from(list_type.name)
    _check_name(list_type.code, "code")
    if (list_type.rounds or 0) < 0:
        raise Refused(N_("The number of comment rounds is 0 or more."), field="rounds")


def forget_type(session: Session, list_type: ListType, actor: Actor, now: datetime) -> None:
    """Before a type is deleted. Raises `Refused` while there are lists of it."""
    with by_rule(session):
        if session.scalar(select(DutyList.id).where(DutyList.list_type_id == list_type.id).limit(1)):
            raise Refused(N_("There are lists of this type. A type that has been used stays."))
        for field in session.scalars(select(ListField).where(ListField.list_type_id == list_type.id)):
            session.delete(field)


def prepare_field(session: Session, field: ListField, actor: Actor, now: datetime) -> None:
    """A usual column, or a field of one's own with a name of its own. Raises `Refused`, naming the field."""
    _keep_type(field)
    if field.column is not None:
        _keep_meaning(session, field, field.column.value)
        field.name, field.kind, field.choices = field.column.value, FieldKind.text, ""
        return
    if not (field.label or "").strip():
        raise Refused(N_("Write a heading, or choose a usual column."), field="label")
    if not field.name:
        field.name = _name_from(field.label)
        _refuse_second(session, field)
    if field.name in ItemColumn.__members__ or hasattr(ListItem, field.name):
        raise Refused(N_("“%(name)s” is the name of a usual column. Write another."), field="name", name=field.name)
    _keep_meaning(session, field, field.name)
    prepare_declared(field)


def _refuse_second(session: Session, field: ListField) -> None:
    """Who wrote no code name has to hear of the heading."""
    same = select(ListField.id).where(ListField.list_type_id == field.list_type_id, ListField.name == field.name)
    if session.scalar(same.where(ListField.id.is_distinct_from(field.id))) is not None:
        raise Refused(
            N_("This list type has a field that reads like “%(label)s”. Write another heading, or a code name."),
            field="label",
            label=field.label,
        )


def prepare_declared(field: ListField | ItemIndicator) -> None:
    """What every declared field needs: a name that programs can say, and words to choose from where it offers some."""
    field.name = field.name or _name_from(field.label)
    _check_name(field.name, "name")
    words = [word.strip() for word in (field.choices or "").splitlines() if word.strip()]
    field.choices = "\n".join(dict.fromkeys(words))
    if field.kind is FieldKind.word and len(words) < 2:
        raise Refused(N_("Write at least two words to choose from, one on each line."), field="choices")
    if len(words) > CHOICES or any(len(word) > CHOICE for word in words):
        raise Refused(N_("At most 50 words of 60 characters each."), field="choices")


def forget_field(session: Session, field: ListField, actor: Actor, now: datetime) -> None:
    """Before a field is taken away. Raises `Refused` where items have something in it."""
    if field.column is None and _is_used(session, field, field.name):
        raise Refused(N_("Items have something written in this field. Make it optional instead."))


def _keep_type(field: ListField) -> None:
    history = inspect(field).attrs.list_type_id.history
    if history.deleted and history.deleted[0] is not None and not inspect(field).transient:
        raise Refused(N_("A field stays with its list type. Add another to the other type."), field="list_type")


def _keep_meaning(session: Session, field: ListField, name: str) -> None:
    """What is written in a field keeps its name and its kind."""
    if inspect(field).transient:
        return
    was = inspect(field).attrs
    before = (was.name.history.deleted or (field.name,))[0]
    renamed, other_kind = before != name, bool(was.kind.history.deleted)
    if (renamed or other_kind) and before not in ItemColumn.__members__ and _is_used(session, field, before):
        raise Refused(N_("Items have something written in this field: its name and kind stay."), field="kind")


def _is_used(session: Session, field: ListField, name: str) -> bool:
    with by_rule(session):
        written: ColumnElement[Any] = ListItem.extra[name].as_string()
        of_type = select(ListItem.id).where(ListItem.list_type_id == field.list_type_id, written.is_not(None))
        return session.scalar(of_type.limit(1)) is not None


def _check_name(name: str, field: str) -> None:
    if not NAME.fullmatch(name):
        raise Refused(N_("A code name has small letters, digits and _, and begins with a letter."), field=field)


def _name_from(label: str) -> str:
    """The label's reading, as a code name: 承接科室 → `chengjiekeshi`."""
    read = re.sub(r"[^a-z0-9_]", "", search_key(label).split(" ")[0])[:36]
    return read if NAME.fullmatch(read) else f"f_{read}"[:40]
