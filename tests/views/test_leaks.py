"""Everyone tries every route, over two counties: nobody sees or changes what is not theirs, and nothing fails."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import config
from app.engine import files, forms, pages, query, schema, write
from app.extensions import db
from models.door import by_rule, system_session
from models.recorder import Origin, set_origin
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.scope import SCOPED
from models.store import Store
from tests.conftest import _copy
from tests.make import NOW
from tests.views.conftest import grant
from tests.views.ground import Ground
from tests.views.walk import Walk, routes

pytestmark = pytest.mark.long  # the ground alone takes a quarter of a minute

EVERYONE = ("nobody", "stranger", *RoleName)
INSIDE = [role for role in RoleName if role not in EVERYWHERE]


@pytest.fixture(scope="module")
def ground(app, sqlite_file, tmp_path_factory):
    """Built once: each request that is tried is undone before the next."""
    url = f"sqlite:///{_copy(sqlite_file, tmp_path_factory.mktemp('ground'))}"
    engine = create_engine(url, poolclass=NullPool, query_cache_size=config.STATEMENTS)
    with app.app_context():
        engines, usual = db.engines, db.engines[None]
        db.session.configure(join_transaction_mode="create_savepoint")
    with engine.connect() as connection:
        everything = connection.begin()
        connection.name = connection.dialect.name  # Flask-AppBuilder asks its bind for the dialect's name
        engines[None] = connection
        session = system_session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        try:
            set_origin(session, Origin(at=NOW))
            grant(app, session)
            yield Ground(connection, session, Store(app.config["FILES"]))
        finally:
            engines[None] = usual
            session.close()
            everything.rollback()


@pytest.mark.requirement("TC-02", "TC-50", "TA-23")
@pytest.mark.parametrize("who", EVERYONE)
def test_nobody_sees_or_changes_what_is_not_theirs(app, ground, who):
    walk = Walk(app, ground, who)
    findings = walk.along(routes(app))
    assert not findings, f"{len(findings)} in {walk.requests} requests:\n" + "\n".join(findings)
    assert not ground.changed(ground.golden), "what was tried was not undone"
    vain = walk.in_vain(routes(app))
    assert not vain, "tried in vain:\n" + "\n".join(vain)


@pytest.mark.parametrize("who", INSIDE)
def test_all_of_another_county_is_hidden_from_those_of_this_one(ground, who):
    hidden = ground.forbidden_to(ground.people[who])
    shown = {key for key, token in ground.token_of.items() if ground.side_of[key] == "abroad" and token not in hidden}
    assert not shown
    assert {name for name, _ in ground.token_of} == {model.__tablename__ for model in SCOPED} | {"ab_user"}


@pytest.mark.parametrize("who", [role for role in INSIDE if role not in COUNTY])
def test_what_hangs_on_the_calls_of_a_township_is_hidden_from_another(ground, who):
    hidden = ground.forbidden_to(ground.people[who])
    names = {"call", "call_assignment", "coordination_case", "case_party", "reminder", "supervision_order", "notice",
             "mutual_rating"}  # fmt: skip
    theirs = {key for key in ground.token_of if key[0] in names and ground.side_of[key] == "theirs"}
    assert {name for name, _ in theirs} == names
    assert hidden >= {ground.token_of[key] for key in theirs}


def only(app, endpoint):
    return [route for route in routes(app) if route.rule.endpoint == endpoint]


def test_the_walk_would_see_a_list_past_the_door(app, ground, monkeypatch):
    def past_the_door(session, shape, question):
        with by_rule(session):
            return query.answer(session, shape, question)

    monkeypatch.setattr(pages, "answer", past_the_door)
    findings = Walk(app, ground, "township_operator").along(only(app, "CallPage.listing"))
    assert findings
    assert {finding[:8] for finding in findings} == {"I2 shows"}


def test_the_walk_would_see_a_form_that_writes_what_is_protected(app, ground, monkeypatch):
    for module in (forms, write):
        monkeypatch.setattr(module, "writable", lambda shape: [*schema.writable(shape), shape.fields["number"]])
    findings = Walk(app, ground, "department_head").along(only(app, "CallPage.edit"))
    assert {finding[:21] for finding in findings} == {"I6 writes call.number"}


@pytest.mark.parametrize("endpoint", ["ItemAttachmentPage.file", "ItemAttachmentApi.file"])
def test_the_walk_would_see_a_file_past_the_door(app, ground, monkeypatch, endpoint):
    def past_the_door(world, shape, key, name):
        with by_rule(world.session()):
            return send(world, shape, key, name)

    send = files.send
    assert Walk(app, ground, "township_operator").along(only(app, endpoint)) == []
    monkeypatch.setattr(files, "send", past_the_door)
    findings = Walk(app, ground, "township_operator").along(only(app, endpoint))
    assert {finding[:8] for finding in findings} == {"I2 shows"}
