"""What a list said on a day (TA-08), and two of its editions side by side: what came, went, moved (TC-10, TS-04)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, inspect, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.base import N_, Word
from models.calls import ENDED, Call
from models.item_words import ListState
from models.lists import DutyList, ItemCooperation, ListItem
from models.organisation import Unit

PLACE = ("code", "category", "lead_department_id", "module_id", "platform")
"""What says where an item stands. If one of them changes, the item has moved."""

ASIDE = {"id", "region_id", "duty_list_id", "list_type_id", "state", "version", "search_key", "removed_on",
         "removed_reason", "root_id", "replaces_id", "replaced_by_id", "priority", "is_idle", "extra"}  # fmt: skip
"""What differs between any two versions, or follows from the rest."""


BOUND = (ListState.published, ListState.superseded)


def versions(root_id: int) -> Select[ListItem]:
    """A matter, by its first version, in the words of each edition that binds or has bound; the latest first."""
    of_matter = or_(ListItem.id == root_id, ListItem.root_id == root_id)
    bound = select(ListItem).join(ListItem.duty_list).where(of_matter, DutyList.state.in_(BOUND))
    return bound.options(contains_eager(ListItem.duty_list)).order_by(DutyList.edition.desc())


def version_on(session: Session, root_id: int, day: date) -> ListItem | None:
    """The version that was in force on a day, by which what happened then is judged (R36); of two, the later.

    What was struck out binds up to the day before, whenever the next edition comes.
    """
    in_force = (DutyList.effective_from <= day) & or_(DutyList.effective_to.is_(None), DutyList.effective_to >= day)
    found: ListItem | None = session.scalar(versions(root_id).where(in_force).limit(1))
    struck = found is not None and found.removed_on is not None and found.removed_on <= day
    return None if struck else found


class Difference(Word):
    """What happened to an item from one edition to another."""

    added = "added", N_("Added"), "done"
    dropped = "dropped", N_("Dropped"), "danger"
    moved = "moved", N_("Moved"), "warn"
    reworded = "reworded", N_("Reworded"), "info"
    same = "same", N_("Unchanged"), "muted"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an item that differs. `name` is a column, `cooperating`, or a declared field."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """One matter in two editions; one of the items is missing where it was added or dropped."""

    difference: Difference
    old: ListItem | None
    new: ListItem | None
    changes: tuple[Change, ...]
    open_calls: int
    """Calls under way that cite the matter, in any version."""


def compare(session: Session, old: DutyList, new: DutyList) -> list[Compared]:
    """Every matter of either edition, in the order of the newer; a handful of statements, however many items."""
    before, after = (_by_root(session, edition) for edition in (old, new))
    helpers = _helpers(session, [item.id for item in (*before.values(), *after.values())])
    calls = _open_calls(session, {*before, *after})
    found = [_compared(before.get(root), item, helpers, calls[root]) for root, item in after.items()]
    found += [_compared(item, None, helpers, calls[root]) for root, item in before.items() if root not in after]
    return found


def _by_root(session: Session, edition: DutyList) -> dict[int, ListItem]:
    of_edition = select(ListItem).where(ListItem.duty_list_id == edition.id).order_by(ListItem.code, ListItem.id)
    named = of_edition.options(joinedload(ListItem.lead_department), joinedload(ListItem.module))
    return {item.root_id or item.id: item for item in session.scalars(named)}


def _helpers(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    names = select(ItemCooperation.list_item_id, Unit.name).join(Unit, Unit.id == ItemCooperation.unit_id)
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for item_id, name in session.execute(names.where(ItemCooperation.list_item_id.in_(ids)).order_by(Unit.code)):
        found[item_id] += (name,)
    return found


def _open_calls(session: Session, roots: set[int]) -> Counter[int]:
    root = func.coalesce(ListItem.root_id, ListItem.id)
    calls = select(root, func.count()).select_from(Call).join(ListItem, ListItem.id == Call.list_item_id)
    waiting = calls.where(root.in_(roots), Call.state.not_in(ENDED)).group_by(root)
    return Counter(dict(session.execute(waiting).all()))


def _compared(
    old: ListItem | None, new: ListItem | None, helpers: Mapping[int, tuple[str, ...]], open_calls: int
) -> Compared:
    if old is None or new is None:
        return Compared(Difference.added if old is None else Difference.dropped, old, new, (), open_calls)
    changes = tuple(_changes(old, new, helpers))
    moved = any(change.name in PLACE for change in changes)
    kind = Difference.moved if moved else Difference.reworded if changes else Difference.same
    return Compared(kind, old, new, changes, open_calls)


def _changes(old: ListItem, new: ListItem, helpers: Mapping[int, tuple[str, ...]]) -> Iterator[Change]:
    for column in inspect(ListItem).column_attrs:
        if column.key not in ASIDE and getattr(old, column.key) != getattr(new, column.key):
            yield Change(column.key, getattr(old, column.key), getattr(new, column.key))
    if helpers[old.id] != helpers[new.id]:
        yield Change("cooperating", "、".join(helpers[old.id]), "、".join(helpers[new.id]))
    was, now = old.extra or {}, new.extra or {}
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield Change(name, was.get(name), now.get(name))
