"""What departments ask of townships: the way of a matter, a report and a request by program, and the burden meter."""

import io
import re
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from models.admissions import AdmissionState
from models.assigned import MatterState
from models.calls import CallState
from models.irregular import ReportState
from models.item_words import ListState, PowerStatus, SinkKind
from models.organisation import Duty
from models.requests import RequestState
from models.roles import RoleName
from models.statements import StatementState
from tests.views.test_desk import desk

MATTER = {"title": "Flood season", "content": "Patrol.", "starts_on": "2099-05-01", "ends_on": "2099-08-31"}


@pytest.fixture
def sides(make, program_of):
    units = {
        "department": make.department(name="Water"),
        "town": make.township(name="Luoyang"),
        "office": make.office(Duty.county_office),
        "editorial": make.office(Duty.editorial_office),
    }
    return units, {who: program_of(unit) for who, unit in units.items()}


def made(answer):
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def moved(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["result"]["state"]


# By program


@pytest.mark.requirement("TC-17")
def test_a_township_names_only_what_is_directed_at_it(program_of, make):
    town, other, department = make.township(), make.township(), make.department()
    program = program_of(town)
    report = {
        "title": "A table a week",
        "department": department.id,
        "disguise": "department_document",
        "evidence": "x",
    }
    named = {
        "assigned_matter": lambda unit: make.matter(department, unit, state=MatterState.in_force),
        "data_request": lambda unit: make.request(department, unit, state=RequestState.sent),
        "reported_call": lambda unit: make.call(department, lead=unit, state=CallState.dispatched),
    }
    make.request(
        department, other, state=RequestState.sent, assigned_matter_id=(cited := named["assigned_matter"](other)).id
    )
    assert program.get(f"assigned_matter/{cited.id}").status_code == 200, "a request that all may read cites it"
    for name, of in named.items():
        theirs = cited if name == "assigned_matter" else of(other)
        answer = program.post("irregular_assignment_report/", json=report | {name: theirs.id})
        assert (answer.status_code, list(answer.json["message"])) == (422, [name])
        assert program.post("irregular_assignment_report/", json=report | {name: of(town).id}).status_code == 201
    own = make.call(town, lead=department, state=CallState.dispatched)
    answer = program.post("irregular_assignment_report/", json=report | {"reported_call": own.id})
    assert answer.status_code == 422


DISGUISES = {
    "territorial_name": "以“属地管理”之名",
    "department_document": "部门文件",
    "fund_allocation": "资金分配",
    "supervision_assessment": "督查考核",
    "appraisal_commendation": "评比表彰",
    "acceptance_check": "达标验收",
    "responsibility_statement": "责任状",
    "indicator_breakdown": "分解下达指标",
}
"""The six of Tianchang's article, and Lixia's two besides."""


@pytest.mark.requirement("TC-17", "LX-16")
def test_a_township_picks_the_disguise_from_the_words_of_the_articles(program_of, browser_of, make):
    town, department, editorial = make.township(), make.department(), make.office(Duty.editorial_office)
    drawn = browser_of(town).get("/irregular_assignment_report/add?_l_=zh").text
    offered = drawn.partition('name="disguise"')[2].partition("</select>")[0]
    assert dict(re.findall(r'<option[^>]* value="(\w+)"[^>]*>([^<]+)', offered)) == DISGUISES
    program = program_of(town)
    report = {"title": "每周一表", "department": department.id, "evidence": "口头要求。"}
    for disguise in DISGUISES:
        made(program.post("irregular_assignment_report/", json=report | {"disguise": disguise}))
    other = program.post("irregular_assignment_report/", json=report | {"disguise": "custom"})
    assert (other.status_code, list(other.json["message"])) == (422, ["disguise"])
    told = program_of(editorial).get("irregular_assignment_report/charts/0", headers={"Accept-Language": "zh"}).json
    counted = dict(zip(told["labels"], told["series"][0]["data"], strict=True))
    assert counted == dict.fromkeys(DISGUISES.values(), 1)


@pytest.mark.requirement("TC-27", "LX-17")
def test_a_matter_is_proposed_approved_reported_and_void(sides):
    units, programs = sides
    department, town, office, editorial = programs.values()
    matter = made(department.post("assigned_matter/", json=MATTER))
    made(department.post("matter_township/", json={"matter": matter, "township": units["town"].id}))
    assert town.get(f"assigned_matter/{matter}").status_code == 404
    assert moved(department.move("assigned_matter", matter, "submit")) == "submitted"
    assert moved(office.move("assigned_matter", matter, "approve_by_government", document_number="G-1")) == "submitted"
    assert town.get(f"assigned_matter/{matter}").status_code == 404
    answer = office.move("assigned_matter", matter, "approve_by_committee", document_number="C-1")
    assert moved(answer) == "in_force"
    assert town.get(f"assigned_matter/{matter}").json["result"]["government_number"] == "G-1"
    timeline = town.get(f"assigned_matter/{matter}/timeline").json["result"]
    assert [entry["action"] for entry in timeline][:2] == ["enter_into_force", "approve_by_committee"]

    told = {"title": "Patrols", "disguise": "department_document", "evidence": "A letter.", "assigned_matter": matter}
    report = made(town.post("irregular_assignment_report/", json=told | {"department": units["department"].id}))
    moved(editorial.move("irregular_assignment_report", report, "accept"))
    answer = editorial.move("irregular_assignment_report", report, "find_irregular", finding="Their own duty.")
    assert (moved(answer), answer.json["result"]["cancelled"]) == ("upheld", True)
    assert town.get(f"assigned_matter/{matter}").json["result"]["state"] == "cancelled"


@pytest.mark.requirement("TC-28", "TC-27")
def test_the_three_that_the_article_names_are_assigned_found_and_counted(sides, browser_of):
    units, programs = sides
    department, town, office, _ = programs.values()
    named = ["疫情防控", "防汛抗旱", "文明创建"]
    for category in named:
        sent = MATTER | {"title": f"{category}（演示）", "category": category}
        key = made(department.post("assigned_matter/", json=sent))
        made(department.post("matter_township/", json={"matter": key, "township": units["town"].id}))
        moved(department.move("assigned_matter", key, "submit"))
        for body in ("committee", "government"):
            answer = office.move("assigned_matter", key, f"approve_by_{body}", document_number="演示1号")
        assert moved(answer) == "in_force"
    browser = browser_of(units["town"])
    listed = browser.get("/assigned_matter/").text
    assert [category for category in named if f"{category}（演示）" not in listed] == []
    for category in named:
        only = browser.get(f"/assigned_matter/?f=category:eq:{category}").text
        assert [other for other in named if f"{other}（演示）" in only] == [category]
    told = town.get("assigned_matter/charts/1").json
    assert dict(zip(told["labels"], told["series"][0]["data"], strict=True)) == dict.fromkeys(named, 1)


def test_a_township_proposes_nothing_and_a_department_reports_nothing(sides):
    _, programs = sides
    assert programs["town"].post("assigned_matter/", json=MATTER).status_code == 403
    assert programs["department"].post("irregular_assignment_report/", json={}).status_code == 403
    assert programs["department"].post("policy_document/", json={}).status_code == 403


def test_the_lead_takes_no_part_beside_itself(sides, make):
    units, programs = sides
    matter = make.matter(units["department"])
    for unit, status in ((units["department"], 422), (make.department(), 201)):
        sent = {"matter": matter.id, "unit": unit.id}
        assert programs["department"].post("matter_department/", json=sent).status_code == status


@pytest.mark.requirement("TC-29")
def test_the_refusal_names_township_count_and_cap(sides, make, program_of):
    units, programs = sides
    keeper = program_of(units["editorial"], RoleName.list_manager)
    made(keeper.post("assigned_matter_cap/", json={"year": 2026, "most": 1}))
    make.matter(None, units["town"], state=MatterState.in_force)
    draft = make.matter(units["department"], units["town"])
    answer = programs["department"].post(
        f"assigned_matter/{draft.id}/move/submit", json={}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 422
    (said,) = answer.json["message"]["townships"]
    assert said.startswith("Luoyang has 1 assigned matters in 2026, and the cap is 1.")


@pytest.mark.requirement("LX-14")
def test_a_statement_is_registered_by_who_keeps_lists_and_cleared_by_the_editorial_office(sides, program_of):
    units, programs = sides
    keeper = program_of(units["editorial"], RoleName.list_manager)
    sent = {"title": "x", "department": units["department"].id, "year": 2026, "signed_on": "2026-03-01"}
    statement = made(keeper.post("responsibility_statement/", json=sent))
    made(keeper.post("statement_township/", json={"statement": statement, "township": units["town"].id}))
    assert keeper.move("responsibility_statement", statement, "clear", reason="x").status_code == 403
    answer = programs["editorial"].move("responsibility_statement", statement, "clear", reason="No basis.")
    assert (moved(answer), answer.json["result"]["reason"]) == ("cleared", "No basis.")
    chart = programs["editorial"].get("responsibility_statement/charts/0").json
    assert chart["labels"] == ["Water"]


def test_a_request_is_warned_of_what_is_reported_already_in_answer_and_page(sides, make, browser_of):
    units, programs = sides
    earlier = make.request(title="月报", month=11, fields=["企业数", "产值"], state=RequestState.sent)
    program, item = programs["department"], make.item(units["department"])
    sent = {"title": "季报", "subject": "企 业", "year": 2026, "month": 11, "list_item": item.id}
    request = made(program.post("data_request/", json=sent))
    answer = program.post("data_request_field/", json={"request": request, "label": "企业数量"})
    assert answer.json["result"]["held_in"] == {"id": earlier.id, "name": "月报"}
    made(program.post("data_request_field/", json={"request": request, "label": "税额"}))
    made(program.post("data_request_township/", json={"request": request, "township": units["town"].id}))
    answer = program.move("data_request", request, "send")
    assert moved(answer) == "sent"
    result = answer.json["result"]
    place = f"《月报》（{earlier.department}，2026-11）1/2"
    assert (result["asked"], result["repeated"], result["places"]) == (2, 1, place)
    page = browser_of(units["department"]).get(f"/data_request/{request}").text
    assert place in page
    assert programs["town"].get(f"data_request/{request}").status_code == 200


# Who reported


def test_the_department_learns_nothing_of_a_report_before_the_finding(sides, make, browser_of):
    units, programs = sides
    department, town = units["department"], units["town"]
    matter = make.matter(department, town, state=MatterState.in_force)
    report = make.report(town, department, state=ReportState.accepted, title="SECRET", assigned_matter_id=matter.id)
    browser = browser_of(department)
    paths = ["/", "/notices/", "/burden/", "/irregular_assignment_report/", f"/assigned_matter/{matter.id}"]
    paths += ["/irregular_assignment_report/charts", "/irregular_assignment_report/lookup/department?q=Water"]
    assert not [path for path in paths if "SECRET" in browser.get(path).text]
    address = f"irregular_assignment_report/{report.id}"
    assert [programs["department"].get(f"{address}{part}").status_code for part in ("", "/timeline")] == [404, 404]
    make.press(report, "dismiss", finding="It has a basis.")
    assert "SECRET" in browser.get(f"/assigned_matter/{matter.id}").text
    assert programs["department"].get(address).json["result"]["reporter"]["name"] == "Luoyang"


# Desks


def test_each_desk_has_what_waits_there(make, browser_of):
    department, town = make.department(), make.township()
    make.matter(department, town, title="DRAFT")
    make.matter(department, town, title="SUBMITTED", state=MatterState.submitted)
    make.request(department, town, title="TABLE")
    make.report(town, department, title="REPORT")
    make.statement(department, town, title="STATEMENT")
    assert desk(browser_of(department))[0] == {
        "Submit an assigned matter": ["DRAFT"],
        "Send a data request": ["TABLE"],
        "Waiting for both approvals": ["SUBMITTED"],
    }
    assert desk(browser_of(town))[0] == {"What becomes of your reports": ["REPORT"]}
    assert desk(browser_of(make.office(Duty.county_office)))[0] == {"Record the approvals, or refuse": ["SUBMITTED"]}
    assert desk(browser_of(make.office(Duty.editorial_office)))[0] == {
        "Examine a report of an irregular assignment": ["REPORT"],
        "Clear a responsibility statement, or keep it": ["STATEMENT"],
    }


# The meter


@pytest.fixture
def asked(make):
    """Two departments and two townships; the second department asks the second township only."""
    water, roads = make.department(name="Water"), make.department(name="Roads")
    luoyang, sixi = make.township(name="Luoyang"), make.township(name="Sixi")
    year = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 1, 31)}
    make.matter(water, luoyang, sixi, state=MatterState.in_force, **year)
    make.matter(water, luoyang, state=MatterState.submitted)
    make.admission(water, townships=[luoyang], state=AdmissionState.in_force)
    make.admission(roads, townships=[sixi], state=AdmissionState.approved)
    make.statement(water, luoyang)
    make.statement(water, luoyang, state=StatementState.cleared)
    make.report(luoyang, water, state=ReportState.upheld)
    make.report(luoyang, water, state=ReportState.dismissed)
    make.call(roads, lead=sixi, item=make.item(roads), state=CallState.dispatched)
    void = make.call(roads, lead=luoyang, item=make.item(roads), state=CallState.dispatched)
    make.press(make.report(luoyang, roads, state=ReportState.accepted, reported_call_id=void.id), "find_irregular",
               finding="It is the department's own duty.")  # fmt: skip
    make.call(sixi, state=CallState.returned)
    make.request(water, luoyang, fields=["a1", "b2"], state=RequestState.sent)
    make.request(roads, sixi, fields=["a1", "c3"], state=RequestState.sent)
    make.request(roads, sixi, fields=["d4"])
    return {"Water": water, "Roads": roads, "Luoyang": luoyang, "Sixi": sixi}


