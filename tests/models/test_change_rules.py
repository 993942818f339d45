"""Personnel changes: the township is heard, a veto stops, two years and minimum service hold, the plan is kept to."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.agencies import AgencyState
from models.door import act_for
from models.notices import Outbox
from models.organisation import Duty, Posting
from models.personnel import ChangeKind, ChangeReason, ChangeState, PersonnelChange, TownshipOpinion, TransferPlan
from models.roles import RoleName
from models.rules.changes import CHANGE
from models.rules.personnel import forget_transfer_plan, prepare_transfer_plan
from models.staffing import StaffState
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.make_staffing import ENDS, SINCE
from tests.models.look import entries, last_message, told

K, S = ChangeKind, ChangeState
TODAY = NOW.date()
LATE = date(2028, 2, 1)
"""After two years."""


def refusal(make, *args, **columns):
    """The field that a proposal is refused by."""
    with make.session.no_autoflush, pytest.raises(Refused) as refused:
        make.change(*args, **columns)
    make.session.rollback()
    return refused.value.field


def stopped(make, change, name, by=None, **when):
    with pytest.raises(Refused) as refused:
        make.answer_change(change, name, by, **when)
    make.session.rollback()
    return refused.value.field


def head(make, unit, role=RoleName.department_head):
    return make.actor(unit, role)


def next_to(make, agency):
    """Another agency in force of the same department and township."""
    more = {"field": "law", "mode": "regional", "state": AgencyState.in_force}
    return make.agency(agency.seat, department=agency.department, **more)


def reads(session, actor, *rows):
    """Those of the rows that somebody sees."""
    with Session(session.connection(), join_transaction_mode="create_savepoint") as theirs:
        act_for(theirs, actor)
        return {row for row in rows if theirs.scalar(select(type(row).id).where(type(row).id == row.id))}


def plan_of(make, staff, planned, year=TODAY.year):
    return make.transfer_plan(staff.agency.seat, planned, year)


# The township's word


@pytest.mark.requirement("TA-35", "TS-25")
def test_nothing_is_decided_before_the_township_has_spoken(make):
    for state in (S.proposed, S.opinion_requested):
        change = make.change(state=state)
        with pytest.raises(MovedOn):
            make.answer_change(change, "decide_change")
        make.session.rollback()


@pytest.mark.requirement("TA-35", "TS-25")
@pytest.mark.parametrize(
    ("name", "opinion", "state"),
    [
        ("agree_to_change", TownshipOpinion.agree, S.agreed),
        ("object_to_change", TownshipOpinion.object, S.objected),
        ("veto_change", TownshipOpinion.veto, S.vetoed),
    ],
)
def test_the_host_township_is_asked_and_its_word_is_kept_and_told(make, session, name, opinion, state):
    change = make.change()
    since = last_message(session)
    make.answer_change(change, "ask_township")
    assert (change.township, change.asked_at) == (change.staff.agency.seat, NOW)
    assert told(session, since).keys() == {change.township.name}
    since = last_message(session)
    make.answer_change(change, name)
    assert (change.state, change.township_opinion, change.opinion_at) == (state, opinion, NOW)
    assert told(session, since).keys() == {change.department.name}


@pytest.mark.requirement("TS-25")
def test_an_objection_does_not_stop_the_decision_and_its_reasons_stay(make):
    change = make.change(state=S.objected)
    make.answer_change(change, "decide_change")
    assert (change.state, change.township_opinion, change.opinion_text) == (S.decided, "object", "Needed here.")


@pytest.mark.requirement("TS-20")
def test_a_vetoed_change_is_decided_once_its_leader_has_recorded_a_negotiated_plan(make):
    change = make.change(state=S.vetoed)
    decider = head(make, change.department)
    assert stopped(make, change, "decide_change") == "negotiated_plan"
    assert {move.name for move in CHANGE.open_to(change, decider)} == {"withdraw_change"}
    make.answer_change(change, "record_plan")
    assert (change.state, change.negotiated_plan) == (S.vetoed, "In spring.")
    assert {move.name for move in CHANGE.open_to(change, decider)} == {"decide_change", "withdraw_change"}
    make.answer_change(change, "decide_change")
    assert (change.state, change.township_opinion) == (S.decided, "veto")


@pytest.mark.requirement("TS-20")
def test_a_veto_is_the_leaders_alone_and_so_is_the_plan_that_lifts_it(make):
    change = make.change(state=S.opinion_requested)
    operator = make.actor(change.township)
    with pytest.raises(NotYours):
        make.answer_change(change, "veto_change", operator)
    make.answer_change(change, "veto_change")
    for actor in (operator, make.actor(change.department), head(make, change.department)):
        with pytest.raises(NotYours):
            make.answer_change(change, "record_plan", actor)
    objected = make.change(state=S.objected)
    make.answer_change(objected, "record_plan", make.actor(objected.township))


@pytest.mark.requirement("TA-35", "TS-20")
@pytest.mark.parametrize(
    ("state", "name"),
    [
        (S.proposed, "ask_township"),
        (S.opinion_requested, "agree_to_change"),
        (S.opinion_requested, "object_to_change"),
        (S.opinion_requested, "veto_change"),
        (S.agreed, "decide_change"),
        (S.decided, "put_into_effect"),
        (S.agreed, "withdraw_change"),
    ],
)
def test_each_move_has_its_side(make, state, name):
    change = make.change(state=state)
    of_township = (name.endswith("_change") and name.split("_")[0] in ("agree", "object", "veto")) or "_to_" in name
    others = [
        head(make, make.department()),
        head(make, make.township(), RoleName.township_head),
        make.actor(make.village(change.township)),
        make.actor(change.staff.agency.unit),
        make.actor(make.office(Duty.editorial_office)),
        make.actor(change.township, RoleName.township_observer),
        head(make, change.department) if of_township else head(make, change.township, RoleName.township_head),
    ]
    if name == "decide_change":
        others.append(make.actor(change.department))
    for actor in others:
        with pytest.raises(NotYours):
            make.answer_change(change, name, actor)
        make.session.rollback()


@pytest.mark.requirement("TA-35", "TS-20")
def test_nobody_becomes_head_in_a_township_that_is_not_heard_of_it(make, session):
    staff = make.staff()
    assert refusal(make, staff, K.move, as_head=True, exception_reason="Ill.") == "as_head"
    beside = next_to(make, staff.agency)
    within = make.change(staff, K.move, to_agency_id=beside.id, as_head=True, state=S.effective)
    assert (staff.agency, staff.is_head, within.township) == (beside, True, beside.seat)
    moved = make.change(staff, K.move, exception_reason="Ill.", state=S.effective)
    assert not staff.is_head
    appointed = make.change(staff, K.appoint, as_head=True, state=S.opinion_requested)
    assert appointed.township == moved.to_agency.seat != beside.seat


# Time


@pytest.mark.requirement("TS-22")
@pytest.mark.parametrize("kind", [K.move, K.second, K.transfer_out])
def test_whoever_leaves_the_township_within_two_years_does_so_for_a_reason_that_is_seen(make, kind):
    staff = make.staff()
    last = staff.min_term_until - timedelta(days=1)
    later = {"ends_on": date(2029, 1, 1)} if kind is K.second else {}
    assert refusal(make, staff, kind, effective_on=last, **later) == "exception_reason"
    early = make.change(staff, kind, effective_on=last, exception_reason="Ill.", **later)
    assert early.before_term
    other = make.change(make.staff(), kind, effective_on=staff.min_term_until, **later)
    assert not other.before_term


@pytest.mark.requirement("TS-22")
def test_within_the_township_nobody_waits_two_years(make):
    staff = make.staff()
    beside = next_to(make, staff.agency)
    move = make.change(staff, K.move, to_agency_id=beside.id, state=S.effective)
    assert not move.before_term
    assert (staff.agency, staff.dispatched_on, staff.field) == (beside, SINCE, "law")
    assert not make.change(kind=K.remove).before_term


@pytest.mark.requirement("ZG-17")
def test_before_the_minimum_service_ends_a_transfer_needs_a_reason_and_is_marked(make):
    staff = make.staff(hired_on=date(2025, 1, 1), min_service_until=date(2030, 1, 1))
    assert refusal(make, staff, K.transfer_out, effective_on=LATE) == "exception_reason"
    change = make.change(staff, K.transfer_out, effective_on=LATE, exception_reason="Ill.")
    assert (change.before_service, change.before_term) == (True, False)
    assert not make.change(
        make.staff(hired_on=date(2025, 1, 1), min_service_until=LATE), K.transfer_out, effective_on=LATE
    ).before_service


@pytest.mark.requirement("TS-22")
@pytest.mark.parametrize(
    ("state", "name"), [(S.proposed, "ask_township"), (S.agreed, "decide_change"), (S.decided, "put_into_effect")]
)
def test_a_term_that_has_changed_since_is_looked_at_again(make, state, name):
    staff = make.staff()
    make.transfer_plan(staff.agency.seat, 1, LATE.year)
    change = make.change(staff, K.transfer_out, effective_on=LATE, state=state)
    staff.min_term_until = LATE + timedelta(days=1)
    make.session.commit()
    assert stopped(make, change, name, at=NOW + timedelta(days=500)) == "exception_reason"


def test_it_takes_effect_on_its_day_and_is_proposed_before(make):
    assert refusal(make, effective_on=TODAY - timedelta(days=1)) == "effective_on"
    change = make.change(effective_on=TODAY + timedelta(days=1), state=S.decided)
    assert stopped(make, change, "put_into_effect") == "effective_on"
    make.answer_change(change, "put_into_effect", at=NOW + timedelta(days=1))
    assert (change.state, change.effective_at) == (S.effective, NOW + timedelta(days=1))


# How many


@pytest.mark.requirement("ZG-19")
def test_no_more_are_transferred_out_of_a_township_in_a_year_than_it_is_to_get(make):
    town, why = make.township(), {"exception_reason": "Ill."}
    agency = make.agency(town, state=AgencyState.in_force)
    first, second, next_year = (make.staff(agency) for _ in range(3))
    make.transfer_plan(make.township(), 5)
    plan = make.transfer_plan(town, 1)
    make.change(first, K.transfer_out, state=S.decided, **why)
    assert plan.transferred_out == 1
    over = make.change(second, K.transfer_out, state=S.agreed, **why)
    assert stopped(make, over, "decide_change") == "kind"
    later = make.change(next_year, K.transfer_out, state=S.agreed, effective_on=date(2027, 1, 4), **why)
    assert stopped(make, later, "decide_change") == "kind"
    make.transfer_plan(town, 1, 2027)
    make.answer_change(later, "decide_change")
    plan.planned_replenishment = 2
    make.session.commit()
    make.answer_change(over, "decide_change")
    assert (plan.transferred_out, over.plan) == (2, plan)


@pytest.mark.requirement("ZG-19")
def test_where_no_plan_is_fixed_yet_it_is_said_and_who_fixes_it(make):
    change = make.change(kind=K.transfer_out, exception_reason="Ill.", state=S.agreed)
    with pytest.raises(Refused, match="The editorial office fixes it") as refused:
        make.answer_change(change, "decide_change")
    assert refused.value.details == {"township": str(change.township), "year": TODAY.year}


@pytest.mark.requirement("ZG-19")
def test_what_is_withdrawn_is_given_back(make):
    staff = make.staff()
    plan = plan_of(make, staff, 1)
    change = make.change(staff, K.transfer_out, state=S.decided, exception_reason="Ill.")
    make.answer_change(change, "withdraw_change")
    assert (plan.transferred_out, change.plan, change.state) == (0, None, S.withdrawn)


@pytest.mark.requirement("ZG-19")
def test_a_plan_is_a_townships_for_a_year_and_not_less_than_was_decided(make, session):
    editor, town = make.actor(make.office(Duty.editorial_office)), make.township()
    for field, columns in (
        ("township", {"township_id": make.department().id}),
        ("township", {"township_id": make.township(make.county()).id}),
        ("year", {"year": 1999}),
        ("planned_replenishment", {"planned_replenishment": -1}),
        ("planned_replenishment", {"planned_replenishment": 1, "transferred_out": 2}),
    ):
        usual = {"township_id": town.id, "year": 2026, "planned_replenishment": 1}
        with pytest.raises(Refused) as refused:
            prepare_transfer_plan(session, TransferPlan(**usual | columns), editor, NOW)
        assert refused.value.field == field, columns
    plan = make.transfer_plan(town)
    forget_transfer_plan(session, plan, editor, NOW)
    plan.transferred_out = 1
    with pytest.raises(Refused, match="It stays"):
        forget_transfer_plan(session, plan, editor, NOW)


# What becomes of the person


@pytest.mark.requirement("TS-21", "TS-22")
def test_an_appointment_posts_somebody_to_an_agency_and_the_term_begins(make):
    agency = make.agency(state=AgencyState.in_force)
    staff = make.registered(agency.department)
    change = make.change(staff, K.appoint, to_agency_id=agency.id, new_post="Head", as_head=True, state=S.decided)
    assert (staff.agency, change.township) == (None, agency.seat)
    make.answer_change(change, "put_into_effect")
    assert (staff.state, staff.agency, staff.post, staff.is_head) == (StaffState.in_place, agency, "Head", True)
    assert (staff.dispatched_on, staff.min_term_until, staff.field) == (TODAY, date(2028, 11, 23), "justice")
    assert staff.establishment_unit == staff.personnel_unit == agency.department


@pytest.mark.requirement("TS-21")
def test_of_a_locked_agency_a_change_changes_what_no_form_does(make, session):
    staff = make.staff(is_head=True)
    make.change(staff, K.appoint, new_post="Chief clerk", state=S.effective)
    assert (staff.post, staff.is_head, staff.dispatched_on) == ("Chief clerk", False, SINCE)
    make.change(staff, K.remove, state=S.effective)
    assert (staff.post, staff.post_grade, staff.is_head) == ("", "ungraded", False)
    change = make.change(staff, K.move, exception_reason="Ill.", state=S.effective)
    assert (staff.agency, staff.post) == (change.to_agency, "Clerk there")
    assert (staff.dispatched_on, staff.min_term_until) == (TODAY, date(2028, 11, 23))
    assert entries(session, change)[-1].action == "put_into_effect"


@pytest.mark.requirement("ZG-18", "ZG-20")
def test_a_secondment_has_an_end_and_stops_the_allowance_and_a_return_ends_it(make):
    staff = make.staff(allowance_on_post=True)
    change = make.change(staff, K.second, exception_reason="A task.", state=S.effective)
    assert (staff.state, staff.seconded_to, staff.seconded_until) == (StaffState.seconded, change.to_unit, ENDS)
    assert not staff.allowance_on_post
    make.change(staff, K.come_back, state=S.effective)
    assert (staff.state, staff.seconded_to, staff.seconded_until) == (StaffState.in_place, None, None)


@pytest.mark.requirement("ZG-19", "TS-22")
def test_a_transfer_ends_the_service_on_its_day(make):
    staff = make.staff()
    plan_of(make, staff, 1)
    staff.benefit_two_20 = True
    make.change(staff, K.transfer_out, exception_reason="Ill.", state=S.effective)
    assert (staff.state, staff.left_on) == (StaffState.left, TODAY)
    there = ("pay_relation_down", "party_relation_down", "union_relation_down", "benefit_two_20")
    assert not [name for name in there if getattr(staff, name)]
    assert refusal(make, staff, K.remove) == "kind"


@pytest.mark.requirement("TS-25")
def test_the_new_host_hears_of_a_move_as_well_and_reads_it_and_no_message_names_the_person(make, session):
    change = make.change(kind=K.move, exception_reason="Ill.", state=S.agreed)
    there = make.actor(change.to_agency.seat)
    assert not reads(session, there, change, change.staff)
    for name in ("decide_change", "put_into_effect"):
        since = last_message(session)
        make.answer_change(change, name)
        messages = told(session, since)
        agencies = {change.from_agency.unit.name, change.to_agency.unit.name}
        assert messages.keys() == {change.township.name, change.to_agency.seat.name} | agencies
        assert not [message for message in messages.values() if change.staff.name in str(message)]
        assert reads(session, there, change, change.staff) == {change, change.staff}


@pytest.mark.requirement("TA-35")
def test_a_change_keeps_what_it_changed(make, session):
    def before(change):
        return change.from_agency, change.post_before, change.head_before

    staff = make.staff(is_head=True, post="Head")
    agency = staff.agency
    removed = make.change(staff, K.remove)
    assert before(removed) == (agency, "Head", True)
    for name in ("ask_township", "agree_to_change", "decide_change", "put_into_effect"):
        make.answer_change(removed, name)
    moved = make.change(staff, K.move, exception_reason="Ill.", state=S.effective)
    assert (staff.is_head, staff.agency) == (False, moved.to_agency)
    assert (before(removed), before(moved)) == ((agency, "Head", True), (agency, "", False))
    assert before(make.change(make.registered(agency.department), K.appoint, to_agency_id=agency.id)) == (
        None,
        "",
        False,
    )


@pytest.mark.requirement("TS-25")
def test_both_hosts_of_a_move_are_told_from_which_agency_and_to_which(make, session):
    change = make.change(kind=K.move, exception_reason="Ill.", state=S.agreed)
    both = {"agency": f"{change.staff.agency} → {change.to_agency}"}
    for name in ("decide_change", "put_into_effect"):
        since = last_message(session)
        make.answer_change(change, name)
        details = session.scalars(select(Outbox.details).where(Outbox.id > since)).all()
        assert details == [both] * 4


def heard(session, since):
    """(unit, kind of record, audience, message) of each message."""
    later = select(Outbox.unit_id, Outbox.subject_type, Outbox.audience, Outbox.message).where(Outbox.id > since)
    return {tuple(row) for row in session.execute(later)}


@pytest.mark.requirement("TS-25")
def test_the_heads_of_an_agency_hear_what_is_decided_there_and_when_it_is_in_effect(make, session):
    change = make.change(state=S.vetoed)
    make.answer_change(change, "record_plan")
    for name, word in (("decide_change", "decided"), ("put_into_effect", "in effect")):
        since = last_message(session)
        make.answer_change(change, name)
        message = f"The personnel change at “%(agency)s” is {word}."
        assert heard(session, since) == {
            (change.township_id, "personnel_change", "everyone", message),
            (change.from_agency.unit_id, "dispatched_agency", "heads", message),
        }


@pytest.mark.requirement("TS-25")
def test_who_borrows_somebody_hears_of_it_when_it_is_decided_and_of_the_return(make, session):
    staff = make.staff()
    lent = make.change(staff, K.second, exception_reason="Ill.", state=S.agreed)
    for kind, days in ((K.second, {"day": f"{TODAY}", "until": f"{lent.ends_on}"}), (K.come_back, {"day": f"{TODAY}"})):
        change = lent if kind is K.second else make.change(staff, kind, state=S.agreed)
        since = last_message(session)
        make.answer_change(change, "decide_change")
        about = select(Outbox).where(Outbox.id > since, Outbox.unit_id == lent.to_unit_id)
        row = session.scalars(about).one()
        assert (row.subject_type, row.audience) == ("dispatched_agency", "heads")
        assert row.details == {"agency": str(staff.agency)} | days
        make.answer_change(change, "put_into_effect")


@pytest.mark.requirement("ZG-20")
def test_who_keeps_the_record_is_reminded_of_the_allowance_when_somebody_is_back(make, session):
    staff = make.staff(allowance_on_post=True)
    make.change(staff, K.second, exception_reason="Ill.", state=S.effective)
    assert not staff.allowance_on_post
    since = last_message(session)
    change = make.change(staff, K.come_back, state=S.effective)
    message = "Somebody is back at “%(agency)s” from a secondment. Tick the allowance on post again, if it is due."
    assert (change.department_id, "agency_staff", "everyone", message) in heard(session, since)


# What becomes of the account


def seats(session, user):
    """Unit, role, and the days of a person's postings."""
    of_user = select(Posting).where(Posting.user_id == user.id).order_by(Posting.id)
    return [(p.unit_id, p.role.name, p.from_on, p.to_on) for p in session.scalars(of_user)]


