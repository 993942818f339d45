"""How a coordination case moves: negotiated, agreed and filed, or coordinated by the editorial office (TC-41..46)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import object_session

from models.actor import Actor
from models.base import N_
from models.calendar import Clock
from models.coordination import OVER, CaseParty, CaseState, CoordinationCase
from models.files import Attachment
from models.ledger import Job
from models.organisation import Duty, Unit, UnitType
from models.roles import RoleName
from models.rules.annulment import ANNUL_CASE
from models.rules.case_papers import file_documents
from models.rules.clocks import due, soon
from models.rules.ledger import cancel, plan, tell
from models.rules.matching import about
from models.rules.offices import office
from models.rules.rounds import iso
from models.rules.step_files import attach
from models.rules.supervision import check_supervisor
from models.words import Misconduct
from models.workflow import Ask, Refused, Step, Transition, Workflow

C = CaseState


def supervision_office(case: CoordinationCase, actor: Actor) -> bool:
    return RoleName.supervisor in actor.roles and actor.region_id == case.region_id


def editorial_office(case: CoordinationCase, actor: Actor) -> bool:
    return RoleName.editorial_officer in actor.roles and actor.region_id == case.region_id


def party(case: CoordinationCase, actor: Actor) -> bool:
    return any(actor.serves(unit_id) for unit_id in _party_ids(case))


def concerned(case: CoordinationCase, actor: Actor) -> bool:
    return party(case, actor) or supervision_office(case, actor) or editorial_office(case, actor)


def _party_ids(case: CoordinationCase) -> list[int]:
    session = object_session(case)
    if session is None:
        return []
    return list(session.scalars(select(CaseParty.unit_id).where(CaseParty.case_id == case.id).order_by(CaseParty.id)))


def _set_due(case: CoordinationCase, step: Step, clock: Clock) -> datetime:
    limit = due(step.session, case.region_id, clock, step.now, about(case))
    case.provisional = limit.provisional
    return limit.at


def _negotiating(case: CoordinationCase, step: Step) -> None:
    """TC-42: a limit for the negotiation; when it is over, the case goes on by itself."""
    case.notified_at = case.notified_at or step.now
    case.negotiation_due = _set_due(case, step, Clock.negotiate)
    case.agreed_at = case.filing_due = None  # what was sent back is not agreed
    cancel(step.session, case, Job.case_filing_remind, cause="sent back")
    reminder = soon(step.session, case.region_id, step.now, case.negotiation_due)
    plan(step.session, case, Job.case_escalate, reminder, case.negotiation_due)
    message = N_("Negotiate whose duty it is: %(case)s. Without agreement by %(due)s it goes to the editorial office.")
    for unit_id in _party_ids(case):
        _tell(case, step, unit_id, message, "negotiate", due=iso(case.negotiation_due))


def _agreed(case: CoordinationCase, step: Step) -> None:
    """TC-43: an agreement is reported to the editorial office for filing and review."""
    case.agreement, case.agreed_at = step.answers["agreement"], step.now
    case.agreement_file = step.answers.get("file_id")
    case.responsible_unit = step.answers.get("responsible_unit_id") or case.responsible_unit
    case.filing_due = _set_due(case, step, Clock.file)
    cancel(step.session, case, Job.case_escalate, cause="agreed")
    reminder = soon(step.session, case.region_id, step.now, case.filing_due)
    plan(step.session, case, Job.case_filing_remind, reminder, case.filing_due)
    message = N_("The parties agreed: %(case)s. Review and file it by %(due)s.")
    _tell_office(case, step, Duty.editorial_office, message, "agreed", due=iso(case.filing_due))
    reporting = step.session.get(Unit, step.actor.unit_id) if step.actor.unit_id else None
    message = N_("%(unit)s reported that you agreed: %(case)s. If you did not, tell the editorial office at once.")
    for unit_id in _party_ids(case):
        if unit_id != step.actor.unit_id:
            _tell(case, step, unit_id, message, "agreed", unit=str(reporting or ""))


def _disagreed(case: CoordinationCase, step: Step) -> None:
    """TC-44: no agreement, so the editorial office coordinates."""
    case.escalated_at = step.now
    case.coordination_due = _set_due(case, step, Clock.coordinate)
    cancel(step.session, case, Job.case_escalate, cause="no agreement")
    message = N_("No agreement was reached: %(case)s. Coordinate, and issue an opinion by %(due)s.")
    _tell_office(case, step, Duty.editorial_office, message, "escalated", due=iso(case.coordination_due))


def _filed(case: CoordinationCase, step: Step) -> None:
    case.filing_number, case.filed_at = step.answers["filing_number"], step.now
    cancel(step.session, case, Job.case_filing_remind, cause="filed")
    _settled(case, step, N_("The agreement was filed: %(case)s."))


def _decided(case: CoordinationCase, step: Step) -> None:
    case.opinion, case.responsible_unit = step.answers["opinion"], step.answers["responsible_unit_id"]
    case.decided_at, case.misconduct = step.now, step.answers.get("misconduct")
    case.legal_basis = step.answers.get("legal_basis") or case.legal_basis
    _settled(case, step, N_("The editorial office has issued its opinion: %(case)s."))


def _settled(case: CoordinationCase, step: Step, message: str) -> None:
    """TC-46: whoever holds the duty now, the supervision office watches that it is done."""
    case.execution_due = _set_due(case, step, Clock.execute)
    plan(step.session, case, Job.case_execution_watch, case.execution_due)
    for unit_id in _party_ids(case):
        _tell(case, step, unit_id, message, "settled")
    _say_what_follows(case, step)
    order = N_("%(case)s is settled. Order its execution by %(due)s.")
    _tell_office(case, step, Duty.supervision_office, order, "order execution", due=iso(case.execution_due))


def _say_what_follows(case: CoordinationCase, step: Step) -> None:
    """To the county office, which dispatches anew; or to the caller, if the duty is found to be its own."""
    if case.call is None:
        return  # nothing was dispatched, so nothing is dispatched again
    if case.responsible_unit_id == case.call.caller_unit_id:
        own = N_("%(case)s found the duty to be yours. Withdraw the call, and handle the matter yourselves.")
        _tell(case, step, case.call.caller_unit_id, own, "your own")
        return
    named = N_("%(case)s has named a duty holder. Dispatch the call again.")
    open_ = N_("%(case)s is settled, and names no duty holder. Dispatch the call again, as the parties agreed.")
    _tell_office(case, step, Duty.county_office, named if case.responsible_unit_id else open_, "dispatch again")


def _not_the_lead(case: CoordinationCase, step: Step) -> None:
    check_supervisor(case.call or case, step.actor)


def opener(case: CoordinationCase, actor: Actor) -> bool:
    """Who opened a case without a call. One of a call ends with what is decided about the call."""
    return case.call_id is None and case.opened_by_id is not None and actor.serves(case.opened_by_id)


def _withdrawn(case: CoordinationCase, step: Step) -> None:
    case.closed_at = step.now
    cancel(step.session, case, Job.case_escalate, cause="withdrawn")
    message = N_("%(case)s was withdrawn. Reason: %(note)s")
    for unit_id in dict.fromkeys((*_party_ids(case), case.supervision_unit_id)):
        if unit_id != step.actor.unit_id:
            _tell(case, step, unit_id, message, "withdrawn", note=step.note)


def _ordered(case: CoordinationCase, step: Step) -> None:
    case.execution_due = _set_due(case, step, Clock.execute)
    plan(step.session, case, Job.case_execution_watch, case.execution_due)
    message = N_("Carry out what was settled: %(case)s, by %(due)s. The supervision office watches it.")
    for unit_id in [case.responsible_unit_id] if case.responsible_unit_id else _party_ids(case):
        _tell(case, step, unit_id, message, "ordered", due=iso(case.execution_due))


def _executed(case: CoordinationCase, step: Step) -> None:
    case.closed_at = step.now
    cancel(step.session, case, Job.case_execution_watch, cause="executed")


def _distinct_holder(case: CoordinationCase, step: Step) -> None:
    unit = step.answers.get("responsible_unit_id")
    if unit and unit.region_id != case.region_id:
        raise Refused(N_("The duty holder must be a unit of this county."), field="responsible_unit_id")


def holders(case: CoordinationCase, actor: Actor) -> ColumnElement[bool]:
    """Who can be made the duty holder: any department, agency or township of the county."""
    bodies = (UnitType.department, UnitType.agency, UnitType.township, UnitType.street)
    return (Unit.region_id == case.region_id) & Unit.unit_type.in_(bodies)


def _tell(case: CoordinationCase, step: Step, unit_id: int, message: str, key: str, **details: str) -> None:
    tell(step.session, unit_id, case, message, key=f"{key}@{case.version}", now=step.now, case=str(case), **details)


def _tell_office(case: CoordinationCase, step: Step, duty: Duty, message: str, key: str, **details: str) -> None:
    _tell(case, step, office(step.session, case.region_id, duty).id, message, key, **details)


def _holder(*, required: bool) -> Ask:
    return Ask(
        name="responsible_unit_id",
        label=N_("Duty holder"),
        kind="row",
        model=Unit,
        among=holders,
        required=required,
        help=N_("The call, if the case comes from one, is dispatched to it again."),
    )


COORDINATION = Workflow(
    CoordinationCase,
    Transition(
        name="withdraw",
        label=N_("Withdraw"),
        source=frozenset({C.opened, C.negotiating}),
        target=C.withdrawn,
        by=opener,
        effect=_withdrawn,
        wants_note=True,
        tone="danger",
        help=N_("The case ends here."),
    ),
    Transition(
        name="notify_parties",
        label=N_("Notify the parties"),
        source=frozenset({C.opened}),
        target=C.negotiating,
        by=supervision_office,
        effect=_negotiating,
        tone="active",
        help=N_("The limit for the negotiation starts."),
    ),
    Transition(
        name="agree",
        label=N_("Agreement reached"),
        source=frozenset({C.negotiating}),
        target=C.filing_review,
        by=party,
        asks=(
            Ask(name="agreement", label=N_("Agreement"), kind="long_text"),
            _holder(required=False),
            Ask(name="file_id", label=N_("Text of the agreement"), kind="file", model=Attachment, required=False),
        ),
        guard=_distinct_holder,
        effect=_agreed,
        tone="done",
    ),
    Transition(
        name="disagree",
        label=N_("No agreement"),
        source=frozenset({C.negotiating}),
        target=C.coordinating,
        by=party,
        effect=_disagreed,
        wants_note=True,
        tone="warn",
        help=N_("The editorial office coordinates."),
    ),
    Transition(
        name="file",
        label=N_("File the agreement"),
        source=frozenset({C.filing_review}),
        target=C.filed,
        by=editorial_office,
        asks=(Ask(name="filing_number", label=N_("Filing number")),),
        effect=_filed,
        tone="done",
    ),
    Transition(
        name="send_back",
        label=N_("Send back to negotiation"),
        source=frozenset({C.filing_review}),
        target=C.negotiating,
        by=editorial_office,
        effect=_negotiating,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="issue_opinion",
        label=N_("Issue the opinion"),
        source=frozenset({C.coordinating}),
        target=C.decided,
        by=editorial_office,
        asks=(
            Ask(name="opinion", label=N_("Coordination opinion"), kind="long_text"),
            _holder(required=True),
            Ask(name="misconduct", label=N_("Misconduct"), kind="word", words=Misconduct, required=False),
            Ask(
                name="legal_basis",
                label=N_("Legal and policy basis"),
                length=200,
                required=False,
                help=N_("By which the office coordinates, and the articles that decide."),
            ),
        ),
        guard=_distinct_holder,
        suggest=lambda case: {"legal_basis": case.legal_basis},
        effect=_decided,
        tone="done",
    ),
    Transition(
        name="order_execution",
        label=N_("Order execution"),
        source=frozenset({C.filed, C.decided}),
        target=C.supervising,
        by=supervision_office,
        guard=_not_the_lead,
        effect=_ordered,
        tone="active",
    ),
    Transition(
        name="executed",
        label=N_("Executed"),
        source=frozenset({C.supervising}),
        target=C.closed,
        by=supervision_office,
        guard=_not_the_lead,
        effect=_executed,
        tone="done",
    ),
    attach(set(C) - set(OVER), concerned, file_documents),
    ANNUL_CASE,
)
