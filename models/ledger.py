"""The ledger of promises: every timer of the console is a row, kept or cancelled, never forgotten."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Unit


class Job(Word):
    """What happens by itself. The names are those of the requirements (B4)."""

    accept_watch = "accept_watch", N_("Acceptance watched")
    respond_remind = "respond_remind", N_("Response reminded")
    promise_remind = "promise_remind", N_("Promised deadline reminded")
    resolve_watch = "resolve_watch", N_("Limit of the whole call watched")
    pause_watch = "pause_watch", N_("Pause watched")
    extension_watch = "extension_watch", N_("Asking for more time watched")
    supervision_escalate = "supervision_escalate", N_("Supervision order watched")
    rectification_watch = "rectification_watch", N_("Rectification watched")
    case_escalate = "case_escalate", N_("Negotiation over, to the editorial office")
    case_filing_remind = "case_filing_remind", N_("Filing review reminded")
    case_execution_watch = "case_execution_watch", N_("Execution watched")
    rating_watch = "rating_watch", N_("Mutual rating watched")
    admission_watch = "admission_watch", N_("Duty admission watched")
    comment_watch = "comment_watch", N_("Comment round watched")
    adjustment_watch = "adjustment_watch", N_("Opinions on an adjustment watched")
    idle_items = "idle_items", N_("Items never called looked for")
    matter_watch = "matter_watch", N_("End of an assigned matter watched")
    meeting_remind = "meeting_remind", N_("Meeting or review watched")
    suggestion_watch = "suggestion_watch", N_("Suggestion about a head watched")
    hotline_watch = "hotline_watch", N_("Answer to a ticket watched")
    review_watch = "review_watch", N_("Joint review watched")
    turnover_watch = "turnover_watch", N_("Term of turnover posts watched")
    regional_collect = "regional_collect", N_("Evaluation sheets collected")
    score_compute = "score_compute", N_("Scores computed")


class PromiseState(Word):
    """A promise is kept exactly once, or cancelled because its reason went away."""

    planned = "planned", N_("Planned"), "info"
    fired = "fired", N_("Kept"), "done"
    cancelled = "cancelled", N_("Cancelled"), "muted"


class Promise(Regional, Model):
    """At `due_at`, `job` looks at the subject. Planned in the transaction that changed the subject.

    `step` orders the promises of one clock (soon, due, and each time again); `occurrence` counts how often
    the clock was started anew. Unique, so that no scheduler, however many, makes two of one.
    """

    __tablename__ = "promise"
    __recorded__ = False  # what it causes is recorded on its subject
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "job", "step", "occurrence", name="uq_promise"),
        Index("ix_promise_planned", "job", "due_at", postgresql_where=text("state = 'planned'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[Job] = mapped_column(info={"label": N_("What happens")})
    subject_type: Mapped[str] = mapped_column(String(40), info={"label": N_("Kind of record"), "coded": True})
    subject_id: Mapped[int] = mapped_column(info={"label": N_("Record")})
    step: Mapped[int] = mapped_column(default=1, info={"label": N_("Step")})
    occurrence: Mapped[int] = mapped_column(default=1, info={"label": N_("Time")})
    due_at: Mapped[datetime] = mapped_column(info={"label": N_("Due")})
    state: Mapped[PromiseState] = mapped_column(default=PromiseState.planned, info={"label": N_("State")})
    fired_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Kept at")})
    cause: Mapped[str] = mapped_column(String(60), default="", info={"label": N_("Cause"), "coded": True})

    def __str__(self) -> str:
        return f"{self.job} {self.subject_type} {self.subject_id}"


class LedgerAudit(Regional, Model):
    """What the self-audit of a night found of the day before in one county: written once, and never changed."""

    __tablename__ = "ledger_audit"
    __recorded__ = False  # written once by a job, kept by triggers, and itself a record
    __table_args__ = (UniqueConstraint("region_id", "day", name="uq_ledger_audit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(info={"label": N_("Day")})
    promises: Mapped[int] = mapped_column(info={"label": N_("Promises due")})
    kept: Mapped[int] = mapped_column(info={"label": N_("Kept in time")})
    late: Mapped[int] = mapped_column(info={"label": N_("Kept late")})
    missed: Mapped[int] = mapped_column(info={"label": N_("Missed"), "help": N_("Not yet kept when it was looked at.")})
    doubled: Mapped[int] = mapped_column(
        info={"label": N_("Doubled"), "help": N_("The same step of the same clock, kept again for the same moment.")}
    )
    lost: Mapped[int] = mapped_column(
        info={"label": N_("Not in the ledger"), "help": N_("Clocks that were started, says the recorder.")}
    )
    silent: Mapped[int] = mapped_column(
        info={"label": N_("Kept without a trace"), "help": N_("The recorder has no entry of what was kept.")}
    )
    restored: Mapped[int] = mapped_column(
        info={"label": N_("Started again"), "help": N_("Clocks that ought to run, and did not.")}
    )
    recorder_seq: Mapped[int] = mapped_column(info={"label": N_("Last entry of the recorder")})
    recorder_hash: Mapped[str] = mapped_column(String(64), info={"label": N_("Its seal"), "coded": True})
    audited_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Recounted at")})

    region: Mapped[Unit] = relationship(foreign_keys="LedgerAudit.region_id", info={"label": N_("County")})

    def __str__(self) -> str:
        return f"{self.region} {self.day}"
