"""What a joint action of enforcement brought, over all parts of a call: on its page, and part by part (TC-22)."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_appbuilder import expose, has_access
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.beside import PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from models.calls import Call, CallAssignment
from models.rules.results import ASKED
from views.calls import calls


class Results(PageBeside):
    """Whoever may read the call, as far as they see its parts."""

    shape = shape_of(calls)
    route_base = f"/{shape.resource}"

    @expose("/<int:pk>/results", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        call = row_of(self.shape, pk)
        return self.render_template("results.html", call=call, name=name_of(call), name_of=name_of, **_brought(call))

    def summary(self, call: Call) -> Markup:
        """The sums alone, for the page of the call; nothing where nothing was reported."""
        return Markup(render_template("_results.html", **_brought(call)))  # noqa: S704  (escaped there)


def _brought(call: Call) -> dict[str, Any]:
    reported = or_(*(getattr(CallAssignment, asked.name).is_not(None) for asked in ASKED))
    of_call = select(CallAssignment).where(CallAssignment.call_id == call.id, reported).order_by(CallAssignment.id)
    parts = db.session.scalars(of_call.options(joinedload(CallAssignment.department))).all()
    lines = [(part.department, [getattr(part, asked.name) for asked in ASKED]) for part in parts]
    sums = [
        (translated(asked.label), sum(figures[place] or 0 for _, figures in lines)) for place, asked in enumerate(ASKED)
    ]
    return {"lines": lines, "sums": sums}
