"""How one item is performed: the calls about it, in any version, as far as who looks may see them."""

import re
from datetime import timedelta

import pytest

from models.calls import AssignmentState, CallState
from models.coordination import CaseState
from models.item_words import ListState
from models.lists import ListItem
from models.organisation import Duty
from models.roles import RoleName
from tests.make import NOW


def told(program, item):
    answer = program.get(f"list_item/{item.id}/performance")
    assert answer.status_code == 200, answer.json
    return answer.json["result"]


def figures(found):
    """Those that are not nothing; without `overdue`, which depends on the day of the test."""
    counts = ("calls", "under_way", "solved", "withdrawn", "cases", "open_cases")
    return {name: found[name] for name in counts if found[name]}


@pytest.fixture
def world(make, session):
    """A matter of two versions with calls about both, beside a matter that has calls of its own."""
    lead, helper = make.department(name="Water"), make.department(name="Roads")
    luoyang, sixi = make.township(), make.township()
    edition = make.edition(state=ListState.published, lead=lead, items=2)
    first, other = session.query(ListItem).filter_by(duty_list_id=edition.id).order_by(ListItem.code)
    make.call(luoyang, item=first, cooperating=[helper], state=CallState.resolved)
    make.call(luoyang, item=other, state=CallState.resolved)
    make.call(luoyang, item=first)
    make.press(edition, "revise")
    later = make.next_of(edition)
    for name in ("submit", "publish"):
        make.press(later, name)
    second = session.query(ListItem).filter_by(replaces_id=first.id).one()
    make.call(sixi, item=second, state=CallState.in_progress)
    make.call(sixi, item=second, state=CallState.withdrawn)
    make.case(caller=sixi, item=second, state=CaseState.negotiating)
    return {"item": second, "before": first, "luoyang": luoyang, "sixi": sixi, "lead": lead}


@pytest.mark.requirement("TA-15")
@pytest.mark.databases
def test_the_county_sees_what_became_of_the_calls_about_every_version(program_of, make, world):
    program = program_of(make.office(Duty.leadership))
    found = told(program, world["item"])
    assert figures(found) == {
        "calls": 4, "under_way": 2, "solved": 1, "withdrawn": 1, "cases": 1, "open_cases": 1
    }  # fmt: skip
    parts = {part["unit"]["name"]: part for part in found["by_unit"]}
    assert parts.keys() == {"Water", "Roads"}
    water = {name: count for name, count in parts["Water"].items() if name != "unit" and count}
    assert water == {"parts": 3, "on_time": 3, "rejected": 1, "resolved": 1, "kept_first": 1, "kept": 1}
    assert told(program, world["before"]) == found | {"is_idle": False}


@pytest.mark.requirement("TA-15")
def test_a_township_counts_its_own_calls_and_another_county_none(program_of, browser_of, make, world):
    assert figures(told(program_of(world["luoyang"]), world["item"])) == {"calls": 1, "solved": 1}
    assert told(program_of(world["sixi"]), world["item"])["calls"] == 3
    stranger = make.township(make.county())
    assert program_of(stranger).get(f"list_item/{world['item'].id}/performance").status_code == 404
    assert browser_of(stranger).get(f"/list_item/{world['item'].id}/performance").status_code == 404


def test_a_promise_that_was_extended_is_not_kept_as_it_was_first(program_of, make):
    part = make.assignment(state=AssignmentState.responded, item=make.item(make.department(name="Water")))
    late = part.promised_due + timedelta(hours=1)
    make.press(make.extension(part), "approve")
    make.press(part, "resolve", result="Done.", at=late)
    (water,) = told(program_of(make.office(Duty.leadership)), part.call.list_item)["by_unit"]
    assert (water["resolved"], water["kept_first"], water["kept"]) == (1, 0, 1)


@pytest.mark.requirement("TA-15")
def test_late_and_silent_answers_and_what_is_over_its_limit_are_told(program_of, make, session):
    item = make.item(make.department(name="Water"))
    parts = [make.assignments(make.call(item=item, state=CallState.in_progress))[0] for _ in range(4)]
    late, silent, idle, over = parts
    late.responded_at = late.respond_due + timedelta(hours=1)
    silent.failure_kind, silent.responded_at, silent.state = "no_response", None, AssignmentState.pending
    idle.failure_kind = "inaction"
    over.call.resolve_due = NOW - timedelta(days=3650)
    for call in (part.call for part in (late, silent, idle)):
        call.resolve_due = NOW + timedelta(days=3650)
    session.commit()
    found = told(program_of(make.office(Duty.leadership)), item)
    (water,) = found["by_unit"]
    assert found["overdue"] == 1
    assert {name: water[name] for name in ("parts", "on_time", "late", "no_response", "inaction")} == {
        "parts": 4, "on_time": 2, "late": 1, "no_response": 1, "inaction": 1
    }  # fmt: skip


@pytest.mark.requirement("TA-15", "TC-03")
def test_the_item_leads_to_the_page_and_the_page_to_its_calls(browser_of, make, session, world):
    browser, address = browser_of(make.office(Duty.leadership)), f"/list_item/{world['item'].id}/performance"
    assert f'href="{address}"' in browser.get(f"/list_item/{world['item'].id}").text
    document = make.three_fixed(world["lead"])
    page = browser.get(f"{address}?_l_=en").text
    assert page.count('href="/call/') >= 4
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    wanted = {"Calls": 4, "Under way": 2, "Solved": 1, "Withdrawn": 1, "Coordination cases": 1}
    wanted |= {"Open coordination cases": 1, "Cited in refusals": 0, "Refusals overruled": 0}
    assert {name: facts.get(name) for name in wanted} == {name: str(number) for name, number in wanted.items()}
    rows = re.findall(r'<tr><th scope="row">(\w+)</th>(.*?)</tr>', page)
    assert {name: "".join(re.findall(r"<td>(\d+)</td>", cells)) for name, cells in rows} == {
        "Water": "330001111", "Roads": "110000111"
    }  # fmt: skip
    assert f'href="/three_fixed_document/{document.id}"' in page
    assert "Not called lately" not in page
    world["item"].is_idle = True
    session.commit()
    assert "Not called lately" in browser.get(f"{address}?_l_=en").text


def test_nobody_looks_without_the_right_to_read_items(web, program_of, browser_of, make):
    address = f"list_item/{make.item().id}/performance"
    keeper = make.office(Duty.county_office), RoleName.security_admin
    assert web.test_client().get(f"/{address}").status_code == 302
    assert program_of(*keeper).get(address).status_code == 403
    assert browser_of(*keeper).get(f"/{address}").status_code in (302, 403)


@pytest.mark.long
def test_many_calls_cost_the_database_no_more_than_few(browser_of, make, statements):
    item, browser = make.item(), browser_of(make.office(Duty.leadership))

    def cost():
        browser.get(f"/list_item/{item.id}/performance")
        statements.clear()
        assert browser.get(f"/list_item/{item.id}/performance").status_code == 200
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    def grow(times):
        for _ in range(times):
            make.call(item=item, lead=make.department(), state=CallState.in_progress)

    grow(3)
    few = cost()
    grow(20)
    assert cost() == few
