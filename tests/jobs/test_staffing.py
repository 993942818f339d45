"""What ends soon of people's terms is told once; and a township that has nearly used up its transfers out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from jobs.staffing import watch_terms
from models.ledger import Job, PromiseState
from models.notices import Outbox
from models.organisation import Duty
from models.recorder import verify
from models.rules.suggestions import open_suggestion
from models.staffing import StaffState
from tests.make import NOW
from tests.models.look import china, last_message

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


@pytest.mark.requirement("ZG-18")
def test_only_the_department_is_asked_to_propose_the_return(make, session):
    staff = make.staff()
    staff.seconded_until, staff.state = TODAY + timedelta(days=10), StaffState.seconded
    session.commit()
    watch_terms(session, NIGHT)
    messages = select(Outbox.unit_id, Outbox.message).where(Outbox.key.startswith("term_watch:"))
    said = dict(session.execute(messages).all())
    asked = {unit_id for unit_id, message in said.items() if "Propose the return" in message}
    assert (said.keys(), asked) == ({staff.agency.seat_id, staff.agency.department_id}, {staff.agency.department_id})


@pytest.mark.requirement("ZG-18")
@pytest.mark.parametrize(
    ("days", "state", "heard"),
    [
        (0, "seconded", False),
        (-1, "seconded", True),
        (-30, "seconded", True),
        (-31, "seconded", False),
        (-1, "in_place", False),
    ],
)
def test_of_a_secondment_past_its_end_department_and_township_hear_once_more(make, session, days, state, heard):
    staff = make.staff()
    staff.seconded_until, staff.state = TODAY + timedelta(days=10), StaffState.seconded
    session.commit()
    watch_terms(session, NIGHT)
    staff.seconded_until, staff.state = TODAY + timedelta(days=days), StaffState(state)
    session.commit()
    runs = [watch_terms(session, NIGHT + timedelta(hours=n)) for n in range(2)]
    over = [unit_id for unit_id, what, _ in told(session) if what == "over"]
    assert (over, runs[1].did) == ([staff.agency.seat_id, staff.agency.department_id] if heard else [], 0)
    messages = select(Outbox.unit_id).where(Outbox.key.contains(":over@"), Outbox.message.contains("Propose the"))
    assert session.scalars(messages).all() == ([staff.agency.department_id] if heard else [])


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


# Suggestions about heads


@pytest.mark.requirement("TA-37")
def test_the_department_hears_before_an_analysis_is_due_and_once_more_when_it_is_not_there(make, session, ledger):
    suggestion = make.suggestion()
    soon, over = ledger.moments(suggestion, Job.suggestion_watch)
    assert over == suggestion.due
    minute = timedelta(minutes=1)
    looks = (soon - minute, soon, over - minute, over, over + timedelta(days=30))
    assert [ledger.keep(Job.suggestion_watch, at) for at in looks] == [0, 1, 0, 1, 0]
    assert [unit_id for unit_id, *_ in ledger.told(Job.suggestion_watch)] == [suggestion.department_id] * 2
    assert [action for action, _, _ in ledger.entries(suggestion)] == ["suggestion_watch"] * 2
    assert suggestion.staff.name not in str(ledger.told(Job.suggestion_watch))
    assert verify(session) == []


def test_what_is_put_right_when_it_is_late_starts_no_clock_again(make, session, ledger):
    suggestion = make.suggestion()
    ledger.keep(Job.suggestion_watch, suggestion.due)
    open_suggestion(session, suggestion, make.actor(suggestion.township), suggestion.due)
    session.commit()
    assert ledger.moments(suggestion, Job.suggestion_watch) == []


@pytest.mark.requirement("TA-37")
def test_the_department_hears_of_the_plan_that_it_owes_as_of_the_analysis(make, session, ledger):
    suggestion = make.suggestion(state="analysed")
    since = last_message(session)
    for at in ledger.moments(suggestion, Job.suggestion_watch):
        assert ledger.keep(Job.suggestion_watch, at) == 1
    said = session.scalars(select(Outbox.message).where(Outbox.id > since).order_by(Outbox.id)).all()
    assert ["Propose a plan by" in said[0], "The plan was due" in said[1], len(said)] == [True, True, 2]


@pytest.mark.requirement("TA-37")
@pytest.mark.parametrize("state", ["plan_proposed", "withdrawn"])
def test_of_what_the_township_has_to_say_or_withdrew_nobody_is_reminded(make, session, ledger, state):
    suggestion = make.suggestion(state=state)
    for promise in ledger.promises(suggestion, Job.suggestion_watch):  # as if the move had forgotten to cancel them
        promise.state = PromiseState.planned
    session.commit()
    assert ledger.keep(Job.suggestion_watch, suggestion.due + timedelta(days=30)) == 0
