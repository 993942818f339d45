"""What townships and villages keep, by REST: the fields that are there, who writes them, and who may look."""

import re
from datetime import date, datetime
from functools import partial

import pytest

from models.calls import Call, CallSource, CallState
from models.community import CheckIn, ExchangeEntry, ExchangeKind, VillagerCouncil
from models.disputes import MediatorPair
from models.grids import GridRole
from models.organisation import Duty, UnitType
from models.partners import ResidencyKind, ResidencyRoster
from models.reviews import ReviewState
from models.roles import RoleName
from models.services import ServiceState
from models.words import Level

SHARED = ("service_point", "mediator_pair", "exchange_entry")
"""What all of the county may use."""

OF_DEPARTMENTS = ("service_point", "off_site_evidence")
"""What departments keep of their own, too."""

NEW_YEAR = {"from_on": "2026-01-01"}


def register(resource, requirements, *, by="township", without=(), **body):
    """A row of one register: what is sent, by whom, and what may not be missing. `@x` names a unit or a row."""
    marks = pytest.mark.requirement(*requirements.split())
    return pytest.param(resource, by, body, without, marks=marks, id=f"{resource}-{requirements.replace(' ', '-')}")


REGISTERS = [
    register("grid", "LX-31", unit="@village", name="一号网格", is_comprehensive=True, people=320, places=6, affairs=3,
             things=40, organisations=5, public_opinion=2, without=("unit", "name")),
    register("grid_task", "TA-46", grid="@grid", task="巡河", frequency="weekly", list_item="@listed",
             without=("task", "frequency")),
    register("grid_assignment", "TA-47", grid="@grid", role="full_time", post="专职网格员一", duties="巡查上报",
             worker="@person", is_responsible=True, **NEW_YEAR, without=("post", "duties", "grid")),
    *(register("grid_assignment", "LX-33", grid="@grid", role="part_time", post="力量", duties="联动", force=force,
               **NEW_YEAR) for force in ("general_governance", "justice", "police", "emergency_response",
                                         "city_management")),
    register("service_desk", "ZG-25", by="list_manager", unit="@department", functions="政策指导",
             without=("unit", "functions")),
    register("service_item", "ZG-26", by="list_manager", title="建房审批", department="@department", days_before=30,
             days_after=12, steps_before=9, steps_after=4, without=("title", "department", "days_before")),
    *(register("service_point", "ZG-27 TS-35", unit="@village", name="便民服务室", channel=channel, address="村委会",
               without=("unit", "name")) for channel in ("window", "proxy_point", "self_service", "home_visit")),
    register("service_request", "ZG-24", unit="@village", title="办证", applicant="张某", service_item="@service",
             channel="proxy_point", without=("unit", "title")),
    register("dispute_case", "TS-40", unit="@village", title="地界", facts="两家相邻", is_difficult=True, pair="@pair",
             without=("unit", "title")),
    *(register("mediator_pair", "TS-42", unit="@town", profession=profession, post="结对岗", mediator="一号乡贤",
               **NEW_YEAR, without=("profession", "post", "mediator"))
      for profession in ("judge", "police_officer", "lawyer", "teacher")),
    register("review_file", "TS-33", unit="@village", stage="qualification_review", post="村主任", remarks="拟任",
             without=("stage", "post")),
    register("off_site_evidence", "TS-37", unit="@town", title="夜间倾倒", source="camera", place="桥头",
             seen_at="2026-01-05T22:00:00+08:00", list_item="@listed", file="@file",
             without=("source", "place", "seen_at", "list_item", "file")),
    register("villager_council", "TS-41", unit="@town", name="参事会", members=396, key_projects=32,
             projects_returned=47, firms_returned=60, without=("name", "members")),
    register("micro_wish", "LX-35", unit="@village", wish="一盏路灯", made_on="2026-01-05", progress="taken_up",
             taken_by="支部", without=("wish", "made_on")),
    register("exchange_entry", "LX-35", unit="@village", kind="need", title="会议室", body="社区", match="@resource",
             without=("kind", "title", "body")),
    register("micro_project", "LX-35", unit="@village", title="楼道", content="清理", participants=12, progress="open",
             **NEW_YEAR, until_on="2026-06-30", without=("title", "from_on")),
    *(register("partner_organisation", "TS-43", unit="@town", kind=kind, name="联盟", services="上门", visits=3,
               department="@department", without=("kind", "name", "services"))
      for kind in ("police", "power", "bank", "hospital")),
    register("chamber_secretary", "TS-43", unit="@town", chamber="商会", post="秘书长", is_full_time=True, **NEW_YEAR,
             without=("chamber", "post")),
    register("residency_roster", "TS-38", by="county_office", kind="resident", platform="来访接待", unit="@department",
             staff_count=39, schedule="", **NEW_YEAR, without=("kind", "platform", "unit")),
]  # fmt: skip

