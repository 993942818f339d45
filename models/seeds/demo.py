"""The demo counties before anything happened in them: units, lists in draft, accounts, and colleagues without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Role, User
from models.governance import GovernanceModule, ModuleKind
from models.item_words import PlatformKind
from models.lists import ListItem
from models.organisation import LOCAL, Duty, Posting, Unit
from models.recorder import Origin, set_origin
from models.roles import RoleName
from models.seeds import rows
from models.seeds.accounts import ACCOUNTS, TAISHUN, add_accounts
from models.seeds.reference import seed, seed_demo_base
from models.seeds.stories import stories

BEFORE = timedelta(days=200)
"""How long before the demo begins people hold their posts. No call is older."""


def fill(session: Session, now: datetime, password_hash: str) -> dict[str, int]:
    """Units, drafts of the lists, accounts; how many of each. Roles are there before."""
    since = now - BEFORE
    set_origin(session, Origin(at=since))
    done = seed(session, since)
    done["unit"] += seed_demo_base(session)["unit"]
    _file_into_modules(session)
    _put_on_platforms(session)
    _measure(session)
    done["account"] = add_accounts(session, since.date(), password_hash)
    done["colleague"] = _add_colleagues(session, since.date())
    return done


def _file_into_modules(session: Session) -> None:
    """The modules of the first county, as Sheyang parts its work (TS-13), and each item of its draft in one (TS-15)."""
    county = session.scalars(select(Unit).where(Unit.code == TAISHUN)).one()
    made: dict[str, GovernanceModule] = {}
    for row in rows("demo_modules.csv"):
        module = GovernanceModule(
            region_id=county.id,
            name=row["name"],
            kind=ModuleKind(row["kind"]),
            parent=made.get(row["parent"]),
            scope=row["scope"],
        )
        session.add(module)
        made[module.name] = module
        session.flush()
        of_module = (ListItem.region_id == county.id) & ListItem.category.in_(row["categories"].split("、"))
        for item in session.scalars(select(ListItem).where(of_module)):
            item.module = module


def _put_on_platforms(session: Session) -> None:
    """To which of the four platforms items belong, by their category or their code (TA-41)."""
    for row in rows("demo_platforms.csv"):
        which = ListItem.code == row["item"] if row["item"] else ListItem.category == row["category"]
        for item in session.scalars(select(ListItem).where(which)):
            item.platform = PlatformKind(row["platform"])


def _measure(session: Session) -> None:
    """How large townships are (ZG-14). Round figures, invented."""
    sizes = {row["code"]: row for row in rows("demo_sizes.csv")}
    for unit in session.scalars(select(Unit).where(Unit.code.in_(sizes))):
        size = sizes[unit.code]
        unit.area_km2, unit.gdp = Decimal(size["area_km2"]), Decimal(size["gdp"])
        unit.population = int(size["population"])


def _add_colleagues(session: Session, since: date) -> int:
    """Somebody for each unit that the stories and records name and no account serves. They cannot sign in."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    roles = {role.name: role for role in session.scalars(select(Role))}
    codes = sorted(set(_named()) - {account.unit_code for account in ACCOUNTS})
    for code in codes:
        unit = units[code]
        role = RoleName.supervisor if unit.duty is Duty.supervision_office else RoleName.department_head
        if unit.unit_type in LOCAL:
            role = RoleName.township_operator
        user = User(
            username=code,
            last_name=f"{unit.name} 值班员（演示）",
            first_name="",
            email=f"{code}@example.org",
            password="",
            active=False,
            roles=[roles["member"]],
        )
        session.add(Posting(user=user, unit=unit, role=roles[role], from_on=since))
    session.flush()
    return len(codes)


def _named() -> Iterator[str]:
    for story in stories():
        for scene in story.scenes:
            yield from map(story.unit_code, filter(None, (scene.who, scene.unit, *scene.units)))
    yield from (row["who"] for row in rows("demo_records.csv") if "-" in row["who"])
    yield from (row["code"] for row in rows("townships.csv") if row["county_code"] == TAISHUN)
