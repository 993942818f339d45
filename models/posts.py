"""Posts of townships, their duties and holders; who leads modules, and sits in committees (TS-14, TS-17, LX-04)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, User, Word
from models.governance import GovernanceModule
from models.organisation import Owned


class Post(Owned, Model):
    """A post of a township or street, and what it has to do (TS-17)."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("unit_id", "name", name="uq_post_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Post"), "help": N_("Not the person's name.")})
    duties: Mapped[str] = mapped_column(Text, info={"label": N_("Required duties")})

    def __str__(self) -> str:
        return self.name


class PostHolder(Regional, Model):
    """Who holds a post, from one day to another: the account, which gives no right by that (TS-17)."""

    __tablename__ = "post_holder"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ck_post_holder_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    until_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})

    post: Mapped[Post] = relationship(info={"label": N_("Post")})
    holder: Mapped[User] = relationship(
        User, info={"label": N_("Who holds it"), "help": N_("An account of the township or street.")}
    )

    def __str__(self) -> str:
        return f"{self.post} · {self.holder}"


class LeadingRole(Word):
    """How a post leads: over all modules, one of them, or at another's side (TS-14)."""

    overall = "overall", N_("Overall head"), "active"
    block = "block", N_("Leader of a module"), "info"
    assisting = "assisting", N_("Assists"), "muted"


class ModuleLeader(Owned, Model):
    """A post that leads in a township: one overall, one of each module, and others that assist."""

    __tablename__ = "module_leader"
    __table_args__ = (UniqueConstraint("post_id", "module_id", name="uq_module_leader"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[LeadingRole] = mapped_column(default=LeadingRole.block, info={"label": N_("How it leads")})
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("governance_module.id"), index=True)

    post: Mapped[Post] = relationship(info={"label": N_("Post")})
    module: Mapped[GovernanceModule] = relationship(
        info={"label": N_("Module"), "help": N_("Of the overall head, the main module.")}
    )

    def __str__(self) -> str:
        return f"{self.post} · {self.module}"


class CommitteeKind(Word):
    """The working committee of a street, and what it has for special fields (LX-04)."""

    working = "working", N_("Working committee"), "active"
    special = "special", N_("Specialised committee"), "info"


class Committee(Owned, Model):
    """A committee of a street or township: 工委 or 专委."""

    __tablename__ = "committee"
    __table_args__ = (UniqueConstraint("unit_id", "name", name="uq_committee_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Committee")})
    kind: Mapped[CommitteeKind] = mapped_column(default=CommitteeKind.special, info={"label": N_("Kind of committee")})
    duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Duties")})

    def __str__(self) -> str:
        return self.name


class CommitteeMember(Regional, Model):
    """A post that sits in a committee."""

    __tablename__ = "committee_member"
    __table_args__ = (UniqueConstraint("committee_id", "post_id", name="uq_committee_member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    is_head: Mapped[bool] = mapped_column(default=False, info={"label": N_("Heads it")})
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)

    committee: Mapped[Committee] = relationship(info={"label": N_("Committee")})
    post: Mapped[Post] = relationship(info={"label": N_("Post")})

    def __str__(self) -> str:
        return f"{self.post} · {self.committee}"
