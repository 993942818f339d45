"""The application's files, as the engine asks for them: kept in the data directory, in the name of who sends them."""

from __future__ import annotations

from typing import IO, Any

from flask import current_app

from app.engine.declare import Files, Stored
from app.identity import current_actor, now
from models.files import Attachment
from models.rules.contents import LARGEST, SHOWN
from models.rules.files import keep_file, nameable
from models.store import Store


def _store() -> Store:
    return Store(current_app.config["FILES"])


def _keep(session: Any, name: str, content: IO[bytes]) -> Attachment:
    """Reads a byte more than a file may have, and no further."""
    return keep_file(session, _store(), name, content.read(LARGEST + 1), current_actor(), now())


def _find(file: Attachment) -> Stored:
    return Stored(_store().path(file.key), file.name, file.content_type, file.content_type in SHOWN)


FILES = Files(keep=_keep, find=_find, nameable=nameable)
