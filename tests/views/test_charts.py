"""A chart counts what the list shows, no more and no less, for whoever looks."""

import re
from io import BytesIO
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from app.engine import charts
from app.engine.derive import shape_of
from app.engine.fields import translated
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
    whole = [not (chart.sums or chart.only or chart.known) for chart in shape.console.charts]
    counting = [number for number, counts in enumerate(whole) if counts]
    answers = [program.get(f"{shape.resource}/charts/{number}{rest}") for number in counting]
    return [sum(sum(part["data"]) for part in answer.json["series"]) for answer in answers]


@pytest.mark.long
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
            assert set(sums(program, shape)) <= {answer.json["count"]}, shape.resource
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
    totals = (sum(counts) for counts in zip(*(part["data"] for part in answer["series"]), strict=True))
    told = dict(zip(answer["labels"], totals, strict=True))
    theirs, _ = acting(unit)
    rows = theirs.execute(select(Call.caller_unit_id, func.count()).group_by(Call.caller_unit_id)).all()
    assert told == {session.get(Unit, key).name: count for key, count in rows}


def test_a_number_leads_to_the_rows_behind_it(browser_of, make, two_counties):
    browser = browser_of(make.office(Duty.leadership))
    page = browser.get("/call/charts").text
    address = f"/call/?f=caller_unit:rel_o_m:{two_counties.id}"
    assert address.replace(":", "%3A") in page or address in page
    assert browser.get(address).text.count("data-href=") == 2


def test_cases_by_month_are_those_brought_to_coordination_forwarded_or_not(program_of, make):
    make.case(), make.free_case()
    chart = program_of(make.office(Duty.leadership)).get("coordination_case/charts/1?_l_=en").json
    assert chart["title"] == "Brought to coordination by month"
    assert [sum(part["data"]) for part in chart["series"]] == [2]


@pytest.mark.databases
def test_a_month_begins_at_midnight_in_china(program_of, make, session):
    call = make.call(state=CallState.submitted)
    call.sent_at = call.sent_at.replace(year=2026, month=11, day=30, hour=16, minute=30)
    session.commit()
    answer = program_of(make.office(Duty.leadership)).get("call/charts/0").json
    assert answer["labels"] == ["2026-12"]


@pytest.mark.requirement("TS-12")
def test_months_say_how_much_they_grew_and_none_is_skipped(program_of, browser_of, make, session):
    """The published figures: November against July, and month by month."""
    for month, calls in ((7, 2), (8, 1), (10, 3), (11, 6)):
        for _ in range(calls):
            call = make.call(state=CallState.submitted)
            call.sent_at = call.sent_at.replace(year=2026, month=month, day=9)
    session.commit()
    office = make.office(Duty.leadership)
    answer = program_of(office).get("call/charts/0").json
    assert answer["labels"] == ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
    assert [sum(counts) for counts in zip(*(part["data"] for part in answer["series"]), strict=True)] == [2, 1, 0, 3, 6]
    told = [(month["since_first"], month["since_last"]) for month in answer["growth"]]
    assert told == [(0, None), (-50, -50), (-100, -100), (50, None), (200, 100)]
    page = browser_of(office).get("/call/charts?_l_=zh").text
    for words in ("较2026-07", "较上月", "+200.0%", "-100.0%"):
        assert words in page
    assert program_of(office).get("call/charts/1").json["growth"] == []


@pytest.mark.requirement("TS-28")
def test_calls_of_a_township_are_counted_by_kind(program_of, make):
    town, other = make.township(name="Luoyang"), make.township(name="Nanpu")
    for category, unit in (("违建", town), ("违建", town), ("民生", town), ("民生", other)):
        make.call(unit, state=CallState.submitted, item=make.item(category=category))
    answer = program_of(make.office(Duty.leadership)).get("call/charts/3").json
    counted = {part["name"]: dict(zip(answer["labels"], part["data"], strict=True)) for part in answer["series"]}
    assert counted == {"违建": {"Luoyang": 2, "Nanpu": 0}, "民生": {"Luoyang": 1, "Nanpu": 1}}


