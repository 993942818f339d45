"""Where units stand: path, county and search key, when they are new, renamed and moved."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from models.calls import Call, CallState
from models.community import MicroProject
from models.establishment import QuotaKind
from models.notices import Outbox
from models.organisation import Duty, Unit, UnitType
from models.recorder import RecorderEntry
from models.roles import RoleName
from models.rules.clues import prepare_call
from models.rules.organisation import move_unit, place_units, prepare_unit, rename_unit, search_key
from models.rules.registers import prepare_owned
from models.workflow import Refused
from tests.make import NOW
from tests.models.look import last_message

numbers = count(1)


@pytest.fixture
def executed() -> Iterator[list[str]]:
    """What is executed: rows sent in one batch are one statement, whatever the driver makes of it."""
    sent: list[str] = []

    def record(connection, statement, *rest):
        sent.append(str(statement))

    event.listen(Engine, "before_execute", record)
    yield sent
    event.remove(Engine, "before_execute", record)


def unit(parent=None, kind=UnitType.township, name="", **values):
    number = next(numbers)
    return Unit(code=f"u{number}", name=name or f"单位{number}", unit_type=kind, parent=parent, **values)


@pytest.fixture
def tree(session):
    """Two cities with a county each; below the first a township, a village and a grid."""
    city, other_city = unit(kind=UnitType.city), unit(kind=UnitType.city)
    county, other_county = unit(city, UnitType.county), unit(other_city, UnitType.county)
    township, other_township = unit(county), unit(other_county)
    village = unit(township, UnitType.village)
    grid = unit(village, UnitType.grid)
    units = {
        "city": city,
        "county": county,
        "township": township,
        "village": village,
        "grid": grid,
        "other_city": other_city,
        "other_county": other_county,
        "other_township": other_township,
    }
    place_units(session, units.values())
    return units


def ids(*units):
    return "/" + "".join(f"{unit.id}/" for unit in units)


@pytest.mark.requirement("TA-51")
def test_a_path_names_all_units_from_the_root_down(tree):
    line = [tree[name] for name in ("city", "county", "township", "village", "grid")]
    assert tree["grid"].path == ids(*line)


def test_the_region_is_the_nearest_county_and_a_countys_is_itself(tree):
    county = tree["county"]
    assert {tree[name].region_id for name in ("county", "township", "village", "grid")} == {county.id}


def test_above_the_counties_there_is_no_region(tree):
    assert tree["city"].region_id is None


@pytest.mark.databases
def test_children_may_come_before_their_parents(session):
    county = unit(kind=UnitType.county)
    township = unit(county)
    place_units(session, [unit(township, UnitType.village), township, county])
    assert township.path == ids(county, township)


def test_a_parent_that_stands_already_need_not_be_given(session, tree):
    village = unit(tree["township"], UnitType.village)
    place_units(session, [village])
    assert village.path == f"{tree['township'].path}{village.id}/"
    assert village.region_id == tree["county"].id


def test_placing_what_stands_already_changes_nothing(session, tree):
    session.flush()
    place_units(session, tree.values())
    assert not session.dirty


def test_a_ring_is_refused(session, tree):
    tree["township"].parent_id = tree["grid"].id
    with pytest.raises(Refused, match="stand below each other"):
        place_units(session, [tree["township"], tree["village"], tree["grid"]])


def test_many_units_cost_as_many_statements_as_few(session, tree, executed):
    sent = []
    for number in (3, 23):
        executed.clear()
        place_units(session, [unit(tree["township"], UnitType.village) for _ in range(number)])
        sent.append(len(executed))
    assert sent[0] == sent[1]


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("市场监督管理局", "市场监管"), "shichangjianduguanliju scjdglj shichangjianguan scjg"),
        (("泗溪镇", ""), "sixizhen sxz"),
        (("司法局", "司法局"), "sifaju sfj"),
        (("天长市",), "tianchangshi tcs"),
        (("单县", "重庆"), "shanxian sx chongqing cq"),
        (("汊涧镇",), "chajianzhen cjz"),
        (("行政执法局",), "xingzhengzhifaju xzzfj"),
        (("12345热线(县)",), "12345rexianxian 12345rxx"),
        (("GIS中心",), "giszhongxin giszx"),
        (("",), ""),
    ],
)
def test_names_are_found_by_pinyin_and_by_initials(names, key):
    assert search_key(*names) == key


def test_the_key_of_a_long_name_fits_and_keeps_the_initials():
    key = search_key("双" * 80)
    assert len(key) <= 200
    assert key.endswith(" " + "s" * 80)


def test_a_new_unit_is_found_by_its_names(session, tree):
    bureau = unit(tree["county"], UnitType.department, "水利局", short_name="水利")
    place_units(session, [bureau])
    assert bureau.search_key == "shuiliju slj shuili sl"


def test_a_renamed_unit_is_found_by_its_new_name_only(session, tree):
    rename_unit(session, tree["township"], "罗阳镇", "罗阳")
    assert (tree["township"].name, tree["township"].short_name) == ("罗阳镇", "罗阳")
    assert tree["township"].search_key == "luoyangzhen lyz luoyang ly"


def test_a_name_is_taken_once_below_a_parent(session, tree):
    neighbour = unit(tree["county"])
    place_units(session, [neighbour])
    with pytest.raises(Refused, match="There is a unit named") as refused:
        rename_unit(session, neighbour, tree["township"].name)
    assert refused.value.field == "name"
    rename_unit(session, neighbour, neighbour.name, "短")
    assert neighbour.short_name == "短"


@pytest.mark.databases
def test_all_below_moves_with_a_unit(session, tree):
    neighbour = unit(tree["county"])
    place_units(session, [neighbour])
    move_unit(session, tree["village"], neighbour)
    assert tree["village"].parent is neighbour
    assert tree["grid"].path == ids(tree["city"], tree["county"], neighbour, tree["village"], tree["grid"])


def test_what_is_not_below_stays(session, tree):
    before = {name: tree[name].path for name in ("city", "county", "township", "other_city", "other_township")}
    move_unit(session, tree["village"], tree["other_township"])
    assert {name: tree[name].path for name in before} == before


def test_a_path_that_only_begins_with_the_same_digits_stays(session):
    first = unit()
    place_units(session, [first])
    twin = unit(id=int(f"{first.id}0"))
    place_units(session, [twin])
    parent = unit()
    place_units(session, [parent])
    move_unit(session, first, parent)
    assert twin.path == ids(twin)


@pytest.mark.databases
def test_a_unit_may_become_a_root(session, tree):
    move_unit(session, tree["township"], None)
    assert tree["grid"].path == ids(tree["township"], tree["village"], tree["grid"])
    assert tree["grid"].region_id is None


def test_a_township_that_changes_county_takes_its_villages_along(session, tree):
    move_unit(session, tree["township"], tree["other_county"])
    assert {tree[name].region_id for name in ("township", "village", "grid")} == {tree["other_county"].id}


def test_a_county_that_changes_city_remains_a_county(session, tree):
    move_unit(session, tree["county"], tree["other_city"])
    assert tree["grid"].path.startswith(ids(tree["other_city"], tree["county"]))
    assert {tree[name].region_id for name in ("county", "township", "grid")} == {tree["county"].id}


@pytest.mark.databases
def test_a_county_below_the_unit_that_moves_remains_a_county(session, tree):
    move_unit(session, tree["city"], tree["other_county"])
    assert tree["city"].region_id == tree["other_county"].id
    assert tree["grid"].region_id == tree["county"].id


@pytest.mark.parametrize("below", ["township", "village", "grid"])
def test_a_unit_does_not_move_below_itself(session, tree, below):
    path = tree["grid"].path
    with pytest.raises(Refused, match="stands below") as refused:
        move_unit(session, tree["township"], tree[below])
    assert refused.value.field == "parent"
    assert tree["grid"].path == path


def test_a_unit_does_not_move_beside_its_namesake(session, tree):
    place_units(session, [unit(tree["other_county"], name=tree["township"].name)])
    with pytest.raises(Refused, match="There is a unit named"):
        move_unit(session, tree["township"], tree["other_county"])


@pytest.mark.parametrize("moved", ["office", "township"])
def test_an_office_with_a_standing_task_stays_in_its_county(session, tree, moved):
    office = unit(tree["township"], UnitType.office, duty=Duty.editorial_office)
    place_units(session, [office])
    moving = {"office": office, "township": tree["township"]}[moved]
    with pytest.raises(Refused, match="has a standing task"):
        move_unit(session, moving, tree["other_county"])


def test_an_office_with_a_standing_task_may_move_within_its_county(session, tree):
    office = unit(tree["county"], UnitType.office, duty=Duty.editorial_office)
    place_units(session, [office])
    move_unit(session, office, tree["township"])
    assert office.path == f"{tree['township'].path}{office.id}/"


def test_a_move_is_recorded(session, tree):
    move_unit(session, tree["village"], tree["other_township"])
    entries = select(RecorderEntry).where(
        RecorderEntry.subject_type == "unit", RecorderEntry.subject_id == tree["village"].id
    )
    last = session.scalars(entries.order_by(RecorderEntry.id.desc()).limit(1)).one()
    assert last.before["parent_id"] == tree["township"].id
    assert last.after["parent_id"] == tree["other_township"].id


def test_a_large_subtree_moves_in_as_many_statements_as_a_small_one(session, tree, executed):
    sent = []
    for number, parent in ((3, "other_township"), (23, "township")):
        place_units(session, [unit(tree["village"], UnitType.grid) for _ in range(number)])
        executed.clear()
        move_unit(session, tree["village"], tree[parent])
        sent.append(len(executed))
    assert sent[0] == sent[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 7)), max_size=8))
def test_whatever_is_moved_paths_and_counties_agree_with_the_parents(session, moves):
    with session.begin_nested() as example:
        kinds = [UnitType.city, UnitType.county, UnitType.county, *[UnitType.township] * 5]
        units: list[Unit] = []
        for number, kind in enumerate(kinds):
            units.append(unit(units[number // 2] if units else None, kind))
        place_units(session, units)
        for moved, target in moves:
            try:
                move_unit(session, units[moved], units[target] if target >= 0 else None)
            except Refused:
                assert units[moved] in line(units[target])
        for each in units:
            above = line(each)
            counties = [one.id for one in above if one.unit_type is UnitType.county]
            assert each.path == ids(*above)
            assert each.region_id == (counties[-1] if counties else None)
        example.rollback()


def line(unit):
    """The unit's ancestors by parent alone, from the root down to itself."""
    return [*(line(unit.parent) if unit.parent else []), unit]


