import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from werkzeug.security import generate_password_hash

import config
from app import commands, database, embedded, keeper, launcher
from app.keeper import Child, Keeper, wait_until
from config import ROOT, CannotDo

FOREVER = "import time; time.sleep(600)"
TELLING = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: exit(print(time.time())))
print("ready", flush=True)
time.sleep(600)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def python(code, *words):
    return [sys.executable, "-c", code, *words]


def alive(pid):
    """A process that ended, and whose parent has not looked yet, does not count."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return state != "" and not state.startswith("Z")


def soon(true, seconds=10):
    assert wait_until(true, time.monotonic() + seconds), "waited in vain"


@pytest.fixture
def settings(tmp_path):
    return config.read({"HUYING_DATA_DIR": str(tmp_path)})


@pytest.fixture
def said():
    return []


@pytest.fixture
def kept(said):
    kept = Keeper(said.append)
    yield kept
    kept.stop()


@pytest.mark.parametrize("code", [0, 3])
def test_a_child_is_started_again_whatever_its_exit_code(kept, said, tmp_path, code):
    kept.above = [Child("web", python(f"print('here'); raise SystemExit({code})"), tmp_path / "web.log")]

    def twice():
        kept.tend()
        return (tmp_path / "web.log").read_text().count("here") == 2

    soon(twice)
    assert f"web · exit code {code} · 1 s" in said[0]


def test_a_child_that_keeps_ending_is_started_ever_more_patiently():
    child = Child("web", ["true"])
    pauses = []
    for _ in range(7):
        child.postpone(child.began + 1, "")
        pauses.append(child.pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_child_that_lived_for_a_minute_is_forgiven():
    child = Child("web", ["true"])
    child.pause = 30
    child.postpone(child.began + 60, "")
    assert child.pause == 1


def test_a_child_that_cannot_even_be_started_is_tried_again(kept, said):
    kept.above = [Child("web", ["/no/such/program"])]
    kept.tend()
    assert "No such file" in said[0]
    assert kept.above[0].due > time.monotonic()


def test_what_must_be_ready_before_a_child_is_made_ready_before_each_start(kept):
    prepared = []
    kept.below = [Child("redis", python(""), None, lambda: prepared.append(1))]

    def twice():
        kept.tend()
        return len(prepared) == 2

    soon(twice)


def test_all_end_and_what_others_stand_on_ends_last(kept, tmp_path):
    redis, web = tmp_path / "redis.log", tmp_path / "web.log"
    kept.below, kept.above = [Child("redis", python(TELLING), redis)], [Child("web", python(TELLING), web)]
    kept.tend()
    soon(lambda: redis.read_text() and web.read_text())
    kept.stop()
    assert float(web.read_text().split()[1]) < float(redis.read_text().split()[1])


def test_a_child_that_will_not_end_is_killed_within_ten_seconds_with_all_that_it_started(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "ASK_AGAIN", 0.2)
    monkeypatch.setattr(keeper, "GIVE_UP", 0.4)
    family = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {DEAF!r}]).pid, flush=True); {DEAF}"
    )
    kept.above = [Child("worker", python(family), tmp_path / "worker.log")]
    kept.tend()
    soon(lambda: (tmp_path / "worker.log").read_text().count("deaf") == 2)
    grandchild = int((tmp_path / "worker.log").read_text().split()[0])
    kept.stop()
    assert not kept.above[0].runs
    soon(lambda: not alive(grandchild))
    assert keeper.LAST_MOMENT < 10


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_children_end_with_a_launcher_that_is_killed(tmp_path):
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from app.keeper import Child, Keeper
keeper = Keeper(print)
keeper.above = [Child("web", [sys.executable, "-c", {FOREVER!r}])]
keeper.tend()
print(keeper.above[0].process.pid, flush=True)
keeper.keep(lambda: None)
"""
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    soon(lambda: not alive(child))


def test_a_log_that_has_grown_too_large_makes_way_and_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "LARGEST_LOG", 10)
    log = tmp_path / "logs" / "web.log"
    for text in (b"a line of the first log", b"short", b", and more"):
        with keeper.open_log(log) as file:
            file.write(text)
    assert log.read_bytes() == b"short, and more"
    assert log.with_suffix(".log.1").read_bytes() == b"a line of the first log"


def test_a_command_that_must_be_done_first_says_whether_it_was(kept):
    assert kept.finish(python(""))
    assert not kept.finish(python("raise SystemExit(1)"))


def test_a_command_that_must_be_done_first_does_not_hold_up_the_end(kept):
    kept.told.set()
    started = time.monotonic()
    assert not kept.finish(python(FOREVER))
    assert time.monotonic() - started < 5


def test_the_same_data_is_served_once_and_the_second_learns_where(settings):
    with (
        database.only_here(settings, "http://127.0.0.1:8080"),
        pytest.raises(CannotDo, match=r"http://127\.0\.0\.1:8080 运行 / This data .* at http://127\.0\.0\.1:8080$"),
    ):
        launcher.up(settings)
    with database.only_here(settings, "http://127.0.0.1:8081"):
        assert (settings.data_dir / "lock").read_text() == "http://127.0.0.1:8081"


