"""How the steps of an item are declared, so that a flow chart can be drawn of them (TA-11, TS-10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.rules.items import living_item
from models.steps import ItemStep, StepKind
from models.workflow import Refused


def prepare_step(session: Session, step: ItemStep, actor: Actor, now: datetime) -> None:
    """A step has one who takes it, and leads to steps that are there. Raises `Refused`, naming the field."""
    step.region_id = living_item(session, step).region_id
    _check_words(step)
    _check_targets(session, step)
    if not inspect(step).transient:
        _stay_named(session, step)


def forget_step(session: Session, step: ItemStep, actor: Actor, now: datetime) -> None:
    """A step to which a decision leads stays. Raises `Refused`."""
    _refuse_if_named(session, step, step.list_item_id, step.position)


def _check_words(step: ItemStep) -> None:
    if (step.position or 0) < 1:
        raise Refused(N_("Positions begin with 1."), field="position")
    if step.unit_id is None and step.side is None:
        raise Refused(
            N_("Say who takes the step: name a unit, or choose the part that they have in the matter."), field="unit"
        )
    if (step.amount is None) != (step.limit_unit is None):
        raise Refused(N_("A time limit needs a number and a unit of time."), field="amount")
    if step.amount is not None and step.amount < 1:
        raise Refused(N_("A time limit is at least 1."), field="amount")


def _check_targets(session: Session, step: ItemStep) -> None:
    for field in ("yes_to", "no_to"):
        target = getattr(step, field)
        if target is None:
            continue
        if step.kind is not StepKind.decision:
            raise Refused(N_("Only a decision leads to another step than the next. Leave this empty."), field=field)
        if target == step.position:
            raise Refused(N_("A decision cannot lead to itself. Name another step."), field=field)
        there = ItemStep.list_item_id == step.list_item_id, ItemStep.position == target, ItemStep.id != step.id
        if session.scalar(select(ItemStep.id).where(*there)) is None:
            missing = N_("The item has no step %(position)s. Add that step first, then name it here.")
            raise Refused(missing, field=field, position=target)


def _stay_named(session: Session, step: ItemStep) -> None:
    """Whoever leads to a step by its position would lead nowhere, if it went elsewhere."""
    attributes = inspect(step).attrs
    places = attributes.list_item_id.history, attributes.position.history
    if any(place.has_changes() for place in places):
        item_id, position = (place.non_added()[0] for place in places)
        _refuse_if_named(session, step, item_id, position)


def _refuse_if_named(session: Session, step: ItemStep, item_id: int, position: int) -> None:
    leads_here = or_(ItemStep.yes_to == position, ItemStep.no_to == position)
    of_item = ItemStep.list_item_id == item_id, ItemStep.id != step.id
    if (decision := session.scalar(select(ItemStep.position).where(*of_item, leads_here).limit(1))) is not None:
        raise Refused(
            N_("Step %(decision)s leads to this step. Change where it leads first."),
            field="position",
            decision=decision,
        )
