"""Files that no row names: what a transaction kept before it was undone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import settings
from jobs.watch import Done
from models.files import Attachment
from models.store import Store

DAY = 24 * 60 * 60
"""Seconds. No transaction that has yet to commit is as old."""

BATCH = 1_000


def remove_unnamed(session: Session, now: datetime) -> Done:
    """Remove what no row names and is older than a day by the disk's clock, whatever moment is swept for."""
    old = list(Store(settings().files).older_than(time.time() - DAY))
    removed = 0
    for path in _unnamed(session, old):
        path.unlink(missing_ok=True)
        removed += 1
    return Done(removed, removed)


def _unnamed(session: Session, paths: list[Path]) -> Iterator[Path]:
    for begin in range(0, len(paths), BATCH):
        batch = paths[begin : begin + BATCH]
        keys = [path.name for path in batch]
        found = select(Attachment.key, Attachment.thumbnail_key)
        found = found.where(Attachment.key.in_(keys) | Attachment.thumbnail_key.in_(keys))
        named = {key for both in session.execute(found) for key in both}
        yield from (path for path in batch if path.name not in named)
