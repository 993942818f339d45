"""The reminder ladder: its moments, and what a county may enter."""

from datetime import timedelta

import pytest

from models.calendar import CountedIn, LimitUnit, Point, ReminderLadder, ReminderStep
from models.ledger import Job
from models.organisation import Duty
from models.queries.calendar import calendar_of, ladder_of
from models.roles import RoleName
from models.rules.climbing import Ran, Stretch, climbed
from models.rules.ladder import LADDER, OVER, SOON, prepare_step, steps
from models.rules.ladders import prepare_ladder, prepare_ladder_step
from models.words import CallScope
from models.workflow import Refused
from tests.make import NOW
from tests.models.look import CHINA, china

START, END = china("11-23 09:00"), china("11-27 17:30")


def when(session, make, job=Job.respond_remind, start=START, end=END, scope=None):
    moments = steps(session, make.home.id, job, start, end, scope)
    return {step: f"{at.astimezone(CHINA):%m-%d %H:%M}" for step, at in moments.items()}


def test_without_a_ladder_units_are_reminded_once_a_working_day_before(session, make):
    assert when(session, make) == {SOON: "11-26 17:30", OVER: "11-27 17:30"}


@pytest.mark.requirement("TC-36")
def test_each_step_of_the_ladder_has_its_moment_in_working_time(session, make):
    make.ladder()
    assert when(session, make) == {
        LADDER: "11-25 14:15",
        LADDER + 1: "11-26 17:30",
        OVER: "11-27 17:30",
        LADDER + 2: "11-30 17:30",  # the weekend does not count
        LADDER + 3: "12-02 17:30",
    }
    assert when(session, make, Job.promise_remind) == {SOON: "11-26 17:30", OVER: "11-27 17:30"}


@pytest.mark.requirement("TC-36")
def test_of_an_hour_of_an_emergency_half_and_three_quarters_are_said_and_nothing_twice(session, make):
    make.ladder()
    for scope, later in ((CallScope.emergency, ("11-28 23:00", "11-30 23:00")), (None, ("12-01 17:30", "12-03 17:30"))):
        found = when(session, make, start=china("11-27 22:00"), end=china("11-27 23:00"), scope=scope)
        said = ("11-27 22:30", "11-27 22:45", "11-27 23:00", *later)
        assert list(found.items()) == list(zip((LADDER, LADDER + 1, OVER, LADDER + 2, LADDER + 3), said, strict=True))


@pytest.mark.requirement("TC-36")
def test_the_ladder_of_an_emergency_runs_day_and_night(session, make):
    make.ladder()
    start, end = china("11-27 22:00"), china("11-29 22:00")
    assert when(session, make, start=start, end=end, scope=CallScope.emergency) == {
        LADDER: "11-28 22:00",
        LADDER + 1: "11-28 22:00",
        OVER: "11-29 22:00",
        LADDER + 2: "11-30 22:00",
        LADDER + 3: "12-02 22:00",
    }


@pytest.mark.requirement("TC-36")
def test_a_rehearsal_knows_an_emergency_too(session, make):
    make.ladder()
    start, end = china("11-27 22:00"), china("11-29 22:00")
    job, ladders, calendar = Job.respond_remind, ladder_of(session, make.home.id), calendar_of(session, make.home.id)
    clock = Ran(job, 1, 1, [Stretch(start, end, end + timedelta(days=9))], CallScope.emergency)
    said = [each.at for each in climbed(calendar, ladders, [clock])]
    live = steps(session, make.home.id, job, start, end, CallScope.emergency)
    assert said == [at for step, at in live.items() if step != OVER]


def test_a_step_that_is_only_counted_has_no_moment(session, make):
    make.ladder()[0].point = Point.by_count
    session.flush()
    assert LADDER not in when(session, make)


def test_a_change_of_the_ladder_counts_at_once(session, make):
    first, *_ = make.ladder()
    first.amount = 75
    session.flush()
    assert when(session, make)[LADDER] == "11-26 15:52"


def step(**said):
    usual = {"level": 1, "name": "Blue", "point": Point.before_end, "amount": 1, "heads": True, "region_id": 1}
    ladder = ReminderLadder(job=said.pop("job", Job.respond_remind))
    return ReminderStep(**usual | {"ladder": ladder, "unit": LimitUnit.working_day} | said)


COUNTED = {"level": 4, "point": Point.by_count, "amount": 0, "after_count": 3, "of_level": 3, "within": CountedIn.year}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("level", {"level": 10}),
        ("amount", {"amount": 0}),
        ("amount", {"amount": 100, "point": Point.part_of_limit}),
        ("amount", {"amount": 9999}),
        ("duty_officer", {"heads": False}),
        ("after_count", {"point": Point.by_count, "amount": 0}),
        ("after_count", {"level": 3, "after_count": 2}),
        ("after_count", {"level": 3, "after_count": 2, "of_level": 2}),
        ("after_count", {"level": 3, "after_count": 0, "of_level": 2, "within": CountedIn.call}),
        ("of_level", {"level": 3, "after_count": 2, "of_level": 3, "within": CountedIn.call}),
        ("of_level", {"level": 3, "after_count": 2, "of_level": -1, "within": CountedIn.call}),
        ("after_count", COUNTED | {"job": Job.rectification_watch}),
    ],
)
def test_a_step_that_cannot_be_counted_or_that_nobody_hears_is_refused(session, make, field, said):
    office = make.actor(make.office(Duty.county_office))
    prepare_step(session, step(), office, NOW)
    prepare_step(session, step(**COUNTED), office, NOW)
    with pytest.raises(Refused) as refused:
        prepare_step(session, step(**said), office, NOW)
    assert refused.value.field == field


def test_a_ladder_and_its_steps_are_the_dispatchers_county_s(acting, make):
    theirs, actor = acting(make.office(Duty.county_office))
    ladder = ReminderLadder(job=Job.respond_remind)
    prepare_ladder(theirs, ladder, actor, NOW)
    theirs.add(ladder)
    theirs.flush()
    row = ReminderStep(ladder_id=ladder.id, level=1, name="Blue", point=Point.before_end, amount=1, heads=True,
                       unit=LimitUnit.working_day)  # fmt: skip
    prepare_ladder_step(theirs, row, actor, NOW)
    theirs.add(row)
    theirs.flush()
    assert (row.region_id, ladder.region_id, actor.roles) == (make.home.id, make.home.id, {RoleName.county_dispatcher})
