"""Builders of posts, of who leads modules, and of committees."""

from __future__ import annotations

from typing import Any

from models.governance import ModuleKind
from models.organisation import Unit
from models.posts import Committee, CommitteeKind, CommitteeMember, LeadingRole, ModuleLeader, Post, PostHolder
from tests.moments import NOW


class MakePosts:
    """The part of `Make` that knows posts."""

    def post(self: Any, township: Unit | None = None, **columns: Any) -> Any:
        township = township or self.township()
        columns = {"name": self._name("Post"), "duties": "Keep the river clean."} | columns
        return self._add(Post(region_id=township.region_id, unit=township, **columns))

    def holder(self: Any, post: Post, **columns: Any) -> Any:
        """Somebody posted in the township since that day."""
        columns = {"holder": self.user(), "from_on": NOW.date()} | columns
        self.posting(columns["holder"], post.unit, from_on=columns["from_on"])
        return self._add(PostHolder(region_id=post.region_id, post=post, **columns))

    def module_of_kind(self: Any, kind: ModuleKind, county: Unit | None = None) -> Any:
        module = self.module(county=county)
        module.kind = kind
        return self._add(module)

    def leader(self: Any, post: Post, module: Any, role: LeadingRole = LeadingRole.block) -> Any:
        of_post = {"region_id": post.region_id, "unit_id": post.unit_id}
        return self._add(ModuleLeader(post=post, module=module, role=role, **of_post))

    def committee(self: Any, township: Unit, kind: CommitteeKind = CommitteeKind.working) -> Any:
        of_town = {"region_id": township.region_id, "unit": township}
        return self._add(Committee(name=self._name("Committee"), kind=kind, **of_town))

    def seat(self: Any, committee: Committee, post: Post, **columns: Any) -> Any:
        return self._add(CommitteeMember(region_id=post.region_id, committee=committee, post=post, **columns))
