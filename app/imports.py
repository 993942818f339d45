"""The pages of imports: a file is sent, its headings and words are told once, then its rows are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Response, abort, current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.api import BaseApi, protect
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from app.engine import kinds, template, write
from app.engine.cells import Known, text_of
from app.engine.declare import Told, World
from app.engine.derive import Shape, shape_of
from app.engine.fields import Field, translated
from app.engine.headings import Headings, headings_of, unknown_headings
from app.engine.pages import XLSX
from app.engine.present import name_of
from app.engine.schema import key_of, storable
from app.engine.sheets import Sheet, Unreadable, plain_heading
from app.importing import MOST_TOLD, SHAPES, check, opened, tell
from models.imports import ImportRun, ImportState
from models.rules.imports import begin, mine
from models.store import Store
from views.imports import import_runs

SHAPE = shape_of(import_runs)
PERMISSION = "Import"
OPEN = (ImportState.read, ImportState.checked, ImportState.failed)
MOST_SAID = 1_000
"""What a program may say at once of headings and words."""

SAMPLES = 3
"""Cells of a column that are shown beside its heading."""

world_of: list[World] = []
"""What the pages stand in, handed in by the assembly."""


def _world() -> World:
    return world_of[0]


def _store() -> Store:
    return Store(current_app.config["FILES"])


def sheets_for(resource: str) -> str:
    """Where a file of this table's rows is sent, for whoever may send one."""
    if resource not in SHAPES or not _world().allows("can_send", PERMISSION):
        return ""
    return url_for("Imports.new", resource=resource)


def _shape(resource: str) -> Shape:
    """The table, for whoever may add rows to it."""
    shape = SHAPES.get(resource) or abort(404)
    if not _world().allows("can_add", shape.permission):
        abort(403)
    return shape


def _open(pk: int) -> ImportRun:
    """An import of one's own unit, for whoever may add such rows."""
    run = write.get(_world(), SHAPE, pk) or abort(404)
    if not mine(run, _world().actor()):
        abort(404)
    _shape(run.resource)
    return run


def _send(resource: str) -> ImportRun:
    """The file in the request, kept and begun. Raises `NotWritten`."""
    shape, world = _shape(resource), _world()
    sent = request.files.get("file")
    with write.transaction(world) as session:
        if sent is None or not sent.filename:
            raise write.NotWritten(Told(422, {"file": gettext("Choose a file: a workbook (.xlsx) or CSV.")}))
        file = world.files.keep(session, sent.filename, sent.stream)
        session.flush()
        run = begin(session, resource, file, _given(shape), world.actor(), world.now())
        with _told_unreadable():
            opened(world, _store(), run)
        return run


def _given(shape: Shape) -> dict[str, Any]:
    """What the sender said of all rows: which list they belong to, say."""
    leading = shape.console.kinds.by[:1] if shape.console.kinds else ()
    return {name: key for name in leading if (key := key_of(request.form.get(name, "")))}


def _try(run: ImportRun) -> bool:
    """Check the file; whether its headings were all known. Raises `NotWritten` where two say the same."""
    with _told_unreadable():
        return check(_world(), _store(), run)


@contextmanager
def _told_unreadable() -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        raise write.NotWritten(Told(422, {"file": str(error)})) from error


