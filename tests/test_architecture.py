"""Promises about the whole tree, kept by asking the tree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import inspect

from models.accountability import AccountabilityCase, AccountabilityUnit
from models.adjustments import AdjustmentOpinion, ListAdjustment
from models.admissions import AdmissionOpinion, DutyAdmission, GuaranteeMeasure
from models.agencies import DispatchedAgency
from models.appraisals import AppraisalTotal
from models.assigned import AssignedMatter
from models.base import Model
from models.calendar import ReminderLadder, TimeLimit
from models.calls import Call, CallAssignment
from models.congress import CongressOpinion
from models.coordination import CoordinationCase
from models.daily import DailyAssessment
from models.disputes import DisputeCase
from models.establishment import InternalOrgPlan, StaffingBankEntry
from models.evaluation import EvaluationCycle
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet
from models.grids import Grid
from models.hotline import HotlineTicket
from models.imports import ImportRun
from models.irregular import IrregularAssignmentReport
from models.limits import DueRevision
from models.lists import DutyList
from models.meetings import JointMeeting
from models.opinions import ListOpinion
from models.personnel import PersonnelChange
from models.platforms import PlatformMeeting
from models.ratings import MutualRating
from models.rectification import Circular, CircularLine, RectificationOrder
from models.requests import DataRequest
from models.reviews import ReviewFile, ReviewOpinion
from models.rules.accountability import ACCOUNTABILITY
from models.rules.accountability import PART as ACCOUNTABLE_PART
from models.rules.adjustments import ADJUSTMENT
from models.rules.adjustments import OPINION as ADJUSTMENT_OPINION
from models.rules.admissions import ADMISSION
from models.rules.agencies import AGENCY
from models.rules.aggregates import AGGREGATE
from models.rules.answers import OPINION as ADMISSION_OPINION
from models.rules.appeals import APPEAL
from models.rules.appraisals import APPRAISAL
from models.rules.assigned import MATTER
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.changes import CHANGE
from models.rules.comments import OPINION
from models.rules.congress import CONGRESS_OPINION
from models.rules.coordination import COORDINATION
from models.rules.daily import DAILY
from models.rules.disputes import DISPUTE
from models.rules.establishment import BANK_ENTRY
from models.rules.evaluation import CYCLE
from models.rules.evaluation_sheets import SHEET
from models.rules.grids import GRID
from models.rules.guarantees import GUARANTEE
from models.rules.hotline import HOTLINE
from models.rules.imports import IMPORT
from models.rules.internal_organs import ORG_PLAN
from models.rules.irregular import REPORT
from models.rules.ladders import LADDER_OF_CLOCK
from models.rules.limits import LIMIT
from models.rules.lists import LIST
from models.rules.meetings import MEETING
from models.rules.platforms import GATHERING
from models.rules.ratings import RATING
from models.rules.rectification import CIRCULAR, LINE, RECTIFICATION
from models.rules.requests import REQUEST
from models.rules.reviews import OPINION as REVIEW_OPINION
from models.rules.reviews import REVIEW
from models.rules.revisions import REVISION
from models.rules.segments import EXTENSION
from models.rules.services import BACK, SERVICE
from models.rules.staffing import STAFF
from models.rules.statements import STATEMENT
from models.rules.suggestions import SUGGESTION
from models.rules.supervision import SUPERVISION
from models.rules.taskforces import TASK_FORCE
from models.rules.webhooks import WEBHOOK
from models.scope import PUBLIC, SCOPED
from models.scores import ScoreAppeal
from models.segments import Extension
from models.services import BackDeskTask, ServiceRequest
from models.staffing import AgencyStaff
from models.statements import ResponsibilityStatement
from models.suggestions import HeadAdjustmentSuggestion
from models.supervision import SupervisionOrder
from models.taskforces import TaskForce
from models.webhooks import Webhook

ROOT = Path(__file__).parent.parent
ROOMS = ("app", "views", "jobs", "models")
WORKFLOWS = {
    Call: CALL,
    CallAssignment: ASSIGNMENT,
    MutualRating: RATING,
    CoordinationCase: COORDINATION,
    DutyAdmission: ADMISSION,
    AdmissionOpinion: ADMISSION_OPINION,
    GuaranteeMeasure: GUARANTEE,
    JointMeeting: MEETING,
    DutyList: LIST,
    ImportRun: IMPORT,
    ListOpinion: OPINION,
    ListAdjustment: ADJUSTMENT,
    AdjustmentOpinion: ADJUSTMENT_OPINION,
    SupervisionOrder: SUPERVISION,
    Extension: EXTENSION,
    RectificationOrder: RECTIFICATION,
    Circular: CIRCULAR,
    CircularLine: LINE,
    AssignedMatter: MATTER,
    ResponsibilityStatement: STATEMENT,
    IrregularAssignmentReport: REPORT,
    DataRequest: REQUEST,
    Grid: GRID,
    ServiceRequest: SERVICE,
    BackDeskTask: BACK,
    DisputeCase: DISPUTE,
    ReviewFile: REVIEW,
    ReviewOpinion: REVIEW_OPINION,
    HotlineTicket: HOTLINE,
    Webhook: WEBHOOK,
    TimeLimit: LIMIT,
    ReminderLadder: LADDER_OF_CLOCK,
    DueRevision: REVISION,
    CongressOpinion: CONGRESS_OPINION,
    DispatchedAgency: AGENCY,
    TaskForce: TASK_FORCE,
    AgencyStaff: STAFF,
    PersonnelChange: CHANGE,
    HeadAdjustmentSuggestion: SUGGESTION,
    AppraisalTotal: APPRAISAL,
    DailyAssessment: DAILY,
    AccountabilityCase: ACCOUNTABILITY,
    AccountabilityUnit: ACCOUNTABLE_PART,
    StaffingBankEntry: BANK_ENTRY,
    InternalOrgPlan: ORG_PLAN,
    PlatformMeeting: GATHERING,
    EvaluationCycle: CYCLE,
    EvaluationSheet: SHEET,
    AgencyAggregate: AGGREGATE,
    ScoreAppeal: APPEAL,
}


def sources(*rooms: str) -> list[str]:
    """The Python files of these rooms, as they are named from the top."""
    return sorted(str(path.relative_to(ROOT)) for room in rooms for path in (ROOT / room).rglob("*.py"))


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def ours() -> list[type]:
    return [mapper.class_ for mapper in Model.registry.mappers]


# The door

ROUND_THE_DOOR = re.compile(
    r"__table__|(?<![.\w])(?<!def )text\(|\bliteral_column\(|[^.\w]table\(|metadata\.tables|\bbulk_\w+\(|make_transient"
    r"|from_statement|exec_driver_sql|\.connection\(\)"
)
THEIR_REASONS = {
    "app/database.py": "it migrates and backs up whole databases, before anybody is anybody",
    "app/errors.py": "it looks up which columns a constraint is about, and reads no row",
}


@pytest.mark.parametrize("path", sources("app", "views", "jobs", "models/rules", "models/queries"))
def test_nothing_goes_round_the_door(path):
    found = ROUND_THE_DOOR.findall(read(path))
    assert bool(found) == (path in THEIR_REASONS), found


SYSTEMS = {
    "app/commands.py": "commands of an operator",
    "app/taking.py": "who sent an import, and that it failed; the rows are written by whoever sent it",
    "app/metrics.py": "numbers of the whole deployment, and no rows",
    "jobs/runner.py": "what happens by itself",
    "models/door.py": "where it is made",
}


def test_only_jobs_and_commands_take_the_systems_session():
    takers = {path for path in sources(*ROOMS) if re.search(r"system_session|\bSYSTEM\b", read(path))}
    assert takers == SYSTEMS.keys()


def test_a_model_is_scoped_or_public():
    assert SCOPED.keys() | PUBLIC.keys() == set(ours())


# Tables


def test_every_foreign_key_is_indexed():
    bare = [
        f"{model.__name__}.{column.key}"
        for model in ours()
        for column in inspect(model).local_table.columns
        if column.foreign_keys and not column.primary_key and not _leads_an_index(column)
    ]
    assert not bare


def _leads_an_index(column):
    return any(next(iter(index.columns)) is column for index in column.table.indexes)


def test_what_is_one_countys_says_which():
    everywhere = {"RecorderEntry", "RecorderHead"}  # by their chain
    scoped = {model.__name__ for model in SCOPED}
    assert scoped - everywhere == {model.__name__ for model in SCOPED if hasattr(model, "region_id")}


# Rules


@pytest.mark.parametrize("path", [path for path in sources("models") if path != "models/database.py"])
def test_the_domain_never_commits(path):
    assert "commit(" not in read(path)


# In which states nothing moves any more; and in which a subject may rest, though it may yet be taken up again.
LAST = {
    Extension: {"approved", "refused", "lapsed"},
    Call: {"closed", "withdrawn", "settled_here"},
    CallAssignment: {"void"},
    MutualRating: {"revealed", "not_rated"},
    CoordinationCase: {"closed", "withdrawn"},
    DutyList: {"superseded"},
    ListOpinion: {"given", "lapsed"},
    ListAdjustment: {"applied", "refused", "withdrawn"},
    AdjustmentOpinion: {"given", "lapsed"},
    DutyAdmission: {"refused", "expired"},
    AdmissionOpinion: set(),
    GuaranteeMeasure: {"delivered"},
    JointMeeting: {"held"},
    SupervisionOrder: {"closed"},
    RectificationOrder: {"verified"},
    Circular: {"published"},
    CircularLine: {"ordered"},
    AssignedMatter: {"ended", "refused", "cancelled"},
    ResponsibilityStatement: {"cleared"},
    IrregularAssignmentReport: {"upheld", "dismissed", "withdrawn"},
    DataRequest: {"withdrawn"},
    ImportRun: {"undone", "discarded"},
    Grid: {"ended"},
    HotlineTicket: {"answered"},
    Webhook: set(),
    TimeLimit: {"retired"},
    ReminderLadder: {"retired"},
    DueRevision: {"done"},
    CongressOpinion: {"answered"},
    DispatchedAgency: {"ended"},
    TaskForce: {"dissolved"},
    AgencyStaff: set(),
    PersonnelChange: {"effective", "withdrawn"},
    HeadAdjustmentSuggestion: {"settled", "withdrawn"},
    AppraisalTotal: {"confirmed"},
    DailyAssessment: set(),
    AccountabilityCase: {"concluded"},
    AccountabilityUnit: set(),
    StaffingBankEntry: {"returned"},
    InternalOrgPlan: {"replaced"},
    PlatformMeeting: {"held", "called_off"},
    EvaluationCycle: {"published"},
    EvaluationSheet: {"opened", "lapsed"},
    AgencyAggregate: {"graded"},
    ScoreAppeal: {"upheld", "dismissed", "withdrawn"},
    ServiceRequest: {"done"},
    BackDeskTask: {"answered"},
    DisputeCase: {"settled"},
    ReviewFile: {"concluded", "withdrawn"},
    ReviewOpinion: {"given", "lapsed"},
}
REST = {
    CallAssignment: {"resolved", "upheld", "reassigned"},
    AdmissionOpinion: {"answered"},
    Webhook: {"off"},
    AgencyStaff: {"left"},
    AccountabilityUnit: {"found"},
    DailyAssessment: {"answered"},
}


@pytest.mark.parametrize("model", WORKFLOWS, ids=lambda model: model.__name__)
def test_every_state_can_be_reached_and_all_but_the_last_can_be_left(model):
    column = inspect(model).columns.state
    moves = WORKFLOWS[model].transitions.values()
    reached = {column.default.arg} | {move.target for move in moves} - {None}
    left = {state for move in moves for state in move.source}
    assert set(column.type.enum_class) == reached
    assert set(column.type.enum_class) - left == LAST[model]


@pytest.mark.parametrize("model", WORKFLOWS, ids=lambda model: model.__name__)
def test_every_state_leads_to_an_end(model):
    moves = WORKFLOWS[model].transitions.values()
    ends = LAST[model] | REST.get(model, set())
    while more := {state for move in moves if move.target in ends for state in move.source} - ends:
        ends |= more
    assert {state for move in moves for state in move.source} <= ends


def test_every_model_that_has_a_state_moves_by_a_workflow():
    stateful = {model for model in ours() if "state" in inspect(model).columns}
    others = {"ListItem": "moves with its list", "Promise": "kept or cancelled by the ledger"}
    assert {model.__name__ for model in stateful} == {model.__name__ for model in WORKFLOWS} | others.keys()


@pytest.mark.parametrize("model", WORKFLOWS, ids=lambda model: model.__name__)
def test_a_state_is_no_field_of_a_form(model):
    assert inspect(model).columns.state.info.get("protected")


# Text


@pytest.mark.parametrize("path", ["app/__init__.py", "views/__init__.py"])
def test_nothing_is_imported_with_the_engine(path):
    imports = [node for node in ast.walk(ast.parse(read(path))) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert path != "app/__init__.py" or not imports
    assert all((node.module or "").startswith("views") for node in imports)


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError\(|pragma: no cover")
    found = [path for path in sources(*ROOMS) if marks.search(read(path))]
    assert not found


def test_every_module_says_what_it_is():
    silent = [
        path for path in sources(*ROOMS) if "/versions/" not in path and not ast.get_docstring(ast.parse(read(path)))
    ]
    assert not silent


def test_the_domain_asks_no_clock():
    clock = re.compile(r"datetime\.now\(|datetime\.today\(|date\.today\(|time\.time\(")
    asked = {path for path in sources("models") if clock.search(read(path))}
    assert asked == {"models/recorder.py"}, "an entry without a moment takes the moment it is written"


OTHERS = {"Call", "Unit", "Grid"}
"""Names that mean something else there, too: a sheet is a grid of cells."""


def test_the_engine_names_no_table():
    nouns = re.compile("|".join(rf"\b{model.__name__}\b" for model in ours() if model.__name__ not in OTHERS))
    assert not [path for path in sources("app/engine") if nouns.search(read(path))]
