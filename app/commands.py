"""What the operator's commands do. Each runs with the system's session, and says what it did."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections import Counter
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
from app.engine import export, intake
from app.engine.declare import World
from app.engine.derive import Shape, shape_of, translated
from app.engine.query import Question
from models import recorder
from models.actor import SYSTEM_ACTOR
from models.base import Role, User
from models.door import system_session
from models.organisation import Posting, Unit, UnitType
from models.roles import RoleName
from models.rules.organisation import place_units
from models.seeds.accounts import ACCOUNTS, address_of

log = logging.getLogger("app.commands")


def _engine() -> Engine:
    settings = config.settings()
    recorder.use_key(settings.recorder_key)
    return create_engine(settings.database_url)


def sweep(at: datetime | None) -> dict[str, int]:
    """Every time-driven job once, as of a moment."""
    from jobs import runner

    return runner.run("sweep", at.isoformat() if at else None)


def demo() -> None:
    """Fill an empty database with the demo county; in one that has accounts, see to the demo's password only."""
    from app.story import play
    from models.seeds.demo import fill

    settings, now = config.settings(), datetime.now(UTC)
    with system_session(_engine()) as session, session.begin():
        if session.scalar(select(User.id).limit(1)):
            _share_password(session, settings.demo_password or "")
            return
        done = fill(session, now, generate_password_hash(settings.demo_password or "")) | play(session, now)
    log.info("demo: %s", done)


def _share_password(session: Session, password: str) -> None:
    """Give the demo's accounts the password that is set, but for those whose users have chosen their own."""
    addresses = [address_of(account) for account in ACCOUNTS]
    users = session.scalars(select(User).where(User.email.in_(addresses))).all()
    for shared, _ in Counter(user.password for user in users).most_common(1):
        if not check_password_hash(shared, password):
            anew = generate_password_hash(password)
            for user in users:
                user.password = anew if user.password == shared else user.password


def demo_accounts() -> list[tuple[str, str]]:
    """The demo's accounts: user name, and whom it stands for."""
    return [(account.username, account.title) for account in ACCOUNTS]


def verify() -> int:
    """Recompute the recorder's chains. Print the first bad entry of each; 1 if there is one."""
    path = config.settings().data_dir / "anchors.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    anchors = {int(chain): (seq, seal) for chain, (seq, seal) in kept.items()}
    with system_session(_engine()) as session:
        faults = recorder.verify(session, anchors)
        heads = recorder.heads(session)
    for fault in faults:
        print(f"chain {fault.chain}: entry {fault.seq} {fault.reason}")
    if not faults:
        print(f"{len(heads)} chains, {sum(seq for seq, _ in heads.values())} entries: as they were written")
    return 1 if faults else 0


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
def _counter(resource: str) -> Iterator[tuple[World, Shape]]:
    """A console as the operator uses it: everything in sight, Chinese headings. Raises `CannotDo`."""
    from app import factory
    from views import CONSOLES

    shapes = {shape.resource: shape for shape in map(shape_of, CONSOLES)}
    if resource not in shapes:
        raise config.CannotDo(f"There is no resource {resource!r}. There are: {', '.join(sorted(shapes))}.")
    with factory.create_app().app_context(), system_session(_engine()) as session:
        now = datetime.now(UTC)
        recorder.set_origin(session, recorder.Origin(at=now, place="command"))
        around = factory.world()
        yield (
            replace(around, session=lambda: session, actor=lambda: SYSTEM_ACTOR, now=lambda: now),
            shapes[resource],
        )


def export_file(resource: str, path: Path) -> dict[str, Any]:
    """Write a resource to a workbook, as the list page does, every county's rows."""
    with _counter(resource) as (world, shape):
        rows = list(export.rows_of(world, shape, Question()))
        with export.workbook(translated(shape.console.name), rows) as file, path.open("wb") as target:
            shutil.copyfileobj(file, target)
        return {"resource": resource, "rows": len(rows) - 1, "file": str(path)}


def import_file(resource: str, path: Path, dry_run: bool) -> dict[str, Any]:
    """Read a workbook or CSV file into a resource: all rows or none. Raises `CannotDo` with the reasons."""
    with _counter(resource) as (world, shape):
        if not shape.form:
            raise config.CannotDo(f"{resource} is written by rules only.")
        try:
            taken = intake.take_in(world, shape, path, dry_run=dry_run)
        except intake.Unreadable as error:
            raise config.CannotDo(str(error)) from error
        except intake.Rejected as error:
            lines = [
                f"{path}, row {r.row}: " + "; ".join(f"{n}: {s}" for n, s in r.reasons.items()) for r in error.refusals
            ]
            raise config.CannotDo("\n".join([*lines, "Nothing was written."])) from error
        return {"resource": resource, "rows": taken, "dry_run": dry_run}