def table(browser, source, year=2026):
    """A source's table: department → township → how often."""
    page = browser.get(f"/burden/?of={source}&year={year}&_l_=en").text
    page = page.partition('id="balance"')[0]
    found = re.search(r'id="by-township".*?<thead>(.*?)</thead>\s*<tbody>(.*?)</tbody>', page, re.DOTALL)
    if found is None:
        return {}
    heads = re.findall(r"<th[^>]*>(.*?)</th>", found[1])[1:-1]
    rows = re.findall(r"<tr><th[^>]*>(.*?)</th>(.*?)</tr>", found[2], re.DOTALL)
    return {
        name: {
            head: int(number)
            for head, number in zip(heads, re.findall(r"<td>(.*?)</td>", cells), strict=False)
            if number.isdecimal()
        }
        for name, cells in rows
    }


SOURCES = {
    "assigned_matters": {"Water": {"Luoyang": 1, "Sixi": 1}},
    "admissions": {"Water": {"Luoyang": 1}},
    "responsibility_statements": {"Water": {"Luoyang": 1}},
    "irregular_reports": {"Water": {"Luoyang": 1}, "Roads": {"Luoyang": 1}},
    "reverse_calls": {"Roads": {"Sixi": 1}},
    "returned_calls": {"县委县政府办公室": {"Sixi": 1}},
    "requested_fields": {"Water": {"Luoyang": 2}, "Roads": {"Sixi": 2}},
    "repeated_fields": {"Roads": {"Sixi": 1}},
}


