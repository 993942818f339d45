"""What tests of jobs ask for: a clock of the session's own, and a runner on a database of the test's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import config
from jobs import mail, runner
from jobs.sweep import keep
from models.door import system_session
from models.ledger import Job, Promise
from models.notices import Outbox
from models.recorder import Origin, RecorderEntry, set_origin
from models.supervision import Reminder
from tests.make import NOW, Make


class Ledger:
    """The session's promises, and what came of them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def keep(self, job: Job, at: datetime) -> int:
        """Let the clock's promises fall due; how many had an effect."""
        set_origin(self.session, Origin(at=at, place=f"job:{job}"))
        did = 0
        while (done := keep(job, self.session, at)).found:
            did += done.did
        self.session.commit()
        return did

    def moments(self, subject: Any, job: Job) -> list[datetime]:
        """When the clock that runs looks at the subject."""
        return [promise.due_at for promise in self.promises(subject, job) if promise.state == "planned"]

    def promises(self, subject: Any, job: Job) -> list[Promise]:
        of_clock = select(Promise).where(
            Promise.subject_type == subject.__tablename__, Promise.subject_id == subject.id, Promise.job == job
        )
        return list(self.session.scalars(of_clock.order_by(Promise.id)))

    def reminded(self) -> list[tuple[Any, ...]]:
        """Who was reminded of what, in which step."""
        rows = select(Reminder.unit_id, Reminder.call_id, Reminder.job, Reminder.step)
        return sorted(tuple(row) for row in self.session.execute(rows))

    def told(self, job: Job) -> list[tuple[int, str, dict[str, str]]]:
        """To which units the clock spoke, for whom of them, and with which details."""
        rows = select(Outbox).where(Outbox.key.startswith(f"{job}:")).order_by(Outbox.id)
        return [(row.unit_id, str(row.audience), row.details) for row in self.session.scalars(rows)]

    def entries(self, subject: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """What the recorder holds of the subject by jobs: action, before, after."""
        of_subject = select(RecorderEntry).where(
            RecorderEntry.subject_type == subject.__tablename__,
            RecorderEntry.subject_id == subject.id,
            RecorderEntry.place.startswith("job:"),
        )
        return [
            (entry.action, entry.before, entry.after)
            for entry in self.session.scalars(of_subject.order_by(RecorderEntry.seq))
        ]


@pytest.fixture
def ledger(session: Session) -> Ledger:
    return Ledger(session)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., config.Settings]]:
    """`settings(SMTP_HOST=…)`: the process's settings, read from these variables alone."""

    def use(**variables: str) -> config.Settings:
        for name in [name for name in os.environ if name.startswith("HUYING_")]:
            monkeypatch.delenv(name)
        variables = {"DATA_DIR": str(tmp_path / "data"), "RECORDER_KEY": "test" * 8} | variables
        for name, value in variables.items():
            monkeypatch.setenv(f"HUYING_{name}", value)
        config.settings.cache_clear()
        mail._deployment.cache_clear()
        return config.settings()

    use()
    yield use
    config.settings.cache_clear()
    mail._deployment.cache_clear()


@pytest.fixture
def own(own_engine: Engine, settings: Callable[..., config.Settings]) -> Iterator[Make]:
    """Builders on the database that `jobs.runner` uses, in this process and in its children."""
    settings(DATABASE_URL=own_engine.url.render_as_string(hide_password=False))
    runner.engine.cache_clear()
    with own_engine.connect() as connection, system_session(connection) as session:
        set_origin(session, Origin(at=NOW))
        yield Make(session)
    runner.engine().dispose()
    runner.engine.cache_clear()
