"""What becomes of a closed call of an older system: a call that is over, and what it may not tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.database import upgrade
from jobs.audit import recount
from jobs.circulars import compile_circulars
from jobs.sweep import CLOCKS, keep
from jobs.warnings import warn_early
from jobs.watch import Done
from models.calls import AssignmentState, Call, CallAssignment, CallState
from models.door import system_session
from models.ledger import Promise
from models.notices import Outbox
from models.organisation import Duty
from models.past_calls import PastCall, PastOutcome
from models.queries.loop import loop
from models.queries.rates import rates
from models.ratings import MutualRating, RatingLevel, RatingState
from models.recorder import RecorderEntry, verify
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.due_times import KINDS, past
from models.rules.limits import rehearse
from models.rules.past_calls import forget_past_call, prepare_past_call
from models.workflow import Refused
from tests.make import NOW, Make
from tests.models.look import china

BEFORE = {
    "sent_at": china("10-12 09:00"),
    "accepted_at": china("10-12 10:00"),
    "responded_at": china("10-13 09:00"),
    "promised_due": china("10-16 17:30"),
    "resolved_at": china("10-15 09:00"),
    "closed_at": china("10-16 09:00"),
}


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def lead(make):
    return make.department()


@pytest.fixture
def told(make, town, lead):
    """A call of an older system of which everything is known."""
    return lambda **columns: make.past_call(town, lead, **BEFORE | {"level": RatingLevel.satisfied} | columns)


def part_of(session, past_call):
    return session.scalars(select(CallAssignment).where(CallAssignment.call_id == past_call.call_id)).one()


def ratings_of(session, past_call):
    return session.scalars(select(MutualRating).where(MutualRating.call_id == past_call.call_id)).all()


@pytest.mark.databases
def test_it_is_a_call_that_is_over_with_the_moments_of_the_older_system(session, town, lead, told):
    past_call = told(result="The chimney was closed.")
    call, part = session.get(Call, past_call.call_id), part_of(session, past_call)
    assert (call.state, call.imported, call.caller_unit_id) == (CallState.closed, True, town.id)
    assert (call.title, call.category, call.created_at) == (past_call.title, "environment", BEFORE["sent_at"])
    moments = ("sent_at", "accepted_at", "resolved_at", "closed_at")
    assert [getattr(call, name) for name in moments] == [BEFORE[name] for name in moments]
    assert (call.confirmed_at, call.number[-8:]) == (BEFORE["closed_at"], "26-L0001")
    assert (part.state, part.department_id, part.result) == (
        AssignmentState.resolved, lead.id, "The chimney was closed."
    )  # fmt: skip
    assert (part.dispatched_at, part.responded_at) == (BEFORE["accepted_at"], BEFORE["responded_at"])
    assert (part.promised_due, part.first_promised_due) == (BEFORE["promised_due"], BEFORE["promised_due"])
    (rating,) = ratings_of(session, past_call)
    assert (rating.state, rating.level, rating.revealed_at) == (
        RatingState.revealed, RatingLevel.satisfied, BEFORE["closed_at"]
    )  # fmt: skip


def test_the_limits_of_today_are_laid_on_it(session, told):
    past_call = told()
    call, part = session.get(Call, past_call.call_id), part_of(session, past_call)
    assert (call.accept_due, part.respond_due) == (china("10-13 17:30"), china("10-14 17:30"))
    assert call.resolve_due == china("10-26 17:30")


@pytest.mark.databases
def test_it_never_fires_anything(make, session, told, caplog):
    for outcome in PastOutcome:
        told(outcome=outcome, resolved_at=None, level=None)
    for days in (0, 1, 40):
        for job in CLOCKS:
            assert keep(job, session, NOW + timedelta(days=days)) == Done(0, 0)
        assert recount(session, NOW + timedelta(days=days)) == Done(0, 0)
    assert session.scalar(select(func.count(Promise.id))) == 0
    assert session.scalar(select(func.count(Outbox.id))) == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_it_warns_of_nothing_and_is_compared_with(make, session, town):
    def of(month, many):
        for day in range(1, many + 1):
            moments = {"sent_at": china(f"{month}-{day:02d} 09:00"), "closed_at": china(f"{month}-{day:02d} 17:00")}
            make.past_call(town, category="environment", **moments)

    of("10", 3)
    of("11", 9)
    assert warn_early(session, NOW) == Done(0, 0)
    for _ in range(5):  # less than twice the three of October
        make.call(town, state=CallState.submitted)
    assert warn_early(session, NOW) == Done(0, 0)
    make.call(town, state=CallState.submitted)
    assert warn_early(session, NOW) == Done(1, 1)


def test_a_county_whose_calls_were_all_closed_elsewhere_gets_no_circular(make, session, told):
    told()
    assert compile_circulars(session, NOW) == Done(0, 0)
    make.call(state=CallState.dispatched, at=china("10-12 09:00"))
    assert compile_circulars(session, NOW) == Done(1, 1)


def test_nobody_moves_it_any_further(make, session, town, lead, told):
    past_call = told()
    call, part = session.get(Call, past_call.call_id), part_of(session, past_call)
    for unit in (town, lead, *(make.office(duty) for duty in Duty)):
        actor = make.actor(unit)
        assert list(CALL.open_to(call, actor)) == []
        assert list(ASSIGNMENT.open_to(part, actor)) == []


def test_the_recorder_says_that_it_was_imported_and_by_whom(make, session, told):
    past_call = told()
    office = make.office(Duty.county_office)
    entries = session.scalars(select(RecorderEntry).where(RecorderEntry.call_id == past_call.call_id)).all()
    assert {(entry.subject_type, entry.action, entry.unit_id) for entry in entries if entry.action == "import"} == {
        (name, "import", office.id) for name in ("call", "call_assignment", "mutual_rating")
    }
    assert verify(session) == []


def figures(make, session):
    leader = make.actor(make.office(Duty.leadership))
    return {row.unit.id: row for row in rates(session, leader, china("10-01 00:00"), china("11-01 00:00"), NOW)}


def test_it_counts_in_the_rates(make, session, town, lead, told):
    told()
    told(responded_at=china("10-15 08:00"), outcome=PastOutcome.unsolved, resolved_at=None,
         level=RatingLevel.dissatisfied)  # fmt: skip
    told(outcome=PastOutcome.withdrawn, level=None, responded_at=None, resolved_at=None, accepted_at=None)
    found = figures(make, session)
    assert (found[lead.id].response, found[lead.id].resolution) == ((1, 2), (1, 2))
    assert (found[lead.id].satisfaction, found[town.id].resolution) == ((1, 2), (1, 2))
    assert (found[town.id].accepted, found[town.id].correct) == ((2, 2), (2, 2))


def test_what_is_not_known_counts_neither_for_nor_against(make, session, town, lead, told):
    told(accepted_at=None, level=None)
    found = figures(make, session)
    assert (found[town.id].accepted, found[town.id].correct, found[lead.id].satisfaction) == ((0, 0), (0, 0), (0, 0))


def test_in_the_loop_it_has_come_as_far_as_it_was_closed(session, told):
    unknown = dict.fromkeys(("accepted_at", "responded_at", "resolved_at"))
    told(**unknown)
    told(outcome=PastOutcome.unsolved, **unknown)
    told(outcome=PastOutcome.withdrawn, level=None, **unknown)
    stages = loop(session, china("10-01 00:00"), china("11-01 00:00"))
    assert [stage.calls for stage in stages] == [2, 2, 2, 2, 1, 1]


def test_rehearsals_of_limits_count_it_by_when_it_was(make, session, told):
    told()
    limit = make.limit(amount=9)
    (respond,) = (kind for kind in KINDS if kind.due == "respond_due")
    lately = make.call(state=CallState.closed)  # of a lower number, and later
    told()
    assert rehearse(session, limit, NOW).past_calls == 3
    (latest,) = past(session, respond, limit.region_id, 1)
    assert latest.call == lately.id


CONTRADICTIONS = {
    "closed before created": ({"closed_at": china("10-11 09:00")}, "closed_at"),
    "accepted before created": ({"accepted_at": china("10-12 08:59")}, "accepted_at"),
    "dispatched before accepted": ({"dispatched_at": china("10-12 09:30")}, "dispatched_at"),
    "responded before accepted": ({"responded_at": china("10-12 09:30")}, "responded_at"),
    "result before response": ({"resolved_at": china("10-13 08:00")}, "resolved_at"),
    "closed before result": ({"closed_at": china("10-15 08:00")}, "closed_at"),
    "promised before created": ({"promised_due": china("10-11 09:00")}, "promised_due"),
    "in the future": ({"closed_at": NOW + timedelta(minutes=1)}, "closed_at"),
    "withdrawn with a result": ({"outcome": PastOutcome.withdrawn, "level": None}, "resolved_at"),
    "withdrawn with a rating": ({"outcome": PastOutcome.withdrawn, "resolved_at": None}, "level"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_itself_is_refused_and_nothing_of_it_written(session, told, name):
    columns, field = CONTRADICTIONS[name]
    with pytest.raises(Refused) as refusal:
        told(**columns)
    assert refusal.value.field == field
    session.rollback()
    assert session.scalar(select(func.count(Call.id))) == session.scalar(select(func.count(PastCall.id))) == 0


def test_a_unit_of_another_county_or_kind_is_refused(make, session, town, lead):
    away = make.county()
    for unit, department, field in (
        (town, make.department(away), "department"),
        (town, town, "department"),
        (lead, lead, "unit"),
    ):
        with pytest.raises(Refused) as refusal:
            make.past_call(unit, department)
        assert refusal.value.field == field
    with pytest.raises(Refused) as refusal:
        make.past_call(town, lead, list_item_id=make.item(make.department(away)).id)
    assert refusal.value.field == "list_item"


def test_what_is_corrected_is_corrected_in_the_call(make, session, told):
    past_call = told()
    number = session.get(Call, past_call.call_id).number
    past_call.closed_at, past_call.outcome, past_call.level = china("10-17 09:00"), PastOutcome.unsolved, None
    with session.no_autoflush:
        prepare_past_call(session, past_call, make.actor(make.office(Duty.county_office)), NOW)
    session.commit()
    call = session.get(Call, past_call.call_id)
    assert (call.number, call.closed_at, call.confirmed_at) == (number, china("10-17 09:00"), None)
    assert (ratings_of(session, past_call), session.scalar(select(func.count(Call.id)))) == ([], 1)


@pytest.mark.databases
def test_the_database_lets_an_imported_rating_go_and_no_other(bare_url):
    upgrade(bare_url)
    engine = create_engine(bare_url, poolclass=NullPool)
    with system_session(engine) as session:
        make = Make(session)
        past_call = make.past_call(make.township(), **BEFORE, level=RatingLevel.satisfied)
        given = make.ratings(make.call(item=make.bound_item(), state=CallState.closed))[0].id
        for said in ("level = 'dissatisfied'", "imported = true"):
            attack = text(f"UPDATE mutual_rating SET {said} WHERE id = :key")
            with pytest.raises(DBAPIError, match="is frozen"):
                session.connection().execute(attack, {"key": given})
            session.rollback()
        past_call.level = RatingLevel.dissatisfied
        office = make.actor(make.office(Duty.county_office))
        with session.no_autoflush:
            prepare_past_call(session, past_call, office, NOW)
        session.commit()
        assert [rating.level for rating in ratings_of(session, past_call)] == [RatingLevel.dissatisfied]
        forget_past_call(session, past_call, office, NOW)
        session.commit()
        assert session.scalar(select(func.count(MutualRating.id)).where(MutualRating.imported)) == 0
    engine.dispose()


@pytest.mark.databases
def test_what_is_thrown_away_takes_its_call_along(make, session, told):
    past_call = told()
    forget_past_call(session, past_call, make.actor(make.office(Duty.county_office)), NOW)
    session.delete(past_call)
    session.commit()
    for model in (PastCall, Call, CallAssignment, MutualRating):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    assert verify(session) == []


@pytest.mark.requirement("ZG-14")
def test_a_township_that_was_merged_since_has_called_before(session, town, told):
    town.valid_to = NOW.date()
    session.flush()
    assert told().unit is town
