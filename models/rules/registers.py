"""What every row of a register has to be: of a unit of a county, with terms and numbers that can be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Numeric, inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.community import ExchangeEntry, VillagerCouncil
from models.evidence import OffSiteEvidence
from models.files import Attachment
from models.organisation import BELOW_TOWNSHIP, LOCAL, Unit
from models.partners import ResidencyKind, ResidencyRoster
from models.rules.calendar import prepare_county_row
from models.rules.deadlines import SHANGHAI
from models.rules.photos import place
from models.words import Level
from models.workflow import Refused


def level_of(unit: Unit) -> Level:
    """On which level a unit serves."""
    if unit.unit_type in BELOW_TOWNSHIP:
        return Level.village
    return Level.township if unit.unit_type in LOCAL else Level.county


def prepare_owned(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """A row of a unit is of the unit's county; no new one of a dissolved one. Raises `Refused`, naming the field."""
    unit = prepare_kept(session, row)
    if not inspect(row).persistent:
        be_living(unit, now, field="unit")


def prepare_kept(session: Session, row: Any) -> Unit:
    """The same of what may have been long ago; and whose it is."""
    unit = session.get(Unit, row.unit_id) if row.unit_id else None
    if unit is None or unit.region_id is None:
        raise Refused(N_("Name a unit of a county: it keeps this record."), field="unit")
    row.region_id = unit.region_id
    be_sound(row)
    return unit


def be_living(unit: Unit, now: datetime, field: str = "") -> None:
    """ZG-14: what is new is its successor's. Raises `Refused` of a unit that is dissolved."""
    if unit.valid_to is None or unit.valid_to > now.astimezone(SHANGHAI).date():
        return
    if unit.successor_id is None:
        raise Refused(N_("“%(unit)s” is dissolved and begins nothing new."), field=field, unit=unit.name)
    raise Refused(
        N_("“%(unit)s” was merged into “%(successor)s”. What is new is written by that one."),
        field=field,
        unit=unit.name,
        successor=str(heir(unit)),
    )


def may_begin(unit: Unit) -> bool:
    """ZG-14, as a button asks it, which knows no day: what is new is no more begun by a unit that was merged."""
    return unit.successor_id is None


def heir(unit: Unit) -> Unit:
    """Whose its area is now: it hangs below the one it was merged into, and moves along when that is merged, too."""
    return unit.parent if unit.successor_id is not None and unit.parent is not None else unit


def prepare_countys(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """A row that the county keeps. Raises `Refused`, naming the field."""
    prepare_county_row(session, row, actor, now)
    be_sound(row)


def fill_in_defaults(row: Any) -> None:
    """What was left empty is as its column says, before a rule compares it."""
    for column in inspect(row).mapper.columns:
        default = column.default
        if getattr(row, column.key) is None and default is not None and default.is_scalar:
            setattr(row, column.key, default.arg)


def be_sound(row: Any) -> None:
    """Raises `Refused`, naming the field, of a number below 0 or an end before its beginning."""
    for column in inspect(row).mapper.columns:
        counted = isinstance(column.type, Integer | Numeric) and not column.primary_key
        if counted and (getattr(row, column.key) or 0) < 0:
            raise Refused(N_("This number is 0 or more."), field=column.key)
    begins, ends = getattr(row, "from_on", None), getattr(row, "until_on", None)
    if begins and ends and ends < begins:
        raise Refused(N_("The end must come after the beginning."), field="until_on")


def prepare_council(session: Session, council: VillagerCouncil, actor: Actor, now: datetime) -> None:
    """TS-41: of the county, a township or a village, as its unit is. Raises `Refused`, naming the field."""
    prepare_owned(session, council, actor, now)
    council.level = level_of(session.get_one(Unit, council.unit_id))


def prepare_exchange(session: Session, entry: ExchangeEntry, actor: Actor, now: datetime) -> None:
    """LX-35: a need meets a resource, once. Raises `Refused`, naming the field."""
    prepare_owned(session, entry, actor, now)
    one, keys = ExchangeEntry, (entry.id or 0, entry.match_id or 0)
    both = select(one.id, one.kind, one.title, one.match_id).where(one.id.in_(keys)).order_by(one.id)
    match = {row.id: row for row in session.execute(both.with_for_update())}.get(entry.match_id or 0)
    if match is None:
        return
    if match.kind is entry.kind:
        raise Refused(N_("A need is matched with a resource, a resource with a need."), field="match")
    taken = select(one.id).where(one.match_id == match.id, one.id != keys[0]).limit(1)
    if match.match_id not in (None, entry.id) or session.scalar(taken):
        raise Refused(N_("“%(entry)s” is matched already. Choose another."), field="match", entry=match.title)
    chosen = session.scalar(select(one.title).where(one.match_id == keys[0], one.id != match.id).limit(1))
    if chosen:
        raise Refused(
            N_("“%(entry)s” is matched with this one already. Leave the match empty."), field="match", entry=chosen
        )


def prepare_residency(session: Session, roster: ResidencyRoster, actor: Actor, now: datetime) -> None:
    """TS-38: a body that moved in has staff, a rotation has days. Raises `Refused`, naming the field."""
    prepare_countys(session, roster, actor, now)
    if roster.kind is ResidencyKind.resident and not roster.staff_count:
        raise Refused(N_("Say how many people of it work there."), field="staff_count")
    if roster.kind is ResidencyKind.rotating and not (roster.schedule or "").strip():
        raise Refused(N_("Say on which days it comes."), field="schedule")


def prepare_evidence(session: Session, evidence: OffSiteEvidence, actor: Actor, now: datetime) -> None:
    """Where and when: what the photo says, unless the form does. Raises `Refused`, naming the field."""
    prepare_owned(session, evidence, actor, now)
    file = session.get_one(Attachment, evidence.file_id)
    of_photo = {"seen_at": file.taken_at, "place": place(file.latitude, file.longitude)}
    for field, told in of_photo.items():
        if not (getattr(evidence, field) or told):
            raise Refused(N_("Fill this in: the file does not say it."), field=field)
        setattr(evidence, field, getattr(evidence, field) or told)
    if evidence.seen_at > now:
        raise Refused(N_("This lies in the future. Name a moment that has passed."), field="seen_at")
