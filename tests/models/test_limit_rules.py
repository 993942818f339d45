"""Rules of limits: which of them fits, what has to be looked at before one counts, and what a rehearsal says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.calendar import WORKING, Clock, LimitState, LimitUnit, TimeLimit
from models.calls import AssignmentState, Call, CallState
from models.coordination import CaseState
from models.limits import DueRevision, LimitRehearsal, Rehearsed, RevisionState
from models.organisation import Duty
from models.queries.calendar import calendar_of
from models.rights import grants
from models.roles import RoleName
from models.rules.limits import LIMIT
from models.rules.matching import ANY, Matter, first_that_fits
from models.words import CallScope
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import china

S = LimitState
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_a_rule_of_a_category_names_one_that_the_lists_have(make):
    make.item(category="城乡建设")
    assert make.limit(category="城乡建设").category == "城乡建设"
    with pytest.raises(Refused) as refused:
        make.limit(category="城乡建社")
    assert (refused.value.field, refused.value.details) == ("category", {"category": "城乡建社"})


# Which fits


def rule(**conditions):
    return TimeLimit(**{"category": ""} | conditions)


def test_the_first_rule_whose_every_condition_is_met_counts():
    urgent = rule(scope=CallScope.emergency)
    matter = rule(root_item_id=7, department_id=3)
    water = rule(category="water")
    rest = rule()
    rules = [urgent, matter, water, rest]
    assert first_that_fits(rules, Matter(CallScope.emergency, 7, "water", 3)) is urgent
    assert first_that_fits(rules, Matter(CallScope.key, 7, "water", 3)) is matter
    assert first_that_fits(rules, Matter(CallScope.key, 7, "water", 4)) is water, "one of two conditions is not enough"
    assert first_that_fits(rules, Matter(CallScope.key, 8, "air", 3)) is rest
    assert first_that_fits(rules, ANY) is rest
    assert first_that_fits(rules[::-1], Matter(CallScope.emergency)) is rest, "the order decides, not the strictness"
    assert first_that_fits(rules[:3], ANY) is None


def test_an_emergency_is_counted_by_day_and_night_whatever_stands_before():
    water = rule(clock=Clock.respond, category="water", unit=LimitUnit.working_day)
    night = rule(clock=Clock.respond, unit=LimitUnit.hour)
    rated = rule(clock=Clock.rate, category="water", unit=LimitUnit.working_day)
    assert first_that_fits([water, night], Matter(CallScope.emergency, category="water")) is night
    assert first_that_fits([water, night], Matter(CallScope.key, category="water")) is water
    assert first_that_fits([water], Matter(CallScope.emergency, category="water")) is water, "better than none"
    assert first_that_fits([rated], Matter(CallScope.emergency, category="water")) is rated


@pytest.mark.parametrize("unit", LimitUnit)
@pytest.mark.parametrize("clock", [Clock.accept, Clock.respond, Clock.promise, Clock.resolve])
def test_no_rule_of_an_emergency_rests(draft, clock, unit):
    if unit in WORKING:
        with pytest.raises(Refused, match="by day and night") as refused:
            draft(clock=clock, scope=CallScope.emergency, unit=unit)
        assert refused.value.field == "unit"
    else:
        draft(clock=clock, scope=CallScope.emergency, unit=unit)


def test_a_limit_for_promises_is_rehearsed_on_what_was_promised(make, session, admin, draft):
    lead = make.department()
    for days in (2, 9):
        make.call(lead=lead, state=CallState.closed, promised=NOW + days * DAY)
    make.press(draft(clock=Clock.promise, amount=3, unit=LimitUnit.day), "rehearse", admin, at=NOW)
    told = session.scalars(select(LimitRehearsal)).one()
    assert (told.past_calls, told.past_matched, told.past_late, told.open_clocks) == (2, 2, 1, 0)


@pytest.fixture
def admin(make):
    return make.actor(make.office(Duty.county_office), RoleName.admin)


@pytest.fixture
def draft(make):
    return make.limit


@pytest.fixture
def switched_on(make):
    return lambda **columns: make.rehearsed(make.limit(**columns), "switch_on")


def test_a_rule_of_a_department_counts_for_that_one_alone(make, switched_on):
    department, other = make.department(), make.department()
    switched_on(department_id=department.id, amount=7)
    assert make.assignment(lead=department).respond_due == china("12-02 17:30")
    assert make.assignment(lead=other).respond_due == china("11-25 17:30")


def test_a_rule_of_an_item_counts_for_its_later_versions_too(make, session, switched_on):
    item = make.item()
    later = make.item(root_id=item.id)
    another = make.item(root_id=item.id)
    switched_on(list_item_id=later.id, amount=7)
    assert make.assignment(item=another).respond_due == china("12-02 17:30")
    assert make.assignment(item=item).respond_due == china("12-02 17:30")
    assert make.assignment(item=make.item()).respond_due == china("11-25 17:30")


def test_a_rule_of_a_category_and_one_of_a_scope(make, switched_on):
    item = make.item(category="water")
    switched_on(category="water", clock=Clock.resolve, amount=3)
    switched_on(scope=CallScope.key, clock=Clock.accept, amount=2)
    water = make.call(item=item, state=CallState.dispatched)
    air = make.call(item=make.item(category="air"), state=CallState.dispatched)
    assert (water.resolve_due, air.resolve_due) == (china("11-26 17:30"), china("12-07 17:30"))
    assert make.call(scope=CallScope.key, state=CallState.submitted).accept_due == china("11-25 17:30")


def test_the_lead_decides_which_rule_the_whole_call_runs_by(make, switched_on):
    department = make.department()
    switched_on(department_id=department.id, clock=Clock.resolve, amount=3)
    assert make.call(lead=department, state=CallState.dispatched).resolve_due == china("11-26 17:30")
    helped = make.call(cooperating=[department], state=CallState.dispatched)
    assert helped.resolve_due == china("12-07 17:30")


def test_a_case_runs_by_the_rules_of_what_it_is_about(make, switched_on):
    water, air = make.item(category="water"), make.item(category="air")
    switched_on(category="water", clock=Clock.negotiate, amount=3)
    assert make.case(item=water, state=CaseState.negotiating).negotiation_due == china("11-26 17:30")
    assert make.free_case(item=water, state=CaseState.negotiating).negotiation_due == china("11-26 17:30")
    assert make.free_case(item=air, state=CaseState.negotiating).negotiation_due == china("12-07 17:30")


# What a rule may say


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 99999}, "amount"),
        ({"position": 10}, "position"),
        ({"clock": Clock.consult, "scope": CallScope.key}, "scope"),
        ({"clock": Clock.consult, "category": "water"}, "category"),
        ({"clock": Clock.accept, "department": True}, "department"),
        ({"department": "abroad"}, "department"),
        ({"item": "abroad"}, "list_item"),
    ],
)
def test_what_a_rule_cannot_say_is_refused_by_field(make, draft, columns, field):
    columns, _home = dict(columns), make.home
    county = make.county("Abroad") if "abroad" in columns.values() else make.home
    if columns.pop("department", None):
        columns["department_id"] = make.department(county).id
    if columns.pop("item", None):
        columns["list_item_id"] = make.item(make.department(county)).id
    with pytest.raises(Refused) as refused:
        draft(**columns)
    assert refused.value.field == field


# Drafted, rehearsed, switched on, retired


def test_a_draft_counts_for_nothing(make, draft):
    draft(amount=7)
    assert make.assignment().respond_due == china("11-25 17:30")


def test_nothing_is_switched_on_that_was_not_rehearsed_exactly_as_it_stands(make, session, admin, draft):
    limit = draft()
    with pytest.raises(Refused, match="has not been rehearsed"):
        make.press(limit, "switch_on", admin)
    session.rollback()
    make.press(limit, "rehearse", admin)
    for name, value in (("amount", 2), ("position", 7), ("category", "water"), ("unit", LimitUnit.day)):
        held = getattr(limit, name)
        setattr(limit, name, value)
        session.commit()
        with pytest.raises(Refused, match="has not been rehearsed"):
            make.press(limit, "switch_on", admin)
        session.rollback()
        setattr(limit, name, held)
        session.commit()
    make.press(limit, "switch_on", admin)
    assert limit.state is S.in_force


def test_a_rehearsal_of_another_rule_does_not_do(make, session, admin, draft):
    limit, other = draft(), draft()
    make.press(other, "rehearse", admin)
    with pytest.raises(Refused):
        make.press(limit, "switch_on", admin)


def test_a_rule_in_force_is_rehearsed_again_before_it_is_retired(make, session, admin, switched_on):
    limit = switched_on()
    with pytest.raises(Refused, match="has not been rehearsed"):
        make.press(limit, "retire", admin)
    session.rollback()
    make.press(limit, "rehearse", admin)
    make.press(limit, "retire", admin)
    supposed = select(LimitRehearsal.supposes).order_by(LimitRehearsal.id)
    assert session.scalars(supposed).all() == [Rehearsed.switched_on, Rehearsed.retired]
    assert make.assignment().respond_due == china("11-25 17:30")
    with pytest.raises(MovedOn):
        make.press(limit, "switch_on", admin)


def test_the_last_rule_without_conditions_is_not_retired(make, session, admin, switched_on):
    general = session.scalars(
        select(TimeLimit).where(TimeLimit.clock == Clock.respond, TimeLimit.scope.is_(None))
    ).one()
    make.press(general, "rehearse", admin)
    with pytest.raises(Refused, match="without conditions"):
        make.press(general, "retire", admin)
    session.rollback()
    switched_on(position=91)
    make.press(general, "retire", admin)
    assert general.state is S.retired


def test_only_administrators_keep_rules(make, session, draft):
    limit = draft()
    for role in set(RoleName) - {RoleName.admin}:
        actor = make.actor(make.office(Duty.county_office), role)
        assert not list(LIMIT.open_to(limit, actor))
        with pytest.raises(NotYours):
            make.press(limit, "rehearse", actor)
        session.rollback()
        words = {"add", "edit", "delete", "rehearse", "switch_on", "retire"}
        assert not {(f"can_{word}", "TimeLimit") for word in words} & grants(role)


# What a rehearsal says


def test_a_rehearsal_says_what_a_plain_count_of_the_calls_says(make, session, admin, draft):
    """The calls, one after the other, as somebody would count them who knows nothing of kinds and rules."""
    quick, slow = make.department(), make.department()
    for lead, answered in ((quick, HOUR), (slow, 9 * DAY), (quick, 2 * DAY), (quick, 2 * HOUR)):
        call = make.call(lead=lead, item=make.item(lead, category="water"), state=CallState.closed)
        make.assignments(call)[0].responded_at = NOW + answered
    other = make.call(lead=quick, item=make.item(quick, category="air"), state=CallState.closed)
    make.assignments(other)[0].responded_at = NOW + 9 * DAY
    make.call(lead=quick, item=make.item(quick, category="water"), state=CallState.resolved)  # not closed yet
    for scope in (CallScope.complex, CallScope.key, CallScope.emergency):
        make.call(lead=slow, item=make.item(slow, category="water"), scope=scope, state=CallState.dispatched)
    session.commit()
    limit = draft(category="water", amount=1, unit=LimitUnit.working_day)
    make.press(limit, "rehearse", admin, at=NOW)
    told = session.scalars(select(LimitRehearsal)).one()
    calendar, found = calendar_of(session, make.home.id), dict.fromkeys(("past", "fit", "late", "earlier", "later"), 0)
    new = calendar.add(NOW, 1, LimitUnit.working_day).at
    for call in session.scalars(select(Call).where(Call.state == CallState.closed)):
        (part,) = make.assignments(call)
        due = new if call.category == "water" else part.respond_due
        found["past"] += 1
        found["fit"] += call.category == "water"
        found["late"] += call.category == "water" and part.responded_at > due
        found["earlier"] += due < part.respond_due
        found["later"] += due > part.respond_due
    assert found == {"past": 5, "fit": 4, "late": 2, "earlier": 4, "later": 0}
    assert found == {
        "past": told.past_calls,
        "fit": told.past_matched,
        "late": told.past_late,
        "earlier": told.past_earlier,
        "later": told.past_later,
    }
    open_ = list(session.scalars(select(Call).where(Call.state == CallState.dispatched)))
    resting = [call for call in open_ if call.scope is not CallScope.emergency]
    dues = [make.assignments(call)[0].respond_due for call in resting]
    assert (told.open_clocks, told.open_matched) == (len(open_), len(resting)) == (3, 2)
    assert told.open_earlier == sum(new < due for due in dues) == 1
    assert told.open_later == sum(new > due for due in dues) == 0
    assert told.open_overdue == 0
    assert (told.busiest_unit_id, told.busiest_matched) == (quick.id, 3), "of two that it fits as often, the first"


def test_a_rehearsal_says_what_would_be_overdue_at_once(make, session, admin, draft):
    make.assignment()
    limit = draft(amount=1, unit=LimitUnit.hour)
    make.press(limit, "rehearse", admin, at=NOW + DAY)
    assert session.scalars(select(LimitRehearsal.open_overdue)).one() == 1


def test_a_rehearsal_changes_nothing_but_is_kept(make, session, admin, draft):
    part = make.assignment()
    due, version = part.respond_due, part.version
    make.press(draft(amount=7), "rehearse", admin)
    session.expire_all()
    assert (part.respond_due, part.version) == (due, version)
    assert session.scalar(select(func.count()).select_from(DueRevision)) == 0


@pytest.mark.long
def test_a_rehearsal_costs_as_much_for_many_calls_as_for_few(make, session, admin, draft, statements):
    lead, town = make.department(), make.township()
    limit = draft(department_id=lead.id, clock=Clock.resolve, amount=3)
    costs = []
    for count in (3, 23):
        for _ in range(count):
            make.call(town, lead=lead, state=CallState.closed)
            make.assignment(caller=town, lead=lead, state=AssignmentState.responded)
        statements.clear()
        make.press(limit, "rehearse", admin)
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_what_is_switched_on_has_the_due_times_counted_anew(make, session, admin, switched_on):
    make.assignment()
    switched_on(amount=7)
    revision = session.scalars(select(DueRevision)).one()
    assert (revision.state, revision.asked_at) == (RevisionState.waiting, NOW)
    assert (revision.running, revision.earlier, revision.later, revision.overdue) == (2, 0, 1, 0)
