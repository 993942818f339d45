"""How an assigned matter comes into force and ends: approved twice, for a term, under the cap (TC-27, TC-29, R6)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, exists, extract, inspect, or_, select, union_all
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from models.actor import Actor
from models.assigned import (
    COUNTED,
    AssignedMatter,
    AssignedMatterCap,
    MatterDepartment,
    MatterState,
    MatterTownship,
    WorkKind,
)
from models.base import N_
from models.ledger import Job
from models.organisation import LOCAL, Unit, UnitType
from models.queries.requests import resting_on
from models.requests import DataRequest
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.clocks import soon
from models.rules.deadlines import SHANGHAI
from models.rules.drafts import open_for_parts
from models.rules.ledger import cancel, plan, tell
from models.rules.policies import orders
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

M = MatterState
YEARS = range(2000, 2101)
NOTICE = 5
"""How many working days before its end the lead department hears that the end is near: time to ask for another."""


def lead(matter: AssignedMatter, actor: Actor) -> bool:
    return actor.serves(matter.lead_department_id)


def county_office(matter: AssignedMatter, actor: Actor) -> bool:
    return RoleName.county_dispatcher in actor.roles and actor.region_id == matter.region_id


def concerned(session: Session, matter_id: int) -> list[int]:
    """All units that have a part in the matter, each once: the lead, who takes part, who carries it out."""
    leads = select(AssignedMatter.lead_department_id).where(AssignedMatter.id == matter_id)
    helpers = select(MatterDepartment.unit_id).where(MatterDepartment.matter_id == matter_id)
    townships = select(MatterTownship.township_id).where(MatterTownship.matter_id == matter_id)
    return sorted(set(session.scalars(union_all(leads, helpers, townships))))


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


# Drafts


def department_of(session: Session, actor: Actor) -> Unit:
    """The department acted for. Raises `Refused`: nobody else asks anything of townships."""
    unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
    if unit is None or unit.unit_type not in (UnitType.department, UnitType.agency):
        raise Refused(N_("Only departments ask this of townships. Switch to the department that you act for."))
    return unit


def prepare_matter(session: Session, matter: AssignedMatter, actor: Actor, now: datetime) -> None:
    """A matter is its proposer's, and has a term. Raises `Refused`, naming the field."""
    if inspect(matter).transient:
        unit = department_of(session, actor)
        matter.lead_department_id, matter.region_id = unit.id, unit.region_id or unit.id
    if matter.ends_on < matter.starts_on:
        raise Refused(N_("The end must come after the beginning."), field="ends_on")


def prepare_part(session: Session, part: MatterTownship | MatterDepartment, actor: Actor, now: datetime) -> None:
    """Who has a part is fixed with the submission. Raises `Refused`, naming the field."""
    part.region_id = open_for_parts(session, AssignedMatter, part.matter_id, M.draft, field="matter").region_id


