"""A browser on the demo county, served by a process of its own. A page that complains fails its test."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import config

PASSWORD = "demo-for-browser-1"
DEMANDED = os.environ.get("HUYING_DEMAND", "")
HOST = "127.0.0.1"
DESKTOP, PHONE = (1440, 900), (390, 844)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PageAs = Callable[..., Any]


@pytest.fixture(scope="session")
def executable() -> str:
    """Where a Chromium is; without one, these tests are skipped, or fail where somebody demands them."""
    found = os.environ.get("HUYING_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"no browser: install Chromium ({', '.join(BROWSERS)}) or name one in HUYING_CHROMIUM"
        (pytest.fail if "chromium" in DEMANDED else pytest.skip)(reason)
    return found


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of the console that is served."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUYING_")}
    folder = tmp_path_factory.mktemp("served")
    return kept | {"HUYING_DATA_DIR": str(folder), "HUYING_DEMO_PASSWORD": PASSWORD}


@pytest.fixture
def sweep_at(served: str, environment: dict[str, str]) -> Callable[[str], dict[str, int]]:
    """Let time pass: what `run.py sweep --at` did, as it prints it."""

    def sweep(moment: str) -> dict[str, int]:
        words = [sys.executable, str(config.ROOT / "run.py"), "sweep", "--at", moment]
        done = subprocess.run(words, env=environment, check=True, capture_output=True, timeout=60)
        return dict(json.loads(done.stdout))

    return sweep


@pytest.fixture(scope="session")
def served(executable: str, environment: dict[str, str]) -> Iterator[str]:
    """The address of a console with the demo county in it."""
    folder = Path(environment["HUYING_DATA_DIR"])
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]

    def run(*words: str) -> list[str]:
        return [sys.executable, str(config.ROOT / "run.py"), *words]

    for command in ("migrate", "demo"):
        subprocess.run(run(command), env=environment, check=True, capture_output=True, timeout=120)
    with (folder / "web.log").open("w") as log:
        server = subprocess.Popen(
            run("web", "--bind", f"{HOST}:{port}", "--workers", "1"), env=environment, stdout=log, stderr=log
        )
    try:
        _wait_for(port, server, folder / "web.log")
        yield f"http://{HOST}:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        connection = HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            if server.poll() is not None:
                break
            time.sleep(0.1)
        finally:
            connection.close()
    pytest.fail(f"The server did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser(executable: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(browser: Any, served: str) -> Iterator[Callable[[str], Any]]:
    """The cookies of an account: each signs in once."""
    known: dict[str, Any] = {}

    def state_of(account: str) -> Any:
        if account not in known:
            context = browser.new_context(base_url=served, locale="zh-CN")
            page = context.new_page()
            page.goto("/login/")
            page.fill("#username", account)
            page.fill("#password", PASSWORD)
            page.click("form button")
            page.wait_for_url(lambda address: "/login" not in address)
            known[account] = context.storage_state()
            context.close()
        return known[account]

    return state_of


@pytest.fixture
def page_as(browser: Any, served: str, signed_in: Callable[[str], Any]) -> Iterator[PageAs]:
    """`page_as(account, size, script=False)`: a new window of theirs; of nobody's for an empty account."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(account: str, size: tuple[int, int] = DESKTOP, *, script: bool = True) -> Any:
        context = browser.new_context(
            base_url=served,
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            reduced_motion="reduce",
            java_script_enabled=script,
            storage_state=signed_in(account) if account else None,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _is_harmless(said) or complaints.append(f"{page.url}: {said.text}"))
        page.on("request", lambda request: _is_ours(request.url) or complaints.append(f"{page.url} asks {request.url}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def _is_harmless(said: Any) -> bool:
    """Chromium also counts it as an error when a page says, with its status, that a form was refused."""
    return said.type != "error" or (
        said.text.endswith("(UNPROCESSABLE ENTITY)") and "/assets/" not in said.location["url"]
    )


def _is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return parts.hostname == HOST or parts.scheme in ("data", "blob")
