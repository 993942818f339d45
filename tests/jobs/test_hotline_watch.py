"""A ticket is answered by the limit on it: its township is reminded, and told once when it is late."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.hotline import TicketState
from models.ledger import Job
from models.notices import Outbox
from models.organisation import Duty
from tests.make import NOW
from tests.models.look import cancelled, china

WATCH = Job.hotline_watch
DUE = NOW + timedelta(days=4)


@pytest.mark.databases
@pytest.mark.requirement("LX-26")
@pytest.mark.parametrize("state", [TicketState.received, TicketState.turned_into_call])
def test_a_township_is_reminded_of_its_answer_and_told_once_that_it_is_late(make, ledger, state):
    town = make.township()
    ticket = make.ticket(town, state=state, answer_due=DUE)
    soon, over = ledger.moments(ticket, WATCH)
    assert NOW < soon < over == DUE
    assert [ledger.keep(WATCH, at) for at in (soon, soon, over, over)] == [1, 0, 1, 0]
    of_town = [(unit, said["ticket"]) for unit, _, said in ledger.told(WATCH) if unit == town.id]
    assert of_town == [(town.id, str(ticket))] * 2


@pytest.mark.requirement("LX-26")
def test_the_county_office_that_handed_it_out_hears_once_that_an_answer_is_late(make, session, ledger):
    town, office = make.township(), make.office(Duty.county_office).id
    ticket = make.ticket(town, answer_due=DUE)
    soon, over = ledger.moments(ticket, WATCH)
    ledger.keep(WATCH, soon)
    assert office not in [unit for unit, *_ in ledger.told(WATCH)]
    for _ in range(2):
        ledger.keep(WATCH, over)
    heard = [said for unit, _, said in ledger.told(WATCH) if unit == office]
    assert heard == [{"unit": town.name, "ticket": str(ticket), "due": DUE.isoformat()}]


def test_of_a_ticket_is_told_when_people_work_and_by_mail_in_the_morning(make, session, ledger):
    ticket = make.ticket(make.township(), answer_due=china("11-28 08:00"))  # a Saturday
    ledger.keep(WATCH, ticket.answer_due)
    rows = session.execute(select(Outbox.not_before, Outbox.mail_after).where(Outbox.key.startswith(f"{WATCH}:")))
    assert rows.all() == [(china("11-30 08:30"), china("11-30 08:35"))] * 2


@pytest.mark.requirement("LX-26")
def test_nobody_is_reminded_of_what_is_answered_or_given_back_or_has_no_limit(make, session, ledger):
    town, other = make.township(), make.township()
    answered = make.ticket(town, state=TicketState.answered, answer_due=DUE)
    returned = make.ticket(town, state=TicketState.returned, answer_due=DUE)
    assert [cancelled(session, ticket)["hotline_watch"] for ticket in (answered, returned)] == [
        "answered",
        "given back",
    ]
    assert ledger.moments(make.ticket(town), WATCH) == []
    make.press(returned, "assign_township", unit_id=other)
    assert ledger.moments(returned, WATCH)[-1] == DUE
