"""The self-audit: every clock that should run does, recounted from the records themselves and from their history."""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, insert, literal, select
from sqlalchemy.orm import Session

from jobs.admissions import RUNNING
from jobs.calls import AT_WORK, UNDER_WAY
from jobs.coordination import SETTLED
from jobs.hotline import WAITING
from jobs.watch import Done, insert_new
from models import recorder
from models.adjustments import AdjustmentState, ListAdjustment
from models.admissions import AdmissionOpinion, DutyAdmission, GuaranteeMeasure, GuaranteeState, OpinionState
from models.assigned import AssignedMatter, MatterState
from models.calls import AssignmentState, Call, CallAssignment, CallState
from models.coordination import CaseState, CoordinationCase
from models.establishment import BankEntryState, StaffingBankEntry
from models.evaluation import CycleState, EvaluationCycle
from models.hotline import HotlineTicket
from models.item_words import ListState
from models.ledger import Job, LedgerAudit, Promise, PromiseState
from models.lists import DutyList
from models.meetings import JointMeeting, MeetingState
from models.organisation import Unit, UnitType
from models.platforms import GatheringState, PlatformMeeting
from models.recorder import GENESIS, RecorderEntry
from models.rectification import RectificationOrder, RectificationState
from models.reviews import ReviewFile, ReviewState
from models.rules.deadlines import SHANGHAI
from models.rules.ladder import OVER
from models.segments import Extension, ExtensionState
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState
from models.supervision import OrderState, SupervisionOrder
from models.taskforces import TaskForce, TaskForceState

log = logging.getLogger("jobs.audit")

NAMED = 10
"""Records that a line of the log names."""

LATE = timedelta(minutes=10)
"""A sweep comes every minute. What is kept later than this was late. Composed."""


class Watched(NamedTuple):
    """When a clock has to run: in which states, until when; and which entries of the recorder start it."""

    job: Job
    model: type[Any]
    states: Sequence[Any]
    due: str
    actions: tuple[str, ...]


WATCHED = (
    Watched(Job.accept_watch, Call, (CallState.submitted,), "accept_due", ("send",)),
    Watched(Job.promise_remind, CallAssignment, AT_WORK, "promised_due", ("respond", "reopen", "resume")),
    Watched(Job.resolve_watch, Call, UNDER_WAY, "resolve_due", ("dispatch", "not_solved", "bind")),
    Watched(Job.pause_watch, CallAssignment, (AssignmentState.paused,), "pause_due", ("pause",)),
    Watched(Job.extension_watch, Extension, (ExtensionState.asked,), "answer_due", ("create",)),
    Watched(
        Job.supervision_escalate,
        SupervisionOrder,
        (OrderState.issued, OrderState.acknowledged),
        "due",
        ("create", "send_back"),
    ),
    Watched(
        Job.rectification_watch,
        RectificationOrder,
        (RectificationState.issued, RectificationState.planned),
        "due",
        ("create", "send_back"),
    ),
    Watched(Job.respond_remind, CallAssignment, (AssignmentState.pending,), "respond_due", ("create", "bind")),
    Watched(
        Job.case_escalate,
        CoordinationCase,
        (CaseState.negotiating,),
        "negotiation_due",
        ("notify_parties", "send_back"),
    ),
    Watched(Job.case_filing_remind, CoordinationCase, (CaseState.filing_review,), "filing_due", ("agree",)),
    Watched(
        Job.case_execution_watch,
        CoordinationCase,
        (*SETTLED, CaseState.supervising),
        "execution_due",
        ("file", "issue_opinion", "order_execution"),
    ),
    Watched(Job.rating_watch, Call, (CallState.resolved,), "rate_due", ("confirm",)),
    Watched(Job.idle_items, DutyList, (ListState.published,), "idle_due", ("publish",)),
    Watched(Job.adjustment_watch, ListAdjustment, (AdjustmentState.consulting,), "opinion_due", ("ask_opinions",)),
    # Not every ticket has a limit, so that no entry of its history says that there was one.
    Watched(Job.hotline_watch, HotlineTicket, WAITING, "answer_due", ()),
    Watched(Job.review_watch, ReviewFile, (ReviewState.reviewing,), "due", ("ask_opinions",)),
    Watched(Job.comment_watch, DutyList, (ListState.consulting,), "comment_due", ("ask_opinions",)),
    Watched(Job.matter_watch, AssignedMatter, (MatterState.in_force,), "ends_at", ("enter_into_force",)),
    Watched(Job.admission_watch, AdmissionOpinion, (OpinionState.asked,), "answer_due", ("ask",)),
    Watched(Job.admission_watch, GuaranteeMeasure, (GuaranteeState.promised,), "due", ("promise", "dispute_delivery")),
    Watched(Job.admission_watch, DutyAdmission, RUNNING, "expires_at", ("in_force",)),
    Watched(
        Job.suggestion_watch,
        HeadAdjustmentSuggestion,
        (SuggestionState.opened, SuggestionState.analysed),
        "due",
        ("create", "analyse_suggestion", "decline_plan"),
    ),
    Watched(Job.meeting_remind, TaskForce, (TaskForceState.active,), "review_due", ("begin", "review")),
    Watched(Job.meeting_remind, PlatformMeeting, (GatheringState.planned,), "minutes_due", ("create",)),
    Watched(Job.meeting_remind, JointMeeting, (MeetingState.planned,), "minutes_due", ("create",)),
    Watched(Job.turnover_watch, StaffingBankEntry, (BankEntryState.allocated,), "remind_at", ("lend",)),
    Watched(Job.regional_collect, EvaluationCycle, (CycleState.open,), "closes_at", ("open_cycle",)),
    Watched(Job.score_compute, EvaluationCycle, (CycleState.closed,), "closed_at", ("close_cycle",)),
)


