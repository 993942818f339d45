"""What holds of every calendar, moment and limit: adding, measuring and going back agree with each other."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import LimitUnit
from models.queries.calendar import DEFAULT_WINDOWS
from models.rules.deadlines import SHANGHAI, STATUTORY, WorkingCalendar

LAST_KNOWN = max(chinese_calendar.constants.holidays).year
WORKING = (LimitUnit.working_hour, LimitUnit.working_day)
MINUTE = timedelta(minutes=1)

settings.register_profile("deadlines", deadline=None, max_examples=60)
thorough = settings(settings.get_profile("deadlines"))


@st.composite
def windows(draw):
    quarters = draw(st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True))
    clocks = [time(q // 4, q % 4 * 15) for q in sorted(quarters)]
    return tuple(zip(clocks[::2], clocks[1::2], strict=False))


@st.composite
def calendars(draw):
    hours = draw(st.dictionaries(st.integers(0, 6), windows(), min_size=1))
    days = st.dates(date(2024, 1, 1), date(LAST_KNOWN + 2, 12, 31))
    return WorkingCalendar(hours, draw(st.dictionaries(days, st.booleans(), max_size=30)))


moments = st.datetimes(datetime(2024, 1, 1), datetime(LAST_KNOWN + 1, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
known_moments = st.datetimes(datetime(2024, 1, 2), datetime(LAST_KNOWN, 10, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001
amounts = st.integers(1, 25)
units = st.sampled_from(LimitUnit)


@thorough
@given(calendars(), moments, amounts)
def test_what_is_added_is_what_is_measured(calendar, moment, hours):
    due = calendar.add(moment, hours, LimitUnit.working_hour)
    assert calendar.working_minutes(moment, due.at) == hours * 60


@thorough
@given(calendars(), moments, st.integers(1, 25), st.integers(1, 99))
def test_a_share_of_a_limit_is_measured_as_that_share_of_it(calendar, moment, days, percent):
    end = calendar.add(moment, days, LimitUnit.working_day).at
    then, whole = calendar.share(moment, end, percent), calendar.working_minutes(moment, end)
    assert moment < then < end
    if end - moment >= timedelta(days=1):
        assert calendar.working_minutes(moment, then) == whole * percent // 100


@thorough
@given(calendars(), moments, moments, amounts, units)
def test_who_starts_later_is_not_due_earlier(calendar, one, other, amount, unit):
    early, late = sorted((one, other))
    assert calendar.add(early, amount, unit).at <= calendar.add(late, amount, unit).at


@thorough
@given(calendars(), moments, st.integers(0, 25), st.integers(1, 25), units)
def test_a_longer_limit_ends_later(calendar, moment, amount, more, unit):
    assert calendar.add(moment, amount, unit).at < calendar.add(moment, amount + more, unit).at


@thorough
@given(calendars(), moments, amounts, amounts, units)
def test_a_limit_may_be_run_in_two_parts(calendar, moment, first, second, unit):
    halfway = calendar.add(moment, first, unit).at
    assert calendar.add(halfway, second, unit).at == calendar.add(moment, first + second, unit).at


@thorough
@given(calendars(), moments, units)
def test_nothing_added_inside_working_time_changes_nothing(calendar, moment, unit):
    inside = calendar.next_working_moment(moment)
    assert inside >= moment
    assert calendar.add(inside, 0, unit).at == inside


@thorough
@given(calendars(), moments, amounts, st.sampled_from(WORKING))
def test_a_due_moment_falls_into_working_time(calendar, moment, amount, unit):
    due = calendar.add(moment, amount, unit).at.astimezone(SHANGHAI)
    assert any(starts <= due.time() <= ends for starts, ends in calendar.windows_on(due.date()))


rests = st.timedeltas(timedelta(), timedelta(days=40))


@thorough
@given(calendars(), moments, amounts, units, rests)
def test_a_pause_of_nothing_changes_nothing(calendar, moment, amount, unit, later):
    due = calendar.add(moment, amount, unit).at
    assert calendar.rested(due, moment + later, moment + later, unit).at == due


@thorough
@given(calendars(), moments, amounts, units, rests, rests)
def test_a_longer_pause_does_not_end_earlier(calendar, moment, amount, unit, rest, more):
    due = calendar.add(moment, amount, unit).at
    short = calendar.rested(due, moment, moment + rest, unit).at
    assert due <= short <= calendar.rested(due, moment, moment + rest + more, unit).at


@thorough
@given(calendars(), moments, amounts, st.sampled_from(WORKING), rests)
def test_after_a_pause_as_much_is_left_as_before_it(calendar, moment, amount, unit, rest):
    due = calendar.add(moment, amount, unit).at
    later = calendar.rested(due, moment, moment + rest, unit).at
    left = calendar.working_minutes(moment, due)
    assert calendar.working_minutes(moment + rest, later) in (left, left + 1)  # of two parts of a minute, one


@thorough
@given(calendars(), moments, amounts, units, rests, rests)
def test_two_pauses_in_a_row_are_one(calendar, moment, amount, unit, first, second):
    due = calendar.add(moment, amount, unit).at
    halfway, end = moment + first, moment + first + second
    parted = calendar.rested(calendar.rested(due, moment, halfway, unit).at, halfway, end, unit).at
    assert parted == calendar.rested(due, moment, end, unit).at


@thorough
@given(calendars(), moments, st.integers(0, 25), st.sampled_from(WORKING))
def test_a_limit_is_provisional_if_and_only_if_it_met_a_day_nobody_announced(calendar, moment, amount, unit):
    due = calendar.add(moment, amount, unit)
    first, last = moment.astimezone(SHANGHAI).date(), due.at.astimezone(SHANGHAI).date()
    met = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    off = Counter(day.year for day, working in calendar.days.items() if not working)
    guessed = [day for day in met if day.year > LAST_KNOWN and day not in calendar.days and off[day.year] < STATUTORY]
    assert due.provisional == bool(guessed)


@thorough
@given(calendars(), moments, amounts, units)
def test_the_steps_are_every_day_from_start_to_due(calendar, moment, amount, unit):
    due = calendar.add(moment, amount, unit)
    first, last = moment.astimezone(SHANGHAI).date(), due.at.astimezone(SHANGHAI).date()
    assert [step.day for step in due.steps] == [first + timedelta(days=n) for n in range((last - first).days + 1)]


@thorough
@given(calendars(), moments, amounts, st.sampled_from([unit for unit in LimitUnit if unit != LimitUnit.working_day]))
def test_the_minutes_of_the_steps_add_up_to_the_limit(calendar, moment, amount, unit):
    minutes = {LimitUnit.minute: 1, LimitUnit.hour: 60, LimitUnit.working_hour: 60, LimitUnit.day: 24 * 60}
    assert sum(step.minutes for step in calendar.add(moment, amount, unit).steps) == amount * minutes[unit]


@thorough
@given(calendars(), moments, amounts)
def test_in_working_days_as_many_days_count_as_the_limit_has(calendar, moment, amount):
    steps = calendar.add(moment, amount, LimitUnit.working_day).steps
    assert sum(step.minutes > 0 for step in steps) == amount


@thorough
@given(calendars(), moments, amounts)
def test_going_back_passes_as_many_working_days_and_stops_in_working_time(calendar, moment, amount):
    earlier = calendar.before(moment, amount).astimezone(SHANGHAI)
    day, end = earlier.date(), moment.astimezone(SHANGHAI).date()
    passed = [day + timedelta(days=n) for n in range((end - day).days)]
    assert sum(calendar.is_working(each)[0] for each in passed) == amount
    assert any(starts <= earlier.time() <= ends for starts, ends in calendar.windows_on(day))


@thorough
@given(calendars(), moments, amounts)
def test_going_back_from_a_close_and_adding_the_same_days_returns_to_it(calendar, moment, amount):
    close = calendar.add(moment, 1, LimitUnit.working_day).at
    assert calendar.add(calendar.before(close, amount), amount, LimitUnit.working_day).at == close


@thorough
@given(calendars(), moments, moments)
def test_measuring_backwards_is_measuring_with_the_other_sign(calendar, one, other):
    assert calendar.working_minutes(one, other) == -calendar.working_minutes(other, one)


@settings(thorough, max_examples=25)
@given(calendars(), moments, st.integers(0, 3 * 24 * 60))
def test_measuring_is_counting_the_minutes_one_by_one(calendar, moment, minutes):
    start = moment.replace(second=0, microsecond=0)
    clocks = ((start + n * MINUTE).astimezone(SHANGHAI) for n in range(minutes))
    worked = sum(any(a <= c.time() < b for a, b in calendar.windows_on(c.date())) for c in clocks)
    assert calendar.working_minutes(start, start + minutes * MINUTE) == worked


@thorough
@given(known_moments, amounts)
def test_without_an_administrators_word_working_days_are_those_of_the_notice(moment, amount):
    calendar = WorkingCalendar(DEFAULT_WINDOWS)
    begins = calendar.next_working_moment(moment).astimezone(SHANGHAI).date()
    due = calendar.add(moment, amount, LimitUnit.working_day).at.astimezone(SHANGHAI)
    assert due.date() == chinese_calendar.find_workday(amount, begins)
