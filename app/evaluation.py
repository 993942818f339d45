"""Pages of an evaluation: the sheets of a unit on one page, who has sent what, scores, and the calculator (TC-53)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.beside import ApiBeside, PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.engine.query import fetch_names
from app.extensions import appbuilder, db
from app.identity import ZONE, current_actor, now
from models.evaluation import CycleState, EvaluationCycle, SubjectKind
from models.evaluation_sheets import AgencyAggregate
from models.queries.evaluation import MEANT
from models.queries.scoreboard import SHOWN, Line, Opened, account, appealable, progress, scoreboard
from models.rules.aggregates import awaited
from models.rules.indicators import sums_of
from models.rules.reckoning import DEDUCTING, MEANS
from models.scores import ScoreAppeal
from views.evaluation import evaluation_cycles, score_results

CYCLES, RESULTS = shape_of(evaluation_cycles), shape_of(score_results)
SCORED = (CycleState.computed, CycleState.confirmed, CycleState.published)
COLUMNS = ("place", "share", "bottom_up", "top_down")


class EvaluationProgress(PageBeside):
    """Who has sent how many sheets: those who judge see all, a unit its own."""

    route_base = f"/{CYCLES.resource}"
    shape = CYCLES

    @expose("/<int:pk>/progress", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        cycle = row_of(CYCLES, pk)
        sent = progress(db.session(), cycle, current_actor())
        whole, done = (sum(getattr(one, name) for one in sent) for name in ("whole", "done"))
        return self.render_template(
            "evaluation_progress.html", cycle=cycle, sent=sent, whole=whole, done=done, zone=ZONE
        )

    def summary(self, aggregate: AgencyAggregate) -> Markup:
        """Whose part of an agency is not in, for the page of what its seat gathers (R17)."""
        missing = awaited(db.session(), aggregate, current_actor())
        return Markup(render_template("_awaited.html", missing=missing))  # noqa: S704  (escaped there)


class EvaluationWeights(PageBeside):
    """What the weights of a cycle make, before it opens: each sum has to be a hundred (R22)."""

    route_base = f"/{CYCLES.resource}"
    shape = CYCLES

    @expose("/<int:pk>/weights", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        cycle = row_of(CYCLES, pk)
        return self.render_template("weights.html", cycle=cycle, sums=sums_of(db.session(), cycle), t=translated)

    def summary(self, cycle: EvaluationCycle) -> Markup:
        """For the page of a draft."""
        if cycle.state is not CycleState.draft:
            return Markup()
        drawn = render_template("_weights.html", sums=sums_of(db.session(), cycle), t=translated)
        return Markup(drawn)  # noqa: S704  (escaped there)


class EvaluationScores(PageBeside):
    """The scores of a cycle: departments by their place, all others by their code."""

    route_base = f"/{CYCLES.resource}"
    shape = CYCLES

    @expose("/<int:pk>/scores", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        cycle = row_of(CYCLES, pk)
        lines = scoreboard(db.session(), cycle)
        return self.render_template(
            "evaluation_scores.html",
            cycle=cycle,
            groups=[(kind, lines[kind], *_columns(lines[kind])) for kind in SubjectKind if kind in lines],
            appealable=_appealable(cycle),
            t=translated,
        )


def _columns(lines: Sequence[Line]) -> tuple[set[str], bool]:
    """Which columns say anything of anybody, and whether any score was corrected."""
    told = {name for name in COLUMNS for line in lines if getattr(line.result, name) is not None}
    return told, any(line.corrected is not None for line in lines)


def _appealable(cycle: EvaluationCycle) -> set[int]:
    if not appbuilder.sm.has_access("can_add", ScoreAppeal.__name__):
        return set()
    return appealable(db.session(), cycle, current_actor(), now())


class Calculator(PageBeside):
    """A score opened: into its sides, each into its indicators, each into the records that went in."""

    route_base = f"/{RESULTS.resource}"
    shape = RESULTS

    @expose("/<int:pk>/calculator", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        result = row_of(RESULTS, pk)
        found = account(db.session(), result)
        rows = {row for parts in found.sides.values() for part in parts for row, *_ in part.records}
        for model in {type(row) for row in rows}:
            fetch_names(db.session(), [row for row in rows if type(row) is model])
        return self.render_template(
            "calculator.html",
            result=result,
            found=found,
            may_appeal=result.id in _appealable(result.cycle),
            meant={formula: translated(words) for formula, words in MEANT.items()},
            address=_address,
            name_of=name_of,
            t=translated,
            deducting=DEDUCTING,
            means=MEANS,
            most=SHOWN,
        )


def _address(row: Any) -> str:
    """The page of a record, for whoever may read such records."""
    model = type(row).__name__
    return url_for(f"{model}Page.show", pk=row.id) if appbuilder.sm.has_access("can_read", model) else ""


class EvaluationApi(ApiBeside):
    """Progress and scores for programs."""

    resource_name = openapi_spec_tag = CYCLES.resource
    shape = CYCLES

    @expose("/<int:pk>/progress", methods=["GET"])
    @protect()
    def progress(self, pk: int) -> Response:
        """Who has sent how many sheets.

        ---
        get:
          summary: How many of its sheets each unit has sent; of all for those who judge, else of one's own unit
          responses:
            200: {description: 'unit, done, whole'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        sent = progress(db.session(), row_of(CYCLES, pk), current_actor())
        return self.response(
            200, result=[{"unit": _unit(one.unit), "done": one.done, "whole": one.whole} for one in sent]
        )


class CalculatorApi(ApiBeside):
    """The calculator for programs."""

    resource_name = openapi_spec_tag = RESULTS.resource
    shape = RESULTS

    @expose("/<int:pk>/calculator", methods=["GET"])
    @protect()
    def calculator(self, pk: int) -> Response:
        """What a score was computed from.

        ---
        get:
          summary: The sides of a score, their indicators with weight and formula of that day, and the records in each
          responses:
            200: {description: 'share, total, grade, corrected and its grade, recomputed; of each part all numbers'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        found = account(db.session(), row_of(RESULTS, pk))
        result = found.result
        told = {name: _said(getattr(result, name)) for name in ("share", "bottom_up", "top_down", "total")}
        words = {name: getattr(result, name) for name in ("grade", "capped_by", "place", "inputs_hash")}
        return self.response(
            200,
            unit=_unit(result.unit),
            **told,
            **words,
            corrected=_said(found.corrected),
            corrected_grade=found.corrected_grade,
            recomputed=_said(found.total),
            result=[_told(part) for parts in found.sides.values() for part in parts],
        )


def _told(opened: Opened) -> dict[str, Any]:
    part = opened.part
    numbers = {name: _said(getattr(part, name)) for name in ("weight", "numerator", "denominator", "value", "deduct")}
    words = {name: getattr(part, name) for name in ("side", "source", "formula")}
    indicator = {"id": part.indicator_id, "name": part.indicator.name, "component": part.indicator.component}
    meaning = translated(MEANT[part.formula]) if part.formula else part.indicator.standard
    return {"indicator": indicator, "meaning": meaning} | words | numbers | {"records": part.records}


def _unit(unit: Any) -> dict[str, Any]:
    return {"id": unit.id, "name": name_of(unit)}


def _said(number: Any) -> str | None:
    return None if number is None else f"{number:f}"


VIEWS = (EvaluationProgress, EvaluationWeights, EvaluationScores, Calculator, EvaluationApi, CalculatorApi)