@pytest.mark.requirement("ZG-14")
def test_a_merged_township_hangs_below_its_successor_which_reads_all_that_it_kept(make, session, acting):
    old, successor = make.township(), make.township()
    village = make.village(old)
    call = make.call(old)
    prepare(make, old, successor_id=successor.id)
    assert (old.parent, old.successor, village.parent) == (successor, successor, successor)
    assert old.valid_to == NOW.date()
    assert (village.path, old.region_id) == (f"{successor.path}{village.id}/", successor.region_id)
    theirs, _ = acting(successor)
    assert theirs.scalars(select(Call.id)).all() == [call.id]


@pytest.mark.requirement("ZG-14")
def test_both_and_the_editorial_office_are_told_once_of_a_merger(make, session):
    old, successor, editorial = make.township(), make.township(), make.office(Duty.editorial_office)
    since = last_message(session)
    prepare(make, old, successor_id=successor.id)
    prepare(make, old, population=7)
    written = session.scalars(select(Outbox).where(Outbox.id > since).order_by(Outbox.id)).all()
    assert [message.unit_id for message in written] == [old.id, successor.id, editorial.id]
    assert {(one.subject_id, one.details["successor"]) for one in written} == {(old.id, successor.name)}


@pytest.mark.requirement("ZG-14")
def test_a_merged_township_writes_and_sends_no_call_and_is_told_who_does(make, session):
    old, first, last = make.township(), make.township(), make.township()
    draft = make.call(old)
    prepare(make, old, successor_id=first.id)
    prepare(make, first, successor_id=last.id)
    for act in (
        lambda: prepare_call(session, Call(title="x"), make.actor(old), NOW),
        lambda: make.press(draft, "send"),
    ):
        with pytest.raises(Refused, match="What is new") as refusal:
            act()
        assert refusal.value.details == {"unit": old.name, "successor": last.name}
        session.rollback()


