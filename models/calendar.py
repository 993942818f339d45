"""The working calendar of a county and its time limits: what an administrator may set, rules read elsewhere."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.ledger import Job
from models.lists import ListItem
from models.organisation import Unit
from models.words import CallScope

LAST = 90
"""The order of a rule that is to come after the others."""

COUNTY = {"label": N_("County"), "help": N_("Your own, if nothing is chosen."), "filled": True}


class Clock(Word):
    """What a limit is a limit for."""

    accept = "accept", N_("Acceptance")
    respond = "respond", N_("Response")
    promise = "promise", N_("Promise")
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


WORKING = (LimitUnit.working_hour, LimitUnit.working_day)
"""The units that keep the calendar."""


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


WEEKDAYS: dict[int, str] = {
    0: N_("Monday"),
    1: N_("Tuesday"),
    2: N_("Wednesday"),
    3: N_("Thursday"),
    4: N_("Friday"),
    5: N_("Saturday"),
    6: N_("Sunday"),
}


class WorkingWindow(Regional, Model):
    """Hours worked on one weekday. A weekday has several, so the lunch break is simply between two."""

    __tablename__ = "working_window"
    __table_args__ = (
        UniqueConstraint("region_id", "weekday", "starts", name="uq_working_window_region_weekday_starts"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_working_window_weekday"),
        CheckConstraint("starts < ends", name="ck_working_window_hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(info={"label": N_("Weekday"), "coded": True, "codes": WEEKDAYS})
    starts: Mapped[time] = mapped_column(info={"label": N_("Begins")})
    ends: Mapped[time] = mapped_column(info={"label": N_("Ends")})

    region: Mapped[Unit] = relationship(info=COUNTY)

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}–{self.ends:%H:%M}"


class LimitState(Word):
    """Only what is in force counts. It was rehearsed before, exactly as it stands."""

    draft = "draft", N_("Draft"), "muted"
    in_force = "in_force", N_("In force"), "active"
    retired = "retired", N_("Retired"), "done"


class TimeLimit(Regional, Model):
    """A rule: how long one clock runs in a county, of the matters that meet its conditions.

    Of a clock's rules in force the first that fits counts. The last one has no condition, so that one always fits.
    """

    __tablename__ = "time_limit"
    __table_args__ = (
        Index(
            "uq_time_limit_position",
            "region_id",
            "clock",
            "position",
            unique=True,
            sqlite_where=text("state <> 'retired'"),
            postgresql_where=text("state <> 'retired'"),
        ),
        CheckConstraint("amount > 0", name="ck_time_limit_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock: Mapped[Clock] = mapped_column(info={"label": N_("Time limit for")})
    position: Mapped[int] = mapped_column(
        default=LAST, info={"label": N_("Order"), "help": N_("The lowest number that fits a matter counts.")}
    )
    state: Mapped[LimitState] = mapped_column(default=LimitState.draft, info={"label": N_("State"), "protected": True})
    scope: Mapped[CallScope | None] = mapped_column(info={"label": N_("Call scope"), "help": N_("Empty: any.")})
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    root_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True, info={"protected": True})
    category: Mapped[str] = mapped_column(
        String(40),
        default="",
        info={"label": N_("Category"), "help": N_("As the items of the list have it. Empty: any matter.")},
    )
    department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    amount: Mapped[int] = mapped_column(info={"label": N_("Amount")})
    unit: Mapped[LimitUnit] = mapped_column(info={"label": N_("Unit of time")})
    basis: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Basis")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    region: Mapped[Unit] = relationship(foreign_keys="TimeLimit.region_id", info=COUNTY)
    list_item: Mapped[ListItem | None] = relationship(
        foreign_keys=list_item_id, info={"label": N_("List item"), "help": N_("In whatever edition. Empty: any.")}
    )
    department: Mapped[Unit | None] = relationship(
        foreign_keys=department_id,
        info={"label": N_("Answering unit"), "help": N_("For which the clock runs. Empty: any.")},
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        scope = f" · {self.scope.label}" if self.scope else ""
        return f"{self.clock.label}{scope} · {self.amount} {self.unit.label}"


class Point(Word):
    """From where in a limit a step of the ladder is counted."""

    part_of_limit = "part_of_limit", N_("Percent of the limit used")
    before_end = "before_end", N_("Before the end")
    after_end = "after_end", N_("After the end")
    by_count = "by_count", N_("Only by the number of earlier steps")


class CountedIn(Word):
    """Within what the reminders to a unit are counted."""

    call = "call", N_("One call")
    year = "year", N_("A calendar year")


class ReminderLadder(Regional, Model):
    """The reminder ladder of one clock of a county. One at a time is in force; without one, units hear once."""

    __tablename__ = "reminder_ladder"
    __table_args__ = (
        Index(
            "uq_reminder_ladder_in_force",
            "region_id",
            "job",
            unique=True,
            sqlite_where=text("state = 'in_force'"),
            postgresql_where=text("state = 'in_force'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[Job] = mapped_column(info={"label": N_("What is reminded of")})
    state: Mapped[LimitState] = mapped_column(default=LimitState.draft, info={"label": N_("State"), "protected": True})
    basis: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Basis")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    region: Mapped[Unit] = relationship(foreign_keys="ReminderLadder.region_id", info=COUNTY)

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.job.label


class ReminderStep(Regional, Model):
    """One step of a reminder ladder: when of a clock, and who hears. Recipients widen with the level."""

    __tablename__ = "reminder_step"
    __table_args__ = (
        UniqueConstraint("ladder_id", "level", name="uq_reminder_step"),
        CheckConstraint("level BETWEEN 0 AND 9", name="ck_reminder_step_level"),
        CheckConstraint("amount >= 0", name="ck_reminder_step_amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ladder_id: Mapped[int] = mapped_column(ForeignKey("reminder_ladder.id"), index=True)
    level: Mapped[int] = mapped_column(info={"label": N_("Level of the step")})
    name: Mapped[str] = mapped_column(String(40), info={"label": N_("Name")})
    point: Mapped[Point] = mapped_column(info={"label": N_("Counted from")})
    amount: Mapped[int] = mapped_column(info={"label": N_("Amount")})
    unit: Mapped[LimitUnit] = mapped_column(
        default=LimitUnit.working_day,
        info={
            "label": N_("Unit of time"),
            "help": N_("Of no account for percents."),
            "moot": ("point", (Point.part_of_limit, Point.by_count)),
        },
    )
    duty_officer: Mapped[bool] = mapped_column(default=False, info={"label": N_("Duty officers hear")})
    heads: Mapped[bool] = mapped_column(default=False, info={"label": N_("Heads of the unit hear")})
    supervision: Mapped[bool] = mapped_column(default=False, info={"label": N_("Supervision office hears")})
    leaders: Mapped[bool] = mapped_column(default=False, info={"label": N_("County leaders hear")})
    county_office: Mapped[bool] = mapped_column(default=False, info={"label": N_("County office hears")})
    after_count: Mapped[int | None] = mapped_column(
        info={
            "label": N_("After how many"),
            "help": N_("Taken at once when the same unit has had so many of a lower step. Empty: by time alone."),
        }
    )
    of_level: Mapped[int | None] = mapped_column(info={"label": N_("Of which step")})
    within: Mapped[CountedIn | None] = mapped_column(info={"label": N_("Counted within")})
    source: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Basis")})

    ladder: Mapped[ReminderLadder] = relationship(info={"label": N_("Reminder ladder")})
    region: Mapped[Unit] = relationship(info={"label": N_("County"), "protected": True})

    def __str__(self) -> str:
        return f"{self.level} {self.name}"
