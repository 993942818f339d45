"""The four platforms of a township (四个平台): what belongs to each, and how they meet (TA-41 to TA-43)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.item_words import PlatformKind
from models.organisation import Owned


class Platform(Owned, Model):
    """One of a township's four; items of the list are mapped to its kind."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("unit_id", "kind", name="uq_platform"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PlatformKind] = mapped_column(info={"label": N_("Platform")})
    scope: Mapped[str] = mapped_column(Text, info={"label": N_("What belongs to it")})
    lead_post: Mapped[str] = mapped_column(
        String(80),
        default="",
        info={"label": N_("Led by"), "help": N_("What the post is called, not the person's name.")},
    )

    def __str__(self) -> str:
        return f"{self.unit} · {self.kind}"


class GatheringKind(Word):
    """Whether one platform meets by itself, or all four together."""

    regular = "regular", N_("Regular meeting of a platform")
    joint = "joint", N_("Joint meeting of the four platforms")


class GatheringState(Word):
    """With its minutes a meeting is over."""

    planned = "planned", N_("To be held"), "info"
    held = "held", N_("Held"), "done"
    called_off = "called_off", N_("Called off"), "muted"


class PlatformMeeting(Owned, Model):
    """A regular or joint meeting of platforms. Only its rules assign `state` and `minutes_due`."""

    __tablename__ = "platform_meeting"
    __table_args__ = (Index("ix_platform_meeting_state_minutes_due", "state", "minutes_due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("Title")})
    kind: Mapped[GatheringKind] = mapped_column(default=GatheringKind.regular, info={"label": N_("Kind of meeting")})
    state: Mapped[GatheringState] = mapped_column(
        default=GatheringState.planned, info={"label": N_("State"), "protected": True}
    )
    meets_at: Mapped[datetime] = mapped_column(info={"label": N_("Meets at")})
    place: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Place")})
    agenda: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Agenda")})
    minutes: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Minutes"), "protected": True})
    minutes_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Minutes recorded"), "protected": True})
    minutes_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Minutes due"), "protected": True})
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id"), index=True)

    platform: Mapped[Platform | None] = relationship(
        info={"label": N_("Platform"), "help": N_("Of a regular meeting; a joint one is of all four.")}
    )

    def __str__(self) -> str:
        return self.title
