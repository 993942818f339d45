"""The watch over the calendar: from 1 November on, whether next year's working days are known (B4, calendar_watch)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from jobs.watch import Done
from models.base import N_, Role
from models.notices import Audience, Outbox
from models.organisation import Posting, Unit
from models.queries.calendar import counties_without
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI

NOVEMBER = 11
"""By then the State Council has mostly announced the days of the year that comes."""

MESSAGE = N_(
    "The working days of %(year)s are missing in the calendar of %(counties)s: due times in that year are estimates."
    " Enter the State Council's notice under “Calendar days”, then count the due times anew."
)


def watch_calendars(session: Session, now: datetime) -> Done:
    """Each unit with an administrator hears it once a month, of all counties at once, until it is put right."""
    today = now.astimezone(SHANGHAI).date()
    year = today.year + (today.month >= NOVEMBER)
    missing = counties_without(session, year)
    if not missing:
        return Done(0, 0)
    key = f"calendar {year}@{today:%Y-%m}"
    had = select(Outbox.unit_id).where(Outbox.key.like(f"unit:%:{key}:%"))
    posted = (
        select(Posting.unit_id)
        .join(Role, Role.id == Posting.role_id)
        .where(Role.name == RoleName.admin, Posting.from_on <= today)
        .where(or_(Posting.to_on.is_(None), Posting.to_on >= today))
    )
    waiting = session.scalars(select(Unit).where(Unit.id.in_(posted), Unit.id.not_in(had)).order_by(Unit.id)).all()
    counties = "、".join(county.name for county in missing)
    for unit in waiting:
        session.add(
            Outbox(
                key=f"unit:{missing[0].id}:{key}:{unit.id}",
                region_id=missing[0].id,
                unit_id=unit.id,
                audience=Audience.administrators,
                subject_type=Unit.__tablename__,
                subject_id=missing[0].id,
                message=MESSAGE,
                details={"year": str(year), "counties": counties},
                created_at=now,
            )
        )
    session.flush()
    return Done(len(waiting), len(waiting))
