"""Plays records that are no call: written as their form would write them, moved by their workflow, at past moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.declare import Console
from app.engine.fields import Field, fields_of
from app.engine.schema import asked
from app.story_files import file_for
from models.actor import Actor
from models.base import User
from models.calls import Call
from models.files import Attachment
from models.governance import GovernanceModule
from models.item_words import ItemState, ListState
from models.lists import DutyList, ListItem, ListType
from models.organisation import Unit
from models.recorder import Origin, set_origin
from models.rules.deadlines import SHANGHAI
from models.rules.files import keep_file
from models.seeds import rows
from models.store import Store
from views import CONSOLES

_consoles = {console.model.__tablename__: console for console in CONSOLES}


class Records:
    """The rows of `demo_records.csv`.

    A value names a unit, an item or a list type by its code, a module by its name, a record by its key.
    A day or a moment is so many days from now, a year so many years; with an @, that of so many working days ago, as in
    the column `when`.
    """

    def __init__(
        self, session: Session, now: datetime, cast: dict[str, Actor], calls: dict[str, Call], store: Store
    ) -> None:
        self.session, self.now, self.cast, self.calls, self.store = session, now, cast, calls, store
        self.known: dict[str, Any] = {}

    def deeds(self, ago: Callable[[int], datetime]) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """What is to be done when; `ago` tells the moment so many working days back."""
        self.ago = ago
        for second, row in enumerate(rows("demo_records.csv")):
            at = ago(int(row["when"])) + timedelta(seconds=second)
            yield at, partial(self._act, row, at)

    def _act(self, row: dict[str, str], at: datetime) -> None:
        console, actor = _consoles[row["table"]], self.cast[row["who"]]
        set_origin(self.session, Origin(actor=actor, at=at))
        said = pairs(row["values"])
        if row["move"] == "write":
            self.known[row["key"]] = self._write(console, console.model(), said, actor, at)
        elif row["move"] == "edit":
            self._write(console, self.known[row["key"]], said, actor, at)
        else:
            self._move(console, row, said, actor, at)

    def _move(self, console: Console, row: dict[str, str], said: dict[str, str], actor: Actor, at: datetime) -> None:
        """What the row does not say is answered as the form proposes it."""
        workflow: Any = console.workflow
        subject, transition = self._subject(console, row["key"], actor), workflow.moves[row["move"]]
        answers = dict(transition.suggest(subject)) if transition.suggest else {}
        for field in asked(transition):
            if field.name in said:
                answers[field.name] = self._value(field, said[field.name], actor, subject, at)
        note = said.get("note", "")
        workflow.move(self.session, subject, row["move"], actor=actor, now=at, answers=answers, note=note, version=None)

    def _subject(self, console: Console, key: str, actor: Actor) -> Any:
        """The record of that key; of what a rule wrote below it, the part of a unit: after an @, or the actor's."""
        key, _, code = key.partition("@")
        known, model = self.known[key], console.model
        if isinstance(known, model):
            return known
        under = getattr(model, console.workflow.under)  # type: ignore[union-attr]
        unit_id = self.session.scalars(select(Unit.id).where(Unit.code == code)).one() if code else actor.unit_id
        return self.session.scalars(select(model).where(under == known, model.unit_id == unit_id)).one()

    def _write(self, console: Console, record: Any, said: dict[str, str], actor: Actor, at: datetime) -> Any:
        fields = fields_of(console.model)
        with self.session.no_autoflush:
            for name, text in said.items():
                fields[name].put(record, self._value(fields[name], text, actor, record, at))
            if console.prepare:
                console.prepare(self.session, record, actor, at)
        self.session.add(record)
        self.session.flush()
        if console.follow:
            console.follow(self.session, record, actor, at)
        return record

    def _value(self, field: Field, text: str, actor: Actor, about: Any, at: datetime) -> Any:
        if field.target is Attachment:
            return keep_file(self.session, self.store, text, file_for(self.session, text, about), actor, at)
        if field.kind == "rows":
            return [self._row(field, code, actor) for code in text.split(",")]
        if field.target is not None:
            return self._row(field, text, actor)
        if field.kind in ("day", "moment"):
            day = self._moment(text).astimezone(SHANGHAI).date()
            return day if field.kind == "day" else datetime.combine(day, time(9), SHANGHAI)
        if field.name == "year" and text.startswith("@"):
            return self._moment(text).astimezone(SHANGHAI).year
        if field.name == "year":
            return self.now.astimezone(SHANGHAI).year + int(text)
        return read(field, text)

    def _moment(self, text: str) -> datetime:
        return self.ago(int(text[1:])) if text.startswith("@") else self.now + timedelta(days=int(text))

    def _row(self, field: Field, text: str, actor: Actor) -> Any:
        if field.target is Unit:
            return self.session.scalars(select(Unit).where(Unit.code == text)).one()
        if field.target == User:
            return self.session.scalars(select(User).where(User.username == text)).one()
        if field.target is ListItem:
            living = ListItem.state.in_((ItemState.draft, ItemState.published)), ListItem.region_id == actor.region_id
            return self.session.scalars(select(ListItem).where(ListItem.code == text, *living)).one()
        if field.target is GovernanceModule:
            of_county = GovernanceModule.region_id == actor.region_id
            return self.session.scalars(select(GovernanceModule).where(of_county, GovernanceModule.name == text)).one()
        if field.target is ListType:
            return self.session.scalars(select(ListType).where(ListType.code == text)).one()
        if field.target is DutyList and text not in self.known:
            in_force = DutyList.state == ListState.published, DutyList.region_id == actor.region_id
            of_type = DutyList.list_type.has(ListType.code == text)
            return self.session.scalars(select(DutyList).where(of_type, *in_force)).one()
        return self.calls[text] if field.target is Call else self.known[text]


def read(field: Field, text: str) -> Any:
    """A word, a number, a yes or a text, as it is written in the demo's tables."""
    match field.kind:
        case "word":
            return field.words(text)
        case "flag":
            return text == "yes"
        case "number":
            return int(text)
        case "decimal":
            return Decimal(text)
    return text


def pairs(text: str) -> dict[str, str]:
    """What a cell of the demo's tables says: `name: value | name: value`."""
    return dict(pair.split(": ", 1) for pair in filter(None, text.split(" | ")))
