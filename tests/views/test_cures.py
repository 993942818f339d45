"""Each trap of Flask-AppBuilder that the engine closes, tried by a person who may do much and sees little."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from urllib.parse import quote, unquote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.engine.pages import Page
from models.calls import CallState
from models.lists import ListItem
from models.organisation import Duty, Posting
from models.recorder import RecorderEntry
from models.roles import RoleName
from tests.views.conftest import PASSWORD


@pytest.fixture
def ours_and_theirs(make):
    """A draft of one township, and one of a township in another county."""
    ours = make.call(title="OURS", item=make.item())
    abroad = make.county()
    theirs = make.call(make.township(abroad), title="THEIRS", item=make.item(make.department(abroad)))
    return ours, theirs


@pytest.fixture
def town(program_of, ours_and_theirs):
    return program_of(ours_and_theirs[0].caller_unit)


# Planted and related rows


def test_a_related_row_that_is_hidden_and_one_that_is_not_there_are_told_alike(town, ours_and_theirs, session):
    ours, theirs = ours_and_theirs
    answers = [
        town.post("call/", json={"title": "x", "list_item": key}) for key in (theirs.list_item_id, 987_654, "no", True)
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].json == answers[1].json
    assert session.get(ListItem, 987_654) is None
    assert town.post("call/", json={"title": "x", "list_item": ours.list_item_id}).status_code == 201


@pytest.mark.parametrize("verb", ["post", "put"])
@pytest.mark.parametrize(
    "protected",
    ["id", "state", "number", "region_id", "caller_unit", "caller_unit_id", "accept_due", "version_id", "rounds"],
)
def test_what_only_rules_write_no_program_writes(town, ours_and_theirs, verb, protected):
    ours, _ = ours_and_theirs
    body = {"title": "x", "list_item": ours.list_item_id, protected: 1}
    answer = getattr(town, verb)("call/" if verb == "post" else f"call/{ours.id}", json=body)
    assert (answer.status_code, list(answer.json["message"])) == (422, [protected])


def test_a_form_cannot_write_it_either(browser_of, ours_and_theirs, session):
    ours, theirs = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    form = {"title": "x", "list_item": ours.list_item_id, "state": "closed", "region_id": theirs.region_id}
    assert browser.post(f"/call/{ours.id}/edit", data=form).status_code == 302
    session.refresh(ours)
    assert (ours.title, ours.state, ours.region_id == theirs.region_id) == ("x", CallState.draft, False)


@pytest.mark.requirement("TA-23")
def test_a_call_about_a_place_elsewhere_is_refused_by_field(town, ours_and_theirs, make):
    ours, _ = ours_and_theirs
    body = {"title": "x", "list_item": ours.list_item_id, "place_unit": make.village(make.township()).id}
    answer = town.post("call/", json=body)
    assert (answer.status_code, list(answer.json["message"])) == (422, ["place_unit"])


# Hidden rows


@pytest.mark.parametrize("path", ["/call/{0}", "/call/{0}/edit", "/api/v1/call/{0}", "/api/v1/call/{0}/timeline"])
def test_theirs_is_not_found_rather_than_forbidden(browser_of, ours_and_theirs, path):
    ours, theirs = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    assert [browser.get(path.format(call.id)).status_code for call in (ours, theirs)] == [200, 404]


def test_theirs_can_be_neither_changed_nor_moved_nor_deleted(town, ours_and_theirs, session):
    _, theirs = ours_and_theirs
    answers = [
        town.put(f"call/{theirs.id}", json={"title": "x"}),
        town.delete(f"call/{theirs.id}"),
        town.move("call", theirs.id, "send"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    session.refresh(theirs)
    assert (theirs.title, theirs.state) == ("THEIRS", CallState.draft)


@pytest.mark.parametrize(
    "path", ["/call/", "/call/charts", "/call/export.xlsx", "/api/v1/call/", "/api/v1/call/charts/3"]
)
def test_no_list_chart_or_file_tells_of_theirs(browser_of, ours_and_theirs, path):
    ours, theirs = ours_and_theirs
    with browser_of(ours.caller_unit).get(path) as answer:
        told = answer.data
    if path.endswith(".xlsx"):
        told = b"".join(zipfile.ZipFile(BytesIO(told)).read(name) for name in zipfile.ZipFile(BytesIO(told)).namelist())
    assert theirs.title.encode() not in told
    assert theirs.caller_unit.name.encode() not in told


def test_a_picker_offers_what_may_be_chosen_and_never_a_whole_table(browser_of, ours_and_theirs, make):
    ours, theirs = ours_and_theirs
    for _ in range(30):
        make.item()
    found = browser_of(ours.caller_unit).get("/call/lookup/list_item").json
    assert len(found) == 30
    assert theirs.list_item_id not in {row["id"] for row in found}


def test_info_tells_no_row(town, ours_and_theirs):
    ours, _ = ours_and_theirs
    told = town.get("call/_info").data.decode()
    assert ours.list_item.title not in told
    assert "values" in told


# Methods


def test_a_link_changes_nothing(browser_of, ours_and_theirs, session):
    ours, _ = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    assert browser.get(f"/call/{ours.id}/delete").status_code == 405
    browser.get(f"/call/{ours.id}/move/send")
    session.refresh(ours)
    assert ours.state is CallState.draft


def test_a_link_acts_on_nothing_and_fetches_no_file_by_its_name(web):
    """The accounts' own actions only lead to the forms for passwords."""
    rules = {rule.rule for rule in web.url_map.iter_rules() if "/action" in rule.rule or "/download/" in rule.rule}
    assert rules == {"/users/action/<string:name>/<pk>", "/users/action_post"}


