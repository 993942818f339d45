"""What the console exposes, kept under review: a change here is a change to the diffs beside it."""

import json
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from models.rights import grants
from models.roles import RoleName
from tests.views.walk import OPEN, routes

HERE = Path(__file__).parent


def check(name, told):
    path = HERE / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8"), "run it with UPDATE_SNAPSHOTS=1, and read the diff"


def test_every_route_asks_for_a_permission_or_says_why_it_asks_for_none(app):
    without = {route.rule.endpoint for route in routes(app) if route.permission is None}
    assert without == OPEN.keys()


def test_routes_and_their_permissions_are_the_reviewed_ones(app):
    check("surface.txt", "\n".join(map(str, routes(app))) + "\n")


def test_who_may_pass_which_route_is_what_was_reviewed(app):
    holders = defaultdict(list)
    for role in RoleName:
        for pair in grants(role):
            holders[pair].append(str(role))
    asked = {route.permission for route in routes(app) if route.permission}
    told = {pair: "everyone" if len(holders[pair]) == len(RoleName) else " ".join(holders[pair]) for pair in asked}
    lines = [f"{resource}.{word}: {told[word, resource] or 'nobody'}" for word, resource in asked]
    check("policy.txt", "\n".join(sorted(lines)) + "\n")


def test_no_role_holds_a_permission_that_nothing_asks_for(app):
    views = [view for view in app.extensions["appbuilder"].baseviews if getattr(view, "actions", None)]
    acts = {
        (view.get_action_permission_name(name), view.class_permission_name) for view in views for name in view.actions
    }
    asked = {route.permission for route in routes(app)} | acts
    assert {pair for role in RoleName for pair in grants(role)} - asked == set()


@pytest.fixture
def described(web, program_of, make):
    return program_of(make.township()).get("_openapi").json


def test_programs_are_told_what_they_were_told_before(described):
    check("openapi.json", json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def test_every_resource_is_described_with_its_moves(app, described):
    for route in routes(app):
        if route.is_console and route.is_api:
            path = re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.rule.rule)
            told = described["paths"][path][route.method.lower()]
            assert told["summary"], path
            if route.name.startswith("move_"):
                asks = route.shape.console.workflow.moves[route.name.removeprefix("move_")].asks
                schema = told["requestBody"]["content"]["application/json"]["schema"]
                assert schema["properties"].keys() == {"note", "place", "version", *(ask.name for ask in asks)}
                assert schema.get("required", []) == [ask.name for ask in asks if ask.required], path
                assert all(response.keys() <= {"description", "$ref"} for response in told["responses"].values()), path


def test_a_program_is_told_how_to_write_a_moment(described):
    respond = described["paths"]["/api/v1/call_assignment/{pk}/move/respond"]["post"]
    schema = respond["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["promised_due"] == {"type": "string", "format": "date-time"}
    assert schema["required"] == ["promised_due"]


def test_the_headers_that_count_are_told_once(described):
    assert described["components"]["parameters"].keys() >= {"X-Acting-Unit", "X-Place"}
    assert all(described["info"]["description"].count(name) == 1 for name in ("`X-Acting-Unit`", "`X-Place`"))
