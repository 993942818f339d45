"""Who may press what on a department's part in a call. The table is the specification."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import object_session

from models.calls import AssignmentState, CallState
from models.organisation import Duty, UnitType
from models.roles import RoleName
from models.rules.assignments import ASSIGNMENT

#               the department asked     county office       the caller
TABLE = {
    "pending":    ("respond reject attach", "",                 "nudge"),
    "responded":  ("start pause resolve attach", "",                 "nudge"),
    "working":    ("pause resolve attach", "",                 "nudge"),
    "paused":     ("resume attach",       "resume",           "resume"),
    "resolved":   ("attach",              "",                 ""),
    "rejected":   ("attach",              "reassign rule",    ""),
    "reassigned": ("",                    "",                 ""),
    "upheld":     ("",                    "",                 ""),
    "void":       ("",                    "",                 ""),
}  # fmt: skip


@pytest.fixture
def desks(make):
    township, lead, helper = make.township(), make.department(), make.department()
    call = make.call(township, lead=make.department(), cooperating=[helper], state=CallState.dispatched)
    refused, away = make.assignments(call)[0], make.county("Another county")
    make.press(refused, "reject", reason="Not ours.", no_item_covers=True)  # a second refusal may be ruled on
    make.press(refused, "reassign", department_id=lead)
    return next(part for part in make.assignments(call) if part.department is lead), {
        "lead department": make.actor(lead),
        "head of the lead": make.actor(lead, RoleName.department_head),
        "county office": make.actor(make.office(Duty.county_office)),
        "cooperating department": make.actor(helper),
        "another department": make.actor(make.department()),
        "caller": make.actor(township),
        "another township": make.actor(make.township()),
        "editorial office": make.actor(make.office(Duty.editorial_office)),
        "supervision office": make.actor(make.office(Duty.supervision_office)),
        "leader": make.actor(make.office(Duty.leadership)),
        "congress observer": make.actor(make.unit(UnitType.congress)),
        "administrator": make.actor(make.office(Duty.county_office), RoleName.admin),
        "grid worker of the caller": make.actor(make.grid(make.village(township))),
        "county office elsewhere": make.actor(make.office(Duty.county_office, away)),
        "department elsewhere": make.actor(make.department(away)),
    }


def pressed_by(part, state, actor):
    """The buttons in a state, were the part in it."""
    session = object_session(part)
    with session.no_autoflush:
        part.state = AssignmentState(state)
        names = {transition.name for transition in ASSIGNMENT.open_to(part, actor)}
        session.refresh(part)
    return names


@pytest.mark.requirement("TC-32", "TC-40")
def test_the_buttons_are_those_of_the_table(desks):
    part, actors = desks
    assert TABLE.keys() == set(AssignmentState)
    for state, columns in TABLE.items():
        department, office, caller = (set(words.split()) for words in columns)
        lead = {"lead department": department, "head of the lead": department}
        expected = lead | {"county office": office, "caller": caller}
        shown = {name: pressed_by(part, state, actor) for name, actor in actors.items()}
        assert shown == {name: expected.get(name, set()) for name in actors}, state


def test_a_department_elsewhere_that_was_asked_has_the_departments_buttons(make):
    home, away = make.county(), make.department(make.county())
    part = make.assignment(caller=make.township(home), lead=away, item=make.item(), is_cross_region=True)
    assert pressed_by(part, AssignmentState.pending, make.actor(away)) == {"respond", "reject", "attach"}


def test_the_county_office_elsewhere_has_no_say_in_it(make):
    home, away = make.county(), make.county()
    part = make.assignment(
        caller=make.township(home), lead=make.department(away), item=make.item(), is_cross_region=True
    )
    office = make.actor(make.office(Duty.county_office, away))
    assert not any(pressed_by(part, state, office) for state in AssignmentState)
