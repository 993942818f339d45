"""How a township grades its people and distributes what the county has fixed; the whole is confirmed (R34, TS-31)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session, joinedload

from models.actor import Actor
from models.agencies import DispatchedAgency
from models.appraisals import AppraisalGrade, AppraisalState, AppraisalTotal, StaffAppraisal
from models.base import N_
from models.door import by_rule
from models.organisation import LOCAL, Duty, Unit
from models.posts import Post
from models.queries.appraisals import where_served
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.rules.deadlines import SHANGHAI
from models.rules.drafts import open_for_parts
from models.rules.ledger import tell
from models.rules.offices import office
from models.rules.personnel import YEARS
from models.rules.registers import be_sound
from models.staffing import AgencyStaff
from models.workflow import Refused, Step, Transition, Workflow

S = AppraisalState
WHOLE, EVEN, CENT = 100, 50, Decimal("0.01")


def prepare_total(session: Session, total: AppraisalTotal, actor: Actor, now: datetime) -> None:
    """Of a township and a year, never less than is distributed. Raises `Refused`, naming the field."""
    prepare_county_row(session, total, actor, now)
    be_sound(total)
    township = session.get(Unit, total.township_id) if total.township_id else None
    if township is None or township.unit_type not in LOCAL or township.region_id != total.region_id:
        raise Refused(N_("Name a township or street of your county."), field="township")
    if total.year not in YEARS:
        raise Refused(N_("Name a year of this century."), field="year")
    if not total.total:
        raise Refused(N_("A total is more than 0."), field="total")
    _both_count(total)
    if inspect(total).persistent:
        _holds(session, total)


def _both_count(total: AppraisalTotal) -> None:
    weight: int | None = total.post_weight
    total.post_weight = EVEN if weight is None else weight
    if not 1 <= total.post_weight < WHOLE:
        raise Refused(N_("Both parts count: the weight of the post lies between 1 and 99."), field="post_weight")


def _holds(session: Session, total: AppraisalTotal) -> None:
    """What is distributed already fits into it."""
    weighed = inspect(total).attrs.post_weight.history.has_changes()
    with by_rule(session):
        shares, excellent = _given(session, total.id)
        begun = session.scalar(select(StaffAppraisal.id).where(StaffAppraisal.total_id == total.id).limit(1))
    if total.total < shares:
        message = N_("%(given)s are distributed: the total cannot be less.")
        raise Refused(message, field="total", given=f"{shares:f}")
    if total.excellent_quota < excellent:
        message = N_("%(given)s are graded excellent: the quota cannot be less.")
        raise Refused(message, field="excellent_quota", given=str(excellent))
    if weighed and begun is not None:
        raise Refused(N_("People are appraised by these weights. They stay for the year."), field="post_weight")


def forget_total(session: Session, total: AppraisalTotal, actor: Actor, now: datetime) -> None:
    """Raises `Refused` where somebody is appraised within it."""
    with by_rule(session):
        begun = session.scalar(select(StaffAppraisal.id).where(StaffAppraisal.total_id == total.id).limit(1))
    if begun is not None:
        raise Refused(N_("People are appraised within this total. It stays."))


def _given(session: Session, total_id: int, besides: int = 0) -> tuple[Decimal, int]:
    """(what is distributed, how many are graded excellent), without one appraisal."""
    excellent = func.count().filter(StaffAppraisal.grade == AppraisalGrade.excellent)
    given = select(func.coalesce(func.sum(StaffAppraisal.share), 0), excellent)
    shares, number = session.execute(
        given.where(StaffAppraisal.total_id == total_id, StaffAppraisal.id != besides)
    ).one()
    return Decimal(shares), number


def prepare_appraisal(session: Session, appraisal: StaffAppraisal, actor: Actor, now: datetime) -> None:
    """One person's, by both scores, within the total. Raises `Refused`, naming the field."""
    total = open_for_parts(session, AppraisalTotal, appraisal.total_id, S.fixed, field="total")
    appraisal.region_id = total.region_id
    be_sound(appraisal)
    _person(session, appraisal, total, now)
    for name in ("post_function", "satisfaction"):
        value = getattr(appraisal, name)
        if value is None or not 0 <= value <= WHOLE:
            raise Refused(N_("Appraisal (R34): both scores count. Give each from 0 to 100."), field=name)
    parts = total.post_weight * appraisal.post_function + (WHOLE - total.post_weight) * appraisal.satisfaction
    appraisal.score = (Decimal(parts) / WHOLE).quantize(CENT, ROUND_HALF_UP)
    with by_rule(session):
        shares, excellent = _given(session, total.id, appraisal.id or 0)
    if shares + appraisal.share > total.total:
        raise Refused(
            N_("Appraisal (R34): the total of %(township)s has %(left)s left. Give less, or take from somebody else."),
            field="share",
            township=str(total.township),
            left=f"{total.total - shares:f}",
        )
    if appraisal.grade is AppraisalGrade.excellent and excellent >= total.excellent_quota:
        raise Refused(
            N_("%(quota)s may be graded excellent, and are. Choose another grade."),
            field="grade",
            quota=str(total.excellent_quota),
        )


