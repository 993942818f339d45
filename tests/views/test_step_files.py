"""Photos and papers over the web: sent with a clue and with moves, fetched under the scope of what they hang on."""

import io
import re

import pytest
from sqlalchemy import select

from models.calls import Call, CallState
from models.evidence import OffSiteEvidence
from models.files import Attachment
from models.organisation import Duty
from models.reviews import ReviewFile
from models.step_files import StepFile
from tests.models.test_contents import SAMPLES
from tests.pictures import PLACE, photo, picture_of

PHOTO = "河边简易棚（演示）.jpg"


def upload(content=None, name=PHOTO):
    return io.BytesIO(photo(taken="2026:11:23 08:15:00", **PLACE) if content is None else content), name


def sent(browser, path, **fields):
    return browser.post(path, data=fields, content_type="multipart/form-data", headers={"Accept-Language": "en"})


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def worker(browser_of, make, town):
    return browser_of(make.grid(make.village(town)))


@pytest.fixture
def clue(worker, make, session):
    """What a grid worker sent from a phone."""
    empty = dict.fromkeys(("place_unit", "place", "latitude", "longitude", "occurred_at", "assigned_matter"), "")
    told = {"title": "河边搭棚", "list_item": make.item().id, "scope": "complex", "source": "own"}
    answer = sent(worker, "/call/add", **told, **empty, files=[upload()])
    assert answer.status_code == 302, answer.text
    return session.scalars(select(Call)).one()


def test_the_timeline_names_each_file(worker, browser_of, town, clue):
    def told(browser):
        """From the top: the latest first."""
        page = browser.get(f"/call/{clue.id}?_l_=en").text
        return re.findall(r"Photo or file ([^<\n]+?)\s*<", page)

    assert told(worker) == [PHOTO]
    assert told(browser_of(town)) == [PHOTO], "and to whoever sees the call"


@pytest.mark.requirement("TS-37")
def test_evidence_from_a_phone_needs_no_place_and_no_moment(browser_of, make, town, session):
    told = {"unit": town.id, "title": "夜间倾倒", "source": "camera", "list_item": make.item().id}
    answer = sent(browser_of(town), "/off_site_evidence/add", **told, place="", seen_at="", file=upload())
    assert answer.status_code == 302, answer.text
    evidence = session.scalars(select(OffSiteEvidence)).one()
    assert (evidence.seen_at, evidence.place) == (evidence.file.taken_at, "31.620139, 119.675000")


def both(row, file, size=""):
    table = type(row).__tablename__
    return [f"{way}/{table}/{row.id}/file/files/{file.id}{size}" for way in ("", "/api/v1")]


@pytest.mark.requirement("TC-04", "TC-49")
def test_a_clue_comes_with_its_photo_and_says_where_it_was_taken(clue, worker):
    assert (str(clue.latitude), str(clue.longitude), clue.place) == ("31.620139", "119.675000", "31.620139, 119.675000")
    page = worker.get(f"/call/{clue.id}").text
    (file,) = clue.files
    assert f'<img src="{both(clue, file)[0]}?size=small"' in page
    assert f"<span>{PHOTO}</span></a><small>2026-11-23 08:15 · 31.620139, 119.675000</small>" in page
    for path in both(clue, file):
        with worker.get(path) as answer:
            assert answer.headers["Content-Disposition"].endswith("%E6%BC%94%E7%A4%BA%EF%BC%89.jpg")
            assert dict(picture_of(answer.data).getexif()) == {}
    with worker.get(both(clue, file, "?size=small")[0]) as answer:
        assert (answer.status_code, answer.mimetype, max(picture_of(answer.data).size)) == (200, "image/jpeg", 320)


@pytest.mark.requirement("TC-49")
def test_a_township_does_not_see_anothers_photos_small_or_whole(web, clue, browser_of, town, make):
    (file,) = clue.files
    paths = [path + size for path in both(clue, file) for size in ("", "?size=small")]

    def seen_by(unit):
        browser = browser_of(unit)
        answers = [browser.get(path) for path in paths]
        for answer in answers:
            answer.close()
        return {answer.status_code for answer in answers}

    assert seen_by(town) == {200}
    others = (make.township(), make.grid(make.village(make.township())), make.department())
    assert [seen_by(unit) for unit in (*others, make.office(Duty.county_office))] == [{404}] * 4
    stranger = web.test_client()
    assert {stranger.get(path).status_code for path in paths} == {302, 401}


