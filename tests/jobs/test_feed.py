"""Whoever supervises sees what happens on calls: every move, once; and is told once until it is read."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobs.feed import feed_supervisors
from jobs.notices import deliver
from jobs.watch import Done
from models.calls import CallState
from models.coordination import CaseState
from models.events import CallEvent
from models.notices import Notice, Outbox
from models.organisation import Duty
from tests.make import NOW
from tests.models.look import china

TOLD = select(Outbox).where(Outbox.subject_type == "call_event").order_by(Outbox.id)


@pytest.fixture
def officer(make):
    return make.posting(unit=make.office(Duty.supervision_office))


def events(session, county):
    of_county = select(CallEvent).where(CallEvent.region_id == county.id).order_by(CallEvent.seq)
    return [(event.subject_type, event.action) for event in session.scalars(of_county)]


def seen(acting, unit):
    theirs, _ = acting(unit)
    return {event.action for event in theirs.scalars(select(CallEvent))}


@pytest.mark.databases
@pytest.mark.requirement("TC-52")
def test_what_happens_on_a_call_is_seen_by_the_supervisors_of_its_county_and_of_no_other(make, session, acting):
    home, other = make.home, make.county()
    make.call(make.township(home), state=CallState.closed)
    happened = {"send", "accept", "dispatch", "respond", "first_response", "resolve", "finish", "confirm", "close"}
    assert feed_supervisors(session, NOW).did == len(happened)
    session.commit()
    assert seen(acting, make.office(Duty.supervision_office)) == happened
    assert seen(acting, make.office(Duty.supervision_office, other)) == set()
    make.call(make.township(other), state=CallState.submitted)
    feed_supervisors(session, NOW)
    session.commit()
    assert seen(acting, make.office(Duty.supervision_office, other)) == {"send"}


@pytest.mark.requirement("TC-52")
def test_rejections_forwards_and_what_becomes_of_the_case_are_events_too(make, session):
    case = make.case(state=CaseState.filed)
    feed_supervisors(session, NOW)
    assert {
        ("call_assignment", "reject"),
        ("call", "all_rejected"),
        ("call", "forward"),
        ("coordination_case", "notify_parties"),
        ("coordination_case", "agree"),
        ("coordination_case", "file"),
    } <= set(events(session, make.home))
    assert session.scalars(select(CallEvent.call_id).distinct()).all() == [case.call_id]


def test_who_did_it_is_told_and_nobody_of_what_followed_by_itself(make, session):
    call = make.call(state=CallState.in_progress)
    feed_supervisors(session, NOW)
    units = {event.action: event.unit_id for event in session.scalars(select(CallEvent))}
    assert units["send"] == call.caller_unit_id
    assert units["first_response"] is None


def test_a_draft_and_a_correction_are_no_events(make, session):
    call = make.call()
    call.title = "Another"
    session.commit()
    assert feed_supervisors(session, NOW) == Done(0, 0)


@pytest.mark.databases
def test_twice_is_once_and_a_batch_goes_on_where_the_one_before_ended(make, session):
    counties = (make.home, make.county())
    for county in counties:
        make.call(make.township(county), state=CallState.dispatched)
    assert [feed_supervisors(session, NOW, limit=4).did for _ in range(4)] == [4, 2, 0, 0]
    for county in counties:
        assert [action for _, action in events(session, county)] == ["send", "accept", "dispatch"]


@pytest.mark.databases
@pytest.mark.requirement("TC-52")
def test_the_office_is_told_once_until_somebody_has_read_it(make, session, officer):
    for _ in range(2):
        make.call(state=CallState.accepted)
        feed_supervisors(session, NOW)
        deliver(session, NOW)
    (told,) = session.scalars(TOLD)
    assert (told.unit_id, told.details["count"]) == (officer.unit_id, "2")
    assert session.scalars(select(Notice.user_id).where(Notice.outbox_id == told.id)).all() == [officer.user_id]
    session.execute(update(Notice).values(read_at=NOW))
    assert feed_supervisors(session, NOW) == Done(0, 0)
    make.call(state=CallState.submitted)
    feed_supervisors(session, NOW)
    assert len(session.scalars(TOLD).all()) == 2


def test_mail_of_it_leaves_with_the_digest_of_the_next_morning_alone(make, session, officer):
    make.call(state=CallState.submitted)
    feed_supervisors(session, NOW)
    deliver(session, NOW)
    (notice,) = session.scalars(select(Notice).where(Notice.subject_type == "call_event"))
    assert (notice.bundled, notice.mail_after) == (True, china("11-24 08:35"))


def test_more_events_cost_no_more_statements(make, session, statements):
    def cost(calls):
        for _ in range(calls):
            make.call(state=CallState.dispatched, lead=lead)
        session.expire_all()
        statements.clear()
        feed_supervisors(session, NOW + timedelta(minutes=calls))
        return len(statements)

    lead = make.department()
    first = cost(1)
    session.execute(update(Outbox).values(subject_type="read"))
    session.commit()
    assert first == cost(12)
