"""An evaluation on its pages and by programs: sheets on one page, sealed; scores that open; who may see which."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from models.evaluation import CycleState, EvaluationIndicator, Side, SubjectKind
from models.evaluation_sheets import EvaluationSheet, Grade, SheetScore, SheetState
from models.organisation import Duty
from models.roles import RoleName
from models.rules.organisation import merge_into
from models.workflow import Refused
from tests.make import NOW
from tests.moments import ASKED

K, S = SubjectKind, CycleState


@pytest.fixture
def world(make):
    """A township and a department that are asked about each other's work."""
    town, office, other = make.township(), make.department(), make.department()
    for department in (office, other):
        make.item(department)
    return town, office, other


def boxes(make, cycle, unit, points):
    """What a browser posts: the same score everywhere."""
    laid = {row.id: row for row in make.indicators(cycle)}
    return {
        f"s{sheet.id}-{key}": points
        for sheet in make.sheets(cycle, rater_unit_id=unit.id)
        for key, row in laid.items()
        if (row.subject_kind, row.side) == (sheet.subject_kind, sheet.side) and row.source != "computed"
    }


@pytest.mark.requirement("TA-32", "LX-01")
def test_a_township_fills_in_all_its_sheets_on_one_page(browser_of, make, session, world):
    town, *_ = world
    cycle = make.cycle(None, S.open, K.department)
    browser, address = browser_of(town), f"/evaluation_cycle/{cycle.id}/sheets"
    page = browser.get(address).get_data(as_text=True)
    sent = boxes(make, cycle, town, "91.5")
    assert len(sent) == 6
    assert all(f'name="{name}"' in page for name in sent)
    first = next(iter(sent))
    assert browser.post(address, data={first: "91.5"}).status_code == 302
    assert [score.points for score in session.scalars(select(SheetScore))] == [pytest.approx(91.5)]
    assert browser.post(address, data=sent | {"submit": "1"}).status_code == 302
    session.expire_all()
    assert {sheet.state for sheet in make.sheets(cycle, rater_unit_id=town.id)} == {SheetState.submitted}
    assert len(session.scalars(select(SheetScore)).all()) == 6


@pytest.mark.requirement("ZG-14")
def test_a_page_with_the_sheets_of_a_merged_township_says_whose_each_is(browser_of, make, session, world):
    town, *_ = world
    kept = make.township()
    cycle = make.cycle(None, S.open, K.department)
    address = f"/evaluation_cycle/{cycle.id}/sheets"
    assert 'data-label="Evaluates"' not in browser_of(kept).get(f"{address}?_l_=en").text
    merge_into(session, town, kept, NOW.date())
    session.commit()
    page = browser_of(kept).get(f"{address}?_l_=en").text
    raters = re.findall(r'<td data-label="Evaluates">(.*?)</td>', page)
    assert raters == [town.name, kept.name] * 2
    assert f'aria-label="{town} → {world[1]} · ' in page


@pytest.mark.requirement("TA-32")
def test_a_sheet_tells_the_weight_of_every_indicator_with_or_without_a_standard(browser_of, make, world):
    town, *_ = world
    cycle = make.cycle(None, S.draft, K.department)
    row = next(row for row in make.indicators(cycle) if row.name == "依照清单履职")
    row.standard = ""
    make.session.commit()
    make.press(cycle, "open_cycle")
    page = browser_of(town).get(f"/evaluation_cycle/{cycle.id}/sheets").text
    assert f"<dt>{row.name} · {row.weight}%</dt><dd>–</dd>" in page


def test_an_indicator_is_about_an_item_in_force(browser_of, make, world):
    _, office, _ = world
    ended = make.item(office, title="Fires", state="superseded")
    in_force = make.item(office, title="Fires")
    browser = browser_of(make.office(Duty.assessment_office))
    found = browser.get("/evaluation_indicator/lookup/list_item?q=Fires").json
    assert ([row["id"] for row in found], ended.id in found) == ([in_force.id], False)


def test_a_cycle_shows_the_indicator_that_was_added_last(browser_of, make):
    cycle = make.cycle()
    added = make.lay(cycle, subject_kind=K.township, side="top_down", component="other")
    make.session.commit()
    assert added.name in browser_of(make.office(Duty.assessment_office)).get(f"/evaluation_cycle/{cycle.id}").text


