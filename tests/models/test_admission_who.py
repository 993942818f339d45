"""Who may press what on a duty admission and its parts, and who sees them. The tables are the specification."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.admissions import (
    AdmissionBatch,
    AdmissionOpinion,
    AdmissionState,
    DutyAdmission,
    GuaranteeMeasure,
    GuaranteeState,
    OpinionState,
)
from models.door import NotWritable, OutOfSight
from models.meetings import JointMeeting, MeetingMember, MeetingState, MeetingVote
from models.organisation import Duty, UnitType
from models.recorder import RecorderEntry
from models.roles import RoleName
from tests.make import WORKFLOWS
from tests.make_admissions import ADMISSION_PATHS

A = AdmissionState

#                       the department   townships named    editorial office                        members
ADMISSION = {
    "draft":            ("submit",       "",                "",                                     ""),
    "submitted":        ("",             "",                "consult",                              ""),
    "consulting":       ("",             "",                "put_on_agenda",                        ""),
    "joint_review":     ("",             "",                "put_on_agenda approve refuse return",  "vote"),
    "approved":         ("hand_over",    "in_force",        "",                                     ""),
    "refused":          ("",             "",                "",                                     ""),
    "in_force":         ("",             "",                "",                                     ""),
    "suspended":        ("",             "",                "resume",                               ""),
    "expired":          ("",             "",                "",                                     ""),
}  # fmt: skip
OPINION = {
    "named":            ("",             "",                "",                                     ""),
    "asked":            ("",             "answer",          "",                                     ""),
    "answered":         ("",             "",                "",                                     ""),
}  # fmt: skip
GUARANTEE = {
    "proposed":         ("",             "",                "",                                     ""),
    "promised":         ("deliver",      "",                "",                                     ""),
    "late":             ("deliver",      "",                "",                                     ""),
    "reported":         ("",             "confirm_delivery dispute_delivery", "",                   ""),
    "delivered":        ("",             "",                "",                                     ""),
}  # fmt: skip
MEETING = {
    "planned":          ("",             "",                "record_minutes",                       "record_minutes"),
    "held":             ("",             "",                "",                                     ""),
}  # fmt: skip

COUNTY = "editorial office, county office, supervision office, assessment office, leader, congress, list manager"
EVERYWHERE = "administrator, auditor"

# Who sees an admission, its opinions and its guarantees in each state; beside the department and those of everywhere.
SEEN = {
    A.draft: "",
    A.submitted: COUNTY,
    A.consulting: f"{COUNTY}, township",
} | {state: f"{COUNTY}, township, member" for state in A if state not in (A.draft, A.submitted, A.consulting)}


@pytest.fixture
def units(make):
    return {"applicant": make.department(), "township": make.township(), "member": make.department()}


@pytest.fixture
def seats(make, units):
    away = make.county("Another county")
    editorial, county = make.office(Duty.editorial_office), make.office(Duty.county_office)
    member = RoleName.joint_meeting_member
    return {
        "department": (units["applicant"], RoleName.department_staff),
        "township": (units["township"], RoleName.township_operator),
        "editorial office": (editorial, RoleName.editorial_officer),
        "member": (units["member"], member),
        "colleague of the member": (units["member"], RoleName.department_head),
        "member of another meeting": (make.department(), member),
        "another township": (make.township(), RoleName.township_head),
        "another department": (make.department(), RoleName.department_head),
        "grid worker": (make.grid(make.village(units["township"])), RoleName.grid_worker),
        "county office": (county, RoleName.county_dispatcher),
        "supervision office": (make.office(Duty.supervision_office), RoleName.supervisor),
        "assessment office": (make.office(Duty.assessment_office), RoleName.assessor),
        "leader": (make.office(Duty.leadership), RoleName.leader),
        "congress": (make.unit(UnitType.congress), RoleName.congress_observer),
        "list manager": (editorial, RoleName.list_manager),
        "administrator": (county, RoleName.admin),
        "auditor": (county, RoleName.audit_admin),
        "editorial office elsewhere": (make.office(Duty.editorial_office, away), RoleName.editorial_officer),
        "county office elsewhere": (make.office(Duty.county_office, away), RoleName.county_dispatcher),
    }


def admission_of(make, units, state):
    return make.admission(
        units["applicant"], townships=[units["township"]], members=[units["member"]], state=AdmissionState(state)
    )


@pytest.mark.requirement("TA-20", "TA-21", "TC-13", "TC-15", "LX-21")
@pytest.mark.parametrize(
    ("table", "states", "subject_of"),
    [
        (ADMISSION, AdmissionState, lambda make, admission: admission),
        (OPINION, OpinionState, lambda make, admission: make.opinions(admission)[0]),
        (GUARANTEE, GuaranteeState, lambda make, admission: make.guarantees(admission)[0]),
        (MEETING, MeetingState, lambda make, admission: admission.meeting),
    ],
)
def test_the_buttons_are_those_of_the_table(make, session, units, seats, table, states, subject_of):
    subject = subject_of(make, admission_of(make, units, "joint_review"))
    actors = {name: make.actor(unit, role) for name, (unit, role) in seats.items()}
    workflow = WORKFLOWS[type(subject)]
    assert table.keys() == set(states)
    for state, columns in table.items():
        department, township, editorial, member = (set(words.split()) for words in columns)
        expected = {
            "department": department,
            "township": township,
            "editorial office": editorial,
            "member": member,
        }
        with session.no_autoflush:
            subject.state = states(state)
            shown = {name: {t.name for t in workflow.open_to(subject, actor)} for name, actor in actors.items()}
        assert shown == {name: expected.get(name, set()) for name in actors}, state


@pytest.mark.requirement("TC-13")
@pytest.mark.parametrize("state", ADMISSION_PATHS)
def test_an_admission_is_seen_by_whom_it_concerns(make, acting, units, seats, state):
    admission = admission_of(make, units, state)
    expected = {"department", *SEEN[state].split(", "), *EVERYWHERE.split(", ")} - {""}
    models = (DutyAdmission, AdmissionOpinion, GuaranteeMeasure)
    for model in models:
        seen = {name for name, seat in seats.items() if acting(*seat)[0].scalars(select(model.id)).first()}
        assert seen == expected, model
    assert admission.state is state


@pytest.mark.requirement("TA-20")
def test_votes_are_the_meetings_and_the_countys_and_the_meeting_is_known_to_whom_it_decides_on(
    make, acting, units, seats
):
    admission_of(make, units, "approved")
    whole_county = {*COUNTY.split(", "), *EVERYWHERE.split(", "), "member"}

    def seen(model):
        return {name for name, seat in seats.items() if acting(*seat)[0].scalars(select(model.id)).first()}

    assert seen(MeetingVote) == seen(MeetingMember) == whole_county
    assert seen(JointMeeting) == whole_county | {"department", "township"}


def test_a_returned_draft_is_the_departments_again_with_its_votes(make, acting, units, seats):
    admission = admission_of(make, units, "joint_review")
    make.vote(admission, "in_favour")
    make.press(admission.meeting, "record_minutes", minutes="Not yet.")
    make.press(admission, "return", note="Who pays?")
    for name in ("editorial office", "township", "member"):
        theirs, _ = acting(*seats[name])
        assert not theirs.scalars(select(DutyAdmission.id)).first()
        assert not theirs.scalars(select(MeetingVote.id)).first()


def test_whom_it_concerns_reads_what_happened_to_it(make, acting, units, seats):
    admission_of(make, units, "approved")
    of_admission = select(RecorderEntry.action).where(RecorderEntry.subject_type == "duty_admission")
    for name in ("department", "township"):
        assert "consult" in acting(*seats[name])[0].scalars(of_admission).all()
    assert not acting(*seats["another township"])[0].scalars(of_admission).all()


# Writing


@pytest.mark.requirement("TA-19", "TC-12")
def test_a_submitted_admission_is_nobodys_to_edit(make, acting, units, seats):
    admission_of(make, units, "submitted")
    for name in ("department", "editorial office"):
        theirs, _ = acting(*seats[name])
        theirs.scalars(select(DutyAdmission)).one().township_duties = "And much more."
        with pytest.raises(NotWritable):
            theirs.commit()
        theirs.rollback()


@pytest.mark.requirement("TC-13")
@pytest.mark.parametrize(("model", "column"), [(AdmissionOpinion, "opinion"), (GuaranteeMeasure, "promise")])
def test_its_parts_are_written_in_the_draft_alone(make, acting, units, seats, model, column):
    admission_of(make, units, "submitted")
    theirs, _ = acting(*seats["department"])
    setattr(theirs.scalars(select(model)).first(), column, "Something else.")
    with pytest.raises(NotWritable):
        theirs.commit()


def test_nobody_writes_into_anothers_draft(make, acting, units, seats):
    draft = admission_of(make, units, "draft")
    theirs, _ = acting(*seats["another department"])
    theirs.add(AdmissionOpinion(region_id=draft.region_id, admission_id=draft.id, township_id=make.township().id))
    with pytest.raises(OutOfSight):
        theirs.commit()


def test_meetings_and_batches_are_kept_by_the_editorial_office(make, acting, units, seats):
    make.batch()
    planned, held = make.meeting(), make.meeting(state=MeetingState.held)
    for name, may in (("editorial office", True), ("county office", False), ("list manager", False)):
        theirs, _ = acting(*seats[name])
        for row in (theirs.scalars(select(AdmissionBatch)).one(), theirs.get(JointMeeting, planned.id)):
            setattr(row, "name" if isinstance(row, AdmissionBatch) else "place", name)
            if may:
                theirs.commit()
                continue
            with pytest.raises(NotWritable):
                theirs.commit()
            theirs.rollback()
    theirs, _ = acting(*seats["editorial office"])
    theirs.get(JointMeeting, held.id).place = "Elsewhere"
    with pytest.raises(NotWritable):
        theirs.commit()
