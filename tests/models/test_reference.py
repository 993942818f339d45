"""What every deployment starts from: the counties, the drafts made of the law, hours and limits."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import seeds
from models.calendar import Clock, LimitState, LimitUnit, ReminderStep, TimeLimit, WorkingWindow
from models.door import system_session
from models.imports import ImportWord
from models.item_words import ListState
from models.lists import DutyList, ItemCooperation, ListItem, ListType
from models.organisation import LOCAL, Duty, Unit, UnitType
from models.plain_words import PlainWord
from models.recorder import ORIGIN, RecorderEntry
from models.seeds import reference, rows, statutes
from models.seeds.reference import seed, seed_demo_base
from models.seeds.statutes import Glossary, matters
from models.situations import CallSituation
from models.words import CallScope

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TAISHUN, TIANCHANG = "330329", "341181"
COUNTIES = (TAISHUN, TIANCHANG)
PLACES = {TAISHUN: ("泰顺县", "温州市", "浙江省"), TIANCHANG: ("天长市", "滁州市", "安徽省")}
TABLES = (
    ListType,
    Unit,
    DutyList,
    ListItem,
    ItemCooperation,
    PlainWord,
    ImportWord,
    CallSituation,
    WorkingWindow,
    TimeLimit,
    ReminderStep,
)


@pytest.fixture(scope="module")
def seeded_engine(sqlite_file, tmp_path_factory) -> Iterator[Engine]:
    path = shutil.copy(sqlite_file, tmp_path_factory.mktemp("seeded") / "seeded.sqlite")
    engine = create_engine(f"sqlite:///{path}")
    with system_session(engine) as session:
        seed(session, NOW)
        seed_demo_base(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def seeded(seeded_engine) -> Iterator[Session]:
    """Seeded once; what a test does to it is never committed."""
    with system_session(seeded_engine) as session:
        yield session


def unit(session, code):
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def items(session, county):
    """The items of a county's draft by their code."""
    found = select(ListItem).where(ListItem.region_id == unit(session, county).id)
    found = found.options(joinedload(ListItem.lead_department), selectinload(ListItem.cooperating))
    return {item.code: item for item in session.scalars(found)}


def number(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize(("county", "townships", "streets"), [(TAISHUN, 19, 0), (TIANCHANG, 14, 2)])
def test_a_county_has_its_townships_and_streets(seeded, county, townships, streets):
    local = select(Unit.unit_type).where(Unit.region_id == unit(seeded, county).id, Unit.unit_type.in_(LOCAL))
    assert Counter(seeded.scalars(local)) == Counter(
        {UnitType.township: townships, UnitType.street: streets} if streets else {UnitType.township: townships}
    )


def test_townships_carry_their_division_code(seeded):
    local = seeded.scalars(select(Unit).where(Unit.unit_type.in_(LOCAL)))
    assert all(len(each.division_code) == 9 and each.division_code == each.code for each in local)


def test_a_reserve_is_no_township(seeded):
    assert not seeded.scalars(select(Unit).where(Unit.name.contains("保护区"))).all()


@pytest.mark.parametrize(("county", "city"), [(TAISHUN, "温州市"), (TIANCHANG, "滁州市")])
def test_a_county_stands_below_its_city_and_is_its_own_region(seeded, county, city):
    county = unit(seeded, county)
    assert (county.parent.name, county.region_id) == (city, county.id)
    assert (county.parent.unit_type, county.parent.region_id) == (UnitType.city, None)


def test_every_path_ends_where_its_parents_goes_on(seeded):
    for each in seeded.scalars(select(Unit).options(joinedload(Unit.parent))):
        assert each.path == f"{each.parent.path if each.parent else '/'}{each.id}/"


@pytest.mark.parametrize("county", COUNTIES)
def test_a_county_has_one_office_for_each_standing_task_and_a_congress(seeded, county):
    below = list(seeded.scalars(select(Unit).where(Unit.region_id == unit(seeded, county).id)))
    assert Counter(each.duty for each in below if each.duty) == Counter(Duty)
    assert sum(each.unit_type is UnitType.congress for each in below) == 1


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("330329-scjg", "shichangjianduguanliju scjdglj shichangjianguanju scjgj"),
        ("341181", "tianchangshi tcs"),
        ("341181101", "chajianzhen cjz"),
        ("330329113", "xiyangzhen xyz"),
    ],
)
def test_units_are_found_by_pinyin(seeded, code, key):
    assert unit(seeded, code).search_key == key


def test_the_law_is_there_by_the_reach_of_its_texts():
    assert Counter(row["territorial_scope"] for row in rows("statute_duty_items.csv")) == {
        "全国": 49,
        "山东省": 33,
        "浙江省": 15,
        "泰安市": 6,
        "济南市": 5,
        "温州市": 2,
        "泰顺县": 1,
        "滨州市": 1,
        "北京市": 1,
    }


