"""The demo's files, made of what it tells, and the same each time: flow charts, manuals, letters."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import drawing
from app.documents import Paper
from app.drawing_layout import Kind, Sheet, Step
from models.calendar import LimitUnit
from models.lists import ListItem
from models.steps import ItemStep, Side

LANES = {
    Side.grid_worker: "网格员",
    Side.township: "乡镇（街道）",
    Side.county_office: "县委县政府办公室",
    Side.cooperating_department: "配合部门",
}
LIMITS = {
    LimitUnit.minute: "分钟",
    LimitUnit.hour: "小时",
    LimitUnit.working_hour: "个工作小时",
    LimitUnit.working_day: "个工作日",
    LimitUnit.day: "天",
}
INVENTED = "本文件为演示用，内容系虚构。"


def file_for(session: Session, name: str, about: Any) -> bytes:
    """The content of a file of that name: about the item that a record names, else about the record."""
    item: ListItem | None = getattr(about, "list_item", None)
    if item and name.endswith(".png"):
        return drawing.png(drawing.svg(_sheet(session, item)))
    return _undated(_manual(item) if item else _letter(name.removesuffix(".docx"), str(about)))


def _manual(item: ListItem) -> Paper:
    paper = Paper(f"{item.title}：说明书（演示）")
    paper.line(INVENTED)
    for heading, words in (
        ("县级部门职责", item.department_duties),
        ("乡镇（街道）职责", item.township_duties),
        ("法律法规及文件依据", item.legal_basis),
    ):
        paper.heading(heading)
        paper.line(words)
    return paper


def _letter(title: str, about: str) -> Paper:
    paper = Paper(title)
    paper.line(about)
    paper.line(INVENTED)
    return paper


def _sheet(session: Session, item: ListItem) -> Sheet:
    steps = session.scalars(select(ItemStep).where(ItemStep.list_item_id == item.id).order_by(ItemStep.position)).all()
    number = {step.position: at for at, step in enumerate(steps)}

    def drawn(step: ItemStep) -> Step:
        lane = str(step.unit or item.lead_department) if step.side not in LANES else LANES[step.side]
        limit = f"{step.amount}{LIMITS[step.limit_unit]}内" if step.limit_unit else ""
        yes, no = (number[to] if to else None for to in (step.yes_to, step.no_to))
        return Step(step.title, lane, cast(Kind, step.kind.value), limit, yes, no)

    return Sheet(f"{item.title}：流程图（演示）", item.code, tuple(map(drawn, steps)), "是", "否", (INVENTED,))


def _undated(paper: Paper) -> bytes:
    """An archive tells when it was packed; this one does not."""
    target = BytesIO()
    with ZipFile(paper.file()) as packed, ZipFile(target, "w") as kept:
        for name in packed.namelist():
            kept.writestr(ZipInfo(name), packed.read(name), ZIP_DEFLATED)
    return target.getvalue()
