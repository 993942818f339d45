"""What people see and press, in a real browser on the demo county."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import config
from tests.browser.acts import go
from tests.browser.conftest import PHONE, PageAs

pytestmark = pytest.mark.browser

WIDTH = "document.documentElement.scrollWidth"
STYLE = (config.ROOT / "app" / "static" / "huying.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", STYLE))
TONES = ("muted", "info", "active", "warn", "danger", "done")


def addresses(page: Any, selector: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(selector, "found => found.map(one => one.getAttribute('href'))")
    return found


def field(page: Any, label: str) -> Any:
    """The frame of a picker, by the label of its box."""
    return page.locator(".field").filter(has_text=label).locator("[data-picker]")


# A phone -------------------------------------------------------------------------------------------


@pytest.mark.requirement("TC-21")
@pytest.mark.parametrize(
    ("account", "further"),
    [
        ("luoyang", "/call/"),
        ("office", "/coordination_case/"),
        ("list_manager", "/list_adjustment/"),
        ("admin", "/users/list/"),
    ],
)
def test_no_page_is_wider_than_a_phone(page_as: PageAs, account: str, further: str) -> None:
    page = page_as(account, PHONE)
    page.goto("/")
    lists = [*addresses(page, "#side a"), "/notices/", "/resetmypassword/form"]
    too_wide = {address: width for address, width in widths(page, lists, further) if width > PHONE[0]}
    assert not too_wide


def widths(page: Any, lists: list[str], further: str) -> Iterator[tuple[str, int]]:
    """Every list; and from one of them on to a record, to its form and to the charts."""
    assert further in lists
    for listing in lists:
        page.goto(listing, wait_until="domcontentloaded")
        yield listing, page.evaluate(WIDTH)
        if listing == further:
            buttons = [a for a in addresses(page, ".head-do a") if a.partition("?")[0].endswith(("/add", "/charts"))]
            for address in [*buttons, *addresses(page, "td.first a")[:1]]:
                page.goto(address)
                yield address, page.evaluate(WIDTH)


def test_a_move_fits_a_phone(page_as: PageAs) -> None:
    page = page_as("office", PHONE)
    page.goto("/call/?f=state:eq:accepted")
    go(page, "td.first a")
    go(page, ".moves a")
    assert "/move/" in page.url
    assert page.evaluate(WIDTH) <= PHONE[0]


def test_a_table_becomes_cards_each_cell_with_its_label(page_as: PageAs) -> None:
    wide, narrow = page_as("office"), page_as("office", PHONE)
    for page in (wide, narrow):
        page.goto("/call/?f=state:eq:in_progress")
    headings = [text.strip() for text in wide.locator("thead th").all_inner_texts()]
    script = "cells => cells.map(cell => getComputedStyle(cell, '::before').content.slice(1, -1))"
    labels = narrow.eval_on_selector_all("tbody tr:first-child td:not(.first)", script)
    assert labels == headings[1:]
    assert wide.eval_on_selector("tbody td:nth-child(2)", "cell => getComputedStyle(cell).display") == "table-cell"
    lefts = narrow.eval_on_selector_all("tbody tr:first-child td", "cells => cells.map(c => c.offsetLeft)")
    assert len(set(lefts)) == 1  # one under the other


def test_a_long_label_does_not_run_into_its_value(page_as: PageAs) -> None:
    page = page_as("luoyang", PHONE)
    page.goto("/data_request/")
    script = "cells => cells.map(cell => getComputedStyle(cell, '::before').whiteSpace)"
    assert set(page.eval_on_selector_all("tbody td:not(.first)", script)) == {"normal"}


def test_a_flow_chart_is_read_on_a_phone_by_moving_it_in_its_frame(page_as: PageAs) -> None:
    page = page_as("grid_luoyang", PHONE)
    page.goto("/list_item/?f=state:eq:published&q=乡村违法建筑处置")
    go(page, "td.first a")
    page.get_by_role("link", name="流程图", exact=True).click()
    assert page.locator(".sheet svg").evaluate("drawing => drawing.getBoundingClientRect().width") >= 600
    assert page.evaluate(WIDTH) <= PHONE[0]


def test_the_menu_of_a_phone_opens_and_closes(page_as: PageAs) -> None:
    page = page_as("luoyang", PHONE)
    page.goto("/")
    button, side = page.locator("[data-side]"), page.locator("#side")
    assert not side.is_visible()
    button.press("Enter")
    side.wait_for(state="visible")
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    side.wait_for(state="hidden")
    assert button.evaluate("button => button === document.activeElement")


# Pickers -------------------------------------------------------------------------------------------


def test_a_picker_is_used_with_the_keyboard_alone(page_as: PageAs) -> None:
    page = page_as("luoyang")
    page.goto("/call/add")
    picker = field(page, "清单事项")
    box = picker.get_by_role("combobox")
    page.locator("#f-title").focus()
    page.keyboard.press("Tab")
    assert box.evaluate("box => box === document.activeElement")
    page.keyboard.type("消防")
    picker.get_by_role("option").first.wait_for()
    page.wait_for_load_state("networkidle")  # each key asks anew
    offered = picker.get_by_role("option").all_inner_texts()
    assert offered
    assert all("消防" in text for text in offered)
    page.keyboard.press("ArrowDown")
    wanted = offered[1 % len(offered)]
    assert picker.locator(".active").inner_text() == wanted
    with page.expect_navigation():  # the item says what else the form asks for
        page.keyboard.press("Enter")
    box = picker.locator("input[role=combobox]")
    box.wait_for()
    assert box.input_value() == wanted
    assert picker.locator("select").evaluate("select => select.selectedOptions[0].text") == wanted
    assert box.get_attribute("aria-expanded") == "false"


def test_words_that_were_not_picked_do_not_stay_in_the_box(page_as: PageAs) -> None:
    page = page_as("luoyang")
    page.goto("/call/add")
    box = field(page, "清单事项").get_by_role("combobox")
    box.type("没有这一项")
    page.keyboard.press("Tab")
    assert box.input_value() == ""


def test_several_are_picked_and_the_last_is_taken_back(page_as: PageAs) -> None:
    page = page_as("office")
    page.goto("/call/?f=state:eq:accepted")
    go(page, "td.first a")
    go(page, ".moves a")
    picker = field(page, "配合单位")
    box, select = picker.get_by_role("combobox"), picker.locator("select")
    for words in ("公安", "民政"):
        box.type(words)
        picker.get_by_role("option").filter(has_text=words).first.wait_for()
        box.press("Enter")
    assert picker.locator(".chip").count() == 2
    box.press("Backspace")
    chosen = select.evaluate("select => [...select.selectedOptions].map(option => option.text)")
    assert len(chosen) == 1
    assert "公安" in chosen[0]


# Lists ---------------------------------------------------------------------------------------------


def test_a_condition_brings_the_boxes_that_fit_its_column(page_as: PageAs) -> None:
    page = page_as("office")
    page.goto("/call/")
    page.click(".adder summary")
    page.select_option("[name=fc]", "sent_at")
    assert page.get_attribute("[name=fv]", "type") == "date"
    page.select_option("[name=fc]", "caller_unit")
    assert page.locator(".condition [role=combobox]").is_visible()
    page.select_option("[name=fc]", "state")
    page.select_option(".condition [name=fv]", "in_progress")
    go(page, ".condition .button-main")
    words = page.locator(".chip").inner_text()
    states = page.locator("td[data-label=状态]").all_inner_texts()
    assert states
    assert len(set(states)) == 1
    assert states[0].strip() in words


def test_a_list_is_searched_narrowed_and_sorted_without_a_script(page_as: PageAs) -> None:
    page = page_as("office", script=False)
    page.goto("/call/")
    page.click(".adder summary")
    page.select_option("[name=fc]", "state")
    go(page, ".condition .button-main")
    page.select_option(".condition [name=fv]", "in_progress")
    go(page, ".condition .button-main")
    go(page, "th a.sort >> nth=0")
    assert page.locator("th[aria-sort=ascending]").count() == 1
    numbers = page.locator("td.first").all_inner_texts()
    assert len(numbers) > 1
    assert numbers == sorted(numbers)
    assert page.locator(".chip").count() == 1


def test_deleting_asks_first(page_as: PageAs) -> None:
    page = page_as("luoyang")
    page.goto("/call/?f=state:eq:draft")
    go(page, "td.first a")
    question = page.locator(".confirm .menu-body")
    assert not question.is_visible()
    page.click(".confirm summary")
    assert question.is_visible()
    page.click(".confirm [data-close]")
    assert not question.is_visible()


def test_what_is_wrong_stands_at_its_box(page_as: PageAs) -> None:
    page = page_as("luoyang", script=False)
    page.goto("/call/add")
    page.fill("#f-title", " ")
    page.locator("form.form").evaluate("form => form.noValidate = true")
    complaint = _refused(page)
    assert complaint.locator(".problem").is_visible()
    assert complaint.locator("[aria-invalid=true]").count() == 1


def _refused(page: Any) -> Any:
    go(page, ".form-foot button")
    return page.locator(".field").filter(has_text="标题")


# Words and colours ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/call/", "/call_assignment/", "/coordination_case/", "/supervision_order/"])
def test_every_label_says_in_words_what_its_colour_means(page_as: PageAs, address: str) -> None:
    page = page_as("office")
    page.goto(address)
    labels = page.eval_on_selector_all(
        ".tag", "tags => tags.map(tag => [tag.className.split(' ')[1], tag.innerText.trim()])"
    )
    assert labels
    assert {tone for tone, _ in labels} <= {f"tag-{tone}" for tone in TONES}
    assert all(words for _, words in labels)


@pytest.mark.parametrize("account", ["luoyang", "zj", "editorial", "list_manager", "leader"])
def test_a_desk_speaks_chinese_alone(page_as: PageAs, account: str) -> None:
    page = page_as(account)
    page.goto("/")
    named_so = {"Word", "Excel"}
    assert set(re.findall(r"[A-Za-z]{3,}", page.locator("#main").inner_text())) <= named_so


def test_what_each_township_is_asked_is_seen_without_moving_the_table(page_as: PageAs) -> None:
    page = page_as("leader")
    page.goto("/burden/")
    frame = page.locator(".scroll", has=page.locator(".table-matrix"))
    assert frame.locator("thead th").count() > 19
    assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") <= 0


@pytest.mark.parametrize(
    ("text", "ground"),
    [*((tone, f"{tone}-tint") for tone in TONES), ("ink", "ground"), ("ink-2", "ground"), ("ink-3", "surface")],
)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    lighter, darker = sorted((_luminance(TOKENS[text]), _luminance(TOKENS[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_names_its_language_and_changes_it(page_as: PageAs) -> None:
    page = page_as("luoyang")
    page.goto("/call/")
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click(".top .language >> text=English")
    page.goto("/call/")
    assert page.get_attribute("html", "lang") == "en"
    assert page.inner_text("h1") == "Calls"


def test_the_first_tab_leads_past_the_menu(page_as: PageAs) -> None:
    page = page_as("luoyang")
    page.goto("/call/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_wrong_password_is_told(page_as: PageAs) -> None:
    page = page_as("")
    page.goto("/login/")
    page.fill("#username", "luoyang")
    page.fill("#password", "not this one")
    page.click("form button")
    assert page.locator(".flash").inner_text().strip()
    assert "/login/" in page.url


# Notices and charts --------------------------------------------------------------------------------


def test_opening_a_notice_marks_it_as_read_and_leads_to_its_subject(page_as: PageAs) -> None:
    page = page_as("office")
    page.goto("/notices/")
    before = page.locator(".notice-new").count()
    go(page, ".notice-new button >> nth=0")
    assert re.search(r"/[a-z_]+/\d+$", page.url)
    assert page.locator(".bell-count").inner_text() == str(before - 1)


@pytest.mark.parametrize("console", ["call", "call_assignment", "list_item"])
def test_every_chart_is_drawn_from_the_numbers_in_its_table(page_as: PageAs, console: str) -> None:
    page = page_as("office")
    page.goto(f"/{console}/charts")
    charts = page.locator(".chart")
    assert charts.count() == page.locator(".chart canvas").count() == page.locator(".chart table").count() > 0
    for chart in charts.all():
        assert chart.locator("canvas").evaluate(INKED) > 100
        assert chart.evaluate(DRAWN) == chart.evaluate(TABLED)


INKED = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length;
}"""

# label → the sum of its numbers, as the chart has them and as the table shows them
DRAWN = """section => {
  const { series, xAxis, yAxis } = echarts.getInstanceByDom(section.querySelector('[data-chart]')).getOption();
  if (series[0].type === 'pie') return series[0].data.map(({ name, value }) => [name, value]);
  const labels = (yAxis[0].data || xAxis[0].data);
  return labels.map((label, at) => [label, series.reduce((sum, { data }) => sum + data[at], 0)]);
}"""
TABLED = """section => [...section.querySelectorAll('tbody tr')].map(row => [
  row.querySelector('th').innerText,
  Number([...row.querySelectorAll('td:not(.measure)')].at(-1).innerText.replaceAll(',', '')),
])"""
