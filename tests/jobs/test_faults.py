"""Whatever breaks in the middle of a sweep, each promise has its effect once."""

import os
import signal
import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, event, func, select

import config
from jobs import runner, sweep
from jobs.mail import CLAIM
from models.calls import AssignmentState, CallAssignment, CallState, FailureKind
from models.coordination import CaseState, CoordinationCase
from models.figures import FigureKind, PublishedFigure
from models.ledger import Promise, PromiseState
from models.notices import Notice, Outbox
from models.organisation import Duty
from models.recorder import RecorderEntry, verify
from models.supervision import Reminder, SupervisionOrder
from models.words import CallScope
from tests.make import NOW

pytestmark = [pytest.mark.databases, pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]
LATER = NOW + timedelta(days=60)
KILLED = ("promise_remind", "case_execution_watch", "figures_publish", "notices", "mails")
"""The parts that differ in what they write; the others write as these do."""

EFFECTS = {
    ("call", "accept_watch"): 2,
    ("call", "resolve_watch"): 2,
    ("call_assignment", "respond_remind"): 2,
    ("call_assignment", "promise_remind"): 2,
    ("supervision_order", "create"): 2,
    ("circular", "create"): 1,
    ("coordination_case", "escalate"): 2,
    ("coordination_case", "case_filing_remind"): 2,
    ("coordination_case", "case_execution_watch"): 2,
}


@pytest.fixture
def county(own):
    """Two subjects for each clock, all long overdue, and people to hear of it."""
    for duty in Duty:
        own.posting(unit=own.office(duty))
    township, department = own.township(), own.department()
    own.posting(unit=department, is_duty_officer=True)
    units = {"caller": township, "lead": department, "item": own.item(department)}
    for _ in range(2):
        own.call(state=CallState.submitted, scope=CallScope.emergency, **units)
        own.assignment(**units)
        own.assignment(state=AssignmentState.responded, **units)
        for state in (CaseState.negotiating, CaseState.filing_review, CaseState.supervising):
            own.case(state=state, **units)
    own.session.commit()
    return own


def swept_once(session):
    """Everything that a sweep of the county causes is there, and nothing of it twice."""
    session.rollback()
    jobs = select(RecorderEntry.subject_type, RecorderEntry.action).where(RecorderEntry.place.startswith("job:"))
    assert Counter(tuple(row) for row in session.execute(jobs)) == EFFECTS
    assert verify(session) == []
    due = select(func.count()).select_from(Promise).where(Promise.state == PromiseState.planned)
    assert session.scalar(due.where(Promise.due_at <= LATER)) == 0
    assert session.scalar(due) == 2 + 4  # execution is watched on, and so are the new orders, each at two moments
    assert Counter(session.scalars(select(Reminder.job))) == {
        "accept_watch": 4,  # the county office, and the leaders
        "respond_remind": 4,  # the department, and the county office
        "promise_remind": 2,
        "resolve_watch": 2,  # who has not answered at all
        "case_filing_remind": 2,
        "case_execution_watch": 4,  # the duty holder, and the supervision office
    }
    assert Counter(session.scalars(select(SupervisionOrder.level))) == {1: 2}
    assert Counter(session.scalars(select(CallAssignment.failure_kind)))[FailureKind.no_response] == 2
    assert Counter(session.scalars(select(CoordinationCase.state)))[CaseState.coordinating] == 2
    assert Counter(session.scalars(select(CoordinationCase.supervision_level))) == {0: 4, 1: 2}
    assert Counter(session.scalars(select(PublishedFigure.kind))) == {FigureKind.resolution: 1}
    told(session)
    session.rollback()


def told(session):
    """Each message reached its one person, who got one mail of it."""
    messages = session.scalar(select(func.count()).select_from(Outbox).join(Notice))
    with_people = select(func.count(Outbox.id)).where(Outbox.done_at.is_not(None))
    notices = session.scalars(select(Notice)).all()
    assert messages == len(notices) == len({notice.outbox_id for notice in notices})
    assert session.scalar(with_people) == session.scalar(select(func.count(Outbox.id)))
    at_once = [notice for notice in notices if not notice.bundled]  # the others wait for the digest of a morning
    assert {notice.id for notice in notices if notice.mailed_at} == {notice.id for notice in at_once}
    assert len(list(config.settings().data_dir.glob("mail/*.eml"))) == len(at_once)


def die_at(number):
    """Be killed just before the statement, or the commit, of this number."""
    left = iter(range(number - 1))

    def live_on(*_):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", live_on)
    event.listen(Engine, "commit", live_on)


def ends_in_child(part, number):
    """Whether the part, in a process of its own, came to its end before it came to its `number`-th statement."""
    child = os.fork()
    if not child:
        with suppress(BaseException):
            runner.forget_connections()
            die_at(number)
            runner.run(part, LATER.isoformat())
            os._exit(0)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code == 0


@pytest.mark.long
@pytest.mark.requirement("TA-29", "TC-44", "TC-46")
def test_a_sweep_killed_at_each_of_its_statements_in_turn_does_everything_once(county):
    for part in KILLED:
        kills = next(number for number in count() if ends_in_child(part, number + 1))
        assert kills > 3, "the kills did not meet the work"
    runner.run("sweep", (LATER + CLAIM).isoformat())
    swept_once(county.session)


def test_days_without_a_sweep_are_caught_up_once(county):
    for _ in range(2):
        runner.run("sweep", LATER.isoformat())
    swept_once(county.session)


def in_threads(number, job):
    """Run the job in so many threads at once; what each of them did."""
    together, did = threading.Barrier(number), []

    def work():
        together.wait()
        did.append(runner.run(job, LATER.isoformat()))

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(did) == number, "a sweep failed"
    return did


@pytest.mark.long
def test_sweeps_at_once_share_the_work_and_do_nothing_twice(county, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 1)  # so that they meet often
    did = in_threads(4, "sweep")
    runner.run("sweep", LATER.isoformat())  # a sweep leaves to the next what another holds at that moment
    swept_once(county.session)
    assert sum(count["accept_watch"] for count in did) == 2


def test_deliveries_at_once_tell_nobody_twice(county, monkeypatch):
    for part in sweep.CLOCKS:
        runner.run(part, LATER.isoformat())
    monkeypatch.setattr("jobs.notices.BATCH", 3)
    did = in_threads(4, "deliver")
    told(county.session)
    notices = county.session.scalar(select(func.count()).select_from(Notice))
    assert sum(count["notices"] for count in did) == notices
    at_once = county.session.scalar(select(func.count()).select_from(Notice).where(~Notice.bundled))
    assert sum(count["mails"] for count in did) == at_once
