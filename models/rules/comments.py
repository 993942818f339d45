"""Comment rounds: a list goes to every unit that it will bind, and what each says is kept (TA-07, TS-02)."""

from __future__ import annotations

from sqlalchemy import Select, and_, or_, select

from models.base import N_
from models.calendar import Clock
from models.ledger import Job
from models.lists import DutyList, ItemCooperation, ListItem
from models.opinions import ListOpinion
from models.organisation import LOCAL, Unit
from models.rules.clocks import due, soon
from models.rules.ledger import cancel, plan
from models.rules.opinions import ask_units, awaited, lapse, workflow_of_opinions
from models.workflow import Refused, Step


def plan_round(duty_list: DutyList, step: Step) -> None:
    """A round needs something to comment on. Raises `Refused`."""
    if not step.session.scalar(select(ListItem.id).where(ListItem.duty_list_id == duty_list.id).limit(1)):
        raise Refused(N_("The list has no items yet. Add some, then ask for opinions."), field="items")


def open_round(duty_list: DutyList, step: Step) -> None:
    """Ask them all, with one limit in working days."""
    session = step.session
    limit = due(session, duty_list.region_id, Clock.consult, step.now)
    duty_list.comment_due, duty_list.provisional = limit.at, limit.provisional
    message = N_("%(about)s: say by %(due)s what you think of it.")
    units = session.scalars(_asked(duty_list)).all()
    ask_units(step, duty_list, ListOpinion, units, limit.at, message, round=duty_list.rounds_done + 1)
    plan(session, duty_list, Job.comment_watch, soon(session, duty_list.region_id, step.now, limit.at), limit.at)


def _asked(duty_list: DutyList) -> Select[int]:
    """Every township of the county, and every department that the list names, as far as they exist today."""
    of_list = ListItem.duty_list_id == duty_list.id
    townships = and_(Unit.region_id == duty_list.region_id, Unit.unit_type.in_(LOCAL))
    leads = select(ListItem.lead_department_id).where(of_list, ListItem.lead_department_id.is_not(None))
    helpers = select(ItemCooperation.unit_id).join(ListItem).where(of_list)
    named = or_(townships, Unit.id.in_(leads), Unit.id.in_(helpers))
    return select(Unit.id).where(named, Unit.valid_to.is_(None)).order_by(Unit.id)


def may_close(duty_list: DutyList, step: Step) -> None:
    """Before its time a round ends only when everyone has answered. Raises `Refused`."""
    if (duty_list.comment_due or step.now) > step.now and awaited(step.session, ListOpinion, duty_list):
        raise Refused(N_("Some units have not answered, and their time is not over. Wait for them, or for the limit."))


def close_round(duty_list: DutyList, step: Step) -> None:
    """The round counts; who did not answer has said nothing."""
    duty_list.rounds_done += 1
    duty_list.comment_due = None
    cancel(step.session, duty_list, Job.comment_watch, cause="round over")
    lapse(step, ListOpinion, duty_list)


OPINION = workflow_of_opinions(ListOpinion, "duty_list", "round_over")
