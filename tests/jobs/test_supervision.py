"""The clock of supervision orders: who does not answer rises a level, and more people hear of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobs.notices import deliver
from models.ledger import Job
from models.notices import Notice, Outbox
from models.organisation import Duty
from models.recorder import verify
from models.rules.ladder import LADDER
from models.supervision import OrderState, Reminder
from models.words import CallScope
from tests.make import NOW
from tests.models.look import CHINA, china

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=60)
ESCALATE = Job.supervision_escalate


@pytest.fixture
def order(make):
    return make.order(assignment=make.assignment(), due=NOW + timedelta(days=4))


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_an_order_not_acknowledged_and_not_replied_to_rises_and_its_recipients_widen(make, session, ledger, order):
    acknowledge, due = ledger.moments(order, ESCALATE)
    assert (acknowledge, due) == (order.acknowledge_due, order.due)
    supervision, leaders = (make.office(duty).id for duty in (Duty.supervision_office, Duty.leadership))

    assert ledger.keep(ESCALATE, acknowledge - MINUTE) == 0
    assert ledger.keep(ESCALATE, acknowledge) == 1
    session.refresh(order)
    assert (order.level, order.raised_at) == (2, acknowledge)
    assert [told[:2] for told in ledger.told(ESCALATE)] == [(order.unit_id, "heads"), (supervision, "everyone")]

    assert ledger.keep(ESCALATE, due) == 1
    session.refresh(order)
    assert order.level == 3
    assert [told[:2] for told in ledger.told(ESCALATE)[2:]] == [
        (order.unit_id, "heads"),
        (supervision, "everyone"),
        (leaders, "heads"),
    ]
    assert ledger.moments(order, ESCALATE) != []
    assert ledger.entries(order)[-1][2]["level"] == 3
    assert verify(session) == []


def test_at_the_fourth_level_the_county_office_hears(make, session, ledger, order):
    make.press(order, "raise_level", level=3)
    session.execute(update(Outbox).values(done_at=NOW))
    assert ledger.keep(ESCALATE, order.due) == 1
    assert (make.office(Duty.county_office).id, "everyone") in {told[:2] for told in ledger.told(ESCALATE)}


@pytest.mark.requirement("TC-36")
def test_two_looks_in_one_sweep_raise_it_once_and_twice_is_once(session, ledger, order):
    ledger.keep(ESCALATE, order.due + MINUTE)
    session.refresh(order)
    assert (order.level, len(ledger.entries(order))) == (2, 1)
    ledger.keep(ESCALATE, order.due + MINUTE)
    session.refresh(order)
    assert order.level == 2


def test_acknowledged_in_time_it_waits_for_the_reply(make, session, ledger, order):
    make.press(order, "acknowledge")
    assert ledger.keep(ESCALATE, order.acknowledge_due) == 0
    assert ledger.keep(ESCALATE, order.due) == 1
    session.refresh(order)
    assert order.level == 2


@pytest.mark.parametrize("state", [OrderState.replied, OrderState.verified, OrderState.closed])
def test_what_was_answered_rises_no_more(make, session, ledger, state):
    order = make.order(assignment=make.assignment(), state=state)
    for promise in ledger.promises(order, ESCALATE):
        promise.state = "planned"
    assert ledger.keep(ESCALATE, LATER) == 0
    session.refresh(order)
    assert order.level == 1


@pytest.mark.databases
def test_an_order_of_the_clocks_own_is_watched_too(make, session, ledger):
    part = make.assignment(state="responded")
    ledger.keep(Job.promise_remind, part.promised_due)
    assert ledger.keep(ESCALATE, LATER) == 1


# The ladder


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_the_recipients_of_a_reminder_widen_with_its_step(make, session, ledger):
    make.ladder()
    part = make.assignment()
    supervision, leaders, county = (
        make.office(duty).id for duty in (Duty.supervision_office, Duty.leadership, Duty.county_office)
    )
    unit, caller, heard = part.department_id, part.call.caller_unit_id, []
    for moment in ledger.moments(part, Job.respond_remind):
        before = len(ledger.told(Job.respond_remind))
        assert ledger.keep(Job.respond_remind, moment) == 1
        heard.append({told[:2] for told in ledger.told(Job.respond_remind)[before:]})
    assert heard == [
        {(unit, "duty_officer")},
        {(unit, "duty_and_heads")},
        {(unit, "heads"), (county, "everyone"), (supervision, "everyone"), (caller, "everyone")},  # the limit itself
        {(unit, "heads"), (leaders, "heads")},
        {(unit, "heads"), (supervision, "everyone"), (leaders, "heads")},
    ]
    names = session.scalars(select(Reminder.message).where(Reminder.unit_id == unit, Reminder.step >= LADDER))
    assert list(names) == ["Step 0", "Step 1", "Step 2", "Step 3"]


@pytest.mark.requirement("TC-36")
def test_of_a_step_that_says_so_the_county_office_hears(make, session, ledger):
    first, *_ = make.ladder()
    first.duty_officer, first.county_office = False, True
    part = make.assignment()
    ledger.keep(Job.respond_remind, ledger.moments(part, Job.respond_remind)[0])
    assert [told[:2] for told in ledger.told(Job.respond_remind)] == [(make.office(Duty.county_office).id, "everyone")]


def test_a_step_taken_out_of_the_ladder_or_reached_too_late_reminds_nobody(make, session, ledger):
    steps = make.ladder()
    part = make.assignment()
    session.delete(steps[3])
    session.flush()
    ledger.keep(Job.respond_remind, part.respond_due + timedelta(days=30))
    assert {step for _, _, _, step in ledger.reminded()} == {2, LADDER + 2}


# Quiet hours


def waits(session, job):
    return session.execute(
        select(Outbox.not_before, Outbox.mail_after).where(Outbox.key.startswith(f"{job}:")).order_by(Outbox.id)
    ).first()


@pytest.mark.databases
def test_a_reminder_of_the_night_waits_for_the_morning_and_its_mail_for_the_digest(make, session, ledger):
    part = make.assignment()
    make.posting(unit=part.department)
    session.execute(update(Outbox).values(done_at=NOW))
    soon, _ = ledger.moments(part, Job.respond_remind)
    night = soon.astimezone(CHINA).replace(hour=23)
    ledger.keep(Job.respond_remind, night)
    morning = (night + timedelta(days=1)).replace(hour=8, minute=30)
    assert waits(session, Job.respond_remind) == (morning, morning + timedelta(minutes=5))
    assert deliver(session, morning - MINUTE).found == 0
    assert deliver(session, morning).found == 1
    (notice,) = session.scalars(select(Notice))
    assert (notice.bundled, notice.mail_after) == (True, morning + timedelta(minutes=5))


def test_before_a_weekend_it_waits_for_monday(make, session, ledger):
    make.assignment(at=china("11-26 10:00"))
    ledger.keep(Job.respond_remind, china("11-28 09:00"))  # a Saturday
    assert waits(session, Job.respond_remind) == (china("11-30 08:30"), china("11-30 08:35"))


def test_in_working_hours_it_is_told_at_once_and_mailed_the_next_morning(make, session, ledger):
    part = make.assignment()
    soon, _ = ledger.moments(part, Job.respond_remind)
    ledger.keep(Job.respond_remind, soon)
    not_before, mail_after = waits(session, Job.respond_remind)
    assert not_before is None
    assert mail_after > soon


def test_a_card_wakes_no_leader_either(make, session, ledger):
    make.ladder()
    part, leaders = make.assignment(), make.office(Duty.leadership).id
    *_, yellow, _ = ledger.moments(part, Job.respond_remind)
    night = yellow.astimezone(CHINA).replace(hour=22, minute=0)
    ledger.keep(Job.respond_remind, night)
    told = session.scalars(select(Outbox).where(Outbox.unit_id == leaders)).all()
    assert {(each.not_before, each.mail_after) for each in told} == {waits(session, Job.respond_remind)}
    assert told[0].not_before > night


@pytest.mark.requirement("TA-24", "TC-36")
@pytest.mark.parametrize("name", ["dispatch", "promise"])
def test_the_steps_of_an_emergency_are_planned_by_day_and_night(make, ledger, name):
    make.ladder(), make.ladder(Job.promise_remind)
    part = make.assignment(scope=CallScope.emergency, at=china("11-28 23:00"))
    job, start = Job.respond_remind, part.dispatched_at
    if name == "promise":
        make.press(part, "respond", at=china("11-28 23:30"), promised_due=china("11-29 23:30"))
        job, start = Job.promise_remind, china("11-28 23:30")
    end = part.promised_due or part.respond_due
    whole = end - start
    early = end - timedelta(days=1) if whole > timedelta(days=1) else start + whole * 3 / 4
    expected = [start + whole / 2, early, end, end + timedelta(days=1), end + timedelta(days=3)]
    assert ledger.moments(part, job)[: len(expected)] == sorted(expected)


@pytest.mark.requirement("TA-24")
def test_an_emergency_waits_for_no_morning(make, session, ledger):
    make.assignment(scope=CallScope.emergency, at=china("11-28 23:00"))
    ledger.keep(Job.respond_remind, china("11-28 23:59"))
    assert waits(session, Job.respond_remind) == (None, None)
