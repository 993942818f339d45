"""How every database connection of the process behaves. Whoever makes an engine imports this module first.

That is `jobs.runner` and `app.extensions`. A transaction that only reads cannot write. On SQLite one that may
write takes the write lock when it begins: taken later, it would fail where another has written since. On PostgreSQL
one that only reads ends with a commit: a rollback makes the driver forget its prepared statements, and the server
plan each of them anew.
"""

from __future__ import annotations

import sqlite3
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.orm import Session

PATIENCE, WRITERS_PATIENCE = 5_000, 10_000
"""Milliseconds that SQLite waits for a lock before it says that the database is locked."""

reading: ContextVar[bool] = ContextVar("reading", default=False)
"""Set while what runs only reads, as a GET does: its transactions then cannot write, and wait for no writer."""


def insert_missing(session: Session, model: type[Any], **values: Any) -> None:
    """Insert a row unless it is there; of two who do so at once, the second waits, and finds the first one's."""
    dialect = sqlite_dialect if session.get_bind().dialect.name == "sqlite" else postgresql_dialect
    session.execute(dialect.insert(model).values(**values).on_conflict_do_nothing())


def install() -> None:
    """Listen to every engine of the process, made or to be made; once, however often it is called."""
    for moment, listener in (("connect", _connected), ("begin", _begun), ("rollback", _left)):
        if not event.contains(Engine, moment, listener):
            event.listen(Engine, moment, listener)


def _connected(connection: object, record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # Python's sqlite3 would begin late, at the first write
    for setting in (
        f"busy_timeout = {PATIENCE}",  # first: the next one may have to wait
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begun(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.driver == "psycopg" and bool(driver.read_only) != reading.get():
        driver.read_only = reading.get()
    if not isinstance(driver, sqlite3.Connection) or _commits_by_itself(connection):
        return
    patience, mode = (PATIENCE, "") if reading.get() else (WRITERS_PATIENCE, "IMMEDIATE")
    driver.execute(f"PRAGMA busy_timeout = {patience}")
    driver.execute(f"PRAGMA query_only = {reading.get()}")
    connection.exec_driver_sql(f"BEGIN {mode}".rstrip())


def _left(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.driver == "psycopg" and driver.read_only:
        driver.commit()


def _commits_by_itself(connection: Connection) -> bool:
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


install()
