"""The charts for leaders: what each counts, that its rows are as many, who is ranked and who never, and the files."""

import html
import io
import json
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from app.leaders_charts import CHARTS
from models.admissions import AdmissionState, GuaranteeState
from models.agencies import AgencyState
from models.assigned import MatterState
from models.calls import AssignmentState, CallSource, CallState, FailureKind
from models.coordination import CaseState
from models.evaluation import CycleState, SubjectKind
from models.evaluation_sheets import Grade
from models.irregular import ReportState
from models.items import AttachmentKind
from models.organisation import Duty
from models.personnel import ChangeKind, ChangeState
from models.ratings import RatingLevel
from models.rectification import RectificationState
from models.roles import RoleName
from models.rules.reckoning import total_of
from models.scores import CappedBy, ScoreResult
from models.supervision import OrderState
from models.words import CallScope, Misconduct
from tests.make import ASSIGNMENT_PATHS, NOW, SOON
from tests.models.look import china

AUTUMN = "from=2026-09-01&to=2026-12-31"


def panels(browser, asks=AUTUMN, language="en"):
    """By name: what the page's script draws; None where there is nothing to draw."""
    answer = browser.get(f"/leaders/?{asks}&_l_={language}")
    assert answer.status_code == 200
    found = {}
    for part in answer.text.split('id="panel-')[1:]:
        drawn = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', part)
        found[part.partition('"')[0]] = json.loads(drawn[1]) if drawn else None
    return found


def told(panel):
    """{label: {series: number}}, without noughts."""
    if panel is None:
        return {}
    return {
        label: {part["name"]: part["data"][at] for part in panel["series"] if part["data"][at]}
        for at, label in enumerate(panel["labels"])
    }


def facts(browser, name, asks=AUTUMN):
    page = browser.get(f"/leaders/?{asks}&_l_=en").text.split(f'id="panel-{name}"')[1].split('id="panel-')[0]
    line = re.search(r'<p class="panel-facts">(.*?)</p>', page, re.DOTALL)
    return re.findall(r"<span>(.*?)<b>(.*?)</b></span>", line[1]) if line else []


def rows(browser, address):
    answer = browser.get(f"{address}&_l_=en")
    assert answer.status_code == 200, address
    return int(re.search(r"(\d+) rows\.", answer.text)[1])


@pytest.fixture(autouse=True)
def looked_at(monkeypatch):
    """The page is looked at on the first of December, whenever the tests run."""
    monkeypatch.setattr("app.leaders.now", lambda: china("12-01 09:00"))
    monkeypatch.setattr("app.leaders.today", lambda: date(2026, 12, 1))


@pytest.fixture
def leader(browser_of, make):
    return browser_of(make.office(Duty.leadership))


@pytest.fixture
def county(make):
    """Something behind every panel but those of people; the same a county away, of which nobody here is told."""
    for home in (make.home, make.county()):
        town, lead = make.township(home), make.department(home)
        item = make.item(lead)
        make.call(town, state=CallState.closed, item=item, source=CallSource.grid)
        make.failure(caller=town, lead=lead, item=item)
        case = make.case(caller=town, item=item, state=CaseState.filed)
        make.order(assignment=make.assignment(caller=town, item=item), misconduct=Misconduct.slow)
        make.rectification(lead, misconduct=Misconduct.sham, by=make.actor(make.office(Duty.supervision_office, home)))
        make.matter(lead, town, state=MatterState.in_force)
        make.admission(lead, townships=[town], state=AdmissionState.in_force)
        make.report(town, lead, state=ReportState.upheld)
        make.transfer_plan(town, 2)
    return case


# Numbers and rows


@pytest.fixture
def everywhere(make):
    """A township and a department with something in every state."""
    town, lead, helper = make.township(), make.department(), make.department()
    item = make.item(lead, category="water")
    for state in CallState:
        make.call(town, state=state, item=item, cooperating=[helper], source=CallSource.grid)
    for part in ASSIGNMENT_PATHS:
        make.assignment(lead=lead, state=part)
    for stage in CaseState:
        make.case(caller=town, item=item, state=stage)
    make.failure(FailureKind.inaction, lead=lead)
    make.order(assignment=make.assignment(caller=town, lead=lead), misconduct=Misconduct.slow)
    make.rectification(lead, misconduct=Misconduct.sham)
    make.matter(lead, town, state=MatterState.in_force)
    make.admission(lead, townships=[town], state=AdmissionState.in_force)
    make.report(town, lead, state=ReportState.upheld)
    make.paid_in(5)
    make.lent(town, 2)
    make.transfer_plan(town, 2)
    make.change(make.staff(make.agency(town, department=lead, state=AgencyState.in_force)), state=ChangeState.effective)
    return lead


def numbers(panel):
    """(address of the rows, number) for each that leads to rows."""
    for part, series in zip(panel["parts"], panel["series"], strict=True):
        for key, number in zip(panel["keys"], series["data"], strict=True):
            if number:
                yield f"{panel['rows']}&key={key}&part={part}", number


MEASURED = {"rates", "hours", "answers", "stages", "posted", "departments", "agencies"}
"""Shares, and times: what they are made of is looked at one by one."""
SUMMED = {"quotas", "transfers"}
"""Each of their rows says how many."""


