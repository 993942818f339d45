"""Day by day an agency is assessed by the townships that it serves, and by nobody else; it may answer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from models.daily import DailyState
from models.organisation import Duty
from models.queries.daily import by_month
from models.rules.daily import prepare_daily
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.models.look import last_message, told


def refused(make, act):
    with pytest.raises(Refused) as said:
        act()
    make.session.rollback()
    return said.value


@pytest.mark.requirement("LX-11", "ZG-11")
def test_each_township_that_an_agency_serves_enters_its_own_and_nobody_else_enters_any(make):
    """R19."""
    seat, other = make.township(), make.township()
    agency = make.agency(seat, other, state="in_force")
    assert make.daily(agency, seat).township == seat
    assert make.daily(agency, other).township == other
    office = make.office(Duty.assessment_office)
    for who in (agency.department, agency.unit, make.township(), office, make.village(seat)):
        assert refused(make, lambda who=who: make.daily(agency, who)).field == "agency"


@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("matter", {"matter": " "}),
        ("day", {"day": NOW.date() + timedelta(days=1)}),
        ("points", {"points": Decimal(0)}),
        ("points", {"points": Decimal("-100.1")}),
        ("points", {"points": Decimal("100.1")}),
    ],
)
def test_it_says_what_when_and_how_many_points(make, field, columns):
    agency = make.agency(state="in_force")
    assert refused(make, lambda: make.daily(agency, **columns)).field == field


def test_of_an_agency_that_is_not_in_force_nothing_is_entered_and_what_is_entered_stays(make, session):
    agency = make.agency()
    assert refused(make, lambda: make.daily(agency)).field == "agency"
    daily = make.daily()
    daily.points = Decimal(9)
    with session.no_autoflush:
        assert refused(make, lambda: prepare_daily(session, daily, make.actor(daily.township), NOW))


@pytest.mark.requirement("LX-11")
def test_the_agency_and_its_department_read_it_and_each_answers_once(make, session):
    agency = make.agency(state="in_force")
    since = last_message(session)
    daily = make.daily(agency)
    agency, department = daily.agency.unit, daily.agency.department
    assert set(told(session, since)) == {agency.name, department.name}
    since = last_message(session)
    make.press(daily, "answer_as_agency", make.actor(agency), answer="The road was cut.")
    make.press(daily, "answer_as_department", make.actor(department), answer="We have talked.")
    assert (daily.state, daily.agency_answer, daily.department_answer) == (
        DailyState.answered,
        "The road was cut.",
        "We have talked.",
    )
    assert set(told(session, since)) == {daily.township.name}
    assert refused(make, lambda: make.press(daily, "answer_as_agency", make.actor(agency), answer="x"))
    for name, who in (("answer_as_agency", department), ("answer_as_department", daily.township)):
        with pytest.raises(NotYours):
            make.press(daily, name, make.actor(who), answer="x")
        session.rollback()


@pytest.mark.requirement("LX-11")
def test_months_have_their_mean_by_the_day_and_not_by_when_it_was_entered(make, session):
    agency = make.agency(state="in_force")
    for day, points in (((11, 2), "3"), ((11, 20), "-2"), ((11, 21), "1"), ((10, 31), "-4"), ((10, 1), "1.5")):
        make.daily(agency, day=NOW.date().replace(month=day[0], day=day[1]), points=Decimal(points))
    make.daily()
    told_months = [
        (month.year, month.month, month.entries, month.points, month.mean) for month in by_month(session, agency.id)
    ]
    assert told_months == [
        (2026, 11, 3, Decimal(2), Decimal("0.67")),
        (2026, 10, 2, Decimal("-2.5"), Decimal("-1.25")),
    ]
