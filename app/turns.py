"""Whose turn it was, and how far the call has come: on a page beside the call, and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.beside import ApiBeside, PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from app.identity import ZONE, now
from models.calls import Call
from models.holdings import Holding
from models.queries.loop import STAGES, passed_at
from models.rules.holdings import minutes_in_hand
from views.calls import calls

SHAPE = shape_of(calls)


@dataclass(frozen=True, slots=True)
class Turn:
    """A holding with its minutes so far, and how many hundredths of all of them these are."""

    holding: Holding
    minutes: int
    share: float


def turns_of(call: Call) -> list[Turn]:
    """In order; what is in hand still is measured until now."""
    of_call = select(Holding).where(Holding.call_id == call.id).order_by(Holding.id)
    found = [
        (row, row.minutes if row.minutes is not None else minutes_in_hand(db.session(), call, row.since, now()))
        for row in db.session.scalars(of_call.options(joinedload(Holding.unit)))
    ]
    whole = sum(minutes for _, minutes in found)
    return [Turn(row, minutes, 100 * minutes / whole if whole else 0) for row, minutes in found]


def by_unit(turns: list[Turn]) -> list[tuple[Any, int, int]]:
    """(unit, minutes, how often it came to it), in the order in which the call first came to them."""
    units = {turn.holding.unit_id: turn.holding.unit for turn in turns}
    return [
        (unit, sum(turn.minutes for turn in turns if turn.holding.unit_id == key),
         sum(turn.holding.unit_id == key for turn in turns))
        for key, unit in units.items()
    ]  # fmt: skip


def _measured(call: Call) -> dict[str, Any]:
    turns = turns_of(call)
    stages = [(translated(label), at) for label, at in passed_at(db.session(), call)] if call.sent_at else []
    return {"name": name_of(call), "turns": turns, "units": by_unit(turns), "stages": stages, "zone": ZONE}


class Turns(PageBeside):
    """Whoever may read the call."""

    route_base = f"/{SHAPE.resource}"
    shape = SHAPE

    @expose("/<int:pk>/turns", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        call = row_of(SHAPE, pk)
        return self.render_template("turns.html", call=call, t=translated, **_measured(call))

    def summary(self, call: Call) -> Markup:
        """Stages and bar alone, for the page of the call; nothing of one that was not sent."""
        return Markup(render_template("_turns.html", **_measured(call)))  # noqa: S704  (escaped there)


class TurnsApi(ApiBeside):
    """The same for programs."""

    resource_name = openapi_spec_tag = SHAPE.resource
    shape = SHAPE

    @expose("/<int:pk>/turns", methods=["GET"])
    @protect()
    def turns(self, pk: int) -> Response:
        """Who had a call in hand, and for how long.

        ---
        get:
          summary: Who had a call in hand since it was sent, in order, with the minutes of working time; the six stages
          responses:
            200: {description: 'unit, stage, since, until, minutes of each turn; when each stage was passed'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        call = row_of(SHAPE, pk)
        passed = zip(STAGES, passed_at(db.session(), call), strict=True)
        stages = [{"stage": name, "passed_at": at.isoformat() if at else None} for name, (_, at) in passed]
        return self.response(200, result=[_told(turn) for turn in turns_of(call)], stages=stages)


def _told(turn: Turn) -> dict[str, Any]:
    row = turn.holding
    return {
        "unit": {"id": row.unit_id, "name": name_of(row.unit)},
        "stage": row.stage.value,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "minutes": turn.minutes,
    }
