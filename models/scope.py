"""Which rows an actor may see, and which of them write: two criteria per table, or a reason why all may see them all.

A role sees as far as its reach: the whole deployment, its county, or what concerns its own units
(requirements B6). Almost everything hangs on the calls one may see; what a visible row points at is
visible too, or is in the public directory, else the page would show a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, inspect, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Mapper, aliased

from models.actor import REGION_ID, UNIT_ID, UNIT_IDS, USER_ID
from models.adjustments import AdjustmentOpinion, AdjustmentState, ListAdjustment
from models.admissions import AdmissionBatch, AdmissionOpinion, AdmissionState, DutyAdmission, GuaranteeMeasure
from models.assigned import AssignedMatter, AssignedMatterCap, MatterDepartment, MatterState, MatterTownship
from models.calendar import CalendarDay, TimeLimit, WorkingWindow
from models.calls import AssignmentState, Call, CallAssignment, CallCounter, CallSource, CallState, Direction
from models.coordination import CaseParty, CoordinationCase
from models.door import Roles, Scope
from models.files import Attachment
from models.governance import GovernanceModule
from models.irregular import CONCLUDED, IrregularAssignmentReport, ReportState
from models.item_words import ItemState, ListState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.ledger import Promise
from models.lists import DutyList, ItemCooperation, ListField, ListItem, ListType
from models.meetings import JointMeeting, MeetingMember, MeetingState, MeetingVote
from models.notices import Notice, Outbox
from models.opinions import ListOpinion
from models.organisation import Posting, Unit
from models.plain_words import PlainWord
from models.policies import PolicyDocument
from models.recorder import RecorderEntry, RecorderHead
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.situations import CallSituation
from models.statements import ResponsibilityStatement, StatementState, StatementTownship
from models.steps import ItemStep
from models.supervision import Reminder, SupervisionOrder
from models.three_fixed import ThreeFixedDocument

Criterion = ColumnElement[bool]


def reach(*, county: Criterion, own: Criterion) -> Callable[[Roles], Criterion]:
    """All of it, one county of it, or one's own: as far as the roles go."""

    def sees(roles: Roles) -> Criterion:
        if roles & EVERYWHERE:
            return true()
        if not roles & COUNTY:
            return own
        return county if roles <= COUNTY else or_(county, own)

    return sees


def only(roles_that_may: frozenset[RoleName], criterion: Criterion) -> Callable[[Roles], Criterion]:
    """The criterion for those roles, and nothing for the others."""
    return lambda roles: criterion if roles & roles_that_may else false()


def names_file(model: type) -> list[ColumnElement[int]]:
    """The columns by which the rows of a table name a file."""
    mapper: Mapper[Any] = inspect(model)
    files = inspect(Attachment).local_table
    return [
        getattr(model, mapper.get_property_by_column(column).key)
        for column in mapper.local_table.columns
        if any(key.column.table is files for key in column.foreign_keys)
    ]


def with_a_row(roles: Roles) -> Criterion:
    """A file is seen by whoever sees a row that names it.

    Each table is asked by the index of its key to the file: behind `CASE`, a planner cannot take the criterion's
    own index instead, and read a county's rows for each file.
    """
    if roles & EVERYWHERE:
        return true()
    shown = [
        exists().where(column == Attachment.id, case((column.is_not(None), sees(roles)))).correlate(Attachment)
        for column, sees in _ways_to_files()
    ]
    return or_(Attachment.unit_id.in_(UNIT_IDS), *shown)


def _ways_to_files() -> Iterator[tuple[ColumnElement[int], Callable[[Roles], Criterion]]]:
    for model in (*SCOPED, *PUBLIC):
        for column in names_file(model):
            yield column, SCOPED[model].sees if model in SCOPED else everyone(true())


def everyone(criterion: Criterion) -> Callable[[Roles], Criterion]:
    return lambda roles: criterion


# A clue is a draft that a grid worker writes for the township above.
is_clue = and_(
    Call.state == CallState.draft,
    Call.source == CallSource.grid,
    Call.direction == Direction.township_to_department,
)

