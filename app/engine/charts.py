"""Charts: counted in SQL, under the session's scope, and told as numbers that a table shows too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, select

from app.engine.declare import Chart, World
from app.engine.derive import Shape
from app.engine.fields import Field, translated
from app.engine.present import name_of
from app.engine.query import OPERATORS, Question, make_filter, narrowed

BARS = 60
"""Groups beyond these are left out, the smallest first, and the chart says so."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a chart shows: a row for each label, a column for each series. `keys` lead to the rows counted."""

    chart: Chart
    title: str
    definition: str
    by: str
    labels: tuple[str, ...]
    keys: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    parts: tuple[Any, ...]
    """Of each series, what its rows have in common: a value of the split, or the column that is summed up."""
    shares: tuple[int, ...]
    """Of each bar, which part is a yes, in percent; of a chart that tells it."""
    left_out: int
    question: Question
    """What was counted: what was asked for, and what the chart counts only."""

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(values) for values in zip(*(values for _, values in self.series), strict=True))

    @property
    def growth(self) -> tuple[tuple[float | None, float | None], ...]:
        """Of each month: how much more, in percent, than the first one shown, and than the one before (TS-12)."""
        totals = self.totals if self.chart.per else ()
        return tuple((_more(totals[0], n), _more(totals[at - 1] if at else 0, n)) for at, n in enumerate(totals))


def _more(before: int, now: int) -> float | None:
    """Of nothing, nothing is a share."""
    return 100 * (now - before) / before if before else None


def operators(field: Field) -> tuple[str, ...]:
    """How a field may be compared."""
    return tuple(OPERATORS.get(field.kind, ()))


def counted(shape: Shape, chart: Chart, question: Question, *, dialect: str, zone: Any) -> Select[Any]:
    """`SELECT by, split, count(*) … GROUP BY by, split`. Rows never reach Python; the session sees to the scope.

    The groups are named, and not said again: what is said with a parameter in it would be another expression.
    """
    model = shape.model
    groups = [_group(shape, chart.by, chart.per, dialect, zone).label("counted_by")]
    if chart.split:
        groups.append(_group(shape, chart.split, "", dialect, zone).label("counted_part"))
    measured: list[Any] = [func.sum(getattr(model, name)) for name in chart.sums] or [func.count()]
    query = narrowed(shape, question).with_only_columns(*groups, *measured).order_by(None)
    if chart.per or chart.known:  # what has not happened yet is in no month
        query = query.where(getattr(model, chart.by).is_not(None))
    return query.group_by(*(group.name for group in groups))


def _group(shape: Shape, name: str, per: str, dialect: str, zone: Any) -> ColumnElement[Any]:
    field = shape.fields[name]
    column = field.expression(shape.model)
    if per != "month":
        grouped: ColumnElement[Any] = column
        return grouped
    if dialect == "postgresql":
        return func.to_char(func.timezone(zone.key, column), "YYYY-MM")
    # SQLite knows no zones. The console's has had one offset since 1991: there is no daylight saving in China.
    hours = datetime.now(zone).strftime("%z")[:3]
    return func.strftime("%Y-%m", column, f"{hours} hours")


def narrowed_by(world: World, shape: Shape, chart: Chart, question: Question) -> Question:
    """What is asked for, and what the chart counts only."""
    asked = {(f.field.name, f.operator, f.value) for f in question.filters}
    only = [(name, "eq", word) for name, word in chart.only.items()]
    more = [make_filter(world, shape, *parts) for parts in only if parts not in asked]
    return replace(question, filters=(*question.filters, *more))


def figures(world: World, shape: Shape, chart: Chart, question: Question) -> Figures:
    """Count, name and sort: months by time, everything else by size."""
    session, question = world.session(), narrowed_by(world, shape, chart, question)
    dialect = session.get_bind().dialect.name
    rows = session.execute(counted(shape, chart, question, dialect=dialect, zone=world.zone)).all()
    sizes: dict[Any, int] = {}
    parts: dict[Any, dict[Any, int]] = {}
    for by, part, size in _measured(chart, rows):
        sizes[by] = sizes.get(by, 0) + size
        parts.setdefault(part, {})[by] = size
    order = _order(session, shape.fields[chart.by], chart, sizes)
    kept = order[-BARS:] if chart.per else order[:BARS]
    names = _names(session, shape.fields[chart.by], kept, chart.per)
    if chart.called:
        names |= {key: gettext(chart.called, n=key) for key in kept if key is not None}
    split_names = _part_names(session, shape, chart, list(parts))
    title = translated(chart.title) or _title(shape, chart)
    as_declared = chart.sums and not chart.split
    in_order = list(parts.items() if as_declared else sorted(parts.items(), key=lambda item: str(item[0])))
    return Figures(
        chart=chart,
        title=title,
        definition=definition(shape, chart),
        by=_label(shape, chart.by),
        labels=tuple(names[key] for key in kept),
        keys=tuple("" if key is None else str(getattr(key, "value", key)) for key in kept),
        series=tuple((split_names[part], tuple(found.get(key, 0) for key in kept)) for part, found in in_order),
        parts=tuple(part for part, _ in in_order),
        shares=tuple(round(100 * parts.get(True, {}).get(key, 0) / sizes[key]) for key in kept) if chart.share else (),
        left_out=len(order) - len(kept),
        question=question,
    )


