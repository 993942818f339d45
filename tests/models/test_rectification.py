"""Rectification orders: who moves them, and what they have to say."""

from datetime import timedelta

import pytest

from models.calls import CallState, FailureKind
from models.organisation import Duty
from models.rectification import Finding, RectificationOrder, RectificationState
from models.roles import RoleName
from models.rules.rectification import RECTIFICATION
from models.words import Misconduct
from models.workflow import NotYours, Refused
from tests.make import NOW, SOON
from tests.models.look import cancelled, last_message, timers, told

R = RectificationState
#              the unit        the supervision office
TABLE = {
    "issued":   ("write_plan attach", "attach"),
    "planned":  ("report_done attach", "attach"),
    "done":     ("attach", "verify_rectified send_back attach"),
    "verified": ("",            ""),
}  # fmt: skip


@pytest.mark.requirement("TA-29", "TC-36")
def test_the_buttons_are_those_of_the_table(make):
    order = make.rectification()
    supervision = make.office(Duty.supervision_office)
    people = {
        "unit": make.actor(order.unit),
        "supervision": make.actor(supervision),
        "both": make.actor(order.unit, RoleName.supervisor),
        "county office": make.actor(make.office(Duty.county_office)),
        "another": make.actor(make.department()),
    }
    assert TABLE.keys() == set(R)
    for state, columns in TABLE.items():
        unit, office = (set(words.split()) for words in columns)
        expected = {"unit": unit, "supervision": office, "both": unit}
        seen = RectificationOrder(state=R(state), region_id=order.region_id, unit_id=order.unit_id)
        shown = {name: {t.name for t in RECTIFICATION.open_to(seen, actor)} for name, actor in people.items()}
        assert shown == {name: expected.get(name, set()) for name in people}, state


@pytest.mark.requirement("TA-29", "TC-36", "TC-57")
def test_ordered_planned_done_and_verified_with_a_finding(session, make):
    assert set(Finding) == {"overstepped", "misplaced", "absent"}
    since = last_message(session)
    order = make.rectification(misconduct=Misconduct.slow)
    assert told(session, since).keys() == {order.unit.name}
    assert [job for job, _ in timers(session, order)] == ["rectification_watch"] * 2
    make.press(order, "write_plan", plan="We train everyone.")
    make.press(order, "report_done", report="Done.", at=SOON)
    assert cancelled(session, order) == {"rectification_watch": "done"}
    make.press(order, "verify_rectified", finding=Finding.misplaced)
    assert (order.state, order.finding, order.is_late, order.misconduct) == (
        R.verified,
        Finding.misplaced,
        False,
        Misconduct.slow,
    )


def test_sent_back_it_has_a_new_day_and_its_clock_runs(session, make):
    order = make.rectification(state=R.done)
    later = SOON + timedelta(days=7)
    with pytest.raises(Refused, match="moment to come"):
        make.press(order, "send_back", due=NOW)
    session.rollback()
    make.press(order, "send_back", due=later, note="Not enough.")
    assert (order.state, order.due, order.done_at) == (R.planned, later, None)
    assert len(timers(session, order)) == 2


def test_what_was_done_after_its_day_is_late(make):
    order = make.rectification(state=R.planned)
    make.press(order, "report_done", report="Done.", at=order.due + timedelta(minutes=1))
    assert order.is_late


@pytest.mark.parametrize(
    ("field", "said"),
    [("failure_kind", {"failure_kind": FailureKind.none}), ("due", {"due": NOW})],
)
def test_what_an_order_has_to_say(make, field, said):
    with pytest.raises(Refused) as refused:
        make.rectification(**said)
    assert refused.value.field == field


def test_an_order_is_about_a_failure_of_that_unit(make):
    clean, failed = make.assignment(), make.failure()
    with pytest.raises(Refused, match="No failure was found"):
        make.rectification(clean.department, assignment=clean)
    with pytest.raises(Refused, match="another unit's"):
        make.rectification(clean.department, assignment=failed)
    assert make.rectification(failed.department, assignment=failed).assignment is failed


def test_nobody_orders_itself(make):
    unit = make.department()
    with pytest.raises(Refused, match="does not order itself"):
        make.rectification(unit, make.actor(unit, RoleName.supervisor))


def test_nobody_else_moves_it(make):
    order = make.rectification()
    with pytest.raises(NotYours):
        make.press(order, "write_plan", make.actor(make.department()), plan="x")


@pytest.mark.requirement("TC-47")
def test_the_four_tags_go_on_orders_and_on_the_opinion_of_a_case(make):
    assert len(Misconduct) == 4
    assert make.order(assignment=make.assignment(), misconduct=Misconduct.shirking).misconduct is Misconduct.shirking
    case = make.case(state="coordinating")
    make.press(case, "issue_opinion", opinion="Theirs.", misconduct=Misconduct.sham,
               responsible_unit_id=make.department())  # fmt: skip
    assert case.misconduct is Misconduct.sham


@pytest.mark.requirement("TS-06")
def test_who_leads_in_a_matter_orders_and_verifies_no_rectification_on_it(session, make):
    lead, helper = make.department(), make.department()
    call = make.call(state=CallState.dispatched, item=make.item(lead), cooperating=[helper])
    part = make.assignments(call)[1]
    part.failure_kind = FailureKind.no_response
    session.commit()
    leads = make.actor(lead, RoleName.supervisor)
    with pytest.raises(Refused, match="does not supervise or assess others"):
        make.rectification(helper, leads, assignment=part)
    session.rollback()
    order = make.rectification(helper, assignment=part, state=R.done)
    for name, answers in (
        ("send_back", {"due": SOON, "note": "Not yet."}),
        ("verify_rectified", {"finding": Finding.misplaced}),
    ):
        with pytest.raises(Refused, match="does not supervise or assess others"):
            make.press(order, name, leads, **answers)
        session.rollback()
    make.press(order, "verify_rectified", finding=Finding.misplaced)
    assert order.state is R.verified
