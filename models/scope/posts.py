"""Who sees posts, who leads modules, and committees: the whole county; who holds a post, its own township alone.

Each township writes its own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.posts import Committee, CommitteeMember, ModuleLeader, Post, PostHolder
from models.scope.reach import everyone, of_county, reach

of_my_post = PostHolder.post_id.in_(select(Post.id).where(Post.unit_id.in_(UNIT_IDS)))
my_committees = select(Committee.id).where(Committee.unit_id.in_(UNIT_IDS))


def _shared(model: Any) -> Scope:
    return Scope(sees=of_county(model), writes=everyone(model.unit_id.in_(UNIT_IDS)))


SCOPES: dict[type, Scope] = {
    **{model: _shared(model) for model in (Post, ModuleLeader, Committee)},
    PostHolder: Scope(
        sees=reach(county=PostHolder.region_id == REGION_ID, own=of_my_post), writes=everyone(of_my_post)
    ),
    CommitteeMember: Scope(
        sees=of_county(CommitteeMember), writes=everyone(CommitteeMember.committee_id.in_(my_committees))
    ),
}
