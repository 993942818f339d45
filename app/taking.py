"""What takes confirmed imports, and undoes them, in a job: with the code of the form, and the rights of who asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache

from flask import Flask, current_app, has_app_context
from flask_babel import force_locale, gettext
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import factory, identity
from app.engine import write
from app.engine.declare import Told, World
from app.engine.sheets import Unreadable
from app.errors import PAGES
from app.importing import take, take_back
from app.security import GRANTED
from models.actor import SYSTEM_ACTOR, Actor
from models.door import act_for, by_rule, system_session
from models.imports import ImportRun, ImportState
from models.recorder import Origin, set_origin
from models.rules.imports import IMPORT
from models.store import Store

log = logging.getLogger("app.taking")

UNDONE = {ImportState.confirmed: "fail", ImportState.undoing: "keep"}
"""What becomes of an import that could not be taken, or not be undone."""


@cache
def _application() -> Flask:
    return factory.create_app()


def carry_out(engine: Engine, key: int, now: datetime) -> None:
    """Take an import, or undo it, as one unit; or none of it, and say why."""
    with system_session(engine) as looking:
        language = looking.get_one(ImportRun, key).language
    with current_app.app_context() if has_app_context() else _application().app_context(), force_locale(language):
        try:
            with _as_sent(engine, key, now) as (world, run):
                if run.state is ImportState.confirmed:
                    take(world, Store(current_app.config["FILES"]), run)
                elif run.state is ImportState.undoing:
                    take_back(world, run)
        except (write.NotWritten, Unreadable) as refusal:
            _fail(engine, key, now, str(refusal))
        except OperationalError:  # the database is busy or away: the next sweep tries again
            raise
        except Exception:
            log.exception("import %d failed", key)
            _fail(engine, key, now, gettext(PAGES[500]))


@contextmanager
def _as_sent(engine: Engine, key: int, now: datetime) -> Iterator[tuple[World, ImportRun]]:
    """The import in a session of whoever asked for it, locked; committed at the end."""
    with system_session(engine) as looking:
        sent = looking.get_one(ImportRun, key)
        actor, may = _actor(looking, sent, now)
        name = sent.file.name
    with Session(engine) as session:
        act_for(session, actor)
        set_origin(session, Origin(actor=actor, at=now, place="job:imports", note=name))
        with by_rule(session):
            run = session.scalars(select(ImportRun).where(ImportRun.id == key).with_for_update()).one()
        around = replace(factory.world(), session=lambda: session, actor=lambda: actor, now=lambda: now)
        yield replace(around, allows=lambda permission, resource: (permission, resource) in may), run
        session.commit()


def _actor(looking: Session, run: ImportRun, now: datetime) -> tuple[Actor, set[tuple[str, str]]]:
    """Who asked for it, and what they may do, today. Raises `NotWritten` where they no longer serve there."""
    day = now.astimezone(identity.ZONE).date()
    user = run.user if run.user is not None and run.user.active else None
    seats = identity.seats(looking, user.id, day) if user is not None else []
    seat = next((seat for seat in seats if seat.unit_id == run.unit_id), None)
    if seat is None or user is None:
        raise write.NotWritten(Told(403, {"": gettext("Whoever sent it no longer serves in this unit. Send it anew.")}))
    granted = looking.execute(GRANTED, {"user_id": user.id, "role_ids": list(seat.role_ids)})
    return identity.actor_of(looking, user.id, seat), {(permission, resource) for permission, resource in granted}


def _fail(engine: Engine, key: int, now: datetime, why: str) -> None:
    with system_session(engine) as session, session.begin():
        set_origin(session, Origin(at=now, place="job:imports"))
        run = session.get_one(ImportRun, key)
        if run.state in UNDONE:
            IMPORT.move(session, run, UNDONE[run.state], actor=SYSTEM_ACTOR, now=now, note=why[: write.NOTE])
