"""The charts for leaders as files: a workbook with a sheet for each chart, and a Word report with their pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import IO, Any

from flask_babel import gettext

from app import drawing
from app.documents import Paper
from app.drawing_figures import WIDTH, Figure, svg
from app.engine.export import Heading, sheets
from app.engine.fields import translated
from app.engine.present import name_of
from app.identity import ZONE
from app.leaders_panels import Chart, Panel, first_told
from models.queries.asked import Asked

Charts = Iterable[tuple[Chart, Sequence[Panel]]]
BROAD = 25.7
"""The breadth of a page within its margins, in centimetres."""
DRAWN = 20.0
"""How broad a picture stands on it."""
DOTS = 2
"""Of a picture, for each of its pixels."""


def conditions(asked: Asked) -> list[tuple[str, str]]:
    """What the figures are of: (what, which)."""
    return [
        (gettext("Period asked about"), f"{asked.first} – {asked.last}"),
        (gettext("Unit"), name_of(asked.unit) if asked.unit else gettext("All that you may see")),
        (gettext("Counted at"), f"{asked.now.astimezone(ZONE):%Y-%m-%d %H:%M}"),
    ]


def workbook(asked: Asked, charts: Charts) -> IO[bytes]:
    """An open temporary file, at its beginning."""
    return sheets(
        (f"{chart.number} {translated(chart.title)}", _sheet(asked, chart, panels)) for chart, panels in charts
    )


def _sheet(asked: Asked, chart: Chart, panels: Sequence[Panel]) -> Iterator[Sequence[Any]]:
    yield [translated(chart.title), ""]
    yield from conditions(asked)
    for panel in panels:
        yield []
        yield [panel.title]
        yield [gettext("What is counted"), panel.definition]
        yield from panel.facts
        if panel.is_empty:
            yield [panel.empty]
            continue
        yield Heading([f"{name} ({panel.measure.strip()})" if at and panel.measure else name
                       for at, name in enumerate(panel.rows[0][: len(panel.series) + 1])]
                      + panel.rows[0][len(panel.series) + 1 :])  # fmt: skip
        yield from panel.rows[1:]


def report(title: str, asked: Asked, charts: Charts) -> BytesIO:
    """A document: of each chart its question, its picture, and its figures in a table."""
    paper = Paper(title)
    for what, which in conditions(asked):
        paper.line(f"{what}：{which}")
    for chart, panels in charts:
        paper.heading(f"{chart.number}. {translated(chart.title)}")
        for panel in panels:
            paper.heading(panel.title, level=3)
            paper.line(panel.definition)
            for what, much in panel.facts:
                paper.line(f"{what}：{much}" if what else much)
            if panel.is_empty:
                paper.line(panel.empty)
                continue
            told = gettext("%(title)s; the numbers are in the table below", title=panel.title)
            paper.picture(drawing.png(svg(drawn(panel)), width=DOTS * WIDTH), width=DRAWN, told=told)
            if len(panel.drawn.labels) < len(panel.labels):
                paper.line(first_told(panel))
            _table(paper, panel)
    return paper.file()


def drawn(panel: Panel) -> Figure:
    """What of a panel is drawn."""
    panel = panel.drawn
    return Figure(
        labels=panel.labels,
        series=panel.series,
        texts=[[panel.shown(value) for value in values] for _, values in panel.series],
        places=panel.places,
        is_line=panel.kind == "line",
        beside=panel.beside,
        tones=panel.tones,
    )


def _table(paper: Paper, panel: Panel) -> None:
    head, *rows = panel.rows
    first = 6.0 if len(head) < 8 else 4.0
    each = (BROAD - first) / max(len(head) - 1, 1)
    told = ([row[0], *(panel.shown(cell) if not isinstance(cell, str) else cell for cell in row[1:])] for row in rows)
    paper.grid(head, told, (first, *(each for _ in head[1:])))
