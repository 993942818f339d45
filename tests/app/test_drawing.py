"""A flow chart fits one sheet: no box on another, no arrow through a box, whatever the steps say."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.drawing import png, svg
from app.drawing_layout import A4, CLOSING, Sheet, Step, laid_out, measured, wrapped

KINDS = st.sampled_from(["start", "work", "decision", "end"])
NS = "{http://www.w3.org/2000/svg}"


def sheet(*steps, **words):
    return Sheet(**({"title": "图", "subtitle": "清单", "steps": steps, "yes": "是", "no": "否"} | words))


def step(title="核对材料", lane="乡镇", **columns):
    return Step(title, lane, **columns)


@st.composite
def sheets(draw):
    """Up to 23 steps in up to five lanes; decisions lead anywhere."""
    count = draw(st.integers(1, 23))
    target = st.none() | st.integers(0, count - 1)
    texts = st.text("核对材料并出具意见,Wide words 1。", min_size=1, max_size=60)
    lanes = [f"单位{number}" for number in range(draw(st.integers(1, 5)))]
    steps = [
        Step(
            draw(texts), draw(st.sampled_from(lanes)), draw(KINDS), draw(st.sampled_from(["", "3 个工作日内"])), *draws
        )
        for draws in (tuple(draw(st.tuples(target, target))) for _ in range(count))
    ]
    return sheet(*steps)


def inside(box, x, y):
    """Whether a point lies within the shape of a box, off its edge."""
    across, up = abs(x - box.middle[0]) / (box.width / 2), abs(y - box.middle[1]) / (box.height / 2)
    return across + up < 0.999 if box.kind == "decision" else max(across, up) < 0.999


def along(points):
    """The ends of each stretch of an arrow, and points between them."""
    for (x, y), (to_x, to_y) in pairwise(points):
        for part in range(51):
            yield x + (to_x - x) * part / 50, y + (to_y - y) * part / 50


@pytest.mark.requirement("TS-10")
@settings(max_examples=60, deadline=None)
@given(sheets())
def test_boxes_lie_apart_each_in_its_lane(sheet):
    found = laid_out(sheet)
    assert len(found.boxes) == len(sheet.steps)
    for one, other in pairwise(found.boxes):
        assert one.bottom < other.top
    lanes = {lane.name.lines: lane for lane in found.lanes}
    for box, step in zip(found.boxes, sheet.steps, strict=True):
        lane = lanes[step.lane,]
        assert lane.left < box.left
        assert box.right < lane.right
        assert lane.top + lane.head < box.top
        assert box.bottom < lane.bottom


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_arrows_turn_at_right_angles_and_run_through_no_box(sheet):
    found = laid_out(sheet)
    for arrow in found.arrows:
        assert all(x == to_x or y == to_y for (x, y), (to_x, to_y) in pairwise(arrow.points))
        assert not [point for point in along(arrow.points) if any(inside(box, *point) for box in found.boxes)]
        target = found.boxes[arrow.target]
        assert arrow.points[-1] == (target.middle[0], target.top)
        assert arrow.points[-2][1] <= target.top


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(sheets())
def test_two_long_arrows_share_a_line_only_on_their_way_to_one_box(sheet):
    found = laid_out(sheet)
    for one, other in combinations(found.arrows, 2):
        if one.target != other.target:
            for (a, b), (c, d) in ((s, t) for s in pairwise(one.points) for t in pairwise(other.points)):
                assert not _lie_on_each_other(a, b, c, d)


def _lie_on_each_other(a, b, c, d):
    for axis in (0, 1):
        if a[axis] == b[axis] == c[axis] == d[axis]:
            first, last = sorted((a[1 - axis], b[1 - axis]))
            low, high = sorted((c[1 - axis], d[1 - axis]))
            return max(first, low) < min(last, high)
    return False


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_text_stays_in_its_box_and_all_of_it_on_the_sheet(sheet):
    found = laid_out(sheet)
    assert found.width / found.height == pytest.approx(A4[0] / A4[1])
    for box in found.boxes:
        for lines in box.texts:
            for row, line in enumerate(lines.lines):
                reach = lines.x + measured(line.rstrip(f"{CLOSING} "), lines.size) / 2
                top, bottom = (lines.y + (row + edge) * lines.height / len(lines.lines) for edge in (0, 1))
                assert inside(box, reach, top)
                assert inside(box, reach, bottom)
    assert max(lines.bottom for lines in found.texts) < found.height
    assert found.lanes[-1].bottom < found.height


def test_an_arrow_leads_where_the_step_says():
    steps = (step(kind="start"), step(kind="decision", yes=3, no=0), step(kind="end"), step(kind="decision", no=1))
    found = laid_out(sheet(*steps, step(), step(kind="end")))
    told = {(arrow.source, arrow.target, arrow.label) for arrow in found.arrows}
    assert told == {(0, 1, ""), (1, 3, "是"), (1, 0, "否"), (3, 4, "是"), (3, 1, "否"), (4, 5, "")}


def test_a_decision_whose_answers_lead_to_one_step_has_one_arrow():
    found = laid_out(sheet(step(kind="decision"), step(kind="decision", yes=0, no=0)))
    assert [(arrow.source, arrow.target, arrow.label) for arrow in found.arrows] == [(0, 1, ""), (1, 0, "")]


def test_lanes_stand_in_the_order_in_which_they_act():
    found = laid_out(sheet(step(lane="乙"), step(lane="甲"), step(lane="乙"), step(lane="丙")))
    assert [lane.name.lines for lane in found.lanes] == [("乙",), ("甲",), ("丙",)]
    assert [a.right == b.left for a, b in pairwise(found.lanes)] == [True, True]


def test_what_has_many_steps_is_printed_smaller():
    few, many = (laid_out(sheet(*[step()] * count)) for count in (3, 23))
    assert few.width < A4[0] < many.width


@pytest.mark.requirement("TA-11")
def test_every_step_is_drawn_once_with_its_limit():
    told = svg(sheet(step("受理", limit="3 个工作日内"), step("办结", kind="end"), foot=("依据:水法。",)))
    texts = [element.text for element in ElementTree.fromstring(told).iter(f"{NS}text")]
    assert texts == ["乡镇", "1. 受理", "3 个工作日内", "2. 办结", "图", "清单", "依据:水法。"]


HOSTILE = "</text><script>alert(1)</script>&amp;\"'\x00\x0b\ud800\ufffe\u202e]]>"


def test_hostile_words_are_words():
    steps = (step(HOSTILE, lane=HOSTILE, kind="decision", limit=HOSTILE), step(kind="end"))
    told = svg(sheet(*steps, title=HOSTILE, subtitle=HOSTILE, yes=HOSTILE, no=HOSTILE, foot=(HOSTILE,)))
    drawn = ElementTree.fromstring(told.encode())
    assert {element.tag.removeprefix(NS) for element in drawn.iter()} == {
        "svg", "title", "desc", "rect", "polyline", "polygon", "text"
    }  # fmt: skip
    assert not re.search(r"href|url\(|on\w+=|style=", told)
    assert "alert(1)" in drawn.find(f"{NS}title").text
    assert png(told).startswith(b"\x89PNG")


def test_the_picture_is_told_to_who_cannot_see_it():
    drawn = ElementTree.fromstring(svg(sheet(step("受理", limit="3 天内"), title="查处流程图")))
    named = {element.get("id"): element.text for element in drawn if element.get("id")}
    assert [named[name] for name in drawn.get("aria-labelledby").split()] == ["查处流程图", "1. 受理 (乡镇, 3 天内)"]


def test_the_same_steps_are_the_same_picture():
    steps = [step(lane=f"单位{number % 3}", kind="decision", no=(number * 7) % 12) for number in range(12)]
    first, second = (svg(sheet(*steps)) for _ in range(2))
    assert first == second
    assert png(first) == png(second)


@pytest.mark.requirement("TA-12")
def test_a_png_shows_chinese_characters_where_the_server_has_no_font_for_them():
    """A missing character would be drawn as nothing or as an empty frame: then the two would be equal."""
    one, other, nothing = (png(svg(sheet(step(title)))) for title in ("砼", "硚", " "))
    assert one[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(one[16:20]) == 1654
    assert int.from_bytes(one[20:24]) == pytest.approx(1654 * A4[1] / A4[0], abs=1)
    assert len({one, other, nothing}) == 3


def test_lines_break_between_words_and_not_before_a_full_stop():
    assert wrapped("受理登记。核对", 10, 40) == ("受理登记。", "核对")
    assert wrapped("综合(执法局)", 10, 66) == ("综合(执法局)",)
    assert wrapped("see article 12", 10, 70) == ("see article", "12")
    assert wrapped("x" * 12, 10, 60) == ("x" * 10, "x" * 2)
    assert wrapped("一\n\n二 ", 10, 60) == ("一", "二")
