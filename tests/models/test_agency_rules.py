"""An agency is laid down, counts when it is whole, and is alone in its field where there is one for each."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from models.agencies import (
    AgencyCoverage,
    AgencyState,
    DispatchedAgency,
    EnforcementTeam,
    ForceKind,
    SettingMode,
    TeamForce,
)
from models.organisation import Duty, UnitType
from models.rules.agencies import (
    forget_agency,
    forget_team,
    prepare_agency,
    prepare_coverage,
    prepare_force,
    prepare_team,
)
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.models.look import last_message, told

S, M = AgencyState, SettingMode


@pytest.fixture
def editor(make):
    return make.actor(make.office(Duty.editorial_office))


@pytest.mark.requirement("TA-34", "TS-23", "LX-05", "ZG-10")
def test_an_agency_has_a_department_and_a_seat_and_who_manages_each_thing(session, make, editor):
    agency = DispatchedAgency(
        unit_id=make.unit(UnitType.agency).id, department_id=make.department().id, seat_id=make.township().id,
        field=" justice ", mode=M.per_division,
    )  # fmt: skip
    prepare_agency(session, agency, editor, NOW)
    session.add(agency)
    session.commit()
    assert (agency.region_id, agency.field) == (make.home.id, "justice")
    assert {agency.people_by, agency.money_by, agency.goods_by} == {"mainly_township"}
    assert agency.party_relation_down
    assert agency.establishment_locked


@pytest.mark.requirement("TA-34", "TS-23")
@pytest.mark.parametrize("name", ["unit", "department", "seat"])
def test_each_of_the_three_is_of_its_kind_and_county(session, make, editor, name):
    away = make.county()
    others = {
        "unit": make.unit(UnitType.agency, away),
        "department": make.department(away),
        "seat": make.township(away),
    }
    here = make.department() if name == "seat" else make.township()
    for wrong in (others[name], here, make.unit(UnitType.village, make.township())):
        agency = make.agency()
        setattr(agency, f"{name}_id", wrong.id)
        with session.no_autoflush, pytest.raises(Refused, match="Name an agency") as refused:
            prepare_agency(session, agency, editor, NOW)
        assert refused.value.field == name
        session.rollback()


@pytest.mark.requirement("TA-39")
@pytest.mark.parametrize(
    ("weights", "whole"), [(("60", "40"), True), (("60", "39.99"), False), (("60", "40.01"), False)]
)
def test_weights_make_one_whole(make, weights, whole):
    agency = make.agency(make.township(), make.township(), weights=weights)
    if whole:
        make.press(agency, "put_in_force")
        assert agency.state is S.in_force
        return
    with pytest.raises(Refused, match="must make 100") as refused:
        make.press(agency, "put_in_force")
    assert refused.value.field == "weight"


@pytest.mark.requirement("TA-39")
@pytest.mark.parametrize("weight", ["0", "-1", "100.01"])
def test_a_weight_lies_above_nothing(session, make, editor, weight):
    agency = make.agency()
    part = AgencyCoverage(agency_id=agency.id, township_id=make.township().id, weight=Decimal(weight))
    with pytest.raises(Refused, match="above 0") as refused:
        prepare_coverage(session, part, editor, NOW)
    assert refused.value.field == "weight"


def test_only_townships_of_the_county_are_served_and_only_in_a_draft(session, make, editor):
    agency, away = make.agency(), make.township(make.county())
    for unit in (away, make.department()):
        part = AgencyCoverage(agency_id=agency.id, township_id=unit.id, weight=Decimal(1))
        with pytest.raises(Refused, match="of its county"):
            prepare_coverage(session, part, editor, NOW)
    make.press(agency, "put_in_force")
    part = AgencyCoverage(agency_id=agency.id, township_id=make.township().id, weight=Decimal(1))
    with pytest.raises(Refused, match="moved on"):
        prepare_coverage(session, part, editor, NOW)


@pytest.mark.requirement("TA-39")
def test_the_seat_is_among_those_served(make):
    agency = make.agency(make.township(), make.township())
    agency.seat = make.township()
    make.session.commit()
    with pytest.raises(Refused, match="must be among") as refused:
        make.press(agency, "put_in_force")
    assert refused.value.field == "seat"


@pytest.mark.requirement("LX-06")
def test_an_agency_of_one_street_serves_no_other(make):
    agency = make.agency(make.township(), make.township(), mode=M.per_division)
    with pytest.raises(Refused, match="serves no other") as refused:
        make.press(agency, "put_in_force")
    assert refused.value.field == "mode"


@pytest.mark.requirement("LX-06")
@pytest.mark.parametrize("mode", list(M))
def test_where_there_is_one_for_each_there_is_one_of_a_field(make, mode):
    """R31; also a regional one does not serve there besides."""
    street, other = make.township(), make.township()
    first = make.agency(street, state=S.in_force)
    seats = (other, street) if mode is M.regional else (street,)
    second = make.agency(*seats)
    with pytest.raises(Refused, match="already") as refused:
        make.press(second, "put_in_force")
    assert refused.value.details["township"] == street.name
    make.press(make.agency(*seats, field="fire"), "put_in_force")
    make.press(first, "end", note="Merged.")
    make.press(second, "put_in_force")
    assert (first.ended_on, second.state) == (NOW.date(), S.in_force)


@pytest.mark.requirement("LX-06")
def test_another_wording_of_the_field_does_not_make_a_second_one_of_a_department(make):
    """R31: where there is one for each, a department has one there."""
    street = make.township()
    first = make.agency(street, state=S.in_force)
    second = make.agency(street, department=first.department, field="justice office")
    with pytest.raises(Refused, match="already") as refused:
        make.press(second, "put_in_force")
    assert (refused.value.field, refused.value.details["agency"]) == ("department", str(first))
    for others in ((make.township(), {}), (street, {"mode": M.regional})):
        town, mode = others
        make.agency(town, department=first.department, field="fire", state=S.in_force, **mode)
    make.press(first, "end", note="Merged.")
    make.press(second, "put_in_force")
    assert second.state is S.in_force


def test_regional_ones_of_a_field_may_share_a_township(make):
    town = make.township()
    both = [make.agency(town, make.township(), state=S.in_force) for _ in range(2)]
    assert [agency.state for agency in both] == [S.in_force] * 2


@pytest.mark.requirement("TA-33", "TA-34")
def test_whom_it_concerns_hears_that_it_counts(make, session):
    agency = make.agency(make.township(), make.township())
    before = last_message(session)
    make.press(agency, "put_in_force")
    named = {agency.unit.name, agency.department.name, agency.seat.name}
    assert named < set(told(session, before))
    assert len(told(session, before)) == 4


def test_it_is_laid_down_by_the_editorial_office_alone(make):
    agency = make.agency()
    for unit in (agency.department, agency.seat, agency.unit, make.office(Duty.county_office)):
        with pytest.raises(NotYours):
            make.press(agency, "put_in_force", make.actor(unit))
    away = make.actor(make.office(Duty.editorial_office, make.county()))
    with pytest.raises(NotYours):
        make.press(agency, "put_in_force", away)


def test_a_draft_is_thrown_away_with_whom_it_would_serve(session, make, editor):
    agency = make.agency(make.township(), make.township())
    forget_agency(session, agency, editor, NOW)
    session.delete(agency)
    session.commit()
    assert session.scalars(select(AgencyCoverage)).all() == []


# Teams


def test_a_team_is_given_up_with_its_forces(session, make):
    force = make.force(make.team())
    forget_team(session, force.team, make.actor(force.team.unit), NOW)
    assert session.scalars(select(TeamForce)).all() == []


@pytest.mark.requirement("ZG-12", "ZG-13")
def test_a_team_is_a_townships_guided_and_answered_for_by_departments(session, make):
    town = make.township()
    team = EnforcementTeam(unit_id=town.id, name="Team", guiding_department_id=make.department().id,
                           legal_department_id=make.department().id)  # fmt: skip
    prepare_team(session, team, make.actor(town), NOW)
    assert team.region_id == make.home.id
    for name in ("guiding_department", "legal_department"):
        wrong = make.team()
        setattr(wrong, f"{name}_id", town.id)
        with session.no_autoflush, pytest.raises(Refused, match="Choose a department") as refused:
            prepare_team(session, wrong, make.actor(town), NOW)
        assert refused.value.field == name
        session.rollback()
    of_department = make.team()
    of_department.unit_id = make.department().id
    with session.no_autoflush, pytest.raises(Refused, match="of a township"):
        prepare_team(session, of_department, make.actor(town), NOW)


@pytest.mark.requirement("LX-08", "LX-09")
@pytest.mark.parametrize(("kind", "most"), [(ForceKind.office, 1), (ForceKind.core, 5), (ForceKind.other, None)])
def test_a_team_is_one_office_five_core_forces_and_others(session, make, kind, most):
    team = make.team()
    forces = [make.force(team, kind=kind, mechanism="By radio.", site="Room 2") for _ in range(most or 6)]
    one_more = TeamForce(team_id=team.id, unit_id=make.department().id, kind=kind)
    actor = make.actor(team.unit)
    prepare_force(session, forces[0], actor, NOW)  # an edit is no further one
    if most is None:
        prepare_force(session, one_more, actor, NOW)
        return
    with pytest.raises(Refused, match="already") as refused:
        prepare_force(session, one_more, actor, NOW)
    assert refused.value.field == "kind"


def test_a_force_is_of_the_county(session, make):
    team = make.team()
    for unit in (make.department(make.county()), make.office(Duty.county_office)):
        force = TeamForce(team_id=team.id, unit_id=unit.id, kind=ForceKind.other)
        with pytest.raises(Refused, match="A force comes from") as refused:
            prepare_force(session, force, make.actor(team.unit), NOW)
        assert refused.value.field == "unit"