@pytest.mark.long
@pytest.mark.parametrize("of_unit", [False, True])
def test_behind_every_number_are_as_many_rows(browser_of, make, everywhere, of_unit):
    editor = browser_of(make.office(Duty.editorial_office))
    tried = set()
    for name, panel in panels(editor, f"{AUTUMN}&unit={everywhere.id}" if of_unit else AUTUMN).items():
        for address, number in numbers(panel) if panel and name not in MEASURED else ():
            assert rows(editor, address) == (1 if name in SUMMED else number), (name, address)
            tried.add(name)
    counting = {source.name for chart in CHARTS for source in chart.sources}
    left = MEASURED | {"idle", "adjustments"} | (SUMMED if of_unit else set())
    assert tried == counting - left


@pytest.mark.requirement("LX-29")
def test_behind_a_rate_are_the_rows_that_it_is_made_of(leader, make):
    lead, town = make.department(name="Water"), make.township()
    for _ in range(3):
        make.call(town, lead=lead, state=CallState.closed)
    for state in (CallState.resolved, CallState.in_progress):
        make.call(town, lead=lead, state=state)
    panel = panels(leader)["rates"]
    assert told(panel) == {"Water": {"Response rate": 100.0, "Resolution rate": 100.0}}
    parts = [(part, rows(leader, f"{panel['rows']}&key={lead.id}&part={part}")) for part in panel["parts"]]
    assert parts == [("response", 5), ("resolution", 4), ("satisfaction", 3)]


def cells(browser, name):
    """The numbers in the table of a panel: (what it says, the rows that it leads to, or nothing)."""
    page = browser.get(f"/leaders/?{AUTUMN}&_l_=en").text.split(f'id="panel-{name}"')[1].split('id="panel-')[0]
    found = re.findall(r'<td>(?:<a href="([^"]+)">)?([^<]+)(?:</a>)?</td>', page)
    return [(said, html.unescape(address)) for address, said in found]


@pytest.mark.requirement("LX-29")
def test_a_share_of_nothing_met_and_one_too_small_to_tell_lead_to_their_rows(leader, make):
    lead, town = make.department(name="Water"), make.township()
    silent = make.assignments(make.call(town, lead=lead, state=CallState.dispatched, at=china("10-12 09:00")))[0]
    (response, there), (resolution, open_), (satisfaction, nothing) = cells(leader, "rates")
    assert (response, resolution, satisfaction, nothing) == ("0.0%", "0.0%", "–", "")
    assert [rows(leader, address) for address in (there, open_)] == [1, 1]
    assert f"/call_assignment/{silent.id}" in leader.get(there).text
    make.call(town, lead=lead, state=CallState.closed, at=china("10-13 09:00"))
    *_, (satisfaction, rated) = cells(leader, "rates")
    assert (satisfaction, rows(leader, rated)) == ("1 times", 1)


@pytest.mark.requirement("TC-33", "TC-40")
def test_behind_hours_and_days_are_the_answers_and_cases_that_they_are_the_mean_of(leader, make):
    lead = make.department(name="Water")
    for state in (CallState.in_progress, CallState.in_progress, CallState.dispatched):
        make.call(make.township(), lead=lead, state=state, at=china("11-12 09:00"))
    ((said, answers),) = cells(leader, "answers")
    assert (said, rows(leader, answers)) == ("0.0 h", 2)
    make.case(state=CaseState.decided, at=china("11-02 09:00"))
    case = make.free_case(state=CaseState.filed, at=china("11-03 09:00"))
    make.press(case, "order_execution", at=china("11-30 09:00"))
    make.free_case(state=CaseState.negotiating, at=china("11-04 09:00"))
    make.free_case(state=CaseState.withdrawn, at=china("11-04 09:00"))
    found = cells(leader, "stages")
    assert [rows(leader, address) if address else 0 for _, address in found] == [2, 1, 1, 0]


@pytest.mark.requirement("LX-29")
def test_departments_are_ranked_by_the_share_that_they_answer_in_time(leader, make):
    good, bad, town = make.department(name="Good"), make.department(name="Bad"), make.township(name="Luoyang")
    make.call(town, lead=good, state=CallState.dispatched, at=china("10-12 09:00"))
    make.call(bad, lead=town, state=CallState.in_progress, at=china("10-12 09:00"))
    for lead in (bad, bad, good):
        make.call(town, lead=lead, state=CallState.in_progress, at=china("10-12 09:00"))
    make.call(town, lead=bad, state=CallState.dispatched, at=china("10-12 09:00"))
    make.call(town, lead=bad, state=CallState.dispatched, at=china("10-12 09:00"))
    make.call(town, lead=good, state=CallState.in_progress, at=china("10-12 09:00"))
    found = told(panels(leader)["rates"])
    assert [(unit, rates["Response rate"]) for unit, rates in found.items()] == [("Good", 66.7), ("Bad", 50.0)]