OF_ORGANISATION = [
    register("check_in", "LX-13", unit="@village", organisation="机关支部", members=23, checked_in_on="2026-01-05",
             services=9, done="义诊", without=("organisation", "checked_in_on")),
    register("governance_module", "TS-13", by="list_manager", name="大执法", kind="branch", parent="@module",
             scope="综合执法", without=("name",)),
    register("post", "TS-17", unit="@town", name="规划岗", duties="编规划", without=("name", "duties")),
    register("committee", "LX-04", unit="@town", name="工委", kind="working", duties="统筹", without=("name",)),
    register("enforcement_team", "ZG-12 ZG-13", unit="@town", name="执法队", guiding_department="@department",
             legal_department="@helper", site="一号院", without=("name", "guiding_department", "legal_department")),
    register("team_force", "ZG-12 LX-08 LX-09", team="@team", unit="@agency", kind="core", people=5, duty="巡查",
             mechanism="对讲呼叫", site="二楼", without=("team", "unit", "kind")),
    *(register("dispatched_agency", "ZG-10 LX-05 LX-06 TA-34 TS-23", by="editorial", unit="@agency", field="司法",
               department="@department", mode="per_division", seat="@town", people_by=people, money_by=money,
               goods_by=goods, party_relation_down=down, establishment_locked=down,
               without=("unit", "field", "department", "mode", "seat"))
      for people, money, goods, down in (("township", "mainly_township", "department", True),
                                         ("department", "township", "mainly_township", False))),
    register("township_funding", "ZG-15", by="county_office", unit="@town", year=2026, head="health", planned="30.00",
             paid="12.50", without=("unit", "year", "head", "planned")),
    register("return_ratio", "ZG-16", by="county_office", unit="@town", income="fines", percent="80.00",
             from_on="2026-01-01", without=("unit", "income", "percent", "from_on")),
    register("post_grades", "ZG-23", by="editorial", unit="@town", from_on="2026-01-01", senior=1, middle=4, junior=7,
             without=("unit", "from_on")),
]  # fmt: skip
"""What is laid down of townships, their agencies and posts. All of the county reads it."""


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def named(make, town):
    """What the bodies name, by their word."""
    village = make.village(town)
    person = make.user("worker")
    make.posting(person, village)
    edition = make.list_in_force()
    edition.list_type = make.list_type("grid_service")
    return {
        "village": village,
        "town": town,
        "person": person,
        "grid": make.grid_profile(village),
        "listed": make.item(duty_list=edition),
        "department": make.department(),
        "service": make.service_item(),
        "pair": make.row(MediatorPair, town),
        "resource": make.row(ExchangeEntry, town, kind=ExchangeKind.resource),
        "file": make.file(town),
        "helper": make.department(),
        "agency": make.unit(UnitType.agency),
        "team": make.team(town),
        "module": make.module(),
    }


@pytest.fixture
def sent(named):
    """`sent(body)`: with the keys of what it names."""
    return lambda body: {
        name: named[value[1:]].id if isinstance(value, str) and value.startswith("@") else value
        for name, value in body.items()
    }


@pytest.fixture
def keeper_of(make, named):
    """`keeper_of(word)`: the unit, and the role, that writes a register."""
    editorial, office = make.office(Duty.editorial_office), make.office(Duty.county_office)
    return {
        "township": (named["town"], RoleName.township_operator),
        "list_manager": (editorial, RoleName.list_manager),
        "editorial": (editorial, RoleName.editorial_officer),
        "county_office": (office, RoleName.county_dispatcher),
    }.__getitem__