@pytest.mark.requirement("TC-29", "TA-19")
@pytest.mark.parametrize("source", SOURCES)
def test_the_county_sees_what_each_department_asks_of_each_township(asked, make, browser_of, source):
    assert table(browser_of(make.office(Duty.leadership)), source) == SOURCES[source]


@pytest.mark.parametrize("who", ["Water", "Roads", "Luoyang", "Sixi"])
def test_a_department_sees_its_row_and_a_township_its_column(asked, browser_of, who):
    browser = browser_of(asked[who])
    for source, rows in SOURCES.items():
        mine = {
            department: {town: count for town, count in row.items() if who in (department, town)}
            for department, row in rows.items()
        }
        assert table(browser, source) == {department: row for department, row in mine.items() if row}, source


def test_a_year_has_what_touches_it(asked, make, browser_of):
    browser = browser_of(make.office(Duty.leadership))
    assert table(browser, "assigned_matters", 2027) == SOURCES["assigned_matters"]
    assert table(browser, "responsibility_statements", 2027) == {}
    assert table(browser, "assigned_matters", 2028) == {}
    assert "Nothing was asked of townships in 2028." in browser.get("/burden/?year=2028&_l_=en").text


def test_another_countys_burden_is_its_own(asked, make, browser_of):
    away = make.county("Elsewhere")
    browser = browser_of(make.office(Duty.leadership, away))
    assert not [source for source in SOURCES if table(browser, source)]


