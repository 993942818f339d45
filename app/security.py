"""Flask-AppBuilder's security, with rights that follow dated postings, and one statement to learn them."""

from __future__ import annotations

import hmac
import logging
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, g, has_request_context, request, session
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
from flask_appbuilder.security.utils import is_null_password
from flask_appbuilder.security.views import AuthDBView as StockSignIn
from flask_appbuilder.security.views import UserGroupModelView
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from sqlalchemy import bindparam, or_, select
from werkzeug.security import check_password_hash, generate_password_hash

from models.base import N_
from models.database import reading
from models.door import by_rule

log = logging.getLogger("app.security")

LARGEST_PAGE = 100
STAMP = "stamp"
"""The key, in the signed cookie and in tokens, that tells whether what they say is still so."""

TRIES, PAUSE = 10, timedelta(minutes=10)
WRONG = N_(
    "User name and password do not match, or there were too many wrong passwords: after ten, wait ten minutes,"
    " then try again."
)
"""The one answer to all who are not let in, so that nobody learns which names there are."""

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
        return self.response(401, message=gettext(WRONG)) if answer.status_code == 401 else answer

    login.__doc__ = StockApi.login.__doc__


class AuthDBView(StockSignIn):
    """Named as the original. Nothing passes from one who used the browser to the next."""

    invalid_login_message = lazy_gettext(WRONG)

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        known = current_user.is_authenticated
        answer = super().login()
        if current_user.is_authenticated and not known:
            _forget_all_but("_user_id", "_fresh", "_id", "locale")
            keep_cookie(current_user)
        return answer

    @expose("/logout/")
    def logout(self) -> Any:
        answer = super().logout()
        _forget_all_but("locale")
        return answer


def keep_cookie(user: Any) -> None:
    """Let the cookie of this browser be as good as the account now is."""
    session[STAMP] = stamp(user)


def _forget_all_but(*names: str) -> None:
    for name in [name for name in session if name not in names]:
        del session[name]


def stamp(user: Any, *, program: bool = False) -> str:
    """Another after a new password, or a deactivation; for browsers also after they were signed out."""
    told = f"{user.id} {user.epoch} {'' if program else user.sign_outs} {user.password}"
    return hmac.new(current_app.config["SECRET_KEY"].encode(), told.encode(), "sha256").hexdigest()


def _is_current(user: Any, shown: Any, *, program: bool = False) -> bool:
    return bool(user and user.is_active and hmac.compare_digest(str(shown), stamp(user, program=program)))


def is_line(text: str) -> bool:
    """Whether it is text on one line that every database can hold."""
    return not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


class Groups(UserGroupModelView):
    """Nothing reads the roles of groups, so there is no page for them."""

    include_route_methods: set[str] = set()


class Security(SecurityManager):
    """A person may do what the roles of their seat may, and those of their account."""

    userstatschartview = None  # counts logins in Python and draws them with a script from the internet
    groupmodelview = Groups
    authdbview = AuthDBView
    security_api = SecurityApi

    def create_jwt_manager(self, app: Flask) -> Any:
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(self._claims)
        return manager

    def _claims(self, identity: str) -> dict[str, str]:
        return {STAMP: stamp(self.get_user_by_id(int(identity)), program=True)}

    def load_user(self, pk: int) -> Any:
        """Whom the cookie names, if it was not signed in before a sign-out, a new password or a deactivation."""
        user = self.get_user_by_id(int(pk))
        return user if _is_current(user, session.get(STAMP)) else None

    def load_user_jwt(self, header: Any, claims: Any) -> Any:
        """Whom the token names, on the same condition."""
        user = self.get_user_by_id(int(claims["sub"]))
        if not _is_current(user, claims.get(STAMP), program=True):
            return None
        g.user = user
        return user

    def on_user_logout(self, user: Any) -> None:
        """Every browser that is signed in under this name is signed out: a cookie may have been copied."""
        reading.set(False)
        self.session.rollback()  # the transaction of a page that is asked for cannot write
        user.sign_outs += 1
        self.session.commit()

    def auth_user_db(self, username: Any, password: Any) -> Any:
        """The account, or None. What no database can hold is nobody's name."""
        if not username or is_null_password(password) or not is_line(f"{username}{password}"):
            return None
        named, addressed = self.find_user(username=username), self.find_user(email=username)
        user = named or addressed
        if user is not None and user.is_active:
            if not self.proves(user, password):
                return None
            self.update_user_auth_stat(user)
            return user
        check_password_hash(current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"], password)
        if first := self.get_first_user():
            self.noop_user_update(first)
        return None

    def proves(self, user: Any, password: str) -> bool:
        """Whether it is their password. After every tenth wrong one in a row is a pause, in which none is right."""
        self.session.refresh(user, with_for_update=True)  # those who guess at once, guess one after the other
        stored = user.password or current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
        right = check_password_hash(stored, password) and bool(user.password)
        moment = datetime.now(UTC)
        if user.locked_until and moment < user.locked_until:
            self.noop_user_update(user)
            return False
        user.fail_login_count = 0 if right else (user.fail_login_count or 0) + 1
        if user.fail_login_count and user.fail_login_count % TRIES == 0:
            user.locked_until = moment + PAUSE
            log.warning("account %s: %s wrong passwords in a row", user.id, user.fail_login_count)
        self.session.commit()
        return right

    def reset_password(self, userid: int, password: str) -> None:
        """A new password, which also ends the pause after guessing."""
        user = self.get_user_by_id(int(userid))
        user.password = generate_password_hash(password)
        user.fail_login_count, user.locked_until = 0, None
        self.update_user(user)

    def update_user(self, user: Any, commit: bool = True) -> None:
        """The original swallows what goes wrong, and its pages then say that it was done."""
        self.session.flush()
        if commit:
            self.session.commit()

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