@pytest.mark.parametrize("wrong", ["100.1", "-1", "9.55", "x", "NaN"])
def test_a_wrong_score_is_told_at_its_box_and_nothing_is_written(browser_of, make, session, world, wrong):
    town, *_ = world
    cycle = make.cycle(None, S.open, K.department)
    sent = boxes(make, cycle, town, "90")
    bad = list(sent)[2]
    answer = browser_of(town).post(f"/evaluation_cycle/{cycle.id}/sheets", data=sent | {bad: wrong, "submit": "1"})
    assert answer.status_code == 422
    assert "aria-invalid" in answer.get_data(as_text=True)
    assert session.scalars(select(SheetScore)).all() == []


def test_only_what_is_whole_is_submitted(browser_of, make, session, world):
    town, *_ = world
    cycle = make.cycle(None, S.open, K.department)
    sent = boxes(make, cycle, town, "90")
    sent.pop(next(iter(sent)))
    browser_of(town).post(f"/evaluation_cycle/{cycle.id}/sheets", data=sent | {"submit": "1"})
    session.expire_all()
    assert [sheet.state for sheet in make.sheets(cycle, rater_unit_id=town.id)] == [
        SheetState.draft,
        SheetState.submitted,
    ]


@pytest.mark.requirement("LX-22")
def test_a_survey_is_submitted_with_its_source(browser_of, make, session, world):
    make.village(world[0])
    cycle = make.cycle(None, S.open, K.community)
    office = make.office(Duty.assessment_office)
    browser, address = browser_of(office), f"/evaluation_cycle/{cycle.id}/sheets"
    sent = boxes(make, cycle, office, "93.2") | {"submit": "1"}
    refused = browser.post(address, data=sent)
    assert refused.status_code == 422
    box = re.search(r'<input class="input input-wrong" type="file" name="survey"[^>]*>', refused.text)[0]
    assert 'aria-describedby="f-survey-problem"' in box
    assert re.search(r'<p class="problem" id="f-survey-problem"><i [^>]+></i>.{8,}</p>', refused.text)
    file = (BytesIO(b"%PDF-1.4"), "调查.pdf")
    assert browser.post(address, data=sent | {"survey": file}).status_code == 302
    session.expire_all()
    (sheet,) = make.sheets(cycle, rater_unit_id=office.id)
    assert (sheet.state, sheet.file.name) == (SheetState.submitted, "调查.pdf")


@pytest.mark.requirement("TA-32")
def test_a_program_scores_and_submits_what_is_its_units(program_of, make, session, world):
    town, office, _ = world
    cycle = make.cycle(None, S.open, K.department)
    sheet, other = make.sheets(cycle, rater_unit_id=town.id)
    program = program_of(town)
    laid = [row for row in make.indicators(cycle) if row.side == "bottom_up"]
    refused = program.move("evaluation_sheet", sheet.id, "submit_sheet")
    assert (refused.status_code, "依照清单履职" in str(refused.json)) == (422, True)
    for row in laid:
        body = {"sheet": sheet.id, "indicator": row.id, "points": "88.5"}
        assert program.post("sheet_score/", json=body).status_code == 201
    assert program.move("evaluation_sheet", sheet.id, "submit_sheet").status_code == 200
    body = {"sheet": sheet.id, "indicator": laid[0].id, "points": "1"}
    assert program.post("sheet_score/", json=body).status_code == 422
    assert program_of(office).get(f"evaluation_sheet/{sheet.id}").status_code == 404
    assert program_of(office).post("sheet_score/", json=body | {"sheet": other.id}).status_code == 422


@pytest.mark.requirement("TA-32")
def test_a_sealed_sheet_is_its_writers_alone_until_the_cycle_closes(program_of, make, world):
    town, *_ = world
    cycle = make.cycle(None, S.open, K.department)
    sheet = make.sheets(cycle, rater_unit_id=town.id)[0]
    make.fill(sheet)
    county = make.office(Duty.county_office)
    others = {
        "assessor": program_of(make.office(Duty.assessment_office)),
        "leader": program_of(make.office(Duty.leadership)),
        "admin": program_of(county, RoleName.admin),
        "subject": program_of(make.session.get_one(type(town), sheet.subject_unit_id)),
        "township": program_of(make.township()),
    }
    path = f"evaluation_sheet/{sheet.id}"
    assert program_of(town).get(path).status_code == 200
    assert {name: program.get(path).status_code for name, program in others.items()} == dict.fromkeys(others, 404)
    make.press(cycle, "close_cycle")
    codes = {name: program.get(path).status_code for name, program in others.items()}
    assert codes == {"assessor": 200, "leader": 200, "admin": 200, "subject": 404, "township": 404}


