"""The recorder tells who did what, when, where and why; and whoever touches it afterwards is found out."""

from __future__ import annotations

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.database import upgrade
from models import recorder
from models.base import Model
from models.calls import Call, CallState
from models.door import system_session
from models.organisation import Unit, UnitType
from models.recorder import HASHED, Origin, RecorderEntry, RecorderHead, Unrecorded, heads, set_origin, verify
from models.rules.calls import CALL
from models.workflow import Refused
from tests.make import NOW, Make
from tests.models.look import entries

pytestmark = pytest.mark.databases
ENTRY, HEAD = RecorderEntry.__table__, RecorderHead.__table__


# What is told


@pytest.mark.requirement("TC-48")
def test_a_new_row_leaves_what_it_began_with(session, make):
    call = make.call(title="Rubbish")
    (entry,) = entries(session, call)
    assert (entry.action, entry.before, entry.chain) == ("create", {}, call.region_id)
    assert {"title": "Rubbish", "state": "draft", "scope": "complex"}.items() <= entry.after.items()
    assert "version" not in entry.after
    assert "number" not in entry.after, "what is empty is not told"


@pytest.mark.requirement("TC-48")
def test_an_edit_leaves_what_changed_and_nothing_else(session, make):
    call, village = make.call(title="Rubish"), make.village()
    assert (call.title, call.place_unit) == ("Rubish", None)
    call.title, call.place_unit = "Rubbish", village
    session.commit()
    entry = entries(session, call)[-1]
    assert entry.action == "edit"
    assert entry.before == {"title": "Rubish", "place_unit_id": None}
    assert entry.after == {"title": "Rubbish", "place_unit_id": village.id}


@pytest.mark.requirement("TC-48")
def test_a_deleted_row_leaves_what_it_was(session, make):
    call = make.call(title="Rubbish")
    assert call.title == "Rubbish"
    session.delete(call)
    session.commit()
    entry = entries(session, call)[-1]
    assert (entry.action, entry.before["title"], entry.after) == ("delete", "Rubbish", {})


def test_an_edit_of_a_row_not_yet_read_leaves_what_it_was(session, make):
    call = make.call(title="Rubish")
    session.expire(call)
    call.title = "Rubbish"
    session.commit()
    assert entries(session, call)[-1].before == {"title": "Rubish"}


def test_what_was_set_and_set_back_leaves_nothing(session, make):
    call = make.call(title="Rubbish")
    title = call.title
    call.title = "Noise"
    call.title = title
    session.commit()
    assert len(entries(session, call)) == 1


@pytest.mark.requirement("TC-48", "TC-50")
def test_a_move_is_one_entry_with_its_reason(session, make):
    call = make.call(state=CallState.submitted)
    caller = make.actor(call.caller_unit)
    make.press(call, "withdraw", caller, at=NOW + timedelta(hours=1), note="Settled by ourselves.")
    entry = entries(session, call)[-1]
    assert (entry.action, entry.note) == ("withdraw", "Settled by ourselves.")
    assert (entry.before, entry.after) == ({"state": "submitted"}, {"state": "withdrawn"})
    assert (entry.user_id, entry.unit_id, entry.at) == (caller.user_id, caller.unit_id, NOW + timedelta(hours=1))


def test_a_move_is_one_entry_however_often_it_flushes(session, make):
    call = make.call()
    make.press(call, "send")  # the number, the clock and the messages are flushed one after the other
    entry = entries(session, call)[-1]
    assert [e.action for e in entries(session, call)] == ["create", "send"]
    assert entry.before == {"state": "draft", "number": None, "sent_at": None, "accept_due": None}
    assert entry.after.keys() == entry.before.keys()


def test_what_follows_by_itself_is_told_apart_and_as_nobodys(session, make):
    call = make.call(state=CallState.dispatched)
    part = make.assignments(call)[0]
    make.press(part, "respond", promised_due=NOW + timedelta(days=1))
    assert (entries(session, part)[-1].action, entries(session, call)[-1].action) == ("respond", "first_response")
    assert entries(session, part)[-1].user_id == make.actor(part.department).user_id
    assert entries(session, call)[-1].user_id is None


@pytest.mark.requirement("TC-50")
def test_who_in_whose_name_when_and_where_is_told(session, make):
    someone = make.actor(make.township())
    at = datetime(2026, 11, 23, 7, 30, 15, 123456, tzinfo=UTC)
    set_origin(session, Origin(actor=someone, at=at, ip="10.3.2.1", place="27.56,119.72", request_id="r1"))
    unit = make.department()
    (entry, *_) = entries(session, unit)
    assert (entry.user_id, entry.unit_id, entry.at) == (someone.user_id, someone.unit_id, at)
    assert (entry.ip, entry.place, entry.request_id) == ("10.3.2.1", "27.56,119.72", "r1")


