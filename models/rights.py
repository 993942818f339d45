"""What each role may do. Which rows it sees is `models.scope`'s matter."""

from __future__ import annotations

from models.roles import COUNTY, EVERYWHERE, RoleName

_LISTS = (
    "DutyList ListItem ItemCooperation ItemStep ItemIndicator ItemCheckpoint ItemAttachment GovernanceModule "
    "ModuleContact CallSituation ThreeFixedDocument"
)
_CALLS = (
    "Call CallAssignment Pause Extension Holding CoordinationCase CaseParty Reminder SupervisionOrder Nudge "
    "RectificationOrder Circular CircularLine CircularFailure MutualRating CaseAssessment OfflineStep "
    "CaseDocument EarlyWarning PastCall CongressOpinion PublishedFigure"
)
_BURDEN = (
    "PolicyDocument AssignedMatter MatterDepartment MatterTownship AssignedMatterCap "
    "ResponsibilityStatement StatementTownship IrregularAssignmentReport "
    "DataRequest DataRequestField DataRequestTownship Burden"
)
_ADMISSIONS = "DutyAdmission AdmissionOpinion GuaranteeMeasure AdmissionBatch JointMeeting MeetingMember MeetingVote"
_LOCAL = (
    "Grid GridArea GridTask GridAssignment ServicePoint ServiceRequest DisputeCase MediatorPair ReviewFile "
    "VillagerCouncil MicroWish ExchangeEntry MicroProject CheckIn PartnerOrganisation ChamberSecretary"
    " OffSiteEvidence"
)
"""What townships and villages keep."""
_NETWORK = "ServiceDesk ServiceItem BackDeskTask ReviewOpinion ResidencyRoster"
"""What they read, or are asked for."""
_STAFFING = "DispatchedAgency AgencyCoverage EnforcementTeam TeamForce TransferPlan AppraisalTotal DailyAssessment"
"""What is laid down of agencies, and who serves in them."""
_ESTABLISHMENT = "StaffingQuota StaffingBankEntry InternalOrgPlan InternalOrgan TownshipFunding ReturnRatio PostGrades"
"""How many posts there are, and where; and what townships live on."""
_POSTS = "Post PostHolder ModuleLeader Committee CommitteeMember"
_GOVERNING = f"TaskForce TaskForceMember TaskForceReview Platform PlatformMeeting {_POSTS}"
"""How townships part their work."""
_EVALUATION = (
    "EvaluationCycle EvaluationIndicator EvaluationSheet SheetScore AgencyAggregate ScoreResult ScorePart ScoreAppeal"
)
_READ_ALL = (
    f"{_LISTS} {_GOVERNING} {_STAFFING} {_ESTABLISHMENT} {_LOCAL} {_NETWORK}"
    f" ListOpinion ListAdjustment AdjustmentOpinion {_CALLS} {_BURDEN} {_ADMISSIONS} {_EVALUATION}"
)
_LADDERS = "ReminderLadder ReminderStep LadderRehearsal LadderRehearsalLine LadderRehearsalCall"
_DIRECTORY = f"Unit CalendarDay WorkingWindow TimeLimit LimitRehearsal DueRevision {_LADDERS} ListType ListField"
_REHEARSALS = ("LadderRehearsal", "LadderRehearsalLine", "LadderRehearsalCall")
_LADDER = "read add edit delete export rehearse switch_on retire"

