"""The steps of an item's work: each has one who takes it, and leads to steps that are there."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.calendar import LimitUnit
from models.door import NotWritable
from models.organisation import Duty
from models.roles import RoleName
from models.rules.lists import forget_from_draft
from models.rules.steps import forget_step, prepare_step
from models.steps import ItemStep, Side, StepKind
from models.workflow import Refused
from tests.make import NOW


@pytest.fixture
def manager(make):
    return make.actor(make.office(Duty.editorial_office), RoleName.list_manager)


@pytest.fixture
def item(make):
    return make.item(duty_list=make.duty_list())


@pytest.fixture
def step(session, manager, item):
    """`step(position, …)`: a step of the item, written as the form writes it."""

    def write(position, **columns):
        columns = {"title": "Look", "list_item_id": item.id, "side": Side.township, "kind": StepKind.work} | columns
        made = ItemStep(position=position, **columns)
        with session.no_autoflush:
            prepare_step(session, made, manager, NOW)
        session.add(made)
        session.commit()
        return made

    return write


def refused(do, *arguments, **columns):
    with pytest.raises(Refused) as refusal:
        do(*arguments, **columns)
    return refusal.value.field


@pytest.mark.requirement("TA-11")
def test_a_step_says_who_does_what_by_when(step, item, make):
    unit = make.department()
    made = step(1, unit_id=unit.id, side=None, amount=3, limit_unit=LimitUnit.working_day)
    assert (made.region_id, made.unit, str(made)) == (item.region_id, unit, "1 Look")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        pytest.param({"side": None}, "unit", marks=pytest.mark.requirement("TA-11")),
        ({"amount": 3}, "amount"),
        ({"limit_unit": LimitUnit.day}, "amount"),
        ({"amount": 0, "limit_unit": LimitUnit.day}, "amount"),
        ({"position": 0}, "position"),
    ],
    ids=str,
)
def test_a_step_that_says_too_little_or_too_much_is_refused(step, wrong, field):
    assert refused(step, **({"position": 1} | wrong)) == field


@pytest.mark.requirement("TS-10")
@pytest.mark.parametrize("field", ["yes_to", "no_to"])
def test_a_decision_leads_to_another_step_that_is_there(step, make, field):
    step(1)
    step(5, list_item_id=make.item(duty_list=make.duty_list()).id)
    for position, target in ((2, 2), (2, 5), (2, 9)):
        assert refused(step, position, kind=StepKind.decision, **{field: target}) == field
    assert refused(step, 2, **{field: 1}) == field
    assert getattr(step(2, kind=StepKind.decision, **{field: 1}), field) == 1


def test_a_step_to_which_a_decision_leads_stays_where_it_is(session, manager, step):
    first, second = step(1), step(2)
    decision = step(3, kind=StepKind.decision, no_to=1)
    forget_step(session, second, manager, NOW)
    assert refused(forget_step, session, first, manager, NOW) == "position"
    first.position = 7
    with session.no_autoflush:
        assert refused(prepare_step, session, first, manager, NOW) == "position"
    session.rollback()
    first.title = "Look twice"
    prepare_step(session, first, manager, NOW)
    decision.no_to, first.position = None, 7
    session.flush()
    prepare_step(session, first, manager, NOW)


def test_positions_of_an_item_differ(session, step):
    step(1)
    with pytest.raises(IntegrityError, match=r"uq_item_step_position|item_step\.position"):
        step(1)


@pytest.mark.requirement("TS-03")
@pytest.mark.requirement("LX-19")
def test_the_drawing_may_come_after_the_list_and_not_after_its_end(session, make, item, step, acting):
    made = step(1)
    for name in ("submit", "publish"):
        make.press(item.duty_list, name)
    assert step(2).position == 2
    make.press(item.duty_list, "revise")
    for name in ("submit", "publish"):
        make.press(make.next_of(item.duty_list), name)
    assert refused(step, 3) == "list_item"
    theirs, _ = acting(make.office(Duty.editorial_office), RoleName.list_manager)
    theirs.get(ItemStep, made.id).title = "something else"
    with pytest.raises(NotWritable):
        theirs.commit()


def test_the_steps_of_an_item_go_with_it(session, item, manager, step):
    step(1)
    forget_from_draft(session, item, manager, NOW)
    session.delete(item)
    session.commit()
    assert session.scalar(select(func.count()).select_from(ItemStep)) == 0
