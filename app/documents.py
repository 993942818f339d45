"""Word documents: a heading, some lines, tables with Chinese type that a county office can print as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FONT = "仿宋"
"""What offices print in. Word takes another Chinese type where it is missing."""


class Paper:
    """A document under way, on A4 lying on its side."""

    def __init__(self, title: str) -> None:
        self._document = Document()
        section = self._document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Cm(29.7), Cm(21)
        section.left_margin = section.right_margin = Cm(2)
        style = self._document.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(11)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
        for level in (1, 2, 3):
            fonts = self._document.styles[f"Heading {level}"].element.rPr.get_or_add_rFonts()
            fonts.set(qn("w:eastAsia"), FONT)
        self._document.core_properties.title = title
        self._document.add_heading(_clean(title), level=1)

    def heading(self, words: str, *, level: int = 2) -> None:
        self._document.add_heading(_clean(words), level=level)

    def line(self, words: str) -> None:
        self._document.add_paragraph(_clean(words))

    def picture(self, png: bytes, *, width: float, told: str) -> None:
        """`width` in centimetres; `told` is for whoever cannot see it."""
        self._document.add_picture(BytesIO(png), width=Cm(width))
        properties = self._document.inline_shapes[-1]._inline.docPr
        properties.set("descr", _clean(told))

    def grid(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
        """`widths` in centimetres. The head is printed again on each page."""
        grid = self._document.add_table(rows=1, cols=len(head), style="Table Grid")
        grid.autofit = False
        self._fill(grid.rows[0].cells, head, widths, bold=True)
        properties = grid.rows[0]._tr.get_or_add_trPr()
        properties.append(properties.makeelement(qn("w:tblHeader"), {}))
        for row in rows:
            self._fill(grid.add_row().cells, row, widths)

    @staticmethod
    def _fill(cells: Sequence[object], words: Sequence[str], widths: Sequence[float], *, bold: bool = False) -> None:
        for cell, text, width in zip(cells, words, widths, strict=True):
            cell.width = Cm(width)  # type: ignore[attr-defined]
            run = cell.paragraphs[0].add_run(_clean(text))  # type: ignore[attr-defined]
            run.bold, run.font.size = bold, Pt(10)

    def file(self) -> BytesIO:
        """The document, at its beginning."""
        target = BytesIO()
        self._document.save(target)
        target.seek(0)
        return target


def _clean(text: str) -> str:
    """XML holds no control characters, and half of no character."""
    return "".join(c if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff") else "\ufffd" for c in text)
