"""How an agency is laid down, counts, and ends; and how an enforcement team is made (R17, R31, LX-06, LX-08)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agencies import (
    AgencyCoverage,
    AgencyState,
    DispatchedAgency,
    EnforcementTeam,
    ForceKind,
    SettingMode,
    TeamForce,
)
from models.base import N_
from models.organisation import LOCAL, Unit, UnitType
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.deadlines import SHANGHAI
from models.rules.drafts import open_for_parts
from models.rules.ledger import tell
from models.rules.registers import be_living, be_sound, prepare_owned
from models.staffing import AgencyStaff, StaffState
from models.workflow import Refused, Step, Transition, Workflow

S = AgencyState
WHOLE = Decimal(100)
CORE = 5
"""Core forces of a team: “1+5+N” (LX-08)."""


def editorial_office(agency: DispatchedAgency, actor: Actor) -> bool:
    """It lays down what agencies there are (机构编制)."""
    return RoleName.editorial_officer in actor.roles and actor.region_id == agency.region_id


def prepare_agency(session: Session, agency: DispatchedAgency, actor: Actor, now: datetime) -> None:
    """An agency of the county, its department and its seat. Raises `Refused`, naming the field."""
    prepare_county_row(session, agency, actor, now)
    agency.field = agency.field.strip()
    sorts = (("unit", (UnitType.agency,)), ("department", (UnitType.department,)), ("seat", LOCAL))
    for name, kinds in sorts:
        unit = session.get_one(Unit, getattr(agency, f"{name}_id"))
        if unit.unit_type not in kinds or unit.region_id != agency.region_id:
            raise Refused(N_("Name an agency, its department, and the township or street of its seat."), field=name)


def prepare_coverage(session: Session, part: AgencyCoverage, actor: Actor, now: datetime) -> None:
    """A township or street of the county, with a weight above 0. Raises `Refused`, naming the field."""
    agency = open_for_parts(session, DispatchedAgency, part.agency_id, S.draft, field="agency")
    part.region_id = agency.region_id
    unit = session.get_one(Unit, part.township_id)
    if unit.unit_type not in LOCAL or unit.region_id != agency.region_id:
        raise Refused(N_("An agency serves townships and streets of its county."), field="township")
    if not 0 < part.weight <= WHOLE:
        raise Refused(N_("A weight lies above 0 and is 100 at most."), field="weight")


def forget_agency(session: Session, agency: DispatchedAgency, actor: Actor, now: datetime) -> None:
    """A draft is thrown away with whom it would have served."""
    _delete(session, select(AgencyCoverage).where(AgencyCoverage.agency_id == agency.id))


def _delete(session: Session, parts: Select[Any]) -> None:
    for part in session.scalars(parts).all():
        session.delete(part)
    session.flush()


def _may_count(agency: DispatchedAgency, step: Step) -> None:
    """R17, R31: the weights make one whole, the seat is among them, and no other of the field serves there."""
    session = step.session
    session.get(Unit, agency.region_id, with_for_update=True)  # of two that are put in force at once, one waits
    of_agency = select(AgencyCoverage.township_id, AgencyCoverage.weight).where(AgencyCoverage.agency_id == agency.id)
    weights: dict[int, Decimal] = dict(session.execute(of_agency).all())
    be_living(agency.seat, step.now, field="seat")
    if agency.seat_id not in weights:
        raise Refused(N_("The seat must be among the townships and streets that it serves."), field="seat")
    if agency.mode is SettingMode.per_division and len(weights) > 1:
        raise Refused(
            N_("An agency of one township or street serves no other. Choose the other setting."), field="mode"
        )
    if (whole := sum(weights.values(), Decimal())) != WHOLE:
        raise Refused(
            N_("The weights make %(sum)s, and must make 100. Correct them."),
            field="weight",
            sum=f"{whole:f}",
        )
    _refuse_second(session, agency, list(weights))
    _refuse_beside(session, agency)


def _refuse_second(session: Session, agency: DispatchedAgency, townships: list[int]) -> None:
    served = (
        select(Unit.name)
        .join(AgencyCoverage, AgencyCoverage.township_id == Unit.id)
        .join(DispatchedAgency, DispatchedAgency.id == AgencyCoverage.agency_id)
        .where(DispatchedAgency.state == S.in_force, DispatchedAgency.id != agency.id)
        .where(DispatchedAgency.field == agency.field, Unit.id.in_(townships))
    )
    if agency.mode is not SettingMode.per_division:
        served = served.where(DispatchedAgency.mode == SettingMode.per_division)
    if found := session.scalar(served.order_by(Unit.code).limit(1)):
        raise Refused(
            N_("One street, one agency (R31): %(township)s has one of the field “%(named)s” already. End that first."),
            field="field",
            township=found,
            named=agency.field,
        )


def _refuse_beside(session: Session, agency: DispatchedAgency) -> None:
    """LX-06: a department has one in a township or street that has one for each, however its field is worded."""
    there, one = DispatchedAgency, SettingMode.per_division
    alike = (there.department_id == agency.department_id, there.seat_id == agency.seat_id, there.mode == one)
    others = select(there).where(there.state == S.in_force, there.id != agency.id, *alike).order_by(there.id).limit(1)
    if agency.mode is one and (other := session.scalar(others)) is not None:
        raise Refused(
            N_(
                "One street, one agency (R31): %(department)s has “%(agency)s” in %(township)s already. End that first."
            ),
            field="department",
            department=agency.department.name,
            agency=str(other),
            township=agency.seat.name,
        )


def _counts(agency: DispatchedAgency, step: Step) -> None:
    served = select(AgencyCoverage.township_id).where(AgencyCoverage.agency_id == agency.id)
    message = N_("The agency “%(agency)s” is laid down anew: its seat, whom it serves, and who manages it.")
    for unit_id in (agency.unit_id, agency.department_id, *step.session.scalars(served.order_by(AgencyCoverage.id))):
        tell(step.session, unit_id, agency, message, key=f"in force@{agency.version}", now=step.now, agency=str(agency))
    of_agency = select(AgencyStaff).where(AgencyStaff.agency_id == agency.id, AgencyStaff.field != agency.field)
    for staff in step.session.scalars(of_agency).all():
        staff.field = agency.field


def _is_empty(agency: DispatchedAgency, step: Step) -> None:
    serving = select(AgencyStaff.id).where(AgencyStaff.agency_id == agency.id, AgencyStaff.state != StaffState.left)
    if step.session.scalar(serving.limit(1)) is not None:
        raise Refused(N_("People serve at this agency. Move them to another before it ends."), field="agency")


def _ended(agency: DispatchedAgency, step: Step) -> None:
    agency.ended_on = step.now.astimezone(SHANGHAI).date()


AGENCY = Workflow(
    DispatchedAgency,
    Transition(
        name="put_in_force",
        label=N_("Put in force"),
        source=frozenset({S.draft}),
        target=S.in_force,
        by=editorial_office,
        guard=_may_count,
        effect=_counts,
        tone="active",
        help=N_("From now on it is evaluated as is laid down here."),
    ),
    Transition(
        name="revise",
        label=N_("Lay down anew"),
        source=frozenset({S.in_force}),
        target=S.draft,
        by=editorial_office,
        wants_note=True,
        tone="warn",
        help=N_("Until it is put in force again, it is not evaluated."),
    ),
    Transition(
        name="end",
        label=N_("End"),
        source=frozenset({S.draft, S.in_force}),
        target=S.ended,
        by=editorial_office,
        guard=_is_empty,
        effect=_ended,
        wants_note=True,
        tone="danger",
    ),
)


def prepare_team(session: Session, team: EnforcementTeam, actor: Actor, now: datetime) -> None:
    """A team of a township or street, guided by departments. Raises `Refused`, naming the field."""
    prepare_owned(session, team, actor, now)
    if session.get_one(Unit, team.unit_id).unit_type not in LOCAL:
        raise Refused(N_("A team is of a township or street. Name it."), field="unit")
    for name in ("guiding_department", "legal_department"):
        unit = session.get_one(Unit, getattr(team, f"{name}_id"))
        if unit.unit_type is not UnitType.department or unit.region_id != team.region_id:
            raise Refused(N_("Choose a department of your own county."), field=name)


def forget_team(session: Session, team: EnforcementTeam, actor: Actor, now: datetime) -> None:
    """Its forces go with it."""
    _delete(session, select(TeamForce).where(TeamForce.team_id == team.id))


def prepare_force(session: Session, force: TeamForce, actor: Actor, now: datetime) -> None:
    """LX-08: one office, five core forces, and any number besides. Raises `Refused`, naming the field."""
    team = session.get(EnforcementTeam, force.team_id, with_for_update=True, populate_existing=True)
    if team is None:
        raise Refused(N_("Name the team."), field="team")
    force.region_id = team.region_id
    be_sound(force)
    unit = session.get_one(Unit, force.unit_id)
    if unit.unit_type not in (UnitType.agency, UnitType.department, *LOCAL) or unit.region_id != team.region_id:
        raise Refused(N_("A force comes from an agency or a department of the county, or is the township's own."),
                      field="unit")  # fmt: skip
    most = {ForceKind.office: 1, ForceKind.core: CORE}.get(force.kind)
    others = select(func.count()).select_from(TeamForce).where(
        TeamForce.team_id == team.id, TeamForce.kind == force.kind, TeamForce.id != (force.id or 0)
    )  # fmt: skip
    if most is not None and (session.scalar(others) or 0) >= most:
        raise Refused(N_("There are %(most)s of this kind already. Choose another."), field="kind", most=most)