def test_what_hangs_on_a_call_is_found_by_it(session, make):
    case = make.case()
    part = make.assignments(case.call)[0]
    of_call = select(RecorderEntry.subject_type).where(RecorderEntry.call_id == case.call_id)
    assert set(session.scalars(of_call)) == {"call", "call_assignment", "coordination_case"}
    assert {entry.call_id for entry in entries(session, part)} == {case.call_id}


def test_each_county_has_a_chain_and_what_is_above_has_its_own(session, make):
    ours, theirs = make.county(), make.county()
    posting = make.posting(unit=make.township(ours))
    assert {entry.chain for entry in entries(session, posting)} == {recorder.DEPLOYMENT}
    assert {entry.chain for entry in entries(session, make.department(theirs))} == {theirs.id}
    assert {ours.id, theirs.id} < heads(session).keys()


def test_a_long_reason_is_cut_and_still_proven(session, make):
    call = make.call(state=CallState.submitted)
    make.press(call, "withdraw", note="很" * 3000)
    assert entries(session, call)[-1].note == "很" * 2000
    assert faults(session) == []


UNRECORDED = {
    "AccountabilityDeed", "CallCounter", "CallEvent", "CircularFailure", "EarlyWarning", "Holding", "ImportRow",
    "LadderRehearsalCall", "LadderRehearsalLine", "LedgerAudit", "Notice", "Nudge", "Outbox", "Promise",
    "PublishedFigure", "RecorderEntry", "RecorderHead", "Reminder", "ScorePart", "ScoreResult", "WebhookDelivery",
}  # fmt: skip


def test_all_tables_are_recorded_but_these():
    mappers = Model.registry.mappers
    assert {mapper.class_.__name__ for mapper in mappers if not recorder.is_recorded(mapper)} == UNRECORDED


# What is refused


def test_a_refused_change_leaves_no_entry(session, make):
    call = make.call()
    before = session.scalars(select(RecorderEntry.id)).all()
    call.list_item_id = None
    with pytest.raises(Refused):
        make.press(call, "send")
    session.rollback()
    assert session.scalars(select(RecorderEntry.id)).all() == before


def test_an_edit_after_a_refused_move_is_an_edit(session, make):
    call = make.call(make.township(make.county(limits=False)))
    with pytest.raises(Refused, match="No time limit"):
        make.press(call, "send")
    session.rollback()
    call.title = "Another title"
    session.commit()
    assert entries(session, call)[-1].action == "edit"


def test_a_row_that_moves_at_once_leaves_both(session, make):
    draft = make.call()
    columns = {name: getattr(draft, name) for name in ("region_id", "caller_unit", "list_item", "created_at")}
    call = Call(title="At once", **columns)
    session.add(call)
    make.press(call, "send", make.actor(draft.caller_unit))
    assert [entry.action for entry in entries(session, call)] == ["create", "send"]


def test_without_a_key_nothing_is_written(session, make, monkeypatch):
    call = make.call(title="Rubbish")
    monkeypatch.setattr(recorder, "_key", [])
    call.title = "Noise"
    with pytest.raises(Unrecorded):
        session.commit()
    session.rollback()
    assert call.title == "Rubbish"
    with pytest.raises(Unrecorded):
        make.press(call, "send")
    session.rollback()
    assert call.state is CallState.draft


# Who touches it is found out


@pytest.fixture
def chain(session, make):
    """The county whose chain is touched, with some history in it."""
    call = make.call(title="Rubbish", state=CallState.submitted)
    set_origin(session, Origin(actor=make.actor(call.caller_unit), at=NOW, ip="10.3.2.1", place="here", request_id="r"))
    make.press(call, "return_for_correction", note="Which village?")
    make.press(call, "send")
    return make.home.id


def faults(session, anchors=None):
    session.expire_all()
    return [(fault.chain, fault.seq, fault.reason) for fault in verify(session, anchors or {})]


def test_an_untouched_recorder_is_sound(session, chain):
    assert faults(session) == []
    assert faults(session, heads(session)) == []


OTHERS = {
    "at": datetime(2026, 11, 23, 0, 59, tzinfo=UTC),
    "before": {"state": "accepted"},
    "after": {"state": "accepted"},
    "prev_hash": "f" * 64,
    "hash": "f" * 64,
    "user_id": 99,
    "unit_id": 99,
    "call_id": 99,
    "subject_id": 99,
    "seq": 99,
    "chain": 999_999,
}


