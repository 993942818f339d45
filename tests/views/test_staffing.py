"""Dispatched staff on pages and by REST: numbers go in, come out masked, and are shown whole once to who says why."""

import html
import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.agencies import AgencyState
from models.organisation import Duty
from models.roles import RoleName
from models.staffing import AgencyStaff
from tests.make import NOW
from tests.models.look import entries

WHOLE, PHONE = "000000199001010011", "13800000077"
NUMBERS = (WHOLE, PHONE)
SEEN = date(2026, 11, 25)
"""The day on which pages are looked at."""


@pytest.fixture
def agency(make):
    return make.agency(state=AgencyState.in_force)


@pytest.fixture
def key(agency, program_of):
    """Somebody whom the agency's department has registered by REST."""
    sent = {"name": "样例甲", "identity_number": WHOLE, "phone": PHONE}
    sent |= dict.fromkeys(("personnel_unit", "establishment_unit"), agency.department_id)
    answer = program_of(agency.department).post("agency_staff/", json=sent)
    assert answer.status_code == 201, answer.json
    assert answer.json["result"]["identity_number"] == "0" + "*" * 16 + "1"
    assert not [number for number in NUMBERS if number in answer.text]
    return answer.json["id"]


def text_of(answer):
    if answer.mimetype.endswith("sheet"):
        with answer, zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/agency_staff/",
        "/agency_staff/{key}",
        "/agency_staff/{key}/edit",
        "/agency_staff/export.xlsx",
        "/agency_staff/charts",
    ],
)
def test_no_page_and_no_workbook_holds_a_number_whole(agency, key, browser_of, address):
    answer = browser_of(agency.department).get(address.format(key=key))
    assert answer.status_code == 200
    assert not [number for number in NUMBERS if number in text_of(answer)]


@pytest.mark.parametrize("address", ["", "{key}", "{key}/timeline", "_info", "?q=(columns:!(identity_number,phone))"])
def test_no_answer_to_a_program_holds_a_number_whole(agency, key, program_of, address):
    answer = program_of(agency.department).get(f"agency_staff/{address.format(key=key)}")
    assert answer.status_code == 200
    assert not [number for number in NUMBERS if number in answer.text]


@pytest.mark.parametrize(
    "question",
    [
        "(columns:!(identity_secret))",
        f"(filters:!((col:phone,opr:eq,value:'{PHONE}')))",
        f"(filters:!((col:phone_secret,opr:eq,value:'{PHONE}')))",
    ],
)
def test_nobody_asks_for_a_number_or_looks_for_one(agency, key, program_of, question):
    assert program_of(agency.department).get(f"agency_staff/?q={question}").status_code == 400


def test_words_find_no_number(agency, key, browser_of):
    assert "样例甲" not in browser_of(agency.department).get(f"/agency_staff/?q={PHONE}").text


def test_a_form_that_sends_back_what_it_was_given_changes_no_number(agency, key, program_of, session):
    program = program_of(agency.department)
    told = program.get(f"agency_staff/{key}").json["result"]
    sent = {name: told[name] for name in ("identity_number", "phone")} | {"post_duties": "x"}
    assert program.put(f"agency_staff/{key}", json=sent).status_code == 200
    staff = session.get(AgencyStaff, key)
    assert (staff.identity_secret, staff.phone_secret) == NUMBERS


def test_a_page_shows_the_numbers_once_to_who_says_what_for(agency, key, browser_of, session):
    browser = browser_of(agency.department)
    move = f"/agency_staff/{key}/move/reveal_numbers"
    silent = browser.post(move, data={})
    assert silent.status_code == 422
    assert WHOLE not in silent.text
    shown = browser.post(move, data={"note": "办理保险"})
    assert all(number in shown.text for number in NUMBERS)
    assert shown.headers["Cache-Control"] == "no-store"
    assert WHOLE not in browser.get(f"/agency_staff/{key}").text
    entry = entries(session, session.get(AgencyStaff, key))[-1]
    assert (entry.action, entry.note, entry.unit_id) == ("reveal_numbers", "办理保险", agency.department_id)


