"""Who may serve at an agency, what is locked of them, and who reads their numbers (R25, R26, R29; TS-21, ZG-20)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agencies import AgencyState, DispatchedAgency
from models.base import N_
from models.organisation import Unit, UnitType
from models.roles import RoleName
from models.rules.registers import be_sound
from models.staffing import AgencyStaff, StaffState
from models.workflow import Refused, Step, Transition, Workflow

S = StaffState
TERM = 24
"""Months that somebody serves in the same township, generally (TS-22)."""
NUMBERS = {
    "identity_number": (re.compile(r"\d{17}[\dX]"), 1, 1, N_("An identity number has 17 digits, and a digit or an X.")),
    "phone": (re.compile(r"\+?\d{7,15}"), 3, 2, N_("A telephone number has 7 to 15 digits.")),
}
"""How a number looks, how much of its beginning and of its end is shown, and what is said otherwise."""
LOCKED = (
    *("agency_id", "establishment_unit_id", "personnel_unit_id", "post", "post_grade", "is_head"),
    *("dispatched_on", "hired_on", "min_service_until", "identity_number"),
)
"""What is fixed of who serves at a locked agency: establishment and person (R26)."""


def after_months(day: date, months: int) -> date:
    """The same day so many months later; in a month without it, the last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_locked(agency: DispatchedAgency) -> bool:
    return agency.state is AgencyState.in_force and agency.establishment_locked


def prepare_staff(session: Session, staff: AgencyStaff, actor: Actor, now: datetime) -> None:
    """A person of a department of the county, as it may be written by form. Raises `Refused`, naming the field."""
    staff.name = (staff.name or "").strip()
    if not staff.name:
        raise Refused(N_("Say what the person is called."), field="name")
    _of_county(session, staff)
    _dispatched(session, staff)
    _mask(staff, now)
    be_sound(staff)
    if staff.min_service_until and not staff.hired_on:
        raise Refused(N_("Minimum service counts from the day of hiring. Say which day that was."), field="hired_on")
    if staff.hired_on and staff.min_service_until and staff.min_service_until <= staff.hired_on:
        raise Refused(N_("Minimum service ends after the day of hiring."), field="min_service_until")
    if staff.allowance_on_post and staff.state is not S.in_place:
        raise Refused(
            N_(
                "Allowance on post (R29): it is for who serves on the post, and not for who is seconded, or posted to"
                " no agency."
            ),
            field="allowance_on_post",
        )


def _of_county(session: Session, staff: AgencyStaff) -> None:
    keeper = session.get(Unit, staff.personnel_unit_id) if staff.personnel_unit_id else None
    if keeper is None or keeper.unit_type is not UnitType.department or keeper.region_id is None:
        raise Refused(N_("The personnel relation stays with a department of the county."), field="personnel_unit")
    staff.region_id = keeper.region_id
    holder = session.get(Unit, staff.establishment_unit_id) if staff.establishment_unit_id else None
    if holder is None or holder.region_id != staff.region_id:
        raise Refused(N_("Choose a unit of your own county."), field="establishment_unit")


def _dispatched(session: Session, staff: AgencyStaff) -> None:
    """Where somebody serves; of a locked agency, nothing that is fixed changes by form, API or import (R26)."""
    agencies = {found.id: found for found in _agencies(session, staff)}
    if any(map(is_locked, agencies.values())):
        _refuse_locked(staff)
    agency = agencies.get(staff.agency_id) if staff.agency_id else None
    if (agency is None) != (staff.dispatched_on is None):
        raise Refused(
            N_("Name both the agency and the day since when the person serves there, or neither."),
            field="dispatched_on" if agency else "agency",
        )
    if agency is not None and (agency.region_id != staff.region_id or agency.state is AgencyState.ended):
        raise Refused(N_("Choose an agency of the county that has not ended."), field="agency")
    if staff.is_head and agency is None:
        raise Refused(N_("Name the agency whose head the person is."), field="is_head")
    if staff.is_head and agency is not None:
        check_head(session, agency.id, staff.id, "is_head")
    staff.field = agency.field if agency else ""
    staff.min_term_until = after_months(staff.dispatched_on, TERM) if staff.dispatched_on else None
    if staff.state in (None, S.registered, S.in_place):
        staff.state = S.in_place if agency else S.registered


def check_head(session: Session, agency_id: int, staff_id: int | None, field: str) -> None:
    """An agency has one head. Raises `Refused`, naming the field."""
    heads = select(AgencyStaff).where(AgencyStaff.agency_id == agency_id, AgencyStaff.is_head)
    other = session.scalar(heads.where(AgencyStaff.state == S.in_place, AgencyStaff.id != (staff_id or 0)).limit(1))
    if other is not None:
        raise Refused(
            N_("The agency has a head, %(person)s. A personnel change removes or moves that person first."),
            field=field,
            person=other.name,
        )


