"""Lists, charts, exports, a record's page, its forms and the desk ask the database as often for 23 rows as for 3."""

import pytest

from app.engine import export
from app.engine.derive import shape_of
from models.calls import CallSource, CallState
from models.coordination import CaseState
from models.organisation import Duty
from models.roles import RoleName
from models.supervision import OrderState, SupervisionOrder
from tests.make import ASSIGNMENT_PATHS, CALL_PATHS, CASE_PATHS, NOW
from views import CONSOLES

pytestmark = pytest.mark.long


@pytest.fixture
def cost(statements):
    def count(browser, path):
        browser.get(path).close()  # what is remembered for a while, is
        statements.clear()
        with browser.get(path) as answer:
            assert answer.status_code == 200, path
        return [statement for statement in statements if "SAVEPOINT" not in statement]

    return count


def paths(console):
    shape = shape_of(console)
    kinds = [f"/{shape.resource}/?_l_=zh", f"/api/v1/{shape.resource}/", f"/{shape.resource}/export.xlsx"]
    return [*kinds, f"/{shape.resource}/charts"] if console.charts else kinds


def is_open(browser, path):
    with browser.get(path) as answer:
        return answer.status_code == 200


def test_every_list_costs_as_much_for_many_rows_as_for_few(browser_of, make, session, cost, monkeypatch):
    monkeypatch.setattr(export, "BATCH", 100_000)  # what a file of many rows costs, it costs for each batch
    browser = browser_of(make.home, RoleName.leader, RoleName.audit_admin)
    every = [path for console in CONSOLES for path in paths(console) if is_open(browser, path)]

    def grow(times):
        for number in range(times):
            town, lead, helper = make.township(), make.department(), make.department()
            item = make.item(lead, cooperating=[helper])
            call, case, part = (list(kind)[number % len(kind)] for kind in (CALL_PATHS, CASE_PATHS, ASSIGNMENT_PATHS))
            make.call(town, state=call, item=item, cooperating=[helper])
            make.case(caller=town, item=item, state=case)
            make.assignment(caller=town, lead=lead, cooperating=[helper], item=item, state=part)
            if number % 5 == 0:
                make.assignment(caller=town, lead=lead, item=item, state="paused")
                make.extension(make.assignment(caller=town, lead=lead, item=item, state="responded"))
        session.commit()

    def rows():
        return {path: browser.get(path).json["count"] for path in every if path.startswith("/api/")}

    make.call(state=CallState.closed)  # among the first three states is none that leaves ratings
    grow(3)
    few, before = {path: cost(browser, path) for path in every}, rows()
    grow(20)
    many, after = {path: cost(browser, path) for path in every}, rows()
    assert len([path for path in before if after[path] - before[path] >= 20]) >= 7
    assert {path: many[path][len(few[path]) :] for path in every if len(many[path]) > len(few[path])} == {}


def test_a_record_costs_no_more_the_more_hangs_on_it(browser_of, make, session, cost):
    call = make.call(state=CallState.dispatched)
    (part,) = make.assignments(call)
    office = browser_of(make.office(Duty.county_office))
    listed = make.list_in_force().id
    paths = [f"/call/{call.id}", f"/api/v1/call/{call.id}", f"/api/v1/call/{call.id}/timeline", f"/duty_list/{listed}"]

    def grow(times):
        for number in range(times):
            unit = make.department()
            make.item(unit)
            session.add(
                SupervisionOrder(
                    region_id=call.region_id,
                    call=call,
                    unit=unit,
                    assignment=part,
                    state=OrderState.closed,
                    issued_at=NOW,
                    raised_at=NOW,
                )
            )
            call.place = f"{number} of {times}"
            session.commit()

    grow(3)
    few = {path: cost(office, path) for path in paths}
    grow(17)
    many = {path: cost(office, path) for path in paths}
    assert {path: many[path][len(few[path]) :] for path in paths if len(many[path]) > len(few[path])} == {}
    page = office.get(f"/call/{call.id}").text
    assert "16 of 17" in page
    assert page.count("/supervision_order/") >= 20


@pytest.mark.parametrize(
    "who", ["township", "department", "county_office", "supervision_office", "editorial_office", "grid"]
)
def test_a_full_desk_costs_no_more_than_a_tidy_one(browser_of, make, cost, who):
    town, lead = make.township(), make.department()
    grid = make.grid(make.village(town))
    units = {"township": town, "department": lead, "grid": grid} | {str(duty): make.office(duty) for duty in Duty}
    browser = browser_of(units[who])
    helper = make.department()
    item = make.item(lead, cooperating=[helper])

    def grow(times):
        for _ in range(times):
            for state in (CallState.draft, CallState.submitted, CallState.accepted, CallState.dispatched):
                clue = {"source": CallSource.grid, "place_unit_id": grid.id}
                make.call(town, state=state, item=item, cooperating=[helper], **clue)
            make.call(town, state=CallState.awaiting_confirmation, item=item)
            for state in (CaseState.opened, CaseState.negotiating, CaseState.filing_review, CaseState.coordinating):
                make.case(caller=town, item=item, state=state)

    grow(1)
    few, before = cost(browser, "/"), browser.get("/").text.count('class="line"')
    grow(4)
    many, after = cost(browser, "/"), browser.get("/").text.count('class="line"')
    assert many[len(few) :] == []
    assert after >= before + 4


def test_a_form_costs_no_more_the_more_there_is_to_choose_from(browser_of, make, cost):
    call = make.call()
    browser = browser_of(call.caller_unit)

    def ask():
        return [len(cost(browser, path)) for path in ("/call/add", f"/call/{call.id}/edit", "/call/lookup/list_item")]

    few = ask()
    for _ in range(25):
        make.item()
    assert ask() == few