# role → {model: what it may do}. `read` is list, page, chart, timeline; moves are named as in the workflow.
_TABLE: dict[RoleName, dict[str, str]] = {
    RoleName.admin: dict.fromkeys(_READ_ALL.split(), "read export")
    | dict.fromkeys(("Unit", "CalendarDay", "WorkingWindow", "ReminderStep", "Posting"), "read add edit delete export")
    | {
        "TimeLimit": "read add edit delete export rehearse switch_on retire",
        "LimitRehearsal": "read export",
        "ReminderLadder": _LADDER,
        **dict.fromkeys(_REHEARSALS, "read export"),
        "DueRevision": "read add edit delete export recompute",
    }
    | dict.fromkeys(("Promise", "LedgerAudit", "CallEvent", "PlainWord"), "read export")
    | dict.fromkeys(("ListType", "ListField"), "read add edit delete export"),
    RoleName.security_admin: {"Posting": "read export"},
    RoleName.audit_admin: dict.fromkeys(_READ_ALL.split(), "read export")
    | dict.fromkeys(("Posting", "Promise", "LedgerAudit", "CallEvent", "RecorderEntry"), "read export"),
    RoleName.list_manager: dict.fromkeys(_READ_ALL.split(), "read export")
    | {
        "DutyList": "read add edit delete export ask_opinions close_round submit send_back publish revise",
        "ListItem": "read add edit delete export",
        "ListAdjustment": "read edit export ask_opinions approve refuse",
        "ItemCooperation": "read add edit delete",
        "ItemIndicator": "read add edit delete",
        "ItemCheckpoint": "read add edit delete",
        "GovernanceModule": "read add edit delete export",
        "ItemAttachment": "read add edit delete export",
        "ItemStep": "read add edit delete",
        "PlainWord": "read add edit delete export",
        "ServiceDesk": "read add edit delete export",
        "ServiceItem": "read add edit delete export",
        "CallSituation": "read add edit delete export",
        "ThreeFixedDocument": "read add edit delete export",
        "CalendarDay": "read add edit delete",
        "DueRevision": "read add edit delete recompute",
        "PolicyDocument": "read add edit delete export",
        "AssignedMatterCap": "read add edit delete",
        "ResponsibilityStatement": "read add edit delete export",
        "StatementTownship": "read add edit delete",
    },
    RoleName.editorial_officer: dict.fromkeys(_READ_ALL.split(), "read export")
    | {
        "CoordinationCase": "read export file send_back issue_opinion attach",
        "OfflineStep": "read add export",
        "CaseDocument": "read add export",
        "ThreeFixedDocument": "read add edit delete export",
        "DispatchedAgency": "read add edit delete export put_in_force revise end",
        "AgencyCoverage": "read add edit delete export",
        "TransferPlan": "read add edit delete export",
        "StaffingQuota": "read add edit delete export",
        "PostGrades": "read add edit delete export",
        "StaffingBankEntry": "read add export take_back",
        "InternalOrgPlan": "read export send_back approve",
        "ResponsibilityStatement": "read export keep clear",
        "IrregularAssignmentReport": "read export accept find_irregular dismiss",
        "DutyAdmission": "read export consult put_on_agenda approve refuse return resume",
        "AdmissionBatch": "read add edit delete export",
        "JointMeeting": "read add edit delete export record_minutes",
        "MeetingMember": "read add edit delete export",
    },
    RoleName.county_dispatcher: dict.fromkeys(_READ_ALL.split(), "read export")
    | {
        "Call": "read export accept return_for_correction dispatch attach",
        "CallAssignment": "read export uphold reassign rule resume",
        "PastCall": "read add edit delete export",
        "DisputeCase": "read export prevent settle attach",
        "VillagerCouncil": "read add edit export",
        "Extension": "read export approve refuse",
        "ResidencyRoster": "read add edit delete export",
        "TownshipFunding": "read add edit delete export",
        "ReturnRatio": "read add edit delete export",
        "ModuleContact": "read add edit delete export",
        "ReminderLadder": _LADDER,
        "ReminderStep": "read add edit delete export",
        **dict.fromkeys(_REHEARSALS, "read export"),
        "AssignedMatter": "read export approve_by_committee approve_by_government refuse cancel",
        "SupervisionOrder": "read add export raise_level verify send_back close attach",
        "Promise": "read",
    },
    RoleName.supervisor: dict.fromkeys(_READ_ALL.split(), "read export")
    | {
        "CoordinationCase": "read export notify_parties order_execution executed attach",
        "SupervisionOrder": "read add export raise_level verify send_back close attach",
        "RectificationOrder": "read add export verify_rectified send_back attach",
        "Circular": "read edit export publish_circular",
        "CircularLine": "read export order_rectification",
        "CaseParty": "read add export",
        "JointMeeting": "read add edit delete export record_minutes",
        "OfflineStep": "read add export",
        "CaseDocument": "read add export",
        "Promise": "read",
        "LedgerAudit": "read export",
        "CallEvent": "read export",
    },
    RoleName.assessor: dict.fromkeys(_READ_ALL.split(), "read export"),
    RoleName.discipline_inspector: dict.fromkeys((*_READ_ALL.split(), "CallEvent"), "read export"),
    RoleName.leader: dict.fromkeys((*_READ_ALL.split(), "CallEvent"), "read export"),
    RoleName.congress_observer: dict.fromkeys(_READ_ALL.split(), "read") | {"CongressOpinion": "read add edit"},
    RoleName.scorer: dict.fromkeys(_READ_ALL.split(), "read export"),
    RoleName.joint_meeting_member: dict.fromkeys((*_LISTS.split(), *_ADMISSIONS.split()), "read export")
    | {"DutyAdmission": "read export vote", "JointMeeting": "read export record_minutes"},
    RoleName.agency_head: dict.fromkeys(_READ_ALL.split(), "read export")
    | {
        "CallAssignment": "read export respond start pause resume resolve reject attach",
        "Extension": "read add export attach",
        "CoordinationCase": "read export agree disagree attach",
        "SupervisionOrder": "read export acknowledge reply attach",
        "RectificationOrder": "read export write_plan report_done attach",
    },
    RoleName.department_head: dict.fromkeys(_READ_ALL.split(), "read export")
    | {
        "Call": "read add edit delete export send withdraw forward confirm not_solved nudge attach",
        "CallAssignment": "read export respond start pause resume resolve reject nudge attach",
        "Extension": "read add export attach",
        "CoordinationCase": "read add export agree disagree withdraw attach",
        "SupervisionOrder": "read export acknowledge reply attach",
        "RectificationOrder": "read export write_plan report_done attach",
        "AssignedMatter": "read add edit delete export submit cancel",
        "MatterDepartment": "read add edit delete",
        "MatterTownship": "read add edit delete",
        "DataRequest": "read add edit delete export send withdraw",
        "DataRequestField": "read add edit delete",
        "DataRequestTownship": "read add edit delete",
        "DutyAdmission": "read add edit delete export submit hand_over",
        "AdmissionOpinion": "read add edit delete export",
        "GuaranteeMeasure": "read add edit delete export deliver",
    },
    RoleName.township_head: dict.fromkeys(_READ_ALL.split(), "read export")
    | dict.fromkeys((*_LOCAL.split(), *_POSTS.split(), "EnforcementTeam", "TeamForce"), "read add edit delete export")
    | {
        "TaskForce": "read add edit delete export begin review dissolve",
        "TaskForceMember": "read add edit delete export",
        "InternalOrgPlan": "read add edit delete export propose",
        "Platform": "read add edit delete export",
        "PlatformMeeting": "read add edit delete export record_minutes call_off",
        "InternalOrgan": "read add edit delete export",
        "Grid": "read add edit export merge end",
        "ServiceRequest": "read add edit export pass_back finish attach",
        "DisputeCase": "read add edit export consult hand_up mediate_jointly prevent settle attach",
        "ReviewFile": "read add edit delete export ask_opinions withdraw attach",
        "OffSiteEvidence": "read add export",
        "Call": "read add edit delete export send withdraw forward confirm not_solved nudge attach settle_here",
        "CallAssignment": "read export respond start pause resume resolve reject nudge attach",
        "Extension": "read add export attach",
        "CoordinationCase": "read add export agree disagree withdraw attach",
        "SupervisionOrder": "read export acknowledge reply attach",
        "RectificationOrder": "read export write_plan report_done attach",
        "IrregularAssignmentReport": "read add edit export withdraw",
        "DutyAdmission": "read export in_force",
        "AdmissionOpinion": "read export answer",
        "GuaranteeMeasure": "read export confirm_delivery dispute_delivery",
    },
    RoleName.grid_worker: {
        **dict.fromkeys((*_LISTS.split(), *_LOCAL.split(), "ServiceItem", "BackDeskTask"), "read"),
        "ServiceRequest": "read add edit pass_back finish attach",
        "DisputeCase": "read add edit settle attach",
        "MicroWish": "read add edit",
        "Call": "read add edit delete",
        "CallAssignment": "read",
    },
}
for _role in (RoleName.department_head, RoleName.township_head, RoleName.agency_head):
    _TABLE[_role]["MutualRating"] = "read export rate"
    _TABLE[_role]["ListOpinion"] = _TABLE[_role]["AdjustmentOpinion"] = "read export give"
    _TABLE[_role]["OfflineStep"] = _TABLE[_role]["CaseDocument"] = "read add export"
    _TABLE[_role]["ListAdjustment"] = "read add edit delete export submit withdraw"
