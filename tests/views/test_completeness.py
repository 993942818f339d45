"""How far the drawings and manuals of a list have got: counted by lead department, and what is lacking is found."""

import re
from html import unescape
from io import BytesIO
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from app.engine.derive import shape_of
from models.items import AttachmentKind
from models.organisation import Duty
from models.roles import RoleName
from views.lists import list_items

FLOW, MANUAL = AttachmentKind.flow_chart, AttachmentKind.manual
NUMBER = next(n for n, chart in enumerate(list_items.charts) if chart.split == "is_complete")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def world(make):
    """A department with a complete item and two that lack something; another with a complete one. Beside them a draft,
    and an item of another county."""
    lead, other = make.department(name="甲局"), make.department(name="乙局")
    whole, drawn, told, theirs = make.item(lead), make.item(lead), make.item(lead), make.item(other)
    for item in (whole, theirs, make.item(lead, duty_list=make.duty_list()), make.item(make.department(make.county()))):
        make.document(item, FLOW)
        make.document(item, MANUAL)
    make.document(drawn, FLOW)
    make.document(drawn, FLOW)
    make.document(drawn, AttachmentKind.guide)
    make.document(told, MANUAL)
    return {"lead": lead, "other": other, "whole": whole, "drawn": drawn, "told": told, "theirs": theirs}


def keys(program, *filters):
    asked = ",".join(f"(col:{name},opr:eq,value:{value})" for name, value in (("state", "published"), *filters))
    answer = program.get("list_item/?q=" + quote(f"(filters:!({asked}))"))
    assert answer.status_code == 200, answer.json
    return {row["id"] for row in answer.json["result"]}


@pytest.mark.requirement("TA-12")
@pytest.mark.databases
@pytest.mark.parametrize("role", [RoleName.list_manager, RoleName.township_operator])
def test_complete_items_are_counted_by_lead_department_with_their_share(program_of, make, world, role):
    unit = make.township() if role is RoleName.township_operator else make.office(Duty.editorial_office)
    told = program_of(unit, role).get(f"list_item/charts/{NUMBER}", headers=ENGLISH).json
    parts = {part["name"]: part["data"] for part in told["series"]}
    assert told["labels"] == ["甲局", "乙局"]
    assert parts == {"Drawing and manual are there: No": [2, 0], "Drawing and manual are there: Yes": [1, 1]}
    assert told["shares"] == [33, 100]
    assert told["definition"].startswith("Of the items in force")


@pytest.mark.requirement("TA-12")
def test_the_page_shows_the_numbers_and_leads_to_the_items_behind_them(browser_of, make, world):
    browser = browser_of(make.township())
    page = browser.get("/list_item/charts", headers=ENGLISH).text
    section = page.split(f'id="chart-{NUMBER}"')[1].split("</section>")[0]
    assert "Of the items in force of a lead department" in section
    row = section.split("甲局</a></th>")[1].split("</tr>")[0]
    assert re.findall(r"<td[^>]*>(?:<b>)?(\d+)", row) == ["2", "1", "3", "33"]
    address = unescape(section.split("甲局</a>")[0].split('href="')[-1].split('"')[0])
    behind = browser.get(address).text
    assert behind.count("data-href=") == 3
    assert all(f'data-href="/list_item/{world[name].id}"' in behind for name in ("whole", "drawn", "told"))


def test_what_the_chart_counts_is_its_tables_workbook(browser_of, make, world):
    with browser_of(make.township()).get(f"/list_item/charts/{NUMBER}.xlsx", buffered=True) as answer:
        _, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows == [["甲局", 2, 1, 33], ["乙局", 0, 1, 100]]


@pytest.mark.requirement("TA-12")
@pytest.mark.databases
def test_what_lacks_a_drawing_or_a_manual_is_found_by_program_and_on_the_page(browser_of, program_of, make, world):
    town = make.township()
    program, browser = program_of(town), browser_of(town)
    lacking = {"lacks_drawing": {"told"}, "lacks_manual": {"drawn"}, "is_complete": {"whole", "theirs"}}
    for name, expected in lacking.items():
        of_them = {world[item].id for item in expected}
        everything = {world[item].id for item in ("whole", "drawn", "told", "theirs")}
        assert keys(program, (name, "!t")) == of_them, name
        assert keys(program, (name, "!f")) == everything - of_them, name
        page = browser.get(f"/list_item/?f=state:eq:published&f={name}:eq:true", headers=ENGLISH).text
        assert {key for key in everything if f'data-href="/list_item/{key}"' in page} == of_them, name
        assert page.count("data-href=") == len(of_them)
        label = shape_of(list_items).fields[name].label
        assert f"{label} is Yes" in page
        assert f'<option value="{name}"' in page
    assert {"lacks_drawing", "lacks_manual"} <= program.get("list_item/_info").json["filters"].keys()


@pytest.mark.requirement("TA-12")
def test_an_item_is_complete_no_longer_when_its_manual_is_taken_away(program_of, session, make, world):
    program = program_of(make.office(Duty.editorial_office), RoleName.list_manager)
    manual = make.document(world["told"], FLOW)
    assert world["told"].id in keys(program, ("is_complete", "!t"))
    assert program.delete(f"item_attachment/{manual.id}").status_code == 200
    assert world["told"].id not in keys(program, ("is_complete", "!t"))
