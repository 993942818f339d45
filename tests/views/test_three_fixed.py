"""What a department was set up to do: registered by the editorial office, read from its page and from its items."""

import pytest

from models.organisation import Duty
from models.roles import RoleName

SENT = {"document_number": "县委办9号", "issued_on": "2024-03-01", "functions": "负责河道管理。"}


@pytest.mark.requirement("TA-11")
@pytest.mark.parametrize("role", [RoleName.list_manager, RoleName.editorial_officer])
def test_the_editorial_office_registers_the_document_of_a_department(program_of, make, role):
    department, editorial = make.department(), make.office(Duty.editorial_office)
    keeper = program_of(editorial, role)
    answer = keeper.post("three_fixed_document/", json=SENT | {"unit": department.id})
    assert answer.status_code == 201, answer.json
    document = f"three_fixed_document/{answer.json['id']}"
    assert keeper.put(document, json={"functions": "负责河道和水库管理。"}).status_code == 200
    again = keeper.post("three_fixed_document/", json=SENT | {"unit": department.id})
    assert again.status_code == 422
    for name in SENT:
        other = SENT | {"unit": make.department().id, name: ""}
        empty = keeper.post("three_fixed_document/", json=other)
        assert (empty.status_code, list(empty.json["message"])) == (422, [name])
    for unit in (make.township(), make.department(make.county())):
        assert keeper.post("three_fixed_document/", json=SENT | {"unit": unit.id}).status_code == 422


@pytest.mark.requirement("TA-11")
def test_all_of_the_county_read_it_and_nobody_else_writes_it(program_of, make):
    document = make.three_fixed(make.department(name="Water"))
    town, address = make.township(), f"three_fixed_document/{document.id}"
    for unit in (town, make.grid(make.village(town)), document.unit, make.office(Duty.leadership)):
        program = program_of(unit)
        assert program.get(address).json["result"]["functions"] == document.functions
        assert program.post("three_fixed_document/", json=SENT | {"unit": document.unit_id}).status_code == 403
        assert program.put(address, json={"functions": "x"}).status_code == 403
    assert program_of(make.township(make.county())).get(address).status_code == 404


@pytest.mark.requirement("TA-11")
def test_an_item_leads_to_its_department_and_the_department_to_its_document(browser_of, make):
    document = make.three_fixed(make.department(name="Water"), document_number="县委办9号")
    item = make.item(document.unit)
    browser = browser_of(make.township())
    assert f'href="/unit/{document.unit_id}"' in browser.get(f"/list_item/{item.id}").text
    page = browser.get(f"/unit/{document.unit_id}").text
    assert (f"/three_fixed_document/{document.id}" in page, "县委办9号" in page) == (True, True)