@pytest.mark.parametrize(("resource", "by", "body", "without"), [*REGISTERS, *OF_ORGANISATION])
def test_a_register_keeps_what_it_is_for(program_of, keeper_of, sent, resource, by, body, without):
    program, body = program_of(*keeper_of(by)), sent(body)
    for name in without:
        answer = program.post(f"{resource}/", json={key: value for key, value in body.items() if key != name})
        assert (answer.status_code, list(answer.json["message"])) == (422, [name])
    answer = program.post(f"{resource}/", json=body)
    assert answer.status_code == 201, answer.json
    kept = program.get(f"{resource}/{answer.json['id']}").json["result"]
    told = {name: value["id"] if isinstance(value, dict) and "id" in value else value for name, value in kept.items()}
    assert {name: at(told[name]) for name in body} == {name: at(value) for name, value in body.items()}


def at(value):
    """A moment, however it is written."""
    return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else value


@pytest.mark.requirement("TS-39")
@pytest.mark.parametrize(("resource", "by", "body", "without"), REGISTERS)
def test_a_register_is_its_keepers_to_write_and_the_countys_to_read(
    program_of, keeper_of, sent, make, resource, by, body, without
):
    keeper = program_of(*keeper_of(by))
    key = keeper.post(f"{resource}/", json=sent(body)).json["id"]
    leader = program_of(make.office(Duty.leadership))
    assert leader.get(f"{resource}/{key}").status_code == 200
    assert program_of(make.township(make.county())).get(f"{resource}/{key}").status_code == 404
    keeps = (make.department(),) if resource not in OF_DEPARTMENTS else ()
    for stranger in (leader, *map(program_of, (*keeps, make.office(Duty.supervision_office)))):
        assert stranger.post(f"{resource}/", json=sent(body)).status_code == 403
    if by == "township":
        other = program_of(make.township())
        assert other.get(f"{resource}/{key}").status_code == (200 if resource in SHARED else 404)
        assert other.post(f"{resource}/", json=sent(body)).status_code == 422


@pytest.mark.requirement("TS-39")
def test_a_grid_worker_reads_the_grid_and_its_staff_and_changes_neither(program_of, make, named):
    grid_unit = make.grid(named["village"])
    profile, other = make.grid_profile(grid_unit), make.grid_profile(make.village(named["town"]))
    post = make.serving(named["grid"], GridRole.commissioner, until_on=date(2026, 12, 31))
    worker = program_of(grid_unit)
    assert set(worker.get("grid/").json["ids"]) == {profile.id, named["grid"].id}
    assert worker.get(f"grid_assignment/{post.id}").status_code == 200
    assert worker.get(f"grid/{other.id}").status_code == 404
    assert worker.put(f"grid/{profile.id}", json={"people": 9}).status_code == 403
    assert worker.move("grid", profile.id, "end", note="x").status_code == 403


@pytest.mark.requirement("LX-35")
def test_a_match_is_read_on_both_sides(browser_of, make, named):
    resource = make.row(ExchangeEntry, named["village"], kind=ExchangeKind.resource)
    need = make.row(ExchangeEntry, named["village"], match_id=resource.id)
    browser = browser_of(named["town"])
    for one, other in ((need, resource), (resource, need)):
        assert f'href="/exchange_entry/{other.id}"' in browser.get(f"/exchange_entry/{one.id}").text


@pytest.mark.requirement("LX-35")
def test_an_entry_is_matched_with_one_that_is_not_and_none_is_added_from_its_page(browser_of, program_of, make, named):
    entry = partial(make.row, ExchangeEntry, named["village"])
    resource, free = entry(kind=ExchangeKind.resource), entry(kind=ExchangeKind.resource)
    need, open_need = entry(match_id=resource.id), entry()
    program, browser = program_of(named["town"]), browser_of(named["town"])
    for one in (resource, need, free):
        assert "/exchange_entry/add" not in browser.get(f"/exchange_entry/{one.id}").text
    for taken in (resource, need):
        assert program.put(f"exchange_entry/{open_need.id}", json={"match": taken.id}).status_code == 422
    offered = browser.get("/exchange_entry/lookup/match").json
    assert {row["id"] for row in offered} == {named["resource"].id, free.id, open_need.id}
    assert program.put(f"exchange_entry/{need.id}", json={"match": resource.id, "title": "Room"}).status_code == 200
    assert program.put(f"exchange_entry/{open_need.id}", json={"match": free.id}).status_code == 200


