"""What each role is granted: a list to be read at every change, and promises about it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from app.identity import seats
from models.accountability import AccountabilityCase, AccountabilityUnit
from models.admissions import AdmissionOpinion, DutyAdmission
from models.base import Model
from models.calendar import ReminderLadder, TimeLimit
from models.calls import Call, CallAssignment, CallState
from models.coordination import CoordinationCase
from models.evaluation import EvaluationCycle
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet
from models.limits import DueRevision
from models.lists import DutyList
from models.organisation import Duty, UnitType
from models.rights import grants
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.scores import ScoreAppeal
from models.supervision import SupervisionOrder
from models.webhooks import Webhook
from tests.make import NOW, WORKFLOWS

SNAPSHOT = Path(__file__).parent / "roles.txt"
ROWS = {"read", "add", "edit", "delete", "export"}
DEPARTMENT = {RoleName.department_head, RoleName.department_staff}
TOWNSHIP = {RoleName.township_head, RoleName.township_operator}
EDITORIAL, MEMBERS = {RoleName.editorial_officer}, {RoleName.joint_meeting_member}
LOOKERS = [
    *sorted(EVERYWHERE),
    RoleName.leader,
    RoleName.congress_observer,
    RoleName.discipline_inspector,
]


def told():
    for role in RoleName:
        yield f"{role}"
        resources = {}
        for permission, resource in sorted(grants(role)):
            resources.setdefault(resource, []).append(permission.removeprefix("can_"))
        yield from (f"  {resource}: {' '.join(words)}" for resource, words in sorted(resources.items()))


def moves_of(role):
    """(model, move) pairs that a role is granted."""
    names = {model.__name__: model for model in WORKFLOWS}
    granted = {(names[r], p.removeprefix("can_")) for p, r in grants(role) if r in names}
    return {(model, word) for model, word in granted if word not in ROWS}


def test_no_role_gained_or_lost_a_right_unnoticed():
    text = "\n".join(told()) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8"), "read the difference; UPDATE_SNAPSHOTS=1 records it"


def test_every_move_is_granted_to_somebody_and_nothing_else_is_called_a_move():
    declared = {(model, name) for model, workflow in WORKFLOWS.items() for name in workflow.moves}
    assert {pair for role in RoleName for pair in moves_of(role)} == declared


@pytest.mark.requirement("ZG-03")
@pytest.mark.parametrize("role", [RoleName.assessor, RoleName.discipline_inspector])
def test_two_organs_look_into_every_matter_of_their_county(make, acting, role):
    """The office that assesses, and the inspectors of discipline: whatever is supervised, from both sides."""
    lead = make.department()
    calls = {make.call(make.township(), lead=lead, state=CallState.dispatched).id for _ in range(2)}
    make.call(make.township(county := make.county()), lead=make.department(county), state=CallState.dispatched)
    order = make.order(assignment=make.assignments(make.session.get(Call, min(calls)))[0])
    session, _ = acting(make.office(Duty.assessment_office), role)
    assert set(session.scalars(select(Call.id))) == calls
    assert session.scalars(select(SupervisionOrder.id)).all() == [order.id]
    looked_into = ("Call", "CallAssignment", "CoordinationCase", "SupervisionOrder", "CaseAssessment", "DutyAdmission")
    assert {("can_read", resource) for resource in looked_into} <= grants(role)


@pytest.mark.requirement("ZG-03")
@pytest.mark.parametrize("role", LOOKERS)
def test_who_only_looks_moves_and_writes_no_call(role):
    judged = {AccountabilityCase, AccountabilityUnit}
    own = {
        RoleName.admin: {TimeLimit, ReminderLadder, DueRevision, Webhook},
        RoleName.discipline_inspector: judged,
        RoleName.leader: {SupervisionOrder},  # B6: comments on supervision
    }
    assert {model for model, _ in moves_of(role)} <= own.get(role, set())
    assert not {(f"can_{word}", "Call") for word in ROWS - {"read", "export"}} & grants(role)


@pytest.mark.requirement("ZG-03")
def test_who_assesses_moves_evaluations_and_what_somebody_is_held_to_account_for():
    evaluations, judged = {EvaluationCycle, EvaluationSheet, ScoreAppeal}, {AccountabilityCase, AccountabilityUnit}
    assert {model for model, _ in moves_of(RoleName.assessor)} == evaluations | judged
    assert {model for model, _ in moves_of(RoleName.discipline_inspector)} == judged
    assert moves_of(RoleName.scorer) == {(EvaluationCycle, name) for name in ("compute_scores", "confirm_scores")}


@pytest.mark.requirement("TC-55", "TA-40", "TA-39")
def test_each_step_of_an_evaluation_is_somebody_elses():
    steps = {
        (EvaluationCycle, "compute_scores"): {RoleName.assessor, RoleName.scorer},
        (EvaluationCycle, "publish_scores"): {RoleName.assessor},
        (AgencyAggregate, "submit_aggregate"): TOWNSHIP,
        (AgencyAggregate, "grade_agency"): {RoleName.department_head},
        (EvaluationSheet, "submit_sheet"): TOWNSHIP | DEPARTMENT | {RoleName.assessor},
    }
    for move, roles in steps.items():
        assert {role for role in RoleName if move in moves_of(role)} == roles, move


@pytest.mark.requirement("TA-26")
def test_only_the_county_office_dispatches():
    assert [role for role in RoleName if (Call, "dispatch") in moves_of(role)] == [RoleName.county_dispatcher]


@pytest.mark.requirement("TC-41")
def test_only_callers_forward():
    forwarders = {role for role in RoleName if (Call, "forward") in moves_of(role)}
    assert forwarders == {role for role in RoleName if (Call, "send") in moves_of(role)}
    assert not forwarders & (COUNTY | EVERYWHERE | {RoleName.grid_worker})


@pytest.mark.requirement("TC-43", "TC-44")
def test_only_the_editorial_office_files_and_issues_opinions():
    for name in ("file", "send_back", "issue_opinion"):
        roles = [role for role in RoleName if (CoordinationCase, name) in moves_of(role)]
        assert roles == [RoleName.editorial_officer]


@pytest.mark.requirement("TA-20", "TC-13")
def test_each_step_of_an_admission_is_somebody_elses():
    steps = {"submit": DEPARTMENT, "consult": EDITORIAL, "vote": MEMBERS, "approve": EDITORIAL, "in_force": TOWNSHIP}
    for name, roles in steps.items():
        assert {role for role in RoleName if (DutyAdmission, name) in moves_of(role)} == roles, name
    assert {role for role in RoleName if (AdmissionOpinion, "answer") in moves_of(role)} == TOWNSHIP


def test_lists_are_published_by_who_keeps_them():
    assert [role for role in RoleName if (DutyList, "publish") in moves_of(role)] == [RoleName.list_manager]


def test_who_writes_rights_does_not_write_rows_and_who_audits_writes_nothing():
    for role in (RoleName.security_admin, RoleName.audit_admin):
        writes = {resource for permission, resource in grants(role) if permission in ("can_add", "can_delete")}
        assert not writes & {mapper.class_.__name__ for mapper in Model.registry.mappers}


def test_every_move_granted_is_somebodys_of_that_role_to_make(make):
    township, named = make.township(), make.department()
    case = make.case(caller=township, named=named)
    part = make.assignments(case.call)[0]
    subjects = {Call: case.call, CallAssignment: part, CoordinationCase: case}
    people = {
        RoleName.township_head: township,
        RoleName.department_head: part.department,
        RoleName.county_dispatcher: make.office(Duty.county_office),
        RoleName.editorial_officer: make.office(Duty.editorial_office),
        RoleName.supervisor: make.office(Duty.supervision_office),
        RoleName.congress_observer: make.unit(UnitType.congress),
    }
    idle = {
        (role, name)
        for role, unit in people.items()
        for model, name in moves_of(role)
        if model in subjects and not _may(model, name, subjects[model], make.actor(unit, role))
    }
    both = {RoleName.township_head, RoleName.department_head}  # each calls, and each answers (TS-27)
    assert {(role, name) for role, name in idle if role not in both} == set()


def _may(model, name, subject, actor):
    return WORKFLOWS[model].transitions[name].by(subject, actor)


@pytest.mark.requirement("TC-23")
def test_one_account_acts_for_every_unit_where_it_holds_a_post(make, session):
    person, town, lead = make.user(), make.township(), make.department()
    make.posting(person, town, RoleName.township_operator)
    for role in (RoleName.department_head, RoleName.department_staff):
        make.posting(person, lead, role)
    found = {seat.unit_id: seat.roles for seat in seats(session, person.id, NOW.date())}
    assert found == {
        town.id: {RoleName.township_operator},
        lead.id: {RoleName.department_head, RoleName.department_staff},
    }