# A call concerns its caller, the grid it is in, who has a part in it, and the parties of its case.
MY_CALLS = union(
    select(Call.id).where(Call.caller_unit_id.in_(UNIT_IDS)),
    select(Call.id).where(Call.place_unit_id.in_(UNIT_IDS), or_(Call.state != CallState.draft, is_clue)),
    select(CallAssignment.call_id).where(
        CallAssignment.department_id.in_(UNIT_IDS), CallAssignment.state != AssignmentState.reassigned
    ),
    select(CoordinationCase.call_id)
    .join(CaseParty, CaseParty.case_id == CoordinationCase.id)
    .where(CaseParty.unit_id.in_(UNIT_IDS)),
).subquery("my_calls")
my_call_ids = select(MY_CALLS.c.id)

# Items of another county become known with the call across counties that cites them.
afar = select(Call.id).where(Call.is_cross_region, Call.id.in_(my_call_ids))
cited_from_afar = select(
    union(
        select(Call.list_item_id.label("item_id")).where(Call.id.in_(afar)),
        select(CallAssignment.cited_item_id).where(CallAssignment.call_id.in_(afar)),
    )
    .subquery("cited")
    .c.item_id
)
lists_from_afar = select(ListItem.duty_list_id).where(ListItem.id.in_(cited_from_afar))

# A grid worker writes for the township above the grid.
_me, _above = aliased(Unit), aliased(Unit)
above_me = select(_above.id).where(_me.id == UNIT_ID, _me.path.startswith(_above.path))

# What departments ask of townships concerns the department, and the townships once it is asked.
sent_requests = and_(DataRequest.region_id == REGION_ID, DataRequest.state != RequestState.draft)
concerns_me = or_(
    AssignedMatter.lead_department_id.in_(UNIT_IDS),
    and_(
        AssignedMatter.state != MatterState.draft,
        AssignedMatter.id.in_(select(MatterDepartment.matter_id).where(MatterDepartment.unit_id.in_(UNIT_IDS))),
    ),
    and_(
        AssignedMatter.in_force_at.is_not(None),
        AssignedMatter.id.in_(select(MatterTownship.matter_id).where(MatterTownship.township_id.in_(UNIT_IDS))),
    ),
)
# A matter becomes known, too, with a call, or with a request that all may see, that cites it.
cited_by_request = AssignedMatter.id.in_(select(DataRequest.assigned_matter_id).where(sent_requests))
cited_by_call = AssignedMatter.id.in_(select(Call.assigned_matter_id).where(Call.id.in_(my_call_ids)))
my_matter_ids = select(AssignedMatter.id).where(or_(concerns_me, cited_by_request, cited_by_call))
county_matters = and_(AssignedMatter.region_id == REGION_ID, AssignedMatter.state != MatterState.draft)
county_matter_ids = select(AssignedMatter.id).where(county_matters)
my_draft_matter_ids = select(AssignedMatter.id).where(
    AssignedMatter.state == MatterState.draft, AssignedMatter.lead_department_id.in_(UNIT_IDS)
)
my_statement_ids = select(ResponsibilityStatement.id).where(
    or_(
        ResponsibilityStatement.department_id.in_(UNIT_IDS),
        ResponsibilityStatement.id.in_(
            select(StatementTownship.statement_id).where(StatementTownship.township_id.in_(UNIT_IDS))
        ),
    )
)
county_statements = and_(
    ResponsibilityStatement.region_id == REGION_ID, ResponsibilityStatement.state == StatementState.registered
)
# Who reported stays hidden from the department until there is a finding.
my_report_ids = select(IrregularAssignmentReport.id).where(
    or_(
        IrregularAssignmentReport.reporter_id.in_(UNIT_IDS),
        and_(IrregularAssignmentReport.department_id.in_(UNIT_IDS), IrregularAssignmentReport.state.in_(CONCLUDED)),
    )
)
asked_of_me = and_(
    sent_requests,
    DataRequest.id.in_(select(DataRequestTownship.request_id).where(DataRequestTownship.township_id.in_(UNIT_IDS))),
)
my_request_ids = select(DataRequest.id).where(or_(DataRequest.department_id.in_(UNIT_IDS), sent_requests))
my_draft_request_ids = select(DataRequest.id).where(
    DataRequest.state == RequestState.draft, DataRequest.department_id.in_(UNIT_IDS)
)
# An admission concerns who applies; from the consultation on, the townships that it names, and those who sit in the
# meeting that deals with it. A draft is the department's alone.
known = DutyAdmission.state.not_in([AdmissionState.draft, AdmissionState.submitted])
my_admission_ids = select(DutyAdmission.id).where(
    or_(
        DutyAdmission.applicant_id.in_(UNIT_IDS),
        and_(
            known,
            DutyAdmission.id.in_(
                select(AdmissionOpinion.admission_id).where(AdmissionOpinion.township_id.in_(UNIT_IDS))
            ),
        ),
    )
)
submitted_here = select(DutyAdmission.id).where(
    DutyAdmission.region_id == REGION_ID, DutyAdmission.state != AdmissionState.draft
)
my_seats = select(MeetingMember.meeting_id).where(MeetingMember.unit_id == UNIT_ID)
on_my_agenda = select(DutyAdmission.id).where(known, DutyAdmission.meeting_id.in_(my_seats))
my_drafts = select(DutyAdmission.id).where(
    DutyAdmission.applicant_id.in_(UNIT_IDS), DutyAdmission.state == AdmissionState.draft
)
my_votes = and_(MeetingVote.meeting_id.in_(my_seats), MeetingVote.admission_id.in_(on_my_agenda))
planned_here = and_(JointMeeting.region_id == REGION_ID, JointMeeting.state == MeetingState.planned)


