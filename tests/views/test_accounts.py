"""Accounts, roles and signing in: what is kept of them, who may do what to whom, and what a guesser learns."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app import security
from models import recorder
from models.base import Role, User
from models.organisation import Duty
from models.recorder import RecorderEntry
from models.roles import RoleName
from tests.models.look import entries
from tests.views.conftest import HASH, PASSWORD

NEW = "Long-Enough-1234"


def wide(word):
    """The same in the wide letters of a Chinese keyboard."""
    return "".join(chr(ord(char) + 0xFEE0) for char in word)


@pytest.fixture
def office(make):
    return make.office(Duty.county_office)


@pytest.fixture
def admin(browser_of, office):
    return browser_of(office, RoleName.admin)


@pytest.fixture
def keeper(browser_of, office):
    return browser_of(office, RoleName.security_admin)


@pytest.fixture
def account(user_of, make, session):
    """Someone of a township."""
    name = user_of(make.township())
    return session.scalar(select(User).where(User.username == name))


def test_the_times_of_an_account_are_told_by_the_clock_of_the_county(admin, session, account):
    at = datetime(2026, 11, 30, 20, 15, tzinfo=UTC)
    account.last_login = account.created_on = at.astimezone().replace(tzinfo=None)  # as Flask-AppBuilder keeps it
    session.commit()
    assert "2026-12-01 04:15" in admin.get("/users/list/?_flt_3_username=" + account.username).text
    assert admin.get(f"/users/show/{account.id}").text.count("2026-12-01 04:15") == 2


# What is recorded


def test_who_changed_an_account_is_told_in_words(admin, browser_of, office, account, session):
    form = {"username": account.username, "last_name": "王", "first_name": "芳", "email": account.email}
    assert admin.post(f"/users/edit/{account.id}", data=form).status_code == 302
    entry = entries(session, account)[-1]
    assert (entry.after["active"], entry.ip) == (False, "127.0.0.1")
    page = browser_of(office, RoleName.audit_admin).get(f"/recorder_entry/{entry.id}").text
    for word in ("账号 王芳", "启用", "<del>是</del>", "<ins>否</ins>"):
        assert word in page, word


def test_a_role_that_is_changed_is_told_in_words(keeper, browser_of, office, session):
    role = session.scalar(select(Role).where(Role.name == "congress_observer"))
    kept = [grant.id for grant in role.permissions if grant.view_menu.name != "Unit"]
    assert keeper.post(f"/roles/edit/{role.id}", data={"permissions": kept}).status_code == 302
    entry = entries(session, role)[-1]
    assert (entry.before, entry.after) == ({"permissions": ["can_read Unit"]}, {"permissions": []})
    audit = browser_of(office, RoleName.audit_admin)
    assert "<del>单位：查看</del>" in audit.get(f"/recorder_entry/{entry.id}").text
    listed = audit.get("/recorder_entry/").text
    assert "角色" in listed
    assert "ab_role" not in listed


def test_a_new_account_is_recorded(admin, session):
    form = {"username": "wang", "last_name": "王", "first_name": "芳", "email": "wang@example.org", "active": "y"}
    admin.post("/users/add", data=form | {"password": NEW, "conf_password": NEW})
    account = session.scalar(select(User).where(User.username == "wang"))
    (entry,) = entries(session, account)
    assert (entry.action, entry.after["password"], entry.after["roles"]) == ("create", "set", ["member"])
    told = session.scalars(select(RecorderEntry).where(RecorderEntry.subject_type == "ab_user"))
    assert not any("pbkdf2" in str(entry.after) or "scrypt" in str(entry.after) for entry in told)


def test_a_password_that_cannot_be_recorded_is_not_set(admin, account, session, monkeypatch):
    before = account.password
    monkeypatch.setattr(recorder, "_key", [])
    answer = admin.post(f"/resetpassword/form?pk={account.id}", data=twice(NEW))
    assert answer.status_code == 500
    session.refresh(account)
    assert account.password == before


# Three administrators


def form_of(account, **changes):
    kept = {name: getattr(account, name) for name in ("username", "last_name", "first_name", "email")}
    return {name: value for name, value in (kept | {"active": "y"} | changes).items() if value is not None}


def test_an_account_gives_no_role_but_the_one_that_gives_nothing(admin, session):
    assert 'name="roles"' not in admin.get("/users/add").text
    role = session.scalar(select(Role.id).where(Role.name == "security_admin"))
    form = {"username": "wang", "last_name": "王", "first_name": "芳", "email": "wang@example.org", "active": "y"}
    admin.post("/users/add", data=form | {"password": NEW, "conf_password": NEW, "roles": [role]})
    account = session.scalar(select(User).where(User.username == "wang"))
    assert [role.name for role in account.roles] == ["member"]
    admin.post(f"/users/edit/{account.id}", data=form | {"roles": [role]})
    session.refresh(account)
    assert [role.name for role in account.roles] == ["member"]


def test_a_role_is_found_by_what_it_is_called_and_all_are_offered(admin, session):
    def found(words, **headers):
        answer = admin.get("/posting/lookup/role", query_string={"q": words}, headers=headers)
        return [row["text"] for row in answer.json]

    assert found("部门") == ["部门负责人", "部门工作人员"]
    assert set(found("乡镇")) == {"乡镇（街道）负责人", "乡镇（街道）经办人", "乡镇人大监督员"}
    assert found("编办") == ["编办工作人员"]
    assert (found("Agency head", **{"Accept-Language": "en"}), found("Agency head")) == (["Agency head"], [])
    assert len(found("")) == len(session.scalars(select(Role.id)).all()) > 20
    assert {"乡镇（街道）负责人", "派驻机构负责人"} <= set(found(""))


def test_a_posting_is_found_by_what_its_role_is_called(admin, make, session):
    roles = (RoleName.township_head, RoleName.township_operator)
    head, clerk = (make.posting(make.user(), make.township(), role) for role in roles)
    session.commit()
    page = admin.get("/posting/", query_string={"q": "乡镇（街道）负责人"}).text
    assert [f"/posting/{posting.id}" in page for posting in (head, clerk)] == [True, False]


def test_a_new_account_leads_to_the_posting_that_gives_it_rights(admin, session):
    form = {"username": "wang", "last_name": "王", "first_name": "芳", "email": "wang@example.org", "active": "y"}
    answer = admin.post("/users/add", data=form | {"password": NEW, "conf_password": NEW})
    account = session.scalar(select(User.id).where(User.username == "wang"))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/posting/add?user={account}")
    page = admin.get(answer.headers["Location"]).text
    assert f'<option value="{account}" selected>王芳</option>' in page
    assert 'class="flash flash-info"' in page
    again = admin.post("/users/add", data=form | {"password": NEW, "conf_password": NEW})
    assert "/posting/add" not in again.headers.get("Location", ""), "it is there already"


def test_a_posting_is_called_by_its_person_with_the_family_name_first(admin, make, session):
    person, town = make.user(), make.township()
    person.last_name, person.first_name = "王", "芳"
    posting = make.posting(person, town)
    session.commit()
    page = admin.get(f"/posting/{posting.id}").text
    assert (f"王芳 · {town.name}" in page, "芳 王" in page) == (True, False)


def test_nobody_gives_themselves_a_post(program_of, office, user_of, make, session):
    program = program_of(office, RoleName.admin)
    me = session.scalar(select(User.id).where(User.username == user_of(office, RoleName.admin)))
    role = make.role(RoleName.list_manager).id
    post = {"unit": office.id, "role": role, "kind": "posted", "from_on": "2026-01-01"}
    answer = program.post("posting/", json=post | {"user": me})
    assert (answer.status_code, list(answer.json["message"])) == (422, ["user"])
    another = make.user().id
    key = program.post("posting/", json=post | {"user": another}).json["id"]
    assert list(program.put(f"posting/{key}", json={"user": me}).json["message"]) == ["user"]
    mine = make.posting(session.get(User, me), office, RoleName.leader).id
    session.commit()
    assert program.put(f"posting/{mine}", json={"role": role}).status_code == 422
    assert program.delete(f"posting/{mine}").status_code == 422
    assert program.delete(f"posting/{key}").status_code == 200


def test_nobody_is_two_of_the_three_administrators_at_a_time(program_of, office, make, session):
    program = program_of(office, RoleName.admin)
    person, audit = make.user(), make.role(RoleName.audit_admin)
    make.posting(person, office, RoleName.security_admin, to_on=date(2026, 12, 31))
    session.commit()
    post = {"user": person.id, "unit": office.id, "role": audit.id, "kind": "posted"}
    answer = program.post("posting/", json=post | {"from_on": "2026-12-31"}, headers={"Accept-Language": "zh"})
    assert (answer.status_code, list(answer.json["message"])) == (422, ["role"])
    assert "安全管理员" in answer.json["message"]["role"][0]
    before = program.post("posting/", json=post | {"from_on": "2025-01-01", "to_on": "2025-12-31"})
    assert program.post("posting/", json=post | {"from_on": "2027-01-01"}).status_code == before.status_code == 201
    longer = program.put(f"posting/{before.json['id']}", json={"to_on": "2026-01-01"})
    assert (longer.status_code, list(longer.json["message"])) == (422, ["role"])


@pytest.mark.parametrize("role", [RoleName.admin, RoleName.security_admin, RoleName.audit_admin])
def test_administrators_do_not_shut_each_other_out(admin, make, session, role):
    other = make.user()
    posting = make.posting(other, make.township(), role)
    session.commit()
    sentence = "三类管理员之一"
    assert sentence in admin.post(f"/users/edit/{other.id}", data=form_of(other, active=None)).text
    assert sentence in admin.post(f"/resetpassword/form?pk={other.id}", data=twice(NEW)).text
    session.refresh(other)
    assert (other.active, other.password) == (True, None)
    posting.to_on = date(2026, 1, 2)
    session.commit()
    assert admin.post(f"/users/edit/{other.id}", data=form_of(other, active=None)).status_code == 302
    session.refresh(other)
    assert other.active is False


def test_the_last_administrator_stays(admin, office, user_of, make, session):
    me = session.scalar(select(User).where(User.username == user_of(office, RoleName.admin)))
    gone = make.user()
    gone.active = False
    make.posting(gone, office, RoleName.admin)
    session.commit()
    assert "最后一名系统管理员" in admin.post(f"/users/edit/{me.id}", data=form_of(me, active=None)).text
    make.posting(make.user(), office, RoleName.admin)
    session.commit()
    assert admin.post(f"/users/edit/{me.id}", data=form_of(me, active=None)).status_code == 302


# What has been signed in


def twice(password, **more):
    return {"password": password, "conf_password": password} | more


def sign_in(web, name, password=PASSWORD):
    browser = web.test_client()
    browser.post("/login/", data={"username": name, "password": password})
    return browser


def copy_of(web, browser):
    copy = web.test_client()
    copy.set_cookie("session", browser.get_cookie("session").value)
    return copy


def token_of(web, name, password=PASSWORD):
    who = {"username": name, "password": password, "refresh": True}
    return web.test_client().post("/api/v1/security/login", json=who).json


def lives(browser):
    return browser.get("/").status_code == 200


def opens(web, token):
    return web.test_client().get("/api/v1/call/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_copied_cookie_ends_with_signing_out_and_a_program_goes_on(web, account):
    browser, token = sign_in(web, account.username), token_of(web, account.username)["access_token"]
    copy = copy_of(web, browser)
    assert lives(copy)
    browser.get("/logout/")
    assert not lives(copy)
    assert opens(web, token)
    assert lives(sign_in(web, account.username))


def test_a_new_password_ends_all_but_the_browser_where_it_was_set(web, account):
    browser, elsewhere = sign_in(web, account.username), sign_in(web, account.username)
    old, token = copy_of(web, browser), token_of(web, account.username)["access_token"]
    done = browser.post("/resetmypassword/form", data=twice(NEW, current=PASSWORD), follow_redirects=True)
    assert "密码已修改" in done.text
    assert lives(browser)
    assert not any(map(lives, (old, elsewhere)))
    assert not opens(web, token)
    assert lives(sign_in(web, account.username, NEW))


def test_ones_own_password_is_changed_by_who_knows_it(web, account, session):
    browser = sign_in(web, account.username)
    before = account.password
    for form in (twice(NEW), twice(NEW, current="wrong"), twice(NEW, current="")):
        assert browser.post("/resetmypassword/form", data=form).status_code == 200
    session.refresh(account)
    assert (account.password, account.fail_login_count) == (before, 1)
    mine = browser.post(f"/resetpassword/form?pk={account.id}", data=twice(NEW))
    assert mine.status_code == 403


def test_who_resets_passwords_does_not_so_reset_their_own(admin, office, user_of, session):
    me = session.scalar(select(User).where(User.username == user_of(office, RoleName.admin)))
    assert "您自己的账号" in admin.post(f"/resetpassword/form?pk={me.id}", data=twice(NEW)).text


def test_a_password_that_was_reset_and_an_account_that_was_closed_end_all(web, admin, account, session):
    for change in (
        lambda: admin.post(f"/resetpassword/form?pk={account.id}", data=twice(NEW)),
        lambda: admin.post(f"/users/edit/{account.id}", data=form_of(account, active=None)),
    ):
        password = NEW if account.password != HASH else PASSWORD
        browser, tokens = sign_in(web, account.username, password), token_of(web, account.username, password)
        assert lives(browser)
        assert change().status_code == 302
        session.refresh(account)
        assert not lives(browser)
        assert not opens(web, tokens["access_token"])
    assert admin.post(f"/users/edit/{account.id}", data=form_of(account)).status_code == 302
    assert not lives(browser), "what was signed in before does not come back with the account"
    assert not opens(web, tokens["access_token"])


def test_signing_in_keeps_nothing_of_who_was_there_before(web, account):
    browser = web.test_client()
    browser.get("/language/en")
    with browser.session_transaction() as cookie:
        cookie |= {"csrf_token": "old", "unit_id": 7}
    browser.post("/login/", data={"username": account.username, "password": PASSWORD})
    with browser.session_transaction() as cookie:
        assert {"csrf_token", "unit_id"}.isdisjoint(cookie)
        assert cookie["locale"] == "en"
    browser.get("/logout/")
    with browser.session_transaction() as cookie:
        assert set(cookie) == {"locale"}


def test_the_stamp_costs_no_statement(web, account, statements):
    browser = sign_in(web, account.username)
    browser.get("/notices/")
    statements.clear()
    browser.get("/notices/")
    assert len([sent for sent in statements if "ab_user.password" in sent]) == 1


def test_a_refresh_token_is_good_for_a_new_token_and_nothing_else(web, account, session):
    tokens = token_of(web, account.username)

    def refresh(token):
        return web.test_client().post("/api/v1/security/refresh", headers={"Authorization": f"Bearer {token}"})

    assert opens(web, refresh(tokens["refresh_token"]).json["access_token"])
    assert not opens(web, tokens["refresh_token"])
    assert refresh(tokens["access_token"]).status_code == 401
    assert refresh("x").status_code == 401
    account.active = False
    session.commit()
    assert refresh(tokens["refresh_token"]).status_code == 401


# Guessing


def guess(web, name, password="wrong"):
    page = web.test_client().post("/login/", data={"username": name, "password": password}, follow_redirects=True)
    rest = web.test_client().post("/api/v1/security/login", json={"username": name, "password": password})
    return ("请等待十分钟再试" in page.text, rest.status_code, rest.json.get("message"))


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(web, account, session):
    answers = {guess(web, account.username) for _ in range(5)}
    session.refresh(account)
    assert account.fail_login_count == 10
    answers.add(guess(web, account.username, PASSWORD))
    answers.add(guess(web, "nobody"))
    ((shown, status, message),) = answers
    assert (shown, status) == (True, 401)
    assert "请等待十分钟再试" in message
    assert not lives(sign_in(web, account.email)), "nor by the address"
    account.locked_until -= timedelta(minutes=11)
    session.commit()
    assert lives(sign_in(web, account.username))
    session.refresh(account)
    assert account.fail_login_count == 0


def test_nine_wrong_passwords_and_a_right_one_close_nothing(web, account, session):
    for _ in range(2):
        for _ in range(9):
            sign_in(web, account.username, "wrong")
        assert lives(sign_in(web, account.username))


def test_guessing_the_present_password_is_guessing_too(web, account):
    browser = sign_in(web, account.username)
    for _ in range(10):
        browser.post("/resetmypassword/form", data=twice(NEW, current="wrong"))
    assert browser.post("/resetmypassword/form", data=twice(NEW, current=PASSWORD)).status_code == 200
    assert not lives(sign_in(web, account.username))


def test_a_reset_password_need_not_wait(web, admin, account):
    for _ in range(10):
        sign_in(web, account.username, "wrong")
    admin.post(f"/resetpassword/form?pk={account.id}", data=twice(NEW))
    assert lives(sign_in(web, account.username, NEW))


@pytest.mark.parametrize("locked", [False, True])
def test_every_name_costs_one_hash(web, account, session, monkeypatch, locked):
    account.locked_until = datetime.now(UTC) + timedelta(minutes=locked)
    session.commit()
    asked = []
    monkeypatch.setattr(security, "check_password_hash", lambda *of: asked.append(of) or False)
    sign_in(web, account.username)
    known = len(asked)
    sign_in(web, "nobody")
    assert (known, len(asked)) == (1, 2)


@pytest.mark.parametrize("bad", ["short12", "WANGFANG", "wangfang", wide("wangfang"), "long\0enough"])
def test_a_password_that_is_guessed_first_is_refused(web, admin, make, session, bad):
    person = make.user("wangfang", email="fang@example.org")
    person.password = HASH
    make.posting(person)
    session.commit()
    assert admin.post(f"/resetpassword/form?pk={person.id}", data=twice(bad)).status_code == 200
    own = sign_in(web, "wangfang").post("/resetmypassword/form", data=twice(bad, current=PASSWORD))
    assert own.status_code == 200
    new = form_of(person, username="wangfang2" if bad == "short12" else bad.replace("\0", ""), email="f2@example.org")
    assert admin.post("/users/add", data=new | twice(bad)).status_code == 200
    session.refresh(person)
    assert person.password == HASH


# Names


@pytest.mark.parametrize("name", ["OTHER", wide("other"), " other", "other@example.org", "Other@Example.org"])
def test_a_name_that_is_another_accounts_is_refused(web, admin, account, make, session, name):
    make.user("other")
    session.commit()
    new = {"last_name": "王", "first_name": "芳", "email": "new@example.org", "active": "y"} | twice(NEW)
    assert "已有账号使用这个用户名或邮箱" in admin.post("/users/add", data=new | {"username": name}).text
    assert "已有账号使用这个用户名或邮箱" in admin.post(
        f"/users/edit/{account.id}", data=form_of(account, username=name)
    ).text  # fmt: skip
    address = name if "@" in name else f"{name.strip()}@example.org"
    assert admin.post(f"/users/edit/{account.id}", data=form_of(account, email=address)).status_code == 200
    assert session.scalar(select(User.id).where(User.email == "new@example.org")) is None


def test_an_account_keeps_its_own_name_in_other_letters(admin, account, session):
    form = form_of(account, username=account.username.upper())
    assert admin.post(f"/users/edit/{account.id}", data=form).status_code == 302
    session.refresh(account)
    assert account.username == form["username"]


@pytest.mark.parametrize(
    "wrong", [{"username": "a\0b"}, {"last_name": "a\0b"}, {"first_name": "a\nb"}]
    + [{"email": email} for email in ("x", "x@", "@x", "a b@c.d", "a@b@c", "a\0@b.c", "a@b.c,d@e.f")],
)  # fmt: skip
def test_what_is_no_name_and_no_address_is_refused(admin, account, session, wrong):
    new = form_of(account, username="new", email="new@example.org") | twice(NEW)
    assert admin.post("/users/add", data=new | wrong).status_code == 200
    assert admin.post(f"/users/edit/{account.id}", data=form_of(account, **wrong)).status_code == 200
    assert session.scalar(select(User.id).where(User.username == "new")) is None
