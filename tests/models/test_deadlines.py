"""Due moments: what a county may rely on, day by day, in the years whose notice is known and beyond."""

from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from sqlalchemy import create_engine, event, insert
from sqlalchemy.exc import IntegrityError

from models import recorder
from models.base import Model
from models.calendar import CalendarDay, Clock, LimitState, LimitUnit, TimeLimit, WorkingWindow
from models.door import system_session
from models.organisation import Unit, UnitType
from models.queries.calendar import DEFAULT_WINDOWS, calendar_of, limits_of
from models.rules import deadlines
from models.rules.deadlines import AFTER_HOURS, FESTIVALS, FIRST_DAY, SHANGHAI, DayKind, OutOfCalendar, WorkingCalendar
from models.words import CallScope, Modality, modality

MAKE_UP = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
OFF_2026 = """01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25
              10-01 10-02 10-05 10-06 10-07"""


@pytest.fixture
def calendar():
    return WorkingCalendar(DEFAULT_WINDOWS)


@pytest.fixture
def before_the_notice(monkeypatch):
    """As in autumn 2026: the notice for 2027 is not out, whatever the package has learned since."""
    known = deadlines.announced
    monkeypatch.setattr(deadlines, "announced", lambda day: known(day) if day.year <= 2026 else None)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def days(year, text):
    return {date.fromisoformat(f"{year}-{day}") for day in text.split()}


def year(number):
    return [date(number, 1, 1) + timedelta(days=n) for n in range((date(number + 1, 1, 1) - date(number, 1, 1)).days)]


def closed(first, last):
    return {first + timedelta(days=n): False for n in range((last - first).days + 1)}


# Which days are worked


@pytest.mark.parametrize("number", MAKE_UP)
def test_the_weekend_days_worked_are_those_of_the_notice(calendar, number):
    weekends = {day for day in year(number) if day.weekday() >= 5}
    assert {day for day in weekends if calendar.is_working(day)[0]} == days(number, MAKE_UP[number])


def test_the_weekdays_off_in_2026_are_those_of_the_notice(calendar):
    weekdays = {day for day in year(2026) if day.weekday() < 5}
    assert {day for day in weekdays if not calendar.is_working(day)[0]} == days(2026, OFF_2026)


@pytest.mark.parametrize("number", MAKE_UP)
def test_nothing_is_estimated_in_a_year_that_was_announced(calendar, number):
    assert not any(calendar.is_working(day)[1] for day in year(number))


def test_a_year_not_announced_is_weekdays_less_the_fixed_holidays(before_the_notice, calendar):
    off = {day for day in year(2027) if day.weekday() < 5 and calendar.is_working(day) == (False, True)}
    assert off == {date(2027, 1, 1), date(2027, 10, 1)}  # May 1 and 2, October 2 and 3 are at weekends
    assert calendar.is_working(date(2028, 5, 2)) == (False, True)
    assert calendar.is_working(date(2027, 1, 2)) == (False, True)
    assert calendar.is_working(date(2027, 1, 4)) == (True, True)


def test_a_year_the_package_does_not_know_is_estimated_and_does_not_raise(calendar):
    unknown = max(chinese_calendar.constants.holidays).year + 1
    assert all(calendar.is_working(day)[1] for day in year(unknown))


@pytest.mark.parametrize("word", [True, False])
def test_the_administrators_word_wins_over_notice_and_estimate(before_the_notice, word):
    told = dict.fromkeys((date(2026, 10, 1), date(2026, 10, 8), date(2027, 1, 1), date(2027, 1, 2)), word)
    calendar = WorkingCalendar(DEFAULT_WINDOWS, told)
    assert {calendar.is_working(day) for day in told} == {(word, False)}


def test_a_make_up_day_is_worked_at_mondays_hours():
    short_friday = {**DEFAULT_WINDOWS, 4: ((time(9), time(12)),)}
    calendar = WorkingCalendar(short_friday)
    assert calendar.windows_on(date(2026, 10, 10)) == calendar.windows_on(date(2026, 10, 12)) == DEFAULT_WINDOWS[0]
    assert calendar.windows_on(date(2026, 10, 9)) == ((time(9), time(12)),)
    assert calendar.windows_on(date(2026, 10, 11)) == ()