def of_admissions(key: InstrumentedAttribute[int], *, county: Criterion) -> Callable[[Roles], Criterion]:
    """What hangs on an admission; for members of the joint meeting, also on those of its agenda (B6)."""
    own = key.in_(my_admission_ids)
    usual, sitting = reach(county=county, own=own), reach(county=county, own=or_(own, key.in_(on_my_agenda)))
    return lambda roles: (sitting if RoleName.joint_meeting_member in roles else usual)(roles)


def of_meetings(key: InstrumentedAttribute[int], *, county: Criterion, own: Criterion) -> Callable[[Roles], Criterion]:
    """What belongs to a meeting is its members' too."""
    usual, sitting = reach(county=county, own=own), reach(county=county, own=or_(own, key.in_(my_seats)))
    return lambda roles: (sitting if RoleName.joint_meeting_member in roles else usual)(roles)


MANAGERS = frozenset({RoleName.list_manager})
EDITORS = frozenset({RoleName.editorial_officer})
ADMINS = frozenset({RoleName.admin})

OPEN_TO_ALL = (ListState.published, ListState.superseded, ListState.consulting)
draft_list_ids = select(DutyList.id).where(DutyList.region_id == REGION_ID, DutyList.state == ListState.draft)
item_for_all = and_(
    ListItem.region_id == REGION_ID,
    or_(
        ListItem.state != ItemState.draft,
        ListItem.duty_list_id.in_(
            select(DutyList.id).where(DutyList.region_id == REGION_ID, DutyList.state == ListState.consulting)
        ),
    ),
)


my_adjustments = select(
    union(
        select(ListAdjustment.id).where(ListAdjustment.proposer_unit_id.in_(UNIT_IDS)),
        select(AdjustmentOpinion.list_adjustment_id).where(AdjustmentOpinion.unit_id.in_(UNIT_IDS)),
    )
    .subquery("my_adjustments")
    .c.id
)


def _of_item(model: Any, *, lasting: bool = False) -> Scope:
    """What belongs to an item is seen with it, and frozen with it; unless it may be added to an item in force."""
    writable = select(ListItem.id).where(ListItem.duty_list_id.in_(draft_list_ids))
    if lasting:
        in_force = and_(ListItem.region_id == REGION_ID, ListItem.state == ItemState.published)
        writable = select(ListItem.id).where(or_(ListItem.duty_list_id.in_(draft_list_ids), in_force))
    return Scope(
        sees=reach(
            county=model.region_id == REGION_ID, own=model.list_item_id.in_(select(ListItem.id).where(item_for_all))
        ),
        writes=only(MANAGERS, and_(model.region_id == REGION_ID, model.list_item_id.in_(writable))),
    )


TOLD_TO_ALL_CONCERNED: dict[type[Any], Select[int]] = {
    AssignedMatter: select(AssignedMatter.id).where(concerns_me),
    DutyAdmission: my_admission_ids,
    ResponsibilityStatement: my_statement_ids,
    IrregularAssignmentReport: my_report_ids,
    DataRequest: select(DataRequest.id).where(or_(DataRequest.department_id.in_(UNIT_IDS), asked_of_me)),
}
"""Of which tables those whom a row concerns see its history, too: who did what."""

