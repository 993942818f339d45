"""A township suggests to adjust the head of an agency: the department owes an analysis, then a plan both accept."""

from datetime import timedelta

import pytest

from models.organisation import Duty
from models.rules.suggestions import forget_suggestion, open_suggestion, prepare_suggestion
from models.staffing import StaffState
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.models.look import cancelled, china, last_message, timers, told

S = SuggestionState


def press(make, suggestion, name, by=None):
    make.press(suggestion, name, by, note="Settled.", analysis="It is so.", negotiated_plan="Another post.")


@pytest.mark.requirement("TA-36", "TA-37")
def test_the_department_hears_of_it_and_owes_an_analysis_within_ten_working_days(make, session):
    since = last_message(session)
    suggestion = make.suggestion()
    staff = suggestion.staff
    assert (suggestion.township, suggestion.department) == (staff.agency.seat, staff.agency.department)
    assert (suggestion.opened_at, suggestion.due) == (NOW, china("12-07 17:30"))
    assert [job for job, _ in timers(session, suggestion)] == ["suggestion_watch"] * 2
    assert timers(session, suggestion)[-1][1] == "12-07 17:30"
    heard = told(session, since)
    assert suggestion.department.name in heard
    assert staff.name not in str(heard)


def test_its_words_may_be_put_right_and_its_clock_goes_on(make, session):
    suggestion = make.suggestion()
    actor, before, since = make.actor(suggestion.township), timers(session, suggestion), last_message(session)
    suggestion.facts = "Nobody was there in May and June."
    prepare_suggestion(session, suggestion, actor, NOW + timedelta(days=2))
    open_suggestion(session, suggestion, actor, NOW + timedelta(days=2))
    session.commit()
    assert (suggestion.opened_at, timers(session, suggestion)) == (NOW, before)
    assert told(session, since) == {}


@pytest.mark.requirement("TA-37")
def test_it_is_settled_by_a_plan_that_the_township_accepts_and_each_step_is_told_to_the_other_side(make, session):
    suggestion = make.suggestion()
    for name, state, hears in (
        ("analyse_suggestion", S.analysed, suggestion.township),
        ("propose_plan", S.plan_proposed, suggestion.township),
        ("decline_plan", S.analysed, suggestion.department),
        ("propose_plan", S.plan_proposed, suggestion.township),
        ("decline_plan", S.analysed, suggestion.department),
        ("propose_plan", S.plan_proposed, suggestion.township),
        ("accept_plan", S.settled, suggestion.department),
    ):
        since = last_message(session)
        press(make, suggestion, name)
        assert (suggestion.state, set(told(session, since))) == (state, {hears.name}), name
    assert (suggestion.analysis, suggestion.negotiated_plan) == ("It is so.", "Another post.")
    assert (suggestion.analysed_at, suggestion.settled_at) == (NOW, NOW)


@pytest.mark.requirement("TA-37")
@pytest.mark.parametrize(
    ("state", "cause"), [(S.plan_proposed, "answered"), (S.withdrawn, "withdrawn"), (S.settled, "answered")]
)
def test_what_the_township_has_to_say_or_withdrew_reminds_nobody(make, session, state, cause):
    suggestion = make.suggestion(state=state)
    assert (timers(session, suggestion), cancelled(session, suggestion)) == ([], {"suggestion_watch": cause})


@pytest.mark.requirement("TA-37")
def test_the_plan_is_owed_in_time_too_and_another_one_where_it_is_declined(make, session):
    suggestion = make.suggestion(at=china("11-23 09:00"))
    assert suggestion.due == china("12-07 17:30")
    make.press(suggestion, "analyse_suggestion", at=china("11-25 09:00"), analysis="It is so.")
    assert suggestion.due == china("12-09 17:30")
    make.press(suggestion, "propose_plan", at=china("11-26 09:00"), negotiated_plan="Another post.")
    assert timers(session, suggestion) == []
    make.press(suggestion, "decline_plan", at=china("11-30 09:00"), note="Too late.")
    assert (suggestion.due, suggestion.negotiated_plan) == (china("12-14 17:30"), "")
    assert [at for _, at in timers(session, suggestion)] == ["12-11 17:30", "12-14 17:30"]


@pytest.mark.requirement("TA-36", "TA-37")
@pytest.mark.parametrize(
    ("state", "name", "side"),
    [
        (S.opened, "analyse_suggestion", "department"),
        (S.analysed, "propose_plan", "department"),
        (S.plan_proposed, "accept_plan", "township"),
        (S.plan_proposed, "decline_plan", "township"),
        (S.opened, "withdraw_suggestion", "township"),
    ],
)
def test_each_move_has_its_side(make, state, name, side):
    suggestion = make.suggestion(state=state)
    other = "township" if side == "department" else "department"
    outside = [getattr(suggestion, other), suggestion.staff.agency.unit, make.township(), make.department()]
    for unit in (*outside, make.office(Duty.editorial_office)):
        with pytest.raises(NotYours):
            press(make, suggestion, name, make.actor(unit))
        make.session.rollback()
    press(make, suggestion, name, make.actor(getattr(suggestion, side)))


@pytest.mark.requirement("TA-36")
def test_it_is_about_the_head_of_an_agency_and_says_which_facts(make, session):
    head, clerk, gone = make.staff(is_head=True), make.staff(), make.staff(is_head=True)
    gone.state = StaffState.left
    session.commit()
    for field, columns in (
        ("staff", {"staff_id": clerk.id, "facts": "x"}),
        ("staff", {"staff_id": gone.id, "facts": "x"}),
        ("staff", {"facts": "x"}),
        ("facts", {"staff_id": head.id, "facts": " "}),
    ):
        with pytest.raises(Refused) as refused:
            prepare_suggestion(session, HeadAdjustmentSuggestion(**columns), make.actor(make.township()), NOW)
        assert refused.value.field == field, columns


def test_what_the_department_was_told_of_is_not_deleted(make, session):
    suggestion = make.suggestion()
    with pytest.raises(Refused, match="Withdraw it"):
        forget_suggestion(session, suggestion, make.actor(suggestion.township), NOW)
