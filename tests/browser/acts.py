"""What the people of the browser's stories do: search, pick, press, and read where a record stands."""

from __future__ import annotations

import re
from typing import Any


def picker_of(page: Any, label: str) -> Any:
    """The frame of a picker, by the label of its box."""
    named = page.locator("label", has_text=re.compile(rf"^{label}(\*|$)"))
    return page.locator(".field").filter(has=named).locator("[data-picker]")


def pick(page: Any, label: str, words: str, wanted: str) -> None:
    """Search in a picker, and take the row of that name."""
    picker = picker_of(page, label)
    box = picker.locator("[role=combobox]")
    box.fill(words)
    picker.get_by_role("option", name=wanted, exact=False).first.click()


def chosen(page: Any, label: str) -> str:
    """What a picker proposes."""
    select = picker_of(page, label).locator("select")
    found: str = select.evaluate("select => select.selectedOptions[0].text")
    return found


def state(page: Any) -> str:
    found: str = page.locator(".head .tag").first.inner_text()
    return found


def go(page: Any, selector: str) -> None:
    """Press what leads to another page, and see that page."""
    with page.expect_navigation():
        page.click(selector)


def press(page: Any, button: str) -> None:
    """Make a move that asks nothing, and see the answer."""
    with page.expect_navigation():
        page.locator(".moves").get_by_role("button", name=button, exact=True).click()


def follow(page: Any, link: str) -> None:
    """Open the form of a move."""
    with page.expect_navigation():
        page.locator(".moves").get_by_role("link", name=link, exact=True).click()


def submit(page: Any, button: str) -> None:
    """Send the form that is open, and see the answer."""
    with page.expect_navigation():
        page.locator(".form-foot").get_by_role("button", name=button, exact=True).click()


def fill(page: Any, **boxes: str) -> None:
    """Fill boxes in, by the names of their fields."""
    for name, words in boxes.items():
        page.fill(f"#f-{name}", words)


def choose(page: Any, **words: str) -> None:
    """Choose words, by the names of their fields."""
    for name, word in words.items():
        page.select_option(f"#f-{name}", label=word)


def fact(page: Any, label: str) -> Any:
    """What a record's page says under a label."""
    return page.locator(".fact").filter(has=page.locator("dt", has_text=label)).locator("dd")


def part(page: Any, title: str) -> Any:
    """The card of a record's page that lists what belongs to it."""
    return page.locator("section.card").filter(has=page.locator("h2", has_text=title))


def from_desk(page: Any, title: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=title).first.click()
