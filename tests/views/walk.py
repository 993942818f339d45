"""Walks every route as one person, with what an attacker would send, and tells what should not have happened.

Nothing here knows a view by name: routes come from the application, fields from its declarations. A table that is
mapped, or a console that is declared, is walked from that day on.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.engine.derive import Shape
from app.engine.fields import Field, keeps_files
from app.engine.schema import asked, writable
from models.organisation import Unit
from models.rights import grants
from models.roles import COUNTY, EVERYWHERE, RoleName
from tests.views.conftest import PASSWORD
from tests.views.ground import MODELS, TOKEN, Ground, Person, row_key

OPEN = {
    "static": "our scripts and styles",
    "appbuilder.static": "Flask-AppBuilder's scripts and styles",
    "vendor": "the chart library",
    "AuthDBView.login": "the page to sign in",
    "AuthDBView.logout": "ends a session, if there is one",
    "SecurityApi.login": "a program signs in",
    "SecurityApi.refresh": "asks for a token of its own",
    "Language.choose": "keeps the language in the cookie",
    "LocaleView.index": "keeps the language in the cookie",
    "UtilView.back": "leads back to where the browser was",
    "Health.live": "asked by a load balancer",
    "Health.ready": "asked by a load balancer",
    "Metrics.index": "asked by a monitor: counts, no row",
    "Desk.index": "one's own desk; a stranger is led to the page to sign in",
    "Notices.index": "one's own notices; a stranger has none",
    "Notices.open": "one's own notices; a stranger has none",
    "Notices.read": "one's own notices; a stranger has none",
    "Acting.choose": "one's own units; a stranger has none",
    "UserDBModelView.action": "asks for the permission of the action",
    "UserDBModelView.action_post": "asks for the permission of the action",
}
"""Routes without a permission, and why."""

FOLLOWS = {
    "service_desk.kind": "from its unit",
    "rectification_order.is_late": "from its due time",
    "personnel_change.township_opinion": "from the move",
}
"""Protected columns that change with what a form or a move may change, and from what they follow."""

SHARED = {"call_counter", "recorder_head"}
"""Rows that everyone of a county moves on, and nobody reads."""

INNARDS = re.compile(r"sqlite3|psycopg|sqlalchemy|Traceback \(|INSERT INTO|SELECT .+ FROM|constraint failed")
ABSENT, HUGE = 999_999, 10**20
EARLIER, LATER = "2026-11-20T09:00:00+08:00", "2026-12-01T09:00:00+08:00"
PAST = {"day", "held_on", "seen_at", "received_at", "given_on", "sent_at", "accepted_at", "dispatched_at",
        "responded_at", "resolved_at", "closed_at"}  # fmt: skip
TO_COME = {"next_at"}
"""Moments that a move asks for, if one likes, and that lie in the future."""

WRITTEN = {"address": "https://by.example/address", "secret": "by whoever knows it", "duty_cited": "Inspect",
           "category": "environment", "all_the_same": True}  # fmt: skip
"""Texts that have a form, or name what is there; and the box that says that one knows what one does."""

SAID = {"job": "respond_remind", "role": "full_time", "clock": "respond", "failure_kind": "inaction"}
"""Of a word that rules narrow, one that they take: not every clock has a ladder, or is of one department."""

BEYOND = "9999-12-31T23:59:59-12:00"
WRONG: tuple[Any, ...] = ("x", -1, [], 10**30, "9" * 5000, {}, True, None, "a\0b", "\ud800", BEYOND)
PLANTED = {"number": 4242, "decimal": 4242, "day": "2001-02-03", "moment": "2001-02-03T04:05:06+00:00",
           "hour": "03:33", "flag": True}  # fmt: skip
"""What nobody may write into a protected column; anything else is «planted»."""


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
    def shape(self) -> Shape:
        return self.view.shape

    @property
    def is_console(self) -> bool:
        return hasattr(self.view, "shape")

    @property
    def is_api(self) -> bool:
        return str(self.rule.rule).startswith("/api/")

    def __str__(self) -> str:
        asks_for = ".".join(reversed(self.permission)) if self.permission else f"open: {OPEN[self.rule.endpoint]}"
        return f"{self.method:6} {self.rule.rule}  ->  {asks_for}"


def routes(app: Flask) -> list[Route]:
    """Every rule and method of the application, but the static folder that each view could have and none has."""
    views = {view.endpoint or type(view).__name__: view for view in app.extensions["appbuilder"].baseviews}
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        owner, _, name = rule.endpoint.rpartition(".")
        view = views.get(owner)
        if view is None or name != "static":
            asks = view is not None and hasattr(getattr(view, name), "_permission_name")
            permission = (f"can_{view.get_method_permission(name)}", view.class_permission_name) if asks else None
            methods = sorted(rule.methods - {"HEAD", "OPTIONS"})
            found += [Route(rule, method, view, name, permission) for method in methods]
    return found


def reach_of(person: Person | None) -> str:
    """How far somebody sees: the door asks no more of a role, where the rights are the same."""
    roles = person.actor.roles if person else frozenset()
    return "everywhere" if roles & EVERYWHERE else "county" if roles & COUNTY else "own"


class Walk:
    """One person's way through all routes. After each request everything is as it was."""

    def __init__(self, app: Flask, ground: Ground, who: str) -> None:
        self.app, self.ground, self.who = app, ground, who
        self.person = ground.people.get(who)
        self.may = rights_of(self.person)
        self.findings: list[str] = []
        self.requests = 0
        self.accepted: set[str] = set()
        self._opened: dict[str, dict[str, list[int]]] = {}
        self.browser, self.cookie = self._sign_in()
        self._touched: set[str] = set()

    def _sign_in(self) -> tuple[FlaskClient, str]:
        browser = self.app.test_client()
        with self.ground.connection.begin_nested() as savepoint:
            if self.person is not None:
                browser.post("/login/", data={"username": self.person.name, "password": PASSWORD})
            savepoint.rollback()  # even that they signed in
        cookie = browser.get_cookie("session")
        return browser, cookie.value if cookie else ""

    def along(self, way: Iterable[Route]) -> list[str]:
        """Try every route; what should not have happened, a line each."""
        self.ground.golden  # noqa: B018  (as it was before anyone walked)
        with self._watching():
            for route in way:
                may = route.permission is None or route.permission in self.may
                attempts = self.attempts(route)
                for attempt in attempts if may else islice(attempts, 1):
                    self.judge(route, attempt, refused=not may)
        return self.findings

    def in_vain(self, way: Iterable[Route]) -> list[str]:
        """Routes that write and were tried thoroughly, yet took nothing: there, what was sent proves little."""
        tried = (r for r in way if r.is_console and r.method != "GET" and r.permission in self.may and self.is_first(r))
        return [str(route) for route in tried if str(route) not in self.accepted]

    def is_first(self, route: Route) -> bool:
        """Whether nobody before has the same right and sees as far: one of them tries everything, the rest less."""
        others = (self.ground.people[role] for role in RoleName)
        alike = (other for other in others if reach_of(other) == reach_of(self.person))
        return self.person is next((other for other in alike if self._has(other, route)), None)

    def is_foremost(self, route: Route) -> bool:
        """Whether nobody before has the same right at all: what is nonsense, is so however far one sees."""
        return self.person is next((p for p in map(self.ground.people.get, RoleName) if self._has(p, route)), None)

    def _has(self, person: Person | None, route: Route) -> bool:
        return route.permission is None or route.permission in rights_of(person)

    # What is tried ---------------------------------------------------------------------------------

    def attempts(self, route: Route) -> Iterator[Attempt]:
        if not route.is_console:
            yield from self._elsewhere(route)
        elif route.name.startswith("move_"):
            yield from self._moves(route)
        elif "pk" in route.rule.arguments:
            yield from self._of_record(route)
        elif "name" in route.rule.arguments:
            yield from self._lookups(route)
        elif "number" in route.rule.arguments:
            beyond = (99, HUGE) if self.is_foremost(route) else ()
            charts = range(len(route.shape.console.charts))
            for number in (*(charts if self.is_first(route) else charts[:1]), *beyond):
                yield Attempt("GET", self._path(route, number=number))
        elif route.method == "GET":
            yield from self._questions(route)
        else:
            yield from self._bodies(route, self._path(route), None)

    def _elsewhere(self, route: Route) -> Iterator[Attempt]:
        """Pages that no declaration made."""
        paths = list(self._paths(route, self._pools(route)))
        if route.view is None:
            yield Attempt("GET", paths[0])
            return
        for path in paths if self.is_first(route) else paths[:1]:
            if route.method == "GET":
                yield Attempt("GET", path)
                name = type(route.view).__name__
                for wrong in (f"page_{name}=x", f"psize_{name}=-1", "_flt_9_username=x", "_flt_1_last_login=x", "pk=x"):
                    if self.is_foremost(route) and hasattr(route.view, "datamodel"):
                        yield Attempt("GET", f"{path}?{wrong}")
            else:
                for body in ({}, {"username": "x", "password": "x"}, {"action": "nosuch", "rowid": "1", "name": "x"}):
                    yield Attempt(route.method, path, {"json" if route.is_api else "data": body})

    def _pools(self, route: Route) -> dict[str, list[Any]]:
        """What to put into the places of such a page's address."""
        people = self.ground.people
        pools: dict[str, list[Any]] = {
            "pk": [people["ours"].actor.user_id, people["abroad"].actor.user_id, ABSENT, HUGE, "x"],
            "unit_id": [self.ground.units[side]["township"].id for side in ("ours", "theirs", "abroad")],
            "version": ["x", "v1"],
            "locale": ["en", "xx"],
            "filename": ["echarts.min.js"] if route.rule.endpoint == "vendor" else ["x", "../config.py"],
            "name": ["resetpasswords", "copyrole", "nosuch"],
            "resource": ["list_item", "call", "unit", "nosuch"],
        }
        if type(route.view).__name__ in ("Imports", "ImportApi"):
            sides = ("ours", "theirs", "abroad")
            pools["pk"] = [*(self.ground.rows("import_run", side)[0] for side in sides), ABSENT, HUGE]
        if route.name == "open":
            pools["pk"] = [*self.ground.rows("notice", "ours"), *self.ground.rows("notice", "abroad"), ABSENT, HUGE]
        return pools

    def _paths(self, route: Route, pools: dict[str, list[Any]]) -> Iterator[str]:
        names = sorted(route.rule.arguments)
        for number in range(max((len(pools[name]) for name in names), default=1)):
            yield self._path(route, **{name: pools[name][number % len(pools[name])] for name in names})

    def _path(self, route: Route, **values: Any) -> str:
        return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda argument: quote(str(values[argument[1]])), route.rule.rule)

    def _of_record(self, route: Route) -> Iterator[Attempt]:
        ours, hidden = self._keys(route.shape)
        keys = [*ours[:3], *hidden, ABSENT, HUGE] if self.is_first(route) else [*ours[:1], *hidden[-1:]]
        named = route.shape.files if "file" in route.name else route.shape.console.deadlines or ()
        columns = [*named, "state"] if "name" in route.rule.arguments else [""]
        for key, column in product(keys or [ABSENT], columns):
            path = self._path(route, pk=key, name=column, key=self.ground.one_file(route.shape, key, column) or ABSENT)
            if route.method in ("GET", "DELETE") or route.name == "delete":
                yield Attempt(route.method, path)
            elif key in ours[:1]:
                yield from self._bodies(route, path, key)
            else:
                yield Attempt(route.method, path, self._as_sent(route, self._right(route.shape)))

    def _keys(self, shape: Shape) -> tuple[list[int], list[int]]:
        """Keys of rows in sight, one of each state first; and of one hidden row of each side."""
        seen = self.seen[shape.resource]
        by_state = {getattr(row, "state", None): row_key(row) for row in seen}
        mine = self._open(shape)["edit"]
        ours = list(dict.fromkeys((*mine[:2], *mine[-1:], *by_state.values(), *(row_key(row) for row in seen))))
        hidden = [
            next((key for key in self.ground.rows(shape.resource, side) if key not in ours), None)
            for side in ("theirs", "abroad")
        ]
        return ours, [key for key in hidden if key is not None]

    def _open(self, shape: Shape) -> dict[str, list[int]]:
        if shape.resource not in self._opened:
            found = self.ground.open_to(self.person, shape) if self.person else {}
            self._opened[shape.resource] = defaultdict(list, found)
        return self._opened[shape.resource]

    @cached_property
    def seen(self) -> dict[str, list[Any]]:
        return self.ground.seen_by(self.person) if self.person else {name: [] for name in MODELS}

    @cached_property
    def forbidden(self) -> set[str]:
        return self.ground.forbidden_to(self.person) if self.person else set(self.ground.token_of.values())

    def _questions(self, route: Route) -> Iterator[Attempt]:
        shape, path = route.shape, self._path(route)
        if route.is_api:
            names = ",".join((*shape.listed, *shape.shown))
            yield Attempt("GET", f"{path}?q=(page_size:100,columns:!({names}))")
        else:
            yield Attempt("GET", f"{path}?size=100&{'&'.join(f'{name}=zq' for name in shape.form)}")
        if self.is_first(route):
            yield Attempt("GET", f"{path}?q=zq")
            for relation in (name for name in shape.searched if shape.fields[name].kind == "row"):
                for key in self._hidden_targets(shape.fields[relation]):
                    by_program = f"?q=(filters:!((col:{relation},opr:rel_o_m,value:{key})))"
                    yield Attempt("GET", path + (by_program if route.is_api else f"?f={relation}:rel_o_m:{key}"))

    def _hidden_targets(self, relation: Field) -> list[int]:
        name = relation.target.__tablename__
        return [self.ground.rows(name, side)[-1] for side in ("theirs", "abroad") if self.ground.rows(name, side)]

    def _lookups(self, route: Route) -> Iterator[Attempt]:
        shape = route.shape
        named = [name for name, f in shape.fields.items() if f.target]
        for name in (*named, "state") if self.is_first(route) else named[:2]:
            yield Attempt("GET", f"{self._path(route, name=name)}?search=1")
            if name in shape.form:
                yield Attempt("GET", f"{self._path(route, name=name)}?q=zq")
        if not self.is_first(route):
            return
        ours, hidden = self._keys(shape)
        for transition in (shape.console.workflow.moves if shape.console.workflow else {}).values():
            for ask in (ask for ask in asked(transition) if ask.target is not None):
                for key in (*ours[:1], *hidden):
                    yield Attempt("GET", f"{self._path(route, name=ask.name)}?move={transition.name}&of={key}")

    def _bodies(self, route: Route, path: str, key: int | None) -> Iterator[Attempt]:
        """Nothing, nonsense, all that is right, all that is not theirs to write, and a jump through each relation."""
        shape, right = route.shape, self._right(route.shape)
        if keeps_files(shape.model):
            yield from self._uploads(path)
            return
        if route.name == "put_rows":
            yield from self._batches(shape, path, right)
            return
        lean = {f.name: right[f.name] for f in writable(shape) if f.required and f.name in right}
        rows = [f.name for f in writable(shape) if f.target and not f.required and f.name in right]
        ones = [lean | {name: right[name]} for name in rows] if len(rows) > 1 else []  # of two, only one may be allowed
        bodies = [body | self._not_theirs(shape) for body in (right, *ones)]
        if self.is_first(route):
            jumps = [{f.name: there} for f in writable(shape) if f.target for there in self._hidden_targets(f)]
            flags = [f.name for f in writable(shape) if f.kind == "flag"]
            lean_with_rows = lean | {f.name: right[f.name] for f in writable(shape) if f.target and f.name in right}
            text = [f.name for f in writable(shape) if f.kind in ("text", "long_text") and f.name in right][:1]
            bodies += [{}, lean, lean | {name: right[name] for name in text}, lean_with_rows, right]
            bodies += [*ones, *(right | jump for jump in jumps), right | dict.fromkeys(flags, True)]
            bodies += jumps if key is not None else []
        if self.is_foremost(route):
            bodies += [{f.name: wrong for f in writable(shape)} for wrong in (WRONG if route.is_api else WRONG[:1])]
        for body in bodies:
            yield Attempt(route.method, path, self._as_sent(route, body))
        for text in ("", "[]", '"x"', "{", "\0") if route.is_api and self.is_foremost(route) else ():
            yield Attempt(route.method, path, {"data": text, "content_type": "application/json"})

    def _batches(self, shape: Shape, path: str, right: dict[str, Any]) -> Iterator[Attempt]:
        """Rows in one go, pointing by code: right, for others, of others, not theirs to write, nonsense."""
        session = self.ground.session
        pointing = [f for f in writable(shape) if f.names_row and f.name in right]
        named = right | {f.name: session.get(f.target, right[f.name]).code for f in pointing}
        hidden = [session.get(shape.model, key) for key in self._keys(shape)[1]]
        home = self.person.actor.region_id if self.person else None
        here = [row for row in hidden if row.region_id == home]  # elsewhere it is another row
        keys = [{name: getattr(row, name) for name in shape.console.intake.key} for row in here]
        there = [{f.name: session.get(f.target, key).code} for f in pointing for key in self._hidden_targets(f)]
        for row in (named, *(named | other for other in (*keys, *there)), named | self._not_theirs(shape)):
            for body in ({"rows": [row]}, {"rows": [row, row], "dry_run": True}):
                yield Attempt("PUT", path, {"json": body})
        for wrong in ([], {}, {"rows": {}}, {"rows": ["x"]}, *({"rows": [named | {"title": w}]} for w in WRONG)):
            yield Attempt("PUT", path, {"json": wrong})

    def _uploads(self, path: str) -> Iterator[Attempt]:
        """A file; others that are none, or not to be taken; and nonsense."""
        for content, name in ((b"%PDF-", "zq.pdf"), (b"", "zq.pdf"), (b"MZ", "zq.exe"), (b"MZ", "zq.pdf"), (b"x", "")):
            yield Attempt("POST", path, {"data": {"file": (io.BytesIO(content), name)}})
        for names in (("zq.pdf", "zq.pdf"), ("zq.pdf", "zq.exe")):
            yield Attempt("POST", path, {"data": {"file": [(io.BytesIO(b"%PDF-"), name) for name in names]}})
        for wrong in ({"data": {"file": "1"}}, {"json": {"file": 1}}, {"data": {}}, {"data": "x"}):
            yield Attempt("POST", path, wrong)

    def _as_sent(self, route: Route, body: dict[str, Any]) -> dict[str, Any]:
        """For a program as it is; a browser sends the file itself where a program would name it."""
        if route.is_api:
            return {"json": body}
        moves = route.shape.console.workflow.moves.values() if route.shape.console.workflow else ()
        fields = (*route.shape.fields.values(), *(f for move in moves for f in asked(move)))
        files = {f.name for f in fields if f.is_file and body.get(f.name)}
        return {"data": _posted(body) | {name: (io.BytesIO(b"%PDF-"), "zq.pdf") for name in files}}

    def _right(self, shape: Shape) -> dict[str, Any]:
        right = {f.name: value for f in writable(shape) if (value := self._value(f)) is not None}
        hours = [f.name for f in writable(shape) if f.kind == "hour"]
        return right | {name: f"{18 + number}:30" for number, name in enumerate(hours)}

    def _value(self, f: Field, subject: Any = None) -> Any:
        """Something that this person could well send."""
        if f.target is not None:
            keys = self.ground.choices(self.person, f, subject) if self.person else []
            near = self.person.actor.unit_ids if self.person else ()
            sides = {key: self.ground.side_of.get((f.target.__tablename__, key)) for key in keys}
            home = self.person.actor.region_id if self.person and f.name == "region" else None
            keys.sort(key=lambda key: (key != home, f.target is not Unit or key not in near, sides[key] != "ours", key))
            return None if not keys else keys[0] if f.names_row else keys[1:2]
        if f.kind == "word":
            return SAID.get(f.name) or str(next(iter(f.words)))
        if f.name in WRITTEN:
            return WRITTEN[f.name]
        number = {"year": 2026, "of_level": 2}.get(f.name, 5)
        at = EARLIER if f.name in PAST else LATER
        usual = {"number": number, "decimal": 5, "flag": False, "moment": at, "day": at[:10], "hour": "17:30"}
        return usual.get(f.kind, f"by {f.name}")

    def _not_theirs(self, shape: Shape) -> dict[str, Any]:
        """Every column and relation that no form has, set to what can be recognised; `version` is asked for."""
        columns = {column.key: planted(self.ground, shape, column) for column in shape.model.__table__.columns}
        there = self.ground.units["abroad"]["township"].id
        relations = {name: there for name, f in shape.fields.items() if f.names_row}
        return {name: v for name, v in (columns | relations).items() if name not in (*shape.form, "version")}

    def _moves(self, route: Route) -> Iterator[Attempt]:
        shape = route.shape
        transition = shape.console.workflow.moves[route.name.removeprefix("move_")]
        ours, hidden = self._keys(shape)
        rows = {row_key(row): row for row in self.seen[shape.resource]}
        mine = self._open(shape)[transition.name][::-1]
        not_mine = [key for key in ours if rows[key].state in transition.source and key not in mine]
        other = [key for key in ours if rows[key].state not in transition.source]
        first = self.is_first(route)
        for key in mine if first else [*mine, *not_mine][:1]:
            yield from self._move(route, transition, key, rows.get(key))
            if first and (str(route) in self.accepted or key == mine[-1]):  # where it is taken, all the rest is tried
                yield from self._move(route, transition, key, rows.get(key), thoroughly=True)
                break
        for key in [*not_mine[:1], *other[:1], *hidden, HUGE] if first else hidden[-1:]:
            yield from self._move(route, transition, key, rows.get(key))
        if not (mine or not_mine or hidden):
            yield from self._move(route, transition, ABSENT, None)

    def _move(
        self, route: Route, transition: Any, key: int, row: Any, *, thoroughly: bool = False
    ) -> Iterator[Attempt]:
        path = self._path(route, pk=key)
        if route.method == "GET":
            yield Attempt("GET", path)
            return
        right = {f.name: value for f in asked(transition) if (value := self._answer(f, row)) is not None}
        for body in self._move_bodies(route, transition, right) if thoroughly else (right,):
            silent = route.is_api and transition.tells is None  # what is told once is told for a reason
            yield Attempt("POST", path, self._as_sent(route, body if silent else {"note": "x"} | body), True)

    def _answer(self, f: Field, subject: Any) -> Any:
        if f.kind == "day" or (f.kind == "moment" and not f.required and f.name not in TO_COME):
            return EARLIER[:10] if f.kind == "day" else EARLIER  # what is to come is asked for by the moment
        return self._value(f, subject) if subject is not None or f.target is None else 1

    def _move_bodies(self, route: Route, transition: Any, right: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {}
        yield self._not_theirs(route.shape) | right
        for f in (f for f in asked(transition) if f.target is not None):
            for there in self._hidden_targets(f):
                yield right | {f.name: there if f.names_row else [there]}
        if not self.is_foremost(route):
            return
        for wrong in (WRONG if route.is_api else WRONG[:2]) if transition.asks else ():
            yield {f.name: wrong for f in asked(transition)}
        for wrong in ([], "a\0b", "\ud800", "x" * 3000) if route.is_api else ():
            yield right | {"note": wrong}
        for wrong in ({}, True, "x", "9" * 5000) if route.is_api else ():
            yield right | {"version": wrong}

    # What came of it -------------------------------------------------------------------------------

    def judge(self, route: Route, attempt: Attempt, *, refused: bool = False) -> None:
        """Send it, complain of what it should not have done, and undo it."""
        savepoint = self.ground.connection.begin_nested()
        self._touched.clear()
        if self.cookie:
            self.browser.set_cookie("session", self.cookie, domain="localhost")
        answer = self.browser.open(attempt.path, method=attempt.method, buffered=True, **attempt.sent)
        self.requests += 1
        changed = self.ground.changed(self._touched) if self._touched else {}
        savepoint.rollback()
        if changed:
            self.accepted.add(str(route))
        for complaint in (
            *self._of_answer(answer, refused, attempt),
            *self._of_changes(route, attempt, changed, refused),
        ):
            self.findings.append(f"{complaint}  <-  {attempt}  ({answer.status_code})")

    def _of_answer(self, answer: Any, refused: bool, attempt: Attempt) -> Iterator[str]:
        """What one sent may be said again: who knows a code learns nothing from it."""
        told = text_of(answer) + self._flashed(answer)
        if answer.status_code >= 500:
            yield "I5 fails"
        if found := INNARDS.search(told):
            yield f"I5 tells of its innards: {found[0]!r}"
        if leaked := set(TOKEN.findall(told)) & self.forbidden - set(TOKEN.findall(str(attempt.sent.get("json")))):
            yield f"I2 shows {self._whose(leaked)}"
        if refused and not _is_refusal(answer):
            yield "I1 is not refused"

    def _whose(self, tokens: set[str]) -> list[str]:
        found = (key for key, token in self.ground.token_of.items() if token in tokens)
        return [f"{key} of {self.ground.side_of[key]}" for key in found][:3]

    def _of_changes(self, route: Route, attempt: Attempt, changed: Any, refused: bool) -> Iterator[str]:
        reads = attempt.method == "GET" and not self._signs_out(route, changed)
        if changed and (refused or reads or self.person is None):
            yield f"{'I1' if refused else 'I4'} changes {sorted(changed)[:3]}"
            return
        for (name, key), (before, after) in changed.items():
            accounts = name.startswith("ab_")
            if accounts and route.is_console:
                yield f"I3 changes {name} {key}"
            elif not accounts and not self._is_theirs(name, key, before, after):
                yield f"I3 {'changes' if before else 'plants'} {name} {key}"
            if before is None and not attempt.moves and (hidden := set(TOKEN.findall(str(after))) & self.forbidden):
                yield f"I3 copies {self._whose(hidden)} into {name}"
            if route.is_console and name == route.shape.resource and after is not None:
                yield from self._of_columns(route.shape, attempt, before or {}, after)

    def _signs_out(self, route: Route, changed: Any) -> bool:
        """A link leads there, as in every console; and what was signed in has to end on the server."""
        mine = self.person is not None and ("ab_user", self.person.actor.user_id)
        return route.rule.endpoint == "AuthDBView.logout" and set(changed) <= {mine}

    def _is_theirs(self, name: str, key: Any, before: Any, after: Any) -> bool:
        """Whether this person may be the cause of a change there, or of a row."""
        if self.person.actor.roles & EVERYWHERE:
            return True
        row = before or after
        if row.get("region_id", row.get("chain")) not in (None, 0, self.person.actor.region_id):
            return False
        if name == "promise" and row["subject_type"] == "duty_list":
            return True  # the clock of an edition goes with it: what adjusts the list makes another
        known = self.ground.side_of.get((name, key))
        return known in (None, "ours") or name in SHARED or key in {row_key(row) for row in self.seen[name]}

    def _of_columns(self, shape: Shape, attempt: Attempt, before: Any, after: Any) -> Iterator[str]:
        moves = shape.console.workflow.moves.values() if attempt.moves and shape.console.workflow else ()
        answered = {field.name for move in moves for field in asked(move)}
        for column in shape.model.__table__.columns:
            f = field_of(shape, column)
            if f is not None and f.kind == "flag" and f.name in answered:
                continue  # whatever a browser sends for a box that is ticked says yes
            of_rules = attempt.moves if column.key == "state" else not before and f is not None and f.kind == "word"
            if of_rules or (f is not None and f.name in shape.form) or f"{shape.resource}.{column.key}" in FOLLOWS:
                continue
            value = planted(self.ground, shape, column)
            if _same(after[column.key], value) and not _same(before.get(column.key), value):
                yield f"I6 writes {shape.resource}.{column.key}"

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Note which tables are written to."""

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if found := re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', statement):
                self._touched.add(found[1])

        event.listen(self.ground.connection, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(self.ground.connection, "before_cursor_execute", note)

    def _flashed(self, answer: Any) -> str:
        """What the next page would say."""
        if "session=" not in answer.headers.get("Set-Cookie", ""):
            return ""
        with self.browser.session_transaction() as session:
            return str(session.get("_flashes", ""))


def rights_of(person: Person | None) -> set[tuple[str, str]]:
    """(permission, resource) pairs of a person, by the roles of their seat."""
    return {pair for role in (person.actor.roles if person else ()) for pair in grants(RoleName(role))}


def field_of(shape: Shape, column: Any) -> Field | None:
    return next((f for f in shape.fields.values() if f.column is column), None)


def planted(ground: Ground, shape: Shape, column: Any) -> Any:
    """What nobody may write into a column, and what can be told from all that it holds."""
    f = field_of(shape, column)
    if f is not None and f.kind == "word":
        return str(list(f.words)[-1])
    if column.foreign_keys:
        of_person = any(key.column.table.name == "ab_user" for key in column.foreign_keys)
        there = ground.people["abroad"].actor
        return there.user_id if of_person else there.unit_id
    return PLANTED.get(f.kind, "planted") if f is not None else 4242


def text_of(answer: Any) -> str:
    """Every byte that leaves: headers, and the body, unpacked."""
    body = answer.get_data()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"".join(parts.read(name) for name in parts.namelist())
    return f"{answer.headers}{body.decode('utf-8', 'replace')}"


def _posted(body: dict[str, Any]) -> dict[str, Any]:
    """As a browser would post it."""
    told: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, list):
            told[name] = [str(one) for one in value]
        elif value is not None and value is not False:
            told[name] = str(value)
    return told


def _same(value: Any, other: Any) -> bool:
    if value is None:
        return False
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).startswith(str(other)[:10])
    return str(value) == str(other)


def _is_refusal(answer: Any) -> bool:
    to_login = answer.status_code == 302 and "/login" in answer.headers.get("Location", "")
    return to_login or answer.status_code in (401, 403)
