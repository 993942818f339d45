"""An assigned matter is approved twice, has a term, and keeps under the cap; streets are spared two kinds of work."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from models.assigned import AssignedMatter, AssignedMatterCap, MatterDepartment, MatterState, MatterTownship, WorkKind
from models.door import NotWritable, system_session
from models.organisation import Duty, UnitType
from models.policies import PolicyDocument, PolicyLevel
from models.roles import RoleName
from models.rules.assigned import MATTER, prepare_cap, prepare_matter, prepare_part
from models.rules.policies import prepare_policy
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW, Make
from tests.models.look import cancelled, china, entries, last_message, timers, told

M = MatterState
FORBIDDEN = [WorkKind.investment_promotion, WorkKind.tax_assistance]


def refusal(do, *args, **options):
    with pytest.raises(Refused) as refused:
        do(*args, **options)
    return refused.value.field, refused.value.details


# Proposing


@pytest.mark.requirement("TC-27")
def test_a_matter_is_its_proposers_and_waits_for_both_approvals(make):
    department = make.department()
    matter = make.matter(department, state=M.submitted)
    assert (matter.lead_department, matter.region_id, matter.submitted_at) == (department, department.region_id, NOW)
    assert (matter.state, matter.in_force_at) == (M.submitted, None)


@pytest.mark.requirement("TA-19", "TC-12")
@pytest.mark.parametrize("kind", [UnitType.township, UnitType.street, UnitType.office])
def test_nobody_but_a_department_proposes_one(make, session, kind):
    matter = AssignedMatter(title="x", content="x", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2))
    with pytest.raises(Refused, match="Only departments"):
        prepare_matter(session, matter, make.actor(make.unit(kind), RoleName.department_staff), NOW)


@pytest.mark.requirement("TC-27")
def test_a_matter_has_a_term_that_is_not_over(make):
    backwards = {"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}
    assert refusal(make.matter, **backwards) == ("ends_on", {})
    over = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 22)}
    assert refusal(make.matter, state=M.submitted, **over) == ("ends_on", {})
    today = {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 23)}
    assert make.matter(state=M.submitted, **today).state is M.submitted


@pytest.mark.requirement("TC-27")
def test_what_waited_too_long_is_approved_no_more(make):
    matter = make.matter(state=M.submitted, ends_on=date(2026, 11, 24))
    for name in ("approve_by_committee", "approve_by_government"):
        assert refusal(make.press, matter, name, at=NOW + timedelta(days=2), document_number="1") == ("ends_on", {})


def test_a_matter_for_nobody_is_not_submitted(make, session):
    matter = make.matter()
    session.delete(session.query(MatterTownship).filter_by(matter_id=matter.id).one())
    session.commit()
    assert refusal(make.press, matter, "submit") == ("townships", {})


def test_parts_are_fixed_with_the_submission(make, session):
    department, town = make.department(), make.township()
    matter = make.matter(department, town, state=M.submitted)
    actor = make.actor(department)
    for part in (
        MatterTownship(matter_id=matter.id, township_id=town.id),
        MatterDepartment(matter_id=matter.id, unit_id=make.department().id),
    ):
        assert refusal(prepare_part, session, part, actor, NOW) == ("matter", {})


def test_a_submitted_matter_is_not_edited(make, acting):
    department = make.department()
    key = make.matter(department, state=M.submitted).id
    theirs, _ = acting(department)
    theirs.get(AssignedMatter, key).title = "Another"
    with pytest.raises(NotWritable):
        theirs.commit()


# Approval


@pytest.mark.requirement("TC-27")
@pytest.mark.parametrize("order", [("committee", "government"), ("government", "committee")])
def test_it_is_in_force_when_both_have_approved_in_any_order(make, session, order):
    town = make.township()
    helper = make.department()
    matter = make.matter(None, town, state=M.submitted, helpers=[helper])
    since = last_message(session)
    first, second = order
    make.press(matter, f"approve_by_{first}", document_number="A-1")
    assert (matter.state, told(session, since)) == (M.submitted, {})
    make.press(matter, f"approve_by_{second}", document_number="B-2")
    assert (matter.state, matter.in_force_at) == (M.in_force, NOW)
    numbers = {getattr(matter, f"{who}_number"): getattr(matter, f"{who}_at") for who in order}
    assert numbers == {"A-1": NOW, "B-2": NOW}
    assert told(session, since).keys() == {matter.lead_department.name, helper.name, town.name}
    actions = [entry.action for entry in entries(session, matter)][-3:]
    assert actions == [f"approve_by_{first}", f"approve_by_{second}", "enter_into_force"]


@pytest.mark.requirement("TC-27")
@pytest.mark.parametrize("name", ["approve_by_committee", "approve_by_government"])
def test_one_approval_twice_is_no_second_one(make, name):
    matter = make.matter(state=M.submitted)
    office = make.actor(make.office(Duty.county_office))
    make.press(matter, name, office, document_number="1")
    with pytest.raises(NotYours):
        make.press(matter, name, office, document_number="2")
    assert matter.state is M.submitted


@pytest.mark.requirement("TC-27")
def test_its_end_is_planned_with_the_last_day_and_told_a_week_before(make, session):
    matter = make.matter(state=M.in_force, ends_on=date(2026, 12, 22))
    assert matter.ends_at == china("12-23 00:00")
    assert timers(session, matter) == [("matter_watch", "12-16 08:30"), ("matter_watch", "12-23 00:00")]


def test_what_is_refused_or_cancelled_before_it_was_in_force_is_told_to_its_lead_alone(make, session):
    for name in ("refuse", "cancel"):
        matter = make.matter(state=M.submitted)
        since = last_message(session)
        make.press(matter, name, note="Not now.")
        assert told(session, since).keys() == {matter.lead_department.name}


def test_what_is_cancelled_in_force_is_told_to_all_and_watched_no_more(make, session):
    town = make.township()
    matter = make.matter(None, town, state=M.in_force)
    since = last_message(session)
    make.press(matter, "cancel", note="Done early.")
    assert told(session, since).keys() == {matter.lead_department.name, town.name}
    assert (timers(session, matter), cancelled(session, matter)) == ([], {"matter_watch": "cancelled"})


@pytest.mark.parametrize("state", [M.ended, M.refused, M.cancelled])
def test_what_is_over_moves_no_more(make, state):
    matter = make.matter(state=state)
    office = make.actor(make.office(Duty.county_office))
    for name in ("refuse", "cancel"):
        with pytest.raises(MovedOn):
            make.press(matter, name, office)


# R6


@pytest.mark.requirement("LX-15")
@pytest.mark.parametrize("kind", FORBIDDEN)
def test_streets_get_no_investment_promotion_and_no_tax_assistance(make, kind):
    street, town = make.unit(UnitType.street, name="Market Street"), make.township()
    expected = ("basis", {"units": "Market Street", "kind": kind.label})
    assert refusal(make.matter, None, town, street, state=M.submitted, kind=kind) == expected
    assert make.matter(None, town, state=M.submitted, kind=kind).state is M.submitted
    assert make.matter(None, street, state=M.submitted).state is M.submitted


@pytest.mark.requirement("LX-15", "LX-16")
@pytest.mark.parametrize(
    ("level", "days", "enough"),
    [
        (PolicyLevel.central, {}, True),
        (PolicyLevel.provincial, {}, True),
        (PolicyLevel.city, {}, False),
        (PolicyLevel.county, {}, False),
        (PolicyLevel.central, {"effective_to": date(2026, 11, 22)}, False),
        (PolicyLevel.central, {"effective_to": date(2026, 11, 23)}, True),
        (PolicyLevel.central, {"effective_from": date(2026, 11, 24)}, False),
    ],
)
def test_unless_the_centre_or_the_province_orders_it_that_day(make, level, days, enough):
    street, basis = make.unit(UnitType.street), make.policy(level, **days)
    matter = make.matter(None, street, kind=WorkKind.tax_assistance, basis_id=basis.id)
    if enough:
        make.press(matter, "submit")
    else:
        assert refusal(make.press, matter, "submit")[0] == "basis"
    assert (matter.state is M.submitted) == enough


# TC-29


@pytest.mark.requirement("TC-29")
@pytest.mark.parametrize("state", [M.submitted, M.in_force, M.ended])
def test_above_the_cap_nothing_more_is_assigned(make, state):
    make.cap(2)
    full, free = make.township(name="Full"), make.township(name="Free")
    for _ in range(2):
        make.matter(None, full, state=state)
    make.matter(None, free, state=state)
    expected = ("townships", {"unit": "Full", "count": 2, "most": 2, "year": 2026})
    assert refusal(make.matter, None, full, free, state=M.submitted) == expected
    assert make.matter(None, free, state=M.submitted).state is M.submitted


@pytest.mark.requirement("TC-29")
def test_a_township_s_own_cap_counts_in_place_of_that_of_all(make):
    small, usual, large = make.township(name="Small"), make.township(), make.township()
    make.cap(2)
    for town, most in ((small, 1), (large, 3)):
        make.cap(most, township=town)
    make.cap(0, 2027, township=usual)
    for town, most in ((small, 1), (usual, 2), (large, 3)):
        for _ in range(most):
            make.matter(None, town, state=M.in_force)
        field, details = refusal(make.matter, None, town, state=M.submitted)
        assert (field, details["unit"], details["most"]) == ("townships", town.name, most)


@pytest.mark.requirement("TC-29")
def test_a_cap_is_one_for_a_year_and_township_and_of_the_county(make, session):
    town, keeper = make.township(), make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
    for twice in (None, town):
        make.cap(1, 2030, township=twice)
        with pytest.raises(IntegrityError):
            make.cap(2, 2030, township=twice)
        session.rollback()
    away = AssignedMatterCap(year=2031, most=1, township_id=make.township(make.county()).id)
    with pytest.raises(Refused) as refused:
        prepare_cap(session, away, keeper, NOW)
    assert refused.value.field == "township"


@pytest.mark.requirement("TC-29")
@pytest.mark.parametrize("state", [M.draft, M.refused, M.cancelled])
def test_what_does_not_burden_does_not_count(make, state):
    make.cap(1)
    town = make.township()
    make.matter(None, town, state=state)
    assert make.matter(None, town, state=M.submitted).state is M.submitted


@pytest.mark.requirement("TC-29")
def test_a_matter_counts_in_each_year_that_it_touches(make):
    make.cap(5, 2026)
    make.cap(1, 2027)
    town = make.township()
    over_new_year = {"starts_on": date(2026, 12, 1), "ends_on": date(2027, 1, 31)}
    make.matter(None, town, state=M.in_force, **over_new_year)
    next_year = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 31)}
    for term in (over_new_year, next_year):
        field, details = refusal(make.matter, None, town, state=M.submitted, **term)
        assert (field, details["year"], details["count"]) == ("townships", 2027, 1)
    assert make.matter(None, town, state=M.submitted, ends_on=date(2026, 12, 31)).state is M.submitted


@pytest.mark.requirement("TC-29")
def test_a_matter_of_last_year_counts_no_more(make):
    make.cap(1)
    town = make.township()
    last_year = {"starts_on": date(2025, 11, 1), "ends_on": date(2025, 12, 31), "at": NOW - timedelta(days=365)}
    make.matter(None, town, state=M.ended, **last_year)
    assert make.matter(None, town, state=M.submitted).state is M.submitted


@pytest.mark.requirement("TC-29")
def test_a_cap_is_its_countys(make):
    here, there = make.county(), make.county()
    make.cap(0, county=there)
    assert make.matter(make.department(here), state=M.submitted).state is M.submitted
    assert refusal(make.matter, make.department(there), state=M.submitted)[0] == "townships"


@pytest.mark.requirement("TC-29")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_who_submit_at_once_one_is_above_the_cap(own_engine):
    with system_session(own_engine) as session:
        make = Make(session)
        make.cap(1)
        town = make.township()
        drafts = [make.matter(None, town) for _ in range(2)]
        tries = [(draft.id, make.whose(draft, "submit")) for draft in drafts]

    def submit(key, actor):
        with system_session(own_engine) as theirs:
            matter = theirs.get(AssignedMatter, key)
            try:
                MATTER.move(theirs, matter, "submit", actor=actor, now=NOW)
                time.sleep(0.2)
                theirs.commit()
            except Refused:
                return "refused"
            return "submitted"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(lambda one: submit(*one), tries)) == ["refused", "submitted"]


@pytest.mark.requirement("TC-29")
@pytest.mark.databases
def test_the_cap_costs_the_same_for_many_townships(make, session, statements):
    make.cap(9)

    def cost(number):
        towns = [make.township() for _ in range(number)]
        matter = make.matter(None, *towns)
        statements.clear()
        make.press(matter, "submit", make.actor(matter.lead_department))
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    assert cost(3) == cost(23)


def test_a_cap_has_a_year_and_a_number(make, session):
    actor = make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
    cap = make.cap(1)
    for name, wrong in (("year", 26), ("most", -1)):
        right = getattr(cap, name)
        setattr(cap, name, wrong)
        with session.no_autoflush:
            assert refusal(prepare_cap, session, cap, actor, NOW) == (name, {})
        setattr(cap, name, right)


# The register


@pytest.mark.requirement("TA-03")
def test_a_document_is_registered_in_its_keepers_county_and_ends_after_it_began(make, session):
    keeper = make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
    days = {"issued_on": date(2026, 1, 1), "effective_from": date(2026, 1, 1)}
    document = PolicyDocument(title="x", issuer="x", document_number="1", **days)
    prepare_policy(session, document, keeper, NOW)
    assert document.region_id == keeper.region_id
    document.effective_to = date(2025, 12, 31)
    assert refusal(prepare_policy, session, document, keeper, NOW) == ("effective_to", {})


def test_days_are_chinas(make):
    late = datetime.fromisoformat("2026-11-23T16:30:00+00:00")  # the 24th in China
    over = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 23)}
    matter = make.matter(at=late, **over)
    assert refusal(make.press, matter, "submit", at=late) == ("ends_on", {})
