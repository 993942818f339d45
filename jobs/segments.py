"""Pauses that last, and extensions that nobody answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import joinedload

from jobs.watch import Batch
from models.base import N_
from models.calendar import LimitUnit
from models.calls import AssignmentState, CallAssignment
from models.organisation import Duty
from models.queries.calendar import calendar_of
from models.rules.segments import LOOKED_AT
from models.segments import Extension, ExtensionState

WITH_NAMES = (joinedload(CallAssignment.call), joinedload(CallAssignment.department))


def lasting(batch: Batch) -> None:
    """The caller is reminded of what it owes, and the county office hears of it; each time anew."""
    resting = CallAssignment.state == AssignmentState.paused
    pairs = [pair for pair in batch.waiting(resting, options=WITH_NAMES) if _is_due(pair[1].pause_due, batch.now)]
    again = {
        region_id: calendar_of(batch.session, region_id).add(batch.now, LOOKED_AT, LimitUnit.working_day).at
        for region_id in sorted({part.region_id for _, part in pairs})
    }
    offices = batch.offices()
    for promise, part in pairs:
        call, unit, reason = str(part.call), str(part.department), N_("A department waits for what you owe.")
        message = N_("%(unit)s still waits for what you owe on %(call)s. Deliver it, then press “Go on”.")
        batch.record(promise, part)
        batch.remind(promise, part, part.call.caller_unit_id, promise.due_at, reason, message, call=call, unit=unit)
        office = offices.get((part.region_id, Duty.county_office))
        message = N_("%(call)s rests: %(unit)s waits for the caller. If that is no reason, let it go on.")
        batch.tell(promise, part, office, message, call=call, unit=unit)
        batch.plan_again(promise, part, again[part.region_id])


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def unanswered(batch: Batch) -> None:
    """Silence until the end of the next working day refuses (`models.rules.segments`)."""
    asked = Extension.state == ExtensionState.asked
    names = (joinedload(Extension.assignment).options(*WITH_NAMES),)
    waiting = [pair for pair in batch.waiting(asked, options=names) if _is_due(pair[1].answer_due, batch.now)]
    for promise, extension, _ in batch.change(
        waiting, asked, action="lapse", state=ExtensionState.lapsed, decided_at=batch.now
    ):
        part = extension.assignment
        message = N_("Nobody answered when you asked for more time for %(call)s: the promise of %(due)s stands.")
        batch.tell(promise, extension, part.department_id, message, due=part.promised_due, call=str(part.call))