def test_a_saturday_with_hours_of_its_own_is_worked_at_them_only_when_it_is_worked():
    calendar = WorkingCalendar({**DEFAULT_WINDOWS, 5: ((time(9), time(12)),)})
    assert calendar.windows_on(date(2026, 10, 10)) == ((time(9), time(12)),)
    assert calendar.windows_on(date(2026, 10, 17)) == ()


def test_a_minute_entered_twice_is_worked_once():
    twice = {0: ((time(11), time(13)), (time(8), time(12)), (time(9), time(10)), (time(13), time(14)))}
    calendar = WorkingCalendar(twice)
    assert calendar.windows_on(date(2026, 9, 28)) == ((time(8), time(14)),)
    assert calendar.working_minutes(at("2026-09-28 00:00"), at("2026-09-29 00:00")) == 360


# Working days


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-09-29", 5, "2026-10-12"),
        ("2026-11-20", 3, "2026-11-25"),
        ("2026-12-28", 3, "2026-12-31"),
    ],
)
def test_a_limit_of_working_days_ends_at_the_close_of_the_last_of_them(calendar, start, amount, due):
    found = calendar.add(at(f"{start} 09:00"), amount, LimitUnit.working_day)
    assert (found.at, found.provisional) == (at(f"{due} 17:30"), False)


def test_the_first_working_day_on_or_after_national_day_is_the_eighth(calendar):
    assert calendar.next_working_moment(at("2026-10-01 00:00")) == at("2026-10-08 08:30")


def test_there_are_seven_working_days_around_national_day(calendar):
    assert calendar.working_minutes(at("2026-09-28 00:00"), at("2026-10-13 00:00")) == 7 * 420


def test_a_limit_over_the_year_end_is_provisional_until_the_notice_is_out(before_the_notice, calendar):
    due = calendar.add(at("2026-12-28 09:00"), 5, LimitUnit.working_day)
    assert (due.at, due.provisional) == (at("2027-01-05 17:30"), True)
    assert not calendar.add(at("2026-12-28 09:00"), 3, LimitUnit.working_day).provisional


def test_what_is_entered_for_next_year_moves_the_limit_and_settles_it(before_the_notice):
    told = {date(2027, 1, 1): False, date(2027, 1, 2): True}
    due = WorkingCalendar(DEFAULT_WINDOWS, told).add(at("2026-12-28 09:00"), 5, LimitUnit.working_day)
    assert (due.at, due.provisional) == (at("2027-01-04 17:30"), True)
    told |= {date(2027, 1, 4): True}  # the third is still a guess
    assert WorkingCalendar(DEFAULT_WINDOWS, told).add(at("2026-12-28 09:00"), 5, LimitUnit.working_day).provisional
    told |= {date(2027, 1, 3): False}
    due = WorkingCalendar(DEFAULT_WINDOWS, told).add(at("2026-12-28 09:00"), 5, LimitUnit.working_day)
    assert (due.at, due.provisional) == (at("2027-01-04 17:30"), False)


@pytest.mark.parametrize(("entered", "estimate"), [(12, True), (13, False)])
def test_a_year_whose_days_off_are_entered_is_no_estimate(before_the_notice, entered, estimate):
    told = {date(2027, 2, 1) + timedelta(days=n): False for n in range(entered)} | {date(2027, 3, 6): True}
    calendar = WorkingCalendar(DEFAULT_WINDOWS, told)
    assert calendar.is_working(date(2027, 4, 7)) == (True, estimate)
    assert calendar.is_working(date(2027, 10, 1)) == (False, estimate)
    assert calendar.add(at("2026-12-28 09:00"), 5, LimitUnit.working_day).provisional is estimate
    assert calendar.is_working(date(2028, 4, 7)) == (True, True), "another year is"


def test_a_call_on_friday_night_starts_on_monday(calendar):
    friday_night = at("2026-11-20 21:15")
    assert calendar.next_working_moment(friday_night) == at("2026-11-23 08:30")
    assert calendar.add(friday_night, 1, LimitUnit.working_hour).at == at("2026-11-23 09:30")
    assert calendar.add(friday_night, 1, LimitUnit.working_day).at == at("2026-11-24 17:30")