@pytest.mark.requirement("TC-53")
def test_departments_are_told_every_departments_score_and_townships_their_own_alone(program_of, make, world):
    town, office, other = world
    second = make.township()
    cycle = make.cycle(None, S.open, K.department, K.township)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)

    def seen(unit, *roles):
        rows = program_of(unit, *roles).get("score_result/?page_size=100").json["result"]
        return {row["unit"]["id"] for row in rows}

    assert seen(office) == seen(town) == set()
    assert seen(make.office(Duty.assessment_office)) == {office.id, other.id, town.id, second.id}
    assert seen(make.office(Duty.editorial_office)) == set()
    scorer = program_of(make.office(Duty.county_office), RoleName.scorer)
    assert scorer.move("evaluation_cycle", cycle.id, "confirm_scores").status_code == 200
    assert scorer.move("evaluation_cycle", cycle.id, "publish_scores").status_code == 403
    make.session.refresh(cycle)
    make.press(cycle, "publish_scores")
    assert seen(office) == {office.id, other.id}
    assert seen(town) == {office.id, other.id, town.id}
    assert seen(make.office(Duty.editorial_office)) == {office.id, other.id, town.id, second.id}
    found = program_of(make.office(Duty.leadership)).get("score_result/?page_size=100").json["result"]
    assert {row["place"] for row in found if row["unit"]["id"] in (town.id, second.id)} == {None}


@pytest.mark.requirement("TC-53", "TC-55")
def test_a_score_opens_into_its_parts_and_these_into_their_records(browser_of, program_of, make, session, world):
    town, office, _ = world
    call = make.call(town, lead=office, state="closed", at=NOW.replace(day=2))
    cycle = make.cycle(None, S.open, K.department)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores", "confirm_scores", "publish_scores"):
        make.press(cycle, name)
    result = make.result(cycle, office)
    program = program_of(office)
    told = program.get(f"score_result/{result.id}/calculator").json
    assert (told["total"], told["recomputed"], told["share"]) == (f"{result.total}", f"{result.total}", "33.33")
    parts = {part["indicator"]["name"]: part for part in told["result"]}
    part = make.assignments(call)[0]
    assert parts["响应率"]["records"] == {"of": [part.id], "with": [part.id]}
    assert (parts["响应率"]["value"], parts["响应率"]["weight"]) == ("100.00", "15.00")
    sheets = session.scalars(
        select(EvaluationSheet.id).where(EvaluationSheet.side == "bottom_up").order_by(EvaluationSheet.id)
    )
    assert set(parts["依照清单履职"]["records"]["of"]) <= set(sheets)
    page = browser_of(office).get(f"/score_result/{result.id}/calculator").get_data(as_text=True)
    assert f"33.33% × {result.bottom_up} + 66.67% × {result.top_down} = <b>{result.total}</b>" in page
    for side, value in (("bottom_up", result.bottom_up), ("top_down", result.top_down)):
        of_side = [part for part in parts.values() if part["side"] == side and part["value"] is not None]
        said = " + ".join(f"{part['weight']}% × {part['value']}" for part in of_side)
        whole = sum(Decimal(part["weight"]) for part in of_side)
        said = said if whole == 100 else f"({said}) ÷ {whole}%"
        assert f"<dd>{said} = <b>{value}</b></dd>" in page
    assert f"/call_assignment/{part.id}" in page
    assert "结果一致" in page


