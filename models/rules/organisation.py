"""Where a unit stands: its path, its county, and the key by which it is found. And who may be posted there as what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pypinyin import lazy_pinyin
from sqlalchemy import case, func, inspect, or_, select, update
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_, Role, User
from models.door import by_rule
from models.organisation import LOCAL, Duty, Posting, Unit, UnitType
from models.roles import EVERYWHERE, RoleName
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell
from models.rules.offices import offices_of
from models.rules.registers import be_sound
from models.workflow import Refused

ROOT = "/"
READINGS = {
    "单县": "shan xian",
    "大埔": "da bu",
    "天长": "tian chang",
    "朝阳": "chao yang",
    "浚县": "xun xian",
    "繁峙": "fan shi",
    "莘县": "shen xian",
    "重庆": "chong qing",
    "长清": "chang qing",
}
"""Places whose characters have several readings, of which the usual one is wrong here."""

_PLACES = re.compile(f"({'|'.join(READINGS)})")


def search_key(*names: str, limit: int = 200) -> str:
    """The pinyin and the initials of each name, as words: `shichangjianduguanliju scjdglj scjg`.

    The reading of a long name is cut, so that its initials still fit.
    """
    words: dict[str, None] = {}
    for name in names:
        syllables = list(_syllables(name))
        words["".join(syllables)[: limit // 2]] = None
        words["".join(syllable[0] for syllable in syllables)] = None
    return " ".join(filter(None, words))[:limit].strip()


def _syllables(name: str) -> Iterator[str]:
    for part in _PLACES.split(name):
        yield from READINGS[part].split() if part in READINGS else filter(str.isalnum, _read(part))


def _read(text: str) -> list[str]:
    """The syllables of Chinese text; of anything else each character, small."""
    # The package takes a list for the characters it cannot read; only its stub says otherwise.
    return lazy_pinyin(text.lower(), errors=list)  # type: ignore[arg-type]


def place_units(session: Session, units: Iterable[Unit]) -> None:
    """Give units their path, county and search key; they may be new, and in any order.

    Parents that are not among them stand where they should already.
    """
    units = list(units)
    for unit in units:
        unit.search_key = search_key(unit.name, unit.short_name or "")  # no default before the first flush
    session.add_all(units)
    session.flush()
    waiting = {unit.id: unit for unit in units}
    outside = {unit.parent_id for unit in units if unit.parent_id} - waiting.keys()
    placed = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(outside)))} if outside else {}
    while waiting:
        ready = [unit for unit in waiting.values() if unit.parent_id not in waiting]
        if not ready:
            raise Refused(N_("These units stand below each other: %(units)s."), units="、".join(map(str, units)))
        for unit in ready:
            parent = placed.get(unit.parent_id) if unit.parent_id else None
            unit.path = f"{parent.path if parent else ROOT}{unit.id}/"
            unit.region_id = _county(unit, parent)
            placed[unit.id] = waiting.pop(unit.id)
    session.flush()


def _county(unit: Unit, parent: Unit | None) -> int | None:
    if unit.unit_type is UnitType.county:
        return unit.id
    return parent.region_id if parent else None


def rename_unit(session: Session, unit: Unit, name: str, short_name: str = "") -> None:
    """Give a unit another name, and the search key that goes with it."""
    _refuse_namesake(session, unit, name, unit.parent)
    unit.name, unit.short_name = name, short_name
    unit.search_key = search_key(name, short_name)


def move_unit(session: Session, unit: Unit, parent: Unit | None) -> None:
    """Hang a unit, with all below it, under another parent, or at the root.

    Refused where the tree would close to a ring, where the name is taken, and for an office that would
    leave its county. What happened in a county stays there: other tables keep their region.
    """
    _lock(session, unit, parent)
    if parent and parent.path.startswith(unit.path):
        raise Refused(
            N_("“%(parent)s” stands below “%(unit)s”, or is the same unit. Choose a unit outside it."),
            field="parent",
            parent=parent.name,
            unit=unit.name,
        )
    _refuse_namesake(session, unit, unit.name, parent)
    path, region_id = unit.path, unit.region_id
    destination = _county(unit, parent)
    if destination != region_id:
        _refuse_leaving(session, unit)
    with by_rule(session):
        unit.parent = parent
        session.flush()
        session.execute(
            update(Unit)
            .where(Unit.path.startswith(path))
            .values(
                path=f"{parent.path if parent else ROOT}{unit.id}/" + func.substr(Unit.path, len(path) + 1),
                # A county below the one that moves remains its own county.
                region_id=case((Unit.region_id == region_id, destination), else_=Unit.region_id),
            )
            .execution_options(synchronize_session="fetch")
        )


def _lock(session: Session, *units: Unit | None) -> None:
    """Two moves at once, each sound by itself, could close a ring between them: the second waits, and reads again."""
    ids = sorted(unit.id for unit in units if unit)
    lock = select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id).with_for_update()
    session.scalars(lock.execution_options(populate_existing=True)).all()


def _refuse_namesake(session: Session, unit: Unit, name: str, parent: Unit | None) -> None:
    beside = Unit.parent_id == parent.id if parent else Unit.parent_id.is_(None)
    if session.scalar(select(Unit.id).where(beside, Unit.name == name, Unit.id != unit.id)):
        raise Refused(N_("There is a unit named “%(name)s” there already."), field="name", name=name)


def _refuse_leaving(session: Session, unit: Unit) -> None:
    office = select(Unit.name).where(
        Unit.path.startswith(unit.path), Unit.region_id == unit.region_id, Unit.duty.is_not(None)
    )
    if name := session.scalar(office.limit(1)):
        raise Refused(
            N_("“%(unit)s” has a standing task of its county and stays there. Give the task to another office first."),
            field="parent",
            unit=name,
        )


def prepare_unit(session: Session, unit: Unit, actor: Actor, now: datetime) -> None:
    """After a form: a new unit is placed, a renamed one found by its new name, a moved one taken with all below it."""
    be_sound(unit)
    history = inspect(unit).attrs.successor_id.history
    if any(history.deleted or ()):
        raise Refused(N_("It was merged already, and what it kept is with its successor."), field="successor")
    successor = session.get(Unit, unit.successor_id) if history.has_changes() and unit.successor_id else None
    _place(session, unit)
    if successor is not None:
        merge_into(session, unit, successor, now.astimezone(SHANGHAI).date())
        _tell_of_merger(session, unit, successor, now)


def merge_into(session: Session, unit: Unit, successor: Unit, today: date) -> None:
    """Dissolve a township or street (ZG-14): its villages belong to the successor, and it hangs below that itself.

    So scope follows the tree, and its history is the successor's to read (B6). Raises `Refused`.
    """
    fits = successor.unit_type in LOCAL and successor.region_id == unit.region_id and successor.valid_to is None
    if unit.unit_type not in LOCAL or successor is unit or not fits:
        raise Refused(
            N_("A township or street is merged into another one of its county that exists."), field="successor"
        )
    session.flush()  # each move reads the unit again
    below = select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.id)
    for part in (*session.scalars(below).all(), unit):
        move_unit(session, part, successor)
    unit.valid_to = unit.valid_to or today


def _tell_of_merger(session: Session, unit: Unit, successor: Unit, now: datetime) -> None:
    message = N_(
        "“%(unit)s” was merged into “%(successor)s”. Its villages, and all that it has kept, are with that one."
    )
    editorial = offices_of(session, successor.region_id or 0).get(Duty.editorial_office)
    with by_rule(session):
        for unit_id in filter(None, (unit.id, successor.id, editorial)):
            tell(session, unit_id, unit, message, key="merged", now=now, unit=unit.name, successor=successor.name)


def _place(session: Session, unit: Unit) -> None:
    if inspect(unit).transient:
        place_units(session, [unit])
        return
    unit.search_key = search_key(unit.name, unit.short_name or "")
    history = inspect(unit).attrs.parent_id.history
    if history.has_changes():
        parent = unit.parent
        before: int | None = next(iter(history.deleted), None)
        unit.parent_id = before
        unit.parent = session.get(Unit, unit.parent_id) if unit.parent_id else None
        session.flush()  # the lock reads the unit again
        move_unit(session, unit, parent)


def administrators(session: Session, today: date) -> dict[int, set[str]]:
    """Which of the three roles that run the deployment each person holds, now or later: user's key → names."""
    posted = select(Posting.user_id, Role.name).join(Role, Role.id == Posting.role_id)
    serving = posted.where(Role.name.in_(EVERYWHERE), or_(Posting.to_on.is_(None), Posting.to_on >= today))
    held: dict[int, set[str]] = {}
    for user_id, name in session.execute(serving):
        held.setdefault(user_id, set()).add(name)
    return held


