"""«Who answers?»: the page and its REST twin."""

import re

import pytest

from models.organisation import Duty
from models.plain_words import PlainWord
from models.queries.finding import shelf
from models.roles import RoleName
from tests.make import NOW

EVIL = "<script>alert('臭水')</script>"


@pytest.fixture(autouse=True)
def empty_shelf():
    """What another test has rolled back may stand there with the same keys."""
    shelf.clear()


@pytest.fixture
def smoke(make):
    """An item on smoke, with all that a card shows, among others that make its words rare."""
    for _ in range(20):
        make.item(title="其他事项")
    return make.item(
        make.department(name="生态环境局"),
        cooperating=[make.department(name="综合执法局")],
        title="餐饮油烟污染防治",
        category="生态环境",
        department_duties="查处油烟污染",
        time_limit="七日内",
        legal_basis="《大气污染防治法》" + "第一条" * 100,
    )


def page(browser, question):
    return browser.get("/find/", query_string={"q": question, "_l_": "en"}).text


def test_a_card_says_who_leads_and_on_what_basis(browser_of, make, smoke):
    told = page(browser_of(make.township()), "楼下饭店油烟太大")
    assert f'<a href="/list_item/{smoke.id}">{smoke.code} 餐饮<mark>油烟</mark>污染防治</a>' in told
    for words in ("生态环境局", "综合执法局", "查处<mark>油烟</mark>污染", "七日内", "《大气污染防治法》"):
        assert words in told
    assert len(re.search(r"《大气污染防治法》[第一条]+…", told)[0]) <= 121


def test_what_people_write_is_escaped(browser_of, make, session):
    make.item(title=f"{EVIL}整治", category="<b>环境", legal_basis=EVIL, department_duties=EVIL)
    session.add(PlainWord(region_id=make.home.id, word="</textarea>", means="<i>臭水"))
    session.commit()
    told = page(browser_of(make.township()), f"{EVIL}</textarea>")
    assert "<mark>臭水</mark>" in told
    assert not re.search(r"<(script>|b>环境|i>臭水)", told)
    assert told.count("</textarea>") == 1


@pytest.mark.parametrize(
    ("question", "words"), [("", "two words: whatever you have"), ("火星", "No item in force covers")]
)
def test_no_question_and_no_hit_are_told_in_words(browser_of, make, smoke, question, words):
    told = page(browser_of(make.township()), question)
    assert words in told
    assert 'class="card find"' not in told


def test_a_call_about_it_starts_from_the_card_where_one_may_call(browser_of, make, smoke):
    browser = browser_of(make.township())
    address = re.search(r'href="(/call/add\?list_item=\d+[^"]+)"', page(browser, "油烟"))[1].replace("&amp;", "&")
    form = browser.get(address).text
    assert f'<option value="{smoke.id}" selected>' in form
    assert 'value="餐饮油烟污染防治"' in form
    assert "/call/add" not in page(browser_of(make.office(Duty.assessment_office)), "油烟")


def offered(html):
    return re.search(r'href="(/list_adjustment/add\?[^"]+)"', html)[1].replace("&amp;", "&")


def test_what_no_item_covers_is_proposed_with_the_words_that_were_typed(browser_of, make, smoke):
    browser = browser_of(make.township())
    found, call = page(browser, "火星探测"), browser.get("/call/add?title=火星探测").text
    for html in (found, call):
        form = browser.get(offered(html)).text
        assert 'value="火星探测"' in form
        assert '<option value="add" selected>' in form
    assert 'data-carries="title"' in call
    assert "title=%E6%B2%B9%E7%83%9F" in offered(page(browser, "油烟")), "what was found may be another matter"
    assert "/list_adjustment/add" not in page(browser_of(make.office(Duty.assessment_office)), "火星探测")


def test_it_stands_in_the_menu_of_whoever_reads_items(browser_of, make):
    assert 'href="/find/"' in browser_of(make.township()).get("/").text
    accounts_only = browser_of(make.office(Duty.county_office), RoleName.security_admin)
    assert 'href="/find/"' not in accounts_only.get("/").text
    assert accounts_only.get("/find/?q=x").status_code == 403


def test_a_word_taught_on_its_page_is_understood(browser_of, make, smoke):
    manager, asker = browser_of(make.office(Duty.editorial_office), RoleName.list_manager), browser_of(make.township())
    assert "No item in force" in page(asker, "呛死人")
    assert manager.post("/plain_word/add", data={"word": "呛死", "means": "油烟污染"}).status_code == 302
    assert "呛死 → 油烟污染" in page(asker, "呛死人")
    assert asker.get("/plain_word/").status_code == 403


def test_programs_get_the_same(program_of, make, smoke, session):
    session.add(PlainWord(region_id=make.home.id, word="呛死", means="油烟"))
    session.commit()
    told = program_of(make.township()).get("find/", query_string={"q": "呛死人了"}).json
    assert [category["category"] for category in told["categories"]] == ["生态环境"]
    assert told["understood"] == [{"word": "呛死", "means": "油烟"}]
    (hit,) = told["result"]
    assert (hit["id"], hit["lead_department"]["name"], hit["call_scope"]) == (smoke.id, "生态环境局", "complex")
    assert [unit["name"] for unit in hit["cooperating"]] == ["综合执法局"]
    assert hit["spans"] == {"title": [[2, 4]], "department_duties": [[2, 4]], "township_duties": []}
    assert program_of(make.township(make.county())).get("find/?q=油烟").json["result"] == []


def test_a_program_that_asks_nothing_or_may_not_is_refused(program_of, web, make):
    assert program_of(make.township()).get("find/").status_code == 400
    assert program_of(make.office(Duty.county_office), RoleName.security_admin).get("find/?q=x").status_code == 403
    assert web.test_client().get("/api/v1/find/?q=x").status_code == 401


def test_the_resource_is_described(program_of, make):
    paths = program_of(make.township()).get("_openapi").json["paths"]
    assert paths["/api/v1/find/"]["get"]["parameters"][0]["name"] == "q"


def test_a_page_costs_as_many_statements_for_many_items_as_for_few(browser_of, make, statements):
    browser = browser_of(make.township())

    def cost():
        page(browser, "油烟")
        statements.clear()
        page(browser, "油烟")
        return len([statement for statement in statements if "SAVEPOINT" not in statement])

    def grow(times):
        for _ in range(times):
            make.item(title="油烟", cooperating=[make.department()], source=f"{NOW}")

    grow(3)
    few = cost()
    grow(20)
    assert cost() == few