@pytest.mark.requirement("TC-53", "TA-39")
def test_the_calculator_shows_what_each_township_weighs_and_how_indicators_add_up(browser_of, make, session, world):
    town, office, _ = world
    second = make.township()
    agency = make.agency(town, second, department=office, state="in_force")
    make.call(town, lead=office, state="dispatched", at=NOW - timedelta(days=9))
    cycle = make.cycle(None, S.open, K.agency, K.township)
    for sheet in make.sheets(cycle):
        make.fill(sheet, {town.id: "80", second.id: "90"}.get(sheet.rater_unit_id, "85"))
    make.press(make.aggregate(cycle, agency.unit), "submit_aggregate")
    make.press(cycle, "close_cycle")
    make.press(cycle, "compute_scores")
    browser = browser_of(make.office(Duty.assessment_office))

    def page(unit):
        return browser.get(f"/score_result/{make.result(cycle, unit).id}/calculator?_l_=en").text

    weights = {sheet.rater_unit_id: sheet.coverage for sheet in make.sheets(cycle, side="bottom_up")}
    of_agency = page(agency.unit)
    for unit, points in ((town, "80.0"), (second, "90.0")):
        assert f"<b>{points}</b> · weight {weights[unit.id]}</li>" in of_agency
    result = make.result(cycle, town)
    weighed = [(part.weight, part.value) for part in make.parts(result).values() if part.value is not None]
    said = " + ".join(f"{weight}% × {value}" for weight, value in weighed)
    whole = sum(weight for weight, _ in weighed)
    assert len(weighed) > 1
    assert whole < 100  # nothing was rated: the rest makes up the whole
    assert f"<dd>({said}) ÷ {whole}% = <b>{result.total}</b></dd>" in page(town)


@pytest.mark.requirement("TA-39", "TC-53")
def test_the_calculator_of_an_agency_of_which_a_township_is_silent_shows_nothing_from_below(browser_of, make, world):
    town, office, _ = world
    agency = make.agency(town, make.township(), department=office, state="in_force")
    cycle = make.cycle(None, S.open, K.agency)
    make.fill(make.sheets(cycle, rater_unit_id=town.id)[0], "94.6")
    make.fill_all(cycle, side="top_down")
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, agency.unit)
    address = f"/score_result/{result.id}/calculator?_l_=en"
    page = browser_of(make.office(Duty.assessment_office)).get(address).text
    below, above = (page.split(f'id="side-{side}"')[1].split("</section>")[0] for side in ("bottom_up", "top_down"))
    assert re.findall(r'class="count">(.+?)<', below + above) == ["–", f"{result.top_down}"]
    assert "Regional agency (R17)" in below
    assert "<dt>Formula</dt>" not in below
    assert "<dt>Formula</dt>" in above
    assert "Regional agency (R17)" not in above
    assert "the same number" in page


@pytest.mark.requirement("TC-53")
def test_the_calculator_says_of_a_call_whether_it_met_what_is_counted(browser_of, make, session, world):
    town, office, _ = world
    kept, missed = (make.call(town, lead=office, state="dispatched", at=NOW - timedelta(days=days)) for days in (9, 8))
    for call, answered in ((kept, NOW - timedelta(days=7)), (missed, None)):
        (part,) = make.assignments(call)
        part.respond_due, part.responded_at = NOW - timedelta(days=6), answered
    session.commit()
    cycle = make.cycle(None, S.open, K.department)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    browser = browser_of(make.office(Duty.assessment_office))
    page = browser.get(f"/score_result/{make.result(cycle, office).id}/calculator?_l_=en").text
    said = dict(re.findall(r'/call_assignment/(\d+)">.+?</a> · <span class="tag tag-\w+">(.+?)</span>', page))
    assert said == {f"{make.assignments(kept)[0].id}": "met", f"{make.assignments(missed)[0].id}": "not met"}


@pytest.mark.requirement("LX-22")
def test_the_calculator_of_a_community_without_a_survey_says_why_there_is_no_total(browser_of, make, world):
    village = make.village(world[0])
    cycle = make.cycle(None, S.open, K.community)
    make.fill_all(cycle, side="top_down")
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    address = f"/score_result/{make.result(cycle, village).id}/calculator?_l_=en"
    page = browser_of(make.office(Duty.assessment_office)).get(address).text
    assert "Resident satisfaction (R33): without the residents&#39; survey there is no total." in page
    assert "the same number" in page


