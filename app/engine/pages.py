"""The pages of a console: list, record, form, move, charts and export, on Flask-AppBuilder's views and permissions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, flash, jsonify, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext
from sqlalchemy import inspect, select
from werkzeug.wrappers import Response

from app.engine import charts, export, write
from app.engine.declare import Chart, Console, Related, Told, World
from app.engine.derive import Field, Shape, fields_of, translated
from app.engine.present import for_input, name_of, plain, shown
from app.engine.query import (
    COUNTED,
    OPERATORS,
    PAGE_SIZE,
    BadQuestion,
    Filter,
    Question,
    answer,
    fetch_names,
    fetch_related,
    lookup,
    make_filter,
    make_question,
)
from app.engine.schema import MOST_ROWS, asked, from_form, writable

METHODS = {
    **dict.fromkeys(("listing", "show", "chart_page", "chart_xlsx", "choices"), "read"),
    "export_xlsx": "export",
    "add": "add",
    "edit": "edit",
    "delete": "delete",
}
SIZES = (25, 50, 100)
RELATED = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Page(BaseView):
    """Everything a person does with one table."""

    default_view = "listing"
    shape: Shape
    world: World
    shapes: dict[type[Any], Shape]
    """All consoles, for links from one to another."""

    # Lists ---------------------------------------------------------------------------------------

    @expose("/", methods=["GET"])
    @has_access
    def listing(self) -> str:
        question = self._question()
        session, fields = self.world.session(), self.shape.pick(self.shape.listed)
        found = answer(session, self.shape, question)
        _held = fetch_related(session, fields, found.rows)
        return self._render(
            "list.html",
            question=question,
            found=found,
            fields=fields,
            rows=[(row, self._cells(fields, row)) for row in found.rows],
            capped=COUNTED,
            sizes=SIZES,
            searchable=[f for f in self.shape.pick(self.shape.searched) if f.kind in OPERATORS],
            operators=OPERATORS,
            link=partial(self._link, question),
        )

    def _cells(self, fields: list[Field], row: Any, console: Console | None = None) -> list[Any]:
        deadlines = (console or self.shape.console).deadlines or {}
        return [
            shown(f, getattr(row, f.name), self.world.zone, now=self._running(row, deadlines.get(f.name)))
            for f in fields
        ]

    def _running(self, row: Any, ends: tuple[str, ...] | None) -> datetime | None:
        """Now, for a deadline that nothing has ended yet: neither what it waited for, nor the end of the whole."""
        tone = getattr(getattr(row, "state", None), "tone", "")
        if ends is None or tone in ("done", "muted") or any(getattr(row, name) is not None for name in ends):
            return None
        now: datetime = self.world.now()
        return now

    def _question(self) -> Question:
        """What the address asks for. What the list does not know is a 400, never a wider list."""
        args = request.args
        try:
            filters = [self._filter(*_parts(f)) for f in args.getlist("f")]
            if args.get("fc") and args.get("fv"):
                filters.append(self._filter(args["fc"], args.get("fo", "eq"), args["fv"]))
            return make_question(
                self.shape,
                filters,
                words=args.get("q", "").replace("\x00", "").strip()[:100],
                order=args.get("order", ""),
                direction="desc" if args.get("dir") == "desc" else "asc",
                page=_number(args.get("page"), 1) - 1,
                size=_number(args.get("size"), PAGE_SIZE),
            )
        except BadQuestion as error:
            abort(400, description=str(error))

    def _filter(self, name: str, operator: str, value: str) -> Filter:
        return make_filter(self.world, self.shape, name, operator, value)

    def _link(self, question: Question, endpoint: str = "listing", **changes: Any) -> str:
        """The address of this list with something changed: `without` takes a filter away."""
        without = changes.pop("without", None)
        kept = [f"{f.field.name}:{f.operator}:{f.value}" for f in question.filters if f is not without]
        now = {
            "f": kept,
            "q": question.words or None,
            "order": question.order or None,
            "dir": question.direction if question.order else None,
            "page": None,
            "size": question.size if question.size != PAGE_SIZE else None,
        }
        return url_for(f"{self.endpoint}.{endpoint}", **(now | changes))

    def filter_words(self, filter_: Filter) -> str:
        """A condition as a sentence."""
        field, value = filter_.field, filter_.value
        if field.kind == "word":
            value = translated(field.words(value).label)
        elif field.kind == "flag":
            value = gettext("Yes") if value == str(True) else gettext("No")
        elif field.kind == "row" and field.target is not None:
            named = self.world.session().scalar(select(field.target).where(field.target.id == int(value)))
            value = name_of(named) if named is not None else f"#{value}"
        return f"{translated(field.label)} {gettext(OPERATORS[field.kind][filter_.operator])} {value}"

    @expose("/export.xlsx", methods=["GET"])
    @has_access
    def export_xlsx(self) -> Response:
        rows = export.rows_of(self.world, self.shape, self._question())
        return self._workbook(translated(self.shape.console.name), rows)

    def _workbook(self, title: str, rows: Any) -> Response:
        name = f"{title}-{self.world.now().astimezone(self.world.zone):%Y-%m-%d}.xlsx"
        try:
            file = export.workbook(title, rows)
        except BadQuestion as error:
            abort(400, description=str(error))
        answer = send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
        answer.call_on_close(file.close)
        return answer

    @expose("/lookup/<name>", methods=["GET"])
    @has_access
    def choices(self, name: str) -> Response:
        """Rows to choose from, for a relation of the form, of a filter or of a move: `?q=` and `?of=` the record."""
        field, subject = self._chooser(name)
        among = field.among(subject, self.world.actor()) if field.among is not None else None
        words = request.args.get("q", "").replace("\x00", "")
        found = lookup(self.world.session(), field.target, words, among)  # type: ignore[arg-type]
        _held = fetch_names(self.world.session(), found)
        return jsonify([{"id": row.id, "text": name_of(row)} for row in found])

    def _chooser(self, name: str) -> tuple[Field, Any]:
        move, subject = request.args.get("move"), None
        if move:
            subject = write.get(self.world, self.shape, _number(request.args.get("of"), 0)) or abort(404)
            fields = asked(self._transition(move))
        elif request.args.get("search"):
            fields = self.shape.pick(self.shape.searched)
        else:
            fields = writable(self.shape)
        field = next((f for f in fields if f.name == name and f.target is not None), None)
        return field or abort(404), subject

    # One record ----------------------------------------------------------------------------------

    @expose("/<int:pk>", methods=["GET"])
    @has_access
    def show(self, pk: int) -> str:
        row = self._row(pk, named=True)
        session = self.world.session()
        fields = self.shape.pick(self.shape.shown)
        values = list(zip(fields, self._cells(fields, row), strict=True))
        return self._render(
            "show.html",
            row=row,
            name=name_of(row),
            values=[(f, cell, self._address(f, row)) for f, cell in values],
            moves=self._open_moves(row),
            related=[self._related(row, related) for related in self.shape.console.related if self._may_see(related)],
            timeline=self.world.timeline(session, row),
            may=self._may_write(row),
        )

    def _may_write(self, row: Any) -> dict[str, bool]:
        """The permissions here, less what cannot be done to this row as it stands."""
        may = self._may()
        if (may["edit"] or may["delete"]) and not self.world.may_write(self.world.session(), row):
            may["edit"] = may["delete"] = False
        return may

    def _address(self, field: Field, row: Any) -> str:
        """Where a named row is shown, if it has a page that this person may open."""
        shape = self.shapes.get(field.target) if field.target is not None else None
        named = getattr(row, field.name) if shape is not None else None
        if shape is None or named is None or not self.world.allows("can_read", shape.permission):
            return ""
        return url_for(f"{shape.permission}Page.show", pk=named.id)

    def _may_see(self, related: Related) -> bool:
        return self.world.allows("can_read", related.model.__name__)

    def _related(self, row: Any, related: Related) -> dict[str, Any]:
        """The rows that point at this one: the latest few, and a link to all."""
        session = self.world.session()
        shape = self.shapes.get(related.model)
        known = fields_of(related.model)
        names = related.listed or (shape.listed if shape else tuple(n for n, f in known.items() if f.label))
        fields = [known[name] for name in names if name != related.by]
        key = getattr(related.model, known[related.by].column.key)
        rows = session.scalars(
            select(related.model).where(key == row.id).order_by(related.model.id.desc()).limit(RELATED + 1)
        ).all()
        _held = fetch_related(session, fields, rows)
        page = f"{shape.permission}Page" if shape else ""
        return {
            "name": translated(shape.console.name) if shape else related.model.__name__,
            "fields": fields,
            "rows": [
                (r, self._cells(fields, r, shape.console if shape else None), page and url_for(f"{page}.show", pk=r.id))
                for r in rows[:RELATED]
            ],
            "all": shape is not None
            and len(rows) > RELATED
            and related.by in shape.filterable
            and url_for(f"{page}.listing", f=f"{related.by}:rel_o_m:{row.id}"),
        }

    def _row(self, pk: int, *, named: bool = False) -> Any:
        return write.get(self.world, self.shape, pk, named=named) or abort(404)

    def _open_moves(self, row: Any) -> list[Any]:
        workflow = self.shape.console.workflow
        if workflow is None:
            return []
        return [
            t
            for t in workflow.open_to(row, self.world.actor())
            if self.world.allows(f"can_{t.name}", self.shape.permission)
        ]

    # Writing -------------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> str | tuple[str, int] | Response:
        return self._form(None, lambda sent: write.create(self.world, self.shape, sent, form=True))

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> str | tuple[str, int] | Response:
        row = self._row(pk, named=request.method == "GET")
        version = _number(request.form.get("version"), 0) or None
        return self._form(row, lambda sent: write.change(self.world, self.shape, row, sent, version=version, form=True))

    def _form(self, row: Any, do: Callable[[dict[str, Any]], Any]) -> str | tuple[str, int] | Response:
        fields = writable(self.shape)
        if not fields:
            abort(404)
        if request.method == "GET":
            return self._draw_form(fields, row, values=self._given(fields, row))
        try:
            written = do(from_form(fields, request.form))
        except write.NotWritten as refusal:
            return self._draw_form(fields, row, values=self._posted(fields), told=refusal.told), refusal.told.status
        flash(gettext("Saved."), "success")
        return self._back_to(inspect(written).identity[0])

    def _back_to(self, key: int) -> Response:
        """To the record; to the list, if what was done took it out of this person's sight."""
        if write.get(self.world, self.shape, key) is None:
            return redirect(url_for(f"{self.endpoint}.listing"))
        return redirect(url_for(f"{self.endpoint}.show", pk=key))

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
            back=url_for(f"{self.endpoint}.show", pk=key) if key else url_for(f"{self.endpoint}.listing"),
            lookup=lambda f: url_for(f"{self.endpoint}.choices", name=f.name),
        )

    def _add_title(self) -> str:
        return gettext("New: %(what)s", what=translated(self.shape.console.name))

    def _given(self, fields: list[Field], row: Any) -> dict[str, Any]:
        """What the boxes hold: the row's values, else the defaults, else what the address proposes."""
        values: dict[str, Any] = {}
        for field in fields:
            value = getattr(row, field.name) if row is not None else field.default
            if row is None and field.name in request.args:
                values[field.name] = self._proposed(field, request.args[field.name])
            else:
                values[field.name] = self._box(field, value)
        return values

    def _proposed(self, field: Field, value: str) -> Any:
        if field.target is None:
            return value
        key = _number(value, 0)
        return self._box(field, self.world.session().scalar(select(field.target).where(field.target.id == key)))

    def _box(self, field: Field, value: Any) -> Any:
        if field.target is not None:
            rows = value if isinstance(value, list | tuple) else [value] if value is not None else []
            return [(row.id, name_of(row)) for row in rows]
        return for_input(field, value, self.world.zone) if field.kind != "flag" else bool(value)

    def _posted(self, fields: list[Field]) -> dict[str, Any]:
        """What the person had typed, so that a refusal costs them nothing."""
        values: dict[str, Any] = {}
        for field in fields:
            if field.target is not None:
                keys = [_number(key, 0) for key in request.form.getlist(field.name)[:MOST_ROWS] if key]
                found = self.world.session().scalars(select(field.target).where(field.target.id.in_(keys)))
                values[field.name] = [(row.id, name_of(row)) for row in found]
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
        return redirect(url_for(f"{self.endpoint}.listing"))

    # Moves ---------------------------------------------------------------------------------------

    def _transition(self, name: str) -> Any:
        workflow = self.shape.console.workflow
        return workflow.moves.get(name) or abort(404) if workflow is not None else abort(404)

    def _move(self, pk: int, name: str) -> str | tuple[str, int] | Response:
        row, transition = self._row(pk), self._transition(name)
        fields = asked(transition)
        if request.method == "GET":
            if transition not in self._open_moves(row):
                flash(gettext("This step is not open to you at present."), "warning")
                return redirect(url_for(f"{self.endpoint}.show", pk=pk))
            return self._draw_move(row, transition, self._suggested(row, transition, fields))
        sent = from_form(fields, request.form) | {k: request.form.get(k, "") for k in ("note", "version")}
        try:
            _insist_on_reason(transition, sent["note"])
            write.move(self.world, self.shape, row, name, sent, form=True)
        except write.NotWritten as refusal:
            return self._not_moved(pk, transition, refusal.told)
        flash(gettext("Done: %(move)s.", move=translated(transition.label)), "success")
        return self._back_to(pk)

    def _not_moved(self, pk: int, transition: Any, told: Told) -> tuple[str, int] | Response:
        row = self._row(pk)
        if transition not in self._open_moves(row) or not (asked(transition) or transition.wants_note):
            flash(told.message, "danger")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        return self._draw_move(row, transition, self._posted(asked(transition)), told=told), told.status

    def _suggested(self, row: Any, transition: Any, fields: list[Field]) -> dict[str, Any]:
        proposed = transition.suggest(row) if transition.suggest else {}
        return {field.name: self._box(field, proposed.get(field.name)) for field in fields}

    def _draw_move(self, row: Any, transition: Any, values: dict[str, Any], told: Told | None = None) -> str:
        return self._render(
            "form.html",
            title=f"{translated(transition.label)} · {name_of(row)}",
            intro=translated(transition.help),
            fields=asked(transition),
            values=values,
            told=told,
            version=getattr(row, "version", None),
            submit=translated(transition.label),
            tone=transition.tone,
            wants_note=transition.wants_note,
            note=request.form.get("note", ""),
            back=url_for(f"{self.endpoint}.show", pk=row.id),
            lookup=lambda f: url_for(f"{self.endpoint}.choices", name=f.name, move=transition.name, of=row.id),
        )

    # Charts --------------------------------------------------------------------------------------

    @expose("/charts", methods=["GET"])
    @has_access
    def chart_page(self) -> str:
        question = self._question()
        found = [self._figures(chart, question) for chart in self.shape.console.charts]
        return self._render(
            "charts.html",
            question=question,
            charts=[
                {
                    "figures": figures,
                    "json": charts.as_json(figures),
                    "rows": list(export.rows_of_chart(figures)),
                    "links": self._drill_down(question, figures),
                    "xlsx": self._link(question, "chart_xlsx", number=number),
                }
                for number, figures in enumerate(found)
            ],
            link=partial(self._link, question),
        )

    def _figures(self, chart: Chart, question: Question) -> charts.Figures:
        return charts.figures(self.world, self.shape, chart, question)

    def _drill_down(self, question: Question, figures: charts.Figures) -> list[str]:
        """From a number to the rows behind it, where the list can be searched by it."""
        name = figures.chart.by
        field = self.shape.fields[name]
        if figures.chart.per or name not in self.shape.searched or field.kind not in OPERATORS:
            return ["" for _ in figures.keys]
        operator = next(iter(OPERATORS[field.kind])) if field.kind == "row" else "eq"
        kept = [f"{f.field.name}:{f.operator}:{f.value}" for f in question.filters]
        return [self._link(question, f=[*kept, f"{name}:{operator}:{key}"]) if key else "" for key in figures.keys]

    @expose("/charts/<int:number>.xlsx", methods=["GET"])
    @has_access
    def chart_xlsx(self, number: int) -> Response:
        if number >= len(self.shape.console.charts):
            abort(404)
        figures = self._figures(self.shape.console.charts[number], self._question())
        return self._workbook(figures.title, export.rows_of_chart(figures))

    # ---------------------------------------------------------------------------------------------

    def _may(self) -> dict[str, bool]:
        words = ("add", "edit", "delete", "export")
        return {word: self.world.allows(f"can_{word}", self.shape.permission) for word in words}

    def _render(self, template: str, **context: Any) -> str:
        context.setdefault("may", self._may())
        return self.render_template(
            f"engine/{template}",
            view=self,
            shape=self.shape,
            console=self.shape.console,
            t=translated,
            text=lambda field, value: plain(field, value, self.world.zone),
            zone=self.world.zone,
            **context,
        )


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else otherwise


def _parts(condition: str) -> tuple[str, str, str]:
    name, _, rest = condition.partition(":")
    operator, mark, value = rest.partition(":")
    if not mark:
        raise BadQuestion(gettext("The question is not valid."))
    return name, operator, value


def _insist_on_reason(transition: Any, note: str) -> None:
    if transition.wants_note and not note.strip():
        raise write.NotWritten(Told(422, {"note": gettext("Say why, in a sentence.")}))


def move_page(name: str) -> Callable[..., Any]:
    """GET and POST /<pk>/move/<name>: the form of one transition, with its own permission."""

    def page(self: Page, pk: int) -> Any:
        return self._move(pk, name)

    page.__name__ = f"move_{name}"
    return expose(f"/<int:pk>/move/{name}", methods=["GET", "POST"])(has_access(page))
