"""How the sides of a call rate each other: sealed until both are in, then frozen; and how the call closes."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from app.database import upgrade
from models.calls import CallState
from models.door import OutOfSight, system_session
from models.ledger import Job, Promise
from models.notices import Outbox
from models.organisation import Duty
from models.ratings import CaseAssessment, MutualRating, RatingDirection, RatingLevel, RatingState
from models.recorder import RecorderEntry
from models.rights import grants
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.rules.assessments import points_of
from models.rules.ratings import RATED, RATING
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW, SOON, Make
from tests.models.look import china, last_message, told

S, L, D = RatingState, RatingLevel, RatingDirection


@pytest.fixture
def call(make):
    """A call that is confirmed as solved, by a lead and a helper."""
    return make.call(cooperating=[make.department()], state=CallState.resolved)


def of(make, call):
    """The lead's pair first: what the caller says, what the lead says; then the helper's."""
    return make.ratings(call)


def states(make, call):
    return [rating.state for rating in of(make, call)]


def assessed(session, call):
    """What the closing of a call wrote, by unit."""
    rows = session.scalars(select(CaseAssessment).where(CaseAssessment.call_id == call.id).order_by(CaseAssessment.id))
    return {row.unit_id: (row.responded_on_time, row.resolved, row.satisfied, row.points) for row in rows}


# Who owes what


@pytest.mark.requirement("TA-28", "TC-34")
def test_a_confirmed_call_has_both_sides_owe_a_rating_for_every_part_that_was_solved(make, call):
    lead, helper = make.assignments(call)
    caller = call.caller_unit_id
    assert [(r.assignment_id, r.direction, r.rater_unit_id, r.ratee_unit_id) for r in of(make, call)] == [
        (lead.id, D.of_answer, caller, lead.department_id),
        (lead.id, D.of_caller, lead.department_id, caller),
        (helper.id, D.of_answer, caller, helper.department_id),
        (helper.id, D.of_caller, helper.department_id, caller),
    ]
    assert set(states(make, call)) == {S.waiting}
    assert {rating.rate_due for rating in of(make, call)} == {call.rate_due} == {china("11-30 17:30")}


@pytest.mark.requirement("TS-27")
def test_in_a_reverse_call_the_sides_follow_who_called(make):
    department, township = make.department(), make.township()
    call = make.call(department, lead=township, state=CallState.resolved)
    sides = [(r.direction, r.rater_unit_id) for r in of(make, call)]
    assert sides == [(D.of_answer, department.id), (D.of_caller, township.id)]


def test_whose_rejection_was_upheld_owes_nothing_and_is_owed_nothing(make):
    part = make.assignment(state="upheld")
    call = part.call
    lead = make.assignments(call)[0]
    make.press(lead, "respond", promised_due=SOON)
    make.press(lead, "resolve", result="Done.")
    make.press(call, "confirm")
    assert {rating.assignment_id for rating in of(make, call)} == {lead.id}


@pytest.mark.databases
def test_nobody_owes_the_same_rating_twice_nor_one_of_themselves(make, session, call):
    one = of(make, call)[0]
    columns = {"region_id": one.region_id, "call_id": call.id, "assignment_id": one.assignment_id, "rate_due": NOW}
    sides = {"rater_unit_id": one.rater_unit_id, "ratee_unit_id": one.ratee_unit_id}
    part = make.assignments(make.call(state=CallState.in_progress))[0]
    itself = {"assignment_id": part.id, "ratee_unit_id": one.rater_unit_id}
    for wrong in (columns | sides, columns | sides | itself):
        row = MutualRating(direction=one.direction, **wrong)
        with pytest.raises(IntegrityError):
            make._add(row)
        session.rollback()


@pytest.mark.requirement("TC-34")
def test_only_the_unit_that_owes_a_rating_gives_it(make, call):
    mine, theirs, *_ = of(make, call)
    lead, helper = make.assignments(call)
    others = [make.office(duty) for duty in Duty] + [make.township(), make.department(), helper.department]
    for unit in (lead.department, *others):
        with pytest.raises(NotYours):
            make.press(mine, "rate", make.actor(unit), level=L.satisfied)
    with pytest.raises(NotYours):
        make.press(theirs, "rate", make.actor(call.caller_unit), level=L.satisfied)
    assert set(states(make, call)) == {S.waiting}


def test_who_only_looks_is_not_granted_to_rate():
    may = {role for role in RoleName if ("can_rate", "MutualRating") in grants(role)}
    sides = ("department", "township", "agency")
    assert may == {role for role in RoleName if role.partition("_")[0] in sides} - {RoleName.township_observer}
    assert not may & (COUNTY | EVERYWHERE)


# The seal


@pytest.mark.requirement("TC-35")
def test_what_one_side_gave_nobody_else_reads_until_the_other_gave_theirs(make, acting, call):
    mine, theirs, *_ = of(make, call)
    make.rate(mine, L.dissatisfied, quality=1, comment="Slow.")
    readers = {
        "caller": make.actor(call.caller_unit),
        "rated": make.actor(make.assignments(call)[0].department),
        "helper": make.actor(make.assignments(call)[1].department),
        "office": make.actor(make.office(Duty.county_office)),
        "leader": make.actor(make.office(Duty.leadership)),
        "admin": make.actor(make.office(Duty.county_office), RoleName.admin),
        "auditor": make.actor(make.home, RoleName.audit_admin),
    }

    def who_reads(model, *where):
        found = set()
        for name, actor in readers.items():
            session, _ = acting(make.session.get(type(make.home), actor.unit_id), *actor.roles)
            if session.scalars(select(model).where(*where)).first():
                found.add(name)
        return found

    of_mine = (RecorderEntry.subject_type == "mutual_rating", RecorderEntry.subject_id == mine.id)
    assert who_reads(MutualRating, MutualRating.id == mine.id) == {"caller"}
    assert who_reads(MutualRating, MutualRating.level == L.dissatisfied) == {"caller"}
    assert who_reads(RecorderEntry, *of_mine) == {"caller"}
    make.rate(theirs)
    assert who_reads(MutualRating, MutualRating.id == mine.id) == readers.keys() - {"helper"}
    assert who_reads(RecorderEntry, *of_mine) == readers.keys() - {"helper"}


def test_whether_the_other_side_has_rated_is_sealed_too(make, acting, call):
    mine, theirs, *_ = of(make, call)
    session, _ = acting(call.caller_unit)

    def seen():
        session.expire_all()
        return set(session.scalars(select(MutualRating.id).where(MutualRating.rater_unit_id != call.caller_unit_id)))

    before = seen()
    make.rate(theirs)
    assert before == seen() == set()
    make.rate(mine)
    assert seen() == {theirs.id}


@pytest.mark.requirement("TC-35")
def test_with_both_in_the_pair_is_revealed_and_each_hears_of_theirs(session, make, call):
    mine, theirs, *_ = of(make, call)
    since = last_message(session)
    make.rate(theirs)
    assert told(session, since) == {}
    make.rate(mine, at=SOON)
    assert states(make, call) == [S.revealed, S.revealed, S.waiting, S.waiting]
    assert {rating.revealed_at for rating in (mine, theirs)} == {SOON}
    lead = make.assignments(call)[0].department
    assert told(session, since) == {lead.name: RATED, call.caller_unit.name: RATED}
    by = session.execute(select(Outbox.unit_id, Outbox.subject_id, Outbox.details).where(Outbox.id > since)).all()
    assert {(unit, rating, details["unit"]) for unit, rating, details in by} == {
        (lead.id, mine.id, call.caller_unit.name),
        (call.caller_unit_id, theirs.id, lead.name),
    }
    assert call.state is CallState.resolved


def test_a_rating_may_be_changed_while_it_is_sealed_and_stands_afterwards(make, call):
    mine, theirs, *_ = of(make, call)
    make.rate(mine, L.dissatisfied, quality=1, comment="Slow.")
    make.rate(mine, L.satisfied, at=SOON, attitude=5)
    kept = (mine.level, mine.quality, mine.attitude, mine.comment, mine.given_at, mine.state)
    assert kept == (L.satisfied, None, 5, "", SOON, S.given)
    make.rate(theirs)
    with pytest.raises(MovedOn):
        make.rate(mine, L.dissatisfied)
    assert mine.level is L.satisfied


def test_nobody_writes_a_rating_or_an_assessment_past_the_rules(make, acting):
    call = make.call(state=CallState.closed)
    for model, name in ((MutualRating, "comment"), (CaseAssessment, "points")):
        session, _ = acting(call.caller_unit)
        row = session.scalars(select(model).where(model.call_id == call.id)).first()
        setattr(row, name, 7)
        with pytest.raises(OutOfSight):
            session.commit()
        session.rollback()


@pytest.mark.parametrize("mark", [0, 6, -1])
def test_a_mark_goes_from_1_to_5(make, call, mark):
    with pytest.raises(Refused) as no:
        make.rate(of(make, call)[0], timeliness=mark)
    assert no.value.field == "timeliness"


# The end


@pytest.mark.requirement("TC-34")
def test_the_last_rating_closes_the_call_and_stops_its_clock(session, make, call):
    for rating in of(make, call)[:-1]:
        make.rate(rating)
    assert (call.state, call.closed_at) == (CallState.resolved, None)
    make.rate(of(make, call)[-1], at=SOON)
    assert (call.state, call.closed_at) == (CallState.closed, SOON)
    of_clock = select(Promise.state, Promise.cause).where(Promise.job == Job.rating_watch)
    assert set(session.execute(of_clock).all()) == {("cancelled", "rated")}


@pytest.mark.requirement("LX-29", "ZG-04")
def test_closing_assesses_every_unit_involved_department_and_township_alike(session, make, call):
    lead, helper = make.assignments(call)
    levels = (L.basically_satisfied, L.very_satisfied, L.dissatisfied, L.satisfied)
    for rating, level in zip(of(make, call), levels, strict=True):
        assert assessed(session, call) == {}
        make.rate(rating, level)
    assert assessed(session, call) == {
        call.caller_unit_id: (None, True, True, 100),
        lead.department_id: (True, True, True, 100),
        helper.department_id: (True, True, False, 70),
    }


def test_what_the_call_says_of_the_units_is_nobodys_word(session, make, call):
    for rating in of(make, call):
        make.rate(rating)
    written = select(RecorderEntry.action, RecorderEntry.user_id).where(RecorderEntry.subject_type == "case_assessment")
    assert set(session.execute(written).all()) == {("create", None)}


@pytest.mark.requirement("LX-29")
def test_who_answered_late_is_assessed_so_and_one_dissatisfied_word_counts(session, make):
    helper = make.department()
    call = make.call(state=CallState.dispatched, cooperating=[helper])
    for part in reversed(make.assignments(call)):
        make.press(part, "respond", at=china("12-07 09:00"), promised_due=china("12-09 09:00"))
        make.press(part, "resolve", at=china("12-08 09:00"), result="Done.")
    make.press(call, "confirm", at=china("12-08 10:00"))
    for rating in of(make, call):
        make.rate(rating, L.dissatisfied if rating.rater_unit_id == helper.id else L.satisfied)
    caller, lead, helping = assessed(session, call).values()
    assert caller == (None, True, False, 57)
    assert lead == helping == (False, True, True, 70)


def test_whose_rejection_stood_had_nothing_to_solve_and_whose_part_was_taken_is_not_involved(session, make):
    upheld, moved = make.department(), make.department()
    call = make.call(state=CallState.dispatched, cooperating=[upheld, moved])
    _, *parts = make.assignments(call)
    for part in parts:
        make.press(part, "reject", **make._answers(part, "reject", NOW, None, None))
    make.press(parts[0], "uphold")
    make.press(parts[1], "reassign", department_id=make.department())
    for part in reversed([part for part in make.assignments(call) if part.state == "pending"]):
        make.press(part, "respond", promised_due=SOON)
        make.press(part, "resolve", result="Done.")
    make.press(call, "confirm")
    for rating in of(make, call):
        make.rate(rating)
    found = assessed(session, call)
    assert found[upheld.id] == (True, None, None, 100)
    assert moved.id not in found
    assert len(found) == 4


def test_points_leave_out_what_does_not_apply():
    def points(*found):
        return points_of(dict(zip(("responded_on_time", "resolved", "satisfied"), found, strict=True)))

    assert [points(True, True, True), points(True, True, False), points(False, True, False)] == [100, 70, 40]
    assert [points(None, True, None), points(False, True, None), points(None, True, False)] == [100, 57, 57]
    assert points(False, None, None) == 0


def test_one_assessment_for_each_unit(make, session):
    call = make.call(state=CallState.closed)
    row = session.scalars(select(CaseAssessment).where(CaseAssessment.call_id == call.id)).first()
    again = CaseAssessment(region_id=row.region_id, call_id=call.id, unit_id=row.unit_id, points=1, assessed_at=NOW)
    with pytest.raises(IntegrityError):
        make._add(again)


@pytest.mark.databases
def test_the_database_freezes_what_is_revealed_and_what_is_assessed(bare_url):
    upgrade(bare_url)
    engine = create_engine(bare_url, poolclass=NullPool)
    with system_session(engine) as session:
        make = Make(session)
        item = make.bound_item()
        call = make.call(item=item, state=CallState.closed)
        sealed = of(make, make.call(item=item, state=CallState.resolved))[0]
        make.rate(sealed)
        for attack in (
            "UPDATE mutual_rating SET level = 'dissatisfied' WHERE call_id = :call",
            "DELETE FROM mutual_rating WHERE call_id = :call",
            "UPDATE case_assessment SET points = 0 WHERE call_id = :call",
            "DELETE FROM case_assessment WHERE call_id = :call",
        ):
            with pytest.raises(DBAPIError, match="is frozen"):
                session.connection().execute(text(attack), {"call": call.id})
            session.rollback()
        assert session.scalar(select(func.count()).select_from(CaseAssessment)) == 2
        make.rate(sealed, L.dissatisfied)
    engine.dispose()


def test_the_seal_is_in_the_workflow():
    assert {name for name, move in RATING.transitions.items() if move.by is None} == {"reveal", "lapse"}
    assert RATING.moves["rate"].source == {S.waiting, S.given}
