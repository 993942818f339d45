"""Flask-AppBuilder's security, with rights that follow dated postings, and one statement to learn them."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import or_, select


class Security(SecurityManager):
    """A person may do what the roles of their seat may, and those of their account."""

    userstatschartview = None  # counts logins in Python and draws them with a script from the internet
    groupmodelview = SecurityManager.groupmodelview

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public but what has no permission at all: the login page and the health page."""
        return False

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
        granted, held = assoc_permissionview_role.c, assoc_user_role.c
        own = select(held.role_id).where(held.user_id == user_id)
        rows = self.session.execute(
            select(Permission.name, ViewMenu.name)
            .join(PermissionView, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .join(assoc_permissionview_role, granted.permission_view_id == PermissionView.id)
            .where(or_(granted.role_id.in_(role_ids), granted.role_id.in_(own)))
        )
        return {(permission, view) for permission, view in rows}

    def get_user_roles(self, user: Any) -> list[Any]:
        """The roles that count now; Flask-AppBuilder's menu asks."""
        if not user.is_authenticated:
            return []
        seat = g.get("seat") if has_request_context() else None
        extra = self.session.scalars(select(Role).where(Role.id.in_(seat.role_ids))).all() if seat else []
        return [*user.roles, *extra]
