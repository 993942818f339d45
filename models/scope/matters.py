"""Who sees what departments lay upon townships: assigned matters, statements, reports, requests of data."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.assigned import AssignedMatter, AssignedMatterCap, MatterDepartment, MatterState, MatterTownship
from models.calls import Call
from models.door import Scope
from models.irregular import CONCLUDED, IrregularAssignmentReport, ReportState
from models.policies import PolicyDocument
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.scope.calls import my_call_ids
from models.scope.reach import MANAGERS, everyone, of_county, only, reach
from models.statements import ResponsibilityStatement, StatementState, StatementTownship

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

SCOPES: dict[type, Scope] = {
    # Orders bind everyone: all of the county may read them.
    PolicyDocument: Scope(sees=of_county(PolicyDocument), writes=only(MANAGERS, PolicyDocument.region_id == REGION_ID)),
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
        sees=of_county(AssignedMatterCap), writes=only(MANAGERS, AssignedMatterCap.region_id == REGION_ID)
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
}
