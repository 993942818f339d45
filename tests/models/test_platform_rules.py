"""The four platforms of a township: what belongs to each, and how they meet (TA-41 to TA-43)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.item_words import PlatformKind
from models.meetings import JointMeeting, MeetingState
from models.organisation import Duty
from models.platforms import GatheringKind, GatheringState, Platform, PlatformMeeting
from models.rules.meetings import prepare_meeting, seat_parties
from models.rules.minutes import forget_meeting
from models.rules.platforms import follow_gathering, prepare_gathering, prepare_platform
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.make_platforms import MEETS
from tests.models.look import CHINA, cancelled, timers

S, K = GatheringState, GatheringKind
MINUTES = timedelta(days=3, hours=8, minutes=30)
"""From nine o'clock on a Monday to the end of work on Thursday."""


def refusal(make, function, *args, **said):
    with pytest.raises(Refused) as refused:
        function(*args, **said)
    make.session.rollback()
    return refused.value


def moments(*at):
    return [("meeting_remind", f"{moment.astimezone(CHINA):%m-%d %H:%M}") for moment in at]


@pytest.mark.requirement("TA-41")
def test_a_township_says_of_each_of_four_platforms_what_belongs_to_it(session, make):
    town = make.township()
    assert len(PlatformKind) == len(make.platforms(town)) == 4
    for unit, scope, field in ((make.department(), "x", "unit"), (town, " ", "scope")):
        platform = Platform(unit_id=unit.id, kind=PlatformKind.market_supervision, scope=scope)
        assert refusal(make, prepare_platform, session, platform, make.actor(town), NOW).field == field
    twice = {"kind": PlatformKind.market_supervision, "scope": "x"}
    session.add(Platform(unit_id=town.id, region_id=town.region_id, **twice))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.requirement("TA-43")
def test_a_regular_meeting_is_announced_and_asked_for_its_minutes_three_working_days_after(session, make):
    meeting = make.gathering()
    assert (MEETS.astimezone(CHINA).weekday(), meeting.minutes_due) == (0, MEETS + MINUTES)
    assert timers(session, meeting) == moments(MEETS - timedelta(days=3), MEETS + MINUTES)


@pytest.mark.requirement("TA-43")
def test_moved_it_is_announced_anew_and_changed_otherwise_it_is_not(session, make):
    meeting, actor = make.gathering(), make.actor(make.office(Duty.county_office))
    before = timers(session, meeting)
    for at in (MEETS, MEETS + timedelta(days=7)):
        meeting.agenda, meeting.meets_at = "Rubbish", at
        prepare_gathering(session, meeting, actor, NOW)
        session.flush()
        follow_gathering(session, meeting, actor, NOW)
        if at == MEETS:
            assert (timers(session, meeting), cancelled(session, meeting)) == (before, {})
    later = MEETS + timedelta(days=7)
    assert timers(session, meeting) == moments(later - timedelta(days=3), later + MINUTES)


@pytest.mark.requirement("TA-43")
def test_with_its_minutes_it_is_over_and_the_next_is_put_down(session, make):
    meeting = make.gathering(place="Room 3")
    after, following = MEETS + timedelta(hours=2), MEETS + timedelta(days=14)
    make.press(meeting, "record_minutes", at=after, minutes="All agreed.", next_at=following)
    assert (meeting.state, meeting.minutes, meeting.minutes_at, meeting.minutes_due) == (
        S.held, "All agreed.", after, None)  # fmt: skip
    assert (timers(session, meeting), cancelled(session, meeting)) == ([], {"meeting_remind": "minutes recorded"})
    later = session.scalars(select(PlatformMeeting).where(PlatformMeeting.id != meeting.id)).one()
    assert (later.platform, later.title, later.place, later.state) == (
        meeting.platform, meeting.title, "Room 3", S.planned)  # fmt: skip
    assert len(timers(session, later)) == 2


@pytest.mark.requirement("TA-43")
def test_minutes_come_after_the_meeting_and_the_next_after_now(make):
    meeting = make.gathering()
    early = refusal(make, make.press, meeting, "record_minutes", minutes="x", at=MEETS - timedelta(hours=1))
    assert early.field == "meets_at"
    past = refusal(make, make.press, meeting, "record_minutes", minutes="x", next_at=MEETS, at=MEETS)
    assert past.field == "next_at"


@pytest.mark.requirement("TA-43")
def test_called_off_or_deleted_it_is_waited_for_no_more(session, make):
    off, gone = make.gathering(state=S.called_off), make.gathering()
    forget_meeting(session, gone, make.actor(gone.unit), NOW)
    for meeting, cause in ((off, "called off"), (gone, "deleted")):
        assert (timers(session, meeting), cancelled(session, meeting)) == ([], {"meeting_remind": cause})
    assert off.minutes_due is None


@pytest.mark.requirement("TA-42", "TA-43")
def test_a_regular_meeting_is_of_one_platform_of_the_township_and_a_joint_one_of_all_four(session, make):
    town = make.township()
    mine, *_ = make.platforms(town, *list(PlatformKind)[:3])
    other = make.platforms()[0]
    for kind, platform, field in (
        (K.regular, None, "platform"),
        (K.regular, other, "platform"),
        (K.joint, mine, "platform"),
        (K.joint, None, "kind"),
    ):
        columns = {"kind": kind, "platform_id": platform and platform.id}
        meeting = PlatformMeeting(unit_id=town.id, title="x", meets_at=MEETS, **columns)
        found = refusal(make, prepare_gathering, session, meeting, make.actor(town), NOW)
        assert (found.field, found.details.get("missing", 1)) == (field, 1)
    make.platforms(town, list(PlatformKind)[3])
    meeting = PlatformMeeting(unit_id=town.id, title="x", meets_at=MEETS, kind=K.joint)
    prepare_gathering(session, meeting, make.actor(town), NOW)


@pytest.mark.parametrize("name", ["record_minutes", "call_off"])
def test_nobody_but_its_township_moves_it(make, name):
    meeting = make.gathering()
    for unit in (make.township(), make.office(Duty.county_office)):
        with pytest.raises(NotYours):
            make.press(meeting, name, make.actor(unit), at=MEETS, minutes="x")


def test_a_meeting_lies_within_the_calendar(session, make):
    far = datetime.max.replace(tzinfo=NOW.tzinfo) - timedelta(days=1)
    meeting = JointMeeting(title="x", meets_at=far, quorum=1)
    editor = make.actor(make.office(Duty.editorial_office))
    assert refusal(make, prepare_meeting, session, meeting, editor, NOW).field == "meets_at"


# Joint meetings of the county


@pytest.mark.requirement("TA-42")
def test_a_joint_meeting_of_the_county_is_watched_from_its_calling_to_its_minutes(session, make):
    meeting = make.called(make.department())
    assert timers(session, meeting) == moments(MEETS - timedelta(days=3), MEETS + MINUTES)
    meeting.meets_at = later = MEETS + timedelta(days=7)
    editor = make.actor(make.office(Duty.editorial_office))
    prepare_meeting(session, meeting, editor, NOW)
    session.flush()
    seat_parties(session, meeting, editor, NOW)
    assert timers(session, meeting) == moments(later - timedelta(days=3), later + MINUTES)
    make.press(meeting, "record_minutes", editor, at=later, minutes="All agreed.")
    assert (meeting.state, meeting.minutes_due, timers(session, meeting)) == (MeetingState.held, None, [])
    assert cancelled(session, meeting) == {"meeting_remind": "minutes recorded"}