@pytest.mark.parametrize(("county", "expected"), [(TAISHUN, 49 + 15 + 2 + 1), (TIANCHANG, 49)])
def test_a_county_lists_what_the_law_in_force_there_divides(seeded, county, expected):
    assert len(items(seeded, county)) == expected


SHARED = {
    "自然资源": 8,
    "城乡建设": 7,
    "应急管理": 5,
    "市场监管": 4,
    "生态环境": 2,
    "民生保障": 9,
    "农业农村": 7,
    "平安法治": 7,
}
"""How many matters of the nation's laws fall into each category: of the seven that Tai'an's article names, five."""
BESIDES = {"城乡建设": 5, "生态环境": 4, "应急管理": 3, "自然资源": 2, "综合执法": 2, "市场监管": 1, "民生保障": 1}
"""What Zhejiang, Wenzhou and Taishun add: a sixth."""


@pytest.mark.requirement("TA-09")
@pytest.mark.parametrize(("county", "expected"), [(TAISHUN, Counter(SHARED) + Counter(BESIDES)), (TIANCHANG, SHARED)])
def test_the_drafts_fall_into_the_categories_of_the_article(seeded, county, expected):
    assert Counter(item.category for item in items(seeded, county).values()) == expected


@pytest.mark.parametrize("county", COUNTIES)
def test_the_lists_are_drafts_kept_by_the_editorial_office(seeded, county):
    draft = seeded.scalars(select(DutyList).where(DutyList.region_id == unit(seeded, county).id)).one()
    assert (draft.state, draft.published_at, draft.owner_unit.duty) == (ListState.draft, None, Duty.editorial_office)
    assert draft.title.endswith("（依法律法规整理）")


@pytest.mark.requirement("TA-10")
@pytest.mark.parametrize("county", COUNTIES)
def test_every_item_names_both_duties_and_its_basis(seeded, county):
    lacking = [
        item.code
        for item in items(seeded, county).values()
        if not (item.department_duties and item.township_duties and item.legal_basis)
    ]
    assert not lacking


@pytest.mark.parametrize("county", COUNTIES)
def test_what_people_read_of_an_item_has_chinese_signs(seeded, county):
    for item in items(seeded, county).values():
        read = (item.title, item.department_duties, item.township_duties, item.legal_basis, item.time_limit)
        assert not set(",;()") & set("".join(read)), item


@pytest.mark.parametrize("county", COUNTIES)
def test_every_item_says_that_it_is_from_law_and_which(seeded, county):
    for item in items(seeded, county).values():
        assert item.source.startswith(f"依法律法规整理 / from law: {item.legal_basis}, ")
        assert len(item.source) <= ListItem.source.type.length


@pytest.mark.requirement("TS-05")
@pytest.mark.parametrize("county", COUNTIES)
def test_every_item_has_a_lead_in_its_county(seeded, county):
    county_id = unit(seeded, county).id
    for item in items(seeded, county).values():
        assert item.lead_department.region_id == item.region_id == county_id
        assert item.lead_department.unit_type is UnitType.department


@pytest.mark.parametrize("county", COUNTIES)
def test_a_lead_does_not_cooperate_and_nobody_cooperates_twice(seeded, county):
    for item in items(seeded, county).values():
        involved = [item.lead_department_id, *(each.unit_id for each in item.cooperating)]
        assert len(involved) == len(set(involved)), item.code


@pytest.mark.parametrize("county", COUNTIES)
def test_titles_are_unique_within_a_list(seeded, county):
    assert max(Counter(item.title for item in items(seeded, county).values()).values()) == 1


@pytest.mark.parametrize(
    ("code", "lead", "why"),
    [
        ("ZR-01", "自然资源和规划局", "the law names today's department"),
        ("ZR-06", "自然资源和规划局", "forestry went to natural resources in 2018"),
        ("ZR-04", "自然资源和规划局", "the law names the government, whose 人民政府 is not 民政"),
        ("ST-02", "市生态环境局泰顺分局", "the law names the government: by category"),
        ("SC-02", "农业农村局", "farm produce is not market supervision's"),
        ("CX-06", "交通运输局", "roads are not housing's"),
        ("YJ-03", "消防救援大队", "fire is not the emergency bureau's"),
        ("MS-07", "人力资源和社会保障局", "wages are not civil affairs'"),
        ("ZF-06", "综合行政执法局", "the Wenzhou regulation, article 6"),
        ("PA-07", "县妇联", "the law against domestic violence, article 4"),
        ("PA-10", "县人民武装部", "military service"),
    ],
)
def test_the_lead_is_the_bureau_of_today(seeded, code, lead, why):
    assert items(seeded, TAISHUN)[code].lead_department.name == lead.replace("县妇联", "县妇女联合会"), why


