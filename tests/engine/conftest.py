"""An application over one sample file, two keepers with their shelves, and a browser for each."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from flask import Flask, request_started
from flask.testing import FlaskClient
from sqlalchemy import create_engine, delete, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.base import User
from models.door import Scope, system_session
from tests.engine import toy


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The sample's file, imported."""
    path = tmp_path_factory.mktemp("sample") / "loan.py"
    path.write_text(toy.MODEL + toy.DECLARATION, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("loan", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def app(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    def own(roles: frozenset[str]) -> object:
        return sample.Loan.shelf_id.in_(select(toy.Shelf.id).where(toy.OWN_SHELVES.sees(roles)))

    scoped = {
        toy.Shelf: toy.OWN_SHELVES,
        sample.Loan: Scope(own, own),
        toy.Card: toy.OWN_CARDS,
        toy.Scan: toy.OWN_SCANS,
        toy.CardLeaf: toy.OWN_LEAVES,
    }
    consoles = (toy.SHELVES, toy.BOOKS, sample.loans, toy.CARDS, toy.SCANS)
    return toy.make_app(tmp_path_factory.mktemp("toy"), consoles, scoped, ("anna", "ben"))


@pytest.fixture
def truth(app: Flask, sample: ModuleType) -> Iterator[Session]:
    """The system's session on the toy's database, emptied before each test. It lets go when a request comes in."""
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with system_session(engine) as session:
        for model in (sample.Loan, toy.Book, toy.Shelf, toy.CardLeaf, toy.Card, toy.Scan):
            session.execute(delete(model))
        session.commit()
        with request_started.connected_to(lambda *_, **__: session.commit(), app):
            yield session
    engine.dispose()


@pytest.fixture
def shelf_of(truth: Session) -> Callable[[str], toy.Shelf]:
    """`shelf_of("anna")`: the shelf that she keeps."""

    def shelf(keeper: str) -> toy.Shelf:
        keeper_id = truth.scalar(select(User.id).where(User.username == keeper))
        found = truth.scalar(select(toy.Shelf).where(toy.Shelf.keeper_id == keeper_id))
        if found is None:
            found = toy.Shelf(name=f"Shelf of {keeper}", keeper_id=keeper_id)
            truth.add(found)
            truth.commit()
        return found

    return shelf


@pytest.fixture
def browser_of(app: Flask, truth: Session) -> Callable[[str], FlaskClient]:
    """`browser_of("anna")`: a browser in which she has signed in."""

    def sign_in(name: str) -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/login/", data={"username": name, "password": toy.PASSWORD})
        assert answer.status_code == 302, "could not sign in"
        return browser

    return sign_in
