"""A page asks the database as often for 23 rows as for 3, whatever hangs on them."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.engine.derive import shape_of
from models.roles import RoleName
from tests.make import ASSIGNMENT_PATHS, CALL_PATHS, CASE_PATHS
from views import CONSOLES


@pytest.fixture
def asked(connection):
    @contextmanager
    def count():
        found: list[str] = []

        def note(_connection, _cursor, statement, *_):
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                found.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        yield found
        event.remove(connection, "before_cursor_execute", note)

    return count


@pytest.fixture
def grow(make, session):
    def more(times: int) -> None:
        for number in range(times):
            town, lead, helper = make.township(), make.department(), make.department()
            item = make.item(lead, cooperating=[helper])
            states = list(CALL_PATHS)
            make.call(town, state=states[number % len(states)], item=item, cooperating=[helper])
            make.case(caller=town, item=item, state=list(CASE_PATHS)[number % len(CASE_PATHS)])
            make.assignment(
                caller=town,
                lead=lead,
                cooperating=[helper],
                item=item,
                state=list(ASSIGNMENT_PATHS)[number % len(ASSIGNMENT_PATHS)],
            )
        session.commit()

    return more


def paths(console):
    shape = shape_of(console)
    kinds = [f"/{shape.resource}/?_l_=zh", f"/api/v1/{shape.resource}/", f"/{shape.resource}/export.xlsx"]
    return [*kinds, f"/{shape.resource}/charts"] if console.charts else kinds


def test_every_page_asks_as_often_for_many_rows_as_for_few(browser_of, make, grow, asked):
    browser = browser_of(make.home, RoleName.leader, RoleName.audit_admin)
    every = [path for console in CONSOLES for path in paths(console)]

    def asks() -> tuple[dict[str, list[str]], dict[str, int]]:
        statements, rows = {}, {}
        for path in every:
            browser.get(path).close()  # what is remembered for a while, is
            with asked() as found, browser.get(path) as answer:
                assert answer.status_code in (200, 403), path
                if path.startswith("/api/"):
                    rows[path] = answer.json["count"]
            statements[path] = found
        return statements, rows

    grow(3)
    few, before = asks()
    grow(20)
    many, after = asks()
    grown = [path for path in before if after[path] - before[path] >= 20]
    assert len(grown) >= 7, grown
    more = {path: many[path][len(few[path]) :] for path in every if len(many[path]) > len(few[path])}
    assert not more
