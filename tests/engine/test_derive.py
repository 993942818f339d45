"""What a declaration leaves out follows from the mapper."""

from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Float, LargeBinary, SmallInteger, Unicode, UnicodeText

from app.engine.declare import Console
from app.engine.derive import shape_of
from app.engine.fields import fields_of, kind_of
from models.base import UtcDateTime
from tests.engine.toy import Book, Kind, Shelf

BOOK = fields_of(Book)


def shape(**options):
    return shape_of(Console(model=Book, name="Books", category="Data", **options))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("id", "number"),
        ("title", "text"),
        ("about", "long_text"),
        ("kind", "word"),
        ("pages", "number"),
        ("price", "decimal"),
        ("lent", "flag"),
        ("printed_on", "day"),
        ("shown_at", "hour"),
        ("due_at", "moment"),
        ("extra", "data"),
        ("shelf", "row"),
    ],
)
def test_a_column_has_the_kind_of_its_type(name, kind):
    assert BOOK[name].kind == kind


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (UtcDateTime(), "moment"),
        (Unicode(9), "text"),
        (UnicodeText(), "long_text"),
        (BigInteger(), "number"),
        (SmallInteger(), "number"),
        (LargeBinary(), "data"),
        (Float(), "decimal"),
    ],
)
def test_a_type_that_extends_or_decorates_another_counts_as_that_one(type_, kind):
    assert kind_of(type_) == kind


def test_a_relation_stands_for_its_key_and_lists_of_rows_are_left_out():
    assert BOOK["shelf"].target is Shelf
    assert BOOK["sequel"].target is Book
    assert not BOOK.keys() & {"shelf_id", "sequel_id", "prequels"}


def test_labels_helps_lengths_words_and_defaults_come_from_the_column():
    assert (BOOK["title"].label, BOOK["title"].help, BOOK["title"].length) == ("Title", "As on its first page.", 120)
    assert (BOOK["kind"].words, BOOK["kind"].default, BOOK["kind"].length) == (Kind, Kind.novel, None)
    assert BOOK["shelf"].label == "Shelf"
    assert BOOK["barcode"].label == ""


def test_required_is_what_can_be_neither_empty_nor_filled_in():
    assert {name for name, field in BOOK.items() if field.required and not field.protected} == {
        "title",
        "pages",
        "shelf",
    }


def test_protected_is_the_key_what_says_so_and_what_has_no_label():
    assert {name for name, field in BOOK.items() if field.protected} == {"id", "state", "barcode", "version"}


def test_a_form_has_what_is_labelled_and_not_protected():
    labelled = tuple(name for name, field in BOOK.items() if field.label)
    assert shape().shown == labelled
    assert shape().form == tuple(name for name in labelled if name != "state")


def test_an_empty_form_is_kept_empty():
    assert shape(form=()).form == ()


def test_a_list_has_eight_columns_that_are_short():
    listed = shape().listed
    assert len(listed) == 8
    assert listed == ("title", "kind", "pages", "lent", "printed_on", "due_at", "state", "shelf")


def test_a_search_looks_at_what_is_listed_and_at_texts_and_words():
    assert shape().searched == ("title", "kind", "pages", "lent", "printed_on", "due_at", "state", "shelf")
    assert shape(listed=("pages",)).searched == ("title", "kind", "pages", "state")


def test_what_is_declared_wins():
    declared = shape(listed=("price",), shown=("about",), form=("title",), searched=("kind",), order=("pages", "asc"))
    told = (declared.listed, declared.shown, declared.form, declared.searched, declared.order)
    assert told == (("price",), ("about",), ("title",), ("kind",), ("pages", "asc"))


def test_newest_come_first_unless_declared():
    assert shape().order == ("id", "desc")


def test_one_sorts_by_what_is_listed_but_not_by_relations_or_data():
    assert shape(listed=("title", "shelf", "extra", "pages")).sortable == ("id", "title", "pages")
    assert shape(listed=("title", "shelf", "pages"), unsorted=("pages",)).sortable == ("id", "title")


def test_one_filters_by_what_is_searched_and_by_the_relations_listed():
    assert shape(listed=("title", "shelf", "pages"), searched=("kind",)).filterable == ("id", "kind", "shelf")


def test_resource_and_permission_are_named_after_table_and_model():
    assert (shape().resource, shape().permission) == ("book", "Book")
