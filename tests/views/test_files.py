"""Files over the web: sent to a list's items, fetched by who may see them, refused in one sentence."""

import io
import re

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from models.admissions import AdmissionState
from models.files import Attachment
from models.items import AttachmentKind, ItemAttachment
from models.organisation import Duty
from models.recorder import RecorderEntry
from models.roles import RoleName
from models.rules.contents import LARGEST
from models.store import Store
from tests.models.test_contents import SAMPLES

PDF = SAMPLES["pdf"]
NAME = "占道经营流程图.pdf"


def upload(content=PDF, name=NAME):
    return io.BytesIO(content), name


def multipart(**fields):
    """A form as the bytes that a browser sends."""
    told = {name: FileStorage(*value) if isinstance(value, tuple) else str(value) for name, value in fields.items()}
    boundary, body = encode_multipart(told)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


@pytest.fixture
def manager(browser_of, make):
    return browser_of(make.office(Duty.editorial_office), RoleName.list_manager)


@pytest.fixture
def program(program_of, make):
    return program_of(make.office(Duty.editorial_office), RoleName.list_manager)


def hang(browser, item, **fields):
    told = {"list_item": item.id, "kind": "flow_chart", "file": upload()} | fields
    return browser.post("/item_attachment/add", data=told, content_type="multipart/form-data")


@pytest.fixture
def document(manager, make, session):
    """The flow chart of an item in force, as the list manager has sent it."""
    assert hang(manager, make.item()).status_code == 302
    return session.scalars(select(ItemAttachment)).one()


def both(document):
    return [f"/item_attachment/{document.id}/file/file", f"/api/v1/item_attachment/{document.id}/file/file"]


@pytest.mark.requirement("TA-12", "TS-07")
def test_a_document_hangs_on_its_item_and_is_read_by_all_of_the_county(web, document, browser_of, program_of, make):
    assert (document.kind, document.title, document.file.name) == (AttachmentKind.flow_chart, NAME[:-4], NAME)
    assert Store(web.config["FILES"]).path(document.file.key).read_bytes() == PDF
    town = make.township()
    for unit in (town, make.grid(make.village(town)), make.department()):
        for path in both(document):
            with browser_of(unit).get(path) as answer:
                assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    with program_of(town).get(f"item_attachment/{document.id}/file/file") as answer:
        assert answer.data == PDF
    page = browser_of(town).get(f"/list_item/{document.list_item_id}").text
    assert f'href="/item_attachment/{document.id}/file/file"' in page


@pytest.mark.requirement("TA-12", "TS-07", "LX-19")
@pytest.mark.parametrize("kind", ["flow_chart", "manual", "guide", "leaflet", "folder"])
def test_the_editorial_office_hangs_each_kind_of_document_on_an_item_and_nobody_else_does(
    manager, browser_of, make, session, kind
):
    item = make.item()
    assert hang(manager, item, kind=kind).status_code == 302
    document = session.scalars(select(ItemAttachment)).one()
    assert (document.kind.value, document.list_item_id, document.file.name) == (kind, item.id, NAME)
    for unit in (make.township(), item.lead_department, make.office(Duty.county_office)):
        assert hang(browser_of(unit), item, kind=kind).status_code in (302, 403)
    assert len(session.scalars(select(ItemAttachment)).all()) == 1
    assert hang(manager, item, kind="poster").status_code == 422


def test_a_township_sends_its_answer_with_the_letter(browser_of, make, session):
    town = make.township()
    admission = make.admission(state=AdmissionState.consulting, townships=[town])
    (opinion,) = make.opinions(admission)
    address = f"/admission_opinion/{opinion.id}/move/answer"
    township = browser_of(town)
    assert 'type="file" name="file_id"' in township.get(address).text
    sent = {"stance": "agrees", "opinion": "Gladly.", "file_id": upload()}
    assert township.post(address, data=sent, content_type="multipart/form-data").status_code == 302
    session.refresh(opinion)
    assert opinion.file.name == NAME
    with township.get(f"/admission_opinion/{opinion.id}/file/file") as answer:
        assert answer.data == PDF


def test_strangers_other_counties_and_drafts_are_out_of_reach(web, document, browser_of, make, session, statements):
    draft = make.document(make.item(duty_list=make.duty_list()))
    town, abroad = browser_of(make.township()), browser_of(make.township(make.county()))
    assert [abroad.get(path).status_code for path in both(document)] == [404, 404]
    assert [town.get(path).status_code for path in both(draft)] == [404, 404]
    stranger = web.test_client()
    assert [stranger.get(path).status_code for path in both(document)] == [302, 401]


