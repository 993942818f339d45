"""Who sees what townships and villages keep: the unit itself, those above it, whom a row names, and the county."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.grids import Grid, GridArea, GridAssignment, GridState, GridTask
from models.scope.calls import above_me
from models.scope.reach import everyone, reach

# Who serves in one grid of a village knows the others: grids merge, and all serve under the same commissioner.
my_grids = or_(Grid.unit_id.in_(UNIT_IDS), Grid.village_id.in_(above_me))


def kept(model: Any, *named: ColumnElement[bool], writes: ColumnElement[bool] | None = None) -> Scope:
    """A unit's own rows: it writes them, with all below it; whom they name sees them, too."""
    own = model.unit_id.in_(UNIT_IDS)
    return Scope(
        sees=reach(county=model.region_id == REGION_ID, own=or_(own, *named)),
        writes=everyone(own if writes is None else and_(own, writes)),
    )


def _of_grid(model: Any) -> Scope:
    """What hangs on a grid is seen with it, and fixed when it ends."""
    mine = select(Grid.id).where(Grid.unit_id.in_(UNIT_IDS), Grid.state == GridState.in_force)
    return Scope(
        sees=reach(county=model.region_id == REGION_ID, own=model.grid_id.in_(select(Grid.id).where(my_grids))),
        writes=everyone(model.grid_id.in_(mine)),
    )


SCOPES: dict[type, Scope] = {
    Grid: kept(Grid, my_grids, writes=Grid.state == GridState.in_force),
    GridArea: _of_grid(GridArea),
    GridTask: _of_grid(GridTask),
    GridAssignment: _of_grid(GridAssignment),
}
