"""Numbers and marks of items as people meet them: categories, relations, origins, flags, and what patrols look for."""

from collections import Counter
from urllib.parse import quote

import pytest
from sqlalchemy import select

from models.item_words import RelationPair
from models.items import ItemCheckpoint
from models.lists import DutyList, ListItem
from models.organisation import Duty
from models.roles import RoleName
from models.seeds.reference import _add_list_types
from views.lists import list_items

CATEGORIES = ["自然资源", "生态环境", "城乡建设", "应急管理", "市场监管", "综合执法", "重点工作", "农业农村"]
"""The seven that Tai'an's article names, and one more: it counts eight."""
SAID = ("title", "category", "lead_department", "department_duties", "township_duties", "legal_basis")
KEYS = {"lead_department": "lead_department_id"}
PAIRS = ["“主”与“次”", "“统”与“分”", "“主导”与“指导”", "“分工”与“协同”", "“协商”与“协调”"]
"""As Tianchang's article has them."""


@pytest.fixture
def manager(make, program_of):
    return program_of(make.office(Duty.editorial_office), RoleName.list_manager)


def chart(program, by, split=""):
    """The chart of items by a column: label → how many."""
    number = next(n for n, found in enumerate(list_items.charts) if (found.by, found.split) == (by, split))
    return program.get(f"list_item/charts/{number}", headers={"Accept-Language": "en"}).json


def codes(program, **conditions):
    """The codes of the items that meet all conditions."""
    filters = ",".join(f"(col:{name},opr:eq,value:{value})" for name, value in conditions.items())
    answer = program.get(f"list_item/?q={quote(f'(filters:!({filters}),page_size:100)')}")
    assert answer.status_code == 200, answer.json
    return {item["code"] for item in answer.json["result"]}


def post(program, resource, **sent):
    answer = program.post(f"{resource}/", json=sent)
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def moved(program, key, name, **said):
    answer = program.move("duty_list", key, name, **said)
    assert answer.status_code == 200, answer.json
    return answer.json["result"]


def publish(manager, session, key):
    """As many comment rounds as the list asks for are held; then it goes its way."""
    draft = session.get(DutyList, key)
    draft.rounds_done = draft.list_type.rounds
    session.commit()
    assert moved(manager, key, "submit")["state"] == "reviewing"
    moved(manager, key, "publish", issued_by="编办（演示）", document_number="演示2026-9号")


@pytest.fixture
def written(manager, make, session):
    """`written(code → own columns)`: a list of the county's first kind, written by program and in force."""

    def write(rows):
        _add_list_types(session)
        key = post(manager, "duty_list", title="属地清单（演示）", list_type="territorial")
        for code, said in rows.items():
            whole = {"department_duties": "定标准。", "township_duties": "巡查。", "legal_basis": "依据一"}
            whole |= {"title": f"事项{code}", "lead_department": make.department().id}
            post(manager, "list_item", duty_list=key, code=code, **whole | said)
        publish(manager, session, key)

    return write


@pytest.mark.parametrize(
    ("size", "departments"),
    [
        pytest.param(52, 12, marks=pytest.mark.requirement("TA-09"), id="Tai'an"),
        pytest.param(81, 15, marks=pytest.mark.requirement("LX-18"), id="Lixia"),
    ],
)
def test_a_countys_list_is_written_published_and_counted_by_category_and_lead(
    manager, program_of, browser_of, make, session, size, departments
):
    """Of the kind that every county starts with: each item says the department's duty and the township's."""
    _add_list_types(session)
    leads, town = [make.department() for _ in range(departments)], make.township()
    key = post(manager, "duty_list", title="属地清单（演示）", list_type="territorial")
    items = {
        f"S-{n:02d}": {
            "title": f"事项{n}",
            "category": CATEGORIES[n % len(CATEGORIES)],
            "lead_department": leads[n % departments].id,
            "department_duties": f"主体责任{n}",
            "township_duties": f"配合责任{n}",
            "legal_basis": f"依据{n}",
        }
        for n in range(size)
    }
    for code, said in items.items():
        post(manager, "list_item", duty_list=key, code=code, **said)
    publish(manager, session, key)
    draft = post(manager, "duty_list", title="另一份（演示）", list_type="cooperation")
    post(manager, "list_item", duty_list=draft, code="D-1", title="草案", category="草案")
    program = program_of(town)
    found = program.get(f"list_item/?q={quote('(page_size:100)')}").json
    assert found["count"] == size
    of_list = select(ListItem).where(ListItem.duty_list_id == key)
    kept = {
        item.code: {name: getattr(item, KEYS.get(name, name)) for name in SAID} for item in session.scalars(of_list)
    }
    assert kept == items
    for by, names in (("category", CATEGORIES), ("lead_department", [unit.name for unit in leads])):
        figures = chart(program, by)
        told = dict(zip(figures["labels"], figures["series"][0]["data"], strict=True))
        assert told == Counter(names[n % len(names)] for n in range(size)), by
    page = browser_of(town).get(f"/list_item/{found['ids'][0]}?_l_=zh").text
    assert [word for word in ("县级部门职责", "乡镇（街道）职责", "主体责任0", "配合责任0") if word not in page] == []


