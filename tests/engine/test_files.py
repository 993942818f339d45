"""A field that holds a file: sent by form, by move and by program, fetched with its row, and by nobody else."""

import io
import re

import pytest
from sqlalchemy import select

from tests.engine.toy import Card, Scan

PICTURE = b"\x89PNG as good as any"
NAME = "封面(终稿).png"


@pytest.fixture
def anna(browser_of):
    return browser_of("anna")


def upload(content=PICTURE, name=NAME):
    return io.BytesIO(content), name


def posted(browser, path, **fields):
    return browser.post(path, data=fields, content_type="multipart/form-data")


@pytest.fixture
def card(anna, truth):
    """A card of Anna's with a picture on its front."""
    assert posted(anna, "/card/add", title="Faust", front=upload()).status_code == 302
    return truth.scalars(select(Card)).one()


def sent_by(program, content=PICTURE, name=NAME):
    return program.post("/api/v1/scan/", data={"file": upload(content, name)})


# Forms


def test_a_form_with_a_file_asks_for_one_and_says_how_it_is_sent(anna):
    html = anna.get("/card/add").text
    assert re.search(r'<form [^>]*enctype="multipart/form-data"', html)
    assert re.search(r'<input [^>]*type="file" name="front"[^>]* required', html)
    assert re.search(r'<input [^>]*type="file" name="back"(?![^>]*required)', html)
    assert "multipart" not in anna.get("/shelf/add").text


def test_a_file_sent_with_a_form_hangs_on_the_row(anna, card, truth):
    assert (card.front.name, card.front.sender_id, card.back) == (NAME, card.keeper_id, None)
    with anna.get(f"/card/{card.id}/file/front") as answer:
        assert answer.data == PICTURE


def test_a_form_without_the_file_that_is_needed_is_refused(anna, truth):
    answer = posted(anna, "/card/add", title="Faust", front=(io.BytesIO(), ""))
    assert answer.status_code == 422
    assert re.search(r'id="f-front-problem">.*Fill this in\.', answer.text)
    assert truth.scalars(select(Card)).all() == []


def test_what_is_wrong_with_a_file_is_said_in_its_field(anna, truth):
    answer = posted(anna, "/card/add", title="Faust", front=upload(b""))
    assert answer.status_code == 422
    assert re.search(r'id="f-front-problem">.*The file is empty\.', answer.text)
    assert truth.scalars(select(Card)).all() == []


def test_a_form_refused_for_something_else_asks_for_the_file_again_and_keeps_none(anna, truth):
    answer = posted(anna, "/card/add", title="x" * 99, front=upload())
    assert answer.status_code == 422
    assert re.search(r'id="f-front-problem">.*Choose the file again\.', answer.text)
    assert truth.scalars(select(Scan)).all() == []


def test_a_form_without_a_new_file_leaves_the_old_one(anna, card, truth):
    html = anna.get(f"/card/{card.id}/edit").text
    assert NAME in html
    assert not re.search(r'<input [^>]*name="front"[^>]* required', html)
    assert posted(anna, f"/card/{card.id}/edit", title="Faust II", version=1).status_code == 302
    truth.refresh(card)
    assert (card.title, card.front.name) == ("Faust II", NAME)


def test_a_file_is_replaced_by_another_and_taken_away_by_a_tick(anna, card, truth):
    first = card.front_id
    posted(anna, f"/card/{card.id}/edit", title="Faust", front=upload(name="2.png"), back=upload(name="3.png"))
    truth.refresh(card)
    assert (card.front.name, card.back.name) == ("2.png", "3.png")
    assert truth.get(Scan, first).name == NAME
    html = anna.get(f"/card/{card.id}/edit").text
    assert re.findall(r'name="(remove-\w+)"', html) == ["remove-back"]
    posted(anna, f"/card/{card.id}/edit", **{"title": "Faust", "remove-back": "true", "remove-front": "true"})
    truth.refresh(card)
    assert (card.front.name, card.back) == ("2.png", None)


def test_there_is_no_picker_of_files(anna):
    assert anna.get("/card/lookup/front").status_code == 404
    assert anna.get("/card/lookup/front?search=1").status_code == 404


# Pages


def test_list_and_record_lead_to_the_file_by_its_name(anna, card):
    for path in ("/card/", f"/card/{card.id}"):
        links = re.findall(r'<a href="([^"]*/file/[^"]*)"><i [^>]*></i>([^<]*)</a>', anna.get(path).text)
        assert links == [(f"/card/{card.id}/file/front", NAME)]


def test_a_list_of_files_takes_as_many_statements_for_twenty_rows_as_for_three(anna, card, statements):
    def cost():
        statements.clear()
        assert anna.get("/card/").status_code == 200
        return len(statements)

    posted(anna, "/card/add", title="Second", front=upload(), back=upload())
    cost()
    few = cost()
    for number in range(20):
        posted(anna, "/card/add", title=f"No. {number}", front=upload(), back=upload())
    assert cost() == few