@pytest.mark.requirement("LX-31")
def test_resources_are_summed_up_by_village(program_of, make, session, named):
    for people in (320, 80):
        make.grid_profile(named["village"]).people = people
    session.commit()
    charts = [program_of(named["town"]).get(f"grid/charts/{number}").json for number in range(3)]
    (resources,) = (chart for chart in charts if chart["beside"])
    assert {part["name"]: part["data"] for part in resources["series"]} == {
        "人": [400], "地": [0], "事": [0], "物": [0], "组织": [0], "舆情": [0],
    }  # fmt: skip


@pytest.mark.requirement("LX-31")
def test_grids_that_have_ended_are_in_no_chart_of_the_villages(program_of, make, session, named):
    for ended in (False, True):
        profile = make.grid_profile(named["village"])
        profile.people = 7
        session.commit()
        if ended:
            make.press(profile, "end", note="Rebuilt.")
    charts = [program_of(named["town"]).get(f"grid/charts/{number}").json for number in range(3)]
    by_village, by_state, resources = ([part["data"] for part in chart["series"]] for chart in charts)
    assert (by_village, by_state, resources[0]) == ([[2]], [[2, 1]], [7]), "one grid is there before"


@pytest.mark.requirement("LX-13")
def test_party_members_and_services_are_summed_up_by_community(program_of, make, named):
    for members in (23, 7):
        make.row(CheckIn, named["village"], organisation=f"Branch {members}", members=members, services=2)
    told = program_of(named["town"]).get("check_in/charts/1").json
    assert (told["labels"], [part["data"] for part in told["series"]]) == ([named["village"].name], [[30], [4]])


@pytest.mark.requirement("ZG-14")
def test_area_population_and_output_of_a_township_are_entered_and_charted(program_of, make, town):
    admin = program_of(make.office(Duty.county_office), RoleName.admin)
    sent = {"area_km2": "60.00", "population": 6000, "gdp": "36000.00"}
    assert admin.put(f"unit/{town.id}", json=sent).status_code == 200
    told = admin.get(f"unit/{town.id}").json["result"]
    assert {name: told[name] for name in sent} == sent
    charts = [admin.get(f"unit/charts/{number}").json for number in (1, 2)]
    assert [(chart["labels"], [part["data"] for part in chart["series"]]) for chart in charts] == [
        ([town.name], [[6000]]),
        ([town.name], [[36000.0]]),
    ]


@pytest.mark.requirement("ZG-14")
def test_a_successors_page_names_what_was_merged_into_it_and_charts_count_it_once(browser_of, program_of, make, town):
    old, office, village = make.township(), make.office(Duty.county_office), make.village(town)
    admin = program_of(office, RoleName.admin)
    for unit, people in ((town, 6000), (old, 900)):
        assert admin.put(f"unit/{unit.id}", json={"population": people}).status_code == 200
    assert admin.put(f"unit/{old.id}", json={"successor": town.id}).status_code == 200
    page = browser_of(office, RoleName.admin).get(f"/unit/{town.id}").text
    assert [f'data-href="/unit/{unit.id}"' in page for unit in (old, village)] == [True, False]
    assert "/unit/add" not in page
    told = admin.get("unit/charts/1").json
    assert (told["labels"], [part["data"] for part in told["series"]]) == ([town.name], [[6000]])


@pytest.mark.requirement("ZG-14")
def test_a_township_is_merged_into_another_living_one_of_its_county_or_none_is_offered(browser_of, program_of, make):
    county, abroad = make.county(), make.county()
    old, other, gone = (make.township(county) for _ in range(3))
    far, office = make.township(abroad), make.office(Duty.county_office, county)
    admin, browser = program_of(office, RoleName.admin), browser_of(office, RoleName.admin)
    assert admin.put(f"unit/{gone.id}", json={"successor": other.id}).status_code == 200
    (address,) = re.findall(r'data-lookup="(/unit/lookup/successor[^"]*)"', browser.get(f"/unit/{old.id}/edit").text)
    assert [row["id"] for row in browser.get(address).json] == [other.id]
    assert browser.get(address.replace(f"of={old.id}", f"of={2**31 - 1}")).status_code == 404
    for unit, status in ((old, 422), (gone, 422), (far, 422), (other, 200)):
        assert admin.put(f"unit/{old.id}", json={"successor": unit.id}).status_code == status