def test_townships_are_never_ranked(browser_of, make, session):
    """B5: they stand by their code in every chart that names them, however much each has."""
    busy, idle, lead = make.township(name="Busy"), make.township(name="Idle"), make.department()
    busy.code, idle.code = "Z2", "Z1"
    session.commit()
    item = make.item(lead)
    make.paid_in(9)
    for number, town in ((3, busy), (1, idle)):
        for _ in range(number):
            make.call(town, item=item, state=CallState.closed, source=CallSource.grid)
            make.matter(lead, town, state=MatterState.in_force)
        make.lent(town, number)
        make.transfer_plan(town, number)
    found = panels(browser_of(make.office(Duty.leadership)))
    for name, sizes in {"grid_townships": [1, 3], "burden": [1, 3], "quotas": [1, 3], "transfers": [1, 3]}.items():
        assert list(told(found[name])) == ["Idle", "Busy"], name
        assert [sum(data) for data in zip(*(s["data"] for s in found[name]["series"]), strict=True)] == sizes, name
    ranked = {name for name, panel in found.items() if panel and {"Busy", "Idle"} & set(panel["labels"])}
    assert ranked == {"grid_townships", "burden", "quotas", "transfers"}, (
        "a chart that names townships is not in this test"
    )


# One after another


@pytest.mark.requirement("TS-12")
def test_calls_by_month_say_how_much_they_grew(leader, make):
    for month, calls in (("07", 2), ("10", 3), ("11", 6)):
        for _ in range(calls):
            make.call(state=CallState.submitted, at=china(f"{month}-09 09:00"))
    asks = "from=2026-07-01&to=2026-12-31"
    assert [sum(month.values()) for month in told(panels(leader, asks)["calls"]).values()] == [2, 0, 0, 3, 6]
    page = leader.get(f"/leaders/?{asks}&_l_=en").text.split('id="panel-calls"')[1].split('id="panel-')[0]
    grown = [cells for line in page.split("<tr>")[2:] if (cells := re.findall(r'<td class="measure">(.*?)</td>', line))]
    assert grown[-1] == ["+200.0%", "+100.0%"]
    assert grown[1] == ["-100.0%", "-100.0%"]


@pytest.mark.requirement("TC-06")
def test_the_six_stages_are_those_of_the_calls_of_the_period_and_the_unit(leader, make):
    town = make.township()
    for state in (CallState.submitted, CallState.accepted, CallState.in_progress, CallState.closed):
        make.call(town, state=state)
    make.call(state=CallState.closed)
    make.call(town, state=CallState.closed, at=china("06-03 09:00"))
    stages = told(panels(leader, f"{AUTUMN}&unit={town.id}")["loop"])
    assert [stage["Calls"] for stage in stages.values()] == [4, 3, 2, 1, 1, 1]


@pytest.mark.requirement("TA-29")
def test_the_three_failures_by_department_in_the_period_in_which_they_were_found(leader, make):
    lead, other = make.department(name="Water"), make.department(name="Roads")
    for kind in (FailureKind.no_response, FailureKind.late_response, FailureKind.inaction, FailureKind.inaction):
        make.failure(kind, lead=lead)
    make.failure(lead=other)
    make.failure(lead=other, at=china("06-03 09:00"))
    make.failure(caller=lead, lead=make.township())
    assert told(panels(leader)["failures"]) == {
        "Water": {"No response": 1, "Late response": 1, "Inaction after response": 2},
        "Roads": {"No response": 1},
    }


@pytest.mark.requirement("TC-33", "ZG-26")
@pytest.mark.databases
def test_hours_stand_beside_their_limits_and_the_period_before(leader, make, session):
    def call(day, hours):
        found = make.call(state=CallState.submitted, at=china(f"{day} 09:00"))
        found.accepted_at, found.accept_due = (found.sent_at + timedelta(hours=n) for n in (hours, 4))
        session.commit()

    call("11-03", 1)
    call("11-04", 2)
    call("10-05", 8)
    call("06-05", 90)
    found = panels(leader, "from=2026-11-01&to=2026-11-30")["hours"]
    taken, limit, before = ([round(h, 1) if h else h for h in part["data"]] for part in found["series"])
    assert (taken[0], limit[0], before[0]) == (1.5, 4.0, 8.0)
    assert (taken[1:], limit[1:], before[1:]) == ([None] * 2, [None] * 2, [None] * 2)
    assert rows(leader, f"{found['rows']}&key=accept&part=taken") == 2


@pytest.mark.requirement("TC-33")
def test_how_well_was_called_is_told_of_all_together(leader, make):
    make.call(state=CallState.returned)
    for _ in range(3):
        make.call(state=CallState.accepted)
    assert dict(facts(leader, "hours"))["Called correctly "] == "3/4 · 75%"


@pytest.mark.requirement("TC-40", "TC-43", "TC-44", "TC-46")
def test_rejections_and_cases_by_outcome_and_the_days_of_their_stages(leader, make):
    make.assignment(state=AssignmentState.rejected)
    case = make.free_case(state=CaseState.negotiating, at=NOW)
    make.press(case, "agree", at=china("11-25 09:00"), agreement="Both.", responsible_unit_id=case.opened_by)
    make.press(case, "file", at=china("11-30 09:00"), filing_number="1")
    make.press(case, "order_execution", at=china("11-30 09:00"))
    make.press(case, "executed", at=china("12-01 09:00"))
    make.case(state=CaseState.decided, at=china("11-02 09:00"))
    make.free_case(state=CaseState.withdrawn)
    make.free_case(state=CaseState.filed, at=china("06-03 09:00"))
    found = panels(leader)
    assert [next(iter(row.values())) for row in told(found["outcomes"]).values()] == [2, 3, 1, 1, 1, 1]
    negotiating, filing, coordinating, executing = found["stages"]["series"][0]["data"]
    assert (negotiating, filing, executing) == (1.0, 3.0, 1.0)  # of two that negotiated, one was of no time
    assert coordinating == 0.0