@pytest.mark.requirement("TC-53")
def test_scores_are_shown_in_the_columns_that_say_something_with_the_way_to_appeal(browser_of, program_of, make, world):
    town, office, other = world
    cycle = make.cycle(None, S.open, K.department, K.township)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores", "confirm_scores", "publish_scores"):
        make.press(cycle, name)
    own, others = (make.result(cycle, unit) for unit in (office, other))
    department = browser_of(office, RoleName.department_head)

    def scores(browser):
        """(headings of each kind, labels of the first card of each, which scores offer an appeal)"""
        page = browser.get(f"/evaluation_cycle/{cycle.id}/scores?_l_=en").text
        tables = re.findall(r"<table.+?</table>", page, re.DOTALL)
        heads = [re.findall(r'<th scope="col">(.+?)</th>', table) for table in tables]
        first = [re.findall(r'data-label="(.+?)"', table.split("</tr>")[1]) for table in tables]
        assert all('class="table table-numbers table-cards"' in table for table in tables)
        return heads, first, re.findall(r"/score_appeal/add\?result=(\d+)", page)

    sides = ["Rank", "Share from below, percent", "From below", "From above"]
    heads, labels, offered = scores(department)
    assert heads == [["Unit", *sides, "Score", "Grade"]]
    assert labels == [[*sides, "Score", "Grade"]]
    assert offered == [str(own.id)]
    heads, labels, offered = scores(browser_of(town, RoleName.township_head))
    assert heads[1] == ["Unit", "Score", "Grade"]
    assert labels[1] == ["Score", "Grade"]
    assert offered == [str(make.result(cycle, town).id)]
    add = "/score_appeal/add?result="
    assert f"{add}{own.id}" in department.get(f"/score_result/{own.id}/calculator").text
    assert add not in department.get(f"/score_result/{others.id}/calculator").text

    appeal = make.appeal(own)
    make.press(appeal, "uphold_appeal", corrected_total=Decimal("59.99"), answer="Yes.", signature="A")
    heads, labels, offered = scores(department)
    assert heads == [["Unit", *sides, "Score", "Grade", "Corrected score"]]
    assert offered == []
    page = department.get(f"/score_result/{own.id}/calculator?_l_=en").text
    assert '59.99 <span class="tag tag-danger">Unqualified</span>' in page
    make.press(make.appeal(make.result(cycle, other)), "withdraw_appeal")
    other_one = browser_of(other, RoleName.department_head)
    assert scores(other_one)[2] == [str(others.id)]

    def asked():
        """(whether the score's page offers an appeal, which scores the form does)"""
        page = other_one.get(f"/score_result/{others.id}").text
        return "/score_appeal/add" in page, [row["id"] for row in other_one.get("/score_appeal/lookup/result").json]

    assert asked() == (True, [others.id])
    cycle.appeal_due = ASKED
    make.session.commit()
    assert asked() == (True, [others.id])
    cycle.appeal_due = ASKED - timedelta(seconds=1)
    make.session.commit()
    assert scores(other_one)[2] == []
    assert asked() == (False, [])
    program = program_of(other, RoleName.department_head)
    late = program.post("score_appeal/", json={"result": others.id, "reason": "Late."})
    assert late.status_code == 422


@pytest.mark.requirement("TS-03")
@pytest.mark.parametrize(
    ("resource", "column"),
    [
        *(("score_result", name) for name in ("total", "grade", "bottom_up", "top_down", "capped_by", "place")),
        *(("score_part", name) for name in ("value", "numerator", "denominator")),
        *(("score_appeal", name) for name in ("published_total", "corrected_total")),
        ("sheet_score", "points"),
    ],
)
def test_nobody_ranks_townships_by_sorting_a_list(browser_of, program_of, make, resource, column):
    assessment = make.office(Duty.assessment_office)
    browser, program = browser_of(assessment), program_of(assessment)
    for address in (f"/{resource}/", f"/{resource}/export.xlsx"):
        for name, status in (("id", 200), (column, 400)):
            with browser.get(f"{address}?order={name}&dir=desc") as answer:
                assert answer.status_code == status
        assert f"order={column}" not in browser.get(f"/{resource}/").text
    asked = [program.get(f"{resource}/?q=(order_column:{name})") for name in ("id", column)]
    assert [answer.status_code for answer in asked] == [200, 400]
    assert column not in asked[0].json["order_columns"]


