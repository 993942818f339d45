"""What rows and codes are called in the reader's language, where the database holds a code or an English sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import aliased, object_session

from app.engine.fields import fields_of, translated
from app.engine.present import name_of
from app.identity import current_actor
from app.words import PAGES, RIGHTS, ROLES
from models.accountability import AccountabilityUnit
from models.admissions import GuaranteeMeasure
from models.base import N_, Role
from models.calendar import WEEKDAYS, ReminderLadder, TimeLimit, WorkingWindow
from models.calls import FailureKind
from models.coordination import CaseParty
from models.establishment import StaffingQuota
from models.events import CallEvent
from models.funding import ReturnRatio, TownshipFunding
from models.imports import ImportWord
from models.ladders import LadderRehearsal
from models.ledger import Job, LedgerAudit, Promise
from models.limits import DueRevision, LimitRehearsal
from models.lists import ListField, ListItem
from models.meetings import MeetingVote
from models.organisation import Posting, Unit
from models.personnel import PersonnelChange
from models.platforms import Platform
from models.recorder import RecorderEntry
from models.rectification import CircularFailure, RectificationOrder
from models.rules.deadlines import SHANGHAI
from models.rules.due_times import MOVED
from models.rules.past_calls import IMPORTED
from models.rules.segments import day_of
from models.segments import Extension
from models.warnings import EarlyWarning
from models.webhooks import WebhookDelivery
from models.workflow import workflow_of
from views import CONSOLES

TABLES = {console.model.__tablename__: console.name for console in CONSOLES} | {
    "ab_role": N_("Role"),
    "ab_user": N_("Account"),
    "list_adjustment": N_("Adjustment"),
    "time_limit": N_("Limit rule"),
    "limit_rehearsal": N_("Rehearsal of a limit rule"),
    "due_revision": N_("Due times counted anew"),
    "adjustment_opinion": N_("Opinion on an adjustment"),
    "attachment": N_("File"),
    "assigned_matter": N_("Assigned matter"),
    "admission_batch": N_("Admission batch"),
    "dispatched_agency": N_("Dispatched agency"),
    "agency_coverage": N_("Township served"),
    "enforcement_team": N_("Enforcement team"),
    "team_force": N_("Force in a team"),
    "agency_staff": N_("Dispatched person"),
    "personnel_change": N_("Personnel change"),
    "transfer_plan": N_("Transfer plan"),
    "head_adjustment_suggestion": N_("Suggestion about the head of an agency"),
    "evaluation_cycle": N_("Evaluation cycle"),
    "evaluation_indicator": N_("Evaluation indicator"),
    "evaluation_sheet": N_("Evaluation sheet"),
    "sheet_score": N_("Score on a sheet"),
    "agency_aggregate": N_("What townships say of an agency"),
    "score_appeal": N_("Appeal against a score"),
    "published_figure": N_("Published figure"),
    "appraisal_total": N_("Total for appraisals"),
    "staff_appraisal": N_("Appraisal of a person"),
    "daily_assessment": N_("Daily assessment"),
    "accountability_case": N_("Accountability case"),
    "accountability_unit": N_("Unit involved"),
    "accountability_deed": N_("Deed on record"),
    "task_force": N_("Task force"),
    "task_force_member": N_("Member of a task force"),
    "task_force_review": N_("Review of a task force"),
    "staffing_quota": N_("Establishment quota"),
    "staffing_bank_entry": N_("Movement of the establishment bank"),
    "internal_org_plan": N_("Internal organisation plan"),
    "internal_organ": N_("Organ"),
    "township_funding": N_("Funds of a township"),
    "return_ratio": N_("Part of income returned"),
    "platform": N_("Platform"),
    "platform_meeting": N_("Meeting of platforms"),
    "post": N_("Post"),
    "module_leader": N_("Leader of a module"),
    "committee": N_("Committee"),
    "committee_member": N_("Member of a committee"),
    "check_in": N_("Check-in"),
    "admission_opinion": N_("Written opinion"),
    "calendar_day": N_("Calendar day"),
    "call": N_("Call"),
    "call_assignment": N_("Assignment"),
    "extension": N_("More time"),
    "pause": N_("Pause"),
    "call_event": N_("Event on a call"),
    "ledger_audit": N_("Self-audit"),
    "holding": N_("Time in hand"),
    "call_situation": N_("Situation"),
    "case_document": N_("Document of a case"),
    "case_party": N_("Party"),
    "offline_step": N_("Offline step"),
    "step_file": N_("Photo or file"),
    "offline_step_unit": N_("Who took part"),
    "coordination_case": N_("Coordination case"),
    "data_request": N_("Data request"),
    "import_run": N_("Import"),
    "import_word": N_("Word of imports"),
    "data_request_field": N_("Requested field"),
    "duty_list": N_("List"),
    "item_attachment": N_("Drawing or guide"),
    "hotline_ticket": N_("Hotline ticket"),
    "webhook": N_("Webhook"),
    "irregular_assignment_report": N_("Report of an irregular assignment"),
    "item_cooperation": N_("Cooperating department"),
    "item_step": N_("Step"),
    "list_item": N_("List item"),
    "mutual_rating": N_("Mutual rating"),
    "case_assessment": N_("Case assessment"),
    "list_type": N_("List type"),
    "list_field": N_("Column of a list type"),
    "list_opinion": N_("Opinion on a list"),
    "item_indicator": N_("Field of calls"),
    "item_checkpoint": N_("Checkpoint"),
    "governance_module": N_("Module"),
    "module_contact": N_("Contact of a module"),
    "plain_word": N_("Plain word"),
    "policy_document": N_("Policy document"),
    "responsibility_statement": N_("Responsibility statement"),
    "duty_admission": N_("Duty admission"),
    "guarantee_measure": N_("Guarantee measure"),
    "joint_meeting": N_("Joint meeting"),
    "meeting_member": N_("Member"),
    "meeting_vote": N_("Vote"),
    "circular": N_("Circular"),
    "circular_line": N_("Line of a circular"),
    "early_warning": N_("Early warning"),
    "nudge": N_("Nudge"),
    "congress_opinion": N_("Congress opinion"),
    "past_call": N_("Call of an older system"),
    "rectification_order": N_("Rectification order"),
    "reminder_step": N_("Step of the ladder"),
    "ladder_rehearsal": N_("Rehearsal of a ladder"),
    "supervision_order": N_("Supervision order"),
    "three_fixed_document": N_("Three-fixed document"),
    "unit": N_("Unit"),
}

MOVES = {
    move.name: move.label
    for console in CONSOLES
    if (workflow := workflow_of(console.model))
    for move in workflow.transitions.values()
}
"""Also those that follow by themselves."""

MOVES_OF = {
    f"{console.model.__tablename__}.{move.name}": move.label
    for console in CONSOLES
    if (workflow := workflow_of(console.model))
    for move in workflow.transitions.values()
}
"""The same by table: “close” is one thing of a call, and another of an entry of a register."""

CAUSES = {
    "accepted": N_("Accepted"),
    "paused": N_("Paused"),
    "resumed": N_("Resumed"),
    "opinions in": N_("All opinions in"),
    "agreed": N_("Agreement reached"),
    "cancelled": N_("Cancelled"),
    "answered": N_("Answered"),
    "deleted": N_("Deleted"),
    "delivered": N_("Delivery reported"),
    "dissolved": N_("Dissolved"),
    "done": N_("Reported as done"),
    "executed": N_("Executed"),
    "filed": N_("Agreement filed"),
    "given back": N_("Given back: not ours"),
    "moved on": N_("Settled before it was due"),
    "no agreement": N_("No agreement"),
    "no emergency": N_("No emergency"),
    "no limit": N_("The limit was taken away"),
    "planned anew": N_("Planned anew"),
    "replaced": N_("Replaced by a later edition"),
    "round over": N_("Comment round over"),
    "rated": N_("Every rating in"),
    "rejected": N_("Rejected"),
    "replied": N_("Replied"),
    "resolved": N_("Resolved"),
    "responded": N_("Responded"),
    "returned": N_("Returned for correction"),
    "sent back": N_("Send back to negotiation"),
    "withdrawn": N_("Withdrawn"),
    "taken back": N_("All taken back"),
    "minutes recorded": N_("Minutes recorded"),
    "called off": N_("Called off"),
    "closed": N_("Cycle closed"),
    "settled": N_("Settled in the community"),
}
"""Why a promise of the ledger was cancelled."""

PERMISSIONS = (
    {console.model.__name__: console.name for console in CONSOLES}
    | {f"can_{name}": label for name, label in MOVES.items()}
    | RIGHTS
    | PAGES
)
"""The two halves of a permission, as Flask-AppBuilder names them."""

PARTS = {
    "due_times": N_("Due times counted anew"),
    "circular_compile": N_("Circulars drafted"),
    "early_warning": N_("Early warnings"),
    "imports": N_("Imports carried out"),
}
"""The parts of a sweep that are no clocks and leave entries in the recorder."""

FIELDS = {
    f"field:{console.model.__tablename__}.{field.name}": field.label
    for console in CONSOLES
    for field in fields_of(console.model).values()
    if field.label
}
"""What headings of files mean."""

WORDS = {
    f"word:{console.model.__tablename__}.{field.name}.{word.value}": word.label
    for console in CONSOLES
    for field in fields_of(console.model).values()
    for word in field.words or ()
    if word.label
}
"""What the words in their columns mean."""

CODES: Mapping[str | int, str] = (
    TABLES
    | PERMISSIONS
    | MOVES
    | MOVES_OF
    | FIELDS
    | WORDS
    | CAUSES
    | WEEKDAYS
    | {job.value: job.label for job in Job}
    | {f"job:{job}": job.label for job in Job}
    | {f"job:{part}": label for part, label in PARTS.items()}
    | {"supersede": N_("Replaced"), "strike_out": N_("Struck out")}
    | {MOVED: N_("Counted anew"), IMPORTED: N_("Imported")}
    | {"create": N_("Created"), "edit": N_("Edited"), "delete": N_("Deleted"), "send_back": N_("Send back")}
    | {kind.value: kind.label for kind in FailureKind if kind is not FailureKind.none}
    | {"escalate": Job.case_escalate.label, "command": N_("By a command")}
)
"""Tables, permissions, actions, places and causes, as recorder and ledger note them; and the days of the week."""


def called(code: str, whose: str = "") -> str:
    """What a code is called, of a table or of any. Anything else is a message, or somebody's own words."""
    return translated(CODES.get(f"{whose}.{code}", CODES.get(code, code)))


