"""The REST resource of a console: Flask-AppBuilder's conventions, on our queries and our checks."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from flask import Response, abort, request
from flask_appbuilder.api import BaseApi, expose, prison, protect
from flask_babel import gettext
from sqlalchemy import inspect

from app.engine import charts, kinds, write
from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import translated
from app.engine.openapi import described_move
from app.engine.present import told
from app.engine.query import PAGE_SIZE, BadQuestion, Question, answer, fetch_related, make_filter, make_question
from app.engine.schema import described, writable

METHODS = {
    **dict.fromkeys(("get_list", "get", "info", "chart", "timeline", "deadline", "file", "one_of_files"), "read"),
    **dict.fromkeys(("post", "put_rows"), "add"),
    "put": "edit",
    "delete": "delete",
}


LONGEST = 10_000
"""Characters of a question that are read."""


class Resource(BaseApi):
    """One table for programs. A page's permissions are its permissions."""

    allow_browser_login = True
    csrf_exempt = False  # a cookie is enough to sign in, so it must not be enough to write
    shape: Shape
    world: World

    def response_403(self) -> NoReturn:
        """As the application words it, in the reader's language."""
        abort(403)

    def response_404(self) -> NoReturn:
        abort(404)

    @expose("/_info", methods=["GET"])
    @protect()
    def info(self) -> Response:
        """What may be sent, searched and done here.

        ---
        get:
          summary: The fields, filters and permissions of the resource; of rows of one kind, if `q` filters by it
          parameters:
          - {in: query, name: q, schema: {type: string}}
          responses:
            200: {description: 'Fields for creating and changing, filters, permissions'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
        """
        try:
            shape, _ = self._question(self._asked_for())
        except BadQuestion as error:
            return self.response_400(message=str(error))
        fields = [described(field) for field in writable(shape)]
        allowed = [name for name in self.base_permissions if self.world.allows(name, self.shape.permission)]
        return self.response(
            200,
            permissions=sorted(allowed),
            add_title=translated(self.shape.console.name),
            edit_title=translated(self.shape.console.name),
            add_columns=fields,
            edit_columns=fields,
            filters={name: list(charts.operators(shape.fields[name])) for name in shape.searched},
        )

    @expose("/", methods=["GET"])
    @protect()
    def get_list(self) -> Response:
        """List rows.

        ---
        get:
          summary: A page of rows; `q` is Rison with filters, order_column, order_direction, page, page_size, columns
          parameters:
          - {in: query, name: q, schema: {type: string}}
          responses:
            200: {description: 'count, ids and result; count stops at 10000, and count_capped says so'}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
        """
        try:
            asked_for = self._asked_for()
            shape, question = self._question(asked_for)
            columns = self._columns(shape, asked_for.get("columns"))
            found = answer(self.world.session(), shape, question)
        except BadQuestion as error:
            return self.response_400(message=str(error))
        fields = shape.pick(columns)
        _held = fetch_related(self.world.session(), fields, found.rows)
        return self.response(
            200,
            count=found.count,
            count_capped=found.more,
            ids=[row.id for row in found.rows],
            list_columns=list(columns),
            label_columns={field.name: translated(field.label) for field in fields},
            order_columns=list(shape.sortable),
            list_title=translated(self.shape.console.name),
            result=[{field.name: told(field, field.of(row)) for field in fields} for row in found.rows],
        )

    @staticmethod
    def _asked_for() -> dict[str, Any]:
        """What stands in `q`: Rison, or JSON. Whatever their readers fail on is no question."""
        text = request.args.get("q", "")
        if not text:
            return {}
        for read in (prison.loads, json.loads):
            with suppress(Exception):
                if isinstance(found := read(text[:LONGEST]), dict):
                    return found
        raise BadQuestion(gettext("The question is not valid."))

    def _question(self, sent: dict[str, Any]) -> tuple[Shape, Question]:
        """What is asked, and the shape of the rows that answer it: of one kind, if the filters say so."""
        filters = sent.get("filters", [])
        if not isinstance(filters, list) or not all(
            isinstance(f, dict) and {"col", "opr", "value"} <= f.keys() for f in filters
        ):
            raise BadQuestion(gettext("Each filter needs col, opr and value."))
        asked = [(str(f["col"]), str(f["opr"]), f["value"]) for f in filters]
        shape = kinds.of_filters(self.world, self.shape, asked)
        return shape, make_question(
            shape,
            (make_filter(self.world, shape, *parts) for parts in asked),
            order=str(sent.get("order_column", "")),
            direction="desc" if sent.get("order_direction") == "desc" else "asc",
            page=self._number(sent.get("page", 0), "page"),
            size=self._number(sent.get("page_size", PAGE_SIZE), "page_size"),
        )

    @staticmethod
    def _number(value: Any, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadQuestion(gettext("“%(name)s” must be a whole number.", name=name))
        return value

    @staticmethod
    def _columns(shape: Shape, wanted: Any) -> tuple[str, ...]:
        usual = ("id", *shape.listed)
        if wanted is None:
            return usual
        if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
            raise BadQuestion(gettext("The columns are not valid."))
        known = {"id", *shape.listed, *shape.shown}
        if unknown := [name for name in wanted if name not in known]:
            raise BadQuestion(gettext("There is no column “%(column)s” here.", column=unknown[0][:60]))
        return tuple(wanted) or usual

    @expose("/<int:pk>", methods=["GET"])
    @protect()
    def get(self, pk: int) -> Response:
        """One row.

        ---
        get:
          summary: One row, with the moves that are open to the reader
          responses:
            200: {description: 'id, result and moves'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        row = write.get(self.world, self.shape, pk, named=True)
        return self.response_404() if row is None else self.response(200, **self._told(row))

    def _told(self, row: Any) -> dict[str, Any]:
        shape = kinds.of_row(self.world, self.shape, row)
        fields = shape.pick(tuple(dict.fromkeys(("id", *shape.shown, *shape.form))))
        result = {field.name: told(field, field.of(row)) for field in fields}
        if hasattr(row, "version"):
            result["version"] = row.version
        return {"id": row.id, "result": result, "moves": self._open_moves(row)}

    def _open_moves(self, row: Any) -> list[str]:
        workflow = self.shape.console.workflow
        if workflow is None:
            return []
        open_ = workflow.open_to(row, self.world.actor())
        return [t.name for t in open_ if self.world.allows(f"can_{t.name}", self.shape.permission)]

    @expose("/", methods=["POST"])
    @protect()
    def post(self) -> Response:
        """Create a row.

        ---
        post:
          summary: Create a row; a relation is written by its name with an id
          requestBody: {content: {application/json: {schema: {type: object}}}}
          responses:
            201: {description: The row}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            422: {$ref: '#/components/responses/422'}
        """
        return self._written(201, lambda: write.create(self.world, self.shape, _body()))

    @expose("/<int:pk>", methods=["PUT"])
    @protect()
    def put(self, pk: int) -> Response:
        """Change a row.

        ---
        put:
          summary: Change what is sent and nothing else; with `version`, only if it is still that one
          requestBody: {content: {application/json: {schema: {type: object}}}}
          responses:
            200: {description: The row}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            409: {description: Changed by someone else meanwhile}
            422: {$ref: '#/components/responses/422'}
        """
        row = write.get(self.world, self.shape, pk)
        if row is None:
            return self.response_404()
        body = _body()
        version = body.pop("version", None) if isinstance(body, dict) else None
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            return self.response_422(message={"version": [gettext("Write a whole number.")]})
        return self._written(200, lambda: write.change(self.world, self.shape, row, body, version=version))

    @expose("/<int:pk>", methods=["DELETE"])
    @protect()
    def delete(self, pk: int) -> Response:
        """Delete a row.

        ---
        delete:
          summary: Delete a row
          responses:
            200: {description: Deleted}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        row = write.get(self.world, self.shape, pk)
        if row is None:
            return self.response_404()
        try:
            write.remove(self.world, self.shape, row)
        except write.NotWritten as refusal:
            return self._refused(refusal)
        return self.response(200, message="OK")

    @expose("/<int:pk>/timeline", methods=["GET"])
    @protect()
    def timeline(self, pk: int) -> Response:
        """What happened to a row.

        ---
        get:
          summary: The recorder's entries, newest first
          responses:
            200: {description: 'at, who, unit, action, label, subject, note, place and changes of each'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        row = write.get(self.world, self.shape, pk)
        if row is None:
            return self.response_404()
        happened = self.world.timeline(self.world.session(), row)
        return self.response(
            200,
            result=[
                {
                    "at": entry.at.isoformat(),
                    "who": entry.who,
                    "unit": entry.unit,
                    "action": entry.action,
                    "label": entry.label,
                    "subject": entry.subject,
                    "note": entry.note,
                    "place": entry.place,
                    "changes": [{"label": label, "before": was, "after": now} for label, was, now in entry.changes],
                }
                for entry in happened
            ],
        )

    @expose("/charts/<int:number>", methods=["GET"])
    @protect()
    def chart(self, number: int) -> Response:
        """Numbers for a chart.

        ---
        get:
          summary: Rows counted in SQL for one of the resource's charts
          responses:
            200: {description: 'title, definition, labels and series'}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        if number >= len(self.shape.console.charts):
            return self.response_404()
        try:
            shape, question = self._question(self._asked_for())
            figures = charts.figures(self.world, shape, shape.console.charts[number], question)
        except BadQuestion as error:
            return self.response_400(message=str(error))
        return self.response(200, **charts.as_json(figures))

    @expose("/<int:pk>/due/<name>", methods=["GET"])
    @protect()
    def deadline(self, pk: int, name: str) -> Response:
        """How a deadline came about.

        ---
        get:
          summary: How a deadline came about, day by day; null where nothing was counted
          responses:
            200: {description: 'since when, by which limit, and the minutes that each day counted'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        row = write.get(self.world, self.shape, pk)
        if row is None or name not in (self.shape.console.deadlines or {}) or getattr(row, name) is None:
            return self.response_404()
        found = self.world.derivation(self.world.session(), row, name)
        if found is None:
            return self.response(200, id=pk, result=None)
        return self.response(
            200,
            id=pk,
            result={
                "start": found.start.isoformat(),
                "limit": found.limit,
                "provisional": found.provisional,
                "days": [
                    {"day": day.isoformat(), "kind": kind.value, "minutes": minutes, "note": note}
                    for day, kind, minutes, note in found.days
                ],
                "later": [
                    {"at": at.isoformat(), "until": until and until.isoformat(), "what": what, "due": due.isoformat()}
                    for at, until, what, due in found.later
                ],
            },
        )

    def _written(self, status: int, do: Callable[[], Any], tells: Callable[[Any], Any] | None = None) -> Response:
        """The row as it is now; no more than its id, if what was done took it out of this person's sight."""
        try:
            key = inspect(do()).identity[0]
        except write.NotWritten as refusal:
            return self._refused(refusal)
        row = write.get(self.world, self.shape, key)
        told = {"id": key, "result": {"id": key}, "moves": []} if row is None else self._told(row)
        if tells is not None and row is not None:
            told["told"] = {translated(label): text for label, text in tells(row)}
        return self.response(status, **told)

    def _refused(self, refusal: write.NotWritten) -> Response:
        fields = {name: [sentence] for name, sentence in refusal.told.fields.items() if name}
        return self.response(refusal.told.status, message=fields or refusal.told.message)


def _body() -> Any:
    """What was sent; nothing, if it is no JSON, or nested deeper than can be read: the schema says so."""
    with suppress(RecursionError):
        return request.get_json(silent=True)
    return None


def move_endpoint(name: str, transition: Any) -> Callable[..., Response]:
    """POST /<pk>/move/<name>: one endpoint for one transition, with its own permission."""

    def endpoint(self: Resource, pk: int) -> Response:
        row = write.get(self.world, self.shape, pk)
        if row is None:
            return self.response_404()
        body = _body() if request.data else {}
        return self._written(200, lambda: write.move(self.world, self.shape, row, name, body), transition.tells)

    endpoint.__name__ = f"move_{name}"
    endpoint.__doc__ = described_move(transition)
    return expose(f"/<int:pk>/move/{name}", methods=["POST"])(protect()(endpoint))
