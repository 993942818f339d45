"""Due times counted anew: what runs moves with its reminders, what is over or met stays, and each unit hears once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from jobs import due_times
from jobs.due_times import count_anew
from models.calendar import CalendarDay, Clock, LimitUnit
from models.calls import AssignmentState, CallState
from models.coordination import CaseState
from models.ledger import Job, PromiseState
from models.limits import DueRevision, RevisionState
from models.notices import Outbox
from models.organisation import Duty
from models.queries.calendar import limits_of
from models.recorder import RecorderEntry, verify
from models.roles import RoleName
from models.rules.derivations import derivation
from models.rules.due_times import KINDS, MOVED
from models.rules.revisions import forget_revision, preview
from models.words import CallScope
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.models.look import china

A, S = AssignmentState, CallState
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def revise(make):
    """The county's calendar has changed, and the list manager asks for the due times to be counted anew."""

    def asked(at=NOW):
        revision = make.revision(at=at)
        make.press(revision, "recompute", at=at)
        return revision

    return asked


@pytest.fixture
def close(make, session):
    def closed(*days):
        session.add_all(CalendarDay(region_id=make.home.id, day=day, is_working=False) for day in days or (TUESDAY,))
        session.commit()

    return closed


def run(session, at=NOW):
    """As the runner does it: a transaction each time, until nothing is left. How many due times moved."""
    moved = 0
    while (done := count_anew(session, at)).found:
        session.commit()
        moved += done.did
    session.rollback()
    return moved


RUNNING = [
    (lambda make: make.call(state=S.submitted), "accept_due", Job.accept_watch),
    (lambda make: make.assignment(), "respond_due", Job.respond_remind),
    (lambda make: make.call(state=S.dispatched), "resolve_due", None),
    (lambda make: make.call(state=S.resolved), "rate_due", Job.rating_watch),
    (lambda make: make.ratings(make.call(state=S.resolved))[0], "rate_due", None),
    (lambda make: make.case(state=CaseState.negotiating), "negotiation_due", Job.case_escalate),
    (lambda make: make.free_case(state=CaseState.negotiating), "negotiation_due", Job.case_escalate),
    (lambda make: make.case(state=CaseState.filing_review), "filing_due", Job.case_filing_remind),
    (lambda make: make.case(state=CaseState.coordinating), "coordination_due", None),
    (lambda make: make.case(state=CaseState.decided), "execution_due", Job.case_execution_watch),
    (lambda make: make.case(state=CaseState.supervising), "execution_due", Job.case_execution_watch),
]


@pytest.mark.parametrize(("made", "column", "job"), RUNNING)
def test_a_day_off_more_moves_what_runs_and_its_reminders_by_a_day(
    make, session, ledger, revise, close, made, column, job
):
    row = made(make)
    due, moments = getattr(row, column), ledger.moments(row, job) if job else []
    close()
    revision = revise(at=NOW + MINUTE)
    run(session, at=NOW + MINUTE)
    moved = getattr(row, column)
    assert moved > due
    explained = derivation(session, row, column)
    assert (explained.start, explained.due.at, revision.state) == (NOW, moved, RevisionState.done)
    if job:
        assert ledger.moments(row, job)[-1] == moved
        assert len(ledger.moments(row, job)) == len(moments)
    (entry,) = session.scalars(
        select(RecorderEntry).where(
            RecorderEntry.action == MOVED,
            RecorderEntry.subject_type == row.__tablename__,
            RecorderEntry.subject_id == row.id,
        )
    )
    assert column in entry.before.keys() & entry.after.keys()
    assert run(session) == 0
    assert verify(session) == []


def test_every_kind_of_due_time_is_tried_here():
    tried = {(kind.model.__tablename__, kind.due) for kind in KINDS}
    assert {("call", "accept_due"), ("call_assignment", "promised_due"), ("mutual_rating", "rate_due")} < tried
    looked_back_on = {"promised_due", "first_promised_due"}
    assert {column for _, column, _ in RUNNING} | looked_back_on == {column for _, column in tried}


def test_what_is_met_or_over_stays(make, session, revise, close):
    rows = [
        (make.call(state=S.accepted), "accept_due"),
        (make.call(state=S.closed), "resolve_due"),
        (make.call(state=S.rejected), "resolve_due"),
        (make.assignment(state=A.responded), "respond_due"),
        (make.assignment(state=A.resolved), "promised_due"),
        (make.case(state=CaseState.closed), "negotiation_due"),
    ]
    over = make.assignment(at=china("11-16 09:00")), "respond_due"
    before = [(getattr(row, column), row.version) for row, column in (*rows, over)]
    close(TUESDAY, date(2026, 11, 17))
    revise()
    run(session)
    session.expire_all()
    assert [(getattr(row, column), row.version) for row, column in rows] == before[:-1]
    assert over[0].respond_due == before[-1][0]


