"""Who may press what on a call. The table is the specification; the workflow must agree with it, both ways."""

from __future__ import annotations

import pytest

from models.calls import Call, CallState
from models.organisation import Duty, UnitType
from models.rights import grants
from models.roles import EVERYWHERE, RoleName
from models.rules.calls import CALL

#                        caller                county office
TABLE = {
    "draft":                 ("send",               ""),
    "submitted":             ("withdraw nudge attach", "accept return_for_correction attach"),
    "returned":              ("send withdraw attach", "attach"),
    "accepted":              ("nudge attach",       "dispatch attach"),
    "dispatched":            ("attach",             "attach"),
    "in_progress":           ("attach",             "attach"),
    "awaiting_confirmation": ("confirm not_solved attach", "attach"),
    "resolved":              ("",                   ""),
    "closed":                ("",                   ""),
    "rejected":              ("forward withdraw attach", "attach"),
    "withdrawn":             ("",                   ""),
    "forwarded":             ("withdraw attach",    "dispatch attach"),
    "settled_here":          ("",                   ""),
}  # fmt: skip


@pytest.fixture
def desks(make):
    """Everyone who may meet the call, or would like to."""
    township, lead, helper = make.township(), make.department(), make.department()
    call = make.call(caller=township, lead=lead, cooperating=[helper], state=CallState.dispatched)
    away = make.county("Another county")
    congress = make.unit(UnitType.congress)
    return call, {
        "caller": make.actor(township),
        "head of the caller": make.actor(township, RoleName.township_head),
        "county office": make.actor(make.office(Duty.county_office)),
        "another township": make.actor(make.township()),
        "lead department": make.actor(lead),
        "cooperating department": make.actor(helper),
        "another department": make.actor(make.department()),
        "editorial office": make.actor(make.office(Duty.editorial_office)),
        "supervision office": make.actor(make.office(Duty.supervision_office)),
        "assessment office": make.actor(make.office(Duty.assessment_office)),
        "leader": make.actor(make.office(Duty.leadership)),
        "congress observer": make.actor(congress),
        "administrator": make.actor(make.office(Duty.county_office), RoleName.admin),
        "grid worker of the caller": make.actor(make.grid(make.village(township))),
        "county office elsewhere": make.actor(make.office(Duty.county_office, away)),
        "township elsewhere": make.actor(make.township(away)),
    }


def pressed_by(call, state, actor):
    """The buttons in a state, were the call in it."""
    told = {"region_id": call.region_id, "caller_unit_id": call.caller_unit_id, "caller_unit": call.caller_unit}
    seen = Call(state=CallState(state), **told)
    return {transition.name for transition in CALL.open_to(seen, actor)}


@pytest.mark.requirement("TA-23", "TA-26", "TC-41")
def test_the_buttons_are_those_of_the_table(desks):
    call, actors = desks
    assert TABLE.keys() == set(CallState)
    for state, columns in TABLE.items():
        caller, office = (set(words.split()) for words in columns)
        expected = {"caller": caller, "head of the caller": caller, "county office": office}
        shown = {name: pressed_by(call, state, actor) for name, actor in actors.items()}
        assert shown == {name: expected.get(name, set()) for name in actors}, state


@pytest.mark.requirement("TS-27")
def test_a_department_that_calls_has_the_callers_buttons(make):
    department, township = make.department(), make.township()
    call = make.call(caller=department, lead=township)
    for state, (caller, _) in TABLE.items():
        assert pressed_by(call, state, make.actor(department)) == set(caller.split()), state
        assert pressed_by(call, state, make.actor(township)) == set(), state


@pytest.mark.requirement("LX-25")
def test_a_commissioner_settles_the_clues_of_his_own_community_before_they_are_sent(make):
    town = make.township()
    here, there = make.village(town), make.village(town)
    clue, own = make.call(here), make.call(town, place_unit_id=here.id)
    settled_by = make.commissioner(here)
    assert {move.name for move in CALL.open_to(clue, settled_by)} == {"settle_here"}
    others = (make.commissioner(there), make.actor(here), make.actor(make.township(), RoleName.township_head))
    the_township = make.actor(town, RoleName.township_head)
    assert {move.name for move in CALL.open_to(clue, the_township)} == {"send", "settle_here"}
    for call, actor in (*((clue, actor) for actor in others), (own, settled_by), (own, the_township)):
        assert "settle_here" not in {move.name for move in CALL.open_to(call, actor)}


@pytest.mark.parametrize("role", [*sorted(EVERYWHERE), RoleName.leader, RoleName.congress_observer, RoleName.assessor])
def test_who_only_looks_is_granted_no_move_even_where_all_units_are_theirs(make, role):
    call = make.call()
    over_all = make.actor(make.home, role)
    granted = {permission for permission, resource in grants(role) if resource == "Call"}
    for state in CallState:
        assert not {f"can_{name}" for name in pressed_by(call, state, over_all)} & granted
