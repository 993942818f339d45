"""The three rates of departments and townships, by month or year: a page beside the assessments, and for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from werkzeug.wrappers import Response

from app.beside import ApiBeside, PageBeside
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from app.identity import ZONE, current_actor, now, today
from models.base import N_
from models.queries.burden import is_of_county
from models.queries.loop import Stage, loop
from models.queries.pairs import LOW, Pair, pairs
from models.queries.rates import FEWEST, MEANT, Figures, Share, rates
from models.ratings import CaseAssessment
from views.ratings import assessments

SHAPE = shape_of(assessments)
ENTRY = Entry(N_("Calls"), N_("Three rates"), "fa-percent", "Rates.page", CaseAssessment.__name__)
PERIOD = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A month of a year, or all of it."""

    year: int
    month: int | None

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}" if self.month else f"{self.year}"

    def moved(self, by: int) -> Period:
        if self.month is None:
            return Period(self.year + by, None)
        year, month = divmod(self.year * 12 + self.month - 1 + by, 12)
        return Period(year, month + 1)

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.month or 1, 1, tzinfo=ZONE)


class Rates(PageBeside):
    """Numbers with what they are made of; departments and townships apart, by their code."""

    route_base = f"/{SHAPE.resource}"
    shape = SHAPE

    @expose("/rates", methods=["GET"])
    @has_access
    def page(self) -> str:
        period = _period()
        found = _rates(period)
        return self.render_template(
            "rates.html",
            period=period,
            groups=[[unit for unit in found if not unit.is_local], [unit for unit in found if unit.is_local]],
            meant=[(translated(label), translated(words)) for label, words in MEANT.values()],
            of_county=is_of_county(current_actor()),
            fewest=FEWEST,
            stages=_stages(period),
            pairs=_pairs(period),
            low=LOW,
            t=translated,
            name_of=name_of,
            known=lambda other: PERIOD.fullmatch(str(other)),
        )


class RatesApi(ApiBeside):
    """The same for programs."""

    resource_name = openapi_spec_tag = SHAPE.resource
    shape = SHAPE

    @expose("/rates", methods=["GET"])
    @protect()
    def rates(self) -> Response:
        """The three rates of each unit.

        ---
        get:
          summary: Response, resolution and satisfaction of the units of one's county, or of one's own
          parameters:
          - {in: query, name: period, schema: {type: string}, description: 'a month (2026-11), or a year; this month'}
          responses:
            200: {description: 'period, meaning of each number, part, whole, percent by unit; six stages; pairs'}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
        """
        period = _period()
        meaning = {name: translated(words) for name, (_, words) in MEANT.items()}
        stages = [
            {"stage": stage.name, "meaning": translated(stage.meaning), "calls": stage.calls}
            for stage in _stages(period)
        ]
        result = [_told(unit) for unit in _rates(period)]
        between = [_of_pair(pair) for pair in _pairs(period)]
        return self.response(200, period=str(period), meaning=meaning, result=result, stages=stages, pairs=between)


def _period() -> Period:
    day = today()
    if "period" not in request.args:
        return Period(day.year, day.month)
    said = PERIOD.fullmatch(request.args["period"]) or abort(400)
    return Period(int(said[1]), int(said[2]) if said[2] else None)


def _rates(period: Period) -> list[Figures]:
    return rates(db.session(), current_actor(), period.begins, period.moved(1).begins, now())


def _stages(period: Period) -> list[Stage]:
    return loop(db.session(), period.begins, period.moved(1).begins)


def _pairs(period: Period) -> list[Pair]:
    return pairs(db.session(), current_actor(), period.begins, period.moved(1).begins)


def _of_pair(pair: Pair) -> dict[str, Any]:
    units = {"township": pair.local, "department": pair.answering}
    given = {"by_township": pair.by_local, "by_department": pair.by_answering}
    return (
        {name: {"id": unit.id, "name": name_of(unit)} for name, unit in units.items()}
        | {name: _share(share) | {"percent": share.telling} for name, share in given.items()}
        | {"dissatisfied": pair.grudge.value}
    )


def _told(found: Figures) -> dict[str, Any]:
    shares = {name: _share(getattr(found, name)) for name in MEANT if name != "hours"}
    shares["satisfaction"]["percent"] = found.satisfied
    unit = {"id": found.unit.id, "name": name_of(found.unit)}
    return {"unit": unit, **shares, "not_rated": found.not_rated, "hours": found.hours}


def _share(share: Share) -> dict[str, Any]:
    return {"part": share.part, "whole": share.whole, "percent": share.percent}


VIEWS = (Rates, RatesApi)
