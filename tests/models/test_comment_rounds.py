"""A list is commented on by those whom it will bind, as often as its type asks, before it is published."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.item_words import ListState
from models.notices import Outbox
from models.opinions import ListOpinion, OpinionState
from models.organisation import UnitType
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW

LATE = NOW + timedelta(days=30)


@pytest.fixture
def three_rounds(make):
    return make.list_type("three", rounds=3)


@pytest.fixture
def out(make):
    """A list that is out for comment: to the township and the street, its lead and its helper."""
    lead, helper = make.department(), make.department()
    local = make.township(), make.unit(UnitType.street)
    draft = make.duty_list()
    make.item(lead, duty_list=draft, cooperating=[helper])
    make.press(draft, "ask_opinions")
    return draft, {lead, helper, *local}


def opinions(session, draft):
    of_list = select(ListOpinion).where(ListOpinion.duty_list_id == draft.id).order_by(ListOpinion.id)
    return list(session.scalars(of_list.execution_options(populate_existing=True)))


@pytest.mark.requirement("TA-07")
def test_every_township_and_every_department_named_is_asked(session, make, out):
    draft, units = out
    make.department()  # nobody asks it
    asked = opinions(session, draft)
    assert {opinion.unit for opinion in asked} == units
    assert {(o.round, o.state, o.due) for o in asked} == {(1, OpinionState.asked, draft.comment_due)}
    told = set(session.scalars(select(Outbox.unit_id).where(Outbox.subject_type == "duty_list")))
    assert told == {unit.id for unit in units}


@pytest.mark.requirement("TA-07")
def test_a_unit_that_was_dissolved_is_not_asked(session, make):
    lead, helper, gone = make.department(), make.department(), make.township()
    others = make.department(), make.township()
    draft = make.duty_list()
    make.item(lead, duty_list=draft, cooperating=[helper])
    make.item(others[0], duty_list=draft)
    for unit in (lead, helper, gone):
        unit.valid_to = NOW.date() - timedelta(days=1)
    session.commit()
    make.press(draft, "ask_opinions")
    assert {opinion.unit for opinion in opinions(session, draft)} == set(others)


@pytest.mark.requirement("TA-07")
def test_each_unit_says_what_it_thinks_and_nobody_else_does(session, make, out):
    draft, _ = out
    first, second, *_ = opinions(session, draft)
    with pytest.raises(NotYours):
        make.press(first, "give", make.actor(second.unit), agrees=True)
    make.press(first, "give", agrees=False, opinion="The basis is out of date.")
    assert (first.state, first.agrees, first.opinion, first.given_at) == (
        OpinionState.given, False, "The basis is out of date.", NOW)  # fmt: skip
    with pytest.raises(MovedOn):
        make.press(first, "give", agrees=True)


def test_who_disagrees_says_why(session, make, out):
    draft, _ = out
    with pytest.raises(Refused) as refused:
        make.press(opinions(session, draft)[0], "give", agrees=False, opinion=" ")
    assert refused.value.field == "opinion"


@pytest.mark.requirement("TS-02", "TA-07")
def test_a_list_is_submitted_after_as_many_rounds_as_its_type_asks(session, make, three_rounds):
    draft = make.edition(list_type=three_rounds)
    for number in range(3):
        with pytest.raises(Refused) as refused:
            make.press(draft, "submit")
        assert refused.value.details == {"done": number, "needed": 3}
        make.press(draft, "ask_opinions")
        for opinion in opinions(session, draft):
            if opinion.state is OpinionState.asked:
                make.press(opinion, "give", agrees=True)
    assert (draft.state, draft.rounds_done) == (ListState.draft, 3)
    assert sorted({opinion.round for opinion in opinions(session, draft)}) == [1, 2, 3]
    make.press(draft, "submit")
    make.press(draft, "publish")
    assert draft.state is ListState.published


def test_a_round_ends_when_all_have_answered(session, make, out):
    draft, _ = out
    for opinion in opinions(session, draft):
        assert draft.state is ListState.consulting
        make.press(opinion, "give", agrees=True)
    assert (draft.state, draft.rounds_done, draft.comment_due) == (ListState.draft, 1, None)


def test_a_round_is_not_ended_over_the_heads_of_those_who_have_time_left(session, make, out):
    draft, _ = out
    with pytest.raises(Refused, match="time is not over"):
        make.press(draft, "close_round")
    make.press(draft, "close_round", at=LATE)
    assert {opinion.state for opinion in opinions(session, draft)} == {OpinionState.lapsed}
    assert draft.rounds_done == 1


def test_while_it_is_out_nobody_edits_it(make, out, acting, session):
    from models.lists import ListItem
    from models.organisation import Duty
    from models.roles import RoleName
    from models.rules.lists import prepare_item

    draft, _ = out
    item = session.scalars(select(ListItem).where(ListItem.duty_list_id == draft.id)).one()
    theirs, actor = acting(make.office(Duty.editorial_office), RoleName.list_manager)
    with pytest.raises(Refused, match="frozen"):
        prepare_item(theirs, theirs.get(ListItem, item.id), actor, NOW)


@pytest.mark.requirement("TA-07")
def test_those_who_are_asked_can_read_it_and_others_elsewhere_cannot(make, out, acting):
    from models.lists import DutyList, ListItem

    draft, _ = out
    theirs, _ = acting(make.township())
    assert theirs.get(DutyList, draft.id) is not None
    assert theirs.scalars(select(ListItem).where(ListItem.duty_list_id == draft.id)).all()
    abroad, _ = acting(make.township(make.county()))
    assert abroad.get(DutyList, draft.id) is None


@pytest.mark.requirement("TS-02")
def test_nobody_is_asked_about_nothing(make):
    with pytest.raises(Refused, match="has no items yet") as refused:
        make.press(make.duty_list(), "ask_opinions")
    assert refused.value.field == "items"