def test_a_call_on_a_make_up_sunday_starts_at_once(calendar):
    sunday = at("2026-09-20 10:00")
    assert calendar.next_working_moment(sunday) == sunday
    assert calendar.add(sunday, 1, LimitUnit.working_day).at == at("2026-09-21 17:30")


def test_a_limit_from_the_close_of_business_starts_that_day(calendar):
    close = at("2026-11-23 17:30")
    assert calendar.add(close, 1, LimitUnit.working_day).at == at("2026-11-24 17:30")
    assert calendar.add(close + timedelta(seconds=1), 1, LimitUnit.working_day).at == at("2026-11-25 17:30")


# Working hours


def test_the_worked_example_counts_the_make_up_saturday_and_says_how(calendar):
    due = calendar.add(at("2026-09-30 16:30"), 16, LimitUnit.working_hour)
    assert (due.at, due.provisional) == (at("2026-10-10 09:30"), False)
    assert [(f"{step.day:%m-%d}", step.kind, step.minutes) for step in due.steps] == [
        ("09-30", DayKind.working, 60),
        *((f"10-0{n}", DayKind.holiday, 0) for n in range(1, 8)),
        ("10-08", DayKind.working, 420),
        ("10-09", DayKind.working, 420),
        ("10-10", DayKind.make_up, 60),
    ]
    assert {step.note for step in due.steps[1:8]} == {"National Day"}


def test_lunch_does_not_count(calendar):
    assert calendar.add(at("2026-11-23 11:30"), 1, LimitUnit.working_hour).at == at("2026-11-23 14:30")
    assert calendar.add(at("2026-11-23 12:45"), 1, LimitUnit.working_hour).at == at("2026-11-23 15:00")
    assert calendar.working_minutes(at("2026-11-23 11:30"), at("2026-11-23 14:30")) == 60


def test_a_limit_that_fills_the_day_ends_at_its_close_and_not_next_morning(calendar):
    assert calendar.add(at("2026-11-23 08:30"), 7, LimitUnit.working_hour).at == at("2026-11-23 17:30")


def test_seconds_are_kept_and_the_steps_still_add_up(calendar):
    due = calendar.add(at("2026-11-23 16:30:20"), 2, LimitUnit.working_hour)
    assert due.at == at("2026-11-24 09:30:20")
    assert [step.minutes for step in due.steps] == [59, 61]


@pytest.mark.parametrize(
    ("start", "amount", "unit", "remarks"),
    [
        ("2026-11-23 22:31", 1, LimitUnit.working_day, [AFTER_HOURS, FIRST_DAY, ""]),
        ("2026-11-23 17:30", 1, LimitUnit.working_day, [FIRST_DAY, ""]),
        ("2026-11-21 10:00", 1, LimitUnit.working_day, [AFTER_HOURS, "", FIRST_DAY, ""]),
        ("2026-11-23 22:31", 2, LimitUnit.working_hour, [AFTER_HOURS, ""]),
        ("2026-11-23 07:00", 2, LimitUnit.working_hour, [""]),
        ("2026-11-23 22:31", 2, LimitUnit.hour, ["", ""]),
    ],
)
def test_a_derivation_says_why_the_days_before_it_counts_do_not(calendar, start, amount, unit, remarks):
    assert [step.remark for step in calendar.add(at(start), amount, unit).steps] == remarks


def test_time_against_the_clock_is_negative(calendar):
    early, late = at("2026-11-23 09:00:30"), at("2026-11-23 10:00")
    assert (calendar.working_minutes(early, late), calendar.working_minutes(late, early)) == (59, -59)


# Day and night


def test_an_emergency_runs_through_the_holiday(before_the_notice, calendar):
    due = calendar.add(at("2026-10-03 23:50"), 30, LimitUnit.minute)
    assert (due.at, due.provisional) == (at("2026-10-04 00:20"), False)
    assert [(step.kind, step.minutes) for step in due.steps] == [(DayKind.holiday, 10), (DayKind.holiday, 20)]
    over_new_year = calendar.add(at("2026-12-31 20:00"), 24, LimitUnit.hour)
    assert (over_new_year.at, over_new_year.provisional) == (at("2027-01-01 20:00"), False)


