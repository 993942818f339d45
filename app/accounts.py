"""The pages of accounts and passwords: what may be entered, and about whom. Views are named as the originals."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.forms import UserInfoEdit
from flask_appbuilder.security.views import ResetMyPasswordView as StockOwnPassword
from flask_appbuilder.security.views import ResetPasswordView as StockReset
from flask_appbuilder.security.views import UserDBModelView as StockAccounts
from flask_appbuilder.security.views import UserInfoEditView as StockOwnNames
from flask_babel import gettext, lazy_gettext
from sqlalchemy import inspect, select
from wtforms import PasswordField
from wtforms.validators import DataRequired, EqualTo, StopValidation

from app.engine.present import in_zone
from app.extensions import appbuilder, db
from app.identity import ZONE, current_actor, today
from app.names import role_name
from app.security import WRONG, is_key, is_line, keep_cookie
from models.base import Role, User
from models.organisation import Posting
from models.rules.organisation import administrators, is_last_admin

SHORTEST = 8
MEMBER = "member"
"""What every account may do: nothing by itself; rights come with postings."""


def line(form: Any, field: Any) -> None:
    """Text that every database can hold."""
    if not is_line(field.data or ""):
        raise StopValidation(gettext("The text has a character that cannot be stored."))


def of_server(moment: datetime | None) -> str:
    """Flask-AppBuilder keeps the server's own time, without its zone; people read that of the console."""
    return in_zone(moment.astimezone(ZONE), ZONE) if moment is not None else ""


def _address(form: Any, field: Any) -> None:
    if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", field.data or ""):
        raise StopValidation(gettext("Write an e-mail address, such as name@example.org."))


def alike(text: str | None) -> str:
    """The same for all that a reader, or a database, takes for the same name."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text or "").casefold()).strip()


def _nobody_elses(form: Any, field: Any) -> None:
    """One may sign in by name or by address, so that neither may be another's name, nor another's address."""
    others = select(User.username, User.email).where(User.id != getattr(form, "_id", 0))
    if any(alike(field.data) in (alike(name), alike(address)) for name, address in db.session.execute(others)):
        raise StopValidation(gettext("Another account has this name or address, or one just like it. Choose another."))


def _may_be_closed(form: Any, field: Any) -> None:
    """Administrators do not shut each other out, nor the last one themselves."""
    if field.data or not hasattr(form, "_id"):
        return
    if form._id != current_actor().user_id and form._id in administrators(db.session(), today()):
        raise StopValidation(gettext("This is one of the three administrators. End their posting first."))
    if is_last_admin(db.session(), form._id, today()):
        raise StopValidation(gettext("This is the last administrator. Appoint another first."))


def _fit(form: Any, field: Any) -> None:
    """A password that is not the first guess."""
    name = form.username.data if "username" in form else form.owner.username
    if not is_line(field.data or ""):
        raise StopValidation(gettext("The text has a character that cannot be stored."))
    if len(field.data) < SHORTEST:
        raise StopValidation(gettext("Write at least %(least)s characters.", least=SHORTEST))
    if alike(field.data) == alike(name):
        raise StopValidation(gettext("The user name is no password. Choose another."))


def _password(label: Any, *rules: Any, description: Any = "") -> PasswordField:
    return PasswordField(
        label, description=description, validators=[DataRequired(), *rules], widget=BS3PasswordFieldWidget()
    )


def _new() -> PasswordField:
    return _password(
        lazy_gettext("Password"), _fit, description=lazy_gettext("At least 8 characters, and not the user name.")
    )


def _again() -> PasswordField:
    return _password(
        lazy_gettext("Confirm Password"), EqualTo("password", message=lazy_gettext("Passwords must match"))
    )


class OwnPassword(DynamicForm):
    """Asks for the present one: who finds a browser open shall not keep the account."""

    current = _password(lazy_gettext("Present password"))
    password = _new()
    conf_password = _again()

    @property
    def owner(self) -> Any:
        return appbuilder.sm.get_user_by_id(current_actor().user_id)

    def validate_current(self, field: Any) -> None:
        if not is_line(field.data) or not appbuilder.sm.proves(self.owner, field.data):
            raise StopValidation(gettext(WRONG))


class ResetMyPasswordView(StockOwnPassword):
    """Ends all that was signed in under the old password, but for this browser."""

    form = OwnPassword

    def form_post(self, form: Any) -> Any:
        super().form_post(form)
        keep_cookie(form.owner)


class AnothersPassword(DynamicForm):
    """The account is named in the address."""

    password = _new()
    conf_password = _again()

    @property
    def owner(self) -> Any:
        key = request.args.get("pk", "")
        return (appbuilder.sm.get_user_by_id(int(key)) if is_key(key) else None) or abort(404)

    def validate_password(self, field: Any) -> None:
        if self.owner.id == current_actor().user_id:
            raise StopValidation(gettext("This is your own account: change your password on its own page."))
        if self.owner.id in administrators(db.session(), today()):
            raise StopValidation(gettext("This is one of the three administrators. End their posting first."))


class ResetPasswordView(StockReset):
    """The original fails where there is no such account."""

    form = AnothersPassword

    def form_get(self, form: Any) -> None:
        """Say whose it is; 404 where there is nobody."""
        name = form.owner.username
        form.password.label.text = gettext("Password of “%(name)s”", name=name)


class OwnNames(UserInfoEdit):
    """As the original, of storable text."""

    def validate_first_name(self, field: Any) -> None:
        line(self, field)

    def validate_last_name(self, field: Any) -> None:
        line(self, field)


class UserInfoEditView(StockOwnNames):
    form = OwnNames


class UserDBModelView(StockAccounts):
    """Accounts without their roles: rights come with postings. Groups are left out: nothing reads their roles."""

    exclude_route_methods = {"download"}
    list_columns = ["username", "last_name", "first_name", "email", "active", "last_login"]
    search_columns = ["username", "last_name", "first_name", "email", "active", "last_login"]
    add_columns = ["username", "last_name", "first_name", "email", "active", "password", "conf_password"]
    edit_columns = ["username", "last_name", "first_name", "email", "active"]
    formatters_columns = {
        "roles": lambda roles: "、".join(map(role_name, roles)),
        **dict.fromkeys(("last_login", "created_on", "changed_on"), of_server),
    }
    add_form_extra_fields = {"password": _new(), "conf_password": _again()}

    def __init__(self, **options: Any) -> None:
        self.validators_columns = {
            "username": [line, _nobody_elses],
            "email": [line, _address, _nobody_elses],
            "first_name": [line],
            "last_name": [line],
            "active": [_may_be_closed],
        }
        super().__init__(**options)

    def pre_add(self, item: Any) -> None:
        super().pre_add(item)
        item.roles = [db.session.scalars(select(Role).where(Role.name == MEMBER)).one()]

    def post_add_redirect(self) -> Any:
        """On to what gives the new account its rights, for whoever may write postings."""
        key = db.session.scalar(select(User.id).where(User.username == request.form.get("username")))
        if key is None or not appbuilder.sm.has_access("can_add", Posting.__name__):
            return super().post_add_redirect()
        flash(gettext("The account has no rights yet: a posting gives them. Name its unit and its role."), "info")
        return redirect(url_for("PostingPage.add", user=key))

    def pre_update(self, item: Any) -> None:
        """What a deactivated account had signed in does not come back with it."""
        super().pre_update(item)
        if inspect(item).attrs.active.history.has_changes():
            item.epoch += 1
