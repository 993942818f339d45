"""Files of rows: sent, told what their headings mean, looked at, taken as one unit in a job, and undone as one unit."""

import csv
import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

import run
from app import factory, taking
from models.base import Role, User
from models.door import system_session
from models.files import Attachment
from models.imports import ImportRow, ImportRun, ImportWord
from models.irregular import IrregularAssignmentReport
from models.item_words import FieldKind, ListState
from models.lists import DutyList, ListField, ListItem, ListType
from models.organisation import Posting, Unit
from models.recorder import Origin, RecorderEntry, set_origin
from models.store import Store
from tests.app.conftest import reading
from tests.sheets import book, office_list

PASSWORD = "open-sesame"
FIRST = [1, "河道采砂监管", "水利局", "公安局、自然资源和规划局", "查处非法采砂。", "日常巡查，发现即报。"]
SECOND = ["二", "山塘水库巡查", "水利局\n应急管理局", None, "指导巡查。", "汛期每日巡查。"]


@pytest.fixture(scope="module")
def served(told, tmp_path_factory):
    """The demo county on a copy of its database, answered by an application of its own."""
    import shutil

    folder = tmp_path_factory.mktemp("imports") / "data"
    shutil.copytree(told, folder)
    with reading(folder, DEMO_PASSWORD=PASSWORD) as settings:
        factory.sync_permissions()
        taking._application.cache_clear()
        app = factory.create_app(WTF_CSRF_ENABLED=False, SERVER_NAME="localhost")
        yield app, settings
        taking._application.cache_clear()


class Truth:
    """What the database holds, each time anew: a session left open would hold up those who write."""

    def __init__(self, url):
        self.engine = create_engine(url, poolclass=NullPool)

    def session(self):
        return system_session(self.engine, expire_on_commit=False)

    def all(self, query):
        with self.session() as session:
            return session.execute(query).all()

    def scalar(self, query):
        return next((row[0] for row in self.all(query)), None)

    def get(self, model, key):
        return self.scalar(select(model).where(model.id == key))


@pytest.fixture
def truth(served):
    return Truth(served[1].database_url)


@pytest.fixture
def manager(served):
    return signed_in(served, "list_manager")


