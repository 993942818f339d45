"""How a report of an irregular assignment is examined; upheld, it voids the task (TC-17, LX-16, LX-17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.assigned import AssignedMatter, MatterDepartment
from models.base import N_
from models.calls import Call
from models.door import by_rule
from models.irregular import IrregularAssignmentReport, ReportState
from models.organisation import LOCAL, Duty, Unit
from models.requests import DataRequest
from models.roles import RoleName
from models.rules.assigned import MATTER
from models.rules.calls import CALL
from models.rules.ledger import tell
from models.rules.offices import offices_of
from models.rules.requests import REQUEST
from models.rules.statements import STATEMENT
from models.statements import ResponsibilityStatement
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

R = ReportState
TASKS: Mapping[str, Workflow] = {
    "assigned_matter": MATTER,
    "responsibility_statement": STATEMENT,
    "data_request": REQUEST,
    "reported_call": CALL,
}
"""What a report may name, each with the workflow by which it is cancelled."""


def reporter(report: IrregularAssignmentReport, actor: Actor) -> bool:
    return actor.serves(report.reporter_id)


def editorial_office(report: IrregularAssignmentReport, actor: Actor) -> bool:
    return RoleName.editorial_officer in actor.roles and actor.region_id == report.region_id


def prepare_report(session: Session, report: IrregularAssignmentReport, actor: Actor, now: datetime) -> None:
    """A report is a township's, on one task at most, and that of the department. Raises `Refused`, naming the field."""
    if inspect(report).transient:
        unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
        if unit is None or unit.unit_type not in LOCAL:
            raise Refused(N_("Only townships and streets report. Switch to the one that you act for."))
        report.reporter_id, report.region_id, report.reported_at = unit.id, unit.region_id or unit.id, now
    if sum(getattr(report, f"{name}_id") is not None for name in TASKS) > 1:
        raise Refused(
            N_("A report is about one task. Name the matter, the statement, the data request or the call."),
            field="assigned_matter",
        )
    if report.assigned_matter_id and report.department_id not in _departments(session, report.assigned_matter_id):
        raise Refused(N_("This department has no part in the assigned matter."), field="department")
    statement = report.responsibility_statement_id
    if statement and session.get_one(ResponsibilityStatement, statement).department_id != report.department_id:
        raise Refused(N_("This department did not have the statement signed."), field="department")
    request, call = report.data_request_id, report.reported_call_id
    if request and session.get_one(DataRequest, request).department_id != report.department_id:
        raise Refused(N_("This department did not send the data request."), field="department")
    if call and session.get_one(Call, call).caller_unit_id != report.department_id:
        raise Refused(N_("This department did not make the call."), field="department")


def follow_report(session: Session, report: IrregularAssignmentReport, actor: Actor, now: datetime) -> None:
    """The editorial office hears of it, once; the department does not."""
    if report.version > 1:
        return
    message = N_("%(unit)s reports an irregular assignment: %(report)s. Accept it, and examine it.")
    with by_rule(session):
        examining = offices_of(session, report.region_id).get(Duty.editorial_office)
        if examining is not None:
            tell(session, examining, report, message, key="reported", now=now,
                 unit=str(report.reporter), report=str(report))  # fmt: skip


def _departments(session: Session, matter_id: int) -> set[int]:
    helpers = select(MatterDepartment.unit_id).where(MatterDepartment.matter_id == matter_id)
    return {session.get_one(AssignedMatter, matter_id).lead_department_id, *session.scalars(helpers)}


def _accepted(report: IrregularAssignmentReport, step: Step) -> None:
    report.accepted_at = step.now
    message = N_("Your report is being examined: %(report)s.")
    tell(step.session, report.reporter_id, report, message, key="accepted", now=step.now,
         report=str(report))  # fmt: skip


def _upheld(report: IrregularAssignmentReport, step: Step) -> None:
    """LX-17: the task is void, in the same transaction; who has a part in it hears of it with the task."""
    message = N_("The report was upheld: %(report)s. It names nothing that could be cancelled. Finding: %(finding)s")
    for name, workflow in TASKS.items():
        task = getattr(report, name)
        if task is not None and task.state in workflow.transitions["annul"].source:
            follow(step, task, "annul")
            report.cancelled = True
            message = N_("The report was upheld: %(report)s. What was asked is void. Finding: %(finding)s")
    _concluded(report, step, message)


def _dismissed(report: IrregularAssignmentReport, step: Step) -> None:
    _concluded(report, step, N_("The report was dismissed: %(report)s. Finding: %(finding)s"))


def _concluded(report: IrregularAssignmentReport, step: Step, message: str) -> None:
    report.finding, report.concluded_at = step.answers["finding"], step.now
    for unit_id in (report.department_id, report.reporter_id):
        tell(step.session, unit_id, report, message, key="concluded", now=step.now,
             report=str(report), finding=report.finding)  # fmt: skip


FINDING = Ask(name="finding", label=N_("Finding"), kind="long_text")

REPORT = Workflow(
    IrregularAssignmentReport,
    Transition(
        name="accept",
        label=N_("Accept"),
        source=frozenset({R.reported}),
        target=R.accepted,
        by=editorial_office,
        effect=_accepted,
        tone="active",
    ),
    Transition(
        name="find_irregular",
        label=N_("Uphold the report"),
        source=frozenset({R.accepted}),
        target=R.upheld,
        by=editorial_office,
        asks=(FINDING,),
        effect=_upheld,
        tone="danger",
        help=N_("The task that it names becomes void. The department learns who reported."),
    ),
    Transition(
        name="dismiss",
        label=N_("Dismiss the report"),
        source=frozenset({R.accepted}),
        target=R.dismissed,
        by=editorial_office,
        asks=(FINDING,),
        effect=_dismissed,
        tone="warn",
        help=N_("The department learns of the report, and who made it."),
    ),
    Transition(
        name="withdraw",
        label=N_("Withdraw"),
        source=frozenset({R.reported, R.accepted}),
        target=R.withdrawn,
        by=reporter,
        tone="warn",
        help=N_("The department never learns of it."),
    ),
)