class Imports(BaseView):
    """Send a file, tell what its headings mean. What becomes of its rows is on the page of the import."""

    route_base = f"/{SHAPE.resource}"
    default_view = "new"
    class_permission_name = PERMISSION
    base_permissions = ["can_send"]
    method_permission_name = {"new": "send", "template": "send", "headings": "send"}

    @expose("/new/<resource>", methods=["GET", "POST"])
    @has_access
    def new(self, resource: str) -> str | tuple[str, int] | AnyResponse:
        shape = _shape(resource)
        if request.method == "GET":
            return self._draw_new(shape)
        if "template" in request.form:  # of the kind that was chosen beside it
            return redirect(url_for("Imports.template", resource=resource, **_given(shape)))
        try:
            key = _send(resource).id
        except write.NotWritten as refusal:
            return self._draw_new(shape, refusal.told), refusal.told.status
        try:
            known = _try(_open(key))
        except write.NotWritten as refusal:
            flash(refusal.told.message, "danger")
            known = False
        return redirect(url_for("ImportRunPage.show" if known else "Imports.headings", pk=key))

    def _draw_new(self, shape: Shape, told: Told | None = None) -> str:
        leading = shape.fields[shape.console.kinds.by[0]] if shape.console.kinds else None
        return self.render_template(
            "import_new.html",
            shape=shape,
            title=gettext("Import: %(what)s", what=translated(shape.console.name)),
            leading=leading,
            lookup=url_for(f"{shape.permission}Page.choices", name=leading.name) if leading else "",
            chosen=_box(leading, key_of(request.values.get(leading.name, ""))) if leading else (),
            told=told,
            back=url_for(f"{shape.permission}Page.listing"),
        )

    @expose("/template/<resource>.xlsx", methods=["GET"])
    @has_access
    def template(self, resource: str) -> Response:
        """A workbook to fill in: its headings, with what may be chosen in each column."""
        shape, world = _shape(resource), _world()
        title = translated(shape.console.name)
        file = template.workbook(world, shape, request.args.to_dict(), title)
        answer: Response = template.send(file, XLSX, gettext("%(what)s, to fill in", what=title))
        return answer

    @expose("/<int:pk>/headings", methods=["GET", "POST"])
    @has_access
    def headings(self, pk: int) -> tuple[str, int] | AnyResponse:
        run = _open(pk)
        if run.state not in OPEN:
            flash(gettext("This import has been taken already: its headings stay as they are."), "warning")
            return redirect(url_for("ImportRunPage.show", pk=pk))
        if request.method == "GET":
            return self._draw_headings(run)
        shape = _shape_of(run)
        try:
            tell(_world(), run, _said(shape), _heads())
            known = _try(_open(pk))
        except write.NotWritten as refusal:
            return self._draw_headings(_open(pk), refusal.told)
        return redirect(url_for("ImportRunPage.show" if known else "Imports.headings", pk=pk))

    def _draw_headings(self, run: ImportRun, told: Told | None = None) -> tuple[str, int] | AnyResponse:
        shape = _shape_of(run)
        try:
            _, headings, sheets = opened(_world(), _store(), run)
        except Unreadable as error:
            flash(str(error), "danger")
            return redirect(url_for("ImportRunPage.show", pk=run.id))
        page = self.render_template(
            "import_headings.html",
            run=run,
            title=gettext("Headings and words"),
            sheets=[(sheet, _columns(headings, sheet)) for sheet in sheets],
            fields=headings.fields.values(),
            unclear=[(shape.fields[name], words) for name, words in run.unclear.items() if name in shape.fields],
            lookup=lambda field: _lookup(shape, field),
            told=told,
            back=url_for("ImportRunPage.show", pk=run.id),
        )
        return page, told.status if told else 200


def _shape_of(run: ImportRun) -> Shape:
    """The table with the fields that people declared for rows of that kind."""
    return kinds.of_sent(_world(), SHAPES[run.resource], dict(run.given))


def _columns(headings: Headings, sheet: Sheet) -> list[dict[str, Any]]:
    """Each column with a heading: what it is called, what it means so far, and some of its cells."""
    found = []
    for number, parts in enumerate(sheet.headings):
        if parts:
            cells = (text_of(line.cells[number]) for line in sheet.lines if line.cells[number] not in ("", None))
            meant = headings.meant(parts)
            found.append(
                {
                    "heading": " / ".join(parts),
                    "key": plain_heading("".join(parts)),
                    "means": meant.name if meant else "",
                    "missing": headings.missing(parts),
                    "samples": [text for text, _ in zip(dict.fromkeys(cells), range(SAMPLES), strict=False)],
                }
            )
    return found


def _heads() -> dict[str, int]:
    names, rows = request.form.getlist("sheet"), request.form.getlist("head")
    return {name: row for name, said in zip(names, rows, strict=False) if (row := key_of(said))}


def _said(shape: Shape) -> dict[tuple[str, str], str]:
    """What the form says of headings and of words. An answer that was left open says nothing."""
    said = {
        ("", heading): "" if means == "-" else means
        for heading, means in zip(request.form.getlist("heading"), request.form.getlist("means"), strict=False)
        if means
    }
    for name in shape.fields:
        words, means = request.form.getlist(f"word-{name}"), request.form.getlist(f"means-{name}")
        said |= dict.fromkeys(((name, word) for word in request.form.getlist(f"skip-{name}")), "")
        for word, meant in list(zip(words, means, strict=False))[:MOST_TOLD]:
            if meant:
                said[name, word] = "" if meant == "-" else _named(shape.fields[name], meant)
    return said


def _named(field: Field, meant: str) -> str:
    """The code of a row that was picked by its key: it says more than the key, and stays right elsewhere."""
    if field.target is None or (key := key_of(meant)) is None:
        return meant
    row = _world().session().get(field.target, key)
    return str(getattr(row, "code", "") or name_of(row)) if row is not None else meant


