import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

import run
from app import commands
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
    monkeypatch.setattr(commands, "verify", lambda: 1)
    assert run.main(["verify"]) == 1


def test_the_commands_are_told_without_loading_the_console():
    code = "import run, sys; run.parser(); print(sorted({'flask', 'sqlalchemy', 'rq', 'app'} & sys.modules.keys()))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
