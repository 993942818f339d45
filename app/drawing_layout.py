"""Where everything on a flow chart is: each step in a row of its own, each arrow in rows and margins that no box is in.

A sheet has the proportions of A4. What does not fit at full size is drawn on a larger sheet, and so printed smaller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, pairwise
from operator import itemgetter
from typing import Literal

Kind = Literal["start", "work", "decision", "end"]
Point = tuple[float, float]

A4 = 794.0, 1123.0
HEADING, TEXT, SMALL = 22.0, 14.0, 12.0
LEADING = 1.4
GAP, BEND, INSET, PAD, TRACK = 32.0, 13.0, 24.0, 10.0, 14.0
"""Between two rows; from where an arrow turns to its box; between a lane's border and its boxes; within a box;
and between two long arrows."""
NARROWEST, WIDEST, WIDEST_GAP = 180.0, 250.0, 52.0
"""Of a lane; of a box; and between two rows where there is room to spare."""
LOWEST, LOWEST_DIAMOND = 44.0, 60.0
"""Of a box."""
LARGEST = 7
"""The scale to begin with, in tenths of the sheet: what has few steps is printed larger."""
MARGIN = 0.05
"""Round the sheet, of its width."""
TOKENS = re.compile(r"\s+|[!-~]+|.")
CLOSING = "，。、；：！？）》」』”’,.;:!?)]"
"""Begin no line: they hang over the end of the one before."""


@dataclass(frozen=True, slots=True)
class Step:
    """One box. `yes` and `no` are the numbers, from 0, of the steps that a decision leads to; None is the next."""

    title: str
    lane: str
    kind: Kind = "work"
    limit: str = ""
    yes: int | None = None
    no: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is printed, in the reader's language."""

    title: str
    subtitle: str
    steps: tuple[Step, ...]
    yes: str
    no: str
    foot: tuple[str, ...] = ()
    """Paragraphs below the chart."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one size below each other; `y` is where the first begins."""

    x: float
    y: float
    lines: tuple[str, ...]
    size: float
    tone: Literal["heading", "text", "quiet"] = "text"
    anchor: Literal["start", "middle", "end"] = "middle"

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LEADING

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Lane:
    """A column, with the name of who acts in its head. The outermost hold the tracks too."""

    left: float
    right: float
    top: float
    bottom: float
    head: float
    name: Lines


