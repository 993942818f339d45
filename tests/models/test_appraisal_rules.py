"""A township grades who served there, by post and satisfaction, within what the county has fixed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from models.appraisals import AppraisalGrade, AppraisalState, AppraisalTotal
from models.organisation import Duty
from models.queries.appraisals import where_served
from models.roles import RoleName
from models.rules.appraisals import forget_total, prepare_appraisal, prepare_total, ungraded
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import last_message, told

G, S = AppraisalGrade, AppraisalState
YEAR = NOW.year


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def agency(make, town):
    return make.agency(town, state="in_force")


def refused(make, act):
    with pytest.raises(Refused) as said:
        act()
    make.session.rollback()
    return said.value


# The total


@pytest.mark.requirement("ZG-22")
def test_the_township_distributes_within_the_total_and_is_told_what_is_left(make, town):
    total = make.appraisal_total(town, "250")
    make.appraisal(total, share=Decimal("149.5"))
    said = refused(make, lambda: make.appraisal(total, share=Decimal("100.51")))
    assert (said.field, said.details["left"]) == ("share", "100.50")
    mine = make.appraisal(total, share=Decimal("100.5"))
    mine.share = Decimal("100.51")
    with make.session.no_autoflush:
        said = refused(make, lambda: prepare_appraisal(make.session, mine, make.actor(town), NOW))
    assert said.details["left"] == "100.50"


@pytest.mark.requirement("ZG-22")
def test_no_more_are_excellent_than_the_county_has_fixed(make, town):
    total = make.appraisal_total(town, excellent_quota=1)
    first = make.appraisal(total, grade=G.excellent)
    said = refused(make, lambda: make.appraisal(total, grade=G.excellent))
    assert (said.field, said.details["quota"]) == ("grade", "1")
    prepare_appraisal(make.session, first, make.actor(town), NOW)  # it is the one
    make.appraisal(total, grade=G.basic)


@pytest.mark.requirement("ZG-22")
def test_the_county_fixes_no_less_than_is_distributed(make, session, town):
    total = make.appraisal_total(town, "300", excellent_quota=1)
    make.appraisal(total, grade=G.excellent, share=Decimal(120))
    editorial = make.actor(make.office(Duty.editorial_office))
    for field, value in (("total", Decimal(119)), ("excellent_quota", 0), ("post_weight", 60)):
        setattr(total, field, value)
        with session.no_autoflush:
            assert refused(make, lambda: prepare_total(session, total, editorial, NOW)).field == field
    total.total = Decimal(120)
    prepare_total(session, total, editorial, NOW)
    assert refused(make, lambda: forget_total(session, total, editorial, NOW))


@pytest.mark.requirement("ZG-21", "ZG-22")
@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("township", {"township_id": "department"}),
        ("township", {"township_id": "abroad"}),
        ("year", {"year": 1999}),
        ("total", {"total": Decimal(0)}),
        ("post_weight", {"post_weight": 0}),
        ("post_weight", {"post_weight": 100}),
    ],
)
def test_a_total_is_of_a_township_of_the_county_and_both_parts_count(make, session, town, field, columns):
    named = {"department": make.department, "abroad": lambda: make.township(make.county())}
    said = {name: named[value]().id if value in named else value for name, value in columns.items()}
    total = AppraisalTotal(**{"township_id": town.id, "year": YEAR, "total": Decimal(9), "excellent_quota": 1} | said)
    editorial = make.actor(make.office(Duty.editorial_office))
    with session.no_autoflush:
        assert refused(make, lambda: prepare_total(session, total, editorial, NOW)).field == field


# One person's sheet


@pytest.mark.requirement("ZG-21")
@pytest.mark.parametrize(("weight", "score"), [(50, "85.00"), (70, "83.00"), (33, "86.70")])
def test_a_score_is_made_of_post_and_satisfaction_by_the_stated_weights(make, town, weight, score):
    total = make.appraisal_total(town, post_weight=weight)
    assert make.appraisal(total).score == Decimal(score)


@pytest.mark.requirement("ZG-21")
@pytest.mark.parametrize("field", ["post_function", "satisfaction"])
@pytest.mark.parametrize("value", [None, Decimal("-0.01"), Decimal("100.01")])
def test_neither_part_may_be_missing(make, town, field, value):
    """双挂钩."""
    total = make.appraisal_total(town)
    assert refused(make, lambda: make.appraisal(total, **{field: value})).field == field


@pytest.mark.requirement("ZG-21")
def test_post_and_establishment_are_apart_and_the_duties_of_the_post_are_on_the_sheet(make, agency, town):
    staff = make.staff(agency, post="Clerk", post_duties="Keeps the files.")
    total = make.appraisal_total(town)
    sheet = make.appraisal(total, staff)
    assert (sheet.post_name, sheet.duties) == ("Clerk", "Keeps the files.")
    assert sheet.establishment_unit == agency.department
    post = make.post(town, name="Mayor", duties="Leads.")
    own = make.appraisal(total, name="Somebody", post_id=post.id)
    assert (own.post_name, own.duties, own.establishment_unit) == ("Mayor", "Leads.", town)


@pytest.mark.parametrize(
    ("field", "columns"), [("staff", {"name": " "}), ("post", {"name": "X"}), ("post", {"name": "X", "post_id": 0})]
)
def test_one_of_the_townships_own_has_a_name_and_a_post_there(make, town, field, columns):
    total = make.appraisal_total(town)
    if "post_id" in columns:
        columns = columns | {"post_id": make.post(make.township()).id}
    assert refused(make, lambda: make.appraisal(total, **columns)).field == field


# Where somebody served


@pytest.mark.requirement("TS-31", "ZG-21")
def test_who_served_in_several_townships_is_graded_where_it_was_longest(make, session, agency, town):
    other = make.agency(make.township(), department=agency.department, state="in_force")
    stayed, soon_gone = (
        make.staff(agency, dispatched_on=date(2025, 3, 1)),
        make.staff(agency, dispatched_on=date(2025, 3, 1)),
    )
    for staff, on in ((stayed, date(2026, 11, 2)), (soon_gone, date(2026, 2, 2))):
        moved = {"to_agency_id": other.id, "new_post": "Clerk", "effective_on": on, "exception_reason": "A task."}
        make.change(staff, "move", state="effective", at=NOW.replace(month=on.month, day=on.day), **moved)
    served = where_served(session, town.region_id, YEAR, NOW.date())
    assert (served[stayed.id], served[soon_gone.id]) == (town.id, other.seat_id)
    total, there = make.appraisal_total(town), make.appraisal_total(other.seat)
    make.appraisal(total, stayed)
    said = refused(make, lambda: make.appraisal(there, stayed))
    assert (said.field, said.details["township"]) == ("staff", town.name)
    make.appraisal(there, soon_gone)


@pytest.mark.requirement("TS-31")
def test_who_left_in_the_year_is_graded_where_they_served_and_who_came_after_it_is_not(make, session, agency, town):
    gone = make.staff(agency, dispatched_on=date(2025, 3, 1))
    make.transfer_plan(town, 5)
    make.change(gone, "transfer_out", state="effective", exception_reason="A task.")
    make.registered(agency.department)
    served = where_served(session, town.region_id, YEAR, NOW.date() + timedelta(days=5))
    assert served == {gone.id: town.id}
    assert where_served(session, town.region_id, YEAR - 1, NOW.date()) == {gone.id: town.id}
    assert where_served(session, town.region_id, YEAR + 1, NOW.date()) == {}


@pytest.mark.requirement("TS-31")
def test_who_served_nowhere_in_the_year_is_named_as_such(make, agency, town):
    total, newcomer = make.appraisal_total(town, year=YEAR - 1), make.staff(agency, dispatched_on=date(YEAR, 3, 1))
    said = refused(make, lambda: make.appraisal(total, newcomer))
    assert (said.field, said.details) == ("staff", {"staff": newcomer.name, "year": str(YEAR - 1)})


def test_it_costs_the_same_for_three_people_and_for_nine(make, session, town):
    statements = []

    def count(*_):
        statements.append(1)

    costs = []
    agency = make.agency(town, state="in_force")
    for more in (3, 6):
        for _ in range(more):
            make.staff(agency)
        statements.clear()
        event.listen(session.get_bind(), "before_cursor_execute", count)
        (found,) = ungraded(session, town.region_id, YEAR, NOW)
        event.remove(session.get_bind(), "before_cursor_execute", count)
        costs.append((len(statements), len(found.people)))
    assert [people for _, people in costs] == [3, 9]
    assert costs[0][0] == costs[1][0]


# As a whole


@pytest.mark.requirement("TS-31")
def test_the_whole_is_submitted_when_everybody_who_served_there_has_a_grade(make, session, agency, town):
    total = make.appraisal_total(town)
    first, second = make.staff(agency), make.staff(agency)
    make.appraisal(total, first)
    said = refused(make, lambda: make.press(total, "submit_appraisals"))
    assert said.details == {"count": "1", "first": second.name}
    (left,) = ungraded(session, town.region_id, YEAR, NOW)
    assert (left.township, left.total, left.people) == (town, total, [second])
    make.appraisal(total, second)
    assert ungraded(session, town.region_id, YEAR, NOW) == []
    make.press(total, "submit_appraisals")
    assert (total.state, total.submitted_at) == (S.submitted, NOW)


def test_nothing_is_submitted_while_nobody_is_appraised(make, town):
    total = make.appraisal_total(town)
    assert "Nobody" in str(refused(make, lambda: make.press(total, "submit_appraisals")))


@pytest.mark.requirement("ZG-22")
def test_the_county_confirms_the_whole_or_sends_it_back_and_nothing_changes_meanwhile(make, session, town):
    total = make.appraisal_total(town, state=S.submitted)
    assert refused(make, lambda: make.appraisal(total)).field == "total"
    since = last_message(session)
    make.press(total, "return_appraisals", note="Too many.")
    assert (total.state, total.submitted_at) == (S.fixed, None)
    assert set(told(session, since)) == {town.name}
    make.appraisal(total)
    for name in ("submit_appraisals", "confirm_appraisals"):
        make.press(total, name)
    assert (total.state, total.confirmed_at) == (S.confirmed, NOW)
    assert refused(make, lambda: make.appraisal(total)).field == "total"
    with pytest.raises(MovedOn):
        make.press(total, "return_appraisals", make.actor(make.office(Duty.editorial_office)))


@pytest.mark.requirement("ZG-22")
def test_the_township_submits_and_the_county_confirms(make, town):
    total = make.appraisal_total(town)
    make.appraisal(total)
    for who in (make.township(), make.office(Duty.editorial_office), make.department()):
        with pytest.raises(NotYours):
            make.press(total, "submit_appraisals", make.actor(who))
        make.session.rollback()
    make.press(total, "submit_appraisals")
    for who in (make.actor(town, RoleName.township_head), make.actor(make.office(Duty.county_office))):
        with pytest.raises(NotYours):
            make.press(total, "confirm_appraisals", who)
        make.session.rollback()
