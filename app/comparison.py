"""Two editions of a list side by side, to look at, to print as a Word document, and for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import abort, request, send_file
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.beside import ApiBeside, PageBeside, row_of
from app.documents import Paper
from app.engine.derive import shape_of
from app.engine.fields import Field, fields_of, translated
from app.engine.present import name_of, plain
from app.engine.schema import key_of
from app.extensions import db
from app.identity import ZONE
from models.base import N_
from models.item_words import ItemColumn
from models.lists import DutyList, ListField, ListItem
from models.queries.editions import Change, Compared, Difference, compare
from views.lists import duty_lists

SHAPE = shape_of(duty_lists)
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COOPERATING = N_("Cooperating departments")


class Comparison(PageBeside):
    """Whoever may read both editions may hold them against each other."""

    shape = SHAPE
    route_base = f"/{SHAPE.resource}"

    @expose("/<int:pk>/compare", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        new = row_of(SHAPE, pk)
        old = _other(new)
        told = _told(old, new) if old is not None else None
        return self.render_template(
            "compare.html",
            new=new,
            old=old,
            others=_others(new),
            counts=Counter(entry["difference"] for entry in told) if told else {},
            entries=[entry for entry in told or () if entry["difference"] is not Difference.same],
            differences=Difference,
            name_of=_name,
            number_of=_number,
        )

    @expose("/<int:pk>/compare.docx", methods=["GET"])
    @has_access
    def document(self, pk: int) -> Response:
        new = row_of(SHAPE, pk)
        old = _other(new) or abort(404)
        title = gettext("%(list)s: %(old)s and %(new)s compared", list=new.title, old=_number(old), new=_number(new))
        return send_file(_paper(title, old, new), mimetype=TYPE, as_attachment=True, download_name=f"{title}.docx")


class ComparisonApi(ApiBeside):
    """The same for programs."""

    shape = SHAPE
    resource_name = openapi_spec_tag = SHAPE.resource

    @expose("/<int:pk>/compare", methods=["GET"])
    @protect()
    def compare(self, pk: int) -> Response:
        """Two editions compared.

        ---
        get:
          summary: What differs from another edition, `with`; by default the one before
          parameters:
          - {in: query, name: with, schema: {type: integer}}
          responses:
            200: {description: 'old, new, and a result for each matter: difference, items, changes, open_calls'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        new = row_of(SHAPE, pk)
        old = _other(new) or abort(404)
        return self.response(
            200,
            old={"id": old.id, "name": _name(old)},
            new={"id": new.id, "name": _name(new)},
            result=[
                {
                    "difference": entry["difference"].value,
                    "old": _item(entry["old"]),
                    "new": _item(entry["new"]),
                    "changes": [{"label": label, "before": was, "after": now} for label, was, now in entry["changes"]],
                    "open_calls": entry["open_calls"],
                }
                for entry in _told(old, new)
            ],
        )


def _other(new: DutyList) -> DutyList | None:
    """The one that is asked for, if it is of the same list; else the edition before."""
    if "with" not in request.args:
        return new.replaces
    key = key_of(request.args["with"]) or abort(404)
    other: DutyList = row_of(SHAPE, key)
    same = (other.region_id, other.list_type_id) == (new.region_id, new.list_type_id)
    return other if same and other.id != new.id else abort(404)


def _others(new: DutyList) -> list[DutyList]:
    of_list = select(DutyList).where(
        DutyList.region_id == new.region_id, DutyList.list_type_id == new.list_type_id, DutyList.id != new.id
    )
    return list(db.session.scalars(of_list.order_by(DutyList.edition.desc(), DutyList.id.desc())))


def _number(edition: DutyList) -> str:
    if edition.edition is None:
        return str(translated(edition.state.label))
    number: str = gettext("Edition %(n)s", n=edition.edition)
    return number


def _name(edition: DutyList) -> str:
    return f"{edition.title} · {_number(edition)}"


def _told(old: DutyList, new: DutyList) -> list[dict[str, Any]]:
    """What differs, in the reader's words."""
    of_type = select(ListField).where(ListField.list_type_id == new.list_type_id, ListField.column.is_(None))
    own = {field.name: field.label for field in db.session.scalars(of_type)}
    return [
        {
            "difference": found.difference,
            "old": found.old,
            "new": found.new,
            "changes": [_change(found, change, own) for change in found.changes],
            "open_calls": found.open_calls,
        }
        for found in compare(db.session(), old, new)
    ]


def _change(found: Compared, change: Change, own: dict[str, str]) -> tuple[str, str, str]:
    """Its label, and its values before and after."""
    name = change.name.removesuffix("_id")
    field: Field | None = fields_of(ListItem).get(name)
    if field is None:
        label = translated(COOPERATING) if name == "cooperating" else own.get(name, name)
        return label, str(change.before or ""), str(change.after or "")
    before, after = (plain(field, field.of(item), ZONE) if item else "" for item in (found.old, found.new))
    label = translated(ItemColumn(name).label if name in ItemColumn.__members__ else field.label)
    return label, before, after


def _item(item: ListItem | None) -> dict[str, Any] | None:
    return {"id": item.id, "name": name_of(item)} if item is not None else None


def _paper(title: str, old: DutyList, new: DutyList) -> Any:
    """The notice's annex: a table for each kind of difference."""
    entries = _told(old, new)
    counts = Counter(entry["difference"] for entry in entries)
    paper = Paper(title)
    for edition in (old, new):
        act = (edition.issued_by, edition.document_number, str(edition.effective_from or ""))
        paper.line("　".join(filter(None, (_name(edition), *act))))
    paper.line("；".join(f"{translated(kind.label)} {counts[kind]}" for kind in Difference))
    for kind in (Difference.added, Difference.dropped, Difference.moved, Difference.reworded):
        rows = [_printed(entry) for entry in entries if entry["difference"] is kind]
        if rows:
            paper.heading(f"{translated(kind.label)} ({len(rows)})")
            head = [
                gettext("Code"),
                gettext("Matter"),
                gettext("Lead department"),
                gettext("What changed"),
                gettext("Calls under way"),
            ]
            paper.grid(head, rows, (2, 6, 4, 11, 2.5))
    return paper.file()


def _printed(entry: dict[str, Any]) -> list[str]:
    item = entry["new"] or entry["old"]
    changes = "\n".join(f"{label}：{was or '—'} → {now or '—'}" for label, was, now in entry["changes"])
    return [item.code, item.title, str(item.lead_department or ""), changes or item.township_duties,
            str(entry["open_calls"])]  # fmt: skip
