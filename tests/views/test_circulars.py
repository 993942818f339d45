"""A circular: read by every unit of the county once it is published, printed, and then frozen."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from jobs.circulars import compile_circulars
from jobs.warnings import warn_early
from models.calls import CallState
from models.organisation import Duty
from models.rectification import Circular, CircularLine, Finding, RectificationState
from models.warnings import EarlyWarning, WarningKind
from models.words import Misconduct
from tests.make import NOW
from tests.models.look import china


@pytest.fixture
def circular(make, session):
    make.failure()
    compile_circulars(session, NOW + timedelta(days=30))
    session.commit()
    return session.scalars(select(Circular)).one()


@pytest.mark.requirement("TA-29", "TC-36")
def test_a_draft_is_the_offices_and_what_is_published_everybodys(browser_of, make, circular):
    office, township = browser_of(make.office(Duty.supervision_office)), browser_of(make.township())
    address = f"/circular/{circular.id}"
    assert (office.get(address).status_code, township.get(address).status_code) == (200, 404)
    assert office.get(f"{address}/edit").status_code == 200
    make.press(circular, "publish_circular", number="1")
    assert township.get(address).status_code == 200
    assert f"{address}/edit" not in office.get(address).text
    (line,) = make.session.scalars(select(CircularLine))
    assert f"/circular_line/{line.id}" in township.get(address).text


def test_it_is_printed_with_its_numbers(browser_of, make, session, circular):
    (line,) = session.scalars(select(CircularLine))
    answer = browser_of(make.office(Duty.supervision_office)).get(f"/circular/{circular.id}/circular.docx")
    paper = Document(BytesIO(answer.data))
    assert paper.paragraphs[0].text == circular.title
    assert [cell.text for cell in paper.tables[0].rows[1].cells] == [line.unit.name, "1", "0", "0"]
    assert browser_of(make.township()).get(f"/circular/{circular.id}/circular.docx").status_code == 404


@pytest.mark.requirement("TC-47")
def test_misconduct_is_counted_by_its_tags(program_of, make):
    for misconduct in (Misconduct.slow, Misconduct.slow, Misconduct.sham):
        make.rectification(misconduct=misconduct)
    program = program_of(make.office(Duty.supervision_office))
    charts = [program.get(f"rectification_order/charts/{number}").json for number in range(3)]
    (counted,) = (told for told in charts if told.get("title") == "责令整改涉及的不良作风")
    assert dict(zip(counted["labels"], counted["series"][0]["data"], strict=True)) == {"慢作为": 2, "假动作": 1}


@pytest.mark.requirement("TC-57")
def test_findings_are_counted_by_their_words(program_of, make):
    program = program_of(make.office(Duty.supervision_office))
    for finding in (Finding.absent, Finding.absent, Finding.overstepped):
        order = make.rectification(state=RectificationState.done)
        silent = program.move("rectification_order", order.id, "verify_rectified")
        assert (silent.status_code, list(silent.json["message"])) == (422, ["finding"])
        assert program.move("rectification_order", order.id, "verify_rectified", finding=finding).status_code == 200
    charts = [program.get(f"rectification_order/charts/{number}").json for number in range(3)]
    (counted,) = (told for told in charts if told.get("title") == "整改核实结论分布")
    assert dict(zip(counted["labels"], counted["series"][0]["data"], strict=True)) == {
        "缺位，已到位": 2,
        "越位，已正位": 1,
    }


@pytest.mark.requirement("TC-47")
def test_who_orders_names_the_misconduct(program_of, make):
    program, part = program_of(make.office(Duty.supervision_office)), make.failure()
    said = {"reason": "Nothing moved.", "due": "2098-06-30T09:00:00+08:00"}
    for resource, misconduct, further in (
        ("supervision_order", "shirking", {"assignment": part.id}),
        ("rectification_order", "idle", {"unit": part.department_id, "failure_kind": "no_response"}),
    ):
        issued = program.post(f"{resource}/", json=said | further | {"misconduct": misconduct})
        assert issued.status_code == 201, issued.json
        assert program.get(f"{resource}/{issued.json['id']}").json["result"]["misconduct"] == misconduct


def test_the_page_of_a_warning_tells_no_key_of_the_job(browser_of, make):
    warning = make.warning(number=53, usual=49)
    page = browser_of(make.office(Duty.supervision_office)).get(f"/early_warning/{warning.id}?_l_=zh").text
    assert "本次（件或工作小时）" in page
    assert warning.key not in page


@pytest.mark.requirement("TA-50", "TS-12")
def test_a_warning_leads_to_the_calls_that_it_counted(browser_of, make, session):
    town = make.township()
    village, item = make.village(town), make.item(category="违建")
    sent = {"state": CallState.submitted, "item": item}
    here = [make.call(town, at=china(f"12-0{n + 1} 10:00"), place_unit_id=village.id, **sent) for n in range(4)]
    elsewhere = make.call(town, at=china("12-05 10:00"), **sent)
    before = make.call(town, at=china("11-25 10:00"), place_unit_id=village.id, **sent)
    make.call(town, at=china("11-14 10:00"), place_unit_id=village.id, **sent)
    make.call(town, at=china("12-02 10:00"), place_unit_id=village.id, **sent | {"item": make.item(category="市容")})
    make.call(at=china("12-02 10:00"), **sent)
    taken_back = make.call(town, at=china("12-03 10:00"), place_unit_id=village.id, **sent)
    make.press(taken_back, "withdraw", at=china("12-03 11:00"))
    imported = make.call(town, at=china("12-03 10:00"), place_unit_id=village.id, **sent)
    imported.imported = True
    warn_early(session, china("12-15 02:00"))
    session.commit()
    counted = {WarningKind.rise: [*here, elsewhere], WarningKind.repeat: [*here, before, imported]}
    browser = browser_of(make.office(Duty.county_office))
    for warning in session.scalars(select(EarlyWarning)):
        page = browser.get(f"/early_warning/{warning.id}?_l_=en").text
        (address,) = re.findall(r'href="([^"]+)"[^>]*>\s*(?:<i[^>]*></i>)?\s*The calls counted', page)
        page = browser.get(unescape(address)).text
        listed = set(re.findall(r'href="/call/(\d+)"', page))
        *_, until = re.findall(r'<li class="chip"><span>([^<]*)</span>', page)
        assert until == "发出时间 不晚于 2026-12-15 02:00"
        assert listed == {str(call.id) for call in counted.pop(warning.kind)}, warning.number
    assert not counted
    stuck = make.warning(kind=WarningKind.stuck, call=before)
    assert "The calls counted" not in browser.get(f"/early_warning/{stuck.id}?_l_=en").text