@pytest.mark.requirement("TC-22")
def test_the_page_of_a_call_sums_up_what_enforcement_brought_over_its_parts(browser_of, make):
    lead, helper = make.department(name="Fishery"), make.department(name="Police")
    item = make.item(lead, platform="comprehensive_enforcement", cooperating=[helper])
    call = make.call(item=item, cooperating=[helper], state=CallState.in_progress)
    browser = browser_of(make.office(Duty.leadership))
    address = f"/call/{call.id}/results"
    assert address not in browser.get(f"/call/{call.id}").text
    of_parts = zip(make.assignments(call), ((5, 18000, None), (3, 2500, 8)), strict=True)
    for part, figures in reversed(list(of_parts)):  # the lead resolves last
        said = zip(("cases", "fines", "confiscations"), figures, strict=True)
        make.press(part, "resolve", result="Done.", **{name: figure for name, figure in said if figure is not None})
    page = browser.get(f"/call/{call.id}").text
    assert page.count(f'href="{address}"') == 1
    summed = page[page.index("<h2>", page.rindex('<section class="card">', 0, page.index(address))) :]
    assert re.findall(r"<dd>([\d,]+)</dd>", summed)[:3] == ["8", "20,500", "8"]
    told = browser.get(address).text
    rows = re.findall(r'<tr><th scope="row">(\w+)</th>(.*?)</tr>', told)
    assert [(unit, re.findall(r">([\d,–]+)</td>", cells)) for unit, cells in rows] == [
        ("Fishery", ["5", "18,000", "–"]),
        ("Police", ["3", "2,500", "8"]),
    ]


@pytest.mark.requirement("TC-22")
def test_what_enforcement_brought_stands_with_the_call_and_is_summed_up(program_of, browser_of, make):
    lead, leaders = make.department(name="Fishery"), make.office(Duty.leadership)
    other = make.assignment(lead=lead, state="responded")
    item = make.item(lead, platform="comprehensive_enforcement")
    asked = make.assignment(lead=lead, item=item, state="responded")
    for part, figures in ((asked, True), (other, False)):
        form = browser_of(lead).get(f"/call_assignment/{part.id}/move/resolve").text
        assert ('name="fines"' in form, 'name="result"' in form) == (figures, True)
    for _ in range(2):
        part = make.assignment(lead=lead, item=item, state="responded")
        said = {"result": "Done.", "cases": 8, "fines": 20500, "confiscations": 7}
        assert program_of(lead).move("call_assignment", part.id, "resolve", **said).status_code == 200
    told = [program_of(leaders).get(f"call_assignment/charts/{number}").json for number in range(4)]
    (brought,) = (chart for chart in told if chart["title"] == "执法结果（按部门）")
    assert brought["labels"] == ["Fishery"]
    assert {part["name"]: part["data"] for part in brought["series"]} == {
        "查处案件数": [16], "罚款（元）": [41000], "没收物品数": [14]
    }  # fmt: skip
    page = browser_of(leaders).get(f"/call/{part.call_id}?_l_=zh").text
    for label, figure in (("查处案件数", 8), ("罚款（元）", "20,500"), ("没收物品数", 7)):
        assert f"<dt>{label}</dt><dd>{figure}</dd>" in page


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


@pytest.mark.requirement("LX-29")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_stands_beside_its_definition(app, language):
    with app.test_request_context(headers={"Accept-Language": language}):
        for shape in COUNTED:
            for chart in shape.console.charts:
                told = charts.definition(shape, chart)
                named = {chart.by, *chart.sums, *chart.only}
                assert all(str(translated(shape.fields[name].label)) in told for name in named), told
                assert str(translated(shape.console.name)) in told
                assert told.startswith(str(translated(chart.definition)))


def test_what_is_summed_and_what_is_left_out_is_said(app):
    items, holdings = (next(s for s in COUNTED if s.resource == name) for name in ("list_item", "holding"))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        drawings = next(chart for chart in items.console.charts if chart.only)
        assert charts.definition(items, drawings).endswith(
            " “List items” that you may see, each once, by Lead department. Only where State is “Published”."
        )
        assert "Sums of Minutes in hand over “" in charts.definition(holdings, holdings.console.charts[0])


def test_reminders_are_counted_by_whom_they_went_to(program_of, make):
    told = program_of(make.office(Duty.supervision_office)).get("reminder/charts/0").json
    assert (told["title"], told["definition"].split("：")[0]) == ("催办数（按收到催办的单位）", "按催办发给谁统计")
