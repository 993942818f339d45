"""By which indicators a cycle evaluates: laid down, copied, and sound before it opens (R15, R16, R20 to R23, R33)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.evaluation import (
    BY_PEOPLE,
    WHOLE,
    Component,
    CycleState,
    EvaluationCycle,
    EvaluationIndicator,
    Formula,
    Side,
    Source,
    SubjectKind,
)
from models.item_words import Holder, ItemState
from models.lists import ListItem
from models.rules.drafts import open_for_parts
from models.rules.registers import fill_in_defaults
from models.seeds import rows
from models.workflow import Refused

K = SubjectKind
TWO_SIDED = (K.department, K.agency)
"""Of whom the two sides are weighed apart, and joined by the cycle's share (R15, R16)."""

MANAGEMENT = (Component.list_management, Component.operation, Component.satisfaction, Component.supervision)
ONE_SIDE = N_("Component weights (R22): those of “%(kind)s” %(side)s make %(sum)s, and must make 100. Correct them.")
BOTH_SIDES = N_(
    "Component weights (R22): those of “%(kind)s” on both sides make %(sum)s, and must make 100. Correct them."
)
PERFORMANCE = (Component.list_performance, Component.sunk_duties, Component.call_execution)

_OF_WHO_ANSWERS = frozenset(Formula) - {Formula.drawings_complete, Formula.guarantees_kept}
FORMULAS: dict[SubjectKind, frozenset[Formula]] = {
    K.department: frozenset(Formula),
    K.agency: _OF_WHO_ANSWERS,
    K.township: frozenset(
        {Formula.satisfaction_rate, Formula.case_points, Formula.failures, Formula.supervision_orders}
    ),
    K.community: frozenset(),
}
"""What the record says of whom. Response and resolution are not in a township's hands."""

COPIED = (
    *("subject_kind", "side", "component", "name", "source", "formula", "deduct", "weight", "is_veto", "standard"),
    "list_item_id",
)


def lay_down(session: Session, cycle: EvaluationCycle, actor: Actor, now: datetime) -> None:
    """The indicators of the cycle named, else the usual ones; once, with the new cycle."""
    if session.scalar(select(EvaluationIndicator.id).where(EvaluationIndicator.cycle_id == cycle.id).limit(1)):
        return
    laid = [{name: getattr(row, name) for name in COPIED} for row in _of(session, cycle.copied_from_id)]
    for columns in laid or map(_read, rows("evaluation_indicators.csv")):
        session.add(EvaluationIndicator(region_id=cycle.region_id, cycle_id=cycle.id, **columns))
    session.flush()


def _of(session: Session, cycle_id: int | None) -> Sequence[EvaluationIndicator]:
    of_cycle = select(EvaluationIndicator).where(EvaluationIndicator.cycle_id == cycle_id)
    return session.scalars(of_cycle.order_by(EvaluationIndicator.id)).all()


def _read(row: dict[str, str]) -> dict[str, Any]:
    return {
        "subject_kind": SubjectKind(row["subject_kind"]),
        "side": Side(row["side"]),
        "component": Component(row["component"]),
        "name": row["name"],
        "source": Source(row["source"]),
        "formula": Formula(row["formula"]) if row["formula"] else None,
        "deduct": Decimal(row["deduct"]),
        "weight": Decimal(row["weight"]),
        "standard": row["standard"],
    }


def prepare_indicator(session: Session, row: EvaluationIndicator, actor: Actor, now: datetime) -> None:
    """An indicator of a cycle that is still a draft. Raises `Refused`, naming the field."""
    cycle = open_for_parts(session, EvaluationCycle, row.cycle_id, CycleState.draft, field="cycle")
    row.region_id = cycle.region_id
    fill_in_defaults(row)
    row.name = (row.name or "").strip()
    if not 0 < row.weight <= WHOLE:
        raise Refused(N_("A weight lies above 0 and is 100 at most."), field="weight")
    if not 0 <= row.deduct <= WHOLE:
        raise Refused(N_("Points off for each lie between 0 and 100."), field="deduct")
    _refuse_source(row)
    _refuse_unfair(session, row)


def _refuse_source(row: EvaluationIndicator) -> None:
    if row.source is Source.computed:
        if row.formula not in FORMULAS[row.subject_kind]:
            raise Refused(
                N_("Rates (R20): the record has no such figure of “%(kind)s”. Choose another formula, or let it be"
                   " scored."),
                field="formula",
                kind=row.subject_kind.label,
            )  # fmt: skip
    elif row.formula is not None:
        raise Refused(N_("What people score has no formula. Leave it empty."), field="formula")
    from_below = row.side is Side.bottom_up
    if row.subject_kind in TWO_SIDED and from_below and row.source is not Source.scored:
        raise Refused(
            N_("Shares from below (R15, R16): what counts from below is what townships score. Put this on the other"
               " side."),
            field="source",
        )  # fmt: skip
    of_residents = row.subject_kind not in TWO_SIDED and from_below
    if of_residents is not (row.source is Source.survey):
        raise Refused(
            N_("From below, townships and communities are evaluated by a survey of residents; and nobody else is."),
            field="source",
        )


