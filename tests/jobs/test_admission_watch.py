"""What happens to a duty admission by itself: reminded, suspended, ended; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.admissions import AdmissionState, GuaranteeState, OpinionState
from models.item_words import ItemState
from models.ledger import Job
from models.notices import Outbox
from models.organisation import Duty
from models.queries.editions import version_on
from models.recorder import RecorderEntry, verify
from models.requests import RequestState
from models.rules.handover import ENDED
from models.workflow import Refused

A, G = AdmissionState, GuaranteeState
WATCH = Job.admission_watch
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.databases


def heard(ledger):
    """Which units heard, for whom of them, in order."""
    return [(unit, audience) for unit, audience, _ in ledger.told(WATCH)]


def assert_quiet(session, ledger, at):
    """A second sweep at the same moment, and one much later, find nothing to do."""
    before = [session.scalar(select(func.count()).select_from(table)) for table in (Outbox, RecorderEntry)]
    assert (ledger.keep(WATCH, at), ledger.keep(WATCH, at)) == (0, 0)
    assert [session.scalar(select(func.count()).select_from(table)) for table in (Outbox, RecorderEntry)] == before
    assert verify(session) == []


# Opinions


@pytest.mark.requirement("TC-13")
def test_a_township_is_reminded_before_the_limit_and_at_it(make, session, ledger):
    admission = make.admission(state=A.consulting)
    (opinion,) = make.opinions(admission)
    soon, over = ledger.moments(opinion, WATCH)
    township, office = opinion.township_id, make.office(Duty.editorial_office).id
    assert ledger.keep(WATCH, soon - MINUTE) == 0
    assert ledger.keep(WATCH, soon) == 1
    assert heard(ledger) == [(township, "duty_officer")]
    assert ledger.keep(WATCH, over) == 1
    assert heard(ledger)[1:] == [(township, "heads"), (office, "everyone")]
    assert ledger.entries(opinion) == [("admission_watch", {}, {})] * 2
    assert_quiet(session, ledger, over + timedelta(days=30))


@pytest.mark.requirement("TC-13")
def test_silence_is_no_consent(make, session, ledger):
    admission = make.admission(state=A.consulting)
    (opinion,) = make.opinions(admission)
    ledger.keep(WATCH, opinion.answer_due + timedelta(days=365))
    session.expire_all()
    assert (admission.state, opinion.state, opinion.stance) == (A.consulting, OpinionState.asked, None)


def test_who_has_answered_is_left_alone(make, ledger):
    first, second = make.township(), make.township()
    admission = make.admission(state=A.consulting, townships=[first, second])
    answered, silent = make.opinions(admission)
    make.press(answered, "answer", stance="agrees", opinion="Gladly.")
    ledger.keep(WATCH, silent.answer_due)
    assert {unit for unit, _ in heard(ledger)} == {second.id, make.office(Duty.editorial_office).id}


# Guarantees


@pytest.mark.requirement("TA-22", "TC-15")
def test_the_department_is_reminded_before_a_guarantee_is_due(make, session, ledger):
    admission = make.admission(state=A.approved)
    kept, *others = make.guarantees(admission)
    make.press(kept, "deliver", delivery="All of it.")
    soon, _ = ledger.moments(others[0], WATCH)
    assert ledger.keep(WATCH, soon) == len(others)
    assert heard(ledger) == [(admission.applicant_id, "duty_officer")] * len(others)
    assert {measure.state for measure in others} == {G.promised}
    assert_quiet(session, ledger, soon)


@pytest.mark.requirement("TA-22")
def test_a_guarantee_that_is_late_suspends_what_is_in_force_once(make, session, ledger):
    admission = make.admission(state=A.in_force)
    first, second, *others = make.guarantees(admission)
    for measure in others:
        make.press(measure, "deliver", delivery="All of it.")
    due = first.due
    version = admission.version
    assert ledger.keep(WATCH, due) == 2
    session.expire_all()
    assert {first.state, second.state} == {G.late}
    assert {measure.state for measure in others} == {G.reported}
    assert (admission.state, admission.suspended_at, admission.version) == (A.suspended, due, version + 1)
    assert [action for action, _, _ in ledger.entries(admission)] == ["suspend"]
    assert ledger.entries(first)[-1] == ("lapse", {"state": "promised"}, {"state": "late"})
    township = make.opinions(admission)[0].township_id
    assert sorted(heard(ledger)) == sorted(
        [
            (admission.applicant_id, "heads"),
            (admission.applicant_id, "heads"),
            (township, "everyone"),
            (make.office(Duty.editorial_office).id, "everyone"),
        ]
    )
    assert_quiet(session, ledger, due + timedelta(days=30))


@pytest.mark.requirement("TA-22")
def test_before_it_is_in_force_a_late_guarantee_keeps_it_from_that(make, session, ledger):
    admission = make.admission(state=A.approved)
    due = make.guarantees(admission)[0].due
    assert ledger.keep(WATCH, due) == 5
    session.expire_all()
    assert (admission.state, admission.suspended_at) == (A.approved, None)
    make.press(admission, "hand_over", handover_record="Files.", handed_over_on=due.date(), at=due)
    with pytest.raises(Refused, match="not delivered"):
        make.press(admission, "in_force", at=due)


def test_a_delivery_that_waits_for_its_confirmation_is_not_late(make, session, ledger):
    admission = make.admission(state=A.in_force)
    for measure in make.guarantees(admission):
        make.press(measure, "deliver", delivery="All of it.")
    assert ledger.keep(WATCH, measure.due + timedelta(days=9)) == 0
    assert admission.state is A.in_force


@pytest.mark.requirement("TC-15")
def test_what_was_disputed_after_its_date_is_late_at_once(make, session, ledger):
    admission = make.admission(state=A.in_force)
    for measure in make.guarantees(admission):
        make.press(measure, "deliver", delivery="All of it.")
    later = measure.due + timedelta(days=1)
    make.press(measure, "dispute_delivery", note="Nothing came.", at=later)
    assert ledger.keep(WATCH, later) == 1
    session.expire_all()
    assert (measure.state, admission.state) == (G.late, A.suspended)


def test_each_admission_rests_for_its_own_guarantees(make, session, ledger):
    late, kept = make.admission(state=A.in_force), make.admission(state=A.in_force)
    for measure in make.guarantees(kept):
        make.press(measure, "deliver", delivery="All of it.")
    ledger.keep(WATCH, measure.due)
    session.expire_all()
    assert (late.state, kept.state) == (A.suspended, A.in_force)


# The end


def test_the_department_hears_that_the_end_is_near(make, session, ledger):
    admission = make.admission(state=A.in_force)
    for measure in make.guarantees(admission):
        make.press(measure, "deliver", delivery="All of it.")
    soon, _ = ledger.moments(admission, WATCH)
    assert ledger.keep(WATCH, soon) == 1
    assert heard(ledger) == [(admission.applicant_id, "everyone")]
    assert admission.state is A.in_force


@pytest.mark.requirement("TA-20", "LX-21")
@pytest.mark.parametrize("state", [A.in_force, A.suspended])
def test_with_its_last_day_the_duty_ends_and_its_item_with_it(make, session, ledger, state):
    admission = make.admission(state=state)
    ends, item = admission.expires_at, admission.resulting_item
    ledger.keep(WATCH, ends - MINUTE)
    assert (admission.ended_at, item.state) == (None, ItemState.published)
    since = len(heard(ledger))
    assert ledger.keep(WATCH, ends) == 1
    session.expire_all()
    assert (admission.state, admission.ended_at) == (A.expired, ends)
    assert ledger.entries(admission)[-1][0] == "expire"
    before = {"state": "published", "removed_on": None, "removed_reason": ""}
    day_after = (admission.ends_on + timedelta(days=1)).isoformat()
    after = {"state": "removed", "removed_on": day_after, "removed_reason": ENDED}
    assert ledger.entries(item) == [("strike_out", before, after)]
    township = make.opinions(admission)[0].township_id
    assert heard(ledger)[since:] == [(admission.applicant_id, "everyone"), (township, "everyone")]
    with pytest.raises(Refused):
        make.press(make.call(item=item), "send")
    assert_quiet(session, ledger, ends + timedelta(days=365))


@pytest.mark.requirement("TA-08", "TS-09")
@pytest.mark.databases
@pytest.mark.parametrize("late", [timedelta(), timedelta(days=3)])
def test_the_item_of_a_duty_binds_up_to_its_last_day_however_late_the_job_comes(make, session, ledger, late):
    admission, other = make.admission(state=A.in_force), make.admission(state=A.in_force)
    other.ends_on, other.expires_at = other.ends_on - timedelta(days=1), other.expires_at - timedelta(days=1)
    session.commit()
    ledger.keep(WATCH, admission.expires_at + late)
    session.expire_all()
    for ended in (admission, other):
        assert ended.state is A.expired
        root, last = ended.resulting_item.root_id or ended.resulting_item_id, ended.ends_on
        told = [version_on(session, root, last + timedelta(days=days)) for days in (-1, 0, 1, 2)]
        assert [found and (found.root_id or found.id) for found in told] == [root, root, None, None]


@pytest.mark.requirement("LX-17", "TA-20")
def test_what_is_asked_by_the_duty_alone_is_asked_no_more(make, session, ledger):
    admission = make.admission(state=A.in_force)
    lead, town = admission.applicant, make.opinions(admission)[0].township
    sent = {"state": RequestState.sent}
    resting = make.request(lead, town, item=admission.resulting_item, **sent)
    owed = make.request(lead, town, **sent)
    ledger.keep(WATCH, admission.expires_at)
    session.expire_all()
    assert (resting.state, owed.state) == (RequestState.withdrawn, RequestState.sent)
    assert (ledger.entries(resting)[-1][0], ledger.entries(resting)[-1][2]["state"]) == ("lapse", "withdrawn")
    about = select(Outbox.subject_id, Outbox.unit_id).where(Outbox.message.contains("rests has ended"))
    assert sorted(session.execute(about)) == sorted((resting.id, unit.id) for unit in (lead, town))
    assert_quiet(session, ledger, admission.expires_at + MINUTE)


def test_other_items_of_the_list_stay(make, session, ledger):
    admission, item = make.admission(state=A.in_force), make.item()
    ledger.keep(WATCH, admission.expires_at)
    session.refresh(item)
    assert item.state is ItemState.published
