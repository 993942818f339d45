"""What the console keeps of itself: the ledger of promises and the recorder."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.ledger import LedgerAudit, Promise
from models.recorder import RecorderEntry

promises = Console(
    model=Promise,
    name=N_("Ledger of promises"),
    category=N_("Records"),
    icon="fa-stopwatch",
    listed=("job", "subject_type", "subject_id", "step", "occurrence", "due_at", "state", "fired_at", "cause"),
    form=(),
    searched=("job", "state", "due_at", "subject_id"),
    order=("due_at", "desc"),
    charts=(Chart(by="job", split="state", title=N_("Promises by job and state")),),
    empty=N_("Nothing is planned."),
)

ledger_audits = Console(
    model=LedgerAudit,
    name=N_("Nightly self-audit"),
    category=N_("Records"),
    icon="fa-clipboard-check",
    listed=("day", "region", "promises", "kept", "late", "missed", "doubled", "lost", "silent", "restored"),
    shown=(
        "day",
        "region",
        "promises",
        "kept",
        "late",
        "missed",
        "doubled",
        "lost",
        "silent",
        "restored",
        "recorder_seq",
        "recorder_hash",
        "audited_at",
    ),
    form=(),
    searched=("day", "missed", "doubled", "restored", "region", "audited_at"),
    order=("day", "desc"),
    charts=(
        Chart(
            by="audited_at",
            per="month",
            kind="line",
            sums=("kept", "late", "missed", "doubled"),
            title=N_("Promises kept by month"),
            definition=N_(
                "Of what was due and not cancelled: kept within ten minutes, kept later, or not kept when it was looked"
                " at, the night after. Doubled: kept again though it had been kept."
            ),
        ),
    ),
    empty=N_("Nothing was looked at yet. Every night the day before is recounted."),
)

recorder_entries = Console(
    model=RecorderEntry,
    name=N_("Recorder"),
    category=N_("Records"),
    icon="fa-clipboard-list",
    listed=("at", "user", "unit", "action", "subject_type", "subject_id", "note", "ip"),
    shown=(
        "at",
        "user",
        "unit",
        "action",
        "subject_type",
        "subject_id",
        "note",
        "ip",
        "place",
        "request_id",
        "chain",
        "seq",
        "hash",
    ),
    form=(),
    searched=("at", "user", "unit", "action", "subject_type", "subject_id", "ip", "request_id"),
)
