"""The pages of roles and accounts: in Chinese, whole after a save, and no dearer for a role that may more."""

import re

import pytest
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import select

from app import factory
from app.roles_page import right_of, thing_of
from models.base import Role
from models.organisation import Duty
from models.roles import RoleName


@pytest.fixture
def keeper(browser_of, make):
    """Who says what roles may do, at a browser that asks for Chinese."""
    return browser_of(make.office(Duty.county_office), RoleName.security_admin)


@pytest.fixture
def role_id(web, session):
    return lambda name: session.scalar(select(Role.id).where(Role.name == name))


def test_a_role_is_shown_by_console_in_chinese(keeper, role_id):
    page = keeper.get(f"/roles/show/{role_id('county_dispatcher')}").text
    assert "县委、县政府办公室派发员" in page
    assert "呼叫：查看、导出、受理、退回补正、派发" in page
    assert "can_" not in page


def test_every_permission_that_is_asked_for_is_told_in_chinese(web):
    with web.test_request_context():
        for permission, page in factory.published():
            grant = PermissionView(permission=Permission(name=permission), view_menu=ViewMenu(name=page))
            told = f"{thing_of(grant)}：{right_of(grant)}"
            assert not re.search(r"[A-Za-z]", told), (permission, page, told)


def test_a_tick_that_is_left_is_kept_and_one_that_is_taken_is_gone(keeper, session, role_id):
    role = session.get(Role, role_id("congress_observer"))
    kept, taken = role.permissions[0].id, role.permissions[1].id
    session.commit()
    answer = keeper.post(f"/roles/edit/{role.id}", data={"permissions": [kept], "name": "another"})
    assert answer.status_code == 302
    session.refresh(role)
    assert {grant.id for grant in role.permissions} == {kept} != {taken}
    assert role.name == "congress_observer", "the name is what grants go by"


@pytest.mark.parametrize("page", ["show", "edit"])
def test_a_role_that_may_much_costs_no_more_than_one_that_may_little(keeper, role_id, statements, page):
    def cost(name):
        address = f"/roles/{page}/{role_id(name)}"
        keeper.get(address)
        statements.clear()
        assert keeper.get(address).status_code == 200
        return len(statements)

    assert cost("grid_worker") == cost("admin")


def test_more_roles_and_more_accounts_cost_no_more(keeper, session, make, statements):
    def cost(address):
        statements.clear()
        assert keeper.get(address).status_code == 200
        return len(statements)

    for address in ("/roles/list/", "/users/list/"):
        before = cost(address)
        session.add_all(Role(name=f"{address}{n}") for n in range(5))
        for _ in range(5):
            make.user()
        session.commit()
        assert cost(address) == before, address


def test_nobody_changes_a_role_that_they_hold(keeper, session, role_id):
    for name in ("security_admin", "member"):
        role = session.get(Role, role_id(name))
        before = {grant.id for grant in role.permissions}
        given = session.scalar(select(PermissionView.id).where(PermissionView.id.not_in(before)))
        answer = keeper.post(f"/roles/edit/{role.id}", data={"permissions": [given]})
        assert "您本人持有此角色，须由他人修改。" in answer.text, name
        session.refresh(role)
        assert {grant.id for grant in role.permissions} == before


def test_a_role_has_a_name_that_can_be_stored(keeper, session):
    assert "无法保存" in keeper.post("/roles/add", data={"name": "a\0b"}).text
    assert keeper.post("/roles/add", data={"name": "clerk"}).status_code == 302
    assert session.scalar(select(Role.name).where(Role.name.like("a%b"))) is None
