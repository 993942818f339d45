"""The command screen (TA-49): one page that fills a wall, and the figures that it fetches every minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import jsonify
from flask_appbuilder import expose, has_access
from flask_appbuilder.baseviews import BaseView
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.engine.build import Entry
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from app.identity import ZONE, current_actor, now, today
from models.base import N_
from models.organisation import Unit
from models.queries import screen
from models.queries.burden import is_of_county
from models.queries.loop import loop

ENTRY = Entry(N_("Statistics"), N_("Command screen"), "fa-display", "Screen.index", "Screen")

TODAY = (
    ("sent", N_("Calls today"), ""),
    ("accepted", N_("Accepted today"), ""),
    ("solved", N_("Solved today"), "done"),
    ("open", N_("Under way"), ""),
    ("overdue", N_("Calls accepted or solved too late"), "danger"),
    ("emergencies", N_("Emergencies open"), "warn"),
)
"""The large numbers: (figure, how it is called, its tone where it is not nought)."""


class Screen(BaseView):
    """For who sees the county's figures. Nothing on it names a person, or says what somebody has written."""

    route_base = "/screen"
    default_view = "index"
    class_permission_name = "Screen"
    base_permissions = ["can_read"]
    method_permission_name = {"index": "read", "figures": "read"}

    @expose("/", methods=["GET"])
    @has_access
    def index(self) -> str:
        actor = current_actor()
        whose = actor.region_id if is_of_county(actor) else actor.unit_id  # who observes a town sees its calls alone
        unit = db.session.scalar(select(Unit).where(Unit.id == whose))
        return self.render_template(
            "screen.html",
            unit=name_of(unit) if unit else "",
            figures=_figures(),
            today=[(name, translated(label), tone) for name, label, tone in TODAY],
        )

    @expose("/figures.json", methods=["GET"])
    @has_access
    def figures(self) -> Response:
        return jsonify(_figures())


def _figures() -> dict[str, Any]:
    session, moment, day = db.session(), now(), today()
    begins = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    first = begins.replace(day=1)
    month = first, (first + timedelta(days=31)).replace(day=1)
    stages = loop(session, *month)
    return {
        "at": moment.astimezone(ZONE).strftime("%H:%M"),
        "today": screen.standing(session, begins, moment)._asdict(),
        "stages": [{"label": translated(stage.label), "calls": stage.calls} for stage in stages],
        "board": [_line(line) for line in screen.board(session, current_actor(), *month, moment)],
        "latest": [_call(call) for call in screen.latest(session)],
    }


def _line(line: screen.Line) -> dict[str, Any]:
    percent = line.response.percent
    return {
        "unit": name_of(line.unit),
        "open": line.open,
        "late": line.late,
        "response": None if percent is None else round(percent),
    }


def _call(call: screen.Latest) -> dict[str, Any]:
    return {
        "number": call.number or "",
        "caller": call.caller,
        "category": call.category or gettext("(none)"),
        "scope": call.scope.value,
        "state": translated(call.state.label),
        "tone": call.state.tone,
        "at": call.sent_at.astimezone(ZONE).strftime("%m-%d %H:%M") if call.sent_at else "",
    }


VIEWS = (Screen,)
