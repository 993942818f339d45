"""Files going out and coming in: one is sent after the row that names it was read under the scope, and never before."""

from __future__ import annotations

from typing import Any, Literal

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
ABSENT = -1
"""No key is that."""


def send(world: World, shape: Shape, key: int, name: str, one: int = 0) -> Response:
    """The file that a row has under this name, of several the `one`; 404 where any of them is out of sight.

    `?size=small`: the small picture of it.
    """
    field = shape.fields[name] if name in shape.files else None
    row = write.get(world, shape, key) if field is not None and field.names_rows == bool(one) else None
    held = field.of(row) if field is not None and row is not None else None
    named = next((file for file in held or () if file.id == one), None) if one else held
    if named is None:
        abort(404)
    found = world.files.find_small(named) if request.args.get("size") == "small" else world.files.find(named)
    if found is None:
        abort(404)
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

    @expose_page("/<int:pk>/file/<name>/<int:key>", methods=["GET"])
    @has_access
    def one_of_files(self, pk: int, name: str, key: int) -> Response:
        """One of several files of a record."""
        return send(self.world, self.shape, pk, name, key or ABSENT)


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

    @expose("/<int:pk>/file/<name>/<int:key>", methods=["GET"])
    @protect()
    def one_of_files(self, pk: int, name: str, key: int) -> Response:
        """One of several files of a row.

        ---
        get:
          summary: One of the files that the row has in a field, by its id; with `size=small` its small picture
          parameters:
          - {in: query, name: size, schema: {type: string, enum: [small]}}
          responses:
            200: {description: The file, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        return send(self.world, self.shape, pk, name, key or ABSENT)


class ResourceOfFiles(Resource):
    """The table of files itself: a program sends a file here first, and then names it by its id."""

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Send a file, or several.

        ---
        post:
          summary: Send one file as `file`, or several under this name, all or none; other rows then name them by id
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema: {type: object, required: [file], properties: {file: {type: string, format: binary}}}
          responses:
            201: {description: 'id, and its name, size and checksum; of several their ids, and a list of the rest'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            413: {description: The request is larger than any file may be}
            422: {$ref: '#/components/responses/422'}
        """
        if len(request.files.getlist("file")) < 2:
            return self._written(201, lambda: self._keep("file", request.files.to_dict()))
        try:
            kept = self._keep("files", request.files.to_dict(flat=False))
        except write.NotWritten as refusal:
            return self._refused(refusal)
        return self.response(201, ids=[row.id for row in kept], result=[self._told(row)["result"] for row in kept])

    def _keep(self, kind: Literal["file", "files"], sent: Any) -> Any:
        wanted = Field(name="file", label="", kind=kind, required=True, target=self.shape.model)
        with write.transaction(self.world):
            return load(schema_of(self.world, [wanted], None), sent)["file"]
