"""A leader reads the charts, narrows them, looks behind a number, takes the report along, and opens the screen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import PHONE, PageAs
from tests.browser.test_look import INKED

pytestmark = pytest.mark.browser

WALL = (1920, 1080)
PLACE = """canvas => {
  const chart = echarts.getInstanceByDom(canvas);
  const [{ data }] = chart.getOption().series;
  const at = data.findIndex(Boolean);
  return chart.convertToPixel({ seriesIndex: 0 }, [data[at] / 2, at]);
}"""
"""Where in a chart the first bar of its first series is."""


def numbers(page: Any, panel: str) -> list[int]:
    found = page.locator(f"#panel-{panel} tbody td:not(.measure)").all_text_contents()
    return [int(text.replace(",", "")) for text in found]


def test_a_leader_reads_narrows_looks_behind_and_takes_along(page_as: PageAs) -> None:
    page = page_as("leader")
    page.goto("/")
    assert page.url.endswith("/leaders/")
    charts = page.locator("[data-chart]")
    assert charts.count() == page.locator(".panel:has(.panel-table)").count() > 15
    for number in range(charts.count()):
        assert page.locator("[data-chart] canvas").nth(number).evaluate(INKED) > 100
    everything = sum(numbers(page, "calls"))

    page.select_option("[name=unit]", label="罗阳镇")
    page.get_by_role("button", name="查看").click()
    page.wait_for_url(re.compile("unit="))
    assert 0 < sum(numbers(page, "calls")) < everything

    page.locator("#panel-loop .meant summary").click()
    assert page.locator("#panel-loop .meant p").is_visible()
    canvas = page.locator("#panel-categories [data-chart]")
    canvas.scroll_into_view_if_needed()
    x, y = canvas.evaluate(PLACE)
    with page.expect_navigation():
        canvas.click(position={"x": x, "y": y})
    assert "/leaders/rows/categories" in page.url
    count = page.locator("table tbody tr").count()
    assert f"共{count}条。" in page.locator(".head-note").inner_text()
    page.locator(".crumbs a").click()
    page.wait_for_url(re.compile("/leaders/.*unit="))

    with page.expect_download(timeout=60_000) as download:  # some two dozen pictures are drawn
        page.get_by_role("link", name="导出Word文档").click(no_wait_after=True)
    assert re.fullmatch(r"领导决策图表 .*\.docx", download.value.suggested_filename)


def test_on_a_phone_the_charts_stand_below_each_other(page_as: PageAs) -> None:
    page = page_as("leader", PHONE)
    page.goto("/leaders/")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    lefts = {round(box["x"]) for box in (card.bounding_box() for card in page.locator(".question").all()) if box}
    assert len(lefts) == 1


@pytest.mark.requirement("TA-49")
def test_the_screen_fills_the_wall_and_keeps_its_figures_when_nothing_answers(page_as: PageAs) -> None:
    page = page_as("leader", WALL)
    page.goto("/screen/")
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert tuple(page.evaluate(size)) == WALL
    assert page.locator(".board tbody tr").count() > 3
    assert page.locator(".loop li").count() > 3
    tiles = page.locator("[data-today] b").all_inner_texts()
    assert len(tiles) == 6
    assert all(tiles)
    lines = page.locator(".latest tbody tr").all()
    assert len(lines) > 3
    assert all(box["y"] + box["height"] < WALL[1] for box in (line.bounding_box() for line in lines))
    shown = page.locator("[data-today=open] b").inner_text()
    assert int(shown) > 0

    with page.expect_response("**/screen/figures.json"):
        page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text(re.compile(r"^数据时间 \d\d:\d\d$")).wait_for()
    page.route("**/screen/figures.json", lambda route: route.fulfill(status=200, body="<html>"))
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text(re.compile(r"^服务器没有应答，以下是\d\d:\d\d的数据$")).wait_for()
    assert page.locator("[data-today=open] b").inner_text() == shown
