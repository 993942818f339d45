"""What may be proposed for people of agencies, and what townships may give away a year (R25, R27, R28)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agencies import AgencyState, DispatchedAgency
from models.base import N_
from models.organisation import LOCAL, Unit
from models.personnel import ChangeKind, ChangeState, PersonnelChange, TransferPlan
from models.rules.calendar import prepare_county_row
from models.rules.deadlines import SHANGHAI
from models.rules.registers import be_sound
from models.staffing import AgencyStaff, StaffState
from models.workflow import Refused

K, S = ChangeKind, ChangeState
OPEN = frozenset(S) - {S.effective, S.withdrawn}
FROM = {
    K.appoint: (StaffState.registered, StaffState.in_place),
    K.remove: (StaffState.in_place,),
    K.move: (StaffState.in_place,),
    K.second: (StaffState.in_place,),
    K.come_back: (StaffState.seconded,),
    K.transfer_out: (StaffState.in_place, StaffState.seconded),
}
"""In which states somebody may be appointed, and so on."""
ASKS = {
    K.appoint: ("new_post",),
    K.move: ("to_agency_id", "new_post"),
    K.second: ("to_unit_id", "ends_on"),
}
"""What each kind needs besides."""
MAY_SAY = {K.appoint: ("to_agency_id", "as_head"), K.move: ("as_head",)}
OF_SOME = {"to_agency_id": None, "new_post": "", "as_head": False, "to_unit_id": None, "ends_on": None}
"""What belongs to some kinds, and what it holds in the others."""
YEARS = range(2000, 2100)


def prepare_change(session: Session, change: PersonnelChange, actor: Actor, now: datetime) -> None:
    """A change for somebody of the department that proposes it. Raises `Refused`, naming the field."""
    staff = session.get(AgencyStaff, change.staff_id) if change.staff_id else None
    if staff is None:
        raise Refused(N_("Name the person."), field="staff")
    _is_complete(change)
    there = session.get(DispatchedAgency, change.to_agency_id) if change.to_agency_id else None
    fits(change, staff, there)
    agency = staff.agency or there
    if agency is None:
        raise Refused(N_("Name the agency to which the person is appointed."), field="to_agency")
    change.region_id = staff.region_id
    change.department_id, change.township_id = agency.department_id, agency.seat_id
    change.from_agency, change.post_before, change.head_before = staff.agency, staff.post, staff.is_head
    if change.effective_on < now.astimezone(SHANGHAI).date():
        raise Refused(N_("This day has passed. Name one to come."), field="effective_on")
    in_time(change, staff, there)
    _is_alone(session, change)


def _is_complete(change: PersonnelChange) -> None:
    """All that a change of its kind needs; what belongs to another kind is not kept."""
    if not (change.explanation or "").strip():
        raise Refused(N_("Explain the change to the township."), field="explanation")
    asks = ASKS.get(change.kind, ())
    for name in OF_SOME:
        if name in asks and not getattr(change, name):
            field = name.removesuffix("_id")
            raise Refused(N_("“%(kind)s” needs this. Fill it in."), field=field, kind=change.kind.label)
        if name not in (*asks, *MAY_SAY.get(change.kind, ())):
            setattr(change, name, OF_SOME[name])
            if name.endswith("_id"):
                setattr(change, name.removesuffix("_id"), None)
    if change.ends_on and change.ends_on <= change.effective_on:
        raise Refused(N_("A secondment ends after it has begun."), field="ends_on")


def fits(change: PersonnelChange, staff: AgencyStaff, there: DispatchedAgency | None) -> None:
    """Somebody who can be so changed, to an agency of the same department."""
    if staff.state not in FROM[change.kind]:
        raise Refused(
            N_("“%(kind)s” is not possible for somebody who is “%(state)s”."),
            field="kind",
            kind=change.kind.label,
            state=staff.state.label,
        )
    posted = staff.state is not StaffState.registered
    if change.kind is K.appoint and posted and there is not None:
        raise Refused(
            N_("Whoever serves at an agency is appointed there; for another agency, propose a move."),
            field="to_agency",
        )
    if there is None:
        return
    department_id = staff.agency.department_id if staff.agency else staff.personnel_unit_id
    if there.state is not AgencyState.in_force or there.department_id != department_id or there.id == staff.agency_id:
        raise Refused(N_("Choose another agency in force of the same department."), field="to_agency")
    if change.as_head and _moves_away(change, staff, there):
        raise Refused(
            N_("Whoever moves to another township does not become head by it. Move first, then propose the"
               " appointment: that township is heard of it."),
            field="as_head",
        )  # fmt: skip


def _moves_away(change: PersonnelChange, staff: AgencyStaff, there: DispatchedAgency | None) -> bool:
    """To another township, which is not asked of a move (TA-35)."""
    to_other = there is not None and staff.agency is not None and there.seat_id != staff.agency.seat_id
    return change.kind is K.move and to_other


def _leaves(change: PersonnelChange, staff: AgencyStaff, there: DispatchedAgency | None) -> bool:
    """Whether the person is not to work in the township any more."""
    return change.kind in (K.second, K.transfer_out) or _moves_away(change, staff, there)


def in_time(change: PersonnelChange, staff: AgencyStaff, there: DispatchedAgency | None) -> None:
    """R25, R28: two years, and the minimum service, hold generally: before, the reason is said, and is seen."""
    leaves = _leaves(change, staff, there)
    ends = {"before_term": staff.min_term_until, "before_service": staff.min_service_until}
    for name, end in ends.items():
        setattr(change, name, leaves and end is not None and change.effective_on < end)
    if change.before_term and not (change.exception_reason or "").strip():
        raise Refused(
            N_(
                "Two-year term (R25): the term in the township lasts until %(until)s. Say why the person leaves before."
            ),
            field="exception_reason",
            until=f"{staff.min_term_until}",
        )
    if change.before_service and not (change.exception_reason or "").strip():
        raise Refused(
            N_("Minimum service (R28): it lasts until %(until)s. Say why the person leaves before."),
            field="exception_reason",
            until=f"{staff.min_service_until}",
        )


def _is_alone(session: Session, change: PersonnelChange) -> None:
    others = select(PersonnelChange.id).where(PersonnelChange.staff_id == change.staff_id)
    others = others.where(PersonnelChange.state.in_(OPEN), PersonnelChange.id != (change.id or 0))
    if session.scalar(others.limit(1)) is not None:
        raise Refused(N_("A change of this person is underway. Finish or withdraw that first."), field="staff")


def prepare_transfer_plan(session: Session, plan: TransferPlan, actor: Actor, now: datetime) -> None:
    """A township's, for a year; never less than was decided. Raises `Refused`, naming the field."""
    prepare_county_row(session, plan, actor, now)
    be_sound(plan)
    township = session.get(Unit, plan.township_id) if plan.township_id else None
    if township is None or township.unit_type not in LOCAL or township.region_id != plan.region_id:
        raise Refused(N_("A transfer plan is of a township or street of your county. Name it."), field="township")
    if plan.year not in YEARS:
        raise Refused(N_("Name a year of this century."), field="year")
    if plan.planned_replenishment < (plan.transferred_out or 0):
        raise Refused(
            N_("%(out)s transfers out are decided for this year: the plan cannot be less."),
            field="planned_replenishment",
            out=plan.transferred_out,
        )


def forget_transfer_plan(session: Session, plan: TransferPlan, actor: Actor, now: datetime) -> None:
    """Raises `Refused` where transfers out were decided by it."""
    if plan.transferred_out:
        raise Refused(N_("Transfers out were decided by this plan. It stays."))