def test_orders_by_level_and_what_is_still_to_be_put_right(leader, make):
    lead = make.department(name="Water")
    for level, state in ((1, OrderState.issued), (1, OrderState.closed), (3, OrderState.issued)):
        make.order(assignment=make.assignment(lead=lead), level=level, state=state)
    make.rectification(lead, state=RectificationState.issued)
    make.rectification(lead, state=RectificationState.verified)
    found = panels(leader)
    assert told(found["orders"]) == {"Level 1": {"Issued": 1, "Closed": 1}, "Level 3": {"Issued": 1}}
    assert told(found["pressed"]) == {"Water": {"Issued": 2}}
    assert told(found["rectifications"]) == {"Water": {"Issued": 1}}


@pytest.mark.requirement("TA-12", "TC-03")
def test_items_that_are_complete_and_items_that_nobody_calls(leader, make, session):
    lead = make.department(name="Water")
    items = [make.item(lead, category="floods") for _ in range(3)]
    for kind in (AttachmentKind.flow_chart, AttachmentKind.manual):
        make.document(items[0], kind)
    make.document(items[1], AttachmentKind.manual)
    items[2].is_idle = True
    session.commit()
    found = panels(leader)
    assert told(found["items"]) == {"floods": {"Count": 3}}
    assert sorted(told(found["guides"])["Water"].values()) == [1, 2]
    assert facts(leader, "guides") == [("Drawing and manual are there ", "1/3 · 33%")]
    assert told(found["idle"]) == {"Water": {"Count": 1}}


@pytest.mark.requirement("TC-29", "ZG-06", "TC-17")
def test_what_each_township_carries(leader, make):
    luoyang, sixi, lead = make.township(name="Luoyang"), make.township(name="Sixi"), make.department()
    for state in (MatterState.in_force, MatterState.in_force, MatterState.ended):
        make.matter(lead, luoyang, state=state)
    make.admission(lead, townships=[luoyang, sixi], state=AdmissionState.in_force)
    for state in (ReportState.upheld, ReportState.dismissed):
        make.report(sixi, lead, state=state)
    make.report(sixi, lead, state=ReportState.upheld, at=china("06-03 09:00"))
    found = panels(leader)["burden"]
    matters, admitted, upheld = (part["name"] for part in found["series"])
    assert told(found) == {"Luoyang": {matters: 2, admitted: 1}, "Sixi": {admitted: 1, upheld: 1}}
    assert facts(leader, "burden") == [("Powers by the lists ", "0"), ("Duties by the lists ", "0")]
    assert told(panels(leader, f"{AUTUMN}&unit={sixi.id}")["burden"]) == {"Sixi": {admitted: 1, upheld: 1}}
    assert told(panels(leader, f"{AUTUMN}&unit={make.department().id}")["burden"]) == {}


@pytest.mark.requirement("ZG-19")
def test_transfers_out_stand_beside_their_plan(leader, make):
    town, agency = make.township(name="Luoyang"), make.agency(state=AgencyState.in_force)
    make.transfer_plan(town, 2)
    make.transfer_plan(agency.seat, 1)
    make.transfer_plan(town, 7, year=2024)
    make.change(make.staff(agency), ChangeKind.transfer_out, state=ChangeState.decided, exception_reason="Needed.")
    found = told(panels(leader)["transfers"])
    assert found["Luoyang"] == {"Planned replenishment": 2}
    assert found[agency.seat.name] == {"Planned replenishment": 1, "Transfers out decided": 1}


@pytest.mark.requirement("TS-12")
def test_grid_reports_by_platform_say_how_much_they_grew(leader, make):
    town = make.township()
    for month, platform, times in (("09", "market_supervision", 1), ("10", "market_supervision", 3), ("10", "", 1)):
        item = make.item(platform=platform or None)
        for _ in range(times):
            make.call(town, state=CallState.submitted, item=item, source=CallSource.grid, at=china(f"{month}-09 09:00"))
    asks = "from=2026-09-01&to=2026-10-31"
    kinds = panels(leader, asks)["grid_platforms"]
    assert told(kinds) == {"2026-09": {"Market supervision": 1}, "2026-10": {"Market supervision": 3, "(none)": 1}}
    assert rows(leader, f"{kinds['rows']}&key=2026-10&part=market_supervision") == 3
    assert rows(leader, f"{kinds['rows']}&key=2026-10&part=") == 1
    page = leader.get(f"/leaders/?{asks}&_l_=en").text.split('id="panel-grid_platforms"')[1].split('id="panel-')[0]
    assert page.count('<td class="measure">+300.0%</td>') == 2, "against the first month, and the month before"


@pytest.mark.requirement("TS-12", "TS-28")
def test_grid_reports_by_kind_and_by_township(leader, make):
    town = make.township(name="Luoyang")
    for category, source in (("违建", CallSource.grid), ("民生", CallSource.grid), ("民生", CallSource.own)):
        make.call(town, state=CallState.submitted, item=make.item(category=category), source=source)
    found = panels(leader)
    assert told(found["grid_townships"]) == {"Luoyang": {"违建": 1, "民生": 1}}
    assert {kind: sum(parts.values()) for kind, parts in told(found["grid_kinds"]).items()} == {"违建": 1, "民生": 1}


