"""Bars and lines of figures as a drawing of their own, numbers written beside them: for documents, without a browser.

Knows no table and no request: the same figures are always the same picture. `app.drawing` makes a PNG of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, cycle
from math import ceil, floor, log10

from markupsafe import escape

from app.drawing import FONT, INK, LINE, QUIET
from app.drawing_layout import clean, measured

WIDTH, LEFT, RIGHT, TOP = 900, 216, 96, 14
"""Of the drawing, in pixels: its breadth, the room for labels, for numbers after bars, and above."""
BAR, SLIM, GAP = 20, 13, 12
"""How thick a bar is, and one that stands beside others; and what parts one label from the next."""
TEXT, SMALL = 14, 12
COLOURS = ("#2f6fc1", "#22a39a", "#e8a33d", "#7a6cc4", "#d4574d", "#5f9e4a", "#b77a9a", "#79b0e6", "#c2a36b", "#4a6a8f")
"""Those of the pages' charts."""
TONES = {"danger": 4, "warn": 2, "done": 5, "active": 1, "info": 0}
"""Which of them stands for which tone."""
PLOT = 240
"""The height of a line chart's field."""
MANY = 48
"""So many points, and their numbers are no longer written in."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is drawn: a number for each label in each series; `shown` writes one."""

    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    texts: Sequence[Sequence[str]]
    """The numbers as they are written, a row for each series."""
    places: int = 1
    """How many decimals are written of a sum that is not whole by its nature."""
    is_line: bool = False
    beside: bool = False
    tones: Sequence[str] = ()

    def colour(self, number: int) -> str:
        """Of a series: that of its tone; of the second in a tone, and of those without one, the next that is free."""
        return _colours(tuple(self.tones) or ("",) * len(self.series))[number]


def svg(figure: Figure) -> str:
    """The drawing as a document of its own."""
    body, height = (_lines if figure.is_line else _bars)(figure)
    legend, foot = _legend(figure, height) if len(figure.series) > 1 else ([], height)
    size = f'width="{WIDTH}" height="{foot}" viewBox="0 0 {WIDTH} {foot}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" role="img">'
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return "\n".join((head, ground, *body, *legend, "</svg>", ""))


def _bars(figure: Figure) -> tuple[list[str], int]:
    """One below the other, their labels before them."""
    many = len(figure.series) > 1
    beside = figure.beside and many
    thick = SLIM * len(figure.series) if beside else BAR
    sizes = [sum(values[at] or 0 for _, values in figure.series) for at in range(len(figure.labels))]
    largest = (
        max((v or 0 for _, values in figure.series for v in values), default=0) if beside else max(sizes, default=0)
    )
    scale = (WIDTH - LEFT - RIGHT) / (largest or 1)
    drawn: list[str] = [
        f'<line x1="{LEFT}" y1="{TOP - 4}" x2="{LEFT}" y2="{_n(TOP + len(sizes) * (thick + GAP))}" stroke="{LINE}"/>'
    ]
    for at, label in enumerate(figure.labels):
        y = TOP + at * (thick + GAP)
        drawn.append(_text(LEFT - 10, y + thick / 2, _cut(label, LEFT - 20), anchor="end"))
        draw = _beside if beside else _stacked
        drawn += draw(figure, at, y, scale)
    return drawn, TOP + len(figure.labels) * (thick + GAP) + 6  # fmt: skip


def _beside(figure: Figure, at: int, y: float, scale: float) -> Iterator[str]:
    for number, (_, values) in enumerate(figure.series):
        top, width = y + number * SLIM, (values[at] or 0) * scale
        yield _rect(LEFT, top, width, SLIM - 2, figure.colour(number))
        yield _text(LEFT + width + 6, top + SLIM / 2, figure.texts[number][at], size=SMALL - 1)


