"""Calls through a module on pages and by program: offered where there is a contact group, kept by the county office."""

from __future__ import annotations

import pytest

from models.calls import Call
from models.governance import ModuleContact
from models.item_words import ItemState
from models.organisation import Duty


@pytest.mark.requirement("TS-26")
def test_the_form_offers_it_only_where_a_module_has_a_contact_group(make, browser_of):
    town = make.township()
    abroad = make.county()
    make.module()
    make.module(make.department(abroad), county=abroad)
    assert 'name="module"' not in browser_of(town).get("/call/add").text
    make.module(make.department(), name="大执法")
    assert 'name="module"' in browser_of(town).get("/call/add").text


@pytest.mark.requirement("TS-26")
def test_a_program_calls_through_it_and_the_group_is_preselected(make, session, program_of, browser_of):
    lead, helper = make.department(), make.department()
    town, module = make.township(), make.module(lead, helper)
    answer = program_of(town).post("call/", json={"title": "河边违建", "scope": "key", "module": module.id})
    assert answer.status_code == 201, answer.json
    call = session.get(Call, answer.json["id"])
    for name in ("send", "accept"):
        make.press(call, name)
    page = browser_of(make.office(Duty.county_office)).get(f"/call/{call.id}/move/dispatch").text
    for unit in (lead, helper):
        assert f'<option value="{unit.id}" selected' in page


def test_anothers_module_is_not_told_from_none(make, program_of):
    town, abroad = make.township(), make.county()
    theirs = make.module(make.department(abroad), county=abroad)
    for key in (theirs.id, 999):
        answer = program_of(town).post("call/", json={"title": "河边违建", "module": key})
        assert (answer.status_code, list(answer.json["message"])) == (422, ["module"])


def test_the_county_office_keeps_the_group_and_nobody_else(make, session, program_of):
    module, unit = make.module(), make.department()
    sent = {"module": module.id, "unit": unit.id, "post": "值班室"}
    for other in (make.township(), unit, make.office(Duty.supervision_office)):
        assert program_of(other).post("module_contact/", json=sent).status_code == 403
    office = program_of(make.office(Duty.county_office))
    answer = office.post("module_contact/", json=sent)
    assert answer.status_code == 201, answer.json
    assert office.post("module_contact/", json=sent).status_code == 422, "once is enough"
    assert session.get(ModuleContact, answer.json["id"]).region_id == module.region_id
    assert office.delete(f"module_contact/{answer.json['id']}").status_code == 200


@pytest.mark.requirement("TS-26")
def test_the_page_of_a_module_names_each_item_once_and_as_it_is_in_force(make, session, browser_of):
    module = make.module(make.department())
    kept, earlier = (make.item(title=title, module=module) for title in ("河边违建", "河边违建（旧）"))
    earlier.state = ItemState.superseded
    session.commit()
    page = browser_of(make.township()).get(f"/governance_module/{module.id}").text
    assert (f"/list_item/{kept.id}" in page, f"/list_item/{earlier.id}" in page) == (True, False)
