"""What a people's congress records, whom it addresses, and how that is answered; and how far a town's congress sees."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.identity import actor_of, seats
from jobs.digests import digest_for_congress
from jobs.notices import deliver
from models.calls import Call, CallState
from models.congress import CongressOpinion, CongressOpinionState
from models.door import OutOfSight
from models.notices import Notice, Outbox
from models.organisation import Duty, Unit, UnitType
from models.queries.rates import rates
from models.ratings import MutualRating
from models.roles import RoleName
from models.rules.calls import CALL
from models.rules.congress import CONGRESS_OPINION, addressable, follow_congress_opinion, prepare_congress_opinion
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import china, last_message, told

pytestmark = pytest.mark.requirement("TC-37")
R, S = RoleName, CongressOpinionState


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def congress(make):
    return make.actor(make.unit(UnitType.congress))


@pytest.fixture
def observer(make, town):
    return make.actor(town, R.township_observer)


def test_the_unit_that_is_addressed_hears_of_an_opinion_and_answers_it_once(make, session, congress, town):
    call = make.call(town, state=CallState.submitted)
    since = last_message(session)
    opinion = make.congress_opinion(congress, town, call_id=call.id)
    assert (opinion.state, opinion.unit_id, opinion.region_id) == (S.recorded, congress.unit_id, town.region_id)
    assert set(told(session, since)) == {town.name}
    with pytest.raises(NotYours):
        make.press(opinion, "answer_opinion", make.actor(make.township()), answer="We?")
    session.rollback()
    make.press(opinion, "answer_opinion", make.actor(town), answer="It is done.")
    assert (opinion.state, opinion.answer, opinion.answered_at) == (S.answered, "It is done.", NOW)
    with pytest.raises(MovedOn):
        make.press(opinion, "answer_opinion", make.actor(town), answer="And more.")
    session.rollback()
    units = select(Outbox.unit_id).where(Outbox.subject_type == "congress_opinion").order_by(Outbox.id)
    assert session.scalars(units).all() == [town.id, congress.unit_id]


def test_a_towns_congress_addresses_its_own_town(make, session, town, observer):
    opinion = make.congress_opinion(observer, town)
    assert opinion.unit_id == town.id
    with pytest.raises(Refused) as refusal:
        make.congress_opinion(observer, make.department())
    assert refusal.value.field == "addressed_unit"


def test_an_opinion_is_of_a_day_that_has_come(make, session, congress, town):
    with pytest.raises(Refused) as refusal:
        make.congress_opinion(congress, town, given_on=NOW.date() + timedelta(days=1))
    assert refusal.value.field == "given_on"


def test_whom_a_congress_may_address(make, session, congress, town, observer):
    department, away, village = make.department(), make.township(make.county()), make.village(town)
    make.township()  # of the same county, and not the observer's

    def among(actor):
        return set(session.scalars(select(Unit.id).where(addressable(actor))))

    editorial, leaders = make.office(Duty.editorial_office), make.office(Duty.leadership)
    found = among(congress)
    assert {town.id, department.id, editorial.id} <= found
    assert not {away.id, village.id, leaders.id} & found
    assert among(observer) == {town.id}


def test_who_observes_makes_no_move_in_the_town(make, town, observer):
    call = make.call(town, state=CallState.returned)
    assert [move.name for move in CALL.open_to(call, make.actor(town))] == ["send", "withdraw", "attach"]
    assert list(CALL.open_to(call, observer)) == []
    opinion = make.congress_opinion(observer, town)
    assert list(CONGRESS_OPINION.open_to(opinion, observer)) == []


def test_a_towns_congress_sees_what_its_town_has_sent_and_nothing_of_others(make, acting, town):
    for state in (CallState.draft, CallState.returned, CallState.closed):
        make.call(town, state=state)
        make.call(state=state)
    sealed = make.call(town, state=CallState.resolved)
    make.rate(make.ratings(sealed)[0])
    session, _ = acting(town, R.township_observer)
    found = session.scalars(select(Call)).all()
    assert {call.caller_unit_id for call in found} == {town.id}
    assert {call.state for call in found} == {CallState.returned, CallState.closed, CallState.resolved}
    assert {rating.call_id for rating in session.scalars(select(MutualRating))} == {
        call.id for call in found if call.state is CallState.closed
    }


@pytest.mark.parametrize("field", ["title", "description"])
def test_who_observes_writes_nothing_of_the_towns(make, acting, town, field):
    call_id = make.call(town, state=CallState.returned).id
    session, _ = acting(town, R.township_observer)
    setattr(session.get(Call, call_id), field, "x")
    with pytest.raises(OutOfSight):
        session.commit()


def test_an_opinion_that_was_answered_stands(make, acting, session, congress, town):
    open_, answered = make.congress_opinion(congress, town), make.congress_opinion(congress, town, answered=True)
    other = make.congress_opinion(make.actor(town, R.township_observer), town)
    home = session.get(type(town), congress.unit_id)
    theirs, _ = acting(home, R.congress_observer)
    theirs.get(CongressOpinion, open_.id).title = "Better said"
    theirs.commit()
    for key in (answered.id, other.id):
        theirs.get(CongressOpinion, key).title = "Better said"
        with pytest.raises(OutOfSight):
            theirs.commit()
        theirs.rollback()


@pytest.mark.parametrize(("at", "role"), [("town", R.township_observer), ("congress", R.congress_observer)])
def test_a_posting_of_an_observer_reaches_as_far_as_its_unit(make, session, town, at, role):
    unit = town if at == "town" else make.unit(UnitType.congress)
    village = make.village(town)
    posting = make.posting(unit=unit, role=R.congress_observer)
    (seat,) = seats(session, posting.user_id, NOW.date())
    actor = actor_of(session, posting.user_id, seat)
    assert (actor.roles, actor.observes) == ({role}, at == "town")
    assert seat.role_ids == {posting.role_id}, "what it may do is what its posting says"
    assert set(actor.unit_ids) == ({town.id, village.id} if at == "town" else {unit.id})


def test_rates_are_told_of_the_observed_town_alone(make, acting, town):
    for caller in (town, make.township()):
        make.call(caller, state=CallState.closed)
    session, actor = acting(town, R.township_observer)
    found = rates(session, actor, china("11-01 00:00"), china("12-31 00:00"), china("12-31 00:00"))
    assert {row.unit.id for row in found} == {town.id}


def test_what_is_said_to_the_town_is_not_said_to_who_observes_it(make, session, town):
    clerk, observing = make.posting(unit=town), make.posting(unit=town, role=R.congress_observer)
    county = make.posting(unit=make.unit(UnitType.congress), role=R.congress_observer)
    make.call(town, state=CallState.accepted)
    digest_for_congress(session, china("12-01 01:00"))
    deliver(session, china("12-01 02:00"))
    digest = Notice.message.startswith("Digest")
    heard = dict(session.execute(select(Notice.user_id, digest)).all())
    assert heard == {clerk.user_id: False, observing.user_id: True, county.user_id: True}


def test_what_is_changed_in_an_opinion_is_told_again(make, session, congress, town):
    opinion = make.congress_opinion(congress, town)
    opinion.title = "Better said"
    with session.no_autoflush:
        prepare_congress_opinion(session, opinion, congress, NOW)
    session.flush()
    follow_congress_opinion(session, opinion, congress, NOW)
    session.commit()
    assert session.scalar(select(func.count(Outbox.id)).where(Outbox.subject_type == "congress_opinion")) == 2
