"""What a chart for leaders is made of: panels of figures, and the rows behind each figure.

A panel is `Listed` where a console's list is counted, as its own charts are, of a period and a unit. What joins several
tables is `Told` by a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, or_, true

from app.engine import charts
from app.engine.declare import Chart as Counted
from app.engine.declare import Console
from app.engine.derive import Shape, shape_of
from app.engine.fields import Field, translated
from app.engine.query import Question
from app.extensions import appbuilder, db
from app.imports import world_of
from models.base import N_
from models.door import by_rule
from models.queries.asked import Asked
from models.roles import COUNTY
from models.rules.deadlines import SHANGHAI

BLIND = N_(
    "Numbers of the whole county. Who the people are is known to their township, their department and the editorial"
    " office."
)
Number = int | float | None
Kind = Literal["bar", "line"]
Criteria = tuple[ColumnElement[bool], ...]

DRAWN = 15
"""Of how many a picture tells, the first of those that are ranked."""
NOTHING = N_("Nothing was counted in this period.")


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures of one kind: a number for each label in each series, None where there is nothing to tell."""

    title: str
    definition: str
    by: str
    labels: tuple[str, ...] = ()
    series: tuple[tuple[str, tuple[Number, ...]], ...] = ()
    kind: Kind = "bar"
    measure: str = ""
    """What stands behind each number: a percent sign, or a unit of time."""
    places: int = 1
    """How many decimals are written of a number that is not whole by its nature."""
    beside: bool = False
    """Whether the series stand beside each other, and are no parts of a whole."""
    keys: tuple[str, ...] = ()
    parts: tuple[str | None, ...] = ()
    """By which, of a label and of a series, the rows behind a number are found; none where there are none to show."""
    counted: tuple[tuple[int, ...], ...] = ()
    """Of how many rows each number of each series is made, where that is not the number itself."""
    facts: tuple[tuple[str, str], ...] = ()
    """What is worth a line of its own: (what, how much)."""
    more: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Columns of the table alone: (heading, a text for each label)."""
    left_out: int = 0
    ranked: bool = False
    """Whether what comes first is the most: then the first of many say enough in a picture."""
    tones: tuple[str, ...] = ()
    """Of each series, whether it is good or bad news; none where it is neither."""
    empty: str = NOTHING

    @property
    def drawn(self) -> Panel:
        """What stands in the picture."""
        if not self.ranked:
            return self
        series = tuple((name, values[:DRAWN]) for name, values in self.series)
        return replace(self, labels=self.labels[:DRAWN], keys=self.keys[:DRAWN], series=series)

    @property
    def is_empty(self) -> bool:
        return not any(value for values in self.counted or [values for _, values in self.series] for value in values)

    @property
    def as_json(self) -> list[dict[str, Any]]:
        """The series for the page's script."""
        return [{"name": name, "data": list(values)} for name, values in self.series]

    @property
    def rows(self) -> list[list[Any]]:
        """The table beside it, its heading first."""
        head = [self.by, *(name for name, _ in self.series), *(name for name, _ in self.more)]
        columns = (*(values for _, values in self.series), *(texts for _, texts in self.more))
        return [head, *([label, *(column[at] for column in columns)] for at, label in enumerate(self.labels))]

    def opens(self, row: int, at: int) -> bool:
        """Whether rows stand behind a number: a share of nothing, too, is a share of some."""
        if not self.keys or self.parts[at] is None:
            return False
        return bool(self.counted[at][row] if self.counted else self.series[at][1][row])

    def linked(self, row: int, at: int) -> str:
        """What leads to the rows: the number, or where none is told how many they are."""
        value = self.series[at][1][row]
        return self.shown(value) if value is not None else gettext("%(n)s times", n=self.counted[at][row])

    def shown(self, value: Number) -> str:
        if value is None:
            return "–"
        return (f"{value:,.{self.places}f}" if isinstance(value, float) else f"{value:,}") + self.measure


def first_told(panel: Panel) -> str:
    """That the picture does not show all."""
    n, whole = len(panel.drawn.labels), len(panel.labels)
    said: str = gettext("The picture shows the first %(n)s of %(all)s; the table has all.", n=n, all=whole)
    return said


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind a number: a console's, and which of them."""

    console: Console
    criteria: Criteria


class Source(Protocol):
    """Whoever makes a panel."""

    @property
    def name(self) -> str: ...

    def may(self, asked: Asked) -> bool:
        """Whether this person is shown it."""

    def panel(self, asked: Asked) -> Panel: ...

    def behind(self, asked: Asked, key: str, part: str) -> Behind | None:
        """What stands behind the number of a label in a series; all of them where neither is named."""


def everything(asked: Asked) -> ColumnElement[bool]:
    return true()


