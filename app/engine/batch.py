"""Rows that another system sends in one go, told apart by their key there: the same rows twice are there once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request
from flask_appbuilder.api import expose, protect
from flask_babel import gettext

from app.engine import write
from app.engine.cells import Known
from app.engine.declare import Told, World
from app.engine.derive import Shape
from app.engine.headings import headings_of, refuse_unknown
from app.engine.intake import Outcome, Report, take_in
from app.engine.schema import storable
from app.engine.sheets import Line, Sheet, Unreadable

MOST = 500
"""Rows that are sent at once."""


class TakesRows:
    """The part of a resource that takes many rows, each new, changed, the same or refused."""

    shape: Shape
    world: World
    response: Any
    _refused: Any

    @expose("/", methods=["PUT"])
    @protect()
    def put_rows(self) -> Response:
        """Take rows by their key.

        ---
        put:
          summary: Take rows by their key, as from a file; words and rows are named by code or name
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [rows]
                  properties:
                    rows: {type: array, items: {type: object}, minItems: 1, maxItems: 500}
                    dry_run: {type: boolean, description: 'Tell what would become of each row, and write nothing'}
          responses:
            200: {description: 'How many are new, changed, same, refused; and of each row the action, id and reasons'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            422: {$ref: '#/components/responses/422'}
        """
        try:
            rows, dry_run = _sent(request.get_json(silent=True))
            report = _tried(self.world, self.shape, rows) if dry_run else _taken(self.world, self.shape, rows)
        except write.NotWritten as refusal:
            return self._refused(refusal)
        counts = {action: report.count(action) for action in ("new", "changed", "same", "refused")}
        told = [_told(row, kept=not dry_run) for row in report.rows]
        return self.response(200, dry_run=dry_run, **counts, result=told)


def _told(row: Outcome, *, kept: bool) -> dict[str, Any]:
    return {
        "row": row.number,
        "action": row.action,
        "id": row.key if kept or row.action != "new" else None,
        "changed": sorted(row.before),
        "message": {reason.field: [reason.sentence] for reason in row.reasons},
    }


def _sent(body: Any) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """The rows, and whether they are only tried. Raises `NotWritten`."""
    rows, dry_run = (body.get("rows"), body.get("dry_run", False)) if isinstance(body, dict) else (None, False)
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST or not all(map(_is_plain, rows)):
        said = gettext("Send between 1 and %(most)s rows, each a JSON object of texts and numbers.", most=MOST)
        raise write.NotWritten(Told(422, {"rows": said}))
    if not isinstance(dry_run, bool):
        raise write.NotWritten(Told(422, {"dry_run": gettext("Write true or false.")}))
    if not all(storable(str(part)) for row in rows for pair in row.items() for part in pair):
        raise write.NotWritten(Told(422, {"rows": gettext("The text has a character that cannot be stored.")}))
    return rows, dry_run


def _is_plain(row: Any) -> bool:
    """Whether it is as the row of a sheet could be: no lists, no objects in it."""
    return isinstance(row, dict) and not any(isinstance(value, list | dict) for value in row.values())


def _taken(world: World, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> Report:
    with write.transaction(world):
        return _read(world, shape, rows)


def _tried(world: World, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> Report:
    try:
        return _read(world, shape, rows)
    finally:
        world.session().rollback()


def _read(world: World, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> Report:
    """The rows as the lines of a sheet: what is true of a file is true of them. Raises `NotWritten`."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [Line(number, [row.get(name) for name in names]) for number, row in enumerate(rows, start=1)]
    sheet = Sheet("", 0, [(name,) for name in names], lines)
    try:
        refuse_unknown(headings_of(world, shape, Known()), [sheet])
        return take_in(world, shape, [sheet])
    except Unreadable as error:
        raise write.NotWritten(Told(422, {"rows": str(error)})) from error