def _refuse_unfair(session: Session, row: EvaluationIndicator) -> None:
    """LX-23; and what the regulation of Shandong on townships (2020, article 19) forbids."""
    if row.subject_kind is K.community and row.is_veto:
        raise Refused(N_("No veto for communities (R33): no indicator of theirs is a one-vote veto."), field="is_veto")
    item = session.get(ListItem, row.list_item_id) if row.list_item_id else None
    if item is None:
        return
    if item.region_id != row.region_id or item.state is not ItemState.published:
        raise Refused(N_("Name an item in force in the county."), field="list_item")
    if row.subject_kind is K.township and item.authority_holder is not Holder.township:
        raise Refused(
            N_("In this matter townships only cooperate. They are not assessed by it (article 19 of the regulation on"
               " township governments)."),
            field="list_item",
        )  # fmt: skip


def refuse_unsound(session: Session, cycle: EvaluationCycle) -> list[EvaluationIndicator]:
    """The indicators of a cycle that may open. Raises `Refused`, naming the rule that they break."""
    laid = list(_of(session, cycle.id))
    kinds = {row.subject_kind for row in laid}
    if not kinds:
        raise Refused(N_("No indicator is laid down. Add those by which the cycle evaluates."))
    _refuse_sums(laid)
    for kind in kinds & {*TWO_SIDED}:
        for side in Side:
            if not any(row.source is Source.scored for row in _side(laid, kind, side)):
                raise Refused(
                    N_("Two directions in one cycle (TA-30): “%(kind)s” need an indicator scored “%(side)s”. Add one."),
                    kind=kind.label,
                    side=side.label,
                )
    if K.department in kinds:
        _refuse_components(_side(laid, K.department))
    if K.community in kinds:
        _refuse_light_residents(_side(laid, K.community))
    if K.township in kinds and not any(row.source in BY_PEOPLE for row in _side(laid, K.township)):
        raise Refused(N_("Of townships, too, somebody has to be asked. Add a survey of residents."))
    return laid


def _side(laid: Sequence[EvaluationIndicator], kind: SubjectKind, side: Side | None = None) -> list[Any]:
    return [row for row in laid if row.subject_kind is kind and side in (None, row.side)]


def sums(laid: Sequence[EvaluationIndicator]) -> dict[tuple[SubjectKind, Side | None], Decimal]:
    """What the weights of each kind make: of each side, where the two are weighed apart, else of both together."""
    found: dict[tuple[SubjectKind, Side | None], Decimal] = defaultdict(Decimal)
    for row in laid:
        found[row.subject_kind, row.side if row.subject_kind in TWO_SIDED else None] += row.weight
    return found


def sums_of(session: Session, cycle: EvaluationCycle) -> list[tuple[SubjectKind, Side | None, Decimal]]:
    """Those of a cycle, by kind and side. One statement."""
    found = sums(_of(session, cycle.id))
    return [(kind, side, found[kind, side]) for kind in SubjectKind for side in (*Side, None) if (kind, side) in found]


def _refuse_sums(laid: Sequence[EvaluationIndicator]) -> None:
    for (kind, side), whole in sums(laid).items():
        if whole != WHOLE:
            told = {"side": side.label} if side else {}
            raise Refused(ONE_SIDE if side else BOTH_SIDES, kind=kind.label, sum=f"{whole:f}", **told)


def _refuse_components(of_departments: Sequence[EvaluationIndicator]) -> None:
    there = {row.component for row in of_departments}
    for needed, message in (
        (MANAGEMENT, N_("Four components (R22): departments are evaluated by “%(component)s”, too. Add an indicator.")),
        (
            PERFORMANCE,
            N_("Department components (R23): departments are evaluated by “%(component)s”, too. Add an indicator."),
        ),
    ):
        for component in needed:
            if component not in there:
                raise Refused(message, component=component.label)


def _refuse_light_residents(of_communities: Sequence[EvaluationIndicator]) -> None:
    if any(row.is_veto for row in of_communities):
        raise Refused(N_("No veto for communities (R33): no indicator of theirs is a one-vote veto."))
    of_residents = [row.weight for row in of_communities if row.source is Source.survey]
    others = [row.weight for row in of_communities if row.source is not Source.survey]
    if max(of_residents, default=Decimal()) <= max(others, default=Decimal()):
        raise Refused(
            N_("Resident satisfaction (R33): of communities it weighs more than anything else. Raise its weight.")
        )
