"""A meeting is announced once, and asked for its minutes once where nobody recorded them (TA-43)."""

from datetime import timedelta

import pytest

from models.ledger import Job, PromiseState
from models.meetings import MeetingKind
from models.organisation import Duty
from models.platforms import GatheringState
from models.recorder import verify
from tests.make_platforms import MEETS

pytestmark = [pytest.mark.databases, pytest.mark.requirement("TA-43")]
MINUTE = timedelta(minutes=1)


def keep(ledger, *looks):
    return [ledger.keep(Job.meeting_remind, at) for at in looks]


def test_the_township_hears_before_a_meeting_and_is_asked_for_its_minutes(make, session, ledger):
    meeting = make.gathering()
    soon, over = ledger.moments(meeting, Job.meeting_remind)
    assert keep(ledger, soon - MINUTE, soon, over - MINUTE, over, over + timedelta(days=30)) == [0, 1, 0, 1, 0]
    told = [(unit_id, details["meeting"], details["due"]) for unit_id, _, details in ledger.told(Job.meeting_remind)]
    assert told == [(meeting.unit_id, meeting.title, MEETS.isoformat())] * 2
    assert [action for action, _, _ in ledger.entries(meeting)] == ["meeting_remind"] * 2
    assert verify(session) == []


def test_after_a_silence_a_meeting_that_has_begun_is_not_announced(make, ledger):
    meeting = make.gathering()
    assert keep(ledger, meeting.meets_at + MINUTE, meeting.minutes_due) == [0, 1]


@pytest.mark.requirement("TA-42")
@pytest.mark.parametrize(
    ("kind", "duty"),
    [
        (MeetingKind.admission, Duty.editorial_office),
        (MeetingKind.platform, Duty.editorial_office),
        (MeetingKind.coordination, Duty.supervision_office),
    ],
)
def test_members_hear_before_a_joint_meeting_and_its_office_is_asked_for_the_minutes(make, ledger, kind, duty):
    units = [make.department(), make.township()]
    meeting = make.called(*units, kind=kind)
    office = make.office(duty)
    soon, over = ledger.moments(meeting, Job.meeting_remind)
    assert keep(ledger, soon) == [1]
    assert {unit_id for unit_id, _, _ in ledger.told(Job.meeting_remind)} == {office.id, *(unit.id for unit in units)}
    assert keep(ledger, over) == [1]
    assert [unit_id for unit_id, _, _ in ledger.told(Job.meeting_remind)][3:] == [office.id]


def test_of_what_was_held_or_called_off_nobody_is_reminded(make, session, ledger):
    off, held = make.gathering(state=GatheringState.called_off), make.called(make.department())
    make.press(held, "record_minutes", at=MEETS, minutes="All agreed.")
    for meeting in (off, held):
        for promise in ledger.promises(meeting, Job.meeting_remind):  # as if the move had forgotten to cancel them
            promise.state = PromiseState.planned
    session.commit()
    assert keep(ledger, MEETS + timedelta(days=30)) == [0]
