"""Who sees a file: whoever sees a row that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, exists, inspect, or_, true
from sqlalchemy.orm import Mapper

from models.actor import UNIT_IDS
from models.door import Roles, Scope
from models.files import Attachment
from models.roles import EVERYWHERE, observes
from models.scope.reach import Criterion, everyone


def scopes(scoped: Mapping[type, Scope], public: Mapping[type, str]) -> dict[type, Scope]:
    """The scope of files, which asks those of all tables that name one."""

    def ways_to_files() -> Iterator[tuple[ColumnElement[int], Callable[[Roles], Criterion]]]:
        for model in (*scoped, *public):
            for column in names_file(model):
                yield column, scoped[model].sees if model in scoped else everyone(true())

    def with_a_row(roles: Roles) -> Criterion:
        # Each table is asked by the index of its key to the file: behind `CASE`, a planner cannot take the criterion's
        # own index instead, and read a county's rows for each file.
        if roles & EVERYWHERE:
            return true()
        shown = [
            exists().where(column == Attachment.id, case((column.is_not(None), sees(roles)))).correlate(Attachment)
            for column, sees in ways_to_files()
        ]
        return or_(*shown) if observes(roles) else or_(Attachment.unit_id.in_(UNIT_IDS), *shown)

    return {Attachment: Scope(sees=with_a_row)}


def names_file(model: type) -> list[ColumnElement[int]]:
    """The columns by which the rows of a table name a file."""
    mapper: Mapper[Any] = inspect(model)
    files = inspect(Attachment).local_table
    return [
        getattr(model, mapper.get_property_by_column(column).key)
        for column in mapper.local_table.columns
        if any(key.column.table is files for key in column.foreign_keys)
    ]
