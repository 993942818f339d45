"""Which rows each role sees, and which of them it writes: a world of two counties, and the tables of who meets what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.orm import RelationshipDirection, Session

from jobs.figures import publish_figures
from models import door
from models.accountability import AccountabilityCase, AccountabilityDeed, AccountabilityState, AccountabilityUnit
from models.actor import NOBODY, Actor
from models.adjustments import AdjustmentOpinion, AdjustmentState, ListAdjustment
from models.admissions import AdmissionBatch, AdmissionOpinion, AdmissionState, DutyAdmission, GuaranteeMeasure
from models.agencies import AgencyCoverage, AgencyState, DispatchedAgency, EnforcementTeam, TeamForce
from models.appraisals import AppraisalState, AppraisalTotal, StaffAppraisal
from models.assigned import AssignedMatter, AssignedMatterCap, MatterDepartment, MatterState, MatterTownship
from models.calendar import CalendarDay, LimitState, ReminderLadder, ReminderStep, TimeLimit, WorkingWindow
from models.calls import AssignmentState, Call, CallAssignment, CallCounter, CallSource, CallState, FailureKind
from models.case_papers import CaseDocument, OfflineStep, OfflineStepUnit
from models.community import CheckIn, ExchangeEntry, MicroProject, MicroWish, VillagerCouncil
from models.congress import CongressOpinion
from models.coordination import CaseParty, CoordinationCase
from models.daily import DailyAssessment
from models.database import reading
from models.disputes import DisputeCase, DisputeState, MediatorPair
from models.door import NotWritable, OutOfSight, Sight, act_for, system_session
from models.establishment import (
    InternalOrgan,
    InternalOrgPlan,
    OrgPlanState,
    QuotaKind,
    StaffingBankEntry,
    StaffingQuota,
)
from models.evaluation import CycleState, EvaluationCycle, EvaluationIndicator, SubjectKind
from models.evaluation_sheets import EvaluationSheet, SheetScore, SheetState
from models.events import CallEvent
from models.evidence import OffSiteEvidence
from models.figures import PublishedFigure
from models.files import Attachment
from models.funding import PostGrades, ReturnRatio, TownshipFunding
from models.governance import GovernanceModule, ModuleContact
from models.grids import Grid, GridArea, GridAssignment, GridTask
from models.holdings import Holding
from models.hotline import HotlineTicket, TicketState
from models.imports import ImportRow, ImportRun, ImportWord
from models.irregular import IrregularAssignmentReport, ReportState
from models.item_words import ListState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.ladders import LadderRehearsal, LadderRehearsalCall, LadderRehearsalLine
from models.ledger import Job, LedgerAudit, Promise
from models.limits import DueRevision, LimitRehearsal
from models.lists import DutyList, ItemCooperation, ListItem
from models.meetings import JointMeeting, MeetingMember, MeetingState, MeetingVote
from models.notices import Notice, Outbox
from models.nudges import Nudge
from models.opinions import ListOpinion
from models.organisation import Duty, Unit, UnitType
from models.partners import ChamberSecretary, PartnerOrganisation, ResidencyRoster
from models.past_calls import PastCall
from models.personnel import ChangeState, PersonnelChange, TransferPlan
from models.plain_words import PlainWord
from models.platforms import GatheringState, Platform, PlatformMeeting
from models.policies import PolicyDocument
from models.posts import Committee, CommitteeMember, ModuleLeader, Post, PostHolder
from models.ratings import CaseAssessment, MutualRating, RatingState
from models.recorder import Origin, RecorderEntry, RecorderHead, set_origin
from models.rectification import Circular, CircularFailure, CircularLine, RectificationOrder
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.reviews import ReviewFile, ReviewOpinion, ReviewState
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.rules.deeds import parts_of
from models.scope import SCOPED, join
from models.scores import ScoreAppeal
from models.segments import Extension, Pause
from models.services import BackDeskTask, ServiceDesk, ServiceItem, ServicePoint, ServiceRequest, ServiceState
from models.situations import CallSituation
from models.staffing import AgencyStaff, StaffState
from models.statements import ResponsibilityStatement, StatementState, StatementTownship
from models.step_files import StepFile
from models.steps import ItemStep
from models.suggestions import HeadAdjustmentSuggestion
from models.supervision import Reminder, SupervisionOrder
from models.taskforces import TaskForce, TaskForceMember, TaskForceReview, TaskForceState
from models.three_fixed import ThreeFixedDocument
from models.warnings import EarlyWarning
from models.webhooks import Webhook, WebhookDelivery
from tests.make import NOW, Make
from tests.make_local import REGISTERS
from tests.models.evaluation_sight import EVALUATED, reads

R = RoleName

# Who meets which calls. `clue` was written in a grid of Luoyang, `across` asks a department of the other county,
# `reverse` is Zrzy's to Sixi, and Sf is a party of `forwarded` only because Zrzy named it.
#  who             sees                                                       writes
CALLS = {
    "luoyang":     ("draft clue submitted returned dispatched forwarded across resolved closed old",
                    "draft clue returned"),
    "sixi":        ("reverse",                                                   ""),
    "grid":        ("clue",                                                      "clue"),
    "zrzy":        ("dispatched forwarded reverse resolved closed old",              ""),
    "zj":          ("dispatched resolved",                                       ""),
    "sf":          ("forwarded",                                                 ""),
    "idle":        ("",                                                          ""),
    "away":        ("across theirs",                                             ""),
    "tongcheng":   ("theirs",                                                    ""),
    "office":      ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "editorial":   ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "lists":       ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "supervision": ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "assessment":  ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "discipline":  ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "leader":      ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "congress":    ("submitted returned dispatched forwarded across reverse resolved closed old", ""),
    "town_congress": ("submitted returned dispatched forwarded across resolved closed old", ""),
    "tc_office":   ("theirs",                                                    ""),
    "admin":       ("draft clue submitted returned dispatched forwarded across reverse resolved closed theirs old", ""),
    "security":    ("draft clue submitted returned dispatched forwarded across reverse resolved closed theirs old", ""),
    "audit":       ("draft clue submitted returned dispatched forwarded across reverse resolved closed theirs old", ""),
}  # fmt: skip

# What they meet of the rest, by how far their roles reach. `ours`: of the calls that they see.
#  table               own units        county    everywhere
REST = {
    CallAssignment:   ("ours",          "county", "all"),
    Holding:          ("ours",          "county", "all"),
    Pause:            ("ours",          "county", "all"),
    Extension:        ("ours",          "county", "all"),
    CoordinationCase: ("ours",          "county", "all"),
    CaseParty:        ("ours",          "county", "all"),
    MutualRating:     ("rated",         "rated",  "rated"),
    CaseAssessment:   ("theirs",        "county", "all"),
    OfflineStep:      ("ours",          "county", "all"),
    OfflineStepUnit:  ("ours",          "county", "all"),
    CaseDocument:     ("ours",          "county", "all"),
    StepFile:         ("hung on ours",  "county", "all"),
    Reminder:         ("ours",          "county", "all"),
    SupervisionOrder: ("ours",          "county", "all"),
    CallEvent:        ("ours",          "county", "all"),
    Nudge:            ("ours",          "county", "all"),
    RectificationOrder: ("theirs",      "county", "all"),
    EarlyWarning:     ("theirs",        "county", "all"),
    Circular:         ("published here", "county", "all"),
    CircularLine:     ("published here", "county", "all"),
    CircularFailure:  ("published and ours", "county", "all"),
    DutyAdmission:    ("concerned",     "submitted", "all"),
    AdmissionOpinion: ("concerned",     "submitted", "all"),
    GuaranteeMeasure: ("concerned",     "submitted", "all"),
    AdmissionBatch:   ("county",        "county", "all"),
    JointMeeting:     ("deals with ours", "county", "all"),
    MeetingMember:    ("none",          "county", "all"),
    MeetingVote:      ("none",          "submitted", "all"),
    DutyList:         ("in force",      "county", "all"),
    ListItem:         ("in force",      "county", "all"),
    ItemCooperation:  ("in force here", "county", "all"),
    ItemAttachment:   ("in force here", "county", "all"),
    ItemCheckpoint:   ("in force here", "county", "all"),
    ItemIndicator:    ("in force here", "county", "all"),
    ItemStep:         ("in force here", "county", "all"),
    ListOpinion:      ("theirs",        "county", "all"),
    ListAdjustment:   ("proposed or asked", "submitted proposals", "all"),
    AdjustmentOpinion: ("theirs or about theirs", "county", "all"),
    GovernanceModule: ("county",        "county", "all"),
    ModuleContact:    ("county",        "county", "all"),
    Attachment:       ("shown or sent", "kept or sent", "all"),
    PlainWord:        ("county",        "county", "all"),
    ImportRun:        ("theirs",        "theirs", "all"),
    ImportRow:        ("of theirs",     "of theirs", "all"),
    ImportWord:       ("county",        "county", "all"),
    CalendarDay:      ("county",        "county", "all"),
    WorkingWindow:    ("county",        "county", "all"),
    TimeLimit:        ("county",        "county", "all"),
    LimitRehearsal:   ("county",        "county", "all"),
    DueRevision:      ("county",        "county", "all"),
    ReminderLadder:   ("county",        "county", "all"),
    ReminderStep:     ("county",        "county", "all"),
    LadderRehearsal:  ("county",        "county", "all"),
    LadderRehearsalLine: ("county",     "county", "all"),
    LadderRehearsalCall: ("of our calls", "county", "all"),
    Notice:           ("mine",          "mine",   "mine"),
    Webhook:          ("none",          "none",   "all"),
    WebhookDelivery:  ("none",          "none",   "all"),
    Promise:          ("none",          "county", "all"),
    LedgerAudit:      ("none",          "county", "all"),
    Outbox:           ("none",          "none",   "all"),
    CallCounter:      ("none",          "none",   "all"),
    RecorderEntry:    ("ours, by us, concerned", "chain",  "all"),
    RecorderHead:     ("none",          "chain",  "all"),
    PolicyDocument:   ("county",        "county", "all"),
    AssignedMatterCap: ("county",       "county", "all"),
    CallSituation:    ("county",        "county", "all"),
    ThreeFixedDocument: ("county",      "county", "all"),
    Grid:             ("of its village", "county", "all"),
    GridArea:         ("of its village", "county", "all"),
    GridTask:         ("of its village", "county", "all"),
    GridAssignment:   ("of its village", "county", "all"),
    DispatchedAgency: ("county",        "county", "all"),
    AgencyCoverage:   ("county",        "county", "all"),
    EnforcementTeam:  ("county",        "county", "all"),
    TeamForce:        ("county",        "county", "all"),
    AgencyStaff:      ("personal",      "personal", "personal"),
    HeadAdjustmentSuggestion: ("personal", "personal", "personal"),
    PersonnelChange:  ("personal",      "personal", "personal"),
    TransferPlan:     ("county",        "county", "all"),
    PublishedFigure:  ("theirs",        "county", "all"),
    AppraisalTotal:   ("county",        "county", "all"),
    StaffAppraisal:   ("appraised",     "appraised", "appraised"),
    DailyAssessment:  ("entered or about theirs", "county", "all"),
    **dict.fromkeys((AccountabilityCase, AccountabilityUnit, AccountabilityDeed), ("held to account",) * 3),
    StaffingQuota:    ("theirs",        "county", "all"),
    StaffingBankEntry: ("theirs",       "county", "all"),
    TownshipFunding:  ("theirs",        "county", "all"),
    ReturnRatio:      ("theirs",        "county", "all"),
    PostGrades:       ("theirs",        "county", "all"),
    Platform:         ("county",        "county", "all"),
    PlatformMeeting:  ("theirs",        "county", "all"),
    InternalOrgPlan:  ("theirs",        "county", "all"),
    InternalOrgan:    ("of their plans", "county", "all"),
    TaskForce:        ("with our posts", "county", "all"),
    TaskForceMember:  ("with our posts", "county", "all"),
    TaskForceReview:  ("with our posts", "county", "all"),
    ServiceDesk:      ("county",        "county", "all"),
    ServicePoint:     ("county",        "county", "all"),
    ServiceItem:      ("county",        "county", "all"),
    ServiceRequest:   ("theirs or asked", "county", "all"),
    BackDeskTask:     ("theirs or theirs above", "county", "all"),
    DisputeCase:      ("theirs or together", "county", "all"),
    MediatorPair:     ("county",        "county", "all"),
    ReviewFile:       ("theirs or asked", "county", "all"),
    ReviewOpinion:    ("theirs or theirs above", "county", "all"),
    VillagerCouncil:  ("theirs",        "county", "all"),
    MicroWish:        ("theirs",        "county", "all"),
    ExchangeEntry:    ("county",        "county", "all"),
    MicroProject:     ("theirs",        "county", "all"),
    CheckIn:          ("theirs",        "county", "all"),
    **dict.fromkeys((Post, ModuleLeader, Committee, CommitteeMember), ("county", "county", "all")),
    PostHolder:       ("of their posts", "county", "all"),
    PartnerOrganisation: ("theirs or guided", "county", "all"),
    ChamberSecretary: ("theirs",        "county", "all"),
    ResidencyRoster:  ("county",        "county", "all"),
    OffSiteEvidence:  ("theirs",        "county", "all"),
    HotlineTicket:    ("theirs",        "county", "all"),
    PastCall:         ("theirs or answered", "county", "all"),
    CongressOpinion:  ("said or addressed", "county", "all"),
    EvaluationCycle:  ("county",        "county", "all"),
    EvaluationIndicator: ("county",     "county", "all"),
    **dict.fromkeys(EVALUATED, ("evaluated", "evaluated", "evaluated")),
    ScoreAppeal:      ("theirs",        "county", "all"),
}  # fmt: skip

# Who observes a town for its congress sees what both the town and the county see, but for what either keeps to itself.
OBSERVED = {ImportRun: ("none",), ImportRow: ("none",), Attachment: ("shown",)}

PERSONAL = (AgencyStaff, PersonnelChange, HeadAdjustmentSuggestion)
"""What is about somebody who is dispatched."""

JUDGED = (AccountabilityCase, AccountabilityUnit, AccountabilityDeed)
"""What is of those who judge, of leaders, and of each unit involved its own."""

DEALINGS = (
    *(RectificationOrder, ScoreAppeal, HotlineTicket, CongressOpinion),
    *(ServiceRequest, BackDeskTask, DisputeCase, ReviewFile, ReviewOpinion),
    *(DispatchedAgency, InternalOrgPlan, StaffingBankEntry),
)
"""What two sides do with one another: who sees a row sees its history."""

OPEN = (ListState.published, ListState.superseded, ListState.consulting)
"""Editions that everyone in the county reads: those that bind, or did, and one that is out for comment."""

# What departments ask of townships. Zrzy leads and asks Luoyang, Zj takes part; Idle leads in what Zj's request cites;
# Luoyang reported Zrzy. A department knows a report only when there is a finding.
#  table                     who          sees                                   writes
ASKED = {
    AssignedMatter: {
        "luoyang":           ("in_force cited gone",                             ""),
        "sixi":              ("cited",                                           ""),
        "grid":              ("cited",                                           ""),
        "zrzy":              ("draft submitted in_force cited gone",             "draft"),
        "zj":                ("submitted in_force cited gone",                   ""),
        "sf":                ("cited",                                           ""),
        "idle":              ("cited",                                           ""),
        "away":              ("theirs",                                          ""),
        "tongcheng":         ("theirs",                                          ""),
        "town_congress":     ("in_force cited gone",                             ""),
        "county":            ("submitted in_force cited gone",                   ""),
    },
    ResponsibilityStatement: {
        "luoyang":           ("registered kept",                                 ""),
        "zrzy":              ("registered kept",                                 ""),
        "away":              ("theirs",                                          ""),
        "tongcheng":         ("theirs",                                          ""),
        "lists":             ("registered kept",                                 "registered"),
        "town_congress":     ("registered kept",                                 ""),
        "county":            ("registered kept",                                 ""),
    },
    IrregularAssignmentReport: {
        "luoyang":           ("reported accepted upheld dismissed withdrawn",    "reported"),
        "zrzy":              ("upheld dismissed",                                ""),
        "away":              ("",                                                ""),
        "tongcheng":         ("theirs",                                          "theirs"),
        "town_congress":     ("reported accepted upheld dismissed withdrawn",    ""),
        "county":            ("reported accepted upheld dismissed withdrawn",    ""),
    },
    DataRequest: {
        "luoyang":           ("sent withdrawn",                                  ""),
        "sixi":              ("sent withdrawn",                                  ""),
        "grid":              ("sent withdrawn",                                  ""),
        "zrzy":              ("sent withdrawn",                                  ""),
        "zj":                ("draft sent withdrawn",                            "draft"),
        "sf":                ("sent withdrawn",                                  ""),
        "idle":              ("sent withdrawn",                                  ""),
        "away":              ("theirs",                                          ""),
        "tongcheng":         ("theirs",                                          ""),
        "town_congress":     ("sent withdrawn",                                  ""),
        "county":            ("sent withdrawn",                                  ""),
    },
}  # fmt: skip
# Of what all may see because a request is known in the county, those whom it concerns alone see who did what.
HISTORY = {
    AssignedMatter: {
        "luoyang": "in_force cited gone",
        "town_congress": "in_force cited gone",
        "zrzy": "draft submitted in_force gone",
        "zj": "submitted in_force cited gone",
        "idle": "cited",
        "away": "theirs",
        "tongcheng": "theirs",
    },
    DataRequest: {
        "luoyang": "sent withdrawn",
        "town_congress": "sent withdrawn",
        "zj": "draft sent withdrawn",
        "away": "theirs",
        "tongcheng": "theirs",
    },
}
OF = {
    MatterDepartment: ("matter", AssignedMatter),
    MatterTownship: ("matter", AssignedMatter),
    StatementTownship: ("statement", ResponsibilityStatement),
    DataRequestField: ("request", DataRequest),
    DataRequestTownship: ("request", DataRequest),
}
"""What hangs on the rows above, and is seen and written with them."""

UNITS = ("luoyang", "sixi", "zrzy", "zj", "sf", "idle", "away", "tongcheng")

# Who writes what of the rest by form or API. Everybody else writes nothing there.
WRITERS = {
    (DutyList, "lists"): "county drafts",
    (ListItem, "lists"): "county drafts",
    (ItemCooperation, "lists"): "county drafts",
    (ItemIndicator, "lists"): "county drafts",
    (ItemAttachment, "lists"): "county items",
    (ItemCheckpoint, "lists"): "county items",
    (ItemStep, "lists"): "county items",
    (GovernanceModule, "lists"): "county",
    (ModuleContact, "office"): "county",
    (ModuleContact, "tc_office"): "county",
    (ListAdjustment, "luoyang"): "own draft",
    (ListAdjustment, "lists"): "reviewed here",
    (PlainWord, "lists"): "county",
    (ImportWord, "lists"): "county",
    (ImportWord, "editorial"): "county",
    (CalendarDay, "lists"): "county",
    (Extension, "zrzy"): "asked by us",
    (Extension, "zj"): "asked by us",
    (Extension, "away"): "asked by us",
    (DutyAdmission, "zrzy"): "own drafts",
    (DutyAdmission, "away"): "own drafts",
    (AdmissionOpinion, "zrzy"): "own drafts",
    (AdmissionOpinion, "away"): "own drafts",
    (GuaranteeMeasure, "zrzy"): "own drafts",
    (GuaranteeMeasure, "away"): "own drafts",
    (AdmissionBatch, "editorial"): "county",
    (JointMeeting, "editorial"): "planned here",
    (MeetingMember, "editorial"): "planned here",
    (OfflineStep, "luoyang"): "theirs",
    (OfflineStepUnit, "luoyang"): "theirs",
    (CaseDocument, "luoyang"): "theirs",
    (OfflineStep, "tongcheng"): "theirs",
    (OfflineStepUnit, "tongcheng"): "theirs",
    (CaseDocument, "tongcheng"): "theirs",
    (StepFile, "luoyang"): "of what was returned, of own drafts",
    **{(StepFile, who): "of own drafts" for who in ("sixi", "grid", "tongcheng")},
    (CalendarDay, "admin"): "all",
    (WorkingWindow, "admin"): "all",
    (TimeLimit, "admin"): "drafts of rules",
    (DueRevision, "admin"): "previewed",
    (Webhook, "admin"): "switched off",
    (DueRevision, "lists"): "previewed here",
    (ReminderLadder, "admin"): "drafts of rules",
    (ReminderLadder, "office"): "draft here",
    (ReminderLadder, "tc_office"): "draft here",
    (ReminderStep, "admin"): "of drafts",
    (ReminderStep, "office"): "of drafts here",
    (ReminderStep, "tc_office"): "of drafts here",
    (PolicyDocument, "lists"): "county",
    (AssignedMatterCap, "lists"): "county",
    (CallSituation, "lists"): "county",
    (ThreeFixedDocument, "lists"): "county",
    (ThreeFixedDocument, "editorial"): "county",
    **{
        (model, who): "own grids in force"
        for model in (Grid, GridArea, GridTask, GridAssignment)
        for who in ("luoyang", "sixi", "grid", "tongcheng")
    },
    **{
        (model, who): "theirs at the beginning"
        for model in (
            ServicePoint,
            ServiceRequest,
            DisputeCase,
            MediatorPair,
            ReviewFile,
            VillagerCouncil,
            MicroWish,
            ExchangeEntry,
            MicroProject,
            CheckIn,
            PartnerOrganisation,
            ChamberSecretary,
            OffSiteEvidence,
        )
        for who in ("luoyang", "sixi", "grid", "tongcheng")
    },
    # Posts at the office that keep no council are kept from it by their rights.
    **{
        (VillagerCouncil, who): "theirs at the beginning"
        for who in ("office", "tc_office", "admin", "security", "audit")
    },
    **{(HotlineTicket, who): "theirs at the beginning" for who in ("luoyang", "sixi", "tongcheng")},
    **{(HotlineTicket, who): "received here" for who in ("office", "tc_office")},
    **{(PastCall, who): "county" for who in ("office", "tc_office")},
    **{(CongressOpinion, who): "said, not answered" for who in ("congress", "town_congress")},
    (DispatchedAgency, "editorial"): "laid down here",
    (AgencyCoverage, "editorial"): "laid down here",
    **{(AgencyStaff, who): "serving of ours" for who in ("zrzy", "zj", "sf", "idle", "away", "editorial")},
    **{
        (model, who): "their teams"
        for model in (EnforcementTeam, TeamForce)
        for who in ("luoyang", "sixi", "tongcheng")
    },
    **{
        (model, who): "of living forces"
        for model in (TaskForce, TaskForceMember)
        for who in ("luoyang", "sixi", "tongcheng")
    },
    **{(PersonnelChange, who): "proposed by us" for who in ("zrzy", "zj", "sf", "idle", "away")},
    (TransferPlan, "editorial"): "county",
    (AppraisalTotal, "editorial"): "being distributed here",
    **{(StaffAppraisal, who): "of our totals" for who in ("luoyang", "sixi", "tongcheng")},
    **{(DailyAssessment, who): "entered by us" for who in ("luoyang", "sixi", "tongcheng")},
    **{(AccountabilityCase, who): "being looked into here" for who in ("assessment", "discipline")},
    **{(HeadAdjustmentSuggestion, who): "opened by us" for who in ("luoyang", "sixi", "tongcheng")},
    **{
        (model, who): "of draft plans"
        for model in (InternalOrgPlan, InternalOrgan)
        for who in ("luoyang", "sixi", "tongcheng")
    },
    (StaffingQuota, "editorial"): "county",
    **{(model, who): "theirs" for model in (Post, ModuleLeader, Committee) for who in ("luoyang", "sixi", "tongcheng")},
    **{(PostHolder, who): "of their posts" for who in ("luoyang", "sixi", "tongcheng")},
    **{(CommitteeMember, who): "of their committees" for who in ("luoyang", "sixi", "tongcheng")},
    **{(Platform, who): "theirs" for who in ("luoyang", "sixi", "tongcheng")},
    **{(PlatformMeeting, who): "theirs, planned" for who in ("luoyang", "sixi", "tongcheng")},
    (PostGrades, "editorial"): "county",
    **{(model, who): "county" for model in (TownshipFunding, ReturnRatio) for who in ("office", "tc_office")},
    (StaffingBankEntry, "editorial"): "county",
    (ServiceDesk, "lists"): "county",
    (ServiceItem, "lists"): "county",
    (ResidencyRoster, "office"): "county",
    (ResidencyRoster, "tc_office"): "county",
    (RectificationOrder, "supervision"): "county",
    (Circular, "supervision"): "draft here",
    (SupervisionOrder, "office"): "county",
    (SupervisionOrder, "supervision"): "county",
    (SupervisionOrder, "tc_office"): "county",
    (EvaluationCycle, "assessment"): "draft here",
    (EvaluationIndicator, "assessment"): "of draft cycles here",
    **{(SheetScore, who): "to be filled in" for who in (*UNITS, "assessment")},
    **{(ScoreAppeal, who): "lodged by us" for who in UNITS},
}


def test_every_scoped_table_is_in_the_tables():
    assert SCOPED.keys() == {Call, *REST, *ASKED, *OF}


class World:
    """Two counties at work, built once and only read."""

    def __init__(self, session: Session) -> None:
        make = self.make = Make(session)
        self.session = session
        home, other = make.county("Taishun"), make.county("Tianchang")
        luoyang, sixi = make.township(home, "Luoyang"), make.township(home, "Sixi")
        zrzy, zj, sf, idle = (make.department(home, name) for name in ("Zrzy", "Zj", "Sf", "Idle"))
        away, tongcheng = make.department(other, "Away"), make.township(other, "Tongcheng")
        grid = make.grid(make.village(luoyang))
        villages = [make.village(town) for town in (luoyang, sixi, tongcheng)]
        office, editorial = make.office(Duty.county_office), make.office(Duty.editorial_office)
        self.actors = {
            "luoyang": make.actor(luoyang),
            "sixi": make.actor(sixi, R.township_head),
            "grid": make.actor(grid),
            "zrzy": make.actor(zrzy),
            "zj": make.actor(zj, R.department_head),
            "sf": make.actor(sf),
            "idle": make.actor(idle),
            "away": make.actor(away),
            "tongcheng": make.actor(tongcheng),
            "office": make.actor(office),
            "editorial": make.actor(editorial),
            "lists": make.actor(editorial, R.list_manager),
            "supervision": make.actor(make.office(Duty.supervision_office)),
            "assessment": make.actor(make.office(Duty.assessment_office)),
            "discipline": make.actor(make.office(Duty.assessment_office), R.discipline_inspector),
            "leader": make.actor(make.office(Duty.leadership)),
            "congress": make.actor(make.unit(UnitType.congress, home)),
            "town_congress": make.actor(luoyang, R.township_observer),
            "tc_office": make.actor(make.office(Duty.county_office, other)),
            "admin": make.actor(office, R.admin),
            "security": make.actor(office, R.security_admin),
            "audit": make.actor(office, R.audit_admin),
        }
        item = make.item(zrzy, cooperating=[zj])
        for county, lead in ((home, zrzy), (other, away)):
            drafted = make.item(lead, cooperating=[make.department(county)], duty_list=make.duty_list(county))
            make.item(lead, duty_list=make.duty_list(county, state=ListState.superseded), state="superseded")
            for item_ in (drafted, make.item(lead)):
                make.document(item_)
                make.step(item_)
                make.indicator(item_)
                make.checkpoint(item_)
            make.item(lead, duty_list=(out := make.duty_list(county)))
            make.press(out, "ask_opinions", make.actor(make.office(Duty.editorial_office, county), R.list_manager))
            make.module(lead, county=county)
            make.file(lead)
            make.ledger_audit(county)
            make._add(CalendarDay(region_id=county.id, day=date(2027, 1, 1), is_working=False))
            make._add(PlainWord(region_id=county.id, word="臭水", means="水污染"))
            make._add(ImportWord(region_id=county.id, resource="list_item", said="序号", means="code"))
            make.ladder(county=county)
            make.ladder(Job.promise_remind, county, LimitState.draft)
            make.situation(county, list_item_id=item_.id)
            make.three_fixed(lead)
            make.limit(county, list_item_id=make.item(lead).id, department_id=lead.id)
            make.rehearsed(make.limit(county), "switch_on")
            make.revision(county)
        self._dispatch(zrzy, luoyang, sixi, tongcheng)
        self._evaluate(home, luoyang, zrzy)
        self._evaluate(other, tongcheng, away)
        self._keep(grid, *villages)
        self._pass_on(luoyang, sixi, tongcheng)
        for sender in (luoyang, zrzy, editorial, tongcheng):
            make.import_run(sender)
        part = {"item": item, "lead": zrzy, "cooperating": [zj]}
        self.calls = {
            "draft": make.call(luoyang, item=item),
            "clue": make.call(grid, item=item, lead=zrzy),
            "submitted": make.call(luoyang, item=item, state=CallState.submitted),
            "returned": make.call(luoyang, item=item, state=CallState.returned),
            "dispatched": make.call(luoyang, state=CallState.dispatched, **part),
            "forwarded": make.call(luoyang, item=item, lead=zrzy, named=sf, state=CallState.forwarded),
            "across": make.call(luoyang, item=item, lead=away, is_cross_region=True, state=CallState.in_progress),
            "reverse": make.call(zrzy, item=item, lead=sixi, state=CallState.dispatched),
            "theirs": make.call(tongcheng, lead=away, item=make.item(away), state=CallState.forwarded),
            "resolved": make.call(luoyang, state=CallState.resolved, **part),
            "closed": make.call(luoyang, item=item, lead=zrzy, state=CallState.closed),
        }
        self._rate(self.calls["resolved"])
        self._add_to_cases("forwarded", "theirs")
        for name in ("dispatched", "across", "theirs"):
            self._press_on(self.calls[name])
        self._hang_on("returned", "dispatched", "theirs")
        self.make.adjustment(by=luoyang, item=item)
        self.make.adjustment(by=sixi, item=item, state=AdjustmentState.consulting, asked=[zj])
        self.make.adjustment(by=zrzy, item=item, state=AdjustmentState.reviewing, asked=[sixi])
        for applicant, town in ((zrzy, luoyang), (away, tongcheng)):
            for state in (AdmissionState.draft, AdmissionState.submitted, AdmissionState.in_force):
                make.admission(applicant, townships=[town], state=state, batch=make.batch(applicant.region))
            make.meeting(make.department(applicant.region))
        for actor in self.actors.values():
            self._tell(actor)
        set_origin(session, Origin(actor=self.actors["zrzy"], at=NOW))
        make.posting(make.user(), zrzy)  # by Zrzy, and in no county's chain
        session.commit()
        self.names = {call.id: name for name, call in self.calls.items()}
        self._rehearse()
        self._observe(luoyang, zrzy, tongcheng)
        self.names[make.past_call(luoyang, zrzy).call_id] = "old"
        self.names[make.past_call(tongcheng, away).call_id] = "theirs"
        self._hold_to_account()
        publish_figures(session, NOW + timedelta(days=30))
        session.commit()
        self.asked = self._ask(luoyang, tongcheng, zrzy, zj, idle, away)
        self.cited = self.calls["across"].id, item.id, item.duty_list_id

    def _evaluate(self, county: Unit, town: Unit, department: Unit) -> None:
        """A draft; one that is open, with sheets sealed and still to be filled in; and one that is published."""
        make, both = self.make, (SubjectKind.department, SubjectKind.agency)
        make.cycle(county, CycleState.draft)
        open_ = make.cycle(county, CycleState.open, *both)
        for subject in (SubjectKind.agency, SubjectKind.department):
            sealed, *_ = make.sheets(open_, rater_unit_id=town.id, subject_kind=subject)
            make.fill(sealed)
        for rater in (town, department):
            for sheet in make.sheets(open_, rater_unit_id=rater.id, state=SheetState.draft)[:1]:
                make.score(sheet)
        told = make.cycle(county, CycleState.open, *both, SubjectKind.township)
        for rater in (town, department, make.office(Duty.assessment_office, county)):
            make.fill_all(told, rater_unit_id=rater.id)
        for name in ("close_cycle", "compute_scores", "confirm_scores", "publish_scores"):
            make.press(told, name)
        closed = make.cycle(county, CycleState.open, SubjectKind.department)
        make.fill_all(closed, rater_unit_id=town.id)
        for name in ("close_cycle", "compute_scores"):
            make.press(closed, name)
        for unit in (town, department):
            make.appeal(make.result(told, unit))

    def _hold_to_account(self) -> None:
        """Zrzy, Zj and Sixi together, somebody else without them, and the other county."""
        make, calls = self.make, self.calls
        elsewhere = make.bound()
        free = {"list_item": elsewhere, "township": make.township(), "happened_on": NOW.date()}
        for state in (AccountabilityState.opened, AccountabilityState.analysed):
            make.accountability(item=elsewhere, state=state, **free)
            for name in ("reverse", "theirs"):
                calls[name].list_item.duty_list.effective_from = date(2026, 1, 1)
                make.accountability(call=calls[name], item=calls[name].list_item, state=state)

    def _rehearse(self) -> None:
        for ladder in self.session.scalars(select(ReminderLadder)):
            self.make.press(ladder, "rehearse", at=NOW + timedelta(days=60), day=NOW.date())

    def _keep(self, grid: Unit, *villages: Unit) -> None:
        """What villages keep, and one that a grid lies in."""
        make = self.make
        for place in (grid, grid.parent, *villages):
            for area in ("Block 1", "Block 2"):
                profile = make.grid_profile(place, f"{area} {place.id}")
                make.serving(profile)
                make.task(profile)
            make.press(profile, "end", note="Rebuilt.")
        self._councils()
        zrzy = self.actors["zrzy"].unit_id
        for place in (grid, *villages):
            for model in REGISTERS:
                make.row(model, place)
            make.service_item(make.department(place.region))
            make.evidence(place)
            for state in (ServiceState.received, ServiceState.passed):
                make.service(place, self._in(place, zrzy), state=state)
            for state in (DisputeState.screening, DisputeState.joint_mediation):
                make.dispute(place, state=state)
            for state in (ReviewState.draft, ReviewState.reviewing):
                make.hang(make.review(place, self._in(place, zrzy), state=state))
        make.row(PartnerOrganisation, villages[0], department_id=zrzy)
        make.dispute(villages[1], grid.parent.parent, state=DisputeState.joint_mediation)

    def _councils(self) -> None:
        for office in ("office", "tc_office"):
            self.make.row(VillagerCouncil, self.session.get_one(Unit, self.actors[office].unit_id))

    def _pass_on(self, *towns: Unit) -> None:
        """Tickets, but for those of which a call was made: that is among the calls above."""
        for town, state in product(towns, (TicketState.received, TicketState.returned, TicketState.answered)):
            self.make.ticket(town, state=state)
        self.make.webhook(on=False)
        outbox = self.session.scalars(select(Outbox)).first()
        self.make.on_its_way(self.make.webhook(), outbox)

    def _observe(self, luoyang: Unit, zrzy: Unit, tongcheng: Unit) -> None:
        """What the congresses say: of the county, of Luoyang, and of the other county."""
        county, town = self.actors["congress"], self.actors["town_congress"]
        away = self.make.actor(self.make.unit(UnitType.congress, tongcheng.region))
        for by, unit in ((county, luoyang), (county, zrzy), (town, luoyang), (away, tongcheng)):
            for answered in (False, True):
                self.make.congress_opinion(by, unit, answered=answered)

    def _in(self, place: Unit, unit_id: int) -> Unit:
        """That unit, in its own county; a department of another."""
        unit = self.session.get(Unit, unit_id)
        return unit if unit.region_id == place.region_id else self.make.department(place.region)

    def _rate(self, call: Call) -> None:
        """Luoyang's word of Zrzy stays sealed; Zj and Luoyang have rated each other."""
        sealed, _, *pair = self.make.ratings(call)
        for rating in (sealed, *pair):
            self.make.rate(rating)

    def _add_to_cases(self, *names: str) -> None:
        for name in names:
            case = self.make.case_of(self.calls[name])
            self.make.offline_step(case)
            self.make.case_document(case)

    def _hang_on(self, *names: str) -> None:
        """Files on calls, on the part of each, and on what came of that."""
        for call in map(self.calls.get, names):
            parts = self.make.assignments(call)[:1]
            orders = self.session.scalars(select(SupervisionOrder).where(SupervisionOrder.call_id == call.id)).all()
            asked = self.session.scalars(select(Extension).where(Extension.call_id == call.id)).all()
            for row in (call, *parts, *orders, *asked):
                self.make.hang(row)

    def _dispatch(self, posted: Unit, *towns: Unit) -> None:
        for town in towns:
            department = posted if posted.region_id == town.region_id else self.make.department(town.region)
            agency = self.make.agency(town, department=department, state=AgencyState.in_force)
            self.make.agency(town, field="fire")
            for state in (StaffState.in_place, StaffState.left):
                self.make.staff(agency).state = state
            for state in (ChangeState.proposed, ChangeState.opinion_requested, ChangeState.effective):
                self.make.change(self.make.staff(agency), state=state)
            self.make.registered(department)
            self.make.transfer_plan(town)
            for state in ("opened", "settled"):
                self.make.suggestion(staff=self.make.staff(agency, is_head=True), state=state)
            self._appraise(agency, town)
            self.make.force(self.make.team(town))
            for state in TaskForceState:
                self.make.force_member(self.make.task_force(town, state=state), posted)
            self.make.means(town)
            post = self.make.post(town)
            self.make.holder(post)
            self.make.leader(post, self.make.module(county=town.region))
            self.make.seat(self.make.committee(town), post)
            platform = self.make.platforms(town)[0]
            for state in GatheringState:
                self.make.gathering(platform, state=state)
            self.make.paid_in(2, town.region)
            self.make.lent(town, 1)
            self.make.quota(town, 3, QuotaKind.administrative)
            for state in (OrgPlanState.draft, OrgPlanState.approved):
                self.make.org_plan(town, state=state)

    def _appraise(self, agency: DispatchedAgency, town: Unit) -> None:
        """Somebody in a total of each state; and what two agencies did, of which one serves another township, too."""
        make = self.make
        for number, state in enumerate(AppraisalState):
            total = make.appraisal_total(town, year=NOW.year - number)
            make.appraisal(total, make.staff(agency, hired_on=date(2020, 1, 6), dispatched_on=date(2020, 1, 6)))
            total.state = state
            make.session.commit()
        make.daily(agency, town)
        make.daily(make.agency(town, make.township(town.region), field="water", state="in_force"), town)

    def _ask(self, luoyang, tongcheng, zrzy, zj, idle, away) -> dict[type, dict[int, str]]:
        """What departments ask, by the name that the tables have for it."""
        make, M = self.make, MatterState
        make.cap(9)
        make.cap(9, county=away.region)
        of_zrzy = {"helpers": [zj], "basis_id": make.policy().id}
        matters = {
            "draft": make.matter(zrzy, luoyang, **of_zrzy),
            "submitted": make.matter(zrzy, luoyang, state=M.submitted, **of_zrzy),
            "in_force": make.matter(zrzy, luoyang, state=M.in_force, **of_zrzy),
            "gone": make.matter(zrzy, luoyang, state=M.cancelled, **of_zrzy),
            "cited": make.matter(idle, luoyang, state=M.in_force, helpers=[zj]),
            "theirs": make.matter(away, tongcheng, state=M.in_force, helpers=[make.department(away.region)]),
        }
        make.policy(county=away.region)
        statements = {state.value: make.statement(zrzy, luoyang, state=state) for state in list(StatementState)[:2]}
        reports = {state.value: make.report(luoyang, zrzy, state=state) for state in ReportState}
        cited = {"assigned_matter_id": matters["cited"].id}
        requests = {state.value: make.request(zj, luoyang, state=state, **cited) for state in RequestState}
        found = {
            AssignedMatter: matters,
            ResponsibilityStatement: statements | {"theirs": make.statement(away, tongcheng)},
            IrregularAssignmentReport: reports | {"theirs": make.report(tongcheng, away)},
            DataRequest: requests | {"theirs": make.request(away, tongcheng, state=RequestState.sent)},
        }
        return {model: {row.id: name for name, row in rows.items()} for model, rows in found.items()}

    def _press_on(self, call: Call) -> None:
        part = self.make.assignments(call)[0]
        promise = self.session.scalars(select(Promise).where(Promise.subject_id == part.id)).first()
        of_part = {"region_id": call.region_id, "call_id": call.id, "unit_id": part.department_id}
        reminder = Reminder(promise_id=promise.id, job=Job.respond_remind, step=1, due_at=NOW, sent_at=NOW, message="x")
        order = SupervisionOrder(assignment_id=part.id, issued_at=NOW, raised_at=NOW)
        nudge = Nudge(assignment_id=part.id, by_unit_id=call.caller_unit_id, number=1, day=NOW.date(), at=NOW)
        event = CallEvent(seq=self.make._next(), at=NOW, subject_type="call", action="send")
        for row in (reminder, order, nudge, event):
            for name, value in of_part.items():
                setattr(row, name, value)
        of_call = {"region_id": call.region_id, "call_id": call.id, "assignment_id": part.id}
        pause = Pause(reason="A drawing.", paused_at=NOW, **of_call)
        more = Extension(days=1, reason="The river.", asked_at=NOW, answer_due=NOW, **of_call)
        self.make._add(reminder, order, pause, more)
        self.make._add(reminder, order, nudge, event)
        self.make.rectification(part.department)
        self.make.warning(part.department, call=call, region_id=call.region_id)
        for state, period in (("draft", f"{call.id:07d}"), ("published", f"p{call.id:06d}")):
            said = {"region_id": call.region_id, "compiled_at": NOW}
            circular = Circular(period=period, title="C", state=state, **said)
            line = CircularLine(region_id=call.region_id, circular=circular, unit_id=part.department_id)
            kind = {"kind": FailureKind.inaction, "failed_at": NOW}
            of_line = {"line": line, "call_id": call.id, "assignment_id": part.id}
            self.make._add(circular, line, CircularFailure(region_id=call.region_id, **of_line, **kind))

    def _tell(self, actor: Actor) -> None:
        outbox = self.session.scalars(select(Outbox)).first()
        self.make._add(
            Notice(
                region_id=outbox.region_id,
                outbox_id=outbox.id,
                user_id=actor.user_id,
                unit_id=actor.unit_id,
                subject_type=outbox.subject_type,
                subject_id=outbox.subject_id,
                message=outbox.message,
                created_at=NOW,
            )
        )

    def means(self, word: str, row: Any, actor: Actor, calls: set[int], asked: dict[str, set[int]]) -> bool:
        """What a word of the tables means for one row and one actor, who sees those calls, and so much of `ASKED`."""
        if isinstance(row, RecorderEntry) and not self._reads_of(row, actor):
            return False
        here = getattr(row, "region_id", None) == actor.region_id
        meanings: dict[str, Callable[[], bool]] = {
            "all": lambda: True,
            "none": lambda: False,
            "county": lambda: here,
            "chain": lambda: row.chain == actor.region_id,
            "mine": lambda: row.user_id == actor.user_id,
            "ours": lambda: self._call_of(row) in calls,
            "kept or sent": lambda: (
                row.unit_id in actor.unit_ids
                or (here and (self._documents_of(row) or self._evidence_of(row) or self._papers_of(row)))
                or (here and self._hung_as(row))
                or self._sent_with_sheets(row, actor)
            ),
            "hung on ours": lambda: self._hangs_on_ours(row, actor, calls),
            "of own drafts": lambda: self._hangs_on_own_draft(row, actor),
            "of what was returned, of own drafts": lambda: (
                self.names.get(row.call_id) == "returned" or self._hangs_on_own_draft(row, actor)
            ),
            "rated": lambda: self._reads(row, actor),
            "shown or sent": lambda: (
                row.unit_id in actor.unit_ids
                or (here and any(self._list_of(d).state in OPEN for d in self._documents_of(row)))
                or any(paper.case.call_id in calls for paper in self._papers_of(row))
                or any(self._hangs_on_ours(part, actor, calls) for part in self._hung_as(row))
                or self._sent_with_sheets(row, actor)
            ),
            "shown": lambda: (
                here
                and (
                    any(self._list_of(document).state in OPEN for document in self._documents_of(row))
                    or any(paper.case.call_id in calls for paper in self._papers_of(row))
                    or any(self._hangs_on_ours(part, actor, calls) for part in self._hung_as(row))
                    or any(evidence.unit_id in actor.unit_ids for evidence in self._evidence_of(row))
                    or self._sent_with_sheets(row, actor)
                )
            ),
            "switched off": lambda: row.state == "off",
            "received here": lambda: here and row.state == "received",
            "proposed or asked": lambda: (
                row.proposer_unit_id in actor.unit_ids or bool(self._asked_about(row) & set(actor.unit_ids))
            ),
            "submitted proposals": lambda: (
                here and (row.state != "draft" or (row.proposer_unit_id in actor.unit_ids and not actor.observes))
            ),
            "own draft": lambda: row.state == "draft" and row.proposer_unit_id in actor.unit_ids,
            "reviewed here": lambda: here and row.state == "reviewing",
            "theirs or about theirs": lambda: (
                row.unit_id in actor.unit_ids or row.list_adjustment.proposer_unit_id in actor.unit_ids
            ),
            "theirs": lambda: row.unit_id in actor.unit_ids,
            "laid down here": lambda: here and getattr(row, "agency", row).state == "draft",
            "their teams": lambda: getattr(row, "team", row).unit_id in actor.unit_ids,
            "with our posts": lambda: bool(self._posts_in(row) & set(actor.unit_ids)),
            "of their posts": lambda: row.post.unit_id in actor.unit_ids,
            "of their committees": lambda: row.committee.unit_id in actor.unit_ids,
            "theirs, planned": lambda: row.unit_id in actor.unit_ids and row.state == "planned",
            "of their plans": lambda: row.plan.unit_id in actor.unit_ids,
            "of draft plans": lambda: (
                (plan := getattr(row, "plan", row)).unit_id in actor.unit_ids and plan.state == "draft"
            ),
            "of living forces": lambda: (
                (force := getattr(row, "task_force", row)).unit_id in actor.unit_ids and force.state != "dissolved"
            ),
            "appraised": lambda: self._reads_appraisal(row, actor),
            "being distributed here": lambda: here and row.state == "fixed",
            "of our totals": lambda: row.total.township_id in actor.unit_ids and row.total.state == "fixed",
            "entered by us": lambda: row.township_id in actor.unit_ids,
            "entered or about theirs": lambda: self._is_assessed(row, actor),
            "held to account": lambda: self._reads_judged(row, actor),
            "being looked into here": lambda: here and row.state == "opened",
            "personal": lambda: self._reads_personal(row, actor),
            "serving of ours": lambda: self._reads_personal(row, actor) and row.state != "left",
            "proposed by us": lambda: row.department_id in actor.unit_ids and row.state == "proposed",
            "opened by us": lambda: row.township_id in actor.unit_ids and row.state == "opened",
            "of theirs": lambda: row.import_run.unit_id in actor.unit_ids,
            "asked by us": lambda: row.assignment.department_id in actor.unit_ids,
            "in force here": lambda: here and self._list_of(row).state in OPEN,
            "in force": lambda: (here and self._list_of(row).state in OPEN) or self._cited(row, calls),
            "county items": lambda: here and self._list_of(row).state in (ListState.draft, ListState.published),
            "ours, by us, concerned": lambda: (
                row.call_id in calls
                or row.unit_id in actor.unit_ids
                or row.subject_id in asked.get(row.subject_type, ())
                or (
                    row.subject_type == ImportRun.__tablename__
                    and self.session.get(ImportRun, row.subject_id).unit_id in actor.unit_ids
                )
                or row.subject_type in (model.__tablename__ for model in (*PERSONAL, *JUDGED, StaffAppraisal))
                or self._is_of_total(row, actor)
                or self._is_of_dealing(row, actor, calls)
                or (
                    row.subject_type == DutyAdmission.__tablename__
                    and self._concerns(self.session.get(DutyAdmission, row.subject_id), actor)
                )
            ),
            "concerned": lambda: self._concerns(self._admission_of(row), actor),
            "deals with ours": lambda: any(self._concerns(found, actor) for found in self._agenda_of(row)),
            "submitted": lambda: here and self._admission_of(row).state is not AdmissionState.draft,
            "own drafts": lambda: self._is_draft_of(self._admission_of(row), actor),
            "planned here": lambda: here and getattr(row, "meeting", row).state is MeetingState.planned,
            "of its village": lambda: (
                self._grid_of(row).unit_id in actor.unit_ids or self._grid_of(row).village_id == self._village_of(actor)
            ),
            "theirs or asked": lambda: row.unit_id in actor.unit_ids or bool(self._asked_on(row) & set(actor.unit_ids)),
            "theirs or theirs above": lambda: bool(
                {row.unit_id, getattr(row, "service_request", getattr(row, "review_file", None)).unit_id}
                & set(actor.unit_ids)
            ),
            "theirs or together": lambda: bool({row.unit_id, row.partner_id} & set(actor.unit_ids)),
            "said or addressed": lambda: bool({row.unit_id, row.addressed_unit_id} & set(actor.unit_ids)),
            "said, not answered": lambda: row.unit_id == actor.unit_id and row.state == "recorded",
            "theirs or answered": lambda: bool({row.unit_id, row.department_id} & set(actor.unit_ids)),
            "theirs or guided": lambda: bool({row.unit_id, row.department_id} & set(actor.unit_ids)),
            "theirs at the beginning": lambda: (
                row.unit_id in actor.unit_ids and getattr(row, "state", "draft") in ("draft", "received", "screening")
            ),
            "own grids in force": lambda: (
                self._grid_of(row).unit_id in actor.unit_ids and self._grid_of(row).state == "in_force"
            ),
            "published here": lambda: here and self._circular_of(row).state == "published",
            "published and ours": lambda: here and row.call_id in calls and self._circular_of(row).state == "published",
            "drafts of rules": lambda: row.state == "draft",
            "of drafts": lambda: row.ladder.state == "draft",
            "of drafts here": lambda: here and row.ladder.state == "draft",
            "of our calls": lambda: here and row.call_id in calls,
            "previewed": lambda: row.state == "previewed",
            "previewed here": lambda: here and row.state == "previewed",
            "evaluated": lambda: reads(self.session, row, actor),
            "of draft cycles here": lambda: here and row.cycle.state == "draft",
            "to be filled in": lambda: row.sheet.rater_unit_id in actor.unit_ids and row.sheet.state == "draft",
            "lodged by us": lambda: row.unit_id in actor.unit_ids and row.state == "lodged",
            "draft here": lambda: here and row.state == "draft",
            "county drafts": lambda: here and self._list_of(row).state is ListState.draft,
        }
        return bool(meanings[word]())

    def _circular_of(self, row: Any) -> Circular:
        row = getattr(row, "line", row)
        return row if isinstance(row, Circular) else row.circular

    def _reads(self, rating: MutualRating, actor: Actor) -> bool:
        """What is sealed is its giver's alone."""
        own = reach(actor) == 0
        if actor.observes:
            return rating.state not in ("waiting", "given") and rating.ratee_unit_id in actor.unit_ids
        if rating.state in (RatingState.waiting, RatingState.given):
            return own and rating.rater_unit_id in actor.unit_ids
        if own:
            return bool({rating.rater_unit_id, rating.ratee_unit_id} & set(actor.unit_ids))
        return reach(actor) == 2 or rating.region_id == actor.region_id

    def _reads_of(self, entry: RecorderEntry, actor: Actor) -> bool:
        """The history of a rating, and of an assessment, is read by whoever reads it itself."""
        if entry.subject_type == MutualRating.__tablename__:
            return self._reads(self.session.get(MutualRating, entry.subject_id), actor)
        if entry.subject_type == CaseAssessment.__tablename__:
            return reach(actor) > 0 or self.session.get(CaseAssessment, entry.subject_id).unit_id in actor.unit_ids
        meant = dict.fromkeys(PERSONAL, self._reads_personal) | dict.fromkeys(JUDGED, self._reads_judged)
        meant[StaffAppraisal] = self._reads_appraisal
        meant |= dict.fromkeys(EVALUATED, lambda row, actor: row is not None and reads(self.session, row, actor))
        for model, may in meant.items():
            if entry.subject_type == model.__tablename__:
                return may(self.session.get(model, entry.subject_id), actor)
        return True

    def _reads_appraisal(self, row: StaffAppraisal, actor: Actor) -> bool:
        """The township whose it is, the editorial office, and once confirmed whose people these are."""
        if actor.roles & {R.editorial_officer} and row.region_id == actor.region_id:
            return True
        own = actor.roles & {R.township_head, R.township_operator} and row.total.township_id in actor.unit_ids
        theirs = actor.roles & {R.department_head, R.department_staff} and row.staff is not None
        done = row.total.state == "confirmed"
        return bool(own) or bool(theirs and done and self._reads_personal(row.staff, actor))

    def _is_assessed(self, row: DailyAssessment, actor: Actor) -> bool:
        agency = row.agency
        units = {row.township_id, agency.unit_id, agency.department_id, agency.seat_id}
        return bool(units & set(actor.unit_ids))

    def _is_of_total(self, entry: RecorderEntry, actor: Actor) -> bool:
        """Who distributes a total, and who is about a daily assessment, see who did what."""
        if entry.subject_type == AppraisalTotal.__tablename__:
            return self.session.get(AppraisalTotal, entry.subject_id).township_id in actor.unit_ids
        is_daily = entry.subject_type == DailyAssessment.__tablename__
        return is_daily and self._is_assessed(self.session.get(DailyAssessment, entry.subject_id), actor)

    def _is_of_dealing(self, entry: RecorderEntry, actor: Actor, calls: set[int]) -> bool:
        """Who deals with somebody over something sees what the other side did."""
        for model in DEALINGS:
            if entry.subject_type == model.__tablename__:
                words = OBSERVED.get(model, REST[model][:2]) if actor.observes else REST[model][:1]
                row = self.session.get(model, entry.subject_id)
                return all(self.means(word, row, actor, calls, {}) for word in words)
        return False

    def _reads_judged(self, row: Any, actor: Actor) -> bool:
        """The whole of it for who judges, or leads; for the heads of a unit involved, its own part."""
        if actor.roles & {R.assessor, R.discipline_inspector, R.leader}:
            return row.region_id == actor.region_id
        part = getattr(row, "part", row)
        parts = parts_of(self.session, part) if isinstance(part, AccountabilityCase) else [part]
        heads = bool(actor.roles & {R.department_head, R.township_head, R.agency_head})
        return heads and any(part.unit_id in actor.unit_ids for part in parts)

    def _reads_personal(self, row: Any, actor: Actor) -> bool:
        """B6, rule 5: the host township, the parent department and the editorial office; and who is asked."""
        if actor.roles & {R.editorial_officer}:
            return row.region_id == actor.region_id
        of_department, of_township = set(), set()
        changes = self._about(row) if isinstance(row, AgencyStaff) else [row]
        if isinstance(row, AgencyStaff):
            of_department |= {row.personnel_unit_id, row.agency.department_id if row.agency else None}
            of_township |= {row.agency.seat_id} if row.agency else set()
        of_department |= {change.department_id for change in changes}
        of_township |= {about.township_id for about in changes if getattr(about, "asked_at", NOW)}
        mine = of_department if actor.roles & {R.department_head, R.department_staff} else set()
        mine |= of_township if actor.roles & {R.township_head, R.township_operator} else set()
        return bool(mine & set(actor.unit_ids))

    def _about(self, staff: AgencyStaff) -> list[Any]:
        return [
            row
            for model in PERSONAL[1:]
            for row in self.session.scalars(select(model).where(model.staff_id == staff.id))
        ]

    def _documents_of(self, file: Attachment) -> list[ItemAttachment]:
        return list(self.session.scalars(select(ItemAttachment).where(ItemAttachment.file_id == file.id)))

    def _sent_with_sheets(self, file: Attachment, actor: Actor) -> bool:
        sheets = self.session.scalars(select(EvaluationSheet).where(EvaluationSheet.file_id == file.id))
        return any(reads(self.session, sheet, actor) for sheet in sheets)

    def _evidence_of(self, file: Attachment) -> list[OffSiteEvidence]:
        return list(self.session.scalars(select(OffSiteEvidence).where(OffSiteEvidence.file_id == file.id)))

    def _papers_of(self, file: Attachment) -> list[CaseDocument]:
        return list(self.session.scalars(select(CaseDocument).where(CaseDocument.file_id == file.id)))

    def _hung_as(self, file: Attachment) -> list[StepFile]:
        return list(self.session.scalars(select(StepFile).where(StepFile.file_id == file.id)))

    def _hangs_on_ours(self, part: StepFile, actor: Actor, calls: set[int]) -> bool:
        file = part.review_file_id and self.session.get(ReviewFile, part.review_file_id)
        if not file:
            return self._call_of(part) in calls
        return bool({file.unit_id, *self._asked_on(file)} & set(actor.unit_ids))

    def _hangs_on_own_draft(self, part: StepFile, actor: Actor) -> bool:
        file = part.review_file_id and self.session.get(ReviewFile, part.review_file_id)
        return bool(file) and file.state is ReviewState.draft and file.unit_id in actor.unit_ids

    def _posts_in(self, row: TaskForce | TaskForceMember | TaskForceReview) -> set[int]:
        force = getattr(row, "task_force", row)
        posts = select(TaskForceMember.unit_id).where(TaskForceMember.task_force_id == force.id)
        return {force.unit_id, *self.session.scalars(posts)}

    def _step_of(self, part: StepFile) -> Any:
        steps = {CallAssignment: part.assignment_id, SupervisionOrder: part.order_id, Extension: part.extension_id}
        return next((self.session.get(model, key) for model, key in steps.items() if key), part)

    def _asked_about(self, adjustment: ListAdjustment) -> set[int]:
        asked = select(AdjustmentOpinion.unit_id).where(AdjustmentOpinion.list_adjustment_id == adjustment.id)
        return set(self.session.scalars(asked))

    def told_to(self, who: str, model: type) -> set[int]:
        """The rows of what is asked whose history somebody sees who sees no county."""
        names = HISTORY[model].get(who, "") if model in HISTORY else ASKED[model].get(who, ("",))[0]
        return {key for key, name in self.asked[model].items() if name in names.split()}

    def _call_of(self, row: Any) -> int:
        row = row.step if isinstance(row, OfflineStepUnit) else row
        row = self._step_of(row) if isinstance(row, StepFile) else row
        return row.case.call_id if isinstance(row, CaseParty | OfflineStep | CaseDocument) else row.call_id

    def _admission_of(self, row: Any) -> DutyAdmission:
        return row if isinstance(row, DutyAdmission) else row.admission

    def _agenda_of(self, meeting: JointMeeting) -> list[DutyAdmission]:
        return list(self.session.scalars(select(DutyAdmission).where(DutyAdmission.meeting_id == meeting.id)))

    def _concerns(self, admission: DutyAdmission, actor: Actor) -> bool:
        """Who applies; and whom it names, once they are asked."""
        of_admission = select(AdmissionOpinion.township_id).where(AdmissionOpinion.admission_id == admission.id)
        known = admission.state not in (AdmissionState.draft, AdmissionState.submitted)
        named = set(self.session.scalars(of_admission)) if known else set()
        return bool({admission.applicant_id, *named} & set(actor.unit_ids))

    def _is_draft_of(self, admission: DutyAdmission, actor: Actor) -> bool:
        return admission.state is AdmissionState.draft and admission.applicant_id in actor.unit_ids

    def _asked_on(self, row: ServiceRequest | ReviewFile) -> set[int]:
        part = BackDeskTask if isinstance(row, ServiceRequest) else ReviewOpinion
        of_row = getattr(part, f"{row.__tablename__}_id") == row.id
        return set(self.session.scalars(select(part.unit_id).where(of_row)))

    def _grid_of(self, row: Any) -> Grid:
        return row if isinstance(row, Grid) else row.grid

    def _village_of(self, actor: Actor) -> int | None:
        """Of who serves in a grid, the village that it lies in."""
        unit = self.session.get(Unit, actor.unit_id)
        return unit.parent_id if unit.unit_type is UnitType.grid else None

    def _list_of(self, row: Any) -> DutyList:
        row = getattr(row, "list_item", row)
        return row.duty_list if isinstance(row, ListItem) else row

    def _cited(self, row: Any, calls: set[int]) -> bool:
        """Whether a call across counties, which one sees, cites the item; or an item of the list."""
        call_id, item_id, list_id = self.cited
        return call_id in calls and row.id == (item_id if isinstance(row, ListItem) else list_id)