def test_a_promise_is_the_departments_word_and_stays_but_what_it_was_given_later_is_counted_anew(
    make, session, revise, close
):
    kept = make.assignment(state=A.responded, promised=china("11-27 15:00"))
    rested = make.assignment(state=A.responded, promised=china("11-27 15:00"))
    make.press(rested, "pause", at=china("11-23 10:00"), reason="A drawing.")
    make.press(rested, "resume", at=china("11-23 16:00"))
    assert rested.promised_due == china("11-30 10:00")
    close(date(2026, 11, 30))
    revise(at=china("11-23 17:00"))
    run(session, at=china("11-23 17:00"))
    assert (kept.promised_due, rested.promised_due) == (china("11-27 15:00"), china("12-01 10:00"))
    assert rested.first_promised_due == china("11-27 15:00")


def test_what_was_taken_up_again_is_due_by_the_limit_and_moves(make, session, ledger, revise, close):
    call = make.call(state=S.awaiting_confirmation)
    make.press(call, "not_solved", note="It smells.")
    (part,) = make.assignments(call)
    due = part.promised_due
    close()
    revise()
    run(session)
    assert part.promised_due == part.first_promised_due == call.resolve_due == due + DAY
    assert ledger.moments(part, Job.promise_remind)[-1] == part.promised_due


def test_what_has_been_kept_is_not_kept_again(make, session, ledger, revise, close):
    part = make.assignment()
    soon, over = ledger.moments(part, Job.respond_remind)
    assert ledger.keep(Job.respond_remind, soon) == 1
    close()
    revise(at=soon)
    run(session, at=soon)
    states = [(promise.state, promise.due_at) for promise in ledger.promises(part, Job.respond_remind)]
    assert states == [(PromiseState.fired, soon), (PromiseState.planned, part.respond_due)]
    assert ledger.keep(Job.respond_remind, over) == 0, "it is not over yet"
    assert ledger.keep(Job.respond_remind, part.respond_due) == 1
    assert [step for _, _, _, step in ledger.reminded()].count(1) == 1


def test_the_ladder_of_an_emergency_stays_by_day_and_night_when_it_is_counted_anew(make, session, ledger, revise):
    make.ladder()
    part = make.assignment(scope=CallScope.emergency)
    for rule in limits_of(session, make.home.id)[Clock.respond]:
        rule.amount, rule.unit = 2, LimitUnit.day
    session.commit()
    revise()
    run(session)
    end = part.respond_due
    assert end == part.dispatched_at + 2 * DAY
    assert sorted(ledger.moments(part, Job.respond_remind)) == [end - DAY, end - DAY, end, end + DAY, end + 3 * DAY]


def test_a_ladder_moves_with_its_end(make, session, ledger, revise, close):
    make.ladder()
    part = make.assignment()
    before = ledger.moments(part, Job.respond_remind)
    close()
    revise()
    run(session)
    after = ledger.moments(part, Job.respond_remind)
    assert len(after) == len(before)
    assert part.respond_due in after
    assert all(now >= was for was, now in zip(sorted(before), sorted(after), strict=True))


def test_what_is_overdue_then_is_told_by_the_next_sweep(make, session, ledger, revise):
    part = make.assignment()
    for rule in limits_of(session, make.home.id)[Clock.respond]:
        rule.amount, rule.unit = 1, LimitUnit.hour
    session.commit()
    revision = revise(at=NOW + DAY)
    assert (revision.earlier, revision.overdue) == (1, 1)
    run(session, at=NOW + DAY)
    assert ledger.keep(Job.respond_remind, NOW + DAY) >= 1
    session.expire_all()
    assert part.failure_kind == "no_response"


def test_each_unit_is_told_once_with_the_number(make, session, revise, close):
    town, lead, other = make.township(), make.department(), make.department()
    for _ in range(3):
        make.call(town, lead=lead, state=S.dispatched)
    make.call(make.township(), lead=other, state=S.dispatched)
    close()
    revision = revise()
    run(session)
    told = select(Outbox.unit_id, Outbox.details).where(Outbox.subject_type == "due_revision")
    numbers = {unit: details["count"] for unit, details in session.execute(told)}
    assert (numbers[town.id], numbers[lead.id], numbers[other.id]) == ("3", "6", "2")
    assert len(numbers) == 4
    assert revision.moved == 8


def test_twice_is_once(make, session, revise, close):
    for _ in range(2):
        make.call(state=S.submitted)
    close()
    first = revise()
    assert run(session) == 2
    second = revise()
    assert run(session) == 0
    assert (first.moved, second.moved) == (2, 0)