@pytest.mark.requirement("TA-39")
def test_who_has_sent_what_is_told_in_numbers_alone(program_of, make, world):
    town, office, _ = world
    make.township()
    cycle = make.cycle(None, S.open, K.department)
    make.fill(make.sheets(cycle, rater_unit_id=town.id)[0])
    path = f"evaluation_cycle/{cycle.id}/progress"
    rows = program_of(make.office(Duty.assessment_office)).get(path).json["result"]
    assert [(row["done"], row["whole"]) for row in rows if row["unit"]["id"] == town.id] == [(1, 2)]
    assert len(rows) == 3
    own = program_of(town).get(path).json["result"]
    assert [(row["unit"]["id"], row["done"], row["whole"]) for row in own] == [(town.id, 1, 2)]
    assert program_of(office).get(path).json["result"] == []


@pytest.mark.requirement("TA-40")
def test_the_excellence_cap_is_told_in_chinese_by_its_name(program_of, make, world):
    town, office, _ = world
    agency = make.agency(town, department=office, state="in_force")
    cycle = make.cycle(None, S.open, K.agency)
    make.fill_all(cycle, "85")
    gathered = make.aggregate(cycle, agency.unit)
    assert program_of(town).move("agency_aggregate", gathered.id, "submit_aggregate").status_code == 200
    head = program_of(office, RoleName.department_head)
    refused = head.move("agency_aggregate", gathered.id, "grade_agency", grade="excellent")
    assert refused.status_code == 422
    assert "优秀等次限制规则（R18）" in str(refused.json)
    assert head.move("agency_aggregate", gathered.id, "grade_agency", grade="good").status_code == 200


@pytest.fixture
def gathered(make, world):
    """What the seat has submitted of an agency that nobody graded, in a cycle that is computed."""
    agency = make.agency(world[0], department=world[1], state="in_force")
    cycle = make.cycle(None, S.open, K.agency)
    make.fill_all(cycle)
    found = make.aggregate(cycle, agency.unit)
    make.press(found, "submit_aggregate")
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    return found


@pytest.mark.requirement("TA-40")
def test_who_confirms_scores_is_told_once_how_many_agencies_have_no_grade(browser_of, program_of, make, gathered):
    office = make.office(Duty.assessment_office)
    address = f"/evaluation_cycle/{gathered.cycle_id}/move/confirm_scores"
    browser = browser_of(office)
    assert 'name="all_the_same"' in browser.get(address).text
    refused = browser.post(f"{address}?_l_=en", data={})
    assert refused.status_code == 422
    assert f"1 agencies have no grade yet, “{gathered.unit.name}” first." in refused.text
    assert browser.post(address, data={"all_the_same": "1"}).status_code == 302
    make.session.refresh(gathered.cycle)
    assert gathered.cycle.state is S.confirmed


@pytest.mark.requirement("TA-40")
def test_who_confirms_scores_of_agencies_that_are_graded_is_asked_nothing(browser_of, make, gathered):
    make.press(gathered, "grade_agency", grade=Grade.good)
    make.press(gathered.cycle, "compute_scores")
    address = f"/evaluation_cycle/{gathered.cycle_id}/move/confirm_scores"
    browser = browser_of(make.office(Duty.assessment_office))
    assert "all_the_same" not in browser.get(address).text
    assert browser.post(address, data={}).status_code == 302


GRADED = "grade_agency", "Grade an agency"


def offered(browser, gathered, move, title):
    """Whether a move is offered of what a seat gathers: on its page, and on the desk."""
    page, desk = browser.get(f"/agency_aggregate/{gathered.id}").text, browser.get("/?_l_=en").text
    return f"/move/{move}" in page, title in desk


@pytest.mark.requirement("TA-40")
def test_what_is_confirmed_is_offered_to_nobody_to_grade(browser_of, program_of, make, gathered):
    head = browser_of(gathered.department, RoleName.department_head)
    assert offered(head, gathered, *GRADED) == (True, True)
    program = program_of(make.office(Duty.assessment_office))
    assert program.move("evaluation_cycle", gathered.cycle_id, "confirm_scores").status_code == 200
    assert offered(head, gathered, *GRADED) == (False, False)