@pytest.mark.requirement("ZG-26")
def test_the_time_before_and_after_stands_side_by_side_in_a_chart(program_of, make, named):
    make.service_item(title="建房", days_before=30, days_after=12)
    charts = [program_of(named["town"]).get(f"service_item/charts/{number}").json for number in range(2)]
    (times,) = (chart for chart in charts if chart["beside"])
    at_item = times["labels"].index("建房")
    assert [(part["name"], part["data"][at_item]) for part in times["series"]] == [
        ("简化前工作日", 30),
        ("简化后工作日", 12),
    ]


def charts_of(program, resource, *titles):
    """By title: {label: {series: number}}, without noughts."""
    found = {}
    for number in range(9):
        answer = program.get(f"{resource}/charts/{number}")
        if answer.status_code == 404:
            break
        told = answer.json
        found[told["title"]] = {
            label: {part["name"]: part["data"][at] for part in told["series"] if part["data"][at]}
            for at, label in enumerate(told["labels"])
        }
    return [found[title] for title in titles]


@pytest.mark.requirement("ZG-25")
def test_the_register_says_who_is_in_front_and_who_is_behind(program_of, make, named):
    keeper = program_of(make.office(Duty.editorial_office), RoleName.list_manager)
    for unit in (named["town"], make.unit(UnitType.agency), named["department"]):
        assert keeper.post("service_desk/", json={"unit": unit.id, "functions": "政策指导"}).status_code == 201
    told = program_of(named["town"]).get("service_desk/").json["result"]
    assert sorted(desk["kind"] for desk in told) == ["back", "front", "front"]
    (desks,) = charts_of(keeper, "service_desk", "前台与后台")
    assert desks == {"前台": {"数量": 2}, "后台": {"数量": 1}}


@pytest.mark.requirement("ZG-27")
def test_the_network_shows_three_levels_and_what_hangs_on_what(program_of, make, named):
    places = [(centre := make.department(), centre), (named["town"],) * 2, (named["town"], named["village"])]
    keys = [
        program_of(keeper).post("service_point/", json={"unit": unit.id, "name": "便民服务"}).json["id"]
        for keeper, unit in places
    ]
    told = {row["id"]: row for row in program_of(make.office(Duty.leadership)).get("service_point/").json["result"]}
    assert [told[key]["level"] for key in keys] == ["county", "township", "village"]
    assert [(told[key]["above"] or {}).get("id") for key in keys] == [None, *keys[:2]]


@pytest.mark.requirement("TS-35")
def test_people_are_served_near_home_in_each_of_the_ways(program_of, make, named):
    keeper = program_of(named["town"])
    for channel in ("proxy_point", "self_service", "home_visit"):
        sent = {"unit": named["village"].id, "channel": channel}
        for resource, further in (("service_point", {"name": "便民服务"}), ("service_request", {"title": "办证"})):
            assert keeper.post(f"{resource}/", json=sent | further).status_code == 201
    (points,) = charts_of(keeper, "service_point", "服务点（按层级和服务方式）")
    assert points == {"村级": {"代办点": 1, "自助服务终端": 1, "上门服务": 1}}
    (requests,) = charts_of(keeper, "service_request", "前台受理件（按服务方式）")
    assert set(requests) == {"代办点", "自助服务终端", "上门服务"}


@pytest.mark.requirement("TS-38")
def test_the_roster_counts_the_units_of_each_kind_and_the_staff_of_each_platform(program_of, make, named):
    for platform, kind, staff in (("访", "resident", 20), ("诉", "resident", 19), ("访", "rotating", 0)):
        columns = {"platform": platform, "kind": ResidencyKind(kind), "staff_count": staff}
        make.row(ResidencyRoster, named["department"], **columns)
    kinds, staff = charts_of(program_of(named["town"]), "residency_roster", "常驻和轮驻单位", "各平台工作人员")
    assert kinds == {"建制入驻": {"数量": 2}, "固定轮驻": {"数量": 1}}
    assert staff == {"访": {"工作人员数": 20}, "诉": {"工作人员数": 19}}