@pytest.mark.requirement("TA-22")
def test_guarantees_that_are_delivered_and_that_are_late(leader, make, session):
    admission = make.admission(state=AdmissionState.in_force)
    funds, talent, *_ = make.guarantees(admission)
    funds.state, talent.state = GuaranteeState.delivered, GuaranteeState.late
    funds.due = talent.due = SOON
    session.commit()
    make.admission()
    found = told(panels(leader)["guarantees"])
    assert (found["Funds"], found["Talent"]) == ({"Delivered": 1}, {"Late": 1})
    assert told(panels(leader, "from=2026-01-01&to=2026-02-01")["guarantees"]) == {}


@pytest.mark.requirement("TC-47")
def test_the_four_kinds_of_misconduct_by_where_they_are_named(leader, make, session):
    lead = make.department()
    make.order(assignment=make.assignment(lead=lead), misconduct=Misconduct.slow)
    make.rectification(lead, misconduct=Misconduct.slow)
    make.rectification(lead, misconduct=Misconduct.sham)
    make.rectification(lead)
    case = make.case(state=CaseState.decided)
    case.misconduct = Misconduct.shirking
    session.commit()
    found = told(panels(leader)["misconduct"])
    assert list(found.values()) == [
        {"Coordination cases": 1},
        {"Supervision orders": 1, "Rectification orders": 1},
        {},
        {"Rectification orders": 1},
    ]
    assert told(panels(leader, "from=2026-01-01&to=2026-02-01")["misconduct"]) == {}


# People


def test_who_sees_no_county_is_not_told_that_departments_have_no_figures(leader, browser_of, make):
    town, withheld = make.township(), "No figures of this period that you may see."
    make.call(town, state=CallState.closed)
    for role in (RoleName.township_head, RoleName.township_observer):
        browser = browser_of(town, role)
        parts = browser.get(f"/leaders/?{AUTUMN}&_l_=en").text.split('id="panel-')[1:]
        assert {part.partition('"')[0] for part in parts if withheld in part} == {"rates", "answers"}
        assert withheld in browser.get("/case_assessment/rates?period=2025&_l_=en").text
    assert withheld not in leader.get("/case_assessment/rates?period=2025&_l_=en").text


@pytest.mark.requirement("TS-24", "TS-25")
def test_of_people_a_leader_is_told_how_many_and_never_who(leader, browser_of, make):
    agency = make.agency(field="justice", state=AgencyState.in_force)
    for _ in range(2):
        make.staff(agency, name="Nobody Known")
    away = make.staff(agency, name="Nobody Known")
    make.change(away, ChangeKind.second, state=ChangeState.effective, exception_reason="Needed there.")
    make.staff(make.agency(make.township(make.county()), field="justice", state=AgencyState.in_force))
    found = panels(leader)
    assert sorted(told(found["fields"])["justice"].values()) == [1, 2]
    assert (facts(leader, "fields"), facts(leader, "moves")) == (
        [("In place ", "2/3 · 67%")],
        [("Township consulted ", "1/1 · 100%")],
    )
    assert told(found["terms"]) == {"justice": {"Count": 2}}
    assert (found["fields"]["keys"], found["moves"]["keys"], found["terms"]["keys"]) == (None, None, None)
    assert "Nobody Known" not in leader.get(f"/leaders/?{AUTUMN}").text
    assert leader.get(f"/leaders/rows/fields?{AUTUMN}").status_code == 404
    own = browser_of(agency.department)
    panel = panels(own)["fields"]
    assert rows(own, f"{panel['rows']}&key=justice&part=True") == 2
    assert told(panels(browser_of(make.department()))["fields"]) == {}


@pytest.mark.requirement("TS-29")
def test_turnover_posts_are_summed_up_over_the_townships_that_have_some(leader, make):
    make.paid_in(9)
    for posts in (3, 1):
        town = make.township()
        make.quota(town, 20)
        make.lent(town, posts)
    assert facts(leader, "quotas") == [("", "4 posts in 2 townships")]


@pytest.mark.requirement("LX-07")
@pytest.mark.databases
def test_the_share_posted_is_that_of_the_end_of_each_month(leader, make, session):
    """From the days on record: also of who has left since, or was moved to another township."""
    lead = make.department(name="Enforcement")
    first = make.agency(department=lead, state=AgencyState.in_force)
    make.staff(first, dispatched_on=date(2026, 9, 15))
    gone = make.staff(first, dispatched_on=date(2026, 8, 1))
    moved = make.staff(first, dispatched_on=date(2026, 8, 1))
    make.registered(lead)
    make.registered(lead, hired_on=date(2026, 11, 2))
    make.transfer_plan(first.seat, 1)
    at = china("10-12 09:00")
    make.change(gone, ChangeKind.transfer_out, state=ChangeState.effective, at=at, exception_reason="He asked.")
    make.change(
        moved, ChangeKind.move, state=ChangeState.effective, at=china("11-10 09:00"), exception_reason="Needed."
    )
    assert (moved.dispatched_on, gone.left_on) == (date(2026, 11, 10), date(2026, 10, 12))
    found = told(panels(leader, "from=2026-08-01&to=2026-11-28")["posted"])
    assert found == {
        "2026-08-31": {"Enforcement": 50.0},  # two of four
        "2026-09-30": {"Enforcement": 75.0},
        "2026-10-31": {"Enforcement": 66.7},  # one has left
        "2026-11-28": {"Enforcement": 50.0},  # one was hired
    }


# What is asked


