"""From the outbox to people: who of a unit is told, on the day it is told."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, insert, or_, select, true, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningInsert

from jobs.watch import Done, insert_new
from jobs.webhooks import address_messages
from models.base import N_, Model, Role
from models.calls import CallAssignment
from models.notices import Audience, Notice, Outbox
from models.organisation import LOCAL, Duty, Posting, Unit
from models.rights import without_sight
from models.roles import EVERYWHERE, HEADS, OF_CONGRESS, RoleName
from models.rules.deadlines import SHANGHAI

log = logging.getLogger("jobs.notices")

ADMINS = frozenset({RoleName.admin})
BATCH = 500
UNHEARD = N_("Nobody is posted in %(unit)s, so nobody there knows of %(call)s. Ask the administrator for a posting.")
COPIED = ("region_id", "unit_id", "subject_type", "subject_id", "message", "details", "created_at", "mail_after")


def deliver(session: Session, now: datetime, limit: int | None = None) -> Done:
    """Make notices of what waits longest. Safe in two workers at once: a message is claimed before it is read."""
    ready = or_(Outbox.not_before.is_(None), Outbox.not_before <= now)
    waiting = select(Outbox.id).where(Outbox.done_at.is_(None), ready).order_by(Outbox.id).limit(limit or BATCH)
    claimed = waiting.with_for_update(skip_locked=True).cte("waiting")
    claim = update(Outbox).where(Outbox.id.in_(select(claimed.c.id)), Outbox.done_at.is_(None)).values(done_at=now)
    claim_it = claim.returning(Outbox.id, Outbox.unit_id, Outbox.subject_type).execution_options(
        synchronize_session=False
    )
    claims = session.execute(claim_it).all()
    units = {row.id: row.unit_id for row in claims}
    if not units:
        return Done(0, 0)
    address_messages(session, list(units))
    tables = {row.subject_type for row in claims}
    told = Counter(session.scalars(_notices_of(list(units), tables, now.astimezone(SHANGHAI).date())))
    if unheard := sorted({unit_id for outbox_id, unit_id in units.items() if outbox_id not in told}):
        log.warning("Nobody is posted in these units, so nobody was told: %s", unheard)
        _tell_the_office(session, [outbox_id for outbox_id in units if outbox_id not in told], now)
    return Done(len(units), told.total())


def _tell_the_office(session: Session, unheard: list[int], now: datetime) -> None:
    """Of a part of which nobody heard, whose clock runs all the same: once, and the office can do something."""
    office = aliased(Unit)
    of_parts = (
        select(Outbox.subject_id, Outbox.details, Unit.name, office.region_id, office.id)
        .join(Unit, Unit.id == Outbox.unit_id)
        .join(office, and_(office.region_id == Outbox.region_id, office.duty == Duty.county_office))
        .where(Outbox.id.in_(unheard), Outbox.subject_type == CallAssignment.__tablename__, office.id != Unit.id)
        .order_by(Outbox.id)
    )
    rows = [
        {
            "key": f"unheard:{part_id}:{office_id}",
            "region_id": region_id,
            "unit_id": office_id,
            "subject_type": CallAssignment.__tablename__,
            "subject_id": part_id,
            "message": UNHEARD,
            "details": {"unit": unit, "call": details["call"]},
            "created_at": now,
        }
        for part_id, details, unit, region_id, office_id in session.execute(of_parts)
        if "call" in details
    ]
    if rows:
        session.execute(insert_new(session, Outbox).values(rows))


def _notices_of(ids: list[int], tables: set[str], today: date) -> ReturningInsert[int]:
    person = (
        select(Outbox.id.label("outbox_id"), Posting.user_id)
        .join(Posting, and_(Posting.unit_id == Outbox.unit_id, _valid(Posting, today)))
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Outbox.id.in_(ids), _addressed(today), _may_read(tables))
        .where(or_(Posting.role_id.not_in(_of_roles(EVERYWHERE)), Outbox.audience == Audience.administrators))
        .where(  # what the town is told is the town's
            ~and_(Posting.role_id.in_(_of_roles(OF_CONGRESS)), Unit.unit_type.in_(LOCAL))
            | (Outbox.audience == Audience.observers)
        )
        .distinct()  # two posts in one unit are still one person
        .subquery()
    )
    bundled = Outbox.mail_after.is_not(None)
    rows = select(person.c.outbox_id, person.c.user_id, *(getattr(Outbox, name) for name in COPIED), bundled)
    rows = rows.join(Outbox, Outbox.id == person.c.outbox_id).order_by(person.c.outbox_id, person.c.user_id)
    return insert(Notice).from_select(["outbox_id", "user_id", *COPIED, "bundled"], rows).returning(Notice.outbox_id)


def _may_read(tables: set[str]) -> ColumnElement[bool]:
    """Whether the role of a posting may read what a message is about: nobody is told of what they cannot open."""
    resources = {mapper.class_.__tablename__: mapper.class_.__name__ for mapper in Model.registry.mappers}
    kept_from = {table: without_sight(resources[table]) for table in sorted(tables & resources.keys())}
    seeing = (
        or_(Outbox.subject_type != table, Posting.role_id.not_in(_of_roles(roles)))
        for table, roles in kept_from.items()
        if roles
    )
    return and_(true(), *seeing)


def _of_roles(roles: frozenset[RoleName]) -> Select[int]:
    return select(Role.id).where(Role.name.in_([role.value for role in roles]))


def _addressed(today: date) -> ColumnElement[bool]:
    """Whether a posting is among those a message is for. Where there are no such people, it is for everyone."""
    other = aliased(Posting)
    beside = and_(other.unit_id == Outbox.unit_id, _valid(other, today))
    heads = _of_roles(HEADS)
    return case(
        (
            Outbox.audience == Audience.duty_officer,
            or_(Posting.is_duty_officer, ~exists().where(beside, other.is_duty_officer)),
        ),
        (
            Outbox.audience == Audience.heads,
            or_(Posting.role_id.in_(heads), ~exists().where(beside, other.role_id.in_(heads))),
        ),
        (
            Outbox.audience == Audience.duty_and_heads,
            or_(
                Posting.is_duty_officer,
                Posting.role_id.in_(heads),
                ~exists().where(beside, or_(other.is_duty_officer, other.role_id.in_(heads))),
            ),
        ),
        (Outbox.audience == Audience.administrators, Posting.role_id.in_(_of_roles(ADMINS))),
        (Outbox.audience == Audience.observers, Posting.role_id.in_(_of_roles(OF_CONGRESS))),
        else_=true(),
    )


def _valid(posting: type[Posting], day: date) -> ColumnElement[bool]:
    return and_(posting.from_on <= day, or_(posting.to_on.is_(None), posting.to_on >= day))
