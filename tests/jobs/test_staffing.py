"""What ends soon of people's terms is told once; and a township that has nearly used up its transfers out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from jobs.staffing import watch_terms
from models.notices import Outbox
from models.organisation import Duty
from models.staffing import StaffState
from tests.make import NOW
from tests.models.look import china

pytestmark = pytest.mark.databases
TODAY = NOW.date()
NIGHT = china("11-23 02:00")


def told(session):
    rows = session.scalars(select(Outbox).where(Outbox.key.startswith("term_watch:")).order_by(Outbox.id))
    return [(row.unit_id, row.key.split(":")[3].split("@")[0], row.details) for row in rows]


@pytest.mark.requirement("TS-22", "ZG-17", "ZG-18")
@pytest.mark.parametrize("name", ["min_term_until", "min_service_until", "seconded_until"])
@pytest.mark.parametrize(("days", "heard"), [(31, False), (30, True), (0, True), (-30, True), (-31, False)])
def test_an_end_is_told_thirty_days_before_to_host_and_department(make, session, name, days, heard):
    staff = make.staff(hired_on=date(2020, 1, 1), min_service_until=date(2030, 1, 1))
    end = TODAY + timedelta(days=days)
    setattr(staff, name, end)
    session.commit()
    assert watch_terms(session, NIGHT) == ((2, 2) if heard else (0, 0))
    about = {"agency": str(staff.agency), "day": f"{end}"}
    hearers = sorted((staff.agency.seat_id, staff.agency.department_id))
    assert told(session) == ([(unit_id, name, about) for unit_id in hearers] if heard else [])
    assert staff.name not in str(told(session))


@pytest.mark.requirement("TS-22")
def test_nothing_is_told_twice_but_another_end_is(make, session):
    staff = make.staff()
    staff.min_term_until = TODAY + timedelta(days=10)
    session.commit()
    runs = [watch_terms(session, NIGHT + timedelta(days=n)).did for n in (0, 0, 1, 11)]
    assert runs == [2, 0, 0, 0]
    staff.min_term_until = TODAY + timedelta(days=12)
    session.commit()
    assert watch_terms(session, NIGHT).did == 2


def test_it_is_said_when_work_begins(make, session):
    staff = make.staff()
    staff.min_term_until = TODAY
    session.commit()
    watch_terms(session, NIGHT)
    assert set(session.scalars(select(Outbox.not_before).where(Outbox.key.startswith("term_watch:")))) == {
        china("11-23 08:30")
    }


@pytest.mark.parametrize("state", [StaffState.left, StaffState.registered])
def test_of_who_does_not_serve_nothing_is_told(make, session, state):
    staff = make.staff()
    staff.min_term_until, staff.state = TODAY, state
    session.commit()
    assert watch_terms(session, NIGHT) == (0, 0)


@pytest.mark.requirement("ZG-19")
@pytest.mark.parametrize(
    ("planned", "out", "year", "heard"),
    [(3, 1, 2026, False), (3, 2, 2026, True), (3, 3, 2026, True), (1, 0, 2026, False), (3, 2, 2027, False)],
)
def test_a_cap_that_is_near_is_told_to_the_township_and_the_editorial_office(make, session, planned, out, year, heard):
    plan = make.transfer_plan(make.township(), planned, year)
    plan.transferred_out = out
    session.commit()
    watch_terms(session, NIGHT)
    hearers = [plan.township_id, make.office(Duty.editorial_office).id] if heard else []
    assert [unit_id for unit_id, *_ in told(session)] == hearers
    assert watch_terms(session, NIGHT) == (0, 0)


def test_many_cost_no_more_statements_than_few(make, session, statements):
    agency = make.agency(state="in_force")
    costs = []
    for more in (3, 20):
        for _ in range(more):
            make.staff(agency).min_term_until = TODAY
            make.transfer_plan(make.township(), 1).transferred_out = 1
        session.commit()
        session.expire_all()
        statements.clear()
        watch_terms(session, NIGHT)
        costs.append(len(statements))
    assert costs[0] == costs[1]
