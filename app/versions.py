"""What an item of the list said on a day: its versions, to open the one by which something is judged (TA-08, TS-09)."""

from __future__ import annotations

from datetime import date

from flask import abort, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from flask_babel import gettext
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.beside import ApiBeside, PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from models.lists import ListItem
from models.queries.editions import version_on, versions
from views.lists import list_items

SHAPE = shape_of(list_items)


class Versions(PageBeside):
    """Whoever may read the item may read what it said before."""

    route_base = f"/{SHAPE.resource}"
    shape = SHAPE

    @expose("/<int:pk>/versions", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        item, day = row_of(SHAPE, pk), _day() if request.args.get("day") else None
        root_id = item.root_id or item.id
        return self.render_template(
            "versions.html",
            item=item,
            name=name_of(item),
            day=day,
            bound=version_on(db.session(), root_id, day) if day else None,
            versions=db.session.scalars(versions(root_id).options(joinedload(ListItem.lead_department))).all(),
            t=translated,
        )


class VersionsApi(ApiBeside):
    """The same for programs."""

    resource_name = openapi_spec_tag = SHAPE.resource
    shape = SHAPE

    @expose("/<int:pk>/version_on", methods=["GET"])
    @protect()
    def version_on(self, pk: int) -> Response:
        """The version of an item that was in force on a day.

        ---
        get:
          summary: The version of a matter that was in force on a day; 404 where none was
          parameters:
          - {in: query, name: day, required: true, schema: {type: string, format: date}}
          responses:
            200: {description: 'id and name of the version; edition, effective_from, effective_to of its list'}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        item, day = row_of(SHAPE, pk), _day()
        found = version_on(db.session(), item.root_id or item.id, day) or abort(404)
        edition = found.duty_list
        days = {name: getattr(edition, name) for name in ("effective_from", "effective_to")}
        told = {name: value.isoformat() if value else None for name, value in days.items()}
        return self.response(200, result={"id": found.id, "name": name_of(found), "edition": edition.edition} | told)


def _day() -> date:
    """The day that is asked for."""
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        abort(400, description=gettext("Write the day as year-month-day, such as 2026-11-23."))
