"""Refuse to start on a declaration that cannot work. Every finding has a number to look up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect

from app.engine.declare import Chart, Console
from app.engine.derive import Shape, derived_of, shape_of
from app.engine.fields import Field, fields_of


class BadDeclaration(Exception):
    """All the findings at once, one a line."""


def check(consoles: Iterable[Console]) -> None:
    """Raise `BadDeclaration` if any console cannot work as declared."""
    consoles = tuple(consoles)
    findings = [line for console in consoles for line in _findings(console)]
    findings += _clashes(consoles)
    if findings:
        raise BadDeclaration("\n".join(findings))


def _findings(console: Console) -> Iterator[str]:
    model = console.model.__name__
    known = fields_of(console.model)
    unknown = list(_unknown(console, known))
    yield from (
        f"E101 {model}: {place} names {name!r}, which is not a column or to-one relation" for place, name in unknown
    )
    if not unknown:
        yield from _of_form(model, shape_of(console))
        yield from _of_places(model, shape_of(console))
        yield from _of_opening(model, shape_of(console))
    yield from _of_kinds(model, console, known)
    yield from _of_derived(model, console, known)
    for chart in console.charts:
        yield from _of_chart(model, chart, {**known, **derived_of(console)})
        yield from _of_counting(model, chart, console, {**known, **derived_of(console)})
    yield from _of_related(model, console)
    yield from _of_workflow(model, console, known)
    yield from _of_model(model, console)


def _unknown(console: Console, known: Any) -> Iterator[tuple[str, str]]:
    for place in ("listed", "unsorted", "shown", "form", "required", "folded", "searched"):
        yield from ((place, name) for name in getattr(console, place) or () if name not in known)
    for place in ("among", "fits", "timely", "words"):
        yield from ((place, name) for name in getattr(console, place) or () if name not in known)
    ends = {name for column, ends in (console.deadlines or {}).items() for name in (column, *ends)}
    yield from (("deadlines", name) for name in sorted(ends - known.keys()))
    asked = known.keys() | {derived.name for derived in console.derived}
    yield from (("opens", name) for name in console.opens or () if name not in asked)
    if console.about and (console.about not in known or not known[console.about].names_row):
        yield "about", console.about
    if console.order and console.order[0] not in known:
        yield "order", console.order[0]
    for related in console.related:
        names = filter(None, (*related.listed, related.order, *related.only))
        yield from (("related", name) for name in names if name not in fields_of(related.model))


def _of_form(model: str, shape: Shape) -> Iterator[str]:
    for field in shape.pick(shape.form):
        if field.protected:
            yield f"E201 {model}: its form would let a user write {field.name!r}, which is protected"
        if field.kind == "data":
            yield f"E202 {model}: no form field fits {field.name!r}"
    for name in shape.console.required:
        if name not in shape.form:
            yield f"E204 {model}: {name!r} is required, and not on the form"


def _of_places(model: str, shape: Shape) -> Iterator[str]:
    for field in shape.pick(tuple(dict.fromkeys((*shape.listed, *shape.shown, *shape.form)))):
        if not field.label and field.name != "id":
            yield f"E203 {model}: {field.name!r} is shown and has no label: give its column info={{'label': N_(…)}}"
    for field in shape.pick(tuple(shape.console.deadlines or ())):
        if field.kind != "moment":
            yield f"E205 {model}: {field.name!r} is a deadline, and not a moment"


def _of_opening(model: str, shape: Shape) -> Iterator[str]:
    for name, word in (shape.console.opens or {}).items():
        if name not in shape.searched or word not in _words(shape.fields[name]):
            yield f"E208 {model}: its list opens with {name!r} as {word!r}: no word of a column that it is searched by"


def _of_kinds(model: str, console: Console, known: Any) -> Iterator[str]:
    if console.kinds is None:
        return
    for name in console.kinds.by:
        if name not in known or known[name].kind != "row":
            yield f"E206 {model}: its kinds follow from {name!r}, which is not a to-one relation"
    if console.kinds.column not in known or known[console.kinds.column].kind != "data":
        yield f"E207 {model}: {console.kinds.column!r} cannot hold the fields that people declare: it is no JSON column"


def _of_derived(model: str, console: Console, known: Any) -> Iterator[str]:
    for derived in console.derived:
        if derived.name in known:
            yield f"E209 {model}: {derived.name!r} is derived, and a column has that name"


def _of_chart(model: str, chart: Chart, known: Any) -> Iterator[str]:
    for name in filter(None, (chart.by, chart.split)):
        if name not in known:
            yield f"E301 {model}: a chart counts by {name!r}, which is not on the model"
    for name in chart.sums:
        if name not in known or known[name].kind not in ("number", "decimal"):
            yield f"E303 {model}: a chart sums up {name!r}, which is no column of numbers"
    if chart.split and len(chart.sums) > 1:
        yield f"E304 {model}: a chart that is split by {chart.split!r} sums up one column, and this one several"
    if chart.share and (chart.split not in known or known[chart.split].kind != "flag"):
        yield f"E306 {model}: a chart tells the share of {chart.split!r}, which is no yes or no"


def _of_counting(model: str, chart: Chart, console: Console, known: Any) -> Iterator[str]:
    if chart.per and chart.by in known and known[chart.by].kind != "moment":
        yield f"E302 {model}: a chart counts {chart.by!r} per {chart.per}, and it is not a moment"
    for name, word in chart.only.items():
        searched = (*console.searched, *(derived.name for derived in console.derived))
        if name not in searched or name not in known or word not in _words(known[name]):
            yield f"E305 {model}: a chart counts {name!r} as {word!r}: no word of a column that it is searched by"


def _words(field: Field) -> list[str]:
    return ["true", "false"] if field.kind == "flag" else list(field.words or ())


def _of_related(model: str, console: Console) -> Iterator[str]:
    for related in console.related:
        field: Field | None = fields_of(related.model).get(related.by)
        if field is None or field.target is not console.model:
            yield f"E401 {model}: {related.model.__name__}.{related.by} does not point at it"


def _of_workflow(model: str, console: Console, known: Any) -> Iterator[str]:
    if console.workflow is None:
        return
    if "state" not in known:
        yield f"E501 {model}: it has a workflow, and no column named 'state'"
    elif not known["state"].protected:
        yield f"E502 {model}: 'state' must be protected: info={{'protected': True}}"
    if not hasattr(console.model, "version"):
        yield f"E503 {model}: it has a workflow, and no 'version' to tell a stale page by"


def _of_model(model: str, console: Console) -> Iterator[str]:
    for column in inspect(console.model).columns:
        if type(column.type).__module__.startswith("flask_appbuilder"):
            yield f"E601 {model}: {column.name!r} is a file column of Flask-AppBuilder, which loses Chinese names"
    if [column.name for column in inspect(console.model).primary_key] != ["id"]:
        yield f"E602 {model}: its key is not a single 'id'"
    if "__str__" not in vars(console.model):
        yield f"E603 {model}: it has no __str__, and people pick its rows by it"


def _clashes(consoles: tuple[Console, ...]) -> list[str]:
    seen: dict[type[Any], Console] = {}
    clashes = []
    for console in consoles:
        if console.model in seen:
            clashes.append(f"E701 {console.model.__name__}: two consoles for one model")
        seen[console.model] = console
    return clashes