def test_a_program_is_told_them_once_too(agency, key, program_of):
    program = program_of(agency.department)
    move = f"agency_staff/{key}/move/reveal_numbers"
    assert program.post(move, json={}).status_code == 422
    answer = program.post(move, json={"note": "Insurance."}).json
    assert set(answer["told"].values()) == set(NUMBERS)
    assert "told" not in program.get(f"agency_staff/{key}").json


@pytest.mark.parametrize(
    ("duty", "role"),
    [
        (Duty.county_office, RoleName.county_dispatcher),
        (Duty.county_office, RoleName.admin),
        (Duty.leadership, RoleName.leader),
    ],
)
def test_who_sees_the_county_does_not_see_its_people(key, make, program_of, duty, role):
    assert program_of(make.office(duty), role).get(f"agency_staff/{key}").status_code in (403, 404)


@pytest.mark.requirement("ZG-21", "ZG-23", "ZG-29", "TS-17", "TS-21", "TS-30")
def test_what_is_kept_of_a_person_is_entered_and_told(agency, key, make, program_of):
    program = program_of(agency.department)
    sent = {
        "establishment_unit": make.department().id,
        "post": "规划员",
        "post_grade": "middle",
        "post_duties": "编规划",
        "status_kind": "institution",
        "recruited_by": "reserve_cadre",
        "specialty": "planning",
        "benefit_two_20": True,
        "pay_relation_down": False,
        "party_relation_down": False,
        "union_relation_down": False,
    }
    assert program.put(f"agency_staff/{key}", json=sent).status_code == 200
    told = program.get(f"agency_staff/{key}").json["result"]
    told["establishment_unit"] = told["establishment_unit"]["id"]
    assert {name: told[name] for name in sent} == sent


@pytest.mark.requirement("TS-21")
def test_by_rest_a_locked_agency_takes_nobody_in(agency, key, program_of, session):
    sent = {"agency": agency.id, "dispatched_on": "2026-01-05"}
    answer = program_of(agency.department).put(f"agency_staff/{key}", json=sent)
    assert answer.status_code == 422
    assert "双锁定" in str(answer.json) or "locked" in str(answer.json)
    assert session.scalar(select(AgencyStaff.agency_id)) is None


@pytest.mark.requirement("TS-21")
def test_no_page_of_an_agency_offers_what_a_lock_refuses_and_the_form_says_the_way(agency, browser_of):
    browser = browser_of(agency.department)
    assert "/agency_staff/add" not in browser.get(f"/dispatched_agency/{agency.id}").text
    assert "then propose the appointment" in browser.get("/agency_staff/add?_l_=en").text


@pytest.mark.requirement("TS-21")
def test_a_page_offers_to_delete_a_record_until_a_lock_holds_it(agency, browser_of, make, session):
    staff, browser = make.staff(agency), browser_of(agency.department)

    def offered():
        return f"/agency_staff/{staff.id}/delete" in browser.get(f"/agency_staff/{staff.id}").text

    assert not offered()
    agency.establishment_locked = False
    session.commit()
    assert offered()
    staff.state = "left"
    session.commit()
    assert not offered()


def test_no_file_of_people_is_taken(agency, browser_of):
    assert "/imports/" not in browser_of(agency.department).get("/agency_staff/").text


@pytest.mark.requirement("TS-24", "LX-07")
def test_charts_say_what_share_is_in_place_and_posted(agency, key, make, program_of, session):
    make.staff(agency), make.staff(agency)
    make.staff(agency).state = "seconded"
    session.commit()
    make.press(make.staff(agency), "leave")
    program = program_of(agency.department)
    by_field, by_department = (program.get(f"agency_staff/charts/{number}").json for number in (0, 1))
    assert dict(zip(by_field["labels"], by_field["shares"], strict=True))["justice"] == 67
    assert by_department["shares"] == [75], "who has left is not counted"