for _role in (RoleName.department_head, RoleName.agency_head, RoleName.editorial_officer, RoleName.county_dispatcher):
    _TABLE[_role] |= {"BackDeskTask": "read export answer", "ReviewOpinion": "read export give"}
for _role in (RoleName.department_head, RoleName.agency_head):
    _TABLE[_role] |= {"ServicePoint": "read add edit delete export", "OffSiteEvidence": "read add export"}
# A rejection commits the department, so its head makes it.
_TABLE[RoleName.department_staff] = _TABLE[RoleName.department_head] | {
    "CallAssignment": "read export respond start pause resume resolve nudge attach"
}
_TABLE[RoleName.agency_staff] = _TABLE[RoleName.agency_head] | {
    "CallAssignment": "read export respond start pause resume resolve attach"
}
_TABLE[RoleName.township_operator] = _TABLE[RoleName.township_head]
_TABLE[RoleName.community_commissioner] = _TABLE[RoleName.grid_worker] | {
    "Call": "read add edit delete settle_here",
    "DisputeCase": "read add edit consult hand_up settle attach",
}
_TABLE[RoleName.township_observer] = _TABLE[RoleName.congress_observer]

# Whomever a congress may address answers it.
for _role in (
    RoleName.department_head,
    RoleName.department_staff,
    RoleName.agency_head,
    RoleName.agency_staff,
    RoleName.township_head,
    RoleName.county_dispatcher,
    RoleName.editorial_officer,
    RoleName.list_manager,
    RoleName.supervisor,
):
    _TABLE[_role] |= {"CongressOpinion": "read export answer_opinion"}

