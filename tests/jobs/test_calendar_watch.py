"""From November on administrators hear, once a month, that next year's working days are missing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from jobs.calendar import watch_calendars
from jobs.notices import deliver
from models.calendar import CalendarDay
from models.notices import Notice, Outbox
from models.organisation import Duty
from models.queries import calendar
from models.roles import RoleName
from tests.models.look import china

NIGHT = china("11-01 02:00")


@pytest.fixture(autouse=True)
def before_the_notice(monkeypatch):
    """As in autumn 2026: the notice for 2027 is not out, whatever the package has learned since."""
    known = calendar.announced
    monkeypatch.setattr(calendar, "announced", lambda day: known(day) if day.year <= 2026 else None)


@pytest.fixture
def admin(make):
    return make.posting(unit=make.office(Duty.county_office), role=RoleName.admin)


def enter(session, county, days=13, *, year=2027, is_working=False):
    first = date(year, 2, 1)
    session.add_all(
        CalendarDay(region_id=county.id, day=first + timedelta(days=n), is_working=is_working) for n in range(days)
    )
    session.commit()


def told(session):
    return session.scalars(select(Outbox).order_by(Outbox.id)).all()


@pytest.mark.databases
def test_the_administrators_unit_hears_once_a_month_of_every_county_that_lacks_them(make, session, admin):
    other = make.county("泰顺县（演示）")
    assert watch_calendars(session, NIGHT - timedelta(hours=2, seconds=1)) == (0, 0), "in October nobody misses them"
    assert watch_calendars(session, NIGHT) == (1, 1)
    assert watch_calendars(session, NIGHT + timedelta(days=29)) == (0, 0)
    (message,) = told(session)
    assert (message.unit_id, message.details) == (
        admin.unit_id,
        {"year": "2027", "counties": f"{make.home.name}、{other.name}"},
    )
    assert watch_calendars(session, china("12-01 02:00")) == (1, 1)
    assert watch_calendars(session, china("12-31 23:00") + timedelta(hours=3)) == (1, 1), (
        "and not in the new year alone"
    )
    assert [row.details["year"] for row in told(session)] == ["2027"] * 3


@pytest.mark.databases
@pytest.mark.parametrize(
    ("days", "kind", "missing"),
    [(13, {}, False), (12, {}, True), (13, {"is_working": True}, True), (13, {"year": 2026}, True)],
)
def test_it_is_put_right_by_as_many_days_off_as_there_are_by_law(make, session, admin, days, kind, missing):
    enter(session, make.home, days, **kind)
    assert watch_calendars(session, NIGHT) == ((1, 1) if missing else (0, 0))


def test_nothing_is_missed_of_a_year_that_the_package_knows(session, admin, monkeypatch):
    monkeypatch.setattr(calendar, "announced", lambda day: (True, ""))
    assert watch_calendars(session, NIGHT) == (0, 0)


def test_whose_posting_is_over_hears_nothing(make, session, admin):
    admin.to_on = date(2026, 10, 31)
    session.commit()
    assert watch_calendars(session, NIGHT) == (0, 0)


@pytest.mark.databases
def test_of_the_unit_only_its_administrators_read_it(make, session, admin):
    office = admin.unit
    for role in (RoleName.county_dispatcher, RoleName.security_admin, RoleName.audit_admin):
        make.posting(unit=office, role=role)
    watch_calendars(session, NIGHT)
    deliver(session, NIGHT)
    assert session.scalars(select(Notice.user_id)).all() == [admin.user_id]