def test_a_port_that_is_taken_is_told_before_anything_starts(settings, monkeypatch):
    monkeypatch.setattr(launcher, "PORT_PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotDo, match=f"端口 {port} 已被占用.* / Port {port} is taken"):
            launcher.up(replace(settings, port=port))
    assert not (settings.data_dir / "logs").exists()


def test_settings_that_are_wrong_are_told_together_before_anything_starts(tmp_path):
    settings = config.read({"HUYING_ENV": "production", "HUYING_DATA_DIR": str(tmp_path / "new")})
    with pytest.raises(CannotDo, match=r"HUYING_SECRET_KEY is not set\.\nHUYING_RECORDER_KEY is not set\.") as refusal:
        launcher.up(settings)
    assert refusal.value.args[0].startswith("设置有误")
    assert not settings.data_dir.exists()


def test_every_queue_has_one_worker_and_there_is_one_scheduler(settings):
    names = [child.name for child in launcher.above(settings)]
    assert names == ["web", "worker-sweep", "worker-deliver", "scheduler"]


def test_a_redis_of_ones_own_is_not_started_by_us(settings):
    assert [child.name for child in launcher.below(settings)] == ["redis"]
    assert list(launcher.below(replace(settings, redis_url="redis://127.0.0.1:6379/0"))) == []


def test_the_announcement_names_address_accounts_and_password_once(settings, monkeypatch, capsys):
    monkeypatch.setattr(launcher, "demo_accounts", lambda _: [("admin", "系统管理员")])
    monkeypatch.setattr(launcher, "is_live", lambda port: True)
    announcement = launcher.Announcement(replace(settings, port=9999), [late := Child("scheduler", ["true"])])
    late.due = float("inf")
    announcement()
    announcement()
    said = capsys.readouterr().out
    assert said.count("http://127.0.0.1:9999") == 1
    assert settings.demo_password in said
    assert "admin  系统管理员" in said
    assert late.due <= time.monotonic()


def test_the_accounts_are_asked_once_and_then_remembered(settings, monkeypatch):
    asked = []
    monkeypatch.setattr(commands, "demo_accounts", lambda: asked.append(1) or [("sixi", "泗溪镇")])
    assert [launcher.demo_accounts(settings) for _ in range(2)] == [[("sixi", "泗溪镇")]] * 2
    assert len(asked) == 1


def test_nothing_is_announced_while_nobody_answers(settings, monkeypatch, capsys):
    monkeypatch.setattr(launcher, "demo_accounts", lambda _: [])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    launcher.Announcement(replace(settings, port=port), [])()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("shared", "asked"), [("", []), ("as announced", []), ("another", ["demo"])])
def test_the_password_that_is_announced_opens_the_accounts(settings, monkeypatch, shared, asked):
    hash_ = shared and generate_password_hash(settings.demo_password if shared == "as announced" else shared)
    monkeypatch.setattr(database, "up_to_date", lambda settings: True)
    monkeypatch.setattr(database, "has_users", lambda url: True)
    monkeypatch.setattr(database, "shared_password", lambda url: hash_)
    ran = []
    monkeypatch.setattr(launcher, "_must", lambda keeper, command: ran.append(command))
    launcher._make_ready(settings, SimpleNamespace(told=threading.Event()))
    assert ran == asked


def test_production_has_no_demo_accounts_to_announce(settings, monkeypatch, capsys):
    monkeypatch.setattr(launcher, "is_live", lambda port: True)
    launcher.Announcement(replace(settings, env="production"), [])()
    assert "demo" not in capsys.readouterr().out.lower()


def test_ctrl_c_a_polite_kill_and_a_closed_terminal_all_end_it(kept):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}  # `nohup` has some ignored
    try:
        kept.listen()
        for number in numbers:
            kept.told.clear()
            signal.raise_signal(number)
            assert kept.told.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def processes(session):
    """The command lines of all that `up` started, those of its own kind left out."""
    told = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in told.splitlines()]
    family = {session}
    while more := {int(pid) for pid, parent, _ in rows if int(parent) in family} - family:
        family |= more
    return {int(pid): args for pid, _, args in rows if int(pid) in family - {session} and "defunct" not in args}


@pytest.mark.long
def test_everything_starts_heals_and_ends_together(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    keys = {
        "HUYING_SECRET_KEY": "kV9x2Lq7Zt4Rb8Wn1Yc6Hd3Jf5Mg0Ps-",
        "HUYING_RECORDER_KEY": "Ue7Ty2Ri9Op4As6Df1Gh8Jk3Lz5Xc0Vb-",
    }
    set_ = {"HUYING_ENV": "production", "HUYING_DATA_DIR": str(tmp_path / "data"), "PORT": str(port), **keys}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUYING_")} | set_
    command = launcher.own_command("up")
    with open(tmp_path / "up.log", "w") as output:
        up = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=output, stderr=output)
    try:
        soon(lambda: f"http://127.0.0.1:{port}" in (tmp_path / "up.log").read_text(), 60)
        soon(lambda: sum("run.py" in args for args in processes(up.pid).values()) >= 3, 30)
        second = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
        assert (second.returncode, str(port) in second.stderr) == (1, True)

        (redis,) = [pid for pid, args in processes(up.pid).items() if "valkey-server" in args]
        web = min(pid for pid, args in processes(up.pid).items() if "gunicorn" in args)
        for pid in (redis, web):
            os.kill(pid, signal.SIGKILL)
        soon(lambda: not launcher.is_live(port))
        soon(lambda: launcher.is_live(port), 30)
        assert embedded.answers(config.socket_path(tmp_path / "data"))

        family = processes(up.pid)
        told = time.monotonic()
        up.send_signal(signal.SIGTERM)
        assert up.wait(20) == 0
        assert time.monotonic() - told < 10
        soon(lambda: not [pid for pid in family if alive(pid)], 2)
    finally:
        up.kill()
    assert {path.name for path in tmp_path.iterdir()} == {"data", "up.log"}
