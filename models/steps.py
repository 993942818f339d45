"""The steps of a list item's work, from which its flow chart is drawn (TA-11, TS-07)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calendar import LimitUnit
from models.lists import ListItem
from models.organisation import Unit


class StepKind(Word):
    """What a step is in the flow, and so which shape it has in the chart."""

    work = "work", N_("Work")
    start = "start", N_("Start"), "active"
    decision = "decision", N_("Decision"), "warn"
    end = "end", N_("End"), "done"


class Side(Word):
    """Who takes a step, where no unit is named: whoever has this part in the matter."""

    township = "township", N_("Township or street")
    lead_department = "lead_department", N_("Lead department")
    cooperating_department = "cooperating_department", N_("Cooperating department")
    editorial_office = "editorial_office", N_("Editorial office")
    county_office = "county_office", N_("County office")
    village = "village", N_("Village or community")
    grid_worker = "grid_worker", N_("Grid worker")


class ItemStep(Regional, Model):
    """One step of an item's work process: who does what, by when (TA-11). Steps follow each other by position."""

    __tablename__ = "item_step"
    __table_args__ = (
        UniqueConstraint("list_item_id", "position", name="uq_item_step_position"),
        CheckConstraint("position > 0", name="ck_item_step_position"),
        CheckConstraint("amount > 0", name="ck_item_step_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True, active_history=True)
    position: Mapped[int] = mapped_column(
        active_history=True,
        info={"label": N_("Position"), "help": N_("A whole number. Gaps (10, 20, 30) leave room for what is added.")},
    )
    title: Mapped[str] = mapped_column(String(100), info={"label": N_("Step")})
    kind: Mapped[StepKind] = mapped_column(default=StepKind.work, info={"label": N_("Kind of step")})
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    side: Mapped[Side | None] = mapped_column(
        info={
            "label": N_("Taken by"),
            "help": N_("Whoever has this part in the matter. A unit that is named comes first."),
        }
    )
    amount: Mapped[int | None] = mapped_column(info={"label": N_("Time limit")})
    limit_unit: Mapped[LimitUnit | None] = mapped_column(info={"label": N_("Unit of time")})
    yes_to: Mapped[int | None] = mapped_column(
        info={"label": N_("If yes, to position"), "help": N_("For a decision. Empty: to the next step.")}
    )
    no_to: Mapped[int | None] = mapped_column(
        info={"label": N_("If no, to position"), "help": N_("For a decision. Empty: to the next step.")}
    )
    note: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Materials and outcome"), "help": N_("Printed below the flow chart.")}
    )

    list_item: Mapped[ListItem] = relationship(info={"label": N_("List item")})
    unit: Mapped[Unit | None] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.position} {self.title}"
