"""What happens on calls: copied by a job, looked at by those who supervise."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.events import CallEvent

call_events = Console(
    model=CallEvent,
    name=N_("Events on calls"),
    category=N_("Supervision"),
    icon="fa-rss",
    listed=("at", "call", "subject_type", "action", "unit"),
    form=(),
    searched=("at", "call", "unit"),
    order=("at", "desc"),
    charts=(
        Chart(by="at", per="month", kind="line", title=N_("Events on calls by month")),
        Chart(by="unit", title=N_("Events on calls by unit")),
    ),
    empty=N_("Nothing has happened on a call yet. What happens stands here within a minute."),
)
