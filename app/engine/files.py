"""Files going out and coming in: one is sent after the row that names it was read under the scope, and never before."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, send_file
from flask_appbuilder import expose as expose_page
from flask_appbuilder import has_access
from flask_appbuilder.api import expose, protect

from app.engine import write
from app.engine.api import Resource
from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import Field
from app.engine.pages import Page
from app.engine.schema import load, schema_of

POLICY = (
    "default-src 'self'; script-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
"""What a file may do in a browser that shows it: be looked at."""


def send(world: World, shape: Shape, key: int, name: str) -> Response:
    """The file that a row has under this name; 404 where the row, the field or the file is out of sight."""
    row = write.get(world, shape, key) if name in shape.files else None
    named = getattr(row, name, None)
    if named is None:
        abort(404)
    found = world.files.find(named)
    answer = send_file(
        found.path, mimetype=found.content_type, as_attachment=not found.inline, download_name=found.name
    )
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


class PageWithFile(Page):
    """The pages of a console that has a file among its fields."""

    @expose_page("/<int:pk>/file/<name>", methods=["GET"])
    @has_access
    def file(self, pk: int, name: str) -> Response:
        """The file of a record."""
        return send(self.world, self.shape, pk, name)


class ResourceWithFile(Resource):
    """The same for programs."""

    @expose("/<int:pk>/file/<name>", methods=["GET"])
    @protect()
    def file(self, pk: int, name: str) -> Response:
        """The file of a row.

        ---
        get:
          summary: The file that the row has in one of its fields, under the name that its sender gave it
          responses:
            200: {description: The file, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        return send(self.world, self.shape, pk, name)


class ResourceOfFiles(Resource):
    """The table of files itself: a program sends a file here first, and then names it by its id."""

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Send a file.

        ---
        post:
          summary: Send one file, as `file`; other rows then name it by its id
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema: {type: object, required: [file], properties: {file: {type: string, format: binary}}}
          responses:
            201: {description: 'id, and its name, size and checksum'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            413: {description: The request is larger than any file may be}
            422: {$ref: '#/components/responses/422'}
        """
        return self._written(201, self._keep)

    def _keep(self) -> Any:
        wanted = Field(name="file", label="", kind="file", required=True, target=self.shape.model)
        with write.transaction(self.world):
            return load(schema_of(self.world, [wanted], None), request.files.to_dict())["file"]
