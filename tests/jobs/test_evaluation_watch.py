"""The clocks of an evaluation: who has not sent is told, the cycle closes by itself, and its scores are computed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from jobs.evaluation import CLOSED, CLOSED_WITHOUT
from jobs.sweep import keep
from models.evaluation import CycleState, SubjectKind
from models.evaluation_sheets import AggregateState, SheetState
from models.ledger import Job, PromiseState
from models.notices import Outbox
from models.organisation import Duty
from models.ratings import CaseAssessment
from models.recorder import verify
from models.rules.evaluation_sheets import LAPSED
from models.scores import ScorePart, ScoreResult
from tests.make import NOW

pytestmark = pytest.mark.databases
K, S = SubjectKind, CycleState


@pytest.fixture
def regional(make):
    """An open cycle about an agency of three townships."""
    towns, department = [make.township() for _ in range(3)], make.department()
    agency = make.agency(*towns, department=department, weights=("50", "30", "20"), state="in_force")
    return make.cycle(None, S.open, K.agency), agency, towns, department


@pytest.mark.requirement("TA-39")
def test_three_working_days_before_the_end_those_whose_part_is_missing_are_told(make, session, ledger, regional):
    cycle, _, towns, department = regional
    soon, over = ledger.moments(cycle, Job.regional_collect)
    assert (over, over - soon) == (cycle.closes_at, timedelta(days=2, hours=15, minutes=30))
    make.fill(make.sheets(cycle, rater_unit_id=towns[1].id)[0])
    assert ledger.keep(Job.regional_collect, soon - timedelta(seconds=1)) == 0
    assert ledger.keep(Job.regional_collect, soon) == 1
    told = ledger.told(Job.regional_collect)
    assert sorted((unit, details["count"]) for unit, _, details in told) == sorted(
        (unit.id, "1") for unit in (towns[0], towns[2], department)
    )
    assert ledger.keep(Job.regional_collect, soon) == 0


@pytest.mark.requirement("TA-39")
def test_the_seat_is_told_at_once_when_all_is_in_and_again_before_the_end(make, session, ledger, regional):
    cycle, agency, towns, department = regional
    for town in towns:
        make.fill(make.sheets(cycle, rater_unit_id=town.id)[0])
    gathered = make.aggregate(cycle, agency.unit)
    assert gathered.state is AggregateState.complete
    soon, _ = ledger.moments(cycle, Job.regional_collect)
    ledger.keep(Job.regional_collect, soon)
    told = ledger.told(Job.regional_collect)
    assert sorted(unit for unit, _, _ in told) == sorted((towns[0].id, department.id))


@pytest.mark.requirement("TC-55")
def test_at_its_end_the_cycle_closes_and_is_computed_by_itself(make, session, ledger, regional):
    cycle, agency, towns, _ = regional
    for town, points in zip(towns, ("96", "91", "80"), strict=True):
        make.fill(make.sheets(cycle, rater_unit_id=town.id)[0], points)
    make.press(make.aggregate(cycle, agency.unit), "submit_aggregate")
    late = cycle.closes_at
    assert ledger.keep(Job.regional_collect, late) >= 1
    session.expire_all()
    assert (cycle.state, cycle.closed_at) == (S.closed, late)
    assert [sheet.state for sheet in make.sheets(cycle)] == [
        SheetState.lapsed,
        SheetState.opened,
        SheetState.opened,
        SheetState.opened,
    ]
    assert ledger.keep(Job.score_compute, late) == 1
    session.expire_all()
    result = make.result(cycle, agency.unit)
    assert (cycle.state, cycle.computed_at, len(cycle.results_hash)) == (S.computed, late, 64)
    assert (result.bottom_up, result.top_down, result.total) == (Decimal("91.30"), None, None)
    assert [action for action, *_ in ledger.entries(cycle)][-2:] == ["close_cycle", "compute_scores"]
    assert verify(session) == []
    assert ledger.keep(Job.score_compute, late) == 0


def messages(session):
    """What the clock told."""
    return session.scalars(select(Outbox).where(Outbox.key.startswith(f"{Job.regional_collect}:"))).all()


@pytest.mark.requirement("TA-39")
def test_whose_sheets_lapse_at_the_end_is_told_once_and_how_many(make, session, ledger, regional):
    cycle, _, towns, department = regional
    make.fill(make.sheets(cycle, rater_unit_id=towns[0].id)[0])
    ledger.keep(Job.regional_collect, cycle.closes_at)
    told = {(row.unit_id, row.message, row.details.get("count")) for row in messages(session)}
    office = make.office(Duty.assessment_office)
    assert told == {(office.id, CLOSED, None), *((unit.id, LAPSED, "1") for unit in (*towns[1:], department))}


@pytest.mark.requirement("TA-39")
def test_the_office_hears_in_one_message_that_the_cycle_is_closed_and_that_its_own_sheets_lapsed(make, session, ledger):
    make.village(make.township())
    cycle = make.cycle(None, S.open, K.community)
    ledger.keep(Job.regional_collect, cycle.closes_at)
    office = make.office(Duty.assessment_office)
    of_office = [(row.message, row.details) for row in messages(session) if row.unit_id == office.id]
    assert of_office == [(CLOSED_WITHOUT, {"cycle": cycle.name, "count": "1"})]


def test_who_closes_by_hand_has_it_computed_by_the_next_sweep(make, session, ledger, regional):
    cycle, *_ = regional
    make.press(cycle, "close_cycle")
    states = {promise.state for promise in ledger.promises(cycle, Job.regional_collect)}
    assert states == {PromiseState.cancelled}
    assert ledger.keep(Job.score_compute, NOW) == 1
    session.expire_all()
    assert cycle.state is S.computed
    make.press(cycle, "confirm_scores")


@pytest.mark.requirement("LX-29")
def test_where_a_call_is_not_assessed_the_office_is_told_and_nothing_is_computed(make, session, ledger):
    town, office = make.township(), make.department()
    make.item(office)
    call = make.call(town, lead=office, state="closed", at=NOW - timedelta(days=20))
    call.closed_at = NOW - timedelta(days=5)
    session.commit()
    cycle = make.cycle(None, S.closed, K.department)
    for row in session.scalars(select(CaseAssessment)):
        session.delete(row)
    session.commit()
    ledger.keep(Job.score_compute, NOW)
    session.expire_all()
    assert cycle.state is S.closed
    (told,) = ledger.told(Job.score_compute)
    assert (told[0], told[2]["count"]) == (make.office(Duty.assessment_office).id, "1")


@pytest.mark.requirement("TC-55")
def test_many_cycles_are_computed_as_one_by_one(make, session, ledger):
    """Two counties at once: each by its own record, weights and days."""
    made = []
    for county in (make.home, make.county()):
        town, department = make.township(county), make.department(county)
        make.item(department)
        part = make.assignment(caller=town, lead=department)
        part.respond_due = NOW - timedelta(days=3)
        session.commit()
        cycle = make.cycle(county, S.open, K.department)
        make.fill_all(cycle, "90" if not made else "80")
        make.press(cycle, "close_cycle")
        made.append((cycle, department))
    keep(Job.score_compute, session, NOW)
    session.commit()
    totals = [make.result(cycle, department).total for cycle, department in made]
    parts = session.scalars(select(ScorePart).join(ScoreResult).order_by(ScorePart.id)).all()
    assert len(parts) == 2 * 11
    for cycle, _ in made:
        make.press(cycle, "compute_scores")
    assert [make.result(cycle, department).total for cycle, department in made] == totals
    assert totals[0] > totals[1]