def test_a_period_and_a_unit_narrow_the_whole_page(leader, make):
    water, roads, town = make.department(name="Water"), make.department(name="Roads"), make.township()
    make.call(town, lead=water, state=CallState.closed, scope=CallScope.key)
    make.call(town, lead=roads, state=CallState.closed)
    make.call(lead=roads, state=CallState.closed)

    def sent(asks):
        return sum(sum(month.values()) for month in told(panels(leader, asks)["calls"]).values())

    assert [sent(f"{AUTUMN}{unit}") for unit in ("", f"&unit={town.id}", f"&unit={water.id}", f"&unit={roads.id}")] == [
        3, 2, 1, 2,
    ]  # fmt: skip
    assert sent("from=2026-01-01&to=2026-11-22") == 0
    assert sent("from=2026-11-23&to=2026-11-23") == 3
    assert list(told(panels(leader, f"{AUTUMN}&unit={water.id}")["rates"])) == ["Water"]
    assert set(told(panels(leader, f"{AUTUMN}&unit={town.id}")["rates"])) == {"Water", "Roads"}


@pytest.mark.parametrize(
    ("asks", "status"),
    [
        ("period=week", 400),
        ("from=2026-02-30", 400),
        ("from=2026-05-01&to=2026-04-01", 400),
        ("from=1999-01-01&to=2026-04-01", 400),
        ("unit=x", 404),
        ("unit=99999999", 404),
        ("period=month", 200),
        ("period=quarter", 200),
        ("to=2026-04-01", 200),
    ],
)
def test_what_the_page_does_not_know_it_does_not_answer(leader, asks, status):
    for page in ("/leaders/", "/leaders/rows/calls"):
        assert leader.get(f"{page}?{asks}").status_code == status, page


def test_days_that_run_backwards_are_told_at_their_field(leader):
    answer = leader.get("/leaders/?from=2026-05-01&to=2026-04-01&_l_=en")
    box = re.search(r'<input class="input input-wrong"[^>]+>', answer.text)[0]
    assert (answer.status_code, 'name="to" value="2026-04-01"' in box) == (400, True)
    assert 'aria-describedby="to-problem"' in box
    assert re.search(r'id="to-problem"[^>]*>.*?“Until” lies before “From”\. Choose', answer.text)
    assert 'name="from" value="2026-05-01"' in answer.text
    assert "data-chart " not in answer.text
    assert "input-wrong" not in leader.get(f"/leaders/?{AUTUMN}").text


@pytest.mark.parametrize(
    "asks", ["calls?key=2026", "calls?key=2026-13", "failures?key=x", "guarantees?part=x", "outcomes?key=x",
             "misconduct?part=cases&key=x", "rates?key=x&part=response", "nosuch?key=1", "answers?key=1"]
)  # fmt: skip
def test_behind_a_number_that_is_not_there_is_nothing(leader, asks):
    assert leader.get(f"/leaders/rows/{asks}&{AUTUMN}").status_code in (400, 404)


def test_a_unit_of_another_county_or_of_others_cannot_be_asked_for(leader, browser_of, make):
    town, abroad = make.township(), make.township(make.county())
    assert leader.get(f"/leaders/?unit={abroad.id}").status_code == 404
    own = browser_of(town)
    asked = [own.get(f"/leaders/?unit={unit.id}").status_code for unit in (town, make.township())]
    assert asked == [200, 404]


def test_everyone_is_told_of_the_rows_that_are_theirs(browser_of, make, county):
    town, lead = county.call.caller_unit, make.department()
    office = browser_of(make.office(Duty.leadership, lead.region))
    assert sum(sum(month.values()) for month in told(panels(office)["calls"]).values()) == 4
    assert panels(browser_of(make.township()))["calls"] is None
    assert panels(browser_of(lead))["failures"] is None
    assert sum(sum(m.values()) for m in told(panels(browser_of(town))["calls"]).values()) == 4


def test_a_grid_worker_sees_neither_the_charts_nor_the_screen(browser_of, make):
    browser = browser_of(make.grid(make.village(make.township())))
    for page in ("/leaders/", "/leaders/charts.xlsx", "/leaders/report.docx", "/leaders/rows/calls", "/screen/"):
        assert browser.get(page).status_code == 403, page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_has_nothing_to_show_says_why_and_everything_says_what_it_counts(leader, language):
    page = leader.get(f"/leaders/?{AUTUMN}&_l_={language}").text
    shown = sum(len(chart.sources) for chart in CHARTS)
    assert page.count('class="panel-empty"') + page.count("data-chart ") == shown
    meant = re.findall(r'<details class="meant">.*?<p>([^<]{8,})</p></details>', page)
    assert len(meant) == shown
    assert all(words.endswith("." if language == "en" else "。") for words in meant), meant
    for chart in CHARTS:
        assert f'id="question-{chart.number}"' in page


# Files


def test_the_workbook_has_a_sheet_for_each_chart_with_what_was_asked_and_counted(leader, make, county):
    with leader.get(f"/leaders/charts.xlsx?{AUTUMN}&_l_=en") as answer:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert [name.split()[0] for name in book.sheet_names] == [str(chart.number) for chart in CHARTS]
    failures = book.get_sheet_by_index(3).to_python(skip_empty_area=False)
    assert failures[1][:2] == ["Period asked about", "2026-09-01 – 2026-12-31"]
    assert [failures[at][0] for at in (5, 6, 7)] == [
        "No response, late response, inaction",
        "What is counted",
        "Answering unit",
    ]
    assert failures[8][1:] == [1]


