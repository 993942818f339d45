"""Joint meetings (联席会议): which units sit in them, how they voted, and what the minutes say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.coordination import CoordinationCase
from models.files import Attachment
from models.organisation import Unit

if TYPE_CHECKING:  # it names the meeting that decides on it
    from models.admissions import DutyAdmission


class MeetingKind(Word):
    """What a joint meeting is for."""

    admission = "admission", N_("Duty admission")
    platform = "platform", N_("Four platforms")
    coordination = "coordination", N_("Coordination")


class MeetingState(Word):
    """With the minutes a meeting is over, and its votes are final."""

    planned = "planned", N_("To be held"), "info"
    held = "held", N_("Held"), "done"


class JointMeeting(Regional, Model):
    """Units of a county that decide together (TA-20, TA-42)."""

    __tablename__ = "joint_meeting"
    __table_args__ = (
        CheckConstraint("quorum > 0", name="ck_joint_meeting_quorum"),
        Index("ix_joint_meeting_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    kind: Mapped[MeetingKind] = mapped_column(default=MeetingKind.admission, info={"label": N_("Kind of meeting")})
    state: Mapped[MeetingState] = mapped_column(
        default=MeetingState.planned, info={"label": N_("State"), "protected": True}
    )
    meets_at: Mapped[datetime] = mapped_column(info={"label": N_("Meets at")})
    place: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Place")})
    quorum: Mapped[int] = mapped_column(
        info={"label": N_("Quorum"), "help": N_("How many members have to vote for a decision to count.")}
    )
    minutes: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Minutes"), "protected": True})
    minutes_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Minutes recorded"), "protected": True})
    minutes_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Minutes due"), "protected": True})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("coordination_case.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    case: Mapped[CoordinationCase | None] = relationship(
        info={
            "label": N_("Coordination case"),
            "help": N_("Of a meeting on coordination: its parties are its members."),
        }
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class MeetingMember(Regional, Model):
    """A unit that sits in a meeting. Its people with the role of a member speak for it."""

    __tablename__ = "meeting_member"
    __table_args__ = (UniqueConstraint("meeting_id", "unit_id", name="uq_meeting_member"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    meeting: Mapped[JointMeeting] = relationship(info={"label": N_("Joint meeting")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Member")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.meeting}"


class Ballot(Word):
    """How a member votes."""

    in_favour = "in_favour", N_("In favour"), "done"
    against = "against", N_("Against"), "danger"
    abstain = "abstain", N_("Abstains"), "muted"


class MeetingVote(Regional, Model):
    """The one vote of a member on a duty admission."""

    __tablename__ = "meeting_vote"
    __table_args__ = (UniqueConstraint("meeting_id", "admission_id", "unit_id", name="uq_meeting_vote"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"), index=True)
    admission_id: Mapped[int] = mapped_column(ForeignKey("duty_admission.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    ballot: Mapped[Ballot] = mapped_column(info={"label": N_("Vote")})
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Reason")})
    cast_at: Mapped[datetime] = mapped_column(info={"label": N_("Cast at")})

    meeting: Mapped[JointMeeting] = relationship(info={"label": N_("Joint meeting")})
    admission: Mapped[DutyAdmission] = relationship(info={"label": N_("Duty admission")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Member")})

    def __str__(self) -> str:
        return f"{self.unit} · {self.ballot.label}"
