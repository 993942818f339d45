"""Reminded, nudged, supervised, ordered to rectify, and named in a circular: as the people concerned see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser.acts import choose, chosen, fill, follow, from_desk, part, pick, press, state, submit
from tests.browser.conftest import PageAs

pytestmark = pytest.mark.browser

TITLE = "集镇北侧彩钢棚占用消防通道"


@pytest.mark.long
@pytest.mark.requirement("TA-29", "TC-36", "TC-47", "TC-57")
def test_a_silent_department_is_reminded_supervised_ordered_to_rectify_and_named_in_a_circular(
    page_as: PageAs, sweep_at: Callable[[str], dict[str, int]]
) -> None:
    township, office, department, supervision = map(page_as, ("luoyang", "office", "zrzy", "supervision"))
    late = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=60)  # later than any other test lets pass
    soon = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT10:00")

    township.goto("/call/add")
    fill(township, title=TITLE, description="巡查发现，劝阻无效。")
    pick(township, "清单事项", "违法建设", "乡村规划区违法建设查处")
    submit(township, "保存")
    press(township, "发出")
    from_desk(office, TITLE)
    press(office, "受理")
    follow(office, "派发")
    assert chosen(office, "牵头单位") == "自然资源和规划局"
    submit(office, "派发")

    township.goto(office.url)
    part(township, "派单").get_by_role("link").first.click()
    press(township, "催促")
    assert part(township, "催促记录").locator("tbody tr").count() == 1
    assigned = township.url

    sweep_at(late.isoformat(timespec="seconds"))
    supervision.goto(office.url)
    assert part(supervision, "催办").locator("tbody tr").count() >= 1
    supervision.goto(assigned)
    supervision.get_by_role("link", name="下发督办单").click()
    fill(supervision, level="2", due=soon, reason="催促后仍无进展。")
    choose(supervision, misconduct="慢作为")
    submit(supervision, "保存")
    assert state(supervision) == "已下发"
    order = supervision.url

    department.goto(order)
    follow(department, "回复")
    fill(department, reply="明日到场处置。")
    submit(department, "回复")
    assert state(department) == "已回复"
    assert department.locator(".moves").get_by_text("办结").count() == 0
    supervision.goto(order)
    press(supervision, "核实通过")
    assert state(supervision) == "已核实"

    supervision.goto("/rectification_order/add")
    pick(supervision, "整改单位", "自然资源", "自然资源和规划局")
    choose(supervision, failure_kind="不响应", misconduct="慢作为")
    fill(supervision, due=soon, reason="按时响应呼叫。")
    submit(supervision, "保存")
    rectification = supervision.url
    department.goto(rectification)
    follow(department, "报整改方案")
    fill(department, plan="安排专人值班。")
    submit(department, "报整改方案")
    follow(department, "报告整改完成")
    fill(department, report="已排定值班表。")
    submit(department, "报告整改完成")
    supervision.goto(rectification)
    follow(supervision, "核实整改")
    choose(supervision, finding="缺位，已到位")
    submit(supervision, "核实整改")

    month_after = (late.replace(day=1) + timedelta(days=32)).replace(day=2)
    assert sweep_at(month_after.isoformat(timespec="seconds"))["circular_compile"] >= 1
    supervision.goto("/circular/")
    supervision.get_by_role("link", name=f"{late.year}年{late.month}月响应情况的通报").click()
    assert state(supervision) == "草稿"
    assert "自然资源和规划局" in part(supervision, "通报条目").inner_text()
    follow(supervision, "发布通报")
    fill(supervision, number="演示通报1号")
    submit(supervision, "发布通报")

    township.goto(supervision.url)
    assert state(township) == "已公布"
    with township.expect_download() as download:
        township.get_by_role("link", name="导出Word文档").click()
    assert download.value.suggested_filename.endswith(".docx")
