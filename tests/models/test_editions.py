"""Editions follow each other: the old one stays as it was, and whoever cited it still cites its words."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from models.assigned import MatterState
from models.calls import CallState
from models.item_words import ItemState, ListState
from models.items import ItemCheckpoint, ItemIndicator
from models.lists import DutyList, ListItem
from models.recorder import RecorderEntry, verify
from models.requests import RequestState
from models.roles import RoleName
from models.rules.assignments import ASSIGNMENT, in_force
from models.rules.calls import CALL
from models.rules.editions import amend
from models.rules.handover import strike_from_list
from models.workflow import Refused, Step
from tests.make import NOW


@pytest.fixture
def step(session, make):
    from models.organisation import Duty

    manager = make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
    return Step(session, manager, NOW, {}, "An adjustment.")


@pytest.fixture
def published(make):
    return make.edition(state=ListState.published, items=3, issued_by="The editorial office")


def items_of(session, edition):
    return list(session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id).order_by(ListItem.code)))


def follow_up(make, edition, change=None, *, at=NOW):
    """Publish the next edition, with its draft changed before."""
    make.press(edition, "revise")
    draft = make.next_of(edition)
    if change:
        change(items_of(make.session, draft))
        make.session.commit()
    for name in ("submit", "publish"):
        make.press(draft, name, note="As adjusted.", at=at)
    return draft


@pytest.mark.requirement("TC-26", "TC-10")
def test_the_next_edition_takes_the_place_of_the_one_before(session, make, published):
    later = follow_up(make, published)
    assert (published.state, later.state) == (ListState.superseded, ListState.published)
    assert (published.edition, later.edition) == (1, 2)
    assert later.effective_from == NOW.date()
    assert published.effective_to is not None
    for old, new in zip(items_of(session, published), items_of(session, later), strict=True):
        assert (old.state, new.state) == (ItemState.superseded, ItemState.published)
        assert (old.replaced_by, new.replaces, new.root_id) == (new, old, old.id)
        assert (old.title, old.township_duties) == (new.title, new.township_duties)
    assert verify(session) == []


@pytest.mark.requirement("TA-08", "TS-09")
@pytest.mark.parametrize(("days", "last"), [(0, 0), (10, 9)])
def test_an_edition_binds_up_to_the_day_before_the_next_and_its_own_day_at_least(make, published, days, last):
    later = follow_up(make, published, at=NOW + timedelta(days=days))
    begins = published.effective_from
    assert (later.effective_from - begins, published.effective_to - begins) == (timedelta(days), timedelta(last))


@pytest.mark.requirement("TC-40", "TC-26")
def test_a_rejection_proposes_the_item_of_the_call_while_it_may_be_cited(session, make, published):
    item = items_of(session, published)[0]
    part = make.assignment(item=item)
    suggest, office = ASSIGNMENT.transitions["reject"].suggest, make.actor(part.department)
    assert suggest(part) == {"list_item_id": item}
    follow_up(make, published)
    assert item not in session.scalars(select(ListItem).where(in_force(part, office))).all()
    assert suggest(part) == {}


@pytest.mark.requirement("TC-26")
def test_what_cites_an_item_keeps_the_words_of_its_day(session, make, published):
    item = items_of(session, published)[0]
    call = make.call(item=item, state=CallState.submitted)

    def reword(items):
        items[0].township_duties = "Something else."

    later = follow_up(make, published, reword)
    assert call.list_item is item
    assert item.township_duties == "Patrol and report."
    assert items_of(session, later)[0].township_duties == "Something else."


@pytest.mark.requirement("TC-10", "TC-26")
def test_a_new_call_cites_the_edition_in_force(make, session, published):
    item = items_of(session, published)[0]
    follow_up(make, published)
    call = make.call(item=item)
    with pytest.raises(Refused, match="not in force"):
        CALL.move(session, call, "send", actor=make.actor(call.caller_unit), now=NOW)


@pytest.mark.requirement("TS-04", "TA-14")
def test_what_the_next_edition_leaves_out_is_struck_out_with_its_reason(session, make, published):
    def drop(items):
        session.delete(items[1])

    follow_up(make, published, drop)
    first, second, third = items_of(session, published)
    assert [item.state for item in (first, second, third)] == [
        ItemState.superseded, ItemState.removed, ItemState.superseded]  # fmt: skip
    assert (second.removed_reason, second.replaced_by) == ("As adjusted.", None)
    assert (first.removed_on, second.removed_on) == (None, first.replaced_by.duty_list.effective_from)
    entry = session.scalars(
        select(RecorderEntry).where(RecorderEntry.subject_type == "list_item", RecorderEntry.subject_id == second.id)
    ).all()[-1]
    assert (entry.action, entry.note) == ("strike_out", "As adjusted.")


@pytest.mark.requirement("LX-17")
def test_what_rested_on_a_struck_item_is_asked_no_more(session, make):
    lead, town = make.department(), make.township()
    edition = make.edition(state=ListState.published, lead=lead, items=2)
    kept, struck = items_of(session, edition)[:2]
    matter = make.matter(lead, town, state=MatterState.in_force)
    sent = {"state": RequestState.sent}
    resting, owed = make.request(lead, town, item=struck, **sent), make.request(lead, town, item=kept, **sent)
    besides = make.request(lead, town, list_item_id=struck.id, assigned_matter_id=matter.id, **sent)
    follow_up(make, edition, lambda items: session.delete(items[1]))
    session.expire_all()
    assert [request.state.value for request in (resting, owed, besides)] == ["withdrawn", "sent", "sent"]


def test_what_belongs_to_an_item_goes_with_it(session, make):
    edition = make.edition()
    item = items_of(session, edition)[0]
    helper = make.department()
    make._add(
        ItemIndicator(region_id=item.region_id, list_item=item, name="depth", label="Depth"),
        ItemCheckpoint(region_id=item.region_id, list_item=item, what="A crack in the slope"),
    )
    make.cooperate(item, helper)
    for name in ("submit", "publish"):
        make.press(edition, name)
    copy = items_of(session, follow_up(make, edition))[0]
    assert [part.unit for part in copy.cooperating] == [helper]
    for model, name in ((ItemIndicator, "label"), (ItemCheckpoint, "what")):
        kept = session.scalars(select(getattr(model, name)).where(model.list_item_id == copy.id)).all()
        assert len(kept) == 1


def test_one_draft_of_the_next_edition_at_a_time(make, published):
    make.press(published, "revise")
    with pytest.raises(Refused, match="already"):
        make.press(published, "revise")


def test_a_draft_that_follows_no_edition_does_not_replace_one(make, published):
    stray = make.edition(state=ListState.reviewing)
    with pytest.raises(Refused, match="does not follow"):
        make.press(stray, "publish")


def test_two_kinds_of_list_are_in_force_together(make, published):
    other = make.edition(state=ListState.published, list_type=make.list_type("cooperation"))
    assert (published.state, other.state) == (ListState.published, ListState.published)
    assert other.edition == 1


@pytest.mark.requirement("TC-14", "TA-13")
def test_an_amendment_is_an_edition_of_its_own(session, make, published, step):
    old = items_of(session, published)
    new = make.build_item(published, code="Z-1", title="A new matter")

    def reword(item):
        item.legal_basis = "Another law."

    edition = amend(step, published, add=[new], change={old[0].id: reword}, remove=[old[1].id], document_number="2号")
    session.commit()
    assert (edition.state, edition.edition) == (ListState.published, 2)
    assert (edition.issued_by, edition.document_number) == (published.issued_by, "2号")
    codes = {item.code: item.legal_basis for item in items_of(session, edition)}
    assert codes == {old[0].code: "Another law.", old[2].code: old[2].legal_basis, "Z-1": new.legal_basis}
    assert old[1].state is ItemState.removed
    assert verify(session) == []


def test_a_draft_under_way_gets_what_an_amendment_changes_and_follows_it(session, make, published, step):
    make.press(published, "revise")
    draft = make.next_of(published)
    _, second, _ = items_of(session, published)
    items_of(session, draft)[2].title = "Reworded by hand"
    session.commit()
    new = make.build_item(published, code="Z-1", title="A new matter")
    edition = amend(step, published, add=[new], remove=[second.id])
    session.commit()
    assert draft.replaces is edition
    kept = items_of(session, draft)
    assert [item.code for item in kept] == [item.code for item in items_of(session, edition)]
    assert kept[1].title == "Reworded by hand"
    assert {item.replaces.duty_list_id for item in kept} == {edition.id}
    for name in ("submit", "publish"):
        make.press(draft, name)
    assert draft.edition == 3
    assert {item.state for item in items_of(session, edition)} == {ItemState.superseded}


@pytest.mark.requirement("TS-03")
@pytest.mark.parametrize("amended", [False, True])
def test_what_was_struck_out_meanwhile_does_not_come_back_with_a_draft(session, make, published, step, amended):
    make.press(published, "revise")
    draft, gone = make.next_of(published), items_of(session, published)[1]
    strike_from_list(session, {gone.id: NOW.date()})
    if amended:
        amend(step, published, add=[make.build_item(published, code="Z-1", title="A new matter")])
    session.commit()
    with pytest.raises(Refused, match="struck out of the edition in force meanwhile") as refused:
        make.press(draft, "submit")
    assert refused.value.details == {"items": gone.code}
    session.delete(items_of(session, draft)[1])
    session.commit()
    for name in ("submit", "publish"):
        make.press(draft, name)
    assert gone.code not in {item.code for item in items_of(session, draft)}


@pytest.mark.databases
def test_more_items_cost_no_more_statements(session, make):
    """Counted as executed: rows sent in one batch are one statement, whatever the driver makes of it."""
    sent = []
    event.listen(session.get_bind(), "before_execute", lambda _, statement, *rest: sent.append(statement))

    def cost(items):
        edition = make.edition(state=ListState.published, items=items, list_type=make.list_type(f"type{items}"))
        session.expire_all()
        sent.clear()
        make.press(edition, "revise")
        make.press(make.next_of(edition), "submit")
        make.press(make.next_of(edition), "publish")
        return len(sent)

    assert cost(3) == cost(23)


@pytest.mark.requirement("TC-26")
def test_an_edition_stays_to_be_looked_up(make, session, acting, published):
    item = items_of(session, published)[0]
    follow_up(make, published)
    theirs, _ = acting(make.township())
    assert theirs.get(DutyList, published.id).state is ListState.superseded
    assert theirs.get(ListItem, item.id).title == item.title