def _lookup(shape: Shape, field: Field) -> str:
    return url_for(f"{shape.permission}Page.choices", name=field.name) if field.target is not None else ""


def _box(field: Field | None, key: int | None) -> Sequence[tuple[int, str]]:
    row = _world().session().get(field.target, key) if field and field.target and key else None
    return [(row.id, name_of(row))] if row is not None else ()


class ImportApi(BaseApi):
    """The same for programs: the file is sent and checked; `move/confirm` takes the rows."""

    resource_name = SHAPE.resource
    allow_browser_login = True
    csrf_exempt = False
    openapi_spec_tag = SHAPE.resource
    class_permission_name = PERMISSION
    base_permissions = ["can_send"]
    method_permission_name = {"send": "send", "words": "send"}

    @expose("/send/<resource>", methods=["POST"])
    @protect()
    def send(self, resource: str) -> Response:
        """Send a file of rows.

        ---
        post:
          summary: Send a file of rows for a table, as `file`; it is checked at once, and taken by `move/confirm`
          parameters:
          - {in: path, name: resource, schema: {type: string}, required: true}
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema: {type: object, required: [file], properties: {file: {type: string, format: binary}}}
          responses:
            201: {description: 'id, state, and how many rows are new, changed, same, refused; headings not known'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        return self._answer(201, lambda: _send(resource).id)

    @expose("/<int:pk>/words", methods=["POST"])
    @protect()
    def words(self, pk: int) -> Response:
        """Tell what headings and words mean.

        ---
        post:
          summary: Tell what headings mean, and words of columns; the file is then checked again
          parameters:
          - {in: path, name: pk, schema: {type: integer}, required: true}
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    headings: {type: object, additionalProperties: {type: string}}
                    words: {type: object, additionalProperties: {type: object, additionalProperties: {type: string}}}
          responses:
            200: {description: 'id, state, and how many rows are new, changed, same, refused; headings not known'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        run = _open(pk)
        return self._answer(200, lambda: _remember(run))

    def _answer(self, status: int, do: Any) -> Response:
        try:
            run = _open(do())
            _try(run)
        except write.NotWritten as refusal:
            fields = {name: text for name, text in refusal.told.fields.items() if name}
            answer: Response = self.response(refusal.told.status, message=fields or refusal.told.message)
            return answer
        run = _open(run.id)
        told: Response = self.response(status, id=run.id, **_summary(run))
        return told


def _remember(run: ImportRun) -> int:
    """What a program says of a file. Raises `NotWritten`."""
    body: Any = request.get_json(silent=True)
    sent = body if isinstance(body, dict) else {"headings": None}
    headings: Any = sent.get("headings", {})
    words: Any = sent.get("words", {})
    parts = [headings, *(words.values() if isinstance(words, dict) else [None])]
    if not all(isinstance(part, dict) and all(isinstance(v, str) for v in part.values()) for part in parts):
        raise write.NotWritten(Told(422, {"": gettext("Send a JSON object.")}))
    if run.state not in OPEN:
        raise write.NotWritten(
            Told(409, {"": gettext("This import has been taken already: its headings stay as they are.")})
        )
    _refuse_no_columns(run, [*filter(None, headings.values()), *words])
    said = {("", plain_heading(heading)): means for heading, means in headings.items()}
    said |= {(name, word): means for name, of_field in words.items() for word, means in of_field.items()}
    if len(said) > MOST_SAID:
        raise write.NotWritten(Told(422, {"": gettext("This number is too large.")}))
    if not all(storable(word + means) for (_, word), means in said.items()):
        raise write.NotWritten(Told(422, {"": gettext("The text has a character that cannot be stored.")}))
    tell(_world(), run, said)
    return run.id


def _refuse_no_columns(run: ImportRun, named: Sequence[str]) -> None:
    """Raise `NotWritten` for a column that the table does not have: what was said of it would be forgotten."""
    known = headings_of(_world(), SHAPES[run.resource], Known(), run.given).fields
    if unknown := [name for name in named if name not in known]:
        told = gettext("“%(value)s” is no column here. There are: %(names)s.", value=unknown[0], names="、".join(known))
        raise write.NotWritten(Told(422, {"headings": told}))


def _summary(run: ImportRun) -> dict[str, Any]:
    _, headings, sheets = opened(_world(), _store(), run)
    counts = {name: getattr(run, name) for name in ("new", "changed", "same", "refused")}
    unknown = unknown_headings(headings, sheets)
    return {"state": run.state.value, **counts, "unclear": run.unclear, "unknown_headings": unknown}