@pytest.mark.requirement("TC-48", "TC-50")
def test_a_change_of_any_column_is_found_and_the_entry_named(session, chain):
    seq = heads(session)[chain][0] - 1
    of_entry = (ENTRY.c.chain == chain) & (ENTRY.c.seq == seq)
    assert session.scalar(select(ENTRY.c.action).where(of_entry)) == "return_for_correction"
    for column in sorted(set(ENTRY.columns.keys()) - {"id"}):
        with session.begin_nested() as attack:
            session.execute(update(ENTRY).where(of_entry).values({column: OTHERS.get(column, "else")}))
            found = faults(session)
            attack.rollback()
        assert found[0] == (chain, seq, "missing" if column in ("seq", "chain") else "changed"), column
    assert faults(session) == []


@pytest.mark.requirement("TC-48")
def test_an_entry_taken_out_is_missed(session, chain):
    session.execute(delete(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq == 3))
    assert faults(session) == [(chain, 3, "missing")]


def test_a_fault_leaves_no_cursor_open(database, session, chain):
    if database == "sqlite":
        pytest.skip("SQLite has no cursors that outlive their statement")
    session.execute(delete(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq == 3))
    faults(session)
    assert session.scalar(text("SELECT count(*) FROM pg_cursors")) == 0


@pytest.mark.requirement("TC-48")
def test_an_entry_taken_out_and_the_gap_closed_is_missed(session, chain):
    session.execute(delete(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq == 3))
    for seq in range(4, heads(session)[chain][0] + 1):
        session.execute(update(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq == seq).values(seq=seq - 1))
    assert faults(session) == [(chain, 3, "changed")]


@pytest.mark.requirement("TC-48")
def test_an_end_cut_off_is_missed(session, chain):
    last = heads(session)[chain][0]
    session.execute(delete(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq >= last - 1))
    assert faults(session) == [(chain, last - 1, "the chain ends before its head")]


def test_two_entries_exchanged_are_found(session, chain):
    for old, new in ((3, 1000), (4, 3), (1000, 4)):
        session.execute(update(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq == old).values(seq=new))
    assert faults(session) == [(chain, 3, "changed")]


def test_two_entries_that_exchange_their_ids_are_found(session, chain):
    """Not sealed, but the order in which one row's entries are read."""
    keys = session.scalars(select(ENTRY.c.id).where(ENTRY.c.chain == chain, ENTRY.c.seq.in_((3, 4)))).all()
    for old, new in ((min(keys), -1), (max(keys), min(keys)), (-1, max(keys))):
        session.execute(update(ENTRY).where(ENTRY.c.id == old).values(id=new))
    assert faults(session) == [(chain, 4, "changed")]


def test_of_several_kept_heads_each_must_fit(session, chain):
    seq, seal = heads(session)[chain]
    session.expire_all()
    assert verify(session, {chain: (seq, seal)}, {chain: (1, "f" * 64)})[0].seq == 1
    assert verify(session, {chain: (seq, "f" * 64)}, {chain: (seq, seal)})[0].reason == "differs from the anchor"


def test_an_entry_put_in_is_found(session, chain):
    last, seal = heads(session)[chain]
    row = dict(session.execute(select(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq == last)).mappings().one())
    del row["id"]
    session.execute(insert(ENTRY).values(row | {"seq": last + 1, "prev_hash": seal}))
    session.execute(update(HEAD).where(HEAD.c.chain == chain).values(seq=last + 1))
    assert faults(session) == [(chain, last + 1, "changed")]


@pytest.mark.requirement("TC-48")
def test_a_chain_sealed_anew_without_the_key_is_found(session, chain, monkeypatch):
    monkeypatch.setattr(recorder, "_key", [b"another key, of one who has the database alone"])
    reseal(session, chain)
    monkeypatch.undo()
    assert faults(session) == [(chain, 1, "changed")]


def test_a_chain_of_plain_hashes_is_found(session, chain, monkeypatch):
    monkeypatch.setattr(recorder, "seal", lambda entry: hashlib.sha256(json.dumps(str(entry)).encode()).hexdigest())
    reseal(session, chain)
    monkeypatch.undo()
    assert faults(session) == [(chain, 1, "changed")]


def reseal(session, chain):
    """Hash every entry again, as it stands, and the head: what somebody with the database can do."""
    last = recorder.GENESIS
    for entry in session.scalars(select(RecorderEntry).where(RecorderEntry.chain == chain).order_by(RecorderEntry.seq)):
        values = {name: getattr(entry, name) for name in HASHED} | {"prev_hash": last}
        last = recorder.seal(values)
        session.execute(update(ENTRY).where(ENTRY.c.id == entry.id).values(prev_hash=values["prev_hash"], hash=last))
    session.execute(update(HEAD).where(HEAD.c.chain == chain).values(hash=last))


# Heads kept outside


def test_a_chain_cut_back_with_its_head_is_found_by_the_anchor(session, chain):
    anchors = heads(session)
    last = anchors[chain][0]
    cut_back(session, chain, last - 1)
    assert faults(session) == []
    assert faults(session, anchors) == [(chain, last, "the anchor is newer than the head")]


