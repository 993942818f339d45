"""Reference data: units, drafts of the lists, working hours and limits. Safe to run at every deployment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from models.calendar import (
    Clock,
    CountedIn,
    LimitState,
    LimitUnit,
    Point,
    ReminderLadder,
    ReminderStep,
    TimeLimit,
    WorkingWindow,
)
from models.imports import ImportWord
from models.item_words import FieldKind, ItemColumn, Primary
from models.ledger import Job
from models.lists import DutyList, ItemCooperation, ListField, ListItem, ListType
from models.organisation import Duty, Unit, UnitType
from models.plain_words import PlainWord
from models.queries.calendar import DEFAULT_WINDOWS
from models.recorder import ORIGIN, Origin, set_origin
from models.rules.organisation import place_units, search_key
from models.seeds import rows
from models.seeds.statutes import Matter, matters
from models.situations import CallSituation
from models.words import CallScope

TOWNSHIP_TYPES = {
    "街道": UnitType.street,
    "镇": UnitType.township,
    "乡": UnitType.township,
    "民族乡": UnitType.township,
}
TERRITORIAL = "territorial"
LIST_NOTE = "由公开的法律法规条文整理，不是本地发布的清单。呼叫情形（应急、重点、复杂）为拟定，尚待编办逐项核定。"

Body = tuple[str, Unit]
"""A unit to be, and the code of its parent."""


def seed(session: Session, now: datetime) -> dict[str, int]:
    """Add what is missing, and say how many rows of each table; the recorder dates them `now`.

    Nothing that is there is changed. A county that has a territorial list, plain words, situations, or working hours,
    gets no others.
    """
    with _recorded_at(session, now):
        _, above = _add_units(session, _divisions())
        units, below = _add_units(session, [*_townships(), *_offices_and_departments()])
        types = _add_list_types(session)
        counties = [units[row["code"]] for row in rows("counties.csv")]
        return {
            "unit": above + below,
            "list_type": types,
            **_add_lists(session, units),
            "plain_word": _add_words(session, counties),
            "import_word": _add_import_words(session, counties),
            "call_situation": _add_situations(session, counties),
            "working_window": _add_windows(session, counties),
            "time_limit": _add_limits(session, counties),
            "reminder_step": _add_ladders(session, counties),
        }


def seed_demo_base(session: Session) -> dict[str, int]:
    """Villages and grids below some townships, invented and marked so; `seed` comes first.

    A village is divided into as many grids as its row says: 773 in thirteen townships of one county (LX-30).
    """
    villages: list[Body] = []
    for row in rows("demo_villages.csv"):
        code, name, kind = row["code"], row["name"], UnitType(row["unit_type"])
        villages.append((row["parent_code"], _invented(code, name, row["short_name"], kind)))
        for number in range(1, int(row["grids"] or 0) + 1):
            short = f"{name}{number}网格(演示)"
            villages.append((code, _invented(f"{code}-g{number}", f"{name}第{number}网格", short, UnitType.grid)))
    _, added = _add_units(session, villages)
    return {"unit": added}


def _invented(code: str, name: str, short_name: str, kind: UnitType) -> Unit:
    return Unit(code=code, name=name, short_name=short_name, unit_type=kind)


@contextmanager
def _recorded_at(session: Session, now: datetime) -> Iterator[None]:
    before = session.info.get(ORIGIN, Origin())
    set_origin(session, replace(before, at=now))
    try:
        yield
        session.flush()
    finally:
        set_origin(session, before)


def _divisions() -> Iterator[Body]:
    for row in rows("counties.csv"):
        city = row["code"][:4] + "00"
        yield "", Unit(code=city, division_code=city, name=row["city"], unit_type=UnitType.city)
        yield (
            city,
            Unit(code=row["code"], division_code=row["code"], name=row["county"], unit_type=UnitType.county),
        )


def _townships() -> Iterator[Body]:
    for row in rows("townships.csv"):
        kind = TOWNSHIP_TYPES[row["unit_type"]]
        yield (
            row["county_code"],
            Unit(code=row["code"], division_code=row["code"], name=row["name"], unit_type=kind),
        )


def _offices_and_departments() -> Iterator[Body]:
    for row in rows("departments.csv"):
        yield (
            row["county_code"],
            Unit(
                code=_code(row["county_code"], row["word"]),
                name=row["name"],
                short_name=row["short_name"],
                unit_type=UnitType(row["unit_type"]),
                duty=Duty(row["duty"]) if row["duty"] else None,
            ),
        )


def _code(county: str, word: str) -> str:
    return f"{county}-{word}"


def _add_units(session: Session, bodies: Iterable[Body]) -> tuple[dict[str, Unit], int]:
    """All the units by their code in the data, and how many are new. Parents come before children.

    A unit to which somebody gave another code, or whose task another office has taken over, stands in.
    """
    bodies = list(bodies)
    found = _found(session, {code for parent, unit in bodies for code in (parent, unit.code)})
    known = {unit.code: unit for unit in found}
    names = {(unit.parent_id, unit.name): unit for unit in found}
    tasks: dict[tuple[int | None, Duty | None], Unit] = {
        (unit.region_id, unit.duty): unit for unit in found if unit.duty
    }
    new = []
    for parent_code, unit in bodies:
        parent = known[parent_code] if parent_code else None
        if unit.code not in known and parent and parent.id:
            stand_in = names.get((parent.id, unit.name)) or tasks.get((parent.id, unit.duty))
            if stand_in:
                known[unit.code] = stand_in
        if unit.code not in known:
            unit.parent = parent
            unit.region_id = parent.region_id if parent else None  # the recorder's chain, from the first entry on
            known[unit.code] = unit
            new.append(unit)
    place_units(session, new)
    return known, len(new)


def _found(session: Session, codes: set[str]) -> list[Unit]:
    above = aliased(Unit)
    parents = select(above.id).where(above.code.in_(codes))
    with_task = and_(Unit.duty.is_not(None), Unit.region_id.in_(parents))
    found = select(Unit).where(or_(Unit.code.in_(codes), Unit.parent_id.in_(parents), with_task))
    return list(session.scalars(found))


def _add_lists(session: Session, units: dict[str, Unit]) -> dict[str, int]:
    territorial = session.scalars(select(ListType).where(ListType.code == TERRITORIAL)).one()
    listed = set(session.scalars(select(DutyList.region_id).where(DutyList.list_type_id == territorial.id)))
    drafts = [_draft(row, units, territorial) for row in rows("counties.csv") if units[row["code"]].id not in listed]
    session.add_all(drafts)
    items = [item for draft in drafts for item in draft.items]
    return {
        "duty_list": len(drafts),
        "list_item": len(items),
        "item_cooperation": sum(len(item.cooperating) for item in items),
    }


def _add_list_types(session: Session) -> int:
    """The kinds of list of requirements B1 that are missing, each with its columns."""
    known = set(session.scalars(select(ListType.code)))
    types = {
        row["code"]: ListType(
            code=row["code"],
            name=row["name"],
            primary=Primary(row["primary"]),
            rounds=int(row["rounds"]),
            in_modules=bool(row["in_modules"]),
            note=row["note"],
        )
        for row in rows("list_types.csv")
        if row["code"] not in known
    }
    session.add_all(types.values())
    session.add_all(
        _field(row, types[row["list_type"]]) for row in rows("list_fields.csv") if row["list_type"] in types
    )
    session.flush()
    return len(types)


def _field(row: dict[str, str], list_type: ListType) -> ListField:
    return ListField(
        list_type=list_type,
        position=int(row["position"]),
        name=row["name"],
        column=ItemColumn(row["column"]) if row["column"] else None,
        label=row["label"],
        kind=FieldKind(row["kind"] or FieldKind.text),
        required=bool(row["required"]),
        choices=row["choices"].replace("|", "\n"),
        help=row["help"],
    )


def _draft(row: dict[str, str], units: dict[str, Unit], list_type: ListType) -> DutyList:
    return DutyList(
        list_type=list_type,
        region_id=units[row["code"]].id,
        title=row["list_title"],
        owner_unit=units[_code(row["code"], "bb")],
        note=LIST_NOTE,
        items=[
            _item(row["code"], matter, units, list_type)
            for matter in matters((row["county"], row["city"], row["province"]))
        ],
    )


def _item(county: str, matter: Matter, units: dict[str, Unit], list_type: ListType) -> ListItem:
    region_id = units[county].id
    return ListItem(
        list_type=list_type,
        region_id=region_id,
        code=matter.code,
        title=matter.title,
        category=matter.category,
        call_scope=matter.call_scope,
        lead_department=units[_code(county, matter.lead)],
        cooperating=[
            ItemCooperation(region_id=region_id, unit=units[_code(county, word)]) for word in matter.cooperating
        ],
        department_duties=matter.department_duties,
        township_duties=matter.township_duties,
        legal_basis=matter.legal_basis,
        time_limit=matter.time_limit,
        source=f"依法律法规整理 / from law: {matter.legal_basis}, {matter.source}",
        search_key=search_key(matter.title, limit=400),
    )


def _add_words(session: Session, counties: list[Unit]) -> int:
    settled = set(session.scalars(select(PlainWord.region_id).distinct()))
    words = [
        PlainWord(region_id=county.id, word=row["word"], means=row["means"])
        for county in counties
        if county.id not in settled
        for row in rows("plain_words.csv")
    ]
    session.add_all(words)
    return len(words)


def _add_import_words(session: Session, counties: list[Unit]) -> int:
    """What headings and names mean in the lists that offices, and laws, write, and in the files of hotlines."""
    settled = set(session.scalars(select(ImportWord.region_id).distinct()))
    words = [
        ImportWord(region_id=county.id, resource=resource, field=field, said=row["said"], means=means)
        for county in counties
        if county.id not in settled
        for resource, table in (("list_item", "import_words.csv"), ("hotline_ticket", "ticket_words.csv"))
        for row in rows(table)
        for field, means in _meanings(row, county)
    ]
    session.add_all(words)
    return len(words)


def _meanings(row: dict[str, str], county: Unit) -> Iterator[tuple[str, str]]:
    """A department's name means the same to whoever leads and whoever cooperates."""
    if row["field"] != "department":
        yield row["field"], row["means"]
        return
    means = _code(county.code, row["means"]) if row["means"] else ""
    yield from (("lead_department", means), ("cooperating_departments", means))


