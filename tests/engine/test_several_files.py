"""A field that holds several files: sent at once, all or none, shown as small pictures, fetched one by one."""

import io
import re

import pytest
from sqlalchemy import select

from tests.engine.test_files import PICTURE, posted, sent_by, upload
from tests.engine.toy import Card, CardLeaf, Scan


@pytest.fixture
def anna(browser_of):
    return browser_of("anna")


@pytest.fixture
def card(anna, truth):
    """A card of Anna's with two scans."""
    scans = [upload(name="一.png"), upload(name="二.doc")]
    assert posted(anna, "/card/add", title="Faust", front=upload(), scans=scans).status_code == 302
    return truth.scalars(select(Card)).one()


def names(card):
    return [scan.name for scan in card.scans]


def paths(card, scan):
    return [f"{way}/card/{card.id}/file/scans/{scan.id}" for way in ("", "/api/v1")]


def test_a_form_takes_several_at_once_and_a_phone_its_camera(anna):
    html = anna.get("/card/add").text
    assert re.search(r'<form [^>]*enctype="multipart/form-data"', html)
    assert re.search(r'<input [^>]*type="file" name="scans"[^>]* multiple', html)
    assert re.search(r'<input [^>]*type="file" name="scans"[^>]* accept="image/\*" capture="environment"', html)


def test_all_that_were_sent_hang_on_the_row_in_their_order(anna, card):
    assert names(card) == ["一.png", "二.doc"]


def test_one_that_is_refused_is_named_and_none_is_kept(anna, truth):
    scans = [upload(name="好.png"), upload(b"", "坏.png"), upload(b"", "也坏.png")]
    answer = posted(anna, "/card/add", title="Faust", front=upload(), scans=scans)
    assert answer.status_code == 422
    problem = re.search(r'id="f-scans-problem">(.*)</p>', answer.text)[1]
    assert "“坏.png”: The file is empty. “也坏.png”: The file is empty." in problem
    assert "好.png" not in problem
    assert truth.scalars(select(Scan)).all() == truth.scalars(select(Card)).all() == []


def test_a_form_refused_for_something_else_asks_for_them_again(anna, truth):
    answer = posted(anna, "/card/add", title="x" * 99, front=upload(), scans=[upload(), upload()])
    assert re.search(r'id="f-scans-problem">.*Choose the file again\.', answer.text)
    assert truth.scalars(select(Scan)).all() == []


def test_more_than_anybody_looks_through_are_refused(anna):
    answer = posted(anna, "/card/add", title="Faust", front=upload(), scans=[upload() for _ in range(21)])
    assert "At most 20 files hang here." in answer.text


def test_what_stays_ticked_stays_and_what_is_chosen_comes_along(anna, card, truth):
    first, second = card.scans
    html = anna.get(f"/card/{card.id}/edit").text
    ticked = re.findall(r'type="checkbox" name="scans" value="(\d+)" checked', html)
    assert ticked == [str(first.id), str(second.id)]
    posted(anna, f"/card/{card.id}/edit", title="Faust", scans=[str(second.id), upload(name="三.png")])
    truth.refresh(card)
    assert names(card) == ["二.doc", "三.png"]
    posted(anna, f"/card/{card.id}/edit", title="Faust")
    truth.refresh(card)
    assert names(card) == []


def test_a_refused_form_keeps_the_ticks_as_they_were_set(anna, card):
    _, second = card.scans
    html = posted(anna, f"/card/{card.id}/edit", title="x" * 99, scans=[str(second.id)]).text
    assert re.findall(r'type="checkbox" name="scans" value="(\d+)" checked', html) == [str(second.id)]


def test_the_record_shows_small_pictures_with_what_is_known_of_each(anna, card):
    first, second = card.scans
    html = anna.get(f"/card/{card.id}").text
    gallery = re.search(r'<ul class="gallery">(.*?)</ul>', html)[1]
    assert re.findall(r'href="([^"]*)"', gallery) == [paths(card, scan)[0] for scan in (first, second)]
    assert re.findall(r'<img src="([^"]*)"', gallery) == [f"{paths(card, first)[0]}?size=small"]
    assert "<span>一.png</span></a><small>by " in gallery


def test_each_is_fetched_by_its_id_under_its_chinese_name(anna, card):
    for scan, coded in zip(card.scans, ("%E4%B8%80.png", "%E4%BA%8C.doc"), strict=True):
        for path in paths(card, scan):
            with anna.get(path) as answer:
                assert (answer.status_code, answer.data) == (200, PICTURE)
                assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{coded}")
    first, second = card.scans
    with anna.get(f"{paths(card, first)[0]}?size=small") as answer:
        assert answer.status_code == 200
    assert anna.get(f"{paths(card, second)[0]}?size=small").status_code == 404


