"""Fields that people declare: form, list, search, filter, API and export know them as they know columns."""

from __future__ import annotations

import io
import json
import re
from urllib.parse import quote

import pytest
from flask_appbuilder.api import prison
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests.engine.toy import Book, Shelf

MAP = {"title": "The Yi valley", "pages": 4, "scale": "1:50000", "rivers": 3, "width": "1.5", "folded": True,
       "surveyed": "2026-05-01", "colour": "red", "legend": "Wells are circles."}  # fmt: skip


@pytest.fixture
def anna(browser_of):
    return browser_of("anna")


@pytest.fixture
def maps(shelf_of, truth):
    shelf = shelf_of("anna")
    shelf.name = "A map shelf"
    truth.commit()
    return shelf


@pytest.fixture
def novels(truth, maps):
    shelf = Shelf(name="Novels", keeper_id=maps.keeper_id)
    truth.add(shelf)
    truth.commit()
    return shelf


def post(browser, shelf, **values):
    return browser.post("/api/v1/book/", json={"shelf": shelf.id} | values)


def names(html):
    return re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', html.split('class="fields"')[1])


def narrowed(shelf, *filters):
    asked = [{"col": "shelf", "opr": "rel_o_m", "value": shelf.id}]
    asked += [{"col": name, "opr": operator, "value": value} for name, operator, value in filters]
    return "/api/v1/book/?q=" + quote(prison.dumps({"filters": asked}))


def test_a_program_writes_and_reads_them_by_their_names(anna, maps):
    written = post(anna, maps, **MAP)
    assert written.status_code == 201, written.json
    result = anna.get(f"/api/v1/book/{written.json['id']}").json["result"]
    assert {name: result[name] for name in MAP} == MAP | {"width": 1.5}
    assert "price" not in result


def test_a_kind_has_its_own_fields_and_refuses_those_of_others(anna, maps, novels):
    assert post(anna, novels, title="A novel", pages=9, price="3.50").status_code == 201
    refused = post(anna, novels, title="A novel", pages=9, scale="1:5")
    assert (refused.status_code, [*refused.json["message"]]) == (422, ["scale"])
    refused = post(anna, maps, **MAP | {"price": "3.50"})
    assert (refused.status_code, [*refused.json["message"]]) == (422, ["price"])


@pytest.mark.parametrize(
    "wrong", [{"scale": ""}, {"scale": None}, {"rivers": "many"}, {"surveyed": "soon"}, {"colour": "green"},
              {"width": "NaN"}, {"scale": "x" * 201}],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_field(anna, maps, wrong):
    refused = post(anna, maps, **MAP | wrong)
    assert (refused.status_code, [*refused.json["message"]]) == (422, [*wrong])


def test_a_missing_one_is_asked_for(anna, maps):
    refused = post(anna, maps, title="No scale", pages=1)
    assert (refused.status_code, [*refused.json["message"]]) == (422, ["scale"])


def test_a_change_leaves_the_others_as_they_are(anna, maps, truth):
    key = post(anna, maps, **MAP).json["id"]
    changed = anna.put(f"/api/v1/book/{key}", json={"rivers": 5, "colour": None})
    assert changed.status_code == 200, changed.json
    kept = truth.get(Book, key, populate_existing=True).extra
    assert kept == {"scale": "1:50000", "rivers": 5, "width": 1.5, "folded": True, "surveyed": "2026-05-01",
                    "legend": "Wells are circles."}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (("scale", "sw", "1:5"), True), (("scale", "eq", "1:10"), False), (("rivers", "gt", 2), True),
        (("rivers", "lt", 3), False), (("width", "ge", 1.5), True), (("folded", "eq", "true"), True),
        (("folded", "eq", "false"), False), (("surveyed", "le", "2026-05-01"), True),
        (("surveyed", "gt", "2026-05-01"), False), (("colour", "eq", "red"), True), (("colour", "eq", "blue"), False),
        (("legend", "ct", "wells"), True),
    ],
    ids=str,
)  # fmt: skip
def test_a_list_of_one_kind_is_filtered_by_them(anna, maps, condition, found):
    post(anna, maps, **MAP)
    answer = anna.get(narrowed(maps, condition))
    assert (answer.status_code, answer.json["count"]) == (200, int(found))


