"""Mutual rating on pages and for programs: under seal wherever one looks, then told to the one rated; and the rates."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models.calls import CallState
from models.door import by_rule
from models.organisation import Duty
from models.ratings import RatingLevel, RatingState
from models.roles import RoleName
from tests.make import NOW
from tests.views.test_desk import desk
from tests.views.test_export import rows_of

SECRET = "Nobody came for a week."


@pytest.fixture
def call(make):
    return make.call(state=CallState.resolved)


@pytest.fixture
def rating(make, call):
    """What the caller says of the lead: bad, and sealed."""
    found = make.ratings(call)[0]
    make.rate(found, RatingLevel.dissatisfied, timeliness=1, comment=SECRET)
    return found


@pytest.fixture
def readers(make, call):
    """Everyone who reads it when it is revealed, but its giver."""
    office = make.office(Duty.county_office)
    return {
        "rated": (make.assignments(call)[0].department,),
        "county office": (office,),
        "leader": (make.office(Duty.leadership),),
        "administrator": (office, RoleName.admin),
        "auditor": (office, RoleName.audit_admin),
    }


def looked(browser, program, rating):
    """Where a person finds the rating, by list, page, API, export, chart, search, timeline and recorder."""
    call, key = rating.call_id, rating.id
    listed = program.get("mutual_rating/?q=(columns:!(id,level,comment))").json["result"]
    levels = program.get("mutual_rating/charts/0?_l_=en").json["labels"]
    by_level = program.get("mutual_rating/?q=(filters:!((col:level,opr:eq,value:dissatisfied)))").json["count"]
    told = program.get("recorder_entry/?q=(filters:!((col:subject_type,opr:eq,value:mutual_rating)))")
    entries = [entry for entry in told.json["result"] if entry["action"] == "rate"] if told.status_code == 200 else []
    return {
        "list": SECRET in browser.get("/mutual_rating/").text
        or f"/mutual_rating/{key}" in browser.get("/mutual_rating/").text,
        "page": browser.get(f"/mutual_rating/{key}").status_code == 200,
        "api list": any(row["id"] == key for row in listed),
        "api": program.get(f"mutual_rating/{key}").status_code == 200,
        "api history": program.get(f"mutual_rating/{key}/timeline").status_code == 200,
        "export": bool(rows_of(browser, "/mutual_rating/export.xlsx?f=level:eq:dissatisfied")),
        "chart": "Dissatisfied" in levels,
        "search": by_level == 1,
        "call's page": SECRET in browser.get(f"/call/{call}").text,
        "call's history": "dissatisfied" in program.get(f"call/{call}/timeline").text
        or "Dissatisfied" in browser.get(f"/call/{call}?_l_=en").text,
        "recorder": bool(entries),
        "notices": "/notices/" in browser.get("/notices/").text
        and "has rated you" in browser.get("/notices/?_l_=en").text,
    }


@pytest.mark.requirement("TC-34", "TC-35")
@pytest.mark.parametrize("who", ["rated", "county office", "leader", "administrator", "auditor"])
def test_a_sealed_rating_is_found_nowhere_and_a_revealed_one_everywhere(
    browser_of, program_of, make, call, rating, readers, who
):
    browser, program = browser_of(*readers[who]), program_of(*readers[who])
    assert not any(found := looked(browser, program, rating).values()), found
    make.rate(make.ratings(call)[1])
    assert rating.state is RatingState.revealed
    found = looked(browser, program, rating)
    assert not [place for place in found if not found[place] and place not in ("recorder", "notices")]
    assert found["recorder"] == (who == "auditor")


def test_what_is_not_rated_is_no_level_in_the_chart(program_of, make, call, rating):
    make.call(call.caller_unit, state=CallState.resolved)
    program = program_of(rating.rater_unit)
    assert program.get("mutual_rating/").json["count"] > 1, "what is owed stands in the list"
    told = program.get("mutual_rating/charts/0?_l_=en").json
    assert (told["labels"], [part["data"] for part in told["series"]]) == (["Dissatisfied"], [[1]])


def test_its_giver_reads_it_all_the_while(browser_of, program_of, call, rating):
    found = looked(browser_of(call.caller_unit), program_of(call.caller_unit), rating)
    assert not [place for place, seen in found.items() if not seen and place not in ("recorder", "notices")]


def test_what_a_rater_adds_is_no_instruction_of_a_leader(browser_of, make, call, rating):
    rated = browser_of(rating.rater_unit).get(f"/mutual_rating/{rating.id}?_l_=zh").text
    order = make.order(assignment=make.assignments(make.call(state=CallState.in_progress))[0])
    ordered = browser_of(make.office(Duty.leadership)).get(f"/supervision_order/{order.id}?_l_=zh").text
    assert ["评价意见" in rated, "批示" in rated, "批示" in ordered] == [True, False, True]


@pytest.mark.requirement("TA-28", "TC-35")
def test_both_sides_rate_by_program_and_then_it_stands(program_of, make, call):
    mine, theirs = make.ratings(call)
    caller, lead = program_of(call.caller_unit), program_of(make.assignments(call)[0].department)
    said = {"level": "basically_satisfied", "quality": 4, "comment": "Late, but well."}
    assert caller.move("mutual_rating", mine.id, "rate", **said).status_code == 200
    assert caller.move("mutual_rating", theirs.id, "rate", **said).status_code == 404
    assert lead.move("mutual_rating", mine.id, "rate", **said).status_code == 404
    assert lead.move("mutual_rating", theirs.id, "rate", level="satisfied").status_code == 200
    assert lead.get(f"mutual_rating/{mine.id}").json["result"]["level"] == "basically_satisfied"
    assert caller.move("mutual_rating", mine.id, "rate", level="dissatisfied").status_code == 409
    assert lead.move("mutual_rating", mine.id, "rate", **said).status_code == 403
    assert caller.get(f"call/{call.id}").json["result"]["state"] == "closed"


def test_wrong_answers_are_told_by_their_field(program_of, make, call):
    mine = make.ratings(call)[0]
    caller = program_of(call.caller_unit)
    for wrong, field in (
        ({}, "level"),
        ({"level": "good"}, "level"),
        ({"level": "satisfied", "quality": 6}, "quality"),
    ):
        answer = caller.move("mutual_rating", mine.id, "rate", **wrong)
        assert (answer.status_code, list(answer.json["message"])) == (422, [field])


def test_what_a_unit_owes_lies_on_its_desk_until_it_is_given(browser_of, make, call):
    sides = [call.caller_unit, make.assignments(call)[0].department]
    for unit, rating in zip(sides, make.ratings(call), strict=True):
        piles, dues = desk(browser_of(unit))
        assert (len(piles["Rate the other side"]), dues["Rate the other side"]) == (1, 1)
        make.rate(rating)
        assert "Rate the other side" not in desk(browser_of(unit))[0]


@pytest.mark.requirement("LX-29", "ZG-04")
def test_the_page_of_a_closed_call_shows_each_side_its_assessment_and_the_county_all(browser_of, program_of, make):
    call = make.call(state=CallState.closed)
    lead, office = make.assignments(call)[0].department, make.office(Duty.county_office)
    for reader, units in ((call.caller_unit, 1), (lead, 1), (office, 2)):
        program = program_of(reader)
        assert program.get("case_assessment/").json["count"] == units
        assert 'href="/case_assessment/' in browser_of(reader).get(f"/call/{call.id}").text
    for method in ("put", "delete"):
        assert getattr(program, method)("case_assessment/1").status_code == 405
    assert program.post("case_assessment/", json={}).status_code == 405


def rates(program, period=None):
    answer = program.get("case_assessment/rates" + (f"?period={period}" if period else ""))
    assert answer.status_code == 200, answer.json
    return {row["unit"]["name"]: row for row in answer.json["result"]}


@pytest.mark.requirement("LX-29", "TC-33", "TS-34")
def test_the_three_rates_stand_with_what_they_are_made_of(browser_of, program_of, make):
    town, lead = make.township(name="Luoyang"), make.department(name="Water")
    for _ in range(5):
        make.call(town, lead=lead, state=CallState.closed)
    make.call(town, lead=lead, state=CallState.returned)
    late = make.call(town, lead=lead, state=CallState.submitted)
    make.press(late, "accept", at=late.accept_due + timedelta(minutes=1))
    office = make.office(Duty.county_office)
    found = rates(program_of(office), 2026)
    whole = {"part": 5, "whole": 5, "percent": 100.0}
    assert [found["Water"][name] for name in ("response", "satisfaction")] == [whole, whole]
    assert found["Luoyang"]["correct"] == {"part": 6, "whole": 7, "percent": pytest.approx(85.71, abs=0.01)}
    assert found["Luoyang"]["accepted"] == {"part": 5, "whole": 6, "percent": pytest.approx(83.33, abs=0.01)}
    page = browser_of(office).get("/case_assessment/rates?period=2026&_l_=en").text
    assert "100.0% <small>5/5</small>" in page
    assert "83.3% <small>5/6</small>" in page
    assert "85.7% <small>6/7</small>" in page
    assert "of all that were accepted or returned in the period" in page
    group = page[page.index('aria-labelledby="group-1"') :]
    heads = re.findall(r"<th[^>]*>(.*?)</th>", group[: group.index("</thead>")])
    assert re.findall(r'<td data-label="(.*?)">', group[: group.index("</tr>", group.index("<tbody>"))]) == heads[1:]
    assert rates(program_of(town), 2026).keys() == {"Luoyang"}
    assert rates(program_of(lead), "2026-11").keys() == {"Water"}
    assert rates(program_of(office), "2025-03") == {}


@pytest.mark.requirement("TS-12")
def test_departments_of_another_county_are_called_with_it_at_no_cost_for_each(browser_of, make, statements):
    home, abroad = make.county("泰顺县"), make.county("天长市")
    town, own = make.township(home), make.department(home, name="农业农村局")
    long_ago = NOW - timedelta(days=7)  # so that their limits have passed
    call = make.call(town, lead=own, state=CallState.closed, at=NOW - timedelta(days=1))
    leader = browser_of(make.office(Duty.leadership, home))

    def drawn_in(*names):
        for name in names:
            another = make.call(town, lead=own, item=call.list_item, state=CallState.dispatched, at=long_ago)
            part = make.assignments(another)[0]
            part.department_id = make.department(abroad, name=name).id
        make.session.commit()

    def shown(address):
        statements.clear()
        page = leader.get(address).text
        return (
            re.findall(r'<th scope="row">([^<]*局)</th>', page),
            sum(statement.startswith("SELECT") for statement in statements),
        )

    pages = ("/case_assessment/rates?period=2026", f"/list_item/{call.list_item_id}/performance",
             "/leaders/?from=2026-01-01&to=2026-12-31")  # fmt: skip
    drawn_in("农业农村局")
    few = {page: shown(page) for page in pages}
    drawn_in("水利局", "林业局", "公安局")
    for page, (names, cost) in few.items():
        named, costs = shown(page)
        assert set(names) == {"农业农村局", "天长市农业农村局"}, page
        assert set(named) == {*names, "天长市水利局", "天长市林业局", "天长市公安局"}, page
        assert costs == cost, page


@pytest.mark.requirement("TC-06")
def test_the_six_stages_say_how_far_calls_have_come(browser_of, program_of, make):
    town, other, lead = make.township(), make.township(), make.department()
    ways = (
        "withdrawn",
        "submitted",
        "accepted",
        "dispatched",
        "in_progress",
        "awaiting_confirmation",
        "resolved",
        "closed",
    )
    for state in ways:
        make.call(town, lead=lead, state=CallState(state))
    make.call(other, state=CallState.closed)
    make.call(town, state=CallState.draft)
    unanswered = make.call(other, state=CallState.dispatched)
    with by_rule(make.session):
        unanswered.resolved_at = unanswered.sent_at
        make.session.commit()
    office = make.office(Duty.county_office)

    def counted(program, period=2026):
        answer = program.get(f"case_assessment/rates?period={period}").json
        return {stage["stage"]: stage["calls"] for stage in answer["stages"]}

    names = ("perceived", "analysed", "responded", "supervised", "fed_back", "improved")
    assert counted(program_of(town)) == dict(zip(names, (7, 6, 4, 3, 2, 1), strict=True))
    assert counted(program_of(office)) == dict(zip(names, (9, 8, 5, 4, 3, 2), strict=True))
    assert set(counted(program_of(office), 2025).values()) == {0}
    shown = browser_of(office).get("/case_assessment/rates?period=2026&_l_=zh").text
    for word in ("感知", "分析", "响应", "监督", "反馈", "优化"):
        assert f'<th scope="row">{word}</th>' in shown


@pytest.mark.parametrize("period", ["x", "2026-13", "1999", "2026-1", "", "20261"])
def test_a_period_is_a_month_or_a_year(browser_of, program_of, make, period):
    office = make.office(Duty.county_office)
    assert program_of(office).get(f"case_assessment/rates?period={period}").status_code == 400
    assert browser_of(office).get(f"/case_assessment/rates?period={period}").status_code == 400


@pytest.mark.requirement("TC-34")
def test_pairs_show_a_grudge_of_both_sides_or_of_one(browser_of, program_of, make):
    towns = [make.township(name=name) for name in ("Luoyang", "Xitan")]
    leads = [make.department(name=name) for name in ("Water", "Forestry")]
    good, bad = RatingLevel.satisfied, RatingLevel.dissatisfied

    def rated(town, lead, of_answer, of_call, times=5):
        for _ in range(times):
            call = make.call(town, lead=lead, state=CallState.resolved)
            for rating in make.ratings(call):
                level = of_answer if rating.rater_unit_id == town.id else of_call
                if level is not None:
                    make.rate(rating, level)

    rated(towns[0], leads[0], bad, bad)
    rated(towns[0], leads[1], bad, good)
    rated(towns[1], leads[0], good, bad)
    rated(towns[1], leads[1], good, good, times=4)
    office = make.office(Duty.county_office)

    def told(program):
        found = program.get("case_assessment/rates?period=2026").json["pairs"]
        return {(pair["township"]["name"], pair["department"]["name"]): pair["dissatisfied"] for pair in found}

    pairs = {("Luoyang", "Water"): "both", ("Luoyang", "Forestry"): "local", ("Xitan", "Water"): "answering"}
    assert told(program_of(office)) == pairs
    rated(towns[1], leads[1], good, good, times=1)
    assert told(program_of(office)) == pairs | {("Xitan", "Forestry"): "none"}
    assert set(told(program_of(towns[0]))) == {("Luoyang", "Water"), ("Luoyang", "Forestry")}
    page = browser_of(office).get("/case_assessment/rates?period=2026&_l_=zh").text
    assert page.count("双方均不满意</span>") == 1
    assert "0.0% <small>0/5</small>" in page
