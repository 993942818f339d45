"""Bars and lines for documents: every number is written, bars are as long as their numbers, and tones have colours."""

from xml.etree import ElementTree

import pytest

from app.drawing import png
from app.drawing_figures import COLOURS, LEFT, RIGHT, WIDTH, Figure, svg

NS = "{http://www.w3.org/2000/svg}"
ROOM = WIDTH - LEFT - RIGHT


def drawn(figure):
    """The texts, the (colour, breadth) of each bar, and the points of each line."""
    root = ElementTree.fromstring(svg(figure))
    bars = [(r.get("fill"), float(r.get("width"))) for r in root.iter(f"{NS}rect") if r.get("x")]
    lines = [line.get("points").split() for line in root.iter(f"{NS}polyline")]
    return [text.text for text in root.iter(f"{NS}text")], bars, lines


def figure(labels, *series, **more):
    texts = [["–" if value is None else str(value) for value in values] for _, values in series]
    return Figure(labels, series, texts, **more)


def test_the_sum_of_a_bar_has_as_many_decimals_as_the_figure_says():
    parts = ("Below", [44.01]), ("Above", [44.01])
    assert drawn(figure(["水利局"], *parts, places=2))[0][:4] == ["水利局", "44.01", "44.01", "88.02"]
    assert "88.0" in drawn(figure(["水利局"], *parts))[0]


def test_one_series_is_a_bar_for_each_label():
    texts, bars, _ = drawn(figure(["水利局", "公安局"], ("Count", [4, 1])))
    assert texts == ["水利局", "4", "公安局", "1"]
    assert bars == [(COLOURS[0], ROOM), (COLOURS[0], ROOM / 4)]


def test_several_stand_in_one_bar_with_their_sum_behind_it():
    texts, bars, _ = drawn(figure(["A"], ("Late", [1]), ("Silent", [3])))
    assert texts == ["A", "1", "3", "4", "Late", "Silent"]
    assert [breadth for _, breadth in bars[:2]] == [ROOM / 4, ROOM * 3 / 4]


def test_no_name_is_written_of_a_series_that_tells_nothing():
    for late, names in ((1, ["Late", "Open"]), (0, ["Open"]), (None, ["Open"])):
        texts, _, _ = drawn(figure(["A"], ("Late", [late]), ("Open", [2])))
        assert [text for text in texts if text in ("Late", "Open")] == names


def test_or_beside_each_other_where_they_are_no_parts_of_a_whole():
    texts, bars, _ = drawn(figure(["A"], ("Plan", [2.0]), ("Done", [None]), beside=True))
    assert texts == ["A", "2.0", "–", "Plan"]
    assert [breadth for _, breadth in bars[:2]] == [ROOM, 0]


def test_a_line_has_a_point_for_each_number_that_is_known():
    texts, _, lines = drawn(figure(["7", "8", "9"], ("Water", [5, None, 10]), is_line=True))
    assert [len(points) for points in lines] == [2]
    heights = [float(point.split(",")[1]) for point in lines[0]]
    assert heights[0] - heights[1] == 120.0
    assert texts == ["0", "2.5", "5", "7.5", "10", "7", "8", "9", "5", "10"]


@pytest.mark.parametrize(
    ("tones", "colours"),
    [
        (("danger", "warn", "done"), (4, 2, 5)),
        (("danger", "danger", ""), (4, 0, 1)),
        (("", "info", "muted"), (1, 0, 2)),
        ((), (0, 1, 2)),
    ],
)
def test_good_and_bad_news_have_their_colours(tones, colours):
    _, bars, _ = drawn(figure(["A"], ("x", [1]), ("y", [1]), ("z", [1]), tones=tones))
    assert [fill for fill, _ in bars[:3]] == [COLOURS[number] for number in colours]


def test_what_people_wrote_does_no_harm_and_long_names_are_cut():
    texts, _, _ = drawn(figure(["<b>&" + "长" * 30], ("x", [1])))
    assert texts[0].startswith("<b>&长")
    assert texts[0].endswith("长…")
    assert len(texts[0]) < 20


def test_it_becomes_a_picture_in_a_chinese_font():
    assert png(svg(figure(["水利局"], ("x", [1]))), width=1800).startswith(b"\x89PNG")
    assert png(svg(figure(["水利局"], ("x", [1])))) != png(svg(figure(["公安局"], ("x", [1]))))


@pytest.mark.parametrize("more", [{}, {"is_line": True}, {"beside": True}])
def test_nothing_at_all_is_drawn_too(more):
    assert drawn(figure([], ("x", []), **more))[1] == []
