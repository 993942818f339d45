"""Builders of what townships and villages keep. States are reached by the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from models.grids import Force, Frequency, Grid, GridArea, GridAssignment, GridRole, GridTask
from models.organisation import Unit, UnitType
from models.rules.grids import GRID

LOCAL_WORKFLOWS: dict[type, Any] = {Grid: GRID}


class MakeLocal:
    """The part of `Make` that knows what townships and villages keep."""

    def grid_profile(self: Any, place: Unit | None = None, *areas: str, force: Force | None = None) -> Any:
        """A grid in a village, or in that of a grid unit; with what it covers. Special, if a force is named."""
        place = place or self.village()
        village = place.parent if place.unit_type is UnitType.grid else place
        of_grid = {"region_id": place.region_id, "unit_id": place.id, "village_id": village.id}
        grid = self._add(Grid(name=self._name("Grid"), is_comprehensive=force is None, speciality=force, **of_grid))
        self.session.add_all(GridArea(region_id=place.region_id, grid_id=grid.id, name=name) for name in areas)
        self._add(grid)
        return grid

    def serving(self: Any, grid: Grid, role: GridRole = GridRole.full_time, **columns: Any) -> Any:
        columns = {"post": self._name("Post"), "duties": "Walk the lanes.", "from_on": date(2026, 1, 1)} | columns
        return self._add(GridAssignment(region_id=grid.region_id, grid_id=grid.id, role=role, **columns))

    def task(self: Any, grid: Grid, **columns: Any) -> Any:
        columns = {"task": self._name("Watch"), "frequency": Frequency.daily} | columns
        return self._add(GridTask(region_id=grid.region_id, grid_id=grid.id, **columns))

    def keepers(self: Any, subject: Any) -> Iterator[Unit]:
        """Its unit, and those above it."""
        unit = subject.unit
        while unit.unit_type is not UnitType.county:
            yield unit
            unit = unit.parent