@pytest.mark.requirement("TA-33")
def test_a_township_lists_who_is_posted_to_it_now_and_still_reads_of_who_has_gone(agency, make, browser_of):
    there = make.agency(make.township(), department=agency.department, state="in_force")
    stays, moved, left, back = (make.staff(agency) for _ in range(4))
    early = {"effective_on": NOW.date(), "exception_reason": "Ill."}
    make.transfer_plan(agency.seat)
    gone = make.change(moved, "move", to_agency_id=there.id, state="effective", **early)
    make.change(left, "transfer_out", state="effective", **early)
    for place in (there, agency):
        make.change(back, "move", to_agency_id=place.id, state="effective", **early)
    everyone = {stays.name, moved.name, left.name, back.name}

    def listed(unit, address=""):
        browser = browser_of(unit)
        (opened,) = set(re.findall(r'href="(/agency_staff/\?f=[^"]+)"', browser.get("/").text))
        page = browser.get(address or html.unescape(opened)).text
        return {name for name in everyone if f">{name}<" in page}

    assert listed(agency.seat) == {stays.name, back.name}
    assert listed(there.seat) == {moved.name}
    assert listed(agency.department) == listed(make.office(Duty.editorial_office)) == everyone
    assert listed(agency.seat, "/agency_staff/") == everyone
    assert moved.name in browser_of(agency.seat).get(f"/personnel_change/{gone.id}").text


# Changes


@pytest.mark.requirement("TA-36")
def test_the_township_that_hosts_an_agency_suggests_about_its_head_and_nobody_else_does(agency, make, program_of):
    said = {"staff": make.staff(agency, is_head=True).id, "facts": "Three complaints."}
    for unit, role, status in (
        (make.township(), RoleName.township_head, 422),
        (agency.department, RoleName.department_head, 403),
        (agency.seat, RoleName.township_head, 201),
    ):
        answer = program_of(unit, role).post("head_adjustment_suggestion/", json=said)
        assert answer.status_code == status, answer.json


@pytest.mark.requirement("TS-25")
def test_charts_say_how_many_changes_the_township_was_consulted_on_and_what_it_said(make, program_of):
    staff = make.staff()
    make.change(staff, state="effective")
    make.change(staff, state="vetoed")
    program = program_of(staff.personnel_unit)
    consulted, words, reasons = (program.get(f"personnel_change/charts/{number}").json for number in range(3))
    assert consulted["shares"] == [100]
    assert sorted(words["labels"]) == sorted(["同意", "反向否决"])
    assert reasons["labels"] == ["交流轮岗"]


@pytest.mark.requirement("ZG-19")
def test_a_chart_sets_transfers_out_against_the_plan(make, program_of):
    staff = make.staff()
    make.transfer_plan(staff.agency.seat, 3)
    make.change(staff, "transfer_out", state="decided", exception_reason="Ill.")
    told = program_of(make.office(Duty.editorial_office)).get("transfer_plan/charts/0").json
    assert [series["data"] for series in told["series"]] == [[3], [1]]
    make.transfer_plan(staff.agency.seat, 5, NOW.year + 1)
    told = program_of(make.office(Duty.editorial_office)).get("transfer_plan/charts/0").json
    assert (told["labels"], told["series"][0]["data"]) == ([str(NOW.year), str(NOW.year + 1)], [3, 5])


def test_agencies_and_their_people_are_found_by_the_names_on_the_page(make, browser_of, agency):
    named, staff = str(agency.unit), make.staff(agency)
    make.staff(
        make.agency(agency.seat, department=agency.department, field="water", mode="regional", state="in_force"),
        name="Somebody",
    )
    browser = browser_of(agency.department)
    assert f'href="/dispatched_agency/{agency.id}"' in browser.get(f"/dispatched_agency/?q={named}").text
    found = browser.get(f"/agency_staff/?q={named}").text
    assert (staff.name in found, "Somebody" in found) == (True, False)


@pytest.mark.requirement("TS-22")
def test_the_reason_for_leaving_early_stands_among_what_is_asked(make, browser_of, agency):
    form = browser_of(agency.department).get("/personnel_change/add").text
    assert ('name="exception_reason"' in form, 'class="field-wide more"' in form) == (True, False)


@pytest.mark.requirement("TS-20")
def test_only_the_leader_is_offered_the_veto(make, program_of):
    change = make.change(state="opinion_requested")
    moves = {
        role: set(program_of(change.township, role).get(f"personnel_change/{change.id}").json["moves"])
        for role in (RoleName.township_head, RoleName.township_operator)
    }
    assert moves[RoleName.township_head] - moves[RoleName.township_operator] == {"veto_change"}


