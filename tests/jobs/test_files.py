"""What an undone transaction kept is swept away: only that, and not before it is a day old."""

import os
import time
from datetime import timedelta

import pytest

from jobs.files import remove_unnamed
from models.store import Store
from tests.make import NOW

HOUR = 3600


@pytest.fixture
def store(settings):
    return Store(settings().files)


@pytest.fixture
def put(store):
    """`put(hours)`: a file that was kept so many hours ago; its key."""

    def put(hours):
        key = store.put(b"%PDF-")
        age(store.path(key), hours)
        return key

    return put


def age(path, hours):
    moment = time.time() - hours * HOUR
    os.utime(path, (moment, moment))


def test_old_files_that_no_row_names_are_removed_and_no_others(session, make, store, put):
    named, small, lost, fresh = put(48), put(48), put(25), put(23)
    make.file(key=named, thumbnail_key=small)
    draft = store.path(lost).with_suffix(".part")
    draft.write_bytes(b"half")
    age(draft, 25)
    assert remove_unnamed(session, NOW) == (2, 2)
    assert {path.name for path in store.folder.rglob("*") if path.is_file()} == {named, small, fresh}
    assert remove_unnamed(session, NOW) == (0, 0)


def test_a_sweep_as_of_a_later_day_leaves_what_is_being_sent(session, store, put):
    fresh = put(0)
    assert remove_unnamed(session, NOW + timedelta(days=400)) == (0, 0)
    assert store.path(fresh).exists()


def test_where_nothing_was_ever_sent_there_is_nothing_to_do(session, store):
    assert remove_unnamed(session, NOW) == (0, 0)
    assert not store.folder.exists()


@pytest.mark.databases
def test_many_are_removed_by_as_many_statements_as_few(session, make, put, statements):
    def cost(number):
        for _ in range(number):
            put(30)
            make.file(key=put(30))
        session.commit()
        statements.clear()
        assert remove_unnamed(session, NOW) == (number, number)
        return len([statement for statement in statements if "attachment" in statement])

    assert cost(3) == cost(23) == 1
