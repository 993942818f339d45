"""How one item of the list is performed: a page beside the item, and the same for programs (TA-15)."""

from __future__ import annotations

from typing import Any

from flask import abort
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.api import BaseApi, protect
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.engine.build import permissions
from app.engine.derive import shape_of, translated
from app.engine.present import name_of
from app.extensions import appbuilder, db
from app.identity import ZONE, now
from models.calls import Call
from models.lists import ListItem
from models.queries.performance import performance
from models.three_fixed import ThreeFixedDocument
from views.lists import list_items

SHAPE = shape_of(list_items)


class Performance(BaseView):
    """Whoever may read the item sees what became of the calls about it, as far as those are theirs to see."""

    route_base = f"/{SHAPE.resource}"
    default_view = "page"
    shape = SHAPE
    class_permission_name = SHAPE.permission
    base_permissions = permissions(SHAPE)
    method_permission_name = {"page": "read"}

    @expose("/<int:pk>/performance", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        item = item_of(pk)
        of_lead = select(ThreeFixedDocument).where(ThreeFixedDocument.unit_id == item.lead_department_id)
        return self.render_template(
            "performance.html",
            item=item,
            name=name_of(item),
            told=performance(db.session(), item, now()),
            documents=db.session.scalars(of_lead.order_by(ThreeFixedDocument.issued_on.desc())).all(),
            may_read_calls=appbuilder.sm.has_access("can_read", Call.__name__),
            t=translated,
            zone=ZONE,
        )


class PerformanceApi(BaseApi):
    """The same for programs."""

    resource_name = SHAPE.resource
    allow_browser_login = True
    openapi_spec_tag = SHAPE.resource
    shape = SHAPE
    class_permission_name = SHAPE.permission
    base_permissions = permissions(SHAPE)
    method_permission_name = {"performance": "read"}

    @expose("/<int:pk>/performance", methods=["GET"])
    @protect()
    def performance(self, pk: int) -> Response:
        """How an item is performed.

        ---
        get:
          summary: What became of the calls about an item, in any version, among those that one may see
          responses:
            200: {description: 'calls, under_way, overdue, solved, withdrawn, cases, open_cases, last_sent, by_unit'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        item = item_of(pk)
        found = performance(db.session(), item, now())
        by_unit = [_told(part) for part in found.by_unit]
        figures = {name: getattr(found, name) for name in FIGURES}
        last = found.last_sent.isoformat() if found.last_sent else None
        return self.response(200, result=figures | {"is_idle": item.is_idle, "last_sent": last, "by_unit": by_unit})

    def response_403(self) -> None:
        abort(403)


FIGURES = ("calls", "under_way", "overdue", "solved", "withdrawn", "cases", "open_cases")


def _told(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).__slots__ if name != "unit"} | {
        "unit": {"id": part.unit.id, "name": name_of(part.unit)}
    }


def item_of(pk: int) -> ListItem:
    """The item, if this person may see it."""
    found: ListItem | None = db.session.scalar(SHAPE.named_record, {"key": pk}) if pk < 2**31 else None
    return found or abort(404)
