"""What the operator's commands do. Each runs with the system's session, and says what it did."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

import config
import models.database  # noqa: F401  (how every connection behaves)
from app import database
from app.engine import export, headings, intake
from app.engine.declare import World
from app.engine.derive import Shape, shape_of
from app.engine.fields import translated
from app.engine.query import Question
from app.engine.sheets import Unreadable, read
from app.importing import known_words
from models import recorder, witness
from models.actor import SYSTEM_ACTOR, Actor
from models.base import Role, User, Word
from models.database import reading
from models.door import act_for, system_session
from models.files import Attachment
from models.organisation import Duty, Posting, Unit, UnitType
from models.rights import grants
from models.roles import RoleName
from models.rules.organisation import place_units
from models.seeds.accounts import ACCOUNTS, address_of
from models.store import Store

log = logging.getLogger("app.commands")


SHEETS = (".xlsx", ".xls", ".et", ".csv")
"""What a file of rows may be."""

NAMED = 10
"""Rows of a table that `verify` names before it counts the rest."""

OPERATOR = replace(SYSTEM_ACTOR, roles=SYSTEM_ACTOR.roles | {RoleName.admin})
"""Who imports where no unit is named: nobody's colleague, who may choose any county."""

WRITERS: dict[Word, RoleName] = {
    Duty.county_office: RoleName.county_dispatcher,
    Duty.editorial_office: RoleName.list_manager,
    UnitType.department: RoleName.department_head,
    UnitType.agency: RoleName.agency_head,
    UnitType.mass_organisation: RoleName.department_head,
    UnitType.township: RoleName.township_head,
    UnitType.street: RoleName.township_head,
    UnitType.village: RoleName.grid_worker,
    UnitType.grid: RoleName.grid_worker,
}
"""The role in which a unit writes: by its standing task, else by its type. The others enter nothing."""


def _engine() -> Engine:
    """The database, once its tables are there. Raises `CannotDo`."""
    settings = config.settings()
    database.refuse_unmigrated(settings)
    recorder.use_key(settings.recorder_key)
    return create_engine(settings.database_url)


def sweep(at: datetime | None) -> dict[str, int]:
    """Every time-driven job once, as of a moment."""
    from jobs import runner

    database.refuse_unmigrated(config.settings())
    return runner.run("sweep", at.isoformat() if at else None)


def demo() -> None:
    """Fill an empty database with the demo county; in one that has accounts, see to the demo's password only."""
    from app.story import play
    from models.seeds.demo import fill

    settings, now = config.settings(), datetime.now(UTC)
    with system_session(_engine()) as session, session.begin():
        if session.scalar(select(User.id).limit(1)):
            recorder.set_origin(session, recorder.Origin(at=now, place="command"))
            given = _share_password(session, settings.demo_password or "")
            told = f"{given} demo accounts have another password now." if given else "Nothing was to be done."
            print(f"There are accounts already, so no county was filled in. {told}", file=sys.stderr)
            return
        done = fill(session, now, generate_password_hash(settings.demo_password or ""))
        done |= play(session, now, Store(settings.files))
    log.info("demo: %s", done)


def _share_password(session: Session, password: str) -> int:
    """Give the demo's accounts the password that is set, but for those whose users have chosen their own; how many."""
    addresses = [address_of(account) for account in ACCOUNTS]
    users = session.scalars(select(User).where(User.email.in_(addresses))).all()
    for shared, _ in Counter(user.password for user in users).most_common(1):
        if not check_password_hash(shared, password):
            anew = generate_password_hash(password)
            sharing = [user for user in users if user.password == shared]
            for user in sharing:
                user.password = anew
            return len(sharing)
    return 0


def demo_accounts() -> list[tuple[str, str]]:
    """The demo's accounts: user name, and whom it stands for."""
    return [(account.username, account.title) for account in ACCOUNTS]


def verify(kept: Path | None = None) -> int:
    """Recompute the recorder's chains; hold every row against its entries, every file against its checksum.

    Print what is wrong; 1 if anything is.
    If nothing is, print the chains' heads as JSON: `kept` is a file of them from an earlier day.
    """
    own = config.settings().data_dir / "anchors.json"
    files = [*([own] if own.exists() else []), *([kept] if kept else [])]
    with _at_one_moment() as session:
        faults = recorder.verify(session, *map(_heads_in, files))
        wrong = [f"chain {fault.chain}: entry {fault.seq} {fault.reason}" for fault in faults]
        wrong += _told_differences(session)
        wrong += _told_files(session)
        heads = recorder.heads(session)
    if wrong:
        print("\n".join(wrong))
        return 1
    print(json.dumps(heads, sort_keys=True))
    print(f"{len(heads)} chains, {sum(seq for seq, _ in heads.values())} entries: as they were written")
    return 0