def test_a_chain_cut_back_and_grown_again_is_found_by_the_anchor(session, make, chain):
    anchors = heads(session)
    last = anchors[chain][0]
    cut_back(session, chain, last - 1)
    session.expire_all()
    make.department()
    assert faults(session) == []
    assert faults(session, anchors) == [(chain, last, "differs from the anchor")]


def test_an_anchor_allows_what_came_after_it(session, make, chain):
    anchors = heads(session)
    make.department()
    assert faults(session, anchors) == []


def test_a_chain_done_away_with_is_found_by_the_anchor(session, chain):
    anchors = heads(session)
    session.execute(delete(ENTRY).where(ENTRY.c.chain == chain))
    session.execute(delete(HEAD).where(HEAD.c.chain == chain))
    assert [fault[0] for fault in faults(session, anchors)] == [chain]


def test_a_head_done_away_with_is_found(session, chain):
    session.execute(delete(HEAD).where(HEAD.c.chain == chain))
    assert [fault[0] for fault in faults(session)] == [chain]


def cut_back(session, chain, seq):
    seal = session.scalar(select(ENTRY.c.hash).where(ENTRY.c.chain == chain, ENTRY.c.seq == seq))
    session.execute(delete(ENTRY).where(ENTRY.c.chain == chain, ENTRY.c.seq > seq))
    session.execute(update(HEAD).where(HEAD.c.chain == chain).values(seq=seq, hash=seal))


# At once


def test_two_who_write_at_once_make_one_chain(own_engine):
    county_id, writer = writers(own_engine)
    writer(0)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(writer, range(1, 13)))
    with system_session(own_engine) as session:
        assert faults(session) == []
        written = select(RecorderEntry.seq).where(RecorderEntry.chain == county_id).order_by(RecorderEntry.seq)
        assert len(set(session.scalars(written))) == heads(session)[county_id][0] >= 13


def test_the_first_two_of_a_chain_may_write_at_once(own_engine):
    county_id, writer = writers(own_engine)
    with ThreadPoolExecutor(1) as thread, system_session(own_engine) as session:
        session.add(Unit(code="first", name="first", unit_type=UnitType.office, region_id=county_id))
        session.flush()
        later = thread.submit(writer, 1)
        time.sleep(0.3)  # it waits for us meanwhile
        session.commit()
        later.result()
    with system_session(own_engine) as session:
        assert (faults(session), heads(session)[county_id][0]) == ([], 2)


def writers(engine):
    """A county without a chain yet, and somebody who writes one entry into it."""
    with system_session(engine) as session, session.begin():
        county = Unit(code="C", name="C", unit_type=UnitType.county)
        session.add(county)
        session.flush()
        county_id = county.id

    def write(n):
        with system_session(engine) as session, session.begin():
            session.add(Unit(code=f"U{n}", name=f"U{n}", unit_type=UnitType.office, region_id=county_id))

    return county_id, write


# The database itself refuses


@pytest.fixture
def migrated(bare_url):
    """A database as it is deployed: by migrations, with their triggers."""
    upgrade(bare_url)
    engine = create_engine(bare_url)
    with system_session(engine) as session:
        Make(session).county()
    yield engine
    engine.dispose()


ATTACKS = {
    "update": "UPDATE recorder_entry SET note = 'else'",
    "update of one": "UPDATE recorder_entry SET hash = prev_hash WHERE seq = 1",
    "delete": "DELETE FROM recorder_entry",
    "delete of one": "DELETE FROM recorder_entry WHERE seq = 1",
}


@pytest.mark.requirement("TC-48")
def test_the_database_lets_nobody_change_or_delete_an_entry(migrated, database):
    attacks = [*ATTACKS.values(), *(["TRUNCATE recorder_entry"] if database == "postgresql" else [])]
    for attack in attacks:
        with migrated.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(attack))
    with system_session(migrated) as session:
        assert faults(session) == []


def test_the_database_lets_nobody_replace_an_entry(migrated, database):
    with Session(migrated) as session:
        row = dict(session.connection().execute(select(ENTRY).where(ENTRY.c.seq == 1)).mappings().first())
    statement = insert(ENTRY).values(row | {"note": "else"})
    with migrated.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(statement.prefix_with("OR REPLACE") if database == "sqlite" else statement)


def test_a_move_that_fails_in_the_middle_leaves_the_recorder_sound(session, make):
    call = make.call(make.township(make.county(limits=False)))
    for _ in range(2):
        with suppress(Refused):
            CALL.move(session, call, "send", actor=make.actor(call.caller_unit), now=NOW)
        session.rollback()
    make.department()
    assert faults(session) == []
