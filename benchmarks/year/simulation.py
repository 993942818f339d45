"""The year itself: people live, the clocks are swept, and sweeps break in every way that they can."""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from benchmarks.year.people import Fact, People, working_hours
from benchmarks.year.recount import compare
from jobs import runner
from jobs.sweep import CLOCKS

BEGINS, ENDS = date(2025, 1, 2), date(2025, 12, 31)
DRAINED = timedelta(days=60)
"""How long the last calls are followed."""

HOURS = (0.5, 4.25, 8.75, 12)
"""When a day is swept, in UTC; on each day, worked or not."""

PARTS = (*(job.value for job in CLOCKS), "notices")
SILENCES = 4
"""How often in the year nothing is swept for three days."""


Hook = tuple[type[Any], str]
STATEMENT: Hook = (Engine, "before_cursor_execute")
COMMIT: Hook = (Engine, "commit")


def at(day: date, hour: float = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


class Crash(Exception):
    """A process that ends in the middle."""


class Year:
    """One county's year. `faulty`: how many sweeps of a hundred break; `by_hand`: see `People`."""

    def __init__(self, engine: Engine, calls: int, *, ends: date = ENDS, drained: timedelta = DRAINED,
                 hours: Sequence[float] = HOURS, faulty: int = 15, by_hand: int = 5,
                 seed: int = 2025) -> None:  # fmt: skip
        self.engine, self.calls, self.hours, self.faulty = engine, calls, hours, faulty
        self.ends, self.drained = ends, drained
        self.dice, self.faults = random.Random(seed), Counter[str]()
        self.people = People(engine, at(BEGINS), seed, by_hand)
        self.audits, self.findings, self.seconds = 0, list[str](), defaultdict[str, float](float)

    def run(self) -> dict[str, Any]:
        days = [BEGINS + timedelta(days=n) for n in range((self.ends - BEGINS).days + 1)]
        for n in range(self.calls):
            self.people.expect(working_hours(self.dice.choice(days), self.dice), self.people.call(n))
        with self._listening():
            for moment in self._moments():
                self._pass(moment)
        with self.engine.connect() as connection:
            told = compare(connection, self.people.log, self.people.now)
        return {
            "database": self.engine.dialect.name, "calls": self.calls, "moves": len(self.people.log) - self.sweeps,
            "sweeps": self.sweeps, "faults": dict(self.faults), **told, "audits": self.audits,
            "audit_findings": len(self.findings), "seconds": {key: round(spent) for key, spent in self.seconds.items()},
        }  # fmt: skip

    @property
    def sweeps(self) -> int:
        return sum(fact.what == "sweep" for fact in self.people.log)

    def _moments(self) -> Iterator[datetime]:
        """Every sweep, but for those of the silences."""
        silent = set[date]()
        for _ in range(SILENCES):
            first = BEGINS + timedelta(days=self.dice.randrange((self.ends - BEGINS).days - 3))
            silent |= {first + timedelta(days=n) for n in range(3)}
        day = BEGINS
        while day <= self.ends + self.drained:
            for hour in self.hours if day not in silent else ():
                yield at(day, hour)
            day += timedelta(days=1)

    def _pass(self, moment: datetime) -> None:
        with self._timed("people"):
            self.people.live_until(moment)
        with self._timed("sweeps"):
            if self.dice.randrange(100) < self.faulty:
                name, fault = self.dice.choice(FAULTS)
                self.faults[name] += 1
                fault(moment, self.dice)
            sweep(moment)
        self.people.log.append(Fact(moment, "sweep"))
        with self._timed("people"):
            self.people.notice_orders()
        if moment.hour + moment.minute / 60 == self.hours[0]:
            with self._timed("audit"):
                runner.run("self_audit", moment.isoformat())
            self.audits += 1
            if moment.day == 1:
                print(f"{moment:%Y-%m-%d}", {key: round(spent) for key, spent in self.seconds.items()}, file=sys.stderr)

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[what] += time.perf_counter() - started

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """What the built-in self-audit complains of; the noise of the crashes is not wanted."""
        audit, everything = logging.getLogger("jobs.audit"), logging.getLogger("jobs")
        ear = Ear(self.findings)
        before, everything.propagate = everything.propagate, False
        audit.addHandler(ear)
        everything.addHandler(nowhere := logging.NullHandler())
        try:
            yield
        finally:
            everything.propagate = before
            audit.removeHandler(ear)
            everything.removeHandler(nowhere)


class Ear(logging.Handler):
    """Keeps what is complained of."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def sweep(moment: datetime) -> None:
    for part in PARTS:
        runner.run(part, moment.isoformat())


def _breaks(*hooks: Hook) -> Callable[[datetime, random.Random], None]:
    """A sweep that ends with an exception at some statement, or commit; what had been committed stays."""

    def fault(moment: datetime, dice: random.Random) -> None:
        with _ending(dice.randrange(1, 120), _crash, *hooks), suppress(Crash, ExceptionGroup):
            sweep(moment)

    return fault


def _killed(moment: datetime, dice: random.Random) -> None:
    """A process of its own, killed before some statement or commit."""
    number = dice.randrange(1, 120)
    child = os.fork()
    if not child:
        with suppress(BaseException):
            runner.forget_connections()
            with _ending(number, lambda: os.kill(os.getpid(), signal.SIGKILL), STATEMENT, COMMIT):
                sweep(moment)
        os._exit(0)
    os.waitpid(child, 0)


def _twice(moment: datetime, dice: random.Random) -> None:
    """Two schedulers at the same moment."""
    threads = [threading.Thread(target=sweep, args=(moment,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


FAULTS = (
    ("before a statement", _breaks(STATEMENT)),
    ("at a commit", _breaks((Session, "before_commit"))),
    ("killed", _killed),
    ("two at once", _twice),
)


def _crash() -> None:
    raise Crash


@contextmanager
def _ending(number: int, end: Callable[[], None], *hooks: Hook) -> Iterator[None]:
    """At the statement, or commit, of this number from now on."""
    left = iter(range(number - 1))

    def count_down(*_: object) -> None:
        if next(left, None) is None:
            end()

    for hook in hooks:
        event.listen(*hook, count_down)
    try:
        yield
    finally:
        for hook in hooks:
            event.remove(*hook, count_down)
