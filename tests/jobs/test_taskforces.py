"""A review of a task force is announced once, and asked for once where nobody held it (TS-19)."""

from datetime import timedelta

import pytest

from models.ledger import Job, PromiseState
from models.recorder import verify
from models.taskforces import TaskForceState
from tests.make_taskforces import REVIEW

pytestmark = [pytest.mark.databases, pytest.mark.requirement("TS-19")]


def test_the_township_hears_before_a_review_and_once_more_when_none_was_held(make, session, ledger):
    force = make.task_force(state=TaskForceState.active)
    soon, over = ledger.moments(force, Job.meeting_remind)
    assert over == REVIEW
    minute = timedelta(minutes=1)
    looks = (soon - minute, soon, over - minute, over, over + timedelta(days=30))
    assert [ledger.keep(Job.meeting_remind, at) for at in looks] == [0, 1, 0, 1, 0]
    assert [(unit_id, details["force"]) for unit_id, _, details in ledger.told(Job.meeting_remind)] == [
        (force.unit_id, force.name)
    ] * 2
    assert [action for action, _, _ in ledger.entries(force)] == ["meeting_remind"] * 2
    assert verify(session) == []


def test_a_review_in_time_moves_the_reminder_and_after_a_silence_only_the_end_is_told(make, ledger):
    force = make.task_force(state=TaskForceState.active)
    later = REVIEW + timedelta(days=14)
    make.press(force, "review", findings="Half is clear.", decisions="Dig on.", review_due=later)
    assert ledger.keep(Job.meeting_remind, REVIEW) == 0
    assert ledger.keep(Job.meeting_remind, later + timedelta(days=3)) == 1
    assert [message["due"] for _, _, message in ledger.told(Job.meeting_remind)] == [later.isoformat()]


def test_of_what_is_dissolved_nobody_is_reminded(make, session, ledger):
    force = make.task_force(state=TaskForceState.dissolved)
    for promise in ledger.promises(force, Job.meeting_remind):  # as if the move had forgotten to cancel them
        promise.state = PromiseState.planned
    session.commit()
    assert ledger.keep(Job.meeting_remind, REVIEW + timedelta(days=30)) == 0
