"""A case of accountability as a Word document: facts, item, analysis, and each unit's part that the reader sees."""

from __future__ import annotations

from typing import Any

from flask import send_file
from flask_appbuilder import expose, has_access
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.beside import PageBeside, row_of
from app.comparison import TYPE
from app.documents import Paper
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from app.identity import ZONE
from app.names import called
from models.accountability import AccountabilityUnit
from models.rules.deeds import deeds_of, parts_of
from views.accountability import accountability_cases

SHAPE = shape_of(accountability_cases)


class AccountabilityPrint(PageBeside):
    """Whoever may read a case may print it: of the units involved, those whose part they may read."""

    shape = SHAPE
    route_base = f"/{SHAPE.resource}"
    default_view = "document"

    @expose("/<int:pk>/accountability.docx", methods=["GET"])
    @has_access
    def document(self, pk: int) -> Response:
        case = row_of(SHAPE, pk)
        paper = Paper(str(case))
        for label, text in (
            (gettext("State"), translated(case.state.label)),
            (gettext("Day of the event"), f"{case.happened_on}"),
            (gettext("Facts of the event"), case.facts),
            (gettext("Item as in force that day"), f"{case.item.duty_list} · {name_of(case.item)}"),
            (gettext("Legal and policy basis"), case.item.legal_basis),
            (gettext("Comprehensive analysis"), case.analysis),
        ):
            if text:
                paper.line(f"{label}：{text}")
        for part in parts_of(db.session(), case):
            self._part(paper, part)
        return send_file(paper.file(), mimetype=TYPE, as_attachment=True, download_name=f"{case.number}.docx")

    @staticmethod
    def _part(paper: Paper, part: AccountabilityUnit) -> None:
        paper.heading(name_of(part))
        finding = translated(part.finding.label) if part.finding else ""
        said: tuple[tuple[str, Any], ...] = (
            (gettext("Share in percent"), "" if part.share is None else f"{part.share}　{part.weighing}"),
            (gettext("What the item demands"), part.demanded),
            (gettext("View of the unit"), part.view),
            (gettext("Finding"), finding),
            (gettext("Duty cited"), part.duty_cited),
            (gettext("What the unit did"), part.what_was_done),
            (gettext("Why against the record"), part.against_record),
        )
        for label, text in said:
            if text:
                paper.line(f"{label}：{text}")
        head = [gettext("When"), gettext("What"), gettext("Late or not done"), gettext("Reason")]
        rows = [
            [
                f"{deed.at.astimezone(ZONE):%Y-%m-%d %H:%M}",
                f"{called(deed.subject_type)} · {called(deed.action, deed.subject_type)}",
                gettext("Yes") if deed.is_late else gettext("No"),
                deed.note,
            ]
            for deed in deeds_of(db.session(), part)
        ]
        if rows:
            paper.grid(head, rows, (4, 7, 4, 10))