@pytest.mark.requirement("TC-20")
def test_an_item_says_in_which_of_the_five_pairs_department_and_township_stand(manager, browser_of, make):
    draft, town = make.duty_list(), make.township()
    for number, pair in enumerate(RelationPair):
        sent = {"duty_list": draft.id, "code": f"P-{number}", "title": "x", "relation_pair": pair.value}
        sent |= {"lead_department": make.department().id, "department_duties": "x", "township_duties": "x"}
        assert manager.post("list_item/", json=sent | {"legal_basis": "x"}).status_code == 201
    wrong = manager.post("list_item/", json={"duty_list": draft.id, "code": "P-9", "title": "x", "relation_pair": "x"})
    assert (wrong.status_code, list(wrong.json["message"])) == (422, ["relation_pair"])
    for name in ("submit", "publish"):
        make.press(draft, name)
    browser = browser_of(town)
    told = []
    for number, pair in enumerate(RelationPair):
        assert codes(manager, relation_pair=pair.value) == {f"P-{number}"}
        (item,) = make.session.query(ListItem).filter_by(code=f"P-{number}")
        told += [words for words in PAIRS if words in browser.get(f"/list_item/{item.id}?_l_=zh").text]
    assert told == PAIRS


@pytest.mark.requirement("TA-06")
def test_an_item_names_its_entry_of_the_provincial_catalogue_in_every_edition(manager, browser_of, make, session):
    draft = make.duty_list()
    item = make.item(duty_list=draft)
    answer = manager.put(f"list_item/{item.id}", json={"guide_ref": "鲁导目 3-17"})
    assert answer.status_code == 200, answer.json
    session.expire_all()
    for name in ("submit", "publish", "revise"):
        make.press(draft, name)
    later = make.next_of(draft)
    for name in ("submit", "publish"):
        make.press(later, name)
    (now,) = session.query(ListItem).filter_by(duty_list_id=later.id)
    page = browser_of(make.township()).get(f"/list_item/{now.id}?_l_=zh").text
    assert ("鲁导目 3-17" in page, "指导目录" in page) == (True, True)
    assert codes(manager, guide_ref="'鲁导目 3-17'", state="published") == {now.code}


@pytest.mark.requirement("TS-16")
def test_blind_spots_and_overlaps_are_found_and_counted(written, program_of, browser_of, make):
    flags = {"A": (True, False), "B": (True, True), "C": (False, True), "D": (False, False), "E": (False, False)}
    written({code: {"is_blind_spot": blind, "is_overlap": overlap} for code, (blind, overlap) in flags.items()})
    program, browser = program_of(town := make.township()), browser_of(town)
    for flag, found in (("is_blind_spot", 2), ("is_overlap", 2)):
        assert browser.get(f"/list_item/?f={flag}:eq:true").text.count("data-href=") == found
    assert codes(program, is_blind_spot="!t") == {"A", "B"}
    assert codes(program, is_overlap="!t") == {"B", "C"}
    assert codes(program, is_blind_spot="!f", is_overlap="!f") == {"D", "E"}
    figures = chart(program, "is_blind_spot", "is_overlap")
    bars = {part["name"]: dict(zip(figures["labels"], part["data"], strict=True)) for part in figures["series"]}
    assert bars == {
        "Overlap: No": {"Blind spot: No": 2, "Blind spot: Yes": 1},
        "Overlap: Yes": {"Blind spot: No": 1, "Blind spot: Yes": 1},
    }


@pytest.mark.requirement("ZG-28")
def test_what_is_handled_online_is_found_and_counted(written, program_of, make):
    written({code: {"online": online} for code, online in (("A", True), ("B", False), ("C", True), ("D", True))})
    program = program_of(make.township())
    assert codes(program, online="!t") == {"A", "C", "D"}
    figures = chart(program, "online")
    assert dict(zip(figures["labels"], figures["series"][0]["data"], strict=True)) == {
        "Handled online: Yes": 3,
        "Handled online: No": 1,
    }


