"""How a township's suggestion about the head of an agency is analysed, negotiated and settled (TA-36, TA-37)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.door import by_rule
from models.ledger import Job
from models.queries.calendar import calendar_of
from models.rules.clocks import soon
from models.rules.ledger import cancel, is_planned, plan, tell
from models.staffing import AgencyStaff, StaffState
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = SuggestionState
DAYS = 10
"""Working days that the department has for its analysis, and for its plan. TA-37 says "in time": composed."""


def prepare_suggestion(session: Session, suggestion: HeadAdjustmentSuggestion, actor: Actor, now: datetime) -> None:
    """By the township that hosts the agency, about its head. Raises `Refused`, naming the field."""
    staff = session.get(AgencyStaff, suggestion.staff_id) if suggestion.staff_id else None
    if staff is None or staff.agency is None or not staff.is_head or staff.state is StaffState.left:
        raise Refused(N_("Name the head of an agency that your township hosts."), field="staff")
    if not (suggestion.facts or "").strip():
        raise Refused(N_("Say which facts speak for an adjustment."), field="facts")
    suggestion.region_id = staff.region_id
    suggestion.township_id, suggestion.department_id = staff.agency.seat_id, staff.agency.department_id
    if not inspect(suggestion).persistent:
        suggestion.opened_at = now
        suggestion.due = _due(session, suggestion, now)


def _due(session: Session, suggestion: HeadAdjustmentSuggestion, now: datetime) -> datetime:
    return calendar_of(session, suggestion.region_id).add(now, DAYS, LimitUnit.working_day).at


def _watch(session: Session, suggestion: HeadAdjustmentSuggestion, now: datetime) -> None:
    reminder = soon(session, suggestion.region_id, now, suggestion.due)
    plan(session, suggestion, Job.suggestion_watch, reminder, suggestion.due)


def open_suggestion(session: Session, suggestion: HeadAdjustmentSuggestion, actor: Actor, now: datetime) -> None:
    """The department hears of it and its clock runs, once."""
    with by_rule(session):
        if is_planned(session, suggestion, Job.suggestion_watch, suggestion.due):
            return
        _watch(session, suggestion, suggestion.opened_at)
        message = N_("%(unit)s suggests to adjust the head of “%(agency)s”. Analyse it, and negotiate a plan.")
        tell(session, suggestion.department_id, suggestion, message, key="opened", now=now,
             unit=str(suggestion.township), agency=str(suggestion.staff.agency))  # fmt: skip


def forget_suggestion(session: Session, suggestion: HeadAdjustmentSuggestion, actor: Actor, now: datetime) -> None:
    """What the department was told of is withdrawn, and stays."""
    raise Refused(N_("The department knows of this suggestion. Withdraw it, and say why."))


def _township(suggestion: HeadAdjustmentSuggestion, actor: Actor) -> bool:
    return actor.serves(suggestion.township_id)


def _department(suggestion: HeadAdjustmentSuggestion, actor: Actor) -> bool:
    return actor.serves(suggestion.department_id)


def _analysed(suggestion: HeadAdjustmentSuggestion, step: Step) -> None:
    suggestion.analysis, suggestion.analysed_at = step.answers["analysis"], step.now
    _owe_plan(suggestion, step)
    _tell(suggestion, step, suggestion.township_id, N_("Your suggestion about the head of “%(agency)s” is analysed."))


def _owe_plan(suggestion: HeadAdjustmentSuggestion, step: Step) -> None:
    """The department owes a plan, too, or another one (TA-37)."""
    cancel(step.session, suggestion, Job.suggestion_watch, cause="answered")
    suggestion.due = _due(step.session, suggestion, step.now)
    _watch(step.session, suggestion, step.now)


def _proposed(suggestion: HeadAdjustmentSuggestion, step: Step) -> None:
    suggestion.negotiated_plan = step.answers["negotiated_plan"]
    cancel(step.session, suggestion, Job.suggestion_watch, cause="answered")
    message = N_("The department proposes a plan for the head of “%(agency)s”. Accept it, or say what is missing.")
    _tell(suggestion, step, suggestion.township_id, message)


def _settled(suggestion: HeadAdjustmentSuggestion, step: Step) -> None:
    suggestion.settled_at = step.now
    message = N_("The plan for the head of “%(agency)s” is agreed on. Propose the personnel change that it needs.")
    _tell(suggestion, step, suggestion.department_id, message)


def _declined(suggestion: HeadAdjustmentSuggestion, step: Step) -> None:
    suggestion.negotiated_plan = ""  # the history keeps it
    _owe_plan(suggestion, step)
    message = N_("The township does not accept the plan for the head of “%(agency)s”: %(note)s")
    _tell(suggestion, step, suggestion.department_id, message, note=step.note[:200])


def _withdrawn(suggestion: HeadAdjustmentSuggestion, step: Step) -> None:
    cancel(step.session, suggestion, Job.suggestion_watch, cause="withdrawn")
    message = N_("The suggestion about the head of “%(agency)s” is withdrawn. Reason: %(note)s")
    _tell(suggestion, step, suggestion.department_id, message, note=step.note[:200])


def _tell(suggestion: HeadAdjustmentSuggestion, step: Step, unit_id: int, message: str, **details: str) -> None:
    key, agency = f"{suggestion.state}@{suggestion.version}", str(suggestion.staff.agency)
    tell(step.session, unit_id, suggestion, message, key=key, now=step.now, agency=agency, **details)


SUGGESTION = Workflow(
    HeadAdjustmentSuggestion,
    Transition(
        name="analyse_suggestion",
        label=N_("Record the analysis"),
        source=frozenset({S.opened}),
        target=S.analysed,
        by=_department,
        asks=(Ask(name="analysis", label=N_("Analysis of the department"), kind="long_text"),),
        effect=_analysed,
        tone="active",
    ),
    Transition(
        name="propose_plan",
        label=N_("Propose a plan"),
        source=frozenset({S.analysed}),
        target=S.plan_proposed,
        by=_department,
        asks=(Ask(name="negotiated_plan", label=N_("Negotiated plan"), kind="long_text"),),
        effect=_proposed,
        tone="active",
        help=N_("What you have negotiated with the township's committee. It settles the matter when it accepts."),
    ),
    Transition(
        name="accept_plan",
        label=N_("Accept the plan"),
        source=frozenset({S.plan_proposed}),
        target=S.settled,
        by=_township,
        effect=_settled,
        tone="done",
    ),
    Transition(
        name="decline_plan",
        label=N_("Decline the plan"),
        source=frozenset({S.plan_proposed}),
        target=S.analysed,
        by=_township,
        effect=_declined,
        wants_note=True,
        tone="warn",
        help=N_("Say what is missing. The department proposes another."),
    ),
    Transition(
        name="withdraw_suggestion",
        label=N_("Withdraw"),
        source=frozenset({S.opened, S.analysed, S.plan_proposed}),
        target=S.withdrawn,
        by=_township,
        effect=_withdrawn,
        wants_note=True,
        tone="danger",
    ),
)
