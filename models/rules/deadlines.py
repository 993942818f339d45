"""Due moments in working time, derived day by day so that each can be explained. Pure: no session, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]

from models.base import N_, Word
from models.calendar import LimitUnit

SHANGHAI = ZoneInfo("Asia/Shanghai")
HORIZON = timedelta(days=3 * 366)
"""No limit of a county is longer, and no calendar rests as long. It bounds every walk."""

ELAPSED = {
    LimitUnit.minute: timedelta(minutes=1),
    LimitUnit.hour: timedelta(hours=1),
    LimitUnit.day: timedelta(days=1),
}
"""The units that run day and night."""

FIXED_OFF = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the statutory holidays that need no notice: they do not follow the moon."""

STATUTORY = 13
"""Days off that everyone has in a year (regulation of 2024). On a weekend they are made good: none closes fewer."""

FESTIVALS = (
    N_("New Year's Day"),
    N_("Spring Festival"),
    N_("Tomb-sweeping Day"),
    N_("Labour Day"),
    N_("Dragon Boat Festival"),
    N_("Mid-autumn Festival"),
    N_("National Day"),
    N_("Anti-Fascist 70th Day"),
)
"""The package's names, which become notes as they are; listed so that they are translated."""

AFTER_HOURS = N_("Outside working hours: as if on the next working day.")
FIRST_DAY = N_("The day on which it starts does not count: counted from the next working day on.")

Windows = tuple[tuple[time, time], ...]
Span = tuple[datetime, datetime]
NOTHING = timedelta()
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class OutOfCalendar(ValueError):
    """A moment that no walk of three years reaches: too long a limit, or a calendar without working time."""


class DayKind(Word):
    """What kind of day a step of a derivation falls on."""

    working = "working", N_("Working day"), "active"
    make_up = "make_up", N_("Make-up working day"), "active"
    weekend = "weekend", N_("Weekend"), "muted"
    holiday = "holiday", N_("Public holiday"), "muted"
    closed = "closed", N_("Day off"), "muted"


@dataclass(frozen=True, slots=True)
class Step:
    """One day on the way to a due moment, and how many of its minutes counted."""

    day: date
    kind: DayKind
    minutes: int
    note: str = ""
    remark: str = ""
    """Why the day on which it starts counts for nothing."""


@dataclass(frozen=True, slots=True)
class Due:
    """A due moment in UTC, and how it came about. Provisional: it rests on a year not yet announced."""

    at: datetime
    provisional: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    kind: DayKind
    estimate: bool
    note: str
    spans: tuple[Span, ...]

    @property
    def working(self) -> bool:
        return bool(self.spans)

    @property
    def length(self) -> timedelta:
        return sum((closes - opens for opens, closes in self.spans), NOTHING)