def test_those_who_cooperate_are_the_laws_in_its_order(seeded):
    cooperating = items(seeded, TAISHUN)["CX-22"].cooperating
    assert [each.unit.short_name or each.unit.name for each in cooperating] == [
        "教育局",
        "卫健局",
        "文广旅体局",
        "民政局",
        "交通局",
        "统战部",
    ]


def test_a_department_that_nobody_has_mapped_is_an_error():
    with pytest.raises(LookupError, match="海关"):
        list(Glossary().cooperating({"cooperating_departments_as_in_law": "公安;海关"}))


@pytest.mark.parametrize("county", COUNTIES)
def test_what_is_urgent_is_an_emergency_and_what_is_not_said_is_complex(seeded, county):
    scopes = {item.code: item.call_scope for item in items(seeded, county).values()}
    assert {scopes[code] for code in ("YJ-03", "YJ-05", "ZR-08")} == {CallScope.emergency}
    assert {scopes[code] for code in ("ST-01", "SC-01", "NY-01")} == {CallScope.key}
    assert {scopes[code] for code in ("MS-01", "ZR-04", "PA-12")} == {CallScope.complex}


def test_every_scope_is_of_a_matter_that_is_listed_and_under_its_title():
    titles = {row["code"]: row["title_label"] for row in rows("statute_duty_items.csv")}
    composed = {row["code"]: row["title_label"] for row in rows("call_scopes.csv")}
    listed = {matter.code for places in PLACES.values() for matter in matters(places)}
    assert composed == {code: titles[code] for code in listed}


def test_only_gaps_of_the_extract_are_supplemented():
    extract = {row["code"]: row for row in rows("statute_duty_items.csv")}
    supplemented = {row["code"] for row in rows("duty_supplements.csv")}
    listed = {matter.code for places in PLACES.values() for matter in matters(places)}
    assert supplemented == {code for code in listed if not extract[code]["county_department_duties"]}


@pytest.mark.parametrize("county", COUNTIES)
def test_the_hours_leave_lunch_and_the_weekend_free(seeded, county):
    windows = seeded.scalars(select(WorkingWindow).where(WorkingWindow.region_id == unit(seeded, county).id))
    morning, afternoon = (time(8, 30), time(12)), (time(14), time(17, 30))
    assert {(each.weekday, each.starts, each.ends) for each in windows} == {
        (weekday, *hours) for weekday in range(5) for hours in (morning, afternoon)
    }


@pytest.mark.parametrize("county", COUNTIES)
def test_every_clock_has_its_limit_and_says_whence(seeded, county):
    limits = list(seeded.scalars(select(TimeLimit).where(TimeLimit.region_id == unit(seeded, county).id)))
    by_scope = {Clock.accept, Clock.respond, Clock.promise, Clock.resolve}
    assert {(limit.clock, limit.scope) for limit in limits} == {
        (clock, scope) for clock in Clock for scope in ((*CallScope, None) if clock in by_scope else (None,))
    }
    assert {limit.state for limit in limits} == {LimitState.in_force}
    assert all(limit.basis.startswith("参考拟定") for limit in limits)


@pytest.mark.requirement("TA-25")
@pytest.mark.parametrize("county", COUNTIES)
def test_every_scope_has_its_situations_and_standards_and_says_whence(seeded, county):
    of_county = CallSituation.region_id == unit(seeded, county).id
    situations = list(seeded.scalars(select(CallSituation).where(of_county).order_by(CallSituation.position)))
    by_scope = {scope: [row.situation[:2] for row in situations if row.scope is scope] for scope in CallScope}
    assert by_scope == {
        CallScope.emergency: ["有人", "停水", "滑坡", "火灾", "疑似", "聚集"],
        CallScope.key: ["一个", "涉及", "房屋", "养殖", "动物", "拖欠"],
        CallScope.complex: ["群众", "土地", "案情", "救助"],
    }
    assert all(row.standard and row.basis.startswith("参考拟定") for row in situations)
    listed = {item.category for item in items(seeded, county).values()}
    assert {row.category for row in situations} <= {"", *listed}


def test_an_emergency_does_not_wait_for_office_hours(seeded):
    limits = seeded.scalars(select(TimeLimit).where(TimeLimit.scope == CallScope.emergency))
    assert {limit.unit for limit in limits} <= {LimitUnit.minute, LimitUnit.hour, LimitUnit.day}


@pytest.mark.databases
def test_a_second_run_adds_nothing(session):
    seed(session, NOW)
    seed_demo_base(session)
    before = {model: number(session, model) for model in TABLES}
    assert set(seed(session, NOW).values()) | set(seed_demo_base(session).values()) == {0}
    assert {model: number(session, model) for model in TABLES} == before


@pytest.mark.databases
def test_the_counts_are_those_of_the_tables(session):
    assert seed(session, NOW) == {model.__tablename__: number(session, model) for model in TABLES}