def _order(session: Any, field: Field, chart: Chart, sizes: dict[Any, int]) -> list[Any]:
    """Months by time; else the largest first, or, where nothing is to be ranked, as the words, codes or numbers go."""
    if chart.per:
        return _every_month(sizes)
    by_size = sorted(sizes, key=lambda by: (-sizes[by], str(by)))
    if chart.ranked:
        return by_size
    if field.kind == "row" and field.target is not None:
        model = field.target
        rows = session.execute(
            select(model.id).where(model.id.in_(by_size)).order_by(getattr(model, "code", model.id))
        ).all()
        place: dict[Any, int] = {key: at for at, (key,) in enumerate(rows)}
    elif field.kind == "word":
        place = {word: at for at, word in enumerate(field.words or ())}
    else:
        place = {key: at for at, key in enumerate(sorted(sizes, key=lambda by: (by is None, by)))}
    return sorted(by_size, key=lambda by: place.get(by, len(place)))


def _every_month(found: Iterable[str]) -> list[str]:
    """From the first to the last, also those in which nothing happened."""
    ends = sorted(found)
    if not ends:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (ends[0], ends[-1]))
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(first, last + 1)]


def _measured(chart: Chart, rows: Iterable[Any]) -> Iterator[tuple[Any, Any, int]]:
    """(group, part, size): the parts are those of the split; or the columns that are summed up."""
    for by, *rest in rows:
        if chart.sums and not chart.split:
            yield from ((by, name, int(size or 0)) for name, size in zip(chart.sums, rest, strict=True))
        else:
            yield by, rest[0] if chart.split else None, int(rest[-1] or 0)


def _part_names(session: Any, shape: Shape, chart: Chart, parts: list[Any]) -> dict[Any, str]:
    if chart.split:
        return _names(session, shape.fields[chart.split], parts, "")
    return {name: _label(shape, name) for name in chart.sums} or {None: gettext("Count")}


def _title(shape: Shape, chart: Chart) -> str:
    by = _label(shape, chart.by)
    return gettext("%(what)s by %(column)s", what=translated(shape.console.name), column=by)


def definition(shape: Shape, chart: Chart) -> str:
    """What the numbers are: what is declared of them, and what is counted, of whom, by what."""
    what, column = translated(shape.console.name), _label(shape, chart.by)
    if chart.sums:
        sums = "、".join(_label(shape, name) for name in chart.sums)
        counted = gettext("Sums of %(sums)s over “%(what)s” that you may see, by %(column)s.",
                          sums=sums, what=what, column=column)  # fmt: skip
    elif chart.per:
        counted = gettext("“%(what)s” that you may see, each once, in the month of %(column)s.",
                          what=what, column=column)  # fmt: skip
    else:
        counted = gettext("“%(what)s” that you may see, each once, by %(column)s.", what=what, column=column)
    only = (
        gettext("Only where %(column)s is “%(value)s”.", column=_label(shape, name), value=_word(shape, name, word))
        for name, word in chart.only.items()
    )
    return " ".join(said for said in (translated(chart.definition), counted, *only) if said)


def _label(shape: Shape, name: str) -> str:
    return translated(shape.fields[name].label)


def _word(shape: Shape, name: str, value: str) -> str:
    if shape.fields[name].kind == "flag":
        return gettext("Yes") if value == "true" else gettext("No")
    return next((translated(word.label) for word in shape.fields[name].words or () if word.value == value), value)


def _names(session: Any, field: Field, keys: list[Any], per: str) -> dict[Any, str]:
    """How the groups are called; what points at a row, in one statement for all."""
    nothing = {None: gettext("(none)")}
    if field.kind == "row" and field.target is not None:
        found = session.scalars(select(field.target).where(field.target.id.in_([k for k in keys if k is not None])))
        named = {row.id: name_of(row) for row in found}
        return {key: named.get(key, f"#{key}") for key in keys if key is not None} | nothing
    if field.kind == "word":
        return {key: translated(key.label) for key in keys if key is not None} | nothing
    if field.kind == "flag":
        said = {key: gettext("Yes") if key else gettext("No") for key in keys if key is not None}
        column = translated(field.label)
        return {
            key: gettext("%(column)s: %(value)s", column=column, value=value) for key, value in said.items()
        } | nothing
    return {key: str(key) if key != "" else gettext("(none)") for key in keys if key is not None} | nothing


def as_json(found: Figures) -> dict[str, Any]:
    """For the page's script and for programs."""
    return {
        "kind": found.chart.kind,
        "title": found.title,
        "definition": found.definition,
        "labels": list(found.labels),
        "split": found.chart.split,
        "shares": list(found.shares),
        "beside": len(found.chart.sums) > 1,
        "series": [{"name": name, "data": list(values)} for name, values in found.series],
        "left_out": found.left_out,
        "growth": [{"since_first": first, "since_last": last} for first, last in found.growth],
    }