@pytest.mark.requirement("TS-21")
def test_rights_follow_the_person_from_agency_to_agency_and_end_with_a_secondment(make, session):
    user, staff, _ = make.user(), make.staff(is_head=True), make.role(RoleName.agency_staff)
    here, before = staff.agency.unit_id, TODAY - timedelta(days=1)
    make.posting(user, staff.agency.unit, RoleName.agency_head, from_on=SINCE)
    office = make.office(Duty.county_office)
    make.posting(user, office, RoleName.county_dispatcher, from_on=SINCE)
    staff.user = user
    session.commit()
    elsewhere = (office.id, "county_dispatcher", SINCE, None)
    head, clerk = (here, "agency_head", SINCE, before), (here, "agency_staff", TODAY)
    make.change(staff, K.remove, state=S.effective)
    session.expire_all()
    assert seats(session, user) == [head, elsewhere, (*clerk, None)]
    moved = make.change(staff, K.move, exception_reason="Ill.", effective_on=LATE, state=S.decided)
    make.answer_change(moved, "put_into_effect", at=NOW + (LATE - TODAY))
    there = (moved.to_agency.unit_id, "agency_staff", LATE)
    assert seats(session, user) == [head, elsewhere, (*clerk, LATE - timedelta(days=1)), (*there, None)]


