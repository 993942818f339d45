"""«What would move»: the due times that differ from what a rule, or the calendar as it is now, would make of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_appbuilder import expose, has_access

from app.beside import PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import fields_of, translated
from app.engine.present import name_of
from app.extensions import db
from app.identity import ZONE, now
from models.calendar import TimeLimit
from models.queries.calendar import Limits, limits_of
from models.rules.limits import supposed
from models.rules.revisions import preview
from views.calendar import due_revisions, time_limits

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One due time that would move."""

    name: str
    address: str
    clock: str
    stored: datetime
    to: datetime
    by: str
    overdue: bool


def lines_of(region_id: int, rules: Limits) -> tuple[int, list[Line]]:
    """How many would move, of what the reader may see; and the first of them, those that end soonest before."""
    moves = preview(db.session(), region_id, now(), rules).moves
    first = sorted(moves, key=lambda move: (move[1].at, move[0].subject.id))[:SHOWN]
    return len(moves), [
        Line(
            name=name_of(clock.subject),
            address=url_for(f"{type(clock.subject).__name__}Page.show", pk=clock.subject.id),
            clock=translated(fields_of(type(clock.subject))[clock.kind.due].label),
            stored=clock.stored,
            to=to.at,
            by=name_of(to.rule) if to.rule is not None else "",
            overdue=to.at <= now(),
        )
        for clock, to in first
    ]


class _Moves(PageBeside):
    """Whoever may read the row, of the calls that are theirs to see."""

    def _page(self, row: Any, rules: Limits) -> str:
        number, lines = lines_of(row.region_id, rules)
        back = url_for(f"{type(row).__name__}Page.show", pk=row.id)
        return self.render_template(
            "due_times.html", number=number, lines=lines, name=name_of(row), back=back, shown=SHOWN, zone=ZONE
        )


class RuleMoves(_Moves):
    """Of a draft, if it were switched on; of a rule in force, if it were retired."""

    shape = shape_of(time_limits)
    route_base = f"/{shape.resource}"

    @expose("/<int:pk>/moves", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        rule: TimeLimit = row_of(self.shape, pk)
        return self._page(rule, supposed(limits_of(db.session(), rule.region_id), rule))


class RevisionMoves(_Moves):
    """By the calendar and the rules as they are."""

    shape = shape_of(due_revisions)
    route_base = f"/{shape.resource}"

    @expose("/<int:pk>/moves", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        revision = row_of(self.shape, pk)
        return self._page(revision, limits_of(db.session(), revision.region_id))


VIEWS = (RuleMoves, RevisionMoves)