def test_calendar_days_end_at_the_same_clock_time(calendar):
    due = calendar.add(at("2026-09-28 09:10"), 15, LimitUnit.day)
    assert due.at == at("2026-10-13 09:10")
    assert sum(step.minutes for step in due.steps) == 15 * 24 * 60


# One working day before


@pytest.mark.requirement("TC-32")
@pytest.mark.parametrize(
    ("promised", "reminded"),
    [
        ("2026-11-25 15:00", "2026-11-24 15:00"),
        ("2026-11-23 15:00", "2026-11-20 15:00"),  # over a weekend
        ("2026-10-08 15:00", "2026-09-30 15:00"),  # over a holiday
        ("2026-10-12 17:30", "2026-10-10 17:30"),  # a make-up Saturday
        ("2026-10-18 10:00", "2026-10-16 10:00"),  # promised for a Sunday
        ("2026-11-25 23:59", "2026-11-24 17:30"),
        ("2026-11-25 13:00", "2026-11-24 12:00"),  # in the lunch break
        ("2026-11-25 14:00", "2026-11-24 14:00"),
        ("2026-11-25 06:00", "2026-11-24 08:30"),
    ],
)
def test_the_reminder_of_a_promise_comes_one_working_day_before_in_working_time(calendar, promised, reminded):
    assert calendar.before(at(promised), 1) == at(reminded)


# How it is told


@pytest.mark.requirement("TC-36")
@pytest.mark.parametrize(
    ("start", "end", "percent", "then"),
    [
        ("2026-11-20 16:00", "2026-11-24 17:30", 50, "2026-11-23 16:45"),  # Friday to Tuesday: not on Sunday
        ("2026-11-23 09:00", "2026-11-24 09:00", 50, "2026-11-23 14:30"),  # over a night
        ("2026-11-23 20:00", "2026-11-24 19:59", 50, "2026-11-24 07:59:30"),  # an hour, a night: by the clock
        ("2026-10-01 09:00", "2026-10-05 09:00", 75, "2026-10-04 09:00"),  # nobody works
        ("2026-01-01 09:00", "2126-01-01 09:00", 50, "2076-01-01 09:00"),  # a slip of the pen
    ],
)
def test_a_share_of_a_limit_is_of_its_working_time_and_of_a_short_one_by_the_clock(calendar, start, end, percent, then):
    assert calendar.share(at(start), at(end), percent) == at(then)


def test_each_step_says_what_kind_of_day_it_was(before_the_notice):
    told = {date(2026, 12, 30): False, date(2027, 1, 2): True}
    calendar = WorkingCalendar(DEFAULT_WINDOWS, told, notes={date(2027, 1, 2): "国务院办公厅通知"})
    steps = calendar.add(at("2026-12-29 09:00"), 3, LimitUnit.working_day).steps
    assert [(f"{step.day:%m-%d}", step.kind, step.minutes, step.note) for step in steps] == [
        ("12-29", DayKind.working, 0, ""),
        ("12-30", DayKind.closed, 0, "Set in the county's calendar"),
        ("12-31", DayKind.working, 420, ""),
        ("01-01", DayKind.holiday, 0, "Not announced yet: an estimate"),
        ("01-02", DayKind.make_up, 420, "国务院办公厅通知"),
        ("01-03", DayKind.weekend, 0, "Not announced yet: an estimate"),
        ("01-04", DayKind.working, 420, "Not announced yet: an estimate"),
    ]


def test_every_festival_of_the_package_is_marked_for_translation():
    assert {festival.value for festival in chinese_calendar.Holiday} == set(FESTIVALS)


# What is refused


def test_a_naive_moment_is_refused(calendar):
    naive, aware = datetime(2026, 11, 23, 9, 0), at("2026-11-23 09:00")  # noqa: DTZ001
    for ask in (
        lambda: calendar.add(naive, 1, LimitUnit.hour),
        lambda: calendar.next_working_moment(naive),
        lambda: calendar.working_minutes(naive, aware),
        lambda: calendar.working_minutes(aware, naive),
        lambda: calendar.before(naive, 1),
    ):
        with pytest.raises(ValueError, match="no time zone"):
            ask()


