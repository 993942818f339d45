"""Reports of irregular assignments (转嫁): a township says that a department's work was put upon it in disguise."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assigned import AssignedMatter
from models.base import N_, Model, Regional, Word
from models.calls import Call
from models.files import Attachment
from models.organisation import Unit
from models.requests import DataRequest
from models.statements import ResponsibilityStatement


class Disguise(Word):
    """Under what name the work was handed down (TC-17, LX-16)."""

    territorial_name = "territorial_name", N_("In the name of territorial management")
    department_document = "department_document", N_("A department's document")
    fund_allocation = "fund_allocation", N_("Allocation of funds")
    supervision_assessment = "supervision_assessment", N_("Supervision and assessment")
    appraisal_commendation = "appraisal_commendation", N_("Appraisal and commendation")
    acceptance_check = "acceptance_check", N_("Acceptance check")
    responsibility_statement = "responsibility_statement", N_("Responsibility statement")
    indicator_breakdown = "indicator_breakdown", N_("Breakdown of indicators")


class ReportState(Word):
    """Where a report stands."""

    reported = "reported", N_("Reported"), "info"
    accepted = "accepted", N_("Under examination"), "active"
    upheld = "upheld", N_("Upheld"), "danger"
    dismissed = "dismissed", N_("Dismissed"), "muted"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


CONCLUDED = (ReportState.upheld, ReportState.dismissed)
"""From here on, and not before, the department reported on learns of the report and of who made it."""


class IrregularAssignmentReport(Regional, Model):
    """What a department asked that it may not ask. Upheld, it voids the task (LX-17)."""

    __tablename__ = "irregular_assignment_report"
    __table_args__ = (Index("ix_irregular_assignment_report_region_state", "region_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(
        String(200), info={"label": N_("What was asked"), "help": N_("In one sentence: which task, and since when.")}
    )
    state: Mapped[ReportState] = mapped_column(
        default=ReportState.reported, info={"label": N_("State"), "protected": True}
    )
    disguise: Mapped[Disguise] = mapped_column(info={"label": N_("Disguise")})
    evidence: Mapped[str] = mapped_column(
        Text, info={"label": N_("Evidence"), "help": N_("Who asked, in which paper, meeting or message.")}
    )
    reported_at: Mapped[datetime] = mapped_column(info={"label": N_("Reported at"), "protected": True})
    accepted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Accepted at"), "protected": True})
    concluded_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Concluded at"), "protected": True})
    finding: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Finding"), "protected": True})
    cancelled: Mapped[bool] = mapped_column(default=False, info={"label": N_("Task cancelled"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    reporter_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    assigned_matter_id: Mapped[int | None] = mapped_column(ForeignKey("assigned_matter.id"), index=True)
    responsibility_statement_id: Mapped[int | None] = mapped_column(
        ForeignKey("responsibility_statement.id"), index=True
    )
    data_request_id: Mapped[int | None] = mapped_column(ForeignKey("data_request.id"), index=True)
    # Not `call_id`: what has one is told in the timeline of the call, and the department learns of this only later.
    reported_call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    reporter: Mapped[Unit] = relationship(
        foreign_keys=reporter_id, info={"label": N_("Reporting township"), "protected": True}
    )
    department: Mapped[Unit] = relationship(foreign_keys=department_id, info={"label": N_("Department")})
    assigned_matter: Mapped[AssignedMatter | None] = relationship(info={"label": N_("Assigned matter")})
    responsibility_statement: Mapped[ResponsibilityStatement | None] = relationship(
        info={"label": N_("Responsibility statement")}
    )
    data_request: Mapped[DataRequest | None] = relationship(info={"label": N_("Data request")})
    reported_call: Mapped[Call | None] = relationship(
        info={"label": N_("Call"), "help": N_("One by which the department called upon you.")}
    )
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title
