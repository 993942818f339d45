"""Charts for leaders: sixteen questions on one page, for a period and a unit; the rows behind each number; as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_babel import gettext
from werkzeug.wrappers import Response

from app import leaders_files as files
from app.beside import PageBeside
from app.comparison import TYPE
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.pages import XLSX
from app.engine.present import name_of, shown
from app.engine.query import PAGE_SIZE, Question, answer, fetch_related
from app.extensions import appbuilder, db
from app.identity import ZONE, current_actor, now, today
from app.leaders_charts import CHARTS
from app.leaders_own import headlines
from app.leaders_panels import ALL, Chart, Panel, Source, first_told, readable
from models.base import N_
from models.organisation import Unit
from models.queries.asked import Asked, units_to_ask_of
from models.ratings import CaseAssessment
from views.ratings import assessments

ENTRY = Entry(N_("Statistics"), N_("Charts for leaders"), "fa-chart-line", "Leaders.page", CaseAssessment.__name__)
PERIODS = {
    "month": N_("This month"),
    "quarter": N_("This quarter"),
    "year": N_("This year"),
}
BACKWARDS = N_("“Until” lies before “From”. Choose for it the same day or a later one.")
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 1, 1)
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A chart with its panels, as far as this person may see them."""

    chart: Chart
    panels: list[tuple[Source, Panel]]


class Leaders(PageBeside):
    """Whoever reads the three rates sees this of the rows that are theirs to see."""

    route_base = "/leaders"
    shape = shape_of(assessments)
    exporting = ("workbook", "report")

    @expose("/", methods=["GET"])
    @has_access
    def page(self) -> str | tuple[str, int]:
        """Of days that run backwards the form alone, with what is wrong at its field."""
        asked = _told()
        backwards = asked.first > asked.last
        charts = [] if backwards else list(_charts(asked))
        panels = {source.name: panel for one in charts for source, panel in one.panels}
        drawn: str = self.render_template(
            "leaders.html",
            asked=asked,
            problem=translated(BACKWARDS) if backwards else "",
            charts=charts,
            headlines=list(headlines(asked, panels)),
            chosen=request.args.get("period", "" if "from" in request.args else "year"),
            periods={name: translated(label) for name, label in PERIODS.items()},
            units=[(unit.id, name_of(unit)) for unit in db.session.scalars(units_to_ask_of(asked.actor))],
            address=_address,
            first_told=first_told,
            may_export=not backwards and appbuilder.sm.has_access("can_export", self.shape.permission),
            t=translated,
        )
        return (drawn, 400) if backwards else drawn

    @expose("/rows/<name>", methods=["GET"])
    @has_access
    def rows(self, name: str) -> str:
        """What stands behind a number: the same rows, by the same criterion."""
        asked = _asked()
        source = next((source for chart in CHARTS for source in chart.sources if source.name == name), None)
        if source is None or not source.may(asked):
            abort(404)
        key, part = request.args.get("key", ALL), request.args.get("part", ALL)
        try:
            behind = source.behind(asked, key, part)
        except (ValueError, KeyError):
            abort(400)
        if behind is None or not readable(behind.console):
            abort(404)
        shape, page = shape_of(behind.console), _page()
        fields = shape.pick(shape.listed)
        found = answer(db.session(), shape, Question(within=behind.criteria, page=page))
        _held = fetch_related(db.session(), fields, found.rows)
        return self.render_template(
            "leaders_rows.html",
            title=translated(behind.console.name),
            asked=asked,
            fields=fields,
            found=found,
            rows=[(row, name_of(row), [shown(f, f.of(row), ZONE) for f in fields]) for row in found.rows],
            record=f"{shape.permission}Page.show",
            back=_address("Leaders.page"),
            page=page,
            t=translated,
            last=(found.count - 1) // PAGE_SIZE,
            at=lambda number: _address("Leaders.rows", name=name, key=key, part=part, page=number),
        )

    @expose("/charts.xlsx", methods=["GET"])
    @has_access
    def workbook(self) -> Response:
        asked = _asked()
        file = files.workbook(asked, [(one.chart, [panel for _, panel in one.panels]) for one in _charts(asked)])
        answer = send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{_title(asked)}.xlsx")
        answer.call_on_close(file.close)
        return answer

    @expose("/report.docx", methods=["GET"])
    @has_access
    def report(self) -> Response:
        asked = _asked()
        charts = [(one.chart, [panel for _, panel in one.panels]) for one in _charts(asked)]
        file = files.report(_title(asked), asked, charts)
        return send_file(file, mimetype=TYPE, as_attachment=True, download_name=f"{_title(asked)}.docx")


def _title(asked: Asked) -> str:
    return f"{gettext('Charts for leaders')} {asked.first}–{asked.last}"


def _charts(asked: Asked) -> Iterator[Shown]:
    """In order, without those of which this person may see nothing."""
    for chart in CHARTS:
        panels = [(source, source.panel(asked)) for source in chart.sources if source.may(asked)]
        if panels:
            yield Shown(chart, panels)


def _address(endpoint: str, **more: Any) -> str:
    """Another page about the same period and unit."""
    kept = {name: request.args[name] for name in ("period", "from", "to", "unit") if request.args.get(name)}
    return url_for(endpoint, **(kept | more))


def _asked() -> Asked:
    """What ends before it begins is a 400."""
    asked = _told()
    return asked if asked.first <= asked.last else abort(400)


def _told() -> Asked:
    first, last = _days()
    return Asked(current_actor(), first, last, now(), _unit())


def _days() -> tuple[date, date]:
    """A named period, this one; or from one day to another, as they were told. What is no day is a 400."""
    args = request.args
    if args.get("from") or args.get("to"):
        first, last = _day(args.get("from"), EARLIEST), _day(args.get("to"), today())
        return (first, last) if all(EARLIEST <= day < LATEST for day in (first, last)) else abort(400)
    name = args.get("period", "year")
    if name not in PERIODS:
        abort(400)
    months = {"month": 1, "quarter": 3, "year": 12}[name]
    first = today().replace(day=1, month=(today().month - 1) // months * months + 1)
    following = (first + timedelta(days=31 * months)).replace(day=1)
    return first, following - timedelta(days=1)


def _day(text: str | None, usual: date) -> date:
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        abort(400)


def _unit() -> Unit | None:
    """The unit that is asked about: one of those that are offered, or nothing is found."""
    text = request.args.get("unit", "")
    if not text:
        return None
    key = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    found: Unit | None = db.session.scalar(units_to_ask_of(current_actor()).where(Unit.id == key))
    return found or abort(404)


def _page() -> int:
    text = request.args.get("page", "0")
    return int(text) if text.isascii() and text.isdecimal() and int(text[:9]) <= LAST_PAGE else 0


VIEWS = (Leaders,)