@contextmanager
def _at_one_moment() -> Iterator[Session]:
    """The system's session that changes nothing, and to which nothing changes while others write."""
    engine = _engine()
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    before = reading.set(True)
    try:
        with system_session(engine) as session:
            yield session
    finally:
        reading.reset(before)


def _heads_in(file: Path) -> dict[int, tuple[int, str]]:
    """Heads as `verify` prints them, whatever stands around them."""
    try:
        text = file.read_text(encoding="utf-8")
        kept, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
        return {int(chain): (int(seq), str(seal)) for chain, (seq, seal) in kept.items()}
    except (ValueError, TypeError) as error:
        raise config.CannotDo(f"{file} holds no heads of chains as `verify` prints them.") from error


def _told_differences(session: Session) -> list[str]:
    """A sentence for each row that its entries do not tell of; for many, and for a chain that is gone, their number."""
    begun = set(session.scalars(select(recorder.RecorderEntry.chain).distinct()))
    told: list[str] = []
    more: Counter[str] = Counter()
    lost: dict[int, Counter[str]] = defaultdict(Counter)
    for chain, table, row, reason in witness.differences(session):
        more[table] += chain in begun
        if chain not in begun:
            lost[chain][table] += 1
        elif more[table] <= NAMED:
            told.append(f"{table} {row} {reason}")
    told += [f"{table}: {n - NAMED} more that differ" for table, n in more.items() if n > NAMED]
    for chain, rows in lost.items():
        told.append(f"chain {chain}: gone, but not its rows: " + ", ".join(f"{n} {table}" for table, n in rows.items()))
    return told


def _told_files(session: Session) -> list[str]:
    """A sentence for each file that is gone, or is not as it was sent; for many, their number."""
    store = Store(config.settings().files)
    told = []
    columns = (Attachment.id, Attachment.key, Attachment.sha256, Attachment.thumbnail_key)
    for row, key, seal, small in session.execute(select(*columns).order_by(Attachment.id)):
        if fault := store.fault(key, seal):
            told.append(f"attachment {row}: its file {fault}")
        elif small and not store.path(small).is_file():
            told.append(f"attachment {row}: its small picture is missing")
    more = [f"attachment: {len(told) - NAMED} more files"] if len(told) > NAMED else []
    return told[:NAMED] + more


def _first_unit(session: Session) -> Unit:
    """Where the first administrator of an empty directory serves, until they have entered the county."""
    unit = Unit(code="0", name="系统管理", unit_type=UnitType.office)
    place_units(session, [unit])
    return unit


def create_admin(username: str, email: str, password: str) -> None:
    """An account that may keep accounts, units and settings. Raises `CannotDo` in a sentence."""
    if len(password) < 8:
        raise config.CannotDo("The password needs at least 8 characters.")
    with system_session(_engine()) as session, session.begin():
        recorder.set_origin(session, recorder.Origin(place="command"))
        if session.scalar(select(User.id).where((User.username == username) | (User.email == email))):
            raise config.CannotDo(f"There is an account {username!r}, or one with this address, already.")
        roles = {role.name: role for role in session.scalars(select(Role))}
        if RoleName.admin not in roles:
            raise config.CannotDo("Run `python run.py migrate` first: the roles are missing.")
        unit = session.scalar(select(Unit).order_by(Unit.id).limit(1)) or _first_unit(session)
        user = User(
            username=username,
            first_name="",
            last_name=username,
            email=email,
            active=True,
            password=generate_password_hash(password),
            roles=[roles["member"]],
        )
        session.add(user)
        session.flush()
        today = datetime.now(UTC).date()
        session.add(Posting(user_id=user.id, unit_id=unit.id, role_id=roles[RoleName.admin].id, from_on=today))
    print(f"{username} may sign in.", file=sys.stderr)