def signed_in(served, name):
    browser = served[0].test_client()
    answer = browser.post("/login/", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 302, "could not sign in"
    return browser


def send(browser, content, name="清单.xlsx", resource="list_item", language="zh", **said):
    data = {"file": (BytesIO(content), name), **said}
    return browser.post(f"/import_run/new/{resource}?_l_={language}", data=data, content_type="multipart/form-data")


def problem_in(answer):
    """What a page says is wrong."""
    return re.findall(r"<p>(.*?)</p>", answer.text) or answer.text[:500]


def run_of(answer):
    assert answer.status_code == 302, problem_in(answer)
    return int(re.search(r"/import_run/(\d+)", answer.location)[1])


def draft_of(truth, title, code="cooperation", state=ListState.draft):
    list_type_id = truth.scalar(select(ListType.id).where(ListType.code == code))
    county, owner = truth.all(select(DutyList.region_id, DutyList.owner_unit_id).where(DutyList.id == 1))[0]
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        draft = DutyList(title=title, list_type_id=list_type_id, region_id=county, owner_unit_id=owner, state=state)
        session.add(draft)
        session.flush()
        return draft.id


def rows_of(truth, key):
    told = select(ImportRow.number, ImportRow.action, ImportRow.told).where(ImportRow.import_run_id == key)
    return [(number, action.value, text) for number, action, text in truth.all(told.order_by(ImportRow.id))]


def items_of(truth, list_id):
    with truth.session() as session:
        items = session.scalars(select(ListItem).where(ListItem.duty_list_id == list_id).order_by(ListItem.code))
        return {
            item.code: (item.title, str(item.lead_department), {str(unit) for unit in item.cooperating_departments})
            for item in items
        }


def move(browser, key, name, **said):
    return browser.post(f"/import_run/{key}/move/{name}?_l_=zh", data=said)


def state_of(truth, key):
    found = truth.get(ImportRun, key)
    return found.state.value, found.problem


def sweep():
    assert run.main(["sweep"]) == 0


@pytest.mark.long
def test_an_offices_file_is_read_as_it_is_and_taken_in_a_job_and_undone(served, manager, truth):
    draft = draft_of(truth, "配合事项清单甲")
    section = ["一、水利（2项）", None, None, None, None, None]
    rows = [section, FIRST, SECOND, ("merge", 4, 0, 4, 5, section[0])]
    key = run_of(send(manager, book(清单=office_list(*rows)), duty_list=draft))
    (first, second) = rows_of(truth, key)
    assert (first[:2], second[:2]) == ((6, "new"), (7, "new"))
    assert "牵头部门：水利局\n" in first[2]
    assert "类别：水利" in second[2]
    assert items_of(truth, draft) == {}
    page = manager.get(f"/import_run/{key}?_l_=zh").text
    assert ("导入这些行" in page, "河道采砂监管" in page) == (True, True)
    assert move(manager, key, "confirm").status_code == 302
    sweep()
    assert state_of(truth, key) == ("taken", "")
    assert items_of(truth, draft) == {
        "1": ("河道采砂监管", "水利局", {"公安局", "自然资源和规划局"}),
        "2": ("山塘水库巡查", "水利局", {"应急管理局"}),
    }
    entries = select(RecorderEntry.action, RecorderEntry.unit_id, RecorderEntry.user_id, RecorderEntry.place)
    of_item = entries.join(ListItem, ListItem.id == RecorderEntry.subject_id).where(
        RecorderEntry.subject_type == "list_item", ListItem.duty_list_id == draft, ListItem.code == "1"
    )
    sent = truth.get(ImportRun, key)
    assert truth.all(of_item) == [("create", sent.unit_id, sent.user_id, "job:imports")]
    assert move(manager, key, "undo", note="发错了").status_code == 302
    sweep()
    assert state_of(truth, key) == ("undone", "")
    assert items_of(truth, draft) == {}


def test_a_file_that_is_gone_from_the_disk_is_told_of(served, manager, truth):
    draft = draft_of(truth, "配合事项清单子")
    key = run_of(send(manager, book(清单=office_list(FIRST)), duty_list=draft))
    of_run = select(Attachment.key).join(ImportRun, ImportRun.file_id == Attachment.id).where(ImportRun.id == key)
    Store(served[0].config["FILES"]).path(truth.scalar(of_run)).unlink()
    for answer in (manager.get(f"/import_run/{key}/headings"), manager.post(f"/import_run/{key}/headings")):
        assert answer.location.endswith(f"/import_run/{key}")
    assert "文件已不在" in manager.get(f"/import_run/{key}?_l_=zh").text
    move(manager, key, "confirm")
    sweep()
    state, problem = state_of(truth, key)
    assert (state, "文件已不在" in problem) == ("failed", True)


def test_a_heading_is_told_once_and_known_from_then_on(manager, truth):
    draft = draft_of(truth, "配合事项清单乙")
    content = book(表=[["编码", "事项名称", "谁来牵头", "经办人"], ["9", "校车安全", "教育局", "不录入"]])
    key = run_of(answer := send(manager, content, duty_list=draft))
    assert answer.location.endswith("/headings")
    asked = manager.get(f"/import_run/{key}/headings?_l_=zh").text
    assert [asked.count(words) for words in ("尚未说明", "校车安全")] == [2, 1]
    said = {
        "sheet": ["表"],
        "head": ["1"],
        "heading": ["编码", "事项名称", "谁来牵头", "经办人"],
        "means": ["code", "title", "lead_department", "-"],
    }
    told = manager.post(f"/import_run/{key}/headings", data=said)
    assert told.location.endswith(f"/import_run/{key}")
    assert [row[:2] for row in rows_of(truth, key)] == [(2, "new")]
    again = book(表=[["编码", "事项名称", "谁来牵头", "经办人"], ["10", "校园食品", "市场监督管理局", ""]])
    assert [row[:2] for row in rows_of(truth, run_of(send(manager, again, duty_list=draft)))] == [(2, "new")]
    words = select(ImportWord.said, ImportWord.means).where(ImportWord.said.in_(["谁来牵头", "经办人"]))
    assert dict(truth.all(words)) == {"谁来牵头": "lead_department", "经办人": ""}


def test_each_row_is_new_changed_the_same_or_refused_with_its_cell_and_reason(manager, truth):
    draft = draft_of(truth, "配合事项清单丙")
    first = run_of(send(manager, book(表=office_list(FIRST, SECOND)), duty_list=draft))
    move(manager, first, "confirm")
    sweep()
    rows = [
        [*FIRST[:5], "日常巡查，每日上报。"],
        SECOND,
        [3, "校车安全", "不存在的局", None, "检查。", "巡查。"],
        [4, "夜间施工", "教育局", None, "查处。", "劝阻。"],
        [1, "字" * 201, "水利局", None, "查处。", "巡查。"],
    ]
    key = run_of(send(manager, book(表=office_list(*rows)), duty_list=draft))
    told = rows_of(truth, key)
    assert [(number, action) for number, action, _ in told] == [
        (5, "changed"),
        (6, "same"),
        (7, "refused"),
        (8, "new"),
        (9, "refused"),
    ]
    assert "日常巡查，发现即报。 → 日常巡查，每日上报。" in told[0][2]
    assert told[2][2].startswith("C7 牵头部门 未找到“不存在的局”")
    assert re.search("表头与用语|Headings and words", told[2][2]), "where one says what the word means"
    assert told[4][2].startswith("B9 事项名称")
    run_ = truth.get(ImportRun, key)
    assert (run_.new, run_.changed, run_.same, run_.refused) == (1, 1, 1, 2)
    assert run_.unclear == {"lead_department": {"不存在的局": 1}}
    refused = move(manager, key, "confirm")
    assert (refused.status_code, "有2行未通过" in refused.text) == (422, True)
    assert move(manager, key, "confirm", without_refused="true").status_code == 302
    sweep()
    assert [*items_of(truth, draft)] == ["1", "2", "4"]


def test_a_word_is_told_once_too(manager, truth):
    draft = draft_of(truth, "配合事项清单丁")
    content = book(表=[["编码", "事项名称", "牵头部门"], ["1", "水库", "老水利站"], ["2", "河道", "无此单位"]])
    key = run_of(send(manager, content, duty_list=draft))
    page = manager.get(f"/import_run/{key}/headings?_l_=zh").text
    assert ("老水利站" in page, "无此单位" in page) == (True, True)
    water = truth.scalar(select(ListItem.lead_department_id).where(ListItem.lead_department_id.is_not(None)))
    said = {
        "sheet": "表",
        "head": "1",
        "word-lead_department": ["老水利站", "无此单位"],
        "means-lead_department": [str(water), ""],
        "skip-lead_department": ["无此单位"],
    }
    manager.post(f"/import_run/{key}/headings", data=said)
    assert [action for _, action, _ in rows_of(truth, key)] == ["new", "new"]
    word = select(ImportWord.means).where(ImportWord.said == "老水利站")
    assert re.fullmatch(r"\d+-\w+", truth.scalar(word))


def test_a_word_of_a_declared_field_is_told_too(manager, truth):
    type_id = truth.scalar(select(ListType.id).where(ListType.code == "village_stamp"))
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        declared = {"label": "档次（演示）", "name": "grade", "kind": FieldKind.word, "choices": "甲等\n乙等"}
        session.add(ListField(list_type_id=type_id, position=99, **declared))
    draft = draft_of(truth, "证明清单丁", "village_stamp")
    content = book(表=[["编码", "事项名称", "档次（演示）"], ["1", "养犬", "最好"]])
    key = run_of(send(manager, content, duty_list=draft))
    assert [action for _, action, _ in rows_of(truth, key)] == ["refused"]
    assert 'name="means-grade"' in manager.get(f"/import_run/{key}/headings?_l_=zh").text
    said = {"sheet": "表", "head": "1", "word-grade": "最好", "means-grade": "甲等"}
    manager.post(f"/import_run/{key}/headings", data=said)
    assert [action for _, action, _ in rows_of(truth, key)] == ["new"]


def test_what_was_edited_since_or_is_referred_to_is_kept_when_undone(manager, truth):
    draft = draft_of(truth, "配合事项清单戊")
    first = run_of(send(manager, book(表=office_list(FIRST, SECOND)), duty_list=draft))
    move(manager, first, "confirm")
    sweep()
    ids = dict(truth.all(select(ListItem.code, ListItem.id).where(ListItem.duty_list_id == draft)))
    third = [3, "夜间施工", "教育局", None, "查处。", "劝阻。"]
    changed = [[*FIRST[:4], "严查。", "夜巡。"], [*SECOND[:5], "每周巡查。"], third]
    key = run_of(send(manager, book(表=office_list(*changed)), duty_list=draft))
    move(manager, key, "confirm")
    sweep()
    added = truth.scalar(select(ListItem.id).where(ListItem.duty_list_id == draft, ListItem.code == "3"))
    assert manager.post(f"/list_item/{ids['1']}/edit", data={"township_duties": "另有安排。"}).status_code == 302
    hung_on = {"list_item": added, "what": "噪声", "what_to_do": "劝阻"}
    assert manager.post("/item_checkpoint/add", data=hung_on).status_code == 302
    move(manager, key, "undo", note="重来")
    sweep()
    one, two = truth.get(ListItem, ids["1"]), truth.get(ListItem, ids["2"])
    assert (one.department_duties, one.township_duties) == ("查处非法采砂。", "另有安排。")
    assert two.township_duties == "汛期每日巡查。"
    assert truth.get(ListItem, added) is not None
    told = {number: (action, text) for number, action, text in rows_of(truth, key)}
    assert (told[5][0], "乡镇" in told[5][1]) == ("kept", True)
    assert told[6][0] == "changed"
    assert told[7][0] == "kept"


def test_nothing_is_taken_if_a_row_would_come_out_otherwise_than_it_was_looked_at(manager, truth):
    draft = draft_of(truth, "配合事项清单己")
    key = run_of(send(manager, book(表=office_list(FIRST, SECOND)), duty_list=draft))
    row = {"duty_list": draft, "code": "1", "title": "别人的事项", "lead_department": 0}
    water = truth.scalar(select(ListItem.lead_department_id).where(ListItem.lead_department_id.is_not(None)))
    made = manager.post("/list_item/add", data=row | {"lead_department": water, "department_duties": "管。"})
    assert made.status_code == 302, made.text
    move(manager, key, "confirm")
    sweep()
    state, problem = state_of(truth, key)
    assert (state, "第5行" in problem) == ("failed", True)
    assert [*items_of(truth, draft)] == ["1"]


def test_what_was_looked_at_in_english_is_taken_too(manager, truth):
    draft = draft_of(truth, "配合事项清单寅")
    move(manager, run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft)), "confirm")
    sweep()
    rows = [[*FIRST[:5], "夜巡。"], [2, "夜间施工", "夜间站", None, "查处。", "劝阻。"]]
    key = run_of(send(manager, book(表=office_list(*rows)), duty_list=draft, language="en"))
    assert [text.partition(" ")[0] for _, _, text in rows_of(truth, key)] == ["Township", "C6"]
    assert move(manager, key, "confirm", without_refused="true").status_code == 302
    sweep()
    assert state_of(truth, key) == ("taken", "")