def _agencies(session: Session, staff: AgencyStaff) -> Iterator[DispatchedAgency]:
    """Where somebody was, and is to be. Locked: who puts one in force meanwhile waits."""
    was = inspect(staff).attrs.agency_id.history
    for key in sorted({staff.agency_id, *(was.deleted or ())} - {None}):
        found = session.get(DispatchedAgency, key, with_for_update=True, populate_existing=True)
        if found is None:
            raise Refused(N_("Choose an agency of the county that has not ended."), field="agency")
        yield found


def _refuse_locked(staff: AgencyStaff) -> None:
    state = inspect(staff)
    for name in LOCKED:
        history = state.attrs[name].history
        first = name == "identity_number" and history.deleted in ([""], [None])  # what was missing may be added
        if history.has_changes() and not first and (state.persistent or name == "agency_id"):
            raise Refused(
                N_(
                    "Lock (R26): the agency's establishment is locked: establishment, person, post and dates change"
                    " only by a personnel change. Propose one."
                ),
                field=name.removesuffix("_id"),
            )


def _mask(staff: AgencyStaff, now: datetime) -> None:
    """What was written is put away and masked. A masked number that comes back as it was shown changes nothing."""
    for name, (pattern, first, last, otherwise) in NUMBERS.items():
        sent = (getattr(staff, name) or "").replace(" ", "").upper()
        kept = getattr(staff, f"{name.partition('_')[0]}_secret") or ""
        if kept and sent == masked(kept, first, last):
            setattr(staff, name, sent)
            continue
        if sent and not pattern.fullmatch(sent):
            raise Refused(otherwise, field=name)
        if sent != kept:
            setattr(staff, f"{name.partition('_')[0]}_secret", sent)
            staff.numbers_changed_at = now
        setattr(staff, name, masked(sent, first, last))


def masked(number: str, first: int, last: int) -> str:
    """The number with all but its ends struck out."""
    return number and number[:first] + "*" * (len(number) - first - last) + number[-last:]


def stays_on_record(staff: AgencyStaff) -> bool:
    """Whether somebody serves at a locked agency, or did."""
    return staff.state not in (S.registered, S.in_place) or (staff.agency is not None and is_locked(staff.agency))


def forget_staff(session: Session, staff: AgencyStaff, actor: Actor, now: datetime) -> None:
    """A record by mistake goes. Raises `Refused` where the person serves at a locked agency, or did."""
    if staff.agency_id:
        session.get(DispatchedAgency, staff.agency_id, with_for_update=True, populate_existing=True)
    if stays_on_record(staff):
        raise Refused(N_("Lock (R26): whoever served at a locked agency stays on record. Propose a personnel change."))


def may_reveal(staff: AgencyStaff, actor: Actor) -> bool:
    """B6: personal data is for the host township, the parent department and the editorial office.

    Of who has left, no township is host any more.
    """
    if RoleName.editorial_officer in actor.roles and actor.region_id == staff.region_id:
        return True
    agency = staff.agency if staff.state is not S.left else None
    at = (agency.seat_id, agency.department_id) if agency else ()
    return any(map(actor.serves, (staff.personnel_unit_id, *at)))


def _says_why(staff: AgencyStaff, step: Step) -> None:
    if not step.note.strip():
        raise Refused(N_("Say what the numbers are needed for: that stays in the history."), field="note")


def _numbers(staff: AgencyStaff) -> tuple[tuple[str, str], ...]:
    return (N_("Identity number"), staff.identity_secret), (N_("Telephone"), staff.phone_secret)


def _left(staff: AgencyStaff, step: Step) -> None:
    """Where they served stays on record; in its field they are counted no more, and nothing binds them there."""
    staff.field, staff.is_head = "", False
    staff.seconded_to_id = staff.seconded_until = None
    staff.allowance_on_post = staff.benefit_two_20 = False
    staff.pay_relation_down = staff.party_relation_down = staff.union_relation_down = False


STAFF = Workflow(
    AgencyStaff,
    Transition(
        name="reveal_numbers",
        label=N_("Show the numbers once"),
        source=frozenset(S),
        target=None,
        by=may_reveal,
        guard=_says_why,
        tells=_numbers,
        wants_note=True,
        note_is=N_("What for"),
        tone="warn",
        help=N_("Who saw them, when and what for stays in the history."),
    ),
    Transition(
        name="take_up_post",
        label=N_("Took up the post"),
        source=frozenset({S.registered}),
        target=S.in_place,
        by=None,
    ),
    Transition(
        name="go_on_secondment",
        label=N_("Went on secondment"),
        source=frozenset({S.in_place}),
        target=S.seconded,
        by=None,
    ),
    Transition(
        name="come_back",
        label=N_("Came back from secondment"),
        source=frozenset({S.seconded}),
        target=S.in_place,
        by=None,
    ),
    Transition(
        name="leave",
        label=N_("Left"),
        source=frozenset({S.in_place, S.seconded}),
        target=S.left,
        by=None,
        effect=_left,
    ),
)
