"""The pages of a console: list, record, charts and export, on Flask-AppBuilder's views and permissions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.engine import charts, export, kinds, write
from app.engine.declare import Chart, Link, Related
from app.engine.derive import Shape
from app.engine.fields import Field, fields_of, translated
from app.engine.forms import Forms, number_of
from app.engine.gallery import gallery
from app.engine.present import in_zone, name_of, shown
from app.engine.query import (
    COUNTED,
    OPERATORS,
    PAGE_SIZE,
    BadQuestion,
    Filter,
    Question,
    answer,
    conditions_of,
    fetch_related,
    make_filter,
    make_question,
    parts_of,
)

METHODS = {
    **dict.fromkeys(("listing", "show", "deadline", "chart_page", "chart_xlsx", "choices"), "read"),
    **dict.fromkeys(("file", "one_of_files"), "read"),
    "export_xlsx": "export",
    "add": "add",
    "edit": "edit",
    "delete": "delete",
}
SIZES = (25, 50, 100)
RELATED = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Page(Forms):
    """Everything a person does with one table."""

    # Lists ---------------------------------------------------------------------------------------

    @expose("/", methods=["GET"])
    @has_access
    def listing(self) -> str:
        shape, question = self._question()
        session, fields = self.world.session(), shape.pick(shape.listed)
        found = answer(session, shape, question)
        _held = fetch_related(session, fields, found.rows)
        return self._render(
            "list.html",
            question=question,
            as_opened=question.words == "" and conditions_of(question) == self.shape.opening,
            name_of=name_of,
            found=found,
            fields=fields,
            rows=list(zip(found.rows, self._cells(fields, found.rows, self.shape), strict=True)),
            capped=COUNTED,
            sizes=SIZES,
            shape=shape,
            searchable=[f for f in shape.pick(shape.searched) if f.kind in OPERATORS],
            operators=OPERATORS,
            link=partial(self._link, question),
        )

    def _cells(self, fields: list[Field], rows: Sequence[Any], shape: Shape | None) -> list[list[Any]]:
        """The values of each row, as the console of their own table shows them, if it has one."""
        rest = shape.console.rests if shape and rows else None
        rests = rest(self.world.session(), rows) if rest else {}
        return [self._cells_of_one(fields, row, shape, rests) for row in rows]

    def _cells_of_one(
        self, fields: list[Field], row: Any, shape: Shape | None, rests: Mapping[str, Collection[int]]
    ) -> list[Any]:
        deadlines = (shape.console.deadlines if shape else None) or {}
        deadlines = {name: ends for name, ends in deadlines.items() if row.id not in rests.get(name, ())}
        estimate = getattr(row, "provisional", False)
        return [
            gallery(self.world, f.of(row), partial(self._address_of_one, f, row, shape))
            if f.kind == "files" and shape is not None and f.name in shape.files
            else shown(
                f,
                f.told_of(row),
                self.world.zone,
                now=self._running(row, deadlines.get(f.name)),
                estimate=estimate,
                address=self._address_of_file(f, row, shape),
            )
            for f in fields
        ]

    @staticmethod
    def _address_of_file(field: Field, row: Any, shape: Shape | None) -> str:
        """Where the file in a cell is fetched."""
        if shape is None or field.name not in shape.files:
            return ""
        return url_for(f"{shape.permission}Page.file", pk=row.id, name=field.name)

    @staticmethod
    def _address_of_one(field: Field, row: Any, shape: Shape, file: Any, size: str | None = None) -> str:
        """Where one of several files in a cell is fetched, whole or `small`."""
        page = f"{shape.permission}Page.one_of_files"
        return url_for(page, pk=row.id, name=field.name, key=file.id, size=size)

    def _running(self, row: Any, ends: tuple[str, ...] | None) -> datetime | None:
        """Now, for a deadline that nothing has ended yet: neither what it waited for, nor the end of the whole."""
        tone = getattr(getattr(row, "state", None), "tone", "")
        if ends is None or tone in ("done", "muted") or any(getattr(row, name) is not None for name in ends):
            return None
        now: datetime = self.world.now()
        return now

    def _question(self) -> tuple[Shape, Question]:
        """What the address asks for, and the shape of the rows that answer it: of one kind, if it says so.

        What the list does not know is a 400, never a wider list.
        """
        args = request.args
        try:
            asked = [parts_of(f) for f in args.getlist("f")]
            if args.get("fc") and args.get("fv"):
                asked.append((args["fc"], args.get("fo", "eq"), args["fv"]))
            shape = kinds.of_filters(self.world, self.shape, asked)
            return shape, make_question(
                shape,
                [make_filter(self.world, shape, *parts) for parts in asked],
                words=args.get("q", "").replace("\x00", "").strip()[:100],
                order=args.get("order", ""),
                direction="desc" if args.get("dir") == "desc" else "asc",
                page=number_of(args.get("page"), 1) - 1,
                size=number_of(args.get("size"), PAGE_SIZE),
            )
        except BadQuestion as error:
            abort(400, description=str(error))

    def _link(self, question: Question, endpoint: str = "listing", **changes: Any) -> str:
        """The address of this list with something changed: `without` takes a filter away."""
        without = changes.pop("without", None)
        kept = conditions_of(question, without)
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
        elif field.kind == "moment" and len(value) > len("2026-11-30"):
            value = in_zone(datetime.fromisoformat(value), self.world.zone)
        return f"{translated(field.label)} {gettext(OPERATORS[field.kind][filter_.operator])} {value}"

    @expose("/export.xlsx", methods=["GET"])
    @has_access
    def export_xlsx(self) -> Response:
        rows = export.rows_of(self.world, *self._question())
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

    # One record ----------------------------------------------------------------------------------

    @expose("/<int:pk>", methods=["GET"])
    @has_access
    def show(self, pk: int) -> str:
        row = self._row(pk, named=True)
        session, shape = self.world.session(), kinds.of_row(self.world, self.shape, row)
        fields = shape.pick(shape.shown)
        (cells,) = self._cells(fields, [row], shape)
        values = list(zip(fields, cells, strict=True))
        return self._render(
            "show.html",
            row=row,
            name=name_of(row),
            values=[(f, cell, self._address(f, row)) for f, cell in values],
            moves=self._open_moves(row),
            related=[self._related(row, related) for related in self.shape.console.related if self._may_see(related)],
            name_of=name_of,
            abouts=self.abouts(row),
            summaries=[self._summary(link, row) for link in self.shape.console.links if self._sums_up(link)],
            timeline=self.world.timeline(session, row),
            may=self._may_write(row),
        )

    def _sums_up(self, link: Link) -> bool:
        return link.summed_up and self.offers(link)

    def _summary(self, link: Link, row: Any) -> tuple[Link, Markup]:
        endpoint = link.endpoint.rpartition(".")[0]
        page = next(view for view in self.appbuilder.baseviews if type(view).__name__ == endpoint)
        return link, page.summary(row)

    def abouts(self, row: Any, *, own: bool = False) -> list[dict[str, Any]]:
        """What the row is about, and what that is about, as far as this person sees it; before it the row's `own`."""
        shape: Shape | None = self.shape
        found = [self._told_of(row, self.shape, name_of(row))] if own and self.shape.console.about else []
        while shape is not None and shape.console.about:
            field = shape.fields[shape.console.about]
            key, shape = getattr(row, field.column.key), self.shapes.get(field.target)  # type: ignore[arg-type]
            if key is None or shape is None or not self.world.allows("can_read", shape.permission):
                break
            row = write.get(self.world, shape, key, named=True)
            if row is None:
                break
            found.append(self._told_of(row, shape, f"{translated(field.label)} · {name_of(row)}"))
        return found

    def _told_of(self, row: Any, shape: Shape, title: str) -> dict[str, Any]:
        own = kinds.of_row(self.world, shape, row)
        fields = own.pick(own.shown)
        (cells,) = self._cells(fields, [row], own)
        return {
            "title": title,
            "address": url_for(f"{shape.permission}Page.show", pk=row.id),
            "facts": [(f, cell, self._address(f, row)) for f, cell in zip(fields, cells, strict=True)],
        }

    @expose("/<int:pk>/due/<name>", methods=["GET"])
    @has_access
    def deadline(self, pk: int, name: str) -> str:
        """How a deadline came about, day by day."""
        row = self._row(pk, named=True)
        if name not in self.deadlines(row):
            abort(404)
        return self._render(
            "deadline.html",
            row=row,
            name=name_of(row),
            field=self.shape.fields[name],
            at=getattr(row, name),
            found=self.world.derivation(self.world.session(), row, name),
        )

    def deadlines(self, row: Any) -> list[str]:
        """The deadlines that this row has, but for those that people wrote on a form."""
        there = (name for name in self.shape.console.deadlines or {} if getattr(row, name) is not None)
        return [name for name in there if self.shape.fields[name].protected or self._explained(row, name)]

    def _explained(self, row: Any, name: str) -> bool:
        """Whether a deadline that people may write was counted this time."""
        return self.world.derivation(self.world.session(), row, name) is not None

    def _may_write(self, row: Any) -> dict[str, bool]:
        """The permissions here, less what cannot be done to this row as it stands."""
        may = self._may()
        if (may["edit"] or may["delete"]) and not self.world.may_write(self.world.session(), row):
            may["edit"] = may["delete"] = False
        may["delete"] = may["delete"] and not self.shape.console.stays(row)
        return may

    def _address(self, field: Field, row: Any) -> str:
        """Where a named row is shown, if it has a page that this person may open."""
        shape = self.shapes.get(field.target) if field.kind == "row" and field.target is not None else None
        named = field.of(row) if shape is not None else None
        if shape is None or named is None or not self.world.allows("can_read", shape.permission):
            return ""
        return url_for(f"{shape.permission}Page.show", pk=named.id)

    def _may_see(self, related: Related) -> bool:
        return self.world.allows("can_read", related.model.__name__)

    def _related(self, row: Any, related: Related) -> dict[str, Any]:
        """The rows that point at this one: the first or the latest few, and a link to all."""
        session = self.world.session()
        shape = self.shapes.get(related.model)
        if shape is not None:
            shape = kinds.of_sent(self.world, shape, {related.by: row.id})
        known = shape.fields if shape is not None else fields_of(related.model)
        names = related.listed or (shape.listed if shape else tuple(n for n, f in known.items() if f.label))
        if shape is not None and shape.console.kinds:  # what this kind uses, and its own fields
            own = (name for name in shape.listed if known[name].inside and name not in names)
            names = (*(name for name in names if name in shape.listed), *own)
        fields = [known[name] for name in names if name != related.by]
        key = getattr(related.model, known[related.by].column.key)
        model = related.model
        order = (getattr(model, related.order), model.id) if related.order else (model.id.desc(),)
        only = [known[name].expression(model) == word for name, word in related.only.items()]
        rows = session.scalars(select(model).where(key == row.id, *only).order_by(*order).limit(RELATED + 1)).all()
        _held = fetch_related(session, fields, rows)
        first = rows[:RELATED]
        page = f"{shape.permission}Page" if shape else ""
        return {
            "name": translated(related.title or (shape.console.name if shape else related.model.__name__)),
            "empty": translated(related.empty),
            "add": shape is not None
            and self._may_hang_on(row, related, shape)
            and url_for(f"{page}.add", **{**related.further, related.by: row.id}, part_of=related.by),
            "fields": fields,
            "rows": [
                (r, cells, page and url_for(f"{page}.show", pk=r.id))
                for r, cells in zip(first, self._cells(fields, first, shape), strict=True)
            ],
            "all": shape is not None
            and len(rows) > RELATED
            and related.by in shape.filterable
            and url_for(
                f"{page}.listing",
                f=[f"{related.by}:rel_o_m:{row.id}", *(f"{name}:eq:{word}" for name, word in related.only.items())],
            ),
        }

    def leads(self, link: Link, row: Any) -> bool:
        """Whether to show a link on the row's page: of use, theirs, and to a form on which the row may be chosen."""
        if not link.when(row) or not self.offers(link):
            return False
        adds = (s for s in self.shapes.values() if link.endpoint == f"{s.permission}Page.add")
        among = next((self._choice(s, link.takes) for s in adds), None)
        return among is None or self._is_among(row, among)

    def _is_among(self, row: Any, among: Any) -> bool:
        found = select(self.shape.model.id).where(self.shape.model.id == row.id, among)
        return self.world.session().scalar(found) is not None

    def _may_hang_on(self, row: Any, related: Related, shape: Shape) -> bool:
        """Whether this person may add a row that points at this one: it may be chosen there, or else is theirs."""
        if not related.adds or related.by not in shape.form or not self.world.allows("can_add", shape.permission):
            return False
        session, among = self.world.session(), self._choice(shape, related.by)
        if among is None:
            return self.world.may_write(session, row)
        return self._is_among(row, among)

    # Charts --------------------------------------------------------------------------------------

    @expose("/charts", methods=["GET"])
    @has_access
    def chart_page(self) -> str:
        _, question = self._question()
        found = [self._figures(chart, question) for chart in self.shape.console.charts]
        return self._render(
            "charts.html",
            question=question,
            charts=[
                {
                    "figures": figures,
                    "json": charts.as_json(figures),
                    "rows": list(export.rows_of_chart(figures)),
                    "links": self._drill_down(figures),
                    "xlsx": self._link(question, "chart_xlsx", number=number),
                }
                for number, figures in enumerate(found)
            ],
            link=partial(self._link, question),
        )

    def _figures(self, chart: Chart, question: Question) -> charts.Figures:
        return charts.figures(self.world, self.shape, chart, question)

    def _drill_down(self, figures: charts.Figures) -> list[str]:
        """From a number to the rows behind it, where the list can be searched by it."""
        name = figures.chart.by
        field = self.shape.fields[name]
        if figures.chart.per or name not in self.shape.searched or field.kind not in OPERATORS:
            return ["" for _ in figures.keys]
        operator = next(iter(OPERATORS[field.kind])) if field.kind == "row" else "eq"
        question, kept = figures.question, conditions_of(figures.question)
        return [self._link(question, f=[*kept, f"{name}:{operator}:{key}"]) if key else "" for key in figures.keys]

    @expose("/charts/<int:number>.xlsx", methods=["GET"])
    @has_access
    def chart_xlsx(self, number: int) -> Response:
        if number >= len(self.shape.console.charts):
            abort(404)
        figures = self._figures(self.shape.console.charts[number], self._question()[1])
        return self._workbook(figures.title, export.rows_of_chart(figures))
