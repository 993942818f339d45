"""What a sweep does, in order: every clock, then the messages that they and people caused, then the mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from config import settings
from jobs import (
    admissions,
    calls,
    circulars,
    coordination,
    due_times,
    establishment,
    evaluation,
    hotline,
    imports,
    lists,
    matters,
    meetings,
    ratings,
    reviews,
    segments,
    staffing,
    supervision,
    taskforces,
)
from jobs.audit import recount
from jobs.calendar import watch_calendars
from jobs.digests import digest_for_congress
from jobs.feed import feed_supervisors
from jobs.figures import publish_figures
from jobs.files import remove_unnamed
from jobs.mail import send_mails, sink_of
from jobs.notices import deliver
from jobs.warnings import warn_early
from jobs.watch import Batch, Done, Fired
from jobs.webhooks import send_webhooks
from models.adjustments import ListAdjustment
from models.admissions import AdmissionOpinion, DutyAdmission, GuaranteeMeasure
from models.assigned import AssignedMatter
from models.calls import Call, CallAssignment
from models.coordination import CoordinationCase
from models.establishment import StaffingBankEntry
from models.evaluation import EvaluationCycle
from models.hotline import HotlineTicket
from models.ledger import Job, Promise, PromiseState
from models.lists import DutyList
from models.meetings import JointMeeting
from models.platforms import PlatformMeeting
from models.rectification import RectificationOrder
from models.reviews import ReviewFile
from models.segments import Extension
from models.suggestions import HeadAdjustmentSuggestion
from models.supervision import SupervisionOrder
from models.taskforces import TaskForce

BATCH = 500
"""Promises a transaction. A person who presses a button meanwhile waits for one of these at most."""

Watch = Callable[[Batch], None]

CLOCKS: dict[Job, dict[type[Any], Watch]] = {
    Job.accept_watch: {Call: calls.acceptance},
    Job.respond_remind: {CallAssignment: calls.response},
    Job.promise_remind: {CallAssignment: calls.promised_result},
    Job.resolve_watch: {Call: calls.resolution},
    Job.pause_watch: {CallAssignment: segments.lasting},
    Job.extension_watch: {Extension: segments.unanswered},
    Job.supervision_escalate: {SupervisionOrder: supervision.escalation},
    Job.rectification_watch: {RectificationOrder: circulars.rectification},
    Job.case_escalate: {CoordinationCase: coordination.escalation},
    Job.case_filing_remind: {CoordinationCase: coordination.filing},
    Job.case_execution_watch: {CoordinationCase: coordination.execution},
    Job.rating_watch: {Call: ratings.closing},
    Job.admission_watch: {
        AdmissionOpinion: admissions.answers,
        GuaranteeMeasure: admissions.guarantees,
        DutyAdmission: admissions.ends,
    },
    Job.comment_watch: {DutyList: lists.commenting},
    Job.adjustment_watch: {ListAdjustment: lists.proposals},
    Job.idle_items: {DutyList: lists.idle},
    Job.matter_watch: {AssignedMatter: matters.term},
    Job.meeting_remind: {
        TaskForce: taskforces.reviews,
        PlatformMeeting: meetings.of_platforms,
        JointMeeting: meetings.joint,
    },
    Job.suggestion_watch: {HeadAdjustmentSuggestion: staffing.suggestions},
    Job.hotline_watch: {HotlineTicket: hotline.answers},
    Job.review_watch: {ReviewFile: reviews.reviewing},
    Job.turnover_watch: {StaffingBankEntry: establishment.terms},
    Job.regional_collect: {EvaluationCycle: evaluation.collecting},
    Job.score_compute: {EvaluationCycle: evaluation.computing},
}
"""What each clock does, by the table that it looks at."""


def keep(job: Job, session: Session, now: datetime) -> Done:
    """One batch of a clock's promises, a table at a time: claimed, and what they cause written; the caller commits."""
    done = [_keep(job, model, watch, session, now) for model, watch in CLOCKS[job].items()]
    return Done(sum(part.found for part in done), sum(part.did for part in done))


def _keep(job: Job, model: type[Any], watch: Watch, session: Session, now: datetime) -> Done:
    fired = fire(session, job, model, now)
    if not fired:
        return Done(0, 0)
    batch = Batch(session, job, model, now, fired)
    watch(batch)
    batch.write()
    return Done(len(fired), len(batch.kept))


def fire(session: Session, job: Job, model: type[Any], now: datetime, limit: int | None = None) -> list[Fired]:
    """Claim promises that are due, the oldest first: no two sweeps get the same one.

    Where somebody is moving the subject at this moment, the promise is left for the next sweep.
    """
    said = {"moment": now, "most": limit or BATCH}
    fired = map(Fired._make, session.execute(_claim(job, model.__tablename__), said))
    return sorted(fired, key=lambda promise: (promise.due_at, promise.id))


@cache
def _claim(job: Job, table: str) -> ReturningUpdate[Any]:
    """Built once: each minute asks it for every clock, and building it takes longer than asking."""
    model = next(model for model in CLOCKS[job] if model.__tablename__ == table)
    moment = bindparam("moment", type_=Promise.due_at.type)
    of_clock = (Promise.job == job) & (Promise.subject_type == table)
    due = (
        select(Promise.id)
        .join(model, model.id == Promise.subject_id)
        .where(Promise.state == PromiseState.planned, of_clock, Promise.due_at <= moment)
        .order_by(Promise.due_at, Promise.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, key_share=True)
        .cte("due")
    )
    return (
        update(Promise)
        .where(Promise.id.in_(select(due.c.id)), Promise.state == PromiseState.planned)
        .values(state=PromiseState.fired, fired_at=moment)
        .returning(*(getattr(Promise, name) for name in Fired._fields))
        .execution_options(synchronize_session=False)
    )


def mails(session: Session, now: datetime) -> Done:
    return send_mails(session, now, sink_of(settings()))


Part = Callable[[Session, datetime], Done]

PARTS: dict[str, Part] = {
    "self_audit": recount,
    "due_times": due_times.count_anew,
    **{job.value: partial(keep, job) for job in CLOCKS},
    "circular_compile": circulars.compile_circulars,
    "figures_publish": publish_figures,
    "congress_digest": digest_for_congress,
    "early_warning": warn_early,
    "calendar_watch": watch_calendars,
    "term_watch": staffing.watch_terms,
    "imports": imports.carry_out,
    "supervisor_feed": feed_supervisors,
    "notices": deliver,
    "mails": mails,
    "webhooks": send_webhooks,
    "unnamed_files": remove_unnamed,
}
"""Each is repeated, a transaction each time, until it finds nothing more to do."""

NIGHTLY = (
    *("self_audit", "circular_compile", "figures_publish", "congress_digest", "early_warning", "calendar_watch"),
    *("term_watch", "unnamed_files"),
)

RUNS: dict[str, tuple[str, ...]] = {
    "sweep": tuple(PARTS),
    "tick": tuple(part for part in PARTS if part not in NIGHTLY),
    "nightly": NIGHTLY,
    "deliver": ("notices", "mails", "webhooks"),
}
"""All there is to do, as the command does it; what is due, every minute; what can wait for the night; and what
somebody waits for."""
