"""A chart counts what the list shows, no more and no less, for whoever looks."""

from io import BytesIO
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from app.engine.derive import shape_of
from models.calls import Call, CallState
from models.organisation import Duty, Unit
from models.roles import RoleName
from views import CONSOLES

COUNTED = [shape_of(console) for console in CONSOLES if console.charts]


@pytest.fixture
def two_counties(make):
    """A township with two calls; the same in another of its county, and one call a county away. The first of them."""
    lead = make.department()
    towns = [make.township(), make.township()]
    for town in towns:
        item = make.item(lead)
        make.call(town, state=CallState.awaiting_confirmation, item=item)
        make.case(caller=town, item=item)
    make.case(caller=make.township(make.county()))
    return towns[0]


def sums(program, shape, rest=""):
    counting = [number for number, chart in enumerate(shape.console.charts) if not chart.sums and not chart.only]
    answers = [program.get(f"{shape.resource}/charts/{number}{rest}") for number in counting]
    return [sum(sum(part["data"]) for part in answer.json["series"]) for answer in answers]


@pytest.mark.requirement("TC-02")
@pytest.mark.parametrize("role", [RoleName.township_operator, RoleName.leader, RoleName.audit_admin])
def test_the_numbers_of_every_chart_add_up_to_its_list(program_of, make, two_counties, role):
    unit = two_counties if role is RoleName.township_operator else make.office(Duty.leadership)
    program = program_of(unit, role)
    seen = {}
    for shape in COUNTED:
        answer = program.get(f"{shape.resource}/")
        if answer.status_code == 200:
            seen[shape.resource] = answer.json["count"]
            assert set(sums(program, shape)) == {answer.json["count"]}, shape.resource
    assert {name: seen[name] for name in ("call", "coordination_case")} == {
        RoleName.township_operator: {"call": 2, "coordination_case": 1},
        RoleName.leader: {"call": 4, "coordination_case": 2},
        RoleName.audit_admin: {"call": 5, "coordination_case": 3},
    }[role]


def test_a_chart_counts_what_the_list_was_narrowed_to(program_of, make, two_counties):
    (calls,) = (shape for shape in COUNTED if shape.model is Call)
    program = program_of(make.office(Duty.leadership))
    narrowed = "?q=" + quote("(filters:!((col:state,opr:eq,value:forwarded)))")
    assert set(sums(program, calls, narrowed)) == {program.get(f"call/{narrowed}").json["count"]} == {2}


def test_each_bar_is_what_sql_counts_for_whoever_looks(program_of, make, two_counties, session, acting):
    unit = make.office(Duty.leadership)
    answer = program_of(unit).get("call/charts/3", headers={"Accept-Language": "en"}).json
    told = dict(zip(answer["labels"], answer["series"][0]["data"], strict=True))
    theirs, _ = acting(unit)
    rows = theirs.execute(select(Call.caller_unit_id, func.count()).group_by(Call.caller_unit_id)).all()
    assert told == {session.get(Unit, key).name: count for key, count in rows}


def test_a_number_leads_to_the_rows_behind_it(browser_of, make, two_counties):
    browser = browser_of(make.office(Duty.leadership))
    page = browser.get("/call/charts").text
    address = f"/call/?f=caller_unit:rel_o_m:{two_counties.id}"
    assert address.replace(":", "%3A") in page or address in page
    assert browser.get(address).text.count("data-href=") == 2


@pytest.mark.databases
def test_a_month_begins_at_midnight_in_china(program_of, make, session):
    call = make.call(state=CallState.submitted)
    call.sent_at = call.sent_at.replace(year=2026, month=11, day=30, hour=16, minute=30)
    session.commit()
    answer = program_of(make.office(Duty.leadership)).get("call/charts/0").json
    assert answer["labels"] == ["2026-12"]


def test_what_a_chart_counts_is_its_tables_workbook(browser_of, make, two_counties):
    browser = browser_of(make.office(Duty.leadership))
    with browser.get("/call/charts/1.xlsx", buffered=True) as answer:
        _, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert sum(number for _, number in rows) == 4


def test_there_is_no_chart_beyond_the_declared_ones(browser_of, program_of, make):
    town = make.township()
    for number in (len(COUNTED[0].console.charts), 99, 10**30):
        assert program_of(town).get(f"call/charts/{number}").status_code == 404
        assert browser_of(town).get(f"/call/charts/{number}.xlsx").status_code == 404
