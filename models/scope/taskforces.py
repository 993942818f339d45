"""Who sees task forces: the township's own, whose posts are in them, and the county."""

from __future__ import annotations

from sqlalchemy import or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.scope.local import kept
from models.scope.reach import everyone, reach
from models.taskforces import TaskForce, TaskForceMember, TaskForceReview, TaskForceState

with_my_posts = select(TaskForceMember.task_force_id).where(TaskForceMember.unit_id.in_(UNIT_IDS))
my_force_ids = select(TaskForce.id).where(or_(TaskForce.unit_id.in_(UNIT_IDS), TaskForce.id.in_(with_my_posts)))
living_here = TaskForce.state != TaskForceState.dissolved
my_living_ids = select(TaskForce.id).where(TaskForce.unit_id.in_(UNIT_IDS), living_here)

SCOPES: dict[type, Scope] = {
    TaskForce: kept(TaskForce, TaskForce.id.in_(with_my_posts), writes=living_here),
    TaskForceMember: Scope(
        sees=reach(county=TaskForceMember.region_id == REGION_ID, own=TaskForceMember.task_force_id.in_(my_force_ids)),
        writes=everyone(TaskForceMember.task_force_id.in_(my_living_ids)),
    ),
    TaskForceReview: Scope(
        sees=reach(county=TaskForceReview.region_id == REGION_ID, own=TaskForceReview.task_force_id.in_(my_force_ids))
    ),
}
