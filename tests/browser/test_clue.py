"""From a photo on a grid worker's phone to the call that the township makes of it, and the department that reads it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.browser.acts import fact, fill, follow, from_desk, pick, press, state, submit
from tests.browser.conftest import PHONE, PageAs
from tests.pictures import PLACE, photo

pytestmark = pytest.mark.browser

TITLE = "河边新搭简易棚（演示）"
PICTURE = {"name": "河边简易棚（演示）.jpg", "mimeType": "image/jpeg"}
WIDTH = "document.documentElement.scrollWidth"
THUMB = 44
"""Pixels that a thumb needs."""
PICTURES = "pictures => pictures.map(picture => picture.complete && picture.naturalWidth)"


def fits(page: Any) -> None:
    """No scrolling sideways, and whatever is pressed is as large as a thumb."""
    assert page.evaluate(WIDTH) <= PHONE[0]
    pressed = page.locator("main form .button:visible, main .moves .button:visible, main input[type=file]:visible")
    small = [box for one in pressed.all() if (box := one.bounding_box()) and min(box["height"], box["width"]) < THUMB]
    assert not small


def shown(page: Any) -> list[int]:
    """How wide each small picture of the record is, once all of them are there."""
    page.locator(".gallery img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => [...document.querySelectorAll('.gallery img')].every(one => one.naturalWidth)")
    found: list[int] = page.eval_on_selector_all(".gallery img", PICTURES)
    return found


@pytest.mark.requirement("TC-04", "TC-49")
def test_a_photo_taken_on_a_phone_becomes_a_call_that_the_department_sees(page_as: PageAs) -> None:
    grid, township, office, department = (page_as(who, PHONE) for who in ("grid_luoyang", "luoyang", "office", "zrzy"))
    taken = PICTURE | {"buffer": photo(size=(1200, 900), taken="2026:11:23 08:15:00", turned=6, **PLACE)}

    grid.goto("/call/add")
    fits(grid)
    camera = grid.locator("#f-files-camera")
    assert camera.is_visible()
    assert (camera.get_attribute("accept"), camera.get_attribute("capture")) == ("image/*", "environment")
    camera.set_input_files(taken)
    pick(grid, "清单事项", "违法建设", "乡村规划区违法建设查处")
    grid.wait_for_load_state("networkidle")
    fits(grid)
    fill(grid, title=TITLE, description="沿河新搭，已劝阻一次。")
    submit(grid, "保存")
    assert state(grid) == "草稿"
    fits(grid)
    assert shown(grid) == [240]
    assert fact(grid, "纬度").inner_text() == "31.620139"
    assert fact(grid, "地点").inner_text() == "31.620139, 119.675000"
    assert "2026-11-23 08:15" in grid.locator(".gallery li").inner_text()
    clue = grid.url

    township.goto(clue)
    fits(township)
    assert shown(township) == [240]
    press(township, "发出")
    assert state(township) == "待受理"

    from_desk(office, TITLE)
    press(office, "受理")
    follow(office, "派发")
    submit(office, "派发")

    from_desk(department, TITLE)
    department.goto(clue)
    fits(department)
    assert shown(department) == [240]
    assert department.locator(".gallery li").inner_text().startswith(PICTURE["name"])
    kept = department.request.get(department.locator(".gallery a").get_attribute("href"))
    assert "%E6%B2%B3%E8%BE%B9" in kept.headers["content-disposition"]
    picture = Image.open(io.BytesIO(kept.body()))
    assert (picture.size, dict(picture.getexif())) == ((900, 1200), {})