@dataclass(frozen=True, slots=True)
class Box:
    """A step."""

    left: float
    top: float
    width: float
    height: float
    kind: Kind
    texts: tuple[Lines, ...]

    @property
    def middle(self) -> Point:
        return self.left + self.width / 2, self.top + self.height / 2

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the edge of one box to the top of another."""

    source: int
    target: int
    points: tuple[Point, ...]
    label: str = ""
    label_at: tuple[float, float, str] = (0.0, 0.0, "start")


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet on which everything has its place."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    texts: tuple[Lines, ...]


def clean(text: str) -> str:
    """Without what XML cannot hold, or what would turn the order of the characters about."""
    return "".join(c if c == "\n" or not unicodedata.category(c).startswith("C") else " " for c in text).strip()


def measured(text: str, size: float) -> float:
    """A bit more than the width of the text, whatever the font: an em for each Chinese character."""
    return size * sum(
        1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.8 if c.isupper() or c in "mw@%" else 0.6 for c in text
    )


def wrapped(text: str, size: float, width: float) -> tuple[str, ...]:
    """Lines of at most that width. Words stay whole where a line can hold them."""
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        line = ""
        for token in _tokens(paragraph, size, width):
            if line and token not in CLOSING and measured(line + token.rstrip(), size) > width:
                lines.append(line.rstrip())
                line = token.lstrip()
            else:
                line += token
        if line.strip():
            lines.append(line.rstrip())
    return tuple(lines)


def _tokens(text: str, size: float, width: float) -> Iterator[str]:
    for token in TOKENS.findall(text):
        yield from (token,) if measured(token, size) <= width else token


def laid_out(sheet: Sheet) -> Layout:
    """The sheet at the largest scale at which it fits a page."""
    plan = _Plan(sheet)
    tried = (plan.on(tenths / 10) for tenths in count(LARGEST))
    return next(found for found in tried if found is not None)


Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class _Jump:
    """An arrow to a step that is not the next. It leaves sideways, and runs along a track beside all the lanes."""

    source: int
    target: int
    label: str
    side: Side
    track: int = 0

    @property
    def span(self) -> tuple[float, float]:
        """The rows that it runs along: from the middle of its source to above its target."""
        first, last = sorted((self.source + 0.5, float(self.target)))
        return first, last

    def meets(self, other: _Jump) -> bool:
        return self.side == other.side and self.span[0] <= other.span[1] and other.span[0] <= self.span[1]


class _Plan:
    """What is the same at every scale: the lanes, who follows whom, and on which track."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.lanes = list(dict.fromkeys(step.lane for step in sheet.steps))
        self.lane_of = [self.lanes.index(step.lane) for step in sheet.steps]
        self.next: dict[int, str] = {}
        self.jumps: list[_Jump] = []
        for number in range(len(sheet.steps)):
            self._follow(number)
        self.tracks = {
            side: TRACK * max((jump.track + 1 for jump in self.jumps if jump.side == side), default=0)
            for side in ("left", "right")
        }

    def _follow(self, number: int) -> None:
        step, following = self.sheet.steps[number], number + 1
        if step.kind == "end":
            return
        targets = {following: ""}
        if step.kind == "decision":
            yes, no = (following if to is None else to for to in (step.yes, step.no))
            targets = {yes: ""} if yes == no else {yes: self.sheet.yes, no: self.sheet.no}
        label = targets.pop(following, None)
        if label is not None and following < len(self.sheet.steps):
            self.next[number] = label
        for target, label in targets.items():
            self._jump(number, target, label)

    def _jump(self, source: int, target: int, label: str) -> None:
        """On the side that is nearer to both, if the source's other arrow has not taken it."""
        is_left = self.lane_of[source] + self.lane_of[target] < len(self.lanes) - 1
        if self.jumps and self.jumps[-1].source == source:
            is_left = self.jumps[-1].side == "right"
        jump = _Jump(source, target, label, "left" if is_left else "right")
        busy = {other.track for other in self.jumps if other.meets(jump)}
        self.jumps.append(replace(jump, track=next(track for track in count() if track not in busy)))

    def on(self, scale: float) -> Layout | None:
        """Everything on a sheet of that size, or None if it is too small."""
        width, height = A4[0] * scale, A4[1] * scale
        margin = MARGIN * width
        lane_width = (width - 2 * margin - sum(self.tracks.values())) / len(self.lanes)
        if lane_width < NARROWEST:
            return None
        head, foot = self._head(scale, margin), self._foot(width, margin)
        left, top = margin + self.tracks["left"], head[-1].bottom + GAP / 2
        centres = [left + lane_width * (number + 0.5) for number in range(len(self.lanes))]
        names = [wrapped(name, TEXT, lane_width - 2 * PAD) for name in self.lanes]
        lane_head = max(map(len, names)) * TEXT * LEADING + 2 * PAD
        steps = enumerate(self.sheet.steps, 1)
        sizes = [_sized(step, number, min(lane_width - 2 * INSET, WIDEST)) for number, step in steps]
        used = top + lane_head + sum(size.height for size in sizes) + GAP / 2 + _height(foot) + margin
        gap = min((height - used) / (len(sizes) + 1), WIDEST_GAP)
        if gap < GAP:
            return None
        boxes, y = [], top + lane_head + gap
        for lane, size in zip(self.lane_of, sizes, strict=True):
            boxes.append(_placed(size, centres[lane], y))
            y = boxes[-1].bottom + gap
        edges = [margin, *((a + b) / 2 for a, b in pairwise(centres)), width - margin]
        lanes = (_lane(sides, (top, y), lane_head, name) for sides, name in zip(pairwise(edges), names, strict=True))
        arrows = (
            *self._downward(boxes),
            *self._sideways(boxes, (left, width - margin - self.tracks["right"])),
        )
        return Layout(width, height, tuple(lanes), tuple(boxes), arrows, (*head, *_stacked(foot, y + GAP / 2)))

    def _head(self, scale: float, margin: float) -> tuple[Lines, Lines]:
        """As large on paper whatever the scale."""
        middle, room = A4[0] * scale / 2, A4[0] * scale - 2 * margin
        size, small = HEADING * scale, SMALL * scale
        title = Lines(middle, margin, wrapped(self.sheet.title, size, room), size, "heading")
        return title, Lines(middle, title.bottom, wrapped(self.sheet.subtitle, small, room), small, "quiet")

    def _foot(self, width: float, margin: float) -> list[Lines]:
        room = width - 2 * margin
        return [Lines(margin, 0, wrapped(text, SMALL, room), SMALL, "quiet", "start") for text in self.sheet.foot]

    def _downward(self, boxes: list[Box]) -> Iterator[Arrow]:
        for number, label in self.next.items():
            box, following = boxes[number], boxes[number + 1]
            (x, _), (to, _) = box.middle, following.middle
            bend = following.top - BEND
            bends = () if x == to else ((x, bend), (to, bend))
            at = (x + 6, box.bottom + SMALL, "start")
            yield Arrow(number, number + 1, ((x, box.bottom), *bends, (to, following.top)), label, at)

    def _sideways(self, boxes: list[Box], lanes: tuple[float, float]) -> Iterator[Arrow]:
        for jump in self.jumps:
            box, target = boxes[jump.source], boxes[jump.target]
            (_, y), (to, _) = box.middle, target.middle
            bend, beside = target.top - BEND, TRACK * (jump.track + 0.5)
            if jump.side == "left":
                x, track, at = box.left, lanes[0] - beside, (box.left - 4, y - 5, "end")
            else:
                x, track, at = box.right, lanes[1] + beside, (box.right + 4, y - 5, "start")
            points = ((x, y), (track, y), (track, bend), (to, bend), (to, target.top))
            yield Arrow(jump.source, jump.target, points, jump.label, at)


