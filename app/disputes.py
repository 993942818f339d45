"""«Disputed items»: what refusals cite most, and where they find no item; each leads to a proposal (TC-40, TA-13)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose, has_access
from flask_babel import gettext

from app.beside import PageBeside
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.present import name_of
from app.extensions import appbuilder, db
from models.adjustments import AdjustmentKind, AdjustmentReason, ListAdjustment
from models.base import N_
from models.calls import Call, CallAssignment
from models.queries.disputes import Dispute, disputes
from views.calls import assignments

SHAPE = shape_of(assignments)
ENTRY = Entry(N_("Lists"), N_("Disputed items"), "fa-code-compare", "Disputes.index", CallAssignment.__name__)


class Disputes(PageBeside):
    """Whoever reads the departments' parts sees this of the calls that are theirs to see."""

    shape = SHAPE
    route_base = "/disputes"
    default_view = "index"

    @expose("/", methods=["GET"])
    @has_access
    def index(self) -> str:
        cited, lacking = disputes(db.session())
        return self.render_template(
            "disputes.html",
            cited=cited,
            lacking=lacking,
            proposal=proposal,
            name=name_of,
            may_propose=appbuilder.sm.has_access("can_add", ListAdjustment.__name__),
            may_read_calls=appbuilder.sm.has_access("can_read", Call.__name__),
        )


def proposal(dispute: Dispute) -> str:
    """The form of a proposal, filled in with what the refusals show."""
    item = dispute.item
    said: dict[str, Any] = {"kind": AdjustmentKind.add.value, "category": dispute.category}
    if item is not None:
        said = {"kind": AdjustmentKind.modify.value, "list_item": item.id, "duty_list": item.duty_list_id}
    named = "、".join(call.number or call.title for call in dispute.calls)
    said |= {"reason": AdjustmentReason.unclear_duty.value, "explanation": _shown_by(dispute.refusals, named)}
    return url_for("ListAdjustmentPage.add", **said, call=dispute.calls[0].id if dispute.calls else None)


def _shown_by(refusals: int, named: str) -> str:
    return gettext("Refusals that show the need: %(number)s. Calls: %(calls)s", number=refusals, calls=named)


VIEWS = (Disputes,)