@pytest.mark.long
def test_the_report_has_a_picture_and_a_table_for_everything_that_was_counted(leader, make, county):
    drawn = [panel for panel in panels(leader).values() if panel]
    with leader.get(f"/leaders/report.docx?{AUTUMN}&_l_=zh") as answer:
        name, content = answer.headers["Content-Disposition"], answer.data
    assert name.endswith(".docx")
    paper = zipfile.ZipFile(io.BytesIO(content))
    text = paper.read("word/document.xml").decode()
    pictures = [paper.read(part) for part in paper.namelist() if part.startswith("word/media/")]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert (text.count("<pic:pic>") + text.count("<pic:pic "), text.count("<w:tbl>")) == (len(drawn), len(drawn))
    assert text.count('descr="') == len(drawn)
    for words in ("领导决策图表 2026-09-01–2026-12-31", "谁不响应、迟响应、响应不作为？", "本期没有生效的人事变动。"):
        assert words in text


def test_who_may_not_export_reads_and_takes_nothing_along(browser_of, make):
    congress = browser_of(make.office(Duty.leadership), RoleName.congress_observer)
    assert "report.docx" not in congress.get(f"/leaders/?{AUTUMN}").text
    assert {congress.get(f"/leaders/{file}").status_code for file in ("report.docx", "charts.xlsx")} == {403}


# The screen


@pytest.fixture
def today(monkeypatch):
    """The screen is looked at a day after everything happened."""
    monkeypatch.setattr("app.screen.now", lambda: NOW + timedelta(hours=2))
    monkeypatch.setattr("app.screen.today", lambda: NOW.date())


@pytest.mark.requirement("TA-49")
def test_the_screen_tells_of_today_of_who_is_behind_and_of_the_latest_calls(leader, make, session, today):
    water, town = make.department(name="Water"), make.township(name="Luoyang")
    make.call(town, lead=water, state=CallState.in_progress, at=china("10-12 09:00"), title="A secret of Mrs Wang")
    make.call(town, lead=water, state=CallState.dispatched, at=china("10-12 09:00"), scope=CallScope.emergency)
    make.call(town, lead=make.department(name="Roads"), state=CallState.closed)
    make.call(water, lead=town, state=CallState.dispatched)
    make.call(make.township(make.county()), state=CallState.submitted)
    told = leader.get("/screen/figures.json?_l_=en").json
    assert told["today"] == {"sent": 2, "accepted": 2, "solved": 1, "open": 3, "overdue": 2, "emergencies": 1}
    assert [(line["unit"], line["open"], line["late"], line["response"]) for line in told["board"]] == [
        ("Water", 2, 2, None),
        ("Roads", 0, 0, 100),
    ]
    assert len(told["latest"]) == 4
    assert {call["caller"] for call in told["latest"]} == {"Luoyang", "Water"}
    assert told["stages"][0]["calls"] == 2
    page = leader.get("/screen/?_l_=en").text
    assert sorted(re.findall(r'data-today="(\w+)"', page)) == sorted(told["today"])
    assert re.findall(r"<h2.*?>(.*?)</h2>", page) == [
        "Departments, most that is late first",
        "Calls of this month in the loop",
        "Latest calls",
    ]
    assert "<span>Calls accepted or solved too late</span>" in page  # of the county, whoever answers them
    assert '<th scope="col">Answers or promises late</th>' in page  # of one department
    assert json.loads(re.search(r'id="figures"[^>]*>(.*?)</script>', page)[1]) | {"at": told["at"]} == told
    assert "secret" not in html.unescape(page)
    assert "secret" not in str(told)


def test_the_screen_is_for_who_sees_the_county(browser_of, make):
    for unit in (make.department(), make.township()):
        for page in ("/screen/", "/screen/figures.json"):
            assert browser_of(unit).get(page).status_code == 403
    assert browser_of(make.office(Duty.supervision_office)).get("/screen/").status_code == 200


@pytest.mark.requirement("TA-49")
@pytest.mark.parametrize("observes", ["county", "town"])
def test_the_screen_is_headed_by_the_unit_whose_calls_it_shows(browser_of, make, today, observes):
    unit = make.home if observes == "county" else make.township()
    browser = browser_of(unit, RoleName.congress_observer)
    (headed,) = re.findall(r"<h1>(.*?)</h1>", browser.get("/screen/?_l_=en").text)
    assert html.unescape(headed) == f"{unit.name} · Command screen"


# What it costs


@pytest.mark.long
def test_page_files_rows_and_screen_cost_as_much_for_many_rows_as_for_few(browser_of, make, statements):
    browser = browser_of(make.office(Duty.editorial_office))
    paths = [f"/leaders/?{AUTUMN}", f"/leaders/charts.xlsx?{AUTUMN}", f"/leaders/rows/calls?{AUTUMN}", "/screen/"]

    def cost(path):
        browser.get(path).close()
        statements.clear()
        with browser.get(path) as answer:
            assert answer.status_code == 200
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    def grow(times):
        for _ in range(times):
            town, lead = make.township(), make.department()
            item = make.item(lead, category=make._name("kind"))
            call = make.call(town, state=CallState.resolved, item=item, source=CallSource.grid)
            make.rate(make.ratings(call)[0], RatingLevel.satisfied)
            make.failure(lead=lead, caller=town)
            make.case(caller=town, item=item, state=CaseState.filed)
            make.rectification(lead, misconduct=Misconduct.sham)
            make.order(assignment=make.assignment(caller=town, lead=lead))
            make.matter(lead, town, state=MatterState.in_force)
            make.transfer_plan(town)
            make.staff(make.agency(town, department=lead, state=AgencyState.in_force))

    grow(3)
    few = [cost(path) for path in paths]
    grow(20)
    assert [cost(path) for path in paths] == few


