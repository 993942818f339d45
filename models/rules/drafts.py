"""What parts hang on stays as it is while somebody hangs one on it, or moves it."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models.base import N_
from models.workflow import Refused

R = TypeVar("R")


def open_for_parts(session: Session, model: type[R], key: int | None, state: Any, *, field: str) -> R:
    """The row, still in that state. Locked: who changes its parts and who moves it wait for each other.

    Raises `Refused`, naming the field.
    """
    found = session.get(model, key, with_for_update=True, populate_existing=True) if key is not None else None
    if found is None or found.state is not state:  # type: ignore[attr-defined]
        raise Refused(N_("This has moved on, and its parts are fixed. Choose one that is still open."), field=field)
    return found
