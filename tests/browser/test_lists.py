"""How a list changes, as the people involved see it, in Chinese: proposed from the base, heard, approved, in force."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.browser.acts import choose, fact, fill, follow, from_desk, go, part, pick, picker_of, press, state, submit
from tests.browser.conftest import PageAs

pytestmark = pytest.mark.browser

ITEM, LIST = "ZF-06 限养区外无主犬处置", "泰顺县县乡属地管理事项责任清单"
NEW_WORDS = "发现无主犬先行围挡并上报，不承担捕捉。"


@pytest.mark.requirement("TA-07", "TA-14", "TC-10", "TC-26")
def test_a_township_has_an_item_reworded_and_the_old_edition_stays_as_it_stood(
    page_as: PageAs, sweep_at: Callable[[str], dict[str, int]]
) -> None:
    township, other, department, manager = map(page_as, ("luoyang", "sixi", "zhzf", "list_manager"))

    edition = in_force(township)
    open_item(township, ITEM)
    old = township.url
    old_words = fact(township, "乡镇（街道）职责").inner_text()
    township.get_by_role("link", name="提出调整").click()
    choose(township, reason="不再适宜乡镇承担")
    fill(township, explanation="镇里没有捕捉器具和收容场所。", township_duties=NEW_WORDS)
    submit(township, "保存")
    press(township, "提交")
    assert state(township) == "已提交"
    proposal = township.url

    from_desk(manager, ITEM)
    follow(manager, "征求意见")
    submit(manager, "征求意见")
    assert state(manager) == "征求意见中"

    from_desk(department, ITEM)
    follow(department, "反馈意见")
    submit(department, "反馈意见")
    assert "请写明需要修改的内容" in department.locator(".field-wrong").inner_text()
    fill(department, opinion="乡镇仍应协助维持秩序。")
    submit(department, "反馈意见")
    from_desk(other, ITEM)
    follow(other, "反馈意见")
    other.check("#f-agrees")
    submit(other, "反馈意见")
    over = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")
    assert sweep_at(over)["adjustment_watch"] >= 1

    manager.goto(proposal)
    assert state(manager) == "审核中"
    said = part(manager, "调整征求意见").inner_text()
    assert "乡镇仍应协助维持秩序。" in said
    assert "逾期未反馈" in said
    follow(manager, "批准")
    fill(manager, approval_document="县委办演示31号")
    submit(manager, "批准")
    assert state(manager) == "已写入清单"

    fact(manager, "新版事项").get_by_role("link").click()
    assert (state(manager), fact(manager, "乡镇（街道）职责").inner_text()) == ("已公布", NEW_WORDS)
    township.goto(old)
    assert (state(township), fact(township, "乡镇（街道）职责").inner_text()) == ("已被新版替代", old_words)
    manager.goto(old)
    assert manager.get_by_role("link", name="编辑").count() == 0

    township.goto(in_force(township))
    number = int(fact(township, "版次").inner_text())
    assert fact(township, "文号").inner_text() == "县委办演示31号"
    township.get_by_role("link", name="版本比较").click()
    assert "改写 1" in township.locator(".chips").inner_text()
    told = township.locator("table.compare tbody").inner_text()
    assert old_words in told
    assert NEW_WORDS in told
    township.goto(edition)
    assert (state(township), int(fact(township, "版次").inner_text())) == ("已被新版替代", number - 1)


@pytest.mark.requirement("TA-13")
def test_what_no_item_covers_is_added_on_a_township_s_word_and_can_be_called_about(page_as: PageAs) -> None:
    township, helper, manager = map(page_as, ("luoyang", "scjg", "list_manager"))
    title = "安置小区流浪猫收容绝育（演示）"

    township.goto("/call/?f=state:eq:rejected")
    township.click("td.first a")
    call = township.locator("h1").inner_text()
    township.get_by_role("link", name="建议调整清单").click()
    choose(township, reason="职责不清")
    pick(township, "清单", "属地", LIST)
    pick(township, "模块", "大服务", "大服务")
    pick(township, "牵头部门", "农业农村", "农业农村局")
    fill(
        township,
        explanation="呼叫被驳回，两个部门都说不在职责之内。",
        title=title,
        department_duties="组织收容、绝育和防疫。",
        township_duties="组织志愿者协助，做好宣传。",
        legal_basis="《中华人民共和国动物防疫法》第三十条",
    )
    submit(township, "保存")
    assert fact(township, "反映问题的呼叫").inner_text() == call
    press(township, "提交")

    from_desk(manager, title)
    follow(manager, "征求意见")
    only(manager, "市场监管局", "市场监督管理局")
    submit(manager, "征求意见")
    from_desk(helper, title)
    follow(helper, "反馈意见")
    helper.check("#f-agrees")
    submit(helper, "反馈意见")

    from_desk(manager, title)
    assert part(manager, "调整征求意见").locator("tbody tr").count() == 1
    follow(manager, "批准")
    fill(manager, approval_document="县委办演示32号")
    submit(manager, "批准")
    assert "编码" in manager.locator(".field-wrong").inner_text()
    fill(manager, code="NY-20")
    submit(manager, "批准")
    assert state(manager) == "已写入清单"

    township.goto("/call/add")
    pick(township, "清单事项", "流浪猫", f"NY-20 {title}")
    fill(township, title="安置小区流浪猫二十余只（演示）")
    submit(township, "保存")
    assert "NY-20" in fact(township, "清单事项").inner_text()


def in_force(page: Any) -> str:
    """Open the list in force; its address."""
    page.goto("/duty_list/?f=state:eq:published")
    go(page, "td.first a")
    found: str = page.url
    return found


def open_item(page: Any, name: str) -> None:
    """From the menu, by the search box: the one in force is the only one there."""
    lists = page.locator("#side details").filter(has=page.locator("summary", has_text=re.compile("^清单$")))
    if not lists.evaluate("part => part.open"):
        lists.locator("summary").click()
    lists.get_by_role("link", name="清单事项").click()
    page.fill("input[type=search]", name.partition(" ")[2])
    page.keyboard.press("Enter")
    page.locator(".chip").nth(1).wait_for()
    assert page.locator("tbody tr").count() == 1
    go(page, "td.first a")
    assert page.locator("h1").inner_text() == name


def only(page: Any, words: str, wanted: str) -> None:
    """Ask this unit, and none of those that are proposed."""
    picker = picker_of(page, "征求意见单位")
    box = picker.get_by_role("combobox")
    while picker.locator(".chip").count():
        box.press("Backspace")
    box.type(words)
    picker.get_by_role("option").filter(has_text=wanted).first.wait_for()
    box.press("Enter")
