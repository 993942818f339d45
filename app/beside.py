"""What pages and endpoints beside a console's own have in common: whoever may read its rows may read them."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import abort
from flask_appbuilder import BaseView
from flask_appbuilder.api import BaseApi

from app.engine.build import permissions
from app.engine.derive import Shape
from app.extensions import db


class _ForReaders:
    """Every route takes the permission to read the console's rows, and those that `export` that to export them."""

    shape: Shape
    exporting: tuple[str, ...] = ()
    class_permission_name: str
    base_permissions: list[str]
    method_permission_name: dict[str, str]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if hasattr(cls, "shape"):
            routes = [name for name, method in vars(cls).items() if hasattr(method, "_urls")]
            cls.class_permission_name = cls.shape.permission
            cls.base_permissions = permissions(cls.shape)
            cls.method_permission_name = dict.fromkeys(routes, "read") | dict.fromkeys(cls.exporting, "export")


class PageBeside(_ForReaders, BaseView):
    """For people."""

    default_view = "page"


class ApiBeside(_ForReaders, BaseApi):
    """The same for programs."""

    allow_browser_login = True

    def response_403(self) -> NoReturn:
        """As the application words it, in the reader's language."""
        abort(403)


def row_of(shape: Shape, key: int) -> Any:
    """The row of a console, if this person may see it."""
    found = db.session.scalar(shape.named_record, {"key": key}) if key < 2**31 else None
    return found or abort(404)
