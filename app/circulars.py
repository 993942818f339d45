"""A circular as a Word document: its text, and a table of the units with their numbers."""

from __future__ import annotations

from flask import send_file
from flask_appbuilder import expose, has_access
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.beside import PageBeside, row_of
from app.comparison import TYPE
from app.documents import Paper
from app.engine.derive import shape_of
from app.extensions import db
from app.identity import ZONE
from models.rules.rectification import lines_of
from views.circulars import circulars

SHAPE = shape_of(circulars)


class CircularPrint(PageBeside):
    """Whoever may read a circular may print it."""

    shape = SHAPE
    route_base = f"/{SHAPE.resource}"
    default_view = "document"

    @expose("/<int:pk>/circular.docx", methods=["GET"])
    @has_access
    def document(self, pk: int) -> Response:
        circular = row_of(SHAPE, pk)
        paper = Paper(circular.title)
        if circular.published_at is not None:
            paper.line(f"{circular.number}　{circular.published_at.astimezone(ZONE):%Y-%m-%d}")
        for line in circular.text.splitlines():
            paper.line(line)
        head = [gettext("Unit"), gettext("No response"), gettext("Late response"), gettext("Inaction after response")]
        rows = [
            [str(line.unit), str(line.no_response), str(line.late_response), str(line.inaction)]
            for line in lines_of(db.session(), circular)
        ]
        if rows:
            paper.grid(head, rows, (10, 5, 5, 5))
        return send_file(paper.file(), mimetype=TYPE, as_attachment=True, download_name=f"{circular.title}.docx")