def test_a_list_of_all_kinds_does_not_know_them(anna, maps):
    asked = [{"col": "scale", "opr": "eq", "value": "1:5"}]
    answer = anna.get("/api/v1/book/?q=" + quote(prison.dumps({"filters": asked})))
    assert answer.status_code == 400


def test_a_list_of_one_kind_shows_searches_and_exports_them(anna, maps, novels):
    post(anna, maps, **MAP)
    post(anna, novels, title="A novel", pages=9)
    html = anna.get(f"/book/?f=shelf:rel_o_m:{maps.id}").text
    assert [heading in html for heading in ("Sheets", "Scale", "Rivers", "Price")] == [True, True, True, False]
    assert "1:50000" in html
    assert "The Yi valley" in anna.get(f"/book/?f=shelf:rel_o_m:{maps.id}&q=circles").text
    assert "Scale" not in anna.get("/book/").text
    with anna.get(f"/book/export.xlsx?f=shelf:rel_o_m:{maps.id}") as answer:
        heading, row = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    told = dict(zip(heading, row, strict=True))
    expected = {"Scale": "1:50000", "Rivers": 3, "Width": 1.5, "Surveyed": "2026-05-01", "Colour": "red"}
    assert {name: told[name] for name in expected} == expected


def test_a_list_of_one_kind_is_sorted_by_them(anna, maps):
    for rivers in (2, 10, 1):
        post(anna, maps, **MAP | {"rivers": rivers})
    asked = {"filters": [{"col": "shelf", "opr": "rel_o_m", "value": maps.id}], "order_column": "rivers",
             "order_direction": "desc"}  # fmt: skip
    found = anna.get("/api/v1/book/?q=" + quote(prison.dumps(asked))).json
    assert [row["rivers"] for row in found["result"]] == [10, 2, 1]


def test_a_record_shows_them_under_their_labels(anna, maps):
    html = anna.get(f"/book/{post(anna, maps, **MAP).json['id']}").text
    facts = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.DOTALL)
    told = {label: re.sub(r"<[^>]+>", "", value).strip() for label, value in facts}
    assert (told["Scale"], told["Folded"], told["Colour"], told["Sheets"]) == ("1:50000", "Yes", "red", "4")


def test_the_form_is_drawn_again_when_the_kind_is_chosen(anna, maps, novels):
    plain, of_maps = (names(anna.get(f"/book/add{more}").text) for more in ("", f"?shelf={maps.id}"))
    assert "scale" not in plain
    assert [name for name in of_maps if name != "redraw"][:4] == ["shelf", "pages", "scale", "title"]
    drawn = anna.post("/book/add", data={"shelf": maps.id, "title": "Half a title", "redraw": "1"})
    assert (drawn.status_code, "scale" in names(drawn.text), "Half a title" in drawn.text) == (200, True, True)
    assert "price" not in names(drawn.text)


def test_the_form_writes_them(anna, maps, truth):
    written = anna.post("/book/add", data={"shelf": maps.id} | {k: v for k, v in MAP.items() if k != "folded"})
    assert written.status_code == 302, written.text
    kept = truth.scalars(select(Book)).one().extra
    assert kept == {"scale": "1:50000", "rivers": 3, "width": 1.5, "folded": False, "surveyed": "2026-05-01",
                    "colour": "red", "legend": "Wells are circles."}  # fmt: skip


def test_a_program_asks_what_a_kind_takes(anna, maps):
    asked = "/api/v1/book/_info?q=" + quote(json.dumps({"filters": [{"col": "shelf", "opr": "eq", "value": maps.id}]}))
    assert anna.get(asked).status_code == 400  # a relation is compared by rel_o_m
    told = anna.get(asked.replace("eq", "rel_o_m")).json
    fields = {field["name"]: field for field in told["add_columns"]}
    assert fields["scale"]["required"] is True
    assert [value["id"] for value in fields["colour"]["values"]] == ["red", "blue"]


def test_a_shelf_that_is_not_ones_own_tells_nothing_of_its_kind(browser_of, maps):
    ben = browser_of("ben")
    assert "scale" not in names(ben.get(f"/book/add?shelf={maps.id}").text)
    assert post(ben, maps, **MAP).status_code == 422
