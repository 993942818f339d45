"""How a due moment came about, day by day: as it was counted, or not at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from jobs.sweep import keep
from models.adjustments import AdjustmentState
from models.calendar import CalendarDay, Clock, LimitUnit, TimeLimit
from models.calls import AssignmentState, CallState
from models.coordination import CaseState
from models.item_words import ListState
from models.ledger import Job
from models.opinions import ListOpinion
from models.organisation import Duty
from models.queries.calendar import calendar_of
from models.reviews import ReviewState
from models.rules.clocks import limit_of
from models.rules.deadlines import FIRST_DAY
from models.rules.derivations import derivation
from models.rules.matching import about
from models.supervision import OrderState, SupervisionOrder
from models.words import CallScope
from tests.make import NOW, SOON
from tests.moments import ASKED


def days(answer):
    return [(day["day"], day["kind"], day["minutes"]) for day in answer.json["result"]["days"]]


def test_each_day_says_what_it_counted(program_of, make, session):
    session.add(CalendarDay(region_id=make.home.id, day=date(2026, 11, 24), is_working=False, note="停电检修"))
    session.commit()
    call = make.call(state=CallState.submitted)
    told = program_of(call.caller_unit).get(f"call/{call.id}/due/accept_due")
    assert (told.json["result"]["start"], told.json["result"]["provisional"]) == (call.sent_at.isoformat(), False)
    assert days(told) == [("2026-11-23", "working", 0), ("2026-11-24", "closed", 0), ("2026-11-25", "working", 420)]
    assert told.json["result"]["days"][1]["note"] == "停电检修"


def test_the_page_says_so_in_words(browser_of, make):
    call = make.call(state=CallState.submitted)
    town = browser_of(call.caller_unit)
    link = f"/call/{call.id}/due/accept_due"
    assert link in town.get(f"/call/{call.id}").text
    page = town.get(link).text
    for words in ("“受理期限”是怎样算出来的", "2026-11-24", "工作日", "7小时", "受理"):
        assert words in page


def test_a_day_without_a_remark_has_none_and_that_of_receipt_says_why_it_counts_for_nothing(browser_of, make):
    call = make.call(state=CallState.submitted)
    page = browser_of(call.caller_unit).get(f"/call/{call.id}/due/accept_due?_l_=en").text
    assert page.count(FIRST_DAY) == 1
    assert page.count('<td data-label="Remark"><span class="none">') == 1


def first_opinion(make, edition):
    return make.session.scalars(select(ListOpinion).where(ListOpinion.duty_list_id == edition.id)).first()


@pytest.mark.parametrize(
    ("subject", "column"),
    [
        (lambda make: make.call(state=CallState.dispatched), "resolve_due"),
        (lambda make: make.assignment(state=AssignmentState.pending), "respond_due"),
        (lambda make: make.case(state=CaseState.negotiating), "negotiation_due"),
        (lambda make: make.case(state=CaseState.filing_review), "filing_due"),
        (lambda make: make.case(state=CaseState.coordinating), "coordination_due"),
        (lambda make: make.case(state=CaseState.supervising), "execution_due"),
        (lambda make: make.adjustment_opinions(make.adjustment(state=AdjustmentState.consulting))[0], "due"),
        (lambda make: make.review(make.township(), state=ReviewState.reviewing), "due"),
        (lambda make: make.review_opinions(make.review(make.township(), state=ReviewState.reviewing))[0], "due"),
        (lambda make: first_opinion(make, make.edition(state=ListState.consulting)), "due"),
    ],
)
def test_every_counted_deadline_can_be_explained(program_of, make, subject, column):
    row = subject(make)
    office = program_of(make.office(Duty.leadership))
    told = office.get(f"{row.__tablename__}/{row.id}/due/{column}").json["result"]
    assert sum(day["minutes"] for day in told["days"]) > 0
    assert told["limit"]


def test_a_promise_is_the_departments_own_word(program_of, browser_of, make):
    part = make.assignment(state=AssignmentState.responded)
    address = f"call_assignment/{part.id}/due/promised_due"
    found = program_of(part.department).get(address).json["result"]
    assert (found["limit"], found["days"], found["start"], found["later"]) == ("", [], NOW.isoformat(), [])
    assert "单位自己的承诺" in browser_of(part.department).get(f"/{address}?_l_=zh").text


@pytest.mark.parametrize("retired", [False, True])
def test_what_an_older_rule_counted_is_explained_by_it_after_another_was_switched_on(make, session, retired):
    part = make.assignment()
    counting = limit_of(session, part.region_id, Clock.respond, about(part, part.department_id))
    before = derivation(session, part, "respond_due")
    newer = make.rehearsed(make.limit(amount=4), "switch_on")
    if retired:
        make.rehearsed(counting, "retire")
    assert limit_of(session, part.region_id, Clock.respond, about(part, part.department_id)) is newer
    assert derivation(session, part, "respond_due") == before
    assert before.limit is counting


def test_a_changed_limit_explains_nothing_that_was_counted_before(program_of, browser_of, make, session):
    call = make.call(state=CallState.submitted)
    limits = select(TimeLimit).where(TimeLimit.region_id == call.region_id, TimeLimit.clock == Clock.accept)
    for limit in session.scalars(limits):
        limit.amount += 1
    session.commit()
    address = f"call/{call.id}/due/accept_due"
    assert program_of(call.caller_unit).get(address).json["result"] is None
    assert "工作日历已有变动" in browser_of(call.caller_unit).get(f"/{address}").text


@pytest.mark.parametrize("column", ["resolve_due", "sent_at", "title", "nope"])
def test_what_is_no_deadline_of_the_row_is_not_found(program_of, browser_of, make, column):
    call = make.call(state=CallState.submitted)
    assert program_of(call.caller_unit).get(f"call/{call.id}/due/{column}").status_code == 404
    assert browser_of(call.caller_unit).get(f"/call/{call.id}/due/{column}").status_code == 404


def test_the_deadline_of_a_hidden_row_is_hidden(program_of, make):
    call = make.call(state=CallState.submitted)
    assert program_of(make.township()).get(f"call/{call.id}/due/accept_due").status_code == 404


def test_a_deadline_that_is_an_estimate_says_so_as_long_as_it_runs(browser_of, make, session):
    call = make.call(state=CallState.submitted)
    town = browser_of(call.caller_unit)
    assert "暂估" not in town.get("/call/").text
    call.provisional = True
    session.commit()
    assert "暂估" in town.get("/call/").text
    make.press(call, "accept")
    assert "暂估" not in town.get("/call/").text


def test_what_moved_a_promise_is_told_with_the_moment_after_it(program_of, browser_of, make):
    part = make.assignment(state=AssignmentState.responded)
    first = part.promised_due.isoformat()
    make.press(part, "pause", at=NOW + timedelta(hours=1), reason="缺现场照片")
    make.press(part, "resume", at=NOW + timedelta(hours=25))
    make.press(make.extension(part, days=2, at=NOW + timedelta(hours=26)), "approve", at=NOW + timedelta(hours=27))
    told = program_of(part.department).get(f"call_assignment/{part.id}/due/promised_due").json["result"]
    assert (told["limit"], told["start"]) == ("", NOW.isoformat())
    assert [later["due"] for later in told["later"]][-1] == part.promised_due.isoformat() > first
    page = browser_of(part.department).get(f"/call_assignment/{part.id}/due/promised_due?_l_=zh").text
    assert all(words in page for words in ("缺现场照片", "单位自己的承诺"))
    rested, granted = told["later"]
    assert [rested["at"], rested["until"]] == [(NOW + timedelta(hours=n)).isoformat() for n in (1, 25)]
    assert (granted["until"], told["days"][0]["day"]) == (None, rested["due"][:10])
    of_call = program_of(part.call.caller_unit).get(f"call/{part.call_id}/due/resolve_due").json["result"]
    assert sum(day["minutes"] for day in of_call["days"]) > 0
    assert of_call["later"][-1]["due"] == part.call.resolve_due.isoformat()


def test_a_clock_that_rests_shows_no_time_left_and_says_since_when(program_of, browser_of, make):
    part = make.assignment(state=AssignmentState.responded, promised=SOON)
    department, show = browser_of(part.department), f"/call_assignment/{part.id}?_l_=en"
    assert department.get(show).text.count(" left</span>") == 1
    make.press(part, "pause", at=NOW + timedelta(hours=1), reason="缺现场照片")
    assert " left</span>" not in department.get(show).text.partition("Pause looked at")[0]
    at = {"at": (NOW + timedelta(hours=1)).isoformat(), "until": None, "due": SOON.isoformat()}
    asked = program_of(part.department).get(
        f"call_assignment/{part.id}/due/promised_due", headers={"Accept-Language": "en"}
    )
    rests = {"what": "The clock rests until the caller delivers: 缺现场照片"}
    assert asked.json["result"]["later"] == [at | rests]
    make.press(part, "resume", at=NOW + timedelta(hours=25))
    assert department.get(show).text.count(" left</span>") == 1


@pytest.mark.requirement("TC-32")
def test_the_call_shows_no_time_left_either_while_its_lead_rests(browser_of, make):
    helper = make.assignment(state=AssignmentState.responded, promised=SOON, cooperating=[make.department()])
    call, (lead, _) = helper.call, make.assignments(helper.call)
    make.press(lead, "respond", promised_due=SOON)
    call.resolve_due = SOON
    make.session.commit()
    caller = browser_of(call.caller_unit)

    def left():
        page, listed = (caller.get(path).text for path in (f"/call/{call.id}?_l_=en", "/call/?_l_=en"))
        limit = page.partition("Resolve by")[2].partition("Result reported")[0]
        return [said.count(" left</span>") for said in (limit, listed)]

    make.press(helper, "pause", at=NOW + timedelta(hours=1), reason="缺现场照片")
    assert left() == [1, 1]
    make.press(lead, "pause", at=NOW + timedelta(hours=1), reason="缺现场照片")
    assert left() == [0, 0]
    make.press(lead, "resume", at=NOW + timedelta(hours=25))
    assert left() == [1, 1]


@pytest.mark.parametrize(("scope", "unit"), [("key", "working days"), ("emergency", "days")])
def test_an_extension_says_in_which_days_it_is_counted(program_of, browser_of, make, scope, unit):
    part = make.assignment(state=AssignmentState.responded, scope=CallScope(scope))
    asked = make.extension(part, days=2, reason="The river is high.")
    browser = browser_of(part.department)
    assert f" · 2 {unit} more</h1>" in browser.get(f"/extension/{asked.id}?_l_=en").text
    make.press(asked, "approve")
    page = browser.get(f"/call_assignment/{part.id}/due/promised_due?_l_=en").text
    assert f"2 more {unit} were granted: The river is high." in page


def close_of(session, row, since, days):
    """The end of business so many working days later."""
    return calendar_of(session, row.region_id).add(since, days, LimitUnit.working_day).at


def issued_by_the_clock(make, session):
    part = make.assignment(state=AssignmentState.responded, promised=SOON)
    keep(Job.promise_remind, session, SOON)
    session.commit()
    return session.scalars(select(SupervisionOrder).where(SupervisionOrder.assignment_id == part.id)).one()


def told(program_of, make, row, column):
    office = program_of(make.office(Duty.leadership))
    return office.get(f"{row.__tablename__}/{row.id}/due/{column}").json["result"]


def test_what_is_the_same_for_all_is_explained_too(program_of, make, session):
    order = issued_by_the_clock(make, session)
    rests = make.assignment(state=AssignmentState.paused)
    for row, column, days in (
        (order, "acknowledge_due", 1),
        (order, "due", 3),
        (rests, "pause_due", 5),
        (make.extension(), "answer_due", 1),
    ):
        found = told(program_of, make, row, column)
        assert found["limit"] == f"{days}个工作日，统一规定"
        assert [day["kind"] for day in found["days"] if day["minutes"]] == ["working"] * days


def test_the_page_of_an_order_explains_the_day_that_was_counted_and_not_the_day_that_people_chose(
    browser_of, program_of, make, session
):
    counted, part = issued_by_the_clock(make, session), make.assignment()
    said = {"assignment": part.id, "level": 1, "reason": "Nothing moved."}
    said["due"] = close_of(session, part, ASKED, 3).isoformat()  # just what the clock would have set
    issued = program_of(make.office(Duty.supervision_office)).post("supervision_order/", json=said)
    chosen = session.get(SupervisionOrder, issued.json["id"])
    for order, explained in ((counted, True), (chosen, False)):
        office = browser_of(make.office(Duty.supervision_office))
        address = f"/supervision_order/{order.id}/due/due"
        assert (address in office.get(f"/supervision_order/{order.id}").text) is explained
        assert office.get(address).status_code == (200 if explained else 404)
        assert (told(program_of, make, order, "due") is not None) is explained
    assert told(program_of, make, chosen, "acknowledge_due")["start"] == chosen.issued_at.isoformat()


def test_a_reply_that_does_not_suffice_is_due_anew_and_says_since_when(program_of, make):
    order = make.order(assignment=make.assignment(), state=OrderState.replied)
    later = NOW + timedelta(hours=2)
    make.press(order, "send_back", at=later, note="Too short.")
    assert told(program_of, make, order, "due")["start"] == later.isoformat()