@pytest.mark.requirement("TS-21")
@pytest.mark.parametrize("kind", [K.second, K.transfer_out])
def test_who_is_away_acts_for_no_agency_and_who_returns_does_again(make, session, kind):
    user, staff = make.user(), make.staff()
    make.posting(user, staff.agency.unit, RoleName.agency_staff, from_on=SINCE)
    staff.user = user
    plan_of(make, staff, 1)
    make.change(staff, kind, exception_reason="A task.", state=S.effective)
    away = (staff.agency.unit_id, "agency_staff", SINCE, TODAY - timedelta(days=1))
    assert seats(session, user) == [away]
    if kind is K.second:
        make.change(staff, K.come_back, state=S.effective)
        assert seats(session, user) == [away, (*away[:2], TODAY, None)]


@pytest.mark.requirement("TS-21")
def test_an_agency_has_one_head(make, session):
    head = make.staff(is_head=True)
    second = make.staff(head.agency)
    change = make.change(second, K.appoint, new_post="Head", as_head=True, state=S.decided)
    assert stopped(make, change, "put_into_effect") == "as_head"
    make.change(head, K.remove, state=S.effective)
    make.answer_change(change, "put_into_effect")
    assert (head.is_head, second.is_head) == (False, True)


# Proposing


def test_what_belongs_to_another_kind_is_not_kept(make):
    unit = make.department()
    beside = make.agency(state=AgencyState.in_force)
    more = {"new_post": "x", "as_head": True, "to_unit_id": unit.id, "ends_on": ENDS, "to_agency_id": beside.id}
    change = make.change(kind=K.remove, **more)
    assert [getattr(change, name) for name in more] == ["", False, None, None, None]
    assert (change.to_unit, change.to_agency) == (None, None)


