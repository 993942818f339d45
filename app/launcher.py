"""Starts everything on one machine: what `make run` does once everything is installed."""

from __future__ import annotations

import http
import http.client
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from werkzeug.security import check_password_hash

from app import database, embedded
from app.keeper import Child, Keeper, wait_until
from config import ROOT, CannotDo, Settings, refuse_faults
from jobs.queues import QUEUES

HOST = "127.0.0.1"
FIRST_PAGE = 10.0
"""Seconds for which nothing else is started, so that the first page comes sooner."""

PORT_PATIENCE = 3.0
"""Seconds for those whom a launcher killed a moment ago has left behind: they take one to notice."""


def up(settings: Settings) -> None:
    """Run everything until told to stop."""
    refuse_faults(settings)
    with database.only_here(settings, _address(settings)):
        _port_is_free(settings.port)
        keeper = Keeper(say)
        keeper.listen()
        try:
            keeper.below = list(below(settings))
            keeper.tend()
            _make_ready(settings, keeper)
            keeper.above = list(above(settings))
            keeper.tend()
            keeper.keep(Announcement(settings, keeper.above))
        finally:
            keeper.stop()


def workers() -> None:
    """One worker for each queue, until told to stop."""
    keeper = Keeper(say)
    keeper.listen()
    keeper.above = [Child(f"worker-{queue}", own_command("worker", queue)) for queue in QUEUES]
    try:
        keeper.keep(lambda: None)
    finally:
        keeper.stop()


def own_command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "run.py"), *words]


def web_command(settings: Settings, *, bind: str, workers: int = 2, threads: int = 4, grace: int = 30) -> list[str]:
    """Gunicorn's command line: it finds the code wherever it is started, and writes in the data directory alone."""
    options = {
        "config": str(ROOT / "app" / "web.py"),
        "pythonpath": str(ROOT),
        "bind": bind,
        "workers": str(workers),
        "worker-class": "gthread",
        "threads": str(threads),
        "timeout": "60",
        "graceful-timeout": str(grace),
        "worker-tmp-dir": str(settings.data_dir),
    }
    words = (word for name, value in options.items() for word in (f"--{name}", value))
    return [sys.executable, "-P", "-m", "gunicorn", *words, "--no-control-socket", "app.factory:create_app()"]


def say(text: str) -> None:
    with suppress(BrokenPipeError):  # nobody listens any more; that is no reason to stop
        print(text, flush=True)


def below(settings: Settings) -> Iterator[Child]:
    data_dir, redis = settings.data_dir, settings.redis_socket
    if redis:
        command = embedded.command(data_dir, redis)
        yield Child("redis", command, _log(settings, "redis"), lambda: embedded.prepare(data_dir, redis))


def above(settings: Settings) -> Iterator[Child]:
    yield Child("web", web_command(settings, bind=f"{HOST}:{settings.port}", grace=5), _log(settings, "web"))
    for name, words in (
        *((f"worker-{queue}", ("worker", queue)) for queue in QUEUES),
        ("scheduler", ("scheduler",)),
    ):
        child = Child(name, own_command(*words), _log(settings, name))
        child.due = time.monotonic() + FIRST_PAGE
        yield child


def _log(settings: Settings, name: str) -> Path:
    return settings.data_dir / "logs" / f"{name}.log"


def _make_ready(settings: Settings, keeper: Keeper) -> None:
    """Tables, permissions and, in a demo, a county and the password of its accounts."""
    if not database.up_to_date(settings):
        say("正在更新数据库 / Bringing the database up to date …")
        _must(keeper, "migrate")
        _accounts_file(settings).unlink(missing_ok=True)
    if settings.env != "demo" or keeper.told.is_set():
        return
    if not database.has_users(settings.database_url):
        say("正在填入演示县的数据 / Filling in the demo county …")
        _must(keeper, "demo")
    elif not _fits(database.shared_password(settings.database_url), settings.demo_password):
        say("正在更换演示账号的密码 / Giving the demo accounts the password that is set …")
        _must(keeper, "demo")


def _fits(shared: str, password: str | None) -> bool:
    """Whether the demo's accounts have the password that will be announced; so it is where there are none."""
    return not shared or check_password_hash(shared, password or "")


def _must(keeper: Keeper, command: str) -> None:
    if not keeper.finish(own_command(command)) and not keeper.told.is_set():
        raise CannotDo(f"“run.py {command}”未成功，未启动 / “run.py {command}” failed, and nothing was started.")


class Announcement:
    """Says, once, that the first page can be opened, and lets those start who would have delayed it."""

    def __init__(self, settings: Settings, children: list[Child]) -> None:
        self.settings, self.children, self.made = settings, children, False
        self.accounts = demo_accounts(settings) if settings.env == "demo" else []

    def __call__(self) -> None:
        if not self.made and is_live(self.settings.port):
            self.made = True
            for child in self.children:
                child.due = min(child.due, time.monotonic())
            say(self.text())

    def text(self) -> str:
        lines = [f"呼应已就绪 / Huying is ready: {_address(self.settings)}"]
        if self.accounts:
            password = self.settings.demo_password
            lines.append(f"演示账号，密码都是 / Demo accounts, all with the password: {password}")
            width = max(len(account) for account, _ in self.accounts) + 2
            lines += [f"  {account:<{width}}{what}" for account, what in self.accounts]
        return "\n".join(("", *lines, "Ctrl-C 停止全部 / stops everything"))


def demo_accounts(settings: Settings) -> list[tuple[str, str]]:
    """Kept in a file for the next start: to ask takes as long as to make the whole console."""
    file = _accounts_file(settings)
    if not file.exists():
        from app import commands

        file.write_text(json.dumps(commands.demo_accounts(), ensure_ascii=False), encoding="utf-8")
    return [(account, what) for account, what in json.loads(file.read_text(encoding="utf-8"))]


def _accounts_file(settings: Settings) -> Path:
    return settings.data_dir / "accounts.json"


def is_live(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port_is_free(port: int) -> None:
    def free() -> bool:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return True
        return False

    if not wait_until(free, time.monotonic() + PORT_PATIENCE):
        other = port + 1 if port < 65535 else 8080
        raise CannotDo(f"端口 {port} 已被占用，请换一个 / Port {port} is taken; choose another: PORT={other} make run")


def _address(settings: Settings) -> str:
    return f"http://{HOST}:{settings.port}"