@pytest.mark.requirement("TA-40")
def test_who_let_their_own_sheet_lapse_is_not_offered_to_grade_the_agency(browser_of, make, world):
    agency = make.agency(world[0], department=world[1], state="in_force")
    cycle = make.cycle(None, S.open, K.agency)
    make.fill_all(cycle, side="bottom_up")
    found = make.aggregate(cycle, agency.unit)
    make.press(found, "submit_aggregate")
    head = browser_of(world[1], RoleName.department_head)
    assert offered(head, found, *GRADED) == (True, True)
    make.press(cycle, "close_cycle")
    assert offered(head, found, *GRADED) == (False, False)
    with pytest.raises(Refused, match="has lapsed") as said:
        make.press(found, "grade_agency", grade=Grade.good)
    assert said.value.details == {"agency": agency.unit.name}


@pytest.mark.requirement("TA-39")
def test_a_seat_is_not_asked_to_submit_what_is_confirmed(browser_of, make, world):
    town, office, _ = world
    agency = make.agency(town, department=office, state="in_force")
    cycle = make.cycle(None, S.open, K.agency)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    browser, found = browser_of(town), make.aggregate(cycle, agency.unit)
    submitted = "submit_aggregate", "Submit what all townships say of an agency"
    assert offered(browser, found, *submitted) == (True, True)
    make.press(cycle, "confirm_scores")
    assert offered(browser, found, *submitted) == (False, False)


@pytest.mark.requirement("TA-39")
def test_a_seat_is_told_whose_part_is_missing_and_submits_when_all_are_in(browser_of, program_of, make, world):
    town, office, _ = world
    others = [make.township(), make.township()]
    agency = make.agency(town, *others, department=office, weights=("50", "30", "20"), state="in_force")
    cycle = make.cycle(None, S.open, K.agency)
    gathered = make.aggregate(cycle, agency.unit)

    def seen(unit):
        """(whose part is missing, whether the move is offered)"""
        page = browser_of(unit).get(f"/agency_aggregate/{gathered.id}?_l_=en").text
        missing = re.search(r"<dt>Still missing</dt><dd>(.+?)</dd>", page)
        return missing and missing[1], "/move/submit_aggregate" in page

    make.fill(make.sheets(cycle, rater_unit_id=town.id)[0])
    assert seen(town) == ("、".join(unit.name for unit in others), False)
    assert seen(others[0]) == seen(office) == (None, False)
    refused = program_of(town, RoleName.township_head).move("agency_aggregate", gathered.id, "submit_aggregate")
    assert (refused.status_code, "区域派驻机构汇总规则（R17）" in str(refused.json)) == (422, True)
    make.fill(make.sheets(cycle, rater_unit_id=others[0].id)[0])
    assert seen(town) == (others[1].name, False)
    make.fill(make.sheets(cycle, rater_unit_id=others[1].id)[0])
    assert seen(town) == (None, True)


@pytest.mark.requirement("TA-39")
def test_who_closes_a_cycle_by_hand_is_told_once_how_many_sheets_are_not_in(browser_of, make, world):
    cycle = make.cycle(None, S.open, K.department)
    first, *others = make.sheets(cycle)
    make.fill(first)
    browser = browser_of(make.office(Duty.assessment_office))
    address = f"/evaluation_cycle/{cycle.id}/move/close_cycle"
    refused = browser.post(f"{address}?_l_=en", data={})
    assert refused.status_code == 422
    said = (
        f"{len(others)} of {len(others) + 1} sheets are not in, and would lapse. Wait for them until {cycle.closes_on}"
    )
    assert said in refused.text
    assert browser.post(address, data={"all_the_same": "1"}).status_code == 302
    make.session.refresh(cycle)
    assert cycle.state is S.closed


def test_who_closes_a_cycle_whose_sheets_are_all_in_is_asked_nothing(browser_of, make, world):
    cycle = make.cycle(None, S.open, K.department)
    make.fill_all(cycle)
    browser = browser_of(make.office(Duty.assessment_office))
    address = f"/evaluation_cycle/{cycle.id}/move/close_cycle"
    assert "all_the_same" not in browser.get(address).text
    assert browser.post(address, data={}).status_code == 302


