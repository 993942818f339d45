"""Values as people and programs read them: words, moments, deadlines, names; text stays text."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from app.engine.fields import Field, fields_of
from app.engine.present import CODES, NAMES, for_input, name_of, plain, shown, spell, told
from models.base import User
from tests.engine.toy import NOW, ZONE, Book, Kind, Shelf

BOOK = fields_of(Book)
LATE = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
"""Half past two in the morning of the next day, in China."""
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def reader(app):
    """Someone reads in English."""
    with app.test_request_context():
        yield


def cell(name, value, **options):
    return str(shown(BOOK[name], value, ZONE, **options))


def test_a_word_is_shown_by_its_label_in_its_tone():
    assert cell("kind", Kind.atlas) == '<span class="tag tag-warn">Atlas</span>'
    assert cell("kind", Kind.novel) == '<span class="tag tag-info">Novel</span>'
    assert plain(BOOK["kind"], Kind.atlas, ZONE) == "Atlas"


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_a_dash_on_a_page_and_empty_in_text(value):
    assert cell("title", value) == '<span class="none">–</span>'
    assert plain(BOOK["title"], value, ZONE) == ""


def test_zero_is_not_nothing():
    assert (cell("pages", 0), plain(BOOK["pages"], 0, ZONE)) == ("0", "0")


def test_a_flag_says_yes_or_no():
    assert (cell("lent", True), cell("lent", False)) == ("Yes", "No")


def test_a_moment_is_told_in_the_zone_of_the_console():
    assert cell("due_at", LATE) == '<time datetime="2026-11-23T02:30:00+08:00">2026-11-23 02:30</time>'
    assert plain(BOOK["due_at"], LATE, ZONE) == "2026-11-23 02:30"
    assert for_input(BOOK["due_at"], LATE, ZONE) == "2026-11-23T02:30"


def test_a_moment_is_told_to_a_program_in_utc():
    assert told(BOOK["due_at"], LATE.astimezone(ZONE)) == "2026-11-22T18:30:00+00:00"


@pytest.mark.parametrize(
    ("left", "tone", "words"),
    [
        (timedelta(days=3, hours=5), "info", "3 d left"),
        (timedelta(days=1), "info", "1 d left"),
        (timedelta(hours=23, minutes=59), "warn", "23 h left"),
        (timedelta(seconds=30), "warn", "1 min left"),
        (timedelta(0), "warn", "1 min left"),
        (-timedelta(seconds=1), "danger", "1 min over"),
        (-timedelta(hours=2, minutes=40), "danger", "2 h over"),
        (-timedelta(days=40), "danger", "40 d over"),
    ],
)
def test_a_running_deadline_says_what_is_left_or_over(left, tone, words):
    html = cell("due_at", NOW + left, now=NOW)
    assert html.endswith(f'</time> <span class="tag tag-{tone}">{words}</span>')


def test_a_deadline_at_midnight_is_the_end_of_the_day_before():
    midnight = datetime(2026, 12, 20, 16, tzinfo=UTC)
    assert "2026-12-20 24:00</time>" in cell("due_at", midnight, now=NOW)
    assert "2026-12-21 00:01</time>" in cell("due_at", midnight + timedelta(minutes=1), now=NOW)
    assert "2026-12-21 00:00</time>" in cell("due_at", midnight)


def test_a_deadline_that_has_ended_says_neither():
    html = cell("due_at", NOW - timedelta(days=2))
    assert html.endswith("</time>")
    assert "over" not in html


def test_a_span_is_told_in_its_largest_unit():
    assert [spell(seconds) for seconds in (1, 3_599, 3_600, 86_399, 86_400)] == [
        "1 min",
        "59 min",
        "1 h",
        "23 h",
        "1 d",
    ]


def test_a_day_and_an_hour_are_told_as_they_are_written():
    assert (cell("printed_on", date(2026, 3, 1)), cell("shown_at", time(8, 5))) == ("2026-03-01", "08:05")
    assert (for_input(BOOK["shown_at"], time(8, 5), ZONE), told(BOOK["shown_at"], time(8, 5))) == ("08:05", "08:05:00")


def test_an_amount_is_told_to_a_program_without_rounding():
    assert told(BOOK["price"], Decimal("12.30")) == "12.30"


def test_a_person_is_called_by_the_family_name_first():
    assert name_of(User(first_name="小明", last_name="王", username="wxm")) == "王小明"


def test_a_person_without_a_name_is_called_by_their_account():
    assert name_of(User(first_name="", last_name="", username="wxm")) == "wxm"


def test_a_row_is_told_by_its_name_and_to_a_program_with_its_key():
    shelf = Shelf(id=7, name="Maps")
    assert cell("shelf", shelf) == "Maps"
    assert told(BOOK["shelf"], shelf) == {"id": 7, "name": "Maps"}
    assert for_input(BOOK["shelf"], shelf, ZONE) == "7"


def test_the_assembly_may_name_rows_and_codes_otherwise(monkeypatch):
    monkeypatch.setitem(NAMES, Shelf, lambda shelf: f"“{shelf.name}”")
    monkeypatch.setitem(CODES, "A1", "First shelf")
    coded = Field(name="code", label="Code", kind="text", coded=True)
    assert cell("shelf", Shelf(name="Maps")) == "“Maps”"
    assert (shown(coded, "A1", ZONE), shown(coded, "B2", ZONE)) == ("First shelf", "B2")


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", SCRIPT), ("about", SCRIPT), ("shelf", Shelf(name=SCRIPT)), ("extra", {"note": SCRIPT})],
)
def test_text_stays_text(name, value):
    html = cell(name, value)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html


def test_long_text_keeps_its_lines():
    assert cell("about", "one\ntwo") == '<span class="prose">one\ntwo</span>'
