"""The pages of roles in the reader's words: permissions by console, roles by their label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.fields import QuerySelectMultipleField
from flask_appbuilder.fieldwidgets import Select2ManyWidget
from flask_appbuilder.security.sqla.models import PermissionView, Role
from flask_appbuilder.security.views import RoleModelView as StockRoles
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from sqlalchemy import or_, select
from wtforms.validators import StopValidation

from app.accounts import ResetMyPasswordView, ResetPasswordView, UserDBModelView, UserInfoEditView, line
from app.engine.fields import translated
from app.extensions import db
from app.identity import current_actor, today
from app.names import role_name
from app.security import Security
from app.words import PAGES, RIGHTS
from models.base import User
from models.organisation import Posting
from views import CONSOLES

MENU = "menu_access"
"""Opens Flask-AppBuilder's own menu, which no page shows."""

_consoles = {console.model.__name__: console for console in CONSOLES}
_things = {name: console.name for name, console in _consoles.items()} | PAGES
_moves = {
    (name, f"can_{move.name}"): move.label
    for name, console in _consoles.items()
    if console.workflow
    for move in console.workflow.moves.values()
}
_places = {
    key: place
    for place, key in enumerate(
        (name, right) for name in _things for right in (*RIGHTS, *(right for thing, right in _moves if thing == name))
    )
}
"""Consoles as in the menu; within one, the words common to all before the moves."""


def thing_of(grant: PermissionView) -> str:
    """The console or page that a permission is about, as the menu names it."""
    return translated(_things.get(grant.view_menu.name, grant.view_menu.name))


def right_of(grant: PermissionView) -> str:
    """What may be done there: one of the words of all pages, or a move."""
    name = grant.permission.name
    return translated(_moves.get((grant.view_menu.name, name)) or RIGHTS.get(name, name))


def in_order(grants: Iterable[PermissionView]) -> list[PermissionView]:
    """Those that open something, where one looks for them; at the end what no page of ours knows."""

    def place(grant: PermissionView) -> int:
        return _places.get((grant.view_menu.name, grant.permission.name), len(_places))

    return sorted((grant for grant in grants if grant.permission.name != MENU), key=place)


def by_console(grants: Iterable[PermissionView]) -> Markup:
    """Permissions as a page shows them: one line for each console."""
    lines: dict[str, list[str]] = {}
    for grant in in_order(grants):
        lines.setdefault(thing_of(grant), []).append(right_of(grant))
    told = (gettext("%(console)s: %(right)s", console=thing, right="、".join(words)) for thing, words in lines.items())
    return Markup("<br>").join(told)


def _grants() -> list[PermissionView]:
    return in_order(db.session.scalars(select(PermissionView)))


def _grants_field() -> QuerySelectMultipleField:
    return QuerySelectMultipleField(
        lazy_gettext("Permissions"),
        validators=[_anothers],
        widget=Select2ManyWidget(),
        query_func=_grants,
        get_pk_func=lambda grant: grant.id,
        get_label=lambda grant: gettext("%(console)s: %(right)s", console=thing_of(grant), right=right_of(grant)),
    )


def _anothers(form: Any, field: Any) -> None:
    if hasattr(form, "_id") and form._id in _held():
        raise StopValidation(gettext("You hold this role yourself: somebody else has to change it."))


def _held() -> set[int]:
    """The roles of the reader's account, and of their postings, those to come too."""
    user = db.session.get_one(User, current_actor().user_id)
    posted = select(Posting.role_id).where(
        Posting.user_id == user.id, or_(Posting.to_on.is_(None), Posting.to_on >= today())
    )
    return {role.id for role in user.roles} | set(db.session.scalars(posted))


class RoleModelView(StockRoles):
    """Named as the original, because permissions and addresses are."""

    exclude_route_methods = {"action", "action_post", "download"}
    """A copied role is nobody's key. `download` sends any file that it finds by the name in the address."""

    list_columns = ["name"]
    search_columns = ["name"]
    edit_columns = ["permissions"]  # a role's name is its key: grants and scopes go by it
    formatters_columns = {"name": role_name, "permissions": by_console}
    validators_columns = {"name": [line]}
    add_form_extra_fields = {"permissions": _grants_field()}
    edit_form_extra_fields = {"permissions": _grants_field()}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.actions: dict[str, Any] = {}

    def prefill_form(self, form: Any, pk: int) -> None:
        """Say whose permissions these are: the form itself does not."""
        form.permissions.label.text = gettext("Permissions of “%(role)s”", role=role_name(db.session.get(Role, pk)))

    def get_uninit_inner_views(self) -> list[Any]:
        """No accounts below a role: they hold it by postings, which have a page of their own."""
        return []


class LabelledSecurity(Security):
    """The same rights, with the pages above for those who keep them."""

    rolemodelview = RoleModelView
    userdbmodelview = UserDBModelView
    resetmypasswordview = ResetMyPasswordView
    resetpasswordview = ResetPasswordView
    userinfoeditview = UserInfoEditView
