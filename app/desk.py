"""The views that no table makes: my desk, notices, the unit acted for, health. Hand-written, because they join many."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import abort, jsonify, redirect, request, session, url_for
from flask_appbuilder import IndexView, expose
from flask_appbuilder.api import manager
from flask_appbuilder.baseviews import BaseView
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.engine.fields import fields_of, translated
from app.engine.present import by_when, name_of, shown
from app.engine.query import fetch_names
from app.extensions import appbuilder, db
from app.identity import ACTING, ZONE, current_actor, is_living, now, offered_seats
from models.base import N_
from models.calls import Call
from models.lists import ListItem
from models.notices import Notice, one_stop
from models.organisation import LOCAL, Posting, Unit
from models.queries.desk import piles
from models.queries.piles import MOST, Pile, ends_of
from models.roles import RoleName

SHOWN = 100

SIGHTS = (
    (N_("Charts for leaders"), "Leaders.page", "fa-chart-line", "CaseAssessment"),
    (N_("Charts of calls"), "CallPage.chart_page", "fa-chart-column", Call.__name__),
    (N_("Charts of list items"), "ListItemPage.chart_page", "fa-chart-column", ListItem.__name__),
    (N_("Three rates"), "Rates.page", "fa-percent", "CaseAssessment"),
    (N_("Burden meter"), "Burden.index", "fa-weight-hanging", "Burden"),
    (N_("Who answers?"), "Finder.index", "fa-magnifying-glass", ListItem.__name__),
    (N_("Postings"), "PostingPage.listing", "fa-id-badge", Posting.__name__),
    (N_("Roles"), "RoleModelView.list", "fa-user-shield", "RoleModelView"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One record on a desk."""

    title: str
    address: str
    state: Any
    due: Markup | str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stack:
    """A pile that is not empty."""

    title: str
    lines: list[Line]
    more: bool


class Desk(IndexView):
    """The first page: what waits for me by due time, and what I wait for. A leader's is that of the charts."""

    @expose("/", methods=["GET"])
    def index(self) -> str | Response:
        if not current_user.is_authenticated:
            return redirect(appbuilder.get_url_for_login_with(request.full_path))
        if current_actor().roles == {RoleName.leader}:
            return redirect(url_for("Leaders.page"))
        stacks = [(pile.mine, _stack(pile)) for pile in piles(current_actor(), now().astimezone(ZONE).date())]
        return self.render_template(
            "desk.html",
            mine=sorted((s for mine, s in stacks if mine and s.lines), key=_urgency),
            others=[s for mine, s in stacks if not mine and s.lines],
            may_call=is_living() and appbuilder.sm.has_access("can_add", Call.__name__),
            sights=_sights(),
            awaits=bool(stacks),
        )


def _sights() -> list[tuple[str, str, str]]:
    """(label, address, icon) of what is worth a look where nothing waits."""
    return [
        (translated(label), url_for(endpoint), icon)
        for label, endpoint, icon, permission in SIGHTS
        if any(appbuilder.sm.has_access(right, permission) for right in ("can_read", "can_list"))
    ]


def _stack(pile: Pile) -> Stack:
    rows = db.session.scalars(pile.query).all()
    _held = fetch_names(db.session(), rows)
    due = pile.due.key if pile.due is not None else ""
    ends = ends_of(db.session(), rows, pile.clock) if pile.clock else {}
    return Stack(translated(pile.title), [_line(row, due, ends.get(row.id)) for row in rows], len(rows) == MOST)


def _line(row: Any, due: str, end: datetime | None) -> Line:
    fields, at = fields_of(type(row)), end or (getattr(row, due) if due else None)
    return Line(
        title=name_of(row),
        address=url_for(f"{type(row).__name__}Page.show", pk=row.id),
        state=shown(fields["state"], row.state, ZONE),
        due=shown(fields[due], at, ZONE, now=now()) if at else "",
        due_at=at,
    )


def _urgency(stack: Stack) -> tuple[bool, float]:
    """What is over first, then what is due soonest, then what has no due time."""
    dues = [line.due_at.timestamp() for line in stack.lines if line.due_at]
    return (not dues, min(dues, default=0))


class Notices(BaseView):
    """The bell: what was said to me, for the unit I act for."""

    route_base = "/notices"
    default_view = "index"

    @expose("/", methods=["GET"])
    def index(self) -> str:
        _signed_in()
        latest = select(Notice).where(*_mine()).order_by(Notice.id.desc()).limit(SHOWN)
        notices = [(notice, said(notice), _address(notice)) for notice in db.session.scalars(latest)]
        return self.render_template("notices.html", notices=notices, zone=ZONE)

    @expose("/<int:pk>", methods=["POST"])
    def open(self, pk: int) -> Response:
        """Mark as read, and go where it points."""
        _signed_in()
        notice = db.session.scalar(select(Notice).where(Notice.id == pk)) or abort(404)
        if notice.read_at is None:
            notice.read_at = now()
            db.session.commit()
        return redirect(_address(notice) or url_for("Notices.index"))

    @expose("/read", methods=["POST"])
    def read(self) -> Response:
        """Mark all as read."""
        _signed_in()
        for notice in db.session.scalars(select(Notice).where(*_mine(), Notice.read_at.is_(None))):
            notice.read_at = now()
        db.session.commit()
        return redirect(url_for("Notices.index"))


def _signed_in() -> None:
    if not current_user.is_authenticated:
        abort(401)


def _mine() -> tuple[Any, ...]:
    actor = current_actor()
    return Notice.user_id == actor.user_id, Notice.unit_id == actor.unit_id