@pytest.mark.requirement("ZG-14")
def test_a_merged_township_begins_nothing_by_what_it_had_drafted(make, session):
    old, successor = make.township(), make.township()
    make.quota(old, 9, QuotaKind.administrative)
    plan, proposed = make.org_plan(old), make.org_plan(old, state="proposed")
    agency, adjustment = make.agency(old), make.adjustment(by=old)
    prepare(make, old, successor_id=successor.id)
    editor = make.actor(make.office(Duty.editorial_office))
    for row, move, actor, said in (
        (plan, "propose", make.actor(old), {}),
        (proposed, "approve", editor, {"document": "Doc."}),
        (agency, "put_in_force", editor, {}),
        (adjustment, "submit", make.actor(old), {}),
    ):
        with pytest.raises(Refused, match="What is new"):
            make.press(row, move, actor, **said)
        session.rollback()
    make.press(proposed, "send_back", editor, note="Merged.")


@pytest.mark.requirement("ZG-14")
def test_what_a_merged_township_had_called_goes_on_in_its_successors_hands(make, session):
    old, successor = make.township(), make.township()
    village = make.village(old)
    call = make.call(old, state=CallState.returned, place_unit_id=village.id)
    prepare(make, old, successor_id=successor.id)
    make.press(call, "send", make.actor(successor))
    assert call.state is CallState.submitted