@pytest.mark.requirement("TA-35")
def test_whoever_decides_reads_beside_the_form_what_is_proposed_and_of_whom(make, browser_of):
    change = make.change(make.staff(is_head=True, post="Chief of it"), state="opinion_requested", explanation="Tired.")
    page = browser_of(change.township).get(f"/personnel_change/{change.id}/move/object_to_change").text
    assert [said in page for said in ("Tired.", "Chief of it", str(change.effective_on))] == [True] * 3


def test_what_waits_lies_on_the_desk_of_whose_turn_it_is(make, browser_of):
    change = make.change()
    sides = (change.department, change.township)
    for name, titles in (
        ("", ("Ask the township about a personnel change", None)),
        ("ask_township", (None, "Give the committee&#39;s word on a personnel change")),
        ("veto_change", ("Negotiate a plan with the township that vetoes", None)),
        ("record_plan", ("Decide on a personnel change", None)),
        ("decide_change", ("Put a personnel change into effect", None)),
    ):
        if name:
            make.answer_change(change, name)
        for unit, title in zip(sides, titles, strict=True):
            browser = browser_of(unit)
            browser.get("/language/en")
            page = browser.get("/").text
            named = f"{change.staff} · {change.kind.label}"
            assert (named in page) == (title is not None), (name, unit.name)
            assert title is None or title in page
        leader = browser_of(change.township, RoleName.township_head).get("/?_l_=en").text
        assert ("Record the plan negotiated on a vetoed personnel change" in leader) is (name == "veto_change")


@pytest.mark.requirement("ZG-18")
def test_who_is_away_beyond_the_end_lies_on_the_desk_until_a_return_is_proposed(make, browser_of, session):
    title = "Lent beyond the end: propose the return"
    staff = make.staff()
    staff.state, staff.seconded_until = "seconded", SEEN
    session.commit()
    browser = browser_of(staff.personnel_unit)
    assert title not in browser.get("/?_l_=en").text, "to the end of the day"
    staff.seconded_until -= timedelta(days=1)
    session.commit()
    page = browser.get("/?_l_=en").text
    assert title in page
    assert f"/agency_staff/{staff.id}" in page
    assert title not in browser_of(staff.agency.seat).get("/?_l_=en").text
    make.change(staff, "come_back")
    assert title not in browser.get("/?_l_=en").text


@pytest.mark.requirement("TA-37")
def test_an_agreed_plan_leads_to_the_personnel_change_and_lies_on_the_desk_until_then(make, browser_of):
    title = "Propose the personnel change that an agreed plan needs"
    suggestion = make.suggestion(state="plan_proposed")
    page, form = f"/head_adjustment_suggestion/{suggestion.id}", f"/personnel_change/add?staff={suggestion.staff_id}"
    department, township = browser_of(suggestion.department), browser_of(suggestion.township)
    assert form not in department.get(page).text
    make.press(suggestion, "accept_plan")
    assert (form in department.get(page).text, form in township.get(page).text) == (True, False)
    assert department.get(form).status_code == 200
    assert title in department.get("/?_l_=en").text
    assert title not in township.get("/?_l_=en").text
    change = make.change(suggestion.staff, "remove")
    assert title not in department.get("/?_l_=en").text
    make.press(change, "withdraw_change", note="Not now.")
    assert title in department.get("/?_l_=en").text
    make.change(suggestion.staff, "remove", state="effective")
    assert title not in department.get("/?_l_=en").text


@pytest.mark.requirement("TA-43", "TS-19", "LX-02")
def test_what_a_township_owes_of_its_meetings_forces_and_plans_lies_on_its_desk(make, browser_of):
    town = make.township()
    make.gathering(make.platforms(town)[0])
    make.task_force(town, state="active")
    make.org_plan(town)
    page = browser_of(town).get("/?_l_=en").text
    for title in (
        "Hold a meeting of platforms, and record its minutes",
        "Review a task force",
        "Complete an internal organisation plan, and submit it",
    ):
        assert title in page, title
