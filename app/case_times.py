"""«Outcomes and stages»: how coordination cases end, and the working days that each stage takes."""

from __future__ import annotations

from flask_appbuilder import expose, has_access

from app.beside import PageBeside
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.extensions import db
from models.base import N_
from models.coordination import CoordinationCase
from models.queries.case_times import STAGES, case_times
from views.coordination import cases

SHAPE = shape_of(cases)
ENTRY = Entry(
    N_("Coordination"), N_("Outcomes and stages"), "fa-stopwatch", "CaseTimes.index", CoordinationCase.__name__
)


class CaseTimes(PageBeside):
    """Whoever reads the cases, of those that are theirs to see."""

    shape = SHAPE
    route_base = "/case-times"
    default_view = "index"

    @expose("/", methods=["GET"])
    @has_access
    def index(self) -> str:
        by_month, by_category = case_times(db.session())
        stages = [translated(name) for name, _ in STAGES]
        return self.render_template("case_times.html", by_month=by_month, by_category=by_category, stages=stages)


VIEWS = (CaseTimes,)
