"""The working calendar, walked day by day: a second reading of it, that shares no code with the console's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

import chinese_calendar  # type: ignore[import-untyped]

CHINA = timedelta(hours=8)
HOURS = ((timedelta(hours=8.5), timedelta(hours=12)), (timedelta(hours=14), timedelta(hours=17.5)))
WALL = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def spans(day: date) -> list[tuple[datetime, datetime]]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - CHINA
    worked = chinese_calendar.is_workday(day)
    return [(midnight + opens, midnight + closes) for opens, closes in HOURS] if worked else []


def days_from(moment: datetime) -> Iterator[date]:
    first = (moment + CHINA).date()
    return (first + timedelta(days=n) for n in count())


def worked(start: datetime, left: timedelta) -> datetime:
    """When so much working time has passed."""
    for day in days_from(start):
        for opens, closes in spans(day):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta())
    raise AssertionError


def later(start: datetime, amount: int, unit: str) -> datetime:
    if unit in WALL:
        return start + amount * WALL[unit]
    if unit == "working_hour":
        return worked(start, timedelta(hours=amount))
    first = (worked(start, timedelta()) + CHINA).date()
    days = (day for day in days_from(start) if day > first and spans(day))
    return spans([next(days) for _ in range(amount)][-1])[-1][1]


def earlier(end: datetime, days: int) -> datetime:
    """The same clock time so many working days before, brought into working time."""
    day, local = (end + CHINA).date(), end
    while days:
        day, local = day - timedelta(days=1), local - timedelta(days=1)
        days -= bool(spans(day))
    reached = [min(local, closes) for opens, closes in spans(day) if opens <= local]
    return reached[-1] if reached else spans(day)[0][0]


def before(start: datetime, end: datetime, days: int = 1) -> datetime:
    moment = earlier(end, days)
    return moment if moment > start else start + (end - start) / 2


def share(start: datetime, end: datetime, percent: int) -> datetime:
    """When so many percent are used up: of the whole minutes worked, where it is a day or more; else by the clock."""
    whole = timedelta()
    for day in days_from(start):
        if day > (end + CHINA).date():
            break
        for opens, closes in spans(day):
            whole += max(min(closes, end) - max(opens, start), timedelta())
    minutes = whole // timedelta(minutes=1)
    if end - start < timedelta(days=1) or not minutes:
        return start + (end - start) * percent / 100
    return worked(start, timedelta(minutes=minutes) * percent / 100)


def rested(due: datetime, paused: datetime, resumed: datetime) -> datetime:
    left = timedelta()
    for day in days_from(paused):
        if day > (due + CHINA).date():
            return max(due, worked(resumed, left))
        for opens, closes in spans(day):
            left += max(min(closes, due) - max(opens, paused), timedelta())
    raise AssertionError
