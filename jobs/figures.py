"""At the end of a month, the figures of each county are published with what they count, and stay as they are."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from jobs.chinese import chinese
from jobs.watch import Done
from models.actor import Actor
from models.calls import Call
from models.figures import PublishedFigure
from models.organisation import Unit
from models.queries.figures import DEFINED, counted
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI

EVERYBODY = Actor(user_id=None, roles=frozenset({RoleName.admin}))
"""For whom all counties are counted."""


def publish_figures(session: Session, now: datetime) -> Done:
    """Last month's, by China's day, of each county that has none yet and in which anybody called. Twice is once."""
    first = now.astimezone(SHANGHAI).date().replace(day=1)
    month = first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)
    begins, ends = (datetime.combine(day, time(), SHANGHAI) for day in (month, first))
    period = f"{month:%Y-%m}"
    there = exists().where(PublishedFigure.region_id == Call.region_id, PublishedFigure.period == period)
    waiting = select(Call.region_id).where(Call.sent_at < ends, ~there).distinct().order_by(Call.region_id)
    if counties := set(session.scalars(waiting)):
        # Of two who publish at once, the second waits, and finds the first one's.
        session.execute(select(Unit.id).where(Unit.id.in_(counties)).order_by(Unit.id).with_for_update())
        counties = set(session.scalars(waiting))
    if not counties:
        return Done(0, 0)
    figures = [
        PublishedFigure(
            region_id=region_id,
            period=period,
            unit_id=unit_id,
            kind=kind,
            part=len(number.part),
            whole=len(number.whole),
            definition=chinese(DEFINED[kind]),
            calls=number.told(),
            published_at=now,
        )
        for (region_id, unit_id, kind), number in counted(session, EVERYBODY, begins, ends, now).items()
        if region_id in counties
    ]
    session.add_all(figures)
    session.flush()
    published = {figure.region_id for figure in figures}
    return Done(len(published), len(published))