def test_a_file_is_sent_under_its_chinese_name_and_shown_only_where_that_is_safe(anna, card, truth):
    posted(anna, f"/card/{card.id}/edit", title="Faust", back=upload(name="说明.doc"))
    for name, way, coded in (
        ("front", "inline", "UTF-8''%E5%B0%81%E9%9D%A2%28%E7%BB%88%E7%A8%BF%29.png"),
        ("back", "attachment", "UTF-8''%E8%AF%B4%E6%98%8E.doc"),
    ):
        for path in (f"/card/{card.id}/file/{name}", f"/api/v1/card/{card.id}/file/{name}"):
            with anna.get(path) as answer:
                disposition = answer.headers["Content-Disposition"]
                assert (answer.status_code, disposition.partition(";")[0]) == (200, way)
                assert disposition.endswith(f"filename*={coded}")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["back", "title", "nope", "keeper_id"])
def test_where_there_is_no_file_there_is_nothing(anna, card, name):
    for path in (f"/card/{card.id}/file/{name}", f"/api/v1/card/{card.id}/file/{name}"):
        assert anna.get(path).status_code == 404


def test_the_file_of_anothers_row_is_not_found(browser_of, app, card):
    paths = [f"/card/{card.id}/file/front", f"/api/v1/card/{card.id}/file/front"]
    ben = browser_of("ben")
    assert [ben.get(path).status_code for path in paths] == [404, 404]
    stranger = app.test_client()
    assert [stranger.get(path).status_code for path in paths] == [302, 401]


# Moves


def test_a_move_may_ask_for_a_file(anna, card, truth):
    html = anna.get(f"/card/{card.id}/move/stamp").text
    assert re.search(r'<form [^>]*enctype="multipart/form-data"', html)
    assert posted(anna, f"/card/{card.id}/move/stamp").status_code == 422
    refused = posted(anna, f"/card/{card.id}/move/stamp", stamp=upload(b""))
    assert "The file is empty." in refused.text
    assert posted(anna, f"/card/{card.id}/move/stamp", stamp=upload(name="印章.png")).status_code == 302
    truth.refresh(card)
    assert (card.stamp.name, card.state) == ("印章.png", "atlas")


def test_a_program_names_the_file_of_a_move_by_its_id(anna, card, truth):
    scan = sent_by(anna).json["id"]
    answer = anna.post(f"/api/v1/card/{card.id}/move/stamp", json={"stamp": scan})
    assert (answer.status_code, answer.json["result"]["stamp"]) == (200, {"id": scan, "name": NAME})


# API


def test_a_program_sends_a_file_and_then_names_it(anna, truth):
    sent = sent_by(anna)
    assert (sent.status_code, sent.json["result"]["name"]) == (201, NAME)
    made = anna.post("/api/v1/card/", json={"title": "Faust", "front": sent.json["id"]})
    assert (made.status_code, made.json["result"]["front"]) == (201, {"id": sent.json["id"], "name": NAME})
    with anna.get(f"/api/v1/card/{made.json['id']}/file/front") as answer:
        assert answer.data == PICTURE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "Fill this in."),
        ({"file": "1"}, "Fill this in."),
        ({"file": (io.BytesIO(b""), "x.png")}, "The file is empty."),
    ],
)
def test_a_file_that_is_refused_is_refused_by_its_field(anna, truth, data, reason):
    answer = anna.post("/api/v1/scan/", data=data, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["message"]) == (422, {"file": [reason]})
    assert truth.scalars(select(Scan)).all() == []


def test_the_table_of_files_is_written_by_sending_and_not_otherwise(anna, card):
    key = card.front_id
    assert anna.post("/api/v1/scan/", json={"name": "x"}).status_code == 422
    assert anna.put(f"/api/v1/scan/{key}", json={}).status_code == anna.delete(f"/api/v1/scan/{key}").status_code == 405
    assert [anna.get(f"/scan/{path}").status_code for path in ("add", f"{key}/edit")] == [404, 404]


def test_nobody_hangs_anothers_file_on_a_row(anna, browser_of, card, truth):
    ben = browser_of("ben")
    bens = sent_by(ben).json["id"]
    for sent in ({"title": "x", "front": bens}, {"title": "x", "front": 999}, {"title": "x", "front": True}):
        answer = anna.post("/api/v1/card/", json=sent)
        assert (answer.status_code, list(answer.json["message"])) == (422, ["front"])
    assert anna.put(f"/api/v1/card/{card.id}", json={"back": bens}).status_code == 422


def test_a_file_that_somebody_else_sent_stays_where_it_hangs_and_goes_nowhere_else(anna, browser_of, card, truth):
    bens = sent_by(browser_of("ben")).json["id"]
    card.back_id = bens
    truth.commit()
    assert anna.put(f"/api/v1/card/{card.id}", json={"back": bens}).status_code == 200
    assert anna.put(f"/api/v1/card/{card.id}", json={"front": bens}).status_code == 422
    with anna.get(f"/card/{card.id}/file/back") as answer:
        assert answer.status_code == 200


def test_the_resource_says_that_a_field_is_a_file(anna):
    fields = {field["name"]: field for field in anna.get("/api/v1/card/_info").json["add_columns"]}
    assert (fields["front"]["type"], fields["front"]["required"], fields["back"]["required"]) == ("file", True, False)
