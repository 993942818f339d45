"""Circulars are drafted once a month and county; rectification orders are watched."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from jobs.circulars import compile_circulars
from models.calls import Direction, FailureKind
from models.evaluation import CycleState, SubjectKind
from models.ledger import Job
from models.notices import Outbox
from models.organisation import Duty
from models.recorder import verify
from models.rectification import (
    Circular,
    CircularFailure,
    CircularLine,
    CircularState,
    LineState,
    RectificationOrder,
    RectificationState,
)
from models.roles import RoleName
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.models.look import china, last_message, told

FIRST = china("12-01 01:00")
WATCH = Job.rectification_watch


def drafted(session):
    return session.scalars(select(Circular).order_by(Circular.id)).all()


@pytest.mark.databases
@pytest.mark.requirement("TA-29")
def test_a_month_is_compiled_once_for_each_county_with_the_numbers_and_what_is_behind_them(make, session):
    unit, other = make.department(), make.department()
    first = make.failure(FailureKind.no_response, lead=unit)
    second = make.failure(FailureKind.late_response, lead=unit, at=china("11-30 23:30"))
    make.failure(FailureKind.inaction, lead=other)
    make.failure(FailureKind.inaction, lead=other, at=china("12-01 00:00"))  # the next month's
    away = make.county()
    make.assignment(caller=make.township(away))
    assert compile_circulars(session, FIRST) == (2, 2)
    assert compile_circulars(session, FIRST) == (0, 0)
    ours, theirs = drafted(session)
    assert (ours.period, ours.region_id, ours.state) == ("2026-11", make.home.id, CircularState.draft)
    assert (ours.no_response, ours.late_response, ours.inaction) == (1, 1, 1)
    assert (theirs.region_id, theirs.no_response, theirs.inaction) == (away.id, 0, 0)
    lines = session.scalars(select(CircularLine).order_by(CircularLine.id)).all()
    assert [(line.unit, line.no_response, line.late_response, line.inaction) for line in lines] == [
        (unit, 1, 1, 0),
        (other, 0, 0, 1),
    ]
    behind = select(CircularFailure.assignment_id).where(CircularFailure.line_id == lines[0].id)
    assert set(session.scalars(behind)) == {first.id, second.id}
    assert unit.name in ours.text
    session.commit()
    assert verify(session) == []


def test_townships_are_named_after_departments_and_not_ranked(make, session):
    last, first = make.township(name="乙镇"), make.township(name="甲镇")
    last.code, first.code = "Z-2", "Z-1"
    few, many = make.department(), make.department()
    caller = make.department()
    for unit, times in ((last, 3), (first, 1)):
        for _ in range(times):
            make.failure(caller=caller, lead=unit, direction=Direction.department_to_township)
    for unit, times in ((few, 1), (many, 2)):
        for _ in range(times):
            make.failure(lead=unit)
    compile_circulars(session, FIRST)
    (circular,) = drafted(session)
    lines = session.scalars(select(CircularLine).order_by(CircularLine.id))
    assert [line.unit for line in lines] == [many, few, first, last]
    assert circular.text.index(first.name) < circular.text.index(last.name)


def test_a_unit_of_another_county_is_named_with_its_county(make, session):
    here, away = make.department(), make.department(make.county())
    for lead in (here, away):
        make.failure(lead=lead, item=make.item(here), is_cross_region=True)
    compile_circulars(session, FIRST)
    told = next(circular.text for circular in drafted(session) if circular.region_id == here.region_id)
    assert f"{away.region.name}{away.name}" in told
    assert f"{here.region.name}{here.name}" not in told


def test_in_january_december_is_compiled(make, session):
    make.failure(at=NOW + timedelta(days=30))
    compile_circulars(session, NOW + timedelta(days=45))
    assert drafted(session)[0].period == "2026-12"


@pytest.fixture
def circular(make, session):
    make.failure(FailureKind.inaction)
    compile_circulars(session, FIRST)
    session.commit()
    return drafted(session)[0]


@pytest.mark.requirement("TA-29", "TC-36")
def test_published_it_names_its_units_and_a_line_is_ordered_to_rectify(make, session, circular):
    (line,) = session.scalars(select(CircularLine))
    since = last_message(session)
    with pytest.raises(NotYours):
        make.press(circular, "publish_circular", make.actor(line.unit), number="1")
    make.press(circular, "publish_circular", number="No. 1", at=FIRST)
    assert (circular.state, circular.number, circular.published_at) == (CircularState.published, "No. 1", FIRST)
    assert told(session, since).keys() == {line.unit.name}
    make.press(line, "order_rectification", due=FIRST + timedelta(days=9), at=FIRST)
    (order,) = session.scalars(select(RectificationOrder))
    assert (order.unit, order.line, order.failure_kind) == (line.unit, line, FailureKind.inaction)
    assert line.state is LineState.ordered


@pytest.mark.requirement("TS-06")
def test_who_leads_in_a_matter_behind_a_line_orders_nobody_to_rectify(make, session, circular):
    lead = make.department()
    session.scalars(select(CircularFailure)).one().call.list_item = make.item(lead)
    make.press(circular, "publish_circular", number="No. 1", at=FIRST)
    (line,) = session.scalars(select(CircularLine))
    due = FIRST + timedelta(days=9)
    with pytest.raises(Refused, match="does not supervise or assess others"):
        make.press(line, "order_rectification", make.actor(lead, RoleName.supervisor), due=due, at=FIRST)
    session.rollback()
    make.press(line, "order_rectification", due=due, at=FIRST)
    assert line.state is LineState.ordered


def test_an_empty_text_is_not_published(make, session, circular):
    circular.text = " "
    with pytest.raises(Refused, match="without text"):
        make.press(circular, "publish_circular", number="1")


# Rectification


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_a_rectification_is_reminded_of_and_then_late(make, session, ledger):
    order = make.rectification()
    soon, over = ledger.moments(order, WATCH)
    assert ledger.keep(WATCH, soon) == 1
    assert [told[:2] for told in ledger.told(WATCH)] == [(order.unit_id, "duty_officer")]
    assert ledger.keep(WATCH, over) == 1
    session.refresh(order)
    assert order.is_late
    supervision, leaders = (make.office(duty).id for duty in (Duty.supervision_office, Duty.leadership))
    assert {told[:2] for told in ledger.told(WATCH)[1:]} == {
        (order.unit_id, "heads"),
        (supervision, "everyone"),
        (leaders, "heads"),
    }
    assert ledger.keep(WATCH, over) == 0
    assert ledger.entries(order)[-1][1:] == ({"is_late": False}, {"is_late": True})


@pytest.mark.requirement("TC-36")
def test_who_was_late_is_told_and_told_of_when_people_work_and_by_mail_in_the_morning(make, session, ledger):
    order = make.rectification(due=china("11-28 08:00"))  # a Saturday
    ledger.keep(WATCH, order.due)
    rows = session.execute(select(Outbox.not_before, Outbox.mail_after).where(Outbox.key.startswith(f"{WATCH}:")))
    assert rows.all() == [(china("11-30 08:30"), china("11-30 08:35"))] * 3


@pytest.fixture
def led(make):
    """A department that leads an item, and so is evaluated."""
    unit = make.department()
    make.item(unit)
    return unit


def counted(make, cycle, unit):
    """What was computed of its orders: points off for how many, of how many, and what is left."""
    part = make.parts(make.result(cycle, unit))["被责令整改"]
    return part.numerator, part.denominator, part.value, part.records


@pytest.mark.databases
@pytest.mark.requirement("TC-36", "TC-53")
def test_a_late_rectification_costs_twice_and_a_punctual_one_once(make, ledger, led):
    make.township()
    since, due = NOW - timedelta(days=20), NOW - timedelta(days=10)
    punctual = make.rectification(led, state=RectificationState.done, at=since, due=due)
    late = make.rectification(led, at=since, due=due)
    assert ledger.keep(WATCH, due) == 1
    cycle = make.cycle(None, CycleState.computed, SubjectKind.department)
    records = {"of": [punctual.id, late.id], "with": [late.id]}
    assert counted(make, cycle, led) == (Decimal(3), Decimal(2), Decimal("70.00"), records)


@pytest.mark.databases
@pytest.mark.requirement("TC-36", "TC-53")
def test_late_is_what_was_late_when_the_cycle_closed_whatever_becomes_of_it_after(make, session, ledger, led):
    make.township()
    since, due = NOW - timedelta(days=20), NOW - timedelta(days=10)
    before, after = make.rectification(led, at=since, due=due), make.rectification(led, at=since)
    punctual = make.rectification(led, state=RectificationState.done, at=since, due=due)
    make.press(punctual, "send_back", at=since, due=after.due, note="Two are missing.")
    ledger.keep(WATCH, due)
    cycle = make.cycle(None, CycleState.computed, SubjectKind.department)
    ledger.keep(WATCH, after.due)
    for name, said in (
        ("write_plan", {"plan": "We train everyone."}),
        ("report_done", {"report": "Everyone is trained."}),
        ("send_back", {"due": after.due + timedelta(days=9), "note": "Two are missing."}),
    ):
        make.press(before, name, at=after.due, **said)
    make.press(cycle, "compute_scores", at=after.due)
    session.expire_all()
    assert [order.is_late for order in (before, after, punctual)] == [True] * 3
    records = {"of": [before.id, after.id, punctual.id], "with": [before.id]}
    assert counted(make, cycle, led) == (Decimal(4), Decimal(3), Decimal("60.00"), records)


def test_what_was_rectified_is_never_late(make, session, ledger):
    order = make.rectification(state="done")
    for promise in ledger.promises(order, WATCH):
        promise.state = "planned"
    assert ledger.keep(WATCH, order.due + timedelta(days=9)) == 0


def test_with_a_ladder_it_climbs(make, ledger):
    make.ladder(WATCH)
    order = make.rectification()
    assert len(ledger.moments(order, WATCH)) == 5
    ledger.keep(WATCH, ledger.moments(order, WATCH)[0])
    assert [told[:2] for told in ledger.told(WATCH)] == [(order.unit_id, "duty_officer")]


def test_what_is_told_of_a_rectification_holds_no_word_of_the_code(make, session, ledger):
    make.ladder(WATCH)
    order = make.rectification()
    ledger.keep(WATCH, ledger.moments(order, WATCH)[0])
    told = select(Outbox).where(Outbox.subject_type == "rectification_order").order_by(Outbox.id.desc())
    assert session.scalars(told).first().details["call"] == f"{order.unit} · Answer in time."


@pytest.mark.requirement("TC-36")
def test_offices_hear_of_a_step_that_it_is_a_rectification_and_the_unit_once(make, session, ledger):
    make.ladder(WATCH)
    order, leaders = make.rectification(), make.office(Duty.leadership).id
    ledger.keep(WATCH, ledger.moments(order, WATCH)[3])
    (told,) = session.scalars(select(Outbox).where(Outbox.unit_id == leaders, Outbox.message.contains("(step)")))
    assert told.message == "%(unit)s: %(step)s for its rectification, due by %(due)s."
    assert (told.details["unit"], told.details["step"]) == (order.unit.name, "Step 2")
