"""A kind of list that is declared on a page: forms, lists, search, filters, API and history know it at once."""

import json
import re
from io import BytesIO
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models.imports import ImportRow
from models.lists import ListItem, ListType
from models.organisation import Duty
from models.roles import RoleName
from tests.sheets import book


@pytest.fixture
def office(make):
    return make.office(Duty.editorial_office)


@pytest.fixture
def admin(browser_of, office):
    return browser_of(office, RoleName.admin)


@pytest.fixture
def manager(browser_of, office):
    return browser_of(office, RoleName.list_manager)


@pytest.fixture
def river(admin, session):
    """A list of river chiefs, declared on the pages and nowhere else."""
    made = admin.post("/list_type/add", data={"name": "河长制清单", "primary": "township", "rounds": "0"})
    assert made.status_code == 302, made.text
    list_type = session.scalars(select(ListType).where(ListType.name == "河长制清单")).one()
    for field in (
        {"column": "township_duties", "label": "镇级河长职责", "required": "true", "help": "写明由谁核定"},
        {"label": "河段长度", "kind": "decimal", "name": "length"},
        {"label": "巡河频次", "kind": "word", "choices": "每周\n每月", "required": "true", "name": "frequency"},
    ):
        made = admin.post("/list_field/add", data={"list_type": list_type.id} | field)
        assert made.status_code == 302, made.text
    return list_type


@pytest.mark.requirement("TC-01")
def test_a_type_declared_on_a_page_is_known_everywhere_at_once(river, manager, make, session):
    created = manager.post("/duty_list/add", data={"title": "河长清单", "list_type": river.id})
    assert created.status_code == 302
    list_id = int(created.location.rpartition("/")[2])
    drawn = manager.get(f"/list_item/add?duty_list={list_id}&_l_=zh").text
    for word in ("镇级河长职责", "河段长度", "巡河频次", "每周"):
        assert word in drawn
    assert "县级部门职责" not in drawn
    assert drawn.count("不填写则清单不能提交审核") == 1
    assert "写明由谁核定" in drawn
    row = {"duty_list": list_id, "code": "H-1", "title": "飞云江上游", "township_duties": "巡河。", "length": "3.5"}
    refused = manager.post("/list_item/add", data=row)
    assert refused.status_code == 422
    created = manager.post("/list_item/add", data=row | {"frequency": "每周"})
    assert created.status_code == 302, created.text
    item_id = int(created.location.rpartition("/")[2])
    shown = manager.get(f"/list_item/{item_id}?_l_=zh").text
    assert "巡河频次" in shown
    assert "3.5" in shown
    listed = manager.get(f"/list_item/?f=list_type:rel_o_m:{river.id}&f=frequency:eq:每周&q=飞云江&_l_=zh").text
    assert "巡河频次" in listed
    assert "飞云江上游" in listed
    assert "飞云江上游" not in manager.get(f"/list_item/?f=list_type:rel_o_m:{river.id}&f=length:gt:4").text
    on_list = manager.get(f"/duty_list/{list_id}?_l_=zh").text
    assert "巡河频次" in on_list
    version = session.get(ListItem, item_id).version
    changed = manager.post(f"/list_item/{item_id}/edit", data=row | {"frequency": "每月", "version": version})
    assert changed.status_code == 302, changed.text
    history = manager.get(f"/list_item/{item_id}?_l_=zh").text.split("timeline")[-1]
    assert "<del>每周</del>" in history
    assert "<ins>每月</ins>" in history
    assert "巡河频次" in history


@pytest.mark.requirement("TC-01")
def test_its_rows_leave_and_enter_in_its_own_columns(river, manager, session):
    """The workbook to fill in, the rows of a file, and what is taken away."""
    created = manager.post("/duty_list/add", data={"title": "河长清单", "list_type": river.id})
    list_id = int(created.location.rpartition("/")[2])
    asked = manager.post("/import_run/new/list_item?_l_=zh", data={"template": "1", "duty_list": list_id})
    headings = sheet(manager, asked.location)[0]
    assert headings == ["编码", "事项名称", "镇级河长职责", "河段长度", "巡河频次"]
    filled = book(表=[headings, ["H-1", "飞云江上游", "巡河。", 3.5, "每周"], ["H-2", "泗溪", "巡河。", "", "每天"]])
    data = {"file": (BytesIO(filled), "河长.xlsx"), "duty_list": list_id}
    sent = manager.post("/import_run/new/list_item?_l_=zh", data=data, content_type="multipart/form-data")
    run = int(re.search(r"/import_run/(\d+)", sent.location)[1])
    rows = session.scalars(select(ImportRow).where(ImportRow.import_run_id == run).order_by(ImportRow.number)).all()
    assert [row.action for row in rows] == ["new", "refused"]
    assert "巡河频次" in rows[1].told
    made = {"duty_list": list_id, "code": "H-1", "title": "飞云江上游", "township_duties": "巡河。"}
    assert manager.post("/list_item/add", data=made | {"length": "3.5", "frequency": "每周"}).status_code == 302
    exported = sheet(manager, f"/list_item/export.xlsx?f=list_type:rel_o_m:{river.id}&_l_=zh")
    assert {"镇级河长职责", "河段长度", "巡河频次"} <= set(exported[0])
    assert {"飞云江上游", "每周"} <= set(exported[1])