def test_nothing_is_taken_if_a_word_means_another_by_now(manager, truth):
    draft = draft_of(truth, "配合事项清单卯")
    county = truth.scalar(select(Unit.region_id).where(Unit.code == "330329-sl"))
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        told = {"resource": "list_item", "field": "lead_department", "said": "水利站"}
        session.add(word := ImportWord(region_id=county, means="330329-sl", **told))
        session.flush()
        key = word.id
    row = [1, "河道采砂监管", "水利站", None, "查处非法采砂。", "日常巡查。"]
    run_ = run_of(send(manager, book(表=office_list(row)), duty_list=draft))
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        session.get_one(ImportWord, key).means = "330329-jy"
    move(manager, run_, "confirm")
    sweep()
    assert state_of(truth, run_)[0] == "failed"
    assert items_of(truth, draft) == {}


def test_the_same_file_is_not_taken_twice_unless_it_was_undone(manager, truth):
    content, draft = book(表=office_list(FIRST)), draft_of(truth, "配合事项清单庚")
    key = run_of(send(manager, content, duty_list=draft))
    move(manager, key, "confirm")
    sweep()
    refused = send(manager, content, duty_list=draft)
    assert (refused.status_code, f"导入 {key}" in refused.text) == (422, True)
    assert send(manager, content, duty_list=draft_of(truth, "另一份清单")).status_code == 302
    move(manager, key, "undo", note="重来")
    sweep()
    assert send(manager, content, duty_list=draft).status_code == 302


