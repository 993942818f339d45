"""«Which scope fits?»: the county's situations and standards, scope by scope, with the limits that follow (TA-25)."""

from __future__ import annotations

from flask import abort, request
from flask_appbuilder import expose, has_access
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.beside import PageBeside
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.schema import key_of
from app.extensions import appbuilder, db
from app.identity import current_actor
from models.base import N_
from models.calendar import TimeLimit
from models.calls import Call
from models.queries.calendar import limits_of
from models.queries.situations import situations
from models.situations import CallSituation
from models.words import CallScope
from views.situations import call_situations

SHAPE = shape_of(call_situations)
SCOPES = (CallScope.emergency, CallScope.key, CallScope.complex)
"""The most urgent first: whoever reads on has not found it there."""

ENTRY = Entry(N_("Calls"), N_("Which scope fits?"), call_situations.icon, "Situations.index", CallSituation.__name__)


class Situations(PageBeside):
    """For whoever writes a call; of a call that is there, only what fits its matter."""

    route_base = f"/{SHAPE.resource}"
    default_view = "index"
    shape = SHAPE

    @expose("/guide", methods=["GET"])
    @has_access
    def index(self) -> str:
        call, region_id = _call(), current_actor().region_id
        told = situations(call.region_id if call else region_id, call).options(joinedload(CallSituation.list_item))
        rows = db.session.scalars(told).all()
        limits = limits_of(db.session(), region_id) if region_id is not None else {}
        return self.render_template(
            "situations.html",
            call=call,
            scopes=[(scope, [row for row in rows if row.scope is scope]) for scope in SCOPES],
            limits={
                scope: [limit for rules in limits.values() for limit in rules if _is_of(limit, scope)]
                for scope in SCOPES
            },
            t=translated,
            may_keep=appbuilder.sm.has_access("can_add", SHAPE.permission),
        )


def _is_of(limit: TimeLimit, scope: CallScope) -> bool:
    """Whether it holds for the whole scope."""
    return limit.scope is scope and limit.root_item_id is None and limit.department_id is None and not limit.category


def _call() -> Call | None:
    """The call that is asked about, if this person may see it."""
    if "call" not in request.args:
        return None
    key = key_of(request.args["call"])
    found: Call | None = db.session.scalar(select(Call).where(Call.id == key)) if key else None
    return found or abort(404)
