"""How a supervision order moves: who may press what, as a table, and what follows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.assigned import MatterState
from models.calls import CallState
from models.coordination import CaseState
from models.notices import Audience, Outbox
from models.organisation import Duty, UnitType
from models.roles import RoleName
from models.rules.coordination import COORDINATION
from models.rules.supervision import SUPERVISION, moments, report_by
from models.supervision import OrderState, SupervisionOrder
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW, SOON
from tests.models.look import CHINA, cancelled, entries, last_message, timers, told

S = OrderState

#                 the unit supervised           supervision and county office   leaders
TABLE = {
    "issued":       ("acknowledge reply attach", "raise_level attach",      "comment"),
    "acknowledged": ("reply attach",             "raise_level attach",      "comment"),
    "replied":      ("attach",                   "verify send_back attach", "comment"),
    "verified":     ("attach",                   "close attach",            "comment"),
    "closed":       ("",                         "",                        ""),
}  # fmt: skip
PATHS = {"issued": "", "acknowledged": "acknowledge", "replied": "reply", "verified": "reply verify"}


@pytest.fixture
def order(session, make):
    """What was issued to a department that let its promise pass."""
    part = make.assignments(make.call(state=CallState.in_progress))[0]
    order = SupervisionOrder(
        region_id=part.region_id,
        call_id=part.call_id,
        assignment_id=part.id,
        unit_id=part.department_id,
        issued_at=NOW,
        raised_at=NOW,
    )
    session.add(order)
    session.commit()
    return order


def press(session, make, order, name, by=None, **answers):
    unit = order.unit if name in ("acknowledge", "reply") else make.office(Duty.supervision_office)
    if name == "reply":
        answers = {"reply": "By Friday."} | answers
    SUPERVISION.move(session, order, name, actor=by or make.actor(unit), now=SOON, answers=answers, note="because")
    session.commit()


def test_the_buttons_are_those_of_the_table(session, make, order):
    away = make.county()
    people = {
        "supervised": make.actor(order.unit),
        "supervision office": make.actor(make.office(Duty.supervision_office)),
        "county office": make.actor(make.office(Duty.county_office)),
        "caller": make.actor(order.call.caller_unit),
        "another department": make.actor(make.department()),
        "editorial office": make.actor(make.office(Duty.editorial_office)),
        "leader": make.actor(make.office(Duty.leadership)),
        "congress": make.actor(make.unit(UnitType.congress)),
        "administrator": make.actor(make.office(Duty.county_office), RoleName.admin),
        "supervision office elsewhere": make.actor(make.office(Duty.supervision_office, away)),
        "leader elsewhere": make.actor(make.office(Duty.leadership, away)),
    }
    assert TABLE.keys() == set(OrderState)
    for state, columns in TABLE.items():
        supervised, office, leader = (set(words.split()) for words in columns)
        expected = {"supervised": supervised, "supervision office": office, "county office": office, "leader": leader}
        seen = SupervisionOrder(state=OrderState(state), region_id=order.region_id, unit_id=order.unit_id)
        shown = {name: {t.name for t in SUPERVISION.open_to(seen, actor)} for name, actor in people.items()}
        assert shown == {name: expected.get(name, set()) for name in people}, state


def test_a_reply_goes_to_the_supervision_office(session, make, order):
    since = last_message(session)
    press(session, make, order, "reply", reply="By Friday.")
    assert (order.state, order.reply, order.replied_at) == (S.replied, "By Friday.", SOON)
    assert told(session, since).keys() == {make.office(Duty.supervision_office).name}


def test_a_reply_that_does_not_suffice_goes_back_with_the_reason(session, make, order):
    press(session, make, order, "reply")
    since = last_message(session)
    press(session, make, order, "send_back")
    assert order.state is S.acknowledged
    assert told(session, since).keys() == {order.unit.name}
    press(session, make, order, "reply", reply="By Thursday.")
    assert (order.state, order.reply) == (S.replied, "By Thursday.")


def test_an_order_is_closed_when_its_reply_was_verified(session, make, order):
    for name in ("acknowledge", "reply", "verify", "close"):
        press(session, make, order, name)
    assert order.state is S.closed
    actions = [entry.action for entry in entries(session, order)]
    assert actions == ["create", "acknowledge", "reply", "verify", "close"]


@pytest.mark.parametrize("state", PATHS)
def test_a_move_is_no_other_sides(session, make, order, state):
    for name in PATHS[state].split():
        press(session, make, order, name)
    for name in " ".join(TABLE[state]).split():
        with pytest.raises(NotYours):
            press(session, make, order, name, make.actor(order.call.caller_unit))
    assert order.state == state


@pytest.mark.requirement("TC-36")
def test_the_supervised_unit_never_ends_what_presses_it(session, make, order):
    both = make.actor(order.unit, RoleName.supervisor)
    for state in OrderState:
        seen = SupervisionOrder(state=state, region_id=order.region_id, unit_id=order.unit_id)
        assert {t.name for t in SUPERVISION.open_to(seen, both)} <= {"acknowledge", "reply", "attach"}


def test_a_level_rises_and_never_falls(session, make, order):
    press(session, make, order, "raise_level", level=3)
    assert (order.level, order.raised_at, order.state) == (3, SOON, S.issued)
    for level in (2, 3, 10):
        with pytest.raises(Refused, match="only rises") as refused:
            press(session, make, order, "raise_level", level=level)
        assert refused.value.field == "level"
        session.rollback()


@pytest.mark.requirement("TC-36")
@pytest.mark.parametrize(
    ("level", "offices"),
    [(2, ()), (3, (Duty.leadership,)), (4, (Duty.leadership, Duty.county_office))],
)
def test_whoever_raises_a_level_more_people_hear(session, make, order, level, offices):
    """Who raises it need not be told: here the supervision office."""
    for duty in Duty:
        make.office(duty)
    since = last_message(session)
    press(session, make, order, "raise_level", level=level)
    rows = session.execute(select(Outbox.unit_id, Outbox.audience).where(Outbox.id > since))
    everyone = {make.office(duty).id: Audience.everyone for duty in offices}
    leaders = {make.office(duty).id: Audience.heads for duty in offices if duty is Duty.leadership}
    assert dict(rows.all()) == {order.unit_id: Audience.heads} | everyone | leaders


def test_the_county_office_that_raises_a_level_tells_the_supervision_office(session, make, order):
    supervision, since = make.office(Duty.supervision_office), last_message(session)
    press(session, make, order, "raise_level", make.actor(make.office(Duty.county_office)), level=2)
    assert told(session, since).keys() == {order.unit.name, supervision.name}


def test_a_reply_stops_the_clock_and_sent_back_it_runs_again(session, make, order):
    press(session, make, order, "reply")
    press(session, make, order, "send_back")
    assert timers(session, order) == [("supervision_escalate", f"{order.due.astimezone(CHINA):%m-%d %H:%M}")]
    assert order.due == report_by(session, order.region_id, SOON)
    press(session, make, order, "reply")
    assert timers(session, order) == []
    assert cancelled(session, order) == {"supervision_escalate": "replied"}


# By hand


@pytest.mark.requirement("TC-36")
def test_the_supervision_office_issues_one_on_an_assignment(session, make):
    part = make.assignment()
    since = last_message(session)
    order = make.order(assignment=part, level=2)
    assert (order.unit, order.call, order.level, order.state) == (part.department, part.call, 2, S.issued)
    assert order.issued_by == make.office(Duty.supervision_office)
    assert told(session, since).keys() == {part.department.name}
    assert [job for job, _ in timers(session, order)] == ["supervision_escalate"] * len(moments(order))


@pytest.mark.requirement("TC-36")
@pytest.mark.parametrize(
    ("level", "offices"), [(2, ()), (3, (Duty.leadership,)), (4, (Duty.leadership, Duty.county_office))]
)
def test_of_an_order_of_a_high_level_those_hear_who_hear_of_one_that_rose(session, make, level, offices):
    for duty in Duty:
        make.office(duty)
    part, since = make.assignment(), last_message(session)
    make.order(assignment=part, level=level)
    assert told(session, since).keys() == {part.department.name, *(make.office(duty).name for duty in offices)}


def test_the_county_office_that_issues_one_tells_the_supervision_office(session, make):
    supervision, part, since = make.office(Duty.supervision_office), make.assignment(), last_message(session)
    make.order(make.actor(make.office(Duty.county_office), RoleName.county_dispatcher), assignment=part)
    assert told(session, since).keys() == {part.department.name, supervision.name}


def test_it_issues_one_on_a_case_to_a_party_of_it(make):
    case = make.case()
    party = case.call.caller_unit
    for nobody in (make.department(), None):
        with pytest.raises(Refused, match="party of the case"):
            make.order(case=case, unit=nobody)
    order = make.order(case=case, unit=party)
    assert (order.case, order.unit, order.call) == (case, party, case.call)
    filed = make.case(state=CaseState.filed)
    assert make.order(case=filed).unit is filed.responsible_unit is not None


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("assignment", {"assignment": None}),
        ("level", {"level": 0}),
        ("level", {"level": 10}),
        ("due", {"due": NOW}),
        ("due", {"due": None}),
        ("reason", {"reason": " "}),
    ],
)
def test_what_an_order_has_to_say(make, field, said):
    with pytest.raises(Refused) as refused:
        make.order(**{"assignment": make.assignment()} | said)
    assert refused.value.field == field


def test_an_open_order_is_raised_and_not_issued_twice(make):
    part = make.assignment()
    make.order(assignment=part)
    with pytest.raises(Refused, match="Raise its level instead"):
        make.order(assignment=part)


@pytest.mark.requirement("TC-36", "TS-06")
def test_no_unit_supervises_itself_nor_in_a_matter_where_it_leads(make):
    lead, helper = make.department(), make.department()
    call = make.call(state=CallState.dispatched, item=make.item(lead), cooperating=[helper])
    its, theirs = make.assignments(call)
    with pytest.raises(Refused, match="does not supervise itself"):
        make.order(make.actor(lead, RoleName.supervisor), assignment=its)
    with pytest.raises(Refused, match="does not supervise or assess others"):
        make.order(make.actor(lead, RoleName.supervisor), assignment=theirs)


def test_a_closed_order_moves_no_more(session, make, order):
    for name in ("reply", "verify", "close"):
        press(session, make, order, name)
    for name in SUPERVISION.moves:
        leader = make.actor(make.office(Duty.leadership)) if name == "comment" else None
        with pytest.raises(MovedOn):
            press(session, make, order, name, leader)


@pytest.mark.requirement("TC-36")
def test_a_leaders_comment_is_read_by_the_heads_and_the_supervision_office_and_moves_nothing(session, make, order):
    leader, before = make.actor(make.office(Duty.leadership)), (order.state, order.level)
    since = last_message(session)
    press(session, make, order, "comment", leader)
    press(session, make, order, "acknowledge")
    said = session.scalars(select(Outbox).where(Outbox.id > since).order_by(Outbox.id)).all()
    supervision = make.office(Duty.supervision_office)
    heard = [(each.unit_id, each.audience, each.details["note"]) for each in said]
    assert heard == [(order.unit_id, "heads", "because"), (supervision.id, "everyone", "because")]
    assert (before, order.level) == ((S.issued, 1), 1)


@pytest.mark.requirement("TS-06")
@pytest.mark.parametrize("cites", ["item", "matter"])
@pytest.mark.parametrize("name", ["verify", "send_back", "close"])
def test_who_leads_in_a_matter_supervises_nobody_on_it(session, make, order, cites, name):
    lead, other = make.department(), make.department()
    if cites == "item":
        order.call.list_item = make.item(lead)
    else:
        order.call.list_item, order.call.assigned_matter = None, make.matter(lead, state=MatterState.in_force)
    order.state = S.verified if name == "close" else S.replied
    session.commit()
    with pytest.raises(Refused, match="does not supervise or assess others") as refused:
        press(session, make, order, name, make.actor(lead, RoleName.supervisor))
    assert refused.value.details["unit"] == lead.name
    session.rollback()
    press(session, make, order, name, make.actor(other, RoleName.supervisor))
    assert order.state is SUPERVISION.transitions[name].target


@pytest.mark.requirement("TS-06")
def test_who_leads_in_a_matter_raises_no_level_on_it(session, make, order):
    lead = make.department()
    order.call.list_item = make.item(lead)
    session.commit()
    with pytest.raises(Refused, match="does not supervise or assess others"):
        press(session, make, order, "raise_level", make.actor(lead, RoleName.supervisor), level=2)
    session.rollback()
    press(session, make, order, "raise_level", level=2)
    assert order.level == 2


@pytest.mark.requirement("TS-06")
def test_who_leads_in_a_matter_orders_and_ends_no_execution_of_it(session, make):
    lead = make.department()
    case = make.case(item=make.item(lead), state=CaseState.filed)
    office = make.actor(make.office(Duty.supervision_office))
    for name in ("order_execution", "executed"):
        with pytest.raises(Refused, match="does not supervise or assess others"):
            COORDINATION.move(session, case, name, actor=make.actor(lead, RoleName.supervisor), now=SOON)
        session.rollback()
        COORDINATION.move(session, case, name, actor=office, now=SOON)
        session.commit()
    assert case.state is CaseState.closed
