"""What a change of a reminder ladder would have come to: a rehearsal over the clocks of a quarter, and its lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.calendar import ReminderLadder
from models.calls import Call
from models.limits import Rehearsed
from models.notices import Audience
from models.organisation import Unit


class LadderRehearsal(Regional, Model):
    """What a ladder would have said in a quarter, beside what the one in force says. Of exactly one version."""

    __tablename__ = "ladder_rehearsal"

    id: Mapped[int] = mapped_column(primary_key=True)
    ladder_id: Mapped[int] = mapped_column(ForeignKey("reminder_ladder.id"), index=True)
    supposes: Mapped[Rehearsed] = mapped_column(info={"label": N_("Supposed"), "protected": True})
    quarter: Mapped[str] = mapped_column(String(7), info={"label": N_("Quarter"), "protected": True})
    rehearsed_at: Mapped[datetime] = mapped_column(info={"label": N_("Rehearsed at"), "protected": True})
    fingerprint: Mapped[str] = mapped_column(
        String(64),
        info={"label": N_("Digest of the ladder"), "protected": True},
    )
    clocks: Mapped[int] = mapped_column(info={"label": N_("Clocks looked at"), "protected": True})
    sent: Mapped[int] = mapped_column(info={"label": N_("Reminders, as supposed"), "protected": True})
    sent_now: Mapped[int] = mapped_column(info={"label": N_("Reminders, as in force"), "protected": True})
    busiest_day: Mapped[date | None] = mapped_column(info={"label": N_("Busiest day, as supposed"), "protected": True})
    busiest_sent: Mapped[int] = mapped_column(
        info={"label": N_("Reminders of that day, as supposed"), "protected": True}
    )
    busiest_day_now: Mapped[date | None] = mapped_column(
        info={"label": N_("Busiest day, as in force"), "protected": True}
    )
    busiest_sent_now: Mapped[int] = mapped_column(
        info={"label": N_("Reminders of that day, as in force"), "protected": True}
    )
    to_leaders: Mapped[int] = mapped_column(
        info={"label": N_("Matters that reach the leaders, as supposed"), "protected": True}
    )
    to_leaders_now: Mapped[int] = mapped_column(
        info={"label": N_("Matters that reach the leaders, as in force"), "protected": True}
    )

    ladder: Mapped[ReminderLadder] = relationship(info={"label": N_("Reminder ladder"), "protected": True})

    def __str__(self) -> str:
        return f"{self.ladder} · {self.quarter}"


class LadderRehearsalLine(Regional, Model):
    """How often one step speaks to one kind of people of one unit."""

    __tablename__ = "ladder_rehearsal_line"
    __recorded__ = False  # written once with its rehearsal

    id: Mapped[int] = mapped_column(primary_key=True)
    rehearsal_id: Mapped[int] = mapped_column(ForeignKey("ladder_rehearsal.id"), index=True)
    level: Mapped[int | None] = mapped_column(
        info={"label": N_("Level of the step"), "help": N_("Empty: the one reminder where there is no ladder.")}
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    audience: Mapped[Audience] = mapped_column(info={"label": N_("Who hears")})
    sent: Mapped[int] = mapped_column(info={"label": N_("Reminders, as supposed")})
    sent_now: Mapped[int] = mapped_column(info={"label": N_("Reminders, as in force")})

    rehearsal: Mapped[LadderRehearsal] = relationship(info={"label": N_("Rehearsal of a ladder")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    def __str__(self) -> str:
        return f"{self.level} · {self.unit}"


class LadderRehearsalCall(Regional, Model):
    """A call of which the leaders would have heard, or do by the ladder in force: since when."""

    __tablename__ = "ladder_rehearsal_call"
    __recorded__ = False  # written once with its rehearsal

    id: Mapped[int] = mapped_column(primary_key=True)
    rehearsal_id: Mapped[int] = mapped_column(ForeignKey("ladder_rehearsal.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    reached_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Leaders hear, as supposed")})
    reached_at_now: Mapped[datetime | None] = mapped_column(info={"label": N_("Leaders hear, as in force")})

    rehearsal: Mapped[LadderRehearsal] = relationship(info={"label": N_("Rehearsal of a ladder")})
    call: Mapped[Call] = relationship(info={"label": N_("Call")})

    def __str__(self) -> str:
        return str(self.call)