def test_townships_stand_by_code_whatever_they_carry(asked, make, browser_of, session):
    asked["Luoyang"].code, asked["Sixi"].code = "Z2", "Z1"
    session.commit()
    page = browser_of(make.office(Duty.leadership)).get("/burden/?_l_=en&year=2026").text
    assert "they are not ranked" in page
    assert page.index(">Sixi<") < page.index(">Luoyang<")


@pytest.mark.requirement("TC-29")
def test_matters_are_counted_by_township_and_year_beside_the_cap(asked, make, browser_of):
    make.cap(3, 2027)
    make.cap(7, 2027, township=asked["Luoyang"])
    page = browser_of(make.office(Duty.leadership)).get("/burden/?_l_=en&year=2027").text
    rows = dict(re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page.partition('id="by-year"')[2], re.DOTALL))
    numbers = {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in rows.items()}
    assert numbers["Luoyang"] == ["0", "2", "1 / 7"], "its own cap beside its number"
    assert numbers["Sixi"] == ["0", "1", "1"]
    assert numbers["At most for each township"] == ["–", "–", "3"]
    theirs = browser_of(asked["Luoyang"]).get("/burden/?_l_=en&year=2027").text.partition('id="by-year"')[2]
    assert ">Luoyang<" in theirs
    assert ">Sixi<" not in theirs


