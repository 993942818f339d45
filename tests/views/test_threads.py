"""Two people at once. A page is one object for all threads: nothing of a request may stay on it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import select

from app.engine import api, pages
from app.extensions import db
from models.base import User
from models.calls import CallState
from models.door import system_session
from models.organisation import Duty
from models.recorder import Origin, RecorderEntry, set_origin
from models.roles import RoleName
from tests.make import NOW, Make, usual_role
from tests.views.conftest import HASH, PASSWORD, grant


@pytest.fixture
def truth(own_engine):
    with system_session(own_engine, expire_on_commit=False) as session:
        set_origin(session, Origin(at=NOW))
        yield session


@pytest.fixture
def built(truth):
    return Make(truth)


@pytest.fixture
def sign_in(app, own_engine, truth, built):
    """Browsers on a database that really commits, since each thread has a connection of its own."""
    with app.app_context():
        engines, usual = db.engines, db.engines[None]
    engines[None] = own_engine
    grant(app, truth)

    def browser_of(unit, role=None):
        account = built.user()
        account.password = HASH
        built.posting(account, unit, role or usual_role(unit))
        truth.commit()
        browser = app.test_client()
        browser.post("/login/", data={"username": account.username, "password": PASSWORD})
        return browser

    yield browser_of
    engines[None] = usual


@pytest.fixture
def meet(monkeypatch):
    """Make two threads wait for each other where one might tread on the other."""

    def at(owner, name):
        barrier, real = Barrier(2, timeout=10), getattr(owner, name)

        def waiting(*args, **kwargs):
            barrier.wait()
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, waiting)

    return at


def both(ask, *each):
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(ask, *each))


@pytest.mark.parametrize("path", ["/call/?f=title:eq:{}", "/api/v1/call/?q=(filters:!((col:title,opr:eq,value:{})))"])
def test_each_sees_what_they_asked_for_though_both_ask_at_once(sign_in, built, meet, path):
    town = built.township()
    titles = [built.call(town, title=title).title for title in ("Alpha7", "Beta7")]
    browsers = [sign_in(town), sign_in(town)]
    meet(api if path.startswith("/api/") else pages, "answer")
    answers = both(lambda browser, title: browser.get(path.format(title)), browsers, titles)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [[title for title in titles if title in answer.text] for answer in answers] == [["Alpha7"], ["Beta7"]]


def test_the_list_of_accounts_is_each_readers_own_too(sign_in, built, meet):
    office = built.office(Duty.county_office)
    names = [built.user(name).username for name in ("Alpha7", "Beta7")]
    browsers = [sign_in(office, RoleName.admin), sign_in(office, RoleName.admin)]
    meet(SQLAInterface, "query")
    answers = both(lambda browser, name: browser.get(f"/users/list/?_flt_0_username={name}"), browsers, names)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [[name for name in names if name in answer.text] for answer in answers] == [["Alpha7"], ["Beta7"]]


@pytest.mark.databases
@pytest.mark.requirement("TC-48")
def test_of_two_who_press_at_once_one_is_told_that_the_other_was_faster(sign_in, built, truth):
    call = built.call(state=CallState.submitted)
    office = built.office(Duty.county_office)
    browsers = [sign_in(office), sign_in(office)]
    answers = both(lambda browser: browser.post(f"/api/v1/call/{call.id}/move/accept", json={}), browsers)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    truth.expire_all()
    written = select(RecorderEntry).where(RecorderEntry.action == "accept", RecorderEntry.subject_id == call.id)
    assert len(truth.scalars(written).all()) == 1


@pytest.mark.databases
def test_signing_out_is_written_though_a_page_that_is_asked_for_only_reads(sign_in, built, app):
    browser = sign_in(built.township())
    copy = app.test_client()
    copy.set_cookie("session", browser.get_cookie("session").value)
    assert copy.get("/").status_code == 200
    assert browser.get("/logout/").status_code == 302
    assert copy.get("/").status_code == 302


@pytest.mark.databases
def test_those_who_guess_at_once_are_counted_one_by_one(sign_in, built, app, truth):
    sign_in(built.township())
    account = truth.scalars(select(User).order_by(User.id.desc())).first()
    name = account.username
    truth.commit()

    def guess(_):
        return app.test_client().post("/login/", data={"username": name, "password": "wrong"})

    for _ in range(3):
        both(guess, range(4))
    truth.refresh(account)
    assert account.fail_login_count == 10, "the eleventh has to wait, as all after it"
    assert account.locked_until is not None
