import json
import os
import shutil
import subprocess
import sys
import venv
from datetime import UTC, datetime

import pytest

import config
import run
from app import commands, database, factory
from config import ROOT, CannotDo


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2026-11-22T08:00", datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        ("2026-11-22T08:00+00:00", datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 21, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_shanghais(text, means):
    assert run.moment(text) == means


def test_a_sweep_prints_one_json_object_and_nothing_beside_it(monkeypatch, capsys):
    def sweep(at):
        sys.stdout.write("noise of a library")
        return {"at": at.isoformat(), "期限": 1}

    monkeypatch.setattr(commands, "sweep", sweep)
    assert run.main(["sweep", "--at", "2026-11-22T08:00"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"at": "2026-11-22T08:00:00+08:00", "期限": 1}
    assert "noise of a library" in said.err


def test_what_cannot_be_done_is_told_in_a_sentence_and_by_the_exit_code(monkeypatch, capsys):
    def refuse(*_):
        raise CannotDo("There is no resource 'cal'.")

    monkeypatch.setattr(commands, "export_file", refuse)
    assert run.main(["export", "cal", "cal.xlsx"]) == 1
    assert capsys.readouterr() == ("", "There is no resource 'cal'.\n")


@pytest.mark.parametrize("words", [["backup"], ["sweep", "--at", "noon"], ["no-such-command"], []])
def test_words_that_make_no_command_are_refused_with_the_usage(words, capsys):
    with pytest.raises(SystemExit) as refusal:
        run.main(words)
    assert refusal.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_exit_code_of_verify_is_that_of_the_chains(monkeypatch):
    monkeypatch.setattr(commands, "verify", lambda kept: 1)
    assert run.main(["verify"]) == 1


def test_the_commands_are_told_without_loading_the_console():
    code = "import run, sys; run.parser(); print(sorted({'flask', 'sqlalchemy', 'rq', 'app'} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


@pytest.fixture
def elsewhere(tmp_path):
    """The program as a newcomer has it, and how to call it with a Python that knows no package."""
    for name in ("run.py", "config.py"):
        shutil.copy(ROOT / name, tmp_path)
    bare = [sys.executable, "-S", "run.py", "sweep", "--at", "2027-01-01T09:00"]
    return tmp_path, lambda: subprocess.run(bare, cwd=tmp_path, capture_output=True, text=True)


def test_a_python_without_the_packages_hands_over_to_the_one_that_has_them(elsewhere):
    folder, call = elsewhere
    theirs = folder / ".venv" / "bin" / "python"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('#!/bin/sh\necho theirs "$@"\n')
    theirs.chmod(0o700)
    done = call()
    assert (done.returncode, done.stdout, done.stderr) == (0, "theirs run.py sweep --at 2027-01-01T09:00\n", "")


def test_where_nothing_was_installed_a_sentence_says_how(elsewhere):
    _, call = elsewhere
    done = call()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The packages that this needs are not installed: run `make run` first.\n"


def test_an_environment_that_was_left_empty_does_not_call_itself_for_ever(elsewhere):
    folder, _ = elsewhere
    venv.create(folder / ".venv")
    theirs = [str(folder / ".venv" / "bin" / "python"), "run.py", "verify"]
    done = subprocess.run(theirs, cwd=folder, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr.count("\n"), "make run" in done.stderr) == (1, 1, True)


def test_what_a_command_writes_is_for_its_owner_alone_even_in_an_open_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HUYING_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(factory, "sync_permissions", lambda: None)
    config.settings.cache_clear()
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        assert run.main(["migrate"]) == 0
        database._copy_sqlite(config.settings().sqlite_path, tmp_path / "copy.sqlite")
    finally:
        os.umask(before)
        config.settings.cache_clear()
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert {"huying.sqlite", "migrated.json", "copy.sqlite"} <= modes.keys()
    assert not any(modes.values()), modes
