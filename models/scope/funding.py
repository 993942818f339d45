"""Who sees what townships live on: the county, and each township what is its own; offices of the county write it."""

from __future__ import annotations

from typing import Any

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.funding import PostGrades, ReturnRatio, TownshipFunding
from models.roles import RoleName
from models.scope.reach import DISPATCHERS, EDITORS, only, reach


def _of_townships(model: Any, keepers: frozenset[RoleName]) -> Scope:
    here = model.region_id == REGION_ID
    return Scope(sees=reach(county=here, own=model.unit_id.in_(UNIT_IDS)), writes=only(keepers, here))


SCOPES: dict[type, Scope] = {
    TownshipFunding: _of_townships(TownshipFunding, DISPATCHERS),
    ReturnRatio: _of_townships(ReturnRatio, DISPATCHERS),
    PostGrades: _of_townships(PostGrades, EDITORS),
}
