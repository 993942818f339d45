"""What townships and villages keep, by REST: the fields that are there, who writes them, and who may look."""

from datetime import date

import pytest

from models.grids import GridRole
from models.organisation import Duty
from models.roles import RoleName

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
]  # fmt: skip


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
        "county_office": (office, RoleName.county_dispatcher),
    }.__getitem__


@pytest.mark.parametrize(("resource", "by", "body", "without"), REGISTERS)
def test_a_register_keeps_what_it_is_for(program_of, keeper_of, sent, resource, by, body, without):
    program, body = program_of(*keeper_of(by)), sent(body)
    for name in without:
        answer = program.post(f"{resource}/", json={key: value for key, value in body.items() if key != name})
        assert (answer.status_code, list(answer.json["message"])) == (422, [name])
    answer = program.post(f"{resource}/", json=body)
    assert answer.status_code == 201, answer.json
    kept = program.get(f"{resource}/{answer.json['id']}").json["result"]
    told = {name: value["id"] if isinstance(value, dict) else value for name, value in kept.items()}
    assert {name: told[name] for name in body} == body


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
    for stranger in (leader, program_of(make.department()), program_of(make.office(Duty.supervision_office))):
        assert stranger.post(f"{resource}/", json=sent(body)).status_code == 403
    if by == "township":
        other = program_of(make.township())
        assert other.get(f"{resource}/{key}").status_code == 404
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
