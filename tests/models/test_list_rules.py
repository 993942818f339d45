"""How a list comes into force, and what it then binds: a sentence for each rule."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.lists import DutyList, ItemCooperation, ListItem, ListState
from models.organisation import Duty
from models.roles import RoleName
from models.rules.lists import LIST, prepare_cooperation, prepare_item, prepare_list
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import entries


def keeper(make, county=None):
    return make.actor(make.office(Duty.editorial_office, county), RoleName.list_manager)


def publish(session, make, duty_list, by=None):
    LIST.move(session, duty_list, "publish", actor=by or keeper(make), now=NOW)
    session.commit()


@pytest.fixture
def draft(make):
    """A list of two sound items."""
    duty_list = make.duty_list()
    for code in ("A-1", "A-2"):
        make.item(cooperating=[make.department()], duty_list=duty_list, code=code)
    return duty_list


def items(session, duty_list):
    return session.scalars(select(ListItem).where(ListItem.duty_list_id == duty_list.id).order_by(ListItem.id)).all()


@pytest.mark.requirement("TS-05", "TC-19")
def test_a_list_and_its_items_come_into_force_together(session, make, draft):
    publish(session, make, draft)
    assert (draft.state, draft.published_at, f"{draft.effective_from}") == (ListState.published, NOW, "2026-11-23")
    assert {item.state for item in items(session, draft)} == {ListState.published}
    assert [entries(session, row)[-1].action for row in (draft, *items(session, draft))] == ["publish"] * 3


@pytest.mark.parametrize("column", ["department_duties", "township_duties", "legal_basis"])
@pytest.mark.parametrize("empty", ["", "  "])
def test_nothing_is_published_without_duties_of_both_sides_and_a_basis(session, make, draft, column, empty):
    setattr(items(session, draft)[1], column, empty)
    with pytest.raises(Refused, match="missing") as refused:
        publish(session, make, draft)
    session.rollback()
    assert (refused.value.field, refused.value.details) == (column, {"items": "A-2"})
    assert draft.state is ListState.draft


@pytest.mark.requirement("TS-05", "TC-19")
def test_nothing_is_published_without_exactly_one_lead(session, make, draft):
    items(session, draft)[0].lead_department = None
    with pytest.raises(Refused, match="exactly one lead") as refused:
        publish(session, make, draft)
    assert (refused.value.field, refused.value.details) == ("lead_department", {"items": "A-1"})


@pytest.mark.requirement("TC-19")
def test_the_lead_does_not_cooperate_with_itself(session, make, draft):
    item = items(session, draft)[0]
    part = ItemCooperation(list_item_id=item.id, unit_id=item.lead_department_id)
    with pytest.raises(Refused, match="cannot cooperate in it too") as refused:
        prepare_cooperation(session, part, keeper(make), NOW)
    assert refused.value.field == "unit"
    session.add(ItemCooperation(region_id=item.region_id, list_item=item, unit=item.lead_department))
    with pytest.raises(Refused, match="named as cooperating too"):
        publish(session, make, draft)


def test_an_empty_list_is_not_published(session, make):
    with pytest.raises(Refused, match="no items yet"):
        publish(session, make, make.duty_list())


def test_one_list_of_a_kind_is_in_force(session, make, draft):
    make.list_in_force(make.county())
    publish(session, make, draft)
    other = make.duty_list()
    make.item(duty_list=other)
    with pytest.raises(Refused, match="is in force already"):
        publish(session, make, other)


def test_a_published_list_is_not_published_again(session, make, draft):
    publish(session, make, draft)
    with pytest.raises(MovedOn):
        publish(session, make, draft)


def test_lists_are_published_by_the_list_manager_of_their_county(session, make, draft):
    others = [make.actor(make.office(duty)) for duty in (Duty.editorial_office, Duty.county_office)]
    for actor in (*others, keeper(make, make.county()), make.actor(make.department(), RoleName.department_head)):
        with pytest.raises(NotYours):
            publish(session, make, draft, actor)


@pytest.mark.requirement("TS-03")
def test_a_published_list_is_frozen(session, make, draft):
    publish(session, make, draft)
    item = items(session, draft)[0]
    with pytest.raises(Refused, match="frozen"):
        prepare_item(session, item, keeper(make), NOW)
    part = ItemCooperation(list_item_id=item.id, unit_id=make.department().id)
    with pytest.raises(Refused, match="frozen"):
        prepare_cooperation(session, part, keeper(make), NOW)


def test_a_list_is_its_keepers_countys(session, make):
    actor = keeper(make)
    duty_list = DutyList(title="List")
    prepare_list(session, duty_list, actor, NOW)
    assert (duty_list.region_id, duty_list.owner_unit_id) == (make.home.id, actor.unit_id)


def test_an_item_is_its_lists_countys_and_is_found_by_pinyin(session, make):
    item = ListItem(title="违法建设", code="A-1", duty_list_id=make.duty_list().id)
    prepare_item(session, item, keeper(make), NOW)
    assert (item.region_id, item.search_key) == (make.home.id, "weifajianshe wfjs")


def test_an_item_needs_a_list(session, make):
    with pytest.raises(Refused, match="Choose a draft") as refused:
        prepare_item(session, ListItem(title="x"), keeper(make), NOW)
    assert refused.value.field == "duty_list"
