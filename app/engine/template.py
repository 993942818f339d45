"""A workbook to fill in: the headings of a table's form, what may be chosen in each column, and how to do it."""

from __future__ import annotations

import tempfile
from typing import IO, Any

import xlsxwriter
from flask import Response, send_file
from flask_babel import gettext
from sqlalchemy import select

from app.engine import kinds
from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import Field, translated
from app.engine.present import name_of
from app.engine.schema import writable
from app.engine.sheets import MOST

CHOICES = 300
"""Of how many rows one may choose in a cell; of more one writes the name or the code."""


def workbook(world: World, shape: Shape, given: dict[str, str], title: str) -> IO[bytes]:
    """An open temporary file that holds the workbook, at its beginning. `given`: what all its rows have in common."""
    shape = kinds.of_sent(world, shape, dict(given))
    leading = shape.console.kinds.by if shape.console.kinds else ()
    fields = [f for f in writable(shape) if not f.is_file and not (f.name in leading and given.get(f.name))]
    file: IO[bytes] = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (handed to whoever sends it)
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        explained, lists = book.add_worksheet(gettext("How to fill it in")), book.add_worksheet("_")
        lists.hide()
        must = book.add_format({"bold": True, "bg_color": "#FDE9D9", "bottom": 1, "text_wrap": True})
        may = book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1, "text_wrap": True})
        sheet.freeze_panes(1, 0)
        explained.set_column(0, 0, 26)
        explained.set_column(1, 1, 90)
        for column, field in enumerate(fields):
            sheet.write_string(0, column, translated(field.label), must if field.required else may)
            sheet.set_column(column, column, 34 if field.kind == "long_text" else 18)
            words = _words(world, field)
            for row, word in enumerate(words):
                lists.write_string(row, column, word)
            if words and field.kind != "rows":
                letter = xlsxwriter.utility.xl_col_to_name(column)
                source = f"=_!${letter}$1:${letter}${len(words)}"
                sheet.data_validation(
                    1, column, MOST, column, {"validate": "list", "source": source, "show_error": False}
                )
            explained.write_string(column, 0, translated(field.label))
            explained.write_string(column, 1, _explained(field))
    file.seek(0)
    return file


def _sheet_name(title: str) -> str:
    return "".join(char for char in title if char not in "[]:*?/\\'")[:31] or "1"


def _words(world: World, field: Field) -> list[str]:
    if field.kind == "flag":
        return [gettext("Yes"), gettext("No")]
    if field.kind == "word":
        return [translated(word.label) for word in field.words]
    if field.target is None:
        return []
    query = select(field.target)
    among = field.choice(world, None)
    if among is not None:
        query = query.where(among)
    rows = world.session().scalars(query.order_by(field.target.id).limit(CHOICES + 1)).all()
    return [name_of(row) for row in rows] if len(rows) <= CHOICES else []


def _explained(field: Field) -> str:
    ways = {
        "day": gettext("A date, such as 2026-11-23."),
        "moment": gettext("A date and time, such as 2026-11-23 09:00."),
        "row": gettext("The name or the code of the record."),
        "rows": gettext("Names or codes; several with 、 between them, or on lines of their own."),
        "number": gettext("A whole number."),
        "decimal": gettext("A number."),
    }
    must = gettext("Mandatory.") if field.required else ""
    return " ".join(filter(None, (must, ways.get(field.kind, ""), translated(field.help))))


def send(file: IO[bytes], content_type: str, name: str) -> Any:
    answer: Response = send_file(file, mimetype=content_type, as_attachment=True, download_name=f"{name}.xlsx")
    answer.call_on_close(file.close)
    return answer
