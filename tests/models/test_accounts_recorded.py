"""Accounts and roles are Flask-AppBuilder's rows; what is changed of them is recorded like our own."""

import pytest
from sqlalchemy import select

from models import recorder
from models.base import Role, User
from models.recorder import DEPLOYMENT, RecorderEntry, Unrecorded, verify
from tests.models.look import entries

pytestmark = pytest.mark.databases


@pytest.fixture
def account(session, make):
    account = make.user("wang")
    account.password = "a hash"
    account.roles = [make.role("member")]
    session.commit()
    return account


def test_an_account_leaves_what_it_began_with_and_never_its_password(session, make):
    account = User(username="wang", first_name="芳", last_name="王", email="wang@example.org", password="a hash")
    account.roles = [make.role("member")]
    session.add(account)
    session.commit()
    (entry,) = entries(session, account)
    assert (entry.action, entry.before, entry.chain) == ("create", {}, DEPLOYMENT)
    assert entry.after == {
        "username": "wang", "first_name": "芳", "last_name": "王", "email": "wang@example.org", "active": True,
        "password": "set", "roles": ["member"],
    }  # fmt: skip


def test_what_is_changed_of_an_account_is_told_in_one_entry(session, make, account):
    admin = make.role("admin")
    session.expire_all()
    with session.no_autoflush:
        account.active, account.email, account.roles = False, "fang@example.org", [admin]
    session.commit()
    entry = entries(session, account)[-1]
    assert (entry.action, entry.chain) == ("edit", DEPLOYMENT)
    assert entry.before == {"active": True, "email": "wang@example.org", "roles": ["member"]}
    assert entry.after == {"active": False, "email": "fang@example.org", "roles": ["admin"]}
    assert verify(session) == []


def test_of_a_new_password_only_that_it_was_set(session, account):
    account.password = "another hash"
    session.commit()
    entry = entries(session, account)[-1]
    assert (entry.before, entry.after) == ({"password": None}, {"password": "set"})


def test_signing_in_leaves_nothing(session, account, make):
    before = len(entries(session, account))
    account.login_count, account.fail_login_count, account.epoch = 3, 1, 7
    account.changed_by_fk = make.user().id
    session.commit()
    assert len(entries(session, account)) == before


def test_a_role_tells_which_permissions_were_given_and_which_taken(session):
    relation = Role.permissions.property.mapper
    grants = [
        relation.class_(
            permission=relation.relationships.permission.mapper.class_(name=f"can_{word}"),
            view_menu=relation.relationships.view_menu.mapper.class_(name=f"Thing{word}"),
        )
        for word in ("read", "edit", "add")
    ]
    role = Role(name="clerk", permissions=grants[:2])
    session.add_all([role, grants[2]])
    session.commit()
    role.permissions = grants[1:]
    session.commit()
    first, second = entries(session, role)
    assert first.after == {"name": "clerk", "permissions": ["can_edit Thingedit", "can_read Thingread"]}
    assert (second.before, second.after) == (
        {"permissions": ["can_read Thingread"]},
        {"permissions": ["can_add Thingadd"]},
    )


def test_without_the_recorder_no_account_is_changed(session, account, monkeypatch):
    before = session.scalars(select(RecorderEntry.id)).all()
    monkeypatch.setattr(recorder, "_key", [])
    account.active = False
    with pytest.raises(Unrecorded):
        session.commit()
    session.rollback()
    session.refresh(account)
    assert account.active
    assert session.scalars(select(RecorderEntry.id)).all() == before
