"""Who sees an admission, what hangs on it, and the joint meeting that deals with it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from models.actor import REGION_ID, UNIT_ID, UNIT_IDS
from models.admissions import AdmissionBatch, AdmissionOpinion, AdmissionState, DutyAdmission, GuaranteeMeasure
from models.door import Roles, Scope
from models.meetings import JointMeeting, MeetingKind, MeetingMember, MeetingState, MeetingVote
from models.roles import RoleName
from models.scope.calls import my_case_ids
from models.scope.reach import EDITORS, SUPERVISORS, Criterion, everyone, of_county, only, reach

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
on_cases_here = and_(planned_here, JointMeeting.kind == MeetingKind.coordination)
on_my_cases = JointMeeting.case_id.in_(my_case_ids)
of_my_cases = MeetingMember.meeting_id.in_(select(JointMeeting.id).where(on_my_cases))


def of_admissions(key: InstrumentedAttribute[int], *, county: Criterion) -> Callable[[Roles], Criterion]:
    """What hangs on an admission; for members of the joint meeting, also on those of its agenda (B6)."""
    own = key.in_(my_admission_ids)
    usual, sitting = reach(county=county, own=own), reach(county=county, own=or_(own, key.in_(on_my_agenda)))
    return lambda roles: (sitting if RoleName.joint_meeting_member in roles else usual)(roles)


def of_meetings(key: InstrumentedAttribute[int], *, county: Criterion, own: Criterion) -> Callable[[Roles], Criterion]:
    """What belongs to a meeting is its members' too."""
    usual, sitting = reach(county=county, own=own), reach(county=county, own=or_(own, key.in_(my_seats)))
    return lambda roles: (sitting if RoleName.joint_meeting_member in roles else usual)(roles)


SCOPES: dict[type, Scope] = {
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
    AdmissionBatch: Scope(sees=of_county(AdmissionBatch), writes=only(EDITORS, AdmissionBatch.region_id == REGION_ID)),
    JointMeeting: Scope(
        sees=of_meetings(
            JointMeeting.id,
            county=JointMeeting.region_id == REGION_ID,
            own=or_(
                JointMeeting.id.in_(select(DutyAdmission.meeting_id).where(DutyAdmission.id.in_(my_admission_ids))),
                on_my_cases,
            ),
        ),
        writes=lambda roles: (
            only(EDITORS, planned_here)(roles) if roles & EDITORS else only(SUPERVISORS, on_cases_here)(roles)
        ),
    ),
    MeetingMember: Scope(
        sees=of_meetings(
            MeetingMember.meeting_id,
            county=MeetingMember.region_id == REGION_ID,
            own=MeetingMember.meeting_id.in_(select(JointMeeting.id).where(on_my_cases)),
        ),
        writes=only(EDITORS, MeetingMember.meeting_id.in_(select(JointMeeting.id).where(planned_here))),
    ),
    MeetingVote: Scope(
        sees=lambda roles: reach(
            county=MeetingVote.admission_id.in_(submitted_here),
            own=my_votes if RoleName.joint_meeting_member in roles else false(),
        )(roles)
    ),
}