def test_sheets_named_by_kind_of_list_go_to_the_drafts_of_those_kinds(manager, truth):
    row = [1, "危房排查", "教育局", None, None, "排查。"]
    content = book(责任清单=office_list(row), 公共服务清单=office_list(row))
    key = run_of(send(manager, content))
    assert [action for _, action, _ in rows_of(truth, key)] == ["new", "new"]
    move(manager, key, "confirm")
    sweep()
    drafts = select(ListType.code, DutyList.title).join(DutyList, DutyList.list_type_id == ListType.id)
    made = truth.all(drafts.join(ListItem, ListItem.duty_list_id == DutyList.id).where(ListItem.title == "危房排查"))
    assert sorted(made) == [("public_service", "公共服务清单"), ("responsibility", "责任清单")]


def test_a_list_that_is_out_for_comment_gets_no_second_draft(manager, truth):
    draft_of(truth, "网格清单征求意见稿", "grid_service", ListState.consulting)
    content = book(网格服务事项清单=[["编码", "事项名称"], ["1", "巡查"]])
    ((_, action, told),) = rows_of(truth, run_of(send(manager, content)))
    assert (action, "“网格清单征求意见稿”正在征求意见" in told) == ("refused", True)


def test_a_run_is_its_units_own(served, manager, truth):
    draft = draft_of(truth, "配合事项清单辛")
    key = run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft))
    for name in ("luoyang", "zhzf", "tc_editorial", "office"):
        other = signed_in(served, name)
        assert other.get(f"/import_run/{key}").status_code == 404, name
        assert other.get(f"/import_run/{key}/headings").status_code in (403, 404), name
        assert move(other, key, "confirm").status_code in (403, 404), name
        assert "河道采砂监管" not in other.get("/api/v1/import_row/").text, name
    assert send(signed_in(served, "luoyang"), book(表=[["x"]])).status_code == 403