def test_a_file_that_waits_for_its_row_is_its_units_alone(program, program_of, make, session):
    sent = program.post("attachment/", data={"file": upload()})
    assert (sent.status_code, sent.json["result"]["name"], sent.json["result"]["size"]) == (201, NAME, len(PDF))
    key = sent.json["id"]
    assert program.get(f"attachment/{key}").status_code == 200
    other = program_of(make.township())
    assert other.get(f"attachment/{key}").status_code == 404
    item = make.item()
    named = {"list_item": item.id, "kind": "manual", "file": key}
    assert other.post("item_attachment/", json=named).status_code == 403
    made = program.post("item_attachment/", json=named)
    assert (made.status_code, made.json["result"]["file"]) == (201, {"id": key, "name": NAME})
    assert other.get(f"attachment/{key}").json["result"]["name"] == NAME
    of_files = RecorderEntry.subject_type.in_(["item_attachment", "attachment"])
    entries = session.execute(select(RecorderEntry.subject_type, RecorderEntry.action).where(of_files)).all()
    assert entries == [("attachment", "create"), ("item_attachment", "create")]


def test_nobody_shows_on_a_file_that_was_only_shown_to_them(document, program_of, make, session):
    abroad = make.county()
    theirs = program_of(make.office(Duty.editorial_office, abroad), RoleName.list_manager)
    item = make.item(make.department(abroad))
    answer = theirs.post("item_attachment/", json={"list_item": item.id, "kind": "manual", "file": document.file_id})
    assert (answer.status_code, list(answer.json["message"])) == (422, ["file"])


def test_who_may_only_read_sends_nothing(program_of, make):
    leader = program_of(make.office(Duty.leadership))
    assert leader.post("attachment/", data={"file": upload()}).status_code == 403


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"MZ\x90\0", "setup.exe", "Files of this kind are not taken."),
        (b"<svg onload='x'/>", "图.svg", "Files of this kind are not taken."),
        (b"MZ\x90\0", "图.pdf", "The file is not what its name says: .pdf."),
        (b"<html>", "说明.txt", "The file is not what its name says: .txt."),
        (b"", "图.pdf", "The file is empty."),
        (PDF.ljust(LARGEST + 1, b"x"), "图.pdf", "The file is larger than 20 MB."),
    ],
)
def test_what_is_not_taken_is_refused_in_one_sentence_by_its_field(
    web, manager, program, make, session, content, name, reason
):
    language = {"Accept-Language": "en"}
    sent = program.post("attachment/", **multipart(file=upload(content, name)), headers=language)
    assert sent.status_code == 422
    (sentence,) = sent.json["message"]["file"]
    assert sentence.startswith(reason)
    told = {"list_item": make.item().id, "kind": "manual", "file": upload(content, name)}
    answer = manager.post("/item_attachment/add", **multipart(**told), headers=language)
    assert answer.status_code == 422
    assert re.search(rf'id="f-file-problem">.*{re.escape(reason)}', answer.text)
    assert session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize("path", ["/api/v1/attachment/", "/item_attachment/add"])
def test_a_request_beyond_all_measure_is_refused_in_a_sentence(manager, path):
    answer = manager.post(path, **multipart(file=upload(bytes(33 * 1024 * 1024))), headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert "a file may have at most 20 MB" in answer.text


def test_a_file_sent_with_a_cookie_needs_the_token_of_its_form(web, manager, monkeypatch, session):
    monkeypatch.setitem(web.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(web.config, "WTF_CSRF_CHECK_DEFAULT", True)
    for path in ("/api/v1/attachment/", "/item_attachment/add"):
        assert manager.post(path, data={"file": upload()}).status_code == 400
    assert session.scalars(select(Attachment)).all() == []


def test_a_file_costs_as_many_statements_however_many_there_are(document, browser_of, make, statements):
    town = browser_of(make.township())

    def cost(path):
        statements.clear()
        with town.get(path) as answer:
            assert answer.status_code == 200
        return len(statements)

    paths = [*both(document), f"/list_item/{document.list_item_id}", "/item_attachment/"]
    for path in paths:
        cost(path)
    few = [cost(path) for path in paths]
    item = document.list_item
    for _ in range(20):
        make.document(item)
    assert [cost(path) for path in paths] == few