@pytest.mark.requirement("LX-20")
def test_a_grid_worker_reads_what_to_look_for_and_writes_none_of_it(manager, browser_of, program_of, make, session):
    grid = make.grid(make.village(make.township()))
    item, draft = make.item(), make.item(duty_list=make.duty_list())
    sent = {"what": "坡面裂缝", "how_often": "每周", "what_to_do": "拍照上报"}
    point = session.get(ItemCheckpoint, post(manager, "item_checkpoint", list_item=item.id, **sent))
    hidden = make.checkpoint(draft, what="HIDDEN")
    away = make.checkpoint(make.item(make.department(make.county())), what="AWAY")
    page = browser_of(grid).get(f"/list_item/{item.id}").text
    assert all(words in page for words in ("坡面裂缝", "每周", "拍照上报"))
    assert "/item_checkpoint/add" not in page
    program, address = program_of(grid), f"item_checkpoint/{point.id}"
    assert [row["what"] for row in program.get("item_checkpoint/").json["result"]] == ["坡面裂缝"]
    assert [program.get(f"item_checkpoint/{row.id}").status_code for row in (hidden, away)] == [404, 404]
    assert program.put(address, json={"what": "x"}).status_code == 403
    assert program.delete(address).status_code == 403
    assert program.post("item_checkpoint/", json={"list_item": item.id, "what": "x"}).status_code == 403
    assert session.get(ItemCheckpoint, point.id).what == "坡面裂缝"


@pytest.mark.requirement("TC-58")
def test_what_is_far_frequent_and_tedious_comes_first_in_the_list(written, program_of, browser_of, make):
    written(
        {
            "A": {"service_radius": 9, "yearly_cases": 99, "trips": 1},
            "B": {"service_radius": 10, "yearly_cases": 100, "trips": 2},
            "C": {"service_radius": 10},
            "D": {"yearly_cases": 100, "trips": 2},
        }
    )
    program, browser = program_of(town := make.township()), browser_of(town)
    ordered = program.get("list_item/?q=" + quote("(order_column:priority,order_direction:desc)")).json
    assert [row["code"] for row in ordered["result"]] == ["B", "D", "C", "A"]
    for priority, code in enumerate("ACDB"):
        assert codes(program, priority=priority) == {code}
        (key,) = program.get("list_item/?q=" + quote(f"(filters:!((col:priority,opr:eq,value:{priority})))")).json[
            "ids"
        ]
        assert program.get(f"list_item/{key}").json["result"]["priority"] == priority
        page = browser.get(f"/list_item/{key}?_l_=zh").text
        assert page.partition("优先程度</dt>")[2].split("<dd>")[1].split("<")[0].strip() == str(priority)


@pytest.mark.requirement("TC-10")
@pytest.mark.parametrize("status", ["cancelled", "delegated"])
def test_a_power_that_was_taken_from_departments_is_not_offered_to_them(browser_of, program_of, make, status):
    lead, town = make.department(), make.township()
    kept, lost = make.item(lead), make.item(lead, power_status=status)
    for resource in ("call", "data_request"):
        offered = {row["id"] for row in browser_of(lead).get(f"/{resource}/lookup/list_item").json}
        assert offered & {kept.id, lost.id} == {kept.id}, resource
    wrong = program_of(lead).post("call/", json={"title": "督促", "list_item": lost.id})
    assert (wrong.status_code, list(wrong.json["message"])) == (422, ["list_item"])
    assert {row["id"] for row in browser_of(town).get("/call/lookup/list_item").json} >= {kept.id, lost.id}


@pytest.mark.requirement("TC-03")
def test_what_nobody_calls_is_found_and_counted_by_lead_department(program_of, browser_of, make):
    water, roads = make.department(name="水利局"), make.department(name="交通局")
    for lead, code, idle in ((water, "A", True), (water, "B", False), (roads, "C", True), (water, "D", True)):
        make.item(lead, code=code, is_idle=idle)
    program, browser = program_of(town := make.township()), browser_of(town)
    assert codes(program, is_idle="!t") == {"A", "C", "D"}
    assert browser.get("/list_item/?f=is_idle:eq:true").text.count("data-href=") == 3
    figures = chart(program, "lead_department", "is_idle")
    told = {part["name"]: dict(zip(figures["labels"], part["data"], strict=True)) for part in figures["series"]}
    assert told == {
        "Not called lately: No": {"水利局": 1, "交通局": 0},
        "Not called lately: Yes": {"水利局": 2, "交通局": 1},
    }
