"""How a township's internal organs are proposed and approved, within its quota (R30, ZG-09, LX-03)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.establishment import (
    InternalOrgan,
    InternalOrgPlan,
    OrganKind,
    OrgPlanState,
    QuotaKind,
    StaffingBankEntry,
    StaffingQuota,
)
from models.organisation import LOCAL, Duty, Unit
from models.roles import RoleName
from models.rules.drafts import open_for_parts
from models.rules.ledger import tell
from models.rules.offices import office
from models.rules.registers import be_living, be_sound, prepare_owned
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

P, Q = OrgPlanState, QuotaKind
POSTS_OF = {OrganKind.office: (Q.administrative,), OrganKind.institution: (Q.public_institution, Q.turnover)}
"""Whose posts an organ takes; turnover posts are posts of public institutions, lent."""


def editorial_office(row: StaffingBankEntry | InternalOrgPlan, actor: Actor) -> bool:
    """It keeps the bank, and approves organs (机构编制)."""
    return RoleName.editorial_officer in actor.roles and actor.region_id == row.region_id


def _township(plan: InternalOrgPlan, actor: Actor) -> bool:
    return actor.serves(plan.unit_id)


def one_at_a_time(session: Session, region_id: int | None) -> None:
    """Of two who move posts of a county at once, or hold a plan against them, one waits."""
    session.get(Unit, region_id, with_for_update=True)


def prepare_plan(session: Session, plan: InternalOrgPlan, actor: Actor, now: datetime) -> None:
    """A plan of a township or street. Raises `Refused`, naming the field."""
    prepare_owned(session, plan, actor, now)
    if session.get_one(Unit, plan.unit_id).unit_type not in LOCAL:
        raise Refused(N_("A plan is of a township or street. Name it."), field="unit")


def forget_plan(session: Session, plan: InternalOrgPlan, actor: Actor, now: datetime) -> None:
    """A draft is thrown away with its organs."""
    for organ in session.scalars(select(InternalOrgan).where(InternalOrgan.plan_id == plan.id)).all():
        session.delete(organ)
    session.flush()


def prepare_organ(session: Session, organ: InternalOrgan, actor: Actor, now: datetime) -> None:
    """An organ of a plan that is still a draft. Raises `Refused`, naming the field."""
    organ.region_id = open_for_parts(session, InternalOrgPlan, organ.plan_id, P.draft, field="plan").region_id
    be_sound(organ)


def posts_of(
    session: Session, plan: InternalOrgPlan, changed: dict[QuotaKind, int] | None = None
) -> list[tuple[OrganKind, int, int]]:
    """Of each kind of organ, how many posts the plan takes, and how many the unit's quota has."""
    of_plan = select(InternalOrgan.kind, func.sum(InternalOrgan.posts)).where(InternalOrgan.plan_id == plan.id)
    taken: dict[OrganKind, int] = dict(session.execute(of_plan.group_by(InternalOrgan.kind)).all())
    of_unit = select(StaffingQuota.kind, StaffingQuota.count).where(StaffingQuota.unit_id == plan.unit_id)
    quotas: dict[QuotaKind, int] = dict(session.execute(of_unit).all()) | (changed or {})
    return [(kind, taken.get(kind, 0), sum(quotas.get(each, 0) for each in kinds)) for kind, kinds in POSTS_OF.items()]


def hold_to_plan(session: Session, unit_id: int, changed: dict[QuotaKind, int], *, field: str) -> None:
    """A quota that falls still has room for the plan in force. Raises `Refused`, naming the field."""
    in_force = select(InternalOrgPlan).where(InternalOrgPlan.unit_id == unit_id, InternalOrgPlan.state == P.approved)
    for plan in session.scalars(in_force):
        _be_within(session, plan, changed, field=field)


def _be_within(
    session: Session, plan: InternalOrgPlan, changed: dict[QuotaKind, int] | None = None, *, field: str = "posts"
) -> None:
    """R30: the plan takes no more posts than the unit's quota has."""
    for kind, taken, quota in posts_of(session, plan, changed):
        if (over := taken - quota) > 0:
            raise Refused(
                N_(
                    "Quota (R30): “%(plan)s” takes %(taken)s posts for “%(kind)s”, and the quota is %(quota)s:"
                    " %(over)s too many."
                ),
                field=field,
                plan=plan.title,
                kind=kind.label,
                taken=taken,
                quota=quota,
                over=over,
            )


def _may_stand(plan: InternalOrgPlan, step: Step) -> None:
    one_at_a_time(step.session, plan.region_id)
    be_living(plan.unit, step.now, field="unit")
    organs = select(InternalOrgan.id).where(InternalOrgan.plan_id == plan.id)
    if step.session.scalar(organs.limit(1)) is None:
        raise Refused(N_("The plan names no organ. Add its offices and public institutions."), field="organs")
    _be_within(step.session, plan)


def _proposed(plan: InternalOrgPlan, step: Step) -> None:
    plan.proposed_at = step.now
    to = office(step.session, plan.region_id, Duty.editorial_office)
    message = N_("%(unit)s proposes its internal organisation: %(plan)s. Approve it, or send it back.")
    tell(step.session, to.id, plan, message, key=f"proposed@{plan.version}", now=step.now,
         unit=str(plan.unit), plan=plan.title)  # fmt: skip


def _approved(plan: InternalOrgPlan, step: Step) -> None:
    earlier = select(InternalOrgPlan).where(
        InternalOrgPlan.unit_id == plan.unit_id, InternalOrgPlan.state == P.approved, InternalOrgPlan.id != plan.id
    )
    for one in step.session.scalars(earlier).all():
        follow(step, one, "replace")
    plan.document, plan.decided_at = step.answers["document"], step.now
    message = N_("Your internal organisation plan “%(plan)s” is approved by %(document)s.")
    tell(step.session, plan.unit_id, plan, message, key="approved", now=step.now,
         plan=plan.title, document=plan.document)  # fmt: skip


def _sent_back(plan: InternalOrgPlan, step: Step) -> None:
    message = N_("Your internal organisation plan “%(plan)s” is sent back. Reason: %(note)s")
    tell(step.session, plan.unit_id, plan, message, key=f"sent back@{plan.version}", now=step.now,
         plan=plan.title, note=step.note)  # fmt: skip


ORG_PLAN = Workflow(
    InternalOrgPlan,
    Transition(
        name="propose",
        label=N_("Submit for approval"),
        source=frozenset({P.draft}),
        target=P.proposed,
        by=_township,
        guard=_may_stand,
        effect=_proposed,
        help=N_("The editorial office decides. Its posts must lie within your quota."),
    ),
    Transition(
        name="send_back",
        label=N_("Send back"),
        source=frozenset({P.proposed}),
        target=P.draft,
        by=editorial_office,
        effect=_sent_back,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="approve",
        label=N_("Approve"),
        source=frozenset({P.proposed}),
        target=P.approved,
        by=editorial_office,
        asks=(Ask(name="document", label=N_("Document number"), length=120),),
        guard=_may_stand,
        effect=_approved,
        tone="done",
        help=N_("It takes the place of the plan in force."),
    ),
    Transition(name="replace", label=N_("Replaced"), source=frozenset({P.approved}), target=P.replaced, by=None),
)
