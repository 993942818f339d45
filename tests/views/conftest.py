"""The web: the application on the test's own connection, browsers and programs signed in as people of a unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

import config
from app import factory, identity
from app.extensions import db
from models.base import Role
from models.door import system_session
from models.organisation import Unit
from models.recorder import Origin, set_origin
from models.rights import grants
from models.roles import RoleName
from tests.conftest import _copy, _create, _url
from tests.make import NOW, Make, usual_role
from tests.moments import ASKED

PASSWORD = "a password of no use elsewhere"
HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
"""Cheap to check: the tests are not about the price of guessing."""


class Standing(datetime):
    """The clock of requests: it stands still, whenever the tests are run."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return ASKED.astimezone(tz)


@pytest.fixture(scope="session", autouse=True)
def _clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "datetime", Standing)
        yield


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for the run. Its database is whatever the test's `web` says."""
    folder = tmp_path_factory.mktemp("web")
    config.settings.cache_clear()
    patch = pytest.MonkeyPatch()
    patch.setenv("HUYING_DATA_DIR", str(folder))
    made = factory.create_app(
        TESTING=True,
        WTF_CSRF_ENABLED=False,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'unused.sqlite'}",
        SERVER_NAME="localhost",
    )
    patch.undo()
    config.settings.cache_clear()
    from models import recorder

    recorder.use_key("test" * 8)
    return made


@pytest.fixture(scope="session")
def granted_sqlite(app: Flask, sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = f"sqlite:///{_copy(sqlite_file, tmp_path_factory.mktemp('granted'))}"
    yield from _granted(app, create_engine(url, query_cache_size=config.STATEMENTS))


@pytest.fixture(scope="session")
def granted_postgresql(app: Flask, postgresql_server: Any) -> Iterator[Engine]:
    _create(postgresql_server, "granted", template="huying")
    yield from _granted(app, create_engine(_url(postgresql_server, "granted"), query_cache_size=config.STATEMENTS))


def _granted(app: Flask, engine: Engine) -> Iterator[Engine]:
    with system_session(engine) as session:
        set_origin(session, Origin(at=NOW))
        grant(app, session)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(request: pytest.FixtureRequest, database: str) -> Engine:
    """As everywhere, but with permissions and roles from the start: they are many, and the same for every test."""
    return request.getfixturevalue(f"granted_{database}")


@pytest.fixture
def web(app: Flask, connection: Connection) -> Iterator[Flask]:
    """The application on this test's connection."""
    with app.app_context():
        engines, engine = db.engines, db.engines[None]
        db.session.configure(join_transaction_mode="create_savepoint")
    connection.name = connection.dialect.name  # Flask-AppBuilder asks its bind for the dialect's name
    engines[None] = connection
    try:
        yield app
    finally:
        engines[None] = engine


def grant(app: Flask, session: Session) -> None:
    """Roles and permissions as `sync_permissions` makes them; its own test is in tests/app."""
    from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu

    with app.app_context():
        published = sorted(factory.published())
    permissions = {name: Permission(name=name) for name, _ in published}
    menus = {name: ViewMenu(name=name) for _, name in published}
    views = {pair: PermissionView(permission=permissions[pair[0]], view_menu=menus[pair[1]]) for pair in published}
    roles = {role.name: role for role in session.scalars(select(Role))}
    for name in (factory.MEMBER, *RoleName):
        role = roles.get(str(name)) or Role(name=str(name))
        session.add(role)
        role.permissions = [views[pair] for pair in (grants(name) if name != factory.MEMBER else ()) if pair in views]
    session.add_all(views.values())
    session.commit()


Sign = Callable[..., FlaskClient]


@pytest.fixture
def user_of(web: Flask, session: Session, make: Make) -> Callable[..., str]:
    """`user_of(unit, *roles)`: the name of an account posted there, in the unit's usual role if none is named."""
    made: dict[tuple[int, tuple[str, ...]], str] = {}

    def user(unit: Unit, *roles: RoleName) -> str:
        roles = roles or (usual_role(unit),)
        if (unit.id, roles) not in made:
            account = make.user()
            account.password = HASH
            account.roles = [make.role(factory.MEMBER)]  # type: ignore[arg-type]
            for role in roles:
                make.posting(account, unit, role)
            session.commit()
            made[unit.id, roles] = account.username
        return made[unit.id, roles]

    return user


@pytest.fixture
def browser_of(web: Flask, user_of: Callable[..., str]) -> Sign:
    """`browser_of(unit, *roles)`: a browser signed in as someone of that unit."""

    def sign_in(unit: Unit, *roles: RoleName) -> FlaskClient:
        browser = web.test_client()
        answer = browser.post("/login/", data={"username": user_of(unit, *roles), "password": PASSWORD})
        assert answer.status_code == 302, "could not sign in"
        return browser

    return sign_in


class Program:
    """A program with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {token}"}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def send(path: str, **options: Any) -> Any:
            headers = self.headers | options.pop("headers", {})
            return getattr(self.client, method)(f"/api/v1/{path}", headers=headers, **options)

        return send

    def move(self, resource: str, key: int, name: str, **answers: Any) -> Any:
        return self.post(f"{resource}/{key}/move/{name}", json=answers)


@pytest.fixture
def program_of(web: Flask, user_of: Callable[..., str]) -> Callable[..., Program]:
    """`program_of(unit, *roles)`: a program signed in by token; paths are below /api/v1/."""

    def sign_in(unit: Unit, *roles: RoleName) -> Program:
        client = web.test_client()
        who = {"username": user_of(unit, *roles), "password": PASSWORD, "provider": "db"}
        return Program(client, client.post("/api/v1/security/login", json=who).json["access_token"])

    return sign_in
