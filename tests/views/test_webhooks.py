"""The page of webhooks: who declares one, which addresses are refused, and that its secret is told to nobody."""

import io
import zipfile

import pytest
from sqlalchemy import select

from models.notices import Outbox
from models.organisation import Duty
from models.roles import RoleName
from tests.make_supervision import SECRET


@pytest.fixture
def office(make):
    return make.office(Duty.county_office)


@pytest.fixture
def admin(program_of, office):
    return program_of(office, RoleName.admin)


@pytest.fixture
def declared(admin, make):
    body = {
        "name": "协同办公（演示）",
        "address": "https://oa.example.gov.cn/hook",
        "kind": "calls",
        "region": make.home.id,
    }
    return lambda **said: admin.post("webhook/", json=body | said)


@pytest.mark.requirement("TS-32")
def test_an_administrator_declares_an_address_and_agrees_on_a_secret(admin, declared, program_of, browser_of, office):
    answer = declared()
    assert answer.status_code == 201, answer.json
    key = answer.json["id"]
    short = admin.move("webhook", key, "switch_on_hook", secret="short")
    assert (short.status_code, list(short.json["message"])) == (422, ["secret"])
    assert admin.move("webhook", key, "switch_on_hook", secret=SECRET).status_code == 200
    assert admin.put(f"webhook/{key}", json={"address": "https://elsewhere.example/"}).status_code in (403, 422)
    page = browser_of(office, RoleName.admin)
    told = [admin.get(f"webhook/{key}{part}").text for part in ("", "/timeline")]
    told += [page.get(path).text for path in ("/webhook/", f"/webhook/{key}", f"/webhook/{key}/move/switch_off_hook")]
    told.append(admin.get("webhook/").text)
    with page.get("/webhook/export.xlsx") as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        told += [book.read(name).decode() for name in book.namelist()]
    assert not [text for text in told if SECRET in text]
    for role in (RoleName.county_dispatcher, RoleName.security_admin):
        assert program_of(office, role).get(f"webhook/{key}").status_code == 403


@pytest.mark.requirement("TS-32")
@pytest.mark.parametrize(
    "address",
    ["http://oa.example/", "ftp://oa.example/", "http://8.8.8.8/",
     "https://", "https://a:b@oa.example/", "https://oa.example:0/", "oa",
     "https://oa.example:x/", "https://oa.example/#part", "https://oa.example/a b", "https://政务.example/"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(declared, address):
    answer = declared(address=address)
    assert (answer.status_code, list(answer.json["message"])) == (422, ["address"])


@pytest.mark.requirement("TS-32")
def test_a_number_in_a_private_network_needs_no_encryption(declared):
    assert declared(address="http://10.1.2.3:8080/hook").status_code == 201


@pytest.mark.requirement("TS-32")
def test_what_failed_stands_on_a_page(admin, make, session, office, browser_of):
    make.call(state="submitted")
    delivery = make.on_its_way(make.webhook(), session.scalars(select(Outbox)).first())
    delivery.error, delivery.tries = "it answered 503", 2
    session.commit()
    assert "it answered 503" in browser_of(office, RoleName.admin).get("/webhook_delivery/").text


@pytest.mark.requirement("TS-32")
def test_an_address_is_corrected_until_messages_were_meant_for_it(admin, make, session):
    make.call(state="submitted")
    hook = make.webhook(on=False)
    there = {"address": "https://right.example/"}
    assert admin.put(f"webhook/{hook.id}", json=there).status_code == 200
    make.on_its_way(hook, session.scalars(select(Outbox)).first())
    refused = admin.put(f"webhook/{hook.id}", json={"address": "https://other.example/"})
    assert (refused.status_code, list(refused.json["message"])) == (422, ["address"])
