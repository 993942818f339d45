"""Grids (网格): into which a village or community is parted, what is watched in each, and by whom (TA-44 to TA-47)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, User, Word
from models.lists import ListItem
from models.organisation import Owned, Unit


class Force(Word):
    """The five forces that are brought together in a grid; before that, each had grids of its own (LX-33, TA-44)."""

    general_governance = "general_governance", N_("General governance")
    justice = "justice", N_("Justice")
    police = "police", N_("Public security")
    emergency_response = "emergency_response", N_("Emergency response")
    city_management = "city_management", N_("City management")


class GridState(Word):
    """Whether a grid still covers its places."""

    in_force = "in_force", N_("In force"), "active"
    ended = "ended", N_("Ended"), "muted"


class Grid(Owned, Model):
    """The profile of a grid: comprehensive, or of one force. `unit` is its unit of the directory, or its village.

    Only `models.rules.grids` assigns `state`, and what a merger changes.
    """

    __tablename__ = "grid"
    __table_args__ = (Index("ix_grid_village_state", "village_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Grid")})
    state: Mapped[GridState] = mapped_column(default=GridState.in_force, info={"label": N_("State"), "protected": True})
    is_comprehensive: Mapped[bool] = mapped_column(default=True, info={"label": N_("Comprehensive grid")})
    speciality: Mapped[Force | None] = mapped_column(
        info={"label": N_("Specialised in"), "help": N_("Of a specialised grid only.")}
    )
    people: Mapped[int] = mapped_column(default=0, info={"label": N_("People")})
    places: Mapped[int] = mapped_column(default=0, info={"label": N_("Places")})
    affairs: Mapped[int] = mapped_column(default=0, info={"label": N_("Affairs")})
    things: Mapped[int] = mapped_column(default=0, info={"label": N_("Things")})
    organisations: Mapped[int] = mapped_column(default=0, info={"label": N_("Organisations")})
    public_opinion: Mapped[int] = mapped_column(default=0, info={"label": N_("Public opinion")})
    ended_on: Mapped[date | None] = mapped_column(info={"label": N_("Ended on"), "protected": True})
    village_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)

    village: Mapped[Unit] = relationship(
        foreign_keys=village_id, info={"label": N_("Village or community"), "protected": True}
    )
    merged_into: Mapped[Grid | None] = relationship(
        remote_side="Grid.id", foreign_keys=merged_into_id, info={"label": N_("Merged into"), "protected": True}
    )

    def __str__(self) -> str:
        return self.name


class GridArea(Regional, Model):
    """A place that a grid covers, by its name in the village: a building, a lane, a group of houses (R32)."""

    __tablename__ = "grid_area"
    __table_args__ = (UniqueConstraint("grid_id", "name", name="uq_grid_area_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    name: Mapped[str] = mapped_column(
        String(80), index=True, info={"label": N_("Place"), "help": N_("A building, a lane or a group of houses.")}
    )

    grid: Mapped[Grid] = relationship(info={"label": N_("Grid")})

    def __str__(self) -> str:
        return self.name


class Frequency(Word):
    """How often a task comes round."""

    daily = "daily", N_("Every day")
    weekly = "weekly", N_("Every week")
    monthly = "monthly", N_("Every month")
    quarterly = "quarterly", N_("Every quarter")
    as_needed = "as_needed", N_("As needed")


class GridTask(Regional, Model):
    """What is to be watched in a grid, and how often (TA-46)."""

    __tablename__ = "grid_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    task: Mapped[str] = mapped_column(String(200), info={"label": N_("Task")})
    frequency: Mapped[Frequency] = mapped_column(info={"label": N_("How often")})
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)

    grid: Mapped[Grid] = relationship(info={"label": N_("Grid")})
    list_item: Mapped[ListItem | None] = relationship(
        info={"label": N_("Item of the grid service list"), "help": N_("Where the task comes from, if it is listed.")}
    )

    def __str__(self) -> str:
        return self.task


class GridRole(Word):
    """As what somebody serves in a grid (LX-25, LX-32)."""

    commissioner = "commissioner", N_("Community commissioner")
    assistant = "assistant", N_("Grid assistant")
    full_time = "full_time", N_("Full-time")
    part_time = "part_time", N_("Part-time")


class GridAssignment(Regional, Model):
    """Who serves in a grid, on which post, for what (TA-47). Of a person several, of a grid several (LX-32)."""

    __tablename__ = "grid_assignment"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ck_grid_assignment_days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    role: Mapped[GridRole] = mapped_column(info={"label": N_("Role")})
    force: Mapped[Force | None] = mapped_column(info={"label": N_("Force")})
    post: Mapped[str] = mapped_column(
        String(80), info={"label": N_("Post"), "help": N_("What the post is called, not the person's name.")}
    )
    duties: Mapped[str] = mapped_column(Text, info={"label": N_("Duties")})
    is_responsible: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Responsible for the grid"), "help": N_("One at a time.")}
    )
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    until_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})
    commissioner_id: Mapped[int | None] = mapped_column(ForeignKey("grid_assignment.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    grid: Mapped[Grid] = relationship(info={"label": N_("Grid")})
    worker: Mapped[User | None] = relationship(
        User, foreign_keys=worker_id, info={"label": N_("Account"), "help": N_("Of who holds the post, if any.")}
    )
    commissioner: Mapped[GridAssignment | None] = relationship(
        remote_side="GridAssignment.id",
        foreign_keys=commissioner_id,
        info={"label": N_("Leader in charge"), "help": N_("Of an assistant: the commissioner of the same community.")},
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.post
