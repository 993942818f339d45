"""Numbers and marks of items as people meet them: categories, relations, origins, flags, and what patrols look for."""

from collections import Counter
from urllib.parse import quote

import pytest

from models.item_words import ItemState, ListState, RelationPair
from models.items import ItemCheckpoint
from models.lists import ListItem
from models.organisation import Duty
from models.roles import RoleName
from views.lists import list_items

CATEGORIES = ["自然资源", "生态环境", "城乡建设", "应急管理", "市场监管", "综合执法", "重点工作", "农业农村"]
"""The seven that Tai'an's article names, and one more: it counts eight."""
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


@pytest.mark.parametrize(
    ("size", "categories", "departments"),
    [
        pytest.param(52, 8, 12, marks=pytest.mark.requirement("TA-09"), id="Tai'an"),
        pytest.param(81, 8, 15, marks=pytest.mark.requirement("LX-18"), id="Lixia"),
    ],
)
def test_a_list_of_a_whole_county_is_published_and_counted_by_category(
    program_of, make, session, size, categories, departments
):
    draft, leads = make.duty_list(), [make.department() for _ in range(departments)]
    session.add_all(
        make.build_item(draft, category=CATEGORIES[n % categories], lead_department=leads[n % departments])
        for n in range(size)
    )
    session.commit()
    for name in ("submit", "publish"):
        make.press(draft, name)
    found = session.query(ListItem).filter_by(duty_list_id=draft.id, state=ItemState.published).all()
    assert (draft.state, len(found)) == (ListState.published, size)
    program = program_of(make.township())
    assert program.get("list_item/").json["count"] == size
    figures = chart(program, "category")
    told = dict(zip(figures["labels"], figures["series"][0]["data"], strict=True))
    assert told == Counter(item.category for item in found)
    assert (len(told), sum(told.values())) == (categories, size)
    assert len(chart(program, "lead_department")["labels"]) == departments


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
def test_blind_spots_and_overlaps_are_found_and_counted(program_of, make):
    flags = {"A": (True, False), "B": (True, True), "C": (False, True), "D": (False, False), "E": (False, False)}
    for code, (blind, overlap) in flags.items():
        make.item(code=code, is_blind_spot=blind, is_overlap=overlap)
    program = program_of(make.township())
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
def test_what_is_handled_online_is_found_and_counted(program_of, make):
    for code, online in (("A", True), ("B", False), ("C", True), ("D", True)):
        make.item(code=code, online=online)
    program = program_of(make.township())
    assert codes(program, online="!t") == {"A", "C", "D"}
    figures = chart(program, "online")
    assert dict(zip(figures["labels"], figures["series"][0]["data"], strict=True)) == {
        "Handled online: Yes": 3,
        "Handled online: No": 1,
    }


@pytest.mark.requirement("LX-20")
def test_a_grid_worker_reads_what_to_look_for_and_writes_none_of_it(browser_of, program_of, make, session):
    grid = make.grid(make.village(make.township()))
    item, draft = make.item(), make.item(duty_list=make.duty_list())
    point = make.checkpoint(item, what="坡面裂缝", how_often="每周", what_to_do="拍照上报")
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