SCOPED: dict[type, Scope] = {
    Call: Scope(
        sees=reach(
            # A draft is its writer's until it is sent.
            county=and_(Call.region_id == REGION_ID, Call.state != CallState.draft),
            own=Call.id.in_(my_call_ids),
        ),
        writes=everyone(
            or_(
                and_(Call.caller_unit_id.in_(UNIT_IDS), Call.state.in_([CallState.draft, CallState.returned])),
                and_(Call.place_unit_id.in_(UNIT_IDS), Call.caller_unit_id.in_(above_me), is_clue),
            )
        ),
    ),
    CallAssignment: Scope(
        sees=reach(county=CallAssignment.region_id == REGION_ID, own=CallAssignment.call_id.in_(my_call_ids))
    ),
    CoordinationCase: Scope(
        sees=reach(county=CoordinationCase.region_id == REGION_ID, own=CoordinationCase.call_id.in_(my_call_ids))
    ),
    CaseParty: Scope(
        sees=reach(
            county=CaseParty.region_id == REGION_ID,
            own=CaseParty.case_id.in_(select(CoordinationCase.id).where(CoordinationCase.call_id.in_(my_call_ids))),
        )
    ),
    Reminder: Scope(sees=reach(county=Reminder.region_id == REGION_ID, own=Reminder.call_id.in_(my_call_ids))),
    SupervisionOrder: Scope(
        sees=reach(county=SupervisionOrder.region_id == REGION_ID, own=SupervisionOrder.call_id.in_(my_call_ids))
    ),
    # Once published, everyone's in the county to cite; while opinions are asked for, everyone's to read. A draft is the
    # editorial office's.
    DutyList: Scope(
        sees=reach(
            county=DutyList.region_id == REGION_ID,
            own=or_(
                and_(DutyList.region_id == REGION_ID, DutyList.state.in_(OPEN_TO_ALL)),
                DutyList.id.in_(lists_from_afar),
            ),
        ),
        writes=only(MANAGERS, and_(DutyList.region_id == REGION_ID, DutyList.state == ListState.draft)),
    ),
    ListItem: Scope(
        sees=reach(
            county=ListItem.region_id == REGION_ID,
            own=or_(item_for_all, ListItem.id.in_(cited_from_afar)),
        ),
        writes=only(MANAGERS, and_(ListItem.region_id == REGION_ID, ListItem.duty_list_id.in_(draft_list_ids))),
    ),
    ItemCooperation: _of_item(ItemCooperation),
    ItemIndicator: _of_item(ItemIndicator),
    ItemCheckpoint: _of_item(ItemCheckpoint, lasting=True),
    ItemAttachment: _of_item(ItemAttachment, lasting=True),
    ItemStep: _of_item(ItemStep, lasting=True),
    ListOpinion: Scope(
        sees=reach(county=ListOpinion.region_id == REGION_ID, own=ListOpinion.unit_id.in_(UNIT_IDS)),
    ),
    # Its proposer's until it is submitted, then the county's offices' and theirs whom it was shown to.
    ListAdjustment: Scope(
        sees=reach(
            county=and_(
                ListAdjustment.region_id == REGION_ID,
                or_(ListAdjustment.state != AdjustmentState.draft, ListAdjustment.proposer_unit_id.in_(UNIT_IDS)),
            ),
            own=ListAdjustment.id.in_(my_adjustments),
        ),
        writes=lambda roles: or_(
            and_(ListAdjustment.proposer_unit_id.in_(UNIT_IDS), ListAdjustment.state == AdjustmentState.draft),
            and_(ListAdjustment.region_id == REGION_ID, ListAdjustment.state == AdjustmentState.reviewing)
            if roles & MANAGERS
            else false(),
        ),
    ),
    AdjustmentOpinion: Scope(
        sees=reach(
            county=AdjustmentOpinion.region_id == REGION_ID,
            own=or_(
                AdjustmentOpinion.unit_id.in_(UNIT_IDS),
                AdjustmentOpinion.list_adjustment_id.in_(
                    select(ListAdjustment.id).where(ListAdjustment.proposer_unit_id.in_(UNIT_IDS))
                ),
            ),
        ),
    ),
    GovernanceModule: Scope(
        sees=reach(county=GovernanceModule.region_id == REGION_ID, own=GovernanceModule.region_id == REGION_ID),
        writes=only(MANAGERS, GovernanceModule.region_id == REGION_ID),
    ),
    # The finder answers everyone of a county in its words.
    PlainWord: Scope(
        sees=reach(county=PlainWord.region_id == REGION_ID, own=PlainWord.region_id == REGION_ID),
        writes=only(MANAGERS, PlainWord.region_id == REGION_ID),
    ),
    DutyAdmission: Scope(
        sees=of_admissions(
            DutyAdmission.id,
            county=and_(DutyAdmission.region_id == REGION_ID, DutyAdmission.state != AdmissionState.draft),
        ),
        writes=everyone(and_(DutyAdmission.applicant_id.in_(UNIT_IDS), DutyAdmission.state == AdmissionState.draft)),
    ),
    AdmissionOpinion: Scope(
        sees=of_admissions(AdmissionOpinion.admission_id, county=AdmissionOpinion.admission_id.in_(submitted_here)),
        writes=everyone(AdmissionOpinion.admission_id.in_(my_drafts)),
    ),
    GuaranteeMeasure: Scope(
        sees=of_admissions(GuaranteeMeasure.admission_id, county=GuaranteeMeasure.admission_id.in_(submitted_here)),
        writes=everyone(GuaranteeMeasure.admission_id.in_(my_drafts)),
    ),
    AdmissionBatch: Scope(
        sees=reach(county=AdmissionBatch.region_id == REGION_ID, own=AdmissionBatch.region_id == REGION_ID),
        writes=only(EDITORS, AdmissionBatch.region_id == REGION_ID),
    ),
    JointMeeting: Scope(
        sees=of_meetings(
            JointMeeting.id,
            county=JointMeeting.region_id == REGION_ID,
            own=JointMeeting.id.in_(select(DutyAdmission.meeting_id).where(DutyAdmission.id.in_(my_admission_ids))),
        ),
        writes=only(EDITORS, planned_here),
    ),
    MeetingMember: Scope(
        sees=of_meetings(MeetingMember.meeting_id, county=MeetingMember.region_id == REGION_ID, own=false()),
        writes=only(EDITORS, MeetingMember.meeting_id.in_(select(JointMeeting.id).where(planned_here))),
    ),
    MeetingVote: Scope(
        sees=lambda roles: reach(
            county=MeetingVote.admission_id.in_(submitted_here),
            own=my_votes if RoleName.joint_meeting_member in roles else false(),
        )(roles)
    ),
    CalendarDay: Scope(
        sees=reach(county=CalendarDay.region_id == REGION_ID, own=CalendarDay.region_id == REGION_ID),
        writes=lambda roles: (
            true() if roles & ADMINS else CalendarDay.region_id == REGION_ID if roles & MANAGERS else false()
        ),
    ),
    WorkingWindow: Scope(
        sees=reach(county=WorkingWindow.region_id == REGION_ID, own=WorkingWindow.region_id == REGION_ID),
        writes=only(ADMINS, true()),
    ),
    TimeLimit: Scope(
        sees=reach(county=TimeLimit.region_id == REGION_ID, own=TimeLimit.region_id == REGION_ID),
        writes=only(ADMINS, true()),
    ),
    Attachment: Scope(sees=with_a_row),
    # Orders bind everyone: all of the county may read them.
    PolicyDocument: Scope(
        sees=reach(county=PolicyDocument.region_id == REGION_ID, own=PolicyDocument.region_id == REGION_ID),
        writes=only(MANAGERS, PolicyDocument.region_id == REGION_ID),
    ),
    # Whoever calls, or is called, goes by them: all of the county may read them.
    CallSituation: Scope(
        sees=reach(county=CallSituation.region_id == REGION_ID, own=CallSituation.region_id == REGION_ID),
        writes=only(MANAGERS, CallSituation.region_id == REGION_ID),
    ),
    ThreeFixedDocument: Scope(
        sees=reach(county=ThreeFixedDocument.region_id == REGION_ID, own=ThreeFixedDocument.region_id == REGION_ID),
        writes=only(MANAGERS | EDITORS, ThreeFixedDocument.region_id == REGION_ID),
    ),
    AssignedMatter: Scope(
        sees=reach(county=county_matters, own=AssignedMatter.id.in_(my_matter_ids)),
        writes=everyone(AssignedMatter.id.in_(my_draft_matter_ids)),
    ),
    MatterDepartment: Scope(
        sees=reach(
            county=MatterDepartment.matter_id.in_(county_matter_ids), own=MatterDepartment.matter_id.in_(my_matter_ids)
        ),
        writes=everyone(MatterDepartment.matter_id.in_(my_draft_matter_ids)),
    ),
    MatterTownship: Scope(
        sees=reach(
            county=MatterTownship.matter_id.in_(county_matter_ids), own=MatterTownship.matter_id.in_(my_matter_ids)
        ),
        writes=everyone(MatterTownship.matter_id.in_(my_draft_matter_ids)),
    ),
    AssignedMatterCap: Scope(
        sees=reach(county=AssignedMatterCap.region_id == REGION_ID, own=AssignedMatterCap.region_id == REGION_ID),
        writes=only(MANAGERS, AssignedMatterCap.region_id == REGION_ID),
    ),
    ResponsibilityStatement: Scope(
        sees=reach(
            county=ResponsibilityStatement.region_id == REGION_ID, own=ResponsibilityStatement.id.in_(my_statement_ids)
        ),
        writes=only(MANAGERS, county_statements),
    ),
    StatementTownship: Scope(
        sees=reach(
            county=StatementTownship.region_id == REGION_ID, own=StatementTownship.statement_id.in_(my_statement_ids)
        ),
        writes=only(
            MANAGERS, StatementTownship.statement_id.in_(select(ResponsibilityStatement.id).where(county_statements))
        ),
    ),
    IrregularAssignmentReport: Scope(
        sees=reach(
            county=IrregularAssignmentReport.region_id == REGION_ID,
            own=IrregularAssignmentReport.id.in_(my_report_ids),
        ),
        writes=everyone(
            and_(
                IrregularAssignmentReport.reporter_id.in_(UNIT_IDS),
                IrregularAssignmentReport.state == ReportState.reported,
            )
        ),
    ),
    # Sent, it is known in the whole county, so that nobody asks again for what somebody has.
    DataRequest: Scope(
        sees=reach(county=sent_requests, own=DataRequest.id.in_(my_request_ids)),
        writes=everyone(DataRequest.id.in_(my_draft_request_ids)),
    ),
    DataRequestField: Scope(
        sees=reach(
            county=DataRequestField.request_id.in_(select(DataRequest.id).where(sent_requests)),
            own=DataRequestField.request_id.in_(my_request_ids),
        ),
        writes=everyone(DataRequestField.request_id.in_(my_draft_request_ids)),
    ),
    DataRequestTownship: Scope(
        sees=reach(
            county=DataRequestTownship.request_id.in_(select(DataRequest.id).where(sent_requests)),
            own=DataRequestTownship.request_id.in_(my_request_ids),
        ),
        writes=everyone(DataRequestTownship.request_id.in_(my_draft_request_ids)),
    ),
    Notice: Scope(sees=everyone(Notice.user_id == USER_ID), writes=everyone(Notice.user_id == USER_ID)),
    Promise: Scope(sees=reach(county=Promise.region_id == REGION_ID, own=false())),
    Outbox: Scope(sees=reach(county=false(), own=false())),
    CallCounter: Scope(sees=reach(county=false(), own=false())),
    RecorderEntry: Scope(
        sees=reach(
            county=RecorderEntry.chain == REGION_ID,
            own=or_(
                RecorderEntry.call_id.in_(my_call_ids),
                RecorderEntry.unit_id.in_(UNIT_IDS),
                *(
                    and_(RecorderEntry.subject_type == model.__tablename__, RecorderEntry.subject_id.in_(ids))
                    for model, ids in TOLD_TO_ALL_CONCERNED.items()
                ),
            ),
        )
    ),
    RecorderHead: Scope(sees=reach(county=RecorderHead.chain == REGION_ID, own=false())),
}

PUBLIC: dict[type, str] = {
    ListType: "which kinds of list there are, the same in all counties; its page needs a permission of its own",
    ListField: "the columns of a kind of list, as everyone who reads the list sees them",
    Unit: "the directory: which units there are, and their names",
    Posting: "read to learn who is acting, before anyone is; its page needs a permission of its own",
}
