"""Dynamic adjustment (动态调整): proposals to add an item, to change one, or to strike it out (TA-13, TA-14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call
from models.files import Attachment
from models.lists import DutyList, ListItem
from models.opinions import UnitOpinion
from models.organisation import Unit
from models.wording import Proposal


class AdjustmentKind(Word):
    """What is proposed."""

    add = "add", N_("Add an item"), "done"
    modify = "modify", N_("Change an item"), "warn"
    remove = "remove", N_("Strike an item out"), "danger"


class AdjustmentReason(Word):
    """Why: the reasons of the published rules."""

    unclear_duty = "unclear_duty", N_("Nobody's duty is clear")
    law_change = "law_change", N_("The law changed")
    institutional_change = "institutional_change", N_("Offices and their functions changed")
    unsuitable = "unsuitable", N_("No longer suitable for townships")


class AdjustmentState(Word):
    """Where a proposal stands (requirements B2)."""

    draft = "draft", N_("Draft"), "muted"
    submitted = "submitted", N_("Submitted"), "info"
    consulting = "consulting", N_("Out for comment"), "info"
    reviewing = "reviewing", N_("Under review"), "active"
    approved = "approved", N_("Approved"), "active"
    applied = "applied", N_("Applied to the list"), "done"
    refused = "refused", N_("Refused"), "danger"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


class ListAdjustment(Regional, Proposal, Model):
    """One proposal. What it proposes stands in the columns of an item; left empty, an item's own words stay."""

    __tablename__ = "list_adjustment"
    __table_args__ = (Index("ix_list_adjustment_region_state", "region_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AdjustmentKind] = mapped_column(
        info={
            "label": N_("What is proposed"),
            "help": N_("To strike an item out, item and reason are enough; of one to be changed, write what changes."),
        }
    )
    state: Mapped[AdjustmentState] = mapped_column(
        default=AdjustmentState.draft, info={"label": N_("State"), "protected": True}
    )
    duty_list_id: Mapped[int] = mapped_column(ForeignKey("duty_list.id"), index=True)
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    proposer_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    reason: Mapped[AdjustmentReason] = mapped_column(info={"label": N_("Reason")})
    explanation: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Why it is needed"), "help": N_("What happened that shows the need.")}
    )
    title: Mapped[str] = mapped_column(
        String(200), default="", info={"label": N_("Matter"), "help": N_("As it is to read. Empty: it stays as it is.")}
    )
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Submitted at"), "protected": True})
    opinion_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Opinions by"), "protected": True})
    decided_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Decided at"), "protected": True})
    approval_document: Mapped[str] = mapped_column(
        String(120), default="", info={"label": N_("Approval document"), "protected": True}
    )
    applied_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Entered into the list at"), "protected": True}
    )
    resulting_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    duty_list: Mapped[DutyList] = relationship(info={"label": N_("List")})
    list_item: Mapped[ListItem | None] = relationship(
        foreign_keys=list_item_id, info={"label": N_("List item"), "help": N_("Which item is to change, or to go.")}
    )
    call: Mapped[Call | None] = relationship(info={"label": N_("Call that shows the need")})
    proposer_unit: Mapped[Unit] = relationship(
        foreign_keys=proposer_unit_id, info={"label": N_("Proposed by"), "protected": True}
    )
    lead_department: Mapped[Unit | None] = relationship(
        foreign_keys=lead_department_id, info={"label": N_("Lead department")}
    )
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    resulting_item: Mapped[ListItem | None] = relationship(
        foreign_keys=resulting_item_id, info={"label": N_("Item of the new edition"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title or (str(self.list_item) if self.list_item else f"{self.kind} {self.id}")


class AdjustmentOpinion(UnitOpinion, Model):
    """What one unit that is asked says of a proposal."""

    __tablename__ = "adjustment_opinion"
    __table_args__ = (
        UniqueConstraint("list_adjustment_id", "unit_id", name="uq_adjustment_opinion"),
        Index("ix_adjustment_opinion_unit_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_adjustment_id: Mapped[int] = mapped_column(ForeignKey("list_adjustment.id"), index=True)

    list_adjustment: Mapped[ListAdjustment] = relationship(info={"label": N_("Adjustment")})

    def __str__(self) -> str:
        return f"{self.list_adjustment} · {self.unit}"
