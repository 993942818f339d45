"""The three rates, counted in SQL, agree with a plain recount; and are told of one's own where one sees no county."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

import pytest
from sqlalchemy import select

from jobs.sweep import keep
from models.calls import Call, CallAssignment, CallState
from models.irregular import ReportState
from models.ledger import Job
from models.organisation import Duty
from models.queries.rates import rates
from models.ratings import MutualRating, RatingLevel
from models.recorder import RecorderEntry
from models.roles import RoleName
from tests.make import NOW
from tests.models.look import china

pytestmark = pytest.mark.databases

BEGINS, ENDS, AFTER = china("12-01 00:00"), china("12-31 00:00"), china("12-28 09:00")
L = RatingLevel


@pytest.fixture
def busy(make):
    """Calls of two townships and a department in November and December, in every state, some late, some unrated."""
    towns, leads = [make.township(), make.township()], [make.department(), make.department()]
    for number, state in enumerate(CallState):
        for days in (0, 9):
            at = NOW + timedelta(days=days + number % 3)
            if state in (CallState.closed, CallState.resolved):
                level = list(RatingLevel)[(number + days) % 4]
                call = make.call(towns[days % 2], lead=leads[number % 2], cooperating=[make.department()],
                                 state=CallState.resolved, at=at)  # fmt: skip
                for rating in make.ratings(call)[: 4 if state is CallState.closed else 1]:
                    make.rate(rating, level, at=at)
            else:
                make.call(towns[days % 2], lead=leads[number % 2], state=state, at=at)
    make.call(leads[0], lead=towns[0], state=CallState.closed, at=china("12-02 09:00"))
    again = make.call(towns[0], lead=leads[0], state=CallState.returned, at=china("12-01 09:00"))
    for name in ("send", "accept"):
        make.press(again, name, at=china("12-03 09:00"))
    make.press(again, "dispatch", at=china("12-03 10:00"), lead_department_id=leads[0])
    tardy = make.call(towns[1], state=CallState.submitted, at=china("12-01 09:00"))
    make.press(tardy, "accept", at=china("12-08 09:00"))
    late = make.assignments(again)[0]
    make.press(late, "respond", at=china("12-14 09:00"), promised_due=china("12-18 09:00"))
    return towns, leads


def recounted(session, unit):
    """The same in plain Python, from whole rows."""

    def inside(moment):
        return moment is not None and BEGINS <= moment < ENDS

    calls, parts = session.scalars(select(Call)).all(), session.scalars(select(CallAssignment)).all()
    mine = [part for part in parts if part.department_id == unit.id]
    due = [p for p in mine if inside(p.respond_due) and (p.respond_due <= AFTER or p.responded_at)]
    on_time = [p for p in due if p.responded_at and p.responded_at <= p.respond_due]
    owed = [p.call for p in mine if p.round == p.call.rounds and p.state in ("pending", "responded", "working")]
    done = [p.call for p in mine if p.round == p.call.rounds and p.state == "resolved"]
    called = [c for c in calls if c.caller_unit_id == unit.id and c.state != "withdrawn"]
    matters = [
        c for c in (*owed, *done, *called) if inside(c.resolve_due) and (c.resolve_due <= AFTER or c.confirmed_at)
    ]
    solved = [c for c in matters if c.confirmed_at]
    ratings = [r for r in session.scalars(select(MutualRating)) if r.ratee_unit_id == unit.id and inside(r.revealed_at)]
    given = [r.level for r in ratings if r.state == "revealed"]
    action = RecorderEntry.action == "return_for_correction"
    returned = set(session.scalars(select(RecorderEntry.subject_id).where(action)))
    own = [c for c in calls if c.caller_unit_id == unit.id]
    ruled = [c for c in own if inside(c.accepted_at) or (c.id in returned and not c.accepted_at and inside(c.sent_at))]
    right = [c for c in ruled if c.accepted_at and c.id not in returned]
    waited = [c for c in own if inside(c.accept_due) and (c.accept_due <= AFTER or c.accepted_at)]
    accepted = [c for c in waited if c.accepted_at and c.accepted_at <= c.accept_due]
    hours = [(p.responded_at - p.dispatched_at).total_seconds() / 3600 for p in mine if inside(p.responded_at)]
    return (
        (len(on_time), len(due)),
        (len(solved), len(matters)),
        (len([level for level in given if level != L.dissatisfied]), len(given)),
        (len(right), len(ruled)),
        (len(accepted), len(waited)),
        len(ratings) - len(given),
        median(hours) if hours else None,
    )


def told(found):
    shares = (found.response, found.resolution, found.satisfaction, found.correct, found.accepted)
    return (*shares, found.not_rated, found.hours)


@pytest.mark.requirement("LX-29", "TC-33", "TS-34")
def test_the_numbers_are_those_of_a_plain_recount(make, session, ledger_at, busy):
    ledger_at(china("12-20 09:00"))
    towns, leads = busy
    actor = make.actor(make.office(Duty.leadership))
    found = {row.unit.id: told(row) for row in rates(session, actor, BEGINS, ENDS, AFTER)}
    for unit in (*towns, *leads):
        assert found[unit.id] == recounted(session, unit), unit
    for place in range(5):
        assert any(0 < row[place].part < row[place].whole for row in found.values()), f"number {place} tells nothing"
    assert any(row[5] for row in found.values())


@pytest.fixture
def ledger_at(session):
    """Lets the clock of ratings run at a moment."""

    def at(moment):
        keep(Job.rating_watch, session, moment)
        session.commit()
        session.expire_all()

    return at


def test_who_sees_no_county_is_told_their_own_figures_alone(make, acting, busy):
    towns, leads = busy
    for unit in (*towns, *leads):
        session, actor = acting(unit)
        (mine,) = rates(session, actor, BEGINS, ENDS, AFTER)
        assert mine.unit.id == unit.id
    session, actor = acting(make.office(Duty.county_office, make.county()))
    assert rates(session, actor, BEGINS, ENDS, AFTER) == []


def test_sealed_and_missing_ratings_count_for_nobody(make, session, acting):
    call = make.call(state=CallState.resolved)
    mine, theirs = make.ratings(call)
    make.rate(mine, L.dissatisfied)

    def satisfaction(unit, *roles):
        session, actor = acting(unit, *roles)
        found = {row.unit.id: row for row in rates(session, actor, NOW - timedelta(days=9), AFTER, AFTER)}
        return found[theirs.rater_unit_id].satisfaction

    department, office = make.assignments(call)[0].department, make.office(Duty.county_office)
    readers = ((department,), (office,), (office, RoleName.admin))
    assert {satisfaction(*reader) for reader in readers} == {(0, 0)}
    make.rate(theirs)
    assert {satisfaction(*reader) for reader in readers} == {(0, 1)}


@pytest.mark.requirement("TC-33")
def test_how_fast_was_answered_is_what_half_of_the_answers_took_longer_than(make, session):
    lead = make.department()
    for hours in (1, 2, 9):
        (part,) = make.assignments(make.call(lead=lead, state=CallState.dispatched))
        make.press(part, "respond", at=part.dispatched_at + timedelta(hours=hours), promised_due=AFTER)
    (found,) = (
        row
        for row in rates(session, make.actor(make.office(Duty.leadership)), NOW - timedelta(days=1), AFTER, AFTER)
        if row.unit.id == lead.id
    )
    assert found.hours == 2


@pytest.mark.requirement("LX-29")
def test_below_five_ratings_there_is_no_percentage(make, session):
    town, lead = make.township(), make.department()
    actor = make.actor(make.office(Duty.leadership))

    def of_lead(number):
        for _ in range(number):
            make.call(town, lead=lead, state=CallState.closed)
        found = rates(session, actor, NOW - timedelta(days=1), AFTER, AFTER)
        return next((row.satisfaction, row.satisfied) for row in found if row.unit.id == lead.id)

    assert of_lead(4) == ((4, 4), None)
    assert of_lead(1) == ((5, 5), 100.0)


def test_units_stand_by_their_code_whatever_their_rates(make, session, busy):
    found = rates(session, make.actor(make.office(Duty.leadership)), BEGINS, ENDS, AFTER)
    codes = [row.unit.code for row in found]
    assert codes == sorted(codes)
    assert len(codes) > 3


def test_a_unit_that_was_called_irregularly_was_not_silent(session, make, acting):
    town, department = make.township(), make.department()
    call = make.call(department, lead=town, state=CallState.dispatched)
    report = make.report(town, department, state=ReportState.accepted, reported_call_id=call.id)
    make.press(report, "find_irregular", finding="It is the department's own duty.")
    session, actor = acting(make.office(Duty.leadership))
    found = {row.unit.id: row for row in rates(session, actor, NOW - timedelta(days=9), AFTER, AFTER)}
    assert town.id not in found or found[town.id].response.whole == 0
