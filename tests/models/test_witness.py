"""A row that was changed behind the recorder is named; one that the rules changed is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select, update

from models import witness
from models.calendar import CalendarDay
from models.calls import Call, CallState
from models.organisation import Unit
from models.rules.organisation import move_unit
from tests.make import NOW, SOON

pytestmark = pytest.mark.databases
CALL, UNIT = Call.__table__, Unit.__table__


@pytest.fixture
def call(session, make):
    """A call with some history, in a county with some."""
    call = make.call(title="Rubbish", state=CallState.dispatched)
    make.press(make.assignments(call)[0], "respond", promised_due=SOON)
    return call


def found(session):
    session.expire_all()
    return [difference[1:] for difference in witness.differences(session)]


def test_what_the_rules_wrote_is_as_the_entries_tell(session, make, call):
    day = CalendarDay(region_id=make.home.id, day=date(2026, 12, 1), is_working=False)
    session.add(day)
    make.posting(unit=make.township())
    session.flush()
    session.delete(day)
    session.commit()
    assert found(session) == []


@pytest.mark.parametrize(
    ("column", "value"), [("title", "Noise"), ("state", "resolved"), ("sent_at", None), ("confirmed_at", NOW)]
)
def test_each_changed_column_is_named(session, call, column, value):
    session.execute(update(CALL).where(CALL.c.id == call.id).values({column: value}))
    assert found(session) == [("call", call.id, f"differs from its entries: {column}")]


@pytest.mark.parametrize("said", ["31.5", "31.123456789", "31"])
def test_a_number_is_told_with_as_many_digits_as_are_kept(session, call, said):
    call.latitude = Decimal(said)
    session.commit()
    assert found(session) == []
    assert call.latitude == round(Decimal(said), 6)


def test_a_number_that_no_column_holds_is_left_to_whoever_checks_it(call):
    call.latitude = Decimal("1e40")
    assert call.latitude == Decimal("1e40")


def test_what_the_recorder_leaves_out_is_left_out(session, call):
    session.execute(update(CALL).where(CALL.c.id == call.id).values(version=77))
    assert found(session) == []


def test_a_row_that_nobody_entered_is_named(session, make):
    unit = make.department()
    row = dict(session.execute(select(UNIT).where(UNIT.c.id == unit.id)).mappings().one())
    session.execute(insert(UNIT).values(row | {"id": unit.id + 50, "code": "forged", "name": "forged"}))
    assert found(session) == [("unit", unit.id + 50, "has no entry")]


def test_a_row_that_was_taken_away_is_missed(session, make):
    unit = make.department()
    key = unit.id
    session.execute(delete(UNIT).where(UNIT.c.id == key))
    assert found(session) == [("unit", key, "is gone")]


def test_a_row_that_was_deleted_and_put_back_is_named(session, make):
    unit = make.department()
    row = dict(session.execute(select(UNIT).where(UNIT.c.id == unit.id)).mappings().one())
    session.delete(unit)
    session.commit()
    assert found(session) == []
    session.execute(insert(UNIT).values(row))
    assert found(session) == [("unit", row["id"], "is there, and was deleted")]


def test_a_branch_that_moved_is_no_difference(session, make):
    village = make.village()
    move_unit(session, village.parent, make.township())
    session.commit()
    assert found(session) == []


def test_a_table_is_read_in_pieces(session, make, call, monkeypatch):
    monkeypatch.setattr(witness, "BATCH", 2)
    assert found(session) == []
    session.execute(update(CALL).where(CALL.c.id == call.id).values(title="Noise"))
    assert [difference[:2] for difference in found(session)] == [("call", call.id)]
