"""Coordination cases (协调案件): a duty that two sides disagree about, on its way to the editorial office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call
from models.files import Attachment
from models.lists import ListItem
from models.organisation import Unit
from models.words import Misconduct

LEGAL_BASIS = "《中国共产党机构编制工作条例》"
"""What the editorial office coordinates by (TC-45)."""


class CaseState(Word):
    """Where a case stands (requirements B2)."""

    opened = "opened", N_("Opened"), "info"
    negotiating = "negotiating", N_("The parties negotiate"), "active"
    filing_review = "filing_review", N_("Agreement under review for filing"), "active"
    coordinating = "coordinating", N_("The editorial office coordinates"), "warn"
    filed = "filed", N_("Agreement filed"), "done"
    decided = "decided", N_("Opinion issued"), "done"
    supervising = "supervising", N_("Execution supervised"), "warn"
    closed = "closed", N_("Closed"), "done"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


OVER = (CaseState.closed, CaseState.withdrawn)


class CoordinationCase(Regional, Model):
    """A disputed duty, of a rejected call, or of any work that does not run (TA-16).

    The parties negotiate; failing that, the editorial office says whose it is (TC-42..46). While it runs, the duties of
    the published list stay as they are.
    """

    __tablename__ = "coordination_case"
    __table_args__ = (
        UniqueConstraint("number", name="uq_coordination_case_number"),
        UniqueConstraint("call_id", "round", name="uq_coordination_case_round"),
        Index("ix_coordination_case_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), info={"label": N_("Number"), "protected": True})
    title: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Title"), "help": N_("One sentence: which duty is disputed.")}
    )
    description: Mapped[str] = mapped_column(
        Text,
        default="",
        info={"label": N_("What is disputed"), "help": N_("What does not run, and what each side says.")},
    )
    state: Mapped[CaseState] = mapped_column(default=CaseState.opened, info={"label": N_("State"), "protected": True})
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    category: Mapped[str] = mapped_column(String(40), default="", info={"label": N_("Category"), "protected": True})
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    round: Mapped[int] = mapped_column(default=1, info={"label": N_("Round"), "protected": True})
    forwarded_at: Mapped[datetime] = mapped_column(info={"label": N_("Brought to coordination"), "protected": True})
    forwarded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True, info={"protected": True})
    supervision_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    notified_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Parties notified"), "protected": True})
    negotiation_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Negotiate until"), "protected": True})
    agreement: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Agreement"), "protected": True})
    agreed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Agreed at"), "protected": True})
    agreement_file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    filing_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Review by"), "protected": True})
    filing_number: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Filing number"), "protected": True}
    )
    filed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Filed at"), "protected": True})
    escalated_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("To the editorial office"), "protected": True}
    )
    coordination_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Opinion by"), "protected": True})
    opinion: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Coordination opinion"), "protected": True}
    )
    decided_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Opinion issued at"), "protected": True})
    misconduct: Mapped[Misconduct | None] = mapped_column(info={"label": N_("Misconduct"), "protected": True})
    responsible_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    legal_basis: Mapped[str] = mapped_column(
        String(200), default=LEGAL_BASIS, info={"label": N_("Legal and policy basis"), "protected": True}
    )
    execution_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Execute by"), "protected": True})
    supervision_level: Mapped[int] = mapped_column(
        default=0, info={"label": N_("Supervision level"), "protected": True}
    )
    closed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Closed at"), "protected": True})
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call | None] = relationship(info={"label": N_("Call"), "protected": True})
    list_item: Mapped[ListItem | None] = relationship(
        info={"label": N_("List item"), "help": N_("Empty, if the matter is in no list.")}
    )
    opened_by: Mapped[Unit | None] = relationship(
        foreign_keys=opened_by_id, info={"label": N_("Opened by"), "protected": True}
    )
    agreement_file: Mapped[Attachment | None] = relationship(
        foreign_keys=agreement_file_id, info={"label": N_("Text of the agreement"), "protected": True}
    )
    supervision_unit: Mapped[Unit] = relationship(
        foreign_keys=supervision_unit_id, info={"label": N_("Supervision office"), "protected": True}
    )
    responsible_unit: Mapped[Unit | None] = relationship(
        foreign_keys=responsible_unit_id, info={"label": N_("Duty holder"), "protected": True}
    )
    parties: Mapped[list[CaseParty]] = relationship(back_populates="case", order_by="CaseParty.id")

    other_parties: AssociationProxy[list[Unit]] = association_proxy(
        "parties",
        "unit",
        creator=lambda unit: CaseParty(unit=unit, unit_id=unit.id, side=Side.other),
        info={"label": N_("Parties"), "help": N_("With whom the duty is disputed. Your own unit is one anyway.")},
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Side(Word):
    """How a unit came to be a party."""

    caller = "caller", N_("Caller"), "info"
    respondent = "respondent", N_("Rejected the call"), "danger"
    named = "named", N_("Named instead"), "warn"
    opener = "opener", N_("Opened the case"), "info"
    other = "other", N_("Other side"), "warn"
    added = "added", N_("Added later"), "muted"


class CaseParty(Regional, Model):
    """A unit that takes part in a case."""

    __tablename__ = "case_party"
    __table_args__ = (UniqueConstraint("case_id", "unit_id", name="uq_case_party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("coordination_case.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    side: Mapped[Side] = mapped_column(info={"label": N_("Side"), "protected": True})
    reason: Mapped[str] = mapped_column(
        String(500), default="", info={"label": N_("Reason"), "help": N_("Why it takes part, if it was added later.")}
    )

    case: Mapped[CoordinationCase] = relationship(back_populates="parties", info={"label": N_("Coordination case")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.side}"
