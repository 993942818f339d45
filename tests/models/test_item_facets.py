"""What an item has to say before it binds: organ, function, authority, procedure, accountability; and by what law."""

import pytest

from models.item_words import Holder, ListState, Primary
from models.lists import ListField, ListType
from models.seeds.reference import seed
from models.workflow import Refused
from tests.make import NOW
from views.lists import list_items

FACETS = {
    "organ": {"lead_department": None},
    "function": {"township_duties": " "},
    "authority": {"authority_holder": None},
    "procedure": {"procedure": ""},
    "responsibility": {"responsibility": ""},
}
"""The five facets (TC-11), and each left empty."""
WHOLE = {
    "township_duties": "Patrol and report.",
    "authority_holder": Holder.township,
    "procedure": "Patrol, record, decide.",
    "responsibility": "Who neglects it answers for it.",
}


@pytest.fixture
def demanding(session, make):
    """A kind of list that demands all five."""
    list_type = make.list_type("demanding")
    columns = {column for facet in FACETS.values() for column in facet}
    for field in session.query(ListField).filter_by(list_type=list_type):
        field.required = field.name in columns
    session.commit()
    return list_type


@pytest.mark.requirement("TC-11")
def test_the_five_facets_are_fields_of_an_item(make, demanding):
    assert {column for facet in FACETS.values() for column in facet} <= set(list_items.form)
    draft = make.duty_list(list_type=demanding)
    make.item(duty_list=draft, **WHOLE)
    make.press(draft, "submit")
    assert draft.state is ListState.reviewing


@pytest.mark.requirement("TC-11")
@pytest.mark.parametrize("facet", FACETS)
def test_a_list_that_demands_them_is_not_published_without_one(make, session, demanding, facet):
    draft = make.duty_list(list_type=demanding)
    item = make.item(duty_list=draft, code="X-1", **WHOLE)
    for column, nothing in FACETS[facet].items():
        setattr(item, column, nothing)
        session.commit()
        with pytest.raises(Refused) as refused:
            make.press(draft, "submit")
        assert (refused.value.field, refused.value.details["items"]) == (column, "X-1")


@pytest.mark.requirement("TC-18", "TC-11", "TA-11")
@pytest.mark.parametrize("column", ["legal_basis", "authority_holder", "procedure", "responsibility"])
@pytest.mark.parametrize("code", ["power", "power_responsibility"])
def test_no_power_is_published_without_basis_holder_and_procedure(session, make, code, column):
    seed(session, NOW)
    draft = make.duty_list(list_type=session.query(ListType).filter_by(code=code).one())
    item = make.item(duty_list=draft, **WHOLE)
    draft.rounds_done = draft.list_type.rounds
    whole = getattr(item, column)
    setattr(item, column, None if column == "authority_holder" else "")
    session.commit()
    with pytest.raises(Refused) as refused:
        make.press(draft, "submit")
    assert refused.value.field == column
    session.rollback()
    setattr(item, column, whole)
    session.commit()
    make.press(draft, "submit")
    assert draft.state is ListState.reviewing


@pytest.mark.requirement("TC-18")
@pytest.mark.parametrize(("holder", "binds"), [("township", False), ("shared", False), ("department", True)])
def test_whatever_the_type_demands_a_township_exercises_no_power_that_no_law_gives(make, session, holder, binds):
    list_type = make.list_type("lax", primary=Primary.department)
    for field in session.query(ListField).filter_by(list_type=list_type):
        field.required = False
    draft = make.duty_list(list_type=list_type)
    make.item(duty_list=draft, code="X-1", legal_basis=" ", authority_holder=Holder(holder))
    if binds:
        make.press(draft, "submit")
        return
    with pytest.raises(Refused, match="no law or document gives it") as refused:
        make.press(draft, "submit")
    assert (refused.value.field, refused.value.details) == ("legal_basis", {"items": "X-1"})