def readable(console: Console) -> bool:
    return bool(appbuilder.sm.has_access("can_read", console.model.__name__))


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What a console's chart counts, of the period and the unit that are asked about."""

    name: str
    console: Console
    counted: Counted
    title: str
    definition: str = ""
    during: str = ""
    """The column whose moments, or days, lie in the period; without one, it is as things stand."""
    of: Callable[[Asked], ColumnElement[bool]] = everything
    only: Callable[[Asked], ColumnElement[bool]] = everything
    fact: str = ""
    """A sentence with the sum of all, and the number of groups: `%(sum)s`, `%(groups)s`."""
    personal: bool = False
    """Whether its rows tell of persons. Then whoever sees the county is shown the numbers, and no row (B6)."""
    empty: str = NOTHING

    @property
    def shape(self) -> Shape:
        return shape_of(self.console)

    def may(self, asked: Asked) -> bool:
        return readable(self.console) or self._counts_blind(asked)

    def _counts_blind(self, asked: Asked) -> bool:
        return self.personal and bool(asked.actor.roles & COUNTY)

    def _criteria(self, asked: Asked) -> Criteria:
        found = [self.of(asked), self.only(asked)]
        if self.during:
            within = asked.on_days if self.shape.fields[self.during].kind == "day" else asked.during
            found.append(within(getattr(self.shape.model, self.during)))
        return tuple(found)

    def panel(self, asked: Asked) -> Panel:
        criteria, counts_blind = self._criteria(asked), self._counts_blind(asked)
        door: AbstractContextManager[None] = nullcontext()
        if counts_blind:
            criteria = (*criteria, self.shape.model.region_id == asked.actor.region_id)
            door = by_rule(db.session())
        with door:
            found = charts.figures(world_of[0], self.shape, self.counted, Question(within=criteria))
        may_look = readable(self.console)
        of_chart = f"{translated(self.counted.definition)} {translated(BLIND)}" if counts_blind else found.definition
        return Panel(
            title=translated(self.title),
            definition=" ".join(filter(None, (translated(self.definition), of_chart.strip()))),
            by=found.by,
            labels=found.labels,
            series=found.series,
            kind="line" if self.counted.per else "bar",
            beside=len(self.counted.sums) > 1,
            keys=found.keys if may_look else (),
            parts=tuple(map(_said, found.parts)) if may_look else (),
            facts=tuple(self._facts(found)),
            more=tuple(_more(found)),
            left_out=found.left_out,
            ranked=self.counted.ranked and not self.counted.per,
            tones=tuple(str(getattr(part, "tone", "")) for part in found.parts),
            empty=translated(self.empty),
        )

    def _facts(self, found: charts.Figures) -> Sequence[tuple[str, str]]:
        totals = found.totals
        if self.fact:
            groups = len([total for total in totals if total])
            return [("", gettext(self.fact, sum=f"{sum(totals):,}", groups=groups))]
        if self.counted.share and any(totals):
            yes: tuple[str, tuple[int, ...]] = dict(zip(found.parts, found.series, strict=True)).get(True, ("", ()))
            whole, part = sum(totals), sum(yes[1])
            return [(translated(self.shape.fields[self.counted.split].label), f"{part}/{whole} · {part / whole:.0%}")]
        return []

    def behind(self, asked: Asked, key: str, part: str) -> Behind | None:
        criteria = self._criteria(asked)
        chart, shape = self.counted, self.shape
        of_chart = [shape.fields[name].expression(shape.model) == _typed(shape.fields[name], word)
                    for name, word in chart.only.items()]  # fmt: skip
        if key != ALL:
            of_chart.append(_in_month(shape, chart.by, key) if chart.per else _is(shape, chart.by, key))
        if part != ALL and chart.split:
            of_chart.append(_is(shape, chart.split, part))
        return Behind(self.console, (*criteria, *of_chart))


ALL = "*"
"""In place of a key: whatever it is."""


def _said(part: Any) -> str:
    return "" if part is None else str(getattr(part, "value", part))


def _is(shape: Shape, name: str, key: str) -> ColumnElement[bool]:
    known = shape.fields[name]
    column = known.expression(shape.model)
    if key == "":
        nothing: ColumnElement[bool] = or_(column.is_(None), column == "") if known.kind == "text" else column.is_(None)
        return nothing
    same: ColumnElement[bool] = column == _typed(known, key)
    return same


def _typed(known: Field, key: str) -> Any:
    """Raises `ValueError` for what the column cannot hold."""
    if known.kind == "word":
        return known.words(key)
    if known.kind == "flag":
        return key == str(True)
    return int(key) if known.kind in ("row", "number") else key


def _in_month(shape: Shape, name: str, key: str) -> ColumnElement[bool]:
    first = datetime.strptime(key, "%Y-%m").replace(tzinfo=SHANGHAI)
    following = (first + timedelta(days=31)).replace(day=1)
    column = getattr(shape.model, name)
    return and_(column >= first, column < following)


def _more(found: charts.Figures) -> Sequence[tuple[str, tuple[str, ...]]]:
    if found.shares:
        return [(gettext("Share in percent"), tuple(f"{share}%" for share in found.shares))]
    if len(found.growth) > 1:
        first, last = zip(*((_signed(a), _signed(b)) for a, b in found.growth), strict=True)
        since = gettext("Since %(month)s", month=found.labels[0])
        return [(since, first), (gettext("Since the month before"), last)]
    return []


def _signed(more: float | None) -> str:
    return "–" if more is None else f"{more:+.1f}%"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a question of its own answers."""

    name: str
    tells: Callable[[Asked], Panel]
    needs: tuple[Console, ...] = ()
    """Whose rows one must be allowed to read."""
    rows: Callable[[Asked, str, str], Behind | None] = field(default=lambda asked, key, part: None)
    for_county: bool = False
    """Whether those who see the county are shown it though they may not read the rows."""

    def may(self, asked: Asked) -> bool:
        return all(map(readable, self.needs)) or (self.for_county and bool(asked.actor.roles & COUNTY))

    def panel(self, asked: Asked) -> Panel:
        return self.tells(asked)

    def behind(self, asked: Asked, key: str, part: str) -> Behind | None:
        return self.rows(asked, key, part)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One of the sixteen: a question, and the panels that answer it."""

    number: int
    title: str
    icon: str
    sources: tuple[Source, ...]
    township: bool = False
    """Whether townships stand beside each other in it: by their code, and never by size."""
