"""The observers of each county get the figures of a month once, when it is over."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs.digests import digest_for_congress
from jobs.notices import deliver
from models.calls import CallState, FailureKind
from models.notices import Notice, Outbox
from models.organisation import UnitType
from models.roles import RoleName
from tests.make import NOW
from tests.models.look import china

FIRST = china("12-01 01:00")


def digests(session, unit):
    return session.scalars(select(Outbox).where(Outbox.unit_id == unit.id).order_by(Outbox.id)).all()


@pytest.mark.databases
@pytest.mark.requirement("TC-38")
def test_a_month_is_told_once_to_the_observers_of_each_county_with_its_own_numbers(make, session):
    congress, county = make.unit(UnitType.congress), make.county()
    elsewhere = make.unit(UnitType.congress, county)
    lead = make.department()
    for state in (CallState.submitted, CallState.closed):
        make.call(lead=lead, state=state)
    make.call(state=CallState.submitted, at=FIRST)  # the next month's
    make.failure(FailureKind.no_response, lead=lead)
    make.case()
    assert digest_for_congress(session, FIRST) == (2, 2)
    assert digest_for_congress(session, FIRST + timedelta(days=20)) == (0, 0)
    (told,), (other,) = digests(session, congress), digests(session, elsewhere)
    assert told.details == {"month": "2026-11", "calls": "4", "solved": "1", "failures": "1", "cases": "1"}
    assert other.details == {"month": "2026-11", "calls": "0", "solved": "0", "failures": "0", "cases": "0"}
    assert digest_for_congress(session, china("12-31 23:00") + timedelta(hours=2)) == (2, 2)
    assert [row.details["month"] for row in digests(session, congress)] == ["2026-11", "2026-12"]


@pytest.mark.requirement("TC-37", "TC-38")
def test_who_observes_a_town_is_told_of_its_calls_and_the_town_is_not(make, session):
    town, other, lead = make.township(), make.township(), make.department()
    observer = make.posting(unit=town, role=RoleName.congress_observer).user
    clerk = make.posting(unit=town, role=RoleName.township_operator).user
    make.posting(unit=other, role=RoleName.township_operator)
    make.call(town, lead=lead, state=CallState.closed)
    make.call(other, lead=lead, state=CallState.submitted)
    make.failure(FailureKind.no_response, lead=lead)
    make.case(caller=town)
    assert digest_for_congress(session, FIRST) == (1, 1)
    (told,) = [row for row in digests(session, town) if row.message.startswith("Digest")]
    assert told.details == {"month": "2026-11", "calls": "2", "solved": "1", "failures": "0", "cases": "1"}
    assert not [row for row in digests(session, other) if row.message.startswith("Digest")]
    session.commit()
    deliver(session, FIRST)
    heard = set(session.scalars(select(Notice.user_id).where(Notice.outbox_id == told.id)))
    assert (observer.id in heard, clerk.id in heard) == (True, False)
    assert digest_for_congress(session, FIRST) == (0, 0)


def test_a_county_without_observers_gets_none(make, session):
    make.call(state=CallState.submitted, at=NOW)
    assert digest_for_congress(session, FIRST) == (0, 0)
