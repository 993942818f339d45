"""Everyone tries every route, over two counties, and nobody sees or changes what is not theirs."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.extensions import db
from models.door import system_session
from models.recorder import Origin, set_origin
from models.roles import RoleName
from tests.conftest import _copy
from tests.make import NOW
from tests.views.conftest import _grant
from tests.views.ground import Ground
from tests.views.walk import Walk


@pytest.fixture(scope="module")
def ground(app: Flask, sqlite_file, tmp_path_factory) -> Iterator[Ground]:
    """Built once: each request that is tried is undone before the next."""
    engine = create_engine(f"sqlite:///{_copy(sqlite_file, tmp_path_factory.mktemp('ground'))}", poolclass=NullPool)
    with app.app_context():
        engines, usual = db.engines, db.engines[None]
        db.session.configure(join_transaction_mode="create_savepoint")
    with engine.connect() as connection:
        everything = connection.begin()
        connection.name = connection.dialect.name
        engines[None] = connection
        session = system_session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        set_origin(session, Origin(at=NOW))
        _grant(app, session)
        yield Ground(connection, session)
        engines[None] = usual
        session.close()
        everything.rollback()
    engine.dispose()


@pytest.mark.parametrize("who", ["nobody", "stranger", *RoleName])
def test_nobody_sees_or_changes_what_is_not_theirs(app, ground, who):
    walk = Walk(app, ground, who)
    import time; t = time.process_time()
    findings = walk.everywhere()
    print(who, walk.requests, "requests in", time.process_time() - t)
    assert not findings, f"{len(findings)} of {walk.requests}:\n" + "\n".join(findings)