def test_a_row_that_stands_there_twice_is_refused_and_a_column_of_other_kinds_is_left_out(manager, truth):
    draft = draft_of(truth, "证明清单", "village_stamp")
    rows = [["编码", "事项名称", "办理流程"], [1, "养犬", "走访"], [2, "出生", ""], [2, "出生", ""]]
    key = run_of(send(manager, book(表=rows), duty_list=draft))
    told = [(number, action, text) for number, action, text in rows_of(truth, key)]
    assert [row[:2] for row in told] == [(2, "new"), (3, "new"), (4, "refused")]
    assert told[2][2] == "与第3行重复。"
    assert truth.get(ImportRun, key).left_out == "办理流程"


def test_a_running_number_beside_the_code_is_no_second_code(manager, truth):
    draft = draft_of(truth, "证明清单乙", "village_stamp")
    rows = [["序号", "编码", "事项名称"], ["一", "（十二）", "养犬"], ["二", "（十三）", "出生"]]
    key = run_of(send(manager, book(表=rows), duty_list=draft))
    move(manager, key, "confirm")
    sweep()
    assert set(items_of(truth, draft)) == {"12", "13"}
    assert truth.get(ImportRun, key).left_out == "序号"


def test_a_cell_of_a_column_that_the_rows_kind_has_not_is_refused(manager, truth):
    rows = [["编码", "清单类型", "事项名称", "办理流程"], [7, "村社盖章证明事项清单", "养犬", "走访"]]
    ((number, action, text),) = rows_of(truth, run_of(send(manager, book(表=rows))))
    assert (number, action, text.partition(" ")[0]) == (2, "refused", "D2")


