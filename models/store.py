"""Where the bytes of files lie: each under a random key, whole before a row names it, and never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of files. What lies there and no row names was left by a transaction that was undone."""

    folder: Path

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def put(self, content: bytes) -> str:
        """Keep these bytes; their key. They are on the disk when this returns, also if the power fails then."""
        key = secrets.token_hex(32)
        path = self.path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        for folder in (path.parent, self.folder):
            _sync(folder)
        return key

    def older_than(self, moment: float) -> Iterator[Path]:
        """The files that were put here before then (seconds since 1970); also what is left of one half written."""
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):  # one that was being written has its own name by now
                if path.stat().st_mtime < moment:
                    yield path

    def fault(self, key: str, sha256: str) -> str | None:
        """What is wrong with a file, if anything is."""
        try:
            with self.path(key).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return "is missing"
        return None if found == sha256 else "differs from its checksum"


def _sync(folder: Path) -> None:
    """A name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
