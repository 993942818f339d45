"""Keeps processes running whatever befalls them, and ends them all together."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO

from jobs.worker import die_with_parent

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY = 1.0, 30.0, 60.0
"""Seconds before a process is started again: at first, at most; and how long it must live to be forgiven."""

ASK_AGAIN, GIVE_UP, LAST_MOMENT = 4.0, 7.0, 9.0
"""Seconds after which, when all is to end, a process is told again, is killed, and what it stood on is killed."""

LARGEST_LOG = 10 * 1024 * 1024


class Child:
    """A process that is to run. After each end it is started again, ever more patiently."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self.name, self.command, self.log, self.prepare = name, command, log, prepare
        self.process: subprocess.Popen[bytes] | None = None
        self.began = self.due = 0.0
        self.pause = FIRST_PAUSE / 2

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self, now: float) -> str | None:
        """Start what should run and does not; returns what there is to tell, if anything."""
        if self.process is None:
            return self.start(now) if now >= self.due else None
        code = self.process.poll()
        if code is None:
            return None
        self.kill()  # whatever it had started and left behind
        self.process = None
        return self.postpone(now, f"exit code {code}")

    def start(self, now: float) -> str | None:
        self.began = now
        try:
            if self.prepare:
                self.prepare()
            self.process = spawn(self.command, self.log)
        except OSError as error:
            return self.postpone(now, str(error))
        return None

    def postpone(self, now: float, why: str) -> str:
        self.pause = FIRST_PAUSE if now - self.began >= HEALTHY else min(self.pause * 2, LONGEST_PAUSE)
        self.due = now + self.pause
        return f"{self.name} · {why} · {self.pause:.0f} s" + (f" · {self.log}" if self.log else "")

    def end(self) -> None:
        """Ask the process, which will ask those that it started."""
        if self.process:
            self.process.terminate()

    def kill(self) -> None:
        """End the process and all those of its group."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Keeper:
    """Keeps children until told to stop. Those below are what those above stand on, and end after them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.below: list[Child] = []
        self.above: list[Child] = []
        self.told = threading.Event()

    def listen(self) -> None:
        """Take Ctrl-C, a polite kill and a closed terminal as the word to stop, unless `nohup` said otherwise."""
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        for number in numbers:
            signal.signal(number, lambda *_: self.told.set())

    def tend(self) -> None:
        for child in (*self.below, *self.above):
            if news := child.tend(time.monotonic()):
                self.say(f"已结束，稍后重新启动 / ended, and will be started again: {news}")

    def keep(self, each: Callable[[], None]) -> None:
        """Tend them, and do `each` in between, until told to stop."""
        while not self.told.is_set():
            self.tend()
            each()
            self.told.wait(0.2)

    def finish(self, command: Sequence[str]) -> bool:
        """Run one command to its end or, if told to stop, to ours; True if all went well."""
        with spawn(command) as process:
            while process.poll() is None:
                self.tend()
                if self.told.wait(0.05):
                    process.terminate()
                    break
        return process.returncode == 0

    def stop(self) -> None:
        """End them all within ten seconds, and leave nothing running."""
        began = time.monotonic()
        end_all(self.above, began + ASK_AGAIN, began + GIVE_UP)
        end_all(self.below, began + LAST_MOMENT)


def end_all(children: Sequence[Child], *deadlines: float) -> None:
    """Ask them to end, once for each deadline, and after the last one leave nothing of them."""
    for deadline in deadlines:
        for child in children:
            child.end()  # a worker that is asked twice lets go of its job, which will be done again
        if wait_until(lambda: not any(child.runs for child in children), deadline):
            break
    for child in children:
        child.kill()
        if child.process:
            child.process.wait()


def spawn(command: Sequence[str], log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a process that Ctrl-C does not reach, for it is to end in order, and that does not outlive us."""
    parent = os.getpid()
    with open_log(log) if log else nullcontext() as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),
        )


def open_log(path: Path) -> IO[bytes]:
    """The log to go on writing; one that has grown too large makes way, and is kept until the next one does."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def wait_until(true: Callable[[], bool], deadline: float) -> bool:
    while not (done := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done