Spent = list[tuple[_Day, timedelta]]
"""What a derivation took of each day it met."""


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """Which days are worked, and at which hours.

    `days` (an administrator's word) wins over the State Council's notice as the package knows it, and
    that over an estimate: Monday to Friday less the fixed holidays. A year in which an administrator has
    entered as many days off as there are by law is no estimate any more. `windows` never say whether a day
    is worked, only when: a worked day whose weekday has none of its own, as a make-up Saturday or
    Sunday, takes Monday's, and where Monday has none, those of the first weekday that has some.

    The end of a window still belongs to it: what falls due at the close of business falls due that
    day, and a limit that starts there starts that day. Moments go in with any zone, and come out in UTC.
    """

    windows: Mapping[int, Windows]
    days: Mapping[date, bool] = field(default_factory=dict)
    zone: tzinfo = SHANGHAI
    notes: Mapping[date, str] = field(default_factory=dict)
    _seen: dict[date, _Day] = field(default_factory=dict, init=False, repr=False)
    _told: frozenset[int] = field(default=frozenset(), init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep copies, so that what was read of a day stays true; refuse a calendar that never works."""
        windows = {weekday: _joined(self.windows[weekday]) for weekday in sorted(self.windows)}
        if not any(windows.values()):
            raise OutOfCalendar("the calendar has no working window")
        object.__setattr__(self, "windows", windows)
        object.__setattr__(self, "days", dict(self.days))
        object.__setattr__(self, "notes", dict(self.notes))
        closed = Counter(day.year for day, working in self.days.items() if not working)
        object.__setattr__(self, "_told", frozenset(year for year, days in closed.items() if days >= STATUTORY))

    def is_working(self, day: date) -> tuple[bool, bool]:
        """Whether the day is worked, and whether that is an estimate."""
        seen = self._look(day)
        return seen.working, seen.estimate

    def windows_on(self, day: date) -> Windows:
        """The hours worked on that day, in the calendar's zone; none on a day off."""
        return self._usual(day) if self._look(day).working else ()

    def next_working_moment(self, moment: datetime) -> datetime:
        """The moment itself inside working time, else the beginning of the next window."""
        return self._worked(_utc(moment), NOTHING)[0]

    def next_morning(self, moment: datetime) -> datetime:
        """When work begins: that day if it has not yet, else on the next working day."""
        local = _utc(moment).astimezone(self.zone)
        opens = self.next_working_moment(self._at(local.date(), time()))
        later = self._at(local.date() + timedelta(days=1), time())
        return opens if opens >= moment else self.next_working_moment(later)

    def add(self, moment: datetime, amount: int, unit: LimitUnit) -> Due:
        """When a limit that starts at `moment` ends.

        Minutes, hours and days run day and night, so their end is never provisional. Working hours
        count the minutes inside windows. A limit of n working days ends at the close of business of the
        nth working day after the start day. What starts outside working time starts at the next
        working minute; nothing added to it is that minute.
        """
        start = _utc(moment)
        if amount < 0:
            raise ValueError(f"a limit cannot be negative: {amount}")
        if unit in ELAPSED:
            at, spent = self._elapsed(start, amount, unit)
            return Due(at, False, _steps(spent))
        if amount > HORIZON // timedelta(hours=1):  # in either unit, and before a timedelta overflows
            raise OutOfCalendar(f"{amount} {unit} are more than three years")
        if unit == LimitUnit.working_day and amount:
            at, spent = self._days_after(start, amount)
        else:
            at, spent = self._worked(start, timedelta(hours=amount))
        return Due(at, any(day.estimate for day, _ in spent), _steps(spent, self._remarks(start, amount, unit)))

    def rested(
        self, due: datetime, paused: datetime, resumed: datetime, unit: LimitUnit = LimitUnit.working_hour
    ) -> Due:
        """When a limit ends that was due at `due`, and rested from one moment to another.

        What was left of it when it paused is left when it goes on: in working time, or for a unit that runs day and
        night by the clock. Never earlier than it was; and what was over stays over.
        """
        due, paused, resumed = _utc(due), _utc(paused), _utc(resumed)
        if resumed < paused:
            raise ValueError("a pause ends after it begins")
        if due <= paused:
            return Due(due, False, ())
        if unit in ELAPSED:
            return Due(due + (resumed - paused), False, ())
        days = (self._look(day) for day in self._days_of(paused, due))
        left = sum((_overlap(span, paused, due) for day in days for span in day.spans), NOTHING)
        at, spent = self._worked(resumed, left)
        return Due(max(at, due), any(day.estimate for day, _ in spent), _steps(spent))

    def working_minutes(self, a: datetime, b: datetime) -> int:
        """Whole minutes of working time from one moment to another; negative if they run backwards."""
        starts, ends = _utc(a), _utc(b)
        if ends < starts:
            return -self.working_minutes(ends, starts)
        days = (self._look(day) for day in self._days_of(starts, ends))
        return sum((_overlap(span, starts, ends) for day in days for span in day.spans), NOTHING) // MINUTE

    def share(self, a: datetime, b: datetime, percent: int) -> datetime:
        """When so many percent of the time from one moment to another are over.

        Of working time; of less than a day, of more than three years, and where nobody works, by the clock.
        """
        starts, ends = _utc(a), _utc(b)
        worked = self.working_minutes(starts, ends) * MINUTE if DAY <= ends - starts < HORIZON else NOTHING
        if not worked:
            return starts + (ends - starts) * percent / 100
        return self._worked(starts, worked * percent / 100)[0]

    def before(self, moment: datetime, n_working_days: int) -> datetime:
        """The same clock time `n_working_days` earlier, brought into that day's working time.

        Before opening it becomes the opening, and in a break or after the close the last minute worked.
        """
        if n_working_days < 1:
            raise ValueError(f"not a working day earlier: {n_working_days}")
        local = _utc(moment).astimezone(self.zone)
        left = n_working_days
        walk = self._walk(local.date() - timedelta(days=1), backwards=True)
        while True:
            day = next(walk)
            left -= day.working
            if not left:
                return _clip(self._at(day.day, local.time()), day.spans)

    def _remarks(self, start: datetime, amount: int, unit: LimitUnit) -> dict[date, str]:
        """Of the days before a limit in working time begins to count, why they do not."""
        day, first = (at.astimezone(self.zone).date() for at in (start, self.next_working_moment(start)))
        remarks = {first: FIRST_DAY} if unit == LimitUnit.working_day and amount else {}
        return {**remarks, day: AFTER_HOURS} if day < first else remarks

    def _elapsed(self, start: datetime, amount: int, unit: LimitUnit) -> tuple[datetime, Spent]:
        if amount > HORIZON // ELAPSED[unit]:
            raise OutOfCalendar(f"{amount} {unit} are more than three years")
        at = start + amount * ELAPSED[unit]
        spent: Spent = []
        for day in self._days_of(start, at):
            midnights = self._at(day, time()), self._at(day + timedelta(days=1), time())
            spent.append((self._look(day), _overlap(midnights, start, at)))
        return at, spent

    def _worked(self, start: datetime, left: timedelta) -> tuple[datetime, Spent]:
        spent: Spent = []
        walk = self._walk(start.astimezone(self.zone).date())
        while True:
            day, before = next(walk), left
            for opens, closes in day.spans:
                begins = max(opens, start)
                if begins + left <= closes:
                    return begins + left, [*spent, (day, before)]
                left -= max(closes - begins, NOTHING)
            spent.append((day, before - left))

    def _days_after(self, start: datetime, amount: int) -> tuple[datetime, Spent]:
        first = self.next_working_moment(start).astimezone(self.zone).date()
        spent: Spent = []
        walk = self._walk(start.astimezone(self.zone).date())
        while True:
            day = next(walk)
            counts = day.working and day.day > first
            spent.append((day, day.length if counts else NOTHING))
            amount -= counts
            if not amount:
                return day.spans[-1][1], spent

    def _walk(self, day: date, *, backwards: bool = False) -> Iterator[_Day]:
        one = timedelta(days=-1 if backwards else 1)
        for n in range(HORIZON.days):
            yield self._look(day + n * one)
        raise OutOfCalendar(f"three years from {day} are not enough")

    def _days_of(self, starts: datetime, ends: datetime) -> Iterator[date]:
        first, last = starts.astimezone(self.zone).date(), ends.astimezone(self.zone).date()
        return (first + timedelta(days=n) for n in range((last - first).days + 1))

    def _look(self, day: date) -> _Day:
        seen = self._seen.get(day)
        if seen is None:
            working, estimate, kind, note = self._judge(day)
            usual = self._usual(day) if working else ()
            spans = tuple((self._at(day, starts), self._at(day, ends)) for starts, ends in usual)
            seen = self._seen[day] = _Day(day, kind, estimate, note, spans)
        return seen

    def _judge(self, day: date) -> tuple[bool, bool, DayKind, str]:
        if day in self.days:
            working = self.days[day]
            kind = _kind(day, working=True) if working else DayKind.closed
            return working, False, kind, self.notes.get(day) or N_("Set in the county's calendar")
        if told := announced(day):
            working, festival = told
            return working, False, _kind(day, working=working, festival=bool(festival)), festival
        fixed = (day.month, day.day) in FIXED_OFF
        working = day.weekday() < 5 and not fixed
        kind = _kind(day, working=working, festival=fixed)
        if day.year in self._told:
            return working, False, kind, ""
        return working, True, kind, N_("Not announced yet: an estimate")

    def _usual(self, day: date) -> Windows:
        return self.windows.get(day.weekday()) or next(filter(None, self.windows.values()))

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def announced(day: date) -> tuple[bool, str] | None:
    """Whether the State Council has the day worked, and for which festival; None if its notice is not known."""
    try:
        is_off, festival = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return not is_off, festival or ""


def _kind(day: date, *, working: bool, festival: bool = False) -> DayKind:
    weekend = day.weekday() >= 5
    if working:
        return DayKind.make_up if weekend else DayKind.working
    return DayKind.weekend if weekend and not festival else DayKind.holiday


def _joined(windows: Windows) -> Windows:
    """In order, and those that overlap as one: a minute is worked once, however often it was entered."""
    joined: list[tuple[time, time]] = []
    for starts, ends in sorted(windows):
        if starts >= ends:
            raise ValueError(f"a window ends after it begins: {starts}, {ends}")
        if joined and starts <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends)
        else:
            joined.append((starts, ends))
    return tuple(joined)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    if not 1992 <= moment.year < 2200:  # no daylight saving since; and a typing error walks no millennia
        raise OutOfCalendar(f"{moment:%Y-%m-%d} is outside the calendar")
    return moment.astimezone(UTC)


def _overlap(span: Span, starts: datetime, ends: datetime) -> timedelta:
    return max(min(span[1], ends) - max(span[0], starts), NOTHING)


def _clip(moment: datetime, spans: tuple[Span, ...]) -> datetime:
    reached = [min(moment, closes) for opens, closes in spans if opens <= moment]
    return reached[-1] if reached else spans[0][0]


def _steps(spent: Spent, remarks: Mapping[date, str] = MappingProxyType({})) -> tuple[Step, ...]:
    """Whole minutes, cut off on the running total: so they add up to the limit, whatever the seconds."""
    steps, total = [], NOTHING
    for day, time_spent in spent:
        before, total = total // MINUTE, total + time_spent
        steps.append(Step(day.day, day.kind, total // MINUTE - before, day.note, remarks.get(day.day, "")))
    return tuple(steps)
