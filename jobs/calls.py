"""The clocks of a call: accepted in time, answered in time, and solved when promised."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, inspect, or_, select, update
from sqlalchemy.orm import joinedload

from jobs.watch import Batch, Pair
from models.base import N_
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState, FailureKind
from models.ledger import Job
from models.notices import Audience
from models.organisation import Duty
from models.rules.ladder import LADDER, SILENT
from models.rules.rounds import SILENCE
from models.rules.supervision import acknowledge_by, moments, report_by
from models.supervision import HIGHEST, OrderState, SupervisionOrder
from models.words import CallScope

UNDER_WAY = (CallState.dispatched, CallState.in_progress)
AT_WORK = (AssignmentState.responded, AssignmentState.working)
WITH_CALLER = (joinedload(Call.caller_unit),)
WITH_NAMES = (joinedload(CallAssignment.call), joinedload(CallAssignment.department))


def acceptance(batch: Batch) -> None:
    """The county office is reminded (TA-26); of an emergency that waits, or was never called, the leaders hear (R8)."""
    soon, over = batch.steps(batch.waiting(Call.state == CallState.submitted), "accept_due")
    offices = batch.offices()
    _clues(batch, offices)
    for promise, call in soon:
        batch.warn(
            promise,
            call,
            offices.get((call.region_id, Duty.county_office)),
            call.accept_due,
            N_("A call waits for acceptance."),
            N_("%(call)s waits for acceptance. Accept it by %(due)s."),
            call=str(call),
        )
    for promise, call in over:
        batch.record(promise, call)
        reason = N_("A call was not accepted in time.")
        message = N_("%(call)s was not accepted in time; the limit was %(due)s. Accept it now.")
        office = offices.get((call.region_id, Duty.county_office))
        batch.remind(promise, call, office, call.accept_due, reason, message, call=str(call))
        if call.scope is CallScope.emergency:
            message = N_("An emergency waits: %(call)s was not accepted by %(due)s.")
            leaders = offices.get((call.region_id, Duty.leadership))
            heads = Audience.heads
            batch.remind(promise, call, leaders, call.accept_due, reason, message, audience=heads, call=str(call))


def _clues(batch: Batch, offices: dict[tuple[int | None, Duty | None], int]) -> None:
    """R8: an emergency that was written down and never called."""
    unsent = Call.state.in_((CallState.draft, CallState.returned))
    for promise, call in batch.waiting(unsent, Call.scope == CallScope.emergency, options=WITH_CALLER):
        batch.record(promise, call)
        reason, due = N_("An emergency was not called in time."), promise.due_at
        message = N_("An emergency was written down and not called by %(due)s: %(call)s. Send it now.")
        batch.remind(promise, call, call.caller_unit_id, due, reason, message, call=str(call))
        message = N_("An emergency was not called by %(unit)s by %(due)s: %(call)s.")
        leaders, heads = offices.get((call.region_id, Duty.leadership)), Audience.heads
        batch.remind(promise, call, leaders, due, reason, message, audience=heads, call=str(call),
                     unit=str(call.caller_unit))  # fmt: skip


def response(batch: Batch) -> None:
    """The department is reminded; when the limit has passed, its silence is on record (R11)."""
    pending = CallAssignment.state == AssignmentState.pending
    waiting = batch.waiting(pending, options=WITH_NAMES)
    soon, over = batch.steps(waiting, "respond_due")
    offices = batch.offices()
    batch.climb(
        _of_ladder(waiting),
        "respond_due",
        before=N_("%(step)s: %(call)s waits for your response. Respond by %(due)s."),
        after=N_("%(step)s: you did not respond to %(call)s; the limit was %(due)s. Respond now."),
    )
    for promise, part in soon:
        batch.warn(
            promise,
            part,
            part.department_id,
            part.respond_due,
            N_("The response is due soon."),
            N_("%(call)s waits for your response. Respond by %(due)s."),
            call=str(part.call),
        )
    nothing_yet = CallAssignment.failure_kind == FailureKind.none
    for promise, part, _ in batch.change(
        over, pending, nothing_yet, failure_kind=FailureKind.no_response, failed_at=batch.now
    ):
        reason, call, due = N_("There was no response in time."), str(part.call), part.respond_due
        message = N_("You did not respond to %(call)s; the limit was %(due)s. Respond now.")
        batch.remind(promise, part, part.department_id, due, reason, message, audience=Audience.heads, call=call)
        office = offices.get((part.region_id, Duty.county_office))
        message = N_("%(unit)s did not respond to %(call)s; the limit was %(due)s.")
        batch.remind(promise, part, office, due, reason, message, call=call, unit=str(part.department))
        for hears in (offices.get((part.region_id, Duty.supervision_office)), part.call.caller_unit_id):
            batch.tell(promise, part, hears, message, due=due, call=call, unit=str(part.department))


def promised_result(batch: Batch) -> None:
    """A promise that passes without a result is inaction (R13), and puts the department under supervision (TC-32).

    So is silence, but for the order. What was taken up again is due by the county's limit, not by a promise.
    """
    at_work = CallAssignment.state.in_(AT_WORK)
    waiting = batch.waiting(at_work, options=WITH_NAMES)
    soon, over = batch.steps(waiting, "promised_due")
    offices = batch.offices()
    batch.climb(
        _of_ladder(waiting),
        "promised_due",
        before=N_("%(step)s: a result for %(call)s is due by %(due)s. Report it in time."),
        after=N_("%(step)s: a result for %(call)s was due by %(due)s. Report it now."),
    )
    _silent(batch, [pair for pair in waiting if pair[0].step == SILENT])
    for promise, part in soon:
        batch.warn(
            promise,
            part,
            part.department_id,
            part.promised_due,
            N_("The promised deadline is near."),
            N_("You promised a result for %(call)s by %(due)s. Report it in time.")
            if not part.call.reopened
            else N_("A new result for %(call)s is due by %(due)s. Report it in time."),
            call=str(part.call),
        )
    passed = CallAssignment.promised_due <= batch.now
    failed = batch.change(over, at_work, passed, failure_kind=FailureKind.inaction, failed_at=batch.now)
    levels = _supervise(batch, [part for _, part, _ in failed])
    for promise, part, _ in failed:
        call, unit, level = str(part.call), str(part.department), str(levels[part.id])
        reason, due = N_("The promised deadline passed without a result."), part.promised_due
        message = N_("You promised a result for %(call)s by %(due)s. Report it now. Supervision level: %(level)s.")
        if part.call.reopened:
            message = N_("A new result for %(call)s was due by %(due)s. Report it now. Supervision level: %(level)s.")
        heads = Audience.heads
        batch.remind(promise, part, part.department_id, due, reason, message, audience=heads, call=call, level=level)
        message = N_("%(unit)s promised a result for %(call)s by %(due)s, and gave none. Supervision level: %(level)s.")
        hear = [offices.get((part.region_id, duty)) for duty in (Duty.county_office, Duty.supervision_office)]
        for hears in (*hear, part.call.caller_unit_id):
            batch.tell(promise, part, hears, message, due=due, call=call, unit=unit, level=level)


def resolution(batch: Batch) -> None:
    """The limit of the whole call, where the lead does not wait for the caller, and no promise is over that tells it.

    A lead that promised a later day is reminded; when the limit has passed, both offices and the caller hear of it.
    """
    leads = _leads(batch)
    waiting = [(promise, call) for promise, call in batch.waiting(Call.state.in_(UNDER_WAY)) if call.id in leads]
    soon, over = batch.steps(waiting, "resolve_due")
    offices = batch.offices()
    for promise, call in soon:
        if leads[call.id].promised_due is None:
            continue  # it has not answered yet: the clock of the response presses
        reason = N_("The limit of a call is near.")
        message = N_("%(call)s is to be solved by %(due)s. You promised a later day: report in time, or ask for more.")
        unit = leads[call.id].department_id
        batch.warn(promise, call, unit, call.resolve_due, reason, message, call=str(call))
    for promise, call in over:
        batch.record(promise, call)
        lead = leads[call.id]
        message = N_("%(call)s was to be solved by %(due)s, and is not. %(unit)s leads.")
        hear = [offices.get((call.region_id, duty)) for duty in (Duty.county_office, Duty.supervision_office)]
        for unit_id in (*hear, call.caller_unit_id):
            batch.tell(promise, call, unit_id, message, due=call.resolve_due, call=str(call), unit=str(lead.department))
        reason, message = N_("The limit of a call has passed."), N_("%(call)s was to be solved by %(due)s. Report now.")
        batch.remind(promise, call, lead.department_id, call.resolve_due, reason, message, audience=Audience.heads,
                     call=str(call))  # fmt: skip


def _leads(batch: Batch) -> dict[int, CallAssignment]:
    """Who leads in each call, as far as no promise of theirs is over by the call's own limit."""
    part = CallAssignment
    later = or_(part.promised_due.is_(None), part.promised_due > Call.resolve_due)
    query = select(part).join(Call, Call.id == part.call_id).options(joinedload(part.department))
    query = query.where(part.call_id.in_([promise.subject_id for promise in batch.fired]), part.round == Call.rounds)
    query = query.where(part.role == AssignmentRole.lead, part.state.in_((AssignmentState.pending, *AT_WORK)), later)
    return {found.call_id: found for found in batch.session.scalars(query)}


