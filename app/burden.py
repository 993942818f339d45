"""The burden meter: what each department asks of each township. Hand-written, because it joins many tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, request, send_file
from flask_appbuilder import expose, has_access
from flask_appbuilder.baseviews import BaseView
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.engine.build import Entry
from app.engine.export import workbook
from app.engine.fields import translated
from app.engine.pages import XLSX
from app.extensions import appbuilder, db
from app.identity import current_actor, today
from models.base import N_
from models.door import by_rule
from models.organisation import Unit
from models.queries.burden import (
    SOURCES,
    Source,
    admitted_now,
    asked,
    caps,
    is_of_county,
    matters_by_year,
    matters_now,
    powers_and_duties,
    townships,
)

EARLIEST, LATEST = 2000, 2100
LOOKED_BACK = 2
"""How many earlier years the table of assigned matters shows beside the chosen one."""

ENTRY = Entry(N_("Burden"), N_("Burden meter"), "fa-weight-hanging", "Burden.index", "Burden")

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Meter:
    """The figures of a year: by source, how often a department (row) asks something of a township (column)."""

    year: int
    departments: list[Unit]
    townships: list[Unit]
    counts: dict[str, dict[Pair, int]]

    def of_department(self, source: Source, department: Unit) -> int:
        return sum(count for (asking, _), count in self.counts[source.name].items() if asking == department.id)

    def rows(self, source: Source) -> list[tuple[Unit, list[int]]]:
        """For each department that asks in this way, a number for each township."""
        found = self.counts[source.name]
        asking = {department for department, _ in found}
        return [
            (unit, [found.get((unit.id, township.id), 0) for township in self.townships])
            for unit in self.departments
            if unit.id in asking
        ]


@dataclass(frozen=True, slots=True)
class Balance:
    """What a township may do, and what it owes: by the lists in force, by admission, and by assignment besides."""

    township: Unit
    powers: int
    duties: int
    admitted: int
    matters: int

    @property
    def ratio(self) -> float | None:
        """Duties for each power."""
        return (self.duties + self.admitted + self.matters) / self.powers if self.powers else None


class Burden(BaseView):
    """For the county all of it, for a department its own row, for a township its own column."""

    route_base = "/burden"
    default_view = "index"
    class_permission_name = "Burden"
    base_permissions = ["can_read", "can_export"]
    method_permission_name = {"index": "read", "export": "export"}

    @expose("/", methods=["GET"])
    @has_access
    def index(self) -> str:
        meter, source = _meter(_year()), _source()
        years, actor = tuple(range(meter.year - LOOKED_BACK, meter.year + 1)), current_actor()
        matters = {unit: counts for unit, *counts in db.session.execute(matters_by_year(actor, years))}
        counted = [unit for unit in meter.townships if is_of_county(actor) or unit.id in actor.unit_ids]
        balances = _balances(counted)
        return self.render_template(
            "burden.html",
            meter=meter,
            chosen=source,
            sources=SOURCES,
            figures=_figures(meter),
            years=years,
            matters=[(unit, matters.get(unit.id, [0] * len(years))) for unit in counted],
            caps={(year, unit): most for year, most, unit in db.session.execute(caps(actor, years))},
            balances=balances,
            balanced=_balanced(balances),
            earliest=EARLIEST,
            latest=LATEST,
            t=translated,
            may_export=appbuilder.sm.has_access("can_export", "Burden"),
        )

    @expose("/export.xlsx", methods=["GET"])
    @has_access
    def export(self) -> Response:
        meter = _meter(_year())
        title = gettext("Burden meter")
        file = workbook(title, _sheet(meter))
        answer = send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"{title}-{meter.year}.xlsx")
        answer.call_on_close(file.close)
        return answer


def _year() -> int:
    text = request.args.get("year", str(today().year))
    if not text.isdecimal() or not EARLIEST <= int(text[:5]) <= LATEST:
        abort(400)
    return int(text)


def _source() -> Source:
    name = request.args.get("of", SOURCES[0].name)
    return next((source for source in SOURCES if source.name == name), None) or abort(404)


def _meter(year: int) -> Meter:
    """One statement for each source, and one for the names."""
    actor = current_actor()
    counts = {
        source.name: {
            (department, township): count
            for department, township, count in db.session.execute(asked(source, actor, year))
            if department is not None
        }
        for source in SOURCES
    }
    asking = {department for found in counts.values() for department, _ in found}
    departments = db.session.scalars(select(Unit).where(Unit.id.in_(sorted(asking))).order_by(Unit.code))
    columns = db.session.scalars(townships(actor)).all()
    own = [unit for unit in columns if unit.id in actor.unit_ids]
    return Meter(year, list(departments), own if own and not is_of_county(actor) else list(columns), counts)


def _figures(meter: Meter) -> dict[str, Any]:
    """For the page's script: a bar for each department, a part for each source."""
    return {
        "kind": "bar",
        "title": gettext("What departments ask, %(year)s", year=meter.year),
        "labels": [unit.name for unit in meter.departments],
        "series": [
            {
                "name": translated(source.label),
                "data": [meter.of_department(source, unit) for unit in meter.departments],
            }
            for source in SOURCES
        ],
    }


def _balances(counted: list[Unit]) -> list[Balance]:
    """Three statements for all of them."""
    actor = current_actor()
    with by_rule(db.session):  # also the admissions of others are no duties of the lists
        powers, duties = db.session.execute(powers_and_duties(actor)).one()
    admitted, matters = (dict(db.session.execute(query(actor)).all()) for query in (admitted_now, matters_now))
    return [Balance(unit, powers, duties, admitted.get(unit.id, 0), matters.get(unit.id, 0)) for unit in counted]


def _balanced(balances: list[Balance]) -> dict[str, Any]:
    """For the page's script: a bar for each township, by its code."""
    parts = (
        (gettext("Powers"), [balance.powers for balance in balances]),
        (gettext("Duties by the lists"), [balance.duties for balance in balances]),
        (gettext("Admitted duties in force"), [balance.admitted for balance in balances]),
        (gettext("Assigned matters in force"), [balance.matters for balance in balances]),
    )
    return {
        "kind": "bar",
        "title": gettext("Powers and duties of townships"),
        "labels": [balance.township.name for balance in balances],
        "series": [{"name": name, "data": data} for name, data in parts],
    }


def _sheet(meter: Meter) -> Any:
    """A line for each department and township that have to do with each other."""
    yield [gettext("Department"), gettext("Township or street"), *(translated(source.label) for source in SOURCES)]
    for department in meter.departments:
        for township in meter.townships:
            pair = (department.id, township.id)
            counts = [meter.counts[source.name].get(pair, 0) for source in SOURCES]
            if any(counts):
                yield [department.name, township.name, *counts]