@pytest.fixture(scope="module")
def world_engine(sqlite_file, tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "world.sqlite"
    path.write_bytes(sqlite_file.read_bytes())
    engine = create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def world(world_engine):
    with system_session(world_engine) as session:
        world = World(session)
    with system_session(world_engine) as world.session:
        token = reading.set(True)
        world.session.connection()  # begins here, as a reader that nobody waits for
        reading.reset(token)
        yield world


@pytest.fixture(scope="module")
def meet(world_engine, world):
    """`meet(actor, model)`: the ids that the actor sees; with `writing`, those that the actor writes."""

    @cache
    def ids(actor: Actor, model: type, *, writing: bool = False) -> set[int]:
        mapper = inspect(model)
        key = getattr(model, mapper.get_property_by_column(mapper.primary_key[0]).key)
        writes = SCOPED[model].writes
        if writing and writes is None:
            return set()
        with Session(world_engine) as session:
            act_for(session, actor)
            query = select(key)
            if writing:
                query = query.where(Sight(actor).filled(writes(actor.roles)))
            return set(session.scalars(query))

    return ids


def reach(actor: Actor) -> int:
    """Which column of the table holds for an actor."""
    return 2 if actor.roles & EVERYWHERE else 1 if actor.roles & COUNTY else 0


def everything(world: World, model: type) -> list[tuple[int, Any]]:
    return [(inspect(row).identity[0], row) for row in world.session.scalars(select(model))]


@pytest.mark.requirement("LX-24", "TC-24")
@pytest.mark.parametrize("who", CALLS)
def test_calls_are_seen_and_written_by_whom_they_concern(world, meet, who):
    sees, writes = CALLS[who]
    actor = world.actors[who]
    assert {world.names[call] for call in meet(actor, Call)} == set(sees.split())
    assert {world.names[call] for call in meet(actor, Call, writing=True)} == set(writes.split())


@pytest.mark.parametrize("model", REST, ids=lambda model: model.__name__)
def test_the_rest_is_seen_as_far_as_roles_reach(world, meet, model):
    rows = everything(world, model)
    for who, actor in world.actors.items():
        seen, calls = meet(actor, model), meet(actor, Call)
        asked = {model.__tablename__: world.told_to(who, model) for model in ASKED}
        words = (REST[model][reach(actor)],)
        if actor.observes:
            words = OBSERVED.get(model, REST[model][:2])
            calls = meet(world.actors["luoyang"], Call) if model is RecorderEntry else calls
        assert seen == {key for key, row in rows if all(world.means(w, row, actor, calls, asked) for w in words)}, who


@pytest.mark.parametrize("model", REST, ids=lambda model: model.__name__)
def test_the_rest_is_written_by_few(world, meet, model):
    rows = everything(world, model)
    for who, actor in world.actors.items():
        written = meet(actor, model, writing=True)
        word = "mine" if model is Notice else WRITERS.get((model, who), "none")
        assert written == {key for key, row in rows if world.means(word, row, actor, set(), {})}, who


@pytest.mark.requirement("TC-27")
@pytest.mark.parametrize("model", ASKED, ids=lambda model: model.__name__)
def test_what_is_asked_is_seen_by_whom_it_concerns(world, meet, model):
    names, table = world.asked[model], ASKED[model]
    for who, actor in world.actors.items():
        usual = {0: ("", ""), 1: table["county"], 2: (" ".join(names.values()), "")}[reach(actor)]
        if who.startswith("tc_"):
            usual = ("theirs", "")
        sees, writes = table.get(who, usual)
        assert {names[key] for key in meet(actor, model)} == set(sees.split()), who
        assert {names[key] for key in meet(actor, model, writing=True)} == set(writes.split()), who


@pytest.mark.parametrize("model", OF, ids=lambda model: model.__name__)
def test_parts_are_seen_and_written_with_what_they_hang_on(world, meet, model):
    name, whole = OF[model]
    parts = [(key, getattr(row, f"{name}_id")) for key, row in everything(world, model)]
    for who, actor in world.actors.items():
        for writing in (False, True):
            known = meet(actor, whole, writing=writing)
            assert meet(actor, model, writing=writing) == {key for key, of in parts if of in known}, who


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_the_world_has_rows_that_some_see_and_some_do_not(world, meet, model):
    counts = {len(meet(actor, model)) for actor in (*world.actors.values(), NOBODY)}
    assert len(counts) > 1 or model is Notice
    assert max(counts) > 0


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_nobody_sees_or_writes_anything(meet, model):
    assert meet(NOBODY, model) == meet(NOBODY, model, writing=True) == set()


@pytest.mark.parametrize(
    "who", ["luoyang", "grid", "zrzy", "sf", "away", "office", "lists", "town_congress", "tc_office", "admin"]
)
def test_what_a_visible_row_points_at_is_visible(world, world_engine, who):
    assert list(gaps(world_engine, world.actors[who])) == []


def gaps(engine, actor):
    with Session(engine) as session:
        act_for(session, actor)
        for model in SCOPED:
            for row in session.scalars(select(model)).all():
                for relation in inspect(model).relationships:
                    # From another county one sees the version that is cited, and not those before and after it.
                    versions = relation.key in ("replaces", "replaced_by")
                    if relation.direction is RelationshipDirection.MANYTOONE and not versions:
                        (column,) = relation.local_columns
                        named = getattr(row, inspect(model).get_property_by_column(column).key)
                        if named is not None and getattr(row, relation.key) is None:
                            yield f"{model.__name__}.{relation.key}"


@pytest.mark.parametrize("who", ["luoyang", "grid"])
def test_another_role_never_hides_what_one_saw(world, meet, who):
    actor = world.actors[who]
    for role in RoleName:
        more = Actor(actor.user_id, actor.unit_id, actor.region_id, actor.unit_ids, actor.roles | {role})
        assert meet(actor, Call) <= meet(more, Call), role


@pytest.mark.parametrize("role", [RoleName.assessor, RoleName.county_dispatcher])
def test_another_role_shows_nobody_elses_drafts(world, meet, role):
    actor = world.actors["zrzy"]
    more = Actor(actor.user_id, actor.unit_id, actor.region_id, actor.unit_ids, actor.roles | {role})
    assert not {"draft", "clue"} & {world.names[call] for call in meet(more, Call)}


# By hand


def test_a_draft_is_nobodys_because_it_names_their_place(make, acting):
    village = make.village(make.township())
    make.call(make.department(), place_unit=village)
    there, _ = acting(village.parent)
    assert there.scalars(select(Call.id)).all() == []


def test_a_grid_worker_writes_clues_and_not_their_townships_calls(make, acting):
    township = make.township()
    grid = make.grid(make.village(township))
    clue = make.call(township, place_unit=grid, source=CallSource.grid)
    make.call(township, place_unit=grid)
    returned = make.call(township, state=CallState.returned, place_unit=grid, source=CallSource.grid)
    worker, _ = acting(grid)
    assert {call.id for call in worker.scalars(select(Call))} == {clue.id, returned.id}
    worker.get(Call, clue.id).title = "A better word"
    worker.commit()
    worker.get(Call, returned.id).title = "Another word"
    with pytest.raises(NotWritable):
        worker.commit()


@pytest.mark.requirement("TC-24")
def test_who_has_no_part_any_more_does_not_see_the_call(make, acting):
    old = make.assignment(state=AssignmentState.reassigned)
    mine, _ = acting(old.department)
    assert mine.scalars(select(Call.id)).all() == []
    assert mine.scalars(select(CallAssignment.id)).all() == []


def test_a_sent_call_is_read_and_not_edited(make, acting):
    township = make.township()
    call_id = make.call(township, state=CallState.submitted).id
    theirs, _ = acting(township)
    theirs.get(Call, call_id).title = "Another title"
    with pytest.raises(NotWritable):
        theirs.commit()


@pytest.mark.requirement("TA-26")
def test_the_county_office_edits_nobodys_call(make, acting):
    call_id = make.call(state=CallState.returned).id
    office, _ = acting(make.office(Duty.county_office))
    office.get(Call, call_id).title = "Another title"
    with pytest.raises(NotWritable):
        office.commit()


@pytest.mark.requirement("TC-32")
def test_a_promise_is_made_by_a_move_and_not_by_a_form(make, acting):
    part = make.assignment()
    department, _ = acting(part.department)
    department.scalars(select(CallAssignment)).one().result = "Done, believe me."
    with pytest.raises(NotWritable):
        department.commit()


def test_a_call_in_anothers_name_is_refused(make, acting):
    ours, theirs, item = make.township(), make.township(), make.item()
    session, _ = acting(ours)
    columns = {"region_id": ours.region_id, "caller_unit_id": theirs.id, "list_item_id": item.id, "created_at": NOW}
    session.add(Call(title="In their name", **columns))
    with pytest.raises(OutOfSight):
        session.commit()


def test_a_call_in_anothers_name_is_refused_even_if_the_place_is_ours(make, acting):
    ours, theirs, item = make.township(), make.township(), make.item()
    village = make.village(ours)
    session, _ = acting(ours)
    columns = {"region_id": ours.region_id, "caller_unit_id": theirs.id, "list_item_id": item.id, "created_at": NOW}
    session.add(Call(title="In their name", place_unit_id=village.id, **columns))
    with pytest.raises(OutOfSight):
        session.commit()


def test_an_item_cited_in_a_part_of_a_call_across_counties_is_visible(make, acting):
    away, here = make.department(make.county()), make.department(make.county())
    call = make.call(
        make.township(here.region), lead=away, cooperating=[here], item=make.item(here), is_cross_region=True,
        state=CallState.dispatched,
    )  # fmt: skip
    part = make.assignments(call)[1]
    make.press(part, "reject", reason="x", list_item_id=make.item(here), proposed_unit_id=make.department(here.region))
    theirs, _ = acting(away)
    assert all(part.cited_item for part in theirs.scalars(select(CallAssignment)) if part.cited_item_id)


def test_the_criteria_hold_no_values_of_an_actor():
    for model, scope in SCOPED.items():
        for criteria in filter(None, (scope.sees, scope.writes)):
            places = criteria(frozenset()).compile().params
            assert not any(key.startswith("actor_") and value for key, value in places.items()), model
    assert door._scopes.items() >= SCOPED.items()


def test_a_table_belongs_to_one_part_of_the_scopes():
    with pytest.raises(door.Undeclared, match="Notice: said in two parts"):
        join(dict(SCOPED), {Notice: SCOPED[Notice]})