def test_a_number_that_comes_again_for_another_matter_is_another_item(manager, truth):
    draft = draft_of(truth, "重号清单")
    content = book(表=[["编码", "事项名称"], [1, "甲"], ["一", "乙"], ["", "丙"], ["2", "丁"]])
    move(manager, run_of(send(manager, content, duty_list=draft)), "confirm")
    sweep()
    assert {code: title for code, (title, *_) in items_of(truth, draft).items()} == {
        "1": "甲",
        "1-2": "乙",
        "2": "丙",
        "2-2": "丁",
    }
    again = book(再=[["编码", "事项名称"], [1, "甲"], ["一", "乙"], ["", "丙"], ["2", "丁"]])
    told = rows_of(truth, run_of(send(manager, again, duty_list=draft)))
    assert {action for _, action, _ in told} == {"same"}


def test_a_posting_that_ended_takes_nothing(served, manager, truth):
    draft = draft_of(truth, "配合事项清单壬")
    key = run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft))
    move(manager, key, "confirm")
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        session.get_one(ImportRun, key).user_id = None
    sweep()
    state, problem = state_of(truth, key)
    assert (state, "不再" in problem) == ("failed", True)
    assert items_of(truth, draft) == {}


def test_a_program_sends_tells_and_takes(served, truth):
    client = served[0].test_client()
    who = {"username": "list_manager", "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=who).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    draft = draft_of(truth, "配合事项清单癸")
    content = book(表=[["编码", "事项名称", "归口"], ["1", "水库", "水利局"]])
    sent = client.post(
        "/api/v1/import_run/send/list_item",
        data={"file": (BytesIO(content), "x.xlsx"), "duty_list": draft},
        headers=headers,
    )
    assert (sent.status_code, sent.json["state"], sent.json["unknown_headings"]) == (201, "read", ["归口"])
    key = sent.json["id"]
    told = client.post(
        f"/api/v1/import_run/{key}/words", json={"headings": {"归口": "lead_department"}}, headers=headers
    )
    assert (told.status_code, told.json["state"], told.json["new"]) == (200, "checked", 1)
    for wrong in ({"headings": 3}, {"words": [1]}, {"words": "x"}, {"words": None}, {"words": {"title": 3}}, [1]):
        assert client.post(f"/api/v1/import_run/{key}/words", json=wrong, headers=headers).status_code == 422, wrong
    moved = client.post(f"/api/v1/import_run/{key}/move/confirm", json={}, headers=headers)
    assert moved.status_code == 200, moved.text
    sweep()
    assert items_of(truth, draft) == {"1": ("水库", "水利局", set())}


def test_a_workbook_to_fill_in_has_the_columns_of_the_kind(manager, truth):
    from python_calamine import CalamineWorkbook

    draft = draft_of(truth, "配合事项清单子", "village_stamp")
    asked = manager.post("/import_run/new/list_item?_l_=zh", data={"template": "1", "duty_list": draft})
    with manager.get(asked.location, buffered=True) as answer:
        made = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert made.get_sheet_by_index(0).to_python()[0][:3] == ["编码", "事项名称", "类别"]
    assert "证明用途" in made.get_sheet_by_index(0).to_python()[0]
    content = book(表=[made.get_sheet_by_index(0).to_python()[0][:2], ["1", "居民养犬证明"]])
    assert [row[:2] for row in rows_of(truth, run_of(send(manager, content, duty_list=draft)))] == [(2, "new")]


def test_a_draft_may_be_discarded(manager, truth):
    draft = draft_of(truth, "配合事项清单丑")
    key = run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft))
    assert move(manager, key, "discard").status_code == 302
    assert state_of(truth, key)[0] == "discarded"
    assert truth.scalar(select(DutyList.state).where(DutyList.id == draft)) is ListState.draft


def program(served, name):
    """What a program of this account sends with: `post(path, **options)`."""
    client = served[0].test_client()
    who = {"username": name, "password": PASSWORD, "provider": "db"}
    headers = {"Authorization": f"Bearer {client.post('/api/v1/security/login', json=who).json['access_token']}"}
    return lambda path, **options: client.post(f"/api/v1/import_run/{path}", headers=headers, **options)


