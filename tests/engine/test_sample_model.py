"""One file with a model, and a declaration of a few lines: pages, API, scope, export and charts follow."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask_appbuilder.api import prison
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from tests.engine.toy import DECLARATION, NOW, Shelf

HEADINGS = ["Reader", "Purpose", "Books", "Due", "Returned", "Checked by", "Shelf"]


@pytest.fixture
def lend(truth, sample, shelf_of):
    """`lend("anna", "Li Lei")`: a loan from her shelf."""

    def lent(keeper, reader, *, purpose="study", **values):
        values = {"books": 2, "due_at": NOW + timedelta(days=3)} | values
        loan = sample.Loan(reader=reader, purpose=sample.Purpose(purpose), shelf=shelf_of(keeper), **values)
        truth.add(loan)
        truth.commit()
        return loan

    return lent


@pytest.fixture
def anna(browser_of):
    return browser_of("anna")


def page(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def asked(**question):
    return "?q=" + quote(prison.dumps(question))


def headings(html):
    return [re.sub(r"<[^>]+>", "", th).strip() for th in re.findall(r"<th [^>]*>(.*?)</th>", html, re.DOTALL)]


def exported(browser, path):
    with browser.get(path) as answer:
        assert answer.status_code == 200
        return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def form(shelf, **values):
    return {"reader": "Han Meimei", "purpose": "show", "books": "4", "shelf": shelf.id} | values


# The declaration


def test_the_declaration_has_fewer_than_twenty_lines():
    assert len(DECLARATION.strip().splitlines()) < 20


# Pages


def test_the_list_shows_every_useful_column(anna, lend):
    lend("anna", "Li Lei")
    html = page(anna, "/loan/")
    assert headings(html) == HEADINGS
    for cell in ("Li Lei", "For study", "2026-11-26 09:00", "3 d left", "Shelf of anna"):
        assert cell in html


def test_the_list_is_searched_filtered_and_sorted(anna, lend):
    for reader, purpose, books in (("Li Lei", "study", 5), ("Han Meimei", "show", 1), ("Li Ming", "show", 3)):
        lend("anna", reader, purpose=purpose, books=books)

    def readers(path):
        return [row[0] for row in exported(anna, path)[1:]]

    assert readers("/loan/export.xlsx?q=li&order=books&dir=asc") == ["Li Ming", "Li Lei"]
    assert readers("/loan/export.xlsx?f=purpose:eq:show&order=books&dir=desc") == ["Li Ming", "Han Meimei"]
    found = page(anna, "/loan/?f=books:gt:2&q=ming")
    assert "Li Ming" in found
    assert "Li Lei" not in found


def test_a_row_is_found_by_the_name_of_what_it_points_at(anna, lend):
    lend("anna", "Li Lei")
    lend("ben", "Wang Wu")
    assert "Li Lei" in page(anna, "/loan/?q=f+anna")
    for nobody in ("f+ben", "f+carl"):
        assert "Li Lei" not in page(anna, f"/loan/?q={nobody}")


@pytest.mark.parametrize("query", ["f=nope:eq:1", "f=version:eq:1", "f=purpose:ct:s", "f=books:eq:many", "order=shelf"])
def test_a_question_that_the_list_does_not_know_is_refused(anna, lend, query):
    page(anna, f"/loan/?{query}", status=400)


def test_a_record_has_a_page_that_leads_to_what_it_points_at(anna, lend, shelf_of):
    loan = lend("anna", "Li Lei")
    html = page(anna, f"/loan/{loan.id}")
    assert "<h1>Li Lei</h1>" in html
    assert f'<a href="/shelf/{shelf_of("anna").id}">Shelf of anna</a>' in html


def test_a_deadline_runs_until_it_is_kept(anna, lend):
    late = {"due_at": NOW - timedelta(hours=2)}
    running, kept = lend("anna", "Li Lei", **late), lend("anna", "Han Meimei", **late, returned_at=NOW)
    assert "2 h over" in page(anna, f"/loan/{running.id}")
    assert "over" not in re.findall(r'<dl class="facts">.*?</dl>', page(anna, f"/loan/{kept.id}"), re.DOTALL)[0]


def test_the_form_asks_for_what_people_may_write(anna, shelf_of):
    names = re.findall(
        r'<(?:input|select|textarea)[^>]* name="(\w+)"', page(anna, "/loan/add").split('class="fields"')[1]
    )
    assert sorted(names) == ["books", "due_at", "purpose", "reader", "returned_at", "shelf"]


def test_a_word_that_cannot_be_empty_offers_nothing_empty(anna, lend, truth):
    loan = lend("anna", "Li Lei", purpose="show")
    for address in ("/loan/add", f"/loan/{loan.id}/edit"):
        select_ = re.search(r'<select[^>]* name="purpose".+?</select>', page(anna, address), re.DOTALL)[0]
        assert re.findall(r'<option value="(\w*)"', select_) == ["study", "show"]
    for nothing in (None, ""):
        answer = anna.put(f"/api/v1/loan/{loan.id}", json={"purpose": nothing})
        assert (answer.status_code, list(answer.json["message"])) == (422, ["purpose"])
    truth.refresh(loan)
    assert loan.purpose == "show"


def test_a_form_sent_makes_a_row_in_the_zone_of_the_console(anna, truth, sample, shelf_of):
    shelf = shelf_of("anna")
    answer = anna.post("/loan/add", data=form(shelf, due_at="2026-12-01T18:00"))
    made = truth.scalars(select(sample.Loan)).one()
    assert answer.location == f"/loan/{made.id}"
    assert (made.reader, made.purpose, made.books, made.shelf_id) == ("Han Meimei", "show", 4, shelf.id)
    assert made.due_at.isoformat() == "2026-12-01T10:00:00+00:00"


def test_a_form_refused_says_which_box_and_keeps_what_was_typed(anna, truth, sample, shelf_of):
    answer = anna.post("/loan/add", data=form(shelf_of("anna"), books="many"))
    assert answer.status_code == 422
    assert "Write a whole number." in answer.text
    assert 'value="Han Meimei"' in answer.text
    assert truth.scalar(select(func.count(sample.Loan.id))) == 0


def test_an_edit_writes_what_was_sent(anna, truth, lend, shelf_of):
    loan = lend("anna", "Li Lei")
    assert 'value="Li Lei"' in page(anna, f"/loan/{loan.id}/edit")
    anna.post(f"/loan/{loan.id}/edit", data=form(shelf_of("anna"), version=1))
    truth.refresh(loan)
    assert (loan.reader, loan.version) == ("Han Meimei", 2)


def test_an_edit_of_what_someone_else_changed_meanwhile_is_refused(anna, truth, lend, shelf_of):
    loan = lend("anna", "Li Lei")
    loan.books = 7
    truth.commit()
    answer = anna.post(f"/loan/{loan.id}/edit", data=form(shelf_of("anna"), version=1))
    truth.refresh(loan)
    assert answer.status_code == 409
    assert (loan.reader, loan.books) == ("Li Lei", 7)


def test_a_form_cannot_write_a_protected_column(anna, truth, lend, shelf_of):
    loan = lend("anna", "Li Lei")
    anna.post(f"/loan/{loan.id}/edit", data=form(shelf_of("anna"), checked_by="anna", id="99"))
    truth.refresh(loan)
    assert (loan.reader, loan.checked_by) == ("Han Meimei", None)


def test_a_row_is_deleted_by_post_and_never_by_get(anna, truth, sample, lend):
    loan = lend("anna", "Li Lei")
    key = loan.id
    assert anna.get(f"/loan/{key}/delete").status_code == 405
    assert truth.scalar(select(func.count(sample.Loan.id))) == 1
    assert anna.post(f"/loan/{key}/delete").status_code == 302
    assert truth.scalar(select(func.count(sample.Loan.id))) == 0


def test_what_was_typed_is_shown_and_never_run(anna, lend):
    loan = lend("anna", "<script>alert(1)</script>")
    for path in ("/loan/", f"/loan/{loan.id}", f"/loan/{loan.id}/edit", "/loan/?q=<script>alert(1)"):
        html = page(anna, path)
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html


def test_a_stranger_is_led_to_sign_in(app, lend):
    loan = lend("anna", "Li Lei")
    stranger = app.test_client()
    for path in ("/loan/", f"/loan/{loan.id}", "/loan/add", "/loan/export.xlsx", "/loan/charts"):
        answer = stranger.get(path)
        assert answer.status_code == 302
        assert "/login/" in answer.location
    assert stranger.get("/api/v1/loan/").status_code == 401


# API


def test_the_resource_lists_rows_with_relations_by_name(anna, lend, shelf_of):
    loan = lend("anna", "Li Lei")
    told = anna.get("/api/v1/loan/").json
    assert (told["count"], told["ids"]) == (1, [loan.id])
    assert told["result"] == [
        {
            "id": loan.id,
            "reader": "Li Lei",
            "purpose": "study",
            "books": 2,
            "due_at": "2026-11-26T01:00:00+00:00",
            "returned_at": None,
            "checked_by": None,
            "shelf": {"id": shelf_of("anna").id, "name": "Shelf of anna"},
        }
    ]


def test_the_resource_answers_questions_in_rison(anna, lend):
    for reader, books in (("Li Lei", 5), ("Han Meimei", 1), ("Li Ming", 3)):
        lend("anna", reader, books=books)
    filters = [{"col": "reader", "opr": "ct", "value": "li"}]
    question = asked(filters=filters, order_column="books", order_direction="desc", page_size=1, columns=["reader"])
    told = anna.get(f"/api/v1/loan/{question}").json
    assert (told["count"], told["result"]) == (2, [{"reader": "Li Lei"}])
    unknown = asked(filters=[{"col": "nope", "opr": "eq", "value": 1}])
    assert anna.get(f"/api/v1/loan/{unknown}").status_code == 400


def test_the_resource_makes_changes_and_deletes_a_row(anna, truth, sample, shelf_of):
    shelf = shelf_of("anna")
    made = anna.post("/api/v1/loan/", json={"reader": "Li Lei", "books": 2, "shelf": shelf.id})
    assert made.status_code == 201
    key = made.json["id"]
    assert made.json["result"]["shelf"] == {"id": shelf.id, "name": "Shelf of anna"}
    assert anna.get(f"/api/v1/loan/{key}").json["result"]["purpose"] == "study"
    changed = anna.put(f"/api/v1/loan/{key}", json={"books": 9, "version": 1})
    assert (changed.status_code, changed.json["result"]["books"]) == (200, 9)
    assert anna.put(f"/api/v1/loan/{key}", json={"books": 1, "version": 1}).status_code == 409
    assert truth.get(sample.Loan, key).books == 9
    assert anna.delete(f"/api/v1/loan/{key}").status_code == 200
    assert truth.scalar(select(func.count(sample.Loan.id))) == 0
    assert anna.get(f"/api/v1/loan/{key}").status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"books": "many"}, "books"),
        ({"purpose": "fun"}, "purpose"),
        ({"reader": ""}, "reader"),
        ({"reader": "x" * 81}, "reader"),
        ({"due_at": "soon"}, "due_at"),
        ({"shelf": 999}, "shelf"),
        ({"shelf": None}, "shelf"),
        ({"checked_by": "anna"}, "checked_by"),
        ({"shelf_id": 1}, "shelf_id"),
        ({"nope": 1}, "nope"),
    ],
)
def test_the_resource_refuses_wrong_values_by_their_field(anna, truth, sample, lend, shelf_of, sent, field):
    loan = lend("anna", "Li Lei")
    right = {"reader": "Han Meimei", "books": 1, "shelf": shelf_of("anna").id}
    for answer in (anna.post("/api/v1/loan/", json=right | sent), anna.put(f"/api/v1/loan/{loan.id}", json=sent)):
        assert answer.status_code == 422
        assert answer.json["message"].keys() == {field}
    truth.refresh(loan)
    assert (loan.reader, loan.version, truth.scalar(select(func.count(sample.Loan.id)))) == ("Li Lei", 1, 1)


def test_the_resource_says_what_may_be_sent_and_done(anna):
    info = anna.get("/api/v1/loan/_info").json
    fields = {field["name"]: field for field in info["add_columns"]}
    assert fields.keys() == {"reader", "purpose", "books", "due_at", "returned_at", "shelf"}
    assert fields["reader"] | {"max_length": 80, "required": True, "type": "text"} == fields["reader"]
    assert fields["purpose"]["values"] == [{"id": "study", "value": "For study"}, {"id": "show", "value": "For show"}]
    assert info["permissions"] == ["can_add", "can_delete", "can_edit", "can_export", "can_read"]
    assert {"reader", "purpose", "shelf", "due_at"} <= info["filters"].keys()


# Export and charts


def test_an_export_holds_the_rows_as_people_read_them(anna, lend):
    lend("anna", "=1+1", purpose="show")
    heading, row = exported(anna, "/loan/export.xlsx")
    assert heading == HEADINGS
    assert row == ["=1+1", "For show", 2.0, "2026-11-26 09:00", "", "", "Shelf of anna"]


def test_a_chart_shows_the_numbers_that_sql_counts(anna, truth, sample, lend):
    for number, purpose in enumerate(("study", "show", "show")):
        lend("anna", f"Reader {number}", purpose=purpose)
    counted = truth.execute(select(sample.Loan.purpose, func.count()).group_by(sample.Loan.purpose)).all()
    chart = anna.get("/api/v1/loan/charts/0").json
    shown = dict(zip(chart["labels"], chart["series"][0]["data"], strict=True))
    assert shown == {purpose.label: number for purpose, number in counted} == {"For study": 1, "For show": 2}
    split = anna.get("/api/v1/loan/charts/1").json
    assert (split["labels"], split["series"]) == (
        ["Shelf of anna"],
        [{"name": "For show", "data": [2]}, {"name": "For study", "data": [1]}],
    )
    assert exported(anna, "/loan/charts/0.xlsx") == [["Purpose", "Count"], ["For show", 2.0], ["For study", 1.0]]
    html = page(anna, "/loan/charts")
    assert 'href="/loan/?f=purpose:eq:show"' in html


def test_a_chart_counts_what_the_list_was_narrowed_to(anna, lend):
    lend("anna", "Li Lei", books=1)
    lend("anna", "Han Meimei", books=5)
    question = asked(filters=[{"col": "books", "opr": "gt", "value": 2}])
    assert anna.get(f"/api/v1/loan/charts/0{question}").json["series"][0]["data"] == [1]


def test_there_is_no_chart_beyond_the_declared_ones(anna):
    assert anna.get("/api/v1/loan/charts/2").status_code == 404
    assert anna.get("/loan/charts/2.xlsx").status_code == 404


# Scope


@pytest.fixture
def theirs(lend):
    """A loan from Ben's shelf, beside one from Anna's."""
    lend("anna", "Li Lei")
    return lend("ben", "Wang Wu")


def test_the_row_of_another_is_not_found(anna, browser_of, theirs):
    paths = [f"/loan/{theirs.id}", f"/loan/{theirs.id}/edit", f"/api/v1/loan/{theirs.id}"]
    assert [anna.get(path).status_code for path in paths] == [404, 404, 404]
    ben = browser_of("ben")
    assert [ben.get(path).status_code for path in paths] == [200, 200, 200]


def test_the_row_of_another_is_not_written(anna, truth, theirs, shelf_of):
    sent = form(shelf_of("anna"))
    answers = [
        anna.post(f"/loan/{theirs.id}/edit", data=sent),
        anna.post(f"/loan/{theirs.id}/delete"),
        anna.put(f"/api/v1/loan/{theirs.id}", json={"reader": "anna"}),
        anna.delete(f"/api/v1/loan/{theirs.id}"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    truth.refresh(theirs)
    assert theirs.reader == "Wang Wu"


def test_the_row_of_another_is_in_no_list_count_chart_or_export(anna, theirs):
    assert "Wang Wu" not in page(anna, "/loan/")
    listed = anna.get("/api/v1/loan/").json
    assert (listed["count"], [row["reader"] for row in listed["result"]]) == (1, ["Li Lei"])
    assert anna.get(f"/api/v1/loan/{asked(page_size=1)}").json["count"] == 1
    assert [row[0] for row in exported(anna, "/loan/export.xlsx")] == ["Reader", "Li Lei"]
    assert anna.get("/api/v1/loan/charts/0").json["series"] == [{"name": "Count", "data": [1]}]
    assert anna.get("/api/v1/loan/charts/1").json["labels"] == ["Shelf of anna"]


def test_the_row_of_another_is_in_no_picker(anna, browser_of, theirs, shelf_of):
    mine, other = shelf_of("anna"), shelf_of("ben")
    assert anna.get("/loan/lookup/shelf").json == [{"id": mine.id, "text": "Shelf of anna"}]
    assert anna.get("/loan/lookup/shelf?search=1&q=ben").json == []
    assert browser_of("ben").get("/loan/lookup/shelf").json == [{"id": other.id, "text": "Shelf of ben"}]


def test_the_row_of_another_cannot_be_named(anna, truth, sample, lend, shelf_of):
    mine, other = lend("anna", "Li Lei"), shelf_of("ben")
    api = {"reader": "Han Meimei", "books": 1, "shelf": other.id}
    answers = [
        anna.post("/api/v1/loan/", json=api),
        anna.put(f"/api/v1/loan/{mine.id}", json={"shelf": other.id}),
        anna.post("/loan/add", data=form(other)),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert answers[0].json["message"].keys() == {"shelf"}
    assert "Shelf of ben" not in answers[2].text
    assert truth.scalar(select(func.count(sample.Loan.id)).where(sample.Loan.shelf_id == other.id)) == 0


def test_nobody_makes_a_row_for_another(anna, truth):
    made = anna.post("/api/v1/shelf/", json={"name": "Maps"})
    assert made.status_code == 201
    assert anna.post("/api/v1/shelf/", json={"name": "More", "keeper_id": 99}).status_code == 422
    assert [shelf.name for shelf in truth.scalars(select(Shelf))] == ["Maps"]
