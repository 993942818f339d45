"""The whole way as the people involved see it, in Chinese: called, refused, forwarded, negotiated in vain, decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.acts import chosen, follow, from_desk, pick, press, state, submit
from tests.browser.conftest import PageAs

pytestmark = pytest.mark.browser

TITLE = "河道旁两层砖房未批先建"
ITEM = "乡村规划区违法建设查处"


@pytest.mark.requirement("TC-02", "TC-30", "TC-41", "TC-42", "TC-44", "TC-51")
def test_five_people_take_a_disputed_call_to_its_duty_holder(
    page_as: PageAs, sweep_at: Callable[[str], dict[str, int]]
) -> None:
    township, office, department, supervision, editorial = map(
        page_as, ("luoyang", "office", "zhzf", "supervision", "editorial")
    )

    township.goto("/call/add")
    township.fill("#f-title", TITLE)
    pick(township, "清单事项", "违法建设", ITEM)
    township.select_option("#f-scope", label="重点事项（要呼叫）")
    township.fill("#f-description", "巡查发现，劝阻无效。")
    submit(township, "保存")
    assert state(township) == "草稿"
    press(township, "发出")
    assert state(township) == "待受理"

    from_desk(office, TITLE)
    press(office, "受理")
    follow(office, "派发")
    assert chosen(office, "牵头单位") == "自然资源和规划局"
    pick(office, "牵头单位", "综合行政", "综合行政执法局")
    submit(office, "派发")
    assert state(office) == "已派发"
    call = office.url

    from_desk(department, TITLE)
    follow(department, "驳回")
    department.fill("#f-reason", "按清单由自然资源和规划局牵头。")
    department.fill("#f-clause", "牵头单位：自然资源和规划局")
    pick(department, "应负责的单位", "自然资源", "自然资源和规划局")
    submit(department, "驳回")
    assert state(department) == "已驳回"

    from_desk(township, TITLE)
    assert state(township) == "已驳回"
    press(township, "转发督查机构")
    assert state(township) == "已转发督查机构"

    from_desk(supervision, TITLE)
    press(supervision, "通知各方协商")
    assert state(supervision) == "各方协商中"

    late = (datetime.now(UTC) + timedelta(days=45)).isoformat(timespec="seconds")
    assert sweep_at(late)["case_escalate"] >= 1

    from_desk(editorial, TITLE)
    assert state(editorial) == "编办协调中"
    follow(editorial, "出具协调意见")
    editorial.fill("#f-opinion", "违法建设查处由自然资源和规划局牵头，综合行政执法局配合。")
    pick(editorial, "责任单位", "自然资源", "自然资源和规划局")
    submit(editorial, "出具协调意见")
    assert state(editorial) == "已出具协调意见"

    office.goto(call)
    follow(office, "派发")
    assert chosen(office, "牵头单位") == "自然资源和规划局"
    submit(office, "派发")
    assert state(office) == "已派发"
    told = office.locator(".timeline").inner_text()
    for step in ("发出", "受理", "派发", "驳回", "转发督查机构", "通知各方协商", "出具协调意见"):
        assert step in told
