"""A case of accountability: the judges and leaders see it whole, each unit involved its own part; it is printed."""

from io import BytesIO

import pytest
from docx import Document

from models.accountability import AccountabilityState
from models.calls import CallState
from models.organisation import Duty
from models.roles import RoleName


@pytest.fixture
def case(make):
    return make.accountability(state=AccountabilityState.concluded)


@pytest.mark.requirement("TA-17")
def test_who_judges_or_leads_sees_it_whole_a_unit_its_own_part_and_everybody_else_nothing(browser_of, make, case):
    lead, town = make.involved(case)
    pages = [f"/accountability_case/{case.id}", *(f"/accountability_unit/{part.id}" for part in (lead, town))]
    seen = {
        "assessor": (make.office(Duty.assessment_office), [RoleName.assessor], [200, 200, 200]),
        "leader": (make.office(Duty.leadership), [RoleName.leader], [200, 200, 200]),
        "lead": (lead.unit, [RoleName.department_head], [200, 200, 404]),
        "town": (town.unit, [RoleName.township_head], [200, 404, 200]),
        "other": (make.department(), [RoleName.department_head], [404, 404, 404]),
        "office": (make.office(Duty.county_office), [RoleName.county_dispatcher], [403, 403, 403]),
    }
    for who, (unit, roles, statuses) in seen.items():
        browser = browser_of(unit, *roles)
        assert [browser.get(page).status_code for page in pages] == statuses, who


def printed(answer):
    paper = Document(BytesIO(answer.data))
    return [line.text for line in paper.paragraphs], [
        [cell.text for cell in row.cells] for table in paper.tables for row in table.rows[1:]
    ]


@pytest.mark.requirement("TA-18")
def test_it_is_printed_with_each_part_that_the_reader_sees(browser_of, make, case):
    lead, town = make.involved(case)
    address = f"/accountability_case/{case.id}/accountability.docx"
    lines, rows = printed(browser_of(make.office(Duty.assessment_office)).get(address))
    assert lines[0] == str(case)
    assert {"综合分析研判：The lead came late.", "事项规定的职责：Inspect and decide.", "认定意见：免责"} <= set(lines)
    assert f"{lead.unit} · 主体责任" in lines
    assert [row[1:3] for row in rows] == [["派单 · 响应", "否"], ["呼叫 · 发出", "否"]]
    own, _ = printed(browser_of(town.unit, RoleName.township_head).get(address))
    assert f"{town.unit} · 配合责任" in own
    assert not [line for line in own if lead.unit.name in line]
    assert browser_of(make.department(), RoleName.department_head).get(address).status_code == 404


def test_a_deed_is_called_as_the_move_of_its_own_table(browser_of, make, session):
    case = make.accountability(call=make.call(state=CallState.resolved, item=(item := make.bound())), item=item)
    town = make.involved(case)[1]
    page = browser_of(make.office(Duty.assessment_office)).get(f"/accountability_unit/{town.id}?_l_=zh").text
    assert "确认办结" in page
    assert "导入这些行" not in page
    _, rows = printed(
        browser_of(make.office(Duty.assessment_office)).get(f"/accountability_case/{case.id}/accountability.docx")
    )
    assert "呼叫 · 确认办结" in [row[1] for row in rows]


@pytest.mark.requirement("ZG-05")
def test_a_coordination_case_about_an_item_leads_to_its_accountability(browser_of, make):
    assessor, leader = browser_of(make.office(Duty.assessment_office)), browser_of(make.office(Duty.leadership))
    case, free = make.case(), make.free_case()

    def leads(browser, one):
        page = browser.get(f"/coordination_case/{one.id}").text
        return f"/accountability_case/add?coordination_case={one.id}" in page

    assert (leads(assessor, case), leads(assessor, free), leads(leader, case)) == (True, False, False)


@pytest.mark.requirement("TA-17")
def test_a_call_about_an_item_leads_to_its_accountability(browser_of, make):
    assessor, leader = browser_of(make.office(Duty.assessment_office)), browser_of(make.office(Duty.leadership))
    lead = make.department()
    call = make.call(item=make.bound(), state=CallState.in_progress)
    free = make.call(module_id=make.module(lead).id, lead=lead, state=CallState.in_progress)

    def leads(browser, one):
        return f"/accountability_case/add?call={one.id}" in browser.get(f"/call/{one.id}").text

    assert (leads(assessor, call), leads(assessor, free), leads(leader, call)) == (True, False, False)
    assert f'<option value="{call.id}" selected' in assessor.get(f"/accountability_case/add?call={call.id}").text


def test_the_form_says_which_calls_it_offers(browser_of, make):
    form = browser_of(make.office(Duty.assessment_office)).get("/accountability_case/add?_l_=en").text
    assert "Calls that cite an item. Of another, leave it empty: name the matter, the place and the day." in form


def test_the_pages_show_what_the_item_demands_beside_what_was_done(browser_of, make, case):
    lead = make.involved(case)[0]
    page = browser_of(make.office(Duty.assessment_office)).get(f"/accountability_unit/{lead.id}").text
    for words in ("事项规定的职责", "Inspect and decide.", "记录仪中的履职记录", "响应", "The wall fell."):
        assert words in page
