"""Rules of limits on pages and by programs: drafted, rehearsed, looked at, switched on; and due times counted anew."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.calendar import CalendarDay, Clock, LimitState, TimeLimit
from models.calls import CallState
from models.limits import DueRevision, LimitRehearsal, RevisionState
from models.organisation import Duty
from models.roles import RoleName
from tests.moments import SOON


@pytest.fixture
def office(make):
    return make.office(Duty.county_office)


FAR = datetime(2098, 6, 2, 1, tzinfo=UTC)
"""A Monday at nine: pages and programs ask the clock, and what is over does not move."""

RULE = {"clock": "respond", "position": 5, "amount": 4, "unit": "working_day"}


def test_a_program_drafts_rehearses_and_switches_on(program_of, make, session, office):
    admin = program_of(office, RoleName.admin)
    made = admin.post("time_limit/", json=RULE | {"region": make.home.id})
    assert (made.status_code, made.json["result"]["state"]) == (201, "draft")
    at = f"time_limit/{made.json['id']}"
    refused = admin.post(f"{at}/move/switch_on", json={})
    assert refused.status_code == 422
    assert admin.post(f"{at}/move/rehearse", json={}).status_code == 200
    assert admin.put(at, json={"amount": 5}).status_code == 200
    assert admin.post(f"{at}/move/switch_on", json={}).status_code == 422, "it is another version now"
    for name in ("rehearse", "switch_on"):
        assert admin.post(f"{at}/move/{name}", json={}).status_code == 200
    assert admin.put(at, json={"amount": 6}).status_code == 403, "what is in force is not edited"
    assert admin.delete(at).status_code == 403
    assert session.scalars(select(TimeLimit.amount).where(TimeLimit.id == made.json["id"])).one() == 5


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"position": 90}, "position"),
        ({"amount": 0}, "amount"),
        ({"clock": "accept", "department": True}, "department"),
    ],
)
def test_what_a_rule_cannot_say_is_told_by_field(program_of, make, office, sent, field):
    sent = sent | ({"department": make.department().id} if "department" in sent else {})
    answer = program_of(office, RoleName.admin).post("time_limit/", json=RULE | {"region": make.home.id} | sent)
    assert answer.status_code == 422
    assert field in answer.json["message"]


def test_who_is_no_administrator_drafts_and_switches_nothing(program_of, make, office):
    limit = make.limit()
    manager = make.office(Duty.editorial_office), RoleName.list_manager
    for who in ((office,), manager, (make.township(),)):
        program = program_of(*who)
        assert program.get(f"time_limit/{limit.id}").status_code == 200
        assert program.post("time_limit/", json=RULE).status_code == 403
        assert program.post(f"time_limit/{limit.id}/move/rehearse", json={}).status_code == 403


def test_the_page_of_a_rule_shows_its_rehearsals_and_what_would_move(browser_of, make, session, office):
    part = make.assignment(at=FAR)
    limit = make.limit(amount=7, department_id=part.department_id)
    admin = browser_of(office, RoleName.admin)
    page = admin.get(f"/time_limit/{limit.id}?_l_=zh").text
    assert all(words in page for words in ("试算", "启用", "哪些期限会变"))
    make.rehearsed(limit)
    page = admin.get(f"/time_limit/{limit.id}?_l_=zh").text
    assert all(words in page for words in ("假设启用", "将推后的期限数", str(part.department)))
    moves = admin.get(f"/time_limit/{limit.id}/moves?_l_=zh").text
    assert all(words in moves for words in ("有1项期限会变", "2098-06-04 17:30", "2098-06-11 17:30", str(part.call)))
    assert "has not moved yet moves with it" in admin.get(f"/time_limit/{limit.id}/moves?_l_=en").text
    assert session.scalars(select(LimitRehearsal.open_later)).one() == 1


def test_of_what_would_move_each_reads_what_they_may_see(browser_of, make):
    mine, theirs = make.call(state=CallState.submitted, at=FAR), make.call(state=CallState.submitted, at=FAR)
    limit = make.limit(clock=Clock.accept, amount=4)
    page = browser_of(mine.caller_unit).get(f"/time_limit/{limit.id}/moves?_l_=zh").text
    assert str(mine) in page
    assert str(theirs) not in page


def test_a_changed_calendar_is_looked_at_then_counted_anew(program_of, browser_of, make, session):
    call = make.call(state=CallState.submitted, at=FAR)
    manager, editorial = RoleName.list_manager, make.office(Duty.editorial_office)
    session.add(CalendarDay(region_id=make.home.id, day=date(2098, 6, 3), is_working=False))
    session.commit()
    (day,) = session.scalars(select(CalendarDay))
    saved = browser_of(editorial, manager).get(f"/calendar_day/{day.id}").text
    assert f"/due_revision/add?region={make.home.id}&amp;reason=2098-06-03" in saved
    program = program_of(editorial, manager)
    made = program.post("due_revision/", json={"reason": "停电检修（演示）"})
    assert made.status_code == 201
    told = made.json["result"]
    assert (told["state"], told["later"], told["moved"]) == ("previewed", 1, 0)
    moves = browser_of(editorial, manager).get(f"/due_revision/{made.json['id']}/moves?_l_=zh").text
    assert all(words in moves for words in (str(call), "2098-06-03 17:30", "2098-06-04 17:30"))
    asked = program.post(f"due_revision/{made.json['id']}/move/recompute", json={})
    assert (asked.status_code, asked.json["result"]["state"]) == (200, "waiting")
    assert program.delete(f"due_revision/{made.json['id']}").status_code == 422
    assert session.scalars(select(DueRevision.state)).one() is RevisionState.waiting


def test_after_a_rule_has_changed_people_read_which_in_their_language(browser_of, make, office):
    make.rehearsed(make.limit(amount=4), "switch_on")
    page = browser_of(office, RoleName.admin).get("/due_revision/?_l_=zh").text
    assert "响应 · 4 个工作日" in page
    assert "Response" not in page


def test_a_deadline_names_the_rule_that_fitted(program_of, make, session):
    department = make.department()
    make.item(category="environment")
    limit = make.rehearsed(make.limit(amount=4, department_id=department.id, category="environment"), "switch_on")
    part = make.assignment(lead=department)
    told = program_of(department).get(f"call_assignment/{part.id}/due/respond_due").json["result"]
    assert all(words in told["limit"] for words in (str(department), "environment", "4"))
    assert limit.state is LimitState.in_force


@pytest.mark.long
def test_a_page_of_moves_costs_as_much_for_many_as_for_few(browser_of, make, statements, office):
    town, lead = make.township(), make.department()
    item = make.item(lead)
    limit = make.limit(amount=4, list_item_id=item.id)
    admin, costs = browser_of(office, RoleName.admin), []
    for count in (3, 23):
        for _ in range(count):
            make.assignment(caller=town, lead=lead, item=item, at=FAR)
        statements.clear()
        assert admin.get(f"/time_limit/{limit.id}/moves").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_more_time_is_offered_for_a_promise_only(browser_of, make):
    part = make.assignment()
    browser = browser_of(part.department, RoleName.department_head)

    def offers():
        return f"/extension/add?assignment={part.id}" in browser.get(f"/call_assignment/{part.id}?_l_=en").text

    before = offers()
    make.press(part, "respond", promised_due=SOON)
    assert (before, offers()) == (False, True)
