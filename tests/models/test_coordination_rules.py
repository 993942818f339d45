"""How it is settled whose duty it is: negotiated and filed, or coordinated; then dispatched again, and executed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.calls import AssignmentState, CallState
from models.coordination import CaseParty, CaseState, Side
from models.organisation import Duty, Unit, UnitType
from models.rules.calls import CALL, answering
from models.rules.coordination import COORDINATION, holders
from models.workflow import MovedOn, NotYours, Refused
from tests.make import CASE_PATHS, NOW, SOON
from tests.models.look import cancelled, china, entries, last_message, timers, told

C = CaseState
NOT_OURS = {"reason": "Not ours.", "no_item_covers": True}


def sides(session, case):
    parties = select(CaseParty).where(CaseParty.case_id == case.id).order_by(CaseParty.id)
    return [(party.unit, party.side) for party in session.scalars(parties)]


def offices(make, *duties):
    return {make.office(duty).name for duty in duties}


# Opening


@pytest.mark.requirement("TC-42")
def test_caller_those_who_rejected_and_those_named_are_the_parties(session, make):
    township, lead, helper, named = make.township(), make.department(), make.department(), make.department()
    case = make.case(caller=township, lead=lead, cooperating=[helper], named=named)
    assert sides(session, case) == [
        (township, Side.caller),
        (lead, Side.respondent),
        (helper, Side.respondent),
        (named, Side.named),
    ]


def test_a_unit_is_a_party_once(session, make):
    township, lead, helper = make.township(), make.department(), make.department()
    case = make.case(caller=township, lead=lead, named=township)
    assert sides(session, case) == [(township, Side.caller), (lead, Side.respondent)]
    call = make.call(caller=township, lead=lead, cooperating=[helper], state=CallState.dispatched)
    for part, other in zip(make.assignments(call), (helper, lead), strict=True):
        make.press(part, "reject", proposed_unit_id=other, **NOT_OURS)
    make.press(call, "forward")
    assert {side for _, side in sides(session, make.case_of(call))} == {Side.caller, Side.respondent}


def test_who_was_excused_is_no_party(session, make):
    helper = make.assignment(state=AssignmentState.upheld, cooperating=[make.department()])
    make.press(make.assignments(helper.call)[0], "reject", **NOT_OURS)
    make.press(helper.call, "forward")
    assert helper.department not in [unit for unit, _ in sides(session, make.case_of(helper.call))]


def test_cases_have_numbers_of_their_own(make):
    numbers = [make.case().number for _ in range(2)]
    assert [number[-11:] for number in numbers] == ["-2026-X0001", "-2026-X0002"]


@pytest.mark.requirement("TC-45")
def test_a_case_names_the_regulation_it_is_coordinated_by(make):
    assert make.case().legal_basis == "《中国共产党机构编制工作条例》"


# Negotiating


@pytest.mark.requirement("TC-42")
def test_the_parties_negotiate_until_a_limit(session, make):
    case = make.case()
    since = last_message(session)
    make.press(case, "notify_parties")
    assert (case.state, case.negotiation_due) == (C.negotiating, china("12-07 17:30"))
    assert timers(session, case) == [("case_escalate", "12-04 17:30"), ("case_escalate", "12-07 17:30")]
    assert told(session, since).keys() == {unit.name for unit, _ in sides(session, case)}


@pytest.mark.requirement("TC-43")
def test_an_agreement_goes_to_the_editorial_office_for_filing(session, make):
    case = make.case(state=C.negotiating)
    since = last_message(session)
    make.press(case, "agree", agreement="The department leads.", responsible_unit_id=(lead := make.department()))
    assert (case.state, case.agreement, case.agreed_at) == (C.filing_review, "The department leads.", NOW)
    assert (case.responsible_unit, case.filing_due) == (lead, china("11-30 17:30"))
    assert timers(session, case) == [("case_filing_remind", "11-27 17:30"), ("case_filing_remind", "11-30 17:30")]
    assert cancelled(session, case) == {"case_escalate": "agreed"}
    heard = told(session, since).keys() - offices(make, Duty.editorial_office)
    parties = {unit.name for unit, _ in sides(session, case)}
    assert len(parties - heard) == 1, "who reported it need not be told"
    assert heard < parties


@pytest.mark.requirement("TC-43")
def test_an_agreement_that_is_sent_back_is_negotiated_anew(session, make):
    case = make.case(state=C.filing_review)
    make.press(case, "send_back", at=SOON, note="Who pays?")
    assert (case.state, case.negotiation_due) == (C.negotiating, china("12-10 17:30"))
    assert (case.agreed_at, case.filing_due) == (None, None), "that clock is over"
    assert timers(session, case) == [("case_escalate", "12-09 17:30"), ("case_escalate", "12-10 17:30")]
    assert cancelled(session, case)["case_filing_remind"] == "sent back"


@pytest.mark.requirement("TC-44")
def test_what_was_agreed_anew_without_a_file_has_none(make):
    case = make.case(state=C.negotiating)
    make.press(case, "agree", agreement="Zrzy does it.", file_id=make.file())
    make.press(case, "send_back", note="The law names another.")
    make.press(case, "agree", agreement="Zhzf does it.")
    assert (case.agreement, case.agreement_file) == ("Zhzf does it.", None)


def test_without_agreement_the_editorial_office_coordinates(session, make):
    case = make.case(state=C.negotiating)
    since = last_message(session)
    make.press(case, "disagree", note="They insist.")
    assert (case.state, case.escalated_at, case.coordination_due) == (C.coordinating, NOW, china("12-14 17:30"))
    assert (timers(session, case), cancelled(session, case)) == ([], {"case_escalate": "no agreement"})
    assert told(session, since).keys() == offices(make, Duty.editorial_office)


# Settling


@pytest.mark.requirement("TC-43", "TC-46")
def test_a_filed_agreement_is_to_be_carried_out(session, make):
    case = make.case(state=C.filing_review)
    since = last_message(session)
    make.press(case, "file", filing_number="编办 2026-7")
    assert (case.state, case.filing_number, case.filed_at) == (C.filed, "编办 2026-7", NOW)
    assert_settled(session, make, case, since)
    assert cancelled(session, case)["case_filing_remind"] == "filed"


@pytest.mark.requirement("TC-44", "TC-46")
def test_an_opinion_names_the_duty_holder_and_is_to_be_carried_out(session, make):
    case, holder = make.case(state=C.coordinating), make.department()
    since = last_message(session)
    make.press(case, "issue_opinion", opinion="It is theirs.", responsible_unit_id=holder)
    assert (case.state, case.opinion, case.decided_at) == (C.decided, "It is theirs.", NOW)
    assert case.responsible_unit is holder
    assert_settled(session, make, case, since)


def assert_settled(session, make, case, since):
    """TC-46: the supervision office has it carried out, and the county office dispatches again."""
    assert case.execution_due == china("12-07 17:30")
    assert timers(session, case) == [("case_execution_watch", "12-07 17:30")]
    parties = {unit.name for unit, _ in sides(session, case)}
    assert told(session, since).keys() == parties | offices(make, Duty.county_office, Duty.supervision_office)


@pytest.mark.requirement("TC-46")
def test_the_supervision_office_orders_the_duty_holder(session, make):
    case = make.case(state=C.decided, holder=(holder := make.department()))
    since = last_message(session)
    make.press(case, "order_execution", at=SOON)
    assert (case.state, case.execution_due) == (C.supervising, china("12-10 17:30"))
    assert timers(session, case) == [("case_execution_watch", "12-10 17:30")]
    assert told(session, since).keys() == {holder.name}


@pytest.mark.requirement("TC-46")
def test_where_nobody_was_named_all_parties_are_ordered(session, make):
    case = make.case(state=C.negotiating)
    make.press(case, "agree", agreement="All do their part.")
    make.press(case, "file", filing_number="1")
    since = last_message(session)
    make.press(case, "order_execution")
    assert told(session, since).keys() == {unit.name for unit, _ in sides(session, case)}


@pytest.mark.requirement("TC-46")
def test_what_is_executed_is_closed_and_watched_no_longer(session, make):
    case = make.case(state=C.supervising)
    make.press(case, "executed", at=SOON)
    assert (case.state, case.closed_at, timers(session, case)) == (C.closed, SOON, [])


@pytest.mark.parametrize(("state", "name"), [(C.negotiating, "agree"), (C.coordinating, "issue_opinion")])
def test_the_duty_holder_is_of_the_county(make, state, name):
    case, away = make.case(state=state), make.department(make.county())
    with pytest.raises(Refused, match="a unit of this county") as refused:
        make.press(case, name, agreement="x", opinion="x", responsible_unit_id=away)
    assert refused.value.field == "responsible_unit_id"


def test_departments_agencies_and_townships_can_be_duty_holders(session, make):
    case = make.case()
    agency, street = make.unit(UnitType.agency), make.unit(UnitType.street)
    make.village(case.call.caller_unit)
    make.department(make.county())
    found = set(session.scalars(select(Unit).where(holders(case, make.actor(make.office(Duty.editorial_office))))))
    assert found == {agency, street, case.call.caller_unit, case.call.list_item.lead_department}


@pytest.mark.requirement("TA-02")
@pytest.mark.parametrize("state", CASE_PATHS)
def test_while_a_case_runs_the_published_duties_stay_as_they_are(make, state):
    lead, holder = make.department(), make.department()
    item = make.item(lead)
    make.case(state=state, lead=lead, holder=holder, item=item)
    assert (item.lead_department, item.state) == (lead, "published")


@pytest.mark.parametrize("duty", [Duty.county_office, Duty.supervision_office])
def test_a_case_is_settled_even_if_an_office_was_named(make, duty):
    assert make.case(state=C.decided, named=make.office(duty)).state is C.decided


# Dispatching again


def test_while_the_case_is_open_the_call_waits(make):
    for state in (C.opened, C.negotiating, C.filing_review, C.coordinating):
        case = make.case(state=state)
        with pytest.raises(Refused, match="still open"):
            make.press(case.call, "dispatch", lead_department_id=make.department())


@pytest.mark.parametrize("state", [C.filed, C.decided, C.supervising, C.closed])
def test_the_call_goes_to_the_duty_holder_and_to_nobody_else(make, state):
    case = make.case(state=state, holder=(holder := make.department()))
    with pytest.raises(Refused, match="made %\\(unit\\)s the duty holder") as refused:
        make.press(case.call, "dispatch", lead_department_id=make.department())
    assert (refused.value.field, refused.value.details["unit"]) == ("lead_department_id", holder.name)
    make.press(case.call, "dispatch", lead_department_id=holder)
    part = make.assignments(case.call)[0]
    assert (case.call.state, case.call.rounds, part.department, part.round) == (CallState.dispatched, 2, holder, 2)


def test_another_township_can_be_dispatched_to_once_a_case_has_named_it(session, make):
    case, other = make.case(state=C.decided, holder=(holder := make.township())), make.township()
    office = make.actor(make.office(Duty.county_office))
    offered = set(session.scalars(select(Unit).where(answering(case.call, office))))
    assert holder in offered
    assert not offered & {other, case.call.caller_unit}
    make.press(case.call, "dispatch", lead_department_id=holder)
    make.press(make.assignments(case.call)[0], "respond", promised_due=SOON)
    assert case.call.state is CallState.in_progress


def test_a_caller_that_was_made_the_duty_holder_is_told_to_act_and_nobody_to_dispatch(session, make):
    township = make.township()
    case = make.case(state=C.coordinating, caller=township)
    since = last_message(session)
    make.press(case, "issue_opinion", opinion="Yours.", responsible_unit_id=township)
    heard = told(session, since)
    assert "Withdraw the call" in heard[township.name]
    assert not heard.keys() & offices(make, Duty.county_office)
    with pytest.raises(Refused, match="The caller withdraws the call"):
        make.press(case.call, "dispatch", lead_department_id=make.department())


def test_where_nobody_was_named_the_county_office_is_not_told_that_somebody_was(session, make):
    case = make.case(state=C.negotiating)
    make.press(case, "agree", agreement="All do their part.")
    since = last_message(session)
    make.press(case, "file", filing_number="1")
    assert "names no duty holder" in told(session, since)[make.office(Duty.county_office).name]


def test_where_nobody_was_named_the_county_office_chooses(make):
    case, lead = make.case(state=C.negotiating), make.department()
    make.press(case, "agree", agreement="All do their part.")
    make.press(case, "file", filing_number="1")
    make.press(case.call, "dispatch", lead_department_id=lead)
    assert make.assignments(case.call)[0].department is lead


def test_who_rejected_may_be_asked_again(make):
    case = make.case(state=C.decided)
    first = make.assignments(case.call)[0].department
    make.press(case.call, "dispatch", lead_department_id=first)
    make.press(make.assignments(case.call)[0], "respond", promised_due=SOON)
    assert case.call.state is CallState.in_progress


def test_a_caller_that_was_made_the_duty_holder_withdraws(make):
    township = make.township()
    case = make.case(state=C.decided, caller=township, holder=township)
    assert "withdraw" in {move.name for move in CALL.open_to(case.call, make.actor(township))}
    make.press(case.call, "withdraw")
    assert case.call.state is CallState.withdrawn


@pytest.mark.parametrize("state", [C.opened, C.negotiating, C.coordinating, C.decided])
def test_a_caller_does_not_withdraw_from_a_case_that_may_bind_others(make, state):
    case = make.case(state=state)
    assert "withdraw" not in {move.name for move in CALL.open_to(case.call, make.actor(case.call.caller_unit))}
    with pytest.raises(Refused, match="The coordination case decides what follows"):
        make.press(case.call, "withdraw")


# Sides, states


STARTS = {
    "withdraw": C.opened,
    "notify_parties": C.opened,
    "agree": C.negotiating,
    "disagree": C.negotiating,
    "file": C.filing_review,
    "send_back": C.filing_review,
    "issue_opinion": C.coordinating,
    "order_execution": C.decided,
    "executed": C.supervising,
    "attach": C.negotiating,
}


def test_every_move_has_a_start():
    assert STARTS.keys() == COORDINATION.moves.keys()


@pytest.mark.parametrize("name", STARTS)
def test_a_move_is_no_other_sides(make, name):
    case = make.case(state=STARTS[name]) if name != "withdraw" else make.free_case()
    for unit in (make.department(), make.township(), make.office(Duty.county_office)):
        with pytest.raises(NotYours):
            make.press(case, name, make.actor(unit))
    assert case.state is STARTS[name]


def test_a_closed_case_moves_no_more(make):
    for name in STARTS:
        case = make.case(state=C.closed) if name != "withdraw" else make.free_case(state=C.closed)
        with pytest.raises(MovedOn):
            make.press(case, name)


def test_each_step_is_in_the_recorder(session, make):
    case = make.case(state=C.closed)
    actions = [entry.action for entry in entries(session, case)]
    assert actions == ["create", "notify_parties", "agree", "file", "order_execution", "executed"]
