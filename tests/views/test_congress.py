"""Observers of a people's congress at work: what they see, what they record, and who answers it."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from jobs.digests import digest_for_congress
from jobs.notices import deliver
from models.calls import CallState
from models.congress import CongressOpinion
from models.notices import Notice
from models.organisation import UnitType
from models.roles import RoleName
from tests.models.look import china

pytestmark = pytest.mark.requirement("TC-37")
SAID = {"title": "受理较慢", "opinion": "请加快受理。", "given_on": "2026-11-20"}


@pytest.fixture
def town(make):
    return make.township(name="Luoyang")


@pytest.fixture
def county(program_of, make):
    return program_of(make.unit(UnitType.congress))


@pytest.fixture
def observer(program_of, town):
    return program_of(town, RoleName.congress_observer)


def test_the_county_sees_all_and_a_town_its_own(make, county, observer, town):
    mine, theirs = (make.call(unit, state=CallState.submitted) for unit in (town, make.township()))
    make.call(town)

    def seen(program):
        return {call["id"] for call in program.get("call/").json["result"]}

    assert (seen(county), seen(observer)) == ({mine.id, theirs.id}, {mine.id})
    assert observer.get(f"call/{theirs.id}").status_code == 404


def test_an_opinion_is_recorded_by_the_observer_and_answered_by_the_unit(program_of, make, county, town, session):
    call = make.call(town, state=CallState.submitted)
    answer = county.post("congress_opinion/", json=SAID | {"addressed_unit": town.id, "call": call.id})
    assert answer.status_code == 201, answer.json
    key = answer.json["id"]
    clerk = program_of(town)
    assert county.move("congress_opinion", key, "answer_opinion", answer="x").status_code == 403
    assert clerk.put(f"congress_opinion/{key}", json={"title": "x"}).status_code == 403
    assert clerk.move("congress_opinion", key, "answer_opinion", answer="已加快。").status_code == 200
    assert clerk.move("congress_opinion", key, "answer_opinion", answer="再说。").status_code == 409
    assert county.put(f"congress_opinion/{key}", json={"title": "x"}).status_code == 403
    assert session.scalar(select(CongressOpinion.answer)) == "已加快。"


def test_a_towns_observer_writes_to_that_town_and_changes_nothing_else(make, observer, town):
    call = make.call(town, state=CallState.returned)
    other = observer.post("congress_opinion/", json=SAID | {"addressed_unit": make.township().id})
    assert (other.status_code, list(other.json["message"])) == (422, ["addressed_unit"])
    assert observer.post("congress_opinion/", json=SAID | {"addressed_unit": town.id}).status_code == 201
    assert observer.put(f"call/{call.id}", json={"title": "x"}).status_code == 403
    assert observer.move("call", call.id, "send").status_code == 403
    assert observer.post("call/", json={"title": "x"}).status_code == 403


def test_it_waits_on_the_desk_of_whom_it_addresses(make, browser_of, town):
    make.congress_opinion(make.actor(make.unit(UnitType.congress)), town, title="受理较慢")
    make.congress_opinion(make.actor(make.unit(UnitType.congress)), make.township(), title="派发较慢")
    page = browser_of(town).get("/?_l_=zh").text
    assert "受理较慢" in page
    assert "派发较慢" not in page
    for role in (RoleName.congress_observer, RoleName.township_observer):
        assert "待答复的人大监督意见" not in browser_of(town, role).get("/?_l_=zh").text


@pytest.mark.requirement("TC-38")
@pytest.mark.parametrize("observes", ["county", "town"])
def test_the_digest_of_a_month_leads_to_the_calls_that_it_counted(browser_of, make, session, town, observes):
    unit = make.unit(UnitType.congress) if observes == "county" else town
    browser = browser_of(unit, RoleName.congress_observer)
    mine, theirs = (make.call(whose, state=CallState.submitted) for whose in (town, make.township()))
    make.call(town, state=CallState.submitted, at=china("12-01 00:00"))
    digest_for_congress(session, china("12-01 01:00"))
    deliver(session, china("12-01 01:00"))
    session.commit()
    notice = session.scalars(select(Notice).where(Notice.message.startswith("Digest"))).one()
    address = browser.post(f"/notices/{notice.id}").location
    listed = set(re.findall(r"/call/(\d+)\"", unescape(browser.get(address).text)))
    assert listed == {str(call.id) for call in ((mine, theirs) if observes == "county" else (mine,))}
