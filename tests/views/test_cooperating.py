"""Who cooperates in an item is entered with the item: on its form, by a program, and told wherever the item is."""

import json

import pytest
from sqlalchemy import select

from models.item_words import ItemColumn
from models.lists import ItemCooperation, ListItem
from models.organisation import Duty
from models.roles import RoleName
from tests.views.test_export import rows_of


@pytest.fixture
def office(make):
    return make.office(Duty.editorial_office)


@pytest.fixture
def row(make, office):
    lead, first, second = (make.department(name=name) for name in ("水利局", "公安局", "民政局"))
    draft = make.duty_list()
    return {"duty_list": draft.id, "code": "S-1", "title": "河道采砂", "lead_department": lead.id}, first, second


def units_of(session, item_id):
    session.expire_all()
    parts = session.scalars(select(ItemCooperation).where(ItemCooperation.list_item_id == item_id))
    return {part.unit_id: part.id for part in parts}


@pytest.mark.requirement("TC-19", "TC-25")
def test_the_form_names_them_with_the_lead(browser_of, office, row, session):
    sent, first, second = row
    manager = browser_of(office, RoleName.list_manager)
    made = manager.post("/list_item/add", data=sent | {"cooperating_departments": [first.id, second.id]})
    assert made.status_code == 302, made.text
    item_id = int(made.location.rpartition("/")[2])
    before = units_of(session, item_id)
    assert set(before) == {first.id, second.id}
    page = manager.get(f"/list_item/{item_id}/edit").text
    assert f'<option value="{first.id}" selected>公安局' in page
    shown = manager.get(f"/list_item/{item_id}").text
    assert "公安局、民政局" in shown
    changed = manager.post(f"/list_item/{item_id}/edit", data=sent | {"cooperating_departments": [first.id]})
    assert changed.status_code == 302, changed.text
    assert units_of(session, item_id) == {first.id: before[first.id]}


def test_a_program_names_them_by_their_ids_and_reads_them_with_their_names(program_of, office, row, session):
    sent, _, second = row
    manager = program_of(office, RoleName.list_manager)
    made = manager.post("list_item/", json=sent | {"cooperating_departments": [second.id]})
    assert made.status_code == 201, made.text
    item_id = made.json["id"]
    read = manager.get(f"list_item/{item_id}").json["result"]["cooperating_departments"]
    assert read == [{"id": second.id, "name": "民政局"}]
    put = manager.put(f"list_item/{item_id}", json={"cooperating_departments": []})
    assert put.status_code == 200, put.text
    assert units_of(session, item_id) == {}
    of_kind = {"filters": [{"col": "duty_list", "opr": "rel_o_m", "value": sent["duty_list"]}]}
    info = manager.get(f"list_item/_info?q={json.dumps(of_kind)}").json
    (field,) = (f for f in info["add_columns"] if f["name"] == ItemColumn.cooperating_departments)
    assert field["type"] == "rows"


def test_the_lead_cannot_be_among_them(program_of, office, row, session):
    sent, first, _ = row
    manager = program_of(office, RoleName.list_manager)
    both = [first.id, sent["lead_department"]]
    refused = manager.post("list_item/", json=sent | {"cooperating_departments": both})
    assert refused.status_code == 422
    assert "cooperating_departments" in refused.json["message"]
    assert session.scalar(select(ListItem.id).where(ListItem.title == "河道采砂")) is None


def test_an_export_tells_their_names(browser_of, office, row, make):
    sent, first, second = row
    manager = browser_of(office, RoleName.list_manager)
    manager.post("/list_item/add", data=sent | {"cooperating_departments": [first.id, second.id]})
    (told,) = (cells for cells in rows_of(manager, "/list_item/export.xlsx") if cells["编码"] == "S-1")
    assert told["配合部门"] == "公安局、民政局"