def sheet(browser, address):
    with browser.get(address, buffered=True) as answer:
        return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_a_program_names_the_type_by_its_code(river, program_of, office):
    manager = program_of(office, RoleName.list_manager)
    made = manager.post("duty_list/", json={"title": "河长清单", "list_type": river.code})
    assert made.status_code == 201, made.json
    row = {"duty_list": made.json["id"], "code": "H-1", "title": "飞云江上游", "township_duties": "巡河。",
           "length": 3.5, "frequency": "每周"}  # fmt: skip
    item = manager.post("list_item/", json=row)
    assert item.status_code == 201, item.json
    assert (item.json["result"]["length"], item.json["result"]["frequency"]) == (3.5, "每周")
    assert "department_duties" not in item.json["result"]
    unknown = manager.post("list_item/", json=row | {"code": "H-2", "department_duties": "x"})
    assert (unknown.status_code, [*unknown.json["message"]]) == (422, ["department_duties"])


def test_nobody_else_declares_types(browser_of, make, office):
    for unit, role in ((office, RoleName.list_manager), (make.township(), RoleName.township_head)):
        browser = browser_of(unit, role)
        assert browser.get("/list_type/").status_code == 200
        assert browser.post("/list_type/add", data={"name": "X", "primary": "township"}).status_code == 403


def test_what_a_type_asks_is_told_to_programs(river, program_of, office, make):
    manager = program_of(office, RoleName.list_manager)
    asked = {"filters": [{"col": "list_type", "opr": "rel_o_m", "value": river.id}]}
    told = manager.get("list_item/_info?q=" + quote(json.dumps(asked))).json
    fields = {field["name"]: field for field in told["add_columns"]}
    assert [value["value"] for value in fields["frequency"]["values"]] == ["每周", "每月"]
    assert fields["township_duties"]["label"] == "镇级河长职责"


# Fields that a call fills in for its item


@pytest.mark.requirement("TC-39")
def test_an_item_asks_for_its_own_fields_with_each_call(program_of, make):
    item = make.item()
    make.indicator(item, name="area", label="面积", kind="number", required=True)
    make.indicator(item, name="material", label="建材", kind="word", choices="砖混\n木")
    township = program_of(make.township())
    row = {"title": "违建", "list_item": item.id}
    refused = township.post("call/", json=row)
    assert (refused.status_code, [*refused.json["message"]]) == (422, ["area"])
    made = township.post("call/", json=row | {"area": 120, "material": "砖混"})
    assert made.status_code == 201, made.json
    assert (made.json["result"]["area"], made.json["result"]["material"]) == (120, "砖混")
    assert township.post("call/", json=row | {"area": 1, "material": "钢"}).status_code == 422
    sent = township.move("call", made.json["id"], "send")
    assert (sent.status_code, sent.json["result"]["area"]) == (200, 120)


@pytest.mark.requirement("TC-39")
def test_a_call_that_lacks_what_its_item_asks_is_not_sent(program_of, make, session):
    item = make.item()
    township = make.township()
    call = make.call(township, item=item)
    make.indicator(item, name="area", label="面积", kind="number", required=True)
    refused = program_of(township).move("call", call.id, "send")
    assert (refused.status_code, [*refused.json["message"]]) == (422, ["area"])


def test_with_another_item_a_call_forgets_what_the_first_one_asked(program_of, make, session):
    first, second = make.item(), make.item()
    make.indicator(first, name="area", label="面积", kind="number")
    township = program_of(make.township())
    made = township.post("call/", json={"title": "违建", "list_item": first.id, "area": 120}).json
    changed = township.put(f"call/{made['id']}", json={"list_item": second.id})
    assert changed.status_code == 200, changed.json
    assert "area" not in changed.json["result"]
    assert "area" not in township.put(f"call/{made['id']}", json={"list_item": first.id}).json["result"].values()
