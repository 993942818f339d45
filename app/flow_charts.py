"""The flow chart (施工图) of a list item, drawn from its steps: to look at, and to take along (TA-12, LX-19)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import cast

from flask import abort, send_file
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import protect
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app import drawing
from app.beside import ApiBeside, PageBeside, row_of
from app.drawing_layout import Kind, Sheet, Step
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from models.base import N_
from models.item_words import ItemState
from models.lists import ListItem
from models.steps import ItemStep, Side
from views.lists import list_items

SHAPE = shape_of(list_items)
KINDS = {"svg": "image/svg+xml", "png": "image/png"}
EMPTY = N_("No steps are declared yet. The list manager adds them to the item.")


class FlowCharts(PageBeside):
    """Whoever may read the item may see its chart."""

    shape = SHAPE
    route_base = f"/{SHAPE.resource}"

    @expose("/<int:pk>/flow_chart", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        item = row_of(SHAPE, pk)
        sheet = _sheet(item)
        return self.render_template(
            "flow_chart.html",
            item=item,
            name=name_of(item),
            drawing=Markup(drawing.svg(sheet)) if sheet else "",  # noqa: S704  (escaped there)
            empty_told=translated(EMPTY),
        )

    @expose("/<int:pk>/flow_chart.svg", methods=["GET"])
    @has_access
    def svg(self, pk: int) -> Response:
        return _download(pk, "svg")

    @expose("/<int:pk>/flow_chart.png", methods=["GET"])
    @has_access
    def png(self, pk: int) -> Response:
        return _download(pk, "png")


class FlowChartApi(ApiBeside):
    """The same for programs."""

    shape = SHAPE
    resource_name = openapi_spec_tag = SHAPE.resource

    @expose("/<int:pk>/flow_chart.svg", methods=["GET"])
    @protect()
    def flow_chart(self, pk: int) -> Response:
        """The flow chart of an item.

        ---
        get:
          summary: The flow chart drawn from the item's steps, on one sheet of A4; 404 while there are none
          responses:
            200: {description: The drawing, content: {image/svg+xml: {schema: {type: string}}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        sheet = _sheet(row_of(SHAPE, pk)) or abort(404)
        return Response(drawing.svg(sheet), mimetype=KINDS["svg"])


def _download(pk: int, kind: str) -> Response:
    item = row_of(SHAPE, pk)
    sheet = _sheet(item) or abort(404)
    drawn = drawing.svg(sheet)
    name = re.sub(r'[\\/:*?"<>|\s]+', " ", f"{item.code} {sheet.title}").strip()
    file = BytesIO(drawing.png(drawn) if kind == "png" else drawn.encode())
    return send_file(file, mimetype=KINDS[kind], as_attachment=True, download_name=f"{name}.{kind}")


def _sheet(item: ListItem) -> Sheet | None:
    """What is printed, in the reader's language; None while no step is declared."""
    of_item = select(ItemStep).where(ItemStep.list_item_id == item.id).options(joinedload(ItemStep.unit))
    steps = db.session.scalars(of_item.order_by(ItemStep.position)).all()
    if not steps:
        return None
    words = [gettext("Code %(code)s", code=item.code), str(item.duty_list)]
    if item.duty_list.edition is not None:
        words.append(gettext("Edition %(n)s", n=item.duty_list.edition))
    draft = [translated(item.state.label)] if item.state is ItemState.draft else []
    return Sheet(
        title=gettext("%(matter)s: flow chart", matter=item.title),
        subtitle=" · ".join([*words, *draft]),
        steps=tuple(_steps(item, steps)),
        yes=gettext("Yes"),
        no=gettext("No"),
        foot=tuple(_foot(item, steps)),
    )


def _steps(item: ListItem, steps: Sequence[ItemStep]) -> list[Step]:
    number: dict[int | None, int] = {step.position: index for index, step in enumerate(steps)}
    return [
        Step(
            title=step.title,
            lane=_lane(item, step),
            kind=cast(Kind, step.kind.value),
            limit=_limit(step),
            yes=number.get(step.yes_to),
            no=number.get(step.no_to),
        )
        for step in steps
    ]


def _lane(item: ListItem, step: ItemStep) -> str:
    """Who takes the step. The lead department is named too, because the item says which one it is."""
    if step.side is None or step.unit is not None:
        return str(step.unit)
    side = translated(step.side.label)
    if step.side is Side.lead_department and item.lead_department is not None:
        return gettext("%(side)s (%(unit)s)", side=side, unit=item.lead_department)
    return side


def _limit(step: ItemStep) -> str:
    if step.amount is None or step.limit_unit is None:
        return ""
    return gettext("within %(n)s %(unit)s", n=step.amount, unit=translated(step.limit_unit.label))


def _foot(item: ListItem, steps: Sequence[ItemStep]) -> list[str]:
    notes = [f"{number}. {step.note}" for number, step in enumerate(steps, 1) if step.note]
    heading = [gettext("Materials and outcome")] if notes else []
    basis = [gettext("Basis: %(basis)s", basis=item.legal_basis)] if item.legal_basis else []
    return [*heading, *notes, *basis]
