"""The working calendar of a county and its time limits: what an administrator may set, rules read elsewhere."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.ledger import Job
from models.organisation import Unit
from models.words import CallScope

COUNTY = {"label": N_("County"), "help": N_("Your own, if nothing is chosen."), "filled": True}


class Clock(Word):
    """What a limit is a limit for."""

    accept = "accept", N_("Acceptance")
    respond = "respond", N_("Response")
    resolve = "resolve", N_("Resolution")
    negotiate = "negotiate", N_("Negotiation")
    file = "file", N_("Filing review")
    coordinate = "coordinate", N_("Coordination")
    execute = "execute", N_("Execution")
    consult = "consult", N_("Written consultation")
    rate = "rate", N_("Mutual rating")


class LimitUnit(Word):
    """The unit of a limit. Minute, hour and day run day and night; the working units keep the calendar."""

    minute = "minute", N_("minutes")
    hour = "hour", N_("hours")
    working_hour = "working_hour", N_("working hours")
    working_day = "working_day", N_("working days")
    day = "day", N_("days")


class CalendarDay(Regional, Model):
    """An administrator's word on one day. It wins over what the package knows of the State Council's notice."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("region_id", "day", name="uq_calendar_day_region_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(info={"label": N_("Day")})
    is_working: Mapped[bool] = mapped_column(info={"label": N_("Working day")})
    note: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Source document")})

    region: Mapped[Unit] = relationship(info=COUNTY)

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.note}".rstrip()


class WorkingWindow(Regional, Model):
    """Hours worked on one weekday. A weekday has several, so the lunch break is simply between two."""

    __tablename__ = "working_window"
    __table_args__ = (
        UniqueConstraint("region_id", "weekday", "starts", name="uq_working_window_region_weekday_starts"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_working_window_weekday"),
        CheckConstraint("starts < ends", name="ck_working_window_hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(
        info={"label": N_("Weekday"), "help": N_("0 is Monday, 6 is Sunday."), "coded": True}
    )
    starts: Mapped[time] = mapped_column(info={"label": N_("Begins")})
    ends: Mapped[time] = mapped_column(info={"label": N_("Ends")})

    region: Mapped[Unit] = relationship(info=COUNTY)

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}–{self.ends:%H:%M}"


class TimeLimit(Regional, Model):
    """How long one clock runs in a county; for calls, in each scope apart."""

    __tablename__ = "time_limit"
    __table_args__ = (
        UniqueConstraint("region_id", "clock", "scope", name="uq_time_limit_region_clock_scope"),
        # To a database two empty scopes differ, and the constraint above would let both in.
        Index(
            "uq_time_limit_region_clock_unscoped",
            "region_id",
            "clock",
            unique=True,
            sqlite_where=text("scope IS NULL"),
            postgresql_where=text("scope IS NULL"),
        ),
        CheckConstraint("amount > 0", name="ck_time_limit_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock: Mapped[Clock] = mapped_column(info={"label": N_("Time limit for")})
    scope: Mapped[CallScope | None] = mapped_column(info={"label": N_("Call scope")})
    amount: Mapped[int] = mapped_column(info={"label": N_("Amount")})
    unit: Mapped[LimitUnit] = mapped_column(info={"label": N_("Unit of time")})
    basis: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Basis")})

    region: Mapped[Unit] = relationship(info=COUNTY)

    def __str__(self) -> str:
        scope = f" · {self.scope.label}" if self.scope else ""
        return f"{self.clock.label}{scope} · {self.amount} {self.unit.label}"


class Point(Word):
    """From where in a limit a step of the ladder is counted."""

    part_of_limit = "part_of_limit", N_("Percent of the limit used")
    before_end = "before_end", N_("Before the end")
    after_end = "after_end", N_("After the end")


class ReminderStep(Regional, Model):
    """One step of a county's reminder ladder: when of a clock, and who hears. Recipients widen with the level."""

    __tablename__ = "reminder_step"
    __table_args__ = (
        UniqueConstraint("region_id", "job", "level", name="uq_reminder_step"),
        CheckConstraint("level BETWEEN 0 AND 9", name="ck_reminder_step_level"),
        CheckConstraint("amount >= 0", name="ck_reminder_step_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[Job] = mapped_column(info={"label": N_("What is reminded of")})
    level: Mapped[int] = mapped_column(info={"label": N_("Step of the ladder")})
    name: Mapped[str] = mapped_column(String(40), info={"label": N_("Name")})
    point: Mapped[Point] = mapped_column(info={"label": N_("Counted from")})
    amount: Mapped[int] = mapped_column(info={"label": N_("Amount")})
    unit: Mapped[LimitUnit] = mapped_column(
        default=LimitUnit.working_day, info={"label": N_("Unit of time"), "help": N_("Of no account for percents.")}
    )
    duty_officer: Mapped[bool] = mapped_column(default=False, info={"label": N_("Duty officers hear")})
    heads: Mapped[bool] = mapped_column(default=False, info={"label": N_("Heads of the unit hear")})
    supervision: Mapped[bool] = mapped_column(default=False, info={"label": N_("Supervision office hears")})
    leaders: Mapped[bool] = mapped_column(default=False, info={"label": N_("County leaders hear")})
    source: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Basis")})

    region: Mapped[Unit] = relationship(info=COUNTY)

    def __str__(self) -> str:
        return f"{self.level} {self.name}"
