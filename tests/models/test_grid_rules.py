"""Grids: what may cover a place, what a merger does, and who may serve under whom."""

from datetime import date

import pytest
from sqlalchemy import select

from models.door import NotWritable, OutOfSight
from models.grids import Force, Frequency, Grid, GridArea, GridAssignment, GridRole, GridState, GridTask
from models.organisation import Duty, UnitType
from models.roles import RoleName
from models.rules.grids import prepare_area, prepare_assignment, prepare_grid, prepare_task
from models.workflow import NotYours, Refused
from tests.make import NOW

F, R = Force, GridRole


@pytest.fixture
def village(make):
    return make.village(make.township())


def refused(prepare, session, row, field):
    with session.no_autoflush, pytest.raises(Refused) as refusal:
        prepare(session, row, None, NOW)
    assert refusal.value.field == field
    session.rollback()


def covers(session, grid):
    return set(session.scalars(select(GridArea.name).where(GridArea.grid_id == grid.id)))


@pytest.mark.requirement("TA-45")
def test_a_grid_lies_in_a_village_or_community(make, session, village):
    for place in (village, make.grid(village)):
        grid = Grid(name="Ours", unit_id=place.id, is_comprehensive=True)
        prepare_grid(session, grid, None, NOW)
        assert (grid.village_id, grid.region_id) == (village.id, village.region_id)
    for place in (village.parent, make.department(), make.unit(UnitType.grid, village.parent)):
        refused(prepare_grid, session, Grid(name="Nowhere", unit_id=place.id, is_comprehensive=True), "unit")


@pytest.mark.parametrize(("comprehensive", "force"), [(True, F.police), (False, None)])
def test_a_special_grid_says_in_what(make, session, village, comprehensive, force):
    grid = Grid(name="Ours", unit_id=village.id, is_comprehensive=comprehensive, speciality=force)
    refused(prepare_grid, session, grid, "speciality")


@pytest.mark.requirement("TA-44")
def test_a_place_has_one_comprehensive_grid_and_no_other_beside_it(make, session, village):
    make.grid_profile(village, "Block 1")
    for force in (None, F.police):
        other = make.grid_profile(village, force=force)
        refused(prepare_area, session, GridArea(grid_id=other.id, name="Block 1"), "name")
        prepare_area(session, GridArea(grid_id=other.id, name="Block 2"), None, NOW)


@pytest.mark.requirement("TA-44")
def test_special_grids_share_a_place_unless_they_are_of_one_force(make, session, village):
    make.grid_profile(village, "Block 1", force=F.police)
    prepare_area(session, GridArea(grid_id=make.grid_profile(village, force=F.justice).id, name="Block 1"), None, NOW)
    for force in (F.police, None):
        other = make.grid_profile(village, force=force)
        refused(prepare_area, session, GridArea(grid_id=other.id, name="Block 1"), "name")


def test_a_place_of_that_name_in_another_village_is_another_place(make, session, village):
    make.grid_profile(village, "Block 1")
    elsewhere = make.grid_profile(make.village(village.parent))
    area = GridArea(grid_id=elsewhere.id, name=" Block 1 ")
    prepare_area(session, area, None, NOW)
    assert (area.name, area.region_id) == ("Block 1", village.region_id)


@pytest.mark.requirement("TA-44")
def test_a_special_grid_does_not_become_comprehensive_beside_others(make, session, village):
    make.grid_profile(village, "Block 1", force=F.police)
    mine = make.grid_profile(village, "Block 1", force=F.justice)
    mine.is_comprehensive, mine.speciality = True, None
    refused(prepare_grid, session, mine, "is_comprehensive")


@pytest.mark.requirement("TA-44")
def test_special_grids_are_merged_into_one_that_takes_over_all_and_the_others_end(make, session, village):
    kept, *others = (make.grid_profile(village, "Block 1", f"Block {n}", force=force)
                     for n, force in ((2, F.general_governance), (3, F.police), (4, F.city_management)))  # fmt: skip
    now, before = make.serving(others[0], is_responsible=True), make.serving(others[0], until_on=date(2026, 2, 1))
    task = make.task(others[1])
    make.press(kept, "merge", grid_ids=others)
    assert (kept.is_comprehensive, kept.speciality, kept.state) == (True, None, "in_force")
    assert covers(session, kept) == {"Block 1", "Block 2", "Block 3", "Block 4"}
    assert {(grid.state, grid.merged_into_id, grid.ended_on) for grid in others} == {
        ("ended", kept.id, NOW.date()),
    }
    assert (now.grid_id, now.is_responsible, before.grid_id) == (kept.id, False, others[0].id)
    assert session.get(GridTask, task.id).grid_id == kept.id


@pytest.mark.requirement("TA-44")
def test_a_merger_that_leaves_a_place_covered_twice_is_refused(make, session, village):
    kept, merged, _left = (
        make.grid_profile(village, "Block 1", force=force) for force in (F.police, F.justice, F.city_management)
    )
    with pytest.raises(Refused) as refusal:
        make.press(kept, "merge", grid_ids=[merged])
    assert refusal.value.field == "grid_ids"


