"""People of agencies: masked numbers, what is locked, a term of two years, an allowance on the post."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.agencies import AgencyState
from models.organisation import Duty
from models.recorder import RecorderEntry, plain
from models.roles import RoleName
from models.rules.staffing import after_months, forget_staff, prepare_staff
from models.staffing import AgencyStaff, PostGrade, RecruitmentSource, Specialty, StaffState, StatusKind
from models.witness import differences
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.make_staffing import SINCE
from tests.models.look import entries

S = StaffState
WHOLE, PHONE = "000000199001010011", "13800000000"


def write(make, staff, at=NOW, **columns):
    """As a form writes it."""
    actor = make.actor(staff.personnel_unit)
    for name, value in columns.items():
        setattr(staff, name, value)
    with make.session.no_autoflush:
        prepare_staff(make.session, staff, actor, at)
    make.session.commit()


def refusal(make, staff, **columns):
    with pytest.raises(Refused) as refused:
        write(make, staff, **columns)
    make.session.rollback()
    return refused.value.field


@pytest.mark.requirement("TS-21")
def test_whoever_is_dispatched_keeps_status_establishment_and_personnel_relation(make):
    staff = make.staff(status_kind=StatusKind.institution)
    assert (staff.state, staff.field, staff.region_id) == (S.in_place, "justice", make.home.id)
    assert staff.establishment_unit == staff.personnel_unit == staff.agency.department
    assert staff.pay_relation_down
    assert staff.party_relation_down
    assert staff.union_relation_down


@pytest.mark.requirement("ZG-21", "ZG-23", "ZG-29", "TS-17")
def test_post_and_establishment_are_apart_and_where_somebody_comes_from_is_kept(make):
    other = make.department()
    staff = make.staff(
        establishment_unit_id=other.id,
        post="Head of the station",
        post_grade=PostGrade.senior,
        post_duties="Leads it.",
        recruited_by=RecruitmentSource.village_graduate,
        specialty=Specialty.agriculture,
    )
    assert (staff.establishment_unit, staff.post, staff.post_grade) == (other, "Head of the station", "senior")
    assert staff.agency.department != other


@pytest.mark.requirement("ZG-29")
def test_the_ways_and_specialties_of_the_article_are_among_the_words():
    ways = {"examination", "selected_graduate", "village_graduate", "village_cadre", "reserve_cadre"}
    assert ways < {str(way) for way in RecruitmentSource}
    assert {"management", "planning", "finance", "agriculture"} < {str(learned) for learned in Specialty}


@pytest.mark.requirement("TS-22")
@pytest.mark.parametrize(
    ("since", "until"),
    [(SINCE, date(2028, 1, 5)), (date(2024, 2, 29), date(2026, 2, 28)), (date(2025, 12, 31), date(2027, 12, 31))],
)
def test_the_term_is_twenty_four_months(make, since, until):
    assert make.staff(dispatched_on=since).min_term_until == until


def test_a_month_without_the_day_ends_on_its_last():
    assert after_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert after_months(date(2026, 11, 30), 1) == date(2026, 12, 30)


@pytest.mark.requirement("TS-21")
@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("post", {"post": "Another"}),
        ("post_grade", {"post_grade": PostGrade.senior}),
        ("is_head", {"is_head": True}),
        ("dispatched_on", {"dispatched_on": date(2025, 1, 1)}),
        ("hired_on", {"hired_on": date(2025, 1, 1)}),
        ("identity_number", {"identity_number": "000000199001010022"}),
    ],
)
def test_of_who_serves_at_a_locked_agency_no_form_changes_establishment_person_post_or_dates(make, field, columns):
    staff = make.staff()
    assert refusal(make, staff, **columns) == field
    staff.agency.establishment_locked = False
    make.session.commit()
    write(make, staff, **columns)


@pytest.mark.requirement("TS-21")
@pytest.mark.parametrize("field", ["establishment_unit", "personnel_unit", "agency"])
def test_nobody_is_moved_into_or_out_of_a_locked_agency_by_form(make, field):
    staff, free = make.staff(), make.registered()
    other = make.agency() if field == "agency" else make.department()
    assert refusal(make, staff, **{f"{field}_id": other.id}) == field
    locked = {"agency_id": staff.agency_id, "dispatched_on": SINCE}
    assert refusal(make, free, **locked) == "agency"
    new = AgencyStaff(
        name="New", personnel_unit_id=free.personnel_unit_id, establishment_unit_id=free.personnel_unit_id, **locked
    )
    with make.session.no_autoflush, pytest.raises(Refused) as refused:
        prepare_staff(make.session, new, make.actor(free.personnel_unit), NOW)
    assert refused.value.field == "agency"


@pytest.mark.requirement("TS-21")
def test_what_is_not_locked_of_them_may_be_written_and_while_an_agency_is_laid_down_all_of_it(make):
    staff = make.staff()
    write(make, staff, phone="13900000000", benefit_two_20=True, union_relation_down=False)
    assert (staff.benefit_two_20, staff.union_relation_down) == (True, False)
    make.press(staff.agency, "revise", note="New posts.")
    write(make, staff, post="Another")
    assert staff.post == "Another"


def test_a_missing_identity_number_is_added_though_the_agency_is_locked(make):
    staff = make.staff(identity_number="")
    write(make, staff, identity_number=WHOLE)
    assert staff.identity_secret == WHOLE
    assert refusal(make, staff, identity_number="") == "identity_number"


@pytest.mark.requirement("ZG-20", "TS-30")
def test_the_allowance_is_for_who_serves_on_the_post_and_the_benefits_for_everyone(make):
    assert refusal(make, make.registered(), allowance_on_post=True) == "allowance_on_post"
    staff = make.staff(allowance_on_post=True, benefit_two_20=True)
    staff.state = S.seconded
    make.session.commit()
    assert refusal(make, staff, phone="") == "allowance_on_post"
    away = make.staff(benefit_two_20=True)
    away.state = S.seconded
    make.session.commit()
    write(make, away, post_duties="x")
    assert away.benefit_two_20


def test_a_person_has_a_name_a_department_and_days_in_order(make):
    staff, away = make.registered(), make.department(make.county())
    for field, columns in (
        ("name", {"name": " "}),
        ("personnel_unit", {"personnel_unit_id": make.township().id}),
        ("establishment_unit", {"establishment_unit_id": away.id}),
        ("agency", {"dispatched_on": SINCE}),
        ("dispatched_on", {"agency_id": make.agency().id}),
        ("agency", {"agency_id": make.agency(state=AgencyState.ended).id, "dispatched_on": SINCE}),
        ("agency", {"agency_id": make.agency(make.township(away.region)).id, "dispatched_on": SINCE}),
        ("is_head", {"is_head": True}),
        ("hired_on", {"min_service_until": SINCE}),
        ("min_service_until", {"hired_on": SINCE, "min_service_until": SINCE}),
        ("phone", {"phone": "call me"}),
        ("identity_number", {"identity_number": "12345"}),
    ):
        assert refusal(make, staff, **columns) == field, columns


# Numbers


def test_numbers_are_kept_whole_and_shown_masked(make):
    staff = make.staff()
    assert (staff.identity_number, staff.phone) == ("0" + "*" * 16 + "1", "138******00")
    assert (staff.identity_secret, staff.phone_secret, staff.numbers_changed_at) == (WHOLE, PHONE, NOW)


def test_what_comes_back_masked_changes_nothing_and_what_is_emptied_is_gone(make):
    staff = make.registered()
    write(make, staff, phone=staff.phone, identity_number=f" {staff.identity_number} ")
    assert (staff.phone_secret, staff.identity_secret) == (PHONE, WHOLE)
    assert refusal(make, staff, phone="139******00") == "phone"
    write(make, staff, phone="")
    assert (staff.phone_secret, staff.phone) == ("", "")


def test_the_recorder_has_no_number_whole_and_yet_each_change_of_one(session, make):
    staff = make.registered()
    later = NOW + timedelta(days=1)
    write(make, staff, later, phone="13811111100")
    assert staff.phone == "138******00"
    kept = [f"{entry.before} {entry.after}" for entry in session.scalars(select(RecorderEntry))]
    assert not [line for line in kept if WHOLE in line or PHONE in line or "13811111100" in line]
    assert entries(session, staff)[-1].after == {"numbers_changed_at": plain(later)}
    assert list(differences(session)) == []


def test_the_numbers_are_shown_to_the_host_the_department_and_the_editorial_office_who_say_what_for(make, session):
    staff = make.staff()
    agency = staff.agency
    may = (
        make.actor(agency.seat, RoleName.township_head),
        make.actor(agency.department),
        make.actor(make.office(Duty.editorial_office)),
    )
    for actor in may:
        with pytest.raises(Refused) as refused:
            make.press(staff, "reveal_numbers", actor, note=" ")
        assert refused.value.field == "note"
        session.rollback()
        make.press(staff, "reveal_numbers", actor, note="To insure.")
        entry = entries(session, staff)[-1]
        assert (entry.action, entry.note, entry.user_id) == ("reveal_numbers", "To insure.", actor.user_id)
        assert WHOLE not in f"{entry.before}{entry.after}"
    others = (
        make.actor(make.township()),
        make.actor(make.department()),
        make.actor(agency.unit),
        make.actor(make.village(agency.seat)),
        make.actor(agency.seat, RoleName.township_observer),
        make.actor(make.office(Duty.leadership)),
        make.actor(make.office(Duty.county_office), RoleName.admin),
        make.actor(make.office(Duty.editorial_office, make.county())),
    )
    for actor in others:
        with pytest.raises(NotYours):
            make.press(staff, "reveal_numbers", actor, note="To insure.")


def test_of_who_has_left_the_numbers_are_the_departments_and_the_editorial_offices(make):
    staff = make.staff()
    make.press(staff, "leave")
    for actor in (make.actor(staff.agency.department), make.actor(make.office(Duty.editorial_office))):
        make.press(staff, "reveal_numbers", actor, note="To insure.")
    with pytest.raises(NotYours):
        make.press(staff, "reveal_numbers", make.actor(staff.agency.seat, RoleName.township_head), note="To insure.")


# Their agency


@pytest.mark.requirement("ZG-20")
def test_whoever_left_heads_nothing_draws_no_allowance_and_is_counted_in_no_field(make):
    staff = make.staff(is_head=True, allowance_on_post=True)
    make.press(staff, "leave")
    assert (staff.state, staff.is_head, staff.allowance_on_post, staff.field) == (S.left, False, False, "")
    assert staff.agency is not None


@pytest.mark.requirement("TS-24")
def test_a_field_that_is_named_anew_is_named_anew_of_its_people(make):
    staff = make.staff()
    make.press(staff.agency, "revise", note="Named anew.")
    staff.agency.field = "law"
    make.press(staff.agency, "put_in_force")
    assert staff.field == "law"


def test_an_agency_ends_when_nobody_serves_at_it(make, session):
    staff = make.staff()
    with pytest.raises(Refused, match="People serve") as refused:
        make.press(staff.agency, "end", note="Merged.")
    assert refused.value.field == "agency"
    session.rollback()
    staff.state = S.left
    session.commit()
    make.press(staff.agency, "end", note="Merged.")


def test_a_mistake_is_deleted_and_whoever_served_at_a_locked_agency_stays(session, make):
    actor = make.actor(make.department())
    forget_staff(session, make.registered(), actor, NOW)
    forget_staff(session, make.staff(make.agency()), actor, NOW)
    for staff, state in ((make.staff(), S.in_place), (make.staff(make.agency()), S.left)):
        staff.state = state
        with pytest.raises(Refused, match="stays on record"):
            forget_staff(session, staff, actor, NOW)
