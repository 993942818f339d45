"""The clock of supervision orders: acknowledged in time, and replied to; else the level rises (TC-36)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, or_
from sqlalchemy.orm import joinedload

from jobs.watch import Batch
from models.base import N_
from models.rules.supervision import hearers, report_by
from models.supervision import HIGHEST, OrderState, SupervisionOrder

WITH_NAMES = (joinedload(SupervisionOrder.call), joinedload(SupervisionOrder.unit))


def escalation(batch: Batch) -> None:
    """The next level, whose recipients are more; and watched on until there is a reply. Twice is once."""
    order = SupervisionOrder
    silent = or_(
        and_(order.state == OrderState.issued, order.acknowledge_due <= batch.now),
        and_(order.state.in_((OrderState.issued, OrderState.acknowledged)), order.due <= batch.now),
    )
    waiting = batch.waiting(silent, options=WITH_NAMES)
    over = {found.id: (promise, found) for promise, found in waiting}  # of two looks at once, the later
    raised = batch.change(
        list(over.values()),
        silent,
        level=case((order.level < HIGHEST, order.level + 1), else_=order.level),
        raised_at=batch.now,
    )
    offices = batch.offices()
    again = {county: report_by(batch.session, county, batch.now) for county in {p.region_id for p, _, _ in raised}}
    for promise, found, now in raised:
        due = found.due if found.due <= batch.now else found.acknowledge_due
        say: dict[str, Any] = {"call": str(found.call), "unit": str(found.unit), "level": str(now.level)}
        reason = N_("A supervision order was not answered in time.")
        message = N_("You did not answer the supervision order on %(call)s by %(due)s. It is now of level %(level)s.")
        aloud = N_("%(unit)s did not answer the supervision order on %(call)s by %(due)s. Level now: %(level)s.")
        for duty, audience in hearers(now.level).items():
            if duty is None:
                batch.remind(promise, found, found.unit_id, due, reason, message, audience=audience, **say)
            else:
                office = offices.get((found.region_id, duty))
                batch.tell(promise, found, office, aloud, audience=audience, due=due, **say)
        if due == found.due:
            batch.plan_again(promise, found, again[found.region_id])
