"""Walks every route as one person, with what an attacker would send, and tells what should not have happened.

Nothing here knows a view by name: routes come from the application, fields from its declarations. A table that is
mapped, or a console that is declared, is walked from that day on.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.engine.derive import Field, Shape, fields_of
from app.engine.schema import asked, writable
from app.factory import MEMBER
from models.base import Model
from models.roles import RoleName, grants
from tests.make import NOW
from tests.views.conftest import PASSWORD
from tests.views.ground import TOKEN, Ground, Person, row_key

OPEN = {
    "static": "our scripts and styles",
    "appbuilder.static": "Flask-AppBuilder's",
    "vendor": "the chart library",
    "AuthDBView.login": "the page to sign in",
    "AuthDBView.logout": "ends a session, if there is one",
    "SecurityApi.login": "a program signs in",
    "SecurityApi.refresh": "asks for a refresh token itself",
    "LocaleView.index": "chooses the language, in the cookie",
    "UtilView.back": "leads back to where the browser was",
    "Health.live": "asked by a load balancer",
    "Health.ready": "asked by a load balancer",
    "Metrics.index": "asked by a monitor: counts of the whole deployment, no row",
    "Desk.index": "leads a stranger to the sign-in page, and shows one's own",
    "Notices.index": "one's own notices; a stranger has none",
    "Notices.open": "one's own notices; a stranger has none",
    "Notices.read": "one's own notices; a stranger has none",
    "Acting.choose": "one's own units; a stranger has none",
    "MenuApi.get_menu_data": "asks for a token or cookie itself",
}
"""Routes without a permission, and why."""

OWN = {"ab_user"}
"""Tables of accounts: a person changes their own password there."""

SHARED = {"call_counter", "recorder_head"}
"""Rows that everyone of a county moves on, and nobody reads."""

INNARDS = re.compile(r"sqlite3|psycopg|sqlalchemy|Traceback \(|INSERT INTO|SELECT .+ FROM|constraint failed", re.I)
ABSENT, HUGE = 999_999, 10**20
LATER = "2026-12-01T09:00:00+08:00"
WRONG: tuple[Any, ...] = ("x", -1, 10**30, "9" * 5000, [], {}, True, None, "a\x00b", "\ud800", "9999-12-31T23:59:59-12:00")
PLANTED = {"text": "planted", "long_text": "planted", "number": 4242, "decimal": 4242, "day": "2001-02-03",
           "moment": "2001-02-03T04:05:06+00:00", "hour": "03:33", "flag": True}  # fmt: skip
"""What nobody may write into a protected column; told from what stood there before."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request; `moves` where a transition is asked for, whose effects are its own."""

    method: str
    path: str
    sent: dict[str, Any] = field(default_factory=dict)
    moves: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} {json.dumps(self.sent, default=str)[:160]}"


@dataclass(frozen=True, slots=True)
class Route:
    """One rule and method, with the view behind it and the permission that it asks for."""

    rule: Any
    method: str
    view: Any
    name: str
    permission: tuple[str, str] | None

    @property
    def shape(self) -> Shape | None:
        return getattr(self.view, "shape", None)

    @property
    def is_api(self) -> bool:
        return str(self.rule.rule).startswith("/api/")

    def __str__(self) -> str:
        asked_for = ".".join(reversed(self.permission)) if self.permission else f"open: {OPEN[self.rule.endpoint]}"
        return f"{self.method:6} {self.rule.rule}  ->  {asked_for}"


def routes(app: Flask) -> list[Route]:
    """Every rule and method of the application."""
    views = {view.endpoint or type(view).__name__: view for view in app.extensions["appbuilder"].baseviews}
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        owner, _, name = rule.endpoint.rpartition(".")
        view = views.get(owner)
        if name == "static" and view is not None:
            continue  # each view would serve a folder that none has
        permission = None
        if view is not None and hasattr(getattr(view, name), "_permission_name"):
            permission = f"can_{view.get_method_permission(name)}", view.class_permission_name
        found += [
            Route(rule, method, view, name, permission) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        ]
    return found


