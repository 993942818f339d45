"""The sheets of a unit in a cycle, on one page: a row for each who is evaluated, a box for each indicator."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.beside import row_of
from app.engine import write
from app.engine.build import permissions
from app.engine.declare import Told
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.extensions import db
from app.identity import ZONE
from app.imports import world_of
from models.evaluation import EvaluationCycle, Source
from models.evaluation_sheets import EvaluationSheet, SheetScore, SheetState
from models.queries.scoreboard import Table, scores_on, tables
from models.rules.evaluation_sheets import TENTH, asked, check_scores, leads_of, submit_all
from views.evaluation import evaluation_cycles, sheet_scores

CYCLES, SCORES = shape_of(evaluation_cycles), shape_of(sheet_scores)
SURVEY = "survey"
"""The box of the file that a survey's figures come from."""


class Sheets(BaseView):
    """What a unit is asked: saved as often as it likes, submitted once."""

    route_base = f"/{CYCLES.resource}"
    default_view = "page"
    class_permission_name = SCORES.permission
    base_permissions = permissions(SCORES)
    method_permission_name = {"page": "edit"}

    @expose("/<int:pk>/sheets", methods=["GET", "POST"])
    @has_access
    def page(self, pk: int) -> Any:
        cycle = row_of(CYCLES, pk)
        if request.method == "GET":
            return self._draw(cycle)
        try:
            sent, left = _take(cycle)
        except write.NotWritten as refusal:
            return self._draw(row_of(CYCLES, pk), refusal.told), refusal.told.status
        if "submit" in request.form:
            flash(gettext("%(sent)s sheets are submitted and sealed; %(left)s are still to be filled in.",
                          sent=sent, left=left), "success")  # fmt: skip
        else:
            flash(gettext("Your scores are saved. Nothing is submitted yet."), "success")
        return redirect(url_for("Sheets.page", pk=pk))

    def _draw(self, cycle: EvaluationCycle, told: Told | None = None) -> str:
        session, actor = db.session(), world_of[0].actor()
        found = tables(session, cycle, actor)
        given = scores_on(session, [sheet for table in found for sheet in table.sheets])
        leads = leads_of(session, [row for table in found for row in table.indicators])
        return self.render_template(
            "evaluation_sheets.html",
            cycle=cycle,
            tables=[(table, [(s, list(_boxes(s, table, given, leads))) for s in table.sheets]) for table in found],
            waiting=sum(sheet.state is SheetState.draft for table in found for sheet in table.sheets),
            several=len({sheet.rater_unit_id for table in found for sheet in table.sheets}) > 1,
            survey=any(_of_residents(table) and _open(table) for table in found),
            problems=told.fields if told else {},
            t=translated,
            zone=ZONE,
        )


def _of_residents(table: Table) -> bool:
    return any(row.source is Source.survey for row in table.indicators)


def _open(table: Table) -> bool:
    return any(sheet.state is SheetState.draft for sheet in table.sheets)


def _boxes(sheet: EvaluationSheet, table: Table, given: Any, leads: Any) -> Iterator[tuple[str, Any, Any]]:
    """(name of the box, or nothing where the sheet does not ask, value, indicator)."""
    wanted = asked(sheet, table.indicators, leads)
    for row in table.indicators:
        if row.source is Source.computed:
            continue
        name = _box(sheet.id, row.id) if row.id in wanted else ""
        known = given.get((sheet.id, row.id))
        yield name, request.form.get(name, known.points if known else ""), row


def _box(sheet_id: int, indicator_id: int) -> str:
    return f"s{sheet_id}-{indicator_id}"


def _take(cycle: EvaluationCycle) -> tuple[int, int]:
    """Save what was typed; and submit what is whole, where that was pressed: how many, and how many are left."""
    world = world_of[0]
    with write.transaction(world) as session:
        found = tables(session, cycle, world.actor())
        sheets = [sheet for table in found for sheet in table.sheets if sheet.state is SheetState.draft]
        given = scores_on(session, sheets)
        leads = leads_of(session, [row for table in found for row in table.indicators])
        wanted = {s.id: asked(s, t.indicators, leads) for t in found for s in t.sheets if s in sheets}
        with session.no_autoflush:
            changed = list(_changed(wanted, given))
            if changed:
                check_scores(session, changed, world.actor(), world.now())
        session.add_all(changed)
        session.flush()
        whole = {(score.sheet_id, score.indicator_id) for score in (*given.values(), *changed)}
        ready = [s for s in sheets if all((s.id, key) in whole for key in wanted[s.id])]
        if "submit" not in request.form:
            return 0, len(sheets)
        submit_all(session, cycle, ready, _file(session), actor=world.actor(), now=world.now())
    return len(ready), len(sheets) - len(ready)


def _file(session: Session) -> Any:
    """Where the figures of a survey come from, if it was sent."""
    world, sent = world_of[0], request.files.get(SURVEY)
    if sent is None or not sent.filename:
        return None
    kept = world.files.keep(session, sent.filename, sent.stream)
    session.flush()
    return kept


def _changed(wanted: dict[int, list[int]], given: dict[tuple[int, int], SheetScore]) -> Iterator[SheetScore]:
    """The scores that differ from what was saved before. Raises `NotWritten`, naming the box."""
    for sheet_id, indicators in wanted.items():
        for indicator_id in indicators:
            name = _box(sheet_id, indicator_id)
            text = request.form.get(name, "").strip()
            known = given.get((sheet_id, indicator_id))
            points = _points(name, text) if text else None
            if points is None or (known is not None and known.points == points):
                continue
            score = known or SheetScore(sheet_id=sheet_id, indicator_id=indicator_id)
            score.points = points
            yield score


def _points(name: str, text: str) -> Decimal:
    message = gettext("A score is a number from 0 to 100, with one decimal at most.")
    try:
        points = Decimal(text)
        if points.is_finite() and 0 <= points <= 100 and points == points.quantize(TENTH):
            return points
    except InvalidOperation:
        pass
    raise write.NotWritten(Told(422, {name: message}))