def _stacked(figure: Figure, at: int, y: float, scale: float) -> Iterator[str]:
    x = float(LEFT)
    for number, (_, values) in enumerate(figure.series):
        width = (values[at] or 0) * scale
        if width:
            yield _rect(x, y, width, BAR, figure.colour(number))
            text = figure.texts[number][at]
            if len(figure.series) > 1 and width > measured(text, SMALL) + 6:
                yield _text(x + width / 2, y + BAR / 2, text, size=SMALL, anchor="middle", fill="#ffffff")
        x += width
    whole = sum(values[at] or 0 for _, values in figure.series)
    summed = f"{whole:,.{figure.places}f}" if isinstance(whole, float) else f"{whole:,}"
    yield _text(x + 6, y + BAR / 2, figure.texts[0][at] if len(figure.series) == 1 else summed)


def _lines(figure: Figure) -> tuple[list[str], int]:
    top = _round_up(max((v or 0 for _, values in figure.series for v in values), default=0))
    left, right, floor_y = 56, WIDTH - 32, TOP + PLOT
    step = (right - left) / max(len(figure.labels) - 1, 1)

    def place(at: int, value: float) -> tuple[float, float]:
        return left + at * step, floor_y - value / top * PLOT

    drawn: list[str] = []
    for part in range(5):
        y = floor_y - PLOT * part / 4
        drawn.append(f'<line x1="{left}" y1="{_n(y)}" x2="{right}" y2="{_n(y)}" stroke="{LINE}"/>')
        drawn.append(_text(left - 8, y, f"{top * part / 4:g}", size=SMALL, anchor="end", fill=QUIET))
    every = ceil(len(figure.labels) / 10) or 1
    for at, label in enumerate(figure.labels):
        if at % every == 0:
            drawn.append(_text(left + at * step, floor_y + 16, label, size=SMALL, anchor="middle", fill=QUIET))
    tell = len(figure.labels) * len(figure.series) <= MANY
    for number, (_, values) in enumerate(figure.series):
        points = [(at, *place(at, value)) for at, value in enumerate(values) if value is not None]
        path = " ".join(f"{_n(x)},{_n(y)}" for _, x, y in points)
        colour = figure.colour(number)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        for at, x, y in points:
            drawn.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3" fill="{colour}"/>')
            if tell:
                drawn.append(_text(x, y - 10, figure.texts[number][at], size=SMALL - 1, anchor="middle", fill=colour))
    return drawn, floor_y + 30


def _legend(figure: Figure, top: float) -> tuple[list[str], int]:
    """The names of the series that tell something, as many in a row as there is room for."""
    drawn, x, y = [], 24.0, top + 12
    for number, (name, values) in enumerate(figure.series):
        if not any(values):
            continue
        breadth = 26 + measured(name, SMALL)
        if x + breadth > WIDTH - 24:
            x, y = 24.0, y + 20
        drawn.append(_rect(x, y - 5, 14, 9, figure.colour(number)))
        drawn.append(_text(x + 19, y, name, size=SMALL, fill=QUIET))
        x += breadth + 14
    return drawn, round(y + 16)


@cache
def _colours(tones: tuple[str, ...]) -> list[str]:
    first = [TONES[tone] if tone in TONES and tone not in tones[:at] else None for at, tone in enumerate(tones)]
    free = (number for number in cycle(range(len(COLOURS))) if number not in first)
    return [COLOURS[next(free) if number is None else number] for number in first]


def _round_up(number: float) -> float:
    """The next of 1, 2, 4, 5 or 10 times a power of ten: a scale that four steps divide well."""
    if number <= 0:
        return 4
    power = 10.0 ** floor(log10(number))
    return next((factor * power for factor in (1, 2, 4, 5) if factor * power >= number), 10 * power)


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"/>'


def _text(x: float, y: float, text: str, *, size: int = TEXT, anchor: str = "start", fill: str = INK) -> str:
    """With its middle at this height."""
    look = f'font-size="{size}" text-anchor="{anchor}" fill="{fill}"'
    return f'<text x="{_n(x)}" y="{_n(y + size * 0.36)}" {look}>{escape(clean(text))}</text>'


def _cut(text: str, room: float) -> str:
    """As much of it as there is room for."""
    widths = accumulate(measured(letter, TEXT) for letter in text)
    fits = sum(1 for width in widths if width <= room)
    return text if fits == len(text) else text[: fits - 1] + "…"


def _n(number: float) -> str:
    return f"{round(number, 1):g}"
