"""A joint review waits for the last answer: who is silent is reminded, and told on when the limit is over."""

import pytest

from models.ledger import Job
from models.reviews import ReviewState
from tests.models.look import cancelled

WATCH = Job.review_watch


@pytest.mark.databases
@pytest.mark.requirement("TS-33")
def test_who_is_silent_is_reminded_and_then_told_on_once(make, session, ledger):
    town, asked = make.township(), [make.department(), make.department()]
    file = make.review(town, *asked, state=ReviewState.reviewing)
    make.press(make.review_opinions(file)[0], "give", agrees=True)
    soon, over = ledger.moments(file, WATCH)
    assert over == file.due
    assert [ledger.keep(WATCH, soon) for _ in range(2)] == [1, 0]
    assert {unit for unit, _, _ in ledger.told(WATCH)} == {asked[1].id}
    assert [ledger.keep(WATCH, over) for _ in range(2)] == [1, 0]
    late = [(unit, audience) for unit, audience, _ in ledger.told(WATCH)[1:]]
    assert late == [(asked[1].id, "heads"), (town.id, "everyone")]
    assert ledger.told(WATCH)[-1][2]["silent"] == "1"


@pytest.mark.requirement("TS-33")
def test_what_is_concluded_or_withdrawn_is_watched_no_more(make, session):
    concluded = make.review(make.township(), state=ReviewState.concluded)
    withdrawn = make.review(make.township(), state=ReviewState.withdrawn)
    causes = [cancelled(session, file).get("review_watch") for file in (concluded, withdrawn)]
    assert causes == ["opinions in", "withdrawn"]