@pytest.mark.requirement("TS-41")
def test_councils_and_what_they_brought_about_are_counted_by_level(program_of, make, named):
    for level in (Level.township, Level.village, Level.village):
        counted = {"members": 100, "key_projects": 8, "projects_returned": 3, "firms_returned": 2}
        make.row(VillagerCouncil, named["village"], level=level, **counted)
    leader = program_of(make.office(Duty.leadership))
    councils, brought = charts_of(leader, "villager_council", "乡贤参事会（按层级）", "乡贤参事会成效")
    assert {label: sum(found.values()) for label, found in councils.items()} == {"乡镇级": 1, "村级": 2}
    assert sorted(brought["村级"].values()) == [4, 6, 16, 200]


@pytest.mark.requirement("TS-33")
def test_files_are_counted_by_stage(program_of, make, named):
    for _ in range(2):
        make.review(named["village"], state=ReviewState.concluded)
    told = program_of(make.office(Duty.leadership)).get("review_file/charts/0").json
    assert (told["labels"], [part["data"] for part in told["series"]]) == (["资格联审"], [[2]])


@pytest.mark.requirement("TS-37")
def test_evidence_is_added_and_never_changed_or_taken_away(program_of, make, named):
    for unit, role in (
        (named["town"], RoleName.township_operator),
        (named["town"], RoleName.township_head),
        (named["department"], RoleName.department_head),
    ):
        keeper, evidence = program_of(unit, role), make.evidence(unit)
        assert keeper.get(f"off_site_evidence/{evidence.id}").status_code == 200
        assert keeper.put(f"off_site_evidence/{evidence.id}", json={"place": "x"}).status_code == 403
        assert keeper.delete(f"off_site_evidence/{evidence.id}").status_code == 403


@pytest.mark.requirement("ZG-24", "TS-33")
def test_who_is_asked_sees_what_it_is_about_answers_and_nobody_else_does(program_of, make, named):
    department, other = make.department(), make.department()
    request = make.service(named["village"], department, state=ServiceState.passed)
    file = make.review(named["village"], department, state=ReviewState.reviewing)
    task, (opinion,) = make.back_task(request), make.review_opinions(file)
    asked, stranger = program_of(department, RoleName.department_head), program_of(other, RoleName.department_head)
    for resource, row, part, move, answers in (
        ("service_request", request, ("back_desk_task", task), "answer", {"answer": "可以。"}),
        ("review_file", file, ("review_opinion", opinion), "give", {"agrees": True}),
    ):
        assert (asked.get(f"{resource}/{row.id}").status_code, stranger.get(f"{resource}/{row.id}").status_code) == (
            200,
            404,
        )
        assert stranger.move(part[0], part[1].id, move, **answers).status_code == 404
        assert asked.move(part[0], part[1].id, move, **answers).status_code == 200


@pytest.mark.requirement("LX-34")
def test_a_mass_organisation_reads_its_call_and_answers_it(program_of, make):
    union = make.unit(UnitType.mass_organisation)
    call = make.call(lead=union, state=CallState.dispatched)
    (part,) = make.assignments(call)
    program = program_of(union)
    assert program.get(f"call/{call.id}").status_code == 200
    answered = program.move("call_assignment", part.id, "respond", promised_due="2098-06-30T09:00:00+08:00")
    assert (answered.status_code, answered.json["result"]["state"]) == (200, "responded")


@pytest.mark.requirement("TC-04")
@pytest.mark.parametrize("below", ["village", "grid"])
def test_villages_and_grids_report_clues_that_their_township_sends(program_of, make, session, named, below):
    unit = named["village"] if below == "village" else make.grid(named["village"])
    clue = {"title": "河边堆渣土", "scope": "complex", "list_item": named["listed"].id}
    answer = program_of(unit).post("call/", json=clue)
    assert answer.status_code == 201, answer.json
    call = session.get(Call, answer.json["id"])
    assert (call.caller_unit_id, call.place_unit_id, call.source) == (named["town"].id, unit.id, CallSource.grid)
    assert program_of(unit).move("call", call.id, "send").status_code == 403
    assert program_of(named["town"]).move("call", call.id, "send").status_code == 200


@pytest.mark.requirement("ZG-13")
def test_the_page_of_an_enforcement_team_says_who_bears_each_of_its_responsibilities(browser_of, make, town):
    team = make.team(town)
    page = browser_of(town).get(f"/enforcement_team/{team.id}?_l_=en").text
    borne = {
        "Manages daily, and does the work": town,
        "Guided and supervised by": team.guiding_department,
        "Answers in law": team.legal_department,
    }
    facts = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL))
    assert all(unit.name in facts[label] for label, unit in borne.items())