@pytest.mark.parametrize("token", ["none", "wrong"])
def test_a_cookie_alone_writes_nothing(web, browser_of, ours_and_theirs, session, monkeypatch, token):
    ours, _ = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    monkeypatch.setitem(web.config, "WTF_CSRF_ENABLED", True)
    headers = {} if token == "none" else {"X-CSRFToken": "made up"}
    for method, path in (
        ("delete", f"/api/v1/call/{ours.id}"),
        ("put", f"/api/v1/call/{ours.id}"),
        ("post", f"/api/v1/call/{ours.id}/move/send"),
        ("post", f"/call/{ours.id}/delete"),
        ("post", f"/call/{ours.id}/move/send"),
        ("post", f"/acting/{ours.caller_unit_id}"),
    ):
        assert getattr(browser, method)(path, headers=headers, json={}).status_code == 400
    session.refresh(ours)
    assert ours.state is CallState.draft


def test_a_token_needs_no_cookie_and_counts_alone(web, browser_of, program_of, ours_and_theirs, monkeypatch):
    ours, theirs = ours_and_theirs
    program, browser = program_of(theirs.caller_unit), browser_of(ours.caller_unit)
    monkeypatch.setitem(web.config, "WTF_CSRF_ENABLED", True)
    found = browser.get("/api/v1/call/", headers=program.headers).json
    assert found["ids"] == [theirs.id]
    assert program.put(f"call/{theirs.id}", json={"title": "x"}).status_code == 200
    assert browser.get("/api/v1/call/", headers={"Authorization": "Bearer x"}).status_code in (401, 422)


# Questions


@pytest.mark.parametrize(
    "question",
    [
        "(filters:!((col:description,opr:ct,value:x)))",
        "(filters:!((col:caller_unit.name,opr:eq,value:x)))",
        "(filters:!((col:title,opr:nosuch,value:x)))",
        "(filters:!((col:state,opr:eq,value:nosuch)))",
        "(filters:!((col:sent_at,opr:gt,value:yesterday)))",
        "(filters:!((col:title)))",
        "(filters:title)",
        "(order_column:version,order_direction:asc)",
        "(order_column:caller_unit.name,order_direction:asc)",
        "(page:x)",
        "(page_size:x)",
        "(columns:!(version))",
        "(columns:!(caller_unit.name))",
        "(",
    ],
)
def test_a_question_that_the_list_does_not_know_is_refused_and_not_widened(town, question):
    assert town.get(f"call/?q={quote(question)}").status_code == 400


@pytest.mark.parametrize("query", ["f=description:ct:x", "f=title", "f=state:eq:x", "order=version", "f=title:zz:x"])
def test_nor_by_a_page(browser_of, ours_and_theirs, query):
    assert browser_of(ours_and_theirs[0].caller_unit).get(f"/call/?{query}").status_code == 400


@pytest.mark.parametrize(("source", "found"), [("own", True), ("hotline", False)])
def test_calls_are_searched_by_where_they_come_from(browser_of, ours_and_theirs, source, found):
    page = browser_of(ours_and_theirs[0].caller_unit).get(f"/call/?f=source:eq:{source}")
    assert (page.status_code, "OURS" in page.text) == (200, found)


