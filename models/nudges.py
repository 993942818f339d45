"""Nudges (催办) by the caller: asked for under a budget, and measured by what moved after them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, User, Word
from models.calls import Call, CallAssignment
from models.organisation import Unit

BUDGET = 3
"""Nudges that one part in a call gets at most, and the county office for one call; composed."""


class Movement(Word):
    """How soon something moved after a nudge."""

    none_yet = "none_yet", N_("Nothing yet"), "danger"
    same_day = "same_day", N_("The same working day"), "done"
    next_day = "next_day", N_("The next working day"), "active"
    later = "later", N_("Later"), "warn"


class Nudge(Regional, Model):
    """One nudge of one unit: of each part in a call one a working day, and so many in all.

    Without a part it is the county office's, of a call that waits there; under the same budget.
    """

    __tablename__ = "nudge"
    __recorded__ = False  # the move that wrote it is recorded on the assignment
    __table_args__ = (
        UniqueConstraint("assignment_id", "day", name="uq_nudge_day"),
        UniqueConstraint("assignment_id", "number", name="uq_nudge_number"),
        *(
            Index(
                f"uq_nudge_office_{name}",
                "call_id",
                name,
                unique=True,
                sqlite_where=text("assignment_id IS NULL"),
                postgresql_where=text("assignment_id IS NULL"),
            )
            for name in ("day", "number")
        ),
        CheckConstraint(f"number BETWEEN 1 AND {BUDGET}", name="ck_nudge_budget"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("call_assignment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    number: Mapped[int] = mapped_column(info={"label": N_("Which nudge")})
    day: Mapped[date] = mapped_column(info={"label": N_("Working day")})
    at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Nudged at")})
    moved_at: Mapped[datetime | None] = mapped_column(info={"label": N_("First movement")})
    minutes: Mapped[int | None] = mapped_column(info={"label": N_("Working minutes until then")})
    movement: Mapped[Movement] = mapped_column(default=Movement.none_yet, info={"label": N_("What followed")})

    call: Mapped[Call] = relationship(info={"label": N_("Call")})
    assignment: Mapped[CallAssignment | None] = relationship(info={"label": N_("Assignment")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Nudged unit")})
    by_unit: Mapped[Unit] = relationship(foreign_keys=by_unit_id, info={"label": N_("Caller")})
    user: Mapped[User | None] = relationship(User, info={"label": N_("Person")})

    def __str__(self) -> str:
        return f"{self.call} · {self.number}"
