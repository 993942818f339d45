"""The shared objects, unbound. `app.factory` binds them; nobody else does."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf.csrf import CSRFProtect
from werkzeug.local import LocalProxy

import models.database  # noqa: F401  (how every connection behaves)


class Csrf(CSRFProtect):
    """A form or a script shows its token. A program that signs in by its own token has no cookie to abuse."""

    def protect(self, **options: Any) -> None:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            super().protect(**options)


db = SQLA()
appbuilder: AppBuilder = LocalProxy(lambda: current_app.extensions["appbuilder"])
"""That of the application at hand: Flask-AppBuilder's object is bound to one for good, and keeps its views."""
csrf = Csrf()
