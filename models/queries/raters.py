"""Who evaluates whom: it follows from the record (TA-30). And who leads what, so that nobody scores their own (R3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.agencies import AgencyCoverage, AgencyState, DispatchedAgency
from models.calls import AssignmentState, Call, CallAssignment
from models.evaluation import EvaluationCycle, Side, SubjectKind
from models.item_words import ItemState
from models.lists import ItemCooperation, ListItem
from models.organisation import LOCAL, Duty, Posting, Unit, UnitType
from models.rules.deadlines import SHANGHAI

K = SubjectKind


class Pair(NamedTuple):
    """One unit that is asked about another."""

    kind: SubjectKind
    side: Side
    subject_id: int
    rater_id: int


def pairs(session: Session, cycle: EvaluationCycle, kinds: set[SubjectKind]) -> Iterator[Pair]:
    """Of departments, townships, villages and communities, as far as these kinds go. Five statements at most."""
    local = select(Unit.id).where(*_living(cycle), Unit.unit_type.in_(LOCAL)).order_by(Unit.code)
    office = select(Unit.id).where(*_living(cycle), Unit.duty == Duty.assessment_office)
    townships, offices = session.scalars(local).all(), session.scalars(office).all()
    if K.department in kinds:
        departments = session.scalars(_departments(cycle)).all()
        yield from _each(K.department, Side.bottom_up, departments, townships)
        yield from _each(K.department, Side.top_down, departments, offices)
    if K.township in kinds:
        yield from _each(K.township, Side.bottom_up, townships, offices)
        yield from (Pair(K.township, Side.top_down, *both) for both in session.execute(_worked_together(cycle)))
    if K.community in kinds:
        villages = session.execute(_villages(cycle)).all()
        yield from _each(K.community, Side.bottom_up, [village for village, _ in villages], offices)
        yield from (Pair(K.community, Side.top_down, *both) for both in villages)


def _each(kind: SubjectKind, side: Side, subjects: Iterable[int], raters: Sequence[int]) -> Iterator[Pair]:
    return (Pair(kind, side, subject, rater) for subject in subjects for rater in raters)


def _living(cycle: EvaluationCycle) -> tuple[ColumnElement[bool], ...]:
    return Unit.region_id == cycle.region_id, Unit.valid_to.is_(None)


def _villages(cycle: EvaluationCycle) -> Select[int, int]:
    """Each with the township that it belongs to."""
    parent = aliased(Unit)
    villages = select(Unit.id, parent.id).join(parent, parent.id == Unit.parent_id).where(*_living(cycle))
    return villages.where(Unit.unit_type == UnitType.village, parent.unit_type.in_(LOCAL)).order_by(Unit.code)


def _departments(cycle: EvaluationCycle) -> Select[int]:
    """Those that lead or cooperate in an item in force, or had a part in a call of the period."""
    in_force = (ListItem.region_id == cycle.region_id, ListItem.state == ItemState.published)
    leads = select(ListItem.lead_department_id).where(*in_force, ListItem.lead_department_id.is_not(None))
    helps = select(ItemCooperation.unit_id).join(ListItem, ListItem.id == ItemCooperation.list_item_id)
    asked = select(CallAssignment.department_id).where(
        CallAssignment.region_id == cycle.region_id, *_within(CallAssignment.dispatched_at, cycle)
    )
    named = or_(Unit.id.in_(leads), Unit.id.in_(helps.where(*in_force)), Unit.id.in_(asked))
    departments = select(Unit.id).where(*_living(cycle), Unit.unit_type == UnitType.department, named)
    return departments.order_by(Unit.code)


def _within(moment: Any, cycle: EvaluationCycle) -> tuple[ColumnElement[bool], ...]:
    return moment >= cycle.begins_at, moment < cycle.ends_at


def _worked_together(cycle: EvaluationCycle) -> Select[int, int]:
    """Townships that called in the period, each with the departments of its county that answered its own calls."""
    caller, answering = aliased(Unit), aliased(Unit)
    part = CallAssignment
    return (
        select(Call.caller_unit_id, part.department_id)
        .join(part, part.call_id == Call.id)
        .join(caller, caller.id == Call.caller_unit_id)
        .join(answering, answering.id == part.department_id)
        .where(Call.region_id == cycle.region_id, ~Call.imported, part.state != AssignmentState.void)
        .where(caller.unit_type.in_(LOCAL), caller.valid_to.is_(None))
        .where(answering.unit_type == UnitType.department, answering.region_id == cycle.region_id)
        .where(*_within(part.dispatched_at, cycle))
        .distinct()
        .order_by(Call.caller_unit_id, part.department_id)
    )


class Served(NamedTuple):
    """A township that an agency serves, with the weight of its word."""

    agency: DispatchedAgency
    township_id: int
    weight: Decimal


def served(session: Session, region_id: int) -> list[Served]:
    """Of every agency in force: whom it serves. A merged township hangs below its successor, whose word is as heavy.

    So all weights together stay 1 (R17).
    """
    speaks = case((Unit.successor_id.is_not(None), Unit.parent_id), else_=Unit.id)
    weight, first = func.sum(AgencyCoverage.weight), func.min(AgencyCoverage.id)
    of_agency = select(DispatchedAgency, speaks, weight).join(AgencyCoverage.agency).join(AgencyCoverage.township)
    in_force = DispatchedAgency.region_id == region_id, DispatchedAgency.state == AgencyState.in_force
    living = or_(Unit.valid_to.is_(None), Unit.successor_id.is_not(None))
    rows = of_agency.where(*in_force, living).group_by(DispatchedAgency.id, speaks).order_by(DispatchedAgency.id, first)
    return [Served(*row) for row in session.execute(rows)]


def posts_of(session: Session, user_id: int | None, now: datetime) -> dict[int, str]:
    """The units where a person holds a post today, with their names: whichever of them they act for."""
    today = now.astimezone(SHANGHAI).date()
    held = select(Unit.id, Unit.name).join(Posting, Posting.unit_id == Unit.id)
    held = held.where(Posting.user_id == user_id, Posting.from_on <= today)
    return dict(session.execute(held.where(or_(Posting.to_on.is_(None), Posting.to_on >= today))).all())
