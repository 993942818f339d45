"""Duty admission (准入): the formal way in which a county department may move a duty down to townships."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.files import Attachment
from models.lists import DutyList, ListItem
from models.meetings import JointMeeting
from models.organisation import Unit
from models.wording import Proposal


class AdmissionBatch(Regional, Model):
    """What has ripened is admitted together: 成熟一批、准入一批 (TC-16)."""

    __tablename__ = "admission_batch"
    __table_args__ = (UniqueConstraint("region_id", "year", "name", name="uq_admission_batch"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(info={"label": N_("Year")})
    name: Mapped[str] = mapped_column(String(120), info={"label": N_("Name")})

    def __str__(self) -> str:
        return f"{self.year} {self.name}"


class Nature(Word):
    """Nothing is admitted for good (TA-20): what is lasting belongs into the list by adjustment."""

    temporary = "temporary", N_("Temporary")
    phased = "phased", N_("Phased")


class AdmissionState(Word):
    """Where an admission stands (requirements B2)."""

    draft = "draft", N_("Draft"), "muted"
    submitted = "submitted", N_("Submitted"), "info"
    consulting = "consulting", N_("Townships are consulted in writing"), "active"
    joint_review = "joint_review", N_("Before the joint meeting"), "active"
    approved = "approved", N_("Approved, to be handed over"), "warn"
    refused = "refused", N_("Refused"), "danger"
    in_force = "in_force", N_("In force"), "done"
    suspended = "suspended", N_("Suspended: a guarantee is late"), "danger"
    expired = "expired", N_("Expired"), "muted"


class DutyAdmission(Regional, Proposal, Model):
    """A duty of a department that townships take on for a time, with what they need for it (TA-20..22, TC-13..16)."""

    __tablename__ = "duty_admission"
    __table_args__ = (
        UniqueConstraint("number", name="uq_duty_admission_number"),
        Index("ix_duty_admission_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(30), info={"label": N_("Number"), "protected": True})
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    state: Mapped[AdmissionState] = mapped_column(
        default=AdmissionState.draft, info={"label": N_("State"), "protected": True}
    )
    applicant_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    nature: Mapped[Nature] = mapped_column(info={"label": N_("Nature")})
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reason")})
    starts_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    ends_on: Mapped[date] = mapped_column(info={"label": N_("Until")})
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("admission_batch.id"), index=True)
    duty_list_id: Mapped[int] = mapped_column(ForeignKey("duty_list.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    submitted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Submitted at"), "protected": True})
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("joint_meeting.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Decided at"), "protected": True})
    handover_record: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Handover record"), "protected": True}
    )
    handed_over_on: Mapped[date | None] = mapped_column(info={"label": N_("Handed over on"), "protected": True})
    handover_file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    in_force_at: Mapped[datetime | None] = mapped_column(info={"label": N_("In force since"), "protected": True})
    expires_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Expires at"), "protected": True})
    suspended_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Suspended at"), "protected": True})
    resumed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Resumed at"), "protected": True})
    ended_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Ended at"), "protected": True})
    resulting_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    applicant: Mapped[Unit] = relationship(
        foreign_keys=applicant_id, info={"label": N_("Applying department"), "protected": True}
    )
    batch: Mapped[AdmissionBatch | None] = relationship(info={"label": N_("Batch")})
    duty_list: Mapped[DutyList] = relationship(
        info={"label": N_("List"), "help": N_("Into which the duty is written once it is in force.")}
    )
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    meeting: Mapped[JointMeeting | None] = relationship(info={"label": N_("Joint meeting"), "protected": True})
    handover_file: Mapped[Attachment | None] = relationship(
        foreign_keys=handover_file_id, info={"label": N_("File of the handover"), "protected": True}
    )
    resulting_item: Mapped[ListItem | None] = relationship(info={"label": N_("Resulting item"), "protected": True})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.number} {self.title}" if self.number else self.title


class OpinionState(Word):
    """Whether a township has been asked, and has answered."""

    named = "named", N_("Named"), "muted"
    asked = "asked", N_("Asked"), "warn"
    answered = "answered", N_("Answered"), "done"


class Stance(Word):
    """What a township says to a duty that it is to take on."""

    agrees = "agrees", N_("Agrees"), "done"
    objects = "objects", N_("Objects"), "danger"


class AdmissionOpinion(Regional, Model):
    """An affected township, and its answer in writing (TC-13). Silence is no consent."""

    __tablename__ = "admission_opinion"
    __table_args__ = (UniqueConstraint("admission_id", "township_id", name="uq_admission_opinion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    admission_id: Mapped[int] = mapped_column(ForeignKey("duty_admission.id"), index=True)
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[OpinionState] = mapped_column(
        default=OpinionState.named, info={"label": N_("State"), "protected": True}
    )
    asked_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Asked at"), "protected": True})
    answer_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Answer by"), "protected": True})
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    stance: Mapped[Stance | None] = mapped_column(info={"label": N_("Stance"), "protected": True})
    opinion: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Written opinion"), "protected": True})
    given_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Given at"), "protected": True})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    admission: Mapped[DutyAdmission] = relationship(info={"label": N_("Duty admission")})
    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Affected township")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File"), "protected": True})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.admission} · {self.township}"


class Guarantee(Word):
    """What a township needs to take a duty on (TA-22): all five, for each admission."""

    funds = "funds", N_("Funds")
    talent = "talent", N_("Talent")
    technology = "technology", N_("Technology")
    training = "training", N_("Training")
    guidance = "guidance", N_("Guidance")


class GuaranteeState(Word):
    """What became of a guarantee: promised by the approval, and delivered once a township says so."""

    proposed = "proposed", N_("Proposed"), "muted"
    promised = "promised", N_("Promised"), "active"
    late = "late", N_("Late"), "danger"
    reported = "reported", N_("Delivery reported"), "warn"
    delivered = "delivered", N_("Delivered"), "done"


class GuaranteeMeasure(Regional, Model):
    """One of the five guarantees of an admission.

    The department reports what it delivered, with proof, and one affected township confirms it: nobody vouches for
    themselves. It is late if the report is, however long the township then takes.
    """

    __tablename__ = "guarantee_measure"
    __table_args__ = (UniqueConstraint("admission_id", "kind", name="uq_guarantee_measure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    admission_id: Mapped[int] = mapped_column(ForeignKey("duty_admission.id"), index=True)
    kind: Mapped[Guarantee] = mapped_column(info={"label": N_("Guarantee")})
    promise: Mapped[str] = mapped_column(Text, info={"label": N_("What is promised")})
    due: Mapped[datetime] = mapped_column(info={"label": N_("Deliver by")})
    state: Mapped[GuaranteeState] = mapped_column(
        default=GuaranteeState.proposed, info={"label": N_("State"), "protected": True}
    )
    delivery: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What was delivered"), "protected": True})
    delivered_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Delivery reported at"), "protected": True})
    confirmed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Confirmed at"), "protected": True})
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    admission: Mapped[DutyAdmission] = relationship(info={"label": N_("Duty admission")})
    proof: Mapped[Attachment | None] = relationship(
        foreign_keys=proof_id, info={"label": N_("Proof"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.admission} · {self.kind.label}"
