"""Whose turn it was, on a page beside the call and for programs; and the minutes of units added up in a chart."""

from __future__ import annotations

from datetime import datetime

import pytest

from models.calls import CallState
from models.door import by_rule
from models.organisation import Duty
from models.rules.deadlines import SHANGHAI
from tests.models.look import china


@pytest.fixture
def call(make):
    made = make.call(make.township(name="Luoyang"), lead=make.department(name="Water"))
    make.press(made, "send", at=china("11-23 09:00"))
    make.press(made, "accept", at=china("11-23 09:30"))
    make.press(made, "dispatch", at=china("11-23 10:00"), lead_department_id=made.list_item.lead_department)
    (part,) = make.assignments(made)
    make.press(part, "respond", at=china("11-23 11:00"), promised_due=china("11-25 17:30"))
    make.press(part, "resolve", at=china("11-24 09:00"), result="Done.")
    make.press(made, "confirm", at=china("11-24 09:15"))
    return made


def test_each_turn_is_told_in_order(program_of, call):
    told = program_of(call.caller_unit).get(f"call/{call.id}/turns").json["result"]
    assert [(turn["unit"]["name"], turn["minutes"]) for turn in told] == [
        ("县委县政府办公室", 60), ("Water", 360), ("Luoyang", 15)
    ]  # fmt: skip
    assert [turn["stage"] for turn in told] == ["submitted", "dispatched", "awaiting_confirmation"]


def test_the_page_shows_it(browser_of, call):
    town = browser_of(call.caller_unit)
    assert f"/call/{call.id}/turns" in town.get(f"/call/{call.id}").text
    own = town.get(f"/call/{call.id}?_l_=zh").text
    assert own.count('<rect class="turn-') == 6
    assert own.index("6小时") < own.index("15分钟")
    page = town.get(f"/call/{call.id}/turns?_l_=zh").text
    assert page.count("<rect") == 6
    assert all(words in page for words in ("6小时", "15分钟", "县委县政府办公室"))


def test_a_call_in_nobodys_hand_has_no_turns_and_a_hidden_one_no_page(browser_of, make, call):
    assert "尚未" in browser_of(call.caller_unit).get(f"/call/{make.call(call.caller_unit).id}/turns?_l_=zh").text
    assert "turn-1" not in browser_of(call.caller_unit).get(f"/call/{make.call(call.caller_unit).id}").text
    assert browser_of(make.township()).get(f"/call/{call.id}/turns").status_code == 404


def test_the_minutes_of_each_unit_are_added_up_and_not_the_rows(program_of, make, call):
    make.call(lead=call.list_item.lead_department, item=call.list_item, state=CallState.resolved)
    told = program_of(make.office(Duty.leadership)).get("holding/charts/0").json
    sums = {label: sum(part["data"][n] for part in told["series"]) for n, label in enumerate(told["labels"])}
    assert (sums["Water"], sums["Luoyang"]) == (360, 15)


@pytest.mark.requirement("TC-06")
def test_the_call_tells_when_it_passed_each_of_the_six_stages(program_of, browser_of, make, call):
    town = program_of(call.caller_unit)
    hours = ["09:00", "09:30", "11:00", "09:00", "09:15", None]
    passed = {told["stage"]: told["passed_at"] for told in town.get(f"call/{call.id}/turns").json["stages"]}
    assert list(passed) == ["perceived", "analysed", "responded", "supervised", "fed_back", "improved"]
    assert [at and f"{datetime.fromisoformat(at).astimezone(SHANGHAI):%H:%M}" for at in passed.values()] == hours
    page = browser_of(call.caller_unit).get(f"/call/{call.id}?_l_=zh").text
    stages = page[page.index('class="stages"') :].partition("</ol>")[0]
    assert stages.count('class="passed"') == 5
    assert stages.index("感知") < stages.index("11-23 11:00") < stages.index("优化") < stages.index("尚未")


@pytest.mark.requirement("TC-06")
def test_a_stage_is_not_passed_before_the_one_before_it(program_of, make):
    call = make.call(make.township(), lead=make.department(), state=CallState.dispatched)
    with by_rule(make.session):
        call.resolved_at = china("11-25 09:00")  # reported, and nobody has answered
        make.session.commit()
    passed = program_of(call.caller_unit).get(f"call/{call.id}/turns").json["stages"]
    assert [told["stage"] for told in passed if told["passed_at"]] == ["perceived", "analysed"]


def test_what_a_unit_has_in_hand_now_is_counted_though_no_minute_of_it_is_added_up_yet(program_of, make, call):
    make.call(lead=call.list_item.lead_department, item=call.list_item, state=CallState.dispatched)
    make.call(call.caller_unit, state=CallState.submitted)
    told = program_of(make.office(Duty.leadership)).get("holding/charts/3").json
    assert told["labels"] == ["县委县政府办公室", "Water"]
    assert {part["name"]: part["data"] for part in told["series"]} == {"待受理": [1, 0], "已派发": [0, 1]}


def test_whoever_had_calls_in_hand_the_longest_comes_by_their_code_and_not_first(program_of, make):
    first, last = make.township(name="Luoyang"), make.township(name="Longxi")
    for town, hour in ((first, 11), (last, 16)):
        made = make.call(town)
        make.press(made, "send", at=china("11-23 09:00"))
        make.press(made, "return_for_correction", at=china("11-23 09:10"), note="Where is it?")
        make.press(made, "send", at=china(f"11-23 {hour}:00"))
    leader = program_of(make.office(Duty.leadership))
    minutes, times = (leader.get(f"holding/charts/{number}").json for number in (0, 2))
    for told in (minutes, times):
        assert [label for label in told["labels"] if label in ("Luoyang", "Longxi")] == ["Luoyang", "Longxi"]
    assert [sum(part["data"][minutes["labels"].index("Longxi")] for part in minutes["series"])] == [290]
