"""What happened in the demo counties: each call in its caller's words, and its scenes, dated back from a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.calls import CallSource
from models.rules.deadlines import WorkingCalendar
from models.seeds import rows
from models.seeds.accounts import ACCOUNTS

WORKING_DAY = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Scene:
    """Someone moves one subject of a story: the call, or what hangs on it.

    `when` is in working days before the moment of telling, or, with a plus, in minutes after the scene before:
    an emergency does not wait for office hours. `due` is a promise in working days.
    """

    when: str
    who: str
    what: str
    move: str
    unit: str
    units: tuple[str, ...]
    item: str
    due: int
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A call and all that came of it. The item is named by its code; `tells` is what it asks of its calls."""

    key: str
    county: str
    item: str
    title: str
    description: str
    place: str
    place_unit: str
    source: CallSource
    is_cross_region: bool
    tells: str
    scenes: tuple[Scene, ...]

    def name(self, word: str) -> str:
        """Whom a scene means: a department of the county goes by its code, everybody else by their account."""
        code = f"{self.county}-{word}"
        return code if code in _DEPARTMENTS else word

    def unit_code(self, word: str) -> str:
        """The unit that a scene means, by its code."""
        name = self.name(word)
        return _UNIT_OF_ACCOUNT.get(name, name)

    def moments(self, calendar: WorkingCalendar, now: datetime) -> Iterator[tuple[datetime, Scene]]:
        """Its scenes, each with its moment, when it is told at `now`."""
        at = now
        for scene in self.scenes:
            if scene.when.startswith("+"):
                at += timedelta(minutes=int(scene.when))
            else:
                at = worked_before(calendar, now, float(scene.when) * WORKING_DAY)
            yield at, scene


@dataclass(frozen=True, slots=True)
class Publication:
    """The act by which a county's list came into force. The numbers say that they are invented."""

    county: str
    who: str
    issued_by: str
    document_number: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What one unit said of a county's list in one round."""

    county: str
    round: int
    who: str
    agrees: bool
    text: str


PUBLISHED, ROUND = 60, 12
"""Working days ago, when no story has begun; and how many a comment round takes before that."""

_DEPARTMENTS = {f"{row['county_code']}-{row['word']}" for row in rows("departments.csv")}
_UNIT_OF_ACCOUNT = {account.username: account.unit_code for account in ACCOUNTS}


def stories() -> list[Story]:
    """All of them, those of a county together."""
    scenes: dict[str, list[Scene]] = defaultdict(list)
    for row in rows("demo_scenes.csv"):
        scenes[row.pop("call")].append(_scene(row))
    return [_story(row, tuple(scenes[row["key"]])) for row in rows("demo_calls.csv")]


def publications() -> list[Publication]:
    """One for each county."""
    return [Publication(**row) for row in rows("demo_publications.csv")]


def comments() -> list[Comment]:
    """What was said of the lists, in the order in which it was said."""
    return [
        Comment(row["county"], int(row["round"]), row["who"], bool(row["agrees"]), row["text"])
        for row in rows("demo_opinions.csv")
    ]


def _scene(row: dict[str, str]) -> Scene:
    return Scene(
        when=row["when"],
        who=row["who"],
        what=row["what"],
        move=row["move"],
        unit=row["unit"],
        units=tuple(filter(None, row["units"].split(","))),
        item=row["item"],
        due=int(row["due"] or 0),
        text=row["text"],
    )


def _story(row: dict[str, str], scenes: tuple[Scene, ...]) -> Story:
    return Story(
        key=row["key"],
        county=row["county"],
        item=row["item"],
        title=row["title"],
        description=row["description"],
        place=row["place"],
        place_unit=row["place_unit"],
        source=CallSource(row["source"]),
        is_cross_region=bool(row["is_cross_region"]),
        tells=row["tells"],
        scenes=scenes,
    )


def worked_before(calendar: WorkingCalendar, now: datetime, left: timedelta) -> datetime:
    """The moment that lies so much working time before `now`."""
    day = now.astimezone(calendar.zone).date()
    while True:
        for starts, ends in reversed(calendar.windows_on(day)):
            opens, closes = (datetime.combine(day, clock, calendar.zone) for clock in (starts, ends))
            worked = min(closes, now) - opens
            if worked >= left:
                return (opens + (worked - left)).astimezone(UTC)
            left -= max(worked, timedelta())
        day -= timedelta(days=1)
