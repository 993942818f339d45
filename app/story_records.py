"""Plays records that are no call: written as their form would write them, moved by their workflow, at past moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.declare import Console
from app.engine.derive import Field, fields_of
from app.engine.schema import asked
from models.actor import Actor
from models.item_words import ItemState
from models.lists import ListItem, ListType
from models.organisation import Unit
from models.recorder import Origin, set_origin
from models.rules.deadlines import SHANGHAI
from models.seeds import rows
from views import CONSOLES

_consoles = {console.model.__tablename__: console for console in CONSOLES}


class Records:
    """The rows of `demo_records.csv`, in order. A value names a unit by its code, and a record by its key there."""

    def __init__(self, session: Session, now: datetime, cast: dict[str, Actor]) -> None:
        self.session, self.now, self.cast = session, now, cast
        self.known: dict[str, Any] = {}

    def deeds(self, ago: Callable[[int], datetime]) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """What is to be done when; `ago` tells the moment so many working days back."""
        for minute, row in enumerate(rows("demo_records.csv")):
            at = ago(int(row["when"])) + timedelta(seconds=minute)
            yield at, partial(self._act, row, at)

    def _act(self, row: dict[str, str], at: datetime) -> None:
        console, actor = _consoles[row["table"]], self.cast[row["who"]]
        set_origin(self.session, Origin(actor=actor, at=at))
        said = dict(pair.split(": ", 1) for pair in filter(None, row["values"].split(" | ")))
        if row["move"] == "write":
            self.known[row["key"]] = self._write(console, said, actor, at)
            return
        workflow: Any = console.workflow
        subject, fields = self.known[row["key"]], asked(workflow.moves[row["move"]])
        answers = {field.name: self._value(field, said[field.name], actor) for field in fields}
        workflow.move(self.session, subject, row["move"], actor=actor, now=at, answers=answers, note="", version=None)

    def _write(self, console: Console, said: dict[str, str], actor: Actor, at: datetime) -> Any:
        record = console.model()
        with self.session.no_autoflush:
            for name, text in said.items():
                field = fields_of(console.model)[name]
                value = self._value(field, text, actor)
                setattr(record, name, value)
                if field.kind == "row":
                    setattr(record, field.column.key, value.id)
            if console.prepare:
                console.prepare(self.session, record, actor, at)
        self.session.add(record)
        self.session.flush()
        if console.follow:
            console.follow(self.session, record, actor, at)
        return record

    def _value(self, field: Field, text: str, actor: Actor) -> Any:
        if field.target is Unit:
            return self.session.scalars(select(Unit).where(Unit.code == text)).one()
        if field.target is ListItem:  # any that the department leads in
            in_force = (ListItem.state == ItemState.published) & (ListItem.lead_department_id == actor.unit_id)
            return self.session.scalars(select(ListItem).where(in_force).order_by(ListItem.code)).first()
        if field.target is ListType:
            return self.session.scalars(select(ListType).where(ListType.code == text)).one()
        if field.kind == "row":
            return self.known[text]
        if field.kind == "word":
            return field.words(text)
        if field.kind == "day":
            return (self.now + timedelta(days=int(text))).astimezone(SHANGHAI).date()
        if field.kind == "number":
            return int(text) + (self.now.astimezone(SHANGHAI).year if field.name == "year" else 0)
        return text
