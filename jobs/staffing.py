"""The watch over terms: two years, minimum service, secondments, transfers out (B4, term_watch; TS-22, ZG-17 to 19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from jobs.watch import Batch, Done, insert_new
from models.agencies import DispatchedAgency
from models.base import N_
from models.notices import Audience, Outbox
from models.organisation import Duty, Unit
from models.personnel import TransferPlan
from models.queries.calendar import calendar_of
from models.rules.deadlines import SHANGHAI
from models.staffing import AgencyStaff, StaffState
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState

DAY = timedelta(days=1)
AHEAD = timedelta(days=30)
"""How long before an end it is told; and after it, if nobody looked meanwhile."""
LEFT = 1
"""The cap on transfers out is near when so many are left at most."""
YEAR = timedelta(days=400)
"""How far back it is looked whether something was told: no key is older that can still be asked for."""

ENDS = {
    "min_term_until": N_("At “%(agency)s” somebody's term of two years in the township ends on %(day)s."),
    "min_service_until": N_("At “%(agency)s” somebody's minimum service ends on %(day)s."),
    "seconded_until": N_("At “%(agency)s” somebody's secondment ends on %(day)s."),
}
"""Messages name nobody: they may leave the console by mail."""
FOR_DEPARTMENTS = {
    "seconded_until": N_(
        "At “%(agency)s” somebody's secondment ends on %(day)s. Propose the return: who is still needed there is lent"
        " anew."
    ),
}
"""What departments are told of it in place of that, since they alone propose."""
OVER = N_(
    "At “%(agency)s” somebody is still away, though the secondment ended on %(day)s. Propose the return: who is still"
    " needed there is lent anew."
)
OVER_THERE = N_(
    "At “%(agency)s” somebody is still away, though the secondment ended on %(day)s. Its department proposes the"
    " return: ask it to."
)
"""What the township that lent the person is told in place of that."""
NEAR = N_("%(township)s has decided %(out)s of %(planned)s transfers out that it may make in %(year)s.")


OWED = {
    SuggestionState.opened: (
        N_("%(unit)s has suggested to adjust the head of an agency. Analyse it by %(due)s."),
        N_("%(unit)s suggested to adjust the head of an agency. The analysis was due at %(due)s."),
    ),
    SuggestionState.analysed: (
        N_("%(unit)s has suggested to adjust the head of an agency. Propose a plan by %(due)s."),
        N_("%(unit)s suggested to adjust the head of an agency. The plan was due at %(due)s."),
    ),
}
"""What the department owes, before it is due and after (TA-37)."""


def suggestions(batch: Batch) -> None:
    """The department hears a working day before its analysis, or plan, is due, and when it is not there (TA-37)."""
    told = HeadAdjustmentSuggestion.state.in_(OWED)
    soon, over = batch.steps(batch.waiting(told, options=(joinedload(HeadAdjustmentSuggestion.township),)), "due")
    for pairs, late in ((soon, False), (over, True)):
        for promise, suggestion in pairs:
            message = OWED[suggestion.state][late]
            batch.record(promise, suggestion)
            unit = str(suggestion.township)
            batch.remind(promise, suggestion, suggestion.department_id, suggestion.due, "", message, unit=unit)


def watch_terms(session: Session, now: datetime) -> Done:
    """Each end is told once to host and department, each cap to township and editorial office; a few statements."""
    today = now.astimezone(SHANGHAI).date()
    found = {row["key"]: row for row in (*_ends(session, today), *_caps(session, today))}
    told = select(Outbox.key).where(Outbox.key.startswith("term_watch:"), Outbox.created_at > now - YEAR)
    for key in session.scalars(told):
        found.pop(key, None)
    if not found:
        return Done(0, 0)
    opens = {}
    for region_id in {row["region_id"] for row in found.values()}:
        at = calendar_of(session, region_id).next_working_moment(now)
        opens[region_id] = at if at > now else None
    rows = [row | {"created_at": now, "not_before": opens[row["region_id"]]} for row in found.values()]
    session.execute(insert_new(session, Outbox), rows)
    return Done(len(rows), len(rows))


def _ends(session: Session, today: date) -> Iterator[dict[str, Any]]:
    serving = select(AgencyStaff).where(AgencyStaff.state.in_((StaffState.in_place, StaffState.seconded)))
    serving = serving.options(joinedload(AgencyStaff.agency).joinedload(DispatchedAgency.unit)).order_by(AgencyStaff.id)
    for name, message in ENDS.items():
        near = getattr(AgencyStaff, name).between(today - AHEAD, today + AHEAD)
        for staff in session.scalars(serving.where(near)):
            day, agency = getattr(staff, name), staff.agency
            if agency is None:
                continue
            hearers = {agency.seat_id: message, agency.department_id: FOR_DEPARTMENTS.get(name, message)}
            for unit_id, said in sorted(hearers.items()):
                yield _said(staff, unit_id, f"{name}@{day}", said, agency=str(agency), day=f"{day}")
    over = (AgencyStaff.state == StaffState.seconded) & AgencyStaff.seconded_until.between(today - AHEAD, today - DAY)
    for staff in session.scalars(serving.where(over)):
        day, agency = f"{staff.seconded_until}", staff.agency
        if agency is not None:
            for unit_id, said in ((agency.seat_id, OVER_THERE), (agency.department_id, OVER)):
                yield _said(staff, unit_id, f"over@{day}", said, agency=str(agency), day=day)


def _caps(session: Session, today: date) -> Iterator[dict[str, Any]]:
    plan = TransferPlan
    near = (plan.year == today.year) & (plan.transferred_out > 0)
    near &= plan.transferred_out >= plan.planned_replenishment - LEFT
    editorial = select(Unit.region_id, Unit.id).where(Unit.duty == Duty.editorial_office)
    offices: dict[int | None, int] = dict(session.execute(editorial).all())
    for row in session.scalars(select(plan).where(near).options(joinedload(plan.township)).order_by(plan.id)):
        numbers = {"out": f"{row.transferred_out}", "planned": f"{row.planned_replenishment}", "year": f"{row.year}"}
        for unit_id in filter(None, (row.township_id, offices.get(row.region_id))):
            yield _said(row, unit_id, f"of {row.planned_replenishment}", NEAR, township=str(row.township), **numbers)


def _said(row: Any, unit_id: int, what: str, message: str, **details: str) -> dict[str, Any]:
    return {
        "key": f"term_watch:{row.__tablename__}:{row.id}:{what}:{unit_id}",
        "region_id": row.region_id,
        "unit_id": unit_id,
        "audience": Audience.everyone,
        "subject_type": row.__tablename__,
        "subject_id": row.id,
        "message": message,
        "details": details,
    }
