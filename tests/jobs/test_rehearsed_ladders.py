"""A rehearsal of a ladder against what live work said: one function for both, so the preview cannot lie."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models.calendar import CountedIn, LimitState, Point, ReminderLadder, ReminderStep
from models.ladders import LadderRehearsal, LadderRehearsalCall, LadderRehearsalLine
from models.ledger import Job, Promise
from models.notices import Outbox
from models.organisation import Duty
from models.rules.ladder import LADDER
from models.rules.ladders import follow_ladder
from models.supervision import Reminder
from tests.make import NOW
from tests.models.look import china

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = date(2026, 11, 23)
CLOCKS = (Job.respond_remind, Job.promise_remind)
END = china("12-30 09:00")


@pytest.fixture
def ladders(make, session):
    """Both clocks of calls, with a red card after two yellow ones, and a talk after two red ones in a year."""
    for job in CLOCKS:
        red = make.ladder(job)[3]
        red.after_count, red.of_level, red.within = 2, 2, CountedIn.call
        make._add(
            ReminderStep(region_id=red.region_id, ladder=red.ladder, level=4, name="Talk", point=Point.by_count,
                         amount=0, heads=True, county_office=True, after_count=2, of_level=3, within=CountedIn.year)
        )  # fmt: skip
    session.commit()


@pytest.fixture
def lived(make, session, ledger, ladders):
    """Five weeks of calls, swept every hour: answered at once, late, never; promised, paused, given more time."""
    lead, other = make.department(), make.department()
    quick = make.assignment(lead=other)
    late = make.assignment(lead=lead)
    silent = make.assignment(lead=lead)
    paused = make.assignment(lead=other, at=china("11-24 10:00"))
    granted = make.assignment(lead=lead, at=china("11-24 10:00"))
    county = make.actor(make.office(Duty.county_office))
    moves = [
        ("11-23 11:30", lambda at: make.press(quick, "respond", at=at, promised_due=at + 4 * DAY)),
        ("11-24 15:30", lambda at: make.press(paused, "respond", at=at, promised_due=at + 6 * DAY)),
        ("11-24 16:30", lambda at: make.press(granted, "respond", at=at, promised_due=at + 6 * DAY)),
        ("11-25 09:30", lambda at: make.press(quick, "start", at=at)),
        ("11-26 10:30", lambda at: make.press(paused, "pause", at=at, reason="A drawing.")),
        ("11-26 11:30", lambda at: make.press(quick, "resolve", at=at, result="Done.")),
        ("11-27 15:30", lambda at: make.press(late, "respond", at=at, promised_due=at + 2 * DAY)),
        ("11-27 16:30", lambda at: asked.append(make.extension(granted, at=at))),
        ("11-30 10:30", lambda at: make.press(asked[0], "approve", county, at=at)),
        ("12-01 10:30", lambda at: make.press(paused, "resume", at=at)),
        ("12-16 10:30", lambda at: make.press(silent, "respond", at=at, promised_due=at + 3 * DAY)),
    ]
    asked, moment = [], NOW
    for at, move in [*((china(when), move) for when, move in moves), (END, None)]:
        while moment < at:
            for job in CLOCKS:
                ledger.keep(job, moment)
            moment += HOUR
        session.expire_all()
        if move:
            move(at)
    return quick, late, silent, paused, granted


def said(session, job):
    """What live work said of steps of the ladder: to which unit, for whom, of which step."""
    told = session.execute(
        select(Outbox.key, Outbox.unit_id, Outbox.audience).where(Outbox.key.startswith(f"{job}:call_assignment:"))
    )
    steps = ((int(key.split(":")[3].split(".")[0]), unit, audience) for key, unit, audience in told)
    return Counter((step - LADDER, unit, audience) for step, unit, audience in steps if step >= LADDER)


@pytest.mark.long
@pytest.mark.parametrize("job", CLOCKS)
@pytest.mark.requirement("TC-36")
def test_a_rehearsal_of_what_is_in_force_says_what_live_work_said(session, make, lived, job):
    ladder = session.scalars(select(ReminderLadder).where(ReminderLadder.job == job)).one()
    make.press(ladder, "rehearse", at=END, day=QUARTER)
    lines = session.scalars(select(LadderRehearsalLine)).all()
    live = said(session, job)
    assert live.total() > 10
    assert {level for level, _, _ in live} == {0, 1, 2, 3} | ({4} if job is Job.promise_remind else set())
    assert {(line.level, line.unit_id, line.audience): line.sent_now for line in lines if line.sent_now} == live
    told = session.scalars(select(LadderRehearsal)).one()
    assert told.sent_now == live.total()
    leaders = make.office(Duty.leadership).id
    reached = select(Promise.subject_id).join(
        Outbox, Outbox.key.startswith(f"{job}:call_assignment:") & (Outbox.subject_id == Promise.subject_id)
    )
    of = Outbox.unit_id == leaders, Promise.job == job, Promise.step >= LADDER
    assert told.to_leaders_now == len(set(session.scalars(reached.where(*of))))


@pytest.fixture
def draft(make, session, ladders):
    """A draft for responses that begins with what is in force."""
    ladder = make._add(ReminderLadder(region_id=make.home.id, job=Job.respond_remind))
    follow_ladder(session, ladder, make.actor(make.office(Duty.county_office)), NOW)
    session.commit()
    return ladder, {
        row.level: row for row in session.scalars(select(ReminderStep).where(ReminderStep.ladder == ladder))
    }


def report(session):
    return session.scalars(select(LadderRehearsal).order_by(LadderRehearsal.id.desc())).first()


@pytest.mark.requirement("TC-36")
def test_a_rehearsal_says_who_would_have_heard_beside_who_does(make, session, draft):
    """One call that nobody answered: the draft tells the leaders at the end, and those on duty no more."""
    ladder, steps = draft
    steps[0].duty_officer, steps[0].supervision = False, True
    steps[2].leaders = steps[3].leaders = False
    session.commit()
    part = make.assignment()
    make.press(ladder, "rehearse", at=END, day=QUARTER)
    unit, supervision, leaders = (
        part.department_id, make.office(Duty.supervision_office).id, make.office(Duty.leadership).id
    )  # fmt: skip
    lines = session.scalars(select(LadderRehearsalLine)).all()
    assert {(line.level, line.unit_id, str(line.audience)): (line.sent, line.sent_now) for line in lines} == {
        (0, unit, "duty_officer"): (0, 1),
        (0, supervision, "everyone"): (1, 0),
        (1, unit, "duty_and_heads"): (1, 1),
        (2, unit, "heads"): (1, 1),
        (2, leaders, "heads"): (0, 1),
        (3, unit, "heads"): (1, 1),
        (3, supervision, "everyone"): (1, 1),
        (3, leaders, "heads"): (0, 1),
    }
    told = report(session)
    assert (told.quarter, told.clocks, told.sent, told.sent_now) == ("2026-Q4", 1, 5, 7)
    assert (told.to_leaders, told.to_leaders_now) == (0, 1)
    reached = session.scalars(select(LadderRehearsalCall)).one()
    assert (reached.call, reached.reached_at, reached.reached_at_now) == (part.call, None, china("11-26 17:30"))


def test_the_busiest_day_is_the_one_with_the_most_reminders(make, session, draft):
    ladder, steps = draft
    steps[3].amount, steps[3].after_count, steps[3].of_level, steps[3].within = 1, None, None, None
    session.commit()
    make.assignment()
    make.press(ladder, "rehearse", at=END, day=QUARTER)
    told = report(session)
    assert (told.busiest_day, told.busiest_sent) == (date(2026, 11, 26), 5)
    assert (told.busiest_day_now, told.busiest_sent_now) == (date(2026, 11, 30), 3)


def test_only_what_falls_into_the_quarter_counts_but_cards_of_the_year_before_it_do(make, session, draft):
    """Two red cards lead to a talk: one in September, one in November."""
    ladder, _ = draft
    lead = make.department()
    make.assignment(lead=lead, at=china("09-01 09:00"))
    make.assignment(lead=lead)
    county = make.office(Duty.county_office).id
    for day, expected in ((date(2026, 5, 1), []), (date(2026, 9, 1), []), (QUARTER, [(4, 1)])):
        make.press(ladder, "rehearse", at=END, day=day)
        lines = select(LadderRehearsalLine).where(
            LadderRehearsalLine.rehearsal == report(session), LadderRehearsalLine.unit_id == county
        )
        assert [(line.level, line.sent) for line in session.scalars(lines)] == expected
    assert session.scalars(select(LadderRehearsal.sent).order_by(LadderRehearsal.id)).all()[0] == 0


def test_where_there_is_no_ladder_the_one_reminder_stands_beside(make, session):
    ladder = make.ladder(state=LimitState.draft)[0].ladder
    part = make.assignment()
    make.press(ladder, "rehearse", at=END, day=QUARTER)
    lines = session.scalars(select(LadderRehearsalLine).where(LadderRehearsalLine.sent_now > 0)).all()
    assert [(line.level, line.unit_id, str(line.audience), line.sent, line.sent_now) for line in lines] == [
        (None, part.department_id, "duty_officer", 0, 1)
    ]


def test_rectification_is_rehearsed_too(make, session):
    ladder = make.ladder(Job.rectification_watch)[0].ladder
    make.rectification()
    make.press(ladder, "rehearse", at=END, day=QUARTER)
    told = report(session)
    assert (told.clocks, told.sent, told.sent_now, told.to_leaders, told.to_leaders_now) == (1, 1, 7, 0, 1)
    assert session.scalars(select(LadderRehearsalCall)).all() == []


@pytest.mark.requirement("TC-36")
def test_a_rehearsal_writes_nothing_but_its_report(make, session, lived):
    def rows():
        return [session.scalar(select(func.count()).select_from(model)) for model in (Outbox, Reminder, Promise)]

    before, versions = rows(), [part.version for part in lived]
    ladder = session.scalars(select(ReminderLadder).where(ReminderLadder.job == Job.respond_remind)).one()
    make.press(ladder, "rehearse", at=END, day=QUARTER)
    session.expire_all()
    assert (rows(), [part.version for part in lived]) == (before, versions)


@pytest.mark.parametrize("job", CLOCKS)
def test_a_rehearsal_costs_as_much_for_many_calls_as_for_few(make, session, ladders, statements, job):
    ladder = session.scalars(select(ReminderLadder).where(ReminderLadder.job == job)).one()
    lead, costs = make.department(), []
    for count in (2, 9):
        for _ in range(count):
            make.assignment(lead=lead, state="responded")
        statements.clear()
        make.press(ladder, "rehearse", at=END, day=QUARTER)
        costs.append(len(statements))
    assert costs[0] == costs[1]
