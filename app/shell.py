"""What stands around every page: the side bar by role, the unit acted for, the bell, language and account."""

from __future__ import annotations

import secrets
from itertools import groupby
from typing import Any

from flask import Flask, g, has_request_context, request, session, url_for
from flask_babel import get_locale
from sqlalchemy import func, select

from app.engine.build import Entry
from app.engine.fields import translated
from app.extensions import appbuilder, db
from app.identity import current_actor, current_seat, offered_seats
from models.base import N_
from models.notices import Notice

LANGUAGES = ("zh", "en")

PEOPLE = (
    Entry(N_("Organisation"), N_("Accounts"), "fa-user", "UserDBModelView.list", "UserDBModelView"),
    Entry(N_("Organisation"), N_("Roles"), "fa-user-shield", "RoleModelView.list", "RoleModelView"),
)
"""Flask-AppBuilder's own pages, which no declaration made."""


def register(app: Flask, entries: list[Entry]) -> None:
    """Hand templates what they need, and answer in the language of the reader."""
    listed = [*entries, *PEOPLE]
    app.jinja_env.globals["csp_nonce"] = _nonce
    app.jinja_env.globals["huying"] = _Shell(listed)
    app.after_request(_harden)
    app.extensions["babel"].locale_selector = _language


class _Shell:
    """Asked by the templates; each answer costs at most one statement, and only where it is shown."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries

    def menu(self) -> list[tuple[str, list[tuple[Entry, str, str]]]]:
        """Categories with their entries, as far as the person's role goes: (entry, label, address)."""
        allowed = [e for e in self._entries if _allows(e)]
        allowed.sort(key=lambda e: [entry.category for entry in self._entries].index(e.category))
        return [
            (translated(category), [(e, translated(e.label), url_for(e.endpoint, f=e.conditions)) for e in group])
            for category, group in groupby(allowed, key=lambda e: e.category)
        ]

    def seat(self) -> Any:
        return current_seat()

    def seats(self) -> Any:
        return offered_seats()

    def unread(self) -> int:
        """Notices not yet read, for the unit acted for."""
        actor = current_actor()
        mine = (Notice.user_id == actor.user_id, Notice.unit_id == actor.unit_id, Notice.read_at.is_(None))
        found: int = db.session.scalar(select(func.count()).select_from(Notice).where(*mine)) or 0
        return found

    def here(self, entry: Entry) -> bool:
        return bool(request.endpoint and request.endpoint.split(".")[0] == entry.endpoint.split(".")[0])

    def language(self) -> str:
        return str(get_locale() or "zh")[:2]


def _allows(entry: Entry) -> bool:
    word = "can_list" if entry.endpoint.endswith(".list") else "can_read"
    return bool(appbuilder.sm.has_access(word, entry.permission))


def _language() -> str:
    """The switch in the header bar wins over what the browser prefers, and that over Chinese."""
    if not has_request_context():
        return "zh"
    chosen = request.args.get("_l_") or session.get("locale")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or "zh"


def _nonce() -> str:
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    nonce: str = g.nonce
    return nonce


def _harden(response: Any) -> Any:
    """Nothing from elsewhere is loaded, framed or kept; scripts are ours by their nonce."""
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'nonce-{_nonce()}'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
        )
    if not (request.endpoint or "").endswith("static"):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