@pytest.mark.parametrize("query", ["size=1000000", "page=99999999999", "page=-1", "page=abc", "size=abc", "q=%00x"])
def test_numbers_out_of_reason_are_brought_into_reason(browser_of, ours_and_theirs, query):
    assert browser_of(ours_and_theirs[0].caller_unit).get(f"/call/?{query}").status_code == 200


def test_a_page_has_a_hundred_rows_at_most(town, make, ours_and_theirs):
    ours, _ = ours_and_theirs
    for _ in range(101):
        make.call(ours.caller_unit, item=ours.list_item)
    found = town.get("call/?q=(page_size:5000)").json
    assert (len(found["result"]), found["count"]) == (100, 102)


def test_a_percent_sign_is_a_percent_sign(town, make, ours_and_theirs):
    ours, _ = ours_and_theirs
    wanted = make.call(ours.caller_unit, item=ours.list_item, title="80%_done")
    assert town.get("call/?q=" + quote("(filters:!((col:title,opr:ct,value:'%_')))")).json["ids"] == [wanted.id]


# Words


def test_no_word_of_the_database_reaches_the_reader(program_of, make):
    make.township()
    admin = program_of(make.office(Duty.county_office), RoleName.admin)
    unit = make.department()
    taken = {"code": unit.code, "name": "x", "unit_type": "department", "parent": unit.parent_id}
    answers = [
        admin.post("unit/", json=taken),
        admin.delete(f"unit/{make.home.id}"),
        admin.post("unit/", json=taken | {"code": "x" * 41}),
        admin.post("unit/", json=taken | {"code": "a\x00b"}),
        admin.post("unit/", json=taken | {"code": "\ud800"}),
        admin.post("unit/", data="not json", content_type="application/json"),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert list(answers[0].json["message"]) == ["code"]
    for answer in answers:
        assert not any(
            word in answer.text for word in ("UNIQUE", "SELECT", "INSERT", "sqlite", "psycopg", "constraint")
        )


@pytest.mark.parametrize("nest", ["[", '{"x":'])
def test_what_is_nested_deeper_than_can_be_read_is_refused_like_any_other_nonsense(town, ours_and_theirs, nest):
    ours, _ = ours_and_theirs
    deep = {"data": nest * 100_000, "content_type": "application/json"}
    answers = [
        town.post("call/", **deep),
        town.put(f"call/{ours.id}", **deep),
        town.post(f"call/{ours.id}/move/send", **deep),
    ]
    assert [(answer.status_code, answer.json["message"]) for answer in answers] == [(422, "请提交 JSON 对象。")] * 3


def test_a_file_keeps_its_chinese_name(browser_of, ours_and_theirs):
    with browser_of(ours_and_theirs[0].caller_unit).get("/call/export.xlsx?_l_=zh") as answer:
        assert answer.status_code == 200
    name = unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
    assert name.startswith("呼叫-")
    assert name.endswith(".xlsx")


def test_text_stays_text_in_a_workbook(browser_of, ours_and_theirs, make):
    ours, _ = ours_and_theirs
    for title in ("=1+1", "@x", "http://example.org", "a\x0bb"):
        make.call(ours.caller_unit, item=ours.list_item, title=title)
    with browser_of(ours.caller_unit).get("/call/export.xlsx") as answer:
        file = BytesIO(answer.data)
    cells = {cell for row in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python() for cell in row}
    assert {"=1+1", "@x", "http://example.org", "a\ufffdb"} <= cells


# Threads and people


def test_a_page_keeps_nothing_of_a_request(web):
    pages = [view for view in web.extensions["appbuilder"].baseviews if isinstance(view, Page)]
    before = [dict(vars(view)) for view in pages]
    client = web.test_client()
    for view in pages:
        client.get(f"{view.route_base}/?q=secret&f=title:ct:secret")
    assert [dict(vars(view)) for view in pages] == before
    assert len(pages) > 10


def test_one_acts_for_the_unit_one_has_chosen(browser_of, make, session, ours_and_theirs):
    ours, theirs = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    account = session.scalar(select(Posting.user_id).where(Posting.unit_id == ours.caller_unit_id))
    assert browser.post(f"/acting/{theirs.caller_unit_id}").status_code == 404
    role = make.role(RoleName.township_operator)
    session.add(Posting(user_id=account, unit_id=theirs.caller_unit_id, role_id=role.id, from_on=date(2026, 1, 1)))
    session.commit()
    assert browser.get("/api/v1/call/").json["ids"] == [ours.id]
    assert browser.post(f"/acting/{theirs.caller_unit_id}").status_code == 302
    assert browser.get("/api/v1/call/").json["ids"] == [theirs.id]


@pytest.mark.parametrize(("from_on", "to_on"), [("2020-01-01", "2020-12-31"), ("2999-01-01", None)])
def test_a_posting_that_is_over_or_not_yet_gives_nothing(web, make, session, ours_and_theirs, user_of, from_on, to_on):
    ours, _ = ours_and_theirs
    name = user_of(ours.caller_unit)
    posting = session.scalar(select(Posting).where(Posting.unit_id == ours.caller_unit_id))
    posting.from_on, posting.to_on = date.fromisoformat(from_on), date.fromisoformat(to_on) if to_on else None
    session.commit()
    browser = web.test_client()
    browser.post("/login/", data={"username": name, "password": PASSWORD})
    assert browser.get("/call/").status_code == 403
    assert browser.get("/").status_code == 200


# Moves


def test_the_numbers_of_a_move(program_of, make):
    call = make.call(state=CallState.submitted)
    office = program_of(make.office(Duty.county_office))
    town, other = program_of(call.caller_unit), program_of(make.township())
    assert town.move("call", call.id, "accept").status_code == 403
    assert other.move("call", call.id, "withdraw").status_code == 404
    assert office.move("call", call.id, "nosuch").status_code == 404
    assert office.move("call", call.id, "dispatch", lead_department_id=make.department().id).status_code == 409
    assert office.move("call", call.id, "accept", version=call.version + 1).status_code == 409
    assert office.move("call", call.id, "accept", version="x").status_code == 422
    assert office.move("call", call.id, "accept", note=7).status_code == 422
    assert office.move("call", call.id, "accept", nosuch=1).status_code == 422
    assert office.move("call", call.id, "accept", version=call.version, note="好").status_code == 200
    assert office.move("call", call.id, "accept").status_code == 409
    missing = office.move("call", call.id, "dispatch")
    assert (missing.status_code, list(missing.json["message"])) == (422, ["lead_department_id"])


@pytest.mark.requirement("TA-26")
def test_a_township_never_dispatches(program_of, make):
    call = make.call(state=CallState.accepted)
    town = program_of(call.caller_unit)
    assert town.move("call", call.id, "dispatch", lead_department_id=make.department().id).status_code == 403


def test_a_stale_form_overwrites_nothing(browser_of, ours_and_theirs, session):
    ours, _ = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    form = {"title": "first", "list_item": ours.list_item_id, "version": ours.version}
    assert browser.post(f"/call/{ours.id}/edit", data=form).status_code == 302
    assert browser.post(f"/call/{ours.id}/edit", data=form | {"title": "second"}).status_code == 409
    session.refresh(ours)
    assert ours.title == "first"


@pytest.mark.requirement("TC-30")
def test_one_flow_for_all_with_few_fields_to_fill_in(town):
    fields = town.get("call/_info").json["add_columns"]
    assert [field["name"] for field in fields if field["required"]] == ["title"]


@pytest.mark.requirement("TC-50", "TC-48")
def test_the_timeline_says_who_when_where_and_in_whose_name(program_of, make):
    call = make.call()
    town = program_of(call.caller_unit)
    town.post(f"call/{call.id}/move/send", json={"note": "请尽快"}, headers={"X-Place": "溪边"})
    entry = town.get(f"call/{call.id}/timeline").json["result"][0]
    assert (entry["action"], entry["note"], entry["place"]) == ("send", "请尽快", "溪边")
    assert entry["unit"] == call.caller_unit.name
    assert entry["who"]
    assert {change["after"] for change in entry["changes"]} >= {"待受理"}


def last_of(call, session):
    """The latest entry of a call in the recorder: what was done, and where."""
    of_call = select(RecorderEntry).where(RecorderEntry.subject_type == "call", RecorderEntry.subject_id == call.id)
    entry = session.scalar(of_call.order_by(RecorderEntry.id.desc()).limit(1))
    return entry.action, entry.place


@pytest.mark.requirement("TC-50")
def test_a_move_says_where_it_was_made_and_its_body_wins_over_the_header(program_of, make, session):
    call = make.call()
    town = program_of(call.caller_unit)
    town.post(f"call/{call.id}/move/send", json={"place": " 溪边 "}, headers={"X-Place": "院里"})
    assert last_of(call, session) == ("send", "溪边")
    town.post(f"call/{call.id}/move/withdraw", json={"place": ""}, headers={"X-Place": "院里"})
    assert last_of(call, session) == ("withdraw", "院里")


@pytest.mark.requirement("TC-50")
def test_a_browser_says_it_on_the_form_of_any_move(browser_of, make, session):
    call = make.call()
    town, address = browser_of(call.caller_unit), f"/call/{call.id}/move/send"
    assert f'href="{address}"' in town.get(f"/call/{call.id}").text
    assert 'name="place"' in town.get(address).text
    assert town.post(address, data={"place": "村委会"}).status_code == 302
    assert last_of(call, session) == ("send", "村委会")


@pytest.mark.parametrize("place", ["job:sweep", "JOB: sweep", " command", "x" * 201, "\0", 7, ["x"]])
def test_a_place_that_is_not_ones_own_to_name_is_refused(program_of, browser_of, make, session, place):
    call = make.call()
    answer = program_of(call.caller_unit).move("call", call.id, "send", place=place)
    assert (answer.status_code, list(answer.json["message"])) == (422, ["place"])
    page = browser_of(call.caller_unit).post(f"/call/{call.id}/move/send", data={"place": place, "note": "KEPT"})
    assert (page.status_code, "KEPT" in page.text) == (422, True) if isinstance(place, str) else (302, False)
    assert call.state is CallState.draft


@pytest.mark.requirement("TC-51")
def test_the_page_of_a_call_says_where_it_stands_and_who_is_responsible(browser_of, make):
    call = make.call(state=CallState.in_progress)
    page = browser_of(call.caller_unit).get(f"/call/{call.id}").text
    part = make.assignments(call)[0]
    for word in (
        "办理中",
        'data-label="责任人"',
        part.department.name,
        f"{part.responsible.last_name}{part.responsible.first_name}",
    ):
        assert word in page


@pytest.mark.requirement("TA-51", "TC-24")
def test_units_of_every_level_work_on_one_call(program_of, make):
    call = make.call(make.township(), state=CallState.accepted, is_cross_region=True)
    abroad = make.department(make.county())
    assert abroad.region_id != call.region_id
    office = program_of(make.office(Duty.county_office))
    body = {"lead_department_id": make.department().id, "cooperating_department_ids": [abroad.id]}
    assert office.move("call", call.id, "dispatch", **body).status_code == 200
    theirs = program_of(abroad)
    (part,) = theirs.get("call_assignment/?q=" + quote("(filters:!((col:role,opr:eq,value:cooperate)))")).json["ids"]
    answer = theirs.move("call_assignment", part, "respond", promised_due="2099-01-05T09:00:00+08:00")
    assert (answer.status_code, answer.json["result"]["state"]) == (200, "responded")


# Languages


def test_one_is_answered_in_ones_language(browser_of, ours_and_theirs):
    ours, _ = ours_and_theirs
    browser = browser_of(ours.caller_unit)
    assert "草稿" in browser.get("/call/").text
    assert "Draft" in browser.get("/call/", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert "Draft" in browser.get("/call/?_l_=en").text
    browser.get("/language/en")
    assert "Draft" in browser.get("/call/").text
    browser.get("/language/zh")
    assert "草稿" in browser.get("/call/", headers={"Accept-Language": "en"}).text


def test_a_mistake_is_told_in_chinese(town):
    assert town.post("call/", json={}).json["message"] == {"title": ["请填写此项。"]}


def test_a_calendar_day_is_ones_own_countys_without_being_told(program_of, make):
    manager = program_of(make.office(Duty.editorial_office), "list_manager")
    day = manager.post("calendar_day/", json={"day": "2026-12-31", "is_working": False}).json
    assert day["result"]["region"]["id"] == make.home.id
    wrong = manager.post("calendar_day/", json={"day": "2026-12-30", "is_working": False, "region": make.county().id})
    assert (wrong.status_code, list(wrong.json["message"])) == (422, ["region"])
    listed = program_of(make.home, "admin").post("working_window/", json={
        "weekday": 6, "starts": "09:00", "ends": "10:00", "region": make.township().id})  # fmt: skip
    assert (listed.status_code, list(listed.json["message"])) == (422, ["region"])


def test_who_keeps_accounts_can_set_a_password_anew(browser_of, make):
    admin, another = browser_of(make.home, "admin"), make.user()
    assert "/users/action/resetpasswords/" in admin.get(f"/users/show/{another.id}").text
    asked = admin.post(f"/users/action/resetpasswords/{another.id}")
    assert (asked.status_code, f"pk={another.id}" in asked.location) == (302, True)
    keeper = browser_of(make.home, "security_admin")
    assert keeper.post(f"/users/action/resetpasswords/{another.id}").status_code == 403
    assert keeper.get("/users/userinfo/").status_code == 200