def role_name(role: Any) -> str:
    """What a role, or its code, is called. One that an administrator has added is called as it was named."""
    return translated(ROLES.get(str(role), str(role)))


def _time_limit(limit: TimeLimit) -> str:
    scope = [translated(limit.scope.label)] if limit.scope else []
    named = [str(row) for row in (limit.list_item, limit.department) if row]
    amount = f"{limit.amount} {translated(limit.unit.label)}"
    return " · ".join([translated(limit.clock.label), *scope, *named, *filter(None, [limit.category]), amount])


def _due_revision(revision: DueRevision) -> str:
    reason = revision.reason or (_time_limit(revision.time_limit) if revision.time_limit else "")
    return f"{revision.looked_at.astimezone(SHANGHAI):%Y-%m-%d} {reason}"


def _working_window(window: WorkingWindow) -> str:
    return f"{translated(WEEKDAYS[window.weekday])} {window.starts:%H:%M}–{window.ends:%H:%M}"


def _recorder_entry(entry: RecorderEntry) -> str:
    return f"{called(entry.subject_type)} {entry.subject_id} · {called(entry.action, entry.subject_type)}"


def _import_word(word: ImportWord) -> str:
    return f"{called(word.resource)}：{word.said}"


def _ledger_audit(audit: LedgerAudit) -> str:
    names = ("promises", "kept", "late", "missed", "doubled")
    said = N_("%(day)s: %(promises)s promises, %(kept)s kept, %(late)s late, %(missed)s missed, %(doubled)s doubled")
    told: str = gettext(said, day=audit.day.isoformat(), **{name: getattr(audit, name) for name in names})
    return told