def test_whoever_serves_in_a_grid_that_ends_serves_no_longer(make, village):
    grid = make.grid_profile(village)
    serving, gone = make.serving(grid), make.serving(grid, until_on=date(2026, 2, 1))
    make.press(grid, "end", note="Rebuilt.")
    assert (serving.until_on, gone.until_on) == (NOW.date(), date(2026, 2, 1))


@pytest.mark.requirement("TA-46")
def test_a_task_is_of_a_grid_that_still_covers_its_places(make, session, village):
    grid, ended = make.grid_profile(village), make.grid_profile(village)
    make.press(ended, "end", note="Rebuilt.")
    task = GridTask(grid_id=grid.id, task="Walk the river.", frequency=Frequency.weekly)
    prepare_task(session, task, None, NOW)
    assert task.region_id == village.region_id
    refused(prepare_task, session, GridTask(grid_id=ended.id, task="x", frequency=Frequency.weekly), "grid")


@pytest.mark.requirement("TS-39")
def test_the_township_runs_its_grids_and_neither_who_works_there_nor_another_township_does(make, acting, village):
    grid = make.grid_profile(make.grid(village))
    county = make.actor(make.office(Duty.county_office))
    for actor in (make.actor(grid.unit), make.actor(village), make.actor(make.township()), county):
        with pytest.raises(NotYours):
            make.press(grid, "end", actor, note="x")
    theirs, _ = acting(make.township())
    theirs.add(Grid(name="Ours", region_id=grid.region_id, unit_id=village.id, village_id=village.id))
    with pytest.raises(OutOfSight):
        theirs.commit()
    worker, _ = acting(make.grid(village))
    worker.get(Grid, grid.id).people = 9
    with pytest.raises(NotWritable):
        worker.commit()
    worker.rollback()
    make.press(grid, "end", make.actor(village.parent), note="Rebuilt.")
    assert grid.state is GridState.ended


@pytest.mark.requirement("LX-32")
def test_a_grid_has_several_workers_and_a_worker_several_grids(make, session, village):
    grids, people = [make.grid_profile(village) for _ in range(2)], [make.user() for _ in range(2)]
    for grid in grids:
        for person in people:
            row = GridAssignment(grid_id=grid.id, worker_id=person.id, role=R.full_time, post="Guard", duties="Walk.")
            row.from_on = NOW.date()
            prepare_assignment(session, row, None, NOW)
            session.add(row)
            session.flush()
    assert len(session.scalars(select(GridAssignment)).all()) == 4


@pytest.mark.requirement("TA-47")
def test_one_at_a_time_is_responsible_for_a_grid(make, session, village):
    grid = make.grid_profile(village)
    make.serving(grid, is_responsible=True, until_on=date(2026, 6, 30))
    of_grid = {"grid_id": grid.id, "role": R.part_time, "post": "Guard", "duties": "Walk.", "is_responsible": True}
    meeting = GridAssignment(from_on=date(2026, 6, 1), **of_grid)
    refused(prepare_assignment, session, meeting, "is_responsible")
    prepare_assignment(session, GridAssignment(from_on=date(2026, 7, 1), **of_grid), None, NOW)


def of(grid, role, worker=None, **columns):
    row = GridAssignment(grid_id=grid.id, role=role, post="Post", duties="Duties.", from_on=NOW.date(), **columns)
    row.worker_id = worker.id if worker else None
    return row


@pytest.mark.requirement("LX-25")
def test_a_community_commissioner_is_a_leader_of_the_street(make, session, village):
    grid, street = make.grid_profile(village), village.parent
    leader, clerk, elsewhere = make.user(), make.user(), make.user()
    make.posting(leader, street, RoleName.township_head)
    make.posting(clerk, street, RoleName.township_operator)
    make.posting(elsewhere, make.township(), RoleName.township_head)
    prepare_assignment(session, of(grid, R.commissioner, leader), None, NOW)
    for worker in (clerk, elsewhere, None):
        refused(prepare_assignment, session, of(grid, R.commissioner, worker), "worker")


@pytest.mark.requirement("LX-25")
def test_assistants_are_the_staff_that_the_commissioner_of_their_community_is_in_charge_of(make, session, village):
    grid, street = make.grid_profile(village), village.parent
    clerk, stranger = make.user(), make.user()
    make.posting(clerk, street, RoleName.township_operator)
    make.posting(stranger, make.township(), RoleName.township_operator)
    mine = make.serving(make.grid_profile(village), R.commissioner)
    other = make.serving(make.grid_profile(make.village(street)), R.commissioner)
    worker = make.serving(grid)
    prepare_assignment(session, of(grid, R.assistant, clerk, commissioner_id=mine.id), None, NOW)
    refused(prepare_assignment, session, of(grid, R.assistant, stranger, commissioner_id=mine.id), "worker")
    for leader in (other.id, worker.id, None):
        refused(prepare_assignment, session, of(grid, R.assistant, clerk, commissioner_id=leader), "commissioner")
    refused(prepare_assignment, session, of(grid, R.full_time, commissioner_id=mine.id), "commissioner")
