"""What was published of a month beside today's count, with the calls that differ and why."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flask import abort, request
from flask_appbuilder import expose, has_access
from sqlalchemy import func, select

from app.beside import PageBeside, row_of
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import appbuilder, db
from app.identity import ZONE, current_actor, now
from app.rates import PERIOD, Period
from models.base import N_
from models.calls import Call
from models.figures import FigureKind, PublishedFigure
from models.organisation import Unit
from models.queries.figures import Recounted, recount
from views.figures import published_figures

SHAPE = shape_of(published_figures)
ENTRY = Entry(N_("Calls"), N_("Published and recounted"), "fa-scale-balanced", "Recount.page", PublishedFigure.__name__)


class Recount(PageBeside):
    """Of departments rates and failures, of townships the volume alone; each unit by its code, nobody is ranked."""

    route_base = f"/{SHAPE.resource}"
    shape = SHAPE

    @expose("/recount", methods=["GET"])
    @has_access
    def page(self) -> str:
        period = _period()
        found = _recounted(period) if period else []
        local = [row for row in found if row.figure.kind is FigureKind.calls]
        others = [row for row in found if row.figure.kind is not FigureKind.calls]
        return self.render_template(
            "recount.html",
            period=period,
            groups=[others, local],
            name_of=name_of,
            may_read_calls=appbuilder.sm.has_access("can_read", Call.__name__),
            t=translated,
            zone=ZONE,
            published=found[0].figure.published_at if found else None,
        )


class FigureCalls(PageBeside):
    """The calls that a published number counts, as they were then: those that the reader may see, and how many more."""

    route_base = f"/{SHAPE.resource}"
    shape = SHAPE

    @expose("/<int:pk>/calls", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        figure: PublishedFigure = row_of(SHAPE, pk)
        times, counted = (Counter(figure.calls.get(name, ())) for name in ("whole", "part"))
        calls = db.session.scalars(select(Call).where(Call.id.in_(times)).order_by(Call.id)).all()
        return self.render_template(
            "figure_calls.html",
            figure=figure,
            name=name_of(figure),
            lines=[(call, counted[call.id], times[call.id]) for call in calls],
            hidden=len(times) - len(calls),
            may_read_calls=appbuilder.sm.has_access("can_read", Call.__name__),
            t=translated,
        )


def _period() -> Period | None:
    """The month asked for, or the last one that is published."""
    said = request.args.get("period")
    said = said if said is not None else db.session.scalar(select(func.max(PublishedFigure.period)))
    if said is None:
        return None
    parts = PERIOD.fullmatch(said)
    if parts is None or not parts[2]:
        abort(400)
    return Period(int(parts[1]), int(parts[2]))


def _recounted(period: Period) -> list[Recounted]:
    of_month = select(PublishedFigure).join(PublishedFigure.unit).where(PublishedFigure.period == str(period))
    figures = db.session.scalars(of_month.order_by(Unit.code, PublishedFigure.id)).all()
    begins: datetime = period.begins
    return recount(db.session(), current_actor(), figures, begins, period.moved(1).begins, now())


VIEWS = (Recount, FigureCalls)