@pytest.mark.requirement("ZG-14")
def test_a_dissolved_unit_begins_nothing_from_that_day_on_and_keeps_what_it_has(make, session):
    town = make.township()
    project = {"unit_id": town.id, "title": "Steps", "from_on": NOW.date()}
    kept = make.row(MicroProject, town)
    town.valid_to = NOW.date() + timedelta(days=1)
    prepare_owned(session, MicroProject(**project), make.actor(town), NOW)
    town.valid_to = NOW.date()
    prepare_owned(session, kept, make.actor(town), NOW)
    with pytest.raises(Refused, match="is dissolved") as refusal:
        prepare_owned(session, MicroProject(**project), make.actor(town), NOW)
    assert refusal.value.field == "unit"


def prepare(make, unit, **columns):
    admin = make.actor(make.office(Duty.county_office), RoleName.admin)
    make.session.refresh(unit)
    with make.session.no_autoflush:
        for name, value in columns.items():
            setattr(unit, name, value)
        prepare_unit(make.session, unit, admin, NOW)
    make.session.commit()


@pytest.mark.requirement("ZG-14")
def test_a_township_is_merged_once_and_into_one_that_exists(make, session):
    old, department, gone = make.township(), make.department(), make.township()
    gone.valid_to = NOW.date()
    abroad = make.township(make.county())
    for successor in (old, department, gone, abroad):
        refused(make, old, successor_id=successor.id)
    refused(make, department, successor_id=make.township().id)
    prepare(make, old, successor_id=make.township().id)
    refused(make, old, successor_id=make.township().id)
    refused(make, old, successor_id=None)


def refused(make, unit, **columns):
    with pytest.raises(Refused) as refusal:
        prepare(make, unit, **columns)
    assert refusal.value.field == "successor"
    make.session.rollback()


@pytest.mark.requirement("ZG-14")
def test_a_village_of_a_name_that_the_successor_has_too_is_renamed_first(make, session):
    old, successor = make.township(), make.township()
    make.village(old, "Xiping"), make.village(successor, "Xiping")
    with pytest.raises(Refused, match="named"):
        prepare(make, old, successor_id=successor.id)


@pytest.mark.requirement("ZG-14")
@pytest.mark.parametrize("name", ["area_km2", "population", "gdp"])
def test_a_township_has_area_population_and_output(make, session, name):
    town = make.township()
    prepare(make, town, **{name: 7})
    with pytest.raises(Refused) as refusal:
        prepare(make, town, **{name: -1})
    assert refusal.value.field == name