def colleague_of(truth, name, role, *, instead=False):
    """Somebody else in the unit of `name`, in another role; `instead`: themselves, from now on."""
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        user = session.scalars(select(User).where(User.username == name)).one()
        role_id = session.scalars(select(Role.id).where(Role.name == role)).one()
        posting = session.scalars(select(Posting).where(Posting.user_id == user.id)).first()
        if instead:
            was, posting.role_id = posting.role_id, role_id
            return was
        made = User(
            username=f"{name}-{role}",
            first_name="（演示）",
            last_name="同事",
            email=f"{name}-{role}@example.org",
            active=True,
            password=user.password,
        )
        session.add(made)
        session.flush()
        session.add(Posting(user_id=made.id, unit_id=posting.unit_id, role_id=role_id, from_on=posting.from_on))
        return made.username


def test_what_a_colleague_asks_for_is_done_by_their_own_rights(served, manager, truth):
    draft = draft_of(truth, "配合事项清单寅")
    key = run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft))
    other = signed_in(served, colleague_of(truth, "list_manager", "department_staff"))
    assert other.get(f"/import_run/{key}/headings").status_code == 403
    said = {"sheet": "表", "head": "3", "heading": ["序号"], "means": ["title"]}
    assert other.post(f"/import_run/{key}/headings", data=said).status_code == 403
    assert move(other, key, "confirm").status_code == 302
    sweep()
    assert (state_of(truth, key)[0], items_of(truth, draft)) == ("failed", {})


def test_whoever_lost_the_right_meanwhile_takes_nothing(manager, truth):
    draft = draft_of(truth, "配合事项清单卯")
    key = run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft))
    move(manager, key, "confirm")
    was = colleague_of(truth, "list_manager", "leader", instead=True)
    sweep()
    assert (state_of(truth, key)[0], items_of(truth, draft)) == ("failed", {})
    with truth.session() as session, session.begin():
        set_origin(session, Origin())
        user_id = session.scalars(select(User.id).where(User.username == "list_manager")).one()
        session.scalars(select(Posting).where(Posting.user_id == user_id)).first().role_id = was


def test_an_account_that_was_shut_takes_nothing(manager, truth):
    draft = draft_of(truth, "配合事项清单辰")
    key = run_of(send(manager, book(表=office_list(FIRST)), duty_list=draft))
    move(manager, key, "confirm")
    for active in (False, True):
        with truth.session() as session, session.begin():
            set_origin(session, Origin())
            session.scalars(select(User).where(User.username == "list_manager")).one().active = active
        sweep()
        assert (state_of(truth, key)[0], items_of(truth, draft)) == ("failed", {})


def test_what_one_may_not_delete_is_not_deleted_by_undoing_its_import(served, truth):
    town = signed_in(served, "luoyang")
    content = book(
        表=[["title", "disguise", "evidence", "department"], ["（演示）填表", "fund_allocation", "报表", "教育局"]]
    )
    key = run_of(send(town, content, resource="irregular_assignment_report"))
    move(town, key, "confirm")
    sweep()
    report = select(IrregularAssignmentReport.id).where(IrregularAssignmentReport.title == "（演示）填表")
    assert (state_of(truth, key), truth.scalar(report) is not None) == (("taken", ""), True)
    move(town, key, "undo", note="不报了")
    sweep()
    assert [action for _, action, _ in rows_of(truth, key)] == ["kept"]
    assert truth.scalar(report) is not None


def test_one_person_does_not_change_what_a_word_means_for_the_county(served, truth):
    town = program(served, "luoyang")
    content = book(表=[["标题", "情形x"], ["（演示）漏水", "水管"]])
    key = town("send/call", data={"file": (BytesIO(content), "呼叫.xlsx")}).json["id"]
    first = town(f"{key}/words", json={"headings": {"情形x": ""}})
    assert first.status_code == 200, first.text
    for said in ({"headings": {"情形x": "title"}}, {"headings": {"标题": ""}}):
        answer = town(f"{key}/words", json=said)
        assert answer.status_code == 422, said
    assert town(f"{key}/words", json={"headings": {"情形x": "", "": "title"}}).status_code == 200
    told = select(ImportWord.said, ImportWord.means).where(ImportWord.resource == "call", ImportWord.field == "")
    assert truth.all(told) == [("情形x", "")]


