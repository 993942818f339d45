"""Flask-AppBuilder's security, with rights that follow dated postings, and one statement to learn them."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, Response, abort, current_app, g, has_request_context, request
from flask_appbuilder.api import expose, safe
from flask_appbuilder.baseviews import BaseModelView
from flask_appbuilder.security.api import SecurityApi as StockApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from flask_appbuilder.security.views import ResetPasswordView as StockReset
from flask_appbuilder.security.views import UserGroupModelView
from sqlalchemy import bindparam, or_, select

from models.door import by_rule

LARGEST_PAGE = 100

GRANTED = (
    select(Permission.name, ViewMenu.name)
    .join(PermissionView, PermissionView.permission_id == Permission.id)
    .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
    .where(
        or_(
            assoc_permissionview_role.c.role_id.in_(bindparam("role_ids", expanding=True)),
            assoc_permissionview_role.c.role_id.in_(
                select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == bindparam("user_id"))
            ),
        )
    )
)
"""What the roles `role_ids` and those of the account `user_id` may do."""

LESS = {
    "FAB_ADD_MENU_API": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
    "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
}
"""Settings that leave out pages of Flask-AppBuilder which no role may open: what is not there cannot fail."""


def _of_request(view: Any) -> Any:
    """The filters of a list: a copy for each request, where Flask-AppBuilder has one for all that run at once."""
    drawn = vars(view).get("drawn_filters")
    if drawn is None or not has_request_context():
        return drawn
    copies = g.setdefault("filters", {})
    if view not in copies:
        copies[view] = drawn.copy()
        vars(copies[view]).update(
            {name: vars(drawn)[name] for name in ("_search_filters", "_all_filters", "search_columns")}
        )
    return copies[view]


BaseModelView._filters = property(_of_request, lambda view, filters: vars(view).update(drawn_filters=filters))


class SecurityApi(StockApi):
    """Named as the original: permissions and addresses are."""

    @expose("/login", methods=["POST"])
    @safe
    def login(self) -> Response:
        sent = request.get_json(silent=True)
        if isinstance(sent, dict):
            sent.setdefault("provider", "db")  # the original fails without one
        answer: Response = super().login()
        return answer

    login.__doc__ = StockApi.login.__doc__


class ResetPasswordView(StockReset):
    """The original fails where there is no such account."""

    def form_post(self, form: Any) -> Any:
        key = request.args.get("pk", "")
        if not is_key(key) or self.appbuilder.sm.get_user_by_id(int(key)) is None:
            abort(404)
        return super().form_post(form)


class Groups(UserGroupModelView):
    """Nothing reads the roles of groups, so there is no page for them."""

    include_route_methods: set[str] = set()


class Security(SecurityManager):
    """A person may do what the roles of their seat may, and those of their account."""

    userstatschartview = None  # counts logins in Python and draws them with a script from the internet
    groupmodelview = Groups
    resetpasswordview = ResetPasswordView
    security_api = SecurityApi

    def auth_user_db(self, username: Any, password: Any) -> Any:
        """The account, or None. What no database can hold is nobody's name."""
        if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in f"{username}{password}"):
            return None
        return super().auth_user_db(username, password)

    def noop_user_update(self, user: Any) -> None:
        """Take as long over an unknown name as over a known one. It writes what is there, by a set-based statement."""
        with by_rule(self.session):
            super().noop_user_update(user)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public but what has no permission at all: the login page and the health page."""
        return False

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Asked some twenty times a page: once it is known who asks and what they may, it costs nothing."""
        allowed = g.get("allowed") if has_request_context() else None
        if allowed is not None:
            return (permission_name, view_name) in allowed
        return bool(super().has_access(permission_name, view_name))

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        return (permission_name, view_name) in self.allowed(user)

    def allowed(self, user: Any) -> set[tuple[str, str]]:
        """(permission, resource) pairs; read once a request."""
        if not has_request_context():
            return self._read_allowed(user.id, frozenset())
        if "allowed" not in g:
            seat = g.get("seat")
            g.allowed = self._read_allowed(user.id, seat.role_ids if seat else frozenset())
        found: set[tuple[str, str]] = g.allowed
        return found

    def _read_allowed(self, user_id: int, role_ids: frozenset[int]) -> set[tuple[str, str]]:
        rows = self.session.execute(GRANTED, {"user_id": user_id, "role_ids": list(role_ids)})
        return {(permission, view) for permission, view in rows}

    def get_user_roles(self, user: Any) -> list[Any]:
        """The roles that count now; Flask-AppBuilder's menu asks."""
        if not user.is_authenticated:
            return []
        seat = g.get("seat") if has_request_context() else None
        extra = self.session.scalars(select(Role).where(Role.id.in_(seat.role_ids))).all() if seat else []
        return [*user.roles, *extra]


def register(app: Flask) -> None:
    """Flask-AppBuilder takes any text for a key and any name for an action, and fails on those that are none."""
    app.before_request(_refuse_nonsense)


def _refuse_nonsense() -> None:
    given = request.view_args or {}
    if "pk" in given and not is_key(given["pk"]):
        abort(404)
    endpoint, _, method = (request.endpoint or "").rpartition(".")
    view = next((view for view in current_app.extensions["appbuilder"].baseviews if view.endpoint == endpoint), None)
    if isinstance(view, BaseModelView):
        if method == "action":
            _check_action(view, given["name"], [given["pk"]])
        elif method == "action_post":
            _check_action(view, request.form.get("action", ""), request.form.getlist("rowid"))
        if not all(_is_question(view, name, value) for name, value in request.args.items(multi=True)):
            abort(400)


def _is_question(view: Any, name: str, value: str) -> bool:
    """Whether a list of Flask-AppBuilder can answer an argument of its address, and should."""
    if found := re.search(r"(page|psize)_", name):
        return value.isdecimal() and int(value[:9]) <= (LARGEST_PAGE if found[1] == "psize" else 10**6)
    if "_oc_" in name:
        return value in view.order_columns
    if "_flt_" in name:
        found = re.search(r"_flt_(\d)_(.*)", name)
        return found is not None and int(found[1]) < len(view._filters.get_search_filters().get(found[2], ()))
    return True


def is_key(value: Any) -> bool:
    """Whether it can be the key of a row, in any database."""
    text = str(value)
    return text.isdecimal() and len(text) <= 10 and 0 < int(text) < 2**31


def _check_action(view: Any, name: str, keys: list[Any]) -> None:
    """All the rows, or none of them; and nobody learns which there are who may not act on them."""
    if not g.user.is_authenticated:
        abort(401)
    if name not in view.actions:
        abort(404)
    if not view.appbuilder.sm.has_access(view.get_action_permission_name(name), view.class_permission_name):
        abort(403)
    if not keys or not all(is_key(key) and view.datamodel.get(key) for key in keys):
        abort(404)
