from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm.exc import StaleDataError

from jobs import sweep
from jobs.sweep import CLOCKS, PARTS, RUNS, fire, keep
from models.adjustments import AdjustmentState, ListAdjustment
from models.admissions import AdmissionOpinion, AdmissionState, DutyAdmission, GuaranteeMeasure
from models.assigned import AssignedMatter, MatterState
from models.calls import AssignmentState, Call, CallAssignment, CallState, FailureKind
from models.coordination import CaseState, CoordinationCase
from models.door import system_session
from models.establishment import StaffingBankEntry
from models.evaluation import CycleState, EvaluationCycle, SubjectKind
from models.hotline import HotlineTicket
from models.item_words import ListState
from models.ledger import Job, PromiseState
from models.lists import DutyList
from models.meetings import JointMeeting
from models.notices import Outbox
from models.platforms import PlatformMeeting
from models.recorder import RecorderEntry, verify
from models.rectification import RectificationOrder
from models.reviews import ReviewFile, ReviewState
from models.segments import Extension
from models.suggestions import HeadAdjustmentSuggestion
from models.supervision import Reminder, SupervisionOrder
from models.taskforces import TaskForce
from tests.make import NOW

LATER = NOW + timedelta(days=60)
SUBJECTS = {
    (Job.accept_watch, Call): lambda make, units: make.call(state=CallState.submitted, **units),
    (Job.respond_remind, CallAssignment): lambda make, units: make.assignment(**units),
    (Job.promise_remind, CallAssignment): lambda make, units: make.assignment(state=AssignmentState.responded, **units),
    (Job.resolve_watch, Call): lambda make, units: make.call(state=CallState.dispatched, **units),
    (Job.pause_watch, CallAssignment): lambda make, units: make.assignment(state=AssignmentState.paused, **units),
    (Job.extension_watch, Extension): lambda make, units: make.extension(),
    (Job.supervision_escalate, SupervisionOrder): lambda make, units: make.order(assignment=make.assignment(**units)),
    (Job.rectification_watch, RectificationOrder): lambda make, units: make.rectification(units.get("lead")),
    (Job.case_escalate, CoordinationCase): lambda make, units: make.case(state=CaseState.negotiating, **units),
    (Job.case_filing_remind, CoordinationCase): lambda make, units: make.case(state=CaseState.filing_review, **units),
    (Job.case_execution_watch, CoordinationCase): lambda make, units: make.case(state=CaseState.supervising, **units),
    (Job.rating_watch, Call): lambda make, units: make.call(state=CallState.resolved, **units),
    (Job.admission_watch, AdmissionOpinion): lambda make, units: make.opinions(
        make.admission(state=AdmissionState.consulting)
    )[0],
    (Job.admission_watch, GuaranteeMeasure): lambda make, units: make.guarantees(
        make.admission(state=AdmissionState.approved)
    )[0],
    (Job.admission_watch, DutyAdmission): lambda make, units: make.admission(state=AdmissionState.in_force),
    (Job.comment_watch, DutyList): lambda make, units: make.edition(state=ListState.consulting),
    (Job.adjustment_watch, ListAdjustment): lambda make, units: make.adjustment(state=AdjustmentState.consulting),
    (Job.idle_items, DutyList): lambda make, units: make.edition(
        state=ListState.published, list_type=make.list_type(make._name("type"))
    ),
    (Job.matter_watch, AssignedMatter): lambda make, units: make.matter(
        units.get("lead"), *filter(None, [units.get("caller")]), state=MatterState.in_force
    ),
    (Job.suggestion_watch, HeadAdjustmentSuggestion): lambda make, units: make.suggestion(units.get("caller")),
    (Job.hotline_watch, HotlineTicket): lambda make, units: make.ticket(
        units.get("caller") or make.township(), answer_due=NOW + timedelta(days=4)
    ),
    (Job.review_watch, ReviewFile): lambda make, units: make.review(make.township(), state=ReviewState.reviewing),
    (Job.meeting_remind, TaskForce): lambda make, units: make.task_force(units.get("caller"), state="active"),
    (Job.meeting_remind, PlatformMeeting): lambda make, units: make.gathering(),
    (Job.meeting_remind, JointMeeting): lambda make, units: make.called(units.get("lead") or make.department()),
    (Job.turnover_watch, StaffingBankEntry): lambda make, units: (
        make.paid_in(1) and make.lent(units.get("caller") or make.township(), 1, NOW.date() + timedelta(days=14))
    ),
    (Job.regional_collect, EvaluationCycle): lambda make, units: evaluated(make, CycleState.open),
    (Job.score_compute, EvaluationCycle): lambda make, units: evaluated(make, CycleState.closed),
}
"""A subject of each clock, by the table that the clock looks at."""


def evaluated(make, state):
    """A cycle in which somebody is evaluated by somebody."""
    make.item(), make.township()
    return make.cycle(None, state, SubjectKind.department)


def test_the_clocks_are_audited_then_every_job_is_swept_then_notices_then_what_leaves():
    assert tuple(PARTS) == (
        "self_audit",
        "due_times",
        *(job.value for job in Job),
        "circular_compile",
        "figures_publish",
        "congress_digest",
        "early_warning",
        "calendar_watch",
        "term_watch",
        "imports",
        "supervisor_feed",
        "notices",
        "mails",
        "webhooks",
        "unnamed_files",
    )
    assert RUNS["sweep"] == tuple(PARTS)
    assert RUNS["tick"] == tuple(part for part in PARTS if part not in RUNS["nightly"])
    nightly = (
        *("self_audit", "circular_compile", "figures_publish", "congress_digest", "early_warning", "calendar_watch"),
        *("term_watch", "unnamed_files"),
    )
    assert RUNS["nightly"] == nightly