def _add_situations(session: Session, counties: list[Unit]) -> int:
    settled = set(session.scalars(select(CallSituation.region_id).distinct()))
    situations = [
        CallSituation(
            region_id=county.id,
            scope=CallScope(row["scope"]),
            position=int(row["position"]),
            category=row["category"],
            situation=row["situation"],
            standard=row["standard"],
            basis=row["basis"],
        )
        for county in counties
        if county.id not in settled
        for row in rows("call_situations.csv")
    ]
    session.add_all(situations)
    return len(situations)


def _add_windows(session: Session, counties: list[Unit]) -> int:
    settled = set(session.scalars(select(WorkingWindow.region_id).distinct()))
    windows = [
        WorkingWindow(region_id=county.id, weekday=weekday, starts=starts, ends=ends)
        for county in counties
        if county.id not in settled
        for weekday, hours in DEFAULT_WINDOWS.items()
        for starts, ends in hours
    ]
    session.add_all(windows)
    return len(windows)


def _add_limits(session: Session, counties: list[Unit]) -> int:
    """A county that has a limit for a clock and scope keeps it as it is."""
    settled = {tuple(row) for row in session.execute(select(TimeLimit.region_id, TimeLimit.clock, TimeLimit.scope))}
    proposed = [_limit(row, county) for county in counties for row in rows("time_limits.csv")]
    limits = [limit for limit in proposed if (limit.region_id, limit.clock, limit.scope) not in settled]
    session.add_all(limits)
    return len(limits)


