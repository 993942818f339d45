"""Refusals and failures, told in words: the only place that knows both the domain's exceptions and HTTP's numbers."""

from __future__ import annotations

import logging
import re
from typing import Any

from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_jwt_extended import JWTManager
from flask_wtf.csrf import CSRFError
from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import CircularDependencyError, DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.engine.declare import Told
from app.engine.fields import translated
from app.engine.present import name_of
from models.base import N_, Model
from models.door import OutOfSight
from models.workflow import STALE, MovedOn, NotYours, Refused

log = logging.getLogger("app.errors")

REFERRED = N_("Other records refer to this one, so it cannot be deleted.")

PAGES = {
    400: N_("The address or the question is not valid."),
    401: N_("Sign in first."),
    403: N_("You do not have the permission for this. Ask the administrator if you need it."),
    404: N_("There is no such page or record, or it lies outside your units."),
    405: N_("This address does not do that."),
    409: STALE,
    413: N_("What you sent is too large: a file may have at most 20 MB, all together 32 MB. Send them in parts."),
    429: N_("Too many tries. Wait a little, then try again."),
    500: N_("Something went wrong on our side. It has been logged; nothing was written."),
    503: N_("The database is busy or away. Nothing was written; try again in a moment."),
}


def _detail(value: Any) -> Any:
    """Words in the reader's language; rows as the reader knows them."""
    if isinstance(value, list):
        return "、".join(map(name_of, value))
    return translated(value) if isinstance(value, str) else value


def told(error: Exception) -> Told | None:
    """A refusal in the reader's language, by field; None for what is a failure."""
    if isinstance(error, Refused):
        details = {name: _detail(value) for name, value in error.details.items()}
        status = 409 if isinstance(error, MovedOn) else 403 if isinstance(error, NotYours) else 422
        return Told(status, {error.field: gettext(str(error), **details)})
    if isinstance(error, StaleDataError):
        return Told(409, {"": gettext(STALE)})
    if isinstance(error, OutOfSight):
        return Told(403, {"": gettext(str(error))})
    if isinstance(error, CircularDependencyError):  # a row that refers to itself, as a county does
        return Told(422, {"": gettext(REFERRED)})
    if isinstance(error, IntegrityError | DataError):
        log.info("refused by the database: %s", error.orig)
        return _told_constraint(error)
    return None


def _told_constraint(error: IntegrityError | DataError) -> Told:
    """Which columns a broken constraint is about. The database's own words go to the log only."""
    cause = str(error.orig)
    if "FOREIGN KEY" in cause.upper():
        return Told(422, {"": gettext(REFERRED)})
    columns = _columns_of(error)
    if columns:
        taken = gettext("There is a record with this value already. Choose another.")
        return Told(422, dict.fromkeys(columns[-1:], taken))
    return Told(422, {"": gettext("This contradicts another record or a fixed rule. Check what you entered.")})


def _columns_of(error: IntegrityError | DataError) -> list[str]:
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name:
        return [
            column.name.removesuffix("_id")
            for table in Model.metadata.tables.values()
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint) and constraint.name == name
            for column in constraint.columns
        ]
    found = re.search(r"UNIQUE constraint failed: (.+)", str(error.orig))
    return [part.rsplit(".", 1)[-1].removesuffix("_id") for part in found[1].split(", ")] if found else []


def _answer(status: int, message: str) -> ResponseReturnValue:
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return jsonify(message=message), status
    # Without context processors: Flask-Login's would ask the database who is there, which may be what failed.
    page = current_app.jinja_env.get_template("error.html")
    return page.render(status=status, message=message), status


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    own = error.description if status == 400 and error.description != type(error).description else None
    return _answer(status, own or gettext(PAGES.get(status, PAGES[400 if status < 500 else 500])))


def _busy(error: OperationalError) -> ResponseReturnValue:
    log.error("the database did not answer", exc_info=error)
    response: Any = _answer(503, gettext(PAGES[503]))
    return (*response, {"Retry-After": "5"})


def _failure(error: Exception) -> ResponseReturnValue:
    refusal = told(error)
    if refusal is not None:
        return _answer(refusal.status, refusal.message)
    log.error("request failed", exc_info=error)
    return _answer(500, gettext(PAGES[500]))


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return _answer(400, gettext("This form is too old, or was not ours. Load the page again, then send it."))


def speak_of_tokens(tokens: JWTManager) -> None:
    """A token that is missing, spoilt or too old, in the reader's language."""
    for loader in (
        tokens.unauthorized_loader,
        tokens.invalid_token_loader,
        tokens.expired_token_loader,
        tokens.revoked_token_loader,
        tokens.needs_fresh_token_loader,
        tokens.user_lookup_error_loader,
        tokens.token_verification_failed_loader,
    ):
        loader(lambda *_: _answer(401, gettext(PAGES[401])))


def register(app: Flask) -> None:
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(Exception, _failure)
