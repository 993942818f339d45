import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

import config
import run
from app import commands, database
from jobs.sweep import PARTS
from tests.app.conftest import add_roles, ask, reading

LONG_AFTER = ["sweep", "--at", "2031-01-01T09:00:00"]
OF_WANG = """SELECT role.name, person.password, person.active FROM posting
    JOIN ab_user person ON person.id = user_id JOIN ab_role role ON role.id = role_id
    WHERE person.username = 'wang'"""


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


@pytest.mark.long
def test_the_demo_command_tells_of_calls_and_lets_its_accounts_in(demo):
    assert ask(demo, "SELECT count(*) FROM call")[0][0] > 40
    ((password,),) = ask(demo, "SELECT password FROM ab_user WHERE username = 'luoyang'")
    assert check_password_hash(password, "open-sesame")
    known = {name for (name,) in ask(demo, "SELECT username FROM ab_user")}
    assert {username for username, _ in commands.demo_accounts()} <= known


def test_the_demo_command_again_changes_nothing_and_says_so(demo, capsys):
    before = everything(demo)
    with reading(demo.data_dir, DEMO_PASSWORD="open-sesame"):
        assert run.main(["demo"]) == 0
    assert everything(demo) == before
    assert "Nothing was to be done." in capsys.readouterr().err


def test_another_password_reaches_all_but_those_who_chose_their_own(demo, capsys):
    own = generate_password_hash("my own word")
    tamper(demo, f"UPDATE ab_user SET password = '{own}' WHERE username = 'sixi'")
    with reading(demo.data_dir, DEMO_PASSWORD="close-sesame"):
        assert run.main(["demo"]) == 0
    found = dict(ask(demo, "SELECT username, password FROM ab_user"))
    assert found.pop("sixi") == own
    assert "demo accounts have another password now." in capsys.readouterr().err
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
    heads, told = capsys.readouterr().out.splitlines()
    assert told == f"3 chains, {entries[0]} entries: as they were written"
    known = {str(chain): [seq, seal] for chain, seq, seal in ask(demo, "SELECT chain, seq, hash FROM recorder_head")}
    assert json.loads(heads) == known


@pytest.mark.requirement("TC-08")
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
    assert capsys.readouterr().out.splitlines()[0] == f"chain 3: {reason}"


def test_verify_minds_the_heads_that_were_kept_elsewhere(demo, capsys):
    (seq, seal) = ask(demo, "SELECT seq, hash FROM recorder_head WHERE chain = 3")[0]
    (demo.data_dir / "anchors.json").write_text(json.dumps({"3": [seq, seal]}))
    assert run.main(["verify"]) == 0
    (demo.data_dir / "anchors.json").write_text(json.dumps({"3": [seq + 1, seal]}))
    assert run.main(["verify"]) == 1
    assert f"chain 3: entry {seq + 1} the anchor is newer than the head" in capsys.readouterr().out


@pytest.mark.long
def test_verify_takes_back_what_it_printed_on_an_earlier_day(demo, capsys, tmp_path):
    assert run.main(["verify"]) == 0
    kept = tmp_path / "kept.txt"
    kept.write_text("2026-11-22\n" + capsys.readouterr().out)
    assert run.main(LONG_AFTER) == 0
    assert run.main(["verify", "--kept", str(kept)]) == 0
    (seq,) = ask(demo, "SELECT seq FROM recorder_head WHERE chain = 3")[0]
    kept.write_text(json.dumps({"3": [seq + 1, "f" * 64]}))
    assert run.main(["verify", "--kept", str(kept)]) == 1
    assert f"chain 3: entry {seq + 1} the anchor is newer than the head" in capsys.readouterr().out


def test_heads_of_ones_own_making_do_not_hide_what_the_kept_ones_tell(demo, capsys, tmp_path):
    (seq, seal) = ask(demo, "SELECT seq, hash FROM recorder_head WHERE chain = 3")[0]
    (demo.data_dir / "anchors.json").write_text(json.dumps({"3": [seq, seal]}))
    (tmp_path / "kept").write_text(json.dumps({"3": [seq - 1, "f" * 64]}))
    assert run.main(["verify", "--kept", str(tmp_path / "kept")]) == 1
    assert f"chain 3: entry {seq - 1} differs from the anchor" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "no heads", "{", '{"3": 5}', '{"3": ["a", "b"]}'])
def test_a_file_without_heads_is_refused_in_a_sentence(demo, capsys, tmp_path, content):
    (tmp_path / "kept").write_text(content)
    assert run.main(["verify", "--kept", str(tmp_path / "kept")]) == 1
    assert "holds no heads" in capsys.readouterr().err


def test_verify_names_a_row_that_was_changed_behind_the_recorder(demo, capsys):
    ((key,),) = ask(demo, "SELECT min(id) FROM call WHERE state <> 'resolved'")
    tamper(demo, f"UPDATE call SET state = 'resolved', rounds = 7 WHERE id = {key}")
    assert run.main(["verify"]) == 1
    assert capsys.readouterr().out == f"call {key} differs from its entries: state, rounds\n"


def test_of_many_changed_rows_verify_names_some_and_counts_the_rest(demo, capsys):
    with closing(sqlite3.connect(demo.sqlite_path)) as connection:
        changed = connection.execute("UPDATE call SET title = 'x'").rowcount
        connection.commit()
    assert run.main(["verify"]) == 1
    *named, rest = capsys.readouterr().out.splitlines()
    assert (len(named), rest) == (10, f"call: {changed - 10} more that differ")


def test_verify_misses_a_chain_whose_county_still_has_rows(demo, capsys):
    with closing(sqlite3.connect(demo.sqlite_path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM recorder_entry WHERE chain = 4")
        connection.execute("DELETE FROM recorder_head WHERE chain = 4")
        connection.commit()
    ((calls,),) = ask(demo, "SELECT count(*) FROM call WHERE region_id = 4")
    assert run.main(["verify"]) == 1
    (told,) = capsys.readouterr().out.splitlines()
    assert told.startswith("chain 4: gone, but not its rows: ")
    assert f"{calls} call," in told


COMMANDS = ["sweep", "verify", "demo", "create-admin wang --email wang@example.org", "export unit u.xlsx"]


@pytest.mark.parametrize("command", [*COMMANDS, "import unit u.csv"])
def test_where_the_tables_are_missing_a_command_says_what_to_do_first(tmp_path, capsys, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "u.csv").write_text("code,name\n1,One\n")
    type_in(monkeypatch, "eight888\n")
    with reading(tmp_path / "data") as settings:
        assert run.main(command.split()) == 1
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n"), "run.py migrate" in said.err) == ("", 1, True)
        assert not settings.sqlite_path.exists()


def test_tables_of_another_version_are_missing_too(empty, capsys):
    tamper(empty, "UPDATE alembic_version SET version_num = 'the one before'")
    assert run.main(["verify"]) == 1
    assert "run.py migrate" in capsys.readouterr().err


@pytest.mark.long
def test_a_sweep_prints_one_json_object_and_nothing_else(demo):
    command = [sys.executable, str(config.ROOT / "run.py"), *LONG_AFTER]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    did = json.loads(done.stdout)
    assert did.keys() == PARTS.keys()
    assert did["case_escalate"] == 2


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
