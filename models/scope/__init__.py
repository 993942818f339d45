"""Which rows an actor may see, and which of them write: two criteria per table, or a reason why all may see them all.

A role sees as far as its reach: the whole deployment, its county, or what concerns its own units
(requirements B6). Almost everything hangs on the calls one may see; what a visible row points at is
visible too, or is in the public directory, else the page would show a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import false

from models.congress import CongressOpinion
from models.door import Roles, Scope, Undeclared
from models.notices import Notice
from models.roles import observes
from models.scope import (
    accountability,
    adjustments,
    admissions,
    agencies,
    appraisals,
    calendar,
    calls,
    circulars,
    establishment,
    evaluation,
    files,
    funding,
    imports,
    lists,
    local,
    matters,
    organisation,
    platforms,
    posts,
    ratings,
    records,
    staffing,
    step_files,
    taskforces,
)
from models.scope.files import names_file
from models.scope.reach import Criterion

__all__ = ["PUBLIC", "SCOPED", "join", "names_file"]

Said = TypeVar("Said")


def join(whole: dict[type, Said], *parts: Mapping[type, Said]) -> None:
    """Add what the parts say of their tables; of each table, one part."""
    for part in parts:
        if twice := [model.__name__ for model in part if model in whole]:
            raise Undeclared(f"{', '.join(twice)}: said in two parts; leave one of them")
        whole.update(part)


PUBLIC: dict[type, str] = {}
join(PUBLIC, lists.PUBLIC, organisation.PUBLIC)

SCOPED: dict[type, Scope] = {}
join(
    SCOPED,
    calls.SCOPES,
    accountability.SCOPES,
    agencies.SCOPES,
    appraisals.SCOPES,
    staffing.SCOPES,
    step_files.SCOPES,
    taskforces.SCOPES,
    establishment.SCOPES,
    evaluation.SCOPES,
    funding.SCOPES,
    platforms.SCOPES,
    posts.SCOPES,
    circulars.SCOPES,
    ratings.SCOPES,
    lists.SCOPES,
    adjustments.SCOPES,
    admissions.SCOPES,
    calendar.SCOPES,
    files.scopes(SCOPED, PUBLIC),
    local.SCOPES,
    matters.SCOPES,
    imports.SCOPES,
    organisation.SCOPES,
    records.SCOPES,
)

THEIRS = (Notice, CongressOpinion)
"""What they write who only observe: whatever the other tables say of their unit, they write none of it."""


def _unless_observing(writes: Callable[[Roles], Criterion]) -> Callable[[Roles], Criterion]:
    return lambda roles: false() if observes(roles) else writes(roles)


SCOPED |= {
    model: replace(scope, writes=_unless_observing(scope.writes))
    for model, scope in SCOPED.items()
    if scope.writes is not None and model not in THEIRS
}