# Scores


@pytest.fixture
def scored(make, session):
    """`scored(kind, share, {unit: (below, above)})`: the scores of a cycle that was published."""

    def publish(kind, share, marks, state=CycleState.published, capped=None, **columns):
        cycle = make.cycle(**columns)
        for place, (unit, (below, above)) in enumerate(marks.items(), 1):
            sides = {"share": Decimal(share), "bottom_up": Decimal(below), "top_down": Decimal(above)}
            kept = {"total": total_of(*sides.values()), "inputs_hash": "0" * 64, "computed_at": NOW}
            place = place if kind is SubjectKind.department else None
            of_unit = {"region_id": unit.region_id, "cycle_id": cycle.id, "unit_id": unit.id, "subject_kind": kind}
            session.add(ScoreResult(**of_unit, **sides, **kept, place=place, grade=Grade.good, capped_by=capped))
        session.commit()
        cycle.state = state
        session.commit()
        return cycle

    return publish


@pytest.mark.requirement("TA-32")
def test_scores_of_departments_stand_by_their_place_with_the_townships_part_apart(leader, make, scored):
    water, roads = make.department(name="Water"), make.department(name="Roads")
    scored(SubjectKind.department, "40", {roads: ("90", "80"), water: ("50", "60")}, name="Autumn")
    panel = panels(leader)["departments"]
    assert list(told(panel).items()) == [
        ("Roads", {"Points through townships": 36.0, "Points from above": 48.0}),
        ("Water", {"Points through townships": 20.0, "Points from above": 36.0}),
    ]
    assert facts(leader, "departments") == [("Cycle ", "Autumn · Published")]
    assert rows(leader, f"{panel['rows']}&key={roads.id}&part=below") == 1
    assert list(told(panels(leader, f"{AUTUMN}&unit={water.id}")["departments"])) == ["Water"]
    assert panels(leader, "from=2026-01-01&to=2026-02-01")["departments"] is None


@pytest.mark.requirement("TA-32")
def test_the_parts_of_a_score_make_what_was_published_on_the_page_and_in_the_report(leader, make, scored):
    water = make.department(name="Water")
    scored(SubjectKind.department, "50", {water: ("88.01", "88.03")})  # 44.005 and 44.015: 88.02, and not 44.01 + 44.02
    parts = {"Points through townships": 44.01, "Points from above": 44.01}
    assert told(panels(leader)["departments"]) == {"Water": parts}
    page = leader.get(f"/leaders/?{AUTUMN}&_l_=en").text.split('id="panel-departments"')[1].split('id="panel-')[0]
    assert ">44.01<" in page
    with leader.get(f"/leaders/report.docx?{AUTUMN}&_l_=en") as answer:
        text = zipfile.ZipFile(io.BytesIO(answer.data)).read("word/document.xml").decode()
    assert [text.count(number) for number in ("44.01", "44.02", "88.02")] == [2, 0, 1]


@pytest.mark.requirement("TA-38", "TA-40")
def test_scores_of_agencies_tell_both_parts_and_who_was_capped(leader, browser_of, make, session, scored):
    agency = make.agency(state=AgencyState.in_force)
    scored(SubjectKind.agency, "60", {agency.unit: ("70", "90")}, capped=CappedBy.township_grade)
    page = leader.get(f"/leaders/?{AUTUMN}&_l_=en").text.split('id="panel-agencies"')[1].split('id="panel-')[0]
    assert told(panels(leader)["agencies"]) == {
        agency.unit.name: {"Points through townships": 42.0, "Points through the department": 36.0}
    }
    assert re.findall(r'<td class="measure">(.*?)</td>', page) == [
        "78.00",
        "–",
        "60.00",
        "Good",
        "Townships did not find it excellent",
    ]
    for unit in (agency.seat, agency.department):
        assert list(told(panels(leader, f"{AUTUMN}&unit={unit.id}")["agencies"])) == [agency.unit.name]
    assert told(panels(leader, f"{AUTUMN}&unit={make.department().id}")["agencies"]) == {}


def test_the_latest_cycle_counts_of_those_that_one_may_see(leader, browser_of, make, scored):
    water = make.department(name="Water")
    scored(SubjectKind.department, "40", {water: ("90", "80")}, name="First", ends_on=date(2026, 10, 1))
    scored(SubjectKind.department, "40", {water: ("50", "50")}, state=CycleState.computed, name="Second")
    assert told(panels(leader)["departments"]) == {
        "Water": {"Points through townships": 20.0, "Points from above": 30.0}
    }
    assert facts(leader, "departments") == [("Cycle ", "Second · Computed")]
    office = browser_of(make.office(Duty.supervision_office))
    assert told(panels(office)["departments"]) == {
        "Water": {"Points through townships": 36.0, "Points from above": 48.0}
    }
    assert facts(office, "departments") == [("Cycle ", "First · Published")]