def test_what_is_due_is_claimed_once_the_oldest_first(make, session, ledger):
    at = [NOW + timedelta(minutes=minutes) for minutes in (20, 0, 10)]
    calls = [make.call(state=CallState.submitted, at=moment) for moment in at]
    due = sorted(ledger.moments(call, Job.accept_watch)[1] for call in calls)
    first = fire(session, Job.accept_watch, Call, LATER, limit=4)
    rest = fire(session, Job.accept_watch, Call, LATER, limit=4)
    moments = [promise.due_at for promise in (*first, *rest)]
    assert moments == sorted(moments)
    assert moments[3:] == due
    assert fire(session, Job.accept_watch, Call, LATER) == []


def test_only_what_is_planned_and_due_of_that_clock_is_claimed(make, session, ledger):
    call = make.call(state=CallState.submitted)
    soon, over = ledger.promises(call, Job.accept_watch)
    cancelled = make.call(state=CallState.accepted)
    make.assignment()
    just_before = over.due_at - timedelta(seconds=1)
    assert [promise.id for promise in fire(session, Job.accept_watch, Call, just_before)] == [soon.id]
    assert [promise.id for promise in fire(session, Job.accept_watch, Call, over.due_at)] == [over.id]
    session.expire_all()
    assert (soon.state, soon.fired_at) == (PromiseState.fired, just_before)
    assert {promise.state for promise in ledger.promises(cancelled, Job.accept_watch)} == {PromiseState.cancelled}


def test_a_batch_is_bounded_and_the_next_goes_on(make, session, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    for _ in range(2):
        make.call(state=CallState.submitted)
    found = [keep(Job.accept_watch, session, LATER).found for _ in range(3)]
    assert found == [2, 2, 0]
    assert session.scalar(select(func.count()).select_from(Reminder)) == 2


@pytest.mark.parametrize("state", [CallState.submitted, CallState.dispatched, CallState.in_progress])
def test_a_sweep_leaves_nothing_to_the_next(make, ledger, state):
    make.call(state=state)
    for job in Job:
        ledger.keep(job, LATER)
    assert [ledger.keep(job, LATER) for job in Job] == [0] * len(Job)


@pytest.mark.parametrize("state", [CaseState.negotiating, CaseState.filed, CaseState.supervising])
def test_a_sweep_of_cases_leaves_nothing_to_the_next(make, session, ledger, state):
    make.case(state=state)
    for job in Job:
        ledger.keep(job, LATER)
    before = session.scalar(select(func.count()).select_from(RecorderEntry))
    assert [ledger.keep(job, LATER) for job in Job] == [0] * len(Job)
    assert session.scalar(select(func.count()).select_from(RecorderEntry)) == before


def test_every_clock_has_its_subject_here():
    assert SUBJECTS.keys() == {(job, model) for job, models in CLOCKS.items() for model in models}


@pytest.mark.long
@pytest.mark.parametrize(("job", "model"), SUBJECTS)
def test_a_longer_list_costs_no_more_statements(make, session, statements, job, model):
    department = make.department()
    units = {"caller": make.township(), "lead": department, "item": make.item(department)}

    def cost(rows):
        for _ in range(rows):
            SUBJECTS[job, model](make, units)
        session.expire_all()
        statements.clear()
        found, did = keep(job, session, LATER)
        spent = list(statements)
        session.commit()
        assert rows <= did <= found
        return spent

    few, many = cost(3), cost(23)
    assert len(few) == len(many), "\n".join(many)
    assert verify(session) == []


def late_calls(own, number):
    calls = [own.call(state=CallState.submitted) for _ in range(number)]
    own.session.commit()  # what is read begins a transaction, and SQLite knows one writer
    return calls


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_person_who_moves_a_swept_subject_is_told_that_it_changed(own, own_engine):
    case = own.case(state=CaseState.negotiating)
    person = own.actor(case.call.caller_unit)
    own.session.refresh(case)
    with system_session(own_engine) as sweeping:
        keep(Job.case_escalate, sweeping, LATER)
        sweeping.commit()
    with pytest.raises(StaleDataError):
        own.press(case, "agree", person, agreement="Too late.")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_part_is_read_anew_by_whoever_moves_it(own, own_engine):
    part = own.assignment()
    person = own.actor(part.department)
    own.session.refresh(part)
    with system_session(own_engine) as sweeping:
        keep(Job.respond_remind, sweeping, LATER)
        sweeping.commit()
    own.press(part, "respond", person, promised_due=LATER + timedelta(days=1), at=LATER)
    assert (part.state, part.failure_kind) == (AssignmentState.responded, FailureKind.late_response)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_subject_that_somebody_is_moving_is_left_for_the_next_sweep(own, own_engine):
    moving, other = late_calls(own, 2)
    own.session.execute(update(Call).where(Call.id == moving.id).values(title="Under way"))
    with system_session(own_engine) as sweeping:
        assert {promise.subject_id for promise in fire(sweeping, Job.accept_watch, Call, LATER)} == {other.id}
        own.session.rollback()
        assert {promise.subject_id for promise in fire(sweeping, Job.accept_watch, Call, LATER)} == {moving.id}


@pytest.mark.databases
def test_what_fails_is_undone_and_done_by_the_next_sweep(own, own_engine, monkeypatch):
    late_calls(own, 2)

    def fail(*_):
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("models.recorder.append", fail)
        with system_session(own_engine) as session, pytest.raises(OSError, match="disk full"):
            keep(Job.accept_watch, session, LATER)
    with system_session(own_engine) as session:
        assert session.scalar(select(func.count()).select_from(Outbox).where(Outbox.key.startswith("accept"))) == 0
        assert keep(Job.accept_watch, session, LATER).did == 2
