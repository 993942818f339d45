"""A county with a past, made by calling the rules at past moments: the demo, the screenshots, the newcomer's first page."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.seeds.accounts import add_accounts
from models.seeds.reference import seed, seed_demo_base


def fill(session: Session, now: datetime, password_hash: str) -> dict[str, int]:
    """Units, lists, accounts and their calls, as of `now`; how many of each. Roles are there before."""
    done = seed(session, now)
    seed_demo_base(session)
    done["account"] = add_accounts(session, (now - timedelta(days=200)).date(), password_hash)
    return done
