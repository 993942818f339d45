"""Which call scope fits: the table of situations and standards, kept by the list manager and read by whoever calls."""

import re

import pytest

from models.item_words import ListState
from models.lists import ListItem
from models.organisation import Duty
from models.roles import RoleName
from models.situations import CallSituation
from models.words import CallScope
from tests.make import NOW

E, K, C = CallScope.emergency, CallScope.key, CallScope.complex


@pytest.fixture
def manager(make):
    return make.office(Duty.editorial_office), RoleName.list_manager


@pytest.fixture
def table(make):
    """An item with a row of its own; rows of its category, of another, of any matter; and one of another county."""
    item, other = make.item(category="环境"), make.item(category="环境")
    make.situation(scope=E, situation="OWN", list_item_id=item.id, category="环境")
    make.situation(scope=E, situation="OTHERS", list_item_id=other.id, category="环境")
    make.situation(scope=K, situation="CATEGORY", category="环境")
    make.situation(scope=K, situation="ELSEWHERE", category="土地")
    make.situation(scope=C, situation="ANY")
    make.situation(make.county(), scope=E, situation="AWAY")
    return item


def shown(browser, query=""):
    """scope → the situations under it, in the order of the page."""
    page = browser.get(f"/call_situation/guide{query}").text
    parts = re.findall(r'id="scope-(\w+)">(.*?)</section>', page, re.DOTALL)
    return {scope: re.findall(r'href="/call_situation/\d+">(\w+)<', text) for scope, text in parts}


@pytest.mark.requirement("TA-25")
@pytest.mark.parametrize("who", ["township", "grid", "department", "leader"])
def test_who_calls_and_who_answers_reads_the_countys_table_scope_by_scope(browser_of, make, table, who):
    town = make.township()
    units = {
        "township": town,
        "grid": make.grid(make.village(town)),
        "department": make.department(),
        "leader": make.office(Duty.leadership),
    }
    told = shown(browser_of(units[who]))
    assert list(told) == ["emergency", "key", "complex"]
    assert told == {"emergency": ["OWN", "OTHERS"], "key": ["CATEGORY", "ELSEWHERE"], "complex": ["ANY"]}


@pytest.mark.requirement("TA-25")
def test_beside_each_situation_stand_its_standard_and_its_basis(browser_of, make):
    make.situation(scope=E, situation="堤身出现裂缝", standard="裂缝超过一指宽", basis="演示1号")
    make.situation(scope=C, situation="堤顶路面破损", standard="车辆还能通行", basis="演示2号")
    page = browser_of(make.township()).get("/call_situation/guide").text
    rows = [re.findall(r"<td[^>]*>(?:<a[^>]*>)?([^<]*)", row) for row in page.split("<tr>")[1:] if "<td" in row]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("堤身出现裂缝", "裂缝超过一指宽", "演示1号"),
        ("堤顶路面破损", "车辆还能通行", "演示2号"),
    ]


@pytest.mark.requirement("TA-25")
def test_of_a_call_one_sees_what_fits_its_matter_and_nothing_else(browser_of, make, table):
    town = make.township()
    call = make.call(town, item=table)
    browser = browser_of(town)
    assert shown(browser, f"?call={call.id}") == {"emergency": ["OWN"], "key": ["CATEGORY"], "complex": ["ANY"]}
    assert browser_of(make.township()).get(f"/call_situation/guide?call={call.id}").status_code == 404
    assert browser.get("/call_situation/guide?call=x").status_code == 404


@pytest.mark.requirement("TA-25")
def test_a_clerk_finds_it_from_the_form_and_from_the_call(browser_of, make, table):
    town = make.township()
    call = make.call(town, item=table)
    browser = browser_of(town)
    assert 'target="_blank" href="/call_situation/guide"' in browser.get("/call/add").text
    for page in (f"/call/{call.id}", f"/call/{call.id}/edit"):
        assert f'href="/call_situation/guide?call={call.id}"' in browser.get(page).text


def test_the_limits_that_follow_stand_beside_the_scope(browser_of, make):
    page = browser_of(make.township()).get("/call_situation/guide?_l_=zh").text
    emergency, _, _ = page.partition('id="scope-key"')
    assert ("30 分钟" in emergency, "5 个工作日" in emergency, "5 个工作日" in page) == (True, False, True)


@pytest.mark.requirement("TA-25")
def test_the_list_manager_keeps_the_table_and_nobody_else(program_of, make, session, manager):
    item = make.item(category="环境")
    sent = {"scope": "emergency", "situation": "Fish die", "standard": "More than ten.", "list_item": item.id}
    for unit in (make.township(), make.department(), make.office(Duty.county_office)):
        assert program_of(unit).post("call_situation/", json=sent).status_code == 403
    keeper = program_of(*manager)
    answer = keeper.post("call_situation/", json=sent)
    assert answer.status_code == 201, answer.json
    row = session.get(CallSituation, answer.json["id"])
    assert (row.region_id, row.category, row.scope) == (make.home.id, "环境", E)
    assert keeper.put(f"call_situation/{row.id}", json={"standard": "More than five."}).status_code == 200
    assert keeper.post("call_situation/", json=sent | {"standard": ""}).status_code == 422
    draft = make.item(duty_list=make.duty_list())
    assert keeper.post("call_situation/", json=sent | {"list_item": draft.id}).status_code == 422


def test_a_standard_follows_its_item_into_the_next_edition(make, session):
    edition = make.edition(state=ListState.published, items=2)
    first, second = sorted(edition_items(session, edition), key=lambda item: item.code)
    kept = make.situation(situation="KEPT", list_item_id=first.id)
    gone = make.situation(situation="GONE", list_item_id=second.id)
    make.press(edition, "revise")
    draft = make.next_of(edition)
    session.delete(next(item for item in edition_items(session, draft) if item.replaces_id == second.id))
    session.commit()
    for name in ("submit", "publish"):
        make.press(draft, name, at=NOW)
    session.refresh(kept)
    session.refresh(gone)
    assert (kept.list_item.replaces_id, kept.list_item.duty_list_id) == (first.id, draft.id)
    assert (gone.list_item_id, second.state) == (second.id, "removed")


def edition_items(session, edition):
    return session.query(ListItem).filter_by(duty_list_id=edition.id).all()


def test_many_situations_cost_the_database_no_more_than_few(browser_of, make, statements):
    browser = browser_of(make.township())

    def cost():
        browser.get("/call_situation/guide")
        statements.clear()
        assert browser.get("/call_situation/guide").status_code == 200
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    def grow(times):
        for _ in range(times):
            make.situation(list_item_id=make.item().id)

    grow(3)
    few = cost()
    grow(20)
    assert cost() == few