def _of_county(row: Unit | ListItem) -> str:
    """With its county in front, if the reader serves another: departments and items of both are called alike."""
    home, session = current_actor().region_id, object_session(row)
    if home in (None, row.region_id) or row.region_id is None or session is None:
        return str(row)
    county = session.get(Unit, row.region_id)
    session.info.setdefault("counties", {})[row.region_id] = county  # held, so that the next of it asks nothing
    if county in (None, row) or str(county) in str(row):
        return str(row)
    return f"{county}{row}" if isinstance(row, Unit) else f"{county} {row}"


def _with_county() -> ColumnElement[str]:
    """The name of a unit as `_of_county` may call it: what one reads, one may type."""
    county = aliased(Unit)
    return select(county.name + Unit.name).where(county.id == Unit.region_id).scalar_subquery()


def _role_label() -> ColumnElement[str]:
    """The name of a role as `role_name` calls it, in the reader's language."""
    return case({role: translated(label) for role, label in ROLES.items()}, value=Role.name, else_=Role.name)


LABELS = {Unit: _with_county, Role: _role_label}
"""Names that pages make of more than one row, or of a code, to be searched by."""

NAMES: Mapping[type[Any], Callable[[Any], str]] = {
    Role: role_name,
    Posting: lambda posting: f"{name_of(posting.user)} · {name_of(posting.unit)}",
    Unit: _of_county,
    ListItem: _of_county,
    CallEvent: lambda event: f"{event.call} · {called(event.action, event.subject_type)}",
    ImportWord: _import_word,
    LedgerAudit: _ledger_audit,
    AccountabilityUnit: lambda part: f"{part.unit} · {translated(part.responsibility.label)}",
    CaseParty: lambda party: f"{party.unit} · {translated(party.side.label)}",
    GuaranteeMeasure: lambda measure: f"{measure.admission} · {translated(measure.kind.label)}",
    ListField: lambda field: field.label or translated(field.column.label if field.column else field.name),
    MeetingVote: lambda vote: f"{vote.unit} · {translated(vote.ballot.label)}",
    CircularFailure: lambda failure: f"{failure.call} · {translated(failure.kind.label)}",
    EarlyWarning: lambda warning: f"{warning.unit} · {translated(warning.kind.label)}",
    RectificationOrder: lambda order: f"{order.unit} · {translated(order.failure_kind.label)}",
    PersonnelChange: lambda change: f"{change.staff} · {translated(change.kind.label)}",
    TimeLimit: _time_limit,
    DueRevision: _due_revision,
    ReminderLadder: lambda ladder: f"{translated(ladder.job.label)} · {translated(ladder.state.label)}",
    LadderRehearsal: lambda rehearsal: (
        f"{rehearsal.quarter} · {rehearsal.rehearsed_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    ),
    LimitRehearsal: lambda rehearsal: f"{rehearsal.rehearsed_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    Extension: lambda asked: gettext(
        "%(part)s · %(days)s %(unit)s more",
        part=asked.assignment,
        days=asked.days,
        unit=translated(day_of(asked.assignment.call).label),
    ),
    WorkingWindow: _working_window,
    StaffingQuota: lambda quota: f"{quota.unit} · {translated(quota.kind.label)}",
    TownshipFunding: lambda funding: f"{funding.unit} · {funding.year} · {translated(funding.head.label)}",
    ReturnRatio: lambda ratio: f"{ratio.unit} · {translated(ratio.income.label)}",
    Platform: lambda platform: f"{platform.unit} · {translated(platform.kind.label)}",
    WebhookDelivery: lambda sent: f"{sent.webhook} · {called(sent.subject_type)} {sent.subject_id}",
    Promise: lambda promise: f"{translated(promise.job.label)} · {called(promise.subject_type)} {promise.subject_id}",
    RecorderEntry: _recorder_entry,
}
"""Rows whose own `str` speaks English, or in codes."""
