"""How a ticket of the hotline becomes a call, is answered, or goes back; and what is kept of who complained."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.calls import Call, CallSource, CallState
from models.hotline import HotlineTicket, OutsideSystem, TicketState, TicketWay, Timeliness
from models.ledger import Job, Promise
from models.notices import Outbox
from models.organisation import Duty
from models.rules.clues import forget_call
from models.rules.hotline import prepare_ticket, watch_ticket
from models.words import CallScope
from models.workflow import MovedOn, NotYours, Refused
from tests.moments import NOW


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def called(make, town):
    """A ticket of which its township has made a call."""
    return make.ticket(town, state=TicketState.turned_into_call, place="Bridge", description="At night.")


@pytest.mark.requirement("LX-26", "LX-28")
def test_a_call_is_drafted_with_the_words_of_the_ticket(make, town, called):
    call = called.call
    assert (call.state, call.source, call.caller_unit_id) == (CallState.draft, CallSource.hotline, town.id)
    assert (call.title, call.description, call.place) == (called.title, "At night.", "Bridge")
    assert (call.occurred_at, call.category) == (called.received_at, call.list_item.category)
    assert called.way is TicketWay.by_call


@pytest.mark.requirement("LX-26")
def test_an_emergency_is_watched_from_the_moment_that_it_is_drafted(make, session, town):
    ticket = make.ticket(town)
    make.press(ticket, "to_call", list_item_id=make.item(), scope=CallScope.emergency)
    assert session.scalars(select(Promise.job).where(Promise.subject_id == ticket.call_id)).all() == [Job.accept_watch]


@pytest.mark.requirement("LX-26", "TS-26")
def test_a_ticket_that_no_item_covers_becomes_a_call_through_a_module_and_never_without_either(make, town):
    contacts = make.module(make.department())
    ticket = make.ticket(town)
    with pytest.raises(Refused, match="an item of the list or a module") as refused:
        make.press(ticket, "to_call", scope=CallScope.complex)
    assert (refused.value.field, ticket.state) == ("list_item_id", TicketState.received)
    make.press(ticket, "to_call", module_id=contacts, scope=CallScope.complex)
    call = ticket.call
    assert (call.list_item, call.module, call.category, call.state) == (None, contacts, "", CallState.draft)
    play(make, call, "send")
    assert call.state is CallState.submitted


def play(make, call, *names, **answers):
    for name in names:
        make.press(call, name, **answers)


def solve(make, call, at=NOW):
    """Up to where the caller has confirmed."""
    lead = call.list_item.lead_department
    play(make, call, "send", "accept")
    make.press(call, "dispatch", lead_department_id=lead, cooperating_department_ids=[])
    (part,) = make.assignments(call)
    make.press(part, "respond", promised_due=NOW + timedelta(hours=2))
    make.press(part, "resolve", result="The truck was stopped.")
    make.press(call, "confirm", at=at)


@pytest.mark.requirement("LX-28", "TC-05")
def test_a_call_that_is_solved_answers_its_ticket_with_the_result(make, session, called):
    solve(make, called.call)
    session.refresh(called)
    assert (called.state, called.answered_at) == (TicketState.answered, NOW)
    assert called.answer == f"{called.call.list_item.lead_department}：The truck was stopped."
    assert called.way is TicketWay.by_call


@pytest.mark.requirement("LX-28")
def test_a_ticket_waits_again_when_its_call_is_withdrawn_or_thrown_away(make, session, town, called):
    play(make, called.call, "send", "withdraw")
    other = make.ticket(town, state=TicketState.turned_into_call)
    forget_call(session, other.call, make.actor(town), NOW)
    session.commit()
    for ticket in (called, other):
        session.refresh(ticket)
        assert (ticket.state, ticket.call_id, ticket.way) == (TicketState.received, None, TicketWay.open)


@pytest.mark.requirement("TC-05")
@pytest.mark.parametrize(
    ("due", "says"),
    [(None, Timeliness.no_limit), (timedelta(0), Timeliness.in_time), (timedelta(seconds=-1), Timeliness.late)],
)
def test_an_answer_is_in_time_up_to_the_limit_on_the_ticket(make, town, due, says):
    ticket = make.ticket(town, received_at=NOW - timedelta(days=1), answer_due=None if due is None else NOW + due)
    make.press(ticket, "answer_directly", answer="We went there.")
    assert (ticket.answer, ticket.answered_at, ticket.way) == ("We went there.", NOW, TicketWay.directly)
    assert ticket.timeliness is says


@pytest.mark.requirement("LX-26")
def test_a_township_hears_once_of_a_ticket_that_somebody_else_takes_in(make, session, town):
    ticket, office = make.ticket(town), make.actor(make.office(Duty.county_office))
    assert session.scalars(select(Outbox)).all() == [], "what it has taken in itself it knows"
    for _ in range(2):
        watch_ticket(session, ticket, office, NOW)
    told = session.scalars(select(Outbox)).one()
    assert (told.unit_id, told.details) == (town.id, {"ticket": str(ticket)})


@pytest.mark.requirement("LX-28")
def test_what_is_not_ours_goes_back_to_the_county_office_which_assigns_another(make, session, town):
    ticket, other = make.ticket(town), make.township()
    office = make.office(Duty.county_office)
    make.press(ticket, "not_ours", reason="The bridge lies beyond.")
    assert session.scalars(select(Outbox.unit_id).where(Outbox.subject_type == "hotline_ticket")).all() == [office.id]
    with pytest.raises(NotYours):
        make.press(ticket, "assign_township", make.actor(town), unit_id=other)
    with pytest.raises(Refused, match="given the ticket back"):
        make.press(ticket, "assign_township", make.actor(office), unit_id=town)
    session.rollback()
    make.press(ticket, "assign_township", make.actor(office), unit_id=other)
    assert (ticket.state, ticket.unit_id) == (TicketState.received, other.id)
    assert ticket.returned_reason == "The bridge lies beyond."
    with pytest.raises(NotYours):
        make.press(ticket, "answer_directly", make.actor(town), answer="x")


@pytest.mark.requirement("LX-26", "LX-28")
def test_the_county_office_answers_what_is_no_townships_and_nothing_else(make, town):
    office, stranger = (
        make.actor(make.office(Duty.county_office)),
        make.actor(make.office(Duty.county_office, make.county())),
    )
    ticket = make.ticket(town)
    with pytest.raises(NotYours):
        make.press(ticket, "answer_directly", office, answer="The province answers.")
    make.press(ticket, "not_ours", reason="The bridge lies beyond.")
    for other in (make.actor(town), stranger):
        with pytest.raises(NotYours):
            make.press(ticket, "answer_directly", other, answer="x")
    make.press(ticket, "answer_directly", office, answer="The province answers.")
    assert (ticket.state, ticket.way, ticket.answer) == (
        TicketState.answered, TicketWay.directly, "The province answers.",
    )  # fmt: skip


@pytest.mark.requirement("LX-28")
def test_an_office_of_another_county_assigns_nothing_here(make, town):
    ticket = make.ticket(town, state=TicketState.returned)
    stranger = make.actor(make.office(Duty.county_office, make.county()))
    with pytest.raises(NotYours):
        make.press(ticket, "assign_township", stranger, unit_id=make.township())


def test_a_ticket_is_dealt_with_once(make, called):
    with pytest.raises(MovedOn):
        make.press(called, "answer_directly", answer="x")


@pytest.mark.requirement("LX-26")
def test_numbers_are_struck_out_and_of_a_name_the_beginning_is_kept(make, town):
    ticket = make.ticket(
        town,
        title="Call 13800000000",
        description="Mine is 330329190001010000, or 0577-67500000; order 20261128000123.",
        place="Next to 13900000000",
        complainant="张小明",
    )
    assert (ticket.title, ticket.place, ticket.complainant) == ("Call ＊＊＊", "Next to ＊＊＊", "张某")
    assert ticket.description == "Mine is ＊＊＊, or ＊＊＊; order 20261128000123."


WIDELY = "".join(chr(0xFF10 + int(digit)) for digit in "13812345678")


@pytest.mark.requirement("LX-26")
@pytest.mark.parametrize(
    "said",
    [
        "+8613812345678", "138-1234-5678", "138 1234 5678", WIDELY, "(0571)88881234", "0571－88881234",
        "（0571）88881234", "110101 19900101 1234", "11010119900101123X",
    ],
)  # fmt: skip
def test_a_number_is_struck_out_however_it_is_written(make, town, said):
    ticket = make.ticket(town, title=f"电话{said}。", category=said)
    assert (ticket.title, ticket.category) == ("电话＊＊＊。", "＊＊＊")
    make.press(ticket, "answer_directly", answer=f"已联系{said}")
    assert ticket.answer == "已联系＊＊＊"


@pytest.mark.requirement("LX-26")
@pytest.mark.parametrize("name", ["answer_due", "received_at", "external_key", "source"])
def test_a_township_does_not_move_what_it_is_measured_by(make, session, town, name):
    ticket = make.ticket(town, answer_due=NOW + timedelta(days=1))
    other = {"external_key": "other", "source": OutsideSystem.party_building}
    setattr(ticket, name, other.get(name) or getattr(ticket, name) - timedelta(hours=1))
    with session.no_autoflush, pytest.raises(Refused) as refused:
        prepare_ticket(session, ticket, make.actor(town), NOW)
    assert refused.value.field == name
    with session.no_autoflush:
        prepare_ticket(session, ticket, make.actor(make.office(Duty.county_office)), NOW)


@pytest.mark.requirement("LX-26")
@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("received_at", {"received_at": NOW + timedelta(minutes=1)}),
        ("answer_due", {"answer_due": NOW - timedelta(minutes=1)}),
    ],
)
def test_a_ticket_says_nothing_that_cannot_be(make, session, town, field, sent):
    of_ticket = {"external_key": "1", "title": "x", "received_at": NOW} | sent
    with pytest.raises(Refused) as refusal:
        prepare_ticket(session, HotlineTicket(unit_id=town.id, **of_ticket), make.actor(town), NOW)
    assert refusal.value.field == field


@pytest.mark.requirement("LX-26")
def test_a_ticket_goes_to_a_township_and_changes_while_it_waits(make, session, town, called):
    village = make.village(town)
    ticket = HotlineTicket(unit_id=village.id, external_key="1", title="x", received_at=NOW)
    with pytest.raises(Refused) as refusal:
        prepare_ticket(session, ticket, make.actor(town), NOW)
    assert refusal.value.field == "unit"
    with pytest.raises(Refused, match="changes no more"):
        prepare_ticket(session, called, make.actor(town), NOW)


def test_deleting_the_draft_leaves_the_ticket(make, session, town, called):
    call = called.call
    forget_call(session, call, make.actor(town), NOW)
    session.delete(call)
    session.commit()
    assert session.get(Call, call.id) is None
    assert called.state is TicketState.received


@pytest.mark.requirement("LX-26")
def test_a_ticket_of_another_county_does_not_move_here(make, session, town):
    ticket = make.ticket(make.township(make.county()))
    ticket.unit_id = town.id
    with session.no_autoflush, pytest.raises(Refused) as refusal:
        prepare_ticket(session, ticket, make.actor(town), NOW)
    assert refusal.value.field == "unit"
