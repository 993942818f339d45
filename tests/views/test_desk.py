"""«My desk»: the most urgent first, by due times and nothing else; and nothing lies on the wrong desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.desk import PAGES
from jobs.circulars import compile_circulars
from models.accountability import AccountabilityState
from models.calls import AssignmentState, CallAssignment, CallSource, CallState, FailureKind
from models.coordination import CaseState
from models.disputes import DisputeState
from models.evaluation import CycleState, SubjectKind
from models.organisation import Duty, UnitType
from models.rectification import Circular, CircularLine
from models.reviews import ReviewState
from models.roles import RoleName
from models.rules.organisation import merge_into
from models.services import ServiceState
from models.supervision import OrderState, SupervisionOrder
from tests.make import NOW

LONG_AGO, LATE = datetime(2021, 3, 1, 1, tzinfo=UTC), datetime(2025, 3, 3, 1, tzinfo=UTC)
AGAIN = "Dispatch again: the case has a duty holder"
WITH_UNITS = "With the units: rectifications"
OWN = "The duty is yours: withdraw the call, and handle it"
DRAFTS = ("Send a draft, or correct what was returned", "Submit a proposal to adjust the list")


def desk(browser):
    """The piles, as they stand from the top: title → its records, each with its due time, or without."""
    page = browser.get("/?_l_=en").text
    piles = re.findall(r'<h3>(.+?) <span.+?</h3>.+?<ul class="lines">(.+?)</ul>', page, re.DOTALL)
    return {title: re.findall(r'class="line-title">(.+?)<', lines) for title, lines in piles}, {
        title: lines.count('class="line-due"') for title, lines in piles
    }


def test_what_is_late_stands_before_what_only_lies_long(browser_of, make, session):
    call = make.call(state=CallState.dispatched, at=LATE)
    (part,) = make.assignments(call)
    session.add(
        SupervisionOrder(
            region_id=call.region_id,
            call=call,
            unit=part.department,
            assignment=part,
            state=OrderState.issued,
            issued_at=LONG_AGO,
            raised_at=LONG_AGO,
        )
    )
    session.commit()
    piles, dues = desk(browser_of(part.department))
    assert list(piles) == ["Respond, or reject", "Reply to a supervision order"]
    assert dues == {"Respond, or reject": 1, "Reply to a supervision order": 0}


def test_to_whom_nothing_is_sent_it_says_where_to_look(browser_of, make):
    """And to those to whom something is, while nothing waits."""
    town = make.township()

    def sights(unit, role):
        return set(re.findall(r'class="button" href="(/.+?)"', browser_of(unit, role).get("/?_l_=en").text))

    usual = {"/leaders/", "/call/charts", "/list_item/charts", "/burden/", "/find/"}
    assert sights(make.office(Duty.leadership), RoleName.congress_observer) >= usual
    county = make.office(Duty.county_office)
    assert sights(county, RoleName.scorer) >= usual
    assert sights(make.agency(town, state="in_force").unit, RoleName.agency_staff) >= {"/find/", "/list_item/charts"}
    assert {"/posting/", "/roles/list/"} <= sights(county, RoleName.security_admin)
    assert sights(town, RoleName.township_head) >= usual
    make.call(town)
    assert not sights(town, RoleName.township_head) & usual


@pytest.mark.requirement("TS-31", "R34")
def test_a_total_lies_with_its_township_and_once_submitted_with_the_editorial_office(browser_of, make):
    town, editors = make.township(), make.office(Duty.editorial_office)
    own = "Appraise the people of the township, and submit the whole"
    county = "Confirm the appraisals of a township, or send them back"

    def desks():
        units = (town, RoleName.township_head), (make.township(), None), (editors, RoleName.editorial_officer)
        return [desk(browser_of(unit, *filter(None, (role,))))[0] for unit, role in units]

    total = make.appraisal_total(town)
    make.appraisal(total)
    assert desks() == [{own: [str(total)]}, {}, {}]
    make.press(total, "submit_appraisals")
    assert desks() == [{}, {}, {county: [str(total)]}]
    make.press(total, "confirm_appraisals")
    assert desks() == [{}, {}, {}]


def test_sheets_are_due_at_the_end_of_the_last_day(browser_of, make):
    town = make.township()
    make.item(make.department())
    cycle = make.cycle(None, CycleState.open, SubjectKind.department)
    page = browser_of(town, RoleName.township_head).get("/?_l_=en").text
    assert f">{cycle.closes_on} 24:00</time>" in page


def test_a_notice_about_an_evaluation_opens_what_it_is_about():
    assert {"evaluation_cycle", "agency_aggregate", "score_appeal", "appraisal_total"} <= PAGES.keys()


def test_a_leaders_first_page_is_that_of_the_charts(browser_of, make):
    leader = browser_of(make.office(Duty.leadership)).get("/")
    assert (leader.status_code, leader.location) == (302, "/leaders/")


def test_the_moment_of_acceptance_is_no_due_time(browser_of, make):
    make.call(state=CallState.accepted, at=LONG_AGO)
    make.call(state=CallState.submitted, at=LATE)
    piles, dues = desk(browser_of(make.office(Duty.county_office)))
    assert list(piles) == ["Accept or return", "Dispatch"]
    assert dues["Dispatch"] == 0


@pytest.mark.requirement("TC-46")
@pytest.mark.parametrize("settled", [CaseState.filed, CaseState.decided])
def test_a_call_whose_duty_is_the_callers_lies_on_the_callers_desk(browser_of, make, settled):
    town, other = make.township(), make.township()
    own = make.case(caller=town, state=settled, holder=town).call
    anothers = make.case(caller=other, state=settled).call
    office, caller = (desk(browser_of(unit))[0] for unit in (make.office(Duty.county_office), town))
    assert office[AGAIN] == [str(anothers)]
    assert caller == {OWN: [str(own)]}
    browser = browser_of(town)
    assert browser.post(f"/call/{own.id}/move/withdraw").status_code == 302
    assert desk(browser)[0] == {}
    assert OWN not in desk(browser_of(other))[0]


def test_only_the_case_of_the_last_rejection_counts(browser_of, make):
    call = make.agreed_case().call
    make.press(call, "dispatch", lead_department_id=make.department(), cooperating_department_ids=[])
    for part in make.assignments(call):
        make.press(part, "reject", reason="Not ours.", no_item_covers=True, proposed_unit_id=None)
    make.press(call, "forward")
    assert AGAIN not in desk(browser_of(make.office(Duty.county_office)))[0]


@pytest.mark.requirement("LX-24")
def test_a_grid_worker_sees_their_clues_until_the_end(browser_of, program_of, make):
    town = make.township()
    grid, elsewhere = make.grid(make.village(town)), make.grid(make.village(town))
    program_of(grid).post("call/", json={"title": "CLUE", "list_item": make.item().id})
    make.call(town, title="OURS", place_unit_id=grid.id)
    make.call(town, title="THEIRS", source=CallSource.grid, place_unit_id=elsewhere.id)
    done = make.call(town, source=CallSource.grid, place_unit_id=grid.id, state=CallState.resolved)
    for over in (CallState.closed, CallState.withdrawn):
        make.call(town, source=CallSource.grid, place_unit_id=grid.id, state=over)
    assert desk(browser_of(grid))[0] == {
        "Complete a clue: the township sends it": ["CLUE"],
        "What became of your clues": [str(done)],
    }


@pytest.mark.requirement("TA-24", "LX-24")
def test_an_emergency_that_was_noticed_stands_first_with_its_limit(browser_of, program_of, make):
    town = make.township()
    make.call(town, title="PLAIN")
    village = program_of(make.village(town))
    village.post("call/", json={"title": "FIRE", "scope": "emergency"})
    village.post("call/", json={"title": "CLUE"})
    piles, dues = desk(browser_of(town))
    assert list(piles.items()) == [
        ("Send an emergency at once", ["FIRE"]),
        ("Send what others noticed, settle it or delete it", ["CLUE"]),
        ("Send a draft, or correct what was returned", ["PLAIN"]),
    ]
    assert list(dues.values()) == [1, 0, 0]


@pytest.mark.requirement("TS-40")
def test_disputes_lie_on_the_desk_of_the_township_they_rose_to_and_of_the_one_that_mediates_too(browser_of, make):
    town, other = make.township(), make.township()
    village = make.village(town)
    risen = make.dispute(village, state=DisputeState.consultation)
    make.press(risen, "hand_up")
    make.dispute(village, state=DisputeState.consultation)
    make.dispute(town, state=DisputeState.consultation)
    shared = make.dispute(village, other, state=DisputeState.joint_mediation)
    make.dispute(village, other, state=DisputeState.settled)
    assert desk(browser_of(town))[0] == {"Disputes handed up to the township": [str(risen)]}
    assert desk(browser_of(other))[0] == {"Mediate together with another township": [str(shared)]}


@pytest.mark.requirement("TC-36")
def test_an_order_to_rectify_lies_on_the_units_desk_and_then_on_that_of_the_office(browser_of, make):
    order, office = make.rectification(make.department()), make.office(Duty.supervision_office)
    owed, reported = "Put right what was found", "Verify a rectification"
    called = f"{order.unit} · No response"
    assert desk(browser_of(order.unit)) == ({owed: [called]}, {owed: 1})
    assert desk(browser_of(office)) == ({WITH_UNITS: [called]}, {WITH_UNITS: 1})
    make.press(order, "write_plan", plan="We train everyone.")
    assert desk(browser_of(office))[0] == {WITH_UNITS: [called]}
    make.press(order, "report_done", report="Everyone is trained.")
    assert desk(browser_of(order.unit))[0] == {}
    assert desk(browser_of(office))[0] == {reported: [called]}


def test_a_drafted_circular_waits_for_the_supervision_office_until_it_is_published(browser_of, make, session):
    make.failure(at=NOW - timedelta(days=31))
    compile_circulars(session, NOW)
    session.commit()
    circular, office = session.scalars(select(Circular)).one(), make.office(Duty.supervision_office)
    silent = {"No response: supervise, where it is called for": [str(session.scalars(select(CallAssignment)).one())]}
    assert desk(browser_of(office))[0] == silent | {"Publish a circular": [str(circular)]}
    make.press(circular, "publish_circular", number="1")
    line = session.scalars(select(CircularLine)).one()
    named = "Named in a circular: order to rectify, where it is called for"
    assert desk(browser_of(office))[0] == silent | {named: [str(line)]}
    make.press(line, "order_rectification", due=NOW + timedelta(days=9), reason="Answer in time.")
    assert desk(browser_of(office))[0] == silent | {WITH_UNITS: [f"{line.unit} · No response"]}


@pytest.mark.requirement("TC-36")
def test_who_did_not_respond_lies_on_the_supervision_offices_desk_until_supervised(browser_of, make, session):
    make.failure(at=NOW - timedelta(days=31))
    part, office = session.scalars(select(CallAssignment)).one(), make.office(Duty.supervision_office)
    make.assignment()  # its limit is to come
    silent, pressed = "No response: supervise, where it is called for", "With the units under supervision"
    assert desk(browser_of(office))[0] == {silent: [str(part)]}
    order = make.order(assignment=part)
    assert desk(browser_of(office))[0] == {pressed: [str(order)]}
    make.press(order, "reply", reply="By Friday.")
    assert pressed not in desk(browser_of(office))[0]


@pytest.mark.requirement("TC-36")
def test_what_was_unsolved_twice_lies_on_the_supervision_offices_desk_until_supervised(browser_of, make, session):
    idle, office = "Inaction: supervise, where it is called for", make.office(Duty.supervision_office)
    make.assignment(state=AssignmentState.working)  # nothing was found of it
    late, part = (make.assignment(state=AssignmentState.working) for _ in range(2))
    late.failure_kind, late.failed_at = FailureKind.late_response, NOW
    part.failure_kind, part.failed_at = FailureKind.inaction, NOW
    session.commit()
    assert desk(browser_of(office))[0] == {idle: [str(part)]}
    order = make.order(assignment=part)
    assert desk(browser_of(office))[0] == {"With the units under supervision": [str(order)]}


def test_what_the_front_desk_and_a_joint_review_ask_lies_on_the_departments_desk(browser_of, make):
    village, department = make.village(), make.department()
    task = make.back_task(make.service(village, department, state=ServiceState.passed))
    (opinion,) = make.review_opinions(make.review(village, department, state=ReviewState.reviewing))
    assert desk(browser_of(department))[0] == {
        "Answer the front desk": [str(task)],
        "Give your opinion on a file under joint review": [str(opinion)],
    }


def test_a_supervision_order_tells_on_the_desk_by_when_to_reply(browser_of, make):
    order = make.order(assignment=make.assignment())
    _, dues = desk(browser_of(order.unit))
    assert dues["Reply to a supervision order"] == 1


@pytest.mark.requirement("TA-17", "TA-18")
def test_an_event_lies_on_the_desk_of_who_judges_and_until_they_have_said_something_of_whom_it_concerns(
    browser_of, make
):
    lead, other = make.department(), make.department()
    case = make.accountability(item=make.bound(lead))
    judges, head = browser_of(make.office(Duty.assessment_office)), browser_of(lead, RoleName.department_head)
    assert desk(judges)[0] == {"Weigh the shares of an event, and analyse it": [str(case)]}
    owed = "State the view of your unit on an event"
    assert owed not in desk(head)[0]
    make.weigh(case)
    make.press(case, "analyse", make.judge(), analysis="The lead came late.")
    found, dues = desk(head)
    assert (found[owed], dues[owed]) == ([str(case)], 1)
    assert desk(judges)[0] == {"Record what is found of an event, and conclude it": [str(case)]}
    assert owed not in desk(browser_of(other, RoleName.department_head))[0]
    (part, *_) = make.involved(case)
    make.press(part, "state_view", view="We came.")
    assert owed not in desk(head)[0]


@pytest.mark.requirement("TA-17")
def test_the_view_of_a_unit_below_lies_on_no_desk_of_a_superior_that_has_its_own_part(browser_of, make):
    lead = make.department()
    agency = make.unit(UnitType.agency, parent=lead)
    case = make.accountability(item=make.bound(lead, agency), state=AccountabilityState.analysed)
    make.press(make.involved(case)[0], "state_view", make.actor(lead, RoleName.department_head), view="We came.")
    owed = "State the view of your unit on an event"
    assert owed not in desk(browser_of(lead, RoleName.department_head))[0]
    assert desk(browser_of(agency, RoleName.agency_head))[0][owed] == [str(case)]


@pytest.mark.requirement("ZG-14")
def test_who_was_merged_is_offered_no_call(browser_of, make, session):
    town, successor = make.township(), make.township()
    browser = browser_of(town)
    assert "/call/add" in browser.get("/").text
    town.valid_to, town.successor_id = NOW.date(), successor.id
    session.commit()
    assert "/call/add" not in browser.get("/").text
    assert "/call/add" in browser_of(successor).get("/").text


@pytest.mark.requirement("ZG-14")
def test_who_was_merged_is_told_before_the_form_of_a_call_who_calls_now(browser_of, make, session):
    town, successor = make.township(), make.township()
    browser = browser_of(town)
    assert browser.get("/call/add").status_code == 200
    merge_into(session, town, successor, NOW.date())
    town.successor_id = successor.id
    session.commit()
    asked = browser.get("/call/add?_l_=en")
    assert (asked.status_code, asked.location.startswith("/call/")) == (302, True)
    told = f"“{town.name}” was merged into “{successor.name}”. What is new is written by that one."
    assert told in browser.get(asked.location).text


@pytest.mark.requirement("ZG-14")
def test_drafts_of_who_was_merged_are_offered_to_nobody_to_send(browser_of, make, session):
    town, successor = make.township(), make.township()
    call, proposal = make.call(town), make.adjustment(by=town)
    browser = browser_of(town)

    def offered(browser):
        pages = [browser.get(f"/{row.__tablename__}/{row.id}").text for row in (call, proposal)]
        buttons = ["/move/send" in pages[0], "/move/submit" in pages[1]]
        return [*buttons, *(title in desk(browser)[0] for title in DRAFTS)]

    assert offered(browser) == [True] * 4
    merge_into(session, town, successor, NOW.date())
    town.successor_id = successor.id
    session.commit()
    for one in (browser, browser_of(successor)):
        assert offered(one) == [False] * 4
