"""The recorder's entries as people read them: who, in whose name, did what to what, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import or_, select

from app.engine.declare import Happening
from app.engine.fields import Field, fields_of, translated
from app.engine.present import CODES, name_of, plain
from app.identity import ZONE
from app.words import ROLES
from models.base import N_, Model, User
from models.files import Attachment
from models.items import ItemIndicator
from models.lists import ListField
from models.organisation import Unit
from models.recorder import TOLD, RecorderEntry
from models.step_files import StepFile
from models.workflow import workflow_of

MOST = 200
UNTOLD = {"id", "version", "region_id", "search_key", "path"}

LABELS = {
    "username": N_("User name"),
    "last_name": N_("Last Name"),
    "first_name": N_("First Name"),
    "email": N_("Email"),
    "active": N_("Is Active?"),
    "password": N_("Password"),
    "roles": N_("Roles"),
    "name": N_("Name"),
    "permissions": N_("Permissions"),
}
"""What the recorder tells of accounts and roles, whose columns are Flask-AppBuilder's."""


def timeline(session: Any, row: Any) -> list[Happening]:
    """What happened to a row, newest first; on a call, to its parts and its case too. An entry tells itself, whole."""
    if isinstance(row, RecorderEntry):
        return _all_told(session, [row], whole=True)
    name = row.__tablename__
    mine = (RecorderEntry.subject_type == name) & (RecorderEntry.subject_id == row.id)
    if name == "call":
        mine = or_(mine, RecorderEntry.call_id == row.id)
    entries = session.scalars(select(RecorderEntry).where(mine).order_by(RecorderEntry.id.desc()).limit(MOST)).all()
    return _all_told(session, entries)


def _all_told(session: Any, entries: Sequence[RecorderEntry], *, whole: bool = False) -> list[Happening]:
    people = _named(session, User, {entry.user_id for entry in entries})
    units = _named(session, Unit, {entry.unit_id for entry in entries})
    references, labels = _references(session, entries), _labels(session, entries)
    return [_told(entry, people, units, references, labels, whole=whole) for entry in entries]


def _subject(entry: RecorderEntry, references: Any) -> str:
    kind = translated(CODES.get(entry.subject_type, entry.subject_type))
    name = references.get((_accounts().get(entry.subject_type), entry.subject_id))
    if entry.subject_type == StepFile.__tablename__:  # called as the file that hangs there
        name = references.get((Attachment, (entry.before | entry.after).get("file_id")))
    return f"{kind} {name}" if name else kind


def _accounts() -> dict[str, type[Any]]:
    return {model.__tablename__: model for model in TOLD}  # type: ignore[attr-defined]


def _named(session: Any, model: type[Any], keys: set[int | None]) -> dict[int | None, str]:
    known = [key for key in keys if key is not None]
    if not known:
        return {}
    return {row.id: name_of(row) for row in session.scalars(select(model).where(model.id.in_(known)))}


def _models() -> dict[str, type[Any]]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Model.registry.mappers}


def _by_key(model: type[Any]) -> dict[str, Field]:
    """Fields by the column that the recorder names: a relation by its key."""
    return {(f.column.key if f.column is not None else f.name): f for f in fields_of(model).values()}


def _references(session: Any, entries: Any) -> dict[tuple[type[Any], int], str]:
    """The names of everything the changes point at: one statement for each target table."""
    wanted: dict[type[Any], set[int]] = {}
    models = _models()
    for entry in entries:
        if entry.subject_type in _accounts():
            wanted.setdefault(_accounts()[entry.subject_type], set()).add(entry.subject_id)
        fields = _by_key(models[entry.subject_type]) if entry.subject_type in models else {}
        for changes in (entry.before, entry.after):
            for key, value in changes.items():
                field = fields.get(key)
                if field and field.target and isinstance(value, int):
                    wanted.setdefault(field.target, set()).add(value)
    return {
        (target, row.id): name_of(row)
        for target, keys in wanted.items()
        for row in session.scalars(select(target).where(target.id.in_(keys)))
    }


def _labels(session: Any, entries: Sequence[RecorderEntry]) -> dict[str, str]:
    """What the fields are called that people declared and the changes are about."""
    names = {name for entry in entries for side in (entry.before, entry.after) for name in side.get("extra") or ()}
    if not names:
        return {}
    asked = (select(model.name, model.label).where(model.name.in_(names)) for model in (ItemIndicator, ListField))
    return {name: label for query in asked for name, label in session.execute(query)}


def _told(entry: RecorderEntry, people: Any, units: Any, references: Any, labels: Any, *, whole: bool) -> Happening:
    """`whole`: with all that a new row began with, too."""
    model = _models().get(entry.subject_type)
    workflow = workflow_of(model) if model else None
    transition = workflow.transitions.get(entry.action) if workflow else None
    label = translated(transition.label if transition else CODES.get(entry.action, entry.action))
    place = translated(CODES.get(entry.place, entry.place))
    return Happening(
        at=entry.at,
        who=people.get(entry.user_id) or gettext("By itself"),
        unit=units.get(entry.unit_id, ""),
        action=entry.action,
        label=label,
        tone=transition.tone if transition else "muted",
        subject=_subject(entry, references),
        note=entry.note,
        changes=tuple(_changes(entry, model, references, labels))
        if whole or entry.action != "create" or model is None
        else (),
        place="" if place == label else place,
    )


def _changes(entry: RecorderEntry, model: Any, references: Any, labels: dict[str, str]) -> Any:
    if entry.subject_type in _accounts():
        for key in (name for name in LABELS if name in entry.before or name in entry.after):
            yield translated(LABELS[key]), *(_word(key, side.get(key)) for side in (entry.before, entry.after))
    fields = _by_key(model) if model else {}
    for key in dict.fromkeys((*entry.before, *entry.after)):
        field = fields.get(key)
        if field is not None and field.kind == "data":
            yield from _declared(labels, *(side.get(key) or {} for side in (entry.before, entry.after)))
        elif field is not None and field.label and key not in UNTOLD:
            was, now = (_value(field, side.get(key), references) for side in (entry.before, entry.after))
            yield translated(field.label), was, now


def _declared(labels: dict[str, str], before: dict[str, Any], after: dict[str, Any]) -> Any:
    """Each field of its own that differs."""
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield labels.get(name, name), *(_plain(side.get(name)) for side in (before, after))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("Yes") if value else gettext("No"))
    return "" if value is None else str(value)


def _value(field: Field, value: Any, references: Any) -> str:
    if value in (None, ""):
        return ""
    if field.target is not None:
        return str(references.get((field.target, value), f"#{value}"))
    if field.kind == "word":
        return translated(field.words(value).label)
    if field.kind == "moment":
        return plain(field, datetime.fromisoformat(value), ZONE)
    return plain(field, value, ZONE)


def _word(key: str, value: Any) -> Any:
    if key == "active" and value is not None:
        return gettext("Yes") if value else gettext("No")
    if key == "password" and value:
        return gettext("Set anew")
    if key == "roles":
        return "、".join(str(translated(ROLES.get(name, name))) for name in value or ())
    if key == "permissions":
        return "、".join(_permission(*name.split(" ", 1)) for name in value or ())
    return value or ""


def _permission(right: str, console: str) -> str:
    told: str = gettext(
        "%(console)s: %(right)s",
        console=translated(CODES.get(console, console)),
        right=translated(CODES.get(right, right)),
    )
    return told
