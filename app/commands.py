"""What the operator's commands do. Each runs with the system's session, and says what it did."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select
from werkzeug.security import generate_password_hash

import config
import models.database  # noqa: F401  (how every connection behaves)
from models import recorder
from models.base import Role, User
from models.door import system_session
from models.organisation import Posting, Unit
from models.roles import RoleName
from models.seeds.accounts import ACCOUNTS

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
    """Fill an empty database with the demo county; leave one that has accounts as it is."""
    from models.seeds.demo import fill

    settings = config.settings()
    with system_session(_engine()) as session, session.begin():
        if session.scalar(select(User.id).limit(1)):
            return
        done = fill(session, datetime.now(UTC), generate_password_hash(settings.demo_password or ""))
    log.info("demo: %s", done)


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


def create_admin(username: str, email: str, password: str) -> None:
    """An account that may keep accounts, units and settings. Raises `CannotDo` in a sentence."""
    if len(password) < 8:
        raise config.CannotDo("The password needs at least 8 characters.")
    with system_session(_engine()) as session, session.begin():
        if session.scalar(select(User.id).where((User.username == username) | (User.email == email))):
            raise config.CannotDo(f"There is an account {username!r}, or one with this address, already.")
        roles = {role.name: role for role in session.scalars(select(Role))}
        unit = session.scalar(select(Unit).where(Unit.duty.is_not(None)).order_by(Unit.id).limit(1))
        if RoleName.admin not in roles or unit is None:
            raise config.CannotDo("Run `python run.py migrate` first: roles or units are missing.")
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


def export_file(resource: str, path: Path) -> dict[str, Any]:
    """Write all rows of a resource to a workbook, as the list page does; as the system, so of every county."""
    raise config.CannotDo(f"{resource}: there is no such resource.")


def import_file(resource: str, path: Path, dry_run: bool) -> dict[str, Any]:
    """Read rows of a workbook into a resource: all of them, or none."""
    raise config.CannotDo(f"{resource}: there is no such resource.")
