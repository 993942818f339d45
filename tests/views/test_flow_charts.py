"""The flow chart of an item: drawn from its steps, for whoever may read the item, to look at and to take along."""

from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from models.calendar import LimitUnit
from models.organisation import Duty
from models.roles import RoleName
from models.steps import ItemStep, Side, StepKind

NS = "{http://www.w3.org/2000/svg}"
FORMS = ("", ".svg", ".png")


@pytest.fixture
def steps(make):
    """`steps(item, *columns)`: its steps, one after another."""

    def add(item, *columns):
        there = len(make.session.scalars(select(ItemStep.id).where(ItemStep.list_item_id == item.id)).all())
        for position, own in enumerate(columns, there + 1):
            make.step(item, **{"position": position, "title": "巡查"} | own)
        return item

    return add


@pytest.fixture
def item(make, steps):
    """A matter with three steps, in force."""
    unit = make.department(name="自然资源和规划局")
    item = make.item(make.department(name="综合行政执法局"), code="S-1", title="违建查处", legal_basis="水法第六十五条")
    return steps(
        item,
        {"kind": StepKind.start, "note": "现场照片"},
        {"title": "是否违法", "kind": StepKind.decision, "side": Side.lead_department, "no_to": 1},
        {"title": "认定", "side": None, "unit_id": unit.id, "amount": 3, "limit_unit": LimitUnit.working_day},
    )


def texts(answer):
    return [element.text for element in ElementTree.fromstring(answer.data).iter(f"{NS}text")]


@pytest.mark.requirement("TA-11", "TA-12", "TS-07", "TS-10")
def test_the_chart_says_what_the_item_says(browser_of, make, item):
    told = texts(browser_of(make.township()).get(f"/list_item/{item.id}/flow_chart.svg?_l_=zh"))
    lanes = ["乡镇（街道）", "牵头部门（综合行政执法局）", "自然资源和规划局"]
    boxes = ["1. 巡查", "2. 是否违法", "3. 认定", "3 个工作日内"]
    edition = f"编码 S-1 · {item.duty_list} · 第 {item.duty_list.edition} 版"
    head = ["违建查处流程图", edition]
    foot = ["材料与办理结果", "1. 现场照片", "依据：水法第六十五条"]
    assert "".join(told) == "".join([*lanes, *boxes, "是", "否", *head, *foot])


def test_the_item_leads_to_its_chart_and_the_chart_to_its_files(browser_of, make, item):
    browser, chart = browser_of(make.township()), f"/list_item/{item.id}/flow_chart"
    assert f'href="{chart}"' in browser.get(f"/list_item/{item.id}").text
    page = browser.get(chart).text
    assert all(f'href="{chart}{form}"' in page for form in (".svg", ".png"))
    assert ("flow-title" in page, "巡查" in page, f'href="/list_item/{item.id}"' in page) == (True, True, True)


@pytest.mark.requirement("TA-12", "LX-19")
@pytest.mark.parametrize(
    ("form", "kind", "begin"), [("svg", "image/svg+xml", b"<svg "), ("png", "image/png", b"\x89PNG")]
)
def test_a_chart_is_taken_along_under_the_name_of_its_item(browser_of, make, item, form, kind, begin):
    item.title = "违建/查处"
    answer = browser_of(make.township()).get(f"/list_item/{item.id}/flow_chart.{form}?_l_=zh")
    assert (answer.status_code, answer.mimetype, answer.data[: len(begin)]) == (200, kind, begin)
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment")
    assert quote("S-1 违建 查处流程图") + f".{form}" in name


def test_programs_get_the_same_picture(browser_of, program_of, make, item):
    town = make.township()
    program = program_of(town).get(f"list_item/{item.id}/flow_chart.svg")
    assert (program.status_code, program.mimetype) == (200, "image/svg+xml")
    assert program.data == browser_of(town).get(f"/list_item/{item.id}/flow_chart.svg").data


def test_a_chart_is_hidden_with_its_item(browser_of, program_of, make, item, steps):
    draft = steps(make.item(duty_list=make.duty_list()), {})
    stranger = make.township(make.county())
    for who, hidden in (
        (stranger, item.id),
        (make.township(), draft.id),
        (make.township(), 999_999),
        (stranger, 10**20),
    ):
        answers = [browser_of(who).get(f"/list_item/{hidden}/flow_chart{form}").status_code for form in FORMS]
        assert answers == [404, 404, 404]
        assert program_of(who).get(f"list_item/{hidden}/flow_chart.svg").status_code == 404


