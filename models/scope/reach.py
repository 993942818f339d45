"""How far a role sees: the words in which the criteria of every table are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from models.actor import REGION_ID
from models.door import Roles
from models.roles import COUNTY, EVERYWHERE, RoleName, observes

Criterion = ColumnElement[bool]


def reach(*, county: Criterion, own: Criterion) -> Callable[[Roles], Criterion]:
    """All of it, one county of it, or one's own: as far as the roles go. Who observes sees what is both.

    So no draft of the observed unit is shown that its county does not see.
    """

    def sees(roles: Roles) -> Criterion:
        if roles & EVERYWHERE:
            return true()
        if observes(roles):
            return and_(county, own)
        if not roles & COUNTY:
            return own
        return county if roles <= COUNTY else or_(county, own)

    return sees


def only(roles_that_may: frozenset[RoleName], criterion: Criterion) -> Callable[[Roles], Criterion]:
    """The criterion for those roles, and nothing for the others."""
    return lambda roles: criterion if roles & roles_that_may else false()


def everyone(criterion: Criterion) -> Callable[[Roles], Criterion]:
    return lambda roles: criterion


def of_county(model: Any) -> Callable[[Roles], Criterion]:
    """Everyone of the county sees all of it."""
    return reach(county=model.region_id == REGION_ID, own=model.region_id == REGION_ID)


MANAGERS = frozenset({RoleName.list_manager})
EDITORS = frozenset({RoleName.editorial_officer})
DISPATCHERS = frozenset({RoleName.county_dispatcher})
SUPERVISING = frozenset({RoleName.supervisor, RoleName.county_dispatcher})
SUPERVISORS = frozenset({RoleName.supervisor})
ADMINS = frozenset({RoleName.admin})