def granted(person: Person | None) -> set[tuple[str, str]]:
    """(permission, resource) pairs of a person, by the roles of their seat."""
    return {pair for role in (person.actor.roles if person else ()) if role != MEMBER for pair in grants(RoleName(role))}


class Walk:
    """One person's way through all routes. After each request everything is as it was."""

    def __init__(self, app: Flask, ground: Ground, who: str) -> None:
        self.app, self.ground = app, ground
        self.person = ground.people.get(who)
        self.may = granted(self.person)
        self.findings: list[str] = []
        self.requests = 0
        self.browser, self.cookie = self._sign_in()
        self._touched: set[str] = set()

    def _sign_in(self) -> tuple[FlaskClient, str]:
        browser = self.app.test_client()
        if self.person is not None:
            browser.post("/login/", data={"username": self.person.name, "password": PASSWORD})
        cookie = browser.get_cookie("session")
        return browser, cookie.value if cookie else ""

    def everywhere(self) -> list[str]:
        """Walk every route; what should not have happened, a line each."""
        self.ground.golden  # noqa: B018  (as it was before anyone walked)
        with self._watching():
            for route in routes(self.app):
                if route.permission is None or route.permission in self.may:
                    for attempt in self.attempts(route):
                        self.judge(route, attempt)
                else:
                    for attempt in list(self.attempts(route))[:1]:
                        self.judge(route, attempt, refused=True)
        return self.findings

    # What is tried ---------------------------------------------------------------------------------

    def attempts(self, route: Route) -> Iterator[Attempt]:
        if route.shape is None:
            yield from self._elsewhere(route)
        elif route.name.startswith("move_"):
            yield from self._moves(route, route.shape)
        else:
            yield from self._of_console(route, route.shape)

    def _elsewhere(self, route: Route) -> Iterator[Attempt]:
        """Pages that no declaration made."""
        pools: dict[str, list[Any]] = {
            "pk": [1, self.ground.people["abroad"].actor.user_id, ABSENT, HUGE, "x"],
            "unit_id": [self.ground.units[side]["township"].id for side in ("ours", "theirs", "abroad")],
            "version": ["v1", "x"],
            "locale": ["en", "xx"],
            "filename": ["echarts.min.js"] if route.rule.endpoint == "vendor" else ["x", "../config.py"],
            "name": ["resetpasswords", "nosuch"],
        }
        if route.name == "open":
            pools["pk"] = [*self.ground.rows("notice", "ours"), *self.ground.rows("notice", "abroad"), ABSENT, HUGE]
        for path in self._paths(route, pools):
            if route.method == "GET":
                yield Attempt("GET", path)
                yield Attempt("GET", f"{path}?q=zq&page_{type(route.view).__name__}=x&_oc_{type(route.view).__name__}=password")
            else:
                for body in ({}, {"username": "x", "password": "x"}, {"roles": "1", "active": "y", "name": "planted"}):
                    yield Attempt(route.method, path, {"json" if route.is_api else "data": body})

    def _paths(self, route: Route, pools: dict[str, list[Any]]) -> Iterator[str]:
        names = sorted(route.rule.arguments)
        longest = max((len(pools[name]) for name in names), default=1)
        for number in range(longest):
            yield self._path(route, **{name: pools[name][number % len(pools[name])] for name in names})

    def _path(self, route: Route, **values: Any) -> str:
        with self.app.test_request_context():
            return self.app.url_map.bind("localhost").build(route.rule.endpoint, values, route.method)

    def _of_console(self, route: Route, shape: Shape) -> Iterator[Attempt]:
        names = route.rule.arguments
        if "pk" in names:
            ours, hidden = self._keys(shape)
            for key in (*ours[:3], *hidden, ABSENT, HUGE):
                path = self._path(route, pk=key)
                if route.method in ("GET", "DELETE") or route.name == "delete":
                    yield Attempt(route.method, path)
                else:
                    yield from self._bodies(route, shape, path, key)
        elif "name" in names:
            for name in (*(n for n, f in shape.fields.items() if f.target), "state", "nosuch"):
                for rest in ("", "?search=1&q=zq"):
                    yield Attempt("GET", self._path(route, name=name) + rest)
            yield from self._lookups(route, shape)
        elif "number" in names:
            for number in (*range(len(shape.console.charts)), 99, HUGE):
                yield Attempt("GET", self._path(route, number=number))
        elif route.method == "GET":
            yield from self._questions(route, shape, self._path(route))
        else:
            yield from self._bodies(route, shape, self._path(route), None)

    def _keys(self, shape: Shape) -> tuple[list[int], list[int]]:
        """Keys of rows in sight, one of each state first; and of one hidden row of each side."""
        name = shape.resource
        seen = self.seen[name]
        by_state = {getattr(row, "state", None): row_key(row) for row in seen}
        ours = list(dict.fromkeys((*by_state.values(), *(row_key(row) for row in seen))))
        hidden = [
            next((key for key in self.ground.rows(name, side) if key not in ours), None)
            for side in ("theirs", "abroad")
        ]
        return ours[:16], [key for key in hidden if key is not None]

    @cached_property
    def seen(self) -> dict[str, list[Any]]:
        if self.person is None:
            return {name: [] for name in Model.metadata.tables}
        return self.ground.seen_by(self.person)

    @cached_property
    def forbidden(self) -> set[str]:
        if self.person is None:
            return set(self.ground.token_of.values())
        return self.ground.forbidden_to(self.person)

    def _questions(self, route: Route, shape: Shape, path: str) -> Iterator[Attempt]:
        yield Attempt("GET", path)
        if route.is_api:
            names = ",".join((*shape.listed, *shape.shown))
            yield Attempt("GET", f"{path}?q=(page_size:100,columns:!({names}))")
        else:
            yield Attempt("GET", f"{path}?size=100&{'&'.join(f'{name}=zq' for name in shape.form)}")
            yield Attempt("GET", f"{path}?q=zq")
        for relation in (name for name in shape.searched if shape.fields[name].kind == "row"):
            for key in self._hidden_targets(shape.fields[relation]):
                asked_for = f"?f={relation}:rel_o_m:{key}"
                if route.is_api:
                    asked_for = f"?q=(filters:!((col:{relation},opr:rel_o_m,value:{key})))"
                yield Attempt("GET", path + asked_for)

    def _hidden_targets(self, relation: Field) -> list[int]:
        name = relation.target.__tablename__
        return [self.ground.rows(name, side)[-1] for side in ("theirs", "abroad") if self.ground.rows(name, side)]

    def _lookups(self, route: Route, shape: Shape) -> Iterator[Attempt]:
        ours, hidden = self._keys(shape)
        for transition in (shape.console.workflow.moves if shape.console.workflow else {}).values():
            for ask in (ask for ask in asked(transition) if ask.target is not None):
                for key in (*ours[:2], *hidden):
                    yield Attempt("GET", f"{self._path(route, name=ask.name)}?move={transition.name}&of={key}")

    def _bodies(self, route: Route, shape: Shape, path: str, key: int | None) -> Iterator[Attempt]:
        """Nothing, nonsense, all that is right, all that is not theirs to write, and a jump through each relation."""
        form = not route.is_api
        right = {f.name: value for f in writable(shape) if (value := self._value(f)) is not None}
        jumps = [{f.name: there} for f in writable(shape) if f.target for there in self._hidden_targets(f)]
        bodies = [{}, right, right | self._not_theirs(shape), *(right | jump for jump in jumps)]
        if key is not None:
            bodies += [{name: value} for name, value in right.items()] + jumps
        bodies += [{f.name: wrong for f in writable(shape)} for wrong in (WRONG[:3] if form else WRONG)]
        for body in bodies:
            yield Attempt(route.method, path, {"data": _posted(body)} if form else {"json": body})
        if not form:
            for text in ("", "[]", '"x"', "{", "\x00"):
                yield Attempt(route.method, path, {"data": text, "content_type": "application/json"})

    def _value(self, f: Field, subject: Any = None) -> Any:
        """Something that this person could well send."""
        if f.kind in ("row", "rows"):
            keys = self.ground.choices(self.person, f, subject) if self.person else []
            return None if not keys else keys[0] if f.kind == "row" else keys[1:2]
        if f.kind == "word":
            return str(next(iter(f.words)))
        usual = {"number": 5, "decimal": 5, "flag": False, "moment": LATER, "day": "2026-12-01", "hour": "18:30"}
        return usual.get(f.kind, f"by {f.name}")

    def _not_theirs(self, shape: Shape) -> dict[str, Any]:
        """Every column and relation that no form has, set to what can be recognised."""
        body: dict[str, Any] = {}
        for column in shape.model.__table__.columns:
            body[column.key] = planted(self.ground, shape.fields.get(column.key), column)
        for name, f in shape.fields.items():
            if f.kind == "row":
                body[name] = self.ground.units["abroad"]["township"].id
        return {name: value for name, value in body.items() if name not in shape.form}

    def _moves(self, route: Route, shape: Shape) -> Iterator[Attempt]:
        transition = shape.console.workflow.moves[route.name.removeprefix("move_")]
        ours, hidden = self._keys(shape)
        rows = {row_key(row): row for row in self.seen[shape.resource]}
        ours.sort(key=lambda key: rows[key].state not in transition.source)
        right_now = sum(rows[key].state in transition.source for key in ours)
        ours = [*ours[: min(right_now, 2)], *ours[right_now : right_now + 2]]
        for key in (*ours, *hidden, ABSENT, HUGE):
            path = self._path(route, pk=key)
            if route.method == "GET":
                yield Attempt("GET", path)
                continue
            right = {
                f.name: value
                for f in asked(transition)
                if (value := self._value(f, rows.get(key)) if key in rows else 1) is not None
            }
            for body in self._move_bodies(route, transition, right, key in rows and key == ours[0]):
                sent = {"json": body} if route.is_api else {"data": _posted(body | {"note": "x"})}
                yield Attempt("POST", path, sent, moves=True)

    def _move_bodies(
        self, route: Route, transition: Any, right: dict[str, Any], thorough: bool
    ) -> Iterator[dict[str, Any]]:
        yield right
        yield right | self._not_theirs(route.shape)
        if thorough:
            yield {}
            for f in asked(transition):
                if f.target is not None:
                    for there in self._hidden_targets(f):
                        yield right | {f.name: there if f.kind == "row" else [there]}
            for wrong in WRONG if route.is_api else WRONG[:2]:
                yield {f.name: wrong for f in asked(transition)} | {"note": wrong, "version": wrong}

    # What came of it -------------------------------------------------------------------------------

    def judge(self, route: Route, attempt: Attempt, *, refused: bool = False) -> None:
        connection = self.ground.connection
        savepoint = connection.begin_nested()
        self._touched.clear()
        self.browser.set_cookie("session", self.cookie, domain="localhost") if self.cookie else None
        answer = self.browser.open(attempt.path, method=attempt.method, buffered=True, **attempt.sent)
        self.requests += 1
        changed = self.ground.changed(self._touched) if self._touched else {}
        savepoint.rollback()
        told = _text(answer) + self._flashed(answer)
        for complaint in self._complaints(route, attempt, answer, told, changed, refused):
            self.findings.append(f"{complaint}  <-  {attempt}  ({answer.status_code})")

    def _complaints(self, route: Route, attempt: Attempt, answer: Any, told: str, changed: Any, refused: bool) -> Iterator[str]:
        if answer.status_code >= 500:
            yield "I5 a failure"
        if found := INNARDS.search(told):
            yield f"I5 tells of its innards: {found[0]!r}"
        if leaked := set(TOKEN.findall(told)) & self.forbidden:
            yield f"I2 shows {self._whose(leaked)}"
        if refused and not _is_refusal(answer):
            yield "I1 is not refused"
        if changed and (refused or attempt.method == "GET" or self.person is None):
            yield f"I4 changes {sorted(changed)[:3]}"
        elif changed:
            yield from self._wrongs(route, attempt, changed)

    def _whose(self, tokens: set[str]) -> list[str]:
        return [f"{self.ground.side_of[key]}: {key}" for key, token in self.ground.token_of.items() if token in tokens][:3]

    def _wrongs(self, route: Route, attempt: Attempt, changed: dict[Any, tuple[Any, Any]]) -> Iterator[str]:
        for (name, key), (before, after) in changed.items():
            if not name.startswith("ab_") and not self._theirs_to_change(name, key, before, after):
                yield f"I3 {'changes' if before else 'plants'} {name} {key}"
            if before is None and (hidden := set(TOKEN.findall(str(after))) & self.forbidden) and not attempt.moves:
                yield f"I3 copies {self._whose(hidden)} into {name}"
            yield from self._protected(route, name, before, after)
        if route.shape is not None and any(name.startswith("ab_") for name, _ in changed):
            yield "I3 changes accounts"

    def _theirs_to_change(self, name: str, key: Any, before: Any, after: Any) -> bool:
        actor = self.person.actor
        if actor.roles & {"admin"}:
            return True
        region = (before or after).get("region_id", (before or after).get("chain"))
        if region not in (None, 0, actor.region_id):
            return False
        side = self.ground.side_of.get((name, key))
        return side in (None, "ours") or name in SHARED or key in {row_key(row) for row in self.seen[name]}

    def _protected(self, route: Route, name: str, before: Any, after: Any) -> Iterator[str]:
        shape = route.shape
        if after is None or shape is None or name != shape.resource:
            return
        for column in shape.model.__table__.columns:
            f = next((f for f in shape.fields.values() if f.column is column), None)
            if f is not None and f.name in shape.form:
                continue
            value = planted(self.ground, f, column)
            if _same(after[column.key], value) and not _same((before or {}).get(column.key), value):
                yield f"I6 writes {name}.{column.key}"

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Which tables are written to."""

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if found := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', statement):
                self._touched.add(found[1])

        event.listen(self.ground.connection, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(self.ground.connection, "before_cursor_execute", note)

    def _flashed(self, answer: Any) -> str:
        if "session=" not in answer.headers.get("Set-Cookie", ""):
            return ""
        with self.browser.session_transaction() as session:
            return str(session.get("_flashes", ""))


def planted(ground: Ground, f: Field | None, column: Any) -> Any:
    if f is not None and f.kind == "word":
        return str(list(f.words)[-1])
    if column.foreign_keys:
        return ground.units["abroad"]["township"].id
    return PLANTED.get(f.kind if f else "number", "planted")


def _same(value: Any, other: Any) -> bool:
    if value is None or other is None:
        return False
    if hasattr(value, "isoformat"):
        value = value.isoformat()
        return value[:10] == str(other)[:10] if len(value) > 8 else value[:5] == other
    return value == other and type(value) is type(other) or str(value) == other


def _posted(body: dict[str, Any]) -> dict[str, Any]:
    """As a browser would post it."""
    told = {}
    for name, value in body.items():
        if isinstance(value, list):
            told[name] = [str(one) for one in value]
        elif value is not None and value is not False:
            told[name] = str(value).encode("utf-8", "replace").decode()
    return told


def _is_refusal(answer: Any) -> bool:
    to_login = answer.status_code == 302 and "/login" in answer.headers.get("Location", "")
    return to_login or answer.status_code in (401, 403)


def _text(answer: Any) -> str:
    """Every byte that leaves: headers, and the body, unpacked."""
    body = answer.get_data()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"".join(parts.read(name) for name in parts.namelist())
    return f"{answer.headers}{body.decode('utf-8', 'replace')}"


__all__ = ["OPEN", "Attempt", "Route", "Walk", "granted", "replace", "routes", "select", "NOW", "OWN"]
