"""Files: kept before they are written down, seen by who sent them and by who sees a row that names them."""

import hashlib

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload

from models.actor import NOBODY, Actor
from models.base import Model
from models.door import NotWritable, Scope, Sight, act_for
from models.files import Attachment
from models.item_words import ListState
from models.items import ItemAttachment
from models.recorder import RecorderEntry
from models.roles import RoleName
from models.rules.files import keep_file
from models.scope import PUBLIC, SCOPED, names_file
from models.store import Store
from models.workflow import Refused
from tests.make import NOW

PDF = b"%PDF-1.7 a document"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files")


def lying_in(store):
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


# Keeping


@pytest.mark.databases
def test_a_file_is_kept_under_a_random_key_and_told_of_by_its_row(acting, make, store, session):
    theirs, actor = acting(make.township())
    keys = set()
    for _ in range(2):
        kept = keep_file(theirs, store, "现场/图一.pdf", PDF, actor, NOW)
        theirs.commit()
        keys.add(kept.key)
        assert (kept.name, kept.content_type, kept.size) == ("图一.pdf", "application/pdf", len(PDF))
        assert (kept.unit_id, kept.user_id, kept.region_id, kept.created_at) == (
            actor.unit_id,
            actor.user_id,
            actor.region_id,
            NOW,
        )
        assert store.path(kept.key).read_bytes() == PDF
    assert len(keys) == 2
    assert {len(key) for key in keys} == {64}
    assert [path.stat().st_mode & 0o077 for path in lying_in(store)] == [0, 0]
    assert {path.parent.name for path in lying_in(store)} == {key[:2] for key in keys}


def test_a_file_that_is_refused_is_not_kept(acting, make, store):
    theirs, actor = acting(make.township())
    for name, content in (("x.exe", PDF), ("x.doc", PDF), ("x.pdf", b"")):
        with pytest.raises(Refused):
            keep_file(theirs, store, name, content, actor, NOW)
    assert lying_in(store) == []


def test_a_file_belongs_to_a_unit_of_a_county(session, store):
    with pytest.raises(Refused, match="Switch to a unit"):
        keep_file(session, store, "x.pdf", PDF, Actor(1), NOW)
    assert lying_in(store) == []


def test_bytes_that_no_row_came_to_name_are_all_that_an_undone_transaction_leaves(acting, make, store):
    theirs, actor = acting(make.township())
    key = keep_file(theirs, store, "x.pdf", PDF, actor, NOW).key
    theirs.rollback()
    assert theirs.scalars(select(Attachment)).all() == []
    assert [path.name for path in lying_in(store)] == [key]


@pytest.mark.requirement("TC-50")
def test_that_a_file_was_sent_is_recorded_and_its_key_is_not(acting, make, store, session):
    theirs, actor = acting(make.township())
    kept = keep_file(theirs, store, "图.pdf", PDF, actor, NOW)
    theirs.commit()
    entry = session.scalars(select(RecorderEntry).where(RecorderEntry.subject_type == "attachment")).one()
    assert (entry.action, entry.user_id, entry.chain, entry.subject_id) == (
        "create",
        actor.user_id,
        actor.region_id,
        kept.id,
    )
    seal = hashlib.sha256(PDF).hexdigest()
    assert {"name": "图.pdf", "size": len(PDF), "sha256": seal}.items() <= entry.after.items()
    assert "key" not in entry.after
    assert kept.key not in str(entry.after)


def test_a_file_that_was_sent_is_not_changed(acting, make, store):
    theirs, actor = acting(make.township())
    keep_file(theirs, store, "图.pdf", PDF, actor, NOW).name = "other.pdf"
    with pytest.raises(NotWritable):
        theirs.commit()


def test_a_file_that_is_gone_or_changed_is_noticed(store):
    key, seal = store.put(PDF), hashlib.sha256(PDF).hexdigest()
    assert store.fault(key, seal) is None
    store.path(key).write_bytes(PDF[:-1] + b"!")
    assert store.fault(key, seal) == "differs from its checksum"
    store.path(key).unlink()
    assert store.fault(key, seal) == "is missing"


# Who sees it


def seen(session):
    return {file.name for file in session.scalars(select(Attachment))}


def test_a_file_is_its_senders_until_a_row_shows_it_to_others(acting, make):
    sender, other = make.township(), make.township()
    file = make.file(sender, "图.pdf")
    theirs, _ = acting(other)
    assert [seen(acting(unit)[0]) for unit in (sender, make.village(sender))] == [{"图.pdf"}, set()]
    assert seen(theirs) == seen(acting(make.office("editorial_office"), RoleName.list_manager)[0]) == set()
    draft = make.item(duty_list=make.duty_list())
    make.document(draft, file=file)
    assert (seen(theirs), seen(acting(make.office("editorial_office"))[0])) == (set(), {"图.pdf"})
    draft.state = ListState.published
    make.session.commit()
    theirs.expire_all()
    assert seen(theirs) == {"图.pdf"}
    assert seen(acting(make.township(make.county()))[0]) == set()


@pytest.mark.databases
def test_a_file_comes_with_its_row_in_one_statement(acting, make, statements):
    document = make.document(make.item())
    make.document(make.item(duty_list=make.duty_list()))
    shown = {document.id: document.file.name}
    theirs, _ = acting(make.township())
    statements.clear()
    query = select(ItemAttachment).options(joinedload(ItemAttachment.file))
    assert {row.id: row.file.name for row in theirs.scalars(query)} == shown
    assert len([statement for statement in statements if "item_attachment" in statement]) == 1


@pytest.mark.parametrize("role", [RoleName.township_operator, RoleName.editorial_officer])
def test_to_see_one_file_reads_no_table_from_end_to_end(connection, make, role):
    document = make.document(make.item())
    with Session(connection) as theirs:
        actor = make.actor(make.township(), role)
        act_for(theirs, actor)
        query = select(Attachment.id).where(Attachment.id == document.file_id)
        sight = Sight(actor).criterion(Attachment)
        plain = query.where(sight).compile(connection, compile_kwargs={"literal_binds": True})
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {plain}")]
    assert any("item_attachment USING INDEX ix_item_attachment_file_id" in step for step in plan)
    scanned = {step.split()[1] for step in plan if step.startswith("SCAN")}  # or a table made for this statement
    assert not scanned & Model.metadata.tables.keys(), plan


def test_every_table_that_names_a_file_shows_it(monkeypatch):
    files = inspect(Attachment).local_table
    keys = {
        (mapper.class_, key.parent.name)
        for mapper in Model.registry.mappers
        for key in mapper.local_table.foreign_keys
        if key.column.table is files
    }
    assert (ItemAttachment, "file_id") in keys
    assert keys == {(model, column.key) for model in (*SCOPED, *PUBLIC) for column in names_file(model)}
    asked = []
    told = Scope(sees=lambda roles: asked.append(roles) or ItemAttachment.id == 0)
    monkeypatch.setitem(SCOPED, ItemAttachment, told)
    SCOPED[Attachment].sees(frozenset({RoleName.leader}))
    assert asked == [frozenset({RoleName.leader})]


def test_nobody_has_files(session, make, connection):
    make.file()
    with Session(connection) as theirs:
        act_for(theirs, NOBODY)
        assert seen(theirs) == set()