@pytest.mark.requirement("TA-30", "TC-54")
def test_what_a_cycle_lacks_is_told_in_chinese_by_the_name_of_its_rule(program_of, make, world):
    cycle = make.cycle(None, S.draft, K.department)
    (row,) = [row for row in make.indicators(cycle) if row.name == "响应率"]
    program = program_of(make.office(Duty.assessment_office))
    assert program.put(f"evaluation_indicator/{row.id}", json={"weight": "14"}).status_code == 200
    refused = program.move("evaluation_cycle", cycle.id, "open_cycle")
    assert refused.status_code == 422
    assert "考核权重规则（R22）" in str(refused.json)
    share = program.put(f"evaluation_cycle/{cycle.id}", json={"township_share_department": "29"})
    assert "部门得分规则（R15）" in str(share.json)
    share = program.put(f"evaluation_cycle/{cycle.id}", json={"township_share_agency": "59"})
    assert "派驻机构得分规则（R16）" in str(share.json)


@pytest.mark.requirement("TC-54", "R22")
def test_a_draft_shows_what_its_weights_make_and_the_refusal_says_it_once(browser_of, make, world):
    cycle = make.cycle(None, S.draft, K.department, K.township)
    row = next(row for row in make.indicators(cycle) if row.subject_kind is K.township)
    row.weight += 5
    make.session.commit()
    browser = browser_of(make.office(Duty.assessment_office))
    cells = re.compile(r'<th scope="row">(.+?)</th><td class="said".*?>(.+?)</td><td .*?tag-(\w+)">(.+?)</span>')
    expected = [
        ("Departments", "From below", "done", "100.00"),
        ("Departments", "From above", "done", "100.00"),
        ("Townships and streets", "both sides together", "danger", "105.00"),
    ]
    for page in ("", "/weights"):
        assert cells.findall(browser.get(f"/evaluation_cycle/{cycle.id}{page}?_l_=en").text) == expected
    with pytest.raises(Refused) as told:
        make.press(cycle, "open_cycle")
    said = "those of “Townships and streets” on both sides make 105.00, and must make 100."
    assert said in told.value.args[0] % told.value.details
    make.session.rollback()
    row.weight -= 5
    make.session.commit()
    make.press(cycle, "open_cycle")
    assert "/weights" not in browser.get(f"/evaluation_cycle/{cycle.id}").text


@pytest.mark.requirement("TC-54")
def test_the_weights_of_each_cycle_are_kept_and_stand_beside_each_other(browser_of, program_of, make, world):
    first, second = (make.cycle(None, S.draft, K.department) for _ in "12")
    for cycle in (first, second):
        make.indicators(cycle)
    laid = select(EvaluationIndicator).where(
        EvaluationIndicator.cycle_id == second.id, EvaluationIndicator.side == Side.top_down
    )
    more, less, *_ = make.session.scalars(laid.order_by(EvaluationIndicator.weight.desc()))
    assert more.component is not less.component
    more.weight, less.weight = more.weight + 5, less.weight - 5
    make.session.commit()
    make.press(first, "open_cycle")
    office = make.office(Duty.assessment_office)
    told = program_of(office).get("evaluation_indicator/charts/0?_l_=en").json
    assert told["labels"] == [str(first), str(second)]
    changed = {part["name"]: part["data"][1] - part["data"][0] for part in told["series"]}
    assert {name: by for name, by in changed.items() if by} == {
        more.component.label: 5, less.component.label: -5}  # fmt: skip
    assert [sum(part["data"][at] for part in told["series"]) for at in (0, 1)] == [100, 100]
    browser = browser_of(office)
    leads = [
        'href="/evaluation_indicator/charts"' in browser.get(f"/evaluation_cycle/{cycle.id}").text
        for cycle in (first, second)
    ]
    assert leads == [True, False]


@pytest.mark.requirement("TC-54", "TA-32")
def test_a_cycle_needs_no_more_than_its_days_and_gets_the_usual_indicators(program_of, make):
    program = program_of(make.office(Duty.assessment_office))
    days = {"starts_on": "2026-01-01", "ends_on": "2026-06-30", "closes_on": "2026-12-31"}
    made = program.post("evaluation_cycle/", json={"name": "Half a year", "period": "half_year"} | days)
    assert made.status_code == 201, made.json
    told = program.get(f"evaluation_cycle/{made.json['id']}").json["result"]
    assert [told[name] for name in ("township_share_department", "township_share_agency")] == ["33.33", "60.00"]
    laid = program.get("evaluation_indicator/?page_size=100").json
    assert laid["count"] == 22
    assert program.post("evaluation_indicator/", json={"cycle": made.json["id"], "subject_kind": "department",
        "side": "top_down", "name": "More", "weight": "1"}).status_code == 201  # fmt: skip
