"""What a person writes with: the forms of a console, its pickers and its moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext
from sqlalchemy import inspect
from werkzeug.wrappers import Response

from app.engine import kinds, write
from app.engine.declare import Link, Told, World
from app.engine.derive import Shape
from app.engine.fields import Field, translated
from app.engine.present import for_input, name_of, plain
from app.engine.query import fetch_names, lookup
from app.engine.schema import MOST_ROWS, asked, choosable, from_form, writable


class Forms(BaseView):
    """The writing half of a page. Every page of a console leads back to its list and its record."""

    default_view = "listing"
    shape: Shape
    world: World
    shapes: dict[type[Any], Shape]
    """All consoles, for links from one to another."""

    # Pickers -------------------------------------------------------------------------------------

    @expose("/lookup/<name>", methods=["GET"])
    @has_access
    def choices(self, name: str) -> Response:
        """Rows to choose from, for a relation of the form, of a filter or of a move: `?q=` and `?of=` the record."""
        field, subject = self._chooser(name)
        among = field.choice(self.world, subject)
        words = request.args.get("q", "").replace("\x00", "")
        first = field.first(subject, self.world.actor()) if field.first is not None and not words else ()
        found = lookup(self.world.session(), field.target, words, among, first=first)  # type: ignore[arg-type]
        _held = fetch_names(self.world.session(), found)
        return jsonify([{"id": row.id, "text": name_of(row)} for row in found])

    def _chooser(self, name: str) -> tuple[Field, Any]:
        move, subject = request.args.get("move"), None
        if move or "of" in request.args:
            subject = write.get(self.world, self.shape, number_of(request.args.get("of"), 0)) or abort(404)
        if move:
            fields = asked(self._transition(move))
        elif request.args.get("search"):
            fields = self.shape.pick(self.shape.searched)
        else:
            fields = writable(self.shape)
        field = next((f for f in fields if f.name == name and f.kind in ("row", "rows")), None)
        return field or abort(404), subject

    # Writing -------------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> str | tuple[str, int] | Response:
        try:
            if request.method == "GET":
                write.begin(self.world, self.shape)
        except write.NotWritten as refusal:
            flash(refusal.told.message, "danger")
            return redirect(self.home())
        return self._form(None, lambda sent: write.create(self.world, self.shape, sent, form=True))

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> str | tuple[str, int] | Response:
        row = self._row(pk, named=request.method == "GET")
        version = number_of(request.form.get("version"), 0) or None
        return self._form(row, lambda sent: write.change(self.world, self.shape, row, sent, version=version, form=True))

    def _form(self, row: Any, do: Callable[[dict[str, Any]], Any]) -> str | tuple[str, int] | Response:
        if not self.shape.form:
            abort(404)
        sent = request.args if request.method == "GET" else request.form
        fields = writable(kinds.of_form(self.world, self.shape, sent.to_dict(), row))
        fields = [field for field in fields if field.name not in self.shape.console.offered or self._has_choice(field)]
        if request.method == "GET":
            return self._draw_form(fields, row, values=self._given(fields, row))
        if "redraw" in request.form:
            return self._draw_form(fields, row, values=self._posted(fields, row))
        try:
            written = do(from_form(fields, request.form, request.files))
        except write.NotWritten as refusal:
            told = _with_lost_files(fields, refusal.told)
            return self._draw_form(fields, row, values=self._posted(fields, row), told=told), told.status
        flash(gettext("Saved."), "success")
        whole = self._whole() if row is None else ""
        return redirect(whole) if whole else self._back_to(inspect(written).identity[0])

    def home(self) -> str:
        """The list, as it is opened."""
        return url_for(f"{self.endpoint}.listing", f=self.shape.opening)

    def _back_to(self, key: int) -> Response:
        """To the record; to the list, if what was done took it out of this person's sight."""
        if write.get(self.world, self.shape, key) is None:
            return redirect(self.home())
        return redirect(url_for(f"{self.endpoint}.show", pk=key))

    def _whole(self) -> str:
        """The page of the record that a new part is added on: the address says under which name it points there."""
        name = request.args.get("part_of", "")
        field = self.shape.fields.get(name) if name in self.shape.form else None
        shape, key = self.shapes.get(field.target) if field else None, number_of(request.args.get(name), 0)  # type: ignore[arg-type]
        return url_for(f"{shape.permission}Page.show", pk=key) if shape and key else ""

    def _draw_form(self, fields: list[Field], row: Any, *, values: dict[str, Any], told: Told | None = None) -> str:
        """Drawn from scratch even after a refusal: the row is read again, so that nothing half changed is shown."""
        key = row.id if row is not None else None
        title = gettext("Edit %(record)s", record=name_of(row)) if row is not None else self._add_title()
        return self._render(
            "form.html",
            title=title,
            fields=fields,
            values=values,
            told=told,
            version=getattr(row, "version", None),
            submit=gettext("Save"),
            wants_note=None,
            instead=self.shape.console.instead if row is None else None,
            carries=self.shape.console.carries,
            folded=[field for field in fields if field.name in self.shape.console.folded and not field.required],
            helps=[link for link in self.shape.console.links if link.on_form and self.offers(link)],
            key=key,
            leading=self.shape.console.kinds.by[0] if self.shape.console.kinds else "",
            back=url_for(f"{self.endpoint}.show", pk=key) if key else self._whole() or self.home(),
            lookup=lambda f: url_for(f"{self.endpoint}.choices", name=f.name, of=key),
        )

    def _add_title(self) -> str:
        return gettext("New: %(what)s", what=translated(self.shape.console.name))

    def _given(self, fields: list[Field], row: Any) -> dict[str, Any]:
        """What the boxes hold: the row's values, else the defaults, else what the address proposes."""
        values: dict[str, Any] = {}
        for field in fields:
            value = field.of(row) if row is not None else field.default
            if row is None and field.name in request.args and not field.is_file:
                values[field.name] = self._proposed(field, request.args[field.name])
            else:
                own = self._own(field) if row is None and value is None else None
                values[field.name] = self._box(field, value if own is None else own)
        return values

    def _own(self, field: Field) -> Any:
        """Where one chooses among one's own: what one acts for, if it may be chosen."""
        key = self.world.own((self.shape.console.among or {}).get(field.name))
        return next(iter(self._nameable(field, None, [key])), None) if key is not None else None

    def _proposed(self, field: Field, value: str) -> Any:
        if field.target is None:
            return value
        found = self._nameable(field, None, [number_of(value, 0)])
        return self._box(field, (found[0] if found else None) if field.names_row else found)

    def _nameable(self, field: Field, subject: Any, keys: list[int]) -> list[Any]:
        """The rows of those keys that this person may choose: of others, not even the name is told."""
        query = choosable(self.world, field, subject).where(field.target.id.in_(keys))  # type: ignore[union-attr]
        return list(self.world.session().scalars(query))

    def _choice(self, shape: Shape, name: str) -> Any:
        """Of which rows one may choose there on a new form, as a criterion."""
        return next((f.choice(self.world, None) for f in writable(shape) if f.name == name), None)

    def _has_choice(self, field: Field) -> bool:
        return self.world.session().scalar(choosable(self.world, field, None).limit(1)) is not None

    def _box(self, field: Field, value: Any) -> Any:
        if field.target is not None:
            rows = [value] if field.names_row and value is not None else value or []
            return [(row.id, name_of(row)) for row in rows]
        return for_input(field, value, self.world.zone) if field.kind != "flag" else bool(value)

    def _posted(self, fields: list[Field], row: Any = None, *, subject: Any = None) -> dict[str, Any]:
        """What the person had typed, so that a refusal costs them nothing."""
        values: dict[str, Any] = {}
        for field in fields:
            if field.kind == "file":
                values[field.name] = self._box(field, getattr(row, field.name, None))
            elif field.kind == "files":
                there = self._box(field, field.of(row) if row is not None else None)
                values[field.name] = [box for box in there if str(box[0]) in request.form.getlist(field.name)]
            elif field.target is not None:
                keys = [number_of(key, 0) for key in request.form.getlist(field.name)[:MOST_ROWS] if key]
                values[field.name] = [
                    (found.id, name_of(found)) for found in self._nameable(field, subject or row, keys)
                ]
            elif field.kind == "flag":
                values[field.name] = field.name in request.form
            else:
                values[field.name] = request.form.get(field.name, "")
        return values

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Response:
        row = self._row(pk)
        try:
            write.remove(self.world, self.shape, row)
        except write.NotWritten as refusal:
            flash(refusal.told.message, "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        flash(gettext("Deleted."), "success")
        return redirect(self.home())

    # Moves ---------------------------------------------------------------------------------------

    def _transition(self, name: str) -> Any:
        workflow = self.shape.console.workflow
        return workflow.moves.get(name) or abort(404) if workflow is not None else abort(404)

    def _move(self, pk: int, name: str) -> str | tuple[str, int] | Response:
        row, transition = self._row(pk), self._transition(name)
        fields = asked(transition, row)
        if request.method == "GET":
            if transition not in self._open_moves(row):
                flash(gettext("This step is not open to you at present."), "warning")
                return redirect(url_for(f"{self.endpoint}.show", pk=pk))
            return self._draw_move(row, transition, self._suggested(row, transition, fields))
        sent = from_form(fields, request.form, request.files)
        sent |= {name: request.form.get(name, "") for name in ("note", "place", "version")}
        try:
            _insist_on_reason(transition, sent["note"])
            write.move(self.world, self.shape, row, name, sent, form=True)
        except write.NotWritten as refusal:
            return self._not_moved(pk, transition, refusal.told)
        if transition.tells:
            title, told = translated(transition.label), transition.tells(row)
            return self._render("told.html", row=row, name=name_of(row), title=title, told=told)
        flash(gettext("Done: %(move)s.", move=translated(transition.label)), "success")
        return self._back_to(pk)

    def _not_moved(self, pk: int, transition: Any, told: Told) -> tuple[str, int] | Response:
        row = self._row(pk)
        has_form = asked(transition, row) or transition.wants_note or told.fields.keys() & {"note", "place"}
        if transition not in self._open_moves(row) or not has_form:
            flash(told.message, "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        fields = asked(transition, row)
        told = _with_lost_files(fields, told)
        return self._draw_move(row, transition, self._posted(fields, subject=row), told=told), told.status

    def _suggested(self, row: Any, transition: Any, fields: list[Field]) -> dict[str, Any]:
        proposed = transition.suggest(row) if transition.suggest else {}
        return {field.name: self._box(field, proposed.get(field.name)) for field in fields}

    def _draw_move(self, row: Any, transition: Any, values: dict[str, Any], told: Told | None = None) -> str:
        return self._render(
            "form.html",
            subject=row,
            title=f"{translated(transition.label)} · {name_of(row)}",
            intro=translated(transition.help),
            fields=asked(transition, row),
            folded=(),
            values=values,
            told=told,
            version=getattr(row, "version", None),
            submit=translated(transition.label),
            tone=transition.tone,
            wants_note=transition.wants_note,
            note_is=transition.note_is,
            note=request.form.get("note", ""),
            place=request.form.get("place", ""),
            longest=write.PLACE,
            back=url_for(f"{self.endpoint}.show", pk=row.id),
            lookup=lambda f: url_for(f"{self.endpoint}.choices", name=f.name, move=transition.name, of=row.id),
        )

    # ---------------------------------------------------------------------------------------------

    def _row(self, pk: int, *, named: bool = False) -> Any:
        return write.get(self.world, self.shape, pk, named=named) or abort(404)

    def offers(self, link: Link) -> bool:
        """Whether this person may follow the link."""
        return link.needs == ("", "") or self.world.allows(*link.needs)

    @staticmethod
    def told_to(link: Link, row: Any) -> dict[str, Any]:
        """What the page that a link leads to is told."""
        return {**({link.takes: row.id} if link.takes else {}), **link.further(row)}

    def _open_moves(self, row: Any) -> list[Any]:
        workflow = self.shape.console.workflow
        if workflow is None:
            return []
        return [
            t
            for t in workflow.open_to(row, self.world.actor())
            if self.world.allows(f"can_{t.name}", self.shape.permission)
        ]

    def _may(self) -> dict[str, bool]:
        words = ("add", "edit", "delete", "export")
        return {word: self.world.allows(f"can_{word}", self.shape.permission) for word in words}

    def _render(self, template: str, **context: Any) -> str:
        context.setdefault("may", self._may())
        context.setdefault("shape", self.shape)
        return self.render_template(
            f"engine/{template}",
            view=self,
            console=self.shape.console,
            t=translated,
            text=lambda field, value: plain(field, value, self.world.zone),
            zone=self.world.zone,
            **context,
        )


def number_of(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else otherwise


def _with_lost_files(fields: list[Field], told: Told) -> Told:
    """A browser forgets which file was chosen: what is asked for again has to be said."""
    again = gettext("Choose the file again.")
    lost = {field.name: again for field in fields if field.is_file and request.files.get(field.name)}
    return Told(told.status, lost | dict(told.fields))


def _insist_on_reason(transition: Any, note: str) -> None:
    if transition.wants_note and not note.strip():
        raise write.NotWritten(Told(422, {"note": gettext("Say why, in a sentence.")}))


def move_page(name: str) -> Callable[..., Any]:
    """GET and POST /<pk>/move/<name>: the form of one transition, with its own permission."""

    def page(self: Forms, pk: int) -> Any:
        return self._move(pk, name)

    page.__name__ = f"move_{name}"
    return expose(f"/<int:pk>/move/{name}", methods=["GET", "POST"])(has_access(page))
