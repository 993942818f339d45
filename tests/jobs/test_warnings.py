"""Early warnings: what is noticed at night, once, and who hears of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs.warnings import MESSAGES, warn_early
from models.calendar import LimitUnit
from models.calls import CallState
from models.notices import Outbox
from models.organisation import Duty
from models.queries.calendar import calendar_of
from models.warnings import EarlyWarning, WarningKind
from tests.models.look import china

W = WarningKind
TODAY = china("12-15 02:00")


def noticed(session, now=TODAY):
    warn_early(session, now)
    session.commit()
    return session.scalars(select(EarlyWarning).order_by(EarlyWarning.id)).all()


def calls(make, town, category, *days, **said):
    item = make.item(category=category)
    return [make.call(town, item=item, state=CallState.submitted, at=china(f"{day} 10:00"), **said) for day in days]


def told(session, warning):
    units = select(Outbox.unit_id).where(Outbox.subject_type == "early_warning", Outbox.subject_id == warning.id)
    return set(session.scalars(units))


@pytest.mark.databases
@pytest.mark.requirement("TA-50", "TS-12")
@pytest.mark.parametrize(
    ("before", "now", "found"),
    [(2, 5, True), (3, 6, True), (3, 5, False), (2, 4, False), (0, 6, False)],
    ids=["twice, and five", "twice", "less than twice", "too few", "nothing to measure against"],
)
def test_a_category_that_rises_against_the_month_before_is_noticed(make, session, before, now, found):
    town, other = make.township(), make.township()
    calls(make, town, "违建", *[f"11-{25 + n}" for n in range(before)], *[f"12-{n + 1:02d}" for n in range(now)])
    calls(make, other, "违建", *[f"12-{n + 1:02d}" for n in range(4)])
    warnings = noticed(session)
    assert [w.kind for w in warnings] == [W.rise] * found
    for warning in warnings:
        assert (warning.unit, warning.category, warning.number, warning.usual) == (town, "违建", now, before)
        offices = {make.office(duty).id for duty in (Duty.county_office, Duty.supervision_office)}
        assert told(session, warning) == {town.id} | offices


@pytest.mark.requirement("TA-50")
def test_what_the_night_notices_is_told_when_work_begins_and_mailed_after_it(make, session):
    calls(make, make.township(), "市容", "11-25")
    calls(make, make.township(), "违建", *[f"12-{n + 1:02d}" for n in range(5)])
    (warning,) = noticed(session)
    of_warning = (Outbox.subject_type == "early_warning") & (Outbox.subject_id == warning.id)
    rows = session.execute(select(Outbox.not_before, Outbox.mail_after).where(of_warning))
    assert rows.all() == [(china("12-15 08:30"), china("12-15 08:35"))] * 3


@pytest.mark.requirement("TA-50", "TS-12")
def test_what_nobody_called_about_the_month_before_rises_too(make, session):
    town = make.township()
    calls(make, make.township(), "市容", "11-25")
    calls(make, town, "违建", *[f"12-{n + 1:02d}" for n in range(5)])
    assert [(w.kind, w.unit, w.number, w.usual) for w in noticed(session)] == [(W.rise, town, 5, 0)]


@pytest.mark.requirement("TA-50")
def test_what_was_noticed_is_not_noticed_again_until_another_month(make, session):
    town = make.township()
    village = make.village(town)
    calls(make, town, "违建", "12-28", "12-29", "12-30", place_unit_id=village.id)
    first = noticed(session, china("12-31 02:00"))
    assert [(w.kind, w.place_unit, w.number) for w in first] == [(W.repeat, village, 3)]
    assert noticed(session, china("12-31 03:00")) == first
    assert [w.kind for w in noticed(session, china("12-31 02:00") + timedelta(days=3))] == [W.repeat] * 2


@pytest.mark.requirement("TA-50")
@pytest.mark.parametrize(
    ("days", "categories", "found"),
    [("12-01 12-02 12-03", "违建 违建 违建", True), ("12-01 12-02", "违建 违建", False),
     ("11-14 12-02 12-03", "违建 违建 违建", False), ("12-01 12-02 12-03", "违建 违建 市容", False)],
    ids=["three within thirty days", "two", "one of them is older", "another matter"],
)  # fmt: skip
def test_a_place_that_calls_again_is_noticed(make, session, days, categories, found):
    town = make.township()
    village = make.village(town)
    for day, category in zip(days.split(), categories.split(), strict=True):
        calls(make, town, category, day, place_unit_id=village.id)
    calls(make, town, "违建", "12-01", place_unit_id=make.village(town).id)
    assert [w.place_unit for w in noticed(session)] == [village] * found


def after_hours(make, start, hours):
    return calendar_of(make.session, make.home.id).add(start, hours, LimitUnit.working_hour).at


@pytest.mark.databases
@pytest.mark.requirement("TA-50")
@pytest.mark.parametrize(
    ("finished", "since", "hours"),
    [(20, "12-08 08:30", 35), (20, "12-14 16:30", None), (20, "12-11 16:30", None), (19, "12-08 08:30", None)],
    ids=["slow", "quick", "over a weekend", "too little to measure against"],
)
def test_work_slower_than_nine_in_ten_at_its_step_is_noticed(make, session, finished, since, hours):
    lead, slow = make.department(), make.department()
    for number in range(finished):
        (part,) = make.assignments(make.call(lead=lead, state=CallState.dispatched))
        part.dispatched_at = china("11-02 08:30")
        part.responded_at = after_hours(make, part.dispatched_at, number + 1)
        part.state = "rejected"
    (waiting,) = make.assignments(make.call(lead=slow, state=CallState.dispatched))
    waiting.dispatched_at = china(since)
    session.commit()
    found = [(w.kind, w.unit, w.call, w.number, w.usual) for w in noticed(session)]
    assert found == ([(W.stuck, slow, waiting.call, hours, 19)] if hours else []), "nine in ten took 19 hours at most"


@pytest.mark.requirement("TA-50")
def test_what_was_answered_and_is_not_finished_is_stuck_too(make, session):
    slow = make.department()
    for number in range(20):
        (part,) = make.assignments(make.call(state=CallState.dispatched))
        part.dispatched_at = part.responded_at = china("11-02 08:30")
        part.resolved_at = after_hours(make, part.responded_at, number + 1)
        part.state = "resolved"
    (waiting,) = make.assignments(make.call(lead=slow, state=CallState.dispatched))
    waiting.dispatched_at = waiting.responded_at = china("12-08 08:30")
    waiting.state = "working"
    session.commit()
    assert [(w.kind, w.unit, w.number, w.usual) for w in noticed(session)] == [(W.unfinished, slow, 35, 19)]
    of_warning = select(Outbox.message).where(Outbox.subject_type == "early_warning", Outbox.unit_id == slow.id)
    (said,) = session.scalars(of_warning)
    assert said == MESSAGES[W.unfinished] != MESSAGES[W.stuck], "each names its step"


def test_many_calls_cost_no_more_statements_than_few(make, session, statements):
    def count():
        town = make.township()
        for n in range(3):
            calls(make, town, f"c{n}", "12-01", "12-02", "12-03", place_unit_id=make.village(town).id)
        statements.clear()
        warn_early(session, TODAY)
        reads = [said for said in statements if said.startswith("SELECT")]
        session.commit()
        return len(reads)

    first = count()
    assert count() == first


def test_who_sees_a_warning(make, acting):
    unit = make.department()
    make.warning(unit)
    for who, sees in ((unit, True), (make.department(), False), (make.office(Duty.county_office), True)):
        session, _ = acting(who)
        assert (session.scalar(select(EarlyWarning.id)) is not None) is sees