def _person(session: Session, appraisal: StaffAppraisal, total: AppraisalTotal, now: datetime) -> None:
    """Somebody dispatched who served here longest, or one of the township's own by name and post (ZG-21)."""
    if appraisal.staff_id is not None:
        staff = session.get_one(AgencyStaff, appraisal.staff_id)
        with by_rule(session):
            township_id = _served(session, total, now).get(staff.id)
        if township_id is None:
            raise Refused(
                N_("%(staff)s served in no township in %(year)s, so none grades them. Choose somebody else."),
                field="staff",
                staff=staff.name,
                year=str(total.year),
            )
        if township_id != total.township_id:
            raise Refused(
                N_("Graded is where somebody served longest in the year: here that is %(township)s."),
                field="staff",
                township=str(session.get_one(Unit, township_id)),
            )
        appraisal.name, appraisal.post, appraisal.post_id = "", None, None
        appraisal.post_name, appraisal.duties = staff.post, staff.post_duties
        appraisal.establishment_unit_id = staff.establishment_unit_id
        return
    if not (appraisal.name or "").strip():
        raise Refused(N_("Name the dispatched person, or one of your own by name and post."), field="staff")
    post = session.get(Post, appraisal.post_id) if appraisal.post_id else None
    if post is None or post.unit_id != total.township_id:
        raise Refused(N_("Name the post of your township that the person holds."), field="post")
    appraisal.post_name, appraisal.duties = post.name, post.duties
    appraisal.establishment_unit_id = total.township_id


def _served(session: Session, total: AppraisalTotal, now: datetime) -> dict[int, int]:
    return where_served(session, total.region_id, total.year, now.astimezone(SHANGHAI).date())


@dataclass(frozen=True, slots=True)
class Ungraded:
    """People who served longest in a township in the year, and have no grade from it yet."""

    township: Unit
    total: AppraisalTotal | None
    """None: the county has not fixed one."""
    people: Sequence[AgencyStaff]


def ungraded(session: Session, region_id: int, year: int, now: datetime) -> list[Ungraded]:
    """By township, as far as the asker sees its people. A handful of statements, however many these are."""
    with by_rule(session):
        served = where_served(session, region_id, year, now.astimezone(SHANGHAI).date())
        of_year = select(AppraisalTotal).where(AppraisalTotal.region_id == region_id, AppraisalTotal.year == year)
        totals = {total.township_id: total for total in session.scalars(of_year)}
        graded = select(AppraisalTotal.township_id, StaffAppraisal.staff_id).join(StaffAppraisal.total)
        done = {tuple(pair) for pair in session.execute(graded.where(AppraisalTotal.year == year))}
    missing = {staff_id: town for staff_id, town in served.items() if (town, staff_id) not in done}
    people = select(AgencyStaff).where(AgencyStaff.id.in_(missing)).order_by(AgencyStaff.id)
    by_township: dict[int, list[AgencyStaff]] = defaultdict(list)
    for staff in session.scalars(people.options(joinedload(AgencyStaff.agency).joinedload(DispatchedAgency.unit))):
        by_township[missing[staff.id]].append(staff)
    townships = session.scalars(select(Unit).where(Unit.id.in_(by_township)).order_by(Unit.code))
    return [Ungraded(unit, totals.get(unit.id), by_township[unit.id]) for unit in townships]


