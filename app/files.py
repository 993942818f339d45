"""The application's files, as the engine asks for them: kept in the data directory, in the name of who sends them."""

from __future__ import annotations

from typing import IO, Any

from flask import current_app

from app.engine.declare import Files, Stored
from app.engine.present import in_zone
from app.identity import current_actor, now
from models.files import Attachment
from models.rules.contents import LARGEST, SHOWN
from models.rules.deadlines import SHANGHAI
from models.rules.files import keep_file, nameable
from models.rules.photos import place
from models.store import Store


def _store() -> Store:
    return Store(current_app.config["FILES"])


def _keep(session: Any, name: str, content: IO[bytes]) -> Attachment:
    """Reads a byte more than a file may have, and no further."""
    return keep_file(session, _store(), name, content.read(LARGEST + 1), current_actor(), now())


def _find(file: Attachment) -> Stored:
    return Stored(_store().path(file.key), file.name, file.content_type, file.content_type in SHOWN)


def _find_small(file: Attachment) -> Stored | None:
    key = file.thumbnail_key
    return Stored(_store().path(key), f"{file.name}.jpg", "image/jpeg", inline=True) if key else None


def _about(file: Attachment) -> str:
    """When and where a photo was taken."""
    taken = in_zone(file.taken_at, SHANGHAI) if file.taken_at else ""
    return " · ".join(filter(None, (taken, place(file.latitude, file.longitude))))


FILES = Files(keep=_keep, find=_find, find_small=_find_small, about=_about, nameable=nameable)