def test_a_proposal_says_all_that_its_kind_needs(make):
    staff = make.staff()
    seconded = make.staff()
    seconded.state = StaffState.seconded
    make.session.commit()
    elsewhere = make.agency(state=AgencyState.in_force)
    draft = make.agency(make.township(), department=staff.agency.department)
    for field, who, kind, columns in (
        ("explanation", staff, K.remove, {"explanation": " "}),
        ("new_post", staff, K.appoint, {"new_post": ""}),
        ("to_agency", staff, K.move, {"to_agency_id": None}),
        ("to_agency", staff, K.move, {"to_agency_id": staff.agency_id}),
        ("to_agency", staff, K.move, {"to_agency_id": elsewhere.id}),
        ("to_agency", staff, K.move, {"to_agency_id": draft.id}),
        ("to_agency", staff, K.appoint, {"to_agency_id": elsewhere.id}),
        ("to_agency", make.registered(), K.appoint, {}),
        ("to_unit", staff, K.second, {"to_unit_id": None}),
        ("ends_on", staff, K.second, {"ends_on": None}),
        ("ends_on", staff, K.second, {"ends_on": TODAY}),
        ("kind", make.registered(), K.remove, {}),
        ("kind", staff, K.come_back, {}),
        ("kind", seconded, K.second, {}),
    ):
        assert refusal(make, who, kind, **columns) == field, (kind, columns)


def test_of_a_person_one_change_is_open(make, session):
    change = make.change()
    assert refusal(make, change.staff) == "staff"
    columns = ("region_id", "department_id", "township_id", "staff_id", "kind", "reason", "explanation", "effective_on")
    session.add(PersonnelChange(**{name: getattr(change, name) for name in columns}))
    with pytest.raises(IntegrityError):
        session.commit()
    session.rollback()
    make.answer_change(change, "withdraw_change")
    make.change(change.staff)


@pytest.mark.requirement("TS-25")
def test_the_two_reasons_of_the_article_are_among_the_words(make):
    assert {ChangeReason.poor_performance, ChangeReason.low_satisfaction} <= set(ChangeReason)


def test_a_withdrawal_is_told_to_a_township_that_was_asked_and_to_no_other(make, session):
    for state, heard in ((S.proposed, False), (S.opinion_requested, True)):
        change = make.change(state=state)
        since = last_message(session)
        make.answer_change(change, "withdraw_change")
        assert bool(told(session, since)) == heard
