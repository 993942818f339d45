"""Who enters daily assessments of an agency: the townships that it serves, and nobody else (LX-11, R19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agencies import AgencyCoverage, AgencyState, DispatchedAgency
from models.base import N_
from models.daily import DailyAssessment, DailyState
from models.door import by_rule
from models.organisation import LOCAL, Unit
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = DailyState
MOST = Decimal(100)


def prepare_daily(session: Session, daily: DailyAssessment, actor: Actor, now: datetime) -> None:
    """By a township that the agency serves, of a day that has come. Raises `Refused`, naming the field."""
    if inspect(daily).persistent:
        raise Refused(N_("What was entered stays. Enter another that corrects it."))
    agency = session.get(DispatchedAgency, daily.agency_id) if daily.agency_id else None
    if agency is None or agency.state is not AgencyState.in_force:
        raise Refused(N_("Name an agency in force."), field="agency")
    unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
    served = select(AgencyCoverage.id).where(AgencyCoverage.agency_id == agency.id)
    here = unit is not None and unit.unit_type in LOCAL and session.scalar(served.where(
        AgencyCoverage.township_id == unit.id).limit(1)) is not None  # fmt: skip
    if unit is None or not here:
        raise Refused(
            N_(
                "Daily assessment (R19): an agency is assessed day by day by the townships and streets that it serves,"
                " and by nobody else."
            ),
            field="agency",
        )
    if not (daily.matter or "").strip():
        raise Refused(N_("Say what is assessed."), field="matter")
    if daily.day > now.astimezone(SHANGHAI).date():
        raise Refused(N_("This lies in the future. Name a day that has passed."), field="day")
    if not daily.points or abs(daily.points) > MOST:
        raise Refused(N_("Give points for, or take points off: up to 100, and not 0."), field="points")
    daily.region_id, daily.township_id, daily.entered_at = agency.region_id, unit.id, now


def tell_daily(session: Session, daily: DailyAssessment, actor: Actor, now: datetime) -> None:
    """The agency and its department read of it, and may answer."""
    with by_rule(session):
        message = N_("%(township)s has entered a daily assessment of “%(agency)s”. You may answer it.")
        for unit_id in (daily.agency.unit_id, daily.agency.department_id):
            tell(session, unit_id, daily, message, key="entered", now=now, township=str(daily.township),
                 agency=str(daily.agency))  # fmt: skip


def _agency(daily: DailyAssessment, actor: Actor) -> bool:
    return actor.serves(daily.agency.unit_id)


def _department(daily: DailyAssessment, actor: Actor) -> bool:
    return actor.serves(daily.agency.department_id) and not actor.serves(daily.township_id)


def _once(name: str) -> Callable[[DailyAssessment, Step], None]:
    def guard(daily: DailyAssessment, step: Step) -> None:
        if getattr(daily, name):
            raise Refused(N_("This is answered, and the answer stays."), field="answer")

    return guard


def _answered(name: str) -> Callable[[DailyAssessment, Step], None]:
    def effect(daily: DailyAssessment, step: Step) -> None:
        setattr(daily, name, step.answers["answer"])
        message = N_("Your daily assessment of “%(agency)s” is answered.")
        tell(step.session, daily.township_id, daily, message, key=f"{name}@{daily.version}", now=step.now,
             agency=str(daily.agency))  # fmt: skip

    return effect


def _answer(name: str, label: str, by: Callable[[DailyAssessment, Actor], bool], column: str) -> Transition:
    return Transition(
        name=name,
        label=label,
        source=frozenset(S),
        target=S.answered,
        by=by,
        asks=(Ask(name="answer", label=N_("Answer"), kind="long_text"),),
        guard=_once(column),
        effect=_answered(column),
        tone="info",
    )


DAILY = Workflow(
    DailyAssessment,
    _answer("answer_as_agency", N_("Answer as the agency"), _agency, "agency_answer"),
    _answer("answer_as_department", N_("Answer as the department"), _department, "department_answer"),
)
