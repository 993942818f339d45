"""How one item of the list is performed: a page beside the item, and the same for programs (TA-15)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.beside import ApiBeside, PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import appbuilder, db
from app.identity import ZONE, now
from models.calls import Call
from models.queries.performance import performance
from models.three_fixed import ThreeFixedDocument
from views.lists import list_items

SHAPE = shape_of(list_items)


class Performance(PageBeside):
    """Whoever may read the item sees what became of the calls about it, as far as those are theirs to see."""

    route_base = f"/{SHAPE.resource}"
    shape = SHAPE

    @expose("/<int:pk>/performance", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        item = row_of(SHAPE, pk)
        of_lead = select(ThreeFixedDocument).where(ThreeFixedDocument.unit_id == item.lead_department_id)
        return self.render_template(
            "performance.html",
            item=item,
            name=name_of(item),
            told=performance(db.session(), item, now()),
            documents=db.session.scalars(of_lead.order_by(ThreeFixedDocument.issued_on.desc())).all(),
            may_read_calls=appbuilder.sm.has_access("can_read", Call.__name__),
            t=translated,
            name_of=name_of,
            zone=ZONE,
        )


class PerformanceApi(ApiBeside):
    """The same for programs."""

    resource_name = openapi_spec_tag = SHAPE.resource
    shape = SHAPE

    @expose("/<int:pk>/performance", methods=["GET"])
    @protect()
    def performance(self, pk: int) -> Response:
        """How an item is performed.

        ---
        get:
          summary: What became of the calls about an item, in any version, among those that one may see
          responses:
            200: {description: 'calls, under_way, overdue, solved, withdrawn, cases, open_cases, cited,
              upheld, overruled, last_sent, by_unit'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        item = row_of(SHAPE, pk)
        found = performance(db.session(), item, now())
        by_unit = [_told(part) for part in found.by_unit]
        figures = {name: getattr(found, name) for name in FIGURES}
        last = found.last_sent.isoformat() if found.last_sent else None
        return self.response(200, result=figures | {"is_idle": item.is_idle, "last_sent": last, "by_unit": by_unit})


FIGURES = (
    "calls",
    "under_way",
    "overdue",
    "solved",
    "withdrawn",
    "cases",
    "open_cases",
    "cited",
    "upheld",
    "overruled",
)


def _told(part: Any) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).__slots__ if name != "unit"} | {
        "unit": {"id": part.unit.id, "name": name_of(part.unit)}
    }
