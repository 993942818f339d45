"""«Who answers?»: a matter in plain words, and the items of the list that cover it; as a page and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flask import Response, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import expose as expose_api
from flask_appbuilder.api import protect
from flask_babel import gettext
from markupsafe import Markup, escape

from app.beside import ApiBeside, PageBeside
from app.engine.build import Entry
from app.engine.derive import shape_of
from app.engine.present import name_of
from app.extensions import appbuilder, db
from app.identity import current_actor, is_living
from models.adjustments import ListAdjustment
from models.base import N_
from models.calls import Call
from models.lists import ListItem
from models.queries.finder import LONGEST, Ranking, Span
from models.queries.finding import Found, find
from views.lists import list_items

SHAPE = shape_of(list_items)
MARKED = ("title", "department_duties", "township_duties")
BASIS = 120
"""Characters of a legal basis that a card shows."""
TITLE = 200
"""Characters of a question that become the matter of a proposal."""

ENTRY = Entry(N_("Lists"), N_("Who answers?"), "fa-magnifying-glass", "Finder.index", ListItem.__name__)


class Finder(PageBeside):
    """One box, and cards: who leads, who cooperates, on what basis, and by when."""

    shape = SHAPE
    route_base = "/find"
    default_view = "index"

    @expose("/", methods=["GET"])
    @has_access
    def index(self) -> str:
        question = _question()
        found = find(db.session(), current_actor(), question) if question else None
        return self.render_template(
            "find.html",
            question=question,
            longest=LONGEST,
            found=found,
            at_home=current_actor().region_id is not None,
            marked=lambda text: marked(text, found.ranking.spans(text)) if found else escape(text),
            basis=BASIS,
            may_call=is_living() and appbuilder.sm.has_access("can_add", Call.__name__),
            may_propose=appbuilder.sm.has_access("can_add", ListAdjustment.__name__),
            titled=question[:TITLE],
        )


class FinderApi(ApiBeside):
    """The same for programs."""

    shape = SHAPE
    resource_name = openapi_spec_tag = "find"

    @expose_api("/", methods=["GET"])
    @protect()
    def get(self) -> Response:
        """Who answers for a matter.

        ---
        get:
          summary: The items in force in one's county that cover a matter in plain words, best first
          parameters:
          - {in: query, name: q, required: true, schema: {type: string, maxLength: 400}}
          responses:
            200: {description: 'categories and result, best first; understood, the plain words that were met'}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
        """
        question = _question()
        if not question:
            return self.response_400(message=gettext("Say what the matter is."))
        found = find(db.session(), current_actor(), question)
        return self.response(200, **(_told(found) if found else {"categories": [], "understood": [], "result": []}))


def _question() -> str:
    return request.args.get("q", "").strip()[:LONGEST]


def _told(found: Found) -> dict[str, Any]:
    ranking, scores = found.ranking, dict(found.ranking.hits)
    return {
        "categories": [{"category": name, "score": round(score, 2)} for name, score in ranking.categories],
        "understood": [{"word": word, "means": means} for word, means in ranking.understood],
        "result": [_told_item(item, scores[item.id], ranking) for item in found.items],
    }


def _told_item(item: ListItem, score: float, ranking: Ranking) -> dict[str, Any]:
    def unit(row: Any) -> dict[str, Any]:
        return {"id": row.id, "name": name_of(row)}

    return {
        "id": item.id,
        "code": item.code,
        "title": item.title,
        "category": item.category,
        "score": round(score, 2),
        "lead_department": unit(item.lead_department) if item.lead_department else None,
        "cooperating": [unit(part.unit) for part in item.cooperating],
        "call_scope": item.call_scope.value,
        "department_duties": item.department_duties,
        "township_duties": item.township_duties,
        "legal_basis": item.legal_basis,
        "time_limit": item.time_limit,
        "spans": {name: ranking.spans(getattr(item, name)) for name in MARKED},
    }


def marked(text: str, spans: Sequence[Span]) -> Markup:
    """A text with these places of it marked; what it holds itself is no markup."""
    cuts = [0, *(cut for span in spans for cut in span), len(text)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


VIEWS = (Finder, FinderApi)
