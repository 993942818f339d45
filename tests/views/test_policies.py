"""The register of policy documents: what a document is, kept by who keeps the lists, read by all of the county."""

from io import BytesIO

import pytest

from models.organisation import Duty
from models.roles import RoleName

SENT = {
    "title": "关于深化乡呼县应的实施意见（演示）",
    "issuer": "县委办公室、县政府办公室（演示）",
    "document_number": "演示2026-3号",
    "level": "county",
    "issued_on": "2026-03-01",
    "effective_from": "2026-03-15",
}


@pytest.fixture
def keeper(make):
    return make.office(Duty.editorial_office), RoleName.list_manager


@pytest.mark.requirement("TA-03")
def test_a_document_is_registered_with_title_issuer_number_days_and_file(browser_of, program_of, make, keeper):
    file = (BytesIO(b"%PDF-1.4 x"), "实施意见.pdf")
    made = browser_of(*keeper).post("/policy_document/add", data=SENT | {"file": file})
    assert made.status_code == 302, made.text
    key = int(made.location.rpartition("/")[2])
    program, browser = program_of(town := make.township()), browser_of(town)
    read = program.get(f"policy_document/{key}").json["result"]
    assert {name: read[name] for name in SENT} == SENT
    assert read["file"]["name"] == "实施意见.pdf"
    page = browser.get(f"/policy_document/{key}?_l_=zh").text
    wanted = (*(SENT[name] for name in ("title", "issuer", "document_number", "issued_on")), "实施意见.pdf")
    assert [word for word in wanted if word not in page] == []
    listed = browser.get("/policy_document/?q=演示2026-3号").text
    assert f'data-href="/policy_document/{key}"' in listed
    assert program_of(make.township(make.county())).get(f"policy_document/{key}").status_code == 404


@pytest.mark.requirement("TA-03")
def test_none_is_registered_twice_nor_by_anybody_else_nor_with_less(program_of, make, keeper):
    program = program_of(*keeper)
    for name in ("title", "issuer", "document_number", "issued_on"):
        lacking = program.post("policy_document/", json={key: value for key, value in SENT.items() if key != name})
        assert (lacking.status_code, list(lacking.json["message"])) == (422, [name])
    assert program.post("policy_document/", json=SENT).status_code == 201
    again = program.post("policy_document/", json=SENT | {"title": "另一份"})
    assert again.status_code == 422
    for unit in (make.township(), make.department(), make.office(Duty.county_office)):
        assert program_of(unit).post("policy_document/", json=SENT | {"document_number": "2"}).status_code == 403
