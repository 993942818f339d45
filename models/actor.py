"""Who is acting, and the words in which a scope may speak of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam

# Places for the actor's values. Criteria are written over these and hold no value themselves, so
# that one compiled statement serves everyone in the same roles: `models.door` fills them at execution.
USER_ID: BindParameter[int] = bindparam("actor_user_id", None, Integer)
UNIT_ID: BindParameter[int] = bindparam("actor_unit_id", None, Integer)
REGION_ID: BindParameter[int] = bindparam("actor_region_id", None, Integer)
UNIT_IDS: BindParameter[int] = bindparam("actor_unit_ids", (), Integer, expanding=True)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one answer to «who?» that rules, scopes and the recorder accept.

    `unit_id` is the unit acted for, `unit_ids` that unit and all below it, `region_id` its county. Who only `observes`
    reads what these may read, and serves none of them.
    """

    user_id: int | None
    unit_id: int | None = None
    region_id: int | None = None
    unit_ids: tuple[int, ...] = ()
    roles: frozenset[str] = field(default_factory=frozenset)
    observes: bool = False

    def values(self) -> dict[str, Any]:
        """What stands in the places above when this actor asks."""
        return {
            USER_ID.key: self.user_id,
            UNIT_ID.key: self.unit_id,
            REGION_ID.key: self.region_id,
            UNIT_IDS.key: list(self.unit_ids),
        }

    def serves(self, unit_id: int | None) -> bool:
        """Whether a unit is the one acted for, or below it."""
        return unit_id is not None and unit_id in self.unit_ids and not self.observes


NOBODY = Actor(user_id=None)
SYSTEM_ACTOR = Actor(user_id=None, roles=frozenset({"system"}))
"""A job, or a step that follows by itself from someone's move."""