@pytest.mark.parametrize("there", ["file/scans", "file/scans/0", "file/scans/999", "file/front/1", "file/title/1"])
def test_where_there_is_none_there_is_nothing(anna, card, there):
    for way in ("", "/api/v1"):
        assert anna.get(f"{way}/card/{card.id}/{there}").status_code == 404


def test_those_of_anothers_row_are_not_found_small_or_whole(browser_of, app, card):
    found = [f"{path}{size}" for path in paths(card, card.scans[0]) for size in ("", "?size=small")]
    ben = browser_of("ben")
    assert [ben.get(path).status_code for path in found] == [404] * 4
    stranger = app.test_client()
    assert [stranger.get(path).status_code for path in found] == [302, 302, 401, 401]


def test_a_file_of_another_row_is_not_fetched_by_way_of_ones_own(anna, browser_of, card):
    ben = browser_of("ben")
    posted(ben, "/card/add", title="Ben's", front=upload(), scans=[upload()])
    own = ben.get("/api/v1/card/?q=(columns:!(id,scans))").json["result"][0]["scans"][0]["id"]
    assert [anna.get(f"{way}/card/{card.id}/file/scans/{own}").status_code for way in ("", "/api/v1")] == [404, 404]


def test_a_move_asks_for_several(anna, card, truth):
    path = f"/card/{card.id}/move/bind"
    assert re.search(r'<input [^>]*type="file" name="scans"[^>]* multiple', anna.get(path).text)
    assert "Fill this in." in posted(anna, path).text
    assert "“x.png”: The file is empty." in posted(anna, path, scans=[upload(), upload(b"", "x.png")]).text
    truth.refresh(card)
    assert len(card.scans) == 2
    assert posted(anna, path, scans=[upload(name="三.png"), upload(name="四.png")]).status_code == 302
    truth.refresh(card)
    assert names(card) == ["一.png", "二.doc", "三.png", "四.png"]


def test_a_program_sends_several_at_once_and_names_them_by_their_ids(anna, truth):
    sent = anna.post("/api/v1/scan/", data={"file": [upload(name="一.png"), upload(name="二.png")]})
    assert (sent.status_code, [told["name"] for told in sent.json["result"]]) == (201, ["一.png", "二.png"])
    made = anna.post("/api/v1/card/", json={"title": "Faust", "front": sent.json["ids"][0], "scans": sent.json["ids"]})
    assert (made.status_code, [scan["id"] for scan in made.json["result"]["scans"]]) == (201, sent.json["ids"])
    one = anna.put(f"/api/v1/card/{made.json['id']}", json={"scans": sent.json["ids"][1]})
    assert [scan["name"] for scan in one.json["result"]["scans"]] == ["二.png"]


def test_of_several_that_a_program_sends_all_are_kept_or_none(anna, truth):
    sent = anna.post("/api/v1/scan/", data={"file": [upload(name="一.png"), (io.BytesIO(b""), "二.png")]})
    assert (sent.status_code, sent.json["message"]) == (422, {"file": ["“二.png”: The file is empty."]})
    assert truth.scalars(select(Scan)).all() == []


def test_nobody_hangs_up_anothers_file_among_their_own(anna, browser_of, card):
    bens = sent_by(browser_of("ben")).json["id"]
    for wrong in ([bens], [card.scans[0].id, bens], [999], ["x"], {"id": bens}):
        answer = anna.put(f"/api/v1/card/{card.id}", json={"scans": wrong})
        assert (answer.status_code, list(answer.json["message"])) == (422, ["scans"])


def test_what_somebody_else_hung_there_may_stay(anna, browser_of, card, truth):
    bens = sent_by(browser_of("ben")).json["id"]
    truth.add(CardLeaf(card_id=card.id, scan_id=bens))
    truth.commit()
    keys = [*(scan.id for scan in card.scans), bens]
    assert anna.put(f"/api/v1/card/{card.id}", json={"scans": keys}).status_code == 200


def test_twenty_files_take_as_many_statements_as_two(anna, card, statements):
    def cost():
        statements.clear()
        assert anna.get(f"/card/{card.id}").status_code == 200
        return len(statements)

    cost()
    few = cost()
    posted(anna, f"/card/{card.id}/move/bind", scans=[upload() for _ in range(18)])
    cost()
    entries = cost() - few
    assert entries <= 0
