"""What is asked of an item, in a list or in a proposal for one: the columns that the list's type has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.engine.declare import Extra, Variant
from app.engine.fields import translated
from models.base import N_
from models.item_words import FieldKind, ItemColumn
from models.lists import DutyList, ListField, ListType
from models.queries.list_types import fields_of_type

USUAL = tuple(column.value for column in ItemColumn)
UNSAID = ("cooperating_departments", "online", "is_blind_spot", "is_overlap")
"""Named with the approval; and what cannot be left open."""
SAYABLE = tuple(name for name in USUAL if name not in UNSAID)
PLAIN = ("title", "category", "lead_department", "department_duties", "township_duties", "legal_basis", "module")
RARE = tuple(name for name in SAYABLE if name not in PLAIN)
"""What few proposals say."""
DEMANDED = N_("Mandatory: without it the list does not go to review.")
SPARED = ("forbidden_kind", "exception_level")


def of_type(session: Any, pointed: DutyList | ListType) -> Variant:
    """The columns of an item follow from its list's type."""
    type_id = pointed.list_type_id if isinstance(pointed, DutyList) else pointed.id
    fields = fields_of_type(session, type_id)
    return Variant(
        form=("code", "title", *(field.name for field in fields)),
        labels={field.name: field.label for field in fields if field.column is not None and field.label},
        helps={field.name: _help(field) for field in fields},
        extras=tuple(Extra.of(field) for field in fields if field.column is None),
    )


def _help(field: ListField) -> str:
    said = (field.help, translated(DEMANDED) if field.required and field.column else "")
    return " ".join(filter(None, said))


def of_proposal(
    before: tuple[str, ...], after: tuple[str, ...], *, given: tuple[str, ...] = ()
) -> Callable[[Any, DutyList], Variant]:
    """What a proposal may say of an item of its list's type, between the proposal's own fields.

    `given` is said by other means. Nothing is demanded of a draft; a yes-or-no, which cannot be left unsaid, is not
    asked; and whether it is a task that streets are spared is asked whatever the type (R6).
    """

    def variant(session: Any, duty_list: DutyList) -> Variant:
        fields = fields_of_type(session, duty_list.list_type_id)
        usual = [field.name for field in fields if field.column in SAYABLE and field.name not in given]
        own = [Extra.of(field) for field in fields if field.column is None and field.kind is not FieldKind.flag]
        always = (ItemColumn.module,) if duty_list.list_type.in_modules else ()
        return Variant(
            form=tuple(dict.fromkeys((*before, *usual, *always, *SPARED, *(extra.name for extra in own), *after))),
            labels={field.name: field.label for field in fields if field.column is not None and field.label},
            extras=tuple(replace(extra, required=False) for extra in own),
        )

    return variant
