"""What the console keeps of itself: the ledger of promises and the recorder."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.ledger import Promise
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