def is_last_admin(session: Session, user_id: int, today: date) -> bool:
    """Whether nobody else who may sign in keeps accounts today."""
    keeping = (
        select(Posting.user_id)
        .join(Role, Role.id == Posting.role_id)
        .join(User, User.id == Posting.user_id)
        .where(Role.name == RoleName.admin, User.active, Posting.from_on <= today)
        .where(or_(Posting.to_on.is_(None), Posting.to_on >= today))
    )
    return set(session.scalars(keeping)) == {user_id}


def prepare_posting(session: Session, posting: Posting, actor: Actor, now: datetime) -> None:
    """Nobody gives themselves a post, and nobody is two of the three administrators. Raises `Refused`."""
    _refuse_own(posting, actor)
    session.get(User, posting.user_id, with_for_update=True)  # of two postings at once the second sees the first
    role = session.get(Role, posting.role_id)
    if role is None or role.name not in EVERYWHERE:
        return
    another = select(Role.name).join(Posting, Posting.role_id == Role.id).where(
        Posting.user_id == posting.user_id,
        Role.name.in_(EVERYWHERE - {role.name}),
        or_(Posting.to_on.is_(None), Posting.to_on >= posting.from_on),
    )  # fmt: skip
    if posting.to_on is not None:
        another = another.where(Posting.from_on <= posting.to_on)
    if not inspect(posting).transient:
        another = another.where(Posting.id != posting.id)
    if name := session.scalar(another.limit(1)):
        raise Refused(
            N_("This person is already “%(other)s” at that time. Nobody may be two of the three administrators."),
            field="role",
            other=RoleName(name).label,
        )


def forget_posting(session: Session, posting: Posting, actor: Actor, now: datetime) -> None:
    """Another takes it away, as another gave it. Raises `Refused`."""
    _refuse_own(posting, actor)


def _refuse_own(posting: Posting, actor: Actor) -> None:
    before = inspect(posting).attrs.user_id.history.deleted or ()
    if actor.user_id is not None and actor.user_id in (posting.user_id, *before):
        raise Refused(
            N_("Nobody may give, change or end a posting of their own. Ask another administrator."), field="user"
        )
