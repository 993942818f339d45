import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from werkzeug.security import check_password_hash, generate_password_hash

import config
import run
from app import commands, database
from jobs import runner
from jobs.sweep import PARTS
from models.base import Role
from models.door import system_session
from models.roles import RoleName

RECORDER_KEY = "test" * 8
LONG_AFTER = ["sweep", "--at", "2031-01-01T09:00:00"]
OF_WANG = """SELECT role.name, person.password, person.active FROM posting
    JOIN ab_user person ON person.id = user_id JOIN ab_role role ON role.id = role_id
    WHERE person.username = 'wang'"""


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


@pytest.fixture(scope="module")
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


def tamper(settings, statement):
    """Write past the triggers, as the owner of the database can."""
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
        connection.commit()


def everything(settings):
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        return list(connection.iterdump())


def type_in(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_the_demo_command_tells_of_calls_and_lets_its_accounts_in(demo):
    assert ask(demo, "SELECT count(*) FROM call")[0][0] > 40
    ((password,),) = ask(demo, "SELECT password FROM ab_user WHERE username = 'luoyang'")
    assert check_password_hash(password, "open-sesame")
    known = {name for (name,) in ask(demo, "SELECT username FROM ab_user")}
    assert {username for username, _ in commands.demo_accounts()} <= known


def test_the_demo_command_again_changes_nothing(demo):
    before = everything(demo)
    with reading(demo.data_dir, DEMO_PASSWORD="open-sesame"):
        assert run.main(["demo"]) == 0
    assert everything(demo) == before


def test_another_password_reaches_all_but_those_who_chose_their_own(demo):
    own = generate_password_hash("my own word")
    tamper(demo, f"UPDATE ab_user SET password = '{own}' WHERE username = 'sixi'")
    with reading(demo.data_dir, DEMO_PASSWORD="close-sesame"):
        assert run.main(["demo"]) == 0
    found = dict(ask(demo, "SELECT username, password FROM ab_user"))
    assert found.pop("sixi") == own
    assert len({found[username] for username, _ in commands.demo_accounts() if username != "sixi"}) == 1
    assert check_password_hash(found["luoyang"], "close-sesame")
    assert database.shared_password(demo.database_url) == found["luoyang"]


def test_nobody_elses_password_is_the_demos_to_change(empty):
    with reading(empty.data_dir, DEMO_PASSWORD="close-sesame"):
        add_roles(empty)
        commands.create_admin("boss", "boss@county.example", "a word of my own")
        before = ask(empty, "SELECT password FROM ab_user")
        assert run.main(["demo"]) == 0
    assert ask(empty, "SELECT password FROM ab_user") == before
    assert database.shared_password(empty.database_url) == ""


def test_verify_finds_the_demo_as_it_was_written(demo, capsys):
    assert run.main(["verify"]) == 0
    (entries,) = ask(demo, "SELECT count(*) FROM recorder_entry")
    assert capsys.readouterr().out == f"3 chains, {entries[0]} entries: as they were written\n"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE recorder_entry SET note = 'as agreed' WHERE chain = 3 AND seq = 300", "entry 300 changed"),
        ("DELETE FROM recorder_entry WHERE chain = 3 AND seq = 301", "entry 301 missing"),
    ],
)
def test_verify_names_the_first_entry_that_somebody_touched(demo, capsys, statement, reason):
    tamper(demo, statement)
    assert run.main(["verify"]) == 1
    assert capsys.readouterr().out == f"chain 3: {reason}\n"


def test_verify_minds_the_heads_that_were_kept_elsewhere(demo, capsys):
    (seq, seal) = ask(demo, "SELECT seq, hash FROM recorder_head WHERE chain = 3")[0]
    (demo.data_dir / "anchors.json").write_text(json.dumps({"3": [seq, seal]}))
    assert run.main(["verify"]) == 0
    (demo.data_dir / "anchors.json").write_text(json.dumps({"3": [seq + 1, seal]}))
    assert run.main(["verify"]) == 1
    assert f"chain 3: entry {seq + 1} the anchor is newer than the head" in capsys.readouterr().out


def test_a_sweep_prints_one_json_object_and_nothing_else(demo):
    command = [sys.executable, str(config.ROOT / "run.py"), *LONG_AFTER]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    did = json.loads(done.stdout)
    assert did.keys() == PARTS.keys()
    assert did["case_escalate"] == 1


def test_a_sweep_again_does_nothing(demo, capsys):
    assert run.main(LONG_AFTER) == 0
    assert any(json.loads(capsys.readouterr().out).values())
    assert run.main(LONG_AFTER) == 0
    assert not any(json.loads(capsys.readouterr().out).values())


def test_a_new_administrator_needs_a_password_of_eight_characters(demo, capsys, monkeypatch):
    type_in(monkeypatch, "seven77\n")
    assert run.main(["create-admin", "wang", "--email", "wang@example.org"]) == 1
    assert "at least 8 characters" in capsys.readouterr().err
    assert ask(demo, "SELECT count(*) FROM ab_user WHERE username = 'wang'") == [(0,)]


def test_a_new_administrator_can_be_found_with_the_role_and_the_password_typed(demo, capsys, monkeypatch):
    type_in(monkeypatch, "eight888\n")
    assert run.main(["create-admin", "wang", "--email", "wang@example.org"]) == 0
    assert capsys.readouterr().out == ""
    ((role, password, active),) = ask(demo, OF_WANG)
    assert (role, active) == ("admin", 1)
    assert check_password_hash(password, "eight888")


@pytest.mark.parametrize(("username", "email"), [("luoyang", "new@example.org"), ("wang", "luoyang@example.org")])
def test_no_administrator_takes_a_name_or_an_address_that_is_taken(demo, capsys, monkeypatch, username, email):
    type_in(monkeypatch, "eight888\n")
    before = everything(demo)
    assert run.main(["create-admin", username, "--email", email]) == 1
    assert "already" in capsys.readouterr().err
    assert everything(demo) == before


def test_an_administrator_is_added_before_anything_else_is_there_but_the_roles(empty, capsys, monkeypatch):
    type_in(monkeypatch, "eight888\n")
    assert run.main(["create-admin", "wang", "--email", "wang@example.org"]) == 1
    assert "run.py migrate" in capsys.readouterr().err
    add_roles(empty)
    type_in(monkeypatch, "eight888\n")
    assert run.main(["create-admin", "wang", "--email", "wang@example.org"]) == 0
    assert [role for role, *_ in ask(empty, OF_WANG)] == ["admin"]


def test_a_demo_may_start_without_any_setting(demo, capsys):
    assert run.main(["check-config"]) == 0
    assert capsys.readouterr().out == "Nothing stands in the way of a start.\n"


def test_check_config_names_every_setting_that_stands_in_the_way(tmp_path, capsys):
    with reading(tmp_path, ENV="production", RECORDER_KEY="short", DEMO_PASSWORD="open-sesame"):
        assert run.main(["check-config"]) == 1
    named = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert named == ["HUYING_SECRET_KEY", "HUYING_RECORDER_KEY", "HUYING_DEMO_PASSWORD"]
