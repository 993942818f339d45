"""The sheet of a person, who is still without one, and an agency's days by month."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest

from models.appraisals import AppraisalGrade, AppraisalState
from models.organisation import Duty
from models.roles import RoleName
from tests.make import NOW


@pytest.mark.requirement("TS-31")
def test_a_page_shows_who_is_still_without_a_grade_to_whom_may_see_them(browser_of, make):
    town, other = make.township(), make.township()
    agency, elsewhere = (make.agency(unit, state="in_force") for unit in (town, other))
    graded, left = make.staff(agency), make.staff(agency)
    far = make.staff(elsewhere)
    total = make.appraisal_total(town)
    make.appraisal(total, graded)

    def named(unit, role, year="2026"):
        page = browser_of(unit, role).get(f"/staff_appraisal/ungraded?year={year}")
        assert page.status_code == 200
        return {staff.name for staff in (graded, left, far) if re.search(rf">{staff.name}<", page.text)}

    assert named(town, RoleName.township_head) == {left.name}
    page = browser_of(town, RoleName.township_head).get("/staff_appraisal/ungraded?year=2026").text
    (address,) = re.findall(r'href="(/staff_appraisal/add[^"]+)"', page)
    form = browser_of(town, RoleName.township_head).get(html.unescape(address)).text
    assert all(f'<option value="{key}" selected>' in form for key in (total.id, left.id))
    for unit, role in ((other, RoleName.township_head), (agency.department, RoleName.department_head)):
        assert "/staff_appraisal/add" not in browser_of(unit, role).get("/staff_appraisal/ungraded?year=2026").text
    assert named(other, RoleName.township_head) == {far.name}
    assert named(make.office(Duty.editorial_office), RoleName.editorial_officer) == {left.name, far.name}
    assert named(agency.department, RoleName.department_head) == {left.name}
    assert named(town, RoleName.township_head, "2025") == set()
    assert browser_of(make.office(Duty.leadership), RoleName.leader).get("/staff_appraisal/ungraded").status_code == 403
    assert browser_of(town, RoleName.township_head).get("/staff_appraisal/ungraded?year=x").status_code == 400


@pytest.mark.requirement("TS-31")
def test_a_total_names_its_own_people_as_it_names_the_dispatched(browser_of, make):
    town = make.township()
    staff, total = make.staff(make.agency(town, state="in_force")), make.appraisal_total(town)
    rows = [make.appraisal(total, staff), make.appraisal(total)]
    page = browser_of(town, RoleName.township_head).get(f"/appraisal_total/{total.id}").text
    named = re.findall(r'<a href="/staff_appraisal/\d+">([^<]+)</a>', page)
    assert named == [staff.name, rows[1].name]


@pytest.mark.requirement("TS-31")
def test_whoever_sees_a_person_whom_another_township_grades_is_not_offered_to(browser_of, make):
    town, other = make.township(), make.township()
    agency = make.agency(town, state="in_force")
    there = make.agency(other, department=agency.department, state="in_force")
    moved = make.staff(agency, dispatched_on=date(2025, 3, 1))
    change = {
        "to_agency_id": there.id,
        "new_post": "Clerk",
        "effective_on": date(2026, 11, 2),
        "exception_reason": "A task.",
    }
    make.change(moved, "move", state="effective", at=NOW.replace(day=2), **change)
    make.appraisal_total(town), make.appraisal_total(other)
    page = browser_of(other, RoleName.township_head).get("/staff_appraisal/ungraded?year=2026").text
    assert (f">{moved.name}<" in page, "/staff_appraisal/add" in page) == (True, False)


@pytest.mark.requirement("ZG-22")
def test_the_page_of_a_total_says_what_is_given_and_left_to_whoever_sees_all_of_it(browser_of, make):
    town = make.township()
    agency = make.agency(town, state="in_force")
    elsewhere = make.agency(make.township(), state="in_force")
    make.staff(agency), make.staff(agency), make.staff(elsewhere)
    total = make.appraisal_total(town, "250", excellent_quota=2)
    make.appraisal(total, grade=AppraisalGrade.excellent, share=Decimal("149.5"))
    make.appraisal(make.appraisal_total(make.township()), share=Decimal(70))

    def said(unit, role):
        page = browser_of(unit, role).get(f"/appraisal_total/{total.id}?_l_=en").text
        return re.findall(
            r"<dt>(Left to distribute|Still to be graded|[DG]\w+(?: excellent)?)</dt><dd>([^<]+)</dd>", page
        )

    told = [("Distributed", "149.50"), ("Left to distribute", "100.50"), ("Graded excellent", "1 / 2"),
            ("Still to be graded", "2")]  # fmt: skip
    assert said(town, RoleName.township_head) == told
    assert said(make.office(Duty.editorial_office), RoleName.editorial_officer) == told
    for unit, role in ((make.township(), RoleName.township_head), (agency.department, RoleName.department_head)):
        assert said(unit, role) == []


@pytest.mark.requirement("ZG-21")
def test_the_sheet_shows_the_duties_of_the_post_and_the_department_reads_it_when_it_is_confirmed(
    browser_of, make, session
):
    town = make.township()
    agency = make.agency(town, state="in_force")
    staff = make.staff(agency, post_duties="Keeps the files.")
    total = make.appraisal_total(town)
    sheet = make.appraisal(total, staff)
    address = f"/staff_appraisal/{sheet.id}"
    page = browser_of(town, RoleName.township_head).get(address).text
    assert "Keeps the files." in page
    assert agency.department.name in page
    department = browser_of(agency.department, RoleName.department_head)
    assert department.get(address).status_code == 404
    for name in ("submit_appraisals", "confirm_appraisals"):
        make.press(total, name)
    assert total.state is AppraisalState.confirmed
    assert department.get(address).status_code == 200
    assert browser_of(make.department(), RoleName.department_head).get(address).status_code == 404


@pytest.mark.requirement("ZG-22", "TS-31")
def test_the_county_fixes_the_total_and_the_township_grades_within_it(program_of, make):
    town = make.township()
    agency = make.agency(town, state="in_force")
    staff = make.staff(agency)
    editorial = program_of(make.office(Duty.editorial_office), RoleName.editorial_officer)
    head, department = program_of(town, RoleName.township_head), program_of(agency.department, RoleName.department_head)
    fixed = {"township": town.id, "year": 2026, "total": "100.00", "excellent_quota": 1}
    assert head.post("appraisal_total/", json=fixed).status_code == 403
    key = editorial.post("appraisal_total/", json=fixed).json["id"]
    assert head.put(f"appraisal_total/{key}", json={"total": "200.00"}).status_code == 403
    sheet = {"total": key, "staff": staff.id, "post_function": "90", "satisfaction": "80", "share": "60.00"}
    refused = head.post("staff_appraisal/", json=sheet)
    assert (refused.status_code, list(refused.json["message"])) == (422, ["grade"])
    for other in (editorial, department):
        assert other.post("staff_appraisal/", json=sheet | {"grade": "competent"}).status_code == 403
    assert head.post("staff_appraisal/", json=sheet | {"grade": "competent"}).status_code == 201
    assert {str(grade) for grade in AppraisalGrade} == {"excellent", "competent", "basic", "incompetent"}


@pytest.mark.requirement("TS-31", "ZG-21")
def test_the_score_of_a_person_opens_into_its_two_parts_with_their_weights_and_is_rounded_half_up(browser_of, make):
    total = make.appraisal_total(make.township(), post_weight=50)
    row = make.appraisal(total, post_function=Decimal("80.01"), satisfaction=Decimal("90.00"))
    assert row.score == Decimal("85.01")
    browser = browser_of(total.township, RoleName.township_head)
    for address in (f"/staff_appraisal/{row.id}", f"/staff_appraisal/{row.id}/formula"):
        page = browser.get(f"{address}?_l_=en").text
        assert "<dd>50% × 80.01 + 50% × 90.00 = <b>85.01</b></dd>" in page
        assert f'href="/appraisal_total/{total.id}"' in page
    elsewhere = browser_of(make.township(), RoleName.township_head)
    assert elsewhere.get(f"/staff_appraisal/{row.id}/formula").status_code == 404


@pytest.mark.requirement("LX-11")
def test_the_mean_of_each_month_is_on_the_page_of_the_agency(browser_of, make):
    agency = make.agency(state="in_force")
    for day, points in ((2, "3"), (20, "-2"), (21, "1")):
        make.daily(agency, day=date(2026, 11, day), points=Decimal(points))
    browser = browser_of(agency.department, RoleName.department_head)
    for address in (f"/dispatched_agency/{agency.id}", f"/dispatched_agency/{agency.id}/daily"):
        page = browser.get(address).text
        cells = re.search(r"<th scope=\"row\">2026-11</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", page)
        assert cells.groups() == ("3", "+2.0", "+0.67"), address


@pytest.mark.requirement("LX-11")
def test_a_township_enters_and_the_parent_department_may_not(program_of, make):
    agency = make.agency(state="in_force")
    said = {"agency": agency.id, "day": "2026-11-20", "matter": "A round", "points": "2"}
    entered = program_of(agency.seat, RoleName.township_head).post("daily_assessment/", json=said)
    assert entered.status_code == 201
    assert (
        program_of(agency.department, RoleName.department_head).post("daily_assessment/", json=said).status_code == 403
    )