def test_another_countys_calls_stay(make, session, revise, close):
    _home, abroad = make.home, make.county("Abroad")
    call = make.call(make.township(abroad), state=S.submitted)
    due = call.accept_due
    session.add(CalendarDay(region_id=abroad.id, day=TUESDAY, is_working=False))
    close()
    revise()
    assert run(session) == 0
    assert call.accept_due == due


def test_the_preview_says_what_the_job_then_does(make, session, revise, close):
    for state in (S.submitted, S.dispatched, S.in_progress, S.resolved, S.closed):
        make.call(state=state)
    make.case(state=CaseState.negotiating)
    close()
    seen = preview(session, make.home.id, NOW)
    revision = revise()
    assert run(session) >= len(seen.moves)
    assert revision.moved == len(seen.moves) == revision.earlier + revision.later > 3
    assert preview(session, make.home.id, NOW).moves == ()


def test_each_of_several_rules_counts_what_it_moved_whichever_is_counted_first(make, session):
    for _ in range(2):
        make.call(state=S.submitted)
    make.assignment()
    for rule in ({"clock": Clock.accept, "amount": 9}, {"clock": Clock.respond, "amount": 9}):
        make.rehearsed(make.limit(**rule), "switch_on")
    assert run(session) == 3
    rows = session.scalars(select(DueRevision).order_by(DueRevision.id)).all()
    found = [(row.time_limit.clock, row.moved, row.state) for row in rows]
    assert found == [(Clock.accept, 2, RevisionState.done), (Clock.respond, 1, RevisionState.done)]


@pytest.mark.long
def test_many_cost_as_much_as_few(make, session, revise, statements):
    town, lead = make.township(), make.department()
    item = make.item(lead)
    make.ladder()
    costs = []
    for number, count in enumerate((3, 23)):
        for _ in range(count):
            make.call(town, lead=lead, item=item, state=S.submitted)
            make.call(town, lead=lead, item=item, state=S.dispatched)
            make.call(town, lead=lead, item=item, state=S.resolved)
            make.case(caller=town, item=item, state=CaseState.negotiating)
        for rule in limits_of(session, make.home.id)[Clock.rate]:
            rule.amount += 1
        session.add(CalendarDay(region_id=make.home.id, day=TUESDAY + number * DAY, is_working=False))
        session.commit()
        revise()
        statements.clear()
        assert run(session) >= 5 * count
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_a_batch_is_bounded_and_the_next_goes_on(make, session, monkeypatch, revise, close):
    monkeypatch.setattr(due_times, "BATCH", 2)
    calls = [make.call(state=S.submitted) for _ in range(5)]
    due = calls[0].accept_due
    close()
    revise()
    assert count_anew(session, NOW) == (1, 2)
    session.commit()
    assert [call.accept_due > due for call in calls] == [True, True, False, False, False]
    assert run(session) == 3


def test_a_crash_leaves_nothing_half(make, session, ledger, monkeypatch, revise, close):
    monkeypatch.setattr(due_times, "BATCH", 2)
    calls = [make.call(state=S.submitted) for _ in range(5)]
    due = calls[0].accept_due
    close()
    revision = revise()
    count_anew(session, NOW)
    session.commit()
    with monkeypatch.context() as broken:
        broken.setattr(due_times, "note_moves", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            count_anew(session, NOW)
    session.rollback()
    assert [call.accept_due > due for call in calls] == [True, True, False, False, False]
    assert [ledger.moments(call, Job.accept_watch)[-1] == call.accept_due for call in calls] == [True] * 5
    assert (revision.moved, session.scalars(select(Outbox).where(Outbox.subject_type == "due_revision")).all()) == (
        2,
        [],
    )
    assert run(session) == 3
    assert revision.moved == 5
    assert verify(session) == []


# Who asks for it


def test_list_managers_and_administrators_ask_for_it(make, session, revise, close):
    close()
    revision = revise()
    with pytest.raises(Refused, match="stays on record"):
        forget_revision(session, revision, make.actor(make.township()), NOW)
    new = make.revision()
    abroad = make.office(Duty.editorial_office, make.county("Abroad"))
    for actor in (
        make.actor(make.office(Duty.county_office)),
        make.actor(make.township()),
        make.actor(abroad, RoleName.list_manager),
    ):
        with pytest.raises(NotYours):
            make.press(new, "recompute", actor)
        session.rollback()
    make.press(new, "recompute", make.actor(abroad, RoleName.admin))


def test_of_a_rule_that_is_switched_on_the_job_does_the_rest(make, session):
    part = make.assignment()
    limit = make.rehearsed(make.limit(amount=4), "switch_on")
    assert run(session) == 1
    assert part.respond_due == china("11-27 17:30")
    assert derivation(session, part, "respond_due").limit is limit
