"""Who sees posts, who leads modules, and committees: the whole county; each township writes its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.actor import UNIT_IDS
from models.door import Scope
from models.posts import Committee, CommitteeMember, ModuleLeader, Post
from models.scope.reach import everyone, of_county

my_committees = select(Committee.id).where(Committee.unit_id.in_(UNIT_IDS))


def _shared(model: Any) -> Scope:
    return Scope(sees=of_county(model), writes=everyone(model.unit_id.in_(UNIT_IDS)))


SCOPES: dict[type, Scope] = {
    **{model: _shared(model) for model in (Post, ModuleLeader, Committee)},
    CommitteeMember: Scope(
        sees=of_county(CommitteeMember), writes=everyone(CommitteeMember.committee_id.in_(my_committees))
    ),
}
