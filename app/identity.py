"""From the signed-in user to the `Actor` the domain understands, and to whom the request's session acts for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, abort, g, request, session
from flask_jwt_extended import verify_jwt_in_request
from sqlalchemy import or_, select

from app import places
from app.extensions import db
from models.actor import NOBODY, Actor
from models.base import Role
from models.database import reading
from models.door import act_for
from models.organisation import Posting, Unit, carried
from models.recorder import Origin, set_origin
from models.roles import COUNTY, EVERYWHERE, observes

ZONE = ZoneInfo("Asia/Shanghai")
ACTING = "unit_id"
"""The key in the signed cookie that says for which of their units a person acts."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A unit that a person may act for today, with the roles that their postings there carry."""

    unit_id: int
    unit: str
    path: str
    region_id: int | None
    roles: frozenset[str]
    role_ids: frozenset[int]
    living: bool = True
    """Whether the unit still begins anything: what was merged does not (ZG-14)."""


def current_actor() -> Actor:
    """The person behind this request, for the unit they act for."""
    actor: Actor = g.get("actor", NOBODY)
    return actor


def current_seat() -> Seat | None:
    """The seat they act from; None for someone without a posting today."""
    seat: Seat | None = g.get("seat")
    return seat


def is_living() -> bool:
    """Whether the unit acted for still begins anything new."""
    seat = current_seat()
    return seat is not None and seat.living


def offered_seats() -> list[Seat]:
    """All the units they may act for today."""
    offered: list[Seat] = g.get("seats", [])
    return offered


def seats(db_session: Any, user_id: int, today: date) -> list[Seat]:
    """The units a person may act for today, their own first. Rights follow dated postings."""
    rows = db_session.execute(
        select(Posting, Unit, Role.name)
        .join(Unit, Unit.id == Posting.unit_id)
        .join(Role, Role.id == Posting.role_id)
        .where(
            Posting.user_id == user_id, Posting.from_on <= today, or_(Posting.to_on.is_(None), Posting.to_on >= today)
        )
        .order_by(Posting.kind, Posting.id)
    )
    found: dict[int, Seat] = {}
    for posting, unit, name in rows:
        role = carried(name, unit)
        living = unit.valid_to is None or unit.valid_to > today
        seat = found.get(unit.id) or Seat(
            unit.id, unit.name, unit.path, unit.region_id, frozenset(), frozenset(), living
        )
        found[unit.id] = Seat(
            seat.unit_id,
            seat.unit,
            seat.path,
            seat.region_id,
            seat.roles | {role},
            seat.role_ids | {posting.role_id},
            living,
        )
    return list(found.values())


def actor_of(db_session: Any, user_id: int, seat: Seat | None) -> Actor:
    """Who someone is when they act from a seat. Whoever sees a whole county needs no list of what is below."""
    if seat is None:
        return Actor(user_id)
    if seat.roles & (COUNTY | EVERYWHERE):
        below: tuple[int, ...] = (seat.unit_id,)
    else:
        below = tuple(db_session.scalars(select(Unit.id).where(Unit.path.startswith(seat.path, autoescape=True))))
    return Actor(user_id, seat.unit_id, seat.region_id, below, seat.roles, observes(seat.roles))


def now() -> datetime:
    """The moment of this request: one for all it writes."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def today() -> date:
    """The day of this request, in the county's zone."""
    return now().astimezone(ZONE).date()


def _sign() -> None:
    """Before anything else is asked of the session, say whose it is. Nobody's shows no scoped row."""
    if (request.endpoint or "static").endswith("static"):
        return
    g.reading = reading.set(request.method in ("GET", "HEAD", "OPTIONS"))
    if request.headers.get("Authorization", "").startswith("Bearer "):
        # Sets g.user; a cookie beside it does not count. A refresh token opens one door only.
        verify_jwt_in_request(refresh=request.endpoint == "SecurityApi.refresh")
    if g.user.is_authenticated:
        g.seats = seats(db.session(), g.user.id, today())
        g.seat = _chosen(g.seats)
        g.actor = actor_of(db.session(), g.user.id, g.seat)
    act_for(db.session(), current_actor())
    set_origin(
        db.session(),
        Origin(
            actor=current_actor(),
            at=now(),
            ip=request.remote_addr or "",
            place=places.of_person(request.headers.get("X-Place", "")),
            request_id=secrets.token_hex(8),
        ),
    )


def _chosen(offered: list[Seat]) -> Seat | None:
    """A program names its unit in a header, a browser by the switch in the header bar; else one's own post."""
    wanted = request.headers.get("X-Acting-Unit") or session.get(ACTING)
    for seat in offered:
        if str(seat.unit_id) == str(wanted):
            return seat
    if request.headers.get("X-Acting-Unit"):
        abort(403)
    return offered[0] if offered else None


def _leave(error: BaseException | None) -> None:
    if "reading" in g:
        reading.reset(g.pop("reading"))


def register(app: Flask) -> None:
    """After Flask-AppBuilder's own hook, which tells who signed in."""
    app.before_request(_sign)
    app.teardown_request(_leave)
