"""The clocks of a coordination case: negotiated in time, filed in time, carried out in time (TC-42..46)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, literal, null, select
from sqlalchemy.orm import joinedload

from jobs.watch import Batch, Pair
from models.base import N_, UtcDateTime
from models.calendar import Clock
from models.coordination import CaseParty, CaseState, CoordinationCase, Side
from models.notices import Audience
from models.organisation import Duty
from models.rules.clocks import due
from models.rules.deadlines import Due
from models.rules.matching import about
from models.supervision import HIGHEST
from models.workflow import Refused

log = logging.getLogger("jobs.coordination")

HOLDING = (Side.respondent, Side.opener, Side.other)
"""Who is pressed where no duty holder was named: who rejected; without a call, those who disputed it."""

WITH_MATTER = (joinedload(CoordinationCase.call), joinedload(CoordinationCase.list_item))

SETTLED = (CaseState.filed, CaseState.decided)
WITHOUT_LIMIT = timedelta(days=7)
"""How soon execution is looked at again in a county that set no limit for it."""


def escalation(batch: Batch) -> None:
    """The parties are reminded; without agreement in time the case goes to the editorial office by itself (TC-44)."""
    negotiating = CoordinationCase.state == CaseState.negotiating
    waiting = batch.waiting(negotiating, options=WITH_MATTER)
    soon, _ = batch.steps(waiting, "negotiation_due")
    _remind_parties(batch, soon)
    # By its moment, not by its step: a clock that was started when nobody was reminded has its end in the first.
    over = [pair for pair in waiting if pair[0].due_at >= pair[1].negotiation_due]
    limits = _limits(batch, Clock.coordinate, [case_ for _, case_ in over])
    escalated = batch.change(
        over,
        negotiating,
        action="escalate",
        state=CaseState.coordinating,
        escalated_at=batch.now,
        coordination_due=_by_case({key: limit.at for key, limit in limits.items()}),
        provisional=CoordinationCase.id.in_([key for key, limit in limits.items() if limit.provisional]),
    )
    offices, parties = batch.offices(), _parties(batch, (case_.id for _, case_, _ in escalated))
    for promise, case_, now in escalated:
        message = N_("Time to negotiate is over: %(case)s. Coordinate, and issue an opinion by %(due)s.")
        if now.coordination_due is None:
            message = N_("Time to negotiate is over: %(case)s. Coordinate, and issue an opinion.")
        office = offices.get((case_.region_id, Duty.editorial_office))
        batch.tell(promise, case_, office, message, due=now.coordination_due, case=str(case_))
        message = N_("Time to negotiate is over: %(case)s. The editorial office coordinates it now.")
        for unit_id in dict.fromkeys((*parties[case_.id], case_.supervision_unit_id)):
            batch.tell(promise, case_, unit_id, message, case=str(case_))


def _remind_parties(batch: Batch, soon: Iterable[Pair]) -> None:
    parties = _parties(batch, (case_.id for _, case_ in soon))
    for promise, case_ in soon:
        batch.record(promise, case_)
        reason = N_("The time to negotiate is nearly over.")
        message = N_("Agree by %(due)s whose duty it is: %(case)s. After that it goes to the editorial office.")
        for unit_id in parties[case_.id]:
            batch.remind(promise, case_, unit_id, case_.negotiation_due, reason, message,
                         audience=Audience.duty_officer, case=str(case_))  # fmt: skip


def filing(batch: Batch) -> None:
    """The editorial office is reminded of an agreement that waits to be filed (TC-43)."""
    in_review = batch.waiting(CoordinationCase.state == CaseState.filing_review)
    soon, over = batch.steps(in_review, "filing_due")
    offices = batch.offices()
    for promise, case_ in soon:
        office = offices.get((case_.region_id, Duty.editorial_office))
        reason = N_("An agreement waits to be filed.")
        message = N_("An agreement waits to be filed: %(case)s. Review it by %(due)s.")
        batch.warn(promise, case_, office, case_.filing_due, reason, message, case=str(case_))
    for promise, case_ in over:
        batch.record(promise, case_)
        office = offices.get((case_.region_id, Duty.editorial_office))
        reason = N_("An agreement was not filed in time.")
        message = N_("An agreement was not filed in time: %(case)s; the limit was %(due)s. Review it now.")
        batch.remind(promise, case_, office, case_.filing_due, reason, message, case=str(case_))


def execution(batch: Batch) -> None:
    """What was settled is watched until it is done (TC-46): ordered, and pressed harder each time the limit passes."""
    over = batch.waiting(
        CoordinationCase.state.in_((*SETTLED, CaseState.supervising)),
        CoordinationCase.execution_due <= batch.now,
        options=WITH_MATTER,
    )
    for promise, case_ in over:
        if case_.state in SETTLED:
            batch.record(promise, case_)
            reason = N_("The execution of a settled case has not been ordered.")
            message = N_("%(case)s is settled, and its execution not ordered; the limit was %(due)s.")
            batch.remind(
                promise, case_, case_.supervision_unit_id, case_.execution_due, reason, message, case=str(case_)
            )
    level = CoordinationCase.supervision_level
    pressed = batch.change(
        [pair for pair in over if pair[1].state is CaseState.supervising],
        CoordinationCase.state == CaseState.supervising,
        supervision_level=case((level < HIGHEST, level + 1), else_=level),
    )
    respondents = _parties(batch, (case_.id for _, case_, _ in pressed), CaseParty.side.in_(HOLDING))
    for promise, case_, now in pressed:
        holders = [case_.responsible_unit_id] if case_.responsible_unit_id else respondents[case_.id]
        for unit_id in dict.fromkeys((*holders, case_.supervision_unit_id)):
            batch.remind(
                promise,
                case_,
                unit_id,
                case_.execution_due,
                N_("A settled case has not been carried out."),
                N_("%(case)s was not carried out by %(due)s. Supervision level: %(level)s."),
                audience=Audience.heads,
                case=str(case_),
                level=str(now.supervision_level),
            )
    limits = _limits(batch, Clock.execute, [case_ for _, case_ in over])
    for promise, case_ in over:
        limit = limits.get(case_.id)
        batch.plan_again(promise, case_, limit.at if limit else batch.now + WITHOUT_LIMIT)


def _limits(batch: Batch, clock: Clock, cases: Iterable[CoordinationCase]) -> dict[int, Due]:
    """When a clock that starts now runs out, by case. One county's gap is no other's trouble."""
    found, gaps = {}, {}
    for case_ in cases:
        try:
            found[case_.id] = due(batch.session, case_.region_id, clock, batch.now, about(case_))
        except Refused as gap:
            gaps[case_.region_id] = str(gap)
    for region_id, told in gaps.items():
        log.warning("County %d, %s: %s", region_id, clock, told)
    return found


def _by_case(moments: dict[int, datetime]) -> ColumnElement[Any]:
    if not moments:
        return null()
    whens = {key: literal(moment, UtcDateTime) for key, moment in moments.items()}
    return case(whens, value=CoordinationCase.id)


def _parties(batch: Batch, ids: Iterable[int], *among: ColumnElement[bool]) -> dict[int, list[int]]:
    """The units that take part, by case."""
    query = select(CaseParty.case_id, CaseParty.unit_id).where(CaseParty.case_id.in_(list(ids)), *among)
    parties: dict[int, list[int]] = defaultdict(list)
    for case_id, unit_id in batch.session.execute(query.order_by(CaseParty.id)):
        parties[case_id].append(unit_id)
    return parties
