"""A call through a module: its contact group is proposed, each department answers by its own clock (TS-26)."""

from __future__ import annotations

import pytest

from models.calls import AssignmentState, CallState
from models.governance import ModuleContact
from models.rules.calls import CALL
from models.rules.modules import prepare_contact
from models.workflow import Refused
from tests.make import NOW
from tests.models.look import china, timers


@pytest.fixture
def group(make):
    return [make.department(), make.department()]


@pytest.fixture
def module(make, group):
    return make.module(*group)


def proposed(call):
    return CALL.transitions["dispatch"].suggest(call)


@pytest.mark.requirement("TS-26")
def test_without_an_item_that_fits_its_contact_group_is_called_and_each_answers_by_its_own_clock(
    session, make, group, module
):
    call = make.call(module_id=module.id, state=CallState.accepted)
    assert (call.list_item, call.category) == (None, "")
    lead, helper = group
    assert proposed(call) == {"lead_department_id": lead, "cooperating_department_ids": [helper]}
    make.press(call, "dispatch", **proposed(call))
    parts = make.assignments(call)
    assert [(part.department, part.role.value) for part in parts] == [(lead, "lead"), (helper, "cooperate")]
    for part in parts:
        assert timers(session, part)[-1] == ("respond_remind", "11-25 17:30")
        make.press(part, "respond", promised_due=china("11-27 15:00"))
        assert part.state is AssignmentState.responded
    assert call.state is CallState.in_progress


@pytest.mark.requirement("TS-26")
def test_with_an_item_its_lead_leads_and_the_group_helps_each_once(make, group, module):
    helper, other = group[0], make.department()
    item = make.item(other, cooperating=[helper])
    call = make.call(item=item, module_id=module.id, list_item_id=item.id, state=CallState.accepted)
    assert proposed(call) == {"lead_department_id": other, "cooperating_department_ids": group}


def test_the_county_office_may_name_others(make, module):
    another = make.department()
    call = make.call(module_id=module.id, state=CallState.dispatched, lead=another)
    assert [part.department for part in make.assignments(call)] == [another]


def test_who_is_dissolved_is_not_proposed(make, group, module):
    group[0].valid_to = NOW.date()
    call = make.call(module_id=module.id, state=CallState.accepted)
    assert proposed(call) == {"lead_department_id": group[1], "cooperating_department_ids": []}


def test_without_a_module_a_call_cites_something(make):
    with pytest.raises(Refused, match="propose to adjust") as refused:
        make.call(module_id=None)
    assert refused.value.field == "list_item"


@pytest.mark.requirement("TS-26")
def test_an_empty_group_is_not_called(make):
    with pytest.raises(Refused, match=r"has no contact group\. Cite an item of the list, or ask") as refused:
        make.call(module_id=make.module().id)
    assert refused.value.field == "module"


def test_a_group_that_was_emptied_meanwhile_is_not_called(session, make, module, group):
    call = make.call(module_id=module.id)
    for contact in session.query(ModuleContact):
        session.delete(contact)
    with pytest.raises(Refused, match="no contact group"):
        make.press(call, "send")


@pytest.mark.requirement("TS-26")
def test_the_group_of_another_county_is_not_called(make, module):
    abroad = make.county()
    theirs = make.module(make.department(abroad), county=abroad)
    with pytest.raises(Refused, match="not one of your county") as refused:
        make.call(module_id=theirs.id)
    assert refused.value.field == "module"


def test_a_department_calls_through_none(make, group, module):
    with pytest.raises(Refused, match="Only townships"):
        make.call(group[0], module_id=module.id)


def test_a_part_of_it_may_be_rejected_and_forwarded_as_any(make, group, module):
    call = make.call(module_id=module.id, lead=group[0], state=CallState.forwarded)
    assert make.case_of(call).list_item is None


@pytest.mark.parametrize("wrong", ["module", "unit"])
def test_a_contact_is_a_department_of_the_county_of_its_module(session, make, module, wrong):
    abroad = make.county()
    named = {"module": module, "unit": make.department()}
    named[wrong] = make.module(county=abroad) if wrong == "module" else make.department(abroad)
    contact = ModuleContact(module_id=named["module"].id, unit_id=named["unit"].id)
    with pytest.raises(Refused, match=f"Choose a {'module' if wrong == 'module' else 'department'}") as refused:
        prepare_contact(session, contact, make.actor(make.office("county_office")), NOW)
    assert refused.value.field == wrong


def test_a_township_is_nobodys_contact(session, make, module):
    contact = ModuleContact(module_id=module.id, unit_id=make.township().id)
    with pytest.raises(Refused, match="Choose a department"):
        prepare_contact(session, contact, make.actor(make.office("county_office")), NOW)
