"""What a total has left, and who is without a grade, by township; an agency's daily assessments by month."""

from __future__ import annotations

import re

from flask import abort, render_template, request
from flask_appbuilder import expose, has_access
from markupsafe import Markup

from app.beside import PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.present import name_of
from app.extensions import appbuilder, db
from app.identity import current_actor, now, today
from models.agencies import DispatchedAgency
from models.appraisals import AppraisalTotal, StaffAppraisal
from models.queries.daily import by_month
from models.rules.appraisals import distributed, ungraded
from views.agencies import dispatched_agencies
from views.appraisals import staff_appraisals

YEAR = re.compile(r"20\d\d")


class Ungraded(PageBeside):
    """Whoever may read appraisals sees it of the people whom they may see."""

    shape = shape_of(staff_appraisals)
    route_base = f"/{shape.resource}"

    @expose("/ungraded", methods=["GET"])
    @has_access
    def page(self) -> str:
        said = request.args.get("year", str(today().year))
        year = int(said) if YEAR.fullmatch(said) else abort(400)
        region_id = current_actor().region_id
        found = ungraded(db.session(), region_id, year, now()) if region_id is not None else []
        may_appraise = appbuilder.sm.has_access("can_add", StaffAppraisal.__name__)
        serves = current_actor().serves
        return self.render_template("ungraded.html", year=year, found=found, may_appraise=may_appraise, serves=serves)

    def summary(self, total: AppraisalTotal) -> Markup:
        """How far a total is distributed, for its page; nothing for who does not see all within it."""
        given = distributed(db.session(), total, current_actor(), now())
        drawn = render_template("_distributed.html", total=total, given=given) if given else ""
        return Markup(drawn)  # noqa: S704  (escaped there)


class PersonsScore(PageBeside):
    """How the two scores of a person make one, by the weight of their township and year: for whoever reads it (R34)."""

    shape = shape_of(staff_appraisals)
    route_base = f"/{shape.resource}"

    @expose("/<int:pk>/formula", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        appraisal = row_of(self.shape, pk)
        return self.render_template("persons_score.html", appraisal=appraisal, name=name_of(appraisal))

    def summary(self, appraisal: StaffAppraisal) -> Markup:
        return Markup(render_template("_persons_score.html", appraisal=appraisal))  # noqa: S704  (escaped there)


class DailyByMonth(PageBeside):
    """Whoever may read the agency, as far as they may read the entries."""

    shape = shape_of(dispatched_agencies)
    route_base = f"/{shape.resource}"

    @expose("/<int:pk>/daily", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        agency = row_of(self.shape, pk)
        return self.render_template("daily.html", agency=agency, name=name_of(agency), months=self._months(agency))

    def summary(self, agency: DispatchedAgency) -> Markup:
        """The latest months alone, for the page of the agency."""
        return Markup(render_template("_daily.html", months=self._months(agency)[:6]))  # noqa: S704  (escaped there)

    @staticmethod
    def _months(agency: DispatchedAgency) -> list[object]:
        return list(by_month(db.session(), agency.id))


VIEWS = (Ungraded, PersonsScore, DailyByMonth)
