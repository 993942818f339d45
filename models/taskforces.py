"""Task forces (工作专班): set up for a matter, reviewed at regular dates, dissolved when it is done (TS-18, TS-19)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.governance import GovernanceModule
from models.organisation import Owned, Unit


class TaskForceState(Word):
    """A task force comes and goes with its matter."""

    setting_up = "setting_up", N_("Being set up"), "muted"
    active = "active", N_("Working"), "active"
    dissolved = "dissolved", N_("Dissolved"), "muted"


class TaskForceRole(Word):
    """What somebody is in a task force."""

    chief = "chief", N_("Chief leader")
    head = "head", N_("Head of the task force")
    deputy = "deputy", N_("Deputy head")
    member = "member", N_("Ordinary member")


class TaskForce(Owned, Model):
    """A township's, for one matter. Only `models.rules.taskforces` assigns `state` and `review_due`."""

    __tablename__ = "task_force"
    __table_args__ = (
        UniqueConstraint("unit_id", "name", name="uq_task_force_name"),
        Index("ix_task_force_state_review_due", "state", "review_due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Task force")})
    mission: Mapped[str] = mapped_column(
        Text, info={"label": N_("Mission"), "help": N_("What it is to achieve, and when it is done.")}
    )
    state: Mapped[TaskForceState] = mapped_column(
        default=TaskForceState.setting_up, info={"label": N_("State"), "protected": True}
    )
    set_up_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Set up at"), "protected": True})
    review_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Next review"), "protected": True})
    dissolved_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Dissolved at"), "protected": True})
    module_id: Mapped[int | None] = mapped_column(ForeignKey("governance_module.id"), index=True)

    module: Mapped[GovernanceModule | None] = relationship(info={"label": N_("Module")})

    def __str__(self) -> str:
        return self.name


class TaskForceMember(Regional, Model):
    """A post of some unit in a task force, and what is expected of it."""

    __tablename__ = "task_force_member"
    __table_args__ = (UniqueConstraint("task_force_id", "unit_id", "post", name="uq_task_force_member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[TaskForceRole] = mapped_column(
        default=TaskForceRole.member, info={"label": N_("Role in the task force")}
    )
    post: Mapped[str] = mapped_column(
        String(80), info={"label": N_("Post"), "help": N_("What the post is called, not the person's name.")}
    )
    duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What is expected")})
    task_force_id: Mapped[int] = mapped_column(ForeignKey("task_force.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    task_force: Mapped[TaskForce] = relationship(info={"label": N_("Task force")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit"), "help": N_("Whose post it is.")})

    def __str__(self) -> str:
        return f"{self.post} · {self.task_force}"


class TaskForceReview(Regional, Model):
    """What a review found, decided and handed on. Written with the move; nobody writes it afterwards."""

    __tablename__ = "task_force_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    held_at: Mapped[datetime] = mapped_column(info={"label": N_("Reviewed at")})
    findings: Mapped[str] = mapped_column(Text, info={"label": N_("What was found")})
    decisions: Mapped[str] = mapped_column(Text, info={"label": N_("What was decided")})
    handed_on: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What was handed on, and to whom")})
    task_force_id: Mapped[int] = mapped_column(ForeignKey("task_force.id"), index=True)

    task_force: Mapped[TaskForce] = relationship(info={"label": N_("Task force")})

    def __str__(self) -> str:
        return f"{self.task_force} · {self.held_at:%Y-%m-%d}"
