"""Gunicorn's hooks: the console is made once, and each process that answers is forked from it."""

from __future__ import annotations

import gc
from typing import Any

preload_app = True


def when_ready(server: Any) -> None:
    """Before the first fork: two processes that share a connection would read each other's answers."""
    from app.extensions import db

    with server.app.wsgi().app_context():
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()  # what all share stays shared: a collection would write on every page of it