@pytest.mark.requirement("TC-49")
def test_of_several_files_all_are_kept_or_none_and_each_refusal_is_named(worker, make, session):
    wrong = [upload(b"MZ\x90\0", "图.jpg"), upload(b"<html>", "表.xlsx"), upload(b"x", "程序.exe")]
    told = {"title": "河边搭棚", "list_item": make.item().id, "scope": "complex"}
    answer = sent(worker, "/call/add", **told, files=[upload(), *wrong])
    assert answer.status_code == 422
    problem = re.search(r'id="f-files-problem">(.*)</p>', answer.text)[1]
    assert "“图.jpg”: The file is not what its name says: .jpg." in problem
    assert "“表.xlsx”: The file is not what its name says: .xlsx." in problem
    assert "“程序.exe”: Files of this kind are not taken." in problem
    assert PHOTO not in problem
    assert session.scalars(select(Attachment)).all() == session.scalars(select(Call)).all() == []


@pytest.mark.requirement("TC-49")
def test_photos_and_papers_are_added_to_a_call_under_way(browser_of, program_of, make, town, session):
    call = make.call(town, state=CallState.dispatched)
    papers = [upload(SAMPLES[kind], f"材料（终稿）.{kind}") for kind in ("docx", "pdf", "xlsx")]
    path = f"/call/{call.id}/move/attach"
    browser = browser_of(town)
    assert re.search(r'name="file_ids"[^>]* multiple', browser.get(path).text)
    assert sent(browser, path, file_ids=[upload(), *papers]).status_code == 302
    session.refresh(call)
    assert [file.name for file in call.files] == [PHOTO, *(f"材料（终稿）.{kind}" for kind in ("docx", "pdf", "xlsx"))]
    assert len(re.findall(r"<img [^>]*size=small", browser.get(f"/call/{call.id}").text)) == 1
    program = program_of(make.assignments(call)[0].department)
    kept = program.post("attachment/", data={"file": [upload(), upload()]})
    part = make.assignments(call)[0]
    moved = program.post(f"call_assignment/{part.id}/move/attach", json={"file_ids": kept.json["ids"]})
    assert (moved.status_code, [file["id"] for file in moved.json["result"]["files"]]) == (200, kept.json["ids"])


@pytest.mark.requirement("TS-33")
def test_a_file_for_review_is_written_with_its_papers_and_read_with_them(browser_of, make, town, session):
    told = {"unit": town.id, "stage": "qualification_review", "post": "村主任", "remarks": ""}
    browser, asked = browser_of(town), make.department()
    assert (
        sent(browser, "/review_file/add", **told, files=[upload(), upload(SAMPLES["pdf"], "履历.pdf")]).status_code
        == 302
    )
    review = session.scalars(select(ReviewFile)).one()
    assert [file.name for file in review.files] == [PHOTO, "履历.pdf"]
    assert sent(browser, f"/review_file/{review.id}/move/ask_opinions", unit_ids=[asked.id]).status_code == 302
    assert sent(browser, f"/review_file/{review.id}/move/attach", file_ids=[upload()]).status_code == 302
    session.refresh(review)
    assert len(review.files) == 3
    page = browser_of(asked).get(f"/review_file/{review.id}").text
    assert all(f'href="{both(review, file)[0]}"' in page for file in review.files)


def test_a_clue_that_is_edited_keeps_what_stays_ticked(worker, clue, session):
    (file,) = clue.files
    told = {"title": "改", "list_item": clue.list_item_id, "scope": "complex"}
    assert sent(worker, f"/call/{clue.id}/edit", **told, files=[str(file.id), upload()]).status_code == 302
    session.expire_all()
    assert len(clue.files) == 2
    assert sent(worker, f"/call/{clue.id}/edit", **told).status_code == 302
    session.expire_all()
    assert (clue.files, session.scalars(select(StepFile)).all()) == ([], [])


def test_a_page_with_twenty_files_takes_as_many_statements_as_one_with_two(browser_of, make, town, statements):
    call = make.call(town, state=CallState.dispatched)
    browser = browser_of(town)

    def cost():
        statements.clear()
        assert browser.get(f"/call/{call.id}").status_code == 200
        return len(statements)

    for _ in range(2):
        make.hang(call)
    cost()
    few = cost()
    for _ in range(18):
        make.hang(call)
    assert cost() <= few
