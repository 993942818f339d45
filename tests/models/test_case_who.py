"""Who may press what on a coordination case. The table is the specification."""

from __future__ import annotations

import pytest

from models.coordination import CaseState
from models.organisation import Duty, UnitType
from models.roles import RoleName
from models.rules.coordination import COORDINATION

#                  the parties         supervision office   editorial office
TABLE = {
    "opened":        ("attach", "notify_parties attach", "attach"),
    "negotiating":   ("agree disagree attach", "attach", "attach"),
    "filing_review": ("attach", "attach", "file send_back attach"),
    "coordinating":  ("attach", "attach", "issue_opinion attach"),
    "filed":         ("attach", "order_execution attach", "attach"),
    "decided":       ("attach", "order_execution attach", "attach"),
    "supervising":   ("attach", "executed attach", "attach"),
    "closed":        ("",               "",                 ""),
    "withdrawn":     ("",               "",                 ""),
}  # fmt: skip


@pytest.fixture
def desks(make):
    township, lead = make.township(), make.department()
    case = make.case(caller=township, lead=lead)
    away = make.county("Another county")
    return case, {
        "caller": make.actor(township),
        "department that rejected": make.actor(lead),
        "supervision office": make.actor(make.office(Duty.supervision_office)),
        "editorial office": make.actor(make.office(Duty.editorial_office)),
        "another township": make.actor(make.township()),
        "another department": make.actor(make.department()),
        "county office": make.actor(make.office(Duty.county_office)),
        "assessment office": make.actor(make.office(Duty.assessment_office)),
        "leader": make.actor(make.office(Duty.leadership)),
        "congress observer": make.actor(make.unit(UnitType.congress)),
        "administrator": make.actor(make.office(Duty.county_office), RoleName.admin),
        "list manager": make.actor(make.office(Duty.editorial_office), RoleName.list_manager),
        "grid worker of the caller": make.actor(make.grid(make.village(township))),
        "supervision office elsewhere": make.actor(make.office(Duty.supervision_office, away)),
        "editorial office elsewhere": make.actor(make.office(Duty.editorial_office, away)),
    }


@pytest.mark.requirement("TC-42", "TC-43", "TC-44", "TC-46")
def test_the_buttons_are_those_of_the_table(session, desks):
    case, actors = desks
    assert TABLE.keys() == set(CaseState)
    for state, columns in TABLE.items():
        party, supervision, editorial = (set(words.split()) for words in columns)
        expected = {
            "caller": party,
            "department that rejected": party,
            "supervision office": supervision,
            "editorial office": editorial,
        }
        with session.no_autoflush:
            case.state = CaseState(state)
            shown = {name: {t.name for t in COORDINATION.open_to(case, actor)} for name, actor in actors.items()}
        assert shown == {name: expected.get(name, set()) for name in actors}, state


@pytest.mark.requirement("TC-42")
def test_a_unit_that_was_named_instead_is_a_party(make):
    named = make.department()
    case = make.case(state=CaseState.negotiating, named=named)
    assert {t.name for t in COORDINATION.open_to(case, make.actor(named))} == {"agree", "disagree", "attach"}


@pytest.mark.requirement("TA-16")
def test_who_opened_a_case_without_a_call_may_withdraw_it_and_nobody_else(make):
    town, other = make.township(), make.department()
    case = make.free_case(by=town, other=other, state=CaseState.negotiating)
    assert {t.name for t in COORDINATION.open_to(case, make.actor(town))} == {"agree", "disagree", "withdraw", "attach"}
    assert {t.name for t in COORDINATION.open_to(case, make.actor(other))} == {"agree", "disagree", "attach"}