@contextmanager
def _counter(resource: str, unit_code: str | None = None) -> Iterator[tuple[World, Shape]]:
    """A console with Chinese headings, as the operator uses it, or somebody of the unit. Raises `CannotDo`."""
    from app import factory
    from views import CONSOLES

    shapes = {shape.resource: shape for shape in map(shape_of, CONSOLES)}
    if resource not in shapes:
        raise config.CannotDo(f"There is no resource {resource!r}. There are: {', '.join(sorted(shapes))}.")
    engine, now = _engine(), datetime.now(UTC)
    actor = _of_unit(engine, unit_code, shapes[resource]) if unit_code else OPERATOR
    with (
        factory.create_app().app_context(),
        Session(engine) if unit_code else system_session(engine) as session,
    ):
        if unit_code:
            act_for(session, actor)
        recorder.set_origin(session, recorder.Origin(actor=actor if unit_code else None, at=now, place="command"))
        around = factory.world()
        around = replace(around, allows=lambda *_: True)  # whether the unit enters such rows was asked above
        yield replace(around, session=lambda: session, actor=lambda: actor, now=lambda: now), shapes[resource]


def _of_unit(engine: Engine, code: str, shape: Shape) -> Actor:
    """Somebody of that unit, in the role in which it writes. Raises `CannotDo` where that may not add such a row."""
    with system_session(engine) as session:
        unit = session.scalar(select(Unit).where(Unit.code == code))
        if unit is None:
            raise config.CannotDo(f"There is no unit with the code {code!r}.")
        role = WRITERS.get(unit.duty or unit.unit_type)
        if role is None or ("can_add", shape.permission) not in grants(role):
            raise config.CannotDo(f"{unit.name} ({code}) does not enter {shape.resource}; name another unit.")
        below = session.scalars(select(Unit.id).where(Unit.path.startswith(unit.path, autoescape=True)))
        return Actor(None, unit.id, unit.region_id, tuple(below), frozenset({role}))


def export_file(resource: str, path: Path) -> dict[str, Any]:
    """Write a resource to a workbook, as the list page does, every county's rows."""
    with _counter(resource) as (world, shape):
        rows = list(export.rows_of(world, shape, Question()))
        with export.workbook(translated(shape.console.name), rows) as file, path.open("wb") as target:
            shutil.copyfileobj(file, target)
        return {"resource": resource, "rows": len(rows) - 1, "file": str(path)}


def import_file(resource: str, path: Path, dry_run: bool, unit_code: str | None = None) -> dict[str, Any]:
    """Read a workbook or CSV file, or a folder of them, into a resource, in the name of a unit: all rows or none.

    Raises `CannotDo` with the reasons.
    """
    if not path.exists():
        raise config.CannotDo(f"There is no file {path}.")
    with _counter(resource, unit_code) as (world, shape):
        if not shape.form or shape.console.intake is None:
            raise config.CannotDo(f"{resource} is written by rules only.")
        session = world.session()
        known = known_words(session, world.actor().region_id, resource)
        meant = headings.headings_of(world, shape, known)
        try:
            sheets = [sheet for file in _files(path) for sheet in read(file.name, file.read_bytes(), meant.knows)]
            headings.refuse_unknown(meant, sheets)
            report = intake.take_in(world, shape, sheets, known=known)
        except Unreadable as error:
            raise config.CannotDo(f"{path}: {error}") from error
        if refused := [row for row in report.rows if row.action == "refused"]:
            session.rollback()
            lines = [f"{path}, {row.sheet}, row {row.number}: " + "; ".join(map(str, row.reasons)) for row in refused]
            if not unit_code:
                lines.append("Rows that belong to a unit are written in its name: --as CODE.")
            raise config.CannotDo("\n".join([*lines, "Nothing was written."]))
        session.rollback() if dry_run else session.commit()
        return {
            "resource": resource,
            "rows": len(report.rows),
            **{action: report.count(action) for action in ("new", "changed", "same")},
            "not_entered": report.not_entered,
            "left_out": report.left_out,
            "dry_run": dry_run,
        }


def _files(path: Path) -> list[Path]:
    """The file; of a folder, all that may hold rows. Raises `CannotDo` where there is none."""
    found = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.suffix.lower() in SHEETS)
    if not found:
        raise config.CannotDo(f"There is no file of rows in {path}: none of {', '.join(SHEETS)}.")
    return found
