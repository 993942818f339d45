"""What refusals dispute most, and the proposal that follows with one click."""

import re
from html import unescape
from urllib.parse import parse_qs

import pytest

from models.calls import CallState
from models.organisation import Duty

SAID = {"reason": "Not ours."}


def refuse(make, *, times=1, item=None, by=None, caller=None):
    """Calls that the cooperating department refuses, citing the item, or none."""
    for _ in range(times):
        call = make.call(caller, cooperating=[by or make.department()], state=CallState.dispatched)
        said = {"list_item_id": item, "proposed_unit_id": item.lead_department} if item else {"no_item_covers": True}
        make.press(make.assignments(call)[1], "reject", **SAID, **said)


def sections(page):
    return dict(re.findall(r'aria-labelledby="(\w+)">(.*?)</section>', page, re.DOTALL))


@pytest.fixture
def world(make):
    often, once = make.item(title="OFTEN"), make.item(title="ONCE")
    refuse(make, times=3, item=often)
    refuse(make, item=once)
    refuse(make, times=3)
    return often


@pytest.mark.requirement("TC-40")
def test_the_most_disputed_come_first_and_gaps_by_category(browser_of, make, world):
    told = sections(browser_of(make.office(Duty.county_office)).get("/disputes/?_l_=en").text)
    assert told["cited"].index("OFTEN") < told["cited"].index("ONCE")
    assert re.findall(r'<td data-label="[^"]+">(\d+)</td>', told["cited"])[:4] == ["3", "0", "0", "3"]
    assert "environment" in told["lacking"]
    assert "By three callers or more" in unescape(told["lacking"])


@pytest.mark.requirement("TA-13")
def test_one_click_leads_to_a_proposal_that_names_item_and_calls(browser_of, make, world):
    department = make.department()
    refuse(make, times=2, item=world, by=department)
    browser = browser_of(department)
    page = browser.get("/disputes/").text
    link = unescape(re.search(r'href="(/list_adjustment/add[^"]+)"', page)[1])
    form = unescape(browser.get(link).text)
    assert "OFTEN" in form
    assert len(re.findall(r"U\d+-2026-\d{4}", form)) >= 2


def test_one_sees_of_it_what_one_sees_of_the_calls(browser_of, make, world):
    assert "OFTEN" not in browser_of(make.township()).get("/disputes/").text


@pytest.mark.long
def test_many_refusals_cost_the_database_no_more_than_few(browser_of, make, statements):
    item, browser = make.item(), browser_of(make.office(Duty.leadership))

    def cost():
        browser.get("/disputes/")
        statements.clear()
        assert browser.get("/disputes/").status_code == 200
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    refuse(make, times=3, item=item)
    refuse(make, times=3)
    few = cost()
    for _ in range(5):
        refuse(make, times=2, item=make.item())
        refuse(make, times=2, item=item)
    assert cost() == few


@pytest.mark.requirement("TS-04")
def test_a_case_about_an_item_in_force_leads_to_a_proposal_to_change_it_with_a_call_or_without(browser_of, make):
    item = make.bound()
    town = make.township()
    free, of_call, bare = make.free_case(by=town, item=item), make.case(caller=town, item=item), make.free_case(by=town)
    browser = browser_of(town)

    def offered(case):
        page = browser.get(f"/coordination_case/{case.id}").text
        found = re.search(r'href="/list_adjustment/add\?([^"]+)"', page)
        return parse_qs(unescape(found[1])) if found else None

    asked = {"kind": ["modify"], "duty_list": [str(item.duty_list_id)], "list_item": [str(item.id)]}
    assert offered(free) == asked
    assert offered(of_call) == asked | {"call": [str(of_call.call_id)]}
    assert offered(bare) is None


@pytest.mark.requirement("TA-13", "TS-04")
def test_a_call_leads_to_a_proposal_to_change_the_item_that_it_cites_or_to_add_one(browser_of, make, session):
    town, department, item = make.township(), make.department(), make.bound_item()
    cited = make.call(town, item=item)
    bare = make.call(town, module_id=make.module(department).id, lead=department, title="BARE")
    session.commit()
    browser = browser_of(town)

    def offered(call):
        found = re.search(r'href="/list_adjustment/add\?([^"]+)"', browser.get(f"/call/{call.id}").text)
        return parse_qs(unescape(found[1]))

    changed = {"kind": ["modify"], "duty_list": [str(item.duty_list_id)], "list_item": [str(item.id)]}
    assert offered(cited) == changed | {"call": [str(cited.id)]}
    assert (offered(bare)["kind"], offered(bare)["title"]) == (["add"], ["BARE"])
    make.press(item.duty_list, "revise")
    for name in ("submit", "publish"):
        make.press(make.next_of(item.duty_list), name)
    assert (offered(cited)["kind"], offered(cited)["title"]) == (["add"], [cited.title]), "it is in force no more"
