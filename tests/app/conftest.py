"""The operator's commands, on a data directory of the test's own: filled with the demo county, or empty."""

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import config
import run
from app import database
from jobs import runner
from models.base import Role
from models.door import system_session
from models.roles import RoleName

RECORDER_KEY = "test" * 8


@contextmanager
def reading(data_dir, **variables):
    """The process's settings, read from these variables alone."""
    variables = {"DATA_DIR": str(data_dir), "RECORDER_KEY": RECORDER_KEY, **variables}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("HUYING_")]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(f"HUYING_{name}", value)
        forget()
        yield config.settings()
    forget()


def forget():
    config.settings.cache_clear()
    runner.engine.cache_clear()


def add_roles(settings):
    """What `migrate` adds besides the tables, without the console that it takes for it."""
    with system_session(create_engine(settings.database_url, poolclass=NullPool)) as session, session.begin():
        session.add_all(Role(name=str(name)) for name in ("member", *RoleName))


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """The data directory of a demo whose county was filled by the command."""
    folder = tmp_path_factory.mktemp("demo")
    with reading(folder, DEMO_PASSWORD="open-sesame") as settings:
        database.upgrade(settings.database_url)
        add_roles(settings)
        assert run.main(["demo"]) == 0
    return folder


@pytest.fixture
def demo(told, tmp_path):
    """Settings of a copy of it."""
    shutil.copytree(told, tmp_path / "data")
    with reading(tmp_path / "data") as settings:
        yield settings


@pytest.fixture
def empty(tmp_path):
    """Settings of a database that has its tables and no row."""
    with reading(tmp_path) as settings:
        database.upgrade(settings.database_url)
        yield settings


def ask(settings, statement):
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        return connection.execute(statement).fetchall()