def balance(browser):
    """Township → powers, duties by the lists, assigned matters in force, duties for each power: as on the page."""
    page = browser.get("/burden/?_l_=en&year=2026").text
    section = page.partition('id="balance"')[2].partition('id="by-year"')[0]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", section, re.DOTALL)
    return {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in rows}


@pytest.fixture
def lists_of_powers(make):
    """Three powers and one that was cancelled; five duties, and an item that writes none for townships."""
    for code, items in {
        "power": ({}, {"power_status": PowerStatus.cancelled}),
        "enforcement": ({},),
        "sunk_down": ({"sink_kind": SinkKind.delegated}, {"sink_kind": SinkKind.on_site}),
        "responsibility": ({}, {}),
        "cooperation": ({}, {}, {"township_duties": " "}),
    }.items():
        in_force = make.duty_list(list_type=make.list_type(code), state=ListState.published, edition=1)
        for columns in items:
            make.item(duty_list=in_force, **columns)
        make.item(duty_list=make.duty_list(list_type=make.list_type(code)))
    make.item(make.department(make.county()))


@pytest.mark.requirement("ZG-06")
@pytest.mark.databases
def test_what_townships_may_do_stands_beside_what_they_owe(make, browser_of, lists_of_powers):
    luoyang, sixi = make.township(name="Luoyang"), make.township(name="Sixi")
    lead = make.department()
    for state in (MatterState.in_force, MatterState.in_force, MatterState.ended, MatterState.submitted):
        make.matter(lead, luoyang, state=state)
    make.admission(lead, townships=[luoyang], state=AdmissionState.in_force)
    make.admission(lead, townships=[sixi], state=AdmissionState.suspended)
    told = balance(browser_of(make.office(Duty.leadership)))
    assert told == {"Luoyang": ["3", "5", "1", "2", "2.7"], "Sixi": ["3", "5", "0", "0", "1.7"]}
    assert balance(browser_of(luoyang)) == {"Luoyang": told["Luoyang"]}
    assert balance(browser_of(sixi)) == {"Sixi": told["Sixi"]}
    assert balance(browser_of(lead)) == {}