# A ticket tells of somebody: it is read by its township and by the offices that look after it.
for _role in (RoleName.admin, RoleName.audit_admin, RoleName.supervisor, RoleName.assessor, RoleName.leader):
    _TABLE[_role] |= {"HotlineTicket": "read export"}
_TABLE[RoleName.county_dispatcher] |= {"HotlineTicket": "read add edit delete export assign_township answer_directly"}
_TABLE[RoleName.township_head] |= {"HotlineTicket": "read add edit export to_call answer_directly not_ours"}

_TABLE[RoleName.admin] |= {
    "Webhook": "read add edit delete export switch_on_hook switch_off_hook",
    "WebhookDelivery": "read export",
}
_TABLE[RoleName.audit_admin] |= {"Webhook": "read", "WebhookDelivery": "read export"}

# Whoever may write something may send a file to hang there. The files of others are fetched with their rows.
_ONLY_READ = EVERYWHERE | {
    RoleName.township_observer,
    RoleName.discipline_inspector,
    RoleName.leader,
    RoleName.congress_observer,
    RoleName.joint_meeting_member,
    RoleName.scorer,
}
for _role in _TABLE.keys() - _ONLY_READ:
    _TABLE[_role] |= {"Attachment": "read add"}
# Whoever may add rows may send a file of them, and say what its headings mean.
for _role in _TABLE.keys() - (_ONLY_READ - {RoleName.admin}):
    _TABLE[_role] |= {
        "Import": "send",
        "ImportRun": "read confirm undo discard",
        "ImportRow": "read export",
        "ImportWord": "read",
    }
for _role in (RoleName.list_manager, RoleName.editorial_officer):
    _TABLE[_role] |= {"ImportWord": "read edit delete export"}

# People of agencies are personal data: of their department, their host and the editorial office, and nobody else (B6).
for _role in (RoleName.department_head, RoleName.department_staff, RoleName.editorial_officer):
    _TABLE[_role] |= {"AgencyStaff": "read add edit delete export reveal_numbers"}
_TABLE[RoleName.township_head] |= {"AgencyStaff": "read export reveal_numbers"}
_SUGGEST = "read add edit export accept_plan decline_plan withdraw_suggestion"
_TABLE[RoleName.township_head] |= {"HeadAdjustmentSuggestion": _SUGGEST}
_TABLE[RoleName.editorial_officer] |= dict.fromkeys(("PersonnelChange", "HeadAdjustmentSuggestion"), "read export")
for _role in (RoleName.department_head, RoleName.department_staff):
    _TABLE[_role] |= {
        "HeadAdjustmentSuggestion": "read export analyse_suggestion propose_plan",
        "StaffAppraisal": "read export",
        "DailyAssessment": "read export answer_as_department",
    }
# The county fixes what a township may distribute, and confirms the whole (ZG-22); what is in it is of persons.
_TOTAL = "read add edit delete export return_appraisals confirm_appraisals"
_TABLE[RoleName.editorial_officer] |= {"AppraisalTotal": _TOTAL, "StaffAppraisal": "read export"}
_TABLE[RoleName.township_head] |= {
    "AppraisalTotal": "read export submit_appraisals",
    "StaffAppraisal": "read add edit delete export",
    "DailyAssessment": "read add export",
}
for _role in (RoleName.agency_head, RoleName.agency_staff):
    _TABLE[_role] |= {"DailyAssessment": "read export answer_as_agency"}
