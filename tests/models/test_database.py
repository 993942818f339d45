import sqlite3
import threading
import time

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from models import database
from models.database import install, reading


@pytest.fixture
def file(tmp_path):
    """An engine on a SQLite file with one counter in it."""
    engine = create_engine(f"sqlite:///{tmp_path / 'test.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER)")
        connection.exec_driver_sql("CREATE TABLE part (counter_id INTEGER REFERENCES counter (id))")
        connection.exec_driver_sql("INSERT INTO counter VALUES (1, 0)")
    yield engine
    engine.dispose()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 50)
    monkeypatch.setattr(database, "WRITERS_PATIENCE", 50)


@pytest.fixture
def only_reading():
    token = reading.set(True)
    yield
    reading.reset(token)


def count(connection):
    return connection.exec_driver_sql("SELECT n FROM counter").scalar()


def add_one(connection):
    connection.exec_driver_sql(f"UPDATE counter SET n = {count(connection) + 1}")


def test_of_two_who_read_and_then_write_neither_is_lost(file):
    def work():
        for _ in range(20):
            with file.begin() as connection:
                add_one(connection)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with file.begin() as connection:
        assert count(connection) == 80


def test_a_writer_waits_for_the_other_and_is_not_refused(file):
    with file.begin() as first:
        add_one(first)
        done = []
        second = threading.Thread(target=lambda: done.append(file.begin().__enter__().close()))
        second.start()
        time.sleep(0.2)
        assert done == []
    second.join(5)
    assert done == [None]


def test_a_second_writer_is_told_when_it_begins(file, impatient):
    with file.connect() as first, file.connect() as second:
        first.begin()
        with pytest.raises(OperationalError, match="locked"):
            second.begin()


def test_readers_wait_for_nobody(file, impatient):
    with file.begin() as writer:
        add_one(writer)
        token = reading.set(True)
        with file.begin() as first, file.begin() as second:
            assert (count(first), count(second)) == (0, 0)
        reading.reset(token)


def test_nobody_waits_for_a_reader(file, impatient, only_reading):
    with file.begin() as reader:
        assert count(reader) == 0
        token = reading.set(False)
        with file.begin() as writer:
            add_one(writer)
        reading.reset(token)
        assert count(reader) == 0, "a reader sees one moment"


@pytest.mark.databases
def test_what_only_reads_cannot_write(own_engine):
    insert = text("INSERT INTO probe VALUES (1)")
    with own_engine.begin() as connection:
        connection.execute(text("CREATE TABLE probe (id INTEGER)"))
    token = reading.set(True)
    with own_engine.connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(insert)
    reading.reset(token)
    with own_engine.begin() as connection:
        connection.execute(insert)
    with own_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM probe")) == 1


@pytest.mark.databases
def test_who_only_read_may_write_next_on_the_same_connection(engine):
    with engine.connect() as connection:
        token = reading.set(True)
        with connection.begin():
            assert connection.scalar(text("SELECT 1")) == 1
        reading.reset(token)
        with connection.begin() as transaction:
            connection.execute(text("CREATE TABLE probe (id INTEGER)"))
            transaction.rollback()


def test_statements_stay_prepared_from_one_reader_to_the_next(postgresql, only_reading):
    with postgresql.connect() as connection:
        for _ in range(8):
            connection.scalar(text("SELECT 1 + :n"), {"n": 1})
            connection.rollback()
        assert connection.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%1 +%'")) == 1


def test_what_a_row_names_must_exist(file):
    with file.connect() as connection, pytest.raises(IntegrityError, match="FOREIGN KEY"):
        connection.exec_driver_sql("INSERT INTO part VALUES (7)")


def test_a_savepoint_is_undone_alone(file):
    with file.begin() as connection:
        add_one(connection)
        savepoint = connection.begin_nested()
        add_one(connection)
        savepoint.rollback()
    with file.begin() as connection:
        assert count(connection) == 1


def test_what_must_not_be_in_a_transaction_is_in_none(file, tmp_path):
    with file.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'copy.sqlite'}'")
    with file.begin() as connection:
        add_one(connection)
    assert sqlite3.connect(tmp_path / "copy.sqlite").execute("SELECT n FROM counter").fetchone() == (0,)


def test_a_database_in_memory_works_too():
    with create_engine("sqlite://").begin() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.connection.driver_connection.isolation_level is None, "Python would begin by itself"


def test_it_is_installed_once_however_often(file):
    install()
    begins = []
    event.listen(file, "before_cursor_execute", lambda *args: begins.append(args[2]))
    with file.begin():
        pass
    assert begins == ["BEGIN IMMEDIATE"]
