"""A year of a county with crashes injected: by an independent recount nothing is missed, and nothing done twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from benchmarks.year.simulation import FAULTS, Year
from jobs import runner, sweep
from jobs.watch import Batch
from models.ledger import Job
from models.rules.ladder import LADDER

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def weeks(own_engine, settings):
    """`weeks(calls, …)`: the first weeks of a year, swept twice a day."""
    settings(DATABASE_URL=own_engine.url.render_as_string(hide_password=False))
    runner.engine.cache_clear()
    short = {"ends": date(2025, 1, 17), "drained": timedelta(days=25), "hours": (0.5, 8.75), "by_hand": 40}
    yield lambda calls, **how: Year(runner.engine(), calls, **short, **how).run()
    runner.engine().dispose()
    runner.engine.cache_clear()


@pytest.mark.databases
@pytest.mark.requirement("TA-29", "TC-36", "TC-44")
def test_whatever_breaks_nothing_is_missed_and_nothing_is_doubled(weeks):
    told = weeks(150, faulty=40)
    assert (told["missed"], told["doubled"], told["overdue"], told["audit_findings"]) == (0, 0, 0, 0)
    assert told["faults"].keys() == {name for name, _ in FAULTS}
    assert told["messages_due"] > 500
    assert told["orders_due"] > 10


def test_a_batch_that_is_claimed_and_not_carried_out_is_told(weeks, monkeypatch):
    """The recount can fail; and the self-audit sees it, too."""
    write, skipped = Batch.write, []

    def forgets(batch):
        skips = batch.job is Job.respond_remind and batch.kept and not skipped
        skipped.append(batch) if skips else write(batch)

    monkeypatch.setattr(Batch, "write", forgets)
    told = weeks(25, faulty=0)
    assert skipped
    assert told["missed"] > 0
    assert told["audit_findings"] > 0


def test_a_reminder_that_is_planned_twice_is_told(weeks, monkeypatch):
    climb = Batch.climb

    def climbs_twice(batch, pairs, *args, **sentences):
        climb(batch, pairs, *args, **sentences)
        for promise, subject in pairs:
            if promise.occurrence == 1 and promise.step == LADDER:
                batch.plan_again(promise, subject, batch.now)

    monkeypatch.setattr(Batch, "climb", climbs_twice)
    told = weeks(25, faulty=0)
    assert told["doubled"] > 0


def test_a_clock_that_is_never_swept_is_told(weeks, monkeypatch):
    others = {name: part for name, part in sweep.PARTS.items() if name != Job.rating_watch.value}
    monkeypatch.setattr(sweep, "PARTS", others)
    monkeypatch.setattr("benchmarks.year.simulation.PARTS", tuple(others))
    told = weeks(25, faulty=0)
    assert told["missed"] > 0
    assert told["overdue"] > 0