def test_a_name_that_the_table_knows_means_nothing_else(manager, served, truth):
    draft, said = draft_of(truth, "配合事项清单巳"), {"lead_department": {"水利局": "教育局", "老站": "水利局"}}
    content = book(表=[["编码", "事项名称", "牵头部门"], ["1", "水库", "水利局"], ["2", "河道", "老站"]])
    key = run_of(send(manager, content, duty_list=draft))
    assert program(served, "list_manager")(f"{key}/words", json={"words": said}).status_code == 200
    move(manager, key, "confirm")
    sweep()
    assert {lead for _, lead, _ in items_of(truth, draft).values()} == {"水利局"}


@pytest.mark.parametrize(
    "said",
    [
        {"words": 5},
        {"words": "abc"},
        {"words": None},
        {"words": [["code", {"a": "b"}]]},
        {"words": {"code": {"a": None}}},
        {"headings": {"归口": "\ud800"}},
        {"words": {"code": {"\x00": "1"}}},
        {"headings": {f"列{n}": "" for n in range(1_001)}},
        ["headings"],
    ],
)
def test_a_program_that_says_nonsense_is_refused_in_words(served, truth, said):
    tell = program(served, "list_manager")
    content = book(表=[["编码", "事项名称"], ["1", "水库"]])
    key = tell("send/list_item", data={"file": (BytesIO(content), "x.xlsx")}).json["id"]
    answer = tell(f"{key}/words", json=said)
    assert (answer.status_code, bool(answer.json["message"])) == (422, True)


@pytest.mark.long
def test_whatever_row_is_said_to_be_the_heading_the_page_still_answers(manager, truth):
    draft = draft_of(truth, "配合事项清单午")
    rows = [*([f"题{n}"] for n in range(10)), ["编码", "事项名称"], *([n] for n in range(40))]
    key = run_of(send(manager, book(表=rows), duty_list=draft))
    for head in ("1", "0", "-3", "51", "999999", "9" * 40, "x"):
        answer = manager.post(f"/import_run/{key}/headings", data={"sheet": "表", "head": head})
        assert (answer.status_code, manager.get(f"/import_run/{key}/headings").status_code) in ((302, 200), (422, 200))


STATUTES = Path(__file__).parents[2] / "models/seeds/data/statute_duty_items.csv"


@pytest.mark.long
@pytest.mark.requirement("TA-06", "TS-01")
def test_a_published_list_of_a_hundred_rows_is_taken_in_one_go(manager, truth):
    """As it is kept: headings of its own, departments as old laws call them, several of them in a cell."""
    with STATUTES.open(encoding="utf-8-sig", newline="") as file:
        published = {row["code"]: row for row in csv.DictReader(file)}
    draft = draft_of(truth, "法定职责清单", "territorial")
    key = run_of(send(manager, STATUTES.read_bytes(), STATUTES.name, duty_list=draft))
    assert Counter(action for _, action, _ in rows_of(truth, key)) == {"new": len(published)}
    move(manager, key, "confirm")
    sweep()
    assert state_of(truth, key) == ("taken", "")
    with truth.session() as session:
        items = session.scalars(select(ListItem).where(ListItem.duty_list_id == draft)).all()
        assert {item.code: item.title for item in items} == {c: row["title_label"] for c, row in published.items()}
        for item in items:
            row = published[item.code]
            kept = (item.category, item.township_duties, item.legal_basis, item.time_limit)
            assert kept == (row["category"], row["township_duties"], row["legal_basis"], row["time_limit_in_law"])
    parts = items_of(truth, draft)
    assert parts["ZR-12"][1:] == ("自然资源和规划局", {"住房和城乡建设局", "交通运输局"})
    assert parts["PA-01"][1:] == ("公安局", {"司法局", "卫生健康局", "民政局"})
    assert parts["ZR-04"][1:] == ("None", set()), "the law says the government: who of it, the office decides"