def said(notice: Notice) -> str:
    """The sentence in the reader's language, its moments in the county's zone."""
    details = {name: _detail(name, value) for name, value in notice.details.items()}
    return one_stop(gettext(notice.message, **details))


def _detail(name: str, value: Any) -> str:
    if name == "due":
        return by_when(datetime.fromisoformat(value).astimezone(ZONE), "%m-%d")
    return str(value)


PAGES = {
    "assigned_matter": "AssignedMatterPage.show",
    "call": "CallPage.show",
    "dispute_case": "DisputeCasePage.show",
    "review_file": "ReviewFilePage.show",
    "call_assignment": "CallAssignmentPage.show",
    "call_event": "CallEventPage.listing",
    "extension": "ExtensionPage.show",
    "coordination_case": "CoordinationCasePage.show",
    "duty_list": "DutyListPage.show",
    "list_adjustment": "ListAdjustmentPage.show",
    "data_request": "DataRequestPage.show",
    "irregular_assignment_report": "IrregularAssignmentReportPage.show",
    "responsibility_statement": "ResponsibilityStatementPage.show",
    "supervision_order": "SupervisionOrderPage.show",
    "rectification_order": "RectificationOrderPage.show",
    "circular": "CircularPage.show",
    "circular_line": "CircularLinePage.show",
    "early_warning": "EarlyWarningPage.show",
    "due_revision": "DueRevisionPage.show",
    "mutual_rating": "MutualRatingPage.show",
    "duty_admission": "DutyAdmissionPage.show",
    "admission_opinion": "AdmissionOpinionPage.show",
    "guarantee_measure": "GuaranteeMeasurePage.show",
    "joint_meeting": "JointMeetingPage.show",
    "hotline_ticket": "HotlineTicketPage.show",
    "congress_opinion": "CongressOpinionPage.show",
    "dispatched_agency": "DispatchedAgencyPage.show",
    "task_force": "TaskForcePage.show",
    "agency_staff": "AgencyStaffPage.show",
    "personnel_change": "PersonnelChangePage.show",
    "head_adjustment_suggestion": "HeadAdjustmentSuggestionPage.show",
    "accountability_case": "AccountabilityCasePage.show",
    "appraisal_total": "AppraisalTotalPage.show",
    "daily_assessment": "DailyAssessmentPage.show",
    "transfer_plan": "TransferPlanPage.show",
    "staffing_bank_entry": "StaffingBankEntryPage.show",
    "platform_meeting": "PlatformMeetingPage.show",
    "internal_org_plan": "InternalOrgPlanPage.show",
    "evaluation_cycle": "EvaluationCyclePage.show",
    "agency_aggregate": "AgencyAggregatePage.show",
    "score_appeal": "ScoreAppealPage.show",
    "unit": "UnitPage.show",
}


def _address(notice: Notice) -> str:
    """The page of what a message is about; of a month's digest, the calls of that month."""
    if notice.subject_type == Unit.__tablename__ and "month" in notice.details:
        return url_for("CallPage.listing", f=_sent_in(notice))
    page = PAGES.get(notice.subject_type)
    if page is None or page.endswith(".listing"):
        return url_for(page) if page else ""
    return url_for(page, pk=notice.subject_id)


def _sent_in(notice: Notice) -> list[str]:
    """Conditions on the list of calls, as the digest counted them: who observes a town is told of what it called."""
    first = date.fromisoformat(f"{notice.details['month']}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    whose = [f"caller_unit:rel_o_m:{notice.unit_id}"] if notice.unit.unit_type in LOCAL else []
    return [*whose, f"sent_at:ge:{first}", f"sent_at:le:{last}"]


class Acting(BaseView):
    """The switch in the header bar: for which of one's units one acts."""

    route_base = "/acting"
    default_view = "choose"

    @expose("/<int:unit_id>", methods=["POST"])
    def choose(self, unit_id: int) -> Response:
        if unit_id not in {seat.unit_id for seat in offered_seats()}:
            abort(404)
        session[ACTING] = unit_id
        return redirect(url_for("Desk.index"))


class Language(BaseView):
    """The switch in the header bar, which leaves one where one is."""

    route_base = "/language"
    default_view = "choose"

    @expose("/<any(zh, en):locale>", methods=["GET"])
    def choose(self, locale: str) -> Response:
        session["locale"] = locale
        came_from = urlsplit(request.referrer or "")
        here = came_from.netloc == request.host and came_from.path.startswith("/") and came_from.path[1:2] != "/"
        return redirect(urlunsplit(("", "", came_from.path, came_from.query, "")) if here else url_for("Desk.index"))


HEADERS = {
    "X-Acting-Unit": "The id of one of one's own units, to act for it; 403 for any other. Else: one's own post.",
    "X-Place": "Where this was done, for the recorder, in at most 200 characters. `place` in the body of a move wins.",
}


class OpenApi(manager.OpenApi):
    """The description of the API, with the headers that every request may carry."""

    @staticmethod
    def _create_api_spec(version: str) -> Any:
        spec = manager.OpenApi._create_api_spec(version)
        for name, told in HEADERS.items():
            spec.components.parameter(name, "header", {"name": name, "description": told, "schema": {"type": "string"}})
        spec.options["info"]["description"] += "\n\nHeaders of any request, all optional:\n" + "".join(
            f"\n- `{name}`: {told}" for name, told in HEADERS.items()
        )
        return spec


class Health(BaseView):
    """Tells a load balancer whether the process lives, and reaches its database."""

    route_base = "/health"
    default_view = "live"

    @expose("/live", methods=["GET"])
    def live(self) -> Response:
        return jsonify(status="ok")

    @expose("/ready", methods=["GET"])
    def ready(self) -> Response:
        db.session.scalar(select(1))
        return jsonify(status="ok")