def test_what_people_changed_stays(seeded):
    bureau, item = unit(seeded, "330329-zj"), items(seeded, TAISHUN)["ZR-01"]
    bureau.name, item.title = "住房和城市建设局", "永久基本农田"
    limit = seeded.scalars(select(TimeLimit).where(TimeLimit.region_id == item.region_id)).first()
    limit.amount = 99
    window = seeded.scalars(select(WorkingWindow).where(WorkingWindow.region_id == item.region_id)).first()
    seeded.delete(window)
    seeded.flush()
    assert set(seed(seeded, NOW).values()) == {0}
    assert (bureau.name, item.title, limit.amount) == ("住房和城市建设局", "永久基本农田", 99)


def test_a_unit_under_another_code_is_not_added_again(seeded):
    unit(seeded, "330329-zj").code = "11330329002"
    seeded.flush()
    assert seed(seeded, NOW)["unit"] == 0


def test_an_office_that_took_over_a_standing_task_stands_in(seeded):
    office = unit(seeded, "330329-bb")
    office.code, office.name = "11330329003", "县委机构编制委员会办公室"
    seeded.flush()
    assert seed(seeded, NOW)["unit"] == 0


def test_a_limit_that_is_missing_is_added(seeded):
    seeded.delete(seeded.scalars(select(TimeLimit).where(TimeLimit.clock == Clock.file)).first())
    seeded.flush()
    assert seed(seeded, NOW)["time_limit"] == 1


def test_an_edited_draft_gets_no_second_one(seeded):
    for item in items(seeded, TAISHUN).values():
        seeded.delete(item)
    seeded.flush()
    assert seed(seeded, NOW)["list_item"] == 0


def test_the_seed_is_recorded_at_its_moment_in_the_chain_of_its_county(seeded):
    county, township = unit(seeded, TAISHUN), unit(seeded, "330329100")
    made = select(RecorderEntry).where(
        RecorderEntry.subject_type == "unit",
        RecorderEntry.subject_id == township.id,
        RecorderEntry.action == "create",
    )
    entry = seeded.scalars(made).one()
    assert (entry.at, entry.chain) == (NOW, county.id)


def test_afterwards_the_session_dates_its_entries_as_before(session):
    before = session.info[ORIGIN]
    seed(session, NOW - timedelta(days=365))
    assert session.info[ORIGIN] == before


@pytest.mark.parametrize("township", ["罗阳镇", "泗溪镇", "雅阳镇", "南浦溪镇", "铜城镇", "汊涧镇"])
def test_the_demonstration_has_two_villages_and_a_grid_in_six_townships(seeded, township):
    above = seeded.scalars(select(Unit).where(Unit.name == township)).one()
    below = list(seeded.scalars(select(Unit).where(Unit.code.startswith(f"{above.code}-c"))))
    assert Counter(each.unit_type for each in below) == {UnitType.village: 2, UnitType.grid: 1}
    assert {each.region_id for each in below} == {above.region_id}
    assert all("演示" in each.short_name for each in below)


@pytest.mark.requirement("LX-30")
def test_thirteen_townships_of_a_county_are_divided_into_773_grids(seeded):
    of_county = select(Unit).where(Unit.unit_type == UnitType.grid, Unit.region.has(code=TAISHUN))
    grids = seeded.scalars(of_county).all()
    assert len(grids) == 773
    assert len({grid.parent.parent for grid in grids}) == 13
    assert {grid.parent.unit_type for grid in grids} == {UnitType.village}
    assert all("演示" in grid.short_name for grid in grids)


def test_no_deployment_but_the_demonstration_has_villages(session):
    seed(session, NOW)
    assert not session.scalars(select(Unit).where(Unit.unit_type.in_((UnitType.village, UnitType.grid)))).all()


@pytest.mark.databases
def test_more_rows_cost_no_more_statements(session, monkeypatch):
    """Counted as executed: rows sent in one batch are one statement, whatever the driver makes of it."""
    few = {"townships.csv": 4, "statute_duty_items.csv": 20}
    sent = []
    event.listen(session.get_bind(), "before_execute", lambda _, statement, *rest: sent.append(statement))
    wanted = []
    for limits in (few, {}):
        for module in (reference, statutes):
            monkeypatch.setattr(module, "rows", lambda name, limits=limits: seeds.rows(name)[: limits.get(name)])
        with session.begin_nested() as run:
            session.connection()  # its savepoints are not the seed's
            sent.clear()
            added = seed(session, NOW)
            wanted.append((added["list_item"], len(sent)))
            run.rollback()
        session.expunge_all()  # what was read of rows that are gone
    (few_items, few_statements), (all_items, all_statements) = wanted
    assert few_items < all_items
    assert few_statements == all_statements
