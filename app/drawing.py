"""A flow chart on one sheet of A4: who acts in lanes, what is done in boxes, arrows that run round the boxes.

Knows no table and no request: the same sheet is always the same picture. `app.drawing_layout` says where things are.
"""

from __future__ import annotations

from collections.abc import Iterator

import resvg_py
from markupsafe import escape
from pylopdf_fonts_zh_cn import sans_path

from app.drawing_layout import LEADING, SMALL, Arrow, Box, Layout, Lines, Sheet, clean, laid_out

FONT = "'Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
INK, QUIET, LINE, BRAND, TINT = "#1b2733", "#4b5a69", "#c5cfdb", "#17427a", "#eaf2fc"
TONES = {"heading": BRAND, "text": INK, "quiet": QUIET}
FILLS = {
    "work": ("#ffffff", BRAND),
    "start": ("#e0f3f3", "#0a5a62"),
    "decision": ("#fdf0d8", "#7d4700"),
    "end": ("#e4f5e9", "#1c6335"),
}
PIXELS = 1654
"""The width of a PNG: A4 at 200 dots an inch."""
HEAD = 5.0, 9.0
"""Half the breadth of an arrow's head, and its length."""


def svg(sheet: Sheet) -> str:
    """The picture as a document of its own, which also may stand in a page: no script, nothing from elsewhere."""
    found = laid_out(sheet)
    size = f"{_n(found.width)} {_n(found.height)}"
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 {size}"',
        f' font-family="{FONT}" role="img" aria-labelledby="flow-title flow-told">',
        f'<title id="flow-title">{_text(sheet.title)}</title>',
        f'<desc id="flow-told">{_text(_told(sheet))}</desc>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_lanes(found),
        *(_arrow(arrow) for arrow in found.arrows),
        *(_box(box) for box in found.boxes),
        *(_label(arrow) for arrow in found.arrows if arrow.label),
        *(_lines(lines) for lines in found.texts),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def png(drawing: str, *, width: int = PIXELS) -> bytes:
    """An SVG of ours as a picture, in a font that we bring: a server need not have a Chinese one."""
    return resvg_py.svg_to_bytes(
        svg_string=drawing, width=width, dpi=96, skip_system_fonts=True, font_files=[str(sans_path())]
    )


def _told(sheet: Sheet) -> str:
    """The chart in words, for whoever cannot see it."""
    return " ".join(
        f"{number}. {step.title} ({', '.join(filter(None, (step.lane, step.limit)))})"
        for number, step in enumerate(sheet.steps, 1)
    )


def _lanes(found: Layout) -> Iterator[str]:
    for number, lane in enumerate(found.lanes):
        for height, fill in ((lane.bottom - lane.top, "#ffffff" if number % 2 else "#f8fafc"), (lane.head, TINT)):
            yield (
                f'<rect x="{_n(lane.left)}" y="{_n(lane.top)}" width="{_n(lane.right - lane.left)}" '
                f'height="{_n(height)}" fill="{fill}" stroke="{LINE}"/>'
            )
        yield _lines(lane.name)


def _box(box: Box) -> str:
    fill, stroke = FILLS[box.kind]
    look = f'fill="{fill}" stroke="{stroke}" stroke-width="1.5"'
    if box.kind == "decision":
        x, y = box.middle
        corners = ((x, box.top), (box.right, y), (x, box.bottom), (box.left, y))
        shape = f'<polygon points="{_points(corners)}" {look}/>'
    else:
        radius = 4 if box.kind == "work" else 22
        shape = (
            f'<rect x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.width)}" height="{_n(box.height)}" '
            f'rx="{radius}" {look}/>'
        )
    return shape + "".join(_lines(lines) for lines in box.texts)


def _arrow(arrow: Arrow) -> str:
    """A line, and a head that points down: every arrow comes to its box from above."""
    (x, y), (breadth, length) = arrow.points[-1], HEAD
    line = (*arrow.points[:-1], (x, y - length))
    head = ((x - breadth, y - length), (x + breadth, y - length), (x, y))
    return (
        f'<polyline points="{_points(line)}" fill="none" stroke="{QUIET}" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<polygon points="{_points(head)}" fill="{QUIET}"/>'
    )


def _label(arrow: Arrow) -> str:
    x, y, anchor = arrow.label_at
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{SMALL}" text-anchor="{anchor}" fill="{INK}">'
        f"{_text(arrow.label)}</text>"
    )


def _lines(lines: Lines) -> str:
    return "".join(
        f'<text x="{_n(lines.x)}" y="{_n(lines.y + (row + 0.5) * lines.size * LEADING + lines.size * 0.36)}" '
        f'font-size="{_n(lines.size)}" text-anchor="{lines.anchor}" fill="{TONES[lines.tone]}">{_text(line)}</text>'
        for row, line in enumerate(lines.lines)
    )


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{round(number, 1):g}"


def _text(text: str) -> str:
    return str(escape(clean(text)))