def prepare_cap(session: Session, cap: AssignedMatterCap, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    prepare_county_row(session, cap, actor, now)
    if cap.year not in YEARS:
        raise Refused(N_("Write the year with four digits."), field="year")
    if cap.most < 0:
        raise Refused(N_("A cap is 0 or more."), field="most")
    unit = session.get(Unit, cap.township_id) if cap.township_id else None
    if unit is not None and (unit.unit_type not in LOCAL or unit.region_id != cap.region_id):
        raise Refused(N_("Choose a township or street of your own county."), field="township")


# Submission


def _may_submit(matter: AssignedMatter, step: Step) -> None:
    session = step.session
    open_for_parts(session, AssignedMatter, matter.id, M.draft, field="")
    townships = select(Unit).join(MatterTownship, MatterTownship.township_id == Unit.id)
    named = session.scalars(townships.where(MatterTownship.matter_id == matter.id).order_by(Unit.code)).all()
    if not named:
        raise Refused(N_("No township is named yet. Add them, then submit."), field="townships")
    _refuse_what_is_over(matter, step)
    _refuse_forbidden_work(matter, [unit.name for unit in named if unit.unit_type is UnitType.street])
    _refuse_too_many(session, matter)


def _refuse_what_is_over(matter: AssignedMatter, step: Step) -> None:
    if matter.ends_on < _day(step.now):
        raise Refused(N_("Its term is over. It takes a new matter with a later end."), field="ends_on")


def _refuse_forbidden_work(matter: AssignedMatter, streets: list[str]) -> None:
    """R6: two kinds of work are taken off streets, unless the centre or the province orders them."""
    if matter.kind is not WorkKind.ordinary and streets and not orders(matter.basis, matter.starts_on):
        raise Refused(
            N_(
                "%(units)s: streets get no “%(kind)s”. Name a central or provincial document in force as the basis, "
                "or take them out."
            ),
            field="basis",
            units="、".join(streets),
            kind=matter.kind.label,
        )


def _refuse_too_many(session: Session, matter: AssignedMatter) -> None:
    """TC-29: no township above the cap, in any year that the matter touches. Of two who submit, one waits here."""
    cap, mine, part, other = AssignedMatterCap, MatterTownship, aliased(MatterTownship), aliased(AssignedMatter)
    touched = and_(cap.region_id == matter.region_id, cap.year.between(matter.starts_on.year, matter.ends_on.year))
    if not session.scalars(select(cap).where(touched).order_by(cap.id).with_for_update()).all():
        return
    counts = and_(
        other.id == part.matter_id,
        other.state.in_(COUNTED),
        extract("year", other.starts_on) <= cap.year,
        extract("year", other.ends_on) >= cap.year,
    )
    own = aliased(AssignedMatterCap)
    of_its_own = exists().where(own.region_id == cap.region_id, own.year == cap.year, own.township_id == Unit.id)
    counts_for = or_(cap.township_id == Unit.id, and_(cap.township_id.is_(None), ~of_its_own))
    full = (
        select(Unit.name, sql.count(other.id), cap.most, cap.year)
        .join(mine, mine.township_id == Unit.id)
        .join(cap, and_(touched, counts_for))
        .outerjoin(part, part.township_id == Unit.id)
        .outerjoin(other, counts)
        .where(mine.matter_id == matter.id)
        .group_by(Unit.id, Unit.name, Unit.code, cap.id, cap.most, cap.year)
        .having(sql.count(other.id) >= cap.most)
        .order_by(cap.year, Unit.code)
    )
    if found := session.execute(full.limit(1)).first():
        name, count, most, year = found
        raise Refused(
            N_(
                "%(unit)s has %(count)s assigned matters in %(year)s, and the cap is %(most)s. "
                "Take it out, or choose another term."
            ),
            field="townships",
            unit=name,
            count=count,
            most=most,
            year=year,
        )


def _submitted(matter: AssignedMatter, step: Step) -> None:
    matter.submitted_at = step.now


# Approval


def _approval(body: str, label: str) -> Transition:
    """By one of the two whose approval it takes (TC-27); with the second it comes into force."""

    def approved(matter: AssignedMatter, step: Step) -> None:
        setattr(matter, f"{body}_number", step.answers["document_number"])
        setattr(matter, f"{body}_at", step.now)
        if matter.committee_at is not None and matter.government_at is not None:
            follow(step, matter, "enter_into_force")

    return Transition(
        name=f"approve_by_{body}",
        label=label,
        source=frozenset({M.submitted}),
        target=M.submitted,
        by=lambda matter, actor: county_office(matter, actor) and getattr(matter, f"{body}_at") is None,
        asks=(Ask(name="document_number", label=N_("Document number"), help=N_("Of the decision that approves it.")),),
        guard=_refuse_what_is_over,
        effect=approved,
        tone="done",
    )


def _in_force(matter: AssignedMatter, step: Step) -> None:
    """From here on townships see it, and its end is planned."""
    matter.in_force_at = step.now
    matter.ends_at = datetime.combine(matter.ends_on + timedelta(days=1), time(), SHANGHAI)
    reminder = soon(step.session, matter.region_id, step.now, matter.ends_at, NOTICE)
    plan(step.session, matter, Job.matter_watch, reminder, matter.ends_at)
    _tell_all(matter, step, N_("An assigned matter is in force: %(matter)s, until %(last)s."), "in force")


def _refused(matter: AssignedMatter, step: Step) -> None:
    message = N_("Your assigned matter was refused: %(matter)s. Reason: %(note)s")
    tell(step.session, matter.lead_department_id, matter, message, key="refused", now=step.now,
         matter=str(matter), note=step.note)  # fmt: skip


def _cancelled(matter: AssignedMatter, step: Step) -> None:
    _void(matter, step, N_("An assigned matter was cancelled: %(matter)s. Nothing more is to be done for it."))


def _annulled(matter: AssignedMatter, step: Step) -> None:
    """LX-17: what was put upon townships irregularly is void for all of them."""
    _void(matter, step, N_("%(matter)s was found to be an irregular assignment and is void. Stop the work on it."))


def _void(matter: AssignedMatter, step: Step, message: str) -> None:
    cancel(step.session, matter, Job.matter_watch, cause="cancelled")
    if matter.in_force_at is not None:
        _tell_all(matter, step, message, "cancelled")
    else:  # townships have not heard of it
        tell(step.session, matter.lead_department_id, matter, message, key="cancelled", now=step.now,
             matter=str(matter))  # fmt: skip
    resting = select(DataRequest).where(resting_on([matter.id])).order_by(DataRequest.id)
    for request in step.session.scalars(resting).all():
        follow(step, request, "lapse")


def _tell_all(matter: AssignedMatter, step: Step, message: str, key: str) -> None:
    for unit_id in concerned(step.session, matter.id):
        tell(step.session, unit_id, matter, message, key=key, now=step.now,
             matter=str(matter), last=matter.ends_on.isoformat())  # fmt: skip


MATTER = Workflow(
    AssignedMatter,
    Transition(
        name="submit",
        label=N_("Submit"),
        source=frozenset({M.draft}),
        target=M.submitted,
        by=lead,
        guard=_may_submit,
        effect=_submitted,
        tone="active",
        help=N_("It comes into force when party committee and government have both approved it."),
    ),
    _approval("committee", N_("Record the party committee's approval")),
    _approval("government", N_("Record the government's approval")),
    Transition(
        name="refuse",
        label=N_("Refuse"),
        source=frozenset({M.submitted}),
        target=M.refused,
        by=county_office,
        effect=_refused,
        wants_note=True,
        tone="danger",
    ),
    Transition(
        name="cancel",
        label=N_("Cancel the matter"),
        source=frozenset({M.submitted, M.in_force}),
        target=M.cancelled,
        by=lambda matter, actor: lead(matter, actor) or county_office(matter, actor),
        effect=_cancelled,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="enter_into_force",
        label=N_("Came into force"),
        source=frozenset({M.submitted}),
        target=M.in_force,
        by=None,
        effect=_in_force,
        tone="done",
    ),
    Transition(
        name="annul",
        label=N_("Declared void"),
        source=frozenset({M.submitted, M.in_force}),
        target=M.cancelled,
        by=None,
        effect=_annulled,
        tone="danger",
    ),
    Transition(
        name="end",
        label=N_("Ended"),
        source=frozenset({M.in_force}),
        target=M.ended,
        by=None,
        tone="done",
    ),
)
