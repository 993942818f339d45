"""How a duty moves down to townships, as the people involved see it, in Chinese: nothing without every opinion."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.rules.deadlines import SHANGHAI
from tests.browser.acts import choose, fact, fill, follow, from_desk, part, pick, press, state, submit
from tests.browser.conftest import PageAs

pytestmark = pytest.mark.browser

TITLE, MEETING = "茶山步道安全巡查（演示）", "职责准入联席会议第三次会议（演示）"
TOWNSHIPS = ("罗阳镇", "泗溪镇")
GUARANTEES = {
    "经费": "每镇巡查经费两万元。",
    "人才": "派两名安全员驻镇。",
    "技术": "配发巡查终端。",
    "培训": "集中培训一次。",
    "指导": "设立答疑电话。",
}
LAST = "指导"
TODAY = datetime.now(SHANGHAI).date()
"""The county's day, not the machine's: between them lie eight hours."""
BEGINS = TODAY + timedelta(days=20)
MEMBERS = {"editorial": "县委编办", "office": "县委县政府办公室", "sf": "司法局"}


@pytest.mark.long
@pytest.mark.requirement("TA-20", "TA-21", "TA-22", "TC-13", "TC-14")
def test_a_duty_is_admitted_only_after_the_last_township_has_answered(page_as: PageAs) -> None:
    department, luoyang, sixi = map(page_as, ("zrzy", "luoyang", "sixi"))
    members = {account: page_as(account) for account in MEMBERS}
    editorial = members["editorial"]

    admission = apply_for(department)
    press(department, "提交")
    assert department.locator(".flash").inner_text() == f"缺少“{LAST}”：准入须承诺全部五项保障措施，请补充后再提交。"
    promise(department, admission, LAST)
    press(department, "提交")
    assert state(department) == "已提交"
    from_desk(editorial, TITLE)
    press(editorial, "书面征求乡镇意见")
    convene(editorial)
    answer(luoyang, "同意")

    editorial.goto(admission)
    assert state(editorial) == "书面征求意见中"
    put_on_agenda(editorial)
    assert (
        editorial.locator(".flash").inner_text()
        == "泗溪镇尚未书面答复。请先催请答复；全部答复后，方可列入联席会议议程。"
    )
    answer(sixi, "不同意")
    editorial.goto(admission)
    assert state(editorial) == "联席会议审核中"
    put_on_agenda(editorial)

    for page in members.values():
        from_desk(page, TITLE)
        follow(page, "表决")
        choose(page, ballot="赞成")
        fill(page, reason="五项保障具体，同意。")
        submit(page, "表决")
    press(editorial, "批准")
    assert editorial.locator(".flash").inner_text() == "缺少联席会议纪要，请录入后再作决定。"
    from_desk(editorial, MEETING)
    follow(editorial, "录入纪要")
    fill(editorial, minutes="应到三家，实到三家，一致赞成。")
    submit(editorial, "录入纪要")
    editorial.goto(admission)
    assert part(editorial, "表决情况").locator("tbody tr").count() == len(MEMBERS)
    press(editorial, "批准")

    luoyang.goto(admission)
    press(luoyang, "承接职责")
    assert luoyang.locator(".flash").inner_text() == "尚无移交记录，请部门先登记移交。"
    department.goto(admission)
    follow(department, "登记移交")
    fill(department, handover_record="移交巡查路线图和名册。", handed_over_on=TODAY.isoformat())
    submit(department, "登记移交")
    assert fact(department, "移交记录").inner_text() == "移交巡查路线图和名册。"
    deliver(department, luoyang, "经费")
    luoyang.goto(admission)
    press(luoyang, "承接职责")
    assert state(luoyang) == "生效"

    fact(luoyang, "纳入的清单事项").get_by_role("link").click()
    assert state(luoyang) == "已公布"
    assert fact(luoyang, "牵头部门").inner_text() == "自然资源和规划局"
    luoyang.goto(f"/list_item/?f=state:eq:published&q={TITLE}")
    assert luoyang.locator("tbody tr").count() == 1


def apply_for(page: Any) -> str:
    """A draft that lacks the last guarantee; its address."""
    page.goto("/duty_admission/add")
    fill(
        page,
        title=TITLE,
        reason="旅游旺季人手不足，三个月后收回。",
        department_duties="划定巡查路线，培训人员。",
        township_duties="每日巡查，发现险情即报。",
        legal_basis="旅游安全管理的有关规定（演示）",
        starts_on=BEGINS.isoformat(),
        ends_on=(BEGINS + timedelta(days=90)).isoformat(),
    )
    choose(page, nature="阶段性")
    pick(page, "清单", "属地", "泰顺县县乡属地管理事项责任清单")
    pick(page, "模块", "大安全", "大安全")
    submit(page, "保存")
    admission: str = page.url
    for township in TOWNSHIPS:
        part(page, "涉及乡镇").get_by_role("link", name="新增").click()
        pick(page, "涉及乡镇", township, township)
        submit(page, "保存")
    for kind in GUARANTEES:
        if kind != LAST:
            promise(page, admission, kind)
    return admission


def promise(page: Any, admission: str, kind: str) -> None:
    """One more guarantee of the draft, on whose page it is added."""
    part(page, "保障措施").get_by_role("link", name="新增").click()
    choose(page, kind=kind)
    fill(page, promise=GUARANTEES[kind], due=f"{BEGINS.isoformat()}T09:00")
    submit(page, "保存")
    assert page.url == admission


def answer(page: Any, stance: str) -> None:
    from_desk(page, TITLE)
    follow(page, "书面答复")
    choose(page, stance=stance)
    fill(page, opinion="请写明每日巡查里程。")
    submit(page, "书面答复")
    assert state(page) == "已答复"


def convene(page: Any) -> None:
    """A meeting of all members, who came together this morning."""
    page.goto("/joint_meeting/add")
    fill(page, title=MEETING, meets_at=f"{TODAY.isoformat()}T00:00", place="三楼会议室", quorum="2")
    submit(page, "保存")
    for unit in MEMBERS.values():
        part(page, "联席会议成员单位").get_by_role("link", name="新增").click()
        pick(page, "成员单位", unit, unit)
        submit(page, "保存")


def put_on_agenda(page: Any) -> None:
    follow(page, "列入议程")
    pick(page, "联席会议", MEETING[:6], MEETING)
    submit(page, "列入议程")


def deliver(department: Any, township: Any, kind: str) -> None:
    """The department reports a guarantee, and the township confirms it."""
    part(department, "保障措施").get_by_role("link", name=kind).click()
    follow(department, "报告落实情况")
    fill(department, delivery="已拨付到账。")
    submit(department, "报告落实情况")
    township.goto(department.url)
    press(township, "确认落实")
    assert state(township) == "已落实"
