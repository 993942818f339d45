"""What the console is for, and for whom: organs of a county, in six areas; nothing in it is a citizen's."""

import pytest
from sqlalchemy.exc import OperationalError

from models.organisation import Duty
from models.rights import grants
from models.roles import OF_CONGRESS, RoleName
from views import CONSOLES

RESOURCES = [console.model.__tablename__ for console in CONSOLES]


@pytest.mark.requirement("TC-09")
def test_nothing_is_open_to_a_visitor_and_nobody_signs_up(app):
    """Organs are managed here; citizens' applications are another system's."""
    visitor = app.test_client()
    for resource in RESOURCES:
        assert visitor.get(f"/api/v1/{resource}/").status_code == 401, resource
        assert visitor.get(f"/{resource}/").status_code in (302, 404), resource
    assert not app.config.get("AUTH_USER_REGISTRATION")
    assert not [rule for rule in app.url_map.iter_rules() if "register" in rule.rule]


@pytest.mark.requirement("TC-08")
def test_a_load_balancer_is_told_whether_the_process_lives_and_reaches_its_database(web, monkeypatch):
    def away(*_):
        raise OperationalError("SELECT 1", {}, Exception("away"))

    asked = web.test_client()
    assert [asked.get(f"/health/{page}").status_code for page in ("live", "ready")] == [200, 200]
    monkeypatch.setattr("app.desk.db.session.scalar", away)
    assert [asked.get(f"/health/{page}").status_code for page in ("live", "ready")] == [200, 503]


@pytest.mark.requirement("TC-09")
def test_no_role_is_a_citizens():
    """Each role is carried by a posting in a unit, whose kinds are all bodies of the county or its townships."""
    organs = {
        "county offices": "list_manager editorial_officer county_dispatcher supervisor assessor discipline_inspector "
        "leader scorer joint_meeting_member",
        "the deployment": "admin security_admin audit_admin",
        "congress": " ".join(sorted(OF_CONGRESS)),
        "departments": "department_head department_staff agency_head agency_staff",
        "townships": "township_head township_operator grid_worker community_commissioner",
    }
    assert {str(role) for role in RoleName} == {name for names in organs.values() for name in names.split()}


@pytest.mark.requirement("LX-01")
def test_streets_have_a_voice_coordinate_and_assess_and_departments_do_not_assess_their_agencies_day_by_day():
    rights = {
        "voice": {
            ("can_give", "ListOpinion"),
            ("can_answer", "AdmissionOpinion"),
            ("can_object_to_change", "PersonnelChange"),
            ("can_add", "HeadAdjustmentSuggestion"),
            ("can_add", "IrregularAssignmentReport"),
        },
        "coordination": {("can_send", "Call"), ("can_forward", "Call"), ("can_agree", "CoordinationCase")},
        "assessment": {("can_rate", "MutualRating"), ("can_add", "DailyAssessment"), ("can_add", "StaffAppraisal")},
    }
    for role in (RoleName.township_head, RoleName.township_operator):
        for name, three in rights.items():
            assert three <= grants(role), (role, name)
    assert ("can_veto_change", "PersonnelChange") in grants(RoleName.township_head)
    assess = {role for role in RoleName if ("can_add", "DailyAssessment") in grants(role)}
    assert assess == {RoleName.township_head, RoleName.township_operator}


@pytest.mark.requirement("ZG-11", "TA-33")
def test_a_township_manages_dispatches_and_assesses_the_people_of_the_agencies_that_it_hosts(program_of, make):
    rights = {
        "manage": {("can_read", "AgencyStaff"), ("can_veto_change", "PersonnelChange")},
        "dispatch": {("can_add", "TeamForce"), ("can_add", "TaskForceMember")},
        "assess": {("can_add", "DailyAssessment"), ("can_add", "StaffAppraisal")},
    }
    for name, of_kind in rights.items():
        assert of_kind <= grants(RoleName.township_head), name
    agency = make.agency(state="in_force")
    staff = make.staff(agency)
    make.staff()
    assert program_of(agency.seat, RoleName.township_head).get("agency_staff/").json["ids"] == [staff.id]


@pytest.mark.requirement("LX-12")
def test_the_supervision_office_presses_harder_and_orders_to_put_right():
    rights = grants(RoleName.supervisor)
    for right in (
        *((f"can_{move}", "SupervisionOrder") for move in ("add", "raise_level", "verify", "send_back", "close")),
        ("can_add", "RectificationOrder"),
        ("can_publish_circular", "Circular"),
        ("can_order_rectification", "CircularLine"),
    ):
        assert right in rights
    publishing = {role for role in RoleName if ("can_publish_circular", "Circular") in grants(role)}
    assert publishing == {RoleName.supervisor}


AREAS = {
    "动态调整": "/list_adjustment/",
    "职责准入": "/duty_admission/",
    "乡呼县应": "/call/",
    "评价": "/mutual_rating/",
    "派驻机构": "/dispatched_agency/",
    "四个平台": "/platform/",
}
"""The six measures, by the page with which each begins (TA-05)."""


@pytest.mark.requirement("TA-01")
def test_the_opinion_the_list_and_the_six_measures_are_in_the_menu(browser_of, make):
    """“1+1+6”: one implementing opinion, one list, six measures."""
    menu = browser_of(make.township(), RoleName.township_head).get("/").text
    for address in ("/policy_document/", "/duty_list/", *AREAS.values()):
        assert f'href="{address}"' in menu, address
    office = browser_of(make.office(Duty.county_office)).get("/").text
    assert all(f'href="{address}"' in office for address in AREAS.values())
