"""Ladders as wholes: drafted, rehearsed over a quarter as they stand, switched on; and what a rehearsal says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models.calendar import LimitState, Point, ReminderLadder, ReminderStep
from models.ladders import LadderRehearsal
from models.ledger import Job
from models.limits import Rehearsed
from models.organisation import Duty
from models.queries.calendar import ladder_of
from models.rights import grants
from models.roles import RoleName
from models.rules.ladders import (
    LADDER_OF_CLOCK,
    follow_ladder,
    forget_ladder,
    held_as_draft,
    prepare_ladder,
    prepare_ladder_step,
    quarter_of,
)
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import china

S = LimitState
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUARTER = date(2026, 11, 23)
"""A day of the quarter in which tests happen."""


@pytest.fixture
def office(make):
    return make.actor(make.office(Duty.county_office))


@pytest.fixture
def draft(make, session, office):
    """A draft as somebody makes one: it begins with the steps in force."""

    def drafted(job=Job.respond_remind, by=office):
        ladder = ReminderLadder(job=job)
        prepare_ladder(session, ladder, by, NOW)
        make._add(ladder)
        follow_ladder(session, ladder, by, NOW)
        session.commit()
        return ladder

    return drafted


def steps_of(session, ladder):
    return session.scalars(
        select(ReminderStep).where(ReminderStep.ladder_id == ladder.id).order_by(ReminderStep.level)
    ).all()


def in_force(session, make):
    return [row.name for row in ladder_of(session, make.home.id).get(Job.respond_remind, [])]


# Drafted, rehearsed, switched on, retired


def test_a_draft_begins_with_what_is_in_force_and_counts_for_nothing(session, make, draft):
    make.ladder()
    ladder = draft()
    copies = steps_of(session, ladder)
    assert [row.name for row in copies] == ["Step 0", "Step 1", "Step 2", "Step 3"]
    copies[0].name = "Changed"
    session.flush()
    assert in_force(session, make) == ["Step 0", "Step 1", "Step 2", "Step 3"]


@pytest.mark.requirement("TC-36")
def test_nothing_is_switched_on_that_was_not_rehearsed_exactly_as_it_stands(session, make, office, draft):
    make.ladder()
    ladder = draft()
    with pytest.raises(Refused, match="has not been rehearsed"):
        make.press(ladder, "switch_on", office)
    session.rollback()
    make.press(ladder, "rehearse", office, day=QUARTER)
    first = steps_of(session, ladder)[0]
    changes = {"amount": 60, "name": "Other", "heads": True, "county_office": True, "point": Point.after_end,
               "after_count": 2}  # fmt: skip
    for name, value in changes.items():
        held = getattr(first, name)
        setattr(first, name, value)
        session.commit()
        with pytest.raises(Refused, match="has not been rehearsed"):
            make.press(ladder, "switch_on", office)
        session.rollback()
        setattr(first, name, held)
        session.commit()
    make.press(ladder, "switch_on", office)
    assert ladder.state is S.in_force


def test_a_rehearsal_of_another_ladder_does_not_do(session, make, office, draft):
    make.ladder()
    ladder, other = draft(), draft(Job.promise_remind)
    make.press(other, "rehearse", office, day=QUARTER)
    with pytest.raises(Refused, match="has not been rehearsed"):
        make.press(ladder, "switch_on", office)


def test_what_is_switched_on_takes_the_place_of_the_one_in_force(session, make, office, draft):
    before = make.ladder()[0].ladder
    ladder = draft()
    steps_of(session, ladder)[0].name = "New"
    session.commit()
    make.press(ladder, "rehearse", office, day=QUARTER)
    make.press(ladder, "switch_on", office)
    assert (before.state, ladder.state) == (S.retired, S.in_force)
    assert in_force(session, make) == ["New", "Step 1", "Step 2", "Step 3"]


def test_a_ladder_without_steps_is_not_switched_on(session, make, office, draft):
    ladder = draft()
    make.press(ladder, "rehearse", office, day=QUARTER)
    with pytest.raises(Refused, match="has no step"):
        make.press(ladder, "switch_on", office)


def test_one_in_force_is_rehearsed_before_it_is_retired(session, make, office):
    ladder = make.ladder()[0].ladder
    with pytest.raises(Refused, match="has not been rehearsed"):
        make.press(ladder, "retire", office)
    session.rollback()
    make.press(ladder, "rehearse", office, day=QUARTER)
    assert session.scalars(select(LadderRehearsal.supposes)).all() == [Rehearsed.retired]
    make.press(ladder, "retire", office)
    assert in_force(session, make) == []
    with pytest.raises(MovedOn):
        make.press(ladder, "switch_on", office)


def test_only_drafts_change(session, make, office, draft):
    step = make.ladder()[0]
    for change in (prepare_ladder_step, held_as_draft):
        with pytest.raises(Refused, match="Draft another one") as refused:
            change(session, step, office, NOW)
        assert refused.value.field == "ladder"
    mine = steps_of(session, draft())[0]
    prepare_ladder_step(session, mine, office, NOW)
    assert mine.region_id == make.home.id


def test_a_draft_is_thrown_away_with_its_steps_unless_it_was_rehearsed(session, make, office, draft):
    make.ladder()
    ladder, looked_at = draft(), draft()
    make.press(looked_at, "rehearse", office, day=QUARTER)
    with pytest.raises(Refused, match="stays on record"):
        forget_ladder(session, looked_at, office, NOW)
    forget_ladder(session, ladder, office, NOW)
    session.delete(ladder)
    session.commit()
    assert session.scalar(select(func.count()).select_from(ReminderStep)) == 8


def test_the_county_office_and_administrators_keep_ladders(session, make, draft):
    ladder, home = draft(), make.office(Duty.county_office)
    away = make.actor(make.office(Duty.county_office, make.county("Away")))
    keep = {RoleName.admin, RoleName.county_dispatcher}
    for actor in (away, *(make.actor(home, role) for role in set(RoleName) - keep)):
        assert not list(LADDER_OF_CLOCK.open_to(ladder, actor))
        with pytest.raises(NotYours):
            make.press(ladder, "rehearse", actor)
        session.rollback()
    words = {f"can_{word}" for word in ("add", "edit", "delete", "rehearse", "switch_on", "retire")}
    holders = {role for role in RoleName for word, of in grants(role) if of == "ReminderLadder" and word in words}
    assert holders == keep


def test_a_clock_without_a_ladder_is_refused(session, office):
    with pytest.raises(Refused) as refused:
        prepare_ladder(session, ReminderLadder(job=Job.accept_watch), office, NOW)
    assert refused.value.field == "job"


# The quarter


@pytest.mark.parametrize(
    ("day", "begins", "ends", "name"),
    [
        (date(2026, 1, 1), "01-01 00:00", "04-01 00:00", "2026-Q1"),
        (date(2026, 6, 30), "04-01 00:00", "07-01 00:00", "2026-Q2"),
        (date(2026, 9, 30), "07-01 00:00", "10-01 00:00", "2026-Q3"),
    ],
)
def test_a_quarter_is_that_of_china_s_calendar(day, begins, ends, name):
    assert quarter_of(day) == (china(begins), china(ends), name)
    first, last, _ = quarter_of(date(2026, 12, 31))
    assert (first, last) == (china("10-01 00:00"), china("01-01 00:00").replace(year=2027))


def test_without_a_day_the_last_quarter_is_looked_at_and_none_to_come(session, make, office, draft):
    make.press(ladder := draft(), "rehearse", office)
    assert session.scalars(select(LadderRehearsal.quarter)).one() == "2026-Q3"
    with pytest.raises(Refused, match="has not begun") as refused:
        make.press(ladder, "rehearse", office, day=date(2027, 1, 1))
    assert refused.value.field == "day"
