"""Posts with duties and holders, and which of them lead modules and sit in committees (TS-14, TS-17, LX-04)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.governance import GovernanceModule, ModuleKind
from models.organisation import LOCAL, Posting, Unit
from models.posts import Committee, CommitteeKind, CommitteeMember, LeadingRole, ModuleLeader, Post, PostHolder
from models.rules.registers import be_sound, prepare_owned
from models.workflow import Refused

R = LeadingRole


def _prepare(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """A row of a township or street. Locked: of two who name its one head at once, one waits."""
    prepare_owned(session, row, actor, now)
    if session.get_one(Unit, row.unit_id, with_for_update=True).unit_type not in LOCAL:
        raise Refused(N_("Choose a township or street of your own county."), field="unit")


def prepare_post(session: Session, post: Post, actor: Actor, now: datetime) -> None:
    """TS-17: a post has duties. Raises `Refused`, naming the field."""
    _prepare(session, post, actor, now)
    if not post.duties.strip():
        raise Refused(N_("Say what the post has to do."), field="duties")


def prepare_holder(session: Session, row: PostHolder, actor: Actor, now: datetime) -> None:
    """TS-17: a post is held by somebody of the township, once at a time. Raises `Refused`, naming the field."""
    post = session.get(Post, row.post_id or 0, with_for_update=True)
    if post is None:
        raise Refused(N_("Choose a post of the township."), field="post")
    row.region_id = post.region_id
    be_sound(row)
    posted = select(Posting.id).where(Posting.user_id == row.holder_id, Posting.unit_id == post.unit_id)
    posted = posted.where(Posting.from_on <= row.from_on, or_(Posting.to_on.is_(None), Posting.to_on >= row.from_on))
    if session.scalar(posted.limit(1)) is None:
        raise Refused(N_("On that day this account is not posted in the township of the post. Choose another account,"
                         " or another day."), field="holder")  # fmt: skip
    held = select(PostHolder.id).where(PostHolder.post_id == post.id, PostHolder.holder_id == row.holder_id)
    held = held.where(
        PostHolder.id != (row.id or 0), or_(PostHolder.until_on.is_(None), PostHolder.until_on >= row.from_on)
    )
    if row.until_on is not None:
        held = held.where(PostHolder.from_on <= row.until_on)
    if session.scalar(held.limit(1)) is not None:
        raise Refused(
            N_("They hold this post at that time already. Change the days of the other entry."), field="from_on"
        )


def prepare_leader(session: Session, leader: ModuleLeader, actor: Actor, now: datetime) -> None:
    """TS-14: one post heads all, one leads each module, others assist. Raises `Refused`, naming the field."""
    _prepare(session, leader, actor, now)
    post, module = session.get(Post, leader.post_id or 0), session.get(GovernanceModule, leader.module_id or 0)
    if post is None or post.unit_id != leader.unit_id:
        raise Refused(N_("Choose a post of the township."), field="post")
    if module is None or module.region_id != leader.region_id:
        raise Refused(N_("Choose a module of your own county."), field="module")
    if (leader.role is R.overall) != (module.kind is ModuleKind.main) and leader.role is not R.assisting:
        raise Refused(N_("The overall head has the main module, and leaders have the others."), field="module")
    same = select(ModuleLeader).where(
        ModuleLeader.unit_id == leader.unit_id, ModuleLeader.module_id == module.id, ModuleLeader.role == leader.role
    )
    other = session.scalar(same.where(ModuleLeader.id != (leader.id or 0)).limit(1))
    if leader.role is not R.assisting and other is not None:
        raise Refused(N_("“%(post)s” leads it already. Let this post assist, or change that one."), field="role",
                      post=str(other.post))  # fmt: skip


def prepare_committee(session: Session, committee: Committee, actor: Actor, now: datetime) -> None:
    """LX-04: one working committee, and special ones beside it. Raises `Refused`, naming the field."""
    _prepare(session, committee, actor, now)
    working = select(Committee.id).where(
        Committee.unit_id == committee.unit_id,
        Committee.kind == CommitteeKind.working,
        Committee.id != (committee.id or 0),
    )
    has_one = session.scalar(working.limit(1)) is not None
    if has_one is (committee.kind is CommitteeKind.working):
        raise Refused(N_("There is one working committee; the specialised ones come after it."), field="kind")


def forget_committee(session: Session, committee: Committee, actor: Actor, now: datetime) -> None:
    """Its members go with it."""
    for member in session.scalars(select(CommitteeMember).where(CommitteeMember.committee_id == committee.id)).all():
        session.delete(member)
    session.flush()


def prepare_member(session: Session, member: CommitteeMember, actor: Actor, now: datetime) -> None:
    """A post of the committee's own unit; one heads it. Raises `Refused`, naming the field."""
    committee = session.get(Committee, member.committee_id or 0, with_for_update=True)
    if committee is None:
        raise Refused(N_("Name the committee."), field="committee")
    member.region_id = committee.region_id
    if session.get_one(Post, member.post_id).unit_id != committee.unit_id:
        raise Refused(N_("Choose a post of the township."), field="post")
    heads = select(CommitteeMember.id).where(
        CommitteeMember.committee_id == committee.id, CommitteeMember.is_head, CommitteeMember.id != (member.id or 0)
    )
    if member.is_head and session.scalar(heads.limit(1)) is not None:
        raise Refused(N_("Another post heads this committee already."), field="is_head")
