"""What happens by itself to lists: rounds end, and items that nobody calls are found."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs.lists import IDLE
from models.adjustments import AdjustmentState
from models.calls import CallState
from models.item_words import ItemState, ListState
from models.ledger import Job
from models.lists import ListItem
from models.opinions import ListOpinion, OpinionState
from models.organisation import Duty
from models.recorder import verify
from models.rules.editions import MONTH
from tests.make import NOW

pytestmark = pytest.mark.databases


@pytest.fixture
def out(make):
    """A list that is out for comment: to its township, its lead and its helper."""
    units = make.department(), make.department(), make.township()
    draft = make.duty_list()
    make.item(units[0], duty_list=draft, cooperating=[units[1]])
    make.press(draft, "ask_opinions")
    return draft, units


def opinions(session, draft):
    of_list = select(ListOpinion).where(ListOpinion.duty_list_id == draft.id).order_by(ListOpinion.id)
    return list(session.scalars(of_list.execution_options(populate_existing=True)))


@pytest.mark.requirement("TS-02")
def test_the_silent_are_reminded_once_and_the_round_ends_by_itself(session, make, out, ledger):
    draft, units = out
    given = opinions(session, draft)[0]
    make.press(given, "give", agrees=True)
    soon, over = ledger.moments(draft, Job.comment_watch)
    assert over == draft.comment_due
    assert [ledger.keep(Job.comment_watch, soon) for _ in range(2)] == [1, 0]
    assert {unit for unit, _, _ in ledger.told(Job.comment_watch)} == {u.id for u in units} - {given.unit_id}
    assert [ledger.keep(Job.comment_watch, over) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert (draft.state, draft.rounds_done) == (ListState.draft, 1)
    states = [opinion.state for opinion in opinions(session, draft)]
    assert states == [OpinionState.given, OpinionState.lapsed, OpinionState.lapsed]
    assert ledger.told(Job.comment_watch)[-1][2] == {"list": draft.title, "round": "1", "silent": "2"}


@pytest.mark.requirement("TA-13")
def test_a_proposal_is_reviewed_with_what_has_come_in_when_its_time_is_over(session, make, ledger):
    adjustment = make.adjustment(state=AdjustmentState.consulting, asked=[make.department(), make.township()])
    first, silent = make.adjustment_opinions(adjustment)
    make.press(first, "give", agrees=True)
    _, over = ledger.moments(adjustment, Job.adjustment_watch)
    assert over == adjustment.opinion_due
    assert [ledger.keep(Job.adjustment_watch, over) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert (adjustment.state, adjustment.opinion_due) == (AdjustmentState.reviewing, None)
    assert (first.state, silent.state) == (OpinionState.given, OpinionState.lapsed)
    assert verify(session) == []


# Idle items


@pytest.fixture
def items(make, session):
    edition = make.edition(state=ListState.published, items=2)
    return edition, list(session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id)))


def look(session, ledger, at):
    ledger.keep(Job.idle_items, at)
    session.expire_all()


@pytest.mark.requirement("TC-03")
def test_an_item_that_nobody_calls_is_idle_after_half_a_year(session, make, ledger, items):
    edition, (called, quiet) = items
    look(session, ledger, edition.idle_due)
    assert not quiet.is_idle, "it has not been there long enough"
    make.call(item=called, state=CallState.submitted, at=NOW + IDLE - timedelta(days=3))
    look(session, ledger, NOW + IDLE + timedelta(days=1))
    assert (called.is_idle, quiet.is_idle) == (False, True)
    (told,) = ledger.told(Job.idle_items)
    assert (told[0], told[2]) == (
        make.office(Duty.editorial_office).id, {"list": edition.title, "items": "1", "days": "180"})  # fmt: skip
    assert verify(session) == []


@pytest.mark.requirement("TC-03")
def test_an_item_that_is_called_again_is_idle_no_longer(session, make, ledger, items):
    edition, (item, _) = items
    look(session, ledger, NOW + IDLE + timedelta(days=1))
    assert item.is_idle
    make.call(item=item, state=CallState.submitted, at=edition.idle_due - timedelta(days=1))
    look(session, ledger, edition.idle_due)
    assert not item.is_idle


def test_a_call_about_an_earlier_version_counts(session, make, ledger, items):
    edition, (item, other) = items
    make.call(item=item, state=CallState.submitted, at=NOW + timedelta(days=170))
    make.press(edition, "revise", at=NOW + timedelta(days=175))
    later = make.next_of(edition)
    for name in ("submit", "publish"):
        make.press(later, name, at=NOW + timedelta(days=175))
    look(session, ledger, later.idle_due)
    kept = {
        i.replaces_id: i.is_idle for i in session.scalars(select(ListItem).where(ListItem.state == ItemState.published))
    }
    assert kept == {item.id: False, other.id: True}


def test_it_is_looked_for_once_a_month_and_not_after_the_edition(session, make, ledger, items):
    edition, _ = items
    due = edition.idle_due
    assert due == NOW + MONTH
    assert [ledger.keep(Job.idle_items, due) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert ledger.moments(edition, Job.idle_items) == [edition.idle_due] == [due + MONTH]
    make.press(edition, "revise")
    later = make.next_of(edition)
    for name in ("submit", "publish"):
        make.press(later, name)
    assert ledger.moments(edition, Job.idle_items) == []
