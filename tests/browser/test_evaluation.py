"""A whole evaluation of a regional agency: sealed sheets, a seat that gathers, an excellence cap, a publication."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.browser.acts import choose, fact, fill, follow, part, press, state, submit
from tests.browser.conftest import PageAs

pytestmark = pytest.mark.browser

NAME = "派驻机构考评（浏览器）"
AGENCY = "市场监督管理局罗阳市场监管所"


def score(page: Any, cycle: str, points: str) -> None:
    """Fill in the row of the agency, and submit what is whole."""
    page.goto(cycle)
    page.get_by_role("link", name="填写评价表").click()
    row = page.locator("tr").filter(has=page.get_by_role("link", name=AGENCY, exact=True))
    for box in row.locator("input[type=number]").all():
        box.fill(points)
    submit(page, "提交已填完的评价表")
    assert "已提交并密封1张评价表" in page.locator(".flash").first.inner_text()


@pytest.mark.long
@pytest.mark.requirement("TA-38", "TA-39", "TA-40", "TC-53", "TC-55")
def test_a_regional_agency_is_evaluated_capped_and_its_score_opens(page_as: PageAs) -> None:
    assessor, seat, second, third, department = map(page_as, ("assessor", "luoyang", "sixi", "nanpuxi", "scjg"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = {"starts_on": today - timedelta(days=40), "ends_on": today - timedelta(days=1)}
    days["closes_on"] = today + timedelta(days=9)

    assessor.goto("/evaluation_cycle/add")
    fill(assessor, name=NAME, **{name: f"{day}" for name, day in days.items()})
    choose(assessor, period="季度")
    submit(assessor, "保存")
    assert state(assessor) == "草稿"
    cycle = assessor.url
    press(assessor, "开放考评周期")
    assert state(assessor) == "开放填写"

    score(second, cycle, "90.5")
    score(third, cycle, "80")
    seat.goto(cycle)
    part(seat, "派驻机构评价汇总").get_by_role("link", name=AGENCY).click()
    gathered = seat.url
    assert fact(seat, "尚未报送").inner_text() == "罗阳镇"
    assert seat.get_by_role("button", name="提交汇总评价").count() == 0
    score(seat, cycle, "89")
    seat.goto(gathered)
    assert state(seat) == "各方已交齐"
    press(seat, "提交汇总评价")
    # 0.5·89 + 0.3·90.5 + 0.2·80
    assert fact(seat, "乡镇评价得分").inner_text() == "87.65"

    score(department, cycle, "100")
    department.goto(gathered)
    follow(department, "评定等次")
    choose(department, grade="优秀")
    submit(department, "评定等次")
    assert "优秀等次限制规则（R18）" in department.locator("main").inner_text()
    choose(department, grade="良好")
    submit(department, "评定等次")
    assert state(department) == "已评定"

    assessor.goto(cycle)
    for move, lacking, reached in (
        ("关闭考评周期", "份评价表中尚有", "已关闭"),
        ("计算得分", "", "已计算"),
        ("确认得分", "个派驻机构未评定等次", "已确认"),
        ("公布得分", "", "已公布"),
    ):
        if lacking:
            follow(assessor, move)
            submit(assessor, move)
            assert lacking in assessor.locator("main").inner_text()
            assessor.check("#f-all_the_same")
            submit(assessor, move)
        else:
            press(assessor, move)
        assert state(assessor) == reached

    department.goto(cycle)
    department.locator("#main").get_by_role("link", name="得分", exact=True).click()
    department.get_by_role("link", name=AGENCY, exact=True).click()
    told = department.locator("main").inner_text()
    # 0.6·87.65 + 0.4·100
    assert "60.00% × 87.65 + 40.00% × 100.00 = 92.59" in told
    assert "乡镇评价未评为优秀" in told
    assert "结果一致" in told
    department.get_by_text("履行派驻职责").first.click()
    assert department.get_by_role("link", name="泗溪镇").first.is_visible()