def test_nobody_gets_a_chart_without_signing_in_or_without_the_right_to_read(web, browser_of, program_of, make, item):
    assert [web.test_client().get(f"/list_item/{item.id}/flow_chart{form}").status_code for form in FORMS] == [302] * 3
    assert web.test_client().get(f"/api/v1/list_item/{item.id}/flow_chart.svg").status_code == 401
    keeper = make.office(Duty.county_office), RoleName.security_admin
    assert browser_of(*keeper).get(f"/list_item/{item.id}/flow_chart.png").status_code in (302, 403)
    assert program_of(*keeper).get(f"list_item/{item.id}/flow_chart.svg").status_code == 403


def test_an_item_without_steps_says_so_and_has_no_file(browser_of, program_of, make):
    item = make.item()
    browser = browser_of(make.township())
    answers = [browser.get(f"/list_item/{item.id}/flow_chart{form}") for form in FORMS]
    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert ("还没有填写" in answers[0].text, "flow-title" in answers[0].text) == (True, False)
    assert program_of(make.township()).get(f"list_item/{item.id}/flow_chart.svg").status_code == 404


def test_a_draft_says_that_it_is_one(browser_of, make, steps):
    item = steps(make.item(duty_list=make.duty_list()), {})
    manager = browser_of(make.office(Duty.editorial_office), RoleName.list_manager)
    assert texts(manager.get(f"/list_item/{item.id}/flow_chart.svg?_l_=zh"))[-2].endswith(" · 草稿")


def test_steps_are_read_by_position_and_an_answer_by_the_position_it_names(browser_of, make, steps):
    item = make.item(legal_basis="")
    decision = {"position": 20, "title": "齐全", "kind": StepKind.decision, "yes_to": 40}
    steps(
        item,
        {"position": 40, "title": "办结"},
        {"position": 10, "title": "收件"},
        decision,
        {"position": 30, "title": "补正"},
    )
    drawn = ElementTree.fromstring(browser_of(make.township()).get(f"/list_item/{item.id}/flow_chart.svg").data)
    boxes = [element.text for element in drawn.iter(f"{NS}text") if element.text[:1].isdigit()]
    assert boxes == ["1. 收件", "2. 齐全", "3. 补正", "4. 办结"]
    assert len(list(drawn.iter(f"{NS}polyline"))) == 4


def test_a_hostile_step_is_drawn_as_text(browser_of, make, steps):
    item = steps(make.item(title="<script>a</script>"), {"title": "</svg><script>alert(1)</script>"})
    page = browser_of(make.township()).get(f"/list_item/{item.id}/flow_chart").text
    assert ("<script>a" in page, "<script>alert" in page, "&lt;script&gt;alert" in page) == (False, False, True)


@pytest.mark.parametrize("form", FORMS)
def test_many_steps_cost_the_database_no_more_than_few(browser_of, make, steps, statements, form):
    browser, item = browser_of(make.township()), make.item()

    def cost():
        browser.get(f"/list_item/{item.id}/flow_chart{form}")  # what is remembered for a while, is
        statements.clear()
        assert browser.get(f"/list_item/{item.id}/flow_chart{form}").status_code == 200
        return [statement for statement in statements if "SAVEPOINT" not in statement]

    def grow(times):
        steps(item, *[{"side": None, "unit_id": make.department().id} for _ in range(times)])

    grow(3)
    few = cost()
    grow(20)
    assert cost()[len(few) :] == []


def test_the_item_lists_its_steps_in_their_order(browser_of, make):
    item = make.item()
    for position in (2, 1, 3):
        make.step(item, position, title=f"第{position}步")
    page = browser_of(make.township()).get(f"/list_item/{item.id}").text
    assert sorted(("第3步", "第1步", "第2步"), key=page.index) == ["第1步", "第2步", "第3步"]


@pytest.mark.requirement("LX-19")
def test_the_list_manager_declares_steps_and_is_told_what_is_wrong(browser_of, make, session):
    manager = browser_of(make.office(Duty.editorial_office), RoleName.list_manager)
    item = make.item(duty_list=make.duty_list())
    assert f"/item_step/add?list_item={item.id}" in manager.get(f"/list_item/{item.id}").text
    sent = {"list_item": item.id, "position": 1, "title": "巡查", "kind": "start"}
    refused = manager.post("/item_step/add?_l_=zh", data=sent)
    assert (refused.status_code, "由谁办理" in refused.text) == (422, True)
    assert manager.post("/item_step/add", data=sent | {"side": "township"}).status_code == 302
    assert "1. 巡查" in texts(manager.get(f"/list_item/{item.id}/flow_chart.svg"))
    step = session.scalars(select(ItemStep).where(ItemStep.list_item_id == item.id)).one()
    assert manager.post(f"/item_step/{step.id}/delete").status_code == 302
    assert manager.get(f"/list_item/{item.id}/flow_chart.svg").status_code == 404