# A decision commits the department, so its head makes it; a veto the township, so its leader speaks it (TS-20).
_PROPOSE = "read add edit delete export ask_township put_into_effect withdraw_change"
_ANSWER = "read export agree_to_change object_to_change record_plan"
_TABLE[RoleName.department_head] |= {"PersonnelChange": f"{_PROPOSE} decide_change"}
_TABLE[RoleName.department_staff] |= {"PersonnelChange": _PROPOSE}
_TABLE[RoleName.township_operator] = _TABLE[RoleName.township_head] | {"PersonnelChange": _ANSWER}
_TABLE[RoleName.township_head] |= {"PersonnelChange": f"{_ANSWER} veto_change"}


# Each evaluates from its side (TA-30), and appeals for itself; what weighs how much is the assessor's (TC-54).
_KEEP = "read add edit delete export"
_SHEETS = {"EvaluationSheet": "read export submit_sheet", "SheetScore": _KEEP}
_APPEAL = {"ScoreAppeal": "read add edit export withdraw_appeal"}
for _role in (RoleName.department_head, RoleName.department_staff, RoleName.township_head, RoleName.township_operator):
    _TABLE[_role] |= _SHEETS | _APPEAL
for _role in (RoleName.agency_head, RoleName.agency_staff):
    _TABLE[_role] |= _APPEAL
for _role in (RoleName.township_head, RoleName.township_operator):
    _TABLE[_role]["AgencyAggregate"] = "read export submit_aggregate"
_TABLE[RoleName.department_head] |= {"AgencyAggregate": "read export grade_agency"}
_TABLE[RoleName.scorer] |= {"EvaluationCycle": "read export compute_scores confirm_scores"}
_TABLE[RoleName.assessor] |= _SHEETS | {
    "EvaluationCycle": f"{_KEEP} open_cycle close_cycle compute_scores confirm_scores publish_scores",
    "EvaluationIndicator": _KEEP,
    "ScoreAppeal": "read export uphold_appeal dismiss_appeal",
}
# Two offices judge; the heads of a unit involved read their part, and state its view (TA-17, TA-18).
_JUDGED = dict.fromkeys(("AccountabilityCase", "AccountabilityUnit", "AccountabilityDeed"), "read export")
_JUDGES = {"AccountabilityCase": "read add export analyse conclude", "AccountabilityUnit": "read export weigh find"}
_TABLE[RoleName.leader] |= _JUDGED | {"SupervisionOrder": "read export comment"}
for _role in (RoleName.assessor, RoleName.discipline_inspector):
    _TABLE[_role] |= _JUDGED | _JUDGES
for _role in (RoleName.department_head, RoleName.township_head, RoleName.agency_head):
    _TABLE[_role] |= _JUDGED | {"AccountabilityUnit": "read export state_view"}


# Flask-AppBuilder's own pages for accounts and roles: who keeps accounts does not also say what roles may do.
_PEOPLE = {
    RoleName.admin: {
        "UserDBModelView": "list show add edit userinfo",
        "ResetPasswordView": "this_form_get this_form_post",
    },
    RoleName.security_admin: {"RoleModelView": "list show add edit", "UserDBModelView": "list show userinfo"},
}
_ACTIONS = {("resetpasswords", "UserDBModelView")}
"""What Flask-AppBuilder calls by the action's bare name."""

_OWN = {
    "OpenApi": "get",
    "ResetMyPasswordView": "this_form_get this_form_post",
    "UserDBModelView": "userinfo",
}


def grants(role: RoleName) -> set[tuple[str, str]]:
    """(permission, resource) pairs of a role, as Flask-AppBuilder names them."""
    table = dict.fromkeys(_DIRECTORY.split(), "read") | _OWN | _TABLE[role] | _PEOPLE.get(role, {})
    table |= {"Screen": "read"} if role in COUNTY else {}
    named = {(f"can_{word}", model) for model, words in table.items() for word in words.split()}
    return named | (_ACTIONS if role is RoleName.admin else set())


def without_sight(resource: str) -> frozenset[RoleName]:
    """The roles that may not read it; none of what no role reads as a page."""
    blind = frozenset(role for role in RoleName if ("can_read", resource) not in grants(role))
    return blind if len(blind) < len(RoleName) else frozenset()
