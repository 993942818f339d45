"""What happened on a day is judged by the words that were in force on that day."""

from datetime import timedelta

import pytest

from models.item_words import ListState
from models.lists import ListItem
from models.queries.editions import version_on
from models.rules.handover import strike_from_list
from tests.make import NOW


@pytest.fixture
def matter(make, session):
    """The two versions of a matter that was reworded ten days after its publication, and struck out ten days later."""
    edition = make.edition(state=ListState.published, items=2)
    item = session.query(ListItem).filter_by(duty_list_id=edition.id).order_by(ListItem.code).first()
    reworded = publish_next(make, edition, NOW + timedelta(days=10), item, reword)
    publish_next(
        make, reworded[1].duty_list, NOW + timedelta(days=20), reworded[1], lambda later: session.delete(later)
    )
    return reworded


def publish_next(make, edition, at, item, change):
    make.press(edition, "revise", at=at)
    draft = make.next_of(edition)
    later = make.session.query(ListItem).filter_by(duty_list_id=draft.id, replaces_id=item.id).one()
    change(later)
    make.session.commit()
    for name in ("submit", "publish"):
        make.press(draft, name, at=at)
    return item, later


def reword(item):
    item.township_duties = "Something else."


def day(days):
    return NOW.date() + timedelta(days=days)


DAYS = {-1: None, 0: 0, 9: 0, 10: 1, 19: 1, 20: None}
"""After how many days which of the two versions is in force."""


@pytest.mark.requirement("TA-08", "TS-09")
@pytest.mark.databases
@pytest.mark.parametrize("days", DAYS)
def test_what_happened_is_judged_by_the_version_of_its_day(session, matter, days):
    found = version_on(session, matter[0].id, day(days))
    assert found is (None if DAYS[days] is None else matter[DAYS[days]])


@pytest.mark.requirement("TA-08", "TS-09")
def test_of_two_editions_of_one_day_the_later_counts(session, make):
    edition = make.edition(state=ListState.published)
    item = session.query(ListItem).filter_by(duty_list_id=edition.id).one()
    _, later = publish_next(make, edition, NOW, item, reword)
    assert version_on(session, item.id, day(0)) is later


@pytest.mark.requirement("TA-08", "TS-09")
@pytest.mark.parametrize("at", [0, 5])
def test_what_was_struck_out_binds_up_to_the_day_before_while_its_edition_goes_on(
    browser_of, program_of, session, make, at
):
    edition = make.edition(state=ListState.published, items=2)
    item = session.query(ListItem).filter_by(duty_list_id=edition.id).order_by(ListItem.code).first()
    strike_from_list(session, {item.id: day(at)})
    session.commit()
    town = make.township()
    browser, program = browser_of(town), program_of(town)
    for days, binds in ((at - 1, at > 0), (at, False), (at + 1, False)):
        assert (version_on(session, item.id, day(days)) is item) == binds
        page = browser.get(f"/list_item/{item.id}/versions?day={day(days)}").text
        assert (f'href="/list_item/{item.id}" data-bound' in page) == binds
        answer = program.get(f"list_item/{item.id}/version_on?day={day(days)}")
        assert answer.status_code == (200 if binds else 404)
    assert f"</span> {day(at)}</td>" in page
    assert program.get(f"list_item/{item.id}").json["result"]["removed_on"] == day(at).isoformat()


@pytest.mark.requirement("TA-08", "TS-09")
def test_what_came_and_was_struck_out_on_one_day_leaves_no_version_of_that_day(session, make):
    edition = make.edition(state=ListState.published, items=2)
    item = session.query(ListItem).filter_by(duty_list_id=edition.id).order_by(ListItem.code).first()
    _, later = publish_next(make, edition, NOW, item, reword)
    publish_next(make, later.duty_list, NOW, later, session.delete)
    assert later.removed_on == day(0)
    assert version_on(session, item.id, day(0)) is None


def test_a_draft_never_binds(session, make):
    draft = make.item(duty_list=make.duty_list())
    assert version_on(session, draft.id, day(0)) is None


@pytest.mark.requirement("TA-08", "TS-09")
def test_one_opens_the_version_of_a_day_from_any_version(browser_of, program_of, make, matter):
    town = make.township()
    browser, program = browser_of(town), program_of(town)
    for version in matter:
        address = f"list_item/{version.id}/versions"
        assert f'href="/{address}"' in browser.get(f"/list_item/{version.id}").text
        for days, bound in DAYS.items():
            page = browser.get(f"/{address}?day={day(days)}").text
            assert (f'href="/list_item/{matter[bound or 0].id}" data-bound' in page) == (bound is not None)
            answer = program.get(f"list_item/{version.id}/version_on?day={day(days)}")
            assert answer.status_code == (404 if bound is None else 200)
            if bound is not None:
                assert (answer.json["result"]["id"], answer.json["result"]["edition"]) == (matter[bound].id, bound + 1)


def test_a_change_is_proposed_of_what_is_in_force_alone(browser_of, make, session):
    edition = make.edition(state=ListState.published)
    item = session.query(ListItem).filter_by(duty_list_id=edition.id).one()
    versions = publish_next(make, edition, NOW + timedelta(days=10), item, reword)
    browser = browser_of(make.township())
    offered = ["/list_adjustment/add?" in browser.get(f"/list_item/{version.id}").text for version in versions]
    assert offered == [False, True]


def test_a_day_that_is_none_and_an_item_out_of_sight_are_refused(browser_of, program_of, make, matter):
    town, stranger = make.township(), make.township(make.county())
    item = matter[0].id
    for asked in ("x", "2026-13-01", ""):
        assert program_of(town).get(f"list_item/{item}/version_on?day={asked}").status_code == 400
    assert browser_of(town).get(f"/list_item/{item}/versions?day=x").status_code == 400
    assert browser_of(stranger).get(f"/list_item/{item}/versions").status_code == 404
    assert program_of(stranger).get(f"list_item/{item}/version_on?day=2026-11-23").status_code == 404