@pytest.mark.parametrize("unit", LimitUnit)
def test_moments_come_out_in_utc_whatever_zone_they_went_in(calendar, unit):
    start = at("2026-11-23 09:00")
    due = calendar.add(start, 2, unit)
    assert due.at.tzinfo is UTC
    assert due == calendar.add(start.astimezone(UTC), 2, unit)


@pytest.mark.parametrize("windows", [{}, {0: ()}])
def test_a_calendar_without_working_time_is_refused(windows):
    with pytest.raises(OutOfCalendar, match="no working window"):
        WorkingCalendar(windows)


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends after it begins"):
        WorkingCalendar({0: ((time(12), time(8)),)})


def test_a_calendar_closed_for_years_ends_the_walk_by_name():
    calendar = WorkingCalendar(DEFAULT_WINDOWS, closed(date(2022, 1, 1), date(2030, 12, 31)))
    for ask in (
        lambda: calendar.add(at("2026-11-23 09:00"), 1, LimitUnit.working_hour),
        lambda: calendar.add(at("2026-11-23 09:00"), 1, LimitUnit.working_day),
        lambda: calendar.next_working_moment(at("2026-11-23 09:00")),
        lambda: calendar.before(at("2026-11-23 09:00"), 1),
    ):
        with pytest.raises(OutOfCalendar):
            ask()


@pytest.mark.parametrize("unit", LimitUnit)
def test_a_limit_of_a_typing_error_is_refused_by_name(calendar, unit):
    with pytest.raises(OutOfCalendar):
        calendar.add(at("2026-11-23 09:00"), 10**12, unit)


def test_a_moment_of_a_typing_error_is_refused_by_name(calendar):
    for moment in ("0001-01-01 00:00", "9999-12-31 23:59"):
        with pytest.raises(OutOfCalendar):
            calendar.before(at(moment), 1)


def test_less_than_nothing_is_refused(calendar):
    with pytest.raises(ValueError, match="negative"):
        calendar.add(at("2026-11-23 09:00"), -1, LimitUnit.working_day)
    with pytest.raises(ValueError, match="not a working day earlier"):
        calendar.before(at("2026-11-23 09:00"), 0)


def test_what_the_caller_changes_later_does_not_change_the_calendar():
    told = {}
    calendar = WorkingCalendar(DEFAULT_WINDOWS, told)
    told[date(2026, 11, 23)] = False
    assert calendar.is_working(date(2026, 11, 23)) == (True, False)


# Which calls are expected


@pytest.mark.requirement("TA-24")
def test_a_complex_matter_may_a_key_matter_should_and_an_emergency_must_be_called():
    expected = {"complex": Modality.may, "key": Modality.should, "emergency": Modality.must}
    assert {scope.value: modality(scope) for scope in CallScope} == expected


# The tables behind it


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(recorder, "_key", [b"a key for this test"])
    engine = create_engine("sqlite://")
    Model.metadata.create_all(engine)
    with engine.begin() as connection:
        counties = [{"id": n, "code": str(n), "name": f"County {n}", "unit_type": UnitType.county} for n in (1, 2)]
        connection.execute(insert(Unit.__table__), counties)
    with system_session(engine) as session:
        session.statements = []
        event.listen(
            engine,
            "before_cursor_execute",
            lambda *told: told[2].startswith("SELECT") and session.statements.append(told[2]),
        )
        yield session
    engine.dispose()


def test_a_county_that_entered_nothing_keeps_office_hours(session):
    calendar = calendar_of(session, 1)
    assert calendar.windows_on(date(2026, 11, 23)) == ((time(8, 30), time(12)), (time(14), time(17, 30)))
    assert list(calendar.windows) == [0, 1, 2, 3, 4]


def limit(**columns):
    return TimeLimit(**{"state": LimitState.in_force} | columns)