def recount(session: Session, now: datetime) -> Done:
    """Start the clocks that ought to run and do not; then say what yesterday's history has and the ledger has not.

    The figures of a day are kept, once, in `LedgerAudit`. The recorder's heads go into the log besides, which leaves
    the machine by whatever way logs do.
    """
    restored = sum((_restore(session, watched) for watched in WATCHED), Counter[int]())
    ends = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    begins = ends - timedelta(days=1)
    differences, tally = list(_compare(session, begins, ends)), _tally(session, begins, ends)
    for region_id, clocks in restored.items():
        tally[region_id]["restored"] = clocks
    for kind, _, _, found in differences:
        for region_id, _ in found:
            tally[region_id][kind] += 1
    _keep(session, begins, tally, now)
    if not restored:
        for _, line, watched, found in differences:
            _say(line, watched, len(found), [key for _, key in found])
        log.info("Heads of the recorder: %s", json.dumps(recorder.heads(session)))
    return Done(restored.total(), restored.total())


def _restore(session: Session, watched: Watched) -> Counter[int]:
    """How many clocks of each county run again."""
    model, due = watched.model, getattr(watched.model, watched.due)
    running = (Promise.state == PromiseState.planned) | (
        (Promise.state == PromiseState.fired) & (Promise.due_at >= due)
    )
    last = select(func.max(Promise.occurrence)).where(*_of(watched, model.id)).scalar_subquery()
    stopped = (model.state.in_(watched.states), due.is_not(None), ~exists().where(*_of(watched, model.id), running))
    of_county = select(model.region_id, func.count()).where(*stopped).group_by(model.region_id)
    found: Counter[int] = Counter(dict(session.execute(of_county).all()))
    if not found:
        return found
    named = session.scalars(select(model.id).where(*stopped).order_by(model.id).limit(NAMED)).all()
    columns = {
        "region_id": model.region_id,
        "job": literal(watched.job, Promise.job.type),
        "subject_type": literal(model.__tablename__),
        "subject_id": model.id,
        "step": literal(OVER),
        "occurrence": func.coalesce(last, 0) + 1,
        "due_at": due,
        "state": literal(PromiseState.planned, Promise.state.type),
        "cause": literal(""),
    }
    session.execute(insert(Promise).from_select(list(columns), select(*columns.values()).where(*stopped)))
    _say("%s: %d clocks did not run, and run again: %s %s", watched, found.total(), named)
    return found


