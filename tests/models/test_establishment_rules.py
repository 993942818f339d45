"""Posts: no more are allocated than the bank holds, quotas follow, and organs keep to them (R30)."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.door import NotWritable, system_session
from models.establishment import (
    BankEntryKind,
    BankEntryState,
    InternalOrgan,
    InternalOrgPlan,
    OrganKind,
    OrgPlanState,
    QuotaKind,
    StaffingBankEntry,
    StaffingQuota,
)
from models.organisation import Duty, UnitType
from models.rules.establishment import balance_of, forget_quota, prepare_entry, prepare_quota
from models.rules.internal_organs import forget_plan, prepare_organ, prepare_plan
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW, Make
from tests.make_establishment import TERM
from tests.models.look import cancelled, entries, last_message, timers, told

B, E, P, Q = BankEntryKind, BankEntryState, OrgPlanState, QuotaKind
INSTITUTION = Q.public_institution


def refusal(make, function, *args, **columns):
    with pytest.raises(Refused) as refused:
        function(*args, **columns)
    make.session.rollback()
    return refused.value


def posts(session, unit, kind=INSTITUTION):
    return session.scalar(
        select(StaffingQuota.count).where(StaffingQuota.unit_id == unit.id, StaffingQuota.kind == kind)
    )


# The bank


@pytest.mark.requirement("TS-29", "LX-02")
def test_posts_go_from_who_can_spare_them_to_who_needs_them_and_quotas_follow(session, make):
    department, street = make.department(), make.unit(UnitType.street)
    make.quota(department, 10)
    make.quota(street, 5)
    deposit = make.entry(department, 4, kind=B.deposit)
    given = make.entry(street, 3)
    assert (deposit.balance, given.balance, balance_of(session, make.home.id)) == (4, 1, 1)
    assert (posts(session, department), posts(session, street)) == (6, 8)
    assert (deposit.state, given.state, deposit.booked_at) == (E.booked, E.allocated, NOW)


@pytest.mark.requirement("TS-29")
def test_no_more_is_allocated_than_the_bank_holds_and_it_says_by_how_much(make):
    make.paid_in(3)
    town = make.township()
    make.entry(town, 2)
    found = refusal(make, make.entry, town, 4)
    assert (found.field, found.details) == ("count", {"held": 1, "short": 3})


@pytest.mark.requirement("TS-29")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_who_allocate_at_once_one_finds_too_few(own_engine):
    with system_session(own_engine) as session:
        make = Make(session)
        make.paid_in(3)
        town = make.township()
        unit_id, editor = town.id, make.editor(town)

    def allocate(number):
        with system_session(own_engine) as theirs:
            entry = StaffingBankEntry(unit_id=unit_id, count=2, kind=B.allocation, quota=INSTITUTION, document="x")
            try:
                prepare_entry(theirs, entry, editor, NOW)
                time.sleep(0.2)
                theirs.add(entry)
                theirs.commit()
            except Refused:
                return "refused"
            return "allocated"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(allocate, range(2))) == ["allocated", "refused"]


def test_a_bank_is_its_countys(make, session):
    make.paid_in(3, make.county())
    town = make.township(make.county())
    assert refusal(make, make.entry, town, 1).details["short"] == 1


@pytest.mark.requirement("TS-29")
def test_nobody_pays_in_what_they_do_not_have(make):
    department = make.department()
    make.quota(department, 2)
    found = refusal(make, make.entry, department, 3, kind=B.deposit)
    assert (found.field, found.details["short"]) == ("count", 1)


@pytest.mark.requirement("TS-29")
def test_what_was_booked_stays(session, make, acting):
    entry = make.paid_in(3)
    assert "stays" in str(refusal(make, prepare_entry, session, entry, make.editor(entry.unit), NOW))
    theirs, _ = acting(entry.unit)
    theirs.get(StaffingBankEntry, entry.id).count = 5
    with pytest.raises(NotWritable):
        theirs.commit()


@pytest.mark.requirement("TS-29")
@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"quota": Q.turnover}, "until_on"),
        ({"quota": INSTITUTION, "until_on": TERM}, "until_on"),
        ({"quota": Q.turnover, "until_on": NOW.date()}, "until_on"),
        ({"quota": Q.administrative}, "quota"),
        ({"kind": B.deposit, "quota": Q.turnover, "until_on": TERM}, "quota"),
        ({"kind": B.taken_back}, "kind"),
        ({"count": 0}, "count"),
    ],
)
def test_turnover_posts_alone_are_lent_for_a_term(make, columns, field):
    make.paid_in(9)
    columns = {"count": 1} | columns
    assert refusal(make, make.entry, make.township(), columns.pop("count"), **columns).field == field


def test_posts_move_within_a_county(make, session):
    make.paid_in(9)
    abroad = make.township(make.county())
    entry = StaffingBankEntry(unit_id=abroad.id, count=1, kind=B.allocation, quota=INSTITUTION, document="x")
    found = refusal(make, prepare_entry, session, entry, make.actor(make.office(Duty.editorial_office)), NOW)
    assert found.field == "unit"


@pytest.mark.requirement("TS-29")
def test_turnover_posts_are_told_and_their_end_is_watched_until_all_are_back(session, make):
    make.paid_in(9)
    town = make.township()
    since = last_message(session)
    lent = make.lent(town, 4)
    assert told(session, since) == {town.name: "%(count)s posts were allocated to %(unit)s by %(document)s."}
    assert posts(session, town, Q.turnover) == 4
    assert [job for job, _ in timers(session, lent)] == ["turnover_watch"]
    make.press(lent, "take_back", count=3, document="Back 1", note="The load fell.")
    assert (lent.state, posts(session, town, Q.turnover), balance_of(session, make.home.id)) == (E.allocated, 1, 8)
    since = last_message(session)
    make.press(lent, "take_back", count=1, document="Back 2", note="The term is over.")
    assert (lent.state, posts(session, town, Q.turnover)) == (E.returned, 0)
    assert (timers(session, lent), cancelled(session, lent)) == ([], {"turnover_watch": "taken back"})
    assert town.name in told(session, since)
    back = session.scalars(select(StaffingBankEntry).where(StaffingBankEntry.allocation_id == lent.id)).all()
    assert [(row.kind, row.count, row.document, row.reason, row.quota) for row in back] == [
        (B.taken_back, 3, "Back 1", "The load fell.", Q.turnover),
        (B.taken_back, 1, "Back 2", "The term is over.", Q.turnover),
    ]
    assert [entry.action for entry in entries(session, lent)][1:] == ["lend", "take_back", "take_back", "close"]


@pytest.mark.requirement("TS-29")
@pytest.mark.parametrize("count", [0, 3])
def test_no_more_is_taken_back_than_was_allocated(make, count):
    make.paid_in(9)
    given = make.entry(make.township(), 2)
    found = refusal(make, make.press, given, "take_back", count=count, document="x")
    assert (found.field, found.details["held"]) == ("count", 2)


def test_the_editorial_office_of_the_county_keeps_the_bank(make):
    make.paid_in(9)
    given = make.entry(make.township(), 2)
    for unit in (given.unit, make.office(Duty.county_office), make.office(Duty.editorial_office, make.county())):
        with pytest.raises(NotYours):
            make.press(given, "take_back", make.actor(unit), count=1, document="x")


def test_what_is_all_back_is_not_taken_back_again(make):
    make.paid_in(9)
    given = make.entry(make.township(), 2)
    make.press(given, "take_back", count=2, document="x")
    with pytest.raises(MovedOn):
        make.press(given, "take_back", make.editor(given.unit), count=1, document="x")


# Quotas


@pytest.mark.requirement("ZG-09", "TS-29")
def test_a_quota_is_what_was_approved_and_what_the_bank_has_moved(session, make):
    make.paid_in(9)
    town = make.township()
    make.entry(town, 2)
    quota = session.scalars(select(StaffingQuota).where(StaffingQuota.unit_id == town.id)).one()
    assert (quota.approved, quota.count) == (0, 2)
    quota.approved = 5
    with session.no_autoflush:
        prepare_quota(session, quota, make.editor(town), NOW)
    assert quota.count == 7


@pytest.mark.requirement("TS-29")
def test_a_quota_does_not_fall_below_what_was_paid_in(session, make):
    department = make.paid_in(4).unit
    quota = session.scalars(select(StaffingQuota).where(StaffingQuota.unit_id == department.id)).one()
    quota.approved = 3
    with session.no_autoflush:
        found = refusal(make, prepare_quota, session, quota, make.editor(department), NOW)
    assert (found.field, found.details["short"]) == ("approved", 1)
    assert "so it stays" in str(refusal(make, forget_quota, session, quota, make.editor(department), NOW))


@pytest.mark.requirement("TS-29", "ZG-09")
@pytest.mark.parametrize("name", ["unit_id", "kind"])
def test_a_quota_whose_posts_have_moved_or_that_a_plan_needs_stays_with_its_unit_and_kind(session, make, name):
    town, other = make.township(), make.township()
    needed, free = make.quota(town, 4, Q.administrative), make.quota(other, 4)
    make.org_plan(town, state=P.approved)
    moved = session.scalars(select(StaffingQuota).where(StaffingQuota.unit_id == make.paid_in(2).unit_id)).one()
    editor, elsewhere = make.editor(other), make.township().id
    for quota, may in ((needed, False), (moved, False), (free, True)):
        with session.no_autoflush:
            setattr(quota, name, elsewhere if name == "unit_id" else Q.turnover)
            quota.approved = 0 if name == "kind" else quota.approved
            if may:
                prepare_quota(session, quota, editor, NOW)
            else:
                assert refusal(make, prepare_quota, session, quota, editor, NOW).field == "unit"


def test_turnover_posts_come_from_the_bank_alone_and_a_quota_is_its_countys(make, session):
    assert refusal(make, make.quota, make.township(), 2, Q.turnover).field == "approved"
    quota = StaffingQuota(unit_id=make.township(make.county()).id, kind=INSTITUTION, approved=1)
    editor = make.actor(make.office(Duty.editorial_office))
    assert refusal(make, prepare_quota, session, quota, editor, NOW).field == "unit"


# Internal organs


@pytest.mark.requirement("ZG-09", "LX-03")
def test_seven_offices_and_five_institutions_are_proposed_and_approved_within_the_quota(session, make):
    assert {str(kind) for kind in OrganKind} == {"office", "institution"}
    make.paid_in(9)
    street = make.unit(UnitType.street)
    make.quota(street, 21, Q.administrative)
    make.quota(street, 8)
    make.lent(street, 2)
    plan = make.org_plan(street)
    for kind, number, each in ((OrganKind.office, 6, 3), (OrganKind.institution, 5, 2)):
        for _ in range(number):
            make.organ(plan, each, kind)
    since = last_message(session)
    make.press(plan, "propose")
    assert set(told(session, since)) == {make.office(Duty.editorial_office).name}
    since = last_message(session)
    make.press(plan, "approve", document="Doc. 7")
    assert (plan.state, plan.document, plan.proposed_at, plan.decided_at) == (P.approved, "Doc. 7", NOW, NOW)
    assert set(told(session, since)) == {street.name}


@pytest.mark.requirement("ZG-09")
@pytest.mark.parametrize("kind", list(OrganKind))
@pytest.mark.parametrize("move", ["propose", "approve"])
def test_beyond_the_quota_it_is_refused_and_told_by_how_much(session, make, kind, move):
    town = make.township()
    quota = make.quota(town, 3, Q.administrative if kind is OrganKind.office else INSTITUTION)
    make.quota(town, 3, INSTITUTION if kind is OrganKind.office else Q.administrative)
    plan = make.org_plan(town, posts=1)
    organ = make.organ(plan, 3 if move == "propose" else 2, kind)
    if move == "propose":
        organ.posts = 5 if kind is OrganKind.institution else 4
    else:
        make.press(plan, "propose")
        quota.approved = quota.count = 1 if kind is OrganKind.office else 0
    session.commit()
    found = refusal(make, make.press, plan, move, **({"document": "x"} if move == "approve" else {}))
    assert (found.field, found.details["over"], found.details["kind"]) == ("posts", 2, kind.label)


@pytest.mark.requirement("ZG-09")
def test_no_quota_falls_below_the_plan_in_force(session, make):
    make.paid_in(9)
    town = make.township()
    lent = make.lent(town, 4)
    quota = make.quota(town, 3, Q.administrative)
    plan = make.org_plan(town)
    make.organ(plan, 3, OrganKind.institution)
    for name in ("propose", "approve"):
        make.press(plan, name, document="x")
    found = refusal(make, make.press, lent, "take_back", count=2, document="x")
    assert (found.field, found.details["over"]) == ("count", 1)
    make.press(lent, "take_back", count=1, document="x")
    quota.approved = 2
    with session.no_autoflush:
        assert refusal(make, prepare_quota, session, quota, make.editor(town), NOW).field == "approved"
    assert refusal(make, forget_quota, session, quota, make.editor(town), NOW).field == "approved"


@pytest.mark.requirement("ZG-09")
def test_a_plan_that_is_approved_replaces_the_one_before_it_whichever_was_written_first(session, make):
    town = make.township()
    make.quota(town, 9, Q.administrative)
    second, first = make.org_plan(town), make.org_plan(town, state=P.approved)
    make.press(second, "propose")
    make.press(second, "approve", document="x")
    assert (first.state, second.state) == (P.replaced, P.approved)
    assert entries(session, first)[-1].action == "replace"


@pytest.mark.requirement("ZG-09")
def test_a_plan_that_is_sent_back_may_change_and_others_may_not(session, make):
    town = make.township()
    make.quota(town, 9, Q.administrative)
    plan = make.org_plan(town, state=P.proposed)
    actor = make.actor(town)
    organ = InternalOrgan(plan_id=plan.id, name="Late", kind=OrganKind.office, posts=1)
    assert refusal(make, prepare_organ, session, organ, actor, NOW).field == "plan"
    since = last_message(session)
    make.press(plan, "send_back", note="Two offices do the same.")
    assert (plan.state, set(told(session, since))) == (P.draft, {town.name})
    prepare_organ(session, organ, actor, NOW)
    assert organ.region_id == town.region_id
    make.press(plan, "propose")  # and the second time the office hears, too
    assert make.office(Duty.editorial_office).name in told(session, since)


@pytest.mark.requirement("ZG-09")
def test_a_plan_names_an_organ_and_is_a_townships(session, make):
    empty = InternalOrgPlan(region_id=make.home.id, unit=make.township(), title="x")
    make._add(empty)
    assert refusal(make, make.press, empty, "propose").field == "organs"
    plan = InternalOrgPlan(unit_id=make.department().id, title="x")
    assert refusal(make, prepare_plan, session, plan, make.actor(make.department()), NOW).field == "unit"


@pytest.mark.requirement("ZG-09")
def test_the_township_proposes_and_the_editorial_office_decides(make):
    town = make.township()
    make.quota(town, 9, Q.administrative)
    draft, proposed = make.org_plan(town), make.org_plan(town, state=P.proposed)
    for plan, names, others in (
        (draft, ("propose",), (make.editor(town), make.actor(make.township()))),
        (proposed, ("approve", "send_back"), (make.actor(town), make.actor(make.office(Duty.county_office)))),
    ):
        for name in names:
            for actor in others:
                with pytest.raises(NotYours):
                    make.press(plan, name, actor, document="x")


def test_a_draft_is_thrown_away_with_its_organs(session, make):
    plan = make.org_plan()
    forget_plan(session, plan, make.actor(plan.unit), NOW)
    assert session.scalars(select(InternalOrgan)).all() == []


@pytest.mark.requirement("TS-29")
def test_a_short_term_is_reminded_of_half_way(session, make):
    make.paid_in(9)
    lent = make.lent(make.township(), 1, NOW.date() + timedelta(days=8))
    assert NOW < lent.remind_at < NOW + timedelta(days=5)
    assert lent.until_on > date(2026, 11, 24)