def test_a_county_keeps_its_own_hours_days_and_limits_and_no_others(session):
    session.add_all(
        (
            WorkingWindow(region_id=1, weekday=0, starts=time(9), ends=time(12)),
            WorkingWindow(region_id=2, weekday=0, starts=time(14), ends=time(15)),
            CalendarDay(region_id=1, day=date(2026, 11, 23), is_working=False, note="县府办第9号"),
            CalendarDay(region_id=2, day=date(2026, 11, 30), is_working=False),
            limit(region_id=1, clock=Clock.negotiate, amount=5, unit=LimitUnit.working_day),
            limit(region_id=1, clock=Clock.accept, scope=CallScope.key, amount=1, unit=LimitUnit.hour),
            limit(region_id=1, clock=Clock.accept, amount=9, unit=LimitUnit.day, position=20),
            limit(region_id=1, clock=Clock.accept, amount=8, unit=LimitUnit.day, state=LimitState.draft, position=3),
            limit(region_id=1, clock=Clock.accept, amount=7, unit=LimitUnit.day, state=LimitState.retired, position=2),
            limit(region_id=2, clock=Clock.resolve, amount=9, unit=LimitUnit.day),
        )
    )
    due = calendar_of(session, 1).add(at("2026-11-23 09:00"), 1, LimitUnit.working_hour)
    assert due.at == at("2026-11-24 10:00")
    assert (due.steps[0].kind, due.steps[0].note) == (DayKind.closed, "县府办第9号")
    assert calendar_of(session, 1).windows_on(date(2026, 11, 30)) == ((time(9), time(12)),)
    limits = {clock: [rule.amount for rule in rules] for clock, rules in limits_of(session, 1).items()}
    assert limits == {Clock.negotiate: [5], Clock.accept: [9, 1]}, "those in force, in their order"


def test_twenty_calls_in_one_request_read_the_calendar_once(session):
    for _ in range(20):
        calendar_of(session, 1)
    assert len(session.statements) == 2
    for _ in range(20):
        limits_of(session, 1)
    assert len(session.statements) == 3


def test_what_else_is_written_does_not_make_it_read_again(session):
    before = calendar_of(session, 1)
    session.add(Unit(code="3", name="County 3", unit_type=UnitType.county))
    session.flush()
    assert calendar_of(session, 1) is before


def test_the_calendar_is_read_again_after_it_was_changed_and_after_that_was_undone(session):
    day = date(2026, 11, 23)
    assert calendar_of(session, 1).is_working(day)[0]
    savepoint = session.begin_nested()
    session.add(CalendarDay(region_id=1, day=day, is_working=False))
    session.flush()
    assert not calendar_of(session, 1).is_working(day)[0]
    savepoint.rollback()
    assert calendar_of(session, 1).is_working(day)[0]


def test_the_calendar_is_read_again_in_the_next_transaction(session):
    before = calendar_of(session, 1)
    with session.begin_nested():
        assert calendar_of(session, 1) is before
    session.commit()
    assert calendar_of(session, 1) is not before


def test_two_rules_of_a_clock_never_have_the_same_order_but_one_that_is_retired_leaves_its_place(session):
    of_clock = {"region_id": 1, "clock": Clock.negotiate, "amount": 1, "unit": LimitUnit.day, "position": 10}
    session.add_all(
        (limit(**of_clock, state=LimitState.retired), limit(**of_clock), limit(**of_clock | {"region_id": 2}))
    )
    session.flush()
    session.add(limit(**of_clock, state=LimitState.draft))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (WorkingWindow, {"weekday": 0, "starts": time(12), "ends": time(12)}),
        (WorkingWindow, {"weekday": 7, "starts": time(9), "ends": time(12)}),
        (TimeLimit, {"clock": Clock.accept, "amount": 0, "unit": LimitUnit.hour}),
    ],
    ids=["a window of no length", "an eighth weekday", "no time at all"],
)
def test_the_database_refuses(session, model, values):
    session.add(model(region_id=1, **values))
    with pytest.raises(IntegrityError, match="CHECK"):
        session.flush()


def test_rows_introduce_themselves():
    day = CalendarDay(day=date(2026, 10, 10), is_working=True, note="国庆调休")
    window = WorkingWindow(weekday=0, starts=time(8, 30), ends=time(12))
    limit = TimeLimit(clock=Clock.accept, scope=CallScope.key, amount=1, unit=LimitUnit.hour)
    assert [str(row) for row in (day, window, limit)] == [
        "2026-10-10 国庆调休",
        "0 08:30–12:00",
        "Acceptance · Key: should call · 1 hours",
    ]