def _add_ladders(session: Session, counties: list[Unit]) -> int:
    """A county that has a ladder keeps it as it is."""
    settled = set(session.scalars(select(ReminderLadder.region_id).distinct()))
    jobs = dict.fromkeys(Job(row["job"]) for row in rows("reminder_ladder.csv"))
    ladders = {
        (county.id, job): ReminderLadder(region_id=county.id, job=job, state=LimitState.in_force)
        for county in counties
        if county.id not in settled
        for job in jobs
    }
    steps = [
        ReminderStep(
            region_id=region_id,
            ladder=ladder,
            level=int(row["level"]),
            name=row["name"],
            point=Point(row["point"]),
            amount=int(row["amount"]),
            unit=LimitUnit(row["unit"]),
            source=row["source"],
            after_count=int(row["after_count"]) if row["after_count"] else None,
            of_level=int(row["of_level"]) if row["of_level"] else None,
            within=CountedIn(row["within"]) if row["within"] else None,
            **dict.fromkeys(row["hear"].split(), True),
        )
        for (region_id, job), ladder in ladders.items()
        for row in rows("reminder_ladder.csv")
        if row["job"] == job
    ]
    session.add_all(steps)
    return len(steps)


def _limit(row: dict[str, str], county: Unit) -> TimeLimit:
    return TimeLimit(
        region_id=county.id,
        clock=Clock(row["clock"]),
        state=LimitState.in_force,
        position=int(row["position"]),
        scope=CallScope(row["scope"]) if row["scope"] else None,
        amount=int(row["amount"]),
        unit=LimitUnit(row["unit"]),
        basis=row["basis"],
    )
