"""Builders of task forces."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.organisation import Unit
from models.rules.taskforces import TASK_FORCE
from models.taskforces import TaskForce, TaskForceMember, TaskForceRole, TaskForceState
from tests.moments import NOW

TASK_FORCE_WORKFLOWS: dict[type[Any], Any] = {TaskForce: TASK_FORCE}
TASK_FORCE_PATHS = {
    TaskForceState.setting_up: "",
    TaskForceState.active: "begin review",
    TaskForceState.dissolved: "begin dissolve",
}
REVIEW = NOW + timedelta(days=14)


class MakeTaskForces:
    """The part of `Make` that knows task forces."""

    def task_force(
        self: Any, township: Unit | None = None, *, state: TaskForceState = TaskForceState.setting_up, **columns: Any
    ) -> Any:
        """A task force that is led, moved to that state."""
        township = township or self.township()
        columns = {"name": self._name("Force"), "mission": "Clear the river."} | columns
        force = self._add(TaskForce(region_id=township.region_id, unit=township, **columns))
        self.force_member(force, township, role=TaskForceRole.chief)
        for name in TASK_FORCE_PATHS[state].split():
            self.press(force, name, **self.said(name), note="Done.")
        return force

    def said(self: Any, name: str) -> dict[str, Any]:
        """What a move of a task force asks."""
        answers = {"review_due": REVIEW} if name in ("begin", "review") else {}
        return answers | ({"findings": "Half is clear.", "decisions": "Dig on."} if name == "review" else {})

    def force_member(self: Any, force: TaskForce, unit: Unit | None = None, **columns: Any) -> Any:
        unit = unit or self.department(self.session.get(Unit, force.region_id))
        columns = {"post": self._name("Post")} | columns
        return self._add(TaskForceMember(region_id=force.region_id, task_force=force, unit=unit, **columns))