class Distributed(NamedTuple):
    """How far a total is distributed: what is given of it, how many are excellent, how many wait for a grade."""

    shares: Decimal
    excellent: int
    missing: int


def distributed(session: Session, total: AppraisalTotal, actor: Actor, now: datetime) -> Distributed | None:
    """Nothing for those who do not see every appraisal within it."""
    if not (_township(total, actor) or _county(total, actor)):
        return None
    return Distributed(*_given(session, total.id), len(_missing(session, total, now)))


def _missing(session: Session, total: AppraisalTotal, now: datetime) -> list[AgencyStaff]:
    everybody = ungraded(session, total.region_id, total.year, now)
    return [staff for found in everybody if found.township.id == total.township_id for staff in found.people]


def _township(total: AppraisalTotal, actor: Actor) -> bool:
    return actor.serves(total.township_id)


def _county(total: AppraisalTotal, actor: Actor) -> bool:
    return RoleName.editorial_officer in actor.roles and actor.region_id == total.region_id


def _is_whole(total: AppraisalTotal, step: Step) -> None:
    """TS-31: everybody who was dispatched here."""
    if missing := _missing(step.session, total, step.now):
        raise Refused(
            N_("%(count)s people who served here have no grade yet, %(first)s among them. Appraise them first."),
            count=str(len(missing)),
            first=str(missing[0]),
        )
    any_ = select(StaffAppraisal.id).where(StaffAppraisal.total_id == total.id).limit(1)
    if step.session.scalar(any_) is None:
        raise Refused(N_("Nobody is appraised yet."))


def _submitted(total: AppraisalTotal, step: Step) -> None:
    total.submitted_at = step.now
    county = office(step.session, total.region_id, Duty.editorial_office)
    _tell(total, step, county.id, N_("%(total)s: the appraisals are submitted. Confirm them, or send them back."))


def _sent_back(total: AppraisalTotal, step: Step) -> None:
    total.submitted_at = None
    _tell(
        total,
        step,
        total.township_id,
        N_("%(total)s: the appraisals come back. Reason: %(note)s"),
        note=step.note[:200],
    )


def _confirmed(total: AppraisalTotal, step: Step) -> None:
    total.confirmed_at = step.now
    _tell(total, step, total.township_id, N_("%(total)s: the appraisals are confirmed."))


def _tell(total: AppraisalTotal, step: Step, unit_id: int, message: str, **more: str) -> None:
    key = f"{total.state}@{total.version}"
    tell(step.session, unit_id, total, message, key=key, now=step.now, total=str(total), **more)


APPRAISAL = Workflow(
    AppraisalTotal,
    Transition(
        name="submit_appraisals",
        label=N_("Submit the whole"),
        source=frozenset({S.fixed}),
        target=S.submitted,
        by=_township,
        guard=_is_whole,
        effect=_submitted,
        tone="active",
        help=N_("When everybody has a grade. Until it comes back, nothing changes."),
    ),
    Transition(
        name="return_appraisals",
        label=N_("Send back"),
        source=frozenset({S.submitted}),
        target=S.fixed,
        by=_county,
        effect=_sent_back,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="confirm_appraisals",
        label=N_("Confirm the whole"),
        source=frozenset({S.submitted}),
        target=S.confirmed,
        by=_county,
        effect=_confirmed,
        tone="done",
        help=N_("From then on nothing of it changes any more."),
    ),
)
