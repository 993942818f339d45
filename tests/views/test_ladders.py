"""Reminder ladders on pages and by programs: drafted, changed, rehearsed, looked at, switched on."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.calendar import LimitState, ReminderLadder, ReminderStep
from models.ladders import LadderRehearsal
from models.organisation import Duty

PAST = datetime(2025, 5, 6, 1, tzinfo=UTC)
"""Pages and programs ask the clock: what was called then is over, and its quarter, too."""

STEP = {"level": 7, "name": "约谈", "point": "after_end", "amount": 5, "unit": "working_day", "county_office": True}


@pytest.fixture
def office(make):
    return make.office(Duty.county_office)


def test_the_form_of_a_ladder_offers_only_clocks_that_have_one(browser_of, program_of, office):
    page = browser_of(office).get("/reminder_ladder/add?_l_=zh").text
    (select_,) = re.findall(r'<select[^>]*name="job".*?</select>', page, re.DOTALL)
    offered = ["respond_remind", "promise_remind", "rectification_watch"]
    assert re.findall(r'value="(\w+)"', select_) == offered
    refused = program_of(office).post("reminder_ladder/", json={"job": "accept_watch"})
    assert refused.status_code == 422
    assert "、".join(offered) in str(refused.json["message"])


@pytest.mark.requirement("TC-36")
def test_a_program_drafts_changes_rehearses_and_switches_on(program_of, make, session, office):
    before = make.ladder()[0].ladder
    make.assignment(at=PAST)
    program = program_of(office)
    made = program.post("reminder_ladder/", json={"job": "respond_remind", "basis": "演练（演示）"})
    assert (made.status_code, made.json["result"]["state"]) == (201, "draft")
    key = made.json["id"]
    at = f"reminder_ladder/{key}"
    added = program.post("reminder_step/", json=STEP | {"ladder": key})
    assert added.status_code == 201
    assert program.post("reminder_step/", json=STEP | {"ladder": before.id}).status_code == 422
    assert program.post(f"{at}/move/switch_on", json={}).status_code == 422
    assert program.post(f"{at}/move/rehearse", json={"day": "2025-05-31"}).status_code == 200
    assert program.put(f"reminder_step/{added.json['id']}", json={"amount": 6}).status_code == 200
    assert program.post(f"{at}/move/switch_on", json={}).status_code == 422, "it is another version now"
    for name, sent in (("rehearse", {"day": "2025-05-31"}), ("switch_on", {})):
        assert program.post(f"{at}/move/{name}", json=sent).status_code == 200
    assert program.put(f"reminder_step/{added.json['id']}", json={"amount": 7}).status_code == 422
    assert program.delete(f"reminder_step/{added.json['id']}").status_code == 422
    session.expire_all()
    assert session.get(ReminderLadder, before.id).state is LimitState.retired
    told = session.scalars(select(LadderRehearsal).order_by(LadderRehearsal.id.desc())).first()
    assert (told.quarter, told.sent, told.sent_now) == ("2025-Q2", 8, 7)


@pytest.mark.parametrize(("point", "shown"), [("part_of_limit", 0), ("by_count", 0), ("before_end", 1)])
def test_a_unit_of_time_is_shown_of_steps_only_that_are_counted_in_it(browser_of, program_of, office, point, shown):
    program = program_of(office)
    key = program.post("reminder_ladder/", json={"job": "respond_remind"}).json["id"]
    counted = {"after_count": 2, "of_level": 0, "within": "year"} if point == "by_count" else {}
    sent = STEP | counted | {"ladder": key, "point": point, "unit": "day"}
    answer = program.post("reminder_step/", json=sent)
    assert answer.status_code == 201, answer.json
    browser = browser_of(office)
    pages = ("/reminder_step/?_l_=en", f"/reminder_step/{answer.json['id']}?_l_=en", f"/reminder_ladder/{key}?_l_=en")
    assert [browser.get(page).text.count('tag-info">days</span>') for page in pages] == [shown] * 3


def test_a_draft_is_deleted_with_its_steps(program_of, make, session, office):
    make.ladder()
    program = program_of(office)
    key = program.post("reminder_ladder/", json={"job": "respond_remind"}).json["id"]
    of_draft = select(ReminderStep.id).where(ReminderStep.ladder_id == key)
    assert len(session.scalars(of_draft).all()) == 4
    assert program.delete(f"reminder_ladder/{key}").status_code == 200
    assert session.scalars(of_draft).all() == []


def test_who_keeps_no_ladder_drafts_and_switches_nothing(program_of, make):
    ladder = make.ladder(state=LimitState.draft)[0].ladder
    program = program_of(make.office(Duty.supervision_office))
    assert program.get(f"reminder_ladder/{ladder.id}").status_code == 200
    assert program.post("reminder_ladder/", json={"job": "respond_remind"}).status_code == 403
    assert program.post(f"reminder_ladder/{ladder.id}/move/rehearse", json={}).status_code == 403


def test_the_page_of_a_rehearsal_shows_both_ladders_side_by_side(browser_of, make, session, office):
    ladder = make.ladder()[0].ladder
    part = make.assignment(at=PAST)
    make.press(ladder, "rehearse", at=datetime(2025, 8, 1, tzinfo=UTC))
    told = session.scalars(select(LadderRehearsal)).one()
    browser = browser_of(office)
    assert "2025-Q2" in browser.get(f"/reminder_ladder/{ladder.id}?_l_=zh").text
    page = browser.get(f"/ladder_rehearsal/{told.id}?_l_=zh").text
    assert all(words in page for words in ("假设停用", "现行级次", str(part.department), str(part.call)))
    mine = browser_of(part.department).get(f"/ladder_rehearsal/{told.id}?_l_=zh").text
    others = browser_of(make.department()).get(f"/ladder_rehearsal/{told.id}?_l_=zh").text
    assert str(part.call) in mine
    assert str(part.call) not in others


def test_a_step_says_the_unit_of_its_time_and_which_field_is_its_level(browser_of, make, office):
    ladder = make.ladder(state=LimitState.draft)[0].ladder
    browser = browser_of(office)
    table = browser.get(f"/reminder_ladder/{ladder.id}?_l_=en").text.partition("<thead>")[2]
    heads = re.findall(r'<th scope="col">(.*?)</th>', table.partition("</thead>")[0])
    assert heads[:5] == ["Level of the step", "Name", "Counted from", "Amount", "Unit of time"]
    form = browser.get(f"/reminder_step/add?ladder={ladder.id}&_l_=en").text
    labels = [re.search(rf'<label for="f-{name}">(.*?)<', form)[1] for name in ("ladder", "level")]
    assert labels == ["Reminder ladder", "Level of the step"]


def test_the_digest_of_what_was_rehearsed_comes_last(browser_of, make, session, office):
    ladder = make.ladder()[0].ladder
    make.press(ladder, "rehearse", at=datetime(2025, 8, 1, tzinfo=UTC))
    told = session.scalars(select(LadderRehearsal)).one()
    page = browser_of(office).get(f"/ladder_rehearsal/{told.id}?_l_=en").text.partition("<dl")[2].partition("</dl>")[0]
    facts = [label for label in re.findall(r"<dt>(.*?)</dt>", page) if label != "Not filled in"]
    assert facts[-1] == "Digest of the ladder"
