"""Workbooks as offices keep them, made for tests."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import xlsxwriter


def book(**sheets: list[Any]) -> bytes:
    """A workbook. A row is a list of cells; `("merge", top, left, bottom, right, text)` merges."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        look = made.add_format({"border": 1})
        for name, rows in sheets.items():
            sheet, number = made.add_worksheet(name), 0
            for row in rows:
                if isinstance(row, tuple):
                    sheet.merge_range(*row[1:], look)
                    continue
                for column, cell in enumerate(row):
                    sheet.write_blank(number, column, None, look) if cell is None else sheet.write(number, column, cell)
                number += 1
    return file.getvalue()


def office_list(*rows: list[Any], title: str = "泰顺县属地管理事项责任清单") -> list[Any]:
    """Two titles above a heading of two rows, whose cells are merged; blank rows at the end."""
    return [
        [title, None, None, None, None, None],
        ["（2026年修订，征求意见稿）"],
        ["序号", "事项名称", "责任单位", None, "职责", None],
        [None, None, "牵头单位", "配合单位", "县级部门", "乡镇职责"],
        ("merge", 0, 0, 0, 5, title),
        ("merge", 2, 0, 3, 0, "序号"),
        ("merge", 2, 1, 3, 1, "事项名称"),
        ("merge", 2, 2, 2, 3, "责任单位"),
        ("merge", 2, 4, 2, 5, "职责"),
        *rows,
        [None, None],
        ["", ""],
    ]


def retold(content: bytes, was: str, now: str) -> bytes:
    """The same workbook with its first sheet written otherwise, as no program would."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, times = re.subn(was, now, text.decode())
                assert times, "nothing to write otherwise"
            made.writestr(name, text)
    return file.getvalue()