class Difference(NamedTuple):
    """What history and ledger do not agree on: as what it is counted, how it is told, and of which records."""

    kind: str
    line: str
    watched: Watched
    found: Sequence[tuple[int, int]]
    """(county, key)"""


def _compare(session: Session, begins: datetime, ends: datetime) -> Iterator[Difference]:
    for watched in WATCHED:
        started = (
            (RecorderEntry.subject_type == watched.model.__tablename__)
            & RecorderEntry.action.in_(watched.actions)
            & RecorderEntry.at.between(begins, ends)
        )
        lost = select(RecorderEntry.chain, RecorderEntry.subject_id).where(
            started, ~exists().where(*_of(watched, RecorderEntry.subject_id))
        )
        line = "%s: %d clocks of yesterday are not in the ledger: %s %s"
        yield Difference("lost", line, watched, [(chain, key) for chain, key in session.execute(lost)])
        kept = (
            (Promise.job == watched.job)
            & (Promise.subject_type == watched.model.__tablename__)
            & (Promise.cause == "")
            & Promise.fired_at.between(begins, ends)
        )
        entry = (
            (RecorderEntry.subject_type == Promise.subject_type)
            & (RecorderEntry.subject_id == Promise.subject_id)
            & (RecorderEntry.at == Promise.fired_at)
        )
        silent = select(Promise.region_id, Promise.subject_id).where(kept, ~exists().where(entry))
        line = "%s: %d promises kept yesterday left no entry in the recorder: %s %s"
        yield Difference("silent", line, watched, [(region, key) for region, key in session.execute(silent)])


FIGURES = ("promises", "kept", "late", "missed", "doubled", "lost", "silent", "restored")


def _tally(session: Session, begins: datetime, ends: datetime) -> dict[int, Counter[str]]:
    """What became of the promises that were due in that time, and were not cancelled, in each county."""
    clock = (Promise.subject_type, Promise.subject_id, Promise.job, Promise.step, Promise.due_at)
    in_time = (Promise.due_at >= begins, Promise.due_at < ends, Promise.state != PromiseState.cancelled)
    tally: dict[int, Counter[str]] = defaultdict(Counter)
    seen: set[tuple[Any, ...]] = set()
    for row in session.execute(select(*clock, Promise.region_id, Promise.fired_at).where(*in_time)):
        found, which = tally[row.region_id], row[: len(clock)]
        found["promises"] += 1
        if row.fired_at is None:
            found["missed"] += 1
            continue
        found["late" if row.fired_at - row.due_at > LATE else "kept"] += 1
        found["doubled"] += which in seen
        seen.add(which)
    return tally


def _keep(session: Session, begins: datetime, tally: dict[int, Counter[str]], now: datetime) -> None:
    """A row of each county that has none of that day yet."""
    day = begins.date()
    known = select(LedgerAudit.region_id).where(LedgerAudit.day == day)
    counties = select(Unit.id).where(Unit.unit_type == UnitType.county, Unit.id.not_in(known)).order_by(Unit.id)
    heads = recorder.heads(session)
    rows = []
    for region_id in session.scalars(counties):
        seq, seal = heads.get(region_id, (0, GENESIS))
        told = {"region_id": region_id, "day": day, "audited_at": now, "recorder_seq": seq, "recorder_hash": seal}
        rows.append(told | {name: tally[region_id][name] for name in FIGURES})
    if rows:
        session.execute(insert_new(session, LedgerAudit), rows)


def _of(watched: Watched, key: Any) -> tuple[ColumnElement[bool], ...]:
    of_job = Promise.job == watched.job
    return of_job, Promise.subject_type == watched.model.__tablename__, Promise.subject_id == key


def _say(line: str, watched: Watched, found: int, ids: Sequence[int]) -> None:
    if found:
        named = ", ".join(map(str, sorted(set(ids))[:NAMED]))
        log.error(line, watched.job, found, watched.model.__tablename__, named)
