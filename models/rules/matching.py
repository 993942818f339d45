"""Which rule of a clock fits a matter: the first one in force whose every condition is met. Pure, but for `about`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from models.calendar import WORKING, Clock, TimeLimit
from models.lists import ListItem
from models.words import CallScope


@dataclass(frozen=True, slots=True)
class Matter:
    """What a clock is about, as far as rules may ask. `item`: the first self of the list item."""

    scope: CallScope | None = None
    item: int | None = None
    category: str = ""
    department: int | None = None


ANY = Matter()
"""Of which nothing is known: only a rule without conditions fits."""


BY_DAY_AND_NIGHT = frozenset({Clock.accept, Clock.respond, Clock.promise, Clock.resolve})
"""What an emergency does not leave until office hours."""


def first_that_fits(rules: Iterable[TimeLimit], matter: Matter) -> TimeLimit | None:
    """`rules`: those of one clock, in their order. One that rests gives way in an emergency, if any does not rest."""
    fitting = [rule for rule in rules if fits(rule, matter)]
    waking = (rule for rule in fitting if matter.scope is not CallScope.emergency or not rests(rule))
    return next(waking, fitting[0] if fitting else None)


def rests(rule: TimeLimit) -> bool:
    """Whether it counts working time where an emergency is counted by day and night."""
    return rule.clock in BY_DAY_AND_NIGHT and rule.unit in WORKING


def fits(rule: TimeLimit, matter: Matter) -> bool:
    return (
        rule.scope in (None, matter.scope)
        and rule.root_item_id in (None, matter.item)
        and rule.category in ("", matter.category)
        and rule.department_id in (None, matter.department)
    )


def is_general(rule: TimeLimit) -> bool:
    """Whether it fits whatever there is."""
    return fits(rule, ANY)


def about(subject: Any, department: int | None = None) -> Matter:
    """A call, a part of one, or a coordination case, as rules ask about it."""
    call = subject if hasattr(subject, "list_item_id") else subject.call
    of_call = getattr(subject, "call", subject)
    return Matter(of_call.scope if of_call else None, root_of(call.list_item), call.category or "", department)


def root_of(item: ListItem | None) -> int | None:
    """By which an item is known in every edition."""
    return (item.root_id or item.id) if item is not None else None