@dataclass(frozen=True, slots=True)
class _Size:
    """A box that has no place yet, with lines that have none."""

    height: float
    width: float
    kind: Kind
    lines: tuple[Lines, ...]


def _sized(step: Step, number: int, width: float) -> _Size:
    """A box that holds the step. In a diamond, text of a part of the width needs a part of the height."""
    if step.kind != "decision":
        lines = _told(step, number, width - 2 * PAD)
        return _Size(max(_height(lines) + 2 * PAD, LOWEST), width, step.kind, lines)
    shares = ((share, _told(step, number, width * share)) for share in (0.5, 0.58, 0.66, 0.72))
    height, lines = min(((_height(lines) / (1 - share), lines) for share, lines in shares), key=itemgetter(0))
    return _Size(max(height + PAD, LOWEST_DIAMOND), width, step.kind, lines)


def _told(step: Step, number: int, width: float) -> tuple[Lines, ...]:
    title = Lines(0, 0, wrapped(f"{number}. {step.title}", TEXT, width), TEXT)
    limit = Lines(0, 0, wrapped(step.limit, SMALL, width), SMALL, "quiet")
    return (title, limit) if step.limit else (title,)


def _placed(size: _Size, x: float, top: float) -> Box:
    y = top + (size.height - _height(size.lines)) / 2
    texts = _stacked([replace(lines, x=x) for lines in size.lines], y)
    return Box(x - size.width / 2, top, size.width, size.height, size.kind, tuple(texts))


def _lane(sides: tuple[float, float], rows: tuple[float, float], head: float, name: tuple[str, ...]) -> Lane:
    lines = Lines(sum(sides) / 2, 0, name, TEXT)
    return Lane(*sides, *rows, head, replace(lines, y=rows[0] + (head - lines.height) / 2))


def _height(texts: Iterable[Lines]) -> float:
    return sum(lines.height for lines in texts)


def _stacked(texts: Iterable[Lines], y: float) -> Iterator[Lines]:
    for lines in texts:
        yield replace(lines, y=y)
        y += lines.height