@pytest.mark.requirement("ZG-06")
def test_powers_and_duties_are_defined_and_rank_nobody(make, browser_of, session, lists_of_powers):
    busy, idle = make.township(name="Busy"), make.township(name="Idle")
    busy.code, idle.code = "Z2", "Z1"
    session.commit()
    make.matter(None, busy, state=MatterState.in_force)
    browser = browser_of(make.office(Duty.leadership))
    assert list(balance(browser)) == ["Idle", "Busy"]
    page = browser.get("/burden/?_l_=en").text.partition('id="balance"')[2]
    assert all(words in page for words in ("Powers: items in force of the lists of powers", "they are not ranked"))


def test_without_a_power_there_is_no_ratio(make, browser_of):
    make.township(name="Luoyang")
    make.item()
    assert balance(browser_of(make.office(Duty.leadership))) == {"Luoyang": ["0", "1", "0", "0", "–"]}


def test_the_workbook_has_a_line_for_each_pair(asked, make, browser_of):
    with browser_of(make.office(Duty.leadership)).get("/burden/export.xlsx?year=2026&_l_=en") as answer:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["Department", "Township or street"]
    assert {(row[0], row[1]): [int(n) for n in row[2:]] for row in rows[1:]} == {
        ("县委县政府办公室", "Sixi"): [0, 0, 0, 0, 0, 1, 0, 0],
        ("Water", "Luoyang"): [1, 1, 1, 1, 0, 0, 2, 0],
        ("Water", "Sixi"): [1, 0, 0, 0, 0, 0, 0, 0],
        ("Roads", "Luoyang"): [0, 0, 0, 1, 0, 0, 0, 0],
        ("Roads", "Sixi"): [0, 0, 0, 0, 1, 0, 2, 1],
    }


@pytest.mark.parametrize(
    ("asks", "status"), [("year=x", 400), ("year=1999", 400), ("year=99999999999", 400), ("year=", 400), ("of=x", 404)]
)
def test_what_the_meter_does_not_know_it_does_not_answer(make, browser_of, asks, status):
    assert browser_of(make.office(Duty.leadership)).get(f"/burden/?{asks}").status_code == status


def test_a_grid_worker_does_not_see_the_meter(make, browser_of):
    browser = browser_of(make.grid(make.village(make.township())))
    assert browser.get("/burden/").status_code in (302, 403)


@pytest.mark.long
def test_the_meter_costs_as_much_for_many_as_for_few(make, browser_of, statements):
    browser = browser_of(make.office(Duty.leadership))

    def cost():
        browser.get("/burden/?year=2026")
        statements.clear()
        assert browser.get("/burden/?year=2026").status_code == 200
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    def grow(times):
        for _ in range(times):
            department, town = make.department(), make.township()
            make.matter(department, town, state=MatterState.in_force)
            make.request(department, town, state=RequestState.sent)
            make.call(town, state=CallState.returned)

    grow(3)
    few = cost()
    grow(20)
    assert cost() == few


def test_a_draft_goes_with_its_parts(sides, make, program_of):
    units, programs = sides
    department, town = units["department"], units["town"]
    matter = make.matter(department, town, helpers=[make.department()])
    request = make.request(department, town)
    statement = make.statement(department, town)
    keeper = program_of(units["editorial"], RoleName.list_manager)
    for program, row in (
        (programs["department"], matter),
        (programs["department"], request),
        (keeper, statement),
    ):
        address = f"{row.__tablename__}/{row.id}"
        assert program.delete(address).status_code == 200
        assert program.get(address).status_code == 404


def test_what_was_submitted_is_not_deleted(sides, make):
    units, programs = sides
    matter = make.matter(units["department"], units["town"], state=MatterState.submitted)
    assert programs["department"].delete(f"assigned_matter/{matter.id}").status_code == 403