def _of_ladder(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair[0].step >= LADDER]


def _silent(batch: Batch, pairs: Sequence[Pair]) -> None:
    """R13: nothing has happened since the response, long before the promised deadline."""
    offices = batch.offices()
    not_yet = CallAssignment.failure_kind != FailureKind.inaction
    for promise, part, _ in batch.change(
        pairs, CallAssignment.state.in_(AT_WORK), not_yet, failure_kind=FailureKind.inaction, failed_at=batch.now
    ):
        reason, heads = N_("Nothing has happened since the response."), Audience.heads
        message = N_("Nothing has happened for %(days)s working days: %(call)s. Start the work, or report the result.")
        batch.remind(promise, part, part.department_id, promise.due_at, reason, message, audience=heads,
                     call=str(part.call), days=str(SILENCE))  # fmt: skip
        message = N_("%(unit)s has done nothing for %(days)s working days: %(call)s.")
        office = offices.get((part.region_id, Duty.supervision_office))
        batch.tell(promise, part, office, message, call=str(part.call), unit=str(part.department), days=str(SILENCE))


def _supervise(batch: Batch, parts: Sequence[CallAssignment]) -> dict[int, int]:
    """Raise the open order of each part, or issue the first; the levels by part."""
    if not parts:
        return {}
    order = SupervisionOrder
    open_ = select(order).where(order.assignment_id.in_([part.id for part in parts]), order.state != OrderState.closed)
    standing = {found.assignment_id or 0: found for found in batch.session.scalars(open_.with_for_update())}
    levels = dict.fromkeys((part.id for part in parts), 1) | {part: found.level for part, found in standing.items()}
    raised = batch.session.execute(
        update(order)
        .where(
            order.id.in_([found.id for found in standing.values()]),
            order.state != OrderState.closed,
            order.level < HIGHEST,
        )
        .values(level=order.level + 1, raised_at=batch.now, version=order.version + 1)
        .returning(order.assignment_id, order.level)
        .execution_options(synchronize_session=False)
    )
    for part_id, level in raised:
        found, levels[part_id or 0] = standing[part_id or 0], level
        before = {"level": found.level, "raised_at": found.raised_at}
        batch.note(found, before, {"level": level, "raised_at": batch.now})
    _issue(batch, [part for part in parts if part.id not in standing])
    return levels


def _issue(batch: Batch, parts: Sequence[CallAssignment]) -> None:
    if not parts:
        return
    session, now = batch.session, batch.now
    counties = {part.region_id for part in parts}
    acknowledge = {county: acknowledge_by(session, county, now) for county in counties}
    report = {county: report_by(session, county, now) for county in counties}
    rows = [
        {
            "region_id": part.region_id,
            "call_id": part.call_id,
            "assignment_id": part.id,
            "unit_id": part.department_id,
            "issued_at": batch.now,
            "raised_at": batch.now,
            "acknowledge_due": acknowledge[part.region_id],
            "due": report[part.region_id],
            "reason": N_("The promised deadline passed without a result."),
        }
        for part in parts
    ]
    for issued in batch.session.scalars(insert(SupervisionOrder).returning(SupervisionOrder), rows):
        columns = {column.key: getattr(issued, column.key) for column in inspect(SupervisionOrder).column_attrs}
        batch.note(issued, {}, columns, action="create")
        batch.plan(issued, Job.supervision_escalate, moments(issued))
